"""The picture of the Taylor polynomial, read back from the page and compared with ``lrp_edu``."""

import numpy as np
import pytest
from pictures import Album, contrast, covered, distance_to_graph, near, over, panel_agrees, rgb

from lrp_edu import figures
from lrp_edu.explorables import TaylorFigure
from lrp_edu.explorables.core.explorable import show
from lrp_edu.taylor import FUNCTIONS, evaluate

X = (-3, 3)
HEIGHTS = {"sin": (-2.5, 2.5), "exp": (-4, 12), "log": (-3, 3), "cubic": (-4, 4), "relu": (-1.5, 3.5)}
Y_TICKS = {"sin": (-2, 3), "exp": (-4, 13, 4), "log": (-3, 4), "cubic": (-4, 5), "relu": (-1, 4)}  # arguments of range
LADDER = (-8, 2)
"""Powers of ten at the foot and at the top of the bars."""


def states():
    """Return states for each function: named ones, and random ones in which polynomials leave the picture too."""
    random = np.random.default_rng(11)
    drawn = [
        {},
        {"function": "relu", "a": -1.0, "x": 1.0, "degree": 1},
        {"function": "log", "a": 0.5, "x": -0.6, "degree": 3},
        {"function": "log", "a": -2.0, "x": 1.0},
        {"function": "log", "a": 1.0, "x": -1.0},
        {"function": "exp", "a": 2.9, "x": 3.0, "degree": 0},
        {"function": "exp", "a": -3.0, "x": 2.8, "degree": 12},
        {"function": "cubic", "a": 2.0, "x": -1.5, "degree": 2},
        {"function": "sin", "a": 1.0, "x": 1.0, "degree": 5},
        {"function": "relu", "a": 0.0, "x": -2.0, "degree": 12},
        {"function": "sin", "a": -2.4, "x": 2.4, "degree": 12},
    ]
    for name in [*FUNCTIONS] * 5:
        low = max(FUNCTIONS[name].domain[0] + 0.3, -3)
        a, x = random.uniform(low, 3), random.uniform(low, 3)
        drawn.append({"function": name, "a": a, "x": x, "degree": int(random.integers(13))})
    return drawn


ALBUM = Album(
    TaylorFigure,
    states(),
    {
        "frame": ".plot-frame",
        "ticks": ".plot-axes text:not(.axis-label)",
        "axis labels": ".axis-label",
        "axes": ".plot-axes line",
        "data": "svg.plot > g[clip-path]",
        "clip": "svg.plot clipPath rect",
        "undefined": "svg.plot .undefined",
        "curve": "svg.plot .curve",
        "polynomial": "svg.plot .polynomial",
        "gap": "svg.plot .gap",
        "end": "g[clip-path] > .mark",
        "handles": "[data-handle]",
        "a": "[data-handle=a] .mark",
        "x": "[data-handle=x] .mark",
        "a name": "[data-handle=a] .handle-name",
        "x name": "[data-handle=x] .handle-name",
        "rings": ".handle-ring",
        "grabs": ".handle-grab",
        "legend": ".legend-item",
        **{f"sample {name}": f".legend-item .{name}" for name in ("curve", "polynomial", "gap", "mark", "undefined")},
        "function": "select[data-control=function]",
        "degree": "input[data-control=degree]",
        "a field": "input[data-field=a]",
        "x field": "input[data-field=x]",
        "degree field": "input[data-field=degree]",
        "ladder": ".ladder-title",
        "steps": ".ladder-step",
        "rooms": ".ladder-room",
        "bars": ".ladder-bar",
        "bar names": ".ladder-name",
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
        "all in the plot": "svg.plot *",
    },
)


def scale(picture):
    return picture.scale("frame", X, HEIGHTS[function(picture)])


def function(picture):
    return picture.state.get("function", "sin")


def place(picture, key):
    return picture.state.get(key, {"a": 0.0, "x": 1.2, "degree": 2}[key])


def f(picture, x):
    """Return f where it is defined, and NaN elsewhere."""
    x = np.asarray(x, float)
    inside = x > FUNCTIONS[function(picture)].domain[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(inside, FUNCTIONS[function(picture)].f(x), np.nan)


def T(picture, x):
    a, degree = place(picture, "a"), place(picture, "degree")
    return evaluate(FUNCTIONS[function(picture)].coefficients(a, degree), a, x)


def expandable(picture):
    return place(picture, "a") > FUNCTIONS[function(picture)].domain[0]


def comparable(picture):
    return expandable(picture) and place(picture, "x") > FUNCTIONS[function(picture)].domain[0]


def follows(picture, name, values, start=-3):
    """Check that a path in the frame lies on the curve of a function, and covers all of it."""
    plane = scale(picture)
    x = np.linspace(start, 3, 4001)
    exact = plane.pixels(np.stack([x, np.clip(values(x), -1e4, 1e4)], axis=1))
    drawn = picture.one(name).points
    seen = drawn[plane.holds(drawn)]
    assert (distance_to_graph(seen, exact) < 1).all(), f"{picture}: {name} leaves its curve"
    inside = exact[plane.holds(exact, slack=-2)]
    assert covered(inside, drawn), f"{picture}: {name} has holes"


def test_the_axes_have_their_numbers(drawn):
    for picture in drawn:
        plane, ticks = scale(picture), picture.all("ticks")
        below = [tick for tick in ticks if tick.middle[1] > plane.bottom]
        beside = [tick for tick in ticks if tick.middle[0] < plane.left]
        heights = [*range(*Y_TICKS[function(picture)])]
        assert len(below) + len(beside) == len(ticks)
        assert [tick.text for tick in below] == [show(value) for value in range(-3, 4)]
        assert [tick.text for tick in beside] == [show(value) for value in heights]
        places = [plane.pixels([[x, 0] for x in range(-3, 4)])[:, 0], plane.pixels([[0, y] for y in heights])[:, 1]]
        assert near([tick.middle[0] for tick in below], places[0], 2), picture
        assert near([tick.middle[1] for tick in beside], places[1], 3), picture


def test_the_axes_lie_at_zero_and_have_their_names(drawn):
    for picture in drawn:
        plane = scale(picture)
        lines = sorted(picture.all("axes"), key=lambda line: np.ptp(line.points[:, 0]))
        zeros = plane.pixels([[0, plane.y[0]], [0, plane.y[1]], [-3, 0], [3, 0]])
        assert len(lines) == 2
        for line, ends in zip(lines, (zeros[:2], zeros[2:]), strict=True):
            assert line.stroke is not None
            assert near(np.sort(line.points, axis=0), np.sort(ends, axis=0)), picture
        (name,) = [label for label in picture.all("axis labels") if label.text]
        assert name.text == "x" and name.middle[1] > plane.bottom
        assert abs(name.box[0] + name.box[2] - plane.right) < 2


def test_nothing_is_drawn_outside_of_the_frame(drawn):
    for picture in drawn:
        assert picture.one("data").style["clipPath"].startswith("url(")
        assert near(picture.parts["clip"][0].points, picture.one("frame").points)
        assert picture.one("frame").stroke is not None and picture.one("frame").fill is None


def test_the_curve_is_that_of_f(drawn):
    for picture in drawn:
        low = FUNCTIONS[function(picture)].domain[0]
        follows(picture, "curve", lambda x: f(picture, x), max(-3, low + 1e-6))  # noqa: B023 - used at once


def test_the_polynomial_has_its_degree_and_its_place(drawn):
    for picture in drawn:
        if expandable(picture):
            follows(picture, "polynomial", lambda x: T(picture, x))  # noqa: B023 - used at once
        else:
            assert not len(picture.parts["polynomial"][0].points)
        if comparable(picture):
            assert picture.numbers["T_x"] == pytest.approx(T(picture, place(picture, "x")), rel=1e-12)


def test_the_gap_reaches_from_f_to_the_polynomial(drawn):
    for picture in drawn:
        if not comparable(picture):
            assert picture.hidden("gap") and picture.hidden("end")
            continue
        x, n = place(picture, "x"), picture.numbers
        ends = scale(picture).pixels([[x, n["f_x"]], [x, n["T_x"]]])
        top, bottom = -500, 2500  # what lies farther out is cut off anyway
        drawn_ends = np.clip(picture.one("gap").points, top, bottom)
        assert near(np.sort(drawn_ends, axis=0), np.sort(np.clip(ends, top, bottom), axis=0)), picture
        assert near(np.clip(picture.one("end").points[0], top, bottom), np.clip(ends[1], top, bottom)), picture


def test_the_handles_stand_on_the_curve(drawn):
    for picture in drawn:
        plane = scale(picture)
        for key in ("a", "x"):
            value = picture.numbers[f"f_{key}"]
            point = [place(picture, key), np.clip(0 if value is None else value, *plane.y)]
            mark, name = picture.one(key), picture.one(f"{key} name")
            assert near(mark.middle, plane.pixels(point)), f"{picture}: {key} stands beside its place"
            assert name.text == key
            assert contrast(over(name.fill, picture.look.page), picture.look.page) > 4
            other = plane.pixels([place(picture, "xa"[key == "x"]), 0])[0]
            distance = np.hypot(*(name.middle - mark.middle))
            assert distance < 30, f"{picture}: the letter {key} stands elsewhere"
            assert other is not None


def test_the_marks_are_told_apart(drawn):
    for picture in drawn:
        a, x = picture.one("a"), picture.one("x")
        assert (a.tag, x.tag) == ("path", "circle")
        assert a.fill[:3] == x.stroke[:3] != x.fill[:3] == a.stroke[:3]
        assert 9 < x.box[2] < 16 and 12 < a.box[2] < 22
        assert all(part.stroke is None and part.fill is None for part in picture.all("rings"))
        assert all(grab.fill is None and grab.box[2] > 43.9 for grab in picture.all("grabs"))
        if comparable(picture):
            end = picture.one("end")
            assert (end.tag, end.fill, end.stroke) == ("circle", a.fill, a.stroke)


def test_where_f_is_not_defined_is_gray(drawn):
    for picture in drawn:
        low, plane = FUNCTIONS[function(picture)].domain[0], scale(picture)
        if low < -3:
            assert picture.hidden("undefined")
            continue
        region = picture.one("undefined")
        corners = plane.pixels([[-3, plane.y[0]], [low, plane.y[1]]])
        assert near(np.sort(region.points, axis=0)[[0, -1]], np.sort(corners, axis=0)), picture
        assert region.fill is not None and region.fill[3] < 1


def test_each_line_has_a_color_that_is_seen(drawn):
    for picture in drawn:
        page = picture.look.page
        lines = [picture.one("curve"), *picture.all("gap"), *picture.all("polynomial")[: expandable(picture)]]
        colors = [over(line.stroke, page) for line in lines]
        assert len(set(colors)) == len(colors)
        assert all(contrast(color, page) > 2.5 for color in colors), picture
        assert all(2 <= line.width <= 5 and line.dashes == () for line in lines)
        assert picture.one("curve").fill is None and picture.parts["polynomial"][0].fill is None
        for gap in picture.all("gap"):
            assert gap.stroke[:3] == rgb(figures.EPSILON)


def test_the_legend_shows_what_it_names(drawn):
    for picture in drawn:
        names = {
            "f": "curve",
            f"T, degree {place(picture, 'degree')}": "polynomial",
            "ε at x": "gap",
            "T(x)": "mark",
            "f is not defined": "undefined",
        }
        if function(picture) != "log":
            del names["f is not defined"]
            assert not picture.parts["sample undefined"][0].shown
        items = picture.all("legend")
        assert [item.text for item in items] == list(names), picture
        for item, name in zip(items, names.values(), strict=True):
            sample, drawn_part = picture.one(f"sample {name}"), picture.parts["end" if name == "mark" else name][0]
            assert item.box[0] <= sample.middle[0] <= item.box[0] + item.box[2]
            assert abs(sample.middle[1] - item.middle[1]) < item.box[3] / 2
            assert (sample.stroke, sample.fill, sample.width) == (drawn_part.stroke, drawn_part.fill, drawn_part.width)
            assert sample.box[2] > 8


def test_the_ladder_has_a_bar_for_each_remainder(drawn):
    for picture in drawn:
        remainders = picture.numbers["remainders"] or [0] * 13
        assert picture.one("ladder").text == "|ε| for each degree, from 1e−8 to 100"
        rooms, bars, names = picture.all("rooms"), picture.parts["bars"], picture.all("bar names")
        assert [name.text for name in names] == [str(n) for n in range(13)]
        assert len(rooms) == len(bars) == 13
        for room, bar, name, remainder in zip(rooms, bars, names, remainders, strict=True):
            left, top, width, height = room.box
            height -= room.border("Bottom")[0]
            power = np.log10(abs(remainder)) if remainder else -np.inf
            share = np.clip((power - LADDER[0]) / np.ptp(LADDER), 0, 1)
            assert bar.box[3] == pytest.approx(share * height, abs=0.6), f"{picture}: {name.text}"
            assert bar.box[1] + bar.box[3] == pytest.approx(top + height, abs=0.6)
            assert (bar.box[0], bar.box[2]) == pytest.approx((left, width), abs=0.6)
            assert abs(name.inner[0] + name.inner[2] / 2 - room.middle[0]) < 1 and name.box[1] >= top + height
        assert all(np.diff([room.box[0] for room in rooms]) > 5)


def test_the_ladder_marks_the_degree(drawn):
    for picture in drawn:
        degree, bars = place(picture, "degree"), picture.parts["bars"]
        others = {bar.background for n, bar in enumerate(bars) if n != degree}
        assert bars[degree].background[:3] == rgb(figures.EPSILON)
        assert len(others) == 1 and bars[degree].background not in others
        weights = [int(name.style["fontWeight"]) for name in picture.all("bar names")]
        assert [n for n, weight in enumerate(weights) if weight > 500] == [degree]


def test_the_controls_show_the_state(drawn):
    for picture in drawn:
        degree = str(place(picture, "degree"))
        menu, slider, field = picture.one("function"), picture.one("degree"), picture.one("degree field")
        assert menu.value == function(picture)
        assert dict(menu.options) == {key: value.label for key, value in FUNCTIONS.items()}
        assert (slider.value, slider.min, slider.max, slider.step) == (degree, "0", "12", "1")
        assert field.value == degree
        assert (menu.labels, slider.labels) == (["f"], ["degree"])
        for key in ("a", "x"):
            field = picture.one(f"{key} field")
            assert float(field.value) == pytest.approx(place(picture, key), rel=1e-7)
            assert field.labels[0].startswith(f"{key}, ")


def test_the_panel_holds_the_numbers(drawn):
    for picture in drawn:
        panel_agrees(picture)


def test_what_is_drawn_is_not_covered(drawn):
    for picture in drawn:
        if picture.photo is None:
            continue
        for name in ("a", "x"):
            part = picture.one(name)
            beside = part.middle + [3, 3]  # the axes may run through the middle
            if scale(picture).holds(part.middle, slack=-8):
                assert near(picture.pixel(beside), part.fill[:3], 12), f"{picture}: {name}"
        plane, curve = scale(picture), picture.one("curve")
        seen = [point for point in curve.points[::9] if plane.holds(point, slack=-12)]
        exact = [near(picture.pixel(point), curve.stroke[:3], 60) for point in seen]
        assert np.mean(exact) > 0.6, f"{picture}: the curve is covered"
        low, line = FUNCTIONS[function(picture)].domain[0], picture.parts["polynomial"][0]
        for point in line.points[::5]:
            if plane.holds(point, slack=-12) and plane.numbers(point)[0] < low - 0.05:
                assert near(picture.pixel(point), line.stroke[:3], 60), f"{picture}: gray covers the polynomial"
        if comparable(picture):
            gap = picture.one("gap")
            ends = np.clip(gap.points[:, 1], scale(picture).top, scale(picture).bottom)
            if np.ptp(ends) > 40:
                assert near(picture.pixel([gap.points[0, 0], ends.mean()]), gap.stroke[:3], 40), picture
