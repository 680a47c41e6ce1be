"""A browser, where there is one."""

from contextlib import contextmanager

from playwright.sync_api import Error, sync_playwright

from .table import Missing
from .web import launch


@contextmanager
def chromium():
    """Start Chromium and give it."""
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except Error:
            raise Missing("no Chromium on the PATH, nor Playwright's own") from None
        yield browser
        browser.close()
