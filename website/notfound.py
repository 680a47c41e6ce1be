"""What a wrong or outdated address leads to: a page that offers the search and the chapters; and what crawlers ask for.

A server shows ``404.html`` below whatever address was asked for, so its own links begin at the site's root.
"""

import shutil
from html import escape
from pathlib import Path

from sphinx.util.display import progress_message

from .address import address, base_path

BODY = """
<h1>There is no page at this address</h1>
<p>Perhaps it has moved, or the link has a slip. What are you looking for?</p>
<form class="d-flex flex-wrap gap-2 mb-4" action="{root}search.html" method="get" role="search">
  <input class="form-control w-auto flex-grow-1" type="search" name="q" aria-label="Search the book"
    placeholder="for instance: stabilizer" autocapitalize="off" autocomplete="off" spellcheck="false" required>
  <button class="btn btn-primary" type="submit">Search the book</button>
</form>
<p>Or begin with one of its pages:</p>
<ul>
{links}
</ul>
"""


def fill_page(app, pagename, templatename, context, doctree):
    """Write the search field and the links to all pages into the page."""
    if pagename == app.config.notfound_pagename:
        root = app.config.notfound_urls_prefix
        links = (
            f'<li><a href="{root}{app.builder.get_target_uri(name)}">{escape(app.env.titles[name].astext())}</a></li>'
            for name in in_order(app.env, app.config.root_doc)
        )
        context["body"] = BODY.format(root=root, links="\n".join(links))
        context["pageurl"] = ""  # it stands for no address


def in_order(env, name):
    """Yield the names of the pages in the order of the book."""
    yield name
    for below in env.toctree_includes.get(name, ()):
        yield from in_order(env, below)


def write_files(app, error):
    """Write what lies beside the pages, and let the site's own address show the first page at once."""
    if error or app.builder.name != "html":
        return
    folder, base = Path(app.outdir), address("BASEURL")
    with progress_message("writing index.html, robots.txt and .nojekyll"):
        shutil.copy(folder / f"{app.config.root_doc}.html", folder / "index.html")
        sitemap = f"Sitemap: {base}/sitemap.xml\n" if base else ""
        (folder / "robots.txt").write_text(f"User-agent: *\nAllow: /\n{sitemap}")
        (folder / ".nojekyll").touch()  # some hosts drop _static without it


def setup(app):
    """Make the page with the library for it, with our words."""
    app.setup_extension("notfound.extension")
    app.config.notfound_urls_prefix = base_path()
    app.config.notfound_context = {"title": "Page not found", "body": ""}
    app.connect("html-page-context", fill_page)
    app.connect("build-finished", write_files, priority=950)  # when others are done with the pages
