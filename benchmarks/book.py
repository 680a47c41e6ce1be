"""The time to build the book from nothing."""

import os
import tempfile
import time

from .table import Row
from .web import build_book


def timed(function, *args):
    """Return the result of a function that starts other programs, and a text with how long they took."""
    start, before = time.perf_counter(), os.times()
    result = function(*args)
    wall, after = time.perf_counter() - start, os.times()
    busy = sum(after[2:4]) - sum(before[2:4])
    return result, f"{wall:.0f} s ({busy:.0f} s of processor time)"


def rows():
    """Yield the time of the build."""
    with tempfile.TemporaryDirectory() as folder:
        _, took = timed(build_book, folder)
        yield Row("build", "the book, from nothing, warnings as errors", took)
