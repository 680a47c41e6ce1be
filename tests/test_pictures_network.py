"""The picture of the seven neurons, read back from the page and compared with ``lrp_edu``."""

import re
from dataclasses import fields

import numpy as np
import pytest
from network_cases import network_case
from pictures import WIDE, Album, blend, contrast, near, over, panel_agrees, rgb, says

from lrp_edu import figures, rules
from lrp_edu.explorables import NetworkFigure

LAYERS = [["1", "2", "3"], ["4", "5", "6"], ["7"]]
EDGES = ["14", "15", "16", "24", "25", "26", "34", "35", "36", "47", "57", "67"]
NEURONS = [key for layer in LAYERS for key in layer]
INPUTS = LAYERS[0]
SUB = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
THICKEST, THINNEST, RADIUS = 12, 1.25, 20
SELECTED = ["5", "4", "1", "25", "7", "36", "57"]
NAMED = [
    {},
    {"rule": "alphabeta", "selected": "4"},
    {"b": (0, 1, 0), "absorb": "yes", "selected": "25"},
    {"b": (0, -1, 0), "absorb": "yes", "selected": "5"},
    {"x": (1, 0, 1), "selected": "6"},
    {"x": (1, 0, 1), "rule": "wsquare", "selected": "7"},
    {"x": (2, 1, 1), "selected": "36"},
    {"W1": ((1, 2, 0), (1, -2, 1), (0, 2, -1)), "b": (0, 3, 0), "selected": "5"},
    {"x": (-1.35, 2, -0.7), "rule": "epsilon", "selected": "3"},
    {"rule": "gamma", "first": "flat", "selected": "34"},
    {"x": (0, 0, 0), "selected": "2"},
    {"x": (-3, 3, 0.5), "selected": "16", "rule": "zplus", "first": "zbox"},
    {"x": (1, 1, 1), "W1": ((3, -2.5, 0), (-2.5, 3, 0), (0, 0, 1)), "W2": ((2,), (2,), (1,))},
    {"b": (0, 1, 0), "absorb": "yes"},
    {"rule": "epsilon", "selected": "4"},
    {"x": (3, -3, -1.5), "W2": ((-1,), (0,), (3,)), "selected": "57"},
]
LIGHT = {"positive": figures.RELEVANCE_COLORS[4], "negative": figures.RELEVANCE_COLORS[0]}
DARK = {"positive": figures.RELEVANCE_COLORS[3], "negative": figures.RELEVANCE_COLORS[1]}
SETTINGS = {"epsilon": "epsilon", "gamma": "gamma", "alpha": "alpha", "absorb_bias": "absorb"}


def states():
    random = np.random.default_rng(5)
    return [*NAMED, *(network_case(random) for _ in range(24))]


def each(keys, selector):
    return {f"{selector} {key}": f"[data-item='{key}'] {selector}" for key in keys}


ALBUM = Album(
    NetworkFigure,
    states(),
    {
        **each(EDGES, ".edge-line"),
        **each(EDGES, ".edge-halo"),
        **each(EDGES, ".edge-hit"),
        **each(NEURONS, ".node-body"),
        **each(NEURONS, ".node-ring"),
        **each(NEURONS, ".node-halo"),
        **each(NEURONS, ".node-value"),
        **each(NEURONS, ".node-name"),
        **each(NEURONS, ".node-relevance"),
        "items": "[data-item]",
        "edge numbers": ".edge-number",
        "tracks": ".track",
        "track ends": ".track-end",
        "rule line": ".layer-rule",
        "knobs": ".handle .mark",
        "knob handles": ".handle",
        "layer names": ".layer-name",
        "sums": ".layer-sum",
        "losses": ".layer-loss",
        "loss lines": ".layer-loss tspan",
        "legend": ".legend-item",
        "legend texts": ".legend-item > span:not(.swatch)",
        "wedges": ".wedge",
        "samples": ".sample *",
        "activation": ".legend-item .swatch-activation",
        "rule": "select[data-control=rule]",
        "first": "select[data-control=first]",
        **{f"slider {key}": f".rules input[data-control={key}]" for key in ("epsilon", "gamma", "alpha")},
        "absorb": ".choice input[data-control=absorb]",
        "absorb labels": ".choice input[data-control=absorb] + span",
        "title": ".selected-name",
        "editor": ".editor input[type=range]",
        "editor field": ".editor input[type=number]",
        "hint": ".editor .hint",
        "holds": ".account .holds",
        "rows": ".account tr",
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
    },
)


# --- what the picture should hold ---


def layer_of(key):
    return next(n for n, layer in enumerate(LAYERS) if key in layer)


def index(key):
    return LAYERS[layer_of(key)].index(key)


def value(layers, key):
    return layers[layer_of(key)][index(key)]


def weight(picture, edge):
    name = "W2" if layer_of(edge[0]) else "W1"
    return picture.whole_state[name][index(edge[0])][index(edge[1])]


def message(picture, edge):
    return picture.numbers["messages"][layer_of(edge[0])][index(edge[0])][index(edge[1])]


def silent(picture, key):
    return layer_of(key) == 1 and picture.numbers["z"][index(key)] <= 0


def touched(picture, edge):
    selected = picture.whole_state["selected"]
    return edge == selected if len(selected) == 2 else selected in edge


def missing(picture, edge):
    return weight(picture, edge) == 0 and message(picture, edge) == 0


def sign_colors(picture):
    return {sign: rgb(color) for sign, color in (LIGHT if picture.look.theme == "light" else DARK).items()}


def sign(number):
    return "positive" if number > 0 else "negative" if number < 0 else "zero"


def has_color_of(picture, color, number):
    """Tell whether a color is that of the sign of a number; near zero that is a matter of rounding."""
    signed = sign_colors(picture)
    if abs(number) < 1e-9:
        return True if number else color[:3] not in signed.values()
    return color[:3] == signed[sign(number)]


def limits(picture):
    """Return the limits that the legend gives: of relevance, and of activation."""
    texts = [part.text for part in picture.all("legend texts")]
    low, high, zero, full = [text for text in texts if text.lstrip("−").replace(".", "").isdigit()]
    assert (low, zero) == (f"−{high}", "0")
    return float(high), float(full)


def center(picture, key):
    return picture.one(f".node-body {key}").points[0]


def needed(size):
    """Return the least power of two from 4 to 4096 that holds a size."""
    return min(4096, 2 ** max(2, int(np.ceil(np.log2(size or 4)))))


def magnitude(nested):
    return max(abs(np.concatenate([np.ravel(part) for part in nested])))


# --- the scale and its legend ---


def test_the_scales_hold_all_that_is_drawn(drawn):
    for picture in drawn:
        relevance, activation = limits(picture)
        n = picture.numbers
        assert relevance == needed(max(magnitude(n["R"]), magnitude(n["messages"]))), picture
        assert activation == needed(max(np.concatenate(n["a"]).max(), 0)), picture


def test_the_legend_shows_thickness_and_color(drawn):
    for picture in drawn:
        negative, positive = picture.all("wedges")
        colors = sign_colors(picture)
        assert (negative.fill[:3], positive.fill[:3]) == (colors["negative"], colors["positive"])
        for wedge, thick in ((negative, "left"), (positive, "right")):
            x, y = wedge.points.T
            ends = [np.ptp(y[x < x.min() + 1.5]), np.ptp(y[x > x.max() - 1.5])]
            assert ends[thick == "right"] == pytest.approx(THICKEST, abs=1) and ends[thick == "left"] < 1
        assert negative.box[0] + negative.box[2] == pytest.approx(positive.box[0], abs=0.6)
        low, high, *_ = [part for part in picture.all("legend texts") if part.text.lstrip("−").isdigit()]
        assert low.middle[0] < negative.middle[0] < positive.middle[0] < high.middle[0]
        assert picture.all("legend")[0].text.startswith("relevance")
        assert picture.all("legend")[1].text.startswith("activation")


def test_the_legend_shows_the_colors_of_activations(drawn):
    stops = ", ".join(f"rgb{rgb(color)}" for color in figures.ACTIVATION_COLORS)
    for picture in drawn:
        swatch = picture.one("activation")
        assert swatch.style["backgroundImage"] == f"linear-gradient(90deg, {stops})"
        zero, full = [part for part in picture.all("legend texts") if part.text.lstrip("−").isdigit()][2:]
        assert zero.middle[0] < swatch.middle[0] < full.middle[0]


def test_the_legend_names_everything_else(drawn):
    names = ["R of a neuron", "silent", "below 0", "message 0", "weight 0"]
    for picture in drawn:
        items, samples = picture.all("legend")[2:], picture.all("samples")
        assert [item.text for item in items] == names and len(samples) == len(names)
        for item, sample in zip(items, samples, strict=True):
            assert item.box[0] <= sample.middle[0] <= item.box[0] + item.box[2] and sample.box[2] > 8
            assert abs(sample.middle[1] - item.middle[1]) < item.box[3] / 2
        ring, quiet, below, nothing, missing_edge = samples
        colors = sign_colors(picture)
        assert (ring.tag, ring.fill, ring.stroke[:3], ring.dashes) == ("circle", None, colors["positive"], ())
        assert (nothing.tag, nothing.dashes) == ("line", ()) and nothing.stroke[:3] not in colors.values()
        assert missing_edge.tag == "line" and missing_edge.dashes
        for key in NEURONS:
            body = picture.one(f".node-body {key}")
            if silent(picture, key):
                assert (quiet.fill, quiet.stroke, quiet.dashes) == (body.fill, body.stroke, body.dashes)
            elif value(picture.numbers["a"], key) < 0:
                assert (below.fill, below.stroke, below.dashes) == (body.fill, body.stroke, ())
        for edge in EDGES:
            line = picture.one(f".edge-line {edge}")
            if message(picture, edge) == 0 and not missing(picture, edge):
                assert (line.stroke[:3], line.width) == (nothing.stroke[:3], nothing.width)
            if weight(picture, edge) == 0:
                assert line.dashes == missing_edge.dashes


# --- where things stand ---


def test_neurons_stand_in_their_layers(drawn):
    for picture in drawn:
        wide = picture.look is WIDE
        places = {key: center(picture, key) for key in NEURONS}
        along, across = (0, 1) if wide else (1, 0)
        assert [part.attributes["data-item"] for part in picture.all("items")] == [*EDGES, *NEURONS]
        means = []
        for layer in LAYERS:
            stand = np.array([places[key] for key in layer])
            assert np.ptp(stand[:, along]) < 0.1
            assert (np.diff(stand[:, across]) > 60).all()
            means.append(stand[0, along])
        assert (np.diff(means) * (1 if wide else -1) > 100).all()
        for key, place in places.items():
            name = picture.one(f".node-name {key}")
            assert name.text == ("a" if layer_of(key) else "x") + key.translate(SUB)
            assert abs(name.middle[0] - place[0]) < 1.5 and 20 < place[1] - name.middle[1] < 45


def test_edges_join_their_neurons(drawn):
    for picture in drawn:
        for edge in EDGES:
            ends = [center(picture, edge[0]), center(picture, edge[1])]
            for name in (".edge-line", ".edge-halo", ".edge-hit"):
                assert near(picture.parts[f"{name} {edge}"][0].points, ends), f"{picture}: {edge}"


def test_layers_have_their_names_and_sums(drawn):
    for picture in drawn:
        wide = picture.look is WIDE
        assert [part.text for part in picture.all("layer names")] == ["inputs", "hidden", "output"]
        for layer, (name, total) in enumerate(zip(picture.all("layer names"), picture.all("sums"), strict=True)):
            middle = np.mean([center(picture, key) for key in LAYERS[layer]], axis=0)
            text, number = total.text.split(" = ")
            assert text == ("Σ R" if wide else "Σ")
            assert says(number, picture.numbers["totals"][layer], 2), picture
            for part in (name, total):
                assert abs((part.middle - middle)[0 if wide else 1]) < (1.5 if wide else 15)
            if wide:
                assert name.middle[1] < middle[1] - 50 and total.middle[1] > middle[1] + 50
            else:
                assert part.box[0] < 20


def test_a_line_parts_the_sums_from_the_neurons(drawn):
    for picture in drawn:
        line, places = picture.one("rule line"), np.array([center(picture, key) for key in NEURONS])
        (x, y), span = line.points.mean(axis=0), np.ptp(line.points, axis=0)
        if picture.look is WIDE:
            assert span[1] == 0 and span[0] > np.ptp(places[:, 0]) and y > places[:, 1].max() + 40
            assert all(part.box[1] > y for part in picture.all("sums"))
        else:
            assert span[0] == 0 and span[1] > np.ptp(places[:, 1]) and x < places[:, 0].min() - RADIUS
            assert all(part.box[0] + part.box[2] < x + 8 for part in picture.all("sums"))
        assert line.stroke is not None


def test_every_text_is_readable(drawn):
    named = [f"{name} {key}" for name in (".node-name", ".node-relevance") for key in NEURONS]
    for picture in drawn:
        for name in (*named, "edge numbers", "track ends", "layer names", "sums", "losses"):
            for part in picture.all(name):
                assert contrast(over(part.fill, picture.look.page), picture.look.page) > 4, f"{picture}: {name}"


def test_what_was_lost_stands_between_the_layers(drawn):
    kinds = {"bias": "bias", "stabilizer": "ε", "no_receiver": "no receiver"}
    for picture in drawn:
        for layer, part in enumerate(picture.all("losses")):
            losses = picture.numbers["losses"][layer]
            kept = {name: sum(losses[kind]) for kind, name in kinds.items() if any(losses[kind])}
            mark, rest = part.text[0], part.text[1:]
            lower, upper = picture.numbers["totals"][layer : layer + 2]
            assert mark in ("≠" if kept else "=≈"), picture
            if not kept:
                assert not rest and lower == pytest.approx(upper, rel=1e-9, abs=1e-9)
                assert (mark == "=") == (lower == upper) or abs(lower - upper) < 1e-9 * max(1, abs(upper))
            for name, amount in kept.items():
                assert name in rest, picture
                number = rest.split(name, 1)[1].strip()
                for other in kinds.values():
                    number = number.split(other)[0].strip() if other != name else number
                assert says(number.lstrip("+"), amount, 2), f"{picture}: {name}"
                assert number.startswith("+") == (amount >= 0)
            if picture.look is WIDE:
                sums = picture.all("sums")
                middle = (sums[layer].middle[0] + sums[layer + 1].middle[0]) / 2
                columns = [center(picture, LAYERS[n][0])[0] for n in (layer, layer + 1)]
                assert abs(middle - np.mean(columns)) < 2 and abs(part.middle[0] - np.mean(columns)) < 2
            else:
                rows = [center(picture, LAYERS[n][0])[1] for n in (layer + 1, layer)]
                assert rows[0] < part.box[1] and part.box[1] + part.box[3] < rows[1] + 5


# --- edges ---


def test_an_edge_is_as_thick_as_its_message(drawn):
    for picture in drawn:
        limit, _ = limits(picture)
        for edge in EDGES:
            thickness = max(THINNEST, THICKEST * abs(message(picture, edge)) / limit)
            line = picture.one(f".edge-line {edge}")
            assert line.width == pytest.approx(min(thickness, THICKEST), abs=0.011), f"{picture}: {edge}"


def test_an_edge_has_the_color_of_its_sign(drawn):
    for picture in drawn:
        for edge in EDGES:
            line, sent = picture.one(f".edge-line {edge}"), message(picture, edge)
            selected = picture.whole_state["selected"] == edge
            if missing(picture, edge):
                assert (line.stroke is not None) == selected, f"{picture}: {edge}"
            else:
                assert has_color_of(picture, line.stroke, sent), f"{picture}: {edge}"
            assert bool(line.dashes) == (weight(picture, edge) == 0)


def test_edges_that_are_not_looked_at_are_pale(drawn):
    for picture in drawn:
        for edge in EDGES:
            line = picture.one(f".edge-line {edge}")
            assert (line.opacity < 1) == (not touched(picture, edge)), f"{picture}: {edge}"
            if line.stroke:
                assert contrast(over(line.stroke, picture.look.page), picture.look.page) >= 3, f"{picture}: {edge}"
            halo = picture.parts[f".edge-halo {edge}"][0]
            assert (halo.stroke is not None) == (picture.whole_state["selected"] == edge)
            assert halo.width == pytest.approx(line.width + 7, abs=0.1)
            assert picture.parts[f".edge-hit {edge}"][0].stroke is None


def test_a_number_on_an_edge_is_its_message(drawn):
    for picture in drawn:
        numbers = picture.parts["edge numbers"]
        assert len(numbers) == len(EDGES)
        for edge, number in zip(EDGES, numbers, strict=True):
            selected = picture.whole_state["selected"] == edge
            expected = touched(picture, edge) and (selected or not missing(picture, edge))
            assert number.shown == expected, f"{picture}: {edge}"
            if not expected:
                continue
            assert says(number.text, message(picture, edge), 2), f"{picture}: {edge}"
            start, end = center(picture, edge[0]), center(picture, edge[1])
            assert np.abs(number.middle - (start + 0.42 * (end - start))).max() < 3
            assert has_color_of(picture, number.fill, message(picture, edge))


# --- neurons ---


def test_a_neuron_is_filled_by_its_activation(drawn):
    for picture in drawn:
        _, limit = limits(picture)
        for key in NEURONS:
            body, a = picture.one(f".node-body {key}"), value(picture.numbers["a"], key)
            assert body.radius == pytest.approx(RADIUS) and body.stroke is not None and body.fill[3] == 1
            if silent(picture, key):
                assert body.fill[:3] not in {rgb(color) for color in figures.ACTIVATION_COLORS} and body.dashes
            else:
                color = (255, 255, 255) if a < 0 else blend(figures.ACTIVATION_COLORS, a / limit)
                assert near(body.fill[:3], color, 1.5), f"{picture}: {key}"
                assert not body.dashes


def test_a_neuron_shows_its_activation(drawn):
    for picture in drawn:
        for key in NEURONS:
            body, text = picture.one(f".node-body {key}"), picture.one(f".node-value {key}")
            a = value(picture.numbers["a"], key)
            assert says(text.text, a, 2 if abs(a) < 10 else 1), f"{picture}: {key}"
            assert near(text.middle, center(picture, key), 3)
            assert contrast(text.fill, body.fill) > 4, f"{picture}: {key}"
            assert len(text.text) < 6 or "e" in text.text


def test_a_ring_is_as_thick_as_the_relevance(drawn):
    for picture in drawn:
        limit, _ = limits(picture)
        for key in NEURONS:
            ring, R = picture.one(f".node-ring {key}"), value(picture.numbers["R"], key)
            thickness = min(THICKEST, THICKEST * abs(R) / limit) / 2
            assert ring.width == pytest.approx(thickness, abs=0.011), f"{picture}: {key}"
            assert ring.radius == pytest.approx(RADIUS + thickness / 2, abs=0.01)
            assert near(ring.points[0], center(picture, key)) and ring.fill is None and not ring.dashes
            if thickness > 0.01:
                assert has_color_of(picture, ring.stroke, R) and ring.stroke[3] == 1


def test_a_neuron_shows_its_relevance(drawn):
    for picture in drawn:
        for key in NEURONS:
            part, R = picture.one(f".node-relevance {key}"), value(picture.numbers["R"], key)
            name, number = part.text.split(" = ")
            assert name == f"R{key.translate(SUB)}"
            assert says(number, R, 2), f"{picture}: {key}"
            assert has_color_of(picture, part.fill, R)
            assert abs(part.middle[0] - center(picture, key)[0]) < 1.5
            assert 25 < part.middle[1] - center(picture, key)[1] < 50


def test_what_is_selected_has_a_halo(drawn):
    for picture in drawn:
        for key in NEURONS:
            halo = picture.parts[f".node-halo {key}"][0]
            assert (halo.stroke is not None) == (picture.whole_state["selected"] == key), f"{picture}: {key}"
            ring = picture.one(f".node-ring {key}")
            assert near(halo.points[0], center(picture, key)) and halo.fill is None
            assert ring.radius + ring.width / 2 < halo.radius - halo.width / 2 < ring.radius + ring.width / 2 + 8


# --- the inputs' knobs ---


def test_knobs_stand_on_their_tracks(drawn):
    for picture in drawn:
        up = picture.look is WIDE
        ends, tracks, knobs = picture.all("track ends"), picture.all("tracks"), picture.all("knobs")
        assert [part.text for part in ends] == ["−3", "3"] * 3 and len(knobs) == 3 and len(tracks) == 6
        for n, key in enumerate(INPUTS):
            line, zero = tracks[2 * n : 2 * n + 2]
            low, high = ends[2 * n : 2 * n + 2]
            start, end = sorted(line.points, key=lambda point: np.hypot(*(point - low.middle)))
            assert np.hypot(*(end - high.middle)) < np.hypot(*(start - high.middle))
            share = (picture.whole_state["x"][n] + 3) / 6
            assert near(knobs[n].middle, start + share * (end - start), 0.7), f"{picture}: x{key}"
            assert near(zero.points.mean(axis=0), (start + end) / 2)
            assert (abs((end - start)[0]) < 0.1) == up and (end - start)[1 if up else 0] * (-1 if up else 1) > 40
            assert abs((line.points.mean(axis=0) - center(picture, key))[1 if up else 0]) < 1
            assert contrast(knobs[n].fill, picture.look.page) > 3 and line.stroke is not None


# --- controls, and what is said about the selected part ---


def test_the_menus_show_the_rules(drawn):
    names = {rule.__name__.lower(): rule.name.replace("^B", "ᴮ") for rule in rules.RULES.values()}
    for picture in drawn:
        rule, first = picture.one("rule"), picture.one("first")
        assert dict(rule.options) == names
        assert dict(first.options) == {"same": "same", **names}
        assert (rule.value, first.value) == (picture.whole_state["rule"], picture.whole_state["first"])
        assert (rule.labels, first.labels) == (["rule"], ["first layer"])


def test_the_settings_of_the_rules_are_shown(drawn):
    classes = {rule.__name__.lower(): rule for rule in rules.RULES.values()}
    for picture in drawn:
        now = picture.whole_state
        used = {
            SETTINGS.get(f.name) for key in (now["rule"], now["first"]) if key != "same" for f in fields(classes[key])
        }
        for key in ("epsilon", "gamma", "alpha"):
            slider = picture.parts[f"slider {key}"][0]
            assert slider.shown == (key in used), f"{picture}: {key}"
            assert float(slider.value) == pytest.approx(now[key], abs=0.051)
        assert all(part.shown == ("absorb" in used) for part in picture.parts["absorb labels"])
        checked = [part.value for part in picture.parts["absorb"] if part.checked]
        assert checked == [now["absorb"]]
        if "absorb" in used:
            backgrounds = {part.text: part.background for part in picture.all("absorb labels")}
            assert len(set(backgrounds.values())) == 2 and backgrounds[now["absorb"]] is not None


def source(selected):
    """Return the name of the number that belongs to a part of the network, and where it stands in the state."""
    name = selected.translate(SUB)
    if len(selected) == 2:
        matrix = "W2" if layer_of(selected[0]) else "W1"
        return f"weight w{name}", (matrix, index(selected[0]), index(selected[1]))
    return [(f"input x{name}", ("x", index(selected))), (f"bias b{name}", ("b", index(selected))), None][
        layer_of(selected)
    ]


def test_the_editor_holds_the_number_of_the_selected_part(drawn):
    for picture in drawn:
        selected = picture.whole_state["selected"]
        names = {1: "Neuron {}", 2: "Edge {} → {}"}
        assert picture.one("title").text == names[len(selected)].format(*selected)
        if selected == "7":
            assert picture.hidden("editor") and picture.one("hint").text
            continue
        label, (name, *path) = source(selected)
        number = picture.whole_state[name]
        for part in path:
            number = number[part]
        slider, field = picture.one("editor"), picture.one("editor field")
        assert slider.labels == [label]
        assert (slider.min, slider.max) == ("-3", "3")
        assert float(field.value) == pytest.approx(number, rel=1e-7)
        assert float(slider.value) == pytest.approx(number, abs=0.051)


def test_the_account_lists_the_messages(drawn):
    for picture in drawn:
        selected = picture.whole_state["selected"]
        rows = [part.cells for part in picture.all("rows")]
        for part in picture.all("rows"):
            absent = len(part.cells) == 4 and part.cells[1] == part.cells[3] == "0"
            assert (part.opacity < 1) == absent, f"{picture}: {part.cells}"
        if len(selected) == 2:
            agrees(picture, rows, [*edge_rows(picture, selected)])
            assert picture.hidden("holds")
        else:
            agrees(picture, rows, [*neuron_rows(picture, selected)])
            texts, numbers = zip(*holds(picture, selected), strict=True)
            found = re.fullmatch("".join(f"{re.escape(text)}(\\S+?)" for text in texts), picture.one("holds").text)
            assert found, f"{picture}: {picture.one('holds').text}"
            assert all(says(text, number, 4) for text, number in zip(found.groups(), numbers, strict=True)), picture


def holds(picture, key):
    """Yield the pieces of the sentence on what a neuron holds, each a text and the number after it."""
    name, n, layer = key.translate(SUB), index(key), layer_of(key)
    if layer == 1:
        yield f"z{name} = ", picture.numbers["z"][n]
        if picture.whole_state["b"][n]:
            yield ", of which the bias is ", picture.whole_state["b"][n]
    yield ("x", ", a", "f(x) = a")[layer] + f"{name} = ", value(picture.numbers["a"], key)
    yield f", R{name} = ", value(picture.numbers["R"], key)


def agrees(picture, rows, expected):
    assert len(rows) == len(expected), f"{picture}: {rows} instead of {expected}"
    for row, (text, *numbers) in zip(rows, expected, strict=True):
        assert row[0] == text or (text.startswith("Σ = ") and row[0] == text.replace("=", "≈", 1)), picture
        for cell, number in zip(row[1:], numbers, strict=True):
            assert cell == number if isinstance(number, str) else says(cell, number, 4), f"{picture}: {row}"


def edge_rows(picture, edge):
    i, k = edge.translate(SUB)
    a, R, sent = value(picture.numbers["a"], edge[0]), value(picture.numbers["R"], edge[1]), message(picture, edge)
    yield f"contribution a{i} w{i}{k}", a * weight(picture, edge)
    yield f"message R{i}←{k}", sent
    yield f"part of R{k} = message / R{k}", sent / R if R else None


def neuron_rows(picture, key):
    name = f"R{key.translate(SUB)}"
    layer, R = layer_of(key), value(picture.numbers["R"], key)
    heads = ("w", "a w", "message")
    received, sent = [edge for edge in EDGES if edge[0] == key], [edge for edge in EDGES if edge[1] == key]
    if received:
        yield ("receives", *heads)
        yield from ((f"from {edge[1]}", *edge_numbers(picture, edge)) for edge in received)
        yield f"Σ = {name}", R
    if sent:
        yield ("sends", *heads)
        yield from ((f"to {edge[0]}", *edge_numbers(picture, edge)) for edge in sent)
        kept = {
            kind: loss[index(key)] for kind, loss in picture.numbers["losses"][layer - 1].items() if loss[index(key)]
        }
        yield "Σ sent" if kept else f"Σ = {name}", sum(message(picture, edge) for edge in sent)
        injected = kept.get("bias", 0) * R < 0
        bias = "injected by the bias" if injected else "kept by the bias"
        texts = {"bias": bias, "stabilizer": "kept by ε", "no_receiver": "no receiver"}
        yield from ((text, kept[kind]) for kind, text in texts.items() if kind in kept)
        if kept:
            yield f"together = {name}", R


def edge_numbers(picture, edge):
    w = weight(picture, edge)
    return w, value(picture.numbers["a"], edge[0]) * w, message(picture, edge)


def test_the_panel_holds_the_numbers(drawn):
    for picture in drawn:
        panel_agrees(picture)


def test_what_is_drawn_is_not_covered(drawn):
    for picture in drawn:
        if picture.photo is None:
            continue
        page = picture.look.page
        for key in NEURONS:
            body = picture.one(f".node-body {key}")
            inside = center(picture, key) + [0, -14]
            assert near(picture.pixel(inside), body.fill[:3], 6), f"{picture}: {key}"
        for edge in EDGES:
            line = picture.one(f".edge-line {edge}")
            start, end = center(picture, edge[0]), center(picture, edge[1])
            place = start + 0.8 * (end - start) if edge not in ("15", "35") else start + 0.3 * (end - start)
            if line.width > 4 and abs((end - start)[1]) > 60:
                rim = [
                    start + 15 * (end - start) / np.hypot(*(end - start)),
                    end - 15 * (end - start) / np.hypot(*(end - start)),
                ]
                for key, point in zip(edge, rim, strict=True):
                    body = picture.one(f".node-body {key}")
                    assert near(picture.pixel(point), body.fill[:3], 6), f"{picture}: {edge} covers {key}"
            if line.width > 3 and not picture.one(f".edge-line {edge}").dashes:
                assert near(picture.pixel(place), over(line.stroke, page), 40), f"{picture}: {edge}"
