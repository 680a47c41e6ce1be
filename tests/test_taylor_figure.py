"""The live figure of the Taylor polynomial: in Python, and by pointer and keyboard in a browser."""

import numpy as np
import pytest
import sympy as sp
import traitlets
from test_live_figures import agrees, center

from conftest import settle
from lrp_edu.explorables import TaylorFigure
from lrp_edu.taylor import FUNCTIONS

X = sp.Symbol("x")
EXPRESSIONS = {"sin": sp.sin(X**2), "exp": sp.exp(X), "log": sp.log(1 + X), "cubic": X**3 / 3 - X}


def drag_along(page, handle, place):
    """Drag a handle to the place ``place`` on the horizontal axis."""
    frame = page.locator(".plot-frame").bounding_box()
    x, y = center(page, handle)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(frame["x"] + (place + 3) / 6 * frame["width"], y - 30, steps=4)
    page.mouse.up()
    settle(page)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_remainders_are_those_of_sympy(name):
    a, x = sp.Rational(3, 10), sp.Rational(7, 10)
    expr = EXPRESSIONS[name]
    terms = [sp.diff(expr, X, k).subs(X, a) / sp.factorial(k) * (x - a) ** k for k in range(13)]
    exact = [float(sp.N(expr.subs(X, x) - sum(terms[: n + 1]), 40)) for n in range(13)]
    numbers = TaylorFigure(function=name, a=0.3, x=0.7, degree=4).numbers()
    assert numbers["remainders"] == pytest.approx(exact, abs=4e-16)
    assert numbers["epsilon"] == numbers["remainders"][4]
    assert numbers["T_x"] + numbers["epsilon"] == pytest.approx(numbers["f_x"], abs=1e-15)


@pytest.mark.parametrize(
    ("state", "notes"),
    [
        ({}, ["everywhere"]),
        ({"function": "exp"}, ["everywhere"]),
        ({"function": "cubic"}, ["polynomial"]),
        ({"function": "log", "a": 0.5, "x": 1.9}, ["near"]),
        ({"function": "log", "a": 0, "x": 1}, ["near"]),
        ({"function": "log", "a": 0.5, "x": 2.6}, ["beyond"]),
        ({"function": "log", "a": -1, "x": 2.1}, ["no-a"]),
        ({"function": "log", "a": -2, "x": -1.5}, ["no-a", "no-x"]),
        ({"function": "relu", "a": 1, "x": 2}, ["piece"]),
        ({"function": "relu", "a": -1, "x": 0}, ["piece"]),
        ({"function": "relu", "a": -1, "x": 0.1}, ["across"]),
        ({"function": "relu", "a": 1, "x": -1}, ["across"]),
        ({"function": "relu", "a": 0, "x": -1}, ["corner"]),
        ({"function": "relu", "a": 0, "x": 1}, ["corner", "piece"]),
    ],
)
def test_a_sentence_says_what_more_terms_do(state, notes):
    figure = TaylorFigure(**state)
    assert figure.numbers()["notes"] == notes
    sizes = np.abs(figure.numbers()["remainders"] or [0, 0])
    if "beyond" in notes:
        assert sizes[12] > sizes[6]
    if "near" in notes:
        assert sizes[12] < sizes[6]
    if "across" in notes:
        assert np.ptp(sizes[1:]) == 0 < sizes[1]
    if "piece" in notes or "polynomial" in notes:
        assert sizes[3:].max() < 1e-15


def test_where_f_is_not_defined_there_is_no_number():
    numbers = TaylorFigure(function="log", a=-2, x=1).numbers()
    assert numbers["f_x"] == np.log(2)
    assert [numbers[key] for key in ("f_a", "T_x", "epsilon", "remainders", "coefficients")] == [None] * 5


@pytest.mark.parametrize("degree", [2.5, "3", None, True])
def test_a_degree_that_is_no_whole_number_is_refused(degree):
    with pytest.raises(traitlets.TraitError, match="whole number"):
        TaylorFigure(degree=degree)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_starts_and_agrees(show_page, name):
    page = show_page(TaylorFigure(function=name, a=0.4, x=1.1, degree=5))
    assert agrees(page, TaylorFigure)["parity"] == "ok"


@pytest.mark.parametrize(("name", "width"), [*((name, 1280) for name in FUNCTIONS), ("log", 360)])
def test_drags_along_the_curve_move_the_numbers(show_page, page, name, width):
    page.set_viewport_size({"width": width, "height": 900})
    show_page(TaylorFigure(function=name))
    drag_along(page, "x", 2.1)
    drag_along(page, "a", 1.3)
    state = agrees(page, TaylorFigure)["state"]
    assert [state["a"], state["x"]] == pytest.approx([1.3, 2.1], abs=0.03)
    for handle in page.locator("[data-handle] .handle-grab").all():
        assert round(handle.bounding_box()["width"], 3) >= 44


def test_a_drag_stops_at_the_edge_of_the_domain(show_page):
    page = show_page(TaylorFigure(function="log"))
    drag_along(page, "a", -2.5)
    seen = agrees(page, TaylorFigure)
    assert -1 < seen["state"]["a"] < -0.9
    assert None not in seen["numbers"]["remainders"]


def test_keys_move_a_and_x(show_page):
    page = show_page(TaylorFigure())
    page.locator("[data-handle=a]").focus()
    page.keyboard.press("ArrowRight")
    page.locator("[data-handle=x]").focus()
    page.keyboard.press("Shift+ArrowLeft")
    state = agrees(page, TaylorFigure)["state"]
    assert [state["a"], state["x"]] == pytest.approx([0.1, 0.2])


def test_degree_and_function_are_chosen(show_page):
    page = show_page(TaylorFigure())
    page.locator("[data-control=degree]").focus()
    page.keyboard.press("ArrowRight")
    page.locator("[data-control=function]").select_option("exp")
    state = agrees(page, TaylorFigure)["state"]
    assert [state["function"], state["degree"]] == ["exp", 3]
    page.locator("[data-degree='9']").click()
    assert agrees(page, TaylorFigure)["state"]["degree"] == 9
    page.locator("[data-field=degree]").fill("99")
    assert agrees(page, TaylorFigure)["state"]["degree"] == 12


def test_links_of_the_caption_set_the_figure(show_page):
    page = show_page(TaylorFigure())
    for link, note in (("far from a", "everywhere"), ("beyond 1", "beyond"), ("across the corner", "across")):
        page.get_by_role("link", name=link).click()
        assert agrees(page, TaylorFigure)["numbers"]["notes"] == [note]
