"""Four attributions: slow loops from the equations, sums, corners, batches, precisions."""

from itertools import combinations, permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, grid

from lrp_edu.attribution import MOST, gradient_times_input, integrated_gradients, occlusion, shapley
from lrp_edu.decomposition import Decomposition
from lrp_edu.neuron import Neuron

SIZE = st.integers(1, 4)


def polynomial(A, c):
    """Return x A x + c (x₁ x₂ … x_d) + max(0, x₁), and its gradient: on the grid all sums are exact."""

    def f(x):
        return ((x @ A) * x).sum(axis=-1) + c * x.prod(axis=-1) + np.maximum(0, x[..., 0])

    def grad(x):
        others = np.stack([np.delete(x, i, axis=-1).prod(axis=-1) for i in range(x.shape[-1])], axis=-1)
        return x @ (A + A.T) + c * others + (x > 0) * np.eye(x.shape[-1], dtype=x.dtype)[0]

    return f, grad


@st.composite
def functions(draw):
    """Draw f and its gradient, four points x and a baseline, of one point or of four."""
    d = draw(SIZE)
    batch = draw(st.sampled_from([(), (4,)]))
    return *polynomial(draw(grid((d, d))), draw(grid(()))), draw(grid((4, d))), draw(grid((*batch, d)))


def near(one, other):
    return np.abs(np.asarray(one) - other).max(initial=0) <= 1e-11 * (1 + np.abs(other).max(initial=0))


def with_inputs(x, a, chosen):
    """Return `a` with the chosen inputs of `x`."""
    point = a.copy()
    for i in chosen:
        point[i] = x[i]
    return point


@given(functions())
def test_gradient_times_input_is_slope_times_input(case):
    f, grad, x, _ = case
    split = gradient_times_input(f, grad, x)
    for n, point in enumerate(x):
        for i in range(x.shape[1]):
            assert split.relevance[n, i] == point[i] * grad(point)[i]
    assert np.all(split.baseline == f(np.zeros_like(x[0])))


@given(functions())
def test_occlusion_is_what_one_input_takes_along(case):
    f, _, x, a = case
    split = occlusion(f, x, a)
    for n, (point, base) in enumerate(zip(x, np.broadcast_to(a, x.shape), strict=True)):
        for i in range(x.shape[1]):
            assert near(split.relevance[n, i], f(point) - f(with_inputs(base, point, [i])))


def test_occlusion_asks_for_as_many_values_as_it_says():
    asked = []
    occlusion(lambda x: asked.append(x) or x.sum(axis=-1), [1.0, 2.0, 3.0], 0.0)
    assert len(asked) == 3 + 2


@given(functions())
def test_shapley_is_the_sum_over_all_sets(case):
    f, _, x, a = case
    split, d = shapley(f, x, a), x.shape[1]
    for n, (point, base) in enumerate(zip(x, np.broadcast_to(a, x.shape), strict=True)):
        for i in range(d):
            share = 0
            for size in range(d):
                weight = factorial(size) * factorial(d - size - 1) / factorial(d)
                for S in combinations([k for k in range(d) if k != i], size):
                    share += weight * (f(with_inputs(point, base, [*S, i])) - f(with_inputs(point, base, S)))
            assert near(split.relevance[n, i], share)


@given(functions())
def test_shapley_is_the_average_over_all_orders(case):
    f, _, x, a = case
    base, d = np.broadcast_to(a, x.shape)[0], x.shape[1]
    shares, orders = np.zeros(d), list(permutations(range(d)))
    for order in orders:
        for n, i in enumerate(order):
            shares[i] += f(with_inputs(x[0], base, order[: n + 1])) - f(with_inputs(x[0], base, order[:n]))
    assert near(shapley(f, x[0], base).relevance, shares / len(orders))


@given(functions(), st.integers(1, 5))
def test_integrated_gradients_take_the_middle_of_each_step(case, steps):
    f, grad, x, a = case
    split, base = integrated_gradients(f, grad, x, a, steps), np.broadcast_to(a, x.shape)
    for n in range(len(x)):
        total = 0
        for k in range(1, steps + 1):
            total = total + grad(base[n] + (k - 0.5) / steps * (x[n] - base[n]))
        assert near(split.relevance[n], (x[n] - base[n]) * total / steps)


@given(functions())
def test_what_is_left_over_is_told(case):
    f, grad, x, a = case
    from_a = integrated_gradients(f, grad, x, a, 2), occlusion(f, x, a), shapley(f, x, a)
    for split in (gradient_times_input(f, grad, x), *from_a):
        assert isinstance(split, Decomposition) and np.array_equal(split.value, f(x))
        assert near(split.value, split.baseline + split.relevance.sum(axis=-1) + split.remainder)
    assert all(np.array_equal(split.baseline, np.broadcast_to(f(a), 4)) for split in from_a)
    assert near(from_a[-1].remainder, 0)


def test_the_product_and_the_neuron_of_the_chapter():
    def area(x):
        return x[..., 0] * x[..., 1]

    def slopes(x):
        return x[..., ::-1]

    assert gradient_times_input(area, slopes, [2, 3]).relevance.tolist() == [6, 6]
    assert occlusion(area, [2, 3], 0).relevance.tolist() == [6, 6]
    assert integrated_gradients(area, slopes, [2, 3], 0).relevance == pytest.approx([3, 3], rel=1e-14)
    assert shapley(area, [2, 3], 0).relevance.tolist() == [3, 3]
    f = Neuron([2.0, 1.0], -1.0)
    assert integrated_gradients(f, f.gradient, [1, 1], 0, steps=3).relevance == pytest.approx([4 / 3, 2 / 3], rel=1e-14)
    assert shapley(f, [1, 1], 0).relevance.tolist() == [1.5, 0.5]


def test_the_error_of_a_smooth_function_falls_with_the_square_of_the_steps():
    def error(steps):
        return abs(integrated_gradients(lambda x: x[..., 0] ** 3, lambda x: 3 * x**2, [1.0], 0.0, steps).remainder)

    # The second derivative of 3 s² is 6: 6 / (24 n²) is not only the bound but the error.
    assert [error(n) for n in (1, 2, 10)] == pytest.approx([1 / 4, 1 / 16, 1 / 400], rel=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 37])
def test_the_error_of_a_corner_is_at_most_half_a_step(steps):
    errors = []
    for corner in np.linspace(0.01, 0.99, 99):
        f = Neuron([1.0], -corner)
        errors.append(abs(integrated_gradients(f, f.gradient, [1.0], [0.0], steps).remainder))
    assert max(errors) <= 1 / (2 * steps) + 1e-12 and max(errors) > 0.4 / steps


@given(DTYPES, st.sampled_from([(), (3,), (2, 2), (0,)]))
def test_batches_and_precisions(dtype, batch):
    A = np.array([[1, 0.5], [-1, 2]], dtype)
    f, grad = polynomial(A, dtype(0.5))
    x = np.ones((*batch, 2), dtype) * dtype(1.5)
    baseline = np.array([0.5, -1])
    before = x.copy(), baseline.copy()
    for split in (gradient_times_input(f, grad, x), integrated_gradients(f, grad, x, baseline, 4),
                  occlusion(f, x, baseline), shapley(f, x, baseline)):  # fmt: skip
        assert split.relevance.shape == x.shape and np.shape(split.value) == np.shape(split.remainder) == batch
        assert split.relevance.dtype == split.value.dtype == dtype
    assert np.array_equal(before[0], x) and np.array_equal(before[1], baseline)


def test_a_baseline_for_each_point():
    x, a = np.array([[2.0, 3.0], [2.0, 3.0]]), np.array([[0.0, 0.0], [1.0, 2.0]])
    assert shapley(lambda p: p.prod(axis=-1), x, a).relevance.tolist() == [[3, 3], [2.5, 1.5]]
    assert occlusion(lambda p: p.prod(axis=-1), x[0], a).relevance.tolist() == [[6, 6], [3, 2]]


def test_most_inputs_are_taken_and_each_set_is_asked_for_once():
    asked = []

    def f(x):
        asked.append(x.shape)
        return x.sum(axis=-1)

    split = shapley(f, np.arange(MOST) / 2, 0.0)
    assert split.relevance == pytest.approx(np.arange(MOST) / 2, abs=1e-12)
    assert asked == [(2**MOST, MOST), (MOST,), (MOST,)]
