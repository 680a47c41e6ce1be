"""The picture of a function of two inputs, with its roots, the way and the side view, compared with ``lrp_edu``."""

from functools import partial

import numpy as np
from pictures import (
    INK,
    LIGHT,
    SIGNS,
    SILENT,
    Album,
    axes_agree,
    bars_lead_to_the_output,
    contrast,
    covered,
    ends_are_marked,
    fields_agree,
    follows,
    function_is_chosen,
    gap_is_epsilon,
    near,
    over,
    painted_in_bands,
    panel_agrees,
    rgb,
    rounded_up,
    scale_of_bars,
    silence_is_gray,
    square_and_cut_off,
    sums_of,
    way_is_straight,
    x_and_a_stand_there,
)

from lrp_edu.explorables import PlaneFigure
from lrp_edu.explorables.core.explorable import show
from lrp_edu.palette import ACTIVATION_COLORS, EPSILON

RANGE, WAY = (-1, 3), (-0.4, 1.6)
SLOPES = np.array([[2, -1], [-1, 2]])


def smooth(p, q):
    return np.logaddexp(0, 2 * p - q) + np.logaddexp(0, 2 * q - p) - 2


FUNCTIONS = {
    "product": (lambda p, q: p * q, 8, "x₁ x₂"),
    "square": (lambda p, q: p * p + p * q, 16, "x₁² + x₁ x₂"),
    "sum": (lambda p, q: 2 * p + q, 8, "2x₁ + x₂"),
    "neuron": (lambda p, q: np.maximum(0, 2 * p + q - 1), 8, "max(0, 2x₁ + x₂ − 1)"),
    "smooth": (smooth, 4, "two smooth neurons"),
}
"""Each with the value of the darkest color, and its name."""
FORMULAS = {
    "neuron": "f = max(0, z), where z = 2x₁ + x₂ − 1",
    "smooth": "f = soft(2x₁ − x₂) + soft(2x₂ − x₁) − 2, where soft(z) = ln(1 + eᶻ)",
}
LEGEND = ("output", "sample-output", "silence", "hinge", "way", "places", "side-curve", "side-tangent", "gap",
          "side-silent")  # fmt: skip


def states():
    """Return states: named ones, each function with the point and with the path, and random ones."""
    random = np.random.default_rng(9)
    drawn = [
        {},
        {"function": "neuron", "x": [1, 1], "a": [-0.5, 0.5]},
        {"function": "smooth", "x": [3, 0], "a": [0, 2], "mode": "path", "steps": 4},
        {"function": "neuron", "x": [1, 1], "a": [0, 0], "mode": "path", "steps": 5},
        {"function": "square", "x": [1, 1], "a": [1, -1]},
        {"function": "sum", "x": [1, 1], "a": [2.5, 0.5]},
        {"a": [0, 0], "mode": "path", "steps": 1},
        {"function": "smooth", "x": [2.5, 2], "a": [-0.5, 1]},
        {"function": "neuron", "x": [1, 1], "a": [0.2, 0.6]},
        {"function": "neuron", "x": [-0.5, 0.5], "a": [2, 1]},
        {"x": [1, 2], "a": [1, 2]},
        {"function": "square", "x": [2.5, 2], "a": [0.5, -0.5], "mode": "path", "steps": 30},
        {"a": [2, 2.5], "x": [-0.5, 1]},
        {"function": "sum", "x": [0.5, 2], "a": [0.5, -1]},
        {"function": "smooth", "x": [0, 0], "a": [3, -1], "mode": "path", "steps": 2},
    ]
    for n in range(20):
        x, a = random.uniform(-1, 3, (2, 2)).round(2).tolist()
        state = {"function": str(random.choice(list(FUNCTIONS))), "x": x, "a": a}
        drawn.append(state | {"mode": ["point", "path"][n % 2], "steps": int(random.integers(1, 40))})
    return drawn


ALBUM = Album(
    PlaneFigure,
    states(),
    {
        "plot": "svg.on-light",
        "frame": "svg.on-light .plot-frame",
        "x ticks": "svg.on-light .tick-x",
        "y ticks": "svg.on-light .tick-y",
        "axis labels": "svg.on-light .axis-label",
        "data": "svg.on-light > g[clip-path]",
        "clip": "svg.on-light clipPath rect",
        "ground": ".plot .ground",
        "levels": ".plot .contour",
        "roots": ".plot .hinge",
        "way": ".plot .way",
        "halo": ".plot .way-halo",
        "legs": ".plot .leg",
        "places": ".plot .places",
        **{f"{key}{part}": f"[data-handle={key}]{part and ' .' + part}" for key in "xa" for part in ("", "mark")},
        **{f"{key} name": f"[data-handle={key}] .handle-name" for key in "xa"},
        "grabs": ".handle-grab",
        **{f"legend {name}": f".legend-item .{name}" for name in LEGEND},
        **{f"named {name}": f".legend-item:has(.{name}) .legend-text" for name in LEGEND},
        "legend texts": ".legend-text",
        "legend stops": ".legend-item linearGradient stop",
        "formula": ".formula",
        "side frame": ".side-view .plot-frame",
        "side x ticks": ".side-view .tick-x",
        "side y ticks": ".side-view .tick-y",
        "side": ".side-view",
        "side silent": ".plot .side-silent",
        "side curve": ".plot .side-curve",
        "side tangent": ".plot .side-tangent",
        "side gap": ".side-view .gap",
        "side marks": ".side-view .mark",
        **{f"side {name} name": f".side-name.side-{name}" for name in ("start", "end", "gap")},
        "bars": ".bar",
        "bar names": ".bar-name",
        "bar area": ".bar-area",
        "bar goal": ".bar-goal",
        "bar goal name": ".bar-goal-name",
        "bar ticks": ".bar-tick",
        "function": "select[data-control=function]",
        "modes": "input[data-control=mode]",
        "mode": "fieldset.choice",
        "steps": "input[data-control=steps]",
        "field steps": "input[data-field=steps]",
        **{f"field {key}.{i}": f"input[data-field='{key}.{i}']" for key in "xa" for i in range(2)},
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
    },
    photos=9,
)


def chosen(picture):
    return picture.whole_state["function"]


def f(picture, points):
    return FUNCTIONS[chosen(picture)][0](*np.moveaxis(np.asarray(points, float), -1, 0))


def f_along(picture, s):
    """Return f at parts s of the way."""
    a, x = ends(picture)
    return f(picture, a + s[:, None] * (x - a))


def ends(picture):
    return (np.array(picture.whole_state[key], float) for key in "ax")


def plane(picture):
    return picture.scale("frame", RANGE, RANGE)


def along_path(picture):
    return picture.whole_state["mode"] == "path"


def places(picture):
    """Return where the gradients of the path are taken: in the middle of each of its pieces."""
    a, x = ends(picture)
    steps = picture.whole_state["steps"]
    return a + (np.arange(steps)[:, None] + 0.5) / steps * (x - a)


def rise(picture, point):
    """Return the slope of f along the way at a point of it, by the equations of the functions."""
    a, x = ends(picture)
    p, q = point
    grown = 1 / (1 + np.exp(-SLOPES @ point))
    z = 2 * p + q - 1
    gradient = {"product": (q, p), "square": (2 * p + q, p), "sum": (2, 1), "smooth": grown @ SLOPES,
                "neuron": (2, 1) if z > -1e-12 else (0, 0)}[chosen(picture)]  # fmt: skip
    return np.dot(gradient, x - a)


def second_line(picture):
    """Return the corners [s, T] of the tangent at a, or of the pieces of the path."""
    a, _ = ends(picture)
    start = float(f(picture, a))
    if not along_path(picture):
        return np.array([[s, start + s * rise(picture, a)] for s in WAY])
    steps = picture.whole_state["steps"]
    heights = start + np.cumsum([0, *(rise(picture, place) / steps for place in places(picture))])
    return np.stack([np.arange(steps + 1) / steps, heights], axis=1)


def terms(picture):
    n = picture.numbers
    return np.array([n["f_a"], *n["R"], n["epsilon"]])


def limit(picture):
    """Return the end of the scale that holds all sums of the terms, and twice as much below zero."""
    stops = sums_of(terms(picture))
    return rounded_up(1.02 * max(stops.max(), -2 * stops.min()))


def side(picture):
    top = limit(picture)
    return picture.scale("side frame", WAY, (-top / 2, top))


# --- the plane ---


def test_the_axes_have_numbers_and_names(drawn):
    for picture in drawn:
        axes_agree(picture, plane(picture), range(-1, 4))


def test_the_plane_is_square_and_cut_off_at_its_frame(drawn):
    for picture in drawn:
        square_and_cut_off(picture, plane(picture))
        assert picture.one("ground").fill == (*SILENT, 1)


def test_the_plane_is_painted_with_f(drawn):
    for picture in drawn:
        if picture.photo is None:
            continue
        neuron, brightest = chosen(picture) == "neuron", FUNCTIONS[chosen(picture)][1]
        right, below = painted_in_bands(picture, plane(picture), partial(f, picture), brightest, neuron)
        assert right > 0.75, f"{picture}: {right} of the colors"
        assert below > (0.5 if neuron else 0.75), f"{picture}: {below} below"


def lies_on(picture, line, level, slack):
    """Check that a line lies where f has a value, and leaves out none of it."""
    scale, across = plane(picture), np.linspace(*RANGE, 4001)
    points = scale.numbers(line.points[scale.holds(line.points, slack=-1)])
    assert np.all(np.abs(f(picture, points) - level) < slack), f"{picture}: the level {level}"
    for fixed in (-0.85, -0.3, 0.4, 1.1, 1.6, 2.25, 2.9):
        for row in ([across, np.full_like(across, fixed)], [np.full_like(across, fixed), across]):
            values = f(picture, np.stack(row, axis=-1)) - level - (1e-9 if chosen(picture) == "neuron" else 0)
            crossings = np.stack(row, axis=-1)[:-1][np.diff(np.sign(values)) != 0]
            inside = crossings[(np.abs(crossings - 1) < 1.97).all(axis=1)]
            assert covered(scale.pixels(inside.reshape(-1, 2)), line.points), f"{picture}: the level {level} has a gap"


def test_the_levels_are_where_f_has_their_values(drawn):
    for picture in drawn:
        steepest = 9 if chosen(picture) == "square" else 3.2
        for line, quarter in zip(picture.all("levels"), (1, 2, 3, 4), strict=True):
            lies_on(picture, line, quarter * FUNCTIONS[chosen(picture)][1] / 4, 1.5 * steepest / plane(picture).unit)
            assert line.stroke[:3] == LIGHT and 0.3 < line.stroke[3] < 0.8 and line.fill is None


def test_the_roots_are_drawn_heavier_than_the_levels(drawn):
    for picture in drawn:
        roots = picture.one("roots")
        lies_on(picture, roots, 0, (9 if chosen(picture) == "square" else 3.2) / plane(picture).unit)
        assert roots.stroke == (*INK, 1) and roots.fill is None
        assert roots.width > 2 * max(level.width for level in picture.all("levels"))


# --- the points and the way ---


def test_the_handles_stand_at_x_and_a(drawn):
    for picture in drawn:
        x_and_a_stand_there(picture, plane(picture))


def test_the_way_is_straight_from_a_to_x(drawn):
    for picture in drawn:
        way_is_straight(picture, plane(picture))


def test_each_input_has_its_leg_in_the_color_of_its_share(drawn):
    for picture in drawn:
        (a1, a2), (x1, x2) = ends(picture)
        corners = plane(picture).pixels([[a1, a2], [x1, a2], [x1, x2]])
        for leg, place, R in zip(picture.parts["legs"], (corners[:2], corners[1:]), picture.numbers["R"], strict=True):
            assert near(leg.points, place), picture
            if R == 0 or abs(R) > 1e-12:
                assert leg.stroke == (*SIGNS[int(np.sign(R))], 1) and leg.dashes


def test_a_dot_marks_each_gradient_of_the_path(drawn):
    for picture in drawn:
        if not along_path(picture):
            assert picture.hidden("places")
            continue
        (dots,) = picture.parts["places"]
        moves = [part.split("h")[0] for part in dots.attributes["d"].split("M")[1:]]
        wanted = plane(picture).pixels(places(picture))
        assert near(np.array([part.split() for part in moves], float) + picture.one("plot").box[:2], wanted, 1), picture
        assert dots.stroke == (*INK, 1) and 5 < dots.width < 10 and dots.shown
        ahead = np.diff(plane(picture).pixels(list(ends(picture))), axis=0)[0]
        aside = 2.5 * ahead[::-1] * [1, -1] / np.hypot(*ahead)  # beside the line, and still in the dot
        if picture.photo is not None:
            assert all(near(picture.pixel(dot + aside), INK, 40) for dot in wanted[1:-1]), f"{picture}: no dots"


def test_the_legend_names_what_is_drawn(drawn):
    for picture in drawn:
        key, top, steps = chosen(picture), FUNCTIONS[chosen(picture)][1], picture.whole_state["steps"]
        neuron, path = key == "neuron", along_path(picture)
        pieces = "one piece with the slope halfway" if steps == 1 else f"{steps} pieces with the slopes of the path"
        texts = {
            "output": f"f from 0 to {top}",
            "sample-output": f"f = {', '.join(show(n * top / 4) for n in (1, 2, 3, 4))}",
            "hinge": "hinge, z = 0" if neuron else "roots, f = 0",
            "way": "straight way from a to x",
            "side-curve": "f on the way to x",
            "side-tangent": pieces if path else "tangent at a",
            "gap": "ε at x",
            **({"silence": "silent, f = 0", "side-silent": "silent"} if neuron else {}),
            **({"places": "gradients are taken here"} if path else {}),
        }
        for name in LEGEND:
            if name in texts:
                assert picture.one(f"named {name}").text == texts[name], picture
            else:
                assert picture.hidden(f"named {name}"), f"{picture}: {name}"
        shown = [part.text for part in picture.all("legend texts")]
        assert ("f < 0" in shown) != neuron and {"R > 0", "R < 0", "R = 0"} < set(shown)
        assert picture.one("formula").text == FORMULAS.get(key, f"f = {FUNCTIONS[key][2]}")
        assert [stop.attributes["stop-color"] for stop in picture.parts["legend stops"]] == list(ACTIVATION_COLORS)
        for name, part in (("way", "way"), ("hinge", "roots"), ("side-curve", "side curve"), ("gap", "side gap")):
            sample, part = picture.one(f"legend {name}"), picture.parts[part][0]
            assert sample.stroke == part.stroke and sample.style["strokeWidth"] == part.style["strokeWidth"]


# --- the side view ---


def test_the_side_view_has_the_scale_of_the_bars(drawn):
    for picture in drawn:
        scale, top = side(picture), limit(picture)
        assert [tick.text for tick in picture.all("side x ticks")] == ["a", "x"]
        assert [tick.text for tick in picture.all("side y ticks")] == [show(k * top) for k in (-0.5, 0, 0.5, 1)]
        assert near([tick.middle[0] for tick in picture.all("side x ticks")], scale.pixels([[0, 0], [1, 0]])[:, 0], 2)


def test_the_curve_of_the_side_view_is_f_along_the_way(drawn):
    s = np.linspace(*WAY, 4001)
    for picture in drawn:
        follows(picture, side(picture), "side curve", s, f_along(picture, s))


def test_the_second_line_has_the_slopes_of_the_gradients(drawn):
    for picture in drawn:
        corners = second_line(picture)
        s = np.linspace(corners[0, 0], corners[-1, 0], 4001)
        follows(picture, side(picture), "side tangent", s, np.interp(s, *corners.T))
        part = picture.one("side tangent")
        assert part.dashes and part.fill is None
        assert contrast(over(part.stroke, picture.look.page), picture.look.page) > 3


def test_the_gap_of_the_side_view_is_epsilon(drawn):
    for picture in drawn:
        gap_is_epsilon(picture, side(picture), slack=24)
        foot = side(picture).pixels([1, np.interp(1, *second_line(picture).T)])
        assert near(picture.one("side gap").points[0], foot), picture


def test_the_ends_of_the_way_are_marked_and_named(drawn):
    for picture in drawn:
        ends_are_marked(picture, side(picture), "a")


def test_the_silent_stretch_of_the_way_is_gray(drawn):
    for picture in drawn:
        if chosen(picture) == "neuron":
            silence_is_gray(picture, side(picture), partial(f_along, picture))
        else:
            assert picture.hidden("side silent"), picture


def test_the_side_view_is_described(drawn):
    for picture in drawn:
        n, label = picture.numbers, picture.one("side").attributes["aria-label"]
        start, end = label.split(". ", 1)
        assert start.startswith("f along the straight way from a to x, where f is")
        assert all(show(value) in start or abs(value) < 1e-9 for value in (n["f_x"], n["f_a"]))
        steps = picture.whole_state["steps"]
        words = "piece" if along_path(picture) else "The tangent at a leads to"
        assert words in end and (not along_path(picture) or steps == 1 or f"{steps} pieces" in end)
        assert end.endswith(f"The gap is ε, {show(n['epsilon'])}.") or abs(n["epsilon"]) < 1e-9


# --- the bars, the numbers, the controls ---


def test_the_bars_lead_to_the_output(drawn):
    for picture in drawn:
        bars_lead_to_the_output(picture, "a", terms(picture), limit(picture))
        scale_of_bars(picture, limit(picture))


def test_the_numbers_are_those_of_python(drawn):
    for picture in drawn:
        panel_agrees(picture)


def test_the_controls_show_the_state(drawn):
    for picture in drawn:
        state = picture.whole_state
        function_is_chosen(picture, FUNCTIONS)
        fields_agree(picture, "xa", RANGE)
        assert {part.value: part.checked for part in picture.parts["modes"]} == {
            mode: mode == state["mode"] for mode in ("point", "path")
        }
        slider, field = picture.one("steps"), picture.one("field steps")
        assert float(slider.value) == float(field.value) == state["steps"]
        assert (slider.min, slider.max, slider.step) == ("1", "100", "1")


def test_what_is_drawn_is_not_covered(drawn):
    for picture in drawn:
        if picture.photo is None:
            continue
        x, a = picture.one("xmark"), picture.one("amark")
        if np.hypot(*(x.middle - a.middle)) > 22 and plane(picture).holds(x.middle, -8):
            assert near(picture.pixel(x.middle), INK, 6), f"{picture}: x"
        gap = picture.one("side gap")
        if np.ptp(gap.points[:, 1]) > 30 and side(picture).holds(gap.points).all():
            assert near(picture.pixel(gap.points.mean(axis=0)), rgb(EPSILON), 12), f"{picture}: the gap"
