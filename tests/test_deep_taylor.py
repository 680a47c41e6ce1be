"""The walk of one neuron in a network, the trained relevance model, the nearest root of a whole network."""

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import grid, rules_named

from lrp_edu import roots
from lrp_edu.claims.reference import has_factor_a
from lrp_edu.deep_taylor import MinMaxRelevance, NeuronWalk, factors, nearest_root
from lrp_edu.digits import load_digits, load_network
from lrp_edu.layers import Dense, ReLU
from lrp_edu.network import Network
from lrp_edu.rules import LRP0, RULES, AlphaBeta, Flat, Gamma, WSquare, ZBox, ZPlus

WITH_FACTOR = [name for name in RULES if has_factor_a(name)]


def small(b=0.0, third=-0.5):
    """Return the network of the chapter: a₁ = x₁, a₂ = a₃ = x₂, f = a₁ + a₂ − ½ a₃ + b."""
    return Network([Dense([[1, 0, 0], [0, 1, 1]]), ReLU(), Dense([[1], [1], [third]], bias=[b])])


def test_walk_by_hand():
    """With x₁ = 1 − s: c₁ = (1.5 − s) / (2 − s), and ε₁ = 0.75 · (1 − 0.5 / 0.75)."""
    walk, s = NeuronWalk(small(), [1, 1], layer=1, neuron=0), np.array([0, 0.25, 0.5, 1])
    c = (1.5 - s) / (2 - s)
    np.testing.assert_allclose(walk.factor(s), c, rtol=1e-15)
    np.testing.assert_allclose(walk.activation(s), 1 - s, rtol=1e-15)
    np.testing.assert_allclose(walk.relevance(s), (1 - s) * c, rtol=1e-15)
    np.testing.assert_allclose(walk.model(s), (1 - s) * 0.75, rtol=1e-15)
    np.testing.assert_allclose(walk.gap(s), (1 - s) * (c - 0.75), rtol=1e-15, atol=1e-16)
    np.testing.assert_allclose(walk.neurons(s), [[1 - part, 1, 1] for part in s], rtol=1e-15, atol=1e-60)
    assert walk.remainder() == 0.25 and walk.root.tolist() == [0, 1]
    assert walk.factors(0).tolist() == [0.75, 0.75, 0] and walk.factor_at([3.0, 1.0]) == 3.5 / 4
    assert walk.factor_at([3.0, -1.0]) == 1


@pytest.mark.parametrize("name", WITH_FACTOR)
@given(st.data())
def test_factor_times_activation_is_the_relevance(name, data):
    """The oracle's double loops say what R is; c is there where the activation is 0, too, as its limit."""
    a, W, b = (data.draw(grid(shape, low=low)) for shape, low in ((4, 0), ((4, 3), -4), (3, -4)))
    R, rule = data.draw(grid(3)), data.draw(rules_named(name, 4))
    seen, _ = Dense(W, b).see(a)
    c = factors(rule, seen, R)
    slow = oracles.layer(rule, *map(oracles.exact, (a, W, b, R)))
    size = np.array(slow.size, float)
    np.testing.assert_array_less(np.abs(a * c - np.array(slow.relevance, float)), 1e-13 * size + 1e-13)


def test_factor_of_a_silent_neuron_is_its_limit():
    seen, _ = Dense([[2.0], [1.0]]).see([0.0, 1.0])
    nearly, _ = Dense([[2.0], [1.0]]).see([1e-9, 1.0])
    for rule in (LRP0(), Gamma(0.5), ZPlus(), AlphaBeta(1)):
        limit = factors(rule, nearly, np.array([3.0]))
        np.testing.assert_allclose(factors(rule, seen, np.array([3.0])), limit, rtol=1e-8)
        assert limit[0] == pytest.approx(6)


@pytest.mark.parametrize("rule", [WSquare(), Flat(), ZBox(0, 2)])
def test_no_factor_without_a_factor(rule):
    with pytest.raises(ValueError, match="rule must have the factor a_i"):
        NeuronWalk(small(), [1, 1], 1, 0, rules=rule).factor(0)


def test_no_factor_under_z_plus_with_negative_inputs():
    with pytest.raises(ValueError, match=r"with a >= 0 for αβ and z⁺, got z⁺"):
        factors(ZPlus(), Dense([[1.0], [1.0]]).see([-1.0, 1.0])[0], np.ones(1))


@pytest.mark.parametrize(
    "layer, direction, rules",
    [
        (1, roots.w2_direction, [Gamma(1.0), LRP0()]),
        (1, roots.w2_direction, [ZPlus()] * 2),
        (2, roots.zplus_direction, [Gamma(1.0)]),
    ],
)
def test_digits_walk_is_what_the_network_computes(layer, direction, rules):
    """At some points of the way, forward through the plain network and down again by `explain`."""
    network, image = load_network(), load_digits().images[599]
    dense = network.weighted[layer - 1]
    e = network.explain(image, rules=[ZBox(), *[ZPlus()] * (layer - 1), *rules])
    for neuron in np.flatnonzero(e.layers[layer])[:4]:
        walk = NeuronWalk(network, image, layer, neuron, direction, rules)
        assert walk.target == 3
        assert walk.relevance(0) == pytest.approx(e.layers[layer][neuron], rel=1e-13)
        assert abs(dense.forward(walk.root)[neuron]) < 1e-14
        np.testing.assert_allclose(walk.point([0, 1]), [walk.start, walk.root], rtol=1e-15)
        for s in (0.3, 0.9):
            above = Network(network.layers[2 * layer :])
            h = np.maximum(0, dense.forward(walk.start + s * (walk.root - walk.start)))
            R = above.explain(h, 3, rules).layers[0]
            np.testing.assert_allclose(walk.relevance(s), R[neuron], rtol=1e-10, atol=1e-14)
            np.testing.assert_allclose(walk.factors(s)[h > 0], (R / np.where(h > 0, h, 1))[h > 0], rtol=1e-10)
            assert walk.explain(s).totals[0] == pytest.approx(above.forward(h)[3], abs=1e-13)


def test_batches_are_worked_off_as_their_inputs_are():
    network, digits = load_network(), load_digits()
    X = digits.images[digits.test]
    X = X[np.maximum(0, network.layers[0].forward(X))[:, 5] > 0][:6]
    read = network.forward(X).argmax(axis=1)
    together = NeuronWalk(network, X, 1, 5, roots.w2_direction, target=read)
    assert together.factor(0.5).shape == (6,) and together.factor([[0], [0.5], [1]]).shape == (3, 6)
    for k, x in enumerate(X):
        alone = NeuronWalk(network, x, 1, 5, roots.w2_direction)
        np.testing.assert_allclose(together.factor([[0], [0.5], [1]])[:, k], alone.factor([0, 0.5, 1]), rtol=1e-12)
        assert together.remainder()[k] == pytest.approx(alone.remainder(), rel=1e-12)


def test_the_root_takes_the_limit_from_the_active_side():
    """Neuron 1 is the only one that adds: its denominator and its share vanish together, and their ratio stays."""
    lonely = Network([Dense([[1.0, -1.0]]), ReLU(), Dense([[2.0], [1.0]])])
    walk = NeuronWalk(lonely, [1.0], 1, 0)
    assert walk.factor([0, 0.5, 1]).tolist() == [2, 2, 2]
    assert walk.relevance(1) == walk.model(1) == 0


def test_two_equal_neurons_vanish_together():
    """With f = a₁ − ½ a₂ and a₁ = a₂ everywhere, c₁ = ½ on all of the way, the root included."""
    twins = Network([Dense([[1.0, 1.0], [0.5, 0.5]]), ReLU(), Dense([[1.0], [-0.5]])])
    walk = NeuronWalk(twins, [1.0, 0.3], 1, 0)
    np.testing.assert_allclose(walk.factor([0, 0.5, 1]), 0.5, rtol=1e-12)


def test_relevance_need_not_vanish_where_the_factor_has_no_bound():
    """With f = a₁ − ½ a₂ and a₂ = 1: all of the output, −½ at the root, goes to neuron 1, however small it is."""
    walk = NeuronWalk(Network([Dense([[1, 0], [0, 1]]), ReLU(), Dense([[1.0], [-0.5]])]), [1, 1], 1, 0)
    assert walk.relevance([0, 0.5, 1]).tolist() == [0.5, 0, -0.5]
    assert walk.factor(1) < -1e30


@pytest.mark.parametrize(
    "change, message",
    [
        ({"layer": 2}, "layer must be a hidden one, from 1 to 1, got 2"),
        ({"neuron": 3}, "neuron must be one of 0 to 2 of Dense"),
        ({"x": [0, 1]}, "x must make neuron 0 active"),
        ({"x": [1, 1, 1]}, r"x must have shape \(\.\.\., 2\)"),
        ({"direction": lambda a, w: -a}, "direction must have w @ v > 0"),
        ({"rules": [ZPlus(), ZPlus()]}, "rules must hold 1 rules"),
    ],
)
def test_a_walk_that_there_is_not_is_refused(change, message):
    given_ = {"network": small(), "x": [1, 1], "layer": 1, "neuron": 0} | change
    with pytest.raises(ValueError, match=message):
        NeuronWalk(**given_).factor(0)


# The trained model


@pytest.fixture(scope="module")
def trained():
    """Return a model of a layer of two neurons, its inputs, the relevance above, and what it learned."""
    rng = np.random.default_rng(0)
    layer = Dense([[1.0, -1.0], [1.0, 2.0], [0.5, 0.5]], bias=[-0.5, -0.2])
    x, above = rng.random((300, 3)), rng.random((300, 2))
    R = np.maximum(0, layer.forward(x)) * (0.5 + above)
    return MinMaxRelevance(layer, parts=2).fit(x, above, R, epochs=300, rate=5e-3), x, above, R


def test_model_learns_what_a_constant_does_not(trained):
    model, x, above, R = trained
    a = np.maximum(0, model.layer.forward(x))
    constant = a * (a * R).sum(axis=0) / (a * a).sum(axis=0)
    missed = [((guess - R) ** 2).sum() for guess in (model.predict(x, above), constant)]
    assert missed[0] < 0.1 * missed[1]


def test_model_starts_at_the_best_constant():
    """With no epochs and no noise the prediction is aⱼ cⱼ: the mean over many seeds comes near."""
    layer, x = Dense([[1.0], [1.0]], bias=[-0.5]), np.random.default_rng(0).random((50, 2))
    R = 3 * np.maximum(0, layer.forward(x))
    starts = [MinMaxRelevance(layer, 2, seed).fit(x, R, R, epochs=0) for seed in range(200)]
    np.testing.assert_allclose(np.mean([model.V for model in starts], axis=0), 1.5, rtol=0.1)
    np.testing.assert_allclose(starts[0].d, -0.75)


def test_slopes_are_those_of_the_squared_error(trained):
    model, x, above, R = trained
    x, above, R = x[:20], above[:20], R[:20]
    slopes = model._slopes(x, above, R)
    for weights, slope in zip((model.V, model.U, model.d), slopes, strict=True):
        for place in np.ndindex(weights.shape):
            right, errors = weights[place], []
            for step in (1e-6, -1e-6):
                weights[place] = right + step
                errors.append(((model.predict(x, above) - R) ** 2).sum(axis=1).mean())
            weights[place] = right
            assert slope[place] == pytest.approx((errors[0] - errors[1]) / 2e-6, abs=1e-6)


def test_training_is_repeatable_and_leaves_its_data_alone(trained):
    model, x, above, R = trained
    kept = [array.copy() for array in (x, above, R)]
    again = MinMaxRelevance(model.layer, parts=2).fit(x, above, R, epochs=300, rate=5e-3)
    assert all(np.array_equal(one, other) for one, other in zip(kept, (x, above, R), strict=True))
    np.testing.assert_array_equal(again.predict(x, above), model.predict(x, above))
    assert not np.array_equal(MinMaxRelevance(model.layer, 2, seed=1).fit(x, above, R, epochs=1).V, again.V)


def test_pixels_of_the_model_add_up_to_its_prediction(trained):
    model, x, above, _ = trained
    pixels = model.relevance(x, above, ZBox(0, 1))
    np.testing.assert_allclose(pixels.sum(axis=1), model.predict(x, above).sum(axis=1), rtol=0, atol=1e-13)
    assert pixels.min() >= 0


# The whole network


def test_nearest_root_of_one_neuron():
    net = Network([Dense([[2.0], [1.0]], bias=[-1.0])])
    root, gradient = nearest_root(net, [[1.0, 1.0], [3.0, 0.0]], [0, 0])
    np.testing.assert_allclose(root, roots.w2_root([[1.0, 1.0], [3.0, 0.0]], [2.0, 1.0], -1.0), atol=1e-14)
    assert gradient.tolist() == [[2, 1], [2, 1]]


def test_nearest_root_of_a_diamond():
    """With f = |x₁| + |x₂ − 3| − 1: from (1.2, 3.9) the way to the nearest side runs along (1, 1)."""
    net = Network([Dense([[1, -1, 0, 0], [0, 0, 1, -1]], bias=[0, 0, -3, 3]), ReLU(), Dense(np.ones((4, 1)), [-1.0])])
    root, _ = nearest_root(net, [[1.2, 3.9]], [0])
    np.testing.assert_allclose(root, [[1.2 - 0.55, 3.9 - 0.55]], atol=1e-12)


def test_nearest_root_of_digits_is_a_root_and_no_farther_than_a_straight_shot():
    network, digits = load_network(), load_digits()
    x = digits.images[digits.test[:40]]
    read, n = network.forward(x).argmax(axis=1), np.arange(40)
    root, gradient = nearest_root(network, x, read)
    assert np.abs(network.forward(root)[n, read]).max() < 1e-12
    ends = [nearest_root(network, x, read, steps=steps)[0] for steps in (1, 4, 5, 6)]
    length = [np.linalg.norm(end - x, axis=1) for end in (*ends, root)]
    assert np.all(np.diff(length, axis=0) <= 1e-14) and np.mean(length[-1] < 0.99 * length[0]) > 0.5
    network.forward(root)
    np.testing.assert_array_equal(gradient, network.gradprop(np.eye(10)[read]))


@pytest.mark.parametrize(
    "x, options, message",
    [([[-1.0]], {}, "x must have a positive output"), ([[9.0]], {"far": 2.0}, "nearer than 2.0, found none")],
)
def test_a_root_that_there_is_not_is_refused(x, options, message):
    with pytest.raises(ValueError, match=message):
        nearest_root(Network([Dense([[1.0]])]), x, [0], **options)
