"""The picture of the digit that one draws, read back from the page and compared with ``lrp_edu``."""

import re

import numpy as np
import pytest
from digit_cases import digit_case
from pictures import Album, blend, near, panel_agrees, parse_color, rgb, says

from lrp_edu import figures
from lrp_edu.explorables import DigitFigure
from lrp_edu.explorables.digit import SAMPLES

BLANK = [0] * 64
CORNER = [16, *BLANK[1:]]
STEPS = [n % 17 for n in range(64)]
NAMED = [
    {},
    {"ink": CORNER, "target": "7"},
    {"ink": STEPS, "against": "second"},
    {"ink": BLANK},
    {"target": "0", "against": "3", "first": "lrp0"},
    {"target": "4", "against": "4"},
    {"upper": "epsilon", "hidden": "zplus", "epsilon": 1.5},
    {"absorb": "yes", "hidden": "lrp0", "first": "gamma", "gamma": 2},
    {"hidden": "wsquare", "first": "flat", "pen": 7},
    {"upper": "alphabeta", "hidden": "alphabeta", "alpha": 3, "ink": [16] * 64},
    {"hidden": "zbox", "target": "9", "ink": STEPS[::-1]},
]
ROWS = ["Σ R of the output", "lost", "Σ R of 32 neurons", "lost", "Σ R of 48 neurons", "lost", "Σ R of the pixels"]
KINDS = {"bias": "bias", "stabilizer": "ε", "no_receiver": "no receiver"}
MARK = 0.62


def states():
    random = np.random.default_rng(7)
    return [*NAMED, *(digit_case(random) for _ in range(20))]


ALBUM = Album(
    DigitFigure,
    states(),
    {
        "cells": "[data-cell]",
        "heat": ".heat",
        "ink": ".cell .ink",
        "ring": ".cell-ring",
        "pad": ".pad",
        "limits": ".limit",
        "swatch": ".swatch-relevance",
        "sample": ".legend .ink",
        "verdict": ".verdict",
        "reading": ".reading",
        "rows": ".logit:has(.logit-name)",
        "radios": ".logit input",
        "names": ".logit-name",
        "rooms": ".logit-room",
        "bars": ".logit-bar",
        "logits": ".logit-number",
        "axis": ".logit-axis span",
        "account": ".account tr",
        "specimens": ".specimen",
        "specimen ink": ".specimen-ink",
        **{f"menu {key}": f"select[data-control={key}]" for key in ("against", "upper", "hidden", "first")},
        **{f"field {key}": f"input[data-field={key}]" for key in ("epsilon", "gamma", "alpha", "pen")},
        "absorb": "input[data-control=absorb]",
        "unused": ".settings [data-unused]",
        "undo": ".undo",
        "chosen": ".chosen",
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
    },
)


def limit_of(picture):
    """Return the limit of the colors that the legend gives."""
    low, zero, high = [part.text for part in picture.all("limits")]
    assert (low, zero) == (f"−{high}", "0")
    return float(high)


def power(size, least):
    """Return the least power of two that holds a size."""
    return max(least, 2.0 ** np.ceil(np.log2(size or least)))


def relevance(picture):
    return np.array(picture.numbers["R"][0])


def test_the_cells_lie_row_by_row(drawn):
    for picture in drawn:
        boxes = np.array([part.box for part in picture.all("heat")])
        left, top, width, height = picture.one("pad").box
        assert len(boxes) == 64 and boxes[:, 2:] == pytest.approx(width / 8, abs=0.1) and abs(width - height) < 0.1
        for n, (x, y, *_) in enumerate(boxes):
            assert near((x, y), (left + n % 8 * width / 8, top + n // 8 * height / 8)), f"{picture}: cell {n}"


def test_the_colors_are_those_of_the_relevance(drawn):
    for picture in drawn:
        R, limit = relevance(picture), limit_of(picture)
        assert limit == power(np.abs(R).max(), 1 / 16), picture
        for value, part in zip(R, picture.all("heat"), strict=True):
            assert near(part.fill[:3], blend(figures.RELEVANCE_COLORS, 0.5 + value / (2 * limit)), 1), picture
            assert part.fill[3] == 1


def test_the_legend_has_the_same_colors(drawn):
    for picture in drawn:
        colors = re.findall(r"rgb\([^)]*\)", picture.one("swatch").style["backgroundImage"])
        assert [parse_color(text)[:3] for text in colors] == [rgb(color) for color in figures.RELEVANCE_COLORS]
        assert "90deg" in picture.one("swatch").style["backgroundImage"]
        low, _, high = picture.all("limits")
        assert low.middle[0] < picture.one("swatch").middle[0] < high.middle[0]
        shown = picture.all("ink")
        assert not shown or picture.one("sample").fill == shown[0].fill


def test_the_marks_are_as_large_as_the_ink(drawn):
    for picture in drawn:
        heat, marks = picture.all("heat"), picture.parts["ink"]
        for n, (ink, cell, mark) in enumerate(zip(picture.whole_state["ink"], heat, marks, strict=True)):
            assert mark.shown == (ink > 0), f"{picture}: cell {n}"
            if ink:
                assert near(mark.middle, cell.middle), f"{picture}: cell {n}"
                side = np.ptp(mark.points[:, 0])
                assert side == pytest.approx(MARK * cell.box[2] * np.sqrt(ink / 16), abs=0.2), f"{picture}: cell {n}"
                assert side == pytest.approx(np.ptp(mark.points[:, 1]), abs=0.01)
                assert max(mark.fill[:3]) < 40 and min(mark.stroke[:3]) == 255


def test_a_cell_says_what_it_holds(drawn):
    for picture in drawn:
        R, inks = relevance(picture), picture.whole_state["ink"]
        for n, (part, value, ink) in enumerate(zip(picture.all("cells"), R, inks, strict=True)):
            said = re.fullmatch(
                r"row (\d), column (\d): ink (\d+) of 16, relevance (\S+)", part.attributes["aria-label"]
            )
            assert said, f"{picture}: cell {n} says {part.attributes['aria-label']}"
            assert tuple(map(int, said.groups()[:3])) == (n // 8, n % 8, ink)
            assert says(said[4], value, 4), f"{picture}: cell {n}"
        assert picture.one("reading").text == "Point at a pixel to read its relevance."
        assert picture.hidden("ring")


def test_the_bars_end_at_the_logits(drawn):
    for picture in drawn:
        logits = picture.numbers["logits"]
        low, zero, high = [part.text for part in picture.all("axis")]
        limit = float(high)
        assert (low, zero, limit) == (f"−{high}", "0", power(np.abs(logits).max(), 8)), picture
        parts = [picture.all("rooms"), picture.all("logits"), picture.all("names"), picture.parts["bars"]]
        for k, (z, room, number, name, bar) in enumerate(zip(logits, *parts, strict=True)):
            left, _, width, _ = room.box
            ends = sorted([left + width / 2, left + width / 2 + width / 2 * z / limit])
            assert near((bar.box[0], bar.box[0] + bar.box[2]), ends), f"{picture}: bar {k}"
            assert says(number.text, z, 2) and name.text == str(k)
        middles = [part.middle[1] for part in picture.all("rows")]
        assert middles == sorted(middles) and len(middles) == 10


def test_what_is_explained_stands_out(drawn):
    for picture in drawn:
        numbers, state = picture.numbers, picture.whole_state
        checked = [part.attributes["value"] for part in picture.parts["radios"] if part.checked]
        assert checked == [state["target"]]
        for k, (row, bar) in enumerate(zip(picture.all("rows"), picture.parts["bars"], strict=True)):
            assert ("explained" in row.data, "against" in row.data) == (k == numbers["target"], k == numbers["against"])
            assert (row.style["fontWeight"] == "700") == (k == numbers["target"])
            assert ("gradient" in bar.style["backgroundImage"]) == (k == numbers["against"])
        others = {bar.background for k, bar in enumerate(picture.parts["bars"]) if k not in _classes(numbers)}
        chosen = picture.parts["bars"][numbers["target"]]
        assert len(others) == 1 and (chosen.background not in others or numbers["target"] == numbers["against"])
        for k, radio in enumerate(picture.parts["radios"][1:]):
            said = radio.attributes["aria-label"]
            assert said.startswith(f"{k}: logit ")
            assert ("the largest" in said, "subtracted" in said) == (k == numbers["read"], k == numbers["against"])


def _classes(numbers):
    return numbers["target"], numbers["against"]


def test_the_account_of_the_layers(drawn):
    for picture in drawn:
        rows = [part.cells for part in picture.all("account")]
        assert [head for head, _ in rows] == ROWS
        for (_, text), total in zip(rows[::2], picture.numbers["totals"][::-1], strict=True):
            assert says(text, total, 4), picture
        for (_, text), lost in zip(rows[1::2], picture.numbers["losses"][::-1], strict=True):
            kinds = [kind for kind in KINDS if lost[kind]]
            parts = text.split(", ") if kinds else []
            assert [part.rpartition(" ")[0] for part in parts] == [KINDS[kind] for kind in kinds], picture
            assert all(says(part.split()[-1], lost[kind], 4) for part, kind in zip(parts, kinds, strict=True))
            assert kinds or text == "0"


def test_the_verdict(drawn):
    for picture in drawn:
        n = picture.numbers
        other = "" if n["against"] is None else f" minus that of {n['against']}"
        text = picture.one("verdict").text.replace("\u00a0", " ")
        said = re.fullmatch(r"Read as (\d)\. The logit of (\d)(.*): (\S+), Σ R = (\S+)", text)
        assert said and said.groups()[:3] == (str(n["read"]), str(n["target"]), other), picture
        assert says(said[4], n["f"], 4) and says(said[5], n["totals"][0], 4), picture


def test_the_panel(drawn):
    for picture in drawn:
        panel_agrees(picture)


def test_the_controls_show_the_state(drawn):
    for picture in drawn:
        state = picture.whole_state
        for key in ("against", "upper", "hidden", "first"):
            assert picture.one(f"menu {key}").value == state[key], picture
        for key in ("epsilon", "gamma", "alpha", "pen"):
            assert float(picture.one(f"field {key}").value) == pytest.approx(state[key], rel=1e-7), picture
        rules = [DigitFigure.schema()[key]["choices"][state[key]] for key in ("first", "hidden", "upper")]
        assert picture.one("chosen").text == ", ".join(rules), picture
        assert [part.attributes["value"] for part in picture.parts["absorb"] if part.checked] == [state["absorb"]]
        rules = {state["upper"], state["hidden"], state["first"]}
        used = [bool(rules & takers) for takers in ({"epsilon"}, {"gamma"}, {"alphabeta"}, TAKE_BIAS)]
        assert len(picture.parts["unused"]) == used.count(False), picture
        assert picture.one("undo").disabled


TAKE_BIAS = {"lrp0", "epsilon", "gamma", "alphabeta", "zplus"}


def test_the_samples_are_drawn_as_they_are(drawn):
    for picture in drawn:
        assert len(picture.all("specimens")) == len(SAMPLES)
        for sample, part, path in zip(SAMPLES, picture.all("specimens"), picture.all("specimen ink"), strict=True):
            squares = re.findall(r"M(\S+) (\S+)h(\S+)v(\S+)h", path.attributes["d"])
            area = np.zeros(64)
            for x, y, width, height in np.array(squares, float):
                area[int((y + height / 2) // 4 * 8 + (x + width / 2) // 4)] = width * height
            assert area == pytest.approx([int(level, 17) for level in sample["ink"]], abs=0.06)
            right = sample["label"] == sample["read"]
            said = f"image: a {sample['label']}" + ("" if right else f", read as {sample['read']}")
            assert part.attributes["title"] == said and ("hard" in part.data) != right


def test_nothing_covers_what_is_drawn(drawn):
    for picture in drawn:
        if picture.photo is None:
            continue
        for n, (cell, mark) in enumerate(zip(picture.all("heat"), picture.parts["ink"], strict=True)):
            left, top, size, _ = cell.box
            assert near(picture.pixel((left + 0.1 * size, top + 0.1 * size)), cell.fill[:3], 4), f"{picture}: {n}"
            if mark.shown and np.ptp(mark.points[:, 0]) > 6:
                assert near(picture.pixel(cell.middle), mark.fill[:3], 4), f"{picture}: {n}"
        for bar in picture.all("bars"):
            if bar.box[2] > 4 and bar.background:
                assert near(picture.pixel(bar.middle), bar.background[:3], 4), picture
