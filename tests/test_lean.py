"""What was cut out of style sheets, icons and scripts is missed by no page: it looks and works as before."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pydata_sphinx_theme
import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from PIL import Image
from test_each_page import FLATTEN

from benchmarks.web import pages, visit
from conftest import settle

PAGES = pages()
WEBFONTS = Path(pydata_sphinx_theme.__file__).parent.joinpath(
    "theme", "pydata_sphinx_theme", "static", "vendor", "fontawesome", "webfonts"
)
CHAPTER = "chapters/messages.html"

# Each declaration of a style sheet, but for custom properties, which may go where nothing asks for them: its selector,
# and all of it with the conditions that it stands under.
RULES = """
function* rules(list, under = "") {
  for (const rule of list) {
    if (rule.selectorText === undefined && rule.cssRules && !(rule instanceof CSSKeyframesRule))
      yield* rules(rule.cssRules, `${under}${rule.cssText.split("{")[0]}`);
    if (!(rule instanceof CSSStyleRule)) continue;
    const own = [...rule.style].filter((name) => !name.startsWith("--"))
      .map((name) => `${name}:${rule.style.getPropertyValue(name)}`);
    for (const selector of rule.selectorText.split(/,(?![^(]*\\))/).map((part) => part.trim()))
      for (const declaration of own) yield [selector, `${under}${selector} {${declaration}}`];
  }
}
const parse = (text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); return sheet.cssRules; };
"""

# The declarations that the new style sheet lacks, by what they apply to, in whatever state that is.
LACKING = f"""([before, after]) => {{
  {RULES}
  const STATE = new RegExp("::?(before|after|marker|placeholder|selection|backdrop|hover|focus(-visible|-within)?" +
    "|active|visited|link|target|open|checked|disabled|-[\\\\w-]+)", "g");
  const inAnyState = (selector) =>
    selector.replace(STATE, "").replace(/(^|[\\s>+~(])(?=$|[\\s>+~)])/g, "$1*");
  const kept = new Set([...rules(parse(after))].map(([, declaration]) => declaration));
  const lacking = {{}};
  for (const [selector, declaration] of rules(parse(before)))
    if (!kept.has(declaration)) (lacking[inAnyState(selector)] ??= []).push(declaration);
  return lacking;
}}"""

# Those of the selectors that some element of the page matches.
MATCHING = """(selectors) => selectors.filter((selector) => {
  try { return document.querySelector(selector) !== null; } catch { return false; }
})"""

# Each letter of an icon that the page shows, and the class of each icon that shows none.
ICONS = """() => [...document.querySelectorAll("*:not(math *)")].flatMap((element) => {
  const own = [...element.childNodes].map((node) => node.nodeType === 3 ? node.data : "");
  const drawn = ["::before", "::after"].map((part) => getComputedStyle(element, part).content);
  const letters = [...own, ...drawn].flatMap((text) => text.match(/[\ue000-\uf8ff]/g) ?? []);
  return element.matches(".fas, .far, .fab, [class*='fa-']") && !letters.length ? [element.className] : letters;
})"""


@pytest.fixture(scope="module")
def sheets(book):
    """Return the style sheet of theme, tools and book as it was, and as it is now."""
    return (book.parent / ".doctrees" / "uncut.css").read_text(), (book / "_static" / "site.css").read_text()


@pytest.fixture(scope="module")
def lacking(browser, sheets):
    """Return the declarations that the style sheet lacks now, by the selectors of what they apply to."""
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<!doctype html>")
        return page.evaluate(LACKING, sheets)


@pytest.fixture(scope="module", params=PAGES)
def opened(browser, site, request):
    """Open a page, and all that drops down on it or says something when the mouse comes."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        visit(page, f"{site}{request.param}.html")
        for button in page.locator("[data-bs-toggle=dropdown]").all():
            button.click()
        for button in page.locator("[data-bs-toggle=tooltip]:visible").all():
            button.hover()
        yield page


def test_no_rule_that_applies_is_missing(opened, lacking):
    missing = opened.evaluate(MATCHING, list(lacking))
    assert [declaration for selector in missing for declaration in lacking[selector]] == []


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


@pytest.fixture(scope="module")
def icons(sheets):
    """Return the font of icons on the site as bytes."""
    return base64.b64decode(re.search(r"font/woff2;base64,([\w+/=]+)", sheets[1])[1])


@pytest.fixture
def two_looks(page, site, sheets, icons):
    """Open a chapter with two style sheets, as they are and as they were, and give a function that takes both shots.

    Both draw their icons with the font of the site, as browsers smooth the same letters of two fonts differently.
    """
    page.route("**/uncut.css", lambda route: route.fulfill(body=sheets[0], content_type="text/css"))
    page.route("**/fa-solid*", lambda route: route.fulfill(body=icons))
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


@pytest.fixture(scope="module")
def font(icons):
    return TTFont(io.BytesIO(icons))


def test_every_icon_is_drawn_as_it_was(font):
    whole = TTFont(WEBFONTS / "fa-solid-900.woff2")
    for code, glyph in font.getBestCmap().items():
        assert outline(font, glyph) == outline(whole, whole.getBestCmap()[code])


def outline(font, glyph):
    pen = RecordingPen()
    font.getGlyphSet()[glyph].draw(pen)
    return pen.value, font["hmtx"][glyph]


@pytest.fixture(scope="module")
def spoken(book):
    """Return the icons of which scripts speak."""
    found = {word for name in SPOKEN for word in re.findall(r"fa-[a-z-]+", (book / name).read_text())}
    assert "fa-xmark" in found
    return sorted(found - {"fa-solid"})


def test_every_icon_has_its_letter(opened, font, spoken):
    """Those that a page shows, in whatever state, and those of which scripts speak."""
    opened.evaluate(SHOW, spoken)
    shown = set(opened.evaluate(ICONS))
    assert len(shown) > 5 and shown <= set(map(chr, font.getBestCmap()))


SPOKEN = ["_static/scripts/pydata-sphinx-theme.js"]
SHOW = """(names) => names.forEach((name) => {
  document.body.append(Object.assign(document.createElement("i"), {className: `fa-solid ${name}`}));
})"""
