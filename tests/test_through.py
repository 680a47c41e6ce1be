"""Relevance through chosen neurons only: against the slow oracle, a published example, and the sum of all parts."""

import pickle
from math import fsum

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import networks
from test_network import build, exact

from lrp_edu import _pieces
from lrp_edu.convolution import AvgPool2d, Conv2d, Flatten, MaxPool2d
from lrp_edu.layers import Dense, ReLU
from lrp_edu.network import Network
from lrp_edu.rules import LRP0, Epsilon, Gamma, ZBox, ZPlus

CASES, BITS = networks(), st.integers(0, 15)


@given(CASES, BITS, BITS)
def test_only_chosen_neurons_hand_relevance_on(case, at_inputs, at_top):
    """Against loops, with masks at the inputs and at the top layer, which may be one and the same."""
    x, parameters, rules, _ = case
    through, last = {}, len(parameters) - 1
    for place, bits in ((0, at_inputs), (last, at_top)):
        through[place] = [bool(bits >> i & 1) for i in range(len(parameters[place][0]))]
    found = build(parameters).explain(x, 0, rules, through=through)
    lost = np.zeros(len(parameters))
    for n, x_n in enumerate(oracles.exact(x.reshape(-1, x.shape[-1]))):
        seen = oracles.forward(x_n, exact(parameters))
        R = [value if k == 0 else 0 * value for k, value in enumerate(seen[-1])]
        size = list(map(abs, R))
        for k in reversed(range(len(parameters))):
            one = oracles.layer(rules[k], seen[k], *exact(parameters)[k], R, size)
            keep = through.get(k, [True] * len(seen[k]))
            R, size = [[v * m for v, m in zip(values, keep, strict=True)] for values in (one.relevance, one.size)]
            got = found.layers[k].reshape(-1, len(R))[n]
            assert np.all(np.abs(got - np.array(R, float)) <= 1e-14 * np.array(size, float))
            lost[k] += float(sum(v for v, m in zip(one.relevance, keep, strict=True) if not m))
    for k, row in enumerate(found.audit().rows[::-1]):
        assert set(row.others) == ({"not through"} if k in through else set())
        amounts = row.amounts(row.others)
        size = 1 + max(map(abs, amounts))
        assert row.others.get("not through", 0) == pytest.approx(lost[k], rel=1e-9, abs=1e-12 * size)
        assert fsum([amounts[0], *(-amount for amount in amounts[1:]), -row.rounding]) == 0
        assert abs(row.rounding) <= 1e-9 * size


@given(CASES, st.data())
def test_all_neurons_of_a_layer_together_give_the_whole(case, data):
    x, parameters, rules, target = case
    network, place = build(parameters), data.draw(st.integers(0, len(parameters) - 1))
    whole, size = network.explain(x, target, rules), len(parameters[place][0])
    assert np.array_equal(network.explain(x, target, rules, {place: range(size)}).relevance, whole.relevance)
    parts = [network.explain(x, target, rules, {place: k}) for k in range(size)]
    scale = 1 + sum(np.abs(part.relevance) for part in parts).max(initial=0)
    for depth in range(place + 1):
        total = sum(part.layers[depth] for part in parts)
        np.testing.assert_allclose(total, whole.layers[depth], rtol=0, atol=1e-9 * scale)


def test_a_published_example():
    """Two linear layers side by side, (W1 x, W2 x), and a readout, without any ReLU."""
    W1, W2 = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[2.0, 3.0], [0.0, 0.0]])  # rows are outputs
    network = Network([Dense(np.vstack([W1, W2]).T), Dense([[1.0], [4.0], [5.0], [0.0]])])
    assert network.explain([-1.0, 1.0]).relevance.tolist() == [-11, 21]
    found = network.explain([-1.0, 1.0], through={1: 0})
    assert found.relevance.tolist() == [-1, 2] and found.layers[1].tolist() == [1, 0, 0, 0]
    above, below = found.audit().rows
    assert (above.incoming, above.outgoing, above.others) == (10, 1, {"not through": 9})
    assert (below.incoming, below.outgoing, below.others) == (1, 1, {})
    for neurons in ([0], np.array([0, 0]), (True, False, False, False), np.arange(4) == 0):
        assert np.array_equal(network.explain([-1.0, 1.0], through={1: neurons}).relevance, found.relevance)
    assert network.explain([-1.0, 1.0], through={1: []}).relevance.tolist() == [0, 0]


RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def reader():
    return Network([
        Conv2d(RNG.normal(size=(3, 2, 3, 3)), padding=1), ReLU(), AvgPool2d(2),
        Conv2d(RNG.normal(size=(4, 3, 2, 2))), ReLU(), MaxPool2d(2), Flatten(), Dense(RNG.normal(size=(4, 2))),
    ])  # fmt: skip


IMAGES, RULES = RNG.uniform(0, 1, (5, 2, 6, 6)), [ZBox(0, 1), Gamma(0.5), LRP0()]


@pytest.mark.parametrize(("place", "shape"), [(0, (2, 6, 6)), (1, (3, 6, 6)), (2, (3, 3, 3)), (3, (4,))])
def test_in_images_a_channel_is_chosen(reader, place, shape):
    """Below a pooling too, whose inputs are those of `sharing` as well; `Flatten` makes one row of what is above it."""
    assert reader.explain(IMAGES, 1, RULES).layers[place].shape == (5, *shape)
    mask = np.zeros(shape, bool)
    mask[[0, shape[0] - 1]] = True
    found = reader.explain(IMAGES, 1, RULES, through={place: mask})
    for neurons in ([0, shape[0] - 1], mask.reshape(shape[0], -1)[:, 0]):
        assert np.array_equal(reader.explain(IMAGES, 1, RULES, through={place: neurons}).relevance, found.relevance)
    whole = reader.explain(IMAGES, 1, RULES)
    for above in range(place + 1, 5):
        assert np.array_equal(found.layers[above], whole.layers[above])
    assert np.array_equal(found.layers[place], np.where(mask, whole.layers[place], 0))
    row = found.audit().rows[-1 - place]
    assert row.others["not through"] == pytest.approx((whole.layers[place] - found.layers[place]).sum(), rel=1e-12)


def test_single_places_of_a_map_can_be_chosen(reader):
    mask = RNG.random((3, 3, 3)) < 0.5
    one, other = (reader.explain(IMAGES, 0, RULES, through={2: m}).relevance for m in (mask, ~mask))
    np.testing.assert_allclose(one + other, reader.explain(IMAGES, 0, RULES).relevance, atol=1e-12)
    assert np.abs(one).max() > 1e-3 < np.abs(other).max()


def test_several_layers_may_be_chosen_at_once(reader):
    found = reader.explain(IMAGES, 0, RULES, through={3: [1, 2], 1: 0})
    assert not found.layers[3][:, [0, 3]].any() and not found.layers[1][:, 1:].any() and found.relevance.any()
    assert [list(row.others) for row in found.audit().rows] == [["not through"], [], ["not through"], []]


def test_an_explanation_keeps_what_it_went_through(reader):
    found = reader.explain(IMAGES, 0, RULES, through={2: [0, 2]})
    lost = [row.others.get("not through", 0) for row in found.audit().rows]
    assert lost[1] and np.sum([[row.others.get("not through", 0) for row in one.audit().rows] for one in found],
                              axis=0) == pytest.approx(lost)  # fmt: skip
    assert repr(pickle.loads(pickle.dumps(found)).audit()) == repr(found.audit())


def test_a_large_batch_goes_through_in_pieces(reader, monkeypatch):
    whole = reader.explain(IMAGES, 0, RULES, through={2: [0, 2]})
    monkeypatch.setattr(_pieces, "PIECE", 100)
    cut = reader.explain(IMAGES, 0, RULES, through={2: [0, 2]})
    np.testing.assert_allclose(cut.relevance, whole.relevance, rtol=1e-12, atol=1e-15)
    for one, other in zip(cut.audit().rows, whole.audit().rows, strict=True):
        assert one.amounts(one.others) == pytest.approx(other.amounts(other.others), rel=1e-12, abs=1e-12)


def test_what_was_given_can_change_later(reader):
    mask = np.array([True, False, False])
    found = reader.explain(IMAGES, 0, RULES, through={2: mask})
    before = repr(found.audit())
    mask[:] = True
    assert repr(found.audit()) == before


def test_losses_and_what_was_dropped_stand_side_by_side():
    network = Network([Dense(np.ones((1, 3))), ReLU(), Dense([[1.0], [2.0], [3.0]], [-1.0])])
    (row, _) = network.explain([1.0], rules=[ZPlus(), Epsilon(1.0, absorb_bias=True)], through={1: [0, 1]}).audit().rows
    assert row.others["not through"] == pytest.approx(3 * 5 / 6) and row.bias == pytest.approx(-5 / 6)
    assert row.stabilizer == pytest.approx(5 / 6) and row.outgoing == pytest.approx(3 * 5 / 6)
