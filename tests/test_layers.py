"""Layers on their own: forward against loops, gradprop against a complex step, weights that are derived once."""

import pickle
import tracemalloc

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import BATCHES, SIZES, grid

from lrp_edu.layers import Dense, ReLU, Weights
from lrp_edu.network import Network
from lrp_edu.rules import Gamma


@st.composite
def cases(draw):
    batch, inputs, outputs = draw(BATCHES), draw(SIZES), draw(SIZES)
    return draw(grid((*batch, inputs))), draw(grid((inputs, outputs))), draw(grid(outputs))


@given(cases(), st.sampled_from([np.float32, np.float64]))
def test_dense_agrees_with_loops(case, dtype):
    x, W, b = case
    z = Dense(W, b).forward(x.astype(dtype))
    rows = x.reshape(-1, len(W))
    expected = [oracles.forward(oracles.exact(row), [(oracles.exact(W), oracles.exact(b))])[-1] for row in rows]
    assert z.dtype == dtype and z.shape == (*x.shape[:-1], len(b))
    assert np.array_equal(z, np.array(expected, float).reshape(z.shape))


@given(cases())
def test_dense_gradprop_is_the_derivative(case):
    """The layer is affine, so one whole step along each input gives the derivative exactly."""
    x, W, b = case
    layer, dy = Dense(W, b), np.arange(1.0, 1 + len(b))
    z = layer.forward(x)
    slopes = layer.gradprop(np.broadcast_to(dy, z.shape))
    for i in range(len(W)):
        moved = Dense(W, b).forward(x + np.eye(len(W))[i])
        assert np.array_equal(slopes[..., i], ((moved - z) * dy).sum(axis=-1))


def test_dense_without_a_bias_has_bias_zero():
    layer = Dense([[1.0, 2.0]])
    assert layer.bias.tolist() == [0, 0] and layer.forward([3.0]).tolist() == [3, 6]
    assert (layer.inputs, layer.outputs, repr(layer)) == (1, 2, "Dense(1 → 2)")


def test_dense_takes_copies():
    W, b = np.ones((2, 2)), np.ones(2)
    layer = Dense(W, b)
    W[:], b[:] = 7, 7
    assert layer.forward([1.0, 1.0]).tolist() == [3, 3]
    for array in (layer.weight, layer.bias):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_dense_computes_in_the_precision_of_its_input():
    layer = Dense(np.float64([[0.1]]), np.float64([0.2]))
    single = layer.forward(np.float32([0.3]))
    assert single.dtype == np.float32 and single[0] == np.float32(0.3) * np.float32(0.1) + np.float32(0.2)
    assert layer.forward(np.float64([0.3]))[0] == 0.3 * 0.1 + 0.2
    assert layer.gradprop(np.ones(1, np.float32)).dtype == np.float32


def test_relu_and_its_derivative():
    relu = ReLU()
    assert relu.forward([-1.0, -0.0, 0.0, 2.0]).tolist() == [0, 0, 0, 2]
    assert relu.gradprop(np.array([5.0, 5.0, 5.0, 5.0]), [-1.0, -0.0, 0.0, 2.0]).tolist() == [0, 0, 0, 5]
    assert relu.forward(np.float32([[1]])).dtype == np.float32 and repr(relu) == "ReLU()"


@given(grid((3, 2)))
def test_derived_weights(W):
    weights = Weights(W)
    assert np.array_equal(weights.plus + weights.minus, W) and np.array_equal(weights.full, W)
    assert np.all(weights.plus >= 0) and np.all(weights.minus <= 0) and not np.any(weights.plus * weights.minus)
    assert np.array_equal(weights.ones, np.ones((3, 2)))
    assert np.array_equal(weights.square, W * W)
    for j, w in enumerate(W.T):
        # Divided by a power of two that brings the largest weight to at least 1/2 and below 1.
        unit = w if not w.any() else w / 2 ** np.floor(np.log2(np.abs(w).max()) + 1)
        assert np.array_equal(weights.unit.full[:, j], unit)


def test_derived_weights_are_made_once():
    layer = Dense(np.ones((2, 2)))
    weights, _ = layer.parameters(np.dtype(np.float64))
    assert layer.parameters(np.dtype(np.float64))[0] is weights
    for name in ("plus", "minus", "square", "ones", "unit"):
        assert getattr(weights, name) is getattr(weights, name)
    for array in (weights.full, weights.plus, weights.minus, weights.square, weights.ones):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_settings_leave_nothing_behind():
    """The arrays of a rule with a setting are made anew, and not kept for each value that was ever tried."""
    network = Network([Dense(np.ones((300, 300)))])
    network.explain(np.ones(300), rules=Gamma(0.5))
    tracemalloc.start()
    for gamma in np.linspace(0, 1, 20):
        network.explain(np.ones(300), rules=Gamma(gamma))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 300 * 300 * 8


def test_layers_can_be_pickled_and_stay_frozen():
    layer = pickle.loads(pickle.dumps(Dense([[1.0, 2.0]], [0.5, 0.0])))
    assert layer.forward([3.0]).tolist() == [3.5, 6]
    for array in (layer.weight, layer.bias):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
