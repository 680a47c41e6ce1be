"""The picture of a neuron's walk inside a network, read back from the page and compared with ``lrp_edu``."""

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
    SILENT,
    Album,
    axes_agree,
    blend,
    covered,
    near,
    panel_agrees,
    rgb,
    says,
    square_and_cut_off,
)

from lrp_edu.explorables import DeepFigure
from lrp_edu.explorables.core.explorable import show
from lrp_edu.palette import EPSILON, RELEVANCE_COLORS

W = [np.array([[1, -1], [1, 3]]), np.array([[2, 1], [-1, 1]]), np.array([[1], [1]])]
FIRST_BIAS = np.array([-1, -3])
RANGES, WAY, STRONGEST = {1: (-1, 3), 2: (-1, 6)}, (-0.52, 1.15), 3
AXES = {1: ("x₁", "x₂"), 2: ("a₃", "a₄")}
FIRST_ORDER = {"light": (47, 127, 121), "dark": (140, 194, 154)}
SIGNS = {
    theme: {1: rgb(RELEVANCE_COLORS[high]), -1: rgb(RELEVANCE_COLORS[low]), 0: MUTED[theme]}
    for theme, high, low in (("light", 4, 0), ("dark", 3, 1))
}
LEGEND = ("factors", "silence", "hinge[data-own=true]", "hinge[data-own=false]", "walk", "corner", "domain",
          "side-curve", "side-model", "side-tangent", "missed", "gap", "switch")  # fmt: skip
WALKS, ABOVE = {"w2": "w²", "z": "z", "zplus": "z⁺"}, {"zplus": "z⁺", "gamma": "γ", "lrp0": "LRP-0"}


def states():
    """Return states: named ones, and random ones of each neuron, walk and rule."""
    random = np.random.default_rng(3)
    drawn = [
        {},
        {"above": "lrp0"},
        {"above": "lrp0", "b": -2.0, "x": [2.5, 2.0]},
        {"neuron": "5", "b": -1.0},
        {"x": [0.5, 2.0], "walk": "w2"},
        {"neuron": "4", "above": "lrp0", "b": -2.0, "x": [2.7, 2.3], "s": 0.25},
        {"neuron": "6", "above": "gamma", "b": -2.0, "walk": "w2", "x": [2.4, 2.2]},
        {"x": [0.2, 0.3]},
        {"x": [2.0, 1.0], "s": 0.0},
        {"x": [2.0, 1.0], "neuron": "4"},
        {"x": [0.2, 2.4], "above": "lrp0", "s": 0.8},
        {"neuron": "5", "walk": "w2", "b": -0.5, "s": 1.0},
        {"x": [1.5, 2.5], "b": -2.0, "above": "gamma"},
        {"x": [3.0, 0.0], "neuron": "6"},
        {"x": [0.0, 1.0], "neuron": "3"},
    ]
    for _ in range(22):
        state = {key: str(random.choice(list(getattr(DeepFigure, key).choices))) for key in ("neuron", "walk", "above")}
        state |= {"x": random.uniform(0, 3, 2).round(2).tolist(), "s": round(random.uniform(0, 1), 2)}
        drawn.append(state | {"b": float(random.choice([0, round(random.uniform(-2, 0), 2)]))})
    return drawn


ALBUM = Album(
    DeepFigure,
    states(),
    {
        "frame": "svg.on-light .plot-frame",
        "x ticks": "svg.on-light .tick-x",
        "y ticks": "svg.on-light .tick-y",
        "axis labels": "svg.on-light .axis-label",
        "data": "svg.on-light > g[clip-path]",
        "clip": "svg.on-light clipPath rect",
        "factors": ".plot .factors",
        "silence": ".plot .silence",
        "hinges": ".plot .hinge",
        "hinge names": ".hinge-name",
        "domain": ".plot .domain",
        "walk": ".plot .walk",
        "halo": ".plot .walk-halo",
        "head": ".plot .walk-head",
        "corners": ".plot .corner",
        "root": ".plot .landmark",
        "root mark": ".plot .landmark .mark",
        "root name": ".plot .landmark .handle-name",
        "here": ".plot .here",
        **{f"{key}{part}": f"[data-handle={key}]{part and ' .' + part}" for key in "xas" for part in ("", "mark")},
        **{f"{key} name": f"[data-handle={key}] .handle-name" for key in "xas"},
        "grabs": ".handle-grab",
        **{f"legend {name}": f".legend-item .{name}" for name in LEGEND},
        **{f"named {name}": f".legend-item:has(.{name}) .legend-text" for name in LEGEND},
        "legend stops": ".legend-item linearGradient stop",
        "side": ".side-view",
        "side frame": ".side-view .plot-frame",
        "side x ticks": ".side-view .tick-x",
        "side y ticks": ".side-view .tick-y",
        "side axis labels": ".side-view .axis-label",
        "curve": ".plot .side-curve",
        "model": ".plot .side-model",
        "tangent": ".plot .side-tangent",
        "gap": ".side-view .gap",
        "missed": ".side-view .missed",
        "switches": ".side-view .switch",
        "switch names": ".switch-name",
        "side marks": ".side-view .mark-small",
        "gap name": ".side-gap",
        "missed name": ".side-missed",
        "network": ".deep-network",
        "edges": ".deep-network .edge",
        "weights": ".deep-network .weight",
        "nodes": ".node-body",
        "node hits": ".node-hit",
        "values": ".node-value",
        "relevances": ".node-relevance",
        "biases": ".node-bias",
        "node names": ".node-name",
        **{f"choices of {key}": f"input[data-control={key}]" for key in ("neuron", "walk", "above")},
        "slider b": "input[data-control=b]",
        **{f"field {key}": f"input[data-field='{key}']" for key in ("x.0", "x.1", "s", "b")},
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
    },
    photos=7,
)  # fmt: skip


# --- what is drawn, from the equations alone ---


def given(picture, key):
    return picture.whole_state[key]


def layer(picture):
    return 1 if given(picture, "neuron") in "34" else 2


def place(picture):
    return 0 if given(picture, "neuron") in "35" else 1


def bias(picture, n):
    """Return the biases of the layer with the weights W[n]."""
    return FIRST_BIAS if n == 0 else np.full(W[n].shape[1], given(picture, "b"))


def preactivations(picture, points):
    """Return z of the two neurons of the chosen one's layer at points of the plane."""
    n = layer(picture) - 1
    return np.asarray(points, float) @ W[n] + bias(picture, n)


def factors(picture, h):
    """Return c of the chosen neuron, with the activations h of its layer, of shape (points, 2): up, and down."""
    n, a = layer(picture), [np.asarray(h, float)]
    for m in range(n, 3):
        a.append(np.maximum(0, a[-1] @ W[m] + bias(picture, m)))
    R = a[-1]
    for m in range(2, n - 1, -1):
        c = np.zeros_like(a[m - n])
        for k in range(W[m].shape[1]):
            above = given(picture, "above")
            V = np.array([{"zplus": max(w, 0), "gamma": w + max(w, 0), "lrp0": w}[above] for w in W[m][:, k]], float)
            d = a[m - n] @ V
            c += V * np.divide(R[:, k], d, out=np.zeros_like(d), where=d != 0)[:, None]
        R = a[m - n] * c
    return c[:, place(picture)]


def silent(picture):
    return picture.numbers["root"] is None


def way(picture, s):
    """Return the points of the plane at parts s of the walk."""
    s = np.asarray(s, float)[..., None]
    return (1 - s) * np.array(picture.numbers["start"]) + s * np.array(picture.numbers["root"])


def relevance(picture, s):
    """Return the true relevance at parts s < 1 of the walk."""
    z = preactivations(picture, way(picture, s))
    return z[:, place(picture)] * factors(picture, np.maximum(0, z))


def plane(picture):
    return picture.scale("frame", RANGES[layer(picture)], RANGES[layer(picture)])


def limit(picture):
    n = picture.numbers
    values = [*n["line"]["R"], n["R_j"] - n["epsilon"], n["model_s"]]
    size = 1.02 * max(*values, *(-2 * value for value in values))
    return max(0.25, 2 ** np.ceil(np.log2(size or 0.25)))


def side(picture):
    return picture.scale("side frame", WAY, (-limit(picture) / 2, limit(picture)))


def sub(text):
    return "".join(chr(0x2080 + int(digit)) for digit in str(text))


# --- the plane ---


def test_the_axes_are_the_activations_below(drawn):
    for picture in drawn:
        low, high = RANGES[layer(picture)]
        axes_agree(picture, plane(picture), range(low, high + 1), AXES[layer(picture)])
        square_and_cut_off(picture, plane(picture))


def test_the_plane_has_the_colors_of_c_and_is_hatched_where_the_neuron_is_silent(drawn):
    """Of many points most have their color, the others lie below a line or a letter, or beside a jump."""
    for picture in drawn:
        (left, top, width, height), scale = picture.one("factors").box, plane(picture)
        assert near([left, top, left + width, top + height], [scale.left, scale.top, scale.right, scale.bottom], 1)
        if picture.photo is None:
            continue
        low, high = RANGES[layer(picture)]
        grid = np.linspace(low + 0.06, high - 0.06, 34)
        points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
        z = preactivations(picture, points)
        colored, hatched = [], []
        c = factors(picture, np.maximum(1e-20, z))
        for value, own, point in zip(c, z[:, place(picture)], scale.pixels(points), strict=True):
            color = np.array(picture.pixel(point)) / DIM[picture.look.theme]
            if own > 0:
                colored.append(near(color, blend(RELEVANCE_COLORS, (value / STRONGEST + 1) / 2), 9))
            else:
                hatched.append(all(HATCH[i] - 8 <= color[i] <= SILENT[i] + 8 for i in range(3)))
        assert np.mean(colored) > 0.87, f"{picture}: {np.mean(colored)} of the colors"
        assert not hatched or np.mean(hatched) > 0.75, f"{picture}: {np.mean(hatched)} of the silent side"


def test_the_hinges_are_where_z_is_zero(drawn):
    for picture in drawn:
        scale, numbers = plane(picture), [2 * layer(picture) + 1, 2 * layer(picture) + 2]
        pixel = np.diff(RANGES[layer(picture)])[0] / (scale.right - scale.left)
        for k, (line, number) in enumerate(zip(picture.all("hinges"), numbers, strict=True)):
            size = np.hypot(*W[layer(picture) - 1][:, k])
            assert np.all(np.abs(preactivations(picture, scale.numbers(line.points))[:, k]) < pixel * size), picture
            assert np.hypot(*np.diff(line.points, axis=0)[0]) > 4000 and line.stroke == (*INK, 1)
            own = str(number) == given(picture, "neuron")
            assert (line.dashes == ()) == own and (line.width > 2) == own
        named = {name.text: name for name in picture.all("hinge names")}
        assert named and set(named) <= {f"z{sub(number)} = 0" for number in numbers}
        for text, name in named.items():
            off = preactivations(picture, scale.numbers(name.middle))[numbers.index(int(ord(text[1]) - 0x2080))]
            assert abs(off) < 9 * pixel * np.hypot(*W[layer(picture) - 1][:, numbers.index(ord(text[1]) - 0x2080)])
            assert scale.holds(name.middle)
        z = preactivations(picture, scale.numbers(picture.one("silence").points))[:, place(picture)]
        assert abs(z.max()) < pixel * 4 and z.min() < -20


def test_the_edge_of_what_inputs_reach_is_outlined(drawn):
    inputs = np.stack(np.meshgrid(*[np.linspace(0, 3, 160)] * 2), axis=-1).reshape(-1, 2)
    for picture in drawn:
        reached = inputs if layer(picture) == 1 else np.maximum(0, inputs @ W[0] + FIRST_BIAS)
        drawn_points = plane(picture).numbers(picture.one("domain").points)
        for angle in np.linspace(0, 2 * np.pi, 40):
            ahead = np.array([np.cos(angle), np.sin(angle)])
            assert abs((drawn_points @ ahead).max() - (reached @ ahead).max()) < 0.09, f"{picture}: {ahead}"
        assert picture.one("domain").stroke == (*INK, 0.6) and picture.one("domain").fill is None


# --- the walk ---


def test_the_walk_leads_to_the_root(drawn):
    for picture in drawn:
        if silent(picture):
            assert all(picture.hidden(name) for name in ("walk", "halo", "head", "root", "here", "corners")), picture
            continue
        scale, root = plane(picture), np.array(picture.numbers["root"])
        ends = scale.pixels([picture.numbers["start"], root])
        for name in ("walk", "halo"):
            assert near(picture.parts[name][0].points, ends), picture
        assert picture.parts["walk"][0].stroke == (*INK, 1)
        assert abs(preactivations(picture, root)[place(picture)]) < 1e-12
        mark, landmark = picture.one("root mark"), picture.one("root")
        assert near(landmark.points[0], ends[1])
        box = [-1e-9, 3 + 1e-9]
        low, high = root.min(), root.max()
        if layer(picture) == 1:
            outside = low < box[0] or high > box[1]
        else:  # an input that gives these activations: at most one where both are active
            x = np.linalg.solve(W[0].T, root - FIRST_BIAS)
            outside = low < -1e-9 or (root > 1e-9).all() and not (box[0] < x.min() and x.max() < box[1])
            outside |= root[1] <= 1e-9 and root[0] > 4 + 1e-9 or root[0] <= 1e-9 < root[1]
        assert (mark.fill is None) == outside == bool(mark.dashes), picture
        assert picture.one("root name").text == ("x̃" if layer(picture) == 1 else "ã")
        length = np.hypot(*(ends[1] - ends[0]))
        assert picture.hidden("head") == (length < 26) or abs(length - 26) < 1
        if not picture.hidden("head"):
            tip, forward = picture.one("head"), (ends[1] - ends[0]) / length
            along = (tip.points - ends[1]) @ forward
            assert along.max() == pytest.approx(-10, abs=1.5) and along.min() == pytest.approx(-21, abs=1.5)


def test_the_corners_are_where_another_neuron_switches(drawn):
    for picture in drawn:
        if silent(picture):
            continue
        scale, found = plane(picture), picture.numbers["corners"]
        dots = picture.all("corners")
        assert len(dots) == len(found)
        lines, names = picture.all("switches"), picture.all("switch names")
        for n, (dot, line, name, corner) in enumerate(zip(dots, lines, names, found, strict=True)):
            assert near(dot.points[0], scale.pixels(way(picture, corner["s"]))) and dot.fill == (*LIGHT, 1)
            assert near(line.points[:, 0], side(picture).pixels([corner["s"], 0])[0])
            assert near(sorted(line.points[:, 1]), [side(picture).top, side(picture).bottom])
            assert name.text == f"{corner['neuron']} {'on' if corner['on'] else 'off'}"
            assert abs(name.middle[0] - line.points[0, 0]) < 2 and side(picture).holds(name.middle)
            assert all(abs(name.middle[1] - other.middle[1]) > 10 for other in names[max(n - 2, 0) : n])
            before, after = (said(picture, corner["neuron"], corner["s"] + step) for step in (-1e-6, 1e-6))
            assert (before > 0, after > 0) == ((False, True) if corner["on"] else (True, False)), picture
        switched = [sum(corner["neuron"] == k for corner in found) for k in range(3, 8)]
        for k, times in zip(range(3, 8), switched, strict=True):
            if k > 2 * layer(picture) and str(k) != given(picture, "neuron"):
                active = np.array([said(picture, k, s) > 1e-9 for s in np.linspace(0, 1 - 1e-6, 301)])
                assert abs(np.diff(active.astype(int))).sum() == times, f"{picture}: neuron {k}"


def said(picture, k, s):
    """Return what a neuron says at s, from its own layer or one above the walking one's."""
    a = way(picture, s)
    for n in range(layer(picture) - 1, (k - 1) // 2):
        a = np.maximum(0, a @ W[n] + bias(picture, n))
    return a[(k - 1) % 2]


def test_the_handles_stand_where_they_belong(drawn):
    for picture in drawn:
        key, other = "xa" if layer(picture) == 1 else "ax"
        spot = plane(picture).pixels(picture.numbers["start"])
        assert near(picture.one(key).points[0], spot) and picture.hidden(other)
        assert picture.one(f"{key} name").text == key and picture.one(f"{key}mark").fill == (*INK, 1)
        assert all(min(grab.box[2:]) >= 43.9 for grab in picture.all("grabs"))
        if silent(picture):
            assert picture.hidden("s")
            continue
        s, n = given(picture, "s"), picture.numbers
        assert near(picture.one("here").points[0], plane(picture).pixels(way(picture, s)))
        assert near(picture.one("s").points[0], side(picture).pixels([s, n["R_s"]])), picture
        assert picture.one("s name").text == "s"


# --- the relevance along the walk ---


def test_the_axes_of_the_side_view(drawn):
    for picture in drawn:
        if silent(picture):
            continue
        scale, top = side(picture), limit(picture)
        assert [tick.text for tick in picture.all("side y ticks")] == [show(float(top * k)) for k in (-0.5, 0, 0.5, 1)]
        for tick, k in zip(picture.all("side y ticks"), (-0.5, 0, 0.5, 1), strict=True):
            assert abs(tick.middle[1] - scale.pixels([0, k * top])[1]) < 3
        assert [tick.text for tick in picture.all("side x ticks")] == ["x", "root"]
        for tick, s in zip(picture.all("side x ticks"), (0, 1), strict=True):
            assert abs(tick.middle[0] - scale.pixels([s, 0])[0]) < 2
        assert [label.text for label in picture.all("side axis labels")] == ["s", "R"]


def test_the_true_line_is_what_the_layers_above_hand_down(drawn):
    for picture in drawn:
        if silent(picture):
            assert all(picture.hidden(name) for name in ("curve", "model", "tangent", "gap", "missed", "side marks"))
            continue
        scale, curve = side(picture), picture.one("curve")
        pixel = 1.5 * limit(picture) / (scale.bottom - scale.top)
        s, R = scale.numbers(curve.points).T
        assert near([s.min(), s.max()], [0, 1], 0.01)
        jumps = [corner["s"] for corner in picture.numbers["corners"]]
        away = np.array([min((abs(one - jump) for jump in jumps), default=1) > 0.012 for one in s]) & (s < 0.999)
        assert np.abs(R - relevance(picture, s))[away].max() < 1.2 * pixel, picture
        fine = np.linspace(0.002, 0.998, 150)
        assert covered(scale.pixels(np.stack([fine, relevance(picture, fine)], axis=-1)), curve.points, 4), picture
        assert curve.stroke == (*PAGE_INK[picture.look.theme], 1) and curve.dashes == () and curve.fill is None


def test_model_and_tangent_are_straight_lines_to_the_root(drawn):
    for picture in drawn:
        if silent(picture):
            continue
        scale = side(picture)
        a_j = preactivations(picture, picture.numbers["start"])[place(picture)]
        just = np.array([0, 1 - 1e-9])
        before, after = relevance(picture, just) / (a_j * (1 - just))
        for name, start in (("model", a_j * before), ("tangent", a_j * after)):
            points = scale.numbers(picture.one(name).points)
            pixel = 1.5 * limit(picture) / (scale.bottom - scale.top)
            assert np.all(np.abs(points[:, 1] - start * (1 - points[:, 0])) < 0.7 * pixel + 1e-5), f"{picture}: {name}"
            assert near([points[:, 0].min(), points[:, 0].max()], [0, 1], 0.01)
        assert picture.one("model").stroke == (*FIRST_ORDER[picture.look.theme], 1)
        assert picture.one("tangent").stroke == (*MUTED[picture.look.theme], 1) and picture.one("tangent").dashes == (
            0.5,
            4.5,
        )
        assert picture.one("model").dashes == (7, 4)
        assert picture.one("model").fill is None and picture.one("tangent").fill is None


def test_the_gap_and_epsilon_are_drawn_where_they_are(drawn):
    for picture in drawn:
        if silent(picture):
            continue
        n, s, scale = picture.numbers, given(picture, "s"), side(picture)
        ends = scale.pixels([[0, n["R_j"] - n["epsilon"]], [0, n["R_j"]]])
        assert near(picture.parts["gap"][0].points, ends), picture
        assert near(picture.parts["missed"][0].points, scale.pixels([[s, n["model_s"]], [s, n["R_s"]]])), picture
        assert picture.parts["gap"][0].stroke == (*rgb(EPSILON), 1)
        assert picture.parts["missed"][0].stroke == (*PAGE_INK[picture.look.theme], 1)
        root, start, foot, modeled = picture.all("side marks")
        for mark, point in ((root, [1, 0]), (start, [0, n["R_j"]]), (foot, [0, n["R_j"] - n["epsilon"]]),
                            (modeled, [s, n["model_s"]])):  # fmt: skip
            assert near(mark.middle, scale.pixels(point), 1), f"{picture}: {mark}"
        for name, text, value in (("gap name", "ε = ", n["epsilon"]), ("missed name", "gap at s: ", n["gap_s"])):
            said = picture.one(name)
            assert said.text.startswith(text) and says(said.text.removeprefix(text), value, 4), picture
        assert abs(n["gap_s"] - (relevance(picture, [min(s, 1 - 1e-12)])[0] - n["model_s"])) < 1e-6
        name = picture.one("gap name")
        assert name.box[0] > scale.left - 34 and name.box[0] + name.box[2] < scale.pixels([0, 0])[0]
        assert abs(name.middle[1] - picture.parts["gap"][0].points[:, 1].mean()) < 4


def test_the_side_view_is_described(drawn):
    for picture in drawn:
        n, label, k = picture.numbers, picture.one("side").attributes["aria-label"], given(picture, "neuron")
        if silent(picture):
            assert label == f"Neuron {k} is silent, so there is no walk to look at."
            continue
        assert label.startswith(f"R{sub(k)} along the walk. At x it is {show(n['R_j'])}, at the root 0.")
        for text, value in ((f"At s = {show(given(picture, 's'))} it is ", n["R_s"]), ("and its model ", n["model_s"]),
                            ("the gap is ", n["gap_s"]), (f"c{sub(k)} is ", n["c"][0]), ("at x and ", n["c"][2]),
                            ("so ε is ", n["epsilon"]), ("leads to ", n["R_j"] - n["epsilon"])):  # fmt: skip
            said = label.split(text)[1].replace(". ", " ").removesuffix(".").split(" ")[0].strip(",;")
            assert says(said, value, 4), f"{picture}: {text} {said}"


def test_the_legend_names_what_is_drawn(drawn):
    for picture in drawn:
        k, other = given(picture, "neuron"), {"3": 4, "4": 3, "5": 6, "6": 5}[given(picture, "neuron")]
        first = layer(picture) == 1
        texts = {
            "factors": f"c{sub(k)} from −3 to 3",
            "silence": f"{k} is silent",
            "hinge[data-own=true]": "its hinge",
            "hinge[data-own=false]": f"hinge of {other}",
            "walk": "walk from x to x̃" if first else "walk from a to ã",
            "corner": "another neuron switches",
            "domain": "edge of 0 ≤ x ≤ 3" if first else "what inputs reach",
            "side-curve": f"true R{sub(k)}",
            "side-model": f"model a{sub(k)}(s) c{sub(k)}(0)",
            "side-tangent": "tangent at the root",
            "missed": "gap at s",
            "gap": "ε at x",
            "switch": "another neuron switches",
        }
        for name, text in texts.items():
            assert picture.one(f"named {name}").text == text, picture
        assert [stop.attributes["stop-color"] for stop in picture.parts["legend stops"]] == list(RELEVANCE_COLORS)
        drawn_parts = {"walk": "walk", "domain": "domain", "side-curve": "curve", "side-model": "model",
                       "side-tangent": "tangent", "missed": "missed", "gap": "gap"}  # fmt: skip
        for name, part in drawn_parts.items():
            sample, shown = picture.one(f"legend {name}"), picture.parts[part][0]
            assert sample.stroke == shown.stroke and sample.dashes == shown.dashes, name
        for line in picture.all("hinges"):
            assert picture.one(f"legend hinge[data-own={line.data['own']}]").dashes == line.dashes


# --- the network, the numbers ---


def test_the_network_shows_what_each_neuron_says_and_gets(drawn):
    for picture in drawn:
        n, chosen = picture.numbers, layer(picture)
        x, first = np.array(given(picture, "x")), np.maximum(0, np.array(given(picture, "x")) @ W[0] + FIRST_BIAS)
        second = np.maximum(0, first @ W[1] + given(picture, "b"))
        output = np.maximum(0, second @ W[2] + given(picture, "b"))
        said = np.concatenate([x, first, second, output])
        assert [part.text for part in picture.all("node names")] == list("1234567")
        for k, (node, value) in enumerate(zip(picture.all("nodes"), picture.all("values"), strict=True), start=1):
            assert says(value.text, round(float(said[k - 1]), 2), 4) and near(node.middle[0], value.middle[0], 1)
            assert bool(node.dashes) == (k > 2 and said[k - 1] == 0), picture
            ring = ACCENT[picture.look.theme] if str(k) == given(picture, "neuron") else PAGE_INK[picture.look.theme]
            assert node.stroke == (*ring, 1)
        texts = [part.text for part in picture.parts["relevances"]]
        amounts = [None] * 2 * chosen + [R for its in n["R"] for R in its]
        for k, (text, R, part) in enumerate(zip(texts, amounts, picture.parts["relevances"], strict=True), start=1):
            if R is None:
                assert text == ""
                continue
            assert text.startswith(f"R{sub(k)} = ") and says(text.split(" = ")[1], round(R, 2), 4), picture
            assert part.fill == (*SIGNS[picture.look.theme][int(np.sign(R))], 1), f"{picture}: R{k}"
            assert abs(part.middle[0] - picture.all("nodes")[k - 1].middle[0]) < 4
        biases = [f"b = {show(round(b, 2))}" for b in [*FIRST_BIAS.tolist(), *[given(picture, "b")] * 3]]
        assert [part.text for part in picture.parts["biases"]] == ["", "", *biases]


def test_the_weights_stand_on_their_edges(drawn):
    pairs = [(2 * n + i, 2 * n + 2 + k, W[n][i, k]) for n in range(3) for i in range(2) for k in range(W[n].shape[1])]
    for picture in drawn:
        nodes = picture.all("nodes")
        lines = zip(picture.all("edges"), picture.all("weights"), pairs, strict=True)
        for edge, weight, (i, k, w) in lines:
            ends = np.array([nodes[i].middle, nodes[k].middle])
            assert near(edge.points, ends, 1) and weight.text == show(float(w))
            along = ends[1] - ends[0]
            off = (weight.middle - ends[0]) @ np.array([along[1], -along[0]]) / np.hypot(*along)
            assert abs(off) < 3, f"{picture}: the weight from {i + 1} to {k + 1}"
        boxes = [part.box for part in picture.all("weights")]
        for n, (x1, y1, w1, h1) in enumerate(boxes):
            for x2, y2, w2, h2 in boxes[n + 1 :]:
                assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 + 2 or y2 + h2 <= y1 + 2
        heard = picture.one("network").attributes["aria-label"]
        assert heard.startswith("The network. neuron 1: ") and heard.count("neuron") == 7
        assert heard.count(", relevance ") == 7 - 2 * layer(picture)


def test_the_numbers_are_those_of_python(drawn):
    for picture in drawn:
        panel_agrees(picture)


def test_the_controls_show_the_state(drawn):
    for picture in drawn:
        for key, choices in (("neuron", {k: k for k in "3456"}), ("walk", WALKS), ("above", ABOVE)):
            options = picture.parts[f"choices of {key}"]
            assert [(option.value, option.labels) for option in options] == [(k, [v]) for k, v in choices.items()]
            assert [option.value for option in options if option.checked] == [given(picture, key)]
        for key, low, high in (("x.0", 0, 3), ("x.1", 0, 3), ("s", 0, 1), ("b", -2, 0)):
            name, *index = key.split(".")
            value = given(picture, name)[int(index[0])] if index else given(picture, name)
            field = picture.one(f"field {key}")
            assert float(field.value) == pytest.approx(value, rel=1e-7)
            assert (float(field.min), float(field.max)) == (low, high)
        assert picture.one("slider b").labels == ["b of 5, 6, 7"]
