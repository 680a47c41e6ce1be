"""The figure of four attributions, without a browser: exact averages, corners, sentences, the table at rest."""

import numpy as np
import pytest
from twins import twin

from lrp_edu.attribution import integrated_gradients
from lrp_edu.explorables import SharesFigure
from lrp_edu.explorables.shares import FUNCTIONS, METHODS

JUMPS = {"sum": 0, "product": 0, "maximum": 1, "neuron": 2}
"""By how much a derivative jumps at most where the way crosses a corner."""


def drawn():
    random = np.random.default_rng(11)
    for n in range(200):
        yield list(FUNCTIONS)[n % 4], *random.uniform(0, 3, (2, 2)).round(int(random.integers(0, 16)))


def test_the_exact_average_is_what_many_steps_tend_to():
    steps = 400
    for function, x, a in drawn():
        _, f, gradient, average, _ = FUNCTIONS[function]
        numeric = integrated_gradients(f, gradient, x, a, steps).relevance
        error = np.abs((x - a) * average(a, x) - numeric)
        assert np.all(error <= np.abs(x - a) * JUMPS[function] / (2 * steps) + 1e-12), (function, x, a)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_gradients_are_those_of_finite_differences(function):
    _, f, gradient, _, _ = FUNCTIONS[function]
    x = np.random.default_rng(12).uniform(0.01, 3, (500, 2))
    h = 1e-6
    slopes = np.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(2)], axis=-1)
    away = (np.abs(x[:, 0] - x[:, 1]) > 1e-3) & (np.abs(2 * x[:, 0] + x[:, 1] - 1) > 1e-3)
    assert np.abs(slopes - gradient(x))[away].max() < 1e-8


def test_what_starts_from_the_baseline_and_adds_up_leaves_nothing():
    for function, x, a in drawn():
        numbers = twin(SharesFigure, function=function, x=tuple(x), a=tuple(a)).numbers()
        for method in METHODS:
            R, start, epsilon = numbers[method].values()
            assert start == (numbers["f_a"] if method != "gradient" else FUNCTIONS[function].f(np.zeros(2)))
            assert sum(R) + start + epsilon == pytest.approx(numbers["f_x"], abs=1e-12)
        assert abs(numbers["integrated"]["epsilon"]) < 1e-13 and abs(numbers["shapley"]["epsilon"]) < 1e-13


@pytest.mark.parametrize(
    ("function", "x", "a", "R"),
    [
        ("maximum", (2, 2), (1, 1), [0.5, 0.5]),  # along the corner: the mean of both sides
        ("maximum", (2, 3), (0, 0), [0, 3]),
        ("maximum", (3, 1), (1, 3), [1, -1]),  # down to the corner and up again
        ("neuron", (0.5, 0), (0, 1), [1, -1]),  # along the hinge: the active side
        ("neuron", (1, 1), (0, 0), [4 / 3, 2 / 3]),
        ("neuron", (0, 0.5), (0.25, 0), [0, 0]),
        ("product", (1, 1), (2, 3), [-2, -3]),
    ],
)
def test_integrated_gradients_at_corners(function, x, a, R):
    assert twin(SharesFigure, function=function, x=x, a=a).numbers()["integrated"]["R"] == pytest.approx(R, abs=1e-15)


def test_on_a_corner_a_gradient_is_chosen_as_the_book_does():
    maximum = twin(SharesFigure, function="maximum", x=(2, 2), a=(0, 0)).numbers()["gradient"]
    assert maximum["R"] == [1, 1] and maximum["epsilon"] == 0
    # On the hinge, up to rounding: that of the active side.
    for x in ((0.2, 0.6), (0.3, 0.4), (0.15, 0.7)):
        assert twin(SharesFigure, function="neuron", x=x).numbers()["gradient"]["R"] == [2 * x[0], x[1]]


@pytest.mark.parametrize(
    ("state", "note"),
    [
        ({"x": (1, 2), "a": (1, 2)}, "nothing"),
        ({"function": "neuron", "x": (0.1, 0.1), "a": (2, 2)}, "silent"),
        ({"function": "sum"}, "linear"),
        ({}, "product"),
        ({"a": (0, 3)}, "edge"),
        ({"function": "maximum", "x": (3, 1), "a": (2, 0)}, "leader"),
        ({"function": "maximum", "x": (1, 3), "a": (0, 1)}, "leader"),
        ({"function": "maximum"}, "change"),
        ({"function": "neuron", "x": (2, 2), "a": (1, 1)}, "active"),
        ({"function": "neuron", "x": (2, 2), "a": (0, 0)}, "hinge"),
    ],
)
def test_sentences(state, note):
    numbers = twin(SharesFigure, **{"x": (2, 3), "a": (0, 0), "function": "product"} | state).numbers()
    assert numbers["notes"] == [note] and note in SharesFigure.warnings | SharesFigure.remarks
    shares = [numbers[method]["R"] for method in list(METHODS)[1:]]
    if note in ("linear", "edge", "leader", "active"):  # the sentence says that they agree
        assert np.allclose(shares, shares[0], atol=1e-14)
        assert all(abs(numbers[method]["epsilon"]) < 1e-13 for method in list(METHODS)[1:])


def test_the_sentences_that_say_so_are_right():
    """All that start from a agree where the text says it; and of the product occlusion leaves minus the corner over."""
    for function, x, a in drawn():
        numbers = twin(SharesFigure, function=function, x=tuple(x), a=tuple(a)).numbers()
        shares = [numbers[method]["R"] for method in list(METHODS)[1:]]
        if numbers["notes"][0] in ("linear", "edge", "leader", "active"):
            assert np.allclose(shares, shares[0], atol=1e-12), (function, x, a)
        if function == "product":
            assert numbers["occlusion"]["epsilon"] == pytest.approx(-np.prod(x - a), abs=1e-12)


def test_at_rest_it_is_a_table():
    text = SharesFigure()._repr_html_()
    rows = {"f(x)": "6", "gradient × input: R": "(6, 6)", "occlusion: ε": "−6", "Shapley: R": "(3, 3)"}
    for head, cell in rows.items():
        assert f'<th scope="row">{head}</th><td>{cell}</td>' in text
    assert SharesFigure.remarks["product"].replace("'", "&#x27;") in text
