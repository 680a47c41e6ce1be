"""The first-order expansion: exact remainders of quadratics, the gradient at the whole point, sensitivity."""

import numpy as np
import pytest
from hypothesis import given
from strategies import grid

from lrp_edu.first_order import decompose, sensitivity

CASES = given(grid((4, 3)), grid(3), grid((3, 3)), grid(3), grid(()))


def quadratic(H, g, c):
    return (
        lambda x: 0.5 * ((x @ H) * x).sum(axis=-1) + x @ g + c,
        lambda x: x @ (H + H.T) / 2 + g,
    )


@CASES
def test_remainder_of_a_quadratic_is_its_second_order_term(x, a, H, g, c):
    f, grad = quadratic(H, g, c)
    split, h = decompose(f, grad, x, a), x - a
    assert np.array_equal(split.remainder, 0.5 * ((h @ H) * h).sum(axis=-1))
    assert np.array_equal(split.value, f(x)) and np.all(split.baseline == f(a))


@CASES
def test_every_term_is_the_slope_at_the_whole_point_times_the_step(x, a, H, g, c):
    f, grad = quadratic(H, g, c)
    R = decompose(f, grad, x, a).relevance
    slope = grad(a)
    for n in range(4):
        for i in range(3):
            assert R[n, i] == slope[i] * (x[n, i] - a[i])


@CASES
def test_value_is_baseline_and_relevance_and_remainder(x, a, H, g, c):
    split = decompose(*quadratic(H, g, c), x, a)
    assert np.array_equal(split.value, split.baseline + split.relevance.sum(axis=-1) + split.remainder)


@CASES
def test_linear_functions_have_no_remainder(x, a, H, g, c):
    split = decompose(*quadratic(0 * H, g, c), x, a)
    assert not split.remainder.any()
    at_zero = decompose(*quadratic(0 * H, g, 0 * c), x, 0 * a)
    assert at_zero.is_conservative(0) and np.array_equal(at_zero.relevance, g * x)


def test_one_root_for_each_point_of_a_batch():
    f, grad = quadratic(np.eye(2), np.zeros(2), 0.0)
    x, a = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0], [3.0, 2.0]])
    assert decompose(f, grad, x, a).relevance.tolist() == [[0, 1], [0, 4]]


@CASES
def test_sensitivity_sums_to_the_squared_norm_of_the_gradient(x, a, H, g, c):
    _, grad = quadratic(H, g, c)
    S = sensitivity(grad, x)
    assert np.array_equal(S, grad(x) * grad(x))
    assert S.sum(axis=-1) == pytest.approx(np.linalg.norm(grad(x), axis=-1) ** 2, rel=1e-14)


def test_results_keep_float32():
    f, grad = quadratic(np.eye(2, dtype=np.float32), np.zeros(2, np.float32), np.float32(0))
    split = decompose(f, grad, np.ones(2, np.float32), np.zeros(2, np.float32))
    assert {part.dtype for part in (split.value, split.relevance, split.remainder)} == {np.dtype(np.float32)}
