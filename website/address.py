"""What the pages say of where they and their source can be found.

REPOSITORY (and BRANCH) bring the buttons to the source, and those that start a chapter on Colab or Binder; BASEURL
brings the canonical addresses, the description that other sites show beside a link, and the site map. What is not
set leaves no trace on the pages.
"""

import os
import subprocess
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
PICTURE = "book.png"  # in assets
PICTURE_TEXT = "A live figure of the book: one neuron, the root nearest to a point, and the two shares of its output"
LAUNCH = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}
COLAB = {"colab_url": "https://colab.research.google.com"}


def address(name):
    """Return the https address in an environment variable, with no slash at its end, or "" where it is not set."""
    text = os.environ.get(name, "").strip()
    parts = urlsplit(text)
    sound = parts.scheme == "https" and parts.hostname and not parts.query and not parts.fragment
    if text and (not sound or set(text) & set(" \t\"'<>")):
        raise ConfigError(f"{name} must be an address that begins with https:// and has no ? or #, got {text!r}")
    return text.rstrip("/")


def base_path():
    """Return the part of the site's address after its host, with a slash at both ends."""
    return f"{urlsplit(address('BASEURL')).path}/"


def branch():
    """Return the branch that the buttons lead to: BRANCH, or else the one that is checked out, or else main."""
    git = ["git", "-C", ROOT, "branch", "--show-current"]
    try:
        current = subprocess.run(git, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        current = ""
    return os.environ.get("BRANCH", "").strip() or current or "main"


def repository_options(repository):
    """Return the theme's options for a repository. Its owner and name are the last two parts of its address."""
    parts = urlsplit(repository)
    if len(parts.path.strip("/").split("/")) < 2 or not {"github", "gitlab"} & set(parts.hostname.split(".")):
        raise ConfigError(
            f"REPOSITORY must be a repository on GitHub or GitLab, https://github.com/OWNER/NAME, got {repository!r}"
        )
    buttons = dict.fromkeys(["use_repository_button", "use_edit_page_button", "use_issues_button"], True)
    launch = LAUNCH if parts.hostname in ("github.com", "gitlab.com") else {}
    launch = launch | COLAB if parts.hostname == "github.com" else launch
    return buttons | {
        "repository_url": repository.removesuffix(".git"), "repository_branch": branch(), "launch_buttons": launch
    }  # fmt: skip


def questions(env):
    """Return the question of each chapter, from the table on the first page."""
    rows = (row.children for row in env.get_doctree(env.config.root_doc).findall(nodes.row))
    linked = ((next(row[1].findall(pending_xref), None), row[2]) for row in rows if len(row) > 2)
    return {link["reftarget"]: question.astext() for link, question in linked if link}


def describe(app, name, templatename, context, doctree):
    """Describe a chapter by its question. Any other page is described by its first words."""
    if doctree and (question := questions(app.env).get(name)):
        text = escape(f"{question} A chapter of “{app.config.html_title}”.")
        context["meta"] = (context["meta"] or {}) | {"og:description": text}
        context["metatags"] += f'<meta name="description" content="{text}">\n'


def add_first_cell(app, name, templatename, context, doctree):
    """Say beside the button to Colab where the cell is that installs the package there."""
    for group in context["header_buttons"]:
        if group["label"] == "launch-buttons" and any(button["text"] == "Colab" for button in group["buttons"]):
            url = f"{context['pathto'](app.config.root_doc)}#run-it-yourself"
            group["buttons"].append({"type": "link", "text": "First cell for Colab", "url": url})


def setup(app):
    """Tell the theme and the extensions what is known."""
    if repository := address("REPOSITORY"):
        app.config.html_theme_options.update(repository_options(repository))
        app.tags.add("repository")
        app.connect("html-page-context", add_first_cell, priority=900)  # when the theme has made its buttons
    if base := address("BASEURL"):
        app.tags.add("address")
        app.setup_extension("sphinx_sitemap")
        app.connect("html-page-context", describe)  # before the next line does it with the first words
        app.setup_extension("sphinxext.opengraph")
        app.config.html_baseurl = app.config.ogp_site_url = f"{base}/"
        app.config.ogp_image, app.config.ogp_image_alt = f"{base}/_static/{PICTURE}", PICTURE_TEXT
        app.config.ogp_site_name = app.config.html_title
        app.config.sitemap_url_scheme = "{link}"
        app.config.sitemap_excludes = ["404.html", "genindex.html", "search.html"]
