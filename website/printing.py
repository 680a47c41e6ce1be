"""Pages on paper: a style sheet for print alone, and a few lines that take the light theme for as long as it prints."""

from .address import ROOT


def setup(app):
    """Add both to every page. The lines stand in the page itself, as another request would cost more."""
    app.add_css_file("print.css")
    app.add_js_file(None, body=(ROOT / "assets" / "print.js").read_text())
