"""What was cut out of style sheets, icons and scripts is missed by no page: it looks and works as before."""

import io
from pathlib import Path

import numpy as np
import pydata_sphinx_theme
import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from PIL import Image
from site_style import font, icons, sheets
from test_each_page import FLATTEN

from benchmarks.web import visit
from conftest import settle

WEBFONTS = Path(pydata_sphinx_theme.__file__).parent.joinpath(
    "theme", "pydata_sphinx_theme", "static", "vendor", "fontawesome", "webfonts"
)
CHAPTER = "chapters/messages.html"

# What a reader can open, as selectors of what is clicked, hovered or focused one after the other.
STATES = {
    1280: {
        "top": [],
        "search": ["click .search-button-field"],
        "downloads": ["click .dropdown-download-buttons > button"],
        "tooltip": ["hover .btn-fullscreen-button"],
        "solution": ["click .solution.dropdown .admonition-title"],
        "code": ["click details.hide summary", "hover details.hide .highlight"],
        "table": ["show main table"],
        "without sidebar": ["click .primary-toggle"],
        "footer": ["show .prev-next-footer"],
    },
    390: {
        "top": [],
        "sidebar": ["click .primary-toggle"],
        "contents": ["click .secondary-toggle"],
        "search": ["click .search-button"],
    },
}


ROUNDING = 2  # of 255: what a browser's smoothing of a rounded corner may differ by from one draft to the next


@pytest.fixture
def two_looks(page, site, book):
    """Open a chapter with two style sheets, as they are and as they were, and give a function that takes both shots.

    Both draw their icons with the font of the site, as browsers smooth the same letters of two fonts differently.
    """
    page.route("**/uncut.css", lambda route: route.fulfill(body=sheets(book)[0], content_type="text/css"))
    page.route("**/fa-solid*", lambda route: route.fulfill(body=icons(book)))
    visit(page, f"{site}{CHAPTER}")
    page.evaluate(FLATTEN)  # the parts of formulas have a style sheet of their own
    page.evaluate(BOTH, f"{site}_static/uncut.css")
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")

    def shots():
        for uncut in (True, False):
            page.evaluate(TURN, uncut)
            settle(page)
            yield page.screenshot(animations="disabled")

    return lambda: list(shots())


BOTH = """(address) => new Promise((done) => {
  const [now] = document.querySelectorAll("link[rel=stylesheet]");
  const then = Object.assign(document.createElement("link"), {rel: "stylesheet", href: address, onload: done});
  now.after(then);
  window.sheets = [now, then];
})"""

TURN = """async (uncut) => {
  [sheets[0].sheet.disabled, sheets[1].sheet.disabled] = [uncut, !uncut];
  await document.fonts.ready;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", STATES)
def test_it_looks_as_before(page, two_looks, width, theme):
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    for state, steps in STATES[width].items():
        do = ""
        for step in steps:
            do, _, what = step.partition(" ")
            part = page.locator(f"{what}:visible").first
            {"click": part.click, "hover": part.hover, "show": part.scroll_into_view_if_needed}[do]()
        if do == "click":
            page.mouse.move(0, 0)
        elif state == "tooltip":
            page.locator(".tooltip").wait_for()
        same = alike(*two_looks())
        assert same, f"{state} at {width} px looks different"
        page.keyboard.press("Escape")
        page.mouse.move(0, 0)


def alike(before, after):
    """Tell whether two pictures, as bytes, look the same; hardly any of them are not the same bytes."""
    if before == after:
        return True
    before, after = (np.array(Image.open(io.BytesIO(shot)).convert("RGB"), int) for shot in (before, after))
    return before.shape == after.shape and np.abs(before - after).max() <= ROUNDING


@pytest.mark.parametrize("width", [1280, 390])
def test_it_prints_as_before(page, two_looks, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(media="print")
    before, after = two_looks()
    same = before == after
    assert same


def test_every_icon_is_drawn_as_it_was(book):
    whole = TTFont(WEBFONTS / "fa-solid-900.woff2")
    for code, glyph in font(book).getBestCmap().items():
        assert outline(font(book), glyph) == outline(whole, whole.getBestCmap()[code])


def outline(font, glyph):
    pen = RecordingPen()
    font.getGlyphSet()[glyph].draw(pen)
    return pen.value, font["hmtx"][glyph]
