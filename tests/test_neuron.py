"""One neuron: its two cases, its gradient, its hinge, and where the remainder vanishes."""

import pickle

import numpy as np
import oracles
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import grid, neurons, reals

from lrp_edu import roots
from lrp_edu.neuron import Neuron
from lrp_edu.roots import relevance, z_root


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


def along(w, v, cosine):
    """Return `v` turned until it runs along the hinge but for about `cosine` of its length."""
    w = w / np.abs(w).max()
    v = v - (v @ w)[..., None] / (w @ w) * w
    return v + cosine * np.abs(v).max(axis=-1, keepdims=True) * w


DIRECTIONS = {
    "w2": roots.w2_direction,
    "z": roots.z_direction,
    "zplus": roots.zplus_direction,
    "zbox": lambda x, w: roots.zbox_direction(x, w, -1, 1),
    "gamma": lambda x, w: roots.gamma_direction(x, w, 0.25),
    "alphabeta": roots.alphabeta_direction,
    "flat": roots.flat_direction,
    "random": lambda x, w: np.cos(np.arange(x.size).reshape(x.shape)).astype(x.dtype),
    "nearly along the hinge": lambda x, w: along(w, np.sin(1 + np.arange(x.size).reshape(x.shape)), 1e-3),
    "along the hinge but for eleven digits": lambda x, w: along(
        w, np.sin(1 + np.arange(x.size).reshape(x.shape)), 1e-11
    ),
}


@pytest.mark.parametrize("direction", DIRECTIONS)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 2, 3, 10, 300]),
    st.sampled_from([0, 1, -1, 1e-3, -1e-3, -1e-20, 1e6]),
    st.sampled_from([1e-60, 1e-12, 1, 1e12, 1e60]),
    st.sampled_from([np.float32, np.float64]),
)
def test_a_computed_root_gives_the_decomposition_of_that_root(direction, seed, d, b, size, dtype):
    """Whatever the direction, the bias and the scale, though the sums at the root alone would not tell."""
    rng, size = np.random.default_rng(seed), size if dtype == np.float64 else size**0.2
    x, w = (rng.normal(size=(9, d)) * 10 ** rng.uniform(-3, 3, (9, d)) * size).astype(dtype), rng.normal(size=d)
    neuron = Neuron(w.astype(dtype), dtype(b * size))
    v = DIRECTIONS[direction](x, neuron.w)
    meets = np.abs(v @ neuron.w) > 1e-14 * np.abs(v) @ np.abs(neuron.w)
    x, v = x[meets], v[meets].astype(dtype)
    try:
        a = roots.root(neuron, x, v)
    except ValueError:
        assume(False)  # along the hinge, up to rounding
    assert neuron.on_hinge(a, x).all() and (neuron.gradient(a, x) == neuron.w.astype(dtype)).all()
    split, magnitudes = neuron.decompose(x, a), (np.abs(x) + np.abs(a)) @ np.abs(neuron.w) + abs(neuron.b)
    rounding = (d + 3) * np.finfo(dtype).eps * magnitudes
    assert np.all(np.abs(split.relevance - neuron.w * (x - a)) <= rounding[:, None])
    assert np.all(np.abs(split.remainder - np.maximum(-neuron.preactivation(x), 0)) <= 2 * rounding)
    # The bound is twice what the rounding can add up to.
    few = (d + 2) * np.finfo(dtype).eps
    assert np.all(np.abs(neuron.preactivation(a)) <= few * magnitudes)


def test_a_root_much_nearer_to_the_origin_than_x():
    neuron, x = Neuron([3, -1], b=-0.001), [1, 0.9]
    root = z_root(x, neuron.w, neuron.b)
    assert neuron.preactivation(root) < 0 and not neuron.on_hinge(root)
    assert neuron.on_hinge(root, x) and neuron.gradient(root, x).tolist() == [3, -1]
    split, same = neuron.decompose(x, root), relevance(neuron, x, x)
    np.testing.assert_allclose(split.relevance, same.relevance, rtol=1e-15)
    assert split.baseline == 0 and abs(split.remainder) <= 1e-15


@given(neurons(batches=st.just(())), grid(()), st.sampled_from([1e-12, 1e-9, 1e-3]))
def test_a_point_that_misses_the_hinge_is_silent_or_active(case, t, miss):
    """By more than rounding: there the gradient is what it was, whichever x the expansion is for."""
    x, w, b = case
    neuron = Neuron(w, b)
    a = roots.w2_root(x, w, b)
    for side in (-1, 1):
        beside = a + side * miss * (1 + np.abs(a).max() + np.abs(x).max() + abs(b) / np.abs(w).max()) * np.sign(w)
        assert neuron.gradient(beside, x).tolist() == (w if side > 0 else 0 * w).tolist()


@pytest.mark.parametrize("z, hinge", [(0, True), (1e-16, True), (-1e-16, True), (1e-13, False), (-1e-13, False)])
def test_hinge_is_as_wide_as_rounding(z, hinge):
    neuron = Neuron([1.0, -1.0], b=z)
    assert neuron.on_hinge([1.0, 1.0]) == hinge
    assert neuron.gradient([1.0, 1.0]).tolist() == ([1, -1] if hinge or z > 0 else [0, 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_hinge_is_as_wide_as_its_equation_says(d, dtype):
    """Of the d terms one is 1, b is almost -1 and x is 2, all else is 0."""
    eps = float(np.finfo(dtype).eps)
    w, a, x = np.eye(d)[0], np.eye(d, dtype=dtype)[0], 2 * np.eye(d, dtype=dtype)[0]
    for point, magnitudes in ((None, 2), (a, 3), (x, 4), (-x, 4)):
        width = 2 * (d + 2) * eps * magnitudes
        for b, hinge in (
            (-1 + width - eps, True),
            (-1 + width, False),
            (-1 - width + eps, True),
            (-1 - width - eps, False),
        ):
            neuron = Neuron(w, b)
            assert neuron.on_hinge(a, point) == hinge
            assert neuron.gradient(a, point).tolist() == (w if hinge or b > -1 else 0 * w).tolist()


def test_points_and_their_roots_broadcast():
    neuron, roots_of = Neuron([2.0, 1.0], b=-1.0), np.array([[0.2, 0.6], [0.0, 0.0], [1.0, 1.0]])
    assert neuron.on_hinge(roots_of, [1.0, 1.0]).tolist() == [True, False, False]
    assert neuron.on_hinge([0.2, 0.6], np.ones((4, 2))).shape == (4,)
    assert neuron.gradient([0.2, 0.6], np.ones((4, 2))).shape == (4, 2)
    assert neuron.decompose(np.ones((4, 2)), [0.2, 0.6]).relevance.shape == (4, 2)


def test_the_coarser_precision_counts():
    neuron = Neuron([1.0], b=-1 - 1e-6)
    assert neuron.on_hinge([1.0], np.ones(1, np.float32)) and not neuron.on_hinge([1.0], [1.0])


def test_a_root_that_rounds_to_the_origin():
    neuron, x = Neuron([2.0, 1.0], b=-1e-20), np.ones(2)
    root = z_root(x, neuron.w, neuron.b)
    assert root.tolist() == [0, 0] and not neuron.on_hinge(root)  # 1 - 1 = 0, though the root is 3e-21
    assert neuron.decompose(x, root).relevance.tolist() == [2, 1]
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


def test_a_neuron_can_be_pickled_and_stays_frozen():
    neuron = pickle.loads(pickle.dumps(Neuron([2.0, 1.0], b=-1.0)))
    assert neuron([1.0, 1.0]) == 2
    with pytest.raises(ValueError, match="read-only"):
        neuron.w[0] = 5
