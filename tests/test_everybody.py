"""The pages for those who read by ear, by keyboard, in large and spaced letters, and who come by a search or a link."""

import pytest
from test_each_page import SHIFT

from benchmarks.pages import LIMITS
from benchmarks.web import visit


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


def contrast(*colors):
    low, high = sorted(map(luminance, colors))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_button_back_to_the_top_can_be_read(page, site, theme):
    """On narrow screens it shows to those who scroll up a little, which no other test does."""
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme=theme)
    visit(page, f"{site}notation.html")
    for place in (900, 700):
        page.evaluate(
            "place => new Promise((done) => { addEventListener('scroll', done); scrollTo(0, place); })", place
        )
    button = page.locator("#pst-back-to-top")
    button.wait_for()
    colors = button.evaluate("button => [getComputedStyle(button).color, getComputedStyle(button).backgroundColor]")
    assert contrast(*colors) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_borders_of_search_fields_can_be_seen(page, site, theme):
    page.emulate_media(color_scheme=theme)
    visit(page, f"{site}search.html")
    fields = page.evaluate(FIELDS)
    assert len(fields) == 2
    for field in fields:
        assert contrast(*field) >= 3


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
