"""What each page of the site asks of a slow phone: its weight, when its first figure answers, and what it blocks."""

import gzip
import io
import tempfile
from pathlib import Path

import numpy as np

from .browser import chromium
from .latency import drag_all
from .table import Row
from .web import QuietHandler, build_book, pages, serving, visit, wake_figures, weights

# Lighthouse's "slow 4G": milliseconds, and bytes per second.
SLOW_4G = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8, "offline": False}
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
LIMITS = {"weight": 350, "live": 4, "blocked": 1.5, "shift": 0.05, "stops": 40}
SLOWDOWN = {1: 16, 4: 60}  # of the processor: the most milliseconds from an event to its painted frame
PATIENCE = 30_000

# Notes when a handle of the first figure moves for a key, how long tasks take, and how far the layout shifts.
RECORD = """() => {
  const seen = window.seen = {live: null, blocked: 0, shift: 0};
  const observe = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
    .observe({type, buffered: true});
  observe("longtask", (entry) => { seen.blocked += entry.duration / 1000; });
  observe("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  const press = (key) => new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
  const timer = setInterval(() => {
    const figure = document.querySelector(".explorable");
    const handle = figure?.querySelector("[data-handle][tabindex='0'], [data-handle], [data-cell][tabindex='0']");
    if (!handle) return;
    const before = figure.innerHTML;
    handle.dispatchEvent(press("ArrowRight"));
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (seen.live !== null || figure.innerHTML === before) return;
      clearInterval(timer);
      seen.live = performance.now() / 1000;
    }));
  }, 50);
}"""


class CompressingHandler(QuietHandler):
    """Serves texts compressed, as the hosts of sites do."""

    def send_head(self):
        """Answer with the compressed file, if it is a text."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in (".css", ".html", ".js", ".svg") or not path.is_file():
            return super().send_head()
        body = gzip.compress(path.read_bytes())
        self.send_response(200)
        for name, value in [("Type", self.guess_type(path)), ("Encoding", "gzip"), ("Length", str(len(body)))]:
            self.send_header(f"Content-{name}", value)
        self.end_headers()
        return io.BytesIO(body)


def slow_down(page, processor, network=True):
    """Make the processor so many times slower, and the network as slow as a phone's."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": processor})
    if network:
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_4G)


def load(browser, address, viewport=PHONE):
    """Open a page as on a slow phone; return what ``RECORD`` saw, and whether it has figures."""
    with browser.new_context(viewport=viewport) as context:
        page = context.new_page()
        slow_down(page, 4)
        page.add_init_script(f"({RECORD})()")
        page.goto(address, wait_until="load")
        figures = page.locator("figure.explorable").count()
        if figures:
            page.wait_for_function("seen.live !== null", timeout=PATIENCE)
        page.wait_for_timeout(1500)
        return page.evaluate("seen"), figures


def deep_links(page):
    """Return the addresses of the sections that hold the first figure and that end the chapter."""
    return page.evaluate("""() => {
        const sections = [...document.querySelectorAll("article section[id]")];
        const holds = sections.filter((section) => section.querySelector(".explorable"));
        return [holds.at(-1), sections.at(-1)].filter(Boolean).map((section) => `#${section.id}`);
    }""")


def tab_stops(page):
    """Return how often Tab is pressed before the first figure has the focus, or None on a page without figures."""
    if not page.locator(".explorable").count():
        return None
    page.evaluate("scrollTo(0, 0)")
    for stops in range(1000):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.explorable') !== null"):
            return stops
    raise RuntimeError("Tab does not reach the figure")


def page_row(browser, site, name):
    """Return the row of a page."""
    address = f"{site}{name}.html"
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        responses = visit(page, address)
        stops = tab_stops(page)
        wake_figures(page)
        weight = sum(weights(responses).values())
        links = deep_links(page)
    seen, figures = load(browser, address)
    shift = max(seen["shift"], load(browser, address, DESK)[0]["shift"])
    deep = max([load(browser, address + link, at)[0]["shift"] for link in links for at in (PHONE, DESK)], default=0)
    live = f"{seen['live']:.1f} s" if figures else "–"
    values = [f"{weight / 1000:.0f} kB", live, f"{seen['blocked']:.2f} s", f"{shift:.3f}", f"{deep:.3f}"]
    return Row("slow phone", name, " | ".join([*values, "–" if stops is None else str(stops)]))


def answers(browser, site, name):
    """Yield a row for each figure of a page: the slowest of its handles and sliders, at full speed and slowed down."""
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        visit(page, f"{site}{name}.html")
        wake_figures(page)
        for number, figure in enumerate(page.locator("figure.explorable").all()):
            times = []
            for processor in SLOWDOWN:
                slow_down(page, processor, network=False)
                times.append(max(np.percentile(each, 95) for each in drag_all(page, figure)))
            kind = figure.get_attribute("data-explorable")
            yield Row("answer, p95", f"{name}, {kind} {number + 1}", " | ".join(f"{time:.1f} ms" for time in times))


def rows():
    """Yield the limits, and rows for each page."""
    limits = "{weight} kB | {live} s | {blocked} s | {shift} | {shift} | {stops}".format(**LIMITS)
    yield Row("slow phone", "limits: weight, first answer, blocked, shift, on a deep link, Tab stops", limits)
    yield Row("answer, p95", "limits: full speed, processor 4 × slower", "{} ms | {} ms".format(*SLOWDOWN.values()))
    with tempfile.TemporaryDirectory() as folder, serving(build_book(folder), CompressingHandler) as site:
        with chromium() as browser:
            for name in pages():
                yield page_row(browser, site, name)
                yield from answers(browser, site, name)
