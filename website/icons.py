"""The font of icons that the theme brings, cut down to those that the site shows."""

import base64
import io
import logging
import re

from fontTools import subset
from fontTools.ttLib import TTFont

FONT = re.compile(r"url\([\"']?([^)\"']*/fa-(\w+)-\d+\.woff2)[\"']?\)")

logging.getLogger("fontTools").setLevel(logging.WARNING)


def embed(rules, static, known):
    """Put the icons that style sheets draw into these, as a font of a few kilobytes, and return the new rules.

    An icon is a letter that stands in a style sheet, in the text that it puts before or after an element. In `rules`,
    which the pages need, stand just the letters that pages and scripts can show.
    """
    letters = {letter for rule in rules for letter in private("".join(_values(rule)))}
    return [each for rule in rules if (each := _with_font(rule, letters, static, known))]


def private(text):
    r"""Return the letters of a style sheet's text to which no alphabet lays claim, also where it writes ``\f002``."""
    text = re.sub(r"\\([0-9a-fA-F]{4,6})\s?", lambda match: chr(int(match[1], 16)), text)
    return {letter for letter in text if "\ue000" <= letter <= "\uf8ff"}


def _values(rule):
    for part in rule.body or ():
        yield from _values(part) if isinstance(part, type(rule)) else part[1:]


def _with_font(rule, letters, static, known):
    """Return a rule as it is, or with its font's letters in it; None if no element asks for the font."""
    font = FONT.search("".join(_values(rule))) if rule.head == "@font-face" else None
    if font is None:
        return rule
    style = font[2]  # fa-solid, or fas in the older way; and a theme's own rules take it from a property
    asked = {f"fa-{style}", f"fa{style[0]}"} & known.classes or f"fa-{style}" in known.words
    if not asked and style != "solid":
        return None
    data = base64.b64encode(letters_of(static / font[1], letters)).decode()
    body = [(name, value) for name, value in rule.body if name != "src"]
    return rule._replace(body=[*body, ("src", f'url(data:font/woff2;base64,{data}) format("woff2")')])


def letters_of(path, letters):
    """Return a font as WOFF2 with only those letters."""
    font = TTFont(path)
    options = subset.Options(flavor="woff2", layout_features=[], name_IDs=[0, 5, 13, 14])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, letters & set(map(chr, font.getBestCmap()))))
    subsetter.subset(font)
    target = io.BytesIO()
    font.flavor = "woff2"
    font.save(target)
    return target.getvalue()
