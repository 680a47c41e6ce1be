"""A stored picture that is not what its cell draws is noticed; that a font or a version draws it elsewise is not."""

import base64
import functools
import io
import re
import subprocess
import sys

import matplotlib as mpl
import nbformat
import pytest
from matplotlib import pyplot as plt
from stored_pictures import difference, drawing_difference

from benchmarks.web import ROOT
from lrp_edu import figures

BLACK_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="


def save(heights=(1.6, 0.4), f=abs, color=figures.LINES[0], name="a", pixel=1.0, kind="png", metadata=None, **style):
    """Draw bars, a curve and a heatmap as a chapter does, and return the file's bytes."""
    with mpl.rc_context({**figures.BOOK_STYLE, "figure.dpi": 150, **style}):
        fig, (left, middle, right) = plt.subplots(1, 3)
        figures.plot_relevance(left, heights, ylim=(0, 2))
        x = [n / 50 for n in range(-100, 101)]
        middle.plot(x, [f(value) for value in x], color=color)
        middle.set_title(name)
        figures.plot_heatmap(right, [[pixel, -0.5]], (1, 2), limit=2)
        file = io.BytesIO()
        fig.savefig(file, format=kind, metadata=metadata)
        plt.close(fig)
    return file.getvalue()


@functools.cache
def picture(software="Matplotlib", **options):
    """Return a PNG in base64."""
    return base64.b64encode(save(metadata={"Software": software}, **options)).decode()


@functools.cache
def drawing(**options):
    """Return an SVG."""
    return save(kind="svg", metadata={"Date": None}, **options).decode()


CHANGES = {
    "a number": {"heights": (1.61, 0.4)},
    "the order": {"heights": (0.4, 1.6)},
    "a curve": {"f": lambda x: max(x, 0)},
    "a curve, a little": {"f": lambda x: abs(x) * 1.02},
    "a color": {"color": figures.LINES[1]},
    "a label": {"name": ""},
    "a pixel": {"pixel": 0.6},
}


def test_a_picture_is_itself():
    assert difference(picture(), picture()) == ""


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_picture_is_noticed(change):
    assert "differ" in difference(picture(), picture(**change))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_drawing_is_noticed(change):
    assert drawing_difference(drawing(), drawing(**change)) and drawing_difference(drawing(**change), drawing())


@pytest.mark.parametrize(
    "old, new",
    [
        (figures.LINES[0], "#1c4f62"),
        (r'stroke-width: 2(?=[;"])', "stroke-width: 2.05"),
        (r'(?<=<path d="M )\d', "9"),
        (r"<use [^>]*/>", ""),
        (r"(<use [^>]*/>)", r"\1\1"),
        (r"data:image/png;base64,[^\"]*", f"data:image/png;base64,{BLACK_PIXEL}"),
        (r"url\(#\w+\)", "url(#p)"),
    ],
)
def test_a_drawing_that_was_edited_is_noticed(old, new):
    edited, count = re.subn(old, new, drawing(), count=1)
    assert count == 1 and drawing_difference(edited, drawing())


def test_a_drawing_is_itself_but_for_last_digits_names_and_lines():
    drawn = drawing()
    assert drawing_difference(drawn, drawing()) == ""
    again = re.sub(r"(?<= )\d+\.\d{3,}", lambda number: f"{float(number[0]) + 1e-6:.6f}", drawn)
    again = re.sub(r"\b([mp])(?=[0-9a-f]{10}\b)", r"\g<1>f", again).replace(" \nL", " L")
    assert again != drawn and drawing_difference(drawn, again) == ""


def test_what_another_version_draws_is_left_to_the_pixels():
    other = drawing(color=figures.LINES[1]).replace("Matplotlib v", "Matplotlib v1")
    assert drawing_difference(other, drawing()) == ""


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


# The code of a hidden solution, with what it prints: right; not so; and what warns, which is an error there as here.
SOLUTIONS = """```python
print(1 + 1)
```

```text
2
```

```python
print(1 + 1)
```

```text
3
```

```python
import warnings
warnings.warn("of old", DeprecationWarning)
```
"""
START = "from matplotlib import pyplot as plt\nfrom lrp_edu import figures\nfigures.use_book_style()"
CELL = "fig, ax = plt.subplots(figsize=(4, 3))\n_ = ax.bar([1, 2], [1.6, 0.4])"


def cell(source, **pictures):
    data = {f"image/{kind}".replace("svg", "svg+xml"): stored for kind, stored in pictures.items()}
    data["text/plain"] = "<Figure size 400x300 with 1 Axes>"
    return nbformat.v4.new_code_cell(
        source, execution_count=1, outputs=[nbformat.v4.new_output("display_data", data)] if pictures else []
    )


@pytest.mark.chapters
def test_the_chapters_are_compared_when_their_cells_and_hidden_solutions_run(tmp_path):
    from nbclient import NotebookClient

    run = NotebookClient(nbformat.v4.new_notebook(cells=[cell(START), cell(CELL)]), kernel_name="python3").execute()
    data = run.cells[1].outputs[0].data
    png, svg = data["image/png"], data["image/svg+xml"]
    cells = [
        cell(START),
        cell(CELL, png=png, svg=svg),
        cell(CELL, png=BLACK_PIXEL, svg=svg),
        cell(CELL, png=png, svg=svg.replace("stroke: #222222", "stroke: #222223", 1)),
        cell(CELL, png=png),
        cell(CELL.replace("0.4", "0.5"), png=png, svg=svg),
        nbformat.v4.new_markdown_cell(SOLUTIONS),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "pictures.ipynb")
    options = ["-q", "--nbval", "--nbval-current-env", "-p", "conftest", "-c", ROOT / "pyproject.toml"]
    # Old versions warn of things in each other.
    command = [sys.executable, "-m", "pytest", "-W", "ignore::DeprecationWarning", *options, tmp_path]
    seen = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    assert seen.startswith("..FFFF.FF "), seen
    assert seen.count("A stored picture is not what the cell draws") == 3
    assert "The cell draws 1 pictures as image/svg+xml, 0 are stored" in seen
