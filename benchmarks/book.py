"""The time to build the book from nothing, and the weight of each page."""

import os
import tempfile
import time

from .browser import chromium
from .table import Row
from .web import build_book, pages, serving, visit, wake_figures, weights


def timed(function, *args):
    """Return the result of a function that starts other programs, and a text with how long they took."""
    start, before = time.perf_counter(), os.times()
    result = function(*args)
    wall, after = time.perf_counter() - start, os.times()
    busy = sum(after[2:4]) - sum(before[2:4])
    return result, f"{wall:.0f} s ({busy:.0f} s of processor time)"


def page_weight(browser, address):
    """Return the bytes of a page's first load, each response gzipped, with all that its live figures fetch."""
    with browser.new_context() as context:
        page = context.new_page()
        responses = visit(page, address)
        wake_figures(page)
        return sum(weights(responses).values())


def rows():
    """Yield the time of the build, and a row for each page."""
    with tempfile.TemporaryDirectory() as folder:
        book, took = timed(build_book, folder)
        yield Row("build", "the book, from nothing, warnings as errors", took)
        with serving(book) as site, chromium() as browser:
            for name in pages():
                weight = page_weight(browser, f"{site}{name}.html")
                yield Row("weight", f"{name}: first load, each response gzipped", f"{weight / 1000:.0f} kB")
