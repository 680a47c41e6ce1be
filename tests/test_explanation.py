"""Explanations: frozen, complete, and with an audit that accounts for every bit of relevance."""

import pickle
import re
from math import fsum

import numpy as np
import oracles
import pytest
from hypothesis import given
from strategies import networks
from test_network import build, exact

from lrp_edu.explanation import Audit, Row
from lrp_edu.layers import Dense, ReLU
from lrp_edu.messages import seven_neurons
from lrp_edu.network import Network
from lrp_edu.rules import LRP0, AlphaBeta, Epsilon, ZPlus

LOSSES = ("bias", "stabilizer", "no_receiver")


@given(networks())
def test_audit_agrees_with_the_slow_oracle(case):
    x, parameters, rules, target = case
    found = build(parameters).explain(x, target, rules)
    targets, points = found.target.ravel(), oracles.exact(x.reshape(-1, x.shape[-1]))
    slow = [oracles.explain(x_n, exact(parameters), rules, int(t)) for x_n, t in zip(points, targets, strict=True)]
    for depth, row in enumerate(found.audit().rows[::-1]):
        layers = [passes[depth] for passes, _ in slow]
        size = float(sum(sum(layer.size) + sum(map(abs, layer.no_receiver)) for layer in layers))
        size += sum(abs(float(loss)) for layer in layers for kind in LOSSES for loss in getattr(layer, kind))
        size += float(np.abs(found.layers[depth + 1]).sum())
        above = [[*(layer.relevance for layer in passes), start][depth + 1] for passes, start in slow]
        assert row.incoming == pytest.approx(float(sum(map(sum, above))), abs=1e-14 * max(size, 1))
        assert row.outgoing == pytest.approx(float(sum(sum(layer.relevance) for layer in layers)), abs=1e-14 * size)
        for kind in LOSSES:
            expected = float(sum(sum(getattr(layer, kind)) for layer in layers))
            assert getattr(row, kind) == pytest.approx(expected, abs=1e-14 * size), kind
        assert abs(row.rounding) <= 1e-14 * size


@given(networks())
def test_audit_adds_up_to_the_last_bit(case):
    x, parameters, rules, target = case
    found = build(parameters).explain(x, target, rules)
    for row in found.audit().rows:
        assert fsum([row.incoming, -row.outgoing, -row.bias, -row.stabilizer, -row.no_receiver, -row.rounding]) == 0


@given(networks())
def test_printed_audit_shows_every_amount_to_six_decimals(case):
    x, parameters, rules, target = case
    audit = build(parameters).explain(x, target, rules).audit()
    lines = repr(audit).splitlines()
    assert len({len(line) for line in lines}) == 1
    power = re.match(r"layer \(times (1e.\d\d)\)", lines[0])
    for line, row in zip(lines[1:], audit.rows, strict=True):
        printed = [float(number) * float(power[1] if power else 1) for number in line.split()[-6:]]
        for shown, amount in zip(printed, [*row.amounts(), row.rounding], strict=True):
            assert shown == pytest.approx(amount, rel=0.06, abs=0 if abs(amount) < 5e-7 else 5.1e-7)
            assert bool(shown) == bool(amount)


@given(networks())
def test_totals_chain_through_the_audit(case):
    x, parameters, rules, target = case
    found = build(parameters).explain(x, target, rules)
    rows, totals = found.audit().rows, [fsum(np.ravel(R)) for R in found.layers]
    assert [row.incoming for row in rows] == totals[:0:-1] and [row.outgoing for row in rows] == totals[-2::-1]
    for R, total in zip(found.layers, found.totals, strict=True):
        assert total.shape == x.shape[:-1] and np.array_equal(total, R.sum(axis=-1))


def test_audit_names_what_took_the_relevance():
    network = Network([Dense([[1.0], [2.0]], [3.0])])
    (row,) = network.explain([1.0, 1.0], rules=LRP0(absorb_bias=True)).audit().rows
    assert row == Row("Dense(2 → 1)  LRP-0 with bias", 6.0, 3.0, 3.0, 0.0, 0.0)
    (row,) = network.explain([1.0, 1.0], rules=Epsilon(3.0)).audit().rows
    assert row == Row("Dense(2 → 1)  ε(3.0)", 6.0, 3.0, 0.0, 3.0, 0.0)
    (row,) = network.explain([0.0, 0.0], rules=ZPlus()).audit().rows
    assert row == Row("Dense(2 → 1)  z⁺", 3.0, 0.0, 0.0, 0.0, 3.0)
    (row,) = Network([Dense([[1.0], [3.0]])]).explain([1.0, 1.0], rules=AlphaBeta(2)).audit().rows
    assert (row.outgoing, row.no_receiver) == (8, -4)


def test_audit_prints_a_table():
    network = Network([Dense([[1.0, -1.0]], [0.5, 0.25]), ReLU(), Dense([[2.0], [1.0]], [-1.0])])
    audit = network.explain([1.0], rules=[LRP0(absorb_bias=True), Epsilon(0.5)]).audit()
    assert repr(audit).splitlines() == [
        "layer                                in     = out    + bias  + stabilizer  + no receiver  + rounding",
        "Dense(2 → 1)  ε(0.5)           2.000000  1.714286         0      0.285714              0     1.1e-16",
        "Dense(1 → 2)  LRP-0 with bias  1.714286  1.142857  0.571429             0              0     0.0e+00",
    ]


def test_audit_shows_the_same_in_a_notebook():
    audit = seven_neurons().explain([1.0, 2.0, 1.0], rules=Epsilon(0.25)).audit()
    cells = re.findall(r"<t[hd]>(.*?)</t[hd]>", audit._repr_html_())
    assert " ".join(cells).split() == repr(audit).split()
    head, *lines = np.reshape(cells, (-1, 7)).tolist()
    head, body = "</th><th>".join(head), "</td></tr><tr><td>".join("</td><td>".join(line) for line in lines)
    head, body = f"<thead><tr><th>{head}</th></tr></thead>", f"<tbody><tr><td>{body}</td></tr></tbody>"
    assert audit._repr_html_() == f'<table class="audit">{head}{body}</table>'
    assert "<b>" not in Audit([Row("<b>", 1.0, 1.0, 0.0, 0.0, 0.0)])._repr_html_()


def test_audit_shows_what_is_not_zero_as_it_was_computed():
    row = Row("layer", 1.0, 0.75, 0.25 - 2e-16, 1e-9, 0.0)
    assert repr(Audit([row])).splitlines()[1].split() == [
        "layer", "1.000000", "0.750000", "0.250000", "1.0e-09", "0", "-1.0e-09",
    ]  # fmt: skip


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e-9, 1e9, 1e12, 1e150, 1e300])
def test_audit_is_printed_at_any_magnitude(scale):
    share = scale / 3
    head, line = repr(Audit([Row("layer", scale, share, share, share, 0.0)])).splitlines()
    assert head.startswith(f"layer (times {scale:.0e})  ")
    assert line.split()[1:6] == ["1.000000", *["0.333333"] * 3, "0"] and abs(float(line.split()[6])) < 1e-15


@pytest.mark.parametrize("largest, power", [(0.0, 0), (1e-3, 0), (9e-4, -4), (9.99e8, 0), (1e9, 9), (-2e9, 9)])
def test_audit_shows_a_power_of_ten_only_where_needed(largest, power):
    head, _ = repr(Audit([Row("layer", largest, largest, 0.0, 0.0, 0.0)])).splitlines()
    assert head.startswith(f"layer (times 1e{power:+03d})" if power else "layer  ")


def test_audit_sums_over_the_batch():
    network = seven_neurons()
    x = np.array([[1.0, 2.0, 1.0], [0.0, 1.0, 0.0]])
    both, *each = (network.explain(points).audit().rows for points in (x, *x))
    assert [row.incoming for row in both] == [one.incoming + other.incoming for one, other in zip(*each, strict=True)]


def test_an_explanation_of_a_batch_can_be_indexed():
    network, x = seven_neurons(), np.arange(18.0).reshape(2, 3, 3)
    rules = [LRP0(), Epsilon(0.25)]
    found = network.explain(x, rules=rules)
    for index in (0, -1, (1, 2), slice(None), (slice(None), 1), np.array([[True, False, True], [False, True, False]])):
        part, alone = found[index], network.explain(x[index], rules=rules)
        assert np.array_equal(part.target, alone.target) and part.output.shape == alone.output.shape
        for one, other in zip((part.value, *part.layers), (alone.value, *alone.layers), strict=True):
            assert one.shape == other.shape
            np.testing.assert_allclose(one, other, rtol=1e-14)
        for one, other in zip(part.audit().rows, alone.audit().rows, strict=True):
            np.testing.assert_allclose(one.amounts(), other.amounts(), rtol=1e-13, atol=1e-14)
        with pytest.raises(ValueError, match="read-only"):
            part.relevance[...] = 0
    assert [len(found), *map(len, found)] == [2, 3, 3]
    assert np.array_equal(found[1, 0].relevance, found[1][0].relevance)


def test_an_explanation_of_one_input_cannot_be_indexed():
    found = seven_neurons().explain([1.0, 2.0, 1.0])
    with pytest.raises(IndexError, match="^an explanation of one input cannot be indexed, only that of a batch can$"):
        found[0]
    with pytest.raises(TypeError, match="^an explanation of one input has no length, only that of a batch has$"):
        len(found)
    with pytest.raises(IndexError, match="out of bounds"):
        seven_neurons().explain([[1.0, 2.0, 1.0]])[1]


def test_an_explanation_can_be_pickled():
    found = seven_neurons().explain([[1.0, 2.0, 1.0]], rules=Epsilon(0.25))
    twin = pickle.loads(pickle.dumps(found))
    assert repr(twin.audit()) == repr(found.audit()) and np.array_equal(twin.relevance, found.relevance)
    with pytest.raises(ValueError, match="read-only"):
        twin.relevance[...] = 0


def test_layers_are_a_tuple():
    assert isinstance(seven_neurons().explain([1.0, 2.0, 1.0]).layers, tuple)


def test_later_calls_change_nothing():
    network, x = seven_neurons(), np.array([1.0, 2.0, 1.0])
    found = network.explain(x, rules=Epsilon(0.25))
    kept = [np.array(part) for part in (*found.layers, found.output, found.target, found.value)]
    table = repr(found.audit())
    network.explain([3.0, 0.0, 0.0])
    network.forward(np.zeros((2, 3)))
    x[:] = 0
    for part, copy in zip((*found.layers, found.output, found.target, found.value), kept, strict=True):
        assert np.array_equal(part, copy)
    assert repr(found.audit()) == table


def test_arrays_cannot_be_written_to():
    found = seven_neurons().explain([1.0, 2.0, 1.0])
    for array in (*found.layers, found.output, found.target, found.value, found.relevance):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_text():
    assert repr(seven_neurons().explain([1.0, 2.0, 1.0])) == "Explanation(target=0, value=6.0)"


def test_relevance_is_the_lowest_layer_and_outputs_the_highest():
    found = seven_neurons().explain([1.0, 2.0, 1.0])
    assert found.relevance is found.layers[0]
    assert [R.shape for R in found.layers] == [(3,), (3,), (1,)]
    assert found.layers[-1].tolist() == [6] and found.target == 0
