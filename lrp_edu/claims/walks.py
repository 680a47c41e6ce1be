"""Claims of the chapter ``deep-taylor`` about the walk of one neuron inside a network."""

import numpy as np

from .. import deep_taylor, layers, network, roots, rules
from . import cases, reference
from .cases import relative
from .checking import Claims
from .networks import build
from .reference import draw_rule
from .sharing import hand_down

CLAIMS = Claims()
#: The rules whose shares have the factor of the input's activation, for activations that are not negative.
WITH_FACTOR = {name for name in rules.RULES if reference.has_factor_a(name)}


def _hidden_layer(rng):
    """Return activations (64, 4), weights (4, 3), biases (3,) and weights (3, 1) above; its neurons are active.

    The z⁺ root of the first neuron keeps the first activation, so that the others stay active there.
    """
    a, W = rng.uniform(0.5, 1, (64, 4)), rng.uniform(0.2, 1, (4, 3))
    W[0, 0] = -0.1
    return a, W, -rng.uniform(0, 0.05, 3), np.array([[1.0], [1.0], [-0.5]]) * rng.uniform(0.5, 1, (3, 1))


@CLAIMS.law("eq-factor", "For a ≥ 0, Rᵢ = aᵢ cᵢ under the rules with a factor aᵢ, and cᵢ needs no division by aᵢ.")
def relevance_has_a_factor(rng):
    a, W, R = cases.layer(rng, low=0)
    rule = draw_rule(rng, len(W), WITH_FACTOR)
    M, size = reference.sent(rule, a, W, R)
    c = deep_taylor.factors(rule, layers.Dense(W).see(a)[0], R)
    return relative(a * c - M.sum(axis=2), size.sum(axis=2))


@CLAIMS.law("eq-factor", "If Rₖ = aₖ cₖ with cₖ ≥ 0 and no bias is positive, z⁺ gives 0 ≤ cⱼ ≤ Σ wⱼₖ⁺ cₖ.")
def factor_is_bounded(rng):
    a, W, ck = cases.layer(rng, low=0)
    seen, z = layers.Dense(W, -abs(cases.numbers(rng, W.shape[1]))).see(a)
    c = deep_taylor.factors(rules.ZPlus(), seen, reference.plus(z) * abs(ck))
    most = abs(ck) @ reference.plus(W).T
    return relative(np.minimum(c, 0) + np.maximum(c - most, 0), most)


def _walk(rng, rule=None, biased=True, direction=roots.zplus_direction):
    """Return a network of three layers, and the walk of the first neuron of its second."""
    x, V = rng.uniform(0.5, 1, (64, 3)), rng.uniform(0.2, 1, (3, 4))
    _, W, b, above = _hidden_layer(rng)
    parameters = [(V, np.zeros(4)), (W, biased * b), (above, np.zeros(1))]
    rule = draw_rule(rng, 3, WITH_FACTOR - {"ε", "αβ"}) if rule is None else rule
    return build(parameters), deep_taylor.NeuronWalk(build(parameters), x, 2, 0, direction, rule)


@CLAIMS.law("eq-network-walk", "On the way aⱼ falls evenly to 0, and the neighbors hear the points of the way.")
def layer_along_the_walk(rng):
    net, walk = _walk(rng)
    s, dense = rng.random(), net.layers[2]
    heard = np.maximum(0, walk.point(s) @ dense.weight + dense.bias)
    error = np.column_stack([walk.neurons(s) - heard, walk.neurons(s)[:, 0] - walk.activation(s)])
    start = np.maximum(0, walk.start @ dense.weight + dense.bias)[:, 0]
    error = np.column_stack([error, walk.activation(s) - (1 - s) * start])
    return relative(error, (walk.start @ abs(dense.weight)).sum(axis=1)[:, None])


@CLAIMS.law("eq-deep-taylor", "Along the walk aⱼ cⱼ is the relevance that the layers above hand down at each point.")
def true_relevance(rng):
    net, walk = _walk(rng)
    s = rng.random()
    e = network.Network(net.layers[2:]).explain(walk.point(s), 0, [rules.LRP0(), *walk.rules])
    return relative(walk.relevance(s) - e.layers[1][:, 0], abs(e.layers[1]).sum(axis=1) + _steep(walk, s))


def _steep(walk, s):
    """Return the magnitudes behind an output of the walk's network, times the condition of its denominators."""
    (above,) = walk.above.weighted
    h = walk.neurons(s)
    return (h @ abs(above.weight))[:, 0] ** 2 / abs((h @ reference.plus(above.weight))[:, 0])


@CLAIMS.law(
    "eq-walk-remainder", "At the root of neuron j the terms of first order of Rⱼ are z⁺'s messages times c̃ⱼ / cⱼ."
)
def walk_leaves_a_remainder(rng):
    a, W, b, above = _hidden_layer(rng)
    root = roots.zplus_root(a, W[:, 0], b[0])

    def R_and_c(point):  # of the first neuron, on its active side
        z = point @ W + b
        c = reference.plus(above[0]) * (z @ above)[..., 0] / (z @ reference.plus(above))[..., 0]
        return z[..., 0] * c, c

    terms = R_and_c(root[:, None] + 1e-100j * np.eye(4))[0].imag / 1e-100 * (a - root)
    R = build([(W, b), (above, np.zeros(1))]).explain(a, 0, rules.ZPlus()).layers[1][:, 0]
    sent = hand_down(rules.ZPlus(), a, W[:, :1], R[:, None])
    (_, before), (_, after) = R_and_c(a), R_and_c(root)
    steep = (root @ abs(W) + abs(b)) @ abs(above) / ((root @ W + b) @ reference.plus(above))
    walk = deep_taylor.NeuronWalk(build([(W, b), (above, np.zeros(1))]), a, 1, 0)
    error = np.column_stack([terms - sent * (after / before)[:, None], R - terms.sum(axis=1) - walk.remainder()])
    return relative(error, steep**2 * abs(a - root) @ abs(W[:, :1]))


@CLAIMS.counterexample(
    "eq-deep-taylor", "cⱼ does not stay the same on the walk to the root, though the sums are kept there."
)
def c_moves_on_the_walk(rng):
    a, W, b, above = _hidden_layer(rng)
    W[:, 2], b[2] = W[:, 1], b[1]
    net = build([(W, b), (above, np.zeros(1))])
    end = a + 0.999 * (roots.zplus_root(a, W[:, 0], b[0]) - a)
    explained = [net.explain(point, 0, rules.ZPlus()) for point in (a, end)]
    c = [e.layers[1][:, 0] / (point @ W + b)[:, 0] for e, point in zip(explained, (a, end), strict=True)]
    kept = abs(explained[1].totals[1] - explained[1].value) < 1e-12
    return np.where(kept, abs(c[1] / c[0] - 1), 0)


@CLAIMS.law("eq-deep-taylor", "On the way to the origin, if no layer from the neuron's own up has a bias, cⱼ stays.")
def factor_stays_towards_the_origin(rng):
    _, walk = _walk(rng, rules.ZPlus(), biased=False, direction=roots.z_direction)
    gap = walk.gap(rng.random())
    return relative(gap, _steep(walk, 0))


@CLAIMS.law("eq-deep-taylor", "With one root for each layer, which stays, gradient × (x − lowest root) arrives.")
def constant_roots_give_the_gradient(rng):
    _, W, b, above = _hidden_layer(rng)
    x, parameters = rng.uniform(0.5, 1, (64, 4)), [(W, b), (above, np.zeros(1))]
    low = x * rng.uniform(0.9, 1, x.shape)  # in the linear region of x: all neurons are active there, too
    high = np.maximum(0, x @ W + b) * rng.uniform(0.9, 1, (64, 3))

    def R_above(point):  # the first-order terms of the output at the root `high`, as functions of the inputs
        z = point @ W + b
        return np.where(z.real > 0, z, 0) - high[:, None]

    step = R_above(low[:, None] + 1e-100j * np.eye(4)).imag / 1e-100 @ above
    net = build(parameters)
    net.forward(x)
    return relative((step[..., 0] - net.gradprop(np.ones((64, 1)))) * (x - low), abs(W) @ abs(above[:, 0]) * x)


@CLAIMS.law("eq-min-max", "The min–max model is Σ max(0, x v + min(0, R u + d)), and its pixels add up to it.")
def min_max(rng):
    x, H = rng.uniform(-1, 1, (64, 3)), rng.uniform(0, 1, (64, 2))
    model = deep_taylor.MinMaxRelevance(layers.Dense(rng.normal(size=(3, 4))), parts=2)
    model.V, model.U, model.d = (rng.normal(size=(2, *shape)) for shape in ((3, 4), (2, 4), (1, 4)))
    expected = size = 0
    for V, U, d in zip(model.V, model.U, model.d, strict=True):
        bias = (H[..., None] * U).sum(axis=1) + d
        expected = expected + reference.plus((x[..., None] * V).sum(axis=1) + np.where(bias < 0, bias, 0))
        size = size + abs(x) @ abs(V) + H @ abs(U) + abs(d)
    R = model.relevance(x, H, rules.ZBox(-1, 1))
    error = np.column_stack([model.predict(x, H) - expected, R.sum(axis=1) - expected.sum(axis=1)])
    return relative(error, size.sum(axis=1)[:, None])


@CLAIMS.law("eq-whole-root", "For a network of one neuron the search for the nearest root finds the w² root.")
def search_finds_the_nearest_root(rng):
    x, w, b = rng.uniform(0.5, 1, (1000, 3)), rng.uniform(0.2, 1, 3), -rng.uniform(0, 0.2)
    found, _ = deep_taylor.nearest_root(network.Network([layers.Dense(w[:, None], [b])]), x, np.zeros(len(x), int))
    return relative(found - roots.w2_root(x, w, b), 1 / (w @ w))
