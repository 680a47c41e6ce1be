"""Networks: forward against loops, gradprop against a complex step, relevance against the slow oracle."""

import copy
import pickle
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import grid, networks

from lrp_edu.layers import Dense, ReLU
from lrp_edu.messages import seven_neurons
from lrp_edu.network import Network
from lrp_edu.rules import LRP0, AlphaBeta, Epsilon, Flat, Gamma, WSquare, ZBox, ZPlus


def build(parameters):
    """Return a network of dense layers with a ReLU between any two."""
    layers = [layer for W, b in parameters for layer in (Dense(W, b), ReLU())]
    return Network(layers[:-1])


def exact(parameters):
    return [(oracles.exact(W), oracles.exact(b)) for W, b in parameters]


def assert_within(got, expected, size, units):
    assert np.all(np.abs(got - expected) <= units * np.finfo(got.dtype).eps * size)


@given(networks())
def test_forward_agrees_with_loops(case):
    x, parameters, *_ = case
    output = build(parameters).forward(x)
    expected = [oracles.forward(x_n, exact(parameters))[-1] for x_n in oracles.exact(x.reshape(-1, x.shape[-1]))]
    assert np.array_equal(output, np.array(expected, float).reshape(output.shape))


@given(networks())
def test_explanation_agrees_with_the_slow_oracle(case):
    x, parameters, rules, target = case
    found = build(parameters).explain(x, target, rules)
    targets = found.target.ravel() if target is None else np.broadcast_to(target, x.shape[:-1]).ravel()
    assert np.array_equal(found.target.ravel(), targets)
    for n, x_n in enumerate(oracles.exact(x.reshape(-1, x.shape[-1]))):
        passes, start = oracles.explain(x_n, exact(parameters), rules, None if target is None else int(targets[n]))
        layers = [R.reshape(-1, R.shape[-1])[n] for R in found.layers]
        assert np.array_equal(layers.pop(), np.array(start, float))
        for R, one in zip(layers, passes, strict=True):
            assert_within(R, np.array(one.relevance, float), np.array(one.size, float), units=16 * len(passes))


@given(networks(), st.sampled_from([np.float32, np.float64]))
def test_relprop_and_explain_agree(case, dtype):
    x, parameters, rules, target = case
    network = build(parameters)
    found = network.explain(x.astype(dtype), target, rules)
    assert found.relevance.dtype == found.output.dtype == dtype
    network.forward(x.astype(dtype))
    assert np.array_equal(network.relprop(found.layers[-1], rules), found.relevance)
    assert np.array_equal(np.take_along_axis(found.output, found.target[..., None], -1)[..., 0], found.value)
    assert np.array_equal(found.layers[-1].sum(axis=-1), found.value)


@given(networks(depth=4))
def test_gradprop_agrees_with_a_complex_step(case):
    x, parameters, *_ = case
    network = build(parameters)
    output = network.forward(x)
    dy = np.arange(1.0, 1 + output.shape[-1])
    gradient = network.gradprop(np.broadcast_to(dy, output.shape))
    for x_n, slopes in zip(x.reshape(-1, x.shape[-1]), gradient.reshape(-1, x.shape[-1]), strict=True):
        for i, slope in enumerate(slopes):
            step = np.where(np.arange(x_n.size) == i, 1e-200j, 0)
            outputs = oracles.forward_complex(list(x_n + step), parameters)
            assert sum(d * y.imag for d, y in zip(dy, outputs, strict=True)) * 1e200 == pytest.approx(slope, rel=1e-12)


@given(networks(depth=4))
def test_lrp0_with_bias_is_gradient_times_input(case):
    x, parameters, _, target = case
    network = build(parameters)
    found = network.explain(x, target, LRP0(absorb_bias=True))
    network.forward(x)
    one_hot = (np.arange(network.outputs) == found.target[..., None]).astype(float)
    product = x * network.gradprop(one_hot)
    # A value of exactly 0 hands nothing down, though its gradient need not vanish.
    product = np.where(found.value[..., None] == 0, 0, product)
    size = x.shape[-1] * np.prod([np.abs(W).sum() for W, _ in parameters]) * np.abs(x).max(initial=0)
    assert_within(found.relevance, product, size, units=16)


@given(networks())
def test_totals_stay_the_same_without_losses(case):
    """Without biases in the denominator nothing is lost where every neuron has an active input."""
    x, parameters, _, target = case
    found = build([(np.abs(W) + 0.25, np.abs(b)) for W, b in parameters]).explain(np.abs(x) + 0.25, target, ZPlus())
    for total in found.totals:
        np.testing.assert_allclose(total, found.value, rtol=1e-14)


def test_default_target_is_the_only_output_or_the_largest():
    network = Network([Dense([[1.0, 3.0, 3.0]])])
    assert network.explain([2.0]).target == 1
    assert network.explain([[2.0], [-1.0]]).target.tolist() == [1, 0]
    assert seven_neurons().explain([1.0, 2.0, 1.0]).value == 6


def test_target_for_all_or_for_each():
    network, x = Network([Dense([[1.0, 3.0]])]), [[1.0], [2.0]]
    assert network.explain(x, 0).value.tolist() == [1, 2]
    assert network.explain(x, [1, 0]).value.tolist() == [3, 2]
    assert network.explain(x, np.array([1, 0], np.uint8)).relevance.tolist() == [[3], [2]]


def test_a_rule_for_each_layer_counts_from_the_input():
    network = Network([Dense([[1.0, 1.0], [3.0, 1.0]]), ReLU(), Dense([[1.0], [1.0]])])
    found = network.explain([1.0, 0.0], rules=[Flat(), LRP0()])
    assert found.relevance.tolist() == [1, 1]
    assert network.explain([1.0, 0.0], rules=(LRP0(), Flat())).relevance.tolist() == [2, 0]


def test_the_program_of_the_reference_code():
    """z^B on the first layer, z⁺ above, start from the chosen class, sensitivity as the square of gradprop."""
    rng = np.random.default_rng(3)
    parameters = [(rng.normal(size=shape), -rng.uniform(size=shape[1])) for shape in ((6, 5), (5, 4), (4, 3))]
    network, X = build(parameters), rng.uniform(-1, 1, (7, 6))
    T = np.eye(3)[rng.integers(0, 3, 7)]
    Y = network.forward(X)
    R = network.relprop(Y * T, [ZBox(-1, 1), ZPlus(), ZPlus()])
    S = network.gradprop(T) ** 2

    A = [X]
    for W, b in parameters[:-1]:
        A.append(np.maximum(0, A[-1] @ W + b))
    expected = Y * T
    for a, (W, _) in zip(A[:0:-1], parameters[:0:-1], strict=True):
        V = np.maximum(0, W)
        expected = a * ((expected / (a @ V + 1e-300)) @ V.T)
    W, V, U = parameters[0][0], np.maximum(0, parameters[0][0]), np.minimum(0, parameters[0][0])
    L, H = -np.ones_like(X), np.ones_like(X)
    s = expected / (X @ W - L @ V - H @ U)
    expected = X * (s @ W.T) - L * (s @ V.T) - H * (s @ U.T)
    np.testing.assert_allclose(R, expected, atol=1e-13 * np.abs(R).max())
    alive = [a > 0 for a in A[1:]]
    slope = ((T @ parameters[2][0].T * alive[1]) @ parameters[1][0].T * alive[0]) @ parameters[0][0].T
    np.testing.assert_allclose(S, slope**2, rtol=1e-10, atol=1e-13)


def test_rules_leave_the_prediction_alone():
    network = seven_neurons()
    before = network.forward([1.0, 2.0, 1.0])
    for rule in (Gamma(3.0), AlphaBeta(2), Epsilon(1.0), WSquare()):
        network.explain([1.0, 2.0, 1.0], rules=rule)
    assert np.array_equal(network.forward([1.0, 2.0, 1.0]), before)


def test_backward_passes_use_the_last_forward():
    network = seven_neurons()
    network.forward([1.0, 0.0, 0.0])
    network.forward([[1.0, 2.0, 1.0], [0.0, 1.0, 0.0]])
    assert network.relprop([[6.0], [1.0]], ZPlus()).shape == (2, 3)
    network.forward([0.0, 0.0, 1.0])
    network.explain([[1.0, 2.0, 1.0]] * 2)  # which is no forward pass
    assert network.gradprop([1.0]).tolist() == [4, -2, 4]


def test_a_layer_may_stand_in_two_networks_and_twice_in_one():
    network = seven_neurons()
    network.forward([1.0, 2.0, 1.0])
    Network(network.layers[:1]).forward([[3.0, 3.0, 3.0]] * 2)
    assert network.relprop([6.0], LRP0()).tolist() == [5, -4, 5]
    assert network.gradprop([1.0]).tolist() == [5, -2, 5]
    layer = Dense([[2.0, 1.0], [1.0, -1.0]])
    twice = Network([layer, ReLU(), layer])
    apart = Network([layer, ReLU(), Dense(layer.weight)])
    for one in (twice, apart):
        one.forward([1.0, 3.0])
    for rule in (LRP0(), ZPlus(), ZBox(0, 3)):
        assert np.array_equal(twice.relprop([1.0, 2.0], rule), apart.relprop([1.0, 2.0], rule))
    assert np.array_equal(twice.gradprop([1.0, 2.0]), apart.gradprop([1.0, 2.0]))


@pytest.mark.parametrize("call", ["explain", "forward and relprop", "forward and gradprop"])
def test_one_network_in_many_threads_gives_the_numbers_of_one(call):
    rng = np.random.default_rng(0)
    network = build([(rng.normal(size=(30, 20)), rng.normal(size=20)), (rng.normal(size=(20, 3)), np.zeros(3))])
    points, rules = rng.normal(size=(24, 30)), [ZBox(-4, 4), Gamma(0.5)]

    def compute(x):
        if call == "explain":
            return network.explain(x, rules=rules).relevance
        output = network.forward(x)
        return network.relprop(output, rules) if "relprop" in call else network.gradprop(output)

    alone = [compute(x) for x in points]
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            together = list(threads.map(compute, list(points) * 10))
    finally:
        sys.setswitchinterval(switch)
    for n, found in enumerate(together):
        assert np.array_equal(found, alone[n % len(points)])


def test_a_thread_has_its_own_last_pass():
    network = seven_neurons()
    network.forward([1.0, 2.0, 1.0])
    with ThreadPoolExecutor(1) as thread, pytest.raises(RuntimeError, match="forward.x. must be called first"):
        thread.submit(network.relprop, [6.0], LRP0()).result()


def test_networks_can_be_pickled_and_copied():
    network = seven_neurons()
    network.forward([1.0, 2.0, 1.0])
    for twin in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network)):
        assert twin.explain([1.0, 2.0, 1.0]).relevance.tolist() == [5, -4, 5]
        with pytest.raises(ValueError, match="read-only"):
            twin.weighted[0].weight[...] = 0


def test_a_large_batch_is_worked_off_in_pieces(monkeypatch):
    rng = np.random.default_rng(0)
    network = build([(rng.normal(size=(4, 5)), rng.normal(size=5)), (rng.normal(size=(5, 3)), rng.normal(size=3))])
    x, rules = rng.normal(size=(5, 7, 4)), [ZBox(-4, 4), Epsilon(0.1)]
    for target in (None, 1, rng.integers(3, size=(5, 7))):
        whole = network.explain(x, target, rules)
        with monkeypatch.context() as patch:
            patch.setattr("lrp_edu._pieces.PIECE", 12)  # three inputs
            cut = network.explain(x, target, rules)
            audit = cut.audit()
        assert np.array_equal(cut.target, whole.target)
        pairs = zip((cut.output, cut.value, *cut.layers), (whole.output, whole.value, *whole.layers), strict=True)
        for one, other in pairs:
            assert one.shape == other.shape
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
        for one, other in zip(audit.rows, whole.audit().rows, strict=True):
            np.testing.assert_allclose(one.amounts(), other.amounts(), rtol=1e-12, atol=1e-12)


def test_a_large_batch_needs_little_more_than_its_result():
    network, x = seven_neurons(), np.ones((400_000, 3), np.float32)
    network.explain(x[:1])
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    found = network.explain(x, rules=ZPlus())
    held, peak = (bytes - before for bytes in tracemalloc.get_traced_memory())
    del found
    behind = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    result = 400_000 * (3 + 3 + 3 + 1 + 1 + 1) * 4 + 400_000 * 8  # the inputs, all layers, output, value, and target
    assert held < 1.05 * result and peak < result + 60e6 and behind < 1e5


def test_what_forward_saw_is_kept_though_the_array_changes():
    network, x = seven_neurons(), np.array([1.0, 2.0, 1.0])
    network.forward(x)
    expected = network.relprop([6.0], LRP0())
    x[:] = 7
    assert np.array_equal(network.relprop([6.0], LRP0()), expected)


@given(grid((2, 3)), grid(3))
def test_a_relu_on_top_is_part_of_the_output(W, b):
    network, x = Network([Dense(W, b), ReLU()]), np.ones(2)
    assert np.array_equal(network.forward(x), np.maximum(0, W.sum(axis=0) + b))
    found = network.explain(x)
    assert found.value == np.maximum(0, W.sum(axis=0) + b).max()
    bare = Network([Dense(W, b)]).explain(x, found.target)
    assert np.array_equal(found.relevance, bare.relevance * (found.value > 0))


def test_a_relu_below_is_part_of_the_input():
    network = Network([ReLU(), Dense([[1.0], [1.0]])])
    assert network.explain([-3.0, 2.0]).relevance.tolist() == [0, 2]
    network.forward([-3.0, 2.0])
    assert network.gradprop([1.0]).tolist() == [0, 1]


def test_sizes_and_text():
    network = build([(np.ones((3, 2)), np.zeros(2)), (np.ones((2, 4)), np.zeros(4))])
    assert (network.inputs, network.outputs) == (3, 4)
    assert repr(network) == "Network([Dense(3 → 2), ReLU(), Dense(2 → 4)])"


def test_hidden_units_that_are_dead_get_relevance_from_rules_without_a_factor_a():
    network = Network([Dense([[1.0, -1.0]]), ReLU(), Dense([[1.0], [1.0]])])
    for rule, hidden in ((LRP0(), [1, 0]), (ZPlus(), [1, 0]), (WSquare(), [0.5, 0.5]), (Flat(), [0.5, 0.5])):
        assert network.explain([1.0], rules=[LRP0(), rule]).layers[1].tolist() == hidden
