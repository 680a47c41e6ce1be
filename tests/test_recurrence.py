"""The LSTM: slow loops over its equations, complex steps, gates that are frozen, and where all relevance goes."""

import cmath
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import BATCHES, DTYPES

from lrp_edu import LRP0, RULES, Dense, Epsilon, Network
from lrp_edu.propagate import losses, propagate
from lrp_edu.recurrence import LSTM, PRODUCTS, Gated, sigmoid


def layer(rng, inputs=2, units=3, bias=True):
    b = rng.normal(size=4 * units) if bias else None
    return LSTM(rng.normal(size=(4 * units, inputs)), rng.normal(size=(4 * units, units)), b)


# --- slow twins, for one sequence: one number after the other, from the equations ---


def slow_states(lstm, x):
    """Return for each step z, the gates by name, the cell before and after, and the outputs before and after."""
    H, steps = lstm.outputs, []
    h, c = [0.0] * H, [0.0] * H
    for x_t in x:
        z = {}
        for place, name in enumerate("ifgo"):
            for k in range(H):
                row = place * H + k
                z[name, k] = lstm.bias[row]
                z[name, k] += sum(lstm.weight_ih[row, d] * x_t[d] for d in range(lstm.inputs))
                z[name, k] += sum(lstm.weight_hh[row, j] * h[j] for j in range(H))
        gate = {key: cmath.tanh(value) if key[0] == "g" else 1 / (1 + cmath.exp(-value)) for key, value in z.items()}
        after = [gate["f", k] * c[k] + gate["i", k] * gate["g", k] for k in range(H)]
        out = [gate["o", k] * cmath.tanh(after[k]) for k in range(H)]
        steps.append({"x": x_t, "z": z, "gate": gate, "c": c, "after": after, "h": h, "out": out})
        c, h = after, out
    return steps


def slow_relevance(lstm, x, R, product, epsilon, absorb):
    """Return the relevance of each input of each step, and what bias, stabilizer and want of a receiver took."""
    H, lost = lstm.outputs, {"bias": 0.0, "stabilizer": 0.0, "no_receiver": 0.0}

    def shared(parts, R, b=0.0):
        q = sum(parts) + b
        d = q + (epsilon if q >= 0 else -epsilon)
        if d == 0:
            lost["no_receiver"] += R
            return [0.0] * len(parts)
        lost["bias"] += R * b / d
        lost["stabilizer"] += R * (d - q) / d
        return [R * part / d for part in parts]

    def gated(u, s, R):
        if product == "signal":
            return 0.0, R
        if product == "half":
            return R / 2, R / 2
        return shared([u, s] if product == "proportion" else [abs(u), abs(s)], R)

    R_h, R_c, found = list(R), [0.0] * H, []
    for step in reversed(slow_states(lstm, x)):
        gate = {key: value.real for key, value in step["gate"].items()}
        before, after, h = ([complex(v).real for v in step[key]] for key in ("c", "after", "h"))
        R_z, R_before = {}, []
        for k in range(H):
            R_z["o", k], to_cell = gated(gate["o", k], np.tanh(after[k]), R_h[k])
            kept, new = shared([gate["f", k] * before[k], gate["i", k] * gate["g", k]], R_c[k] + to_cell)
            R_z["f", k], of_before = gated(gate["f", k], before[k], kept)
            R_z["i", k], R_z["g", k] = gated(gate["i", k], gate["g", k], new)
            R_before.append(of_before)
        R_x, R_h = [0.0] * lstm.inputs, [0.0] * H
        for place, name in enumerate("ifgo"):
            for k in range(H):
                row = place * H + k
                parts = [lstm.weight_ih[row, d] * step["x"][d] for d in range(lstm.inputs)]
                parts += [lstm.weight_hh[row, j] * h[j] for j in range(H)]
                sent = shared(parts, R_z[name, k], lstm.bias[row] if absorb else 0.0)
                for d in range(lstm.inputs):
                    R_x[d] += sent[d]
                for j in range(H):
                    R_h[j] += sent[lstm.inputs + j]
        R_c = R_before
        found.insert(0, R_x)
    return np.array(found), lost


RULES_HERE = {
    "LRP-0": LRP0(),
    "LRP-0 with bias": LRP0(absorb_bias=True),
    "ε": Epsilon(0.05),
    **{product: Gated(0.02, product) for product in PRODUCTS},
    **{f"{product} with bias": Gated(0.02, product, absorb_bias=True) for product in PRODUCTS},
}
EACH_RULE = pytest.mark.parametrize("rule", RULES_HERE.values(), ids=RULES_HERE)


# --- forward and derivatives ---


@pytest.mark.parametrize("units", [1, 3])
def test_outputs_and_states_are_those_of_slow_loops(units):
    rng = np.random.default_rng(units)
    lstm, x = layer(rng, units=units), rng.normal(size=(3, 5, 2))
    states, y = lstm.states(x), lstm.forward(x)
    for n, x_n in enumerate(x):
        steps = slow_states(lstm, x_n)
        for t, step in enumerate(steps):
            for name in "ifgo":
                expected = [step["gate"][name, k].real for k in range(units)]
                np.testing.assert_allclose(getattr(states, name)[n, t], expected, rtol=1e-13, atol=1e-15)
            np.testing.assert_allclose(states.c[n, t], [complex(v).real for v in step["after"]], rtol=1e-12, atol=1e-15)
            np.testing.assert_allclose(states.h[n, t], [complex(v).real for v in step["out"]], rtol=1e-12, atol=1e-15)
        assert np.array_equal(y[n], states.h[n, -1])


def test_derivatives_are_those_of_a_complex_step():
    rng = np.random.default_rng(1)
    lstm, x, dy = layer(rng), rng.normal(size=(4, 2)), rng.normal(size=3)
    slopes = lstm.gradprop(dy, x)
    for t, d in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[t, d] += 1e-30j
        expected = sum(dy * [value.imag for value in slow_states(lstm, moved)[-1]["out"]]) / 1e-30
        assert slopes[t, d] == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_a_sigmoid_is_exact_at_both_ends():
    found = sigmoid(np.array([-800.0, -40.0, 0.0, 40.0, 800.0]))
    np.testing.assert_allclose(found, [0, np.exp(-40.0), 0.5, 1, 1], rtol=1e-15)


# --- relevance ---


@EACH_RULE
@pytest.mark.parametrize("units", [1, 3])
def test_relevance_and_losses_are_those_of_slow_loops(rule, units):
    rng = np.random.default_rng(10 + units)
    lstm, x, R = layer(rng, units=units), rng.normal(size=(4, 5, 2)), rng.normal(size=(4, units))
    x[:, 1], x[0] = 0, 0
    seen, _ = lstm.see(x)
    found, lost = propagate(rule, seen, R), losses(rule, seen, R)
    settings = getattr(rule, "product", "signal"), rule.epsilon, rule.absorb_bias
    each = [slow_relevance(lstm, x_n, R_n, *settings) for x_n, R_n in zip(x, R, strict=True)]
    for got, (expected, _) in zip(found, each, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-10 * np.abs(expected).max())
    for kind in ("bias", "stabilizer", "no_receiver"):
        total = sum(taken[kind] for _, taken in each)
        assert getattr(lost, kind).sum() == pytest.approx(total, rel=1e-9, abs=1e-9)


@EACH_RULE
def test_each_row_of_the_audit_adds_up(rule):
    rng = np.random.default_rng(2)
    network, x = Network([layer(rng), Dense(rng.normal(size=(3, 2)))]), rng.normal(size=(6, 4, 2))
    for row in network.explain(x, rules=rule).audit().rows:
        sizes = np.abs(row.amounts()).sum()
        assert abs(row.rounding) < 1e-11 * sizes
        assert (row.bias != 0) == (rule.absorb_bias and row.layer.startswith("LSTM"))
        assert (row.stabilizer != 0) == (rule.epsilon != 0) and row.no_receiver == 0


@EACH_RULE
def test_what_is_carried_begins_with_all_and_ends_with_nothing(rule):
    """The beginning of a sequence, where output and cell are 0, gets nothing; what is between adds up step by step."""
    rng = np.random.default_rng(3)
    lstm, x, R = layer(rng), rng.normal(size=(6, 4, 2)), rng.normal(size=(6, 3))
    carried, found = lstm.carried(rule, x, R), propagate(rule, lstm.see(x)[0], R)
    assert carried.shape == (6, 5, 2, 3)
    assert np.array_equal(carried[:, -1], np.stack([R, np.zeros_like(R)], axis=1)) and not carried[:, 0].any()
    if isinstance(rule, LRP0) and not rule.epsilon and not rule.absorb_bias:
        on_the_way = carried.sum(axis=(-1, -2))
        np.testing.assert_allclose(np.diff(on_the_way, axis=1), found.sum(axis=-1), atol=1e-9)


def test_lrp0_and_epsilon_share_products_as_the_signal_rule_does():
    rng = np.random.default_rng(4)
    seen, h = layer(rng).see(rng.normal(size=(5, 4, 2)))
    for plain, gated in ((LRP0(), Gated(0)), (Epsilon(0.1, absorb_bias=True), Gated(0.1, absorb_bias=True))):
        assert np.array_equal(propagate(plain, seen, h), propagate(gated, seen, h))
    others = [propagate(Gated(0.1, product), seen, h) for product in PRODUCTS]
    assert all(not np.allclose(one, other) for k, one in enumerate(others) for other in others[:k])


def test_with_the_bias_in_the_denominator_it_is_gradient_times_input_with_all_gates_frozen():
    """Freeze the gates at what they are, and each tanh at its chord: an affine map, whose terms are the relevance."""
    rng = np.random.default_rng(5)
    lstm, x, R = layer(rng), rng.normal(size=(4, 2)), rng.normal(size=3)
    s, h = lstm.states(x), lstm.forward(x)
    z = np.arctanh(s.g)
    new, out = s.i * s.g / z, s.o * np.tanh(s.c) / s.c

    def frozen(x):
        h, c, W, V = np.zeros(3), np.zeros(3), lstm.weight_ih[6:9], lstm.weight_hh[6:9]
        for t, x_t in enumerate(x):
            c = s.f[t] * c + new[t] * (W @ x_t + V @ h + lstm.bias[6:9])
            h = out[t] * c
        return h

    np.testing.assert_allclose(frozen(x), h, rtol=1e-12)
    found = propagate(LRP0(absorb_bias=True), lstm.see(x)[0], R * h)
    for t, d in np.ndindex(x.shape):
        without = x.copy()
        without[t, d] = 0
        assert found[t, d] == pytest.approx(R @ (h - frozen(without)), rel=1e-10, abs=1e-12)


def test_a_sequence_of_zeros_has_no_receiver():
    rng = np.random.default_rng(6)
    network = Network([layer(rng), Dense(rng.normal(size=(3, 1)))])
    found = network.explain(np.zeros((1, 2)))
    _, row = found.audit().rows
    assert not found.relevance.any() and row.no_receiver == pytest.approx(found.value, rel=1e-12)


def test_on_a_dense_layer_the_gated_rule_is_epsilon():
    rng = np.random.default_rng(7)
    seen, z = Dense(rng.normal(size=(3, 2)), rng.normal(size=2)).see(rng.normal(size=(5, 3)))
    for absorb in (False, True):
        gated, plain = Gated(0.3, "half", absorb_bias=absorb), Epsilon(0.3, absorb_bias=absorb)
        assert np.array_equal(propagate(gated, seen, z), propagate(plain, seen, z))


@given(BATCHES, DTYPES, st.integers(1, 4), st.integers(1, 3), st.sampled_from(list(RULES_HERE.values())))
def test_shapes_and_precision_are_kept(batch, dtype, steps, units, rule):
    rng = np.random.default_rng(8)
    lstm, x = layer(rng, units=units), rng.normal(size=(*batch, steps, 2)).astype(dtype)
    kept = x.copy()
    seen, y = lstm.see(x)
    assert y.shape == (*batch, units) and propagate(rule, seen, y).shape == x.shape
    arrays = [y, propagate(rule, seen, y), lstm.gradprop(y, x), lstm.carried(rule, x, y), *lstm.states(x)]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}
    assert np.array_equal(x, kept)


def test_a_batch_is_many_sequences():
    rng = np.random.default_rng(9)
    network, x = Network([layer(rng), Dense(rng.normal(size=(3, 2)))]), rng.normal(size=(2, 3, 4, 2))
    rule = Gated(0.1, "half")
    whole = network.explain(x, 1, rule)
    for n in np.ndindex(2, 3):
        one = network.explain(x[n], 1, rule)
        np.testing.assert_allclose(whole.relevance[n], one.relevance, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(whole[n].relevance, one.relevance, rtol=1e-10, atol=1e-12)


def test_a_large_batch_is_cut_by_what_all_steps_hold():
    rng = np.random.default_rng(12)
    lstm = layer(rng)
    network = Network([lstm, Dense(rng.normal(size=(3, 1)))])
    (step, *_) = steps = lstm.see(np.zeros((7, 2)))[0].inside
    kept = [step.sums.a, step.sums.product, step.cell.a, step.cell.product, *step[2:]]
    assert network.largest((7, 2)) == 7 * 50 >= len(steps) * sum(array.size for array in kept)


def test_it_can_be_pickled_prints_and_keeps_copies():
    rng = np.random.default_rng(10)
    weight_ih, weight_hh, bias = rng.normal(size=(8, 3)), rng.normal(size=(8, 2)), rng.normal(size=8)
    lstm, x = LSTM(weight_ih, weight_hh, bias), rng.normal(size=(4, 3))
    y = lstm.forward(x)
    weight_ih[:], bias[:] = 7, 7
    for twin in (lstm, pickle.loads(pickle.dumps(lstm))):
        assert repr(twin) == "LSTM(3 → 2)" and np.array_equal(twin.forward(x), y)
        with pytest.raises(ValueError, match="read-only"):
            twin.weight_ih[:] = 0
    assert str(Gated(0.001, "half", absorb_bias=True)) == "ε(0.001, half) with bias"


@pytest.mark.parametrize("name", [name for name in RULES if name not in ("LRP-0", "ε")])
def test_rules_that_make_no_sense_for_a_cell_are_refused(name):
    rng = np.random.default_rng(11)
    network = Network([layer(rng), Dense(rng.normal(size=(3, 1)))])
    with pytest.raises(ValueError, match=r"rules must hold LRP0, Epsilon or Gated for LSTM\(2 → 3\), got "):
        network.explain(rng.normal(size=(4, 2)), rules=[RULES[name](), LRP0()])
