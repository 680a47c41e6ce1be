"""How long a live figure takes from the event to the painted frame, beside ``ipywidgets.interact``.

Frame callbacks run before the browser paints. So a message that is posted from one arrives in the first task after the
frame, and that is when the clock stops.
"""

import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from lrp_edu import explorables

from .browser import chromium
from .table import Missing, Row
from .web import FRAME, cell, jupyterlab, lay_out_figures, open_notebook, page_of, run, serving

EVENTS, PRESSES = 120, 30

# From each move of the pointer with a button down, and from each key on a letter, to the frame after it.
RECORD_DRAG = """() => {
    if (window.times) return;
    const channel = new MessageChannel();
    const starts = [];
    window.times = [];
    channel.port1.onmessage = () => times.push(performance.now() - starts.shift());
    const record = ({ type, buttons, target }) => {
        if (type === "keydown" ? !target.matches("[role=spinbutton]") : !buttons) return;
        starts.push(performance.now());
        requestAnimationFrame(() => channel.port2.postMessage(0));
    };
    for (const type of ["pointermove", "keydown"]) addEventListener(type, record, { capture: true });
}"""

# From the key that moves the slider to the frame with another image, fully decoded.
RECORD_IMAGE = """(output) => {
    const channel = new MessageChannel();
    const source = () => output.querySelector("img")?.src;
    let [start, shown] = [null, source()];
    window.times = [];
    channel.port1.onmessage = ({ data }) => times.push(performance.now() - data);
    addEventListener("keydown", () => { start = performance.now(); }, { capture: true });
    new MutationObserver(async () => {
        if (start === null || !source() || source() === shown) return;
        const begun = start;
        [start, shown] = [null, source()];
        await output.querySelector("img").decode();
        requestAnimationFrame(() => channel.port2.postMessage(begun));
    }).observe(output, { subtree: true, childList: true, attributes: true });
}"""

CELLS = [
    "from lrp_edu.explorables import NeuronFigure\nNeuronFigure()",
    """
import matplotlib.pyplot as plt
from ipywidgets import FloatSlider, interact
from lrp_edu import figures, roots
from lrp_edu.neuron import Neuron

neuron = Neuron([2, 1], -1)

@interact(x1=FloatSlider(value=0, min=-3, max=3, step=0.1))
def draw(x1):
    _, (plane, bars) = plt.subplots(1, 2)
    x = [x1, 1]
    figures.plot_neuron(plane, neuron, x, roots.w2_root(x, neuron.w, neuron.b), lim=(-3, 3))
    figures.plot_relevance(bars, neuron.decompose(x, roots.w2_root(x, neuron.w, neuron.b)).relevance, ylim=(-2, 8))
    plt.show()
""",
]


def live_figures():
    """Yield a name and a figure for each class, and each mode where it has some."""
    for name in explorables.__all__:
        figure = getattr(explorables, name)
        if figure is explorables.Explorable:
            continue
        modes = figure.schema().get("mode", {"choices": {"": ""}})["choices"]
        for mode in modes:
            yield f"{figure.name} {mode}".strip(), figure(**{"mode": mode} if mode else {})


def show(page, address, folder, figure):
    """Show a figure alone on a page, as on the site."""
    (folder / "index.html").write_text(page_of(figure), "utf-8")
    page.goto(address)
    page.locator(".explorable[data-parity=ok]").wait_for()


def drag_all(page, figure=None):
    """Drag each handle and slider of the page's figure, or of one of them, and return the times in ms of each.

    Of places for letters, which are alike, the first is changed by keys.
    """
    page.evaluate(RECORD_DRAG)
    figure = figure or page.locator(".explorable")
    parts = figure.locator(".handle:visible .handle-grab, .pad, input[type=range]:visible")
    letters = figure.locator("[role=spinbutton]:visible")
    return [drag(page, part) for part in parts.all()] + [press(page, part) for part in letters.all()[:1]]


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


def press(page, part):
    """Press a key on `part` again and again, once a frame, and return the times in ms."""
    page.evaluate("times.length = 0")
    part.focus()
    for _ in range(EVENTS):
        page.keyboard.press("ArrowUp")
        page.evaluate(FRAME)
    return page.evaluate("times")


def press_all(page, output):
    """Move the slider of `output` key by key, each time waiting for its image, and return the times in ms."""
    output.locator("img").wait_for()
    output.evaluate(RECORD_IMAGE)
    output.locator(".noUi-handle").focus()
    for presses in range(1, PRESSES + 1):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("n => times.length === n", arg=presses)
    return page.evaluate("times")


def row(place, what, times):
    """Return the row with the median and the 95th percentile of times in ms."""
    return Row(f"{place}, p50 / p95", what, "{:.1f} / {:.1f} ms".format(*np.percentile(times, [50, 95])))


def slowest_row(place, name, parts):
    """Return the row of a figure: the times of its part with the largest 95th percentile."""
    slowest = max(parts, key=lambda times: np.percentile(times, 95))
    return row(place, f"{name}: the slowest of {len(parts)} controls", slowest)


def rows():
    """Yield a row for each live figure on the site, one for a figure in JupyterLab, and one for ``interact``."""
    with chromium() as browser:
        yield from on_the_site(browser)
        yield from in_jupyterlab(browser)


def on_the_site(browser):
    """Yield a row for each figure: its slowest handle or slider."""
    with tempfile.TemporaryDirectory() as folder, serving(folder) as address:
        lay_out_figures(Path(folder))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for name, figure in live_figures():
            show(page, address, Path(folder), figure)
            yield slowest_row("site", name, drag_all(page))


def in_jupyterlab(browser):
    """Yield a row for the live neuron, and one for ``interact`` with a matplotlib picture of the same plane."""
    if not find_spec("jupyterlab"):
        raise Missing("jupyterlab is not installed")
    with jupyterlab(CELLS) as address:
        page = browser.new_page()
        open_notebook(page, address)
        run(page, 0)
        page.locator(".explorable[data-parity=ok]").wait_for()
        yield slowest_row("lab", "neuron", drag_all(page))
        run(page, 1)
        times = press_all(page, cell(page, 1).locator(".jp-Cell-outputArea"))
        yield row("lab", "interact and matplotlib: through the kernel and back", times)
