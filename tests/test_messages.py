"""Messages one by one: by hand, their two sums, and the seven neurons."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from passes import hand_down
from strategies import SIZES, grid

from lrp_edu.layers import ReLU
from lrp_edu.messages import messages, seven_neurons
from lrp_edu.rules import LRP0, RULES, AlphaBeta, Epsilon, ZPlus


def test_messages_by_hand():
    """From the definition: a = (1, 2), z = (3, 1), so neuron 1 shares 1/3, 2/3 and neuron 2 shares 3, -2."""
    sent = messages([1.0, 2.0], [[1.0, 3.0], [1.0, -1.0]], [3.0, 10.0])
    np.testing.assert_allclose(sent, [[1, 30], [2, -20]], rtol=1e-15)


def test_bias_and_stabilizer_stand_in_the_denominator():
    W = [[1.0], [2.0]]
    assert messages([1.0, 1.0], W, [6.0], LRP0(absorb_bias=True), b=[3.0]).tolist() == [[1], [2]]
    assert messages([1.0, 1.0], W, [6.0], LRP0(), b=[3.0]).tolist() == [[2], [4]]
    assert messages([1.0, 1.0], W, [6.0], Epsilon(3.0)).tolist() == [[1], [2]]


def test_both_parts_of_alpha_beta_are_sent():
    sent = messages([1.0, 1.0, 1.0], [[1.0], [3.0], [-2.0]], [4.0], AlphaBeta(2))
    assert sent.tolist() == [[2], [6], [-4]]


@pytest.mark.parametrize("name", RULES)
@given(st.data())
def test_sums_of_messages_are_relevances(name, data):
    rule, inputs, outputs = RULES[name](), data.draw(SIZES), data.draw(SIZES)
    a, W, b, R = (data.draw(grid(shape)) for shape in (inputs, (inputs, outputs), outputs, outputs))
    passed, sent = hand_down(rule, a, W, b, R), messages(a, W, R, rule, b)
    size = 1e-14 * np.abs(sent).sum() + 1e-14 * np.abs(R).sum()
    if name == "αβ":  # The two parts may cancel in a message, so its magnitude says too little.
        size = 1e-13 * 3 * 16 * 5 * np.abs(R).sum()
    np.testing.assert_allclose(sent.sum(axis=1), passed.relevance, rtol=0, atol=size)
    kept = R - passed.bias - passed.stabilizer - passed.no_receiver
    np.testing.assert_allclose(sent.sum(axis=0), kept, rtol=0, atol=size)


def test_seven_neurons_are_those_of_the_book():
    network = seven_neurons()
    hidden, relu, output = network.layers
    assert isinstance(relu, ReLU) and (hidden.weight.shape, output.weight.shape) == ((3, 3), (3, 1))
    # Rows are the inputs 1 to 3, columns the hidden neurons 4 to 6.
    assert hidden.weight[2, 0] == 0 and hidden.weight[0, 2] == 0
    assert np.count_nonzero(hidden.weight) == 7 and np.count_nonzero(output.weight) == 3
    assert not hidden.bias.any() and not output.bias.any()


def test_missing_edges_carry_no_message():
    network = seven_neurons()
    for rule in (LRP0(), ZPlus(), AlphaBeta(2), Epsilon(0.25)):
        found = network.explain([1.0, 2.0, 1.0], rules=rule)
        sent = messages([1.0, 2.0, 1.0], network.layers[0].weight, found.layers[1], rule)
        assert sent[2, 0] == 0 and sent[0, 2] == 0
        np.testing.assert_allclose(sent.sum(axis=1), found.relevance, rtol=1e-15)


@given(grid(3))
def test_seven_neurons_conserve(x):
    """The conservation law: without a bias, every layer adds up to the output, unless a denominator is zero.

    With ReLU and LRP-0 none is: a neuron whose sum is zero is silent, and has no relevance to hand down.
    """
    found = seven_neurons().explain(x)
    size = sum(np.abs(R).sum() for R in found.layers)
    for total in found.totals:
        assert total == pytest.approx(float(found.value), abs=1e-13 * size)


def test_seven_neurons_by_hand():
    """Here z = (3, 2, 1), so R = (3, 4, -1), and 4 sends (1, 2, -), 5 sends (4, -4, 4), 6 sends (-, -2, 1)."""
    found = seven_neurons().explain([1.0, 2.0, 1.0])
    assert [R.tolist() for R in found.layers] == [[5, -4, 5], [3, 4, -1], [6]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_messages_keep_the_precision(dtype):
    W, R = np.ones((2, 1)), np.ones(1)
    for rule in (rule() for rule in RULES.values()):
        assert messages(np.ones(2, dtype), W, R.astype(dtype), rule).dtype == dtype
