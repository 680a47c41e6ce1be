"""Claims of the chapter ``judging-heatmaps``."""

import numpy as np

from .. import evaluation, layers, network, rules
from . import cases
from .cases import numbers, relative
from .checking import Claims

CLAIMS = Claims()


def _linear(rng):
    """Return images x (n, d), weights w (d,), a replacement r (d,), and the network whose output is w·x."""
    n, d = int(rng.integers(1, 33)), int(rng.integers(1, 9))
    x, w, r = numbers(rng, n, d), numbers(rng, d), numbers(rng, d)
    return x, w, r, network.Network([layers.Dense(w[:, None])])


def _area(net, x, R, r):
    return evaluation.area(evaluation.flip(net, x, R, 0, replacement=r))


@CLAIMS.law("eq-flip", "On a linear model each step of a curve takes wᵢ (xᵢ − rᵢ) of the next most relevant input.")
def flips_of_a_linear_model(rng):
    x, w, r, net = _linear(rng)
    R = numbers(rng, *x.shape)
    took = np.take_along_axis(w * (x - r), np.argsort(-R, axis=1, kind="stable"), axis=1)
    curve = evaluation.flip(net, x, R, 0, replacement=r)
    return relative(-np.diff(curve, axis=1) - took, ((abs(x) + abs(r)) @ abs(w))[:, None])


@CLAIMS.law("eq-flip-area", "On a linear model no map has a larger area than occlusion by the replacement.")
def occlusion_wins_on_a_linear_model(rng):
    x, w, r, net = _linear(rng)
    more = _area(net, x, numbers(rng, *x.shape), r) - _area(net, x, w * (x - r), r)
    return relative(np.maximum(more, 0), (abs(x) + abs(r)) @ abs(w))


@CLAIMS.counterexample("eq-flip-area", "The exact shares of a linear model from 0, wᵢ xᵢ, lose if r is not 0.")
def exact_shares_lose_elsewhere(rng):
    x, r, w = rng.uniform([1, 3], [2, 4], (64, 2)), np.array([-4.0, 4.0]), np.ones(2)
    net = network.Network([layers.Dense(w[:, None])])
    return _area(net, x, w * (x - r), r) - _area(net, x, w * x, r)


@CLAIMS.law("eq-mass-accuracy", "The uniform map has as much of its mass in the mask as the mask has of the image.")
def uniform_mass_is_the_area(rng):
    mask = rng.random((32, int(rng.integers(1, 20)))) < 0.4
    mask[:, 0] = True
    return relative(evaluation.mass_accuracy(np.full(mask.shape, 0.5), mask) - mask.mean(axis=1), 1)


@CLAIMS.law("eq-rank-accuracy", "Only the order counts: to square positive relevance changes nothing.", bound=0.0)
def ranks_alone_count(rng):
    R = np.sort(rng.uniform(0.1, 2, (32, int(rng.integers(1, 20)))))
    R, mask = rng.permuted(R, axis=1), rng.random(R.shape) < 0.4
    mask[:, 0] = True
    slow = [np.mean([m[i] for i in np.argsort(-r)[: m.sum()]]) for r, m in zip(R, mask, strict=True)]
    both = evaluation.rank_accuracy(R, mask), evaluation.rank_accuracy(R**2, mask)
    return relative(np.stack([each - slow for each in both], axis=1), 1)


@CLAIMS.law("eq-map-correlation", "A positive factor and a constant leave the correlation of two maps as it is.")
def correlation_knows_no_scale(rng):
    p, q = rng.uniform(-1, 1, (2, 32, int(rng.integers(4, 20))))
    plain, other = evaluation.correlation(p, q), evaluation.correlation(2.0**40 * p + 2.0**39, q)
    slow = [np.corrcoef(one, two)[0, 1] for one, two in zip(p, q, strict=True)]
    return relative(np.stack([plain - other, plain - slow], axis=1), 1)


@CLAIMS.law("eq-map-similarity", "Two classes that one neuron speaks for have one map per unit of logit, by any rule.")
def one_neuron_has_one_map(rng):
    x, net = _one_neuron(rng)
    rule = [rules.LRP0(), rules.Gamma(0.25), rules.ZPlus()][rng.integers(3)]
    maps = [net.explain(x, c, [rule, rules.LRP0()]).relevance for c in (0, 1)]
    return relative(evaluation.similarity(*maps) - 1, 1)


@CLAIMS.law("eq-cascade", "A map that is right need not change: where one neuron speaks, no weights above it matter.")
def right_maps_may_stay(rng):
    x, net = _one_neuron(rng)
    other = evaluation.randomized(net, 1, int(rng.integers(100)))
    maps = [each.explain(x, 0).relevance for each in (net, other)]
    return relative(evaluation.similarity(*maps) - 1, 1)


@CLAIMS.law("eq-input-shift", "Where the first bias makes up for a shift of the inputs, all outputs stay.")
def shift_is_made_up_for(rng):
    x, parameters = cases.network(rng)
    stack = [layer for W, b in parameters for layer in (layers.Dense(W, b), layers.ReLU())]
    net, t = network.Network(stack[:-1]), float(numbers(rng))
    size = abs(x) + abs(t)
    for W, b in parameters:
        size = size @ abs(W) + abs(b)
    return relative(evaluation.shifted(net, t).forward(x + t) - net.forward(x), size)


@CLAIMS.law("eq-interval", "The interval of stretched and moved values is the interval, stretched and moved.")
def interval_goes_along(rng):
    values = rng.uniform(-1, 1, (int(rng.integers(1, 6)), int(rng.integers(2, 40))))
    plain, other = evaluation.interval(values, draws=10), evaluation.interval(3 * values + 5, draws=10)
    return relative(other - (3 * plain + 5), 8)


def _one_neuron(rng):
    """Return images for which a network's only hidden neuron is active, and the network, of two outputs."""
    d = int(rng.integers(2, 8))
    x, w = rng.uniform(0.5, 2, (32, d)), rng.uniform(-1, 1, d)
    w[0] = 1 + 4 * abs(w[1:]).sum()
    return x, network.Network([layers.Dense(w[:, None]), layers.ReLU(), layers.Dense([[2.0, -1.0]])])
