"""The site links to the whole book as one PDF, if that is made: ``make pdf`` sets PDF, and then runs `whole_book`."""

import os

NAME = "lrp-step-by-step.pdf"


def add_link(app, name, templatename, context, doctree):
    """Offer the whole book beside what else can be downloaded."""
    for group in context["header_buttons"]:
        if group.get("label") == "download-buttons":
            url = context["pathto"](NAME, 1)
            group["buttons"].append({"type": "link", "text": "The whole book, .pdf", "url": url})


def setup(app):
    """Link to the file if it is to be made."""
    if os.environ.get("PDF"):
        app.tags.add("pdf")
        app.connect("html-page-context", add_link, priority=900)
