"""The figure of a function of two inputs: its numbers and sentences in Python, and what a hand can do to it."""

import re

import numpy as np
import pytest
from test_live_figures import agrees, center
from twins import twin

from conftest import settle
from lrp_edu.attribution import integrated_gradients
from lrp_edu.explorables import PlaneFigure
from lrp_edu.explorables.plane import CAPTIONS, FUNCTIONS

EXACT = ("product", "square", "sum")
"""Functions whose gradient changes evenly: one gradient, halfway, is their average."""


def numbers(**state):
    return twin(PlaneFigure, **{"mode": "point", **state}).numbers()


def drawn(seed, count=200):
    random = np.random.default_rng(seed)
    for n in range(count):
        x, a = random.uniform(-1, 3, (2, 2)).round(int(random.integers(0, 16))).tolist()
        yield {"function": list(FUNCTIONS)[n % 5], "x": x, "a": a, "steps": int(random.integers(1, 101))}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_gradients_are_those_of_finite_differences(function):
    _, f, gradient, _, _ = FUNCTIONS[function]
    x = np.random.default_rng(12).uniform(-1, 3, (500, 2))
    h = 1e-6
    slopes = np.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(2)], axis=-1)
    away = np.abs(2 * x[:, 0] + x[:, 1] - 1) > 1e-3
    assert np.abs(slopes - gradient(x))[away].max() < 1e-7


def test_the_four_terms_add_up_to_the_output():
    for state in drawn(1):
        for mode in ("point", "path"):
            n = numbers(**state, mode=mode)
            assert n["f_a"] + sum(n["R"]) + n["epsilon"] == pytest.approx(n["f_x"], abs=1e-12)
            assert n["gap"] == pytest.approx(n["f_a"] + n["epsilon"], abs=1e-12)
            way = np.subtract(state["x"], state["a"])
            assert n["R"] == pytest.approx(n["gradient"] * way, abs=1e-12)


def test_point_and_path_stand_beside_each_other():
    for state in drawn(2, 50):
        point, path = (numbers(**state, mode=mode) for mode in ("point", "path"))
        for one, two in ((point, path), (path, point)):
            assert (one["R"], one["epsilon"]) == (two["other"]["R"], two["other"]["epsilon"])
        assert (point["f_x"], point["f_a"], point["bound"]) == (path["f_x"], path["f_a"], path["bound"])


def test_the_error_of_the_average_is_within_its_bound_which_is_not_idle():
    reached = {"neuron": 0, "smooth": 0}
    for state in drawn(3, 2000):
        n = numbers(**state, mode="path")
        assert abs(n["epsilon"]) <= n["bound"] + 1e-13, state
        if state["function"] in EXACT:
            assert n["bound"] == 0
        elif n["bound"] > 1e-9:
            reached[state["function"]] = max(reached[state["function"]], abs(n["epsilon"]) / n["bound"])
    assert all(part > 0.5 for part in reached.values()), reached


def test_many_gradients_leave_nothing_over():
    for state in drawn(4, 50):
        _, f, gradient, _, _ = FUNCTIONS[state["function"]]
        x, a = np.array(state["x"]), np.array(state["a"])
        assert abs(integrated_gradients(f, gradient, x, a, 4000).remainder) < 3e-3


@pytest.mark.parametrize(
    ("state", "note"),
    [
        ({"x": (1, 2), "a": (1, 2)}, "nothing"),
        ({"function": "neuron", "x": (0.1, 0.1)}, "silent"),
        ({"function": "neuron", "x": (1, 1), "a": (-1, -1)}, "dead"),
        ({"function": "neuron", "x": (1, 1), "a": (0.2, 0.6)}, "neither"),
        ({"function": "neuron", "x": (1, 1), "a": (0.8, 0.2)}, "straight"),
        ({"a": (0, 3)}, "neither"),
        ({"a": (0, 1)}, "root"),
        ({}, "both"),
        ({"function": "sum"}, "straight"),
        ({"mode": "path"}, "path"),
        ({"mode": "path", "a": (0, 0)}, "path-root"),
        ({"mode": "path", "function": "neuron", "x": (1, 1), "a": (0, 0)}, "path-corner"),
        ({"mode": "path", "function": "neuron", "x": (1, 1), "a": (0, 0), "steps": 3}, "path-root"),
        ({"mode": "path", "function": "smooth"}, "path-smooth"),
    ],
)
def test_sentences(state, note):
    n = numbers(**{"x": (2, 3), "a": (1, 2), "function": "product", "steps": 10} | state)
    assert n["notes"] == [note] and note in PlaneFigure.warnings | PlaneFigure.remarks
    # What the sentence says of f(a) and of ε.
    if note in ("dead", "neither", "root", "path-root"):
        assert abs(n["f_a"]) < 1e-12
    if note in ("both", "straight", "path"):
        assert abs(n["f_a"]) > 1e-3
    if note in ("neither", "straight", "path", "path-root"):
        assert abs(n["epsilon"]) < 1e-12
    if note in ("both", "root", "dead", "path-corner", "path-smooth"):
        assert abs(n["epsilon"]) > 1e-6
    if note == "dead":
        assert n["epsilon"] == n["f_x"] and n["R"] == [0, 0]


def links(mode):
    """Return what each link of a caption sets, by its words."""
    found = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", CAPTIONS[mode])
    states = {words: dict(part.split("=") for part in text.split(";")) for words, text in found}
    return {
        words: {key: tuple(map(float, value.split(","))) if key in "xa" else value for key, value in state.items()}
        for words, state in states.items()
    }


def test_what_the_captions_say_of_their_links_is_so():
    found = {words: numbers(**state)["notes"] for words, state in links("point").items()}
    assert list(found.values()) == [["both"], ["neither"], ["neither"], ["root"]]
    origin = numbers(**links("point")["From the origin"])
    assert (origin["R"], origin["epsilon"]) == ([0, 0], 6)
    field, neuron, smooth = (
        numbers(**{**state, "steps": int(state["steps"]), "mode": "path"}) for state in links("path").values()
    )
    assert (field["R"], field["epsilon"]) == ([3, 3], 0)
    assert neuron["notes"] == ["path-corner"] and smooth["notes"] == ["path-smooth"]
    state = links("path")["a smooth function"]
    errors = [abs(numbers(**state | {"mode": "path", "steps": steps})["epsilon"]) for steps in (1, 2, 4, 8, 16)]
    assert errors == sorted(errors, reverse=True) and errors[2] < 0.02
    assert errors[3] / errors[4] == pytest.approx(4, 0.05)


def test_at_rest_it_is_a_table():
    text = PlaneFigure()._repr_html_()
    rows = {"f(x)": "6", "f(a)": "2", "∇f(a)": "(2, 1)", "R₁": "2", "R₂": "1", "ε": "1", "path: R": "(2.5, 1.5)"}
    for head, cell in rows.items():
        assert f'<th scope="row">{head}</th><td>{cell}</td>' in text
    assert PlaneFigure.warnings["both"] in text
    text = PlaneFigure(mode="path")._repr_html_()
    assert '<th scope="row">mean ∇f</th><td>(2.5, 1.5)</td>' in text and "point: R" in text


# --- in a browser ---


def at(page, point):
    """Return where a point of the plane lies on the screen."""
    frame = page.locator(".on-light .plot-frame").bounding_box()
    return frame["x"] + (point[0] + 1) / 4 * frame["width"], frame["y"] + (3 - point[1]) / 4 * frame["height"]


def drag(page, handle, point):
    page.mouse.move(*center(page, handle))
    page.mouse.down()
    page.mouse.move(*at(page, point), steps=4)
    page.mouse.up()
    settle(page)
    return agrees(page, PlaneFigure)


@pytest.mark.parametrize(
    ("function", "near", "root"),
    [
        ("product", (0.03, 1.52), (0, 1.5)),
        ("product", (2.02, -0.04), (2, 0)),
        ("square", (1.52, -1), None),  # beyond the plane's edge the roots lie outside
        ("square", (0.67, -0.63), (0.65, -0.65)),
        ("sum", (0.33, -0.62), (0.318, -0.636)),
        ("neuron", (0.22, 0.63), (0.192, 0.616)),
        ("neuron", (0.02, 0.98), (0, 1)),
        ("smooth", (0.63, 0.6), None),
        ("smooth", (0.68, 0.1), ()),
    ],
)
def test_a_dragged_near_a_root_is_put_onto_it(show_page, function, near, root):
    page = show_page(PlaneFigure(function=function, x=(2, 3), a=(1, 2)))
    seen = drag(page, "a", near)
    a, f_a = seen["state"]["a"], seen["numbers"]["f_a"]
    if root is None:
        assert abs(f_a) > 0.01 and np.allclose(np.multiply(a, 20), np.round(np.multiply(a, 20)))
    else:
        assert abs(f_a) <= 1e-12 and np.hypot(*np.subtract(a, near)) < 0.1
        assert seen["numbers"]["notes"][0] in ("root", "neither")
        assert not root or a == pytest.approx(root, abs=0.02)


def test_far_from_a_root_a_dragged_point_is_round(show_page):
    page = show_page(PlaneFigure(function="smooth"))
    assert drag(page, "a", (1.487, 2.213))["state"]["a"] == [1.5, 2.2]
    assert drag(page, "x", (0.03, 1.02))["state"]["x"] == [0, 1]


@pytest.mark.parametrize(("function", "a"), [("smooth", (0.85, 0.1)), ("neuron", (0.53, 0.3)), ("product", (0.07, 1))])
def test_the_keyboard_stops_once_on_a_root(show_page, function, a):
    page = show_page(PlaneFigure(function=function, x=(2, 3), a=a))
    page.locator("[data-handle=a]").focus()
    values, places = [], []
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
        seen = agrees(page, PlaneFigure)
        values.append(seen["numbers"]["f_a"])
        places.append(seen["state"]["a"][0])
        assert seen["state"]["a"][1] == a[1]
    on_root = [abs(value) <= 1e-12 for value in values]
    assert places == sorted(places, reverse=True) and len(set(places)) == 4
    assert any(on_root[:3]) and (function == "neuron" or sum(on_root) == 1)


def test_the_path_takes_as_many_gradients_as_one_says(show_page):
    page = show_page(PlaneFigure(function="neuron", x=(1, 1), a=(0, 0)))
    slider = page.get_by_role("slider", name="gradients of the path")
    assert agrees(page, PlaneFigure)["table"]["R.0"] == "0"
    assert agrees(page, PlaneFigure)["table"]["other.R"] == "(1.4, 0.7)"
    page.get_by_role("radio", name="path").check()
    assert agrees(page, PlaneFigure)["table"]["R.0"] == "1.4"
    page.locator("[data-field=steps]").fill("3")
    seen = agrees(page, PlaneFigure)
    assert seen["state"]["steps"] == 3 and abs(seen["numbers"]["epsilon"]) < 1e-12
    page.locator("[data-field=steps]").fill("1000")
    assert agrees(page, PlaneFigure)["state"]["steps"] == 100
    assert slider.get_attribute("aria-valuetext") == "100"
    page.get_by_role("button", name="Reset").click()
    assert agrees(page, PlaneFigure)["state"]["mode"] == "point"


def test_caption_links_and_the_address_set_the_figure_within_its_limits(show_page):
    page = show_page(PlaneFigure(), hash="#plane:function=smooth;a=-9,9;steps=7.4;mode=path")
    seen = agrees(page, PlaneFigure)
    assert seen["parity"] == "ok"
    kept = {key: seen["state"][key] for key in ("function", "a", "steps", "mode", "x")}
    assert kept == {"function": "smooth", "a": [-1, 3], "steps": 7, "mode": "path", "x": [2, 3]}
    for words, state in links("point").items():
        page.get_by_role("link", name=words, exact=True).click()
        seen = agrees(page, PlaneFigure)
        expected = PlaneFigure(**state).state
        assert seen["state"] == {key: list(v) if isinstance(v, tuple) else v for key, v in expected.items()}
    page.goto("about:blank")
    page = show_page(PlaneFigure(), hash="#plane:function=toString;x=NaN,1;a=1;steps=Infinity;mode=__proto__")
    seen = agrees(page, PlaneFigure)["state"]
    assert (seen["function"], seen["a"], seen["steps"], seen["mode"]) == ("product", [1, 2], 10, "point")


def test_the_field_is_found_again_only_for_another_function(show_page):
    page = show_page(PlaneFigure())
    paths = "[...document.querySelectorAll('.band')].map((band) => band.getAttribute('d')).join()"
    page.evaluate(
        """() => {
            window.changes = 0;
            const observer = new MutationObserver((list) => (window.changes += list.length));
            document.querySelectorAll(".band").forEach((band) => observer.observe(band, { attributes: true }));
        }"""
    )
    before = page.evaluate(paths)
    drag(page, "x", (1, 2.5))
    drag(page, "a", (2, 0.5))
    assert page.evaluate("changes") == 0 and page.evaluate(paths) == before
    page.locator("select[data-control=function]").select_option("smooth")
    settle(page)
    assert page.evaluate("changes") > 0 and page.evaluate(paths) != before
