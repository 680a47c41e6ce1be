"""The pages for those who read by ear, by keyboard, in large and spaced letters, and who come by a search or a link."""

import json

import pytest
from test_site import WIDE

from benchmarks.pages import LIMITS, tab_stops
from benchmarks.web import pages, visit, wake_figures

PAGES = pages()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": RULES},
    "rules": {"label-content-name-mismatch": {"enabled": True}},
    "resultTypes": ["violations"],
}
# The name of a node in a figure says in words what stands in it as numbers.
LEFT_OUT = [".explorable svg [role=radio]"]
# The ten thousand parts of formulas and lines of code have nothing that could be asked for; without them it is quick.
# (The contrast of code is tested with that of all text.)
FLATTEN = """() => document.querySelectorAll("math, .highlight pre, figure svg.picture").forEach((part) => {
  part.textContent = part.textContent;
})"""
# Contrast takes longest by far. Of texts that are alike in their letters and in all that lies behind them three do.
# Those that axe passes over or cannot judge, as nobody sees them or they are one letter, do not count among the three.
MARK_ALIKE = """() => {
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
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    if (own.map((node) => node.data).join("").trim().length < 2) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (element.closest(PASSED_OVER)) continue;
    const letters = ["color", "fontSize", "fontWeight", "textShadow", "position", "visibility", "zIndex"];
    const key = kept(element, letters) + behind(element);
    seen.set(key, (seen.get(key) ?? 0) + 1);
    if (seen.get(key) > 3) element.dataset.alike = "";
  }
}"""
CONTRAST = {"id": "color-contrast", "selector": "*:not([data-alike])"}

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


def findings(page):
    from axe_playwright_python.base import AXE_SCRIPT  # not where only the oldest versions are tried
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(FLATTEN)
    page.evaluate(MARK_ALIKE)
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


@pytest.mark.parametrize("name", PAGES)
def test_nothing_moves_or_is_cut_axe_finds_nothing_and_tab_comes_to_the_figure(browser, site, name):
    for theme, width in (("light", 1280), ("dark", 390)):
        with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme) as context:
            page = context.new_page()
            visit(page, f"{site}{name}.html")
            assert page.evaluate(SHIFT) <= LIMITS["shift"], width
            stops = tab_stops(page)
            assert stops is None or stops <= LIMITS["stops"], width
            wake_figures(page)
            if width == 390:
                page.set_viewport_size({"width": 320, "height": 800})
                assert page.evaluate(CUT) == []
                spacing = page.add_style_tag(content=SPACED)
                assert page.evaluate(WIDE) == []
                spacing.evaluate("style => style.remove()")
            page.wait_for_function(REACHED)
            assert findings(page) == [], theme


def test_the_first_stop_is_a_link_to_the_text(page, site):
    visit(page, f"{site}chapters/messages.html")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0")  # it slides in
    box = link.bounding_box()
    assert link.text_content() == "Skip to main content"
    assert box["x"] >= 0 and box["y"] >= 0 and box["height"] > 10
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


# Where each part of the text begins, and the height of the figures, which scripts fill.
PLACES = """() => [...document.querySelectorAll("article section > *")].map((part) =>
  [part.tagName, Math.round(part.getBoundingClientRect().top + scrollY)])"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_scripts_move_nothing(browser, site, theme):
    places = []
    for scripts in ("none", "all"):
        with browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=theme) as context:
            page = context.new_page()
            if scripts == "none":
                page.route("**/*.js*", lambda route: route.abort())
            visit(page, f"{site}chapters/full-network.html")
            places.append(page.evaluate(PLACES))
    assert places[0] == places[1]


FIELDS = """() => [...document.querySelectorAll("form.bd-search, .search-button-field")]
  .filter((field) => field.checkVisibility())
  .map((field) => [getComputedStyle(field).borderTopColor, getComputedStyle(document.body).backgroundColor])"""


def luminance(color):
    parts = [int(part) / 255 for part in color[4:-1].split(",")]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_borders_of_search_fields_can_be_seen(page, site, theme):
    page.emulate_media(color_scheme=theme)
    visit(page, f"{site}search.html")
    fields = page.evaluate(FIELDS)
    assert len(fields) == 2
    for field in fields:
        low, high = sorted(map(luminance, field))
        assert (high + 0.05) / (low + 0.05) >= 3


@pytest.mark.parametrize(
    ("words", "chapter", "section"),
    [
        ("stabilizer", "7. Messages and the conservation law", "messages.html#a-stabilizer-needs-a-sign"),
        ("root point", "3. Taylor decomposition", "taylor-decomposition.html#infinitely-many-roots"),
        ("conservation", "7. Messages and the conservation law", "messages.html#the-conservation-law"),
    ],
)
def test_a_search_leads_to_the_section(page, site, words, chapter, section):
    """By keyboard alone, from the field that any page opens to a section that has the words."""
    visit(page, f"{site}intro.html")
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    result = page.locator("ul.search > li", has=page.get_by_role("link", name=chapter, exact=True))
    link = result.locator(f'.search-sections a[href$="{section}"]')
    link.wait_for()
    for _ in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{section}")
    text = page.locator(f"[id='{section.partition('#')[2]}']").text_content().lower()
    assert all(word in text for word in words.split())


def test_formulas_of_a_search_are_formulas(page, site):
    visit(page, f"{site}search.html?q=message")
    formulas = page.locator("p.context", has_text="We feed in").locator("math")
    formulas.first.wait_for()
    assert formulas.all_text_contents() == ["x=(1,2,1)"]


def test_letters_are_read_before_the_first_one_is_met(page, site):
    page.goto(f"{site}genindex.html")  # has no formula
    assert page.evaluate("[...document.fonts].filter((font) => font.status === 'unloaded').length") == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_a_link_leads_to_its_target_and_nothing_moves(browser, site, width):
    """To a heading, an equation, a figure; and to an equation in a closed box."""
    for link in ("messages.html#the-conservation-law", "w2-rule.html#equation-eq-w2-root", "w2-rule.html#fig-outside",
                 "relu-neuron.html#equation-eq-hinge-rounding"):  # fmt: skip
        with browser.new_context(viewport={"width": width, "height": 800}) as context:
            page = context.new_page()
            visit(page, f"{site}chapters/{link}")
            top = page.locator(f"[id='{link.partition('#')[2]}']").bounding_box()["y"]
            header = page.locator(".bd-header-article").bounding_box()
            assert header["y"] + header["height"] <= top < 200, link
            assert page.evaluate(SHIFT) <= LIMITS["shift"], link


@pytest.mark.parametrize("name", ["intro", "chapters/messages", "search", "404"])
def test_without_scripts_no_button_is_dead_and_every_chapter_can_be_reached(browser, site, name):
    for width in (1280, 390):
        with browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=False) as context:
            page = context.new_page()
            page.goto(f"{site}{name}.html")
            assert page.locator("button:visible, kbd:visible").all_text_contents() == (
                ["Search the book"] if name == "404" else []
            )
            if width == 390:
                page.get_by_role("link", name="Chapters", exact=True).click()
            chapter = page.locator(".bd-sidebar-primary").get_by_role("link", name="The full network")
            assert 0 <= chapter.bounding_box()["y"] < 800
            assert (name == "search") == page.locator(".bd-search-container noscript p").is_visible()


@pytest.mark.parametrize("touch", [False, True])
@pytest.mark.parametrize("button", [".primary-toggle", ".secondary-toggle", ".search-button"])
def test_what_a_button_opens_takes_the_focus_and_gives_it_back(browser, site, button, touch):
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=touch) as context:
        page = context.new_page()
        visit(page, f"{site}chapters/messages.html")
        opener = page.locator(button)
        opener.tap() if touch else opener.press("Enter")
        page.locator("dialog[open] :focus").wait_for()
        page.keyboard.press("Escape")
        page.locator(f"{button}:focus").wait_for()
        assert page.locator("dialog[open]").count() == 0
