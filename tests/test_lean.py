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

# For each style rule of a style sheet its key, which is its selector below the conditions that it stands under, and
# its declarations, but for custom properties, which may go where nothing asks for them.
RULES = """
function* rules(list, under = "") {
  for (const rule of list) {
    if (rule.selectorText === undefined && rule.cssRules && !(rule instanceof CSSKeyframesRule))
      yield* rules(rule.cssRules, `${under}${rule.cssText.split("{")[0]}`);
    if (!(rule instanceof CSSStyleRule)) continue;
    const names = [...rule.style].filter((name) => !name.startsWith("--"));
    for (const selector of rule.selectorText.split(/,(?![^(]*\\))/).map((part) => part.trim()))
      for (const name of names) yield [selector, `${under}${selector}`, `${name}:${rule.style.getPropertyValue(name)}`];
  }
}
const parse = (text) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text); return sheet.cssRules; };
"""

# Declarations that apply to some element of the page, in whatever state it is, and that the new style sheet lacks.
MISSING = f"""([before, after]) => {{
  {RULES}
  const kept = new Set([...rules(parse(after))].map(([, key, declaration]) => `${{key}} {{${{declaration}}}}`));
  const STATE = new RegExp("::?(before|after|marker|placeholder|selection|backdrop|hover|focus(-visible|-within)?" +
    "|active|visited|link|target|open|checked|disabled|-[\\\\w-]+)", "g");
  const applies = new Map();
  const missing = [];
  for (const [selector, key, declaration] of rules(parse(before))) {{
    if (kept.has(`${{key}} {{${{declaration}}}}`)) continue;
    if (!applies.has(selector)) applies.set(selector, matches(selector.replace(STATE, "")));
    if (applies.get(selector)) missing.push(`${{key}} {{${{declaration}}}}`);
  }}
  function matches(selector) {{
    selector = selector.replace(/(^|[\\s>+~(])(?=$|[\\s>+~)])/g, "$1*");
    try {{ return document.querySelector(selector) !== null; }} catch {{ return false; }}
  }}
  return missing;
}}"""

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


@pytest.mark.parametrize("name", PAGES)
def test_no_rule_that_applies_is_missing(page, site, sheets, name):
    visit(page, f"{site}{name}.html")
    for button in page.locator("[data-bs-toggle=dropdown]").all():
        button.click()
    for button in page.locator("[data-bs-toggle=tooltip]:visible").all():
        button.hover()
    assert page.evaluate(MISSING, sheets) == []


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
        before, after = (np.array(Image.open(io.BytesIO(shot)).convert("RGB"), int) for shot in two_looks())
        same = before.shape == after.shape and np.abs(before - after).max() <= ROUNDING
        assert same, f"{state} at {width} px looks different"
        page.keyboard.press("Escape")
        page.mouse.move(0, 0)


@pytest.mark.parametrize("width", [1280, 390])
def test_it_prints_as_before(page, two_looks, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(media="print")
    before, after = two_looks()
    same = before == after
    assert same


def test_every_icon_has_its_letter(page, site, icons):
    """Those that pages show, in whatever state, and those of which scripts speak; and each is drawn as it was."""
    font, whole = TTFont(io.BytesIO(icons)), TTFont(WEBFONTS / "fa-solid-900.woff2")
    letters = {chr(code): glyph for code, glyph in font.getBestCmap().items()}
    for letter, glyph in letters.items():
        assert outline(font, glyph) == outline(whole, whole.getBestCmap()[ord(letter)])
    spoken = {word for name in SPOKEN for word in re.findall(r"fa-[a-z-]+", page.request.get(site + name).text())}
    assert "fa-xmark" in spoken
    for name in PAGES:
        page.goto(f"{site}{name}.html", wait_until="domcontentloaded")
        page.evaluate(SHOW, sorted(spoken - {"fa-solid"}))
        shown = set(page.evaluate(ICONS))
        assert len(shown) > 5 and shown <= set(letters), name


def outline(font, glyph):
    pen = RecordingPen()
    font.getGlyphSet()[glyph].draw(pen)
    return pen.value, font["hmtx"][glyph]


SPOKEN = ["_static/scripts/pydata-sphinx-theme.js"]
SHOW = """(names) => names.forEach((name) => {
  document.body.append(Object.assign(document.createElement("i"), {className: `fa-solid ${name}`}));
})"""
