"""The picture of one neuron, read back from the page and compared with ``lrp_edu``."""

import numpy as np
import pytest
from pictures import (
    ACCENT,
    DIM,
    HATCH,
    INK,
    LIGHT,
    MUTED,
    PAGE_INK,
    SIGNS,
    SILENT,
    Album,
    axes_agree,
    bars_lead_to_the_output,
    blend,
    contrast,
    covered,
    ends_are_marked,
    follows,
    gap_is_epsilon,
    near,
    over,
    place_on_bars,
    rgb,
    rounded_up,
    scale_of_bars,
    silence_is_gray,
    square_and_cut_off,
    sums_of,
)

from lrp_edu.explorables import NeuronFigure
from lrp_edu.explorables.core.explorable import entry, label_for, show
from lrp_edu.neuron import Neuron
from lrp_edu.palette import ACTIVATION_COLORS, EPSILON

RANGE, WAY, BRIGHTEST = (-3, 3), (-0.4, 1.6), 8
DIRECTIONS = {"w2": "w²", "z": "z", "zplus": "z⁺", "zbox": "zᴮ", "gamma": "γ", "free": "free"}
EDGES = {"nonnegative": [[0, 3], [0, 0], [3, 0]], "box": [[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]]}
PURPLE = (107, 47, 160)
LINE = {"light": (209, 217, 224), "dark": (68, 76, 86)}
LEGEND = ("silence", "output", "contour", "hinge", "weights", "walk", "leg", "aim", "domain", "landmark", "last",
          "side-curve", "side-tangent", "gap", "side-silent")  # fmt: skip


def states():
    """Return states: named ones, and random ones of either mode and each direction."""
    random = np.random.default_rng(5)
    drawn = [
        {},
        {"mode": "expansion", "a": [-1.0, -1.0]},
        {"x": [0.2, 2.0], "b": -0.5, "direction": "free", "v": [1.0, 0.5]},
        {"mode": "expansion", "a": [2.0, -2.5], "x": [1.0, 1.5]},
        {"w": [-1.5, 0.5], "b": 1.0, "x": [-2.0, 1.0], "direction": "z"},
        {"mode": "expansion", "a": [0.2, 0.6]},
        {"w": [0.0, 0.0], "b": 2.5},
        {"w": [0.0, 0.0], "b": -1.0},
        {"direction": "free", "v": [1.0, -2.0]},
        {"direction": "free", "v": [-1.0, 0.0], "domain": "plane"},
        {"x": [-1.0, 0.5]},
        {"mode": "expansion", "a": [2.0, 1.0], "x": [-0.5, 1.0]},
        {"mode": "expansion", "a": [1.0, 1.0], "w": [-2.5, 1.0], "b": 2.0},
        {"w": [0.5, -3.0], "b": 3.0, "x": [2.5, -2.5]},
        {"x": [2.0, 1.8], "w": [1.5, -0.5], "b": 0.0, "direction": "zbox"},
        {"x": [2.0, 1.8], "w": [1.5, -0.5], "b": 1.0, "direction": "gamma", "domain": "box"},
        {"x": [2.0, 1.8], "w": [1.5, -0.5], "b": 0.5, "direction": "zplus", "domain": "box"},
    ]
    for _ in range(28):
        x, w, a, v = random.uniform(-3, 3, (4, 2)).round(2).tolist()
        mode, direction = str(random.choice(["root", "expansion"])), str(random.choice(list(DIRECTIONS)))
        state = {"x": x, "w": w, "a": a, "v": v, "b": round(random.uniform(-3, 3), 2)}
        state |= {"mode": mode, "direction": direction, "domain": str(random.choice(["nonnegative", "box", "plane"]))}
        if abs(Neuron(w)(x) or 1) > 0.05:
            drawn.append(state)
    return drawn


ALBUM = Album(
    NeuronFigure,
    states(),
    {
        "frame": "svg.on-light .plot-frame",
        "x ticks": "svg.on-light .tick-x",
        "y ticks": "svg.on-light .tick-y",
        "axis labels": "svg.on-light .axis-label",
        "axes": "svg.on-light .plot-axes line",
        "clip": "svg.on-light clipPath rect",
        "data": "svg.on-light > g[clip-path]",
        "flat": "svg.on-light > g[clip-path] > rect",
        "hinge": ".plot .hinge",
        "silence": ".plot .silence",
        "output": ".plot .output",
        "stops": "svg.on-light linearGradient stop",
        "gradient": "svg.on-light linearGradient",
        "levels": ".plot .contour",
        "domain": ".plot .domain",
        "last": ".plot .last",
        "full step": ".plot .full-step",
        "walk": ".plot .walk",
        "walk halo": ".plot .walk-halo",
        "walk head": ".plot .walk-head",
        "legs": ".plot .leg",
        "root": ".plot .landmark",
        "root mark": ".plot .landmark .mark",
        "root name": ".plot .landmark .handle-name",
        "weights": ".plot .weights",
        "weights halo": ".plot .weights-halo",
        "aim": ".plot .aim",
        **{key: f"[data-handle={key}]" for key in "xwav"},
        **{f"{key} mark": f"[data-handle={key}] .mark" for key in "xwav"},
        **{f"{key} name": f"[data-handle={key}] .handle-name" for key in "xwav"},
        "rings": ".handle-ring",
        "grabs": ".handle-grab",
        **{f"legend {name}": f".legend-item .{name}" for name in (*LEGEND, "walk-head", "sample-ground")},
        "legend sample-output": ".legend-item .sample-output",
        **{f"named {name}": f".legend-item:has(.{name})" for name in LEGEND},
        "legend root": ".legend-item .landmark .mark",
        "legend stops": ".legend-item linearGradient stop",
        "side frame": ".side-view .plot-frame",
        "side x ticks": ".side-view .tick-x",
        "side y ticks": ".side-view .tick-y",
        "side axis labels": ".side-view .axis-label",
        "side axes": ".side-view .plot-axes line",
        "side clip": ".side-view clipPath rect",
        "side": ".side-view",
        "side data": ".side-view > g[clip-path]",
        "side silent": ".plot .side-silent",
        "side curve": ".plot .side-curve",
        "side tangent": ".plot .side-tangent",
        "side gap": ".side-view .gap",
        "side marks": ".side-view .mark",
        **{f"side {name} name": f".side-name.side-{name}" for name in ("start", "end", "gap")},
        "legend texts": ".legend-text",
        "bars": ".bar",
        "bar names": ".bar-name",
        "bar area": ".bar-area",
        "bar zero": ".bar-zero",
        "bar goal": ".bar-goal",
        "bar goal name": ".bar-goal-name",
        "bar ticks": ".bar-tick",
        "waterfall": ".waterfall",
        "direction": "fieldset.choice",
        "direction names": "fieldset.choice span",
        "directions": "input[data-control=direction]",
        "slider b": "input[data-control=b]",
        "field b": "input[data-field=b]",
        **{f"field {key}.{i}": f"input[data-field='{key}.{i}']" for key in "xwav" for i in range(2)},
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "said": ".said",
        "notes": ".notes p",
    },
    photos=12,
)  # fmt: skip


# --- what a state is, from Python alone ---


def given(picture, key):
    return picture.state.get(key, {"x": [1, 1], "w": [2, 1], "b": -1, "mode": "root", "direction": "w2", "v": [0.5, 0],
                                   "a": [0, 2], "domain": "nonnegative"}[key])  # fmt: skip


def neuron(picture):
    return Neuron(given(picture, "w"), given(picture, "b"))


def hinged(picture):
    return np.square(given(picture, "w")).sum() > 1e-4


def walking(picture):
    return given(picture, "mode") == "root"


def free(picture):
    return walking(picture) and given(picture, "direction") == "free"


def edge(picture):
    """Return the corners of the domain's edge, and its name; None where there is none."""
    domain = "box" if given(picture, "direction") == "zbox" else given(picture, "domain")
    named = {"nonnegative": "edge of x ≥ 0", "box": "edge of 0 ≤ x ≤ 2"}
    return (np.array(EDGES[domain]), named[domain]) if walking(picture) and domain in EDGES else None


def last(picture):
    """Return where the full step ends, from the equations: all at 0, those that add at 0, the weakest corner."""
    x, w = (np.array(given(picture, key), float) for key in "xw")
    ends = {
        "z": 0 * x,
        "zplus": np.where(x * w > 0, 0, x),
        "zbox": np.where(w > 0, 0, np.where(w < 0, 2, 0)),
        "gamma": np.where(w > 0, 0, x / 2),
    }
    return ends.get(given(picture, "direction")) if walking(picture) and picture.numbers["a"] else None


def point_name(picture):
    return "x̃" if walking(picture) else "a"


def plane(picture):
    return picture.scale("frame", RANGE, RANGE)


def distance(picture, points):
    """Return how far points of the window lie from the hinge, in pixels; negative on the silent side."""
    z = neuron(picture).preactivation(plane(picture).numbers(points))
    return z / np.hypot(*given(picture, "w")) * plane(picture).unit


def limit(picture):
    """Return the end of the scale that holds all sums of the terms and f(x), and twice as much below zero."""
    stops = sums_of(terms(picture))
    return rounded_up(1.02 * max(stops.max(), picture.numbers["f_x"], -2 * stops.min()))


def terms(picture):
    n = picture.numbers
    return [0, 0, 0, 0] if n["R"] is None else [n["f_a"], *n["R"], n["epsilon"]]


def side(picture):
    top = limit(picture)
    return picture.scale("side frame", WAY, (-top / 2, top))


def says(text, value):
    """Tell whether a text is that of a number; what is a rounding error may be another one."""
    if np.size(value) > 1:
        return all(says(one, number) for one, number in zip(text.strip("()").split(", "), value, strict=True))
    return text == show(value) or value is not None and abs(value) < 1e-12 and (text == "0" or "e-" in text)


def visible(color):
    return color is not None and color[3] > 0.15


def looks_like(sample, part):
    """Tell whether a sample of the legend has the lines and colors of what it stands for."""
    same = sample.stroke == part.stroke and sample.fill == part.fill and sample.dashes == part.dashes
    return same and sample.style["strokeWidth"] == part.style["strokeWidth"]


# --- the plane ---


def test_the_axes_of_the_plane_have_numbers_and_names(drawn):
    for picture in drawn:
        scale = plane(picture)
        axes_agree(picture, scale, range(-3, 4))
        assert all(0 < tick.middle[1] - scale.bottom < 20 for tick in picture.all("x ticks"))
        assert all(0 < scale.left - tick.middle[0] < 24 for tick in picture.all("y ticks"))
        right, top = picture.all("axis labels")
        assert abs(right.box[0] + right.box[2] - scale.right) < 2 and abs(top.middle[0] - scale.left) < 20
        for line, place in zip(picture.all("axes"), ([[0, 3], [0, -3]], [[-3, 0], [3, 0]]), strict=True):
            assert near(line.points, scale.pixels(place)) and visible(line.stroke)


def test_the_plane_is_square_and_cut_off_at_its_frame(drawn):
    for picture in drawn:
        square_and_cut_off(picture, plane(picture))
        assert picture.one("side data").style["clipPath"].startswith("url(")
        assert near(picture.parts["side clip"][0].points, picture.one("side frame").points)
        assert picture.one("side data").style["filter"] == "none"


def test_the_hinge_is_where_z_is_zero(drawn):
    for picture in drawn:
        if not hinged(picture):
            assert picture.hidden("hinge") and picture.hidden("silence") and picture.hidden("output")
            continue
        hinge = picture.one("hinge")
        assert near(distance(picture, hinge.points), 0), f"{picture}: z is not 0 on the hinge"
        one, two = hinge.points
        assert (two - one) @ (np.array(given(picture, "w")) * [1, -1]) == pytest.approx(0, abs=20)
        assert np.hypot(*(two - one)) > 4000
        if np.abs(distance(picture, plane(picture).pixels([0, 0]))) < 600:
            assert not plane(picture).holds(hinge.points).any()
        assert hinge.stroke == (*INK, 1) and hinge.dashes == () and 1.5 <= hinge.width <= 3


def test_the_silent_side_is_where_z_is_negative(drawn):
    for picture in drawn:
        if not hinged(picture):
            continue
        silent, output = (distance(picture, picture.one(name).points) for name in ("silence", "output"))
        assert silent.max() == pytest.approx(0, abs=0.6) and silent.min() < -3000
        assert output.min() == pytest.approx(0, abs=0.6) and output.max() > 1000
        for name, kind in (("silence", "silent"), ("output", "output")):
            part = picture.one(name)
            assert part.attributes["fill"].endswith(f"-{kind})")
            corners = part.points - plane(picture).pixels([0, 0])
            along = (
                corners @ np.array([given(picture, "w")[1], given(picture, "w")[0]]) / np.hypot(*given(picture, "w"))
            )
            assert along.min() < -3000 and along.max() > 3000


def test_the_levels_of_the_output_are_where_f_has_their_values(drawn):
    for picture in drawn:
        if not hinged(picture):
            assert picture.hidden("levels")
            continue
        for line, f in zip(picture.all("levels"), (2, 4, 6, 8), strict=True):
            off = distance(picture, line.points) - f / np.hypot(*given(picture, "w")) * plane(picture).unit
            assert near(off, 0), f"{picture}: the level {f}"
            assert line.stroke[:3] == LIGHT and 0.3 < line.stroke[3] < 0.8


def test_the_colors_of_the_plane_are_those_of_the_scale(drawn):
    for picture in drawn:
        stops = picture.parts["stops"]
        assert [stop.attributes["stop-color"] for stop in stops] == list(ACTIVATION_COLORS)
        assert [float(stop.attributes["offset"]) for stop in stops] == [0, 0.25, 0.5, 0.75, 1]
        flat = picture.one("flat")
        b = given(picture, "b")
        expected = blend(ACTIVATION_COLORS, b / BRIGHTEST) if not hinged(picture) and b > 0 else SILENT
        assert near(flat.fill[:3], expected, 1) and flat.fill[3] == 1
        assert plane(picture).holds(flat.points).sum() <= 1 and flat.box[2] > 2000 and flat.box[3] > 2000


def test_the_plane_is_painted_with_the_output(drawn):
    """Of many points most have the color of f, the others lie below a line or a letter."""
    rows = np.stack(np.meshgrid(np.linspace(-2.9, 2.9, 30), np.linspace(-2.9, 2.9, 30)), axis=-1).reshape(-1, 2)
    for picture in drawn:
        if picture.photo is None:
            continue
        f, right, silent, hatched = neuron(picture)(rows), [], [], []
        for value, point in zip(f, plane(picture).pixels(rows), strict=True):
            color = np.array(picture.pixel(point)) / DIM[picture.look.theme]
            if value > 0:
                right.append(near(color, blend(ACTIVATION_COLORS, value / BRIGHTEST), 8))
            else:
                silent.append(all(HATCH[i] - 8 <= color[i] <= SILENT[i] + 8 for i in range(3)))
                hatched.append(silent[-1] and not near(color, SILENT, 6))
        assert not right or np.mean(right) > 0.7, f"{picture}: {np.mean(right)} of the colors"
        assert not silent or np.mean(silent) > 0.75, f"{picture}: {np.mean(silent)} of the silent side"
        flat = not hinged(picture)  # there is no side to be hatched
        assert not silent or flat or np.mean(hatched) > 0.04, (
            f"{picture}: {np.mean(hatched)} of the silent side is hatched"
        )


def painted(picture, ends, color, tolerance=40):
    """Return how much of a line has its color in the photo, of what lies in the frame and not near its ends."""
    points = np.linspace(*ends, 400)[80:-80]
    points = points[plane(picture).holds(points, slack=-3)]
    return np.mean([near(picture.pixel(point), color, tolerance) for point in points]) if len(points) > 20 else 1


def test_the_lines_of_the_plane_are_seen(drawn):
    for picture in drawn:
        if picture.photo is None:
            continue
        dim = DIM[picture.look.theme]
        in_the_dark = (
            [("walk", INK, 0.55)] if np.hypot(*np.diff(picture.parts["walk"][0].points, axis=0)[0]) > 60 else []
        )
        for name, color, share in (("hinge", INK, 0.55), *in_the_dark):
            for part in picture.all(name):
                ends = part.points
                if name == "hinge":  # what lies in the picture of it
                    across = np.linspace(*ends, 20001)
                    across = across[plane(picture).holds(across)]
                    ends = across[[0, -1]] if len(across) else ends
                seen = painted(picture, ends, np.multiply(color, dim))
                assert seen > share, f"{picture}: {seen} of the {name}"
        assert painted(picture, picture.one("weights").points, PURPLE) > 0.55, picture
        lengths = [np.hypot(*np.diff(leg.points, axis=0)[0]) for leg in picture.all("legs")]
        for leg in picture.all("legs"):
            if min(lengths) > 25:  # else they lie below the walk
                assert painted(picture, leg.points, np.multiply(leg.stroke[:3], dim), 60) > 0.2, f"{picture}: a leg"


def test_the_domain_is_outlined(drawn):
    for picture in drawn:
        if edge(picture) is None:
            assert picture.hidden("domain")
            continue
        domain, (corners, _) = picture.one("domain"), edge(picture)
        drawn_corners = domain.points
        sides = zip(corners, corners[1:], strict=False)
        exact = plane(picture).pixels(np.concatenate([np.linspace(*ends, 200) for ends in sides]))
        assert covered(exact, drawn_corners, 4) and covered(drawn_corners, exact, 4), picture
        assert domain.stroke == (*INK, 0.6) and domain.dashes and domain.fill is None


def test_the_last_point_of_the_domain_is_marked(drawn):
    for picture in drawn:
        end = last(picture)
        if end is None:
            assert picture.hidden("last") and picture.hidden("full step")
            continue
        square, way = picture.one("last"), picture.one("full step")
        assert near(square.middle, plane(picture).pixels(end)), f"{picture}: x − v"
        assert near(way.points, plane(picture).pixels([given(picture, "x"), end])), f"{picture}: the full step"
        assert square.tag == "path" and 9 < square.box[2] < 14 and square.stroke == (*INK, 1)
        assert way.dashes and way.stroke[:3] == INK
        n = picture.numbers
        if n["notes"] in (["root"], ["outside"], ["outside-box"]) and given(picture, "b"):  # x lies in the domain
            beyond = neuron(picture).preactivation(end) > 1e-9
            if given(picture, "direction") in ("zbox", "z") and given(picture, "domain") != "plane":
                assert beyond == (n["notes"] != ["root"]), picture


# --- the walk, its root, the shares ---


def test_the_walk_leads_from_x_to_the_root(drawn):
    for picture in drawn:
        a = picture.numbers["a"]
        if a is None:
            assert all(picture.hidden(name) for name in ("walk", "walk halo", "walk head", "legs", "root"))
            continue
        ends = plane(picture).pixels([given(picture, "x"), a])
        for name in ("walk", "walk halo"):
            assert near(picture.one(name).points, ends), f"{picture}: the walk"
        walk, halo = picture.one("walk"), picture.one("walk halo")
        assert walk.stroke == (*INK, 1) and walk.dashes == () and 1.5 < walk.width < 3.5
        assert halo.stroke[:3] == LIGHT and halo.width > walk.width + 1


def test_an_arrow_points_to_the_root(drawn):
    for picture in drawn:
        a = picture.numbers["a"]
        if a is None or not walking(picture):
            assert picture.hidden("walk head")
            continue
        start, end = plane(picture).pixels([given(picture, "x"), a])
        length = np.hypot(*(end - start))
        if length < 26:
            assert picture.hidden("walk head")
            continue
        if length > 5000:
            continue  # the root lies far outside of the picture
        ahead = (end - start) / length
        head = picture.one("walk head")
        if not len(head.points):
            continue
        along, aside = (head.points - end) @ ahead, (head.points - end) @ [-ahead[1], ahead[0]]
        assert along.max() == pytest.approx(-10, abs=0.7) and along.min() == pytest.approx(-21, abs=0.7), picture
        assert (
            abs(aside[along.argmax()]) < 1.5
            and aside.max() == pytest.approx(5, abs=0.9)
            and aside.min() == pytest.approx(-5, abs=0.9)
        )
        assert np.ptp(aside[along < -19]) > 6 > np.ptp(aside[along > -12])
        assert head.fill == (*INK, 1) and head.stroke[:3] == LIGHT


def test_the_root_has_its_mark_and_its_letter(drawn):
    for picture in drawn:
        a = picture.numbers["a"]
        if a is None or not walking(picture):
            assert picture.hidden("root")
            continue
        place = plane(picture).pixels(a)
        root, mark, name = picture.one("root"), picture.one("root mark"), picture.one("root name")
        assert near(root.points[0], place) and near(mark.middle, place), f"{picture}: the root"
        assert near(distance(picture, root.points), 0), f"{picture}: the root is not on the hinge"
        assert name.text == "x̃" and np.hypot(*(name.middle - place)) < 30
        assert name.fill == (*INK, 1) and 14 < mark.box[2] < 22
        outside = bool({"outside", "outside-box"} & set(picture.numbers["notes"]))
        assert mark.stroke == (*INK, 1) and (mark.fill is None) == outside and bool(mark.dashes) == outside, picture
        assert outside or mark.fill == (*LIGHT, 1)


def test_the_legs_are_the_steps_of_the_inputs_with_the_colors_of_their_shares(drawn):
    for picture in drawn:
        a, x, R = picture.numbers["a"], given(picture, "x"), picture.numbers["R"]
        if a is None:
            continue
        corner = [x[0], a[1]]
        for leg, ends, share in zip(picture.all("legs"), ([a, corner], [corner, x]), R, strict=True):
            assert near(leg.points, plane(picture).pixels(ends)), f"{picture}: a leg"
            assert leg.dashes and 1.5 < leg.width < 3
            if abs(share) > 1e-12 or not picture.numbers["f_x"]:
                assert leg.stroke == (*SIGNS[np.sign(share)], 1), f"{picture}: {share}"


# --- handles ---


def test_the_handles_stand_where_the_state_says(drawn):
    for picture in drawn:
        scale = plane(picture)
        for key in "xwa":
            if key == "a" and walking(picture):
                assert picture.hidden("a")
                continue
            assert near(picture.one(key).points[0], scale.pixels(given(picture, key))), f"{picture}: {key}"
        assert near(picture.one("x mark").middle, scale.pixels(given(picture, "x")))
        if not walking(picture):
            assert near(picture.one("a mark").middle, scale.pixels(given(picture, "a")))


def test_the_weights_are_an_arrow_from_the_origin(drawn):
    for picture in drawn:
        ends, w = plane(picture).pixels([[0, 0], given(picture, "w")]), np.array(given(picture, "w"))
        shaft, halo, tip = picture.one("weights"), picture.one("weights halo"), picture.one("w mark")
        assert near(shaft.points, ends) and near(halo.points, ends), picture
        assert shaft.stroke == (*PURPLE, 1) == tip.fill and 1.5 < shaft.width < halo.width and halo.stroke[:3] == LIGHT
        ahead = w * [1, -1] / np.hypot(*w) if w.any() else np.array([1, 0])
        along = (tip.points - ends[1]) @ ahead
        aside = (tip.points - ends[1]) @ [-ahead[1], ahead[0]]
        assert along.max() == pytest.approx(7, abs=0.7) and along.min() == pytest.approx(-8, abs=0.7), picture
        assert abs(aside[along.argmax()]) < 1 and np.ptp(aside) == pytest.approx(13, abs=1)


def test_a_free_direction_is_aimed_from_x_against_v(drawn):
    for picture in drawn:
        if not free(picture):
            assert picture.hidden("aim") and picture.hidden("v")
            continue
        scale, x, v = plane(picture), np.array(given(picture, "x")), np.array(given(picture, "v"))
        start, tip = scale.pixels(x), picture.one("v").points[0]
        aim = picture.one("aim")
        assert near(aim.points, [start, tip]) and aim.dashes and aim.stroke == (*INK, 1)
        assert near(picture.one("v mark").middle, tip)
        if v.any():
            ahead = -v * [1, -1] / np.hypot(*v)
            along, aside = (tip - start) @ ahead, (tip - start) @ [-ahead[1], ahead[0]]
            assert along > 33 and abs(aside) < 0.6, f"{picture}: −v"
            far = np.hypot(*v) * plane(picture).unit
            inside = scale.holds(scale.pixels(x - v), slack=0.1)
            assert along == pytest.approx(max(far, 34), abs=1) if inside else along <= max(far, 34) + 1


def test_handles_have_letters_and_shapes_of_their_own(drawn):
    names = {"x": "x", "w": "w", "a": "a", "v": "−v"}
    for picture in drawn:
        shown = [key for key in "xwav" if not picture.hidden(key)]
        assert set(shown) == {"x", "w", *("" if walking(picture) else "a"), *("v" if free(picture) else "")}
        for key in shown:
            mark, name = picture.one(f"{key} mark"), picture.one(f"{key} name")
            assert name.text == names[key] and np.hypot(*(name.middle - picture.one(key).points[0])) < 32
            assert name.fill == (*(PURPLE if key == "w" else INK), 1) and visible(name.stroke)
            tag, fill = {"x": ("circle", INK), "w": ("path", PURPLE), "a": ("path", LIGHT), "v": ("circle", LIGHT)}[key]
            assert (mark.tag, mark.fill) == (tag, (*fill, 1)), key
            assert mark.stroke == (*(LIGHT if key in "xw" else INK), 1)
        for part in picture.all("rings"):
            assert part.stroke is None and part.fill is None
        for grab in picture.all("grabs"):
            assert grab.fill is None and round(grab.box[2], 2) >= 44


def test_what_a_screen_reader_hears_of_a_handle(drawn):
    for picture in drawn:
        for key in "xwav":
            part = picture.parts[key][0]
            if not part.shown:
                assert part.attributes["aria-hidden"] == "true" and "tabindex" not in part.attributes
                continue
            values = given(picture, key)
            assert part.attributes["role"] == "slider" and part.attributes["tabindex"] == "0"
            assert part.attributes["aria-valuetext"] == show(list(map(float, values)))
            assert float(part.attributes["aria-valuenow"]) == pytest.approx(values[0], rel=1e-5)
            limits = NeuronFigure.schema()[key]
            assert float(part.attributes["aria-valuemin"]) == limits["low"]
            assert float(part.attributes["aria-valuemax"]) == limits["high"]
            assert part.attributes["aria-label"].startswith(NeuronFigure.schema()[key]["label"])


# --- the legend ---


def test_the_legend_shows_what_it_names(drawn):
    lines = {"hinge": "hinge, z = 0", "weights": "weights w", "aim": "direction −v"}
    for picture in drawn:
        lines |= {"domain": edge(picture) and edge(picture)[1], "last": "last possible input on the way"}
        named = {"silence": "silent, f = 0", "output": "f from 0 to 8", "contour": "f = 2, 4, 6, 8", **lines,
                 "walk": "walk from x to x̃" if walking(picture) else "straight way from a to x"}  # fmt: skip
        for name, text in named.items():
            gone = name == "aim" and not free(picture)
            gone |= name == "domain" and edge(picture) is None
            gone |= name == "last" and last(picture) is None
            if gone:
                assert picture.hidden(f"named {name}")
                continue
            assert [item.text for item in picture.all(f"named {name}")] == [text]
            samples = picture.all(f"legend {name}")
            part = picture.parts["levels" if name == "contour" else name][0]
            assert len(samples) == 1 and looks_like(samples[0], part), f"{picture}: the sample of {name}"
        assert bool(picture.all("legend walk-head")) == walking(picture)
        for sample in picture.all("legend walk-head"):
            assert looks_like(sample, picture.parts["walk head"][0])
            assert sample.points[:, 0].argmax() in (0, len(sample.points) - 1)  # it points away from x
        assert [item.text for item in picture.all("named leg")] == ["R > 0", "R < 0", "R = 0"]
        for sample, color in zip(picture.all("legend leg"), SIGNS.values(), strict=True):
            assert sample.stroke == (*color, 1) and sample.dashes == picture.parts["legs"][0].dashes
        beyond = edge(picture) is not None
        assert [item.text for item in picture.all("named landmark")] == ["x̃ beyond it"] * beyond
        for sample in picture.all("legend root"):
            assert sample.fill is None and sample.dashes and sample.stroke == (*INK, 1)


def test_the_areas_of_the_legend_have_their_colors(drawn):
    for picture in drawn:
        stops = picture.parts["legend stops"]
        assert [stop.attributes["stop-color"] for stop in stops] == list(ACTIVATION_COLORS)
        assert [float(stop.attributes["offset"]) for stop in stops] == [0, 0.25, 0.5, 0.75, 1]
        assert picture.one("legend silence").attributes["fill"].endswith("-silent)")
        assert picture.one("legend output").attributes["fill"].endswith("-output)")
        assert all(ground.fill == (*SILENT, 1) for ground in picture.all("legend sample-ground"))
        assert picture.one("legend sample-output").fill == (*rgb(ACTIVATION_COLORS[2]), 1)
        if picture.photo is None:
            continue
        left, top, width, height = picture.one("legend output").box
        for share in (0.1, 0.5, 0.9):
            color = picture.pixel([left + share * width, top + height / 2])
            assert near(color, blend(ACTIVATION_COLORS, share), 12), f"{picture}: {share}"
        left, top, width, height = picture.one("legend silence").box
        color = picture.pixel([left + width / 2, top + height / 2])
        assert all(HATCH[i] - 8 <= color[i] <= SILENT[i] + 8 for i in range(3))


# --- the side view ---


def way(picture):
    """Return f and its tangent at the root or at a as functions of s."""
    n, x, f = picture.numbers, np.array(given(picture, "x")), neuron(picture)
    a = np.array(n["a"])
    slope = sum(n["R"]) if walking(picture) else f.gradient(a, x) @ (x - a)
    return lambda s: f(a + s[:, None] * (x - a)), lambda s: f(a) + slope * s


def test_the_side_view_has_the_scale_of_the_bars(drawn):
    for picture in drawn:
        if picture.numbers["a"] is None:
            continue
        scale, top = side(picture), limit(picture)
        assert [tick.text for tick in picture.all("side x ticks")] == [point_name(picture), "x"]
        assert [tick.text for tick in picture.all("side y ticks")] == [show(k * top) for k in (-0.5, 0, 0.5, 1)]
        across, up = scale.pixels([[0, 0], [1, 0]]), scale.pixels([[0, k * top] for k in (-0.5, 0, 0.5, 1)])
        assert near([tick.middle[0] for tick in picture.all("side x ticks")], across[:, 0], 2)
        assert near([tick.middle[1] for tick in picture.all("side y ticks")], up[:, 1], 3)
        assert all(tick.middle[1] > scale.bottom for tick in picture.all("side x ticks"))
        assert all(tick.middle[0] < scale.left for tick in picture.all("side y ticks"))
        right, above = picture.all("side axis labels")
        assert (right.text, above.text) == ("s", "f")
        assert right.middle[1] > scale.bottom and right.middle[0] > scale.right - 12 and above.middle[1] < scale.top
        ends = ([[0, top], [0, -top / 2]], [[-0.4, 0], [1.6, 0]])
        for line, place in zip(picture.all("side axes"), ends, strict=True):
            assert near(line.points, scale.pixels(place)) and visible(line.stroke)


S = np.linspace(*WAY, 4001)


def test_the_curve_of_the_side_view_is_f_along_the_way(drawn):
    for picture in drawn:
        if picture.numbers["a"] is None:
            assert picture.hidden("side curve")
        else:
            follows(picture, side(picture), "side curve", S, way(picture)[0](S))


def test_the_tangent_of_the_side_view_has_the_slope_of_the_gradient(drawn):
    for picture in drawn:
        if picture.numbers["a"] is None:
            assert picture.hidden("side tangent")
        else:
            follows(picture, side(picture), "side tangent", S, way(picture)[1](S))


def test_the_gap_of_the_side_view_is_epsilon(drawn):
    for picture in drawn:
        if picture.numbers["a"] is None:
            assert picture.hidden("side gap") and picture.hidden("side gap name")
            continue
        gap_is_epsilon(picture, side(picture), slack=20)
        for line in ("side curve", "side tangent"):
            assert not strikes_through(picture.one(line).points, picture.one("side gap name").box), f"{picture}: {line}"


def strikes_through(points, box):
    """Tell whether a line comes into the middle half of a box."""
    left, top, width, height = box
    x = np.linspace(left, left + width, 50)
    y = np.interp(x, *points[np.argsort(points[:, 0])].T, left=np.inf, right=np.inf)
    return (np.abs(y - top - height / 2) < height / 4).any()


def test_the_ends_of_the_way_are_marked_and_named(drawn):
    for picture in drawn:
        n = picture.numbers
        names = ("side start name", "side end name")
        if n["a"] is None:
            assert picture.hidden("side marks") and all(picture.hidden(name) for name in names)
            continue
        places = ends_are_marked(picture, side(picture), point_name(picture))
        foot, start, end = picture.all("side marks")
        ink, page = end.fill, end.stroke
        assert contrast(ink, picture.look.page) > 10 > 2 > contrast(page, picture.look.page)
        assert (foot.fill, foot.stroke) == (start.fill, start.stroke) == (page, ink)
        first, last = (picture.one(name) for name in names)
        assert 0 < first.box[0] - places[1][0] < 20 and 0 < first.middle[1] - places[1][1] < 26
        assert 0 < places[2][0] - (last.box[0] + last.box[2]) < 20 and 0 < places[2][1] - last.middle[1] < 26


def test_the_silent_stretch_of_the_way_is_gray(drawn):
    for picture in drawn:
        if picture.numbers["a"] is None:
            assert picture.hidden("side silent")
        else:
            silence_is_gray(picture, side(picture), way(picture)[0])


def test_the_lines_of_the_side_view_are_told_apart_and_named(drawn):
    names = {"side-curve": "f on the way to x", "gap": "ε at x", "side-silent": "silent"}
    for picture in drawn:
        page = picture.look.page
        parts = {
            name: picture.parts[f"side {name.removeprefix('side-')}"][0]
            for name in ("side-curve", "side-tangent", "gap", "side-silent")
        }
        colors = {name: over(part.stroke or part.fill, page) for name, part in parts.items()}
        assert len(set(colors.values())) == 4
        assert all(contrast(color, page) > 2.5 for name, color in colors.items() if name != "side-silent")
        assert parts["side-curve"].fill is None and parts["side-tangent"].fill is None
        assert parts["side-curve"].dashes == () != parts["side-tangent"].dashes
        tangent = {"side-tangent": f"tangent at {point_name(picture)}"} if picture.numbers["a"] else {}
        for name, text in {**names, **tangent}.items():
            assert [item.text for item in picture.all(f"named {name}")] == [text]
            assert looks_like(*picture.all(f"legend {name}"), parts[name]), name


def test_the_side_view_is_described(drawn):
    for picture in drawn:
        n, label = picture.numbers, picture.one("side").attributes["aria-label"]
        if n["a"] is None:
            assert label.startswith("There is no root")
            continue
        start, end = label.split(". The tangent")
        assert start.startswith(f"f along the straight way from {point_name(picture)} to x, where f is")
        for value in (n["f_x"], n["f_a"]):
            assert show(value) in start or abs(value) < 1e-9
        assert end.endswith(f"The gap is ε, {show(n['epsilon'])}.") or abs(n["epsilon"]) < 1e-9


# --- the bars ---


def test_the_bars_lead_to_the_output(drawn):
    for picture in drawn:
        left, top, width, height = picture.one("bar area").box
        whole, place = limit(picture), place_on_bars(picture, limit(picture))
        names, bars, ticks = (picture.all(f"bar{part}") for part in (" names", "s", " ticks"))
        if picture.numbers["R"] is None:
            assert not bars
        else:
            bars_lead_to_the_output(picture, point_name(picture), terms(picture), whole)
        scale_of_bars(picture, whole)
        for bar, name in zip(bars, names, strict=False):
            assert abs(bar.middle[1] - name.middle[1]) < 2 and 8 < bar.box[3] < 19
        frame = picture.one("waterfall").box
        for part in (*names, *bars, picture.one("bar area"), *ticks):
            assert frame[0] - 1 <= part.box[0] <= part.box[0] + part.box[2] <= frame[0] + frame[2] + 1
            assert frame[1] - 1 <= part.box[1] <= part.box[1] + part.box[3] <= frame[1] + frame[3] + 3
        assert all(name.box[0] + name.box[2] < left + 1 for name in names)
        zero, goal = picture.one("bar zero"), picture.one("bar goal")
        assert zero.box[0] == pytest.approx(place(0), abs=0.7)
        assert ticks[0].box[0] == pytest.approx(left, abs=1)
        assert ticks[1].box[0] - 1 < place(0) < ticks[1].box[0] + ticks[1].box[2] + 1
        assert ticks[2].box[0] + ticks[2].box[2] == pytest.approx(left + width, abs=1)
        assert goal.border("Left")[1] == "dashed" and zero.border("Left")[1] == "solid"
        for line in (zero, goal):
            assert near(
                [line.box[1], line.box[1] + line.box[3]],
                [top, bars[3].box[1] + 16 if bars else line.box[1] + line.box[3]],
                22,
            )


def test_the_goal_of_the_bars_is_named(drawn):
    for picture in drawn:
        name, goal = picture.one("bar goal name"), picture.one("bar goal")
        assert name.box[0] - 1 <= goal.box[0] <= name.box[0] + name.box[2] + 1
        assert name.box[1] > picture.all("bar names")[-1].middle[1]
        label = picture.one("waterfall").attributes["aria-label"]
        assert label.startswith(f"f({point_name(picture)}), R₁, R₂, ε: ")
        assert label.endswith(f"f(x) is {show(picture.numbers['f_x'])}")


# --- controls and numbers ---


def test_the_controls_show_the_state(drawn):
    for picture in drawn:
        if walking(picture):
            chosen = {part.value: part.checked for part in picture.parts["directions"]}
            assert chosen == {key: key == given(picture, "direction") for key in DIRECTIONS}
            assert [part.labels for part in picture.parts["directions"]] == [[name] for name in DIRECTIONS.values()]
        assert picture.hidden("direction") != walking(picture)
        for span, option in zip(picture.all("direction names"), picture.parts["directions"], strict=False):
            pressed = (*ACCENT[picture.look.theme], 1) if option.checked else None
            assert span.background == pressed and span.text == option.labels[0]
        for key, shown in (("x", True), ("w", True), ("a", not walking(picture)), ("v", free(picture))):
            for i in range(2):
                fields = picture.all(f"field {key}.{i}")
                assert len(fields) == shown
                for field in fields:
                    assert float(field.value) == pytest.approx(given(picture, key)[i], rel=1e-7)
                    assert field.labels == [f"{key}{'₁₂'[i]}"]
                    limits = NeuronFigure.schema()[key]
                    assert (float(field.min), float(field.max)) == (limits["low"], limits["high"])
        b = given(picture, "b")
        slider, field = picture.one("slider b"), picture.one("field b")
        assert float(slider.value) == pytest.approx(b, abs=0.051) and float(field.value) == b
        assert (slider.min, slider.max, slider.step, slider.labels) == ("-3", "3", "0.1", ["bias b"])


def test_the_numbers_stand_beside_their_names(drawn):
    for picture in drawn:
        labels = [label_for(label, {"mode": given(picture, "mode")}) for label in NeuronFigure.labels.values()]
        assert [part.text for part in picture.all("labels")] == labels
        for part, key in zip(picture.all("numbers"), NeuronFigure.labels, strict=True):
            assert says(part.text, entry(picture.numbers, key)), f"{picture}: {key}"
        texts = NeuronFigure.warnings | NeuronFigure.remarks
        note, key = picture.one("notes"), picture.numbers["notes"][0]
        assert note.text == texts[key]
        assert ("warning" in note.attributes["class"]) == (key in NeuronFigure.warnings)


def test_what_lies_on_the_page_has_the_colors_of_its_theme(drawn):
    inked = ("axis labels", "side axis labels", "side start name", "side end name", "side gap name", "bar goal name")
    muted = ("x ticks", "y ticks", "side x ticks", "side y ticks", "bar ticks", "labels", "legend texts")
    for picture in drawn:
        theme = picture.look.theme
        for names, colors in ((inked, PAGE_INK), (muted, MUTED)):
            for part in (part for name in names for part in picture.all(name)):
                assert part.color == (*colors[theme], 1), f"{picture}: {part}"
        assert all(line.stroke == (0, 0, 0, 0.28) for line in picture.all("axes"))
        for line in picture.all("side axes"):
            assert line.stroke == (*MUTED[theme], 0.6)
        for name in ("frame", "side frame"):
            assert picture.one(name).stroke == (*LINE[theme], 1) and picture.one(name).fill is None
        for region in picture.all("side silent"):
            assert region.fill == (*LINE[theme], 0.5)
        assert picture.one("bar zero").border("Left") == (1, "solid", (*LINE[theme], 1))
        assert picture.one("bar goal").border("Left") == (2, "dashed", (*PAGE_INK[theme], 1))
        assert picture.one("said").border("Left") == (1, "solid", (*LINE[theme], 1))
        assert picture.one("notes").color == (*PAGE_INK[theme], 1)
        for key in "xwav":
            assert picture.parts[key][0].style["cursor"] == "grab"


def test_what_is_drawn_is_not_covered(drawn):
    for picture in drawn:
        if picture.photo is None:
            continue
        x, others = picture.one("x mark"), [picture.one(key) for key in "wav" if not picture.hidden(key)]
        if all(np.hypot(*(x.middle - other.points[0])) > 22 for other in others) and plane(picture).holds(x.middle, -8):
            assert near(picture.pixel(x.middle), INK, 6), f"{picture}: x"
        gap = picture.all("side gap")
        if gap and np.ptp(gap[0].points[:, 1]) > 30 and side(picture).holds(gap[0].points).all():
            assert near(picture.pixel(gap[0].points.mean(axis=0)), rgb(EPSILON), 12), f"{picture}: the gap"
