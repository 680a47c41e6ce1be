"""Fixtures that several test files share: the built book, a server for it, and a browser."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Background networking would show up as requests that the book did not make.
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and writes nothing to the terminal."""

    def log_message(self, *args):
        pass


def pytest_collection_modifyitems(items):
    """Mark the tests that need Chromium or the built book, so that they can be left out."""
    for item in items:
        if {"browser", "book"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """Build the book from nothing, strictly, and return the folder of its pages."""
    target = tmp_path_factory.mktemp("book")
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ROOT, "--path-output", target, "-W", "-n", "--keep-going"]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, f"the book does not build without a warning:\n{built.stdout}\n{built.stderr}"
    return target / "_build" / "html"


@pytest.fixture(scope="session")
def site(book):
    """Serve the built book from a thread and return its address, with a slash at the end."""
    handler = functools.partial(QuietHandler, directory=book)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """Start Chromium: the one on the PATH, else Playwright's own. Where CI is set it must be there."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            running = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
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
