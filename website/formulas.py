"""Formulas are written as MathML when the book is built, so that a reader's browser has no typesetting to do."""


def setup(app):
    """Take the place of the renderer that typesets in the browser."""
