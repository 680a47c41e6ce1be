"""A real JupyterLab: figures that are dragged, set from Python and saved; and chapters that read as on the site."""

import re

import pytest

from benchmarks.web import cell, jupyterlab, open_notebook, run
from lrp_edu.explorables import NeuronFigure

CELLS = [
    "from lrp_edu.explorables import NeuronFigure\nfigure = NeuronFigure()\nfigure",
    "print('dragged to', figure.x, figure.numbers()['R'])",
    "figure.x = (2, 0.5)\nfigure.b = 99\nfigure.caption = 'Look at [no bias](b=0).'",
    "print('now', figure.x, figure.b)",
]


@pytest.fixture(scope="module")
def lab():
    with jupyterlab(CELLS) as address:
        yield address


@pytest.fixture
def notebook(page, lab):
    open_notebook(page, lab)
    return page


def printed(page, number, start):
    """Return the line that a cell has printed."""
    return cell(page, number).locator(".jp-OutputArea-output", has_text=start).inner_text().strip()


def test_what_is_dragged_is_in_python_and_what_python_sets_is_drawn(notebook, page):
    run(page, 0)
    figure = page.locator(".jp-OutputArea .explorable")
    figure.locator("[data-handle=x]").wait_for()
    assert figure.get_attribute("data-parity") == "ok"

    # The pointer.
    box = figure.locator("[data-handle=x] .handle-grab").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 25, steps=5)
    page.mouse.up()
    # The keyboard, which JupyterLab would like to have for itself.
    page.keyboard.press("ArrowUp")
    state = figure.evaluate("(root) => root.explorable.state")
    assert state["x"][0] > 1.3 and state["x"][1] < 0.9
    dragged = tuple(state["x"])
    shares = NeuronFigure(x=dragged).numbers()["R"]
    # What was dragged last may still be on its way while the kernel is busy.
    for _ in range(20):
        run(page, 1)
        if printed(page, 1, "dragged") == f"dragged to {dragged} {shares}":
            break
    else:
        raise AssertionError(f"the kernel does not hear of {dragged}: {printed(page, 1, 'dragged')}")

    # And back: Python clamps the bias, and the picture shows what Python holds.
    run(page, 2)
    page.wait_for_function("document.querySelector('.explorable').explorable.state.x[0] === 2")
    page.wait_for_function("document.querySelector('[data-number=f_x]').textContent === '7.5'")
    assert figure.locator("[data-handle=x]").get_attribute("aria-valuetext") == "(2, 0.5)"
    assert figure.evaluate("(root) => [root.explorable.state.x, root.explorable.state.b]") == [[2, 0.5], 3]
    assert figure.locator("figcaption").inner_text() == "Look at no bias."
    run(page, 3)
    assert printed(page, 3, "now") == "now (2.0, 0.5) 3.0"


# Of all notebooks. JupyterLab wants its own cookie to be repeated.
SHUT_DOWN_KERNELS = """async () => {
    const headers = { "X-XSRFToken": /_xsrf=([^;]*)/.exec(document.cookie)[1] };
    for (const { id } of await (await fetch("/api/sessions", { headers })).json()) {
        await fetch(`/api/sessions/${id}`, { method: "DELETE", headers });
    }
}"""


def test_a_saved_figure_stands_as_a_table_that_says_what_to_do(notebook, lab):
    page = notebook
    run(page, 0)
    figure = page.locator(".jp-OutputArea .explorable")
    figure.locator("[data-handle=x]").wait_for()
    with page.expect_response(lambda response: "/api/contents/figure.ipynb" in response.url and response.ok):
        page.locator('[data-command="docmanager:save"]').first.click()
    page.evaluate(SHUT_DOWN_KERNELS)
    open_notebook(page, lab)
    assert "run this cell to bring the figure to life" in figure.inner_text()
    assert figure.get_by_role("row", name="R₁ 1.6").is_visible()
    assert "Error" not in cell(page, 0).locator(".jp-OutputArea").inner_text()
    run(page, 0)  # which says the truth
    figure.locator("[data-handle=x]").wait_for()
    assert figure.get_attribute("data-parity") == "ok"


RAW = re.compile(r"\{[\w:-]+\}|:::|<!--|\beq-\w+|\$|\\[a-z]+")
# JupyterLab renders the cells one by one, those in view first.
SCROLLED = """(count) => {
    document.querySelector(".jp-WindowedPanel-outer")?.scrollTo(0, 1e6);
    return document.querySelectorAll(".jp-Notebook details").length === count;
}"""


def test_a_chapter_shows_no_raw_key_closed_solutions_and_links_that_lead_on(page, lab):
    page.goto(lab.replace("figure.ipynb", "chapters/messages.ipynb"))
    page.wait_for_function(SCROLLED, arg=3, polling=300, timeout=120_000)
    assert page.locator("details[open]").count() == 0
    solution = page.locator("details").first
    solution.locator("summary").click()
    solution.locator("mjx-container").first.wait_for()  # its formulas are set
    text = "\n".join(page.locator(".jp-RenderedMarkdown").all_inner_texts())
    assert "of (7.2) is negative where" in text
    assert RAW.findall(text) == []
    page.locator(".jp-WindowedPanel-outer").first.evaluate("(panel) => panel.scrollTo(0, 0)")
    page.locator(".jp-RenderedMarkdown a", has_text="Bach et al. (2015)").first.click()
    page.locator(".jp-RenderedMarkdown", has_text="On pixel-wise explanations").wait_for()
    assert page.locator(".Toastify__toast").count() == 0  # nobody is asked for news
