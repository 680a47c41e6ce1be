"""Taylor series: sympy's own derivatives and series against the book's functions, symbolic and numeric."""

import subprocess
import sys

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from strategies import grid

from lrp_edu import taylor

x = sp.Symbol("x")
EXPRESSIONS = {
    "sin": sp.sin(x**2),
    "exp": sp.exp(x),
    "log": sp.log(1 + x),
    "cubic": x**3 / 3 - x,
    "relu": sp.Max(0, x),
}
POINTS = {"sin": [-2.5, 0.0, 0.7, 3.0], "exp": [-3.0, 0.0, 1.5], "log": [-0.9, 0.0, 2.0], "cubic": [-2.0, 0.0, 1.25]}
SMOOTH = [(name, a) for name, points in POINTS.items() for a in points]


@pytest.mark.parametrize("name", ["sin", "exp", "log", "cubic"])
@pytest.mark.parametrize("about", [0, sp.Rational(1, 3), 2])
def test_polynomial_agrees_with_the_series_of_sympy(name, about):
    expr, degree = EXPRESSIONS[name], 6
    h = sp.Symbol("h")
    series = sp.series(expr.subs(x, about + h), h, 0, degree + 1).removeO().subs(h, x - about)
    assert sp.simplify(sp.expand(taylor.polynomial(expr, x, about, degree) - series)) == 0


@pytest.mark.parametrize("degree", [0, 1, 4])
def test_polynomial_touches_the_function_to_its_degree(degree):
    expr, about = sp.exp(sp.sin(x)), sp.Rational(1, 2)
    T = taylor.polynomial(expr, x, about, degree)
    for k in range(degree + 1):
        assert sp.simplify((sp.diff(T, x, k) - sp.diff(expr, x, k)).subs(x, about)) == 0
    assert sp.degree(sp.expand(T), x) == degree


def test_polynomial_defaults_to_maclaurin_of_degree_one():
    assert taylor.polynomial(sp.exp(x), x) == x + 1
    assert taylor.remainder(sp.exp(x), x) == sp.exp(x) - x - 1


def test_polynomial_about_a_symbol():
    a = sp.Symbol("a")
    assert sp.expand(taylor.polynomial(x**2, x, a, 2) - x**2) == 0
    assert sp.expand(taylor.polynomial(x**2, x, a, 1) - (a**2 + 2 * a * (x - a))) == 0


def test_polynomials_of_relu_beside_its_corner():
    relu = sp.Max(0, x)
    assert taylor.polynomial(relu, x, 2, 3) == x and taylor.polynomial(relu, x, -2, 3) == 0
    assert taylor.polynomial(relu, x, 0, 0) == 0
    assert taylor.polynomial(x * relu, x, 0, 1) == 0 and sp.expand(taylor.polynomial(x * relu, x, 1, 3)) == x**2
    assert taylor.polynomial(x**3 * relu, x, 0, 3) == 0
    piecewise = sp.Piecewise((0, x < 0), (x**2, True))
    assert taylor.polynomial(piecewise, x, 0, 1) == 0 and sp.expand(taylor.polynomial(piecewise, x, 1, 2)) == x**2


def test_what_is_undefined_at_a_point_may_have_a_limit():
    assert taylor.polynomial(sp.sin(x) / x, x, 0, 2) == 1 - x**2 / 6


def test_sin_of_square_is_the_series_of_the_book():
    assert taylor.polynomial(sp.sin(x**2), x, degree=12) == x**2 - x**6 / 6 + x**10 / 120


def test_a_series_of_zeros_need_not_be_the_function():
    """All derivatives of exp(-1/x²) at 0 vanish, and the function does not."""
    flat = sp.exp(-1 / x**2)
    assert taylor.polynomial(flat, x, degree=4) == 0
    assert taylor.remainder(flat, x, degree=4) == flat


@given(st.integers(0, 6), st.integers(-3, 3))
def test_remainder_is_what_the_polynomial_misses(degree, about):
    expr = x**5 - 2 * x**2 + 1
    missed = taylor.remainder(expr, x, about, degree)
    assert sp.expand(missed + taylor.polynomial(expr, x, about, degree) - expr) == 0
    assert degree < 5 or sp.expand(missed) == 0


@pytest.mark.parametrize("name, a", SMOOTH)
def test_coefficients_are_the_derivatives_over_factorials(name, a):
    got, expr = taylor.FUNCTIONS[name].coefficients(a, 12), EXPRESSIONS[name]
    point = sp.Rational(a)
    terms = [sp.diff(expr, x, k).subs(x, point) / sp.factorial(k) for k in range(13)]
    expected = np.array([float(sp.N(term, 30)) for term in terms])
    # A recursion over terms that cancel cannot know a small coefficient to more than the digits of its neighbors.
    np.testing.assert_allclose(got, expected, rtol=1e-14, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("name", taylor.FUNCTIONS)
@pytest.mark.parametrize("degree", range(14))
def test_coefficients_do_not_depend_on_the_degree_asked_for(name, degree):
    function = taylor.FUNCTIONS[name]
    assert np.array_equal(function.coefficients(0.75, degree), function.coefficients(0.75, 13)[: degree + 1])
    assert function.coefficients(0.75, degree).shape == (degree + 1,)


@pytest.mark.parametrize("name", taylor.FUNCTIONS)
def test_function_is_its_expression(name):
    points = np.array([-0.75, -0.25, 0.0, 0.5, 1.25, 2.5])
    expected = [float(EXPRESSIONS[name].subs(x, sp.Rational(p))) for p in points]
    np.testing.assert_allclose(taylor.FUNCTIONS[name].f(points), expected, rtol=4e-16, atol=0)


def test_every_function_is_tested():
    assert taylor.FUNCTIONS.keys() == EXPRESSIONS.keys()


def test_relu_at_its_corner_is_the_limit_from_the_active_side():
    relu = taylor.FUNCTIONS["relu"]
    assert relu.coefficients(0.0, 3).tolist() == [0, 1, 0, 0]
    assert relu.coefficients(2.0, 2).tolist() == [2, 1, 0]
    assert relu.coefficients(-2.0, 2).tolist() == [0, 0, 0]
    assert relu.coefficients(-1e-300, 1).tolist() == [0, 0]


@given(grid(5), grid(()), grid((2, 3)))
def test_evaluate_sums_the_powers(c, about, points):
    expected = sum(c_k * (points - about) ** k for k, c_k in enumerate(c))
    assert np.array_equal(taylor.evaluate(c, about, points), expected)


@pytest.mark.parametrize("name, a", SMOOTH)
def test_remainder_of_degree_n_shrinks_with_the_power_n_plus_one(name, a):
    function, h = taylor.FUNCTIONS[name], 2.0**-11
    c = function.coefficients(a, 5)
    for n in (1, 2, 3):
        error = function.f(a + h) - taylor.evaluate(c[: n + 1], a, a + h)
        leading, next_one = c[n + 1] * h ** (n + 1), max(1, abs(c[n + 2])) * h ** (n + 2)
        assert error == pytest.approx(leading, rel=0, abs=1e-15 + 2 * next_one)


def test_sin_of_square_converges_everywhere_and_the_logarithm_only_within_one():
    sin, log = taylor.FUNCTIONS["sin"], taylor.FUNCTIONS["log"]

    def error(function, point, degree):
        return abs(taylor.evaluate(function.coefficients(0.0, degree), 0.0, point) - function.f(point))

    assert error(sin, 3.0, 100) < 1e-9 < 1 < error(sin, 3.0, 12)
    assert error(log, 0.5, 60) < 1e-15
    assert [error(log, 1.5, n + 10) > 10 * error(log, 1.5, n) for n in (10, 20, 30)] == [True] * 3


@pytest.mark.parametrize("argument", ["expr", "x", "about"])
def test_text_is_not_executed(argument, tmp_path):
    place = tmp_path / "executed"
    arguments = {"expr": x**2, "x": x, "about": 0} | {argument: f"__import__('pathlib').Path({str(place)!r}).touch()"}
    with pytest.raises(ValueError, match=f"^{argument} must be"):
        taylor.polynomial(**arguments)
    assert not place.exists()


def test_plain_numbers_need_no_sympy():
    code = "import sys; from lrp_edu.taylor import FUNCTIONS; FUNCTIONS['sin'].coefficients(0.5, 3)"
    code += "; print('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_evaluate_keeps_float32():
    assert taylor.evaluate([1.0, 2.0], 0.0, np.ones(3, np.float32)).dtype == np.float32
