"""Measure how long a live figure takes from the pointer's event to the painted frame.

    python benchmarks/latency.py

Each handle and slider of each figure is dragged in a circle, with the mouse of the browser's own test interface. The
time is taken from the moment at which the page gets an event to the first task after the frame in which it was drawn:
frame callbacks run before the browser paints, so a message that is posted from one arrives when the frame is done.
"""

import functools
import http.server
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from lrp_edu import explorables
from lrp_edu.explorables.explorable import FOLDER

ROOT = Path(__file__).resolve().parent.parent
EVENTS = 120
LIMIT = 16.0  # ms

RECORD = """() => {
    const channel = new MessageChannel();
    const starts = [];
    window.times = [];
    channel.port1.onmessage = () => times.push(performance.now() - starts.shift());
    addEventListener("pointermove", ({ buttons }) => {
        if (!buttons) return;
        starts.push(performance.now());
        requestAnimationFrame(() => channel.port2.postMessage(0));
    }, { capture: true });
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and writes nothing to the terminal."""

    def log_message(self, *args):
        """Write nothing."""


def figures():
    """Yield a name and a figure for each class, and each mode where it has some."""
    for name in explorables.__all__:
        figure = getattr(explorables, name)
        if figure is explorables.Explorable:
            continue
        modes = figure.schema().get("mode", {"choices": {"": ""}})["choices"]
        for mode in modes:
            yield f"{figure.name} {mode}".strip(), figure(**{"mode": mode} if mode else {})


def measure(page, address, folder, figure):
    """Yield the name and the times of each handle and slider of a figure, alone on a page."""
    (folder / "index.html").write_text(
        '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="_static/figure.css"><script type="module" src="_static/boot.js"></script>'
        f"<main>{figure._repr_html_()}</main>",
        "utf-8",
    )
    page.goto(address)
    page.locator(".explorable[data-parity=ok]").wait_for()
    page.evaluate(RECORD)
    for part in page.locator(".handle:visible .handle-grab, input[type=range]:visible").all():
        name = part.evaluate("(e) => e.dataset.control ?? e.closest('.handle').dataset.handle")
        yield name, drag(page, part)


def drag(page, part):
    """Move the mouse in a circle that starts on `part`, and return the times in ms."""
    page.evaluate("times.length = 0")
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for angle in np.linspace(0, 2 * np.pi, EVENTS):
        page.mouse.move(x + 60 * np.sin(angle), y + 60 - 60 * np.cos(angle))
    page.mouse.up()
    page.wait_for_timeout(100)
    return page.evaluate("times")


def main():
    """Print a table; the exit status tells whether all stay below the limit at the 95th percentile."""
    folder, slowest = Path(tempfile.mkdtemp()), 0.0
    shutil.copytree(FOLDER, folder / "_static", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copy(ROOT / "assets" / "boot.js", folder / "_static")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"{'figure':<20}{'handle':<10}{'p50':>8}{'p95':>8}  ms from event to painted frame, {EVENTS} events")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for name, figure in figures():
            for key, times in measure(page, f"http://127.0.0.1:{server.server_port}/", folder, figure):
                middle, high = np.percentile(times, [50, 95])
                slowest = max(slowest, high)
                print(f"{name:<20}{key:<10}{middle:>8.1f}{high:>8.1f}")
        browser.close()
    server.shutdown()
    shutil.rmtree(folder)
    return int(slowest >= LIMIT)


if __name__ == "__main__":
    sys.exit(main())
