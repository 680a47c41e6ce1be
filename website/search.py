"""A search names the sections in which the words stand, and leads there; Sphinx alone names the page."""

from pathlib import Path

NAME = "searchtools.js"


def setup(app):
    """Come when Sphinx has laid its script down."""
    app.connect("build-finished", add_sections)


def add_sections(app, exception):
    """Let our lines follow those of Sphinx: there they come before the index, and so before any result."""
    if exception or app.builder.format != "html":
        return
    script = Path(app.outdir) / "_static" / NAME
    ours = Path(__file__).with_name("search.js").read_text("utf-8")
    text = script.read_text("utf-8")
    if ours not in text:
        script.write_text(text + ours, "utf-8")
