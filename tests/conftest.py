"""Fixtures that several test files share: the built book, a server for it, and a browser."""

import os

import pytest

from benchmarks.web import build_book, launch, serving


def pytest_collection_modifyitems(items):
    """Mark the tests that need Chromium or the built book, so that they can be left out."""
    for item in items:
        if {"browser", "book"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """Build the book from nothing, strictly, and return the folder of its pages."""
    return build_book(tmp_path_factory.mktemp("book"))


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
