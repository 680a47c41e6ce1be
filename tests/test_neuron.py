"""One neuron: its two cases, its gradient, its hinge, and where the remainder vanishes."""

import numpy as np
import oracles
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import grid, neurons, reals

from lrp_edu.neuron import Neuron
from lrp_edu.roots import relevance, w2_root, z_root


@given(neurons())
def test_output_agrees_with_loops(case):
    x, w, b = case
    neuron, W = Neuron(w, b), [[oracles.exact(w_i)] for w_i in w]
    z = [oracles.forward(row, [(W, [oracles.exact(b)])])[-1][0] for row in oracles.exact(x.reshape(-1, w.size))]
    z = np.array(z, float).reshape(x.shape[:-1])
    assert np.array_equal(neuron.preactivation(x), z)
    assert np.array_equal(neuron(x), np.where(z > 0, z, 0))
    assert np.array_equal(neuron.active(x), z > 0) and np.array_equal(neuron.on_hinge(x), z == 0)
    gradient = neuron.gradient(x)
    assert gradient.shape == x.shape
    assert np.array_equal(gradient, np.where(z[..., None] >= 0, np.broadcast_to(w, x.shape), 0))


@given(neurons())
def test_gradient_is_the_derivative_off_the_hinge(case):
    x, w, b = case
    neuron, h = Neuron(w, b), 2.0**-20
    slopes = [(neuron(x + h * e) - neuron(x - h * e)) / (2 * h) for e in np.eye(w.size)]
    off = neuron.preactivation(x) != 0
    assert np.array_equal(neuron.gradient(x)[off], np.stack(slopes, axis=-1)[off])


@given(neurons(st.floats(-1e3, 1e3, allow_subnormal=False), st.just(())))
def test_a_computed_root_is_on_the_hinge(case):
    x, w, b = case
    assume(np.abs(w).max() > 1e-3)
    neuron = Neuron(w, b)
    root = w2_root(x, w, b)
    # The walk may end far from x, where rounding is that of x; then the point is as near as x's digits allow.
    size = np.abs(w) @ np.abs(x) + np.abs(w) @ np.abs(root) + abs(b)
    assert abs(neuron.preactivation(root)) <= 8 * np.finfo(float).eps * size


@pytest.mark.parametrize("z, hinge", [(0, True), (1e-16, True), (-1e-16, True), (1e-13, False), (-1e-13, False)])
def test_hinge_is_as_wide_as_rounding(z, hinge):
    neuron = Neuron([1.0, -1.0], b=z)
    assert neuron.on_hinge([1.0, 1.0]) == hinge
    assert neuron.gradient([1.0, 1.0]).tolist() == ([1, -1] if hinge or z > 0 else [0, 0])


def test_hinge_is_eight_roundings_of_what_is_summed():
    """Here 1 and almost 1 are summed, so the hinge ends at 16 roundings."""
    eps = np.finfo(float).eps
    assert Neuron([1.0], b=-1 + 15.5 * eps).on_hinge([1.0]) and not Neuron([1.0], b=-1 + 16.5 * eps).on_hinge([1.0])


def test_a_root_far_smaller_than_x_may_miss_the_hinge_and_relevance_does_not_mind():
    neuron, x = Neuron([2.0, 1.0], b=-1e-20), np.ones(2)
    root = z_root(x, neuron.w, neuron.b)
    assert root.tolist() == [0, 0] and not neuron.on_hinge(root)  # 1 - 1 = 0, though the root is 3e-21
    assert neuron.decompose(x, root).remainder == neuron(x) == 3
    assert relevance(neuron, x, x).relevance.tolist() == [2, 1]


def test_hinge_scales_with_the_numbers_summed():
    for scale in (1e-100, 1.0, 1e100):
        assert Neuron([1.0, -1.0], b=scale * 1e-16).on_hinge([scale, scale])
        assert not Neuron([1.0, -1.0], b=scale * 1e-13).on_hinge([scale, scale])
    assert Neuron([0.0], b=0.0).on_hinge([0.0]) and not Neuron([0.0], b=1e-300).on_hinge([0.0])


@given(grid(2), grid(2), grid(2), grid(()))
def test_remainder_vanishes_in_the_closure_of_one_region(x, a, w, b):
    neuron = Neuron(w, b)
    split, z_x, z_a = neuron.decompose(x, a), w @ x + b, w @ a + b
    if min(z_x, z_a) >= 0 or (max(z_x, z_a) <= 0 and z_a < 0):
        assert split.remainder == 0
    elif z_a < 0:  # The dead side: a root, and useless.
        assert split.baseline == 0 and not split.relevance.any() and split.remainder == split.value == z_x
    else:  # x is silent, a is active or on the hinge: the expansion goes on down where the neuron has stopped.
        assert split.remainder == -z_x > 0


@given(reals(3), reals(3), reals(()))
def test_gradient_times_input_is_the_expansion_at_zero_of_a_neuron_without_bias(x, w, _):
    neuron = Neuron(w)
    assume(neuron.active(x) and not neuron.on_hinge(x))
    assert np.array_equal(neuron.decompose(x, np.zeros(3)).relevance, neuron.gradient(x) * x)


def test_text_and_precision():
    neuron = Neuron([2, 1], b=-1)
    assert repr(neuron) == "Neuron([2.0, 1.0], b=-1.0)"
    x = np.ones((2, 2), np.float32)
    assert {part.dtype for part in (neuron(x), neuron.preactivation(x), neuron.gradient(x))} == {np.dtype(np.float32)}


def test_weights_are_a_copy_that_cannot_be_written_to():
    w = np.array([2.0, 1.0])
    neuron = Neuron(w)
    w[:] = 0
    assert neuron.w.tolist() == [2, 1]
    with pytest.raises(ValueError, match="read-only"):
        neuron.w[0] = 0
