"""The picture of two digits on one canvas, read back from the page and compared with ``lrp_edu``."""

import re

import numpy as np
from canvas_cases import canvas_case
from pictures import Album, blend, near, panel_agrees, says

from lrp_edu import figures
from lrp_edu.explorables import CanvasFigure

NAMED = [
    {"target": "3"},
    {"target": "7", "row": 8, "column": 0},
    {"one": "0", "other": "none", "target": "0"},
    {"row": 4, "column": 6, "other_row": 6, "other_column": 9, "target": "7"},
    {"target": "3", "against": "7"},
    {"one": "5", "other": "5", "against": "second"},
    {"target": "9", "upper": "epsilon", "hidden": "zplus", "epsilon": 1.5},
    {"target": "4", "against": "4", "first": "flat"},
    {"absorb": "yes", "hidden": "lrp0", "first": "gamma", "gamma": 2},
]
MENUS = ("one", "other", "against", "upper", "hidden", "first")
ROWS = ["the output", "64 numbers", "24 maps", "12 maps", "the pixels"]
MARK = 0.62


def states():
    random = np.random.default_rng(7)
    return [*NAMED, *(canvas_case(random) for _ in range(8))]


ALBUM = Album(
    CanvasFigure,
    states(),
    {
        "canvas": ".canvas",
        "heat": ".heat",
        "ink": ".canvas .ink",
        "frames": ".frame",
        "handles": "[data-handle]",
        "limits": ".limit",
        "verdict": ".verdict",
        "reading": ".reading",
        "radios": ".logit input",
        "bars": ".logit-bar",
        "logits": ".logit-number",
        "account": ".account tr",
        **{f"menu {key}": f"select[data-control={key}]" for key in MENUS},
        **{
            f"field {key}": f"input[data-field={key}]"
            for key in ("row", "column", "other_row", "other_column", "epsilon", "gamma", "alpha")
        },
        "chosen": ".chosen",
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
    },
)


def figure_of(picture):
    return CanvasFigure(**picture.whole_state)


def test_the_pixels_lie_row_by_row(drawn):
    for picture in drawn:
        left, top, width, height = picture.one("canvas").box
        size = width / 20
        assert abs(height - 16 * size) < 0.1 and len(picture.all("heat")) == 320
        for n, part in enumerate(picture.all("heat")):
            assert near(part.box, (left + n % 20 * size, top + n // 20 * size, size, size)), f"{picture}: {n}"


def test_the_colors_are_those_of_the_relevance(drawn):
    for picture in drawn:
        R = np.array(picture.numbers["R"])
        low, zero, high = [part.text for part in picture.all("limits")]
        limit = max(1 / 64, 2.0 ** np.ceil(np.log2(np.abs(R).max() or 1 / 64)))
        assert (low, zero) == (f"−{high}", "0") and says(high, limit, 4), picture
        for value, part in zip(R, picture.all("heat"), strict=True):
            assert near(part.fill[:3], blend(figures.RELEVANCE_COLORS, 0.5 + value / (2 * limit)), 1), picture


def test_the_marks_are_as_large_as_the_ink(drawn):
    for picture in drawn:
        shares = (figure_of(picture).canvas.ravel() + 1) / 2
        for n, (share, cell, mark) in enumerate(zip(shares, picture.all("heat"), picture.parts["ink"], strict=True)):
            assert mark.shown == (share > 0), f"{picture}: {n}"
            if mark.shown:
                assert near(mark.middle, cell.middle), f"{picture}: {n}"
                assert near(np.ptp(mark.points, axis=0), MARK * cell.box[2] * np.sqrt(share), 0.2), f"{picture}: {n}"
                assert max(mark.fill[:3]) < 40 and min(mark.stroke[:3]) == 255


def test_the_frames_stand_around_the_digits(drawn):
    for picture in drawn:
        left, top, width, _ = picture.one("canvas").box
        size, state = width / 20, picture.whole_state
        shown = [state["one"], state["other"]]
        for digit, corner, part in zip(shown, figure_of(picture).corners, picture.parts["frames"], strict=True):
            assert part.shown == (digit != "none"), picture
            if part.shown:
                row, column = corner
                assert near(part.points.min(axis=0), (left + column * size, top + row * size)), picture
                assert near(np.ptp(part.points, axis=0), 8 * size), picture
                asked = digit == str(picture.numbers["target"])
                assert (part.dashes == ()) == asked and part.width == (2.5 if asked else 1.5), picture


def test_a_handle_says_its_digit_and_its_place(drawn):
    for picture in drawn:
        state = picture.whole_state
        for part, digit, (row, column) in zip(
            picture.parts["handles"], (state["one"], state["other"]), figure_of(picture).corners, strict=True
        ):
            if digit != "none":
                assert part.attributes["aria-label"] == f"a {digit}: column and row of its upper left pixel"
                assert part.attributes["aria-valuetext"] == f"({column}, {row})", picture


def test_the_verdict(drawn):
    for picture in drawn:
        n = picture.numbers
        other = "" if n["against"] is None else f" minus that of {n['against']}"
        text = picture.one("verdict").text.replace("\u00a0", " ")
        said = re.fullmatch(r"The logit of (\d)(.*?): (\S+)\. (.*)", text)
        assert said and said.groups()[:2] == (str(n["target"]), other) and says(said[3], n["f"], 4), picture
        where = "No square of its own" if "absent" in n["notes"] else "No positive relevance"
        if n["inside"] is not None:
            where = f"Red: {np.floor(100 * n['inside'] + 0.5):.0f} % in its frame"
            if n["outside"] is not None:
                where += f", {np.floor(100 * n['outside'] + 0.5):.0f} % in the other"
        assert said[4] == where, picture
        assert picture.one("reading").text == "Drag a digit. Point at a pixel to read its relevance."


def test_the_logits_and_what_is_explained(drawn):
    for picture in drawn:
        for z, part in zip(picture.numbers["logits"], picture.all("logits"), strict=True):
            assert says(part.text, z, 2), picture
        checked = [part.attributes["value"] for part in picture.parts["radios"] if part.checked]
        assert checked == [picture.whole_state["target"]]


def test_the_account_of_the_layers(drawn):
    for picture in drawn:
        rows = [part.cells for part in picture.all("account")]
        assert [head for head, _ in rows[::2]] == [f"Σ R of {name}" for name in ROWS]
        for (_, text), total in zip(rows[::2], picture.numbers["totals"][::-1], strict=True):
            assert says(text, total, 4), picture


def test_the_panel(drawn):
    for picture in drawn:
        panel_agrees(picture)


def test_the_controls_show_the_state(drawn):
    for picture in drawn:
        state = picture.whole_state
        for key in MENUS:
            assert picture.one(f"menu {key}").value == state[key], picture
        for key in ("row", "column", "other_row", "other_column"):
            assert float(picture.one(f"field {key}").value) == state[key], picture
        rules = [CanvasFigure.schema()[key]["choices"][state[key]] for key in ("first", "hidden", "upper")]
        assert picture.one("chosen").text == ", ".join(rules), picture


def test_nothing_covers_what_is_drawn(drawn):
    for picture in drawn:
        if picture.photo is None:
            continue
        corners = figure_of(picture).corners
        for n, cell in enumerate(picture.all("heat")):
            left, top, size, _ = cell.box
            row, column = divmod(n, 20)
            inner = [(row - r, column - c) for r, c in corners]
            if all(0 < r < 7 and 0 < c < 7 or not (-2 < r < 9 and -2 < c < 9) for r, c in inner):  # clear of the frames
                color = picture.pixel((left + 0.1 * size, top + 0.1 * size))
                assert near(color, cell.fill[:3], 6), f"{picture}: {n}"
