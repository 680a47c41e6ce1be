"""Claims of the chapters ``taylor-series`` and ``taylor-decomposition``."""

from math import factorial

import numpy as np
import sympy as sp

from .. import decomposition, first_order, neuron, taylor
from . import cases
from .cases import numbers, relative, scale
from .checking import Claims

CLAIMS = Claims()


# Chapter taylor-series ------------------------------------------------------------------------------------------------

PLAIN = {"sin": lambda x: np.sin(x * x), "exp": np.exp, "log": np.log1p}


def _coefficients(name, a, degree):
    return taylor.FUNCTIONS[name].coefficients(a, degree)


@CLAIMS.law(
    "eq-taylor-polynomial", "The f⁽ᵏ⁾(a) / k! are those of Cauchy's integral around a, if f is analytic on the disc."
)
def taylor_coefficients(rng):
    name, a, degree = rng.choice(list(PLAIN)), rng.uniform(-0.5, 2), rng.integers(13)
    radius = (1 + a) / 2 if name == "log" else 1.0
    values = PLAIN[name](a + radius * np.exp(2j * np.pi * np.arange(64) / 64))
    powers = radius ** np.arange(degree + 1.0)
    cauchy = np.fft.fft(values).real[: degree + 1] / 64 / powers
    return relative([_coefficients(name, a, degree) - cauchy], np.abs(values).max() / powers)


@CLAIMS.law("eq-taylor-series", "Near a, the series of sin(x²), eˣ and ln(1 + x) converges to the function.")
def taylor_series(rng):
    name, a = rng.choice(list(PLAIN)), rng.uniform(-0.5, 2)
    h = rng.uniform(-1, 1, 64) * (0.4 * (1 + a) if name == "log" else 1)
    c = _coefficients(name, a, 60)
    size = abs(h[:, None] ** np.arange(61.0)) @ abs(c) + abs(c[1] * a)  # where f crosses 0, rounding a + h is felt
    return relative(taylor.evaluate(c, a, a + h) - PLAIN[name](a + h), size)


@CLAIMS.law("eq-maclaurin", "At a = 0 the coefficients of eˣ are 1 / k!, and those of ln(1 + x) are ±1 / k for k ≥ 1.")
def maclaurin(rng):
    degree = rng.integers(1, 20)
    k = np.arange(1.0, degree + 1)
    exp, log = np.cumprod(1 / k), -((-1) ** k) / k
    return relative(
        [_coefficients("exp", 0, degree)[1:] - exp, _coefficients("log", 0, degree)[1:] - log], [exp, abs(log)]
    )


@CLAIMS.law("eq-taylor-remainder", "What the polynomial of eˣ misses is the integral of eˢ (x − s)ⁿ / n! from a to x.")
def remainder_of_exp(rng):
    a, degree, h = rng.uniform(-2, 2), rng.integers(8), rng.uniform(-2, 2, 64)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    s = (1 + nodes) / 2 * h[:, None]
    integral = h / 2 * (np.exp(a + s) * (h[:, None] - s) ** degree @ weights) / factorial(degree)
    missed = np.exp(a + h) - taylor.evaluate(_coefficients("exp", a, degree), a, a + h)
    return relative(missed - integral, np.exp(a + np.abs(h)))


@CLAIMS.law("eq-taylor-remainder", "A polynomial of degree 3 has no remainder from degree 3 on, whatever a and x are.")
def remainder_of_cubic(rng):
    a, x, degree = scale(rng, 2) * rng.normal(), numbers(rng, 64, decades=2), rng.integers(3, 10)
    T = taylor.evaluate(_coefficients("cubic", a, degree), a, x)
    return relative(T - (x * x * x / 3 - x), (np.abs(x) + np.abs(a)) ** 3 + np.abs(x) + np.abs(a))


@CLAIMS.counterexample(
    "eq-taylor-remainder",
    "A higher degree can be farther off: for ln(1 + x) at a = 0 each after the first is, if x ≥ 2.",
)
def higher_is_worse(rng):
    x, n = rng.uniform(2, 5, 64), rng.integers(1, 12)
    lower, higher = (abs(np.log1p(x) - taylor.evaluate(_coefficients("log", 0, k), 0, x)) for k in (n, n + 1))
    return (higher - lower) / (higher + lower)


@CLAIMS.counterexample(
    "eq-taylor-remainder", "A higher degree need not be closer: about 0, degrees 2 to 5 of sin(x²) leave the same ε."
)
def higher_is_the_same(rng):
    x, n = rng.uniform(0.1, 2, 64), rng.integers(3, 6)
    lower, higher = (abs(np.sin(x * x) - taylor.evaluate(_coefficients("sin", 0, k), 0, x)) for k in (2, n))
    return higher / lower


BEND = {
    "sin": lambda s: 2 * np.cos(s * s) - 4 * s * s * np.sin(s * s),
    "exp": np.exp,
    "log": lambda s: -1 / (1 + s) ** 2,
}


@CLAIMS.law(
    "eq-remainder-integral", "Where f″ is continuous, ε of degree 1 is the integral of (x − s) f″(s) from a to x."
)
def remainder_collects_the_bending(rng):
    name, a = rng.choice(list(BEND)), rng.uniform(-0.5, 2)
    h = rng.uniform(-1, 1, 64) * (0.4 * (1 + a) if name == "log" else 1)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    s = (1 + nodes) / 2 * h[:, None]
    integral = h / 2 * (BEND[name](a + s) * (h[:, None] - s) @ weights)
    c = _coefficients(name, a, 1)
    f, slope = PLAIN[name](a + h), PLAIN[name](a + h + 1e-100j).imag / 1e-100
    size = abs(f) + abs(slope * (abs(a) + abs(h))) + abs(c[0]) + abs(c[1] * h)
    return relative(f - taylor.evaluate(c, a, a + h) - integral, size)


@CLAIMS.counterexample(
    "eq-remainder-integral", "That f″ = 0 at all points but one is not enough: max(0, x) from a < 0 to x > 0 has ε = x."
)
def no_bend_but_a_corner(rng):
    a, x = rng.uniform(-3, -0.01), rng.uniform(0.01, 3, 64)
    relu = taylor.FUNCTIONS["relu"]
    return abs(relu.f(x) - taylor.evaluate(relu.coefficients(a, 1), a, x)) / x


@CLAIMS.law("eq-remainder-corner", "Each corner on the way adds to ε its jump of slope times the way that is left.")
def corners_add_their_jumps(rng):
    bend, jump, corner, x = *numbers(rng, 2, 4, decades=1), numbers(rng, 4), numbers(rng, 64)
    a = rng.choice([corner[0], rng.normal()])  # also in a corner, where the slope is that on the right
    relu = taylor.FUNCTIONS["relu"]
    T = sum(m * taylor.evaluate(relu.coefficients(a - c, 1), a - c, x - c) for m, c in zip(jump, corner, strict=True))
    f = (jump * relu.f(x[:, None] - corner)).sum(axis=1)
    curve = bend[0] * (x * x - a * a - 2 * a * (x - a))  # what x² misses, which bends everywhere
    rightward = (a < corner) & (corner < x[:, None])
    leftward = (a >= corner) & (corner > x[:, None])
    added = (jump * (rightward * 1.0 - leftward) * (x[:, None] - corner)).sum(axis=1)
    size = (abs(x[:, None]) + abs(corner) + abs(a)) @ abs(jump) + abs(bend[0]) * (abs(x) + abs(a)) ** 2
    return relative(f - T + curve - added - bend[0] * (x - a) ** 2, size)


@CLAIMS.counterexample(
    "eq-remainder-corner", "No corner between a and x is not enough: max(0, x) from its corner to x < 0 has ε = −x."
)
def corner_at_the_start(rng):
    x, relu = -rng.uniform(0.01, 3, 64), taylor.FUNCTIONS["relu"]
    return (relu.f(x) - taylor.evaluate(relu.coefficients(0.0, 1), 0.0, x)) / -x


@CLAIMS.law("eq-sin-x2", "sin(x²) = x² − x⁶/3! + x¹⁰/5! − …, and ε is never larger than the first term left out.")
def sin_of_square(rng):
    x, m = rng.uniform(-3, 3, 64), int(rng.integers(1, 7))
    terms = [(-1) ** k * x ** (4 * k + 2) / factorial(2 * k + 1) for k in range(m + 1)]
    T = taylor.evaluate(_coefficients("sin", 0, 4 * m + 1), 0, x)
    excess = np.maximum(abs(np.sin(x * x) - T) - abs(terms[-1]), 0)
    return relative(np.stack([T - sum(terms[:-1]), excess], axis=1), sum(map(abs, terms))[:, None])


@CLAIMS.proof("eq-sin-x2", "Of degree 10 at 0, sympy's polynomial of sin(x²) is x² − x⁶/6 + x¹⁰/120.")
def sin_of_square_symbolic():
    x = sp.Symbol("x")
    return [taylor.polynomial(sp.sin(x**2), x, 0, 10) - (x**2 - x**6 / 6 + x**10 / 120)]


@CLAIMS.proof("eq-taylor-polynomial", "To first order around any a, sin(x²) is sin(a²) + 2a cos(a²) (x − a).")
def sin_of_square_first_order():
    x, a = sp.symbols("x a", real=True)
    return [taylor.polynomial(sp.sin(x**2), x, a, 1) - (sp.sin(a**2) + 2 * a * sp.cos(a**2) * (x - a))]


@CLAIMS.proof("eq-maclaurin", "The coefficients of exp(−1/x²) at 0 are all zero (here up to x⁶); the function is not.")
def flat_function():
    x = sp.Symbol("x", real=True)
    return [taylor.polynomial(sp.exp(-1 / x**2), x, 0, 6)]


# Chapter taylor-decomposition -----------------------------------------------------------------------------------------


@CLAIMS.law("eq-first-order", "For f = xᵀA x + c·x, what f(a) + Σ R misses is the remainder (x − a)ᵀA (x − a).")
def remainder_of_quadratic(rng):
    (x, a), A, c = numbers(rng, 2, 64, 4), numbers(rng, 4, 4), numbers(rng, 4)
    split = first_order.decompose(lambda p: _form(p, A) + p @ c, lambda p: p @ (A + A.T) + c, x, a)
    size = abs(x) + abs(a)
    return relative(split.remainder - _form(x - a, A), _form(size, abs(A)) + size @ abs(c))


def _form(x, A):
    return (x @ A * x).sum(axis=-1)


@CLAIMS.law("eq-first-order", "Pure powers have one owner: for f = Σ mᵢ xᵢ³ each input has its own part of ε.")
def pure_powers_have_owners(rng):
    (x, a), m = numbers(rng, 2, 64, 4, decades=1), numbers(rng, 4)
    split = first_order.decompose(lambda p: p**3 @ m, lambda p: 3 * p * p * m, x, a)
    parts = m * (x - a) ** 2 * (x + 2 * a)
    return relative(split.remainder - parts.sum(axis=1), (abs(x) + abs(a)) ** 3 @ abs(m))


@CLAIMS.counterexample(
    "eq-first-order", "Mixed terms have none: for x₁x₂ either step alone has ε = 0, both have (x₁ − a₁)(x₂ − a₂)."
)
def mixed_terms_have_no_owner(rng):
    a, step = rng.normal(size=(64, 2)), rng.uniform(0.5, 2, (64, 2))
    both, first, second = (_area_split(a + step * moved, a).remainder for moved in ([1, 1], [1, 0], [0, 1]))
    return relative(both - first - second, abs(step).prod(axis=1))


def _area_split(x, a):
    return first_order.decompose(lambda p: p[..., 0] * p[..., 1], lambda p: p[..., ::-1], x, a)


@CLAIMS.law("eq-relevance-decomposition", "Rᵢ is the slope at a times the way from a: for f = x₁x₂, R₁ = a₂ (x₁ − a₁).")
def relevance_of_product(rng):
    x, a = numbers(rng, 64, 2), numbers(rng, 64, 2)
    split = _area_split(x, a)
    return relative(split.relevance - a[:, ::-1] * (x - a), abs(a[:, ::-1]) * (abs(x) + abs(a)))


@CLAIMS.law("eq-root-point", "Any point of the hinge is a root of a linear function, and from each of them Σ R = f(x).")
def any_root_conserves(rng):
    x, w, b = cases.neuron(rng)
    p = numbers(rng, *x.shape)
    a = p - ((p @ w + b) / (w @ w))[:, None] * w
    split = first_order.decompose(lambda x: x @ w + b, lambda x: np.broadcast_to(w, x.shape), x, a)
    return relative(split.conservation_gap, (abs(x) + abs(p)) @ abs(w) + abs(b))


@CLAIMS.counterexample(
    "eq-conservation", "Conservation alone does not make R vanish where f(x) = 0: R = (c, −c) adds up to 0."
)
def conservation_is_not_enough(rng):
    c = numbers(rng, 64)
    split = decomposition.Decomposition(np.zeros(64), np.stack([c, -c], axis=1))
    return relative(split.relevance, abs(c)[:, None])[c != 0] * split.is_conservative()


@CLAIMS.law(
    "eq-conservation", "Where f(x) ≥ 0 the uniform map Rᵢ = f(x) / d is consistent, and says nothing about the inputs."
)
def uniform_map(rng):
    f, d = abs(numbers(rng, 64, 1)), int(rng.integers(1, 9))
    split = decomposition.Decomposition(f[:, 0], np.broadcast_to(f / d, (64, d)))
    return relative(split.conservation_gap, f[:, 0]) + (not split.is_consistent())


@CLAIMS.counterexample(
    "eq-conservation", "Positivity is not necessary: from 0, x₁ − x₂ has ε = 0 and the share −x₂, all that x₂ does."
)
def a_negative_share_may_be_honest(rng):
    x = rng.uniform(0.1, 2, (64, 2)) + [2, 0]
    w = np.array([1.0, -1.0])
    split = first_order.decompose(lambda p: p @ w, lambda p: w + 0 * p, x, np.zeros(2))
    return -split.relevance[:, 1] / x[:, 1] * split.is_conservative()


@CLAIMS.law("eq-integrated-gradients", "For any smooth f the shares along the straight way add up to f(x) − f(a).")
def path_conserves(rng):
    (x, a), (u, w) = rng.uniform(-1, 1, (2, 64, 4)), rng.uniform(-1, 1, (2, 4))
    R = _along_the_way(lambda p: np.exp(p @ w)[..., None] * w + np.cos(p @ u)[..., None] * u, x, a)
    at_x, at_a = (np.exp(p @ w) + np.sin(p @ u) for p in (x, a))
    return relative(R.sum(axis=1) - (at_x - at_a), at_x + at_a + abs(R).sum(axis=1) + 2)


def _along_the_way(gradient, x, a):
    """Return integrated gradients by quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(30)
    s = (1 + nodes[:, None, None]) / 2
    return (x - a) * np.tensordot(weights / 2, gradient(a + s * (x - a)), 1)


@CLAIMS.law(
    "eq-integrated-gradients", "One owner each, and nothing left over: x₁x₂ from 0 gives x₁x₂ / 2 twice; at 0 ε is all."
)
def path_halves_the_area(rng):
    x = numbers(rng, 64, 2)
    R, at_zero = _along_the_way(lambda p: p[..., ::-1], x, np.zeros(2)), _area_split(x, np.zeros((64, 2)))
    area = x.prod(axis=1, keepdims=True)
    return relative(np.hstack([R - area / 2, at_zero.remainder[:, None] - area]), abs(area))


@CLAIMS.law(
    "eq-integrated-gradients", "Cut the way into n parts, each expanded at its start: for x₁x₂ ε falls to a part in n."
)
def many_short_expansions(rng):
    x, a, n = *numbers(rng, 2, 64, 2), rng.integers(1, 9)
    step = (x - a) / n
    remainders = [_area_split(a + (k + 1) * step, a + k * step).remainder for k in range(n)]
    return relative(sum(remainders) - (x - a).prod(axis=1) / n, ((abs(x) + abs(a)) ** 2).sum(axis=1) * n)


@CLAIMS.law("eq-gradient-input", "Gradient × input is the expansion at x, read at 0: it adds up to f(x) − T(0).")
def gradient_times_input_reads_at_zero(rng):
    x, A, c = numbers(rng, 64, 4), numbers(rng, 4, 4), numbers(rng, 4)
    def f(p):
        return _form(p, A) + p @ c

    split = first_order.decompose(f, lambda p: p @ (A + A.T) + c, np.zeros_like(x), x)
    shares = x * f(x[:, None] + 1e-100j * np.eye(4)).imag / 1e-100
    tangent = split.value - split.remainder  # at 0
    error = np.column_stack([split.relevance + shares, shares.sum(axis=1) - (f(x) - tangent)])
    return relative(error, (_form(abs(x), abs(A + A.T)) + abs(x) @ abs(c))[:, None])


@CLAIMS.law("eq-sensitivity", "Sensitivity adds up to the squared length of the gradient.")
def sensitivity_sum(rng):
    x, A = numbers(rng, 64, 4), numbers(rng, 4, 4)
    S = first_order.sensitivity(lambda p: p @ (A + A.T), x)
    gradient = _form(x[:, None] + 1e-100j * np.eye(4), A).imag / 1e-100
    return relative(S.sum(axis=1) - (gradient**2).sum(axis=1), ((abs(x) @ (abs(A) + abs(A.T))) ** 2).sum(axis=1))


@CLAIMS.counterexample(
    "eq-sensitivity", "Sensitivity does not add up to f(x): with b = 0, 2x has twice the output, the same S."
)
def sensitivity_is_not_the_value(rng):
    x, w, _ = cases.neuron(rng)
    f = neuron.Neuron(w)
    x = x[x @ w > 0]
    S = [first_order.sensitivity(f.gradient, p).sum(axis=1) / f(p) for p in (x, 2 * x)]
    return abs(S[0] - S[1]) / S[0]
