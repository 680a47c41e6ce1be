"""The chapters' pictures on the site: as they were drawn, in the colors of the theme, and readable on a phone."""

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.web import ROOT
from lrp_edu import figures
from lrp_edu.messages import seven_neurons
from lrp_edu.neuron import Neuron
from website.pictures import inline


def stored(path):
    """Return the drawings that a chapter stores."""
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [output.data["image/svg+xml"] for output in outputs if "image/svg+xml" in output.get("data", {})]


DRAWINGS = {path.stem: stored(path) for path in sorted((ROOT / "chapters").glob("*.ipynb"))}
EACH_CHAPTER = pytest.mark.parametrize("chapter", [name for name, drawings in DRAWINGS.items() if drawings])


def drawn(draw, **options):
    """Let `draw` fill axes, and return the SVG and what stands on the page."""
    file = io.BytesIO()
    with rc_context(figures.BOOK_STYLE):
        figure = Figure()
        draw(figure.subplots())
        figure.savefig(file, format="svg", metadata={"Date": None})
    svg = file.getvalue().decode()
    return svg, ElementTree.fromstring(inline(svg, **{"alt": "", "name": "p", "outlines": {}} | options))


def styles(page):
    return " ".join(element.get("style", "") for element in page.iter())


def test_ink_and_paper_are_variables():
    _, page = drawn(lambda ax: ax.plot([0, 1], color=figures.LINES[0]))
    colors = re.findall(r"(?:fill|stroke):(var\([^)]*\)|#\w+)", styles(page))
    lines = ["var(--ink,#222222)", "var(--guide,#767676)", "var(--paper,#ffffff)", "var(--line-0,#1c4f61)"]
    assert set(colors) == set(lines)


def test_colors_of_data_and_what_is_drawn_on_them_stay():
    _, page = drawn(lambda ax: figures.plot_neuron(ax, Neuron([2.0, 1.0], -1.0), [1.0, 1.0], [0.2, 0.6]))
    for color in (figures.SILENT, figures.ACTIVATION_COLORS[0], figures.MARK, figures.LIGHT):
        assert f":{color}" in styles(page) and f",{color})" not in styles(page)
    _, page = drawn(lambda ax: ax.contourf([[0, 1], [0, 1]], levels=[0, 0.5, 1], colors=[figures.INK, figures.PAPER]))
    assert f"fill:{figures.INK}" in styles(page) and f"fill:{figures.PAPER}" in styles(page)


def test_neurons_keep_the_color_of_their_relevance_and_edges_turn_with_the_theme():
    network = seven_neurons()
    relevance = network.explain([1.0, 2.0, 1.0]).layers
    _, page = drawn(lambda ax: figures.plot_network(ax, network, relevance=relevance))
    strongest = [e for e in page.iter("use") if f"fill:{figures.POSITIVE}" in e.get("style", "")]
    assert len(strongest) == 1 and "stroke:var(--ink,#222222)" in strongest[0].get("style")
    assert f"stroke:var(--guide,{figures.GUIDE})" in styles(page)


def test_a_hatched_bar_has_the_colors_of_the_theme():
    _, page = drawn(lambda ax: figures.plot_relevance(ax, [1.0], total=2.0))
    (paper, *_) = page.find(".//pattern")
    assert paper.get("fill") is None and paper.get("style") == "fill:var(--paper,#ffffff)"


def test_what_is_drawn_stays_to_a_hundredth_of_a_point():
    svg, page = drawn(lambda ax: ax.plot(np.linspace(0, 3, 200), np.sin(np.linspace(0, 3, 200) ** 2)))
    shapes = [
        [np.array(re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path), float) for path in paths]
        for paths in (
            re.findall(r'\bd="([^"]*)"', svg),
            [path.get("d") for path in page.iter("path")],
        )
    ]
    assert len(shapes[0]) == len(shapes[1]) and max(map(len, shapes[0])) > 100
    for before, after in zip(*shapes, strict=True):
        np.testing.assert_allclose(after, before, rtol=0, atol=0.0051)


def test_letters_are_as_large_as_they_were_drawn():
    svg, page = drawn(lambda ax: ax.set_title("nine", size=9))
    for scale in ("0.09 -0.09", "0.11 -0.11", "0.015625"):
        found = [e.get("transform", "") for e in page.iter() if f"scale({scale})" in e.get("transform", "")]
        assert len(found) == svg.count(f"scale({scale})") > 0


def test_a_page_has_each_outline_once_and_each_id_once():
    outlines = {}
    pages = [drawn(lambda ax: ax.plot([0, 1]), name=name, outlines=outlines)[1] for name in ("one", "two")]
    ids = [element.get("id") for page in pages for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) and len(outlines) == len(set(outlines.values()))
    assert not [path for path in pages[1].iter("path") if path.get("id")]
    for page in pages:
        links = {e.get("href")[1:] for e in page.iter("use")}
        clips = {found for e in page.iter() for found in re.findall(r"url\(#([\w-]+)\)", str(e.attrib))}
        assert links <= set(ids) and clips and clips <= {e.get("id") for e in page.iter("clipPath")}


def test_a_picture_is_one_image_with_a_name_and_a_size():
    _, page = drawn(lambda ax: ax.plot([0, 1]), alt='"A" < B & C')
    assert (page.get("role"), page.get("aria-label")) == ("img", '"A" < B & C')
    assert [page.get(key) for key in ("viewBox", "width", "height")] == ["0 0 331.2 216", "480", "313"]


@EACH_CHAPTER
def test_each_text_of_a_picture_is_a_label_that_can_be_measured(chapter):
    for svg in DRAWINGS[chapter]:
        page = ElementTree.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', ""))
        texts = [group for group in page.iter("g") if group.get("id", "").startswith("text_")]
        assert all(text.find(".//g/use") is not None for text in texts), "letters without a size"
        assert inline(svg, "", "p", {}).count('class="label"') >= len(texts)


# What a label is: its size, its place, its color; and what else has a color on the page's paper.
MEASURE = """() => {
  const data = ['#16191d', '#fdfdfd', '#000000'];
  const box = (e) => { const {x, y, right, bottom} = e.getBoundingClientRect(); return [x, y, right, bottom]; };
  return [...document.querySelectorAll('svg.picture')].map((svg) => ({
    box: box(svg),
    name: svg.getAttribute('aria-label'),
    column: svg.parentElement.clientWidth,
    labels: [...svg.querySelectorAll('.label')].map((label) => {
      const {a, b} = label.getScreenCTM();
      return {box: box(label), size: 100 * Math.hypot(a, b), color: getComputedStyle(label).fill};
    }),
    lines: [...svg.querySelectorAll(':is(path, use):not(defs *, .label *)')].flatMap((line) => {
      const style = getComputedStyle(line);
      const own = line.getAttribute('style') ?? '';
      const named = [...own.matchAll(/(fill|stroke):(var|#\\w+)/g)].filter(([, key, color]) =>
        key === 'stroke' ? !data.includes(color) : color === 'var');
      return named.map(([, key]) => [style[key], key === 'stroke' ? style.opacity * style.strokeOpacity : 1, own]);
    }),
  }));
}"""


def rgb(color):
    """Return a computed color as three shares."""
    return np.array([float(part) for part in re.findall(r"[\d.]+", color)[:3]]) / 255


def luminance(colors):
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722)


def contrast(color, others):
    pair = np.stack(np.broadcast_arrays(luminance(color), luminance(others)))
    return (pair.max(axis=0) + 0.05) / (pair.min(axis=0) + 0.05)


def assert_pictures_can_be_read(page, name):
    """Fail where a picture on a page of the book is too wide, has small, cut, or hidden letters, or pale ones."""
    pictures = page.evaluate(MEASURE)
    assert len(pictures) == len(DRAWINGS.get(Path(name).name, []))
    for picture in pictures:
        assert picture["name"] and picture["box"][2] - picture["box"][0] <= picture["column"]
        assert all(label["size"] >= 10 for label in picture["labels"])
        assert_apart([label["box"] for label in picture["labels"]], picture["box"])
    assert_contrast(page, pictures)


def assert_apart(labels, picture, slack=0.5):
    """Fail where a label sticks out of the picture, or two of them overlap."""
    for i, (x, y, right, bottom) in enumerate(labels):
        assert picture[0] - slack <= x and picture[1] - slack <= y, "a label is cut"
        assert right <= picture[2] + slack and bottom <= picture[3] + slack, "a label is cut"
        for other in labels[:i]:
            wide, high = min(right, other[2]) - max(x, other[0]), min(bottom, other[3]) - max(y, other[1])
            assert wide <= slack or high <= slack, f"two labels overlap at {x - picture[0]:.0f}, {y - picture[1]:.0f}"


def assert_contrast(page, pictures):
    """Fail where a label is too pale on what lies behind it, or a line on the paper."""
    paper = rgb(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    page.add_style_tag(content=".picture .label { visibility: hidden }")
    for svg, picture in zip(page.locator("svg.picture").all(), pictures, strict=True):
        ground = np.array(Image.open(io.BytesIO(svg.screenshot())).convert("RGB")) / 255
        for label in picture["labels"]:
            x, y, right, bottom = np.subtract(label["box"], 2 * picture["box"][:2]).round().astype(int)
            behind = ground[max(y, 0) : bottom + 1, max(x, 0) : right + 1]
            assert np.quantile(contrast(rgb(label["color"]), behind), 0.1) >= 4.5, (picture["name"][:60], x, y)
        for color, opacity, style in picture["lines"]:
            seen = float(opacity) * rgb(color) + (1 - float(opacity)) * paper
            assert np.allclose(seen, paper) or contrast(seen, paper) >= 3, style
    page.evaluate("document.head.lastElementChild.remove()")
