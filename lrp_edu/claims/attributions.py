"""Claims of the chapter ``explanations``."""

import numpy as np

from .. import attribution, decomposition, neuron
from . import cases
from .cases import numbers, relative
from .checking import Claims

CLAIMS = Claims()


@CLAIMS.law(
    "eq-linear-shares",
    "On a linear model occlusion, integrated gradients and Shapley agree: Rᵢ = wᵢ (xᵢ − aᵢ), from any a, and ε = 0.",
)
def all_agree_on_a_linear_model(rng):
    d = int(rng.integers(1, 7))
    (x, a), w, b = numbers(rng, 2, 32, d), numbers(rng, d), numbers(rng)
    splits = _all_from(a, lambda p: p @ w + b, lambda p: w + 0 * p, x)
    error = [np.column_stack([split.relevance - w * (x - a), split.remainder]) for split in splits]
    return relative(np.column_stack(error), ((abs(x) + abs(a)) @ abs(w) + abs(b))[:, None] * d)


@CLAIMS.law("eq-linear-shares", "Gradient × input gives a linear model the shares from a = 0.")
def gradient_times_input_compares_with_zero(rng):
    x, w, b = numbers(rng, 64, 4), numbers(rng, 4), numbers(rng)
    split = attribution.gradient_times_input(lambda p: p @ w + b, lambda p: w + 0 * p, x)
    error = np.column_stack([split.relevance - w * x, split.baseline - b, split.remainder])
    return relative(error, (abs(x) @ abs(w) + abs(b))[:, None])


@CLAIMS.law("eq-occlusion", "Of a product of d inputs, seen from 0, occlusion hands out d times as much as there is.")
def occlusion_counts_a_product_often(rng):
    x = rng.uniform(0.5, 2, (64, int(rng.integers(2, 7))))
    split = attribution.occlusion(_product, x, 0.0)
    return relative(split.relevance.sum(axis=1) - x.shape[1] * split.value, x.shape[1] * split.value)


@CLAIMS.law("eq-midpoint", "If the gradient changes evenly on the way, one derivative in its middle is enough: ε = 0.")
def one_step_for_a_product(rng):
    x, a = numbers(rng, 2, 64, 2)
    split = attribution.integrated_gradients(_product, lambda p: p[..., ::-1], x, a, steps=1)
    return relative(split.remainder, ((abs(x) + abs(a)) ** 2).sum(axis=1))


@CLAIMS.law("eq-midpoint", "A corner on the way costs a share at most |xᵢ − aᵢ| J / 2n, where J is the jump.")
def a_corner_costs_half_a_step(rng):
    x, w, b = cases.neuron(rng)
    a, steps, f = numbers(rng, *x.shape), int(rng.integers(1, 40)), neuron.Neuron(w, b)
    before, after = f.preactivation(a), f.preactivation(x)
    keep = before * after < 0
    x, a, before, after = x[keep], a[keep], before[keep], after[keep]
    active = np.maximum(before, after) / (abs(before) + abs(after))
    R = attribution.integrated_gradients(f, f.gradient, x, a, steps).relevance
    bound = abs(w * (x - a))
    return relative(np.maximum(abs(R - w * (x - a) * active[:, None]) - bound / (2 * steps), 0), bound)


@CLAIMS.law("eq-shapley", "For any f the Shapley values add up to f(x) − f(a), and an input that f never reads gets 0.")
def shapley_adds_up(rng):
    d = int(rng.integers(1, 6))
    (x, a), (u, w) = rng.uniform(-2, 2, (2, 32, d)), rng.normal(size=(2, d))
    u[0] = w[0] = 0
    split = attribution.shapley(lambda p: np.exp(p @ u) + np.maximum(p @ w, 0), x, a)
    size = np.exp((abs(x) + abs(a)) @ abs(u)) + (abs(x) + abs(a)) @ abs(w)
    error = np.column_stack([split.relevance.sum(axis=1) - (split.value - split.baseline), split.relevance[:, 0]])
    return relative(error, size[:, None])


@CLAIMS.counterexample("eq-shapley", "Shapley and integrated gradients add up, and differ: 2x₁ + x₂ − 1, cut at 0.")
def shapley_is_not_the_path(rng):
    x = rng.uniform([1.5, 0.6], [3, 2], (256, 2))  # for x₂ = 2x₁ they would agree
    f = neuron.Neuron([2.0, 1.0], -1.0)
    path = attribution.integrated_gradients(f, f.gradient, x, 0.0, steps=100)
    return abs(attribution.shapley(f, x, 0.0).relevance - path.relevance).max(axis=1) / f(x)


@CLAIMS.counterexample("eq-nothing", "Conservation alone does not give it: x₁ − x₂ = 0 is shared as x₁ and −x₂.")
def something_from_nothing(rng):
    x = np.repeat(rng.uniform(0.5, 2, (64, 1)), 2, axis=1)
    split = attribution.shapley(lambda p: p[..., 0] - p[..., 1], x, 0.0)
    return abs(split.relevance).max(axis=1) / x[:, 0] * (split.value == 0) * split.is_conservative()


@CLAIMS.law("eq-uniform", "The uniform map adds up, is 0 where f is 0, and has a negative share only where f < 0.")
def uniform_map_passes(rng):
    f, d = np.append(numbers(rng, 63), 0.0)[:, None], int(rng.integers(1, 9))
    split = decomposition.Decomposition(f[:, 0], np.repeat(f / d, d, axis=1))
    least = f[:, 0] >= 0
    not_negative = decomposition.Decomposition(f[least, 0], split.relevance[least])
    wrong = split.relevance[f[:, 0] == 0].any() or not not_negative.is_positive()
    return relative(split.conservation_gap, abs(f[:, 0])) + wrong


@CLAIMS.counterexample("eq-uniform", "The uniform map gives an input that f never reads as much as any.")
def uniform_map_does_not_ask(rng):
    x = rng.uniform(0.5, 2, (64, 3))
    split = attribution.shapley(lambda p: p[..., 0] + p[..., 1], x, 0.0)
    return abs(split.value / 3 - split.relevance[:, 2]) / split.value


def _all_from(a, f, gradient, x):
    path = attribution.integrated_gradients(f, gradient, x, a, steps=3)
    return attribution.occlusion(f, x, a), path, attribution.shapley(f, x, a)


def _product(p):
    return p.prod(axis=-1)
