"""The picture of four attributions, read back from the page and compared with ``lrp_edu``."""

import re
from functools import partial

import numpy as np
from pictures import (
    INK,
    KINDS,
    LIGHT,
    SILENT,
    Album,
    axes_agree,
    covered,
    fields_agree,
    function_is_chosen,
    near,
    painted_in_bands,
    panel_agrees,
    rounded_up,
    says,
    square_and_cut_off,
    way_is_straight,
    x_and_a_stand_there,
)

from lrp_edu.explorables import SharesFigure
from lrp_edu.explorables.core.explorable import show
from lrp_edu.palette import ACTIVATION_COLORS

RANGE = (0, 3)
FUNCTIONS = {
    "sum": (lambda p, q: 2 * p + q, 8, "2x₁ + x₂"),
    "product": (lambda p, q: p * q, 8, "x₁ x₂"),
    "maximum": (np.maximum, 4, "max(x₁, x₂)"),
    "neuron": (lambda p, q: np.maximum(0, 2 * p + q - 1), 8, "max(0, 2x₁ + x₂ − 1)"),
}
METHODS = {"gradient": "gradient × input", "occlusion": "occlusion", "integrated": "integrated gradients",
           "shapley": "Shapley"}  # fmt: skip
LEGEND = ("output", "sample-output", "silence", "hinge", "way", "mixed")


def states():
    """Return states: named ones, each function with and without a baseline, and random ones."""
    random = np.random.default_rng(6)
    drawn = [
        {},
        {"function": "neuron", "x": [1, 1]},
        {"function": "maximum", "x": [2, 3], "a": [1, 0]},
        {"function": "sum", "x": [2.5, 1], "a": [0.5, 2]},
        {"function": "product", "x": [1, 0.5], "a": [2, 2.5]},
        {"function": "neuron", "x": [0.25, 0.25], "a": [2, 1]},
        {"function": "maximum", "x": [1.5, 1.5]},
        {"function": "neuron", "x": [2, 0.1], "a": [0, 2.5]},
        {"x": [1, 2], "a": [1, 2]},
        {"function": "maximum", "x": [3, 0.5], "a": [2, 1]},
        {"function": "product", "x": [3, 3], "a": [3, 0]},
        {"function": "sum"},
    ]
    for _ in range(20):
        x, a = random.uniform(0, 3, (2, 2)).round(2).tolist()
        drawn.append({"function": str(random.choice(list(FUNCTIONS))), "x": x, "a": a})
    return drawn


ALBUM = Album(
    SharesFigure,
    states(),
    {
        "frame": ".plot-frame",
        "x ticks": ".tick-x",
        "y ticks": ".tick-y",
        "axis labels": ".axis-label",
        "data": "svg > g[clip-path]",
        "clip": "clipPath rect",
        "ground": ".plot .ground",
        "silent": "svg pattern .silent",
        "levels": ".plot .contour",
        "corner": ".plot .hinge",
        "way": ".plot .way",
        "halo": ".plot .way-halo",
        "rectangle": ".plot .rectangle",
        "mixed": ".plot .mixed",
        **{f"{key}{part}": f"[data-handle={key}]{part and ' .' + part}" for key in "xa" for part in ("", "mark")},
        **{f"{key} name": f"[data-handle={key}] .handle-name" for key in "xa"},
        "grabs": ".handle-grab",
        **{f"legend {name}": f".legend-item .{name}" for name in LEGEND},
        **{f"named {name}": f".legend-item:has(.{name}) .legend-text" for name in LEGEND},
        "legend stops": ".legend-item linearGradient stop",
        "function": "select[data-control=function]",
        **{f"field {key}.{i}": f"input[data-field='{key}.{i}']" for key in "xa" for i in range(2)},
        "methods": ".method[data-method]",
        "method names": ".method-name",
        "areas": ".bar-area",
        "bars": ".bar",
        "zeros": ".bar-zero",
        "values": ".bar-value",
        "bar names": ".bar-name",
        "bar ticks": ".bar-tick",
        "scale": ".bar-scale",
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
    },
    photos=8,
)


def chosen(picture):
    return picture.whole_state["function"]


def f(picture, points):
    return FUNCTIONS[chosen(picture)][0](*np.moveaxis(np.asarray(points, float), -1, 0))


def plane(picture):
    return picture.scale("frame", RANGE, RANGE)


def terms(picture):
    return np.array([[*picture.numbers[key]["R"], picture.numbers[key]["epsilon"]] for key in METHODS])


def limit(picture):
    return rounded_up(np.abs(terms(picture)).max())


# --- the plane ---


def test_the_axes_have_numbers_and_names(drawn):
    for picture in drawn:
        axes_agree(picture, plane(picture), range(4))


def test_the_plane_is_square_and_cut_off_at_its_frame(drawn):
    for picture in drawn:
        square_and_cut_off(picture, plane(picture))
        assert picture.one("ground").fill == (*SILENT, 1)
        assert not plane(picture).holds(picture.one("ground").points).any()


def test_the_plane_is_painted_with_f(drawn):
    for picture in drawn:
        if picture.photo is None:
            continue
        brightest, hatched = FUNCTIONS[chosen(picture)][1], chosen(picture) == "neuron"
        right, silent = painted_in_bands(picture, plane(picture), partial(f, picture), brightest, hatched)
        assert right > 0.75, f"{picture}: {right} of the colors"
        assert silent > 0.6, f"{picture}: {silent} of the silent side"


def test_the_levels_are_where_f_has_their_values(drawn):
    across = np.linspace(0.01, 2.99, 2400)
    for picture in drawn:
        scale = plane(picture)
        pixel = 3 / (scale.right - scale.left)
        for line, quarter in zip(picture.all("levels"), (1, 2, 3, 4), strict=True):
            level = quarter * FUNCTIONS[chosen(picture)][1] / 4
            points = scale.numbers(line.points[scale.holds(line.points)])
            assert np.all(np.abs(f(picture, points) - level) < 4 * pixel), f"{picture}: the level {level}"
            for x2 in (0.05, 0.7, 1.5, 2.2, 2.9):
                values = f(picture, np.stack([across, np.full_like(across, x2)], axis=-1))
                if values[0] < level < values[-1]:
                    crossing = scale.pixels([[across[np.argmax(values >= level)], x2]])
                    assert covered(crossing, line.points), f"{picture}: the level {level} at x₂ = {x2}"
            assert line.stroke[:3] == LIGHT and 0.3 < line.stroke[3] < 0.8 and line.fill is None


def test_a_corner_is_drawn_where_there_is_one(drawn):
    for picture in drawn:
        if chosen(picture) in ("sum", "product"):
            assert picture.hidden("corner")
            continue
        corner, scale = picture.one("corner"), plane(picture)
        x1, x2 = scale.numbers(corner.points[scale.holds(corner.points)]).T
        assert np.all(np.abs(x1 - x2 if chosen(picture) == "maximum" else 2 * x1 + x2 - 1) < 0.02)
        assert np.ptp(x1) > (2.9 if chosen(picture) == "maximum" else 0.45)
        assert corner.stroke == (*INK, 1) and 1.5 <= corner.width <= 3


# --- the points, the way, the rectangle ---


def test_the_handles_stand_at_x_and_a(drawn):
    for picture in drawn:
        x_and_a_stand_there(picture, plane(picture))


def test_the_way_is_straight_from_a_to_x(drawn):
    for picture in drawn:
        way_is_straight(picture, plane(picture))


def test_the_rectangle_has_the_points_that_take_one_input_of_each(drawn):
    for picture in drawn:
        (x1, x2), (a1, a2) = picture.whole_state["x"], picture.whole_state["a"]
        corners = plane(picture).pixels([[x1, a2], [a1, x2]])
        for mark, place in zip(picture.all("mixed"), corners, strict=True):
            assert near(mark.points[0], place) and mark.fill == (*LIGHT, 1) and mark.stroke == (*INK, 1)
        outline = picture.parts["rectangle"][0]
        if x1 != a1 and x2 != a2:
            ends = plane(picture).pixels([[x1, x2], [a1, a2]])
            assert near(outline.points.min(axis=0), ends.min(axis=0), 1)
            assert near(outline.points.max(axis=0), ends.max(axis=0), 1)
            assert outline.stroke == (*INK, 1) and outline.dashes and outline.fill is None


def test_the_legend_names_what_is_drawn(drawn):
    for picture in drawn:
        key, top = chosen(picture), FUNCTIONS[chosen(picture)][1]
        texts = {
            "output": f"f from 0 to {top}",
            "sample-output": f"f = {', '.join(show(n * top / 4) for n in (1, 2, 3, 4))}",
            "way": "straight way from a to x",
            "mixed": "one input from x, one from a",
        }
        texts |= {"neuron": {"silence": "silent, f = 0", "hinge": "hinge, 2x₁ + x₂ = 1"},
                  "maximum": {"hinge": "corner, x₁ = x₂"}}.get(key, {})  # fmt: skip
        for name in LEGEND:
            if name in texts:
                assert picture.one(f"named {name}").text == texts[name], picture
            else:
                assert picture.hidden(f"named {name}"), f"{picture}: {name}"
        assert [stop.attributes["stop-color"] for stop in picture.parts["legend stops"]] == list(ACTIVATION_COLORS)
        for name in ("way", "mixed"):
            sample, part = picture.one(f"legend {name}"), picture.parts[name][0]
            assert sample.stroke == part.stroke and sample.fill == part.fill
        assert all(part.fill == (*SILENT, 1) for part in picture.parts["silent"] if part.shown)


# --- the bars and the numbers ---


def test_each_method_has_its_bars_on_one_scale(drawn):
    for picture in drawn:
        top, bars, areas = limit(picture), iter(picture.all("bars")), iter(picture.all("areas"))
        for row in terms(picture):
            for i, value in enumerate(row):
                bar, (left, _, width, _) = next(bars), next(areas).box
                zero, reach = left + width / 2, value / top * width / 2
                start, end = sorted([zero, zero + reach])
                assert abs(bar.box[0] - start) < 0.7, f"{picture}: {value}"
                assert abs(bar.box[2] - max(end - start, 1)) < 0.7, f"{picture}: {value}"
                kind = "remainder" if i == 2 else "negative" if value < 0 else "positive"
                assert bar.background == (*KINDS[picture.look.theme][kind], 1), picture
                assert "data-cut" not in bar.attributes, picture
        for zero, area in zip(picture.all("zeros"), picture.all("areas"), strict=True):
            assert abs(zero.box[0] - area.middle[0]) < 1 and zero.border("Left")[0] >= 1
        left, _, width, _ = picture.one("scale").box
        for tick, share, edge in zip(picture.all("bar ticks"), (-1, 0, 1), (0, 0.5, 1), strict=True):
            assert tick.text == show(float(share * top))
            assert abs(tick.box[0] + edge * tick.box[2] - (left + edge * width)) < 1


def test_methods_bars_and_numbers_have_their_names(drawn):
    for picture in drawn:
        assert [part.text for part in picture.all("method names")] == list(METHODS.values())
        assert [part.text for part in picture.all("bar names")] == ["R₁", "R₂", "ε"] * 4
        values = terms(picture)
        for part, value in zip(picture.all("values"), values.ravel(), strict=True):
            assert says(part.text, value, 4), f"{picture}: {part.text} for {value}"
            assert part.text.startswith("−") == (value < 0) or abs(value) < 1e-9
        for part, (key, name), row in zip(picture.all("methods"), METHODS.items(), values, strict=True):
            assert part.data == {"method": key} and part.attributes["role"] == "img"
            heard = re.fullmatch(rf"{name}: R₁ (\S+), R₂ (\S+), ε (\S+)", part.attributes["aria-label"])
            assert all(says(text, value, 4) for text, value in zip(heard.groups(), row, strict=True)), picture


def test_the_numbers_are_those_of_python(drawn):
    for picture in drawn:
        panel_agrees(picture)


def test_the_controls_show_the_state(drawn):
    for picture in drawn:
        function_is_chosen(picture, FUNCTIONS)
        fields_agree(picture, "xa", RANGE)
