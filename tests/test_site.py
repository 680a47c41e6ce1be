"""The built book in a browser: quiet, light, narrow, readable, on its own, and with live figures that agree."""

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from benchmarks.web import pages, visit, wake_figures, weights

LIMIT = 350_000  # bytes of a page's first load, each response gzipped
PAGES = pages()
EACH_PAGE = pytest.mark.parametrize("name", PAGES)

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
  const behind = (element) => {
    let under = [0, 0, 0];
    for (const e of [...ancestors(element)].reverse()) {
      const [r, g, b, a] = rgba(getComputedStyle(e).backgroundColor);
      under = [r, g, b].map((v, i) => v * a + under[i] * (1 - a));
    }
    return under;
  };
  function* ancestors(e) { for (; e; e = e.parentElement) yield e; }
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


def events(page):
    """Collect what the page logs as a warning or an error, and every request that fails."""
    seen = []
    page.on("console", lambda message: message.type in ("warning", "error") and seen.append(message.text))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("requestfailed", lambda request: seen.append(f"failed: {request.url}"))
    page.on("response", lambda response: response.status >= 400 and seen.append(f"{response.status}: {response.url}"))
    return seen


@EACH_PAGE
def test_page_is_quiet_light_and_on_its_own_and_its_figures_agree(page, site, name):
    seen = events(page)
    responses = visit(page, f"{site}{name}.html")
    assert not [r.url for r in responses if not r.url.startswith((site, "data:", "blob:"))]
    assert [figure for figure in wake_figures(page) if figure[1] != "ok"] == []
    assert not seen
    # With all that the figures loaded.
    weight = weights(responses)
    assert sum(weight.values()) <= LIMIT, sorted(weight.items(), key=lambda item: -item[1])[:8]


@EACH_PAGE
def test_page_fits_a_phone_and_can_be_read(browser, site, name):
    with browser.new_context(viewport={"width": 360, "height": 780}) as context:
        page = context.new_page()
        seen = events(page)
        visit(page, f"{site}{name}.html")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.wait_for_function("theme => document.documentElement.dataset.theme == theme", arg=theme)
            assert page.evaluate(WIDE) == []
            assert page.evaluate(PALE) == [], theme
        assert not seen


@pytest.mark.parametrize(("width", "height", "screens"), [(1280, 800, 1), (390, 844, 2), (360, 740, 2)])
def test_who_comes_can_draw_before_reading(browser, site, width, height, screens):
    with browser.new_context(viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        visit(page, f"{site}intro.html")
        for part in (".verdict", ".pad", ".limit", ".clear"):
            box = page.locator(part).first.bounding_box()
            assert box["y"] + box["height"] <= screens * height, part


class Links(HTMLParser):
    """Collects the anchors and the links of one page."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.ids, self.links = {""}, Counter(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors |= {attrs[key] for key in ("id", "name") if attrs.get(key)}
        self.ids.update([attrs["id"]] if attrs.get("id") else [])
        self.links += [attrs[key] for key in ("href", "src") if attrs.get(key)]


def built_pages(book):
    """Map the address of each page of the book to its file; the theme leaves parts of pages in _static."""
    files = {path.relative_to(book).as_posix(): path for path in book.rglob("*.html")}
    return {name: path for name, path in files.items() if not name.startswith("_static/")}


@pytest.fixture(scope="module")
def linked(book):
    """Map the address of each page of the book to its anchors and links."""
    return {name: Links(path.read_text("utf-8")) for name, path in built_pages(book).items()}


def test_links_inside_the_book_resolve(book, linked):
    broken = []
    for name, page in linked.items():
        for link in page.links:
            if urlsplit(link).scheme:
                continue
            target, anchor = (unquote(part).lstrip("/") for part in urlsplit(urljoin(name, link))[2:5:2])
            known = linked[target].anchors if target in linked else ()
            # The address of a live figure's state, "#a=1&…", names no anchor.
            if not (book / target).is_file() or (target in linked and anchor not in known and "=" not in anchor):
                broken.append(f"{name}: {link}")
    assert not broken


def test_no_page_has_an_id_twice(linked):
    for name, page in linked.items():
        assert [anchor for anchor, count in page.ids.items() if count > 1] == [], name


def test_all_pages_are_visited(book):
    assert {name.removesuffix(".html") for name in built_pages(book)} - {"index"} == set(PAGES)
