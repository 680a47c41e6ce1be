"""Live figures in a browser: the pointer, the keyboard, the address, and parity with ``lrp_edu``.

The pages here hold only figures, as they are stored in a chapter, with the script of the site. What a figure shows is
compared with what Python computes for the state in which the browser is.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from canvas_cases import canvas_case, canvas_magnitude
from deep_cases import deep_case, deep_magnitude
from digit_cases import digit_case, digit_magnitude
from flipping_cases import flipping_case, flipping_magnitude
from network_cases import network_case, network_magnitude
from sequence_cases import sequence_case, sequence_magnitude
from tokens_cases import tokens_case, tokens_magnitude
from twins import twin

from conftest import settle
from lrp_edu import explorables, figures
from lrp_edu.explorables import (
    CanvasFigure,
    DeepFigure,
    DigitFigure,
    FlippingFigure,
    NetworkFigure,
    NeuronFigure,
    PlaneFigure,
    SequenceFigure,
    SharesFigure,
    TaylorFigure,
    TokensFigure,
)
from lrp_edu.explorables.core import plain
from lrp_edu.explorables.core.explorable import HINT, entry, show
from website.figures import data_files

STATES = {
    "root": {},
    "outside": {"x": (0.2, 2), "b": -0.5},
    "free": {"direction": "free", "v": (0.5, -0.3)},
    "no root": {"direction": "free", "v": (1, -2)},
    "no weights": {"w": (0, 0), "b": 1},
    "silent": {"x": (-1, 0.5), "direction": "z"},
    "active": {"mode": "expansion"},
    "hinge": {"mode": "expansion", "a": (0.2, 0.6)},
    "dead": {"mode": "expansion", "a": (-1, -1)},
}


# --- parity of the formulas: one entry for each figure ---


@dataclass
class Parity:
    """A figure, random states for it and how many, and the summed magnitudes behind its numbers."""

    figure: type
    case: Callable
    magnitude: Callable
    number: int = 2500


def neuron_case(random):
    """Draw a state whose root is not at infinity: where w·v is a small difference, any arithmetic loses digits."""
    state = {key: random.uniform(-3, 3, 2).round(random.integers(1, 17)).tolist() for key in "xwva"}
    state["b"] = float(random.uniform(-3, 3))
    state["mode"] = str(random.choice(["root", "expansion"]))
    state["direction"] = str(random.choice(list(NeuronFigure.direction.choices)))
    state["domain"] = str(random.choice(list(NeuronFigure.domain.choices)))
    figure = twin(NeuronFigure, **state)
    w, v = np.array(figure.w), np.array(figure.walk())
    slope, magnitude = abs(w @ v), np.abs(w) @ np.abs(v)
    if 0 < slope < 0.05 * magnitude or _level(figure):
        return neuron_case(random)
    if state["mode"] == "expansion" and random.random() < 0.3 and slope:
        state["a"] = twin(NeuronFigure, **state | {"mode": "root"}).numbers()["a"]  # on the hinge
        return state if np.abs(state["a"]).max() < 3 else neuron_case(random)
    return state


def _level(figure):
    """Tell whether z hardly changes on the way to x, so that its zero may lie anywhere."""
    a, x, w = figure.numbers()["a"], figure.x, np.abs(figure.w)
    change, size = np.subtract(x, a or x) @ figure.w, (np.abs(x) + np.abs(a or x)) @ w + abs(figure.b)
    return 0 < abs(change) < 1e-3 * size


def neuron_magnitude(state):
    """Return the magnitudes that are added up on the way to the numbers, times what a walk multiplies them by."""
    x, w, v = (np.abs(state[key]) for key in "xwv")
    numbers = twin(NeuronFigure, **state).numbers()
    walk = 1 + np.abs(numbers["v"] or v) @ w / max(np.abs(np.dot(numbers["v"] or v, state["w"])), 1e-300)
    a = np.abs(numbers["a"] or state["a"])
    return (1 + w.sum()) * (1 + x.sum() + a.sum() + abs(state["b"])) * (min(walk, 21) if state["mode"] == "root" else 1)


def taylor_case(random):
    a, x = random.uniform(-3, 3, 2).round(random.integers(1, 17)).tolist()
    degree, function = int(random.integers(13)), str(random.choice(list(TaylorFigure.function.choices)))
    return {"function": function, "a": a, "x": x, "degree": degree}


def taylor_magnitude(state):
    """Return the sum of the sizes of all terms: of the polynomial at x, and of its coefficients."""
    numbers = twin(TaylorFigure, **state).numbers()
    c = np.abs(numbers["coefficients"] or [1])
    return c.max() + c @ np.abs(state["x"] - state["a"]) ** np.arange(len(c)) + abs(numbers["f_x"] or 0)


def shares_case(random):
    """Draw a state: some on a corner, some with an input that does not differ from the baseline."""
    x, a = random.uniform(0, 3, (2, 2)).round(random.integers(0, 17)).tolist()
    if random.random() < 0.1:
        a[0] = x[0]
    if random.random() < 0.1:
        x[1] = x[0]
    if random.random() < 0.1:
        x = [x[0] / 6, 1 - x[0] / 3]  # on the hinge, up to rounding
    return {"function": str(random.choice(list(SharesFigure.function.choices))), "x": x, "a": a}


def shares_magnitude(state):
    return (1 + 2 * sum(state["x"]) + 2 * sum(state["a"])) ** 2


def plane_case(random):
    """Draw a state: some on the hinge, some on other roots, some where nothing has changed."""
    x, a = random.uniform(-1, 3, (2, 2)).round(random.integers(0, 17)).tolist()
    if random.random() < 0.2:
        a = [(a[0] + 1) / 2 - 1, 1 - (a[0] - 1)]  # on the hinge, up to rounding
    if random.random() < 0.1:
        a[0] = 0.0
    if random.random() < 0.05:
        a = x
    state = {"function": str(random.choice(list(PlaneFigure.function.choices))), "x": x, "a": a}
    return state | {"mode": str(random.choice(["point", "path"])), "steps": int(random.integers(1, 101))}


def plane_magnitude(state):
    return (1 + 2 * np.abs(state["x"]).sum() + 2 * np.abs(state["a"]).sum()) ** 2


PARITY = [
    Parity(PlaneFigure, plane_case, plane_magnitude),
    Parity(SharesFigure, shares_case, shares_magnitude),
    Parity(NeuronFigure, neuron_case, neuron_magnitude),
    Parity(TaylorFigure, taylor_case, taylor_magnitude),
    Parity(NetworkFigure, network_case, network_magnitude),
    Parity(DigitFigure, digit_case, digit_magnitude, 1000),  # whose states take the longest
    Parity(DeepFigure, deep_case, deep_magnitude, 1000),
    Parity(CanvasFigure, canvas_case, canvas_magnitude, 150),
    Parity(FlippingFigure, flipping_case, flipping_magnitude, 300),
    Parity(SequenceFigure, sequence_case, sequence_magnitude, 200),
    Parity(TokensFigure, tokens_case, tokens_magnitude, 120),
]


def reference(parity, random):
    """Draw a state; return it with its numbers and their magnitude, while its twin still has them from the drawing."""
    case = parity.case(random)
    return case, (twin(parity.figure, **case).numbers(), parity.magnitude(case))


def differences(ours, theirs, tolerance, path=""):
    """Yield where two nested results differ."""
    if isinstance(theirs, dict | list) and type(ours) is type(theirs) and len(ours) == len(theirs):
        for key in theirs if isinstance(theirs, dict) else range(len(theirs)):
            yield from differences(ours[key], theirs[key], tolerance, f"{path}.{key}")
    elif isinstance(theirs, float | int) and isinstance(ours, float | int):
        if abs(ours - theirs) > tolerance:
            yield f"{path[1:]}: {ours} in the browser, {theirs} in Python"
    elif ours != theirs:
        yield f"{path[1:]}: {ours} in the browser, {theirs} in Python"


# --- a page with figures ---


def shown(page, index=0):
    """Return state, numbers and table of a figure, as the browser has them."""
    settle(page)
    return (
        page.locator(".explorable")
        .nth(index)
        .evaluate(
            """(root) => ({
            state: root.explorable.state,
            numbers: JSON.parse(JSON.stringify(root.explorable.numbers)),
            table: Object.fromEntries(
                [...root.querySelectorAll("[data-number]")].map((cell) => [cell.dataset.number, cell.textContent])
            ),
            notes: root.querySelector(".notes").textContent,
            parity: root.dataset.parity,
        })"""
        )
    )


def agrees(page, figure_class=NeuronFigure, index=0):
    """Check what a figure shows against Python, which starts from the figure's state; return what is shown."""
    seen = shown(page, index)
    figure = figure_class(**seen["state"])
    assert plain(figure.state) == seen["state"]
    numbers = figure.numbers()
    scale = max(magnitudes(numbers), default=1)
    assert list(differences(seen["numbers"], numbers, 1e-9 * max(scale, 1e-9))) == []
    assert seen["table"] == {key: show(entry(seen["numbers"], key)) for key in figure.labels}
    texts = figure.warnings | figure.remarks
    assert seen["notes"] == "".join(texts[key] for key in numbers["notes"][: figure.at_once])
    return seen


def magnitudes(value):
    """Yield the size of every number in a nested result."""
    if isinstance(value, float | int):
        yield abs(value)
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from magnitudes(item)


def center(page, handle, index=0):
    box = page.locator(".explorable").nth(index).locator(f"[data-handle={handle}] .handle-grab").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pixels(page, point, index=0):
    """Return where a point of the plane lies on the screen."""
    frame = page.locator(".explorable").nth(index).locator(".plot-frame").first.bounding_box()
    return frame["x"] + (point[0] + 3) / 6 * frame["width"], frame["y"] + (3 - point[1]) / 6 * frame["height"]


def drag(page, handle, point, index=0):
    page.locator(".explorable").nth(index).locator(".plot").first.scroll_into_view_if_needed()
    page.mouse.move(*center(page, handle, index))
    page.mouse.down()
    page.mouse.move(*pixels(page, point, index), steps=4)
    page.mouse.up()
    settle(page)


# --- parity ---


def test_every_figure_has_its_parity_entry():
    compared = {parity.figure.__name__ for parity in PARITY} | {"Explorable"}
    assert set(explorables.__all__) - compared == set(), "say in PARITY how to draw random states of these figures"


@pytest.mark.parametrize("parity", PARITY, ids=lambda parity: parity.figure.name)
def test_the_browser_computes_what_lrp_edu_computes(show_page, parity):
    random = np.random.default_rng(20)
    cases, expected = zip(*(reference(parity, random) for _ in range(parity.number)), strict=True)
    page = show_page()
    for file in data_files(parity.figure.name).values():
        page.add_script_tag(url=f"_static/{file}")
    results = page.evaluate(
        """async ([name, cases, constants]) => {
            const { numbers } = await import(`./modules/${name}/${name}.js`);
            return JSON.stringify(JSON.parse(cases).map((state) => numbers(state, constants)));
        }""",
        [parity.figure.name, json.dumps(cases), plain(parity.figure.constants)],
    )
    wrong = [
        (case, where)
        for case, ours, (theirs, magnitude) in zip(cases, json.loads(results), expected, strict=True)
        for where in differences(ours, theirs, 1e-12 * magnitude)
    ]
    assert wrong == []


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_figure_starts_and_agrees(show_page, state):
    page = show_page(NeuronFigure(**state))
    assert agrees(page)["parity"] == "ok"


def test_a_wrong_number_is_shown(show_page):
    stored = NeuronFigure().stored()
    stored["numbers"]["R"][0] *= 1 + 1e-8
    text = json.dumps(stored).replace('"', "&quot;")
    page = show_page(f'<figure class="explorable" data-explorable="neuron" data-state="{text}">'
                     '<div class="explorable-static"></div><figcaption></figcaption></figure>')  # fmt: skip
    assert shown(page)["parity"].startswith("R.0: 1.6 here, 1.6")
    assert "disagrees with Python: R.0" in page.locator(".explorable").inner_text()


def test_a_number_looks_the_same_in_both(show_page):
    random = np.random.default_rng(3)
    values = (random.choice([-1, 1], 3000) * 10 ** random.uniform(-20, 9, 3000)).tolist()
    values += [0.0, -0.0, 0.03125, 0.00005, 1e-3, 99999.99996, 1e5, 2.25e-5, -1.0, 7, [1, -0.5], None]
    texts = show_page().evaluate(
        "async (values) => values.map((await import('./modules/core/elements.js')).format)", values
    )
    assert texts == [show(value) for value in values]


def test_one_palette_everywhere(show_page):
    names = [*(f"--relevance-{i}" for i in range(5)), *(f"--activation-{i}" for i in range(5)), "--epsilon"]
    figure = show_page(NeuronFigure()).locator(".explorable")
    read = "(root, names) => names.map((name) => getComputedStyle(root).getPropertyValue(name))"
    colors = figure.evaluate(read, names)
    assert colors == [*figures.RELEVANCE_COLORS, *figures.ACTIVATION_COLORS, figures.EPSILON]


def test_paper_is_white_whatever_the_theme(show_page, page):
    show_page(*(parity.figure() for parity in PARITY))
    read = """() => [...document.querySelectorAll('.explorable *')].map((element) => {
        const { color, fill, stroke, backgroundColor, filter, opacity } = getComputedStyle(element);
        return [element.tagName, element.getAttribute('class'), color, fill, stroke, backgroundColor, filter, opacity];
    })"""
    page.add_style_tag(content="* {transition: none !important}")
    page.emulate_media(media="print")
    light = page.evaluate(read)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(read) == light
    page.emulate_media(media="screen")
    assert page.evaluate(read) != light


# --- pointer ---


@pytest.mark.parametrize(
    ("state", "handle", "point"),
    [
        ({}, "x", (0.3, 2.4)),
        ({}, "w", (-1.5, 2)),
        ({"direction": "z"}, "x", (2, 0.5)),
        ({"direction": "zplus", "w": (2, -1)}, "x", (2.4, 1.2)),
        ({"mode": "expansion"}, "a", (-1.2, -0.7)),
        ({"mode": "expansion"}, "a", (1.5, 0.4)),
        ({"mode": "expansion"}, "x", (2.2, -0.4)),
    ],
)
@pytest.mark.parametrize("width", [1280, 360])
def test_a_drag_moves_the_point_and_its_numbers(show_page, page, state, handle, point, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(NeuronFigure(**state))
    drag(page, handle, point)
    assert agrees(page)["state"][handle] == pytest.approx(point, abs=0.02)
    assert center(page, handle) == pytest.approx(pixels(page, point), abs=1.5)


def test_a_finger_drags_a_handle_and_not_the_page(show_page, page):
    page.set_viewport_size({"width": 360, "height": 600})
    show_page(NeuronFigure(), NeuronFigure())
    touch = page.context.new_cdp_session(page)

    def finger(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    (x, y), goal = center(page, "x"), pixels(page, (0.5, -2))
    finger("touchStart", (x, y))
    for share in (0.25, 0.5, 0.75, 1):
        finger("touchMove", (x + share * (goal[0] - x), y + share * (goal[1] - y)))
    finger("touchEnd")
    assert agrees(page)["state"]["x"] == pytest.approx([0.5, -2], abs=0.03)
    assert page.evaluate("scrollY") == 0


def test_a_free_direction_is_dragged_from_x(show_page):
    page = show_page(NeuronFigure(direction="free"))
    drag(page, "v", (0.2, -0.5))
    assert agrees(page)["state"]["v"] == pytest.approx([0.8, 1.5], abs=0.02)


def test_a_handle_stays_in_the_plot(show_page):
    page = show_page(NeuronFigure())
    page.mouse.move(*center(page, "x"))
    page.mouse.down()
    page.mouse.move(1270, 2, steps=3)
    page.mouse.up()
    assert agrees(page)["state"]["x"] == [3, 3]


def test_a_drag_starts_without_a_jump(show_page):
    page = show_page(NeuronFigure())
    x, y = center(page, "x")
    page.mouse.move(x - 15, y - 12)
    page.mouse.down()
    page.mouse.move(x - 15, y - 12)
    page.mouse.up()
    assert agrees(page)["state"]["x"] == [1, 1]


@pytest.mark.parametrize("width", [1280, 360])
def test_a_finger_can_grab_every_handle(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(NeuronFigure(direction="free"), NeuronFigure(mode="expansion"))
    for handle in page.locator("[data-handle]:visible .handle-grab").all():
        box = handle.bounding_box()
        assert round(min(box["width"], box["height"]), 3) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_points_in_the_same_place_can_be_told_apart(show_page):
    page = show_page(NeuronFigure(mode="expansion", x=(1, 1), w=(1, 1), a=(1, 1)))
    boxes = [page.locator(f"[data-handle={key}] .handle-name").bounding_box() for key in "xwa"]
    for i, one in enumerate(boxes):
        for two in boxes[i + 1 :]:
            apart_x = one["x"] + one["width"] <= two["x"] or two["x"] + two["width"] <= one["x"]
            assert apart_x or one["y"] + one["height"] <= two["y"] or two["y"] + two["height"] <= one["y"]


def test_a_dragged_point_is_round_and_snaps_onto_the_axes(show_page):
    page = show_page(NeuronFigure())
    for point, expected in (((1.517, 0.733), [1.5, 0.75]), ((0.06, 2.018), [0, 2]), ((-1.24, -0.05), [-1.25, 0])):
        drag(page, "x", point)
        assert agrees(page)["state"]["x"] == expected


def test_what_is_keyed_or_typed_does_not_snap(show_page):
    page = show_page(NeuronFigure(x=(0.137, 1)))
    page.locator("[data-handle=x]").focus()
    page.keyboard.press("ArrowLeft")
    assert agrees(page)["state"]["x"] == [0.037, 1]
    page.locator("[data-field='x.0']").fill("0.0123")
    assert agrees(page)["state"]["x"] == [0.0123, 1]


def test_a_press_alone_moves_nothing(show_page):
    page = show_page(NeuronFigure(x=(0.937, 1.013)))
    page.mouse.move(*center(page, "x"))
    page.mouse.down()
    page.mouse.up()
    assert agrees(page)["state"]["x"] == [0.937, 1.013]


def test_scales_rest_while_one_drags(show_page):
    page = show_page(NeuronFigure())
    ticks = "[...document.querySelectorAll('.bar-tick')].map((tick) => tick.textContent)"
    side = "[...document.querySelectorAll('.side-view .tick-y')].map((tick) => tick.textContent)"
    assert page.evaluate(ticks) == ["−2", "0", "4"]
    page.mouse.move(*center(page, "x"))
    page.mouse.down()
    page.mouse.move(*pixels(page, (3, 2)), steps=4)
    settle(page)
    assert agrees(page)["numbers"]["f_x"] == 7
    assert page.evaluate(ticks) == ["−2", "0", "4"] and page.evaluate(side) == ["−2", "0", "2", "4"]
    assert page.locator(".bar[data-cut]").count() == 3  # R₁ reaches beyond the scale, the others lie there
    assert page.locator(".side-view .mark:visible").count() == 1  # and f(x), with the foot of the gap
    page.mouse.move(*pixels(page, (1, 1)))
    settle(page)
    assert page.locator(".side-view .mark:visible").count() == 3 and not page.locator(".bar[data-cut]").count()
    page.mouse.move(*pixels(page, (3, 2)))
    settle(page)
    page.mouse.up()
    settle(page)
    assert page.locator(".bar[data-cut]").count() == 0
    assert page.evaluate(ticks) == ["−4", "0", "8"] and page.evaluate(side) == ["−4", "0", "4", "8"]


def test_a_snaps_onto_the_hinge(show_page):
    page = show_page(NeuronFigure(mode="expansion"))
    drag(page, "a", (0.22, 0.63))
    seen = agrees(page)
    assert seen["numbers"]["notes"] == ["hinge"]
    assert seen["numbers"]["R"] == pytest.approx([1.6, 0.4], abs=0.1)
    assert abs(seen["numbers"]["epsilon"]) < 1e-14


# --- keyboard and controls ---


def test_arrow_keys_move_a_handle(show_page):
    page = show_page(NeuronFigure())
    page.locator("[data-handle=x]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert agrees(page)["state"]["x"] == [1.1, 0.9]
    page.keyboard.press("Shift+ArrowLeft")
    assert agrees(page)["state"]["x"] == [0.1, 0.9]
    assert page.locator("[data-handle=x]").get_attribute("aria-valuetext") == "(0.1, 0.9)"


def test_home_end_and_page_keys_move_the_coordinate_that_was_moved_last(show_page):
    page = show_page(NeuronFigure())
    handle = page.locator("[data-handle=x]")
    handle.focus()
    states, said = [], []
    for key in ("End", "PageDown", "ArrowUp", "PageUp", "PageUp", "PageUp", "Home"):
        page.keyboard.press(key)
        states.append(agrees(page)["state"]["x"])
        said.append([handle.get_attribute(f"aria-{name}") for name in ("valuenow", "orientation", "valuetext")])
    assert states == [[3, 1], [2, 1], [2, 1.1], [2, 2.1], [2, 3], [2, 3], [2, -3]]
    assert said[0] == ["3", "horizontal", "(3, 1)"]
    assert said[-1] == ["-3", "vertical", "(2, −3)"]
    assert [handle.get_attribute(f"aria-value{name}") for name in ("min", "max")] == ["-3", "3"]
    assert "in two dimensions" in handle.get_attribute("aria-description")


def test_hidden_handles_cannot_be_reached(show_page):
    page = show_page(NeuronFigure())
    for key in "av":
        handle = page.locator(f"[data-handle={key}]")
        assert not handle.is_visible()
        assert (handle.get_attribute("tabindex"), handle.get_attribute("aria-hidden")) == (None, "true")
    assert not page.locator("[data-field='a.0']").is_visible()
    page.locator("[data-control=direction][value=free]").check()
    settle(page)
    assert page.get_by_role("slider", name="direction of the walk").count() == 1
    assert page.locator("[data-handle=v]").get_attribute("aria-hidden") is None


@pytest.mark.parametrize("key", ["x", "w", "v"])
def test_a_point_has_number_fields(show_page, key):
    page = show_page(NeuronFigure(direction="free", v=(1, 0.5)))
    before = agrees(page)["state"][key]
    first, second = (page.locator(f"[data-field='{key}.{i}']") for i in range(2))
    assert [first.input_value(), second.input_value()] == [f"{value:g}" for value in before]
    first.fill("1.23")
    assert agrees(page)["state"][key] == [1.23, before[1]]
    second.press("ArrowUp")
    assert agrees(page)["state"][key] == [1.23, round(before[1] + 0.1, 1)]
    second.fill("-99")
    page.keyboard.press("Tab")
    low = NeuronFigure.schema()[key]["low"]
    assert agrees(page)["state"][key] == [1.23, low] and second.input_value() == str(low)
    assert page.get_by_role("spinbutton", name=f"{key}₁", exact=True).count() == 1


def test_the_keyboard_stops_once_on_the_hinge(show_page):
    page = show_page(NeuronFigure(mode="expansion", a=(0.54, 0.3)))
    page.locator("[data-handle=a]").focus()
    notes = []
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
        notes += agrees(page)["numbers"]["notes"]
    assert notes == ["active", "hinge", "dead"]


def test_everything_is_reached_by_tab(show_page):
    page = show_page(NeuronFigure(direction="free"))
    read = """() => {
        const { dataset, className } = document.activeElement;
        return dataset.handle ?? dataset.control ?? dataset.field ?? className;
    }"""
    reached = []
    for _ in range(13):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(read))
    assert reached == ["x", "w", "v", "direction", "x.0", "x.1", "w.0", "w.1", "v.0", "v.1", "b", "b", "reset"]


def test_every_control_has_a_name(show_page):
    page = show_page(NeuronFigure(direction="free"), NeuronFigure(mode="expansion"))
    for role in ("slider", "spinbutton", "radio", "button"):
        controls = page.get_by_role(role)
        assert controls.count()
        assert page.get_by_role(role, name="").count() == controls.count()
    for handle in page.locator("[data-handle]:visible").all():
        assert handle.get_attribute("aria-label") and handle.get_attribute("aria-valuetext")


def test_slider_and_field_say_the_same(show_page):
    page = show_page(NeuronFigure())
    page.locator("[data-control=b]").focus()
    page.keyboard.press("ArrowRight")
    assert agrees(page)["state"]["b"] == -0.9
    assert page.locator("[data-field=b]").input_value() == "-0.9"
    page.locator("[data-field=b]").fill("1.25")
    assert agrees(page)["state"]["b"] == 1.25
    assert page.locator("[data-control=b]").get_attribute("aria-valuetext") == "1.25"
    page.locator("[data-field=b]").fill("1e9")
    assert agrees(page)["state"]["b"] == 3
    page.locator("[data-field=b]").fill("")
    page.keyboard.press("Tab")
    assert agrees(page)["state"]["b"] == 3
    assert page.locator("[data-field=b]").input_value() == "3"


@pytest.mark.parametrize("direction", ["w2", "z", "zplus", "free"])
def test_the_direction_is_chosen(show_page, direction):
    page = show_page(NeuronFigure(w=(2, -0.5), direction="z" if direction == "w2" else "w2"))
    page.locator(f"[data-control=direction][value={direction}]").check()
    seen = agrees(page)
    assert seen["state"]["direction"] == direction
    if direction == "free":  # goes on from the last direction
        assert seen["state"]["v"] == [2, -0.5]


def test_reset_brings_the_stored_state_back(show_page):
    figure = NeuronFigure(x=(0.5, 2), direction="z")
    page = show_page(figure)
    drag(page, "x", (2, 2))
    drag(page, "w", (1, -1))
    page.get_by_role("button", name="Reset").click()
    assert agrees(page)["state"] == plain(figure.state)


def test_changes_are_announced_when_they_end(show_page):
    page = show_page(NeuronFigure())
    live = page.locator("[aria-live=polite]")
    assert live.inner_text() == ""
    drag(page, "x", (2, 2))
    page.wait_for_function("document.querySelector('[aria-live=polite]').textContent")
    assert f"f(x) = {shown(page)['table']['f_x']}, " in live.text_content()


def test_only_what_has_changed_is_announced(show_page):
    page = show_page(NeuronFigure(mode="expansion", a=(1, 0)))
    live = page.locator("[aria-live=polite]")
    said = []
    for key, value in (("a.0", "1.5"), ("a.1", "-3"), ("x.0", "1.1")):
        page.locator(f"[data-field='{key}']").fill(value)
        changed = "(old) => document.querySelector('[aria-live=polite]').textContent !== old"
        page.wait_for_function(changed, arg="".join(said[-1:]))
        said.append(live.text_content())
    assert said[0] == "R₁ = −1"
    assert said[1].startswith("R₁ = 0, R₂ = 0, ε = 2, a lies on the dead side")
    assert said[2] == "f(x) = 2.2, ε = 2.2"


# --- the address ---


def test_a_link_sets_the_figure_that_it_names(show_page):
    page = show_page(
        NeuronFigure(),
        NeuronFigure(),
        before='<a id="one" href="#neuron:b=2;x=0.5,1">1</a> <a id="two" href="#neuron-2:w=1,1">2</a>',
    )
    page.click("#one")
    assert agrees(page)["state"]["x"] == [0.5, 1]
    assert agrees(page)["state"]["b"] == 2
    page.click("#two")
    assert agrees(page, index=1)["state"]["w"] == [1, 1]
    assert agrees(page, index=1)["state"]["b"] == -1
    assert agrees(page)["state"]["b"] == 2


def test_a_link_works_again_after_a_drag(show_page):
    page = show_page(NeuronFigure(), before='<a id="one" href="#neuron:b=2;x=0.5,1">1</a>')
    for _ in range(2):
        page.click("#one")
        assert agrees(page)["state"]["x"] == [0.5, 1]
        drag(page, "x", (2, 2))
        assert agrees(page)["state"]["x"] != [0.5, 1]


def test_a_caption_sets_its_own_figure(show_page):
    page = show_page(NeuronFigure(), NeuronFigure(caption="Try [b = 2](b=2)."))
    page.get_by_text("b = 2").click()
    assert agrees(page, index=1)["state"]["b"] == 2
    assert agrees(page, index=0)["state"]["b"] == -1


def test_what_a_link_of_the_caption_does_not_name_is_as_it_was_stored(show_page):
    figure = NeuronFigure(x=(2, 1), b=0.5, caption="Try [b = 2](b=2).")
    page = show_page(figure)
    drag(page, "x", (0.5, 2))
    page.get_by_text("b = 2").click()
    assert agrees(page)["state"] == plain(figure.state | {"b": 2})


def test_the_address_keeps_the_state(show_page):
    page = show_page(NeuronFigure(), NeuronFigure(mode="expansion"))
    entries = page.evaluate("history.length")
    drag(page, "x", (2, 2))
    drag(page, "a", (1, 2.5), index=1)
    page.wait_for_function("location.hash.includes('neuron-2:')")
    before = [shown(page, i)["state"] for i in range(2)]
    assert page.evaluate("history.length") == entries
    page.reload()
    page.locator("[data-handle=x]").first.wait_for()
    settle(page)
    for i in range(2):
        after = agrees(page, index=i)
        assert after["parity"] == "ok"
        for key in "xwba":
            assert after["state"][key] == pytest.approx(before[i][key], rel=1e-5)


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ("x=1e9,-1e9", {"x": [3, -3]}),
        ("b=Infinity", {"b": -1}),
        ("b=NaN;x=NaN,2", {"b": -1, "x": [1, 2]}),
        ("x=1;w=1,2,3", {"x": [1, 1], "w": [2, 1]}),
        ("direction=toString;mode=__proto__", {"direction": "w2", "mode": "root"}),
        ("__proto__=1;constructor=2;stored=3", {"x": [1, 1]}),
        ("b=<img src=x onerror=alert(1)>;x=%3Cscript%3E", {"b": -1, "x": [1, 1]}),
        ("b=%E0%A4%A;w=0,0", {"w": [2, 1]}),
        ("x=,;b=;;;==;w", {"x": [1, 1], "b": -1}),
        ("b=0x2;x=1e-400,-0", {"b": 2, "x": [0, 0]}),
        ("w=0,0", {"w": [0, 0]}),
    ],
)
def test_a_hostile_address_is_clamped(show_page, part, kept):
    page = show_page(NeuronFigure(), hash=f"#neuron:{part}")
    seen = agrees(page)
    assert seen["parity"] == "ok"
    assert {key: seen["state"][key] for key in kept} == kept


def test_an_ordinary_anchor_is_left_alone(show_page):
    page = show_page(NeuronFigure(), before='<h2 id="there">There</h2>', hash="#there")
    assert agrees(page)["state"] == plain(NeuronFigure().state)
    assert page.evaluate("location.hash") == "#there"


# --- the height is reserved ---

HEIGHTS = "[...document.querySelectorAll('figure.explorable')].map((figure) => figure.offsetHeight)"
IN_THE_BOOK = [
    NeuronFigure(),
    NeuronFigure(mode="expansion", a=(0.8, 0.2)),
    TaylorFigure(a=0, x=1.6, degree=6),
    NetworkFigure(),
    NetworkFigure(rule="zplus", first="zbox"),
    SharesFigure(),
    PlaneFigure(),
    PlaneFigure(mode="path", function="smooth"),
    DigitFigure(),
    DeepFigure(),
    FlippingFigure(),
    SequenceFigure(),
    TokensFigure(),
]


@pytest.mark.parametrize("width", [1280, 760, 600, 390, 360, 320])
def test_a_page_does_not_move_when_its_figures_start(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.route("**/figures/*.js", lambda route: route.abort())
    show_page(*IN_THE_BOOK)
    before = page.evaluate(HEIGHTS)
    page.unroute("**/figures/*.js")
    show_page(*IN_THE_BOOK)
    assert page.evaluate(HEIGHTS) == before
    page.seen.clear()  # the scripts that were not there


@pytest.mark.parametrize("figure", IN_THE_BOOK, ids=range(len(IN_THE_BOOK)))
def test_a_page_does_not_move_while_a_figure_is_dragged(show_page, page, figure):
    show_page(figure)
    random = np.random.default_rng(8)
    (case,) = (parity.case for parity in PARITY if parity.figure.name == figure.name)
    dragged = {
        "neuron": "xwab",
        "taylor": "ax",
        "network": "xb",
        "shares": "xa",
        "plane": "xa",
        "digit": ["ink"],
        "deep": "xbs",
        "flipping": ["count"],
        "sequence": ["first", "second", "first_step", "second_step"],
        "tokens": ["letters"],
    }[figure.name]
    states = [{key: value for key, value in case(random).items() if key in dragged} for _ in range(30)]
    for width in (1280, 600, 320):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        heights = page.evaluate(
            """(states) => {
                const root = document.querySelector(".explorable");
                return [root.offsetHeight, ...states.map((state) => {
                    root.explorable.set(state);
                    root.explorable.flush();
                    return root.offsetHeight;
                })];
            }""",
            states,
        )
        assert len(set(heights)) == 1, width


@pytest.mark.parametrize("width", [704, 390, 320])
def test_the_room_for_sentences_is_no_hole(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(*IN_THE_BOOK)
    lines = """(said) => {
        const heights = [...said.children].map((part) => part.getBoundingClientRect().height);
        return [said.clientHeight, ...heights].map((height) => height / parseFloat(getComputedStyle(said).lineHeight));
    }"""
    for panel in page.locator(".said").all():
        whole, said, longest = panel.evaluate(lines)
        assert 1 <= said <= longest + 0.01 and whole - longest < 4


def test_what_stands_beside_a_figure_is_painted_for_itself(show_page):
    section = "<section><h2>One</h2><section><h3>Two</h3><p>Three</p>"
    page = show_page(section, NeuronFigure(), "<p>Four</p></section><p>Five</p></section><p>Six</p>")
    apart = """(figure) => [...document.querySelectorAll("main *")]
        .filter((element) => !element.contains(figure) && !figure.contains(element))
        .map((element) => [element.textContent, getComputedStyle(element).isolation])"""
    found = dict(page.locator(".explorable").evaluate(apart))
    assert found == dict.fromkeys(["One", "Two", "Three", "Four", "Five"], "isolate") | {"Six": "auto"}


# --- without a script, without a module ---


def test_without_javascript_the_table_stands(browser, folder, address, show_page):
    show_page(NeuronFigure())
    with browser.new_context(java_script_enabled=False) as context:
        still = context.new_page()
        still.goto(address)
        assert still.get_by_role("row", name="R₁ 1.6").is_visible()
        assert "it moves where JavaScript may run" in still.locator("figure").inner_text()
        assert still.get_by_role("link").count() == 0  # none would lead anywhere
        table, caption = (still.locator(part).bounding_box() for part in (".explorable-static", "figcaption"))
        assert table["height"] < 500 and caption["y"] - table["y"] - table["height"] < 20


@pytest.mark.parametrize("fails", [False, True], ids=["none", "fails"])
def test_a_figure_that_cannot_start_keeps_its_table(show_page, page, folder, fails):
    script = (folder / "_static" / "figures" / "neuron.js").read_text("utf-8")
    start = "function mount({"
    assert script.count(start) == 1
    failing = script.replace(start, "function mount() { throw new Error('it fails'); }\nfunction unused({")
    page.route("**/neuron.js", lambda route: route.fulfill(body=failing) if fails else route.abort())
    show_page(NeuronFigure())
    assert page.get_by_role("row", name="R₁ 1.6").is_visible()
    assert len(page.seen) == 1 and ("The figure neuron did not start" in page.seen[0]) == fails
    page.seen.clear()


# --- the book ---


def with_figures(book):
    """Return the pages that have live figures; the landing page's stands alone in _static, too."""
    pages = [path for path in book.rglob("*.html") if path.parent.name != "_static"]
    return [path for path in pages if 'class="explorable"' in path.read_text("utf-8")]


def test_the_book_is_live_when_it_is_opened_as_a_file(book, page):
    seen = []
    page.on("console", lambda message: message.type in ("warning", "error") and seen.append(message.text))
    page.on("pageerror", lambda error: seen.append(str(error)))
    for path in with_figures(book):
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        parity = "[...document.querySelectorAll('figure.explorable')].map((figure) => figure.dataset.parity)"
        assert set(page.evaluate(parity)) == {"ok"}
    assert seen == []


def test_a_figure_comes_with_its_page_and_with_no_other(book):
    for path in book.rglob("*.html"):
        head, _, body = path.read_text("utf-8").partition("<body")
        names = set(re.findall(r'data-explorable="(\w+)"', body))
        for tag in (r"<script\b(?=[^>]* defer)[^>]*/figures/(\w+)\.js", r"<link\b[^>]*/figures/(\w+)\.css"):
            assert set(re.findall(tag, head)) == names, path.name
        assert "figures/" not in body.replace("_images", "") or names
        assert HINT not in body and ("<noscript>" in body) >= bool(names)
