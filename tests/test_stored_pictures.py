"""A stored picture that is not what its cell draws is noticed; that a font or a version draws it elsewise is not."""

import base64
import io
import subprocess
import sys

import matplotlib as mpl
import nbformat
import pytest
from matplotlib import pyplot as plt
from stored_pictures import difference

from benchmarks.web import ROOT
from lrp_edu import figures

BLACK_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="


def picture(heights=(1.6, 0.4), f=abs, color=figures.LINES[0], software="Matplotlib", **style):
    """Draw bars and a curve as a chapter does, and return the PNG in base64."""
    with mpl.rc_context({**figures.BOOK_STYLE, **style}):
        fig, (left, right) = plt.subplots(1, 2)
        figures.plot_relevance(left, heights, ylim=(0, 2))
        x = [n / 50 for n in range(-100, 101)]
        right.plot(x, [f(value) for value in x], color=color)
        png = io.BytesIO()
        fig.savefig(png, metadata={"Software": software})
        plt.close(fig)
    return base64.b64encode(png.getvalue()).decode()


CHANGES = {
    "a number": {"heights": (1.61, 0.4)},
    "the order": {"heights": (0.4, 1.6)},
    "a curve": {"f": lambda x: max(x, 0)},
    "a curve, a little": {"f": lambda x: abs(x) * 1.02},
    "a color": {"color": figures.LINES[1]},
}


def test_a_picture_is_itself():
    assert difference(picture(), picture()) == ""


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_picture_is_noticed(change):
    assert "differ" in difference(picture(), picture(**change))


@pytest.mark.parametrize("change", ["the order", "a curve", "a color"])
def test_it_is_noticed_across_versions(change):
    assert "differ" in difference(picture(software="Matplotlib 1"), picture(**CHANGES[change]))


@pytest.mark.parametrize(
    "style", [{"text.hinting": "none"}, {"font.size": 10.2, "lines.linewidth": 2.3}, {"figure.dpi": 149}]
)
def test_another_version_may_draw_it_a_little_elsewise(style):
    assert difference(picture(software="Matplotlib 1"), picture(**style)) == ""


def test_an_empty_picture_is_noticed():
    assert "has (1, 1) pixels" in difference(BLACK_PIXEL, picture())


CELL = "fig, ax = plt.subplots(figsize=(4, 3))\n_ = ax.bar([1, 2], [1.6, 0.4])"


def cell(source, png):
    data = {"image/png": png, "text/plain": "<Figure size 400x300 with 1 Axes>"}
    return nbformat.v4.new_code_cell(
        source, execution_count=1, outputs=[nbformat.v4.new_output("display_data", data)] if png else []
    )


def test_the_chapters_are_compared_when_their_cells_run(tmp_path):
    from nbclient import NotebookClient

    start = cell("from matplotlib import pyplot as plt", "")
    run = NotebookClient(nbformat.v4.new_notebook(cells=[start, cell(CELL, "")]), kernel_name="python3").execute()
    png = run.cells[1].outputs[0].data["image/png"]
    cells = [start, cell(CELL, png), cell(CELL, BLACK_PIXEL), cell(CELL.replace("0.4", "0.5"), png)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "pictures.ipynb")
    options = ["-q", "--nbval", "--nbval-current-env", "-p", "conftest", "-c", ROOT / "pyproject.toml"]
    command = [sys.executable, "-m", "pytest", *options, tmp_path]
    seen = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    assert "2 failed, 2 passed" in seen, seen
    assert seen.count("A stored picture is not what the cell draws") == 2
