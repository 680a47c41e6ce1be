"""Roots: each direction, the root's own residual, the nearest against a solver, and where roots leave the domain."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import exact
from strategies import grid, neurons

from lrp_edu import roots
from lrp_edu.neuron import Neuron

FLOATS = st.floats(-1e3, 1e3).filter(lambda number: number == 0 or abs(number) > 1e-3)
ROOTS = {
    "w2": (roots.w2_root, roots.w2_direction, {}),
    "z": (roots.z_root, roots.z_direction, {}),
    "zplus": (roots.zplus_root, roots.zplus_direction, {}),
    "zbox": (roots.zbox_root, roots.zbox_direction, {"low": -2.0, "high": 3.0}),
    "gamma": (roots.gamma_root, roots.gamma_direction, {"gamma": 0.5}),
}
EACH_ROOT = pytest.mark.parametrize("name", ROOTS)


def slow_direction(name, x_i, w_i):
    """Return v_i of the table of directions."""
    if name == "w2":
        return w_i
    if name == "z":
        return x_i
    if name == "zplus":
        return x_i if x_i * w_i > 0 else 0
    if name == "zbox":
        return x_i + 2 if w_i > 0 else x_i - 3 if w_i < 0 else x_i
    return x_i * Fraction(3, 2) if w_i > 0 else x_i


def slow(name, x, w, b):
    """Return direction, root and relevance w_i (x_i - root_i), exactly; no root where the walk runs along the hinge."""
    v = [slow_direction(name, x_i, w_i) for x_i, w_i in zip(x, w, strict=True)]
    slope = sum(w_i * v_i for w_i, v_i in zip(w, v, strict=True))
    if slope == 0:
        return v, None, None
    z = b + sum(w_i * x_i for w_i, x_i in zip(w, x, strict=True))
    root = [x_i - z / slope * v_i for x_i, v_i in zip(x, v, strict=True)]
    return v, root, [w_i * (x_i - r_i) for w_i, x_i, r_i in zip(w, x, root, strict=True)]


@EACH_ROOT
@given(neurons(batches=st.just(())))
def test_root_and_relevance_agree_with_exact_arithmetic(name, case):
    x, w, b = case
    find, direction, settings = ROOTS[name]
    v, root, relevance = slow(name, exact(x), exact(w), exact(b))
    assert direction(x, w, **settings).tolist() == [float(v_i) for v_i in v]
    if root is None:
        with pytest.raises(ValueError, match="w @ v must not be 0" if any(v) else "a walk needs a direction"):
            find(x, w, b, **settings)
        return
    got = find(x, w, b, **settings)
    size = np.abs(x) + np.abs(np.array(root, float) - x)
    assert np.all(np.abs(got - np.array(root, float)) <= 1e-15 * size)
    split = roots.relevance(Neuron(w, b), x, direction(x, w, **settings))
    active = w @ x + b > 0
    expected = np.array(relevance, float) * active
    np.testing.assert_allclose(split.relevance, expected, rtol=1e-15, atol=0)
    assert split.value == max(0, w @ x + b)
    total = np.abs(expected).sum() + np.abs(w) @ size + abs(b)
    assert abs(split.baseline) <= 1e-15 * total and abs(split.remainder) <= 2e-15 * total
    assert abs(split.conservation_gap) <= 1e-15 * np.abs(expected).sum()


@EACH_ROOT
@given(neurons(FLOATS))
def test_root_is_a_root(name, case):
    x, w, b = case
    find, direction, settings = ROOTS[name]
    v = direction(x, w, **settings)
    magnitude = np.abs(v) @ np.abs(w)
    assume(np.all(np.abs(v @ w) > 1e-3 * magnitude))
    root = find(x, w, b, **settings)
    size = np.abs(root) @ np.abs(w) + np.abs(x) @ np.abs(w) + abs(b)
    # The step is t v, and a slope that cancels makes t known to fewer digits.
    assert np.all(np.abs(root @ w + b) <= 1e-12 * size)
    assert root.shape == x.shape


@EACH_ROOT
@given(neurons(FLOATS))
def test_relevance_is_the_first_order_term_at_the_root(name, case):
    x, w, b = case
    find, direction, settings = ROOTS[name]
    neuron, v = Neuron(w, b), direction(x, w, **settings)
    assume(np.all(np.abs(v @ w) > 1e-3 * (np.abs(v) @ np.abs(w))))
    root = find(x, w, b, **settings)
    expected = np.where(neuron.active(x)[..., None], w * (x - root), 0)
    size = np.abs(w * x) + np.abs(w * root) + np.abs(expected).sum(axis=-1, keepdims=True)
    split = roots.relevance(neuron, x, v)
    assert np.all(np.abs(split.relevance - expected) <= 1e-12 * size)
    # What the figure shows as f(a) and ε is computed at the root, not set to zero.
    assert np.array_equal(split.baseline, neuron(root))
    assert np.array_equal(split.remainder, split.value - split.baseline - split.relevance.sum(axis=-1))


@given(neurons(FLOATS), st.floats(1e-100, 1e100), st.data())
def test_any_direction_gives_a_root_and_conserves(case, length, data):
    x, w, b = case
    v = data.draw(grid(w.size))
    assume(abs(v @ w) > 1e-3 * (np.abs(v) @ np.abs(w)))
    neuron = Neuron(w, b)
    split = roots.relevance(neuron, x, v)
    assert split.is_conservative(1e-12)
    # Its length and its sense do not matter.
    for other in (v * length, -v):
        same = roots.relevance(neuron, x, other)
        size = 1e-12 * (np.abs(split.relevance).max(initial=0) + 1e-300)
        np.testing.assert_allclose(same.relevance, split.relevance, rtol=1e-12, atol=size)


@given(neurons(FLOATS, st.just(())))
def test_w2_root_is_the_one_a_solver_finds_nearest(case):
    """The least-squares solver returns the shortest step s with w @ s = -z."""
    x, w, b = case
    step, *_ = np.linalg.lstsq(w[None, :], [-(w @ x + b)])
    root = roots.w2_root(x, w, b)
    np.testing.assert_allclose(root, x + step, rtol=0, atol=1e-12 * (np.abs(x).max() + np.abs(step).max()))


@given(neurons(FLOATS, st.just(())), st.data())
def test_no_point_of_the_hinge_is_nearer_than_the_w2_root(case, data):
    x, w, b = case
    k, nearest = np.argmax(np.abs(w)), roots.w2_root(x, w, b)
    for _ in range(3):
        other = x + data.draw(grid(w.size)) * data.draw(st.sampled_from([1e-3, 1.0, 1e2]))
        other[k] = -(b + np.delete(w, k) @ np.delete(other, k)) / w[k]
        assert np.linalg.norm(nearest - x) <= np.linalg.norm(other - x) * (1 + 1e-12) + 1e-12 * np.abs(x).max()


@given(neurons())
def test_a_silent_neuron_has_nothing_to_share(case):
    x, w, b = case
    silent = ~Neuron(w, b).active(x)
    split = roots.relevance(Neuron(w, b), x, w)
    assert not split.relevance[silent].any() and not split.value[silent].any()


@given(grid((2, 3)), grid(3), grid(3), grid(()))
def test_one_direction_serves_a_batch(x, w, v, b):
    assume(w @ v != 0)
    neuron = Neuron(w, b)
    together = roots.root(neuron, x, v)
    assert np.array_equal(together, roots.root(neuron, x, np.broadcast_to(v, x.shape)))
    assert np.array_equal(roots.relevance(neuron, x, v).relevance[1], roots.relevance(neuron, x[1], v).relevance)


def test_the_running_example():
    x, w, b = [1.0, 1.0], [2.0, 1.0], -1.0
    np.testing.assert_allclose(roots.w2_root(x, w, b), [0.2, 0.6], rtol=1e-15)
    np.testing.assert_allclose(roots.z_root(x, w, b), [1 / 3, 1 / 3], rtol=1e-15)
    neuron = Neuron(w, b)
    np.testing.assert_allclose(roots.relevance(neuron, x, w).relevance, [1.6, 0.4], rtol=1e-15)
    np.testing.assert_allclose(roots.relevance(neuron, x, x).relevance, [4 / 3, 2 / 3], rtol=1e-15)


@given(neurons(batches=st.just(())), st.sampled_from([1.0, 1.5, 2.0, 3.0]))
def test_alphabeta_direction_is_the_rule_where_both_kinds_are_present(case, alpha):
    x, w, b = case
    n = [w_i * x_i for w_i, x_i in zip(exact(w), exact(x), strict=True)]
    adds, subtracts = sum(n_i for n_i in n if n_i > 0), sum(n_i for n_i in n if n_i < 0)
    of_alpha, of_beta = Fraction(alpha), Fraction(alpha) - 1
    shares = [of_alpha * n_i / adds if n_i > 0 else -of_beta * n_i / subtracts if n_i < 0 else 0 for n_i in n]
    v = roots.alphabeta_direction(x, w, alpha)
    np.testing.assert_allclose(w * v, np.array(shares, float), rtol=1e-15, atol=0)
    slope = (alpha if adds else 0) - (alpha - 1 if subtracts else 0)
    assert w @ v == pytest.approx(slope, rel=1e-14)
    if slope:
        split, value = roots.relevance(Neuron(w, b), x, v), max(0, w @ x + b)
        np.testing.assert_allclose(split.relevance, np.array(shares, float) / slope * value, rtol=1e-14)


def test_alphabeta_direction_of_the_chapter():
    x, w = [1.0, 1.0], [3.0, -2.0]
    v = roots.alphabeta_direction(x, w)
    np.testing.assert_allclose(v, [2 / 3, 1 / 2], rtol=1e-15)
    np.testing.assert_allclose(roots.root(Neuron(w), x, v), [1 / 3, 1 / 2], rtol=1e-15)
    np.testing.assert_allclose(roots.relevance(Neuron(w), x, v).relevance, [2, -1], rtol=1e-15)
    # With alpha = 1 only what adds moves, as for z⁺.
    one = roots.alphabeta_direction(x, w, 1)
    assert roots.root(Neuron(w), x, one).tolist() == roots.zplus_root(x, w).tolist()


def test_directions_of_a_batch_and_in_float32():
    x, w = np.array([[1.0, 1.0, 0.0], [2.0, 4.0, -1.0]], np.float32), [2.0, -1.0, 0.5]
    together = roots.alphabeta_direction(x, w, 3)
    assert together.tolist() == [roots.alphabeta_direction(row, w, 3).tolist() for row in x]
    assert roots.flat_direction(x, w).tolist() == [[0.5, -1, 2]] * 2
    assert together.dtype == roots.flat_direction(x, w).dtype == np.float32


@given(neurons())
def test_flat_direction_shares_evenly(case):
    x, w, b = case
    assume(w.all())
    neuron = Neuron(w, b)
    assert roots.flat_direction(x, w).shape == x.shape
    split = roots.relevance(neuron, x, roots.flat_direction(x, w))
    np.testing.assert_allclose(split.relevance, np.broadcast_to(neuron(x)[..., None] / w.size, x.shape), rtol=1e-15)


@given(neurons(FLOATS, st.just(())), st.data())
def test_behind_x_the_signs_turn_over(case, data):
    x, w, b = case
    v, neuron = data.draw(grid(w.size)), Neuron(w, b)
    assume(neuron.active(x) and not neuron.on_hinge(x) and abs(v @ w) > 1e-3 * (np.abs(v) @ np.abs(w)))
    way, share = x - roots.root(neuron, x, v), roots.relevance(neuron, x, v).relevance
    sign = np.sign(v @ w)
    assert np.array_equal(np.sign(share), sign * np.sign(w * v)) and sign * (way @ v) >= 0


@pytest.mark.parametrize("low, high", [(-1.0, [1.0, 2.0]), ([-1.0, 0.0], 2.0), ([-1.0, 0.0], [1.0, 2.0])])
def test_bounds_of_a_box_may_differ(low, high):
    x, w = np.array([0.5, 0.5]), np.array([2.0, -1.0])
    corner = [np.broadcast_to(low, 2)[0], np.broadcast_to(high, 2)[1]]
    assert roots.zbox_direction(x, w, low, high).tolist() == (x - corner).tolist()


@pytest.mark.parametrize("units, flat", [(8, True), (8.5, False)])
def test_a_walk_along_the_hinge_is_one_up_to_eight_roundings(units, flat):
    """The terms of w @ v are 1/2, almost -1/2 and two small ones that make their magnitudes add up to 1."""
    eps = np.finfo(float).eps
    neuron, v = Neuron([1.0, -1.0, units * eps, -units * eps]), [0.5, 0.5 - units * eps, 0.5, 0.5]
    if flat:
        with pytest.raises(ValueError, match="along the hinge"):
            roots.root(neuron, np.ones(4), v)
    else:
        assert roots.root(neuron, np.ones(4), v).shape == (4,)


def test_defaults():
    x, w = [0.5, 0.5], [2.0, -1.0]
    for find, _, settings in ROOTS.values():
        assert np.array_equal(find(x, w, **settings), find(x, w, 0.0, **settings))
    assert np.array_equal(roots.zbox_root(x, w), roots.zbox_root(x, w, 0.0, -1.0, 1.0))
    assert np.array_equal(roots.gamma_root(x, w), roots.gamma_root(x, w, 0.0, 0.25))


# Domains. A walk of the length t = z / (w @ v) ends inside the segment from x to x - v exactly if w @ (x - v) + b <= 0.


@given(grid(3, low=0), grid(3), grid(()))
def test_zplus_root_lies_in_the_domain_exactly_if_the_bias_is_small(x, w, b):
    assume(w @ x + b > 0 and np.maximum(w * x, 0).any())
    inside = bool(b <= x @ np.abs(np.minimum(w, 0)))
    # A root at the very end of the segment has rounding on either side of 0.
    root = roots.zplus_root(x, w, b)
    assert roots.in_domain(root, -1e-14) == inside


@given(grid(3, low=-1, high=1), grid(3), grid(()), st.sampled_from([(-1.0, 1.0), (-1.0, 2.0), (-2.0, 1.0)]))
def test_zbox_root_lies_in_the_box_exactly_if_the_corner_is_silent(x, w, b, bounds):
    low, high = bounds
    corner = (low * np.maximum(w, 0) + high * np.minimum(w, 0)).sum() + b
    v = roots.zbox_direction(x, w, low, high)
    assume(w @ x + b > 0 and w @ v > 0)
    x = np.where(w == 0, 0, x)  # A weight of zero leaves its input free.
    root = roots.root(Neuron(w, b), x, roots.zbox_direction(x, w, low, high))
    if corner <= 0:
        assert roots.in_domain(root, low - 1e-14, high + 1e-14)
    else:  # The walk goes on past the corner, which lies on the edge of the box.
        assert not roots.in_domain(root, low - 1e-14, high + 1e-14)


def test_w2_root_can_leave_the_domain_without_a_bias():
    root = roots.w2_root([0.1, 2.0], [1.0, 1.0])
    np.testing.assert_allclose(root, [-0.95, 0.95], rtol=1e-15)
    assert not roots.in_domain(root)
    root = roots.w2_root([1.0, 0.9], [3.0, -1.0])
    np.testing.assert_allclose(root, [0.37, 1.11], rtol=1e-15)
    assert roots.in_domain(root) and not roots.in_domain(root, 0, 1)


def test_a_positive_bias_leaves_the_sum_and_takes_the_meaning():
    x, w, b = [1.0, 1.0], [1.0, 2.0], 3.0
    assert roots.zplus_root(x, w, b).tolist() == [-1, -1]
    np.testing.assert_allclose(roots.w2_root(x, w, b), [-0.2, -1.4], rtol=1e-15)
    for v in (x, w):
        split = roots.relevance(Neuron(w, b), x, v)
        assert split.relevance.sum() == pytest.approx(6, rel=1e-15) and split.is_consistent()
    assert not roots.in_domain(roots.zplus_root(x, w, b))


@given(grid(3, low=-1, high=1), grid(3), grid(()))
def test_consistent_directions(x, w, b):
    """w² everywhere, z⁺ for x >= 0, z^B in the box: conservative and positive for any bias."""
    assume(np.any(w))
    neuron, positive = Neuron(w, b), np.abs(x)
    splits = [roots.relevance(neuron, x, w)]
    if (positive * np.maximum(w, 0)).any():
        splits.append(roots.relevance(neuron, positive, roots.zplus_direction(positive, w)))
    v = roots.zbox_direction(x, w, -1.0, 1.0)
    if v @ w:
        splits.append(roots.relevance(neuron, x, v))
    assert all(split.is_consistent() for split in splits)


def test_z_and_gamma_are_conservative_but_not_positive():
    neuron, x = Neuron([2.0, -1.0]), np.array([1.0, 1.0])
    for v in (roots.z_direction(x, neuron.w), roots.gamma_direction(x, neuron.w, 0.5)):
        split = roots.relevance(neuron, x, v)
        assert split.is_conservative() and not split.is_positive()


def test_in_domain():
    points = [[0.0, 1.0], [-0.1, 0.5], [0.5, 1.1]]
    assert roots.in_domain(points).tolist() == [True, False, True]
    assert roots.in_domain(points, 0, 1).tolist() == [True, False, False]
    assert roots.in_domain(points, [-1, 0], [1, 2]).tolist() == [True, True, True]


@EACH_ROOT
def test_roots_keep_float32(name):
    find, direction, settings = ROOTS[name]
    x = np.ones((2, 2), np.float32)
    assert find(x, [2, 1], -1, **settings).dtype == direction(x, [2, 1], **settings).dtype == np.float32
    split = roots.relevance(Neuron([2, 1], -1), x, direction(x, [2, 1], **settings))
    assert {part.dtype for part in (split.value, split.relevance, split.baseline, split.remainder)} == {x.dtype}


def test_alphabeta_leaves_an_input_of_weight_zero_where_it_is():
    v = roots.alphabeta_direction([1.0, 1.0, 5.0], [3.0, -2.0, 0.0], 2)
    np.testing.assert_allclose(v, [2 / 3, 1 / 2, 0], rtol=1e-15)
