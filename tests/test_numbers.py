"""Numbers of any size and arrays of any make: the right answer or a clear error, never a warning.

Warnings are errors in all tests (pyproject.toml).
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import oracles
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from passes import hand_down
from strategies import grid, layers, networks, rules_named
from test_network import build

from lrp_edu import roots
from lrp_edu.first_order import decompose, sensitivity
from lrp_edu.layers import Dense, ReLU
from lrp_edu.messages import messages, seven_neurons
from lrp_edu.network import Network
from lrp_edu.neuron import Neuron
from lrp_edu.rules import LRP0, RULES, AlphaBeta, Epsilon, Gamma, WSquare, ZBox, ZPlus

EACH_RULE = pytest.mark.parametrize("name", RULES)
POWERS = st.integers(-498, 498)  # 2**498 is about 1e150.
TINY = np.finfo(float).tiny


def scaled(rule, k):
    """Return the rule with what it holds in the unit of the inputs (z^B) or preactivations (ε) stretched by 2**k."""
    if isinstance(rule, ZBox):
        return ZBox(np.ldexp(rule.low, k), np.ldexp(rule.high, k))
    return replace(rule, epsilon=rule.epsilon * 2.0**k) if isinstance(rule, Epsilon) else rule


@EACH_RULE
@given(st.data(), POWERS, POWERS, POWERS)
def test_rules_scale_exactly_or_refuse(name, data, of_a, of_W, of_R):
    """Inputs, weights and relevance stretched by powers of two stretch the result, to the last bit."""
    _, a, W, b, R = data.draw(layers(name).filter(lambda case: case[1].dtype == np.float64))
    rule = data.draw(rules_named(name, len(W)).filter(lambda rule: not getattr(rule, "gamma", 0) > 4))
    plain = hand_down(rule, a, W, b, R)
    of_z = of_a + of_W
    large = scaled(rule, of_z if name == "ε" else of_a)
    try:
        got = hand_down(large, np.ldexp(a, of_a), np.ldexp(W, of_W), np.ldexp(b, of_z), np.ldexp(R, of_R))
    except ValueError as error:
        assert any(word in str(error) for word in ("overflowed", "whose ratio"))
        s = 0 if name in ("w²", "flat") else of_R - of_z
        assert not -990 < s < 990
    else:
        assert np.array_equal(got.relevance, np.ldexp(plain.relevance, of_R))
        for one, other in zip(got, plain, strict=True):
            assert np.array_equal(one, np.ldexp(other, of_R))


@EACH_RULE
@given(st.data(), st.floats(-150, 150), st.floats(-150, 150), st.floats(-150, 150))
def test_relevance_is_conserved_or_refused_at_any_magnitude(name, data, of_a, of_W, of_R):
    """As above, but with positive numbers that fill their digits, and by the oracle."""
    d = data.draw(st.integers(1, 4))
    a, W, R = (data.draw(grid(shape, low=0)) for shape in (d, (d, 2), 2))
    a, W, R = (0.9 * np.tanh(part + 0.1) for part in (a, W, R))
    a, W, R = a * 10.0**of_a, W * 10.0**of_W, R * 10.0**of_R
    rule = RULES[name]()
    try:
        got = hand_down(rule, a, W, np.zeros(2), R).relevance
    except ValueError as error:
        assert any(word in str(error) for word in ("overflowed", "whose ratio"))
        return
    slow = oracles.layer(rule, *map(oracles.exact, (a, W, np.zeros(2), R)))
    expected, size = (np.array(part, float) for part in (slow.relevance, slow.size))
    # The relevance itself may be below the normal numbers (that of ε where z is).
    assert np.all(np.abs(got - expected) <= 1e-14 * size + 1e-14 * TINY + 1e-323)


@given(st.integers(-1074, 1020), st.integers(-1074, 1020), st.sampled_from([(2.0, 1.0), (1.0, 3.0), (0.0, 1.0)]))
def test_w_square_knows_no_scale(of_W, of_other, w):
    """The squares of weights below 1e-154 or above 1e154 cannot be stored, and need not be."""
    W = np.stack([np.ldexp(w, of_W), np.ldexp(w, of_other)], axis=1)
    got = hand_down(WSquare(), np.zeros(2), W, np.zeros(2), np.array([1.0, 0.0])).relevance
    square = np.square(w)
    np.testing.assert_allclose(got, square / square.sum(), rtol=4e-16)


@EACH_RULE
def test_subnormal_weights_share_as_others_do(name):
    """Inputs large enough to lift the products among the normal numbers leave every digit."""
    W, a, R = np.array([[5e-324], [1.5e-323]]), np.array([2.0**80, 2.0**81]), np.array([2.0**-100])
    exact = {"z^B": ZBox(-(2.0**90), 2.0**90), "ε": Epsilon(0), "γ": Gamma(1)}  # γ w⁺ must be a number, too
    rule = exact.get(name) or RULES[name]()
    plain = ZBox(-(2.0**10), 2.0**10) if name == "z^B" else rule
    expected = hand_down(plain, a * 2.0**-80, np.array([[1.0], [3.0]]), [0], R).relevance
    np.testing.assert_allclose(hand_down(rule, a, W, [0], R).relevance, expected, rtol=1e-15)


def test_network_of_subnormal_weights():
    found = Network([Dense([[5e-324], [1e-323]])]).explain([1.0, 1.0])
    assert found.relevance.tolist() == [5e-324, 1e-323] and found.value == 1.5e-323


@pytest.mark.parametrize("rule", [LRP0(), ZPlus(), AlphaBeta(2), ZBox(0, 1)], ids=str)
@pytest.mark.parametrize("R", [1e-20, 1.0, 1e150])
def test_what_a_subnormal_denominator_cannot_share_is_refused(rule, R):
    with pytest.raises(ValueError, match="overflowed"):
        hand_down(rule, np.ones(2), [[5e-324], [1e-323]], [0], np.array([R * 1e16]))


def test_small_relevance_beside_a_large_one_is_no_error():
    """What is lost of 1e-310 is nothing beside 1."""
    passed = hand_down(LRP0(), np.ones(1), [[1e10, 1.0]], np.zeros(2), np.array([1e-305, 1.0]))
    assert passed.relevance.tolist() == [1.0]
    with pytest.raises(ValueError, match="whose ratio"):
        hand_down(LRP0(), np.ones((2, 1)), [[1e10, 1.0]], np.zeros(2), np.array([[1e-305, 0.0], [0.0, 1.0]]))


def test_overflow_is_refused_wherever_it_happens():
    huge = np.float64(1e200)
    calls = [
        lambda: Neuron([huge, huge])([huge, 1]),
        lambda: Neuron([huge, -huge])([huge, huge]),
        lambda: Dense([[huge]]).forward([huge]),
        lambda: Dense([[1.0]], [1e308]).forward([1.7e308]),
        lambda: Dense([[huge]]).gradprop(np.array([huge])),
        lambda: roots.root(Neuron([1e-200], 1e200), [1.0], [1.0]),
        lambda: hand_down(Gamma(1e300), np.array([1e10]), [[1.0]], [0], np.ones(1)),
        lambda: hand_down(Gamma(1e50), np.ones(1, np.float32), [[1.0]], [0], np.ones(1, np.float32)),
        lambda: hand_down(LRP0(), np.ones(1), [[1e-200]], [0], np.array([1e200])),
        lambda: hand_down(AlphaBeta(1e300), np.ones(1), [[1.0]], [0], np.array([1e100])),
        lambda: hand_down(LRP0(absorb_bias=True), np.ones(1), [[1.0]], [-1 + 2**-53], np.array([1e300])),
        lambda: Network([Dense([[1.0]])]).explain(np.ones(1, np.float32), rules=Epsilon(1e50)),
        lambda: messages([1e200], [[1e-300]], [1e300]),
        lambda: Neuron([1e50])(np.ones(1, np.float32)),
        lambda: Neuron([1.0], 1e50)(np.ones(1, np.float32)),
        lambda: Dense([[1e50]]).forward(np.ones(1, np.float32)),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="overflowed|whose ratio"):
            call()


@pytest.mark.skipif(np.finfo(np.longdouble).maxexp <= 1024, reason="long doubles reach no further than doubles here")
def test_long_doubles_beyond_float64_are_refused():
    with pytest.raises(ValueError, match="w must hold finite numbers, got inf"):
        Neuron(np.array([np.longdouble("1e4000")]))


def test_relevance_that_float32_cannot_hold_is_refused():
    network = Network([Dense([[1.0]])])
    network.forward(np.ones(1, np.float32))
    with pytest.raises(ValueError, match="relevance must stay within the range of float32, but it overflowed"):
        network.relprop([1e50], LRP0())


# Neurons and roots.


@given(grid(3), grid(3), grid(()), POWERS, POWERS)
def test_neurons_and_roots_scale_exactly(x, w, b, of_x, of_w):
    assume(np.any(w))
    z, neuron = of_x + of_w, Neuron(w, b)
    large, point = Neuron(np.ldexp(w, of_w), np.ldexp(b, z)), np.ldexp(x, of_x)
    assert large(point) == np.ldexp(neuron(x), z)
    assert large.active(point) == neuron.active(x) and large.on_hinge(point) == neuron.on_hinge(x)
    for v in (w, [1.0, 0.5, 0.25]):
        if w @ v:
            root = np.ldexp(roots.root(neuron, x, v), of_x)
            for length in (1.0, 2.0**-498, 2.0**498):
                assert np.array_equal(roots.root(large, point, np.multiply(v, length)), root)
            split = roots.relevance(large, point, v)
            assert np.array_equal(split.relevance, np.ldexp(roots.relevance(neuron, x, v).relevance, z))


@pytest.mark.parametrize("w", [(5e-324, 1e-323), (1e-320, 1e-310)])
def test_a_walk_by_subnormal_weights_is_refused(w):
    """Their sums have no digits to divide by."""
    with pytest.raises(ValueError, match="w @ v must not be 0"):
        roots.w2_root([1.0, 1.0], w)


def test_weights_below_the_root_of_the_smallest_number():
    np.testing.assert_allclose(roots.w2_root([1.0, 2.0], [2e-200, 1e-200], -1e-200), [-0.2, 1.4], rtol=1e-15)
    np.testing.assert_allclose(roots.w2_root([1.0, 2.0], [2e200, 1e200], -1e200), [-0.2, 1.4], rtol=1e-15)


# Signed zeros.


@EACH_RULE
def test_minus_zero_is_zero(name):
    rule = RULES[name]()
    W, a = np.array([[1.0, -0.0], [-0.0, 2.0]]), np.array([-0.0, 1.0])
    got = hand_down(rule, a, W, [-0.0, -0.0], np.array([-0.0, 1.0]))
    same = hand_down(rule, a + 0.0, W + 0.0, [0.0, 0.0], np.array([0.0, 1.0]))
    for one, other in zip(got, same, strict=True):
        assert np.array_equal(one, other)


def test_sign_of_a_stabilizer_at_minus_zero_is_plus():
    passed = hand_down(Epsilon(0.5), np.array([-0.0]), [[1.0]], [-0.0], np.array([1.0]))
    assert passed.stabilizer.tolist() == [1.0]


def test_minus_zero_is_on_the_hinge_and_in_the_domain():
    assert Neuron([1.0])([-0.0]) == 0 and Neuron([1.0]).on_hinge([-0.0]) and not Neuron([1.0]).active([-0.0])
    assert roots.in_domain([-0.0])


# Arrays of any make.


@EACH_RULE
@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 3)])
def test_empty_batches(name, shape):
    network = build([(np.ones((3, 2)), np.zeros(2)), (np.ones((2, 2)), np.zeros(2))])
    found = network.explain(np.zeros(shape), rules=RULES[name]())
    assert found.relevance.shape == shape and [R.shape[:-1] for R in found.layers] == [shape[:-1]] * 3
    assert [row.incoming for row in found.audit().rows] == [0, 0]
    network.forward(np.zeros(shape))
    assert network.gradprop(found.layers[-1]).shape == shape


def test_empty_batches_of_points():
    neuron, none = Neuron([2.0, 1.0]), np.zeros((0, 2))
    assert neuron(none).shape == neuron.active(none).shape == (0,) and neuron.gradient(none).shape == (0, 2)
    assert roots.w2_root(none, [2.0, 1.0]).shape == (0, 2)
    split = roots.relevance(neuron, none, none)
    assert split.relevance.shape == (0, 2) and split.is_consistent()
    assert decompose(neuron, neuron.gradient, none, none).relevance.shape == (0, 2)


def variants(array):
    """Yield the same numbers with strides, in Fortran's order, backwards, read-only, in the other byte order."""
    wide = np.zeros((*array.shape, 2), array.dtype)
    wide[..., 0] = array
    yield wide[..., 0]
    yield np.asfortranarray(array)
    yield np.flip(np.flip(array).copy())
    frozen = array.copy()
    frozen.setflags(write=False)
    yield frozen
    yield array.astype(array.dtype.newbyteorder())


@given(networks(), st.sampled_from([np.float32, np.float64]))
def test_views_give_what_copies_give(case, dtype):
    x, parameters, rules, target = case
    x = x.astype(dtype)
    expected = build(parameters).explain(x, target, rules)
    for kind, view in enumerate(variants(x)):
        network = build([(list(variants(W))[kind], list(variants(b))[kind]) for W, b in parameters])
        found = network.explain(view, target, rules)
        size = sum(np.abs(R).sum(axis=-1, keepdims=True, dtype=float) for R in expected.layers)
        # Another order of the sums, and hence another rounding, is all that may differ.
        assert np.array_equal(found.output, expected.output) and found.relevance.dtype == dtype
        assert found.relevance.shape == expected.relevance.shape
        gap = np.abs(found.relevance.astype(float) - expected.relevance)
        condition = max((float(np.abs(R).max(initial=0)) for R in expected.layers), default=0)
        assert np.all(gap <= 1e3 * np.finfo(dtype).eps * (size + condition))


@given(networks())
def test_integers_and_lists_count_as_float64(case):
    x, parameters, rules, target = case
    x, parameters = np.trunc(x), [(np.trunc(W), np.trunc(b)) for W, b in parameters]
    expected = build(parameters).explain(x, target, rules)
    for like in (lambda part: part.astype(np.int8), lambda part: part.astype(np.int64), lambda part: part.tolist()):
        if x.size:  # An empty list cannot tell its shape.
            found = build([(like(W), like(b)) for W, b in parameters]).explain(like(x), target, rules)
            assert found.relevance.dtype == np.float64
            assert np.array_equal(found.relevance, expected.relevance)


def test_points_as_lists_and_integers():
    for w, x in (([2, 1], [1, 1]), (np.array([2, 1]), np.array([1, 1], np.uint8)), ((2, 1), (True, True))):
        assert Neuron(w, -1)(x) == 2 and Neuron(w, np.int8(-1)).gradient(x).tolist() == [2, 1]
        np.testing.assert_allclose(roots.w2_root(x, w, -1), [0.2, 0.6], rtol=1e-15)
        assert messages(x, [[2], [1]], [3]).tolist() == [[2], [1]]
    assert sensitivity(lambda x: 2 * x, [1, -3]).tolist() == [4, 36]


def test_integers_that_would_wrap_around():
    """In the integers' own arithmetic 200 + 100 is 44."""
    assert Neuron(np.array([1, 1], np.uint8))(np.array([200, 100], np.uint8)) == 300
    x = np.array([-128], np.int8)
    assert roots.w2_root(x, [1]) == 0 and hand_down(ZPlus(), x, [[-1]], [0], np.ones(1)).relevance == 1


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_other_precisions_count_as_float64(dtype):
    assert Neuron([2, 1])(np.ones(2, dtype)).dtype == np.float64
    assert seven_neurons().explain(np.ones(3, dtype)).relevance.dtype == np.float64


def test_float32_stays_float32_whatever_stands_beside_it():
    x, wide = np.ones(2, np.float32), np.ones(2)
    neuron = Neuron(wide, np.float64(1))
    results = [
        neuron(x),
        roots.root(neuron, x, [1.0, 1.0]),
        roots.relevance(neuron, x, wide).relevance,
        neuron.decompose(x, wide * 2).relevance,
        roots.zbox_root(x, wide, 1.0, -wide, wide),
        roots.gamma_root(x, wide, 1.0, np.float64(0.5)),
    ]
    assert {result.dtype for result in results} == {x.dtype}


@given(networks())
def test_inputs_are_never_changed(case):
    x, parameters, rules, target = case
    arrays = [x, *(part for pair in parameters for part in pair)]
    arrays += [bound for rule in rules if isinstance(rule, ZBox) for bound in (rule.low, rule.high)]
    kept = [np.array(array) for array in arrays]
    network = build(parameters)
    found = network.explain(x, target, rules)
    start = np.array(found.layers[-1])
    network.forward(x)
    network.relprop(start, rules)
    network.gradprop(start)
    assert np.array_equal(start, found.layers[-1])
    for array, copy in zip(arrays, kept, strict=True):
        assert np.array_equal(array, copy)


@given(grid((2, 3)), grid(3), grid(3))
def test_points_are_never_changed(x, w, v):
    kept = x.copy(), w.copy(), v.copy()
    assume(w @ v)
    neuron = Neuron(w)
    roots.relevance(neuron, x, v)
    neuron.decompose(x, v)
    roots.zbox_direction(x, w, v - 1, v + 1)
    for array, copy in zip((x, w, v), kept, strict=True):
        assert np.array_equal(array, copy)


def test_layers_may_be_fed_what_cannot_be_written_to():
    x = np.ones(2)
    x.setflags(write=False)
    network = Network([ReLU(), Dense(np.ones((2, 2))), ReLU(), Dense(np.ones((2, 1)))])
    for rule in RULES.values():
        found, same = (network.explain(array, rules=rule()).relevance for array in (x, np.ones(2)))
        assert np.array_equal(found, same)


def test_a_fraction_is_no_number():
    with pytest.raises(ValueError, match="w must hold real numbers, got dtype object"):
        Neuron([Fraction(1, 2)])
