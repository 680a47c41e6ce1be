"""Layers that are made of several sums: they share relevance themselves, and the audit names what took some."""

import numpy as np
import pytest

from lrp_edu import _pieces
from lrp_edu.explanation import Audit, Row
from lrp_edu.layers import Dense, Layer, ReLU, Seen
from lrp_edu.network import Network
from lrp_edu.propagate import Losses, losses, propagate, together
from lrp_edu.rules import LRP0, Epsilon, ZPlus

RNG = np.random.default_rng(0)


class Tolled(Layer):
    """A sum of two dense layers of the same inputs; the first hands on all that is its own, the second three quarters.

    Relevance is shared in proportion to what the two of them added.
    """

    weighted = shares = composed = True

    def __init__(self, one, two):
        self.both = one, two
        self.input_shape, self.output_shape = one.input_shape, one.output_shape

    def __repr__(self):
        return f"Tolled({self.both[0].inputs} → {self.both[0].outputs})"

    def shaped(self, shape):
        return self.output_shape

    def see(self, x):
        (one, y), (two, z) = (layer.see(x) for layer in self.both)
        return Seen(self, x, product=y + z, inside=[(one, y), (two, z)]), y + z

    def shared(self, seen, R):
        return [R * y / seen.product * kept for (_, y), kept in zip(seen.inside, (1, 0.75), strict=True)]

    def redistribute(self, rule, seen, R):
        parts = zip(seen.inside, self.shared(seen, R), strict=True)
        return sum(propagate(rule, its, R_part) for (its, _), R_part in parts)

    def losses(self, rule, seen, R):
        parts = self.shared(seen, R)
        inside = [losses(rule, its, R_part) for (its, _), R_part in zip(seen.inside, parts, strict=True)]
        return together([*inside, Losses(*np.zeros((3, 0)), {"toll": parts[1] / 3})])


def dense(inputs, outputs):
    return Dense(RNG.uniform(0.5, 1, (inputs, outputs)), RNG.uniform(0, 1, outputs))


@pytest.fixture(scope="module")
def network():
    return Network([dense(4, 3), ReLU(), Tolled(dense(3, 2), dense(3, 2)), ReLU(), dense(2, 2)])


def test_a_composed_layer_takes_relevance_through_itself(network):
    layer, rule = network.layers[2], Epsilon(0.5, absorb_bias=True)
    seen, y = layer.see(np.ones((5, 3)))
    (one, two), (to_one, to_two) = (its for its, _ in seen.inside), layer.shared(seen, y)
    assert np.array_equal(propagate(rule, seen, y), propagate(rule, one, to_one) + propagate(rule, two, to_two))
    lost = losses(rule, seen, y)
    for kind, got in zip(("bias", "stabilizer", "no_receiver"), lost, strict=False):
        expected = [getattr(losses(rule, its, R), kind).ravel() for its, R in ((one, to_one), (two, to_two))]
        assert np.array_equal(got, np.concatenate(expected)) and bool(got.any()) == (kind != "no_receiver")
    assert lost.others.keys() == {"toll"} and np.array_equal(lost.others["toll"], (to_two / 3).ravel())


def test_relevance_of_a_wrong_shape_is_refused_for_it_too(network):
    seen, _ = network.layers[2].see(np.ones(3))
    wrong = r"^R must have shape \(2,\) like the outputs of Tolled\(3 → 2\), got \(3,\)$"
    for send in (propagate, losses):
        with pytest.raises(ValueError, match=wrong):
            send(LRP0(), seen, np.ones(3))


def test_it_takes_one_rule_and_stands_in_the_audit(network):
    x, rules = RNG.uniform(0.5, 1, (6, 4)), [ZPlus(), Epsilon(0.5, absorb_bias=True), LRP0()]
    found = network.explain(x, 1, rules)
    above, composed, below = found.audit().rows
    assert [row.layer for row in (above, composed, below)] == ["Dense(2 → 2)  LRP-0", "Tolled(3 → 2)  ε(0.5) with bias",
                                                               "Dense(4 → 3)  z⁺"]  # fmt: skip
    assert above.others == below.others == {} and composed.others.keys() == {"toll"}
    seen, _ = network.layers[2].see(network.layers[1].forward(network.layers[0].forward(x)))
    assert composed.others["toll"] == pytest.approx(network.layers[2].shared(seen, found.layers[2])[1].sum() / 3)
    assert composed.incoming == pytest.approx(found.layers[2].sum()) == above.outgoing
    assert min(composed.bias, composed.stabilizer, composed.others["toll"]) > 0.1 > 1e-12 > abs(composed.rounding)
    network.forward(x)
    assert np.array_equal(network.relprop(found.layers[-1], rules), found.relevance)


def test_its_losses_are_a_column_of_the_table(network):
    head, above, composed, below = repr(network.explain(np.ones(4)).audit()).splitlines()
    assert head.endswith("  + no receiver    + toll  + rounding")
    assert [line.split()[-2] == "0" for line in (above, composed, below)] == [True, False, True]
    assert len({len(line) for line in (head, above, composed, below)}) == 1
    page = network.explain(np.ones(4)).audit()._repr_html_()
    assert "<th>+ toll</th>" in page and page.count("<td>") == 3 * 8


def test_a_large_batch_has_the_same_account_in_pieces(network, monkeypatch):
    x = RNG.uniform(0.5, 1, (7, 4))
    whole = network.explain(x, 0).audit().rows
    monkeypatch.setattr(_pieces, "PIECE", 8)
    for one, other in zip(whole, network.explain(x, 0).audit().rows, strict=True):
        assert one.layer == other.layer and one.others.keys() == other.others.keys()
        assert other.amounts(other.others) == pytest.approx(one.amounts(one.others), rel=1e-14)


def test_every_named_amount_is_counted():
    row = Row("block", 2.0, 1.0, 0.5, 0.0, 0.0, {"softmax": 0.25, "norm": 1e-9})
    assert row.rounding == 0.25 - 1e-9 and row.amounts() == [2.0, 1.0, 0.5, 0.0, 0.0]
    assert row.amounts(["norm", "gate"]) == [*row.amounts(), 1e-9, 0.0] and isinstance(hash(row), int)
    other = Row("sum", 1.0, -3e9, 0.0, 0.0, 0.0, {"gate": 4e9})
    assert [line.split()[-4:] for line in repr(Audit([row, other])).splitlines()] == [
        ["+", "gate", "+", "rounding"],
        ["2.5e-10", "1.0e-18", "0", "2.5e-10"],
        ["0", "0", "4.000000", "-1.0e+00"],
    ]


def test_parts_may_lose_different_things_in_any_shape():
    parts = [Losses(*np.ones((3, 2, 2)), {"norm": np.ones(3)}), Losses(*np.zeros((3, 1)), {"softmax": np.ones((1, 2))})]
    whole = together(parts)
    assert [amount.tolist() for amount in whole[:3]] == [[1, 1, 1, 1, 0]] * 3
    assert {name: amount.tolist() for name, amount in whole.others.items()} == {"norm": [1, 1, 1], "softmax": [1, 1]}
