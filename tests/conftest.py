"""Fixtures that several test files share: the built book, a server for it, and a browser."""

import os

import pytest
from filelock import FileLock

from benchmarks.web import build_book, launch, lay_out_figures, page_of, serving

collect_ignore = ["stated"]  # code that only runs below the cells of a chapter


def pytest_collection_modifyitems(items):
    """Mark the tests that need Chromium or the built book, so that they can be left out."""
    for item in items:
        if {"browser", "book", "published"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """Build the book from nothing, strictly, once for all processes of a run, and return the folder of its pages."""
    workers = tmp_path_factory.getbasetemp()
    shared = (workers.parent if "PYTEST_XDIST_WORKER" in os.environ else workers) / "book"
    with FileLock(f"{shared}.lock"):
        pages = shared / "_build" / "html"
        if not pages.exists():
            shared.mkdir(exist_ok=True)
            build_book(shared)
    return pages


@pytest.fixture(scope="session")
def site(book):
    """Serve the built book from a thread and return its address, with a slash at the end."""
    with serving(book) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Start Chromium: the one on the PATH, else Playwright's own. Where CI is set it must be there."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            running = launch(playwright)
        except Error as error:
            missing = pytest.fail if os.environ.get("CI") else pytest.skip
            missing(f"no Chromium on the PATH, nor Playwright's own: {str(error).splitlines()[0]}")
        yield running
        running.close()


@pytest.fixture
def page(browser):
    """Open an empty page of 1280 x 900 pixels in a context of its own."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def drawn(browser, look, request, tmp_path_factory):
    """Draw the pictures of a test file's ``ALBUM``, once for each of its looks."""
    from pictures import take

    return take(browser, request.module.ALBUM, look, tmp_path_factory.mktemp("pictures"))


def pytest_generate_tests(metafunc):
    """Let what is drawn be tested in every look of the file's album."""
    if "look" in metafunc.fixturenames:
        metafunc.parametrize("look", metafunc.module.ALBUM.looks, ids=str, scope="module")


# Pages that hold only figures, as they are stored in a chapter, with the script of the site.


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Lay the figures' files out as on the site."""
    folder = tmp_path_factory.mktemp("figures")
    lay_out_figures(folder)
    return folder


@pytest.fixture(scope="module")
def address(folder):
    with serving(folder) as address:
        yield f"{address}index.html"


@pytest.fixture
def show_page(page, folder, address):
    """Return a function that shows figures on a page, with what the page logs in ``page.seen``."""
    page.seen = []
    page.on("console", lambda message: message.type in ("warning", "error") and page.seen.append(message.text))
    page.on("pageerror", lambda error: page.seen.append(str(error)))

    def open_page(*figures, before="", hash=""):
        (folder / "index.html").write_text(page_of(before, *figures), "utf-8")
        page.goto("about:blank")
        page.goto(address + hash)
        page.wait_for_load_state()  # then the scripts have run
        settle(page)
        return page

    yield open_page
    assert page.seen == []


def settle(page):
    """Wait until what was asked for is painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
