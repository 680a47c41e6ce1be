"""The figure of a neuron's walk inside a network: its numbers and sentences, and what a hand can do."""

import re

import numpy as np
import pytest
import test_live_figures as live
from deep_cases import deep_case, preactivations
from twins import twin

from conftest import settle
from lrp_edu.deep_taylor import NeuronWalk
from lrp_edu.explorables import DeepFigure
from lrp_edu.explorables.core import plain
from lrp_edu.explorables.deep import DIRECTIONS, REACH, RULES, W1, _crossings

# --- numbers ---


def drawn(count=150):
    random = np.random.default_rng(21)
    for _ in range(count):
        state = deep_case(random)
        figure = twin(DeepFigure, **state)
        yield figure, figure.numbers()


def walk_of(figure):
    place = (int(figure.neuron) - 1) % 2
    rules = RULES[figure.above]
    return NeuronWalk(figure.network, figure.x, figure.layer, place, DIRECTIONS[figure.walk], rules, target=0)


def test_the_numbers_are_those_of_the_walk():
    for figure, n in drawn():
        if n["root"] is None:
            continue
        walk = walk_of(figure)
        expected = {
            "root": walk.root,
            "at": walk.point(figure.s),
            "R_j": walk.relevance(0),
            "R_s": walk.relevance(figure.s),
            "model_s": walk.model(figure.s),
            "gap_s": walk.gap(figure.s),
            "epsilon": walk.remainder(),
            "c": walk.factor([0, figure.s, 1]),
        }
        for key, value in expected.items():
            assert n[key] == pytest.approx(plain(value), abs=1e-13), (figure, key)
        assert n["line"]["R"] == pytest.approx(walk.relevance(n["line"]["s"]), abs=1e-13)
        gaps = np.abs(walk.gap(np.linspace(0, 1, 400)))
        assert n["worst"] >= abs(n["gap_s"]) and n["worst"] == pytest.approx(gaps.max(), abs=2e-2), figure


def test_every_layer_adds_up_to_the_output():
    for figure, n in drawn():
        assert abs(n["lost"]) < 1e-13 * (1 + n["f_x"]), figure
        for R in n["R"]:
            assert sum(R) == pytest.approx(n["f_x"], abs=1e-13)
        assert n["f_x"] == figure.network.forward(figure.x)[0]


def test_between_corners_no_other_neuron_switches():
    for figure, n in drawn():
        if n["root"] is None:
            continue
        assert len(n["corners"]) <= 6
        ends = [0, *(corner["s"] for corner in n["corners"]), 1]
        for low, high in zip(ends, ends[1:], strict=False):
            z = preactivations(figure, n, np.linspace(low, high, 21)[1:-1])
            assert np.all((z > 1e-12).all(axis=0) | (z <= 1e-12).all(axis=0)), (figure, low, high)
        for corner in n["corners"]:
            z = preactivations(figure, n, np.array([corner["s"]]))
            assert np.abs(z).min() < 1e-10, (figure, corner)


@pytest.mark.parametrize(
    ("s", "z", "found"),
    [
        ([0, 1], [1, -1], [(0.5, False)]),
        ([0, 1], [-1, 3], [(0.25, True)]),
        ([0, 0.5, 1], [1, 0, -2], [(0.5, False)]),
        ([0, 0.25, 0.75, 1], [1, 0, 0, -2], [(0.25, False)]),
        ([0, 0.25, 0.75, 1], [-1, 0, 0, 2], [(0.75, True)]),
        ([0, 0.5, 1], [1, 0, 2], []),
        ([0, 1], [1, 0], []),
        ([0, 1], [0, 1], []),
        ([0, 0.5, 1], [1, -1, 1], [(0.25, False), (0.75, True)]),
    ],
)
def test_crossings(s, z, found):
    assert list(_crossings(np.array(s), np.array(z, float))) == found


def test_what_inputs_reach():
    x = np.random.default_rng(1).uniform(0, 3, (4000, 2))
    a = np.concatenate([np.maximum(0, x @ np.array(W1) - [1, 3]), [[0, 0], [4, 0], [5, 3], [2, 6]]])
    corners = np.array(REACH[2], float)
    for corner, side in zip(corners, np.roll(corners, -1, axis=0) - corners, strict=True):
        assert np.all(side[0] * (a[:, 1] - corner[1]) - side[1] * (a[:, 0] - corner[0]) > -1e-12)
    for corner, x in zip(corners, [[1, 0], [3, 2], [3, 3], [0, 3]], strict=True):
        assert np.maximum(0, np.array(x) @ np.array(W1) - [1, 3]).tolist() == corner.tolist()


def test_the_walk_that_is_done_by_head():
    n = twin(DeepFigure).numbers()
    assert (n["f_x"], n["R"][0], n["lost"]) == (6, [4, 2], 0)
    assert n["c"] == pytest.approx([2, 2 + 2 / 3, 3]) and n["corners"] == [
        {"s": pytest.approx(0.6), "neuron": 4, "on": False}
    ]
    assert n["worst"] == pytest.approx(0.8) and n["epsilon"] == pytest.approx(-2)
    for x1, x2 in ((1, 2), (0.5, 2), (2, 1), (1.5, 2.5), (3, 3)):
        a3, a4 = x1 + x2 - 1, max(0, 3 * x2 - x1 - 3)
        assert twin(DeepFigure, x=(x1, x2)).numbers()["c"][0] == pytest.approx(1 + max(0, 2 - a4 / a3))


@pytest.mark.parametrize(
    ("state", "notes"),
    [
        ({}, ["grows-3", "off-4"]),
        ({"above": "lrp0"}, ["stays-3", "off-4"]),
        ({"above": "lrp0", "neuron": "4"}, ["none-4"]),
        ({"x": (2, 1)}, ["stays-3"]),
        ({"x": (2, 1), "neuron": "4"}, ["silent-4"]),
        ({"x": (0.2, 0.3)}, ["nothing", "silent-3"]),
        ({"x": (1, 2), "neuron": "4"}, ["stays-4"]),
        ({"x": (0.5, 2), "walk": "w2"}, ["outside", "shrinks-3", "off-5"]),
        ({"neuron": "5", "b": -1}, ["shrinks-5"]),
        ({"neuron": "6", "walk": "w2", "b": -2, "x": (2.4, 2.2)}, ["unreachable", "shrinks-6"]),
        ({"b": -1}, ["ends-3", "off-7", "off-6", "off-4", "off-5"]),
        ({"x": (1, 1), "b": -2}, ["nothing"]),
        ({"x": (0, 2.5), "neuron": "4", "above": "lrp0", "walk": "w2", "b": -0.5}, ["turns-4"]),
        ({"x": (2.5, 2.5), "neuron": "4", "above": "lrp0", "walk": "w2", "b": -0.5}, ["late-4"]),
    ],
)
def test_sentences(state, notes):
    assert twin(DeepFigure, **state).numbers()["notes"][: len(notes)] == notes


def test_the_sentences_are_right():
    seen = set()
    for figure, n in drawn(600):
        for note in n["notes"]:
            seen.add(note[:-2] if note[-2] == "-" else note)
            assert note in figure.warnings | figure.remarks
        kind = n["notes"][0].split("-")[0]
        if n["c"] is None or kind in ("nothing", "silent"):
            continue
        (course,) = {"stays", "none", "grows", "shrinks", "ends", "turns", "late", "back"} & {
            note.split("-")[0] for note in n["notes"]
        }
        R, epsilon = n["R_j"], n["epsilon"]
        handed = R - epsilon  # what the root hands out
        assert {
            "stays": abs(epsilon) < 1e-8 and n["worst"] < 1e-8,
            "none": R == pytest.approx(0, abs=1e-8) and n["worst"] < 1e-8,
            "grows": handed / (R or 1) > 1 and epsilon * R < 0,
            "shrinks": 0 < handed / (R or 1) < 1 and epsilon * R > 0,
            "ends": abs(handed) < 1e-8 < abs(R),
            "turns": handed * R < 0,
            "late": abs(R) < 1e-8 < n["worst"],
            "back": abs(epsilon) < 1e-8 < n["worst"],
        }[course], (figure, course)
    assert {"stays", "none", "grows", "shrinks", "ends", "silent", "outside", "unreachable", "off", "on"} <= seen


def test_at_rest_it_is_a_table():
    text = DeepFigure()._repr_html_()
    for label, value in {
        "f(x)": 6,
        "R₃ + R₄ at x": 6,
        "c₃ at x": 2,
        "c₃ at the root": 3,
        "ε, left over by the root": "−2",
    }.items():
        assert f'<th scope="row">{re.escape(label)}</th><td>{value}</td>'.replace("\\", "") in text


# --- in a browser ---


def drag(page, handle, to):
    """Drag a handle to a point of the window."""
    page.locator(".plot").first.scroll_into_view_if_needed()
    page.mouse.move(*live.center(page, handle))
    page.mouse.down()
    page.mouse.move(*to, steps=4)
    page.mouse.up()
    settle(page)


def on_the_plane(page, point, low, high, plot=0):
    """Return where a point lies in the window."""
    frame = page.locator(".plot-frame").nth(plot).bounding_box()
    share = [(value - low) / (high - low) for value in point]
    return frame["x"] + share[0] * frame["width"], frame["y"] + (1 - share[1]) * frame["height"]


@pytest.mark.parametrize("width", [1280, 360])
def test_x_is_dragged_and_stays_in_its_box(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(DeepFigure())
    drag(page, "x", on_the_plane(page, (2.2, 1.52), -1, 3))
    assert live.agrees(page, DeepFigure)["state"]["x"] == pytest.approx([2.2, 1.5], abs=0.051)
    drag(page, "x", on_the_plane(page, (-0.8, 2.5), -1, 3))
    assert live.agrees(page, DeepFigure)["state"]["x"] == [0, 2.5]


@pytest.mark.parametrize("width", [1280, 360])
def test_activations_are_dragged_where_inputs_lead(show_page, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(DeepFigure(neuron="5"))
    drag(page, "a", on_the_plane(page, (3, 1.5), -1, 6))
    seen = live.agrees(page, DeepFigure)
    assert seen["numbers"]["start"] == pytest.approx([3, 1.5], abs=0.06)
    drag(page, "a", on_the_plane(page, (0.5, 5.5), -1, 6))  # no input leads there
    seen = live.agrees(page, DeepFigure)
    assert all(0 <= value <= 3 for value in seen["state"]["x"])


def test_keys_move_the_activations_too(show_page):
    page = show_page(DeepFigure(neuron="6"))
    handle = page.locator("[data-handle=a]")
    handle.focus()
    for key, start in (
        ("ArrowRight", [2.1, 2]),
        ("ArrowDown", [2.1, 1.9]),
        ("Shift+ArrowRight", [3.1, 1.9]),
        ("PageDown", [2.1, 1.9]),
    ):
        page.keyboard.press(key)
        assert live.agrees(page, DeepFigure)["numbers"]["start"] == pytest.approx(start), key
    assert handle.get_attribute("aria-valuetext") == "(2.1, 1.9)"
    page.keyboard.press("Home")  # beyond what inputs reach, they stop at the end of their box
    seen = live.agrees(page, DeepFigure)
    assert 0 <= seen["numbers"]["start"][0] < 1 and 0 in seen["state"]["x"]


def test_s_is_dragged_along_the_walk(show_page):
    page = show_page(DeepFigure())
    frame = page.locator(".side-view .plot-frame").bounding_box()

    def place(s):
        return frame["x"] + (s + 0.52) / 1.67 * frame["width"], frame["y"] + 40

    drag(page, "s", place(0.8))
    assert live.agrees(page, DeepFigure)["state"]["s"] == pytest.approx(0.8, abs=0.026)
    drag(page, "s", place(1.12))
    assert live.agrees(page, DeepFigure)["state"]["s"] == 1
    for key, s in (
        ("Home", 0),
        ("ArrowRight", 0.05),
        ("PageUp", 0.55),
        ("Shift+ArrowUp", 1),
        ("End", 1),
        ("ArrowLeft", 0.95),
    ):
        page.keyboard.press(key)
        assert live.agrees(page, DeepFigure)["state"]["s"] == pytest.approx(s), key


def test_a_neuron_of_the_network_can_be_clicked(show_page):
    page = show_page(DeepFigure())
    for k in "5463":
        page.locator(f"[data-node='{k}']").click()
        seen = live.agrees(page, DeepFigure)
        assert seen["state"]["neuron"] == k and page.locator(f"input[value='{k}']").is_checked()
    for k in "127":
        page.locator(f"[data-node='{k}']").click()
        assert live.agrees(page, DeepFigure)["state"]["neuron"] == "3"


def test_scales_rest_while_one_drags(show_page):
    page = show_page(DeepFigure())
    read = "[...document.querySelectorAll('.side-view .tick-y')].map((tick) => tick.textContent)"
    before = page.evaluate(read)
    page.mouse.move(*live.center(page, "x"))
    page.mouse.down()
    page.mouse.move(*on_the_plane(page, (1.5, 1), -1, 3), steps=3)
    page.mouse.move(*on_the_plane(page, (3, 1), -1, 3), steps=3)
    settle(page)
    assert page.evaluate(read) == before and live.agrees(page, DeepFigure)["numbers"]["R_j"] == 9
    page.mouse.up()
    settle(page)
    assert page.evaluate(read) != before


def test_each_link_of_the_caption_shows_what_it_says(show_page):
    page = show_page(DeepFigure(), hash="#deep:b=-1;neuron=6;above=gamma")
    seen = {}
    for link in page.locator("figcaption a").all():
        link.click()
        seen[link.inner_text()] = live.agrees(page, DeepFigure)["numbers"]
    assert seen["here"]["c"][0] == pytest.approx(2) and seen["here"]["c"][2] == pytest.approx(3)
    assert seen["here"]["corners"] == [{"s": pytest.approx(0.6), "neuron": 4, "on": False}]
    assert seen["LRP-0 above"]["c"] == [3, 3, 3] and seen["LRP-0 above"]["R"][0] == [6, 0]
    below = seen["Below the line of 4"]
    assert below["notes"] == ["stays-3"] and below["a"][1][1] == 0 and not below["corners"]
    assert seen["along w²"]["notes"] == ["outside", "shrinks-3", "off-5"]
    assert seen["A bias of −1"]["notes"] == ["shrinks-5"] and seen["A bias of −1"]["start"] == [2, 2]


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ("x=9,-9;s=7;b=3", {"x": [3, 0], "s": 1, "b": 0}),
        ("neuron=7;walk=zbox;above=flat", {"neuron": "3", "walk": "zplus", "above": "zplus"}),
        ("s=NaN;b=-1e9;x=1", {"s": 0.5, "b": -2, "x": [1, 2]}),
        ("neuron=6;walk=w2;above=lrp0;x=2.5,1.25", {"neuron": "6", "walk": "w2", "above": "lrp0", "x": [2.5, 1.25]}),
    ],
)
def test_the_address_is_clamped(show_page, part, kept):
    seen = live.agrees(show_page(DeepFigure(), hash=f"#deep:{part}"), DeepFigure)
    assert {key: seen["state"][key] for key in kept} == kept


def test_reset_brings_the_stored_state_back(show_page):
    figure = DeepFigure(neuron="5", b=-1)
    page = show_page(figure)
    page.locator("[data-control=neuron][value='3']").check()
    drag(page, "x", on_the_plane(page, (2, 2), -1, 3))
    page.get_by_role("button", name="Reset").click()
    assert live.agrees(page, DeepFigure)["state"] == plain(figure.state)
