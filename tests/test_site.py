"""The built book: who comes can draw at once, and links lead somewhere."""

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from benchmarks.web import pages, visit


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
    assert {name.removesuffix(".html") for name in built_pages(book)} - {"index"} == set(pages())
