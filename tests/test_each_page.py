"""Each page of the book, opened once at a desk and once on a phone: quiet, light, still, narrow, and for everybody."""

import json
from dataclasses import dataclass

import pytest
import site_style
from test_chapter_pictures import assert_pictures_can_be_read
from test_live_figures import agrees

from benchmarks.pages import LIMITS, tab_stops
from benchmarks.web import pages, visit, wake_figures, weights
from lrp_edu.explorables import Explorable

LIMIT = 350_000  # bytes of a page's first load, each response gzipped
PAGES = pages()

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": RULES},
    "rules": {"label-content-name-mismatch": {"enabled": True}},
    "resultTypes": ["violations"],
}
# The name of a node in a figure says in words what stands in it as numbers.
LEFT_OUT = [".explorable svg [role=radio]"]
# The ten thousand parts of formulas and of code have nothing that could be asked for; without them it is quick.
# (The contrast of code is tested with that of all text.)
FLATTEN = """() => document.querySelectorAll("math, pre, code, .sig-param, svg.picture").forEach((part) => {
  if (!part.querySelector("a")) part.textContent = part.textContent;
})"""
# Contrast takes longest by far. Of texts that are alike in their letters and in all that lies behind them three do.
# Those that axe may pass over, as nobody sees them, do not count among the three. One letter it cannot judge.
LEAVE_OUT_ALIKE = """() => {
  const PASSED_OVER = ":disabled, [aria-disabled=true], [aria-hidden=true], .visually-hidden, [role=radio]";
  const [seen, known] = [new Map(), new Map([[null, ""]])];
  const kept = (element, names) => names.map((name) => getComputedStyle(element)[name]).join();
  const behind = (element) => {
    if (!known.has(element)) {
      const own = kept(element, ["backgroundColor", "backgroundImage", "opacity", "filter"]);
      known.set(element, (own === "rgba(0, 0, 0, 0),none,1,none" ? "" : own) + behind(element.parentElement));
    }
    return known.get(element);
  };
  const asked = (element) => {
    if (element.matches("input, select, textarea")) return true;
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    if (own.map((node) => node.data).join("").trim().length < 2) return false;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return true;
    if (element.closest(PASSED_OVER)) return true;
    const letters = ["color", "fontSize", "fontWeight", "textShadow", "position", "visibility", "zIndex"];
    const key = kept(element, letters) + behind(element);
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return seen.get(key) <= 3;
  };
  for (const element of document.querySelectorAll("body *")) element.toggleAttribute("data-left-out", !asked(element));
}"""
CONTRAST = {"id": "color-contrast", "selector": "*:not([data-left-out])"}

# If the page scrolls sideways: each element that sticks out of it.
WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const sticks = (e) => e.getBoundingClientRect().right > root.clientWidth + 0.5;
  const out = [...document.querySelectorAll('main *')].filter(sticks);
  return [root.scrollWidth, ...out.map((e) => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 40)}`)];
}"""

# Each element with text of its own whose contrast with what lies behind it is too low to be read.
PALE = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const known = new Map();
  const rgba = (color) => {
    if (!known.has(color)) known.set(color, painted(color));
    return known.get(color);
  };
  const painted = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((v) => v / 255);
  };
  const grounds = new Map([[null, [0, 0, 0]]]);
  const behind = (element) => {
    if (!grounds.has(element)) {
      const [r, g, b, a] = rgba(getComputedStyle(element).backgroundColor);
      const under = behind(element.parentElement);
      grounds.set(element, [r, g, b].map((v, i) => v * a + under[i] * (1 - a)));
    }
    return grounds.get(element);
  };
  const luminance = (rgb) => rgb
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const transitions = document.createElement('style');
  transitions.textContent = '* {transition: none !important}';
  document.head.append(transitions);
  const pale = [];
  for (const e of document.querySelectorAll('main article *, nav a, nav p')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || e.closest('svg, script, .headerlink')) continue;
    if (!e.checkVisibility({opacityProperty: true})) continue;
    const under = behind(e);
    const [r, g, b, a] = rgba(getComputedStyle(e).color);
    const [low, high] = [luminance([r, g, b].map((v, i) => v * a + under[i] * (1 - a))), luminance(under)]
      .sort((p, q) => p - q);
    const ratio = (high + 0.05) / (low + 0.05);
    const text = e.textContent.trim().slice(0, 40);
    if (ratio < 4.5) pale.push(`${e.tagName}.${e.className} "${text}" ${ratio.toFixed(2)}`);
  }
  return [...new Set(pale)];
}"""

# The reader's own spacing that a page has to stand, as WCAG 1.4.12 has it.
SPACED = """*:not(math, math *, svg *) {
  line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important;
}
p { margin-bottom: 2em !important; }"""

# The theme's script looks a moment after a change of width which tables scroll, and lets Tab come to them.
REACHED = """() => [...document.querySelectorAll(".pst-scrollable-table-container")]
  .every((table) => table.scrollWidth <= table.clientWidth || table.tabIndex === 0)"""

# How far the page has moved under its reader, as browsers count it.
SHIFT = """() => {
  const observer = new PerformanceObserver(() => {});
  observer.observe({type: "layout-shift", buffered: true});
  return observer.takeRecords().reduce((sum, entry) => sum + (entry.hadRecentInput ? 0 : entry.value), 0);
}"""

# Each formula of which a part lies outside of the next box that cuts off and cannot be scrolled.
CUT = """() => {
  const boxes = [...document.querySelectorAll("main details:not([open])")];
  const open = (yes) => boxes.forEach((box) => { box.open = yes; });
  open(true);
  const cuts = (box) => getComputedStyle(box).overflowX !== "visible";
  const cut = [...document.querySelectorAll("math")].filter((math) => {
    let box = math.parentElement;
    while (box && !cuts(box)) box = box.parentElement;
    const right = Math.max(...[math, ...math.querySelectorAll("*")].map((part) => part.getBoundingClientRect().right));
    return box && getComputedStyle(box).overflowX !== "auto" && right > box.getBoundingClientRect().right + 1;
  }).map((math) => math.textContent.replaceAll(" ", ""));
  open(false);
  return cut;
}"""


SCREEN_ONLY = (
    ".bd-header-article, .bd-sidebar-primary, .bd-sidebar-secondary, .copybtn, .headerlink, .prev-next-footer, "
    "#jb-print-docs-body, .cell details.hide > summary"
)
# On paper: what the theme shows on the screen only, and each solution of which nothing is seen.
SHOWN = """([useless, solutions]) => ({
  useless: [...document.querySelectorAll(useless)].filter((e) => e.checkVisibility()).map((e) => e.className),
  closed: [...document.querySelectorAll(solutions)].filter((e) => !e.checkVisibility({opacityProperty: true,
    visibilityProperty: true}) || e.getBoundingClientRect().height < 10).map((e) => e.textContent),
})"""
CUT_CODE = """() => [...document.querySelectorAll("main pre")]
  .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth)
  .map((e) => e.textContent)"""
SOLUTIONS = ".solution p, main .dropdown.admonition p"


def events(page):
    """Collect what the page logs as a warning or an error, and every request that fails."""
    seen = []
    page.on("console", lambda message: message.type in ("warning", "error") and seen.append(message.text))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("requestfailed", lambda request: seen.append(f"failed: {request.url}"))
    page.on("response", lambda response: response.status >= 400 and seen.append(f"{response.status}: {response.url}"))
    return seen


def findings(page):
    from axe_playwright_python.base import AXE_SCRIPT  # not where only the oldest versions are tried
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(FLATTEN)
    page.evaluate(LEAVE_OUT_ALIKE)
    axe = Axe(f"{AXE_SCRIPT}; axe.configure({json.dumps({'rules': [CONTRAST]})})")
    found = axe.run(page, context={"exclude": [[part] for part in LEFT_OUT]}, options=OPTIONS).response["violations"]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]


def test_one_pale_text_among_many_is_found(page):
    page.set_content("<main><h1>Many</h1>" + "<p>one of many</p>" * 20 + "</main>")
    assert "color-contrast" not in dict(findings(page))
    page.set_content("<main><h1>Many</h1>" + "<p>one of many</p>" * 20 + "<p style='color: #999'>pale</p></main>")
    assert "pale" in str(dict(findings(page))["color-contrast"])
    unseen = "".join(f"<p {how}>pale</p>" * 5 for how in ("hidden", "aria-hidden=true", "style='visibility: hidden'"))
    page.set_content(f"<main style='color: #999'><h1>Many</h1>{unseen}<p>pale as well</p></main>")
    assert "pale as well" in str(dict(findings(page))["color-contrast"])
    page.set_content("<main>" + "<p>on</p>" * 20 + "<div style='background: #555'><p>a dark ground</p></div></main>")
    assert "a dark ground" in str(dict(findings(page))["color-contrast"])


@dataclass
class Visit:
    """A page whose figures are awake, and what was seen on the way: what it logs is added later on, too."""

    page: object
    name: str
    seen: list
    responses: list
    shift: float
    stops: int | None
    figures: list


def visits(browser, site, name, width, theme):
    """Yield a page once it has all that it asks for, Tab has come to its first figure, and all of them are awake."""
    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme) as context:
        page = context.new_page()
        seen = events(page)
        responses = visit(page, f"{site}{name}.html")
        shift = page.evaluate(SHIFT)
        yield Visit(page, name, seen, responses, shift, tab_stops(page), wake_figures(page))


@pytest.fixture(scope="module", params=PAGES)
def desk(browser, site, request):
    """Open a page at a desk. The tests look at it one after the other; the last one, axe, takes its formulas apart."""
    yield from visits(browser, site, request.param, 1280, "light")


@pytest.fixture(scope="module", params=PAGES)
def phone(browser, site, request):
    """Open a page on a phone, in the dark."""
    yield from visits(browser, site, request.param, 390, "dark")


def stands_still_and_tab_comes_to_the_figure(visited):
    assert visited.shift <= LIMITS["shift"]
    assert visited.stops is None or visited.stops <= LIMITS["stops"]


def test_at_a_desk_nothing_moves_and_tab_comes_to_the_figure(desk):
    stands_still_and_tab_comes_to_the_figure(desk)


def test_a_page_is_light_and_on_its_own(desk, site):
    responses = desk.responses
    assert not [r.url for r in responses if not r.url.startswith((site, "data:", "blob:"))]
    # With all that the figures loaded.
    weight = weights(responses)
    assert sum(weight.values()) <= LIMIT, sorted(weight.items(), key=lambda item: -item[1])[:8]


def test_its_figures_agree_with_python(desk, book):
    classes = {figure.name: figure for figure in Explorable.__subclasses__()}
    assert len(desk.figures) == (book / f"{desk.name}.html").read_text("utf-8").count('class="explorable"')
    for number, (name, parity) in enumerate(desk.figures):
        assert parity == "ok", name
        agrees(desk.page, classes[name], number)


@pytest.fixture(scope="module")
def lacking(browser, book):
    """Return the declarations that the style sheet lacks now, by the selectors of what they apply to."""
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<!doctype html>")
        return page.evaluate(site_style.LACKING, site_style.sheets(book))


def test_it_misses_no_rule_and_no_icon_that_was_cut_out(desk, book, lacking):
    site_style.open_all(desk.page)
    assert site_style.missing(desk.page, lacking) == []
    shown = site_style.letters(desk.page, site_style.spoken(book))
    assert len(shown) > 5 and shown <= set(map(chr, site_style.font(book).getBestCmap()))
    site_style.close_all(desk.page)


def test_at_a_desk_it_is_quiet_and_axe_finds_nothing(desk):
    assert not desk.seen
    assert findings(desk.page) == []


def test_on_a_phone_nothing_moves_and_tab_comes_to_the_figure(phone):
    stands_still_and_tab_comes_to_the_figure(phone)


def wait_for_theme(page, theme):
    page.wait_for_function("theme => document.documentElement.dataset.theme == theme", arg=theme)


def test_it_prints_black_on_white_and_whole_from_the_dark_theme(phone):
    page = phone.page
    page.set_viewport_size({"width": 673, "height": 950})  # what is between the margins of A4
    wait_for_theme(page, "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "16px"  # nothing of paper yet
    closed = page.locator("main details:not([open])").count()
    page.emulate_media(media="print")
    wait_for_theme(page, "light")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(PALE) == []
    assert page.evaluate(WIDE) == []
    page.wait_for_function("solutions => ![...document.querySelectorAll(solutions)].some((e) => !e.offsetHeight)",
                           arg=SOLUTIONS)  # fmt: skip
    assert page.evaluate(SHOWN, [SCREEN_ONLY, SOLUTIONS]) == {"useless": [], "closed": []}
    page.set_viewport_size({"width": 400, "height": 950})  # a small sheet, on which lines of code are too long
    assert page.evaluate(CUT_CODE) == []

    page.emulate_media(media="screen")
    wait_for_theme(page, "dark")
    assert page.locator("main details:not([open])").count() == closed


def test_it_fits_a_phone_and_can_be_read(phone):
    page = phone.page
    page.set_viewport_size({"width": 360, "height": 780})
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        wait_for_theme(page, theme)
        assert page.evaluate(WIDE) == []
        assert page.evaluate(PALE) == [], theme
        assert_pictures_can_be_read(page, phone.name)


def test_on_the_narrowest_phone_nothing_is_cut_and_axe_finds_nothing(phone):
    page = phone.page
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate(CUT) == []
    spacing = page.add_style_tag(content=SPACED)
    assert page.evaluate(WIDE) == []
    spacing.evaluate("style => style.remove()")
    page.wait_for_function(REACHED)
    assert not phone.seen
    assert findings(page) == []
