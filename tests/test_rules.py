"""Every rule of the registry: against its oracle, its defining property, its exact losses, its limits, its edges."""

import pickle

import numpy as np
import oracles
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from passes import hand_down
from strategies import SIZES, grid, layers, reals, rules_named

from lrp_edu import roots
from lrp_edu.claims.reference import RULES as REFERENCES
from lrp_edu.claims.reference import has_factor_a
from lrp_edu.messages import messages
from lrp_edu.neuron import Neuron
from lrp_edu.rules import LRP0, RULES, AlphaBeta, Epsilon, Flat, Gamma, WSquare, ZBox, ZPlus

EACH_RULE = pytest.mark.parametrize("name", RULES)
LOSSES = ("bias", "stabilizer", "no_receiver")


def down(rule, w, x, R, b=0.0):
    """Return the relevance of the inputs of a single neuron."""
    return hand_down(rule, np.array(x, float), np.transpose([w]), [b], np.array([R], float)).relevance


def rows(*arrays):
    """Yield the entries of batches, one by one."""
    return zip(*(array.reshape(-1, array.shape[-1]) for array in arrays), strict=True)


def slow(rule, a, W, b, R):
    """Return the oracle's pass for each input of a batch."""
    W, b = oracles.exact(W), oracles.exact(b)
    return [oracles.layer(rule, oracles.exact(a_n), W, b, oracles.exact(R_n)) for a_n, R_n in rows(a, R)]


def floats(passes, field):
    return np.array([getattr(one, field) for one in passes], float)


def assert_close(got, expected, size, units):
    """Compare up to `units` roundings of the summed magnitudes."""
    tolerance = units * np.finfo(got.dtype).eps * size
    assert np.all(np.abs(got - expected) <= tolerance), f"{got} is not {expected} within {tolerance}"


def test_every_rule_has_its_reference():
    assert set(REFERENCES) == set(RULES), "write the rule's equation into lrp_edu/claims/reference.py"


@EACH_RULE
@given(st.data())
def test_rule_agrees_with_its_oracle(name, data):
    rule, a, W, b, R = data.draw(layers(name))
    passed, passes = hand_down(rule, a, W, b, R), slow(rule, a, W, b, R)
    assert passed.relevance.shape == a.shape and passed.relevance.dtype == a.dtype
    expected, size = (floats(passes, field).reshape(a.shape) for field in ("relevance", "size"))
    assert_close(passed.relevance, expected, size, units=8 + len(b))
    for field in LOSSES:
        got = np.broadcast_to(getattr(passed, field), R.shape)
        expected = floats(passes, field).reshape(R.shape)
        np.testing.assert_allclose(got, expected, rtol=8 * np.finfo(a.dtype).eps, atol=0, err_msg=field)


@EACH_RULE
@given(st.data())
def test_what_comes_in_goes_out_or_is_lost(name, data):
    rule, a, W, b, R = data.draw(layers(name))
    passed = hand_down(rule, a, W, b, R)
    losses = [np.broadcast_to(getattr(passed, field), R.shape) for field in LOSSES]
    spent = sum(amount.sum(axis=-1, dtype=float) for amount in (passed.relevance, *losses))
    size = floats(slow(rule, a, W, b, R), "size").reshape(a.shape)
    magnitudes = sum(np.abs(amount).sum(axis=-1) for amount in (size, R, *losses))
    assert_close(spent.astype(R.dtype), R.sum(axis=-1), magnitudes, units=8 + len(b))


@EACH_RULE
@given(st.data())
def test_messages_agree_with_the_oracle(name, data):
    rule, a, W, b, R = data.draw(layers(name).filter(lambda case: case[1].ndim == 1))
    sent = messages(a, W, R, rule, b)
    (one,) = slow(rule, a, W, b, R)
    expected = np.array(one.messages, float).T
    assert sent.shape == W.shape and sent.dtype == a.dtype
    assert_close(sent, expected, float(max(one.size)), units=8)


@EACH_RULE
@given(st.data())
def test_rule_agrees_with_its_oracle_off_the_grid(name, data):
    inputs, outputs = data.draw(SIZES), data.draw(SIZES)
    rule = data.draw(rules_named(name, inputs))
    a, W, b, R = (data.draw(reals(shape)) for shape in (inputs, (inputs, outputs), outputs, outputs))
    passed, (one,) = hand_down(rule, a, W, b, R), slow(rule, a, W, b, R)
    condition = max(one.size) / max(map(abs, one.relevance)) if any(one.relevance) else 0
    assume(float(max(one.size)) < 1e4 * np.abs(R).sum() and condition < 1e4)
    # What cancels exactly may leave a rounding in floating-point numbers, on either side of zero.
    q, size = a @ W + b * rule.absorb_bias, np.abs(a) @ np.abs(W) + np.abs(b)
    assume(not any(one.no_receiver) and np.all(np.abs(q) > 1e-9 * size))
    # A denominator may cancel down to 1e-4 of its terms.
    assert_close(passed.relevance, np.array(one.relevance, float), float(max(one.size)), units=1e6)


@EACH_RULE
@given(st.data(), st.integers(-8, 8))
def test_relevance_is_linear_in_relevance(name, data, k):
    rule, a, W, b, R = data.draw(layers(name))
    once, scaled = hand_down(rule, a, W, b, R).relevance, hand_down(rule, a, W, b, R * R.dtype.type(2.0**k)).relevance
    assert np.array_equal(scaled, once * once.dtype.type(2.0**k))
    assert np.array_equal(hand_down(rule, a, W, b, -R).relevance, -once)


@EACH_RULE
@given(st.data())
def test_a_batch_is_its_inputs_one_by_one(name, data):
    rule, a, W, b, R = data.draw(layers(name))
    together = hand_down(rule, a, W, b, R).relevance
    alone = np.array([hand_down(rule, a_n, W, b, R_n).relevance for a_n, R_n in rows(a, R)]).reshape(a.shape)
    size = floats(slow(rule, a, W, b, R), "size").reshape(a.shape)
    assert_close(together, alone, size, units=8 + len(b))


# Defining property: R is the first-order term at the root that lies in the rule's direction.

DIRECTIONS = {
    "LRP-0": lambda x, w: (roots.z_direction(x, w), LRP0()),
    "w²": lambda x, w: (roots.w2_direction(x, w), WSquare()),
    "z⁺": lambda x, w: (roots.zplus_direction(x, w), ZPlus()),
    "γ": lambda x, w: (roots.gamma_direction(x, w, 0.5), Gamma(0.5)),
    "z^B": lambda x, w: (roots.zbox_direction(x, w, -2.0, 3.0), ZBox(-2.0, 3.0)),
}


@pytest.mark.parametrize("name", DIRECTIONS)
@given(st.data())
def test_rule_is_the_first_order_term_at_its_root(name, data):
    d = data.draw(SIZES)
    x, w, b = data.draw(grid(d)), data.draw(grid(d)), data.draw(grid(()))
    v, rule = DIRECTIONS[name](x, w)
    neuron = Neuron(w, b)
    assume(w @ v != 0 and neuron.active(x))
    root = roots.root(neuron, x, v)
    terms = w * (x - root)
    size = np.abs(w * v / (w @ v)).sum() * neuron(x) + np.abs(w * x).sum()
    assert_close(down(rule, w, x, neuron(x), b), terms, size, units=16)


# Limits and identities.


@given(layers("z⁺"))
def test_alpha_one_is_z_plus(case):
    _, a, W, b, R = case
    assert np.array_equal(hand_down(AlphaBeta(1), a, W, b, R).relevance, hand_down(ZPlus(), a, W, b, R).relevance)


@given(layers("γ"))
def test_gamma_tends_to_z_plus(case):
    _, a, W, b, R = case
    a, R = np.abs(a).astype(float), R.astype(float)
    # Where nothing adds, gamma has nothing to favor, and z+ nobody to give to.
    R = np.where(a @ np.maximum(W, 0) > 0, R, 0)
    z_plus = hand_down(ZPlus(), a, W, b, R).relevance
    gaps = [np.abs(hand_down(Gamma(g), a, W, b, R).relevance - z_plus).max(initial=0) for g in (1e6, 1e9)]
    # A neuron of the grid has at most 5 terms of at most 16, and what adds is at least 1/16.
    assert gaps[0] <= 5 * 16 * 16 * 5 * 4 * 5 * 16 * 1e-6 and gaps[1] <= 1.1e-3 * gaps[0] + 1e-12


@given(layers("γ"))
def test_gamma_zero_and_epsilon_zero_are_lrp0(case):
    _, a, W, b, R = case
    basic = hand_down(LRP0(), a, W, b, R)
    for rule in (Gamma(0), Epsilon(0)):
        assert np.array_equal(hand_down(rule, a, W, b, R).relevance, basic.relevance)


@given(layers("ε"), st.booleans())
def test_epsilon_tends_to_lrp0(case, absorb):
    _, a, W, b, R = case
    a, R = a.astype(float), R.astype(float)
    R = np.where(a @ W + b * absorb == 0, 0, R)
    basic = hand_down(LRP0(absorb_bias=absorb), a, W, b, R).relevance
    leaky = [hand_down(Epsilon(e, absorb_bias=absorb), a, W, b, R).relevance for e in (1e-6, 1e-9)]
    gaps = [np.abs(R - basic).max(initial=0) for R in leaky]
    assert gaps[0] <= 5 * 16 * 4 * 16**2 * 1e-6 and gaps[1] <= 1.1e-3 * gaps[0] + 1e-12


@given(layers("z^B"))
def test_box_from_zero_with_high_at_the_input_is_z_plus(case):
    """For x >= 0 the corner (0 where w > 0, x where w < 0) leaves the positive parts only."""
    _, a, W, b, R = case
    if a.ndim == 1:
        a = np.abs(a)
        box, plus = hand_down(ZBox(0.0, a), a, W, b, R), hand_down(ZPlus(), a, W, b, R)
        assert np.array_equal(box.relevance, plus.relevance)


@given(layers("z^B"))
def test_box_of_one_point_at_the_origin_is_lrp0(case):
    _, a, W, b, R = case
    box, basic = hand_down(ZBox(0.0, 0.0), a, W, b, R), hand_down(LRP0(), a, W, b, R)
    size = floats(slow(LRP0(), a, W, b, R), "size").reshape(a.shape)
    assert_close(box.relevance, basic.relevance, size, units=8 + len(b))


@given(st.floats(1e-14, 1e-3), st.floats(1e-14, 1e-3), st.floats(0.1, 10), st.floats(-10, -0.1))
def test_near_the_corner_of_a_box_nothing_cancels(above, below, up, down_weight):
    """Numerators (x - l) w⁺ and (x - h) w⁻ that are tiny beside x w keep all their digits."""
    a, W, R = np.array([above, 1 - below]), np.array([[up], [down_weight]]), np.array([1.0])
    n = np.array([above * up, (a[1] - 1) * down_weight])
    got = hand_down(ZBox(0.0, 1.0), a, W, [0.0], R).relevance
    np.testing.assert_allclose(got, n / n.sum(), rtol=2e-15)


def test_box_with_a_far_upper_bound_goes_to_the_weights_that_subtract():
    """With l = 0 and h to infinity, what is left is h's share: -h w⁻, the same for every finite x."""
    relevance = down(ZBox(0.0, 1e12), [2, -1, -3], [1, 5, 2], 4.0)
    assert relevance == pytest.approx([0, 1, 3], abs=1e-10)


@EACH_RULE
@given(st.data())
def test_a_silent_input_gets_nothing_where_the_rule_has_a_factor_a(name, data):
    if has_factor_a(name):
        rule, a, W, b, R = data.draw(layers(name))
        assert np.all(hand_down(rule, a, W, b, R).relevance[a == 0] == 0)


@given(grid(3, low=0), grid((3, 2)), grid(2, low=0))
def test_consistent_rules_keep_positive_relevance_positive(a, W, R):
    for rule in (ZPlus(), AlphaBeta(1), WSquare(), Flat(), ZBox(-4.0, 4.0)):
        relevance = hand_down(rule, a, W, np.zeros(2), R).relevance
        assert np.all(relevance >= 0), (rule, relevance)


# What libraries had wrong, each by its numbers.


def test_bias_leaves_no_zero_in_the_denominator():
    """Two libraries returned -1e7 and -1e9 here."""
    assert down(AlphaBeta(alpha=1), [1, -1], [1, 1], -1.0, b=-1).tolist() == [-1, 0]


def test_z_plus_sees_negative_inputs():
    """W⁺ alone would give (1, 0)."""
    for rule in (ZPlus(), AlphaBeta(alpha=1)):
        assert down(rule, [1, -2], [-1, -1], 1.0).tolist() == [0, 1]


@pytest.mark.parametrize("rule", [Epsilon(0, absorb_bias=True), LRP0(absorb_bias=True)])
@pytest.mark.parametrize("b, lost", [(3.0, 3.0), (-1.0, -1.0)])
def test_absorbed_bias_keeps_its_share(rule, b, lost):
    passed = hand_down(rule, np.ones(2), [[1], [2]], [b], np.array([3 + b]))
    assert passed.relevance.tolist() == [1, 2] and passed.bias.tolist() == [lost]


@pytest.mark.parametrize("rule", [Epsilon(0), LRP0()])
def test_bias_not_absorbed_takes_nothing(rule):
    passed = hand_down(rule, np.ones(2), [[1], [2]], [3.0], np.array([6.0]))
    assert passed.relevance.tolist() == [2, 4] and not np.any(passed.bias)


def test_w_square_has_no_bias_in_its_denominator():
    """Squaring the bias into it gave (0.4286, 1.7143)."""
    assert down(WSquare(), [1, 2], [1, 1], 6.0, b=3) == pytest.approx([1.2, 4.8], rel=1e-15)


def test_alpha_two_doubles_where_nothing_subtracts():
    passed = hand_down(AlphaBeta(alpha=2), np.ones(2), [[1], [3]], [0], np.array([4.0]))
    assert passed.relevance.tolist() == [2, 6] and passed.no_receiver.tolist() == [-4]


def test_published_gamma_and_z_plus_with_their_bias():
    """With w = (1, -2), b = 3 and x = (1, 1): γ's sum over 0, j is 1 (1 + γ) - 2 + 3 (1 + γ), that of z⁺ is 1 + 3."""
    assert down(Gamma(1, absorb_bias=True), [1, -2], [1, 1], 6.0, b=3).tolist() == [2, -2]
    assert down(ZPlus(absorb_bias=True), [1, -2], [1, 1], 2.0, b=3).tolist() == [0.5, 0]
    assert down(ZPlus(absorb_bias=True), [1, -2], [1, 1], 2.0, b=-3).tolist() == [2, 0]


def test_alpha_beta_with_bias_hands_on_what_the_formula_says():
    """R (1 - α b⁺/z⁺ + β b⁻/z⁻), with the bias in z⁺ and z⁻."""
    for b, kept in ((2.0, 4 * (1 - 2 * 2 / 5)), (-2.0, 4 * (1 + 1 * -2 / -3))):
        assert down(AlphaBeta(2, absorb_bias=True), [3, -1], [1, 1], 4.0, b).sum() == pytest.approx(kept, rel=1e-15)


def test_sign_of_the_stabilizer_at_zero_is_plus():
    assert down(Epsilon(0.5), [1, -1], [1, 1], 1.0).tolist() == [2, -2]
    assert down(Epsilon(0.5), [1, -1], [-1, -1], 1.0).tolist() == [-2, 2]


def test_stabilizer_never_turns_a_sign():
    """A bare epsilon would bring a negative denominator closer to zero."""
    passed = hand_down(Epsilon(1.0), np.ones(2), [[-1], [-3]], [0], np.array([5.0]))
    assert passed.relevance.tolist() == [1, 3] and passed.stabilizer.tolist() == [1]


NOBODY = [
    (LRP0(), [1, -1], [1, 1]),
    (Gamma(0.5), [2, -3], [1, 1]),
    (Epsilon(0), [0, 0], [1, 1]),
    (ZPlus(), [-1, -2], [1, 1]),
    (AlphaBeta(1), [-1, -2], [1, 1]),
    (WSquare(), [0, 0], [1, 1]),
    (ZBox(0, 1), [3, -2], [0, 1]),
]


@pytest.mark.parametrize("rule, w, x", NOBODY, ids=[str(rule) for rule, *_ in NOBODY])
@pytest.mark.parametrize("R", [2.0, -2.0])
def test_zero_denominator_has_no_receiver(rule, w, x, R):
    passed = hand_down(rule, np.array(x, float), np.transpose([w]).astype(float), [1.0], np.array([R]))
    assert passed.relevance.tolist() == [0, 0] and passed.no_receiver.tolist() == [R]


def test_the_running_example():
    assert down(WSquare(), [2, 1], [1, 1], 2.0, b=-1).tolist() == [1.6, 0.4]
    assert down(LRP0(), [2, 1], [1, 1], 2.0, b=-1) == pytest.approx([4 / 3, 2 / 3], rel=1e-15)
    assert down(ZPlus(), [2, 1], [1, 1], 2.0, b=-1) == pytest.approx([4 / 3, 2 / 3], rel=1e-15)
    assert down(Flat(), [2, 1], [1, 1], 2.0, b=-1).tolist() == [1, 1]


# Settings.


def test_beta_is_derived():
    assert [AlphaBeta(alpha).beta for alpha in (1, 1.5, 2)] == [0, 0.5, 1]
    with pytest.raises(TypeError, match="beta"):
        AlphaBeta(beta=1)


def test_default_settings():
    off = {"absorb_bias": False}
    assert (LRP0(), Epsilon(), ZPlus()) == (LRP0(**off), Epsilon(1e-6, **off), ZPlus(**off))
    assert (Gamma(), AlphaBeta()) == (Gamma(0.25, **off), AlphaBeta(2, **off))
    assert (ZBox().low, ZBox().high) == (-1, 1)


@pytest.mark.parametrize("call", [lambda: LRP0(1e-6), lambda: AlphaBeta(2, 1), lambda: Epsilon(0.1, True)])
def test_the_bias_is_absorbed_by_name_only(call):
    """The literature writes α2β1; read as `absorb_bias` the 1 would change every number without a word."""
    with pytest.raises(TypeError, match="positional argument"):
        call()


def test_rules_are_equal_by_their_settings():
    assert ZBox(0, 1) == ZBox(0, 1) != ZBox(0, 2) and ZBox([0, 0], 1) == ZBox(np.zeros(2), 1)
    assert len({ZBox(0, 1), ZBox(0, 1), ZBox([0, 1], 1), Epsilon(0), LRP0()}) == 4
    for rule in (ZBox([0, 0], 1), Gamma(0.5, absorb_bias=True)):
        assert pickle.loads(pickle.dumps(rule)) == rule


@EACH_RULE
def test_rule_is_found_under_its_name_and_prints(name):
    rule = RULES[name]()
    assert rule.name == name and str(rule).startswith(name)


def test_rules_print_their_settings():
    bias = {"absorb_bias": True}
    printed = [LRP0(), LRP0(**bias), Epsilon(0.25), Epsilon(0.25, **bias), Gamma(1), AlphaBeta(2), ZBox(0, 1)]
    texts = ["LRP-0", "LRP-0 with bias", "ε(0.25)", "ε(0.25) with bias", "γ(1)", "αβ(2)", "z^B(0, 1)"]
    assert list(map(str, printed)) == texts
    assert str(ZBox(np.zeros(64), 1)) == "z^B(…, 1)"  # 64 numbers would tear the audit's table apart


def test_bounds_are_a_copy_that_cannot_be_written_to():
    low = np.zeros(2)
    rule = ZBox(low, 1)
    low[:] = 5
    assert rule.low == (0, 0)


@pytest.mark.parametrize("rule", [rule() for rule in RULES.values()], ids=str)
def test_rule_cannot_be_changed(rule):
    for setting in vars(rule):
        with pytest.raises(AttributeError):
            setattr(rule, setting, 0)
