"""Claims of the chapter ``convolutions``: what a layer for images computes, and what it hands down."""

from itertools import product

import numpy as np

from .. import convolution, layers, rules
from ..propagate import propagate
from . import cases, reference
from .cases import numbers, relative, scale
from .checking import Claims
from .reference import draw_rule
from .sharing import hand_down

CLAIMS = Claims()


def _case(rng):
    """Return images (cases, channels, height, width), a kernel (outputs, channels, ...), biases, stride and padding."""
    size, stride = rng.integers(1, 4, 2), rng.integers(1, 3, 2)
    padding = np.array([rng.integers(k + 1) for k in size])  # a window may hold nothing else
    height, width = rng.integers(np.maximum(1, size - 2 * padding), size + 3)
    channels, outputs = rng.integers(1, 4, 2)
    x, weight = numbers(rng, rng.integers(1, 65), channels, height, width), numbers(rng, outputs, channels, *size)
    return x, weight, numbers(rng, outputs), tuple(stride.tolist()), tuple(padding.tolist())


def _units(weight, stride, padding, shape):
    """Yield (j, row, column), the inputs that this output sees, counted through the image, and their weights."""
    (height, width), (tall, wide) = shape[-2:], weight.shape[-2:]
    rows, columns = (
        range((n + 2 * p - k) // s + 1)
        for n, p, k, s in zip((height, width), padding, (tall, wide), stride, strict=True)
    )
    for j, row, column in product(range(len(weight)), rows, columns):
        y, x = row * stride[0] - padding[0], column * stride[1] - padding[1]
        seen = [
            (np.ravel_multi_index((c, y + u, x + v), shape[-3:]), weight[j, c, u, v])
            for c, u, v in np.ndindex(weight.shape[1:])
            if 0 <= y + u < height and 0 <= x + v < width
        ]
        inputs, w = map(list, zip(*seen, strict=True)) if seen else ([], [])
        yield (j, row, column), inputs, w


@CLAIMS.law("eq-convolution", "A convolution adds up window times kernel, not turned; beyond the image it sees zeros.")
def convolution_is_a_sum(rng):
    x, weight, b, stride, padding = _case(rng)
    z, points = convolution.Conv2d(weight, b, stride, padding).forward(x), x.reshape(len(x), -1)
    expected, size = np.full((2, *z.shape), np.nan)
    for (j, *place), inputs, w in _units(weight, stride, padding, x.shape):
        expected[:, j, *place] = points[:, inputs] @ w + b[j]
        size[:, j, *place] = abs(points[:, inputs]) @ np.abs(w) + abs(b[j])
    return relative(z - expected, size)


def _rule(rng, shape):
    """Return a rule for images of a shape, and a function that returns it for some inputs of one."""
    rule = draw_rule(rng, np.prod(shape), absorb=True)
    if not isinstance(rule, rules.ZBox) or not np.ndim(rule.low):
        return rule, lambda inputs: rule
    bounds = np.array([rule.low, rule.high])
    return rules.ZBox(*bounds.reshape(2, *shape)), lambda inputs: rules.ZBox(*bounds[:, inputs])


@CLAIMS.law("eq-unrolled", "By every rule a convolution hands down what its outputs do, each a neuron of its own.")
def convolution_is_unrolled(rng):
    x, weight, b, stride, padding = _case(rng)
    rule, of_inputs = _rule(rng, x.shape[1:])
    seen, z = convolution.Conv2d(weight, b, stride, padding).see(x)
    points, R = x.reshape(len(x), -1), numbers(rng, *z.shape)
    expected, size = np.zeros((2, *points.shape))
    for (j, *place), inputs, w in _units(weight, stride, padding, x.shape):
        if not inputs:
            continue  # nobody receives
        one = R[:, j, *place][:, None]
        M, sizes = reference.sent(of_inputs(inputs), points[:, inputs], np.array(w)[:, None], one, b[j : j + 1])
        expected[:, inputs] += M[..., 0]
        size[:, inputs] += sizes[..., 0]
    return relative(propagate(rule, seen, R).reshape(points.shape) - expected, size)


@CLAIMS.counterexample("eq-unrolled", "If the zeros of a padding counted as inputs, zᴮ would lose relevance to them.")
def padding_would_take_a_share(rng):
    rule, weight = rules.ZBox(-1.0, 1.0), rng.uniform(-1, 1, (1, 1, 3, 3))
    around = np.pad(rng.uniform(-1, 1, (64, 1, 3, 3)), ((0, 0), (0, 0), (1, 1), (1, 1)))
    x, R = around[:, :, 1:-1, 1:-1], np.ones((64, 1, 3, 3))
    counted = propagate(rule, convolution.Conv2d(weight).see(around)[0], R)[:, :, 1:-1, 1:-1]
    left_out = propagate(rule, convolution.Conv2d(weight, padding=1).see(x)[0], R)
    return (left_out - counted).sum(axis=(1, 2, 3)) / 9


def _pooled(rng):
    """Return images that windows need not fill, size, stride and padding, and what each window holds of a channel."""
    size, stride = rng.integers(1, 4, (2, 2))
    padding = np.array([rng.integers(k // 2 + 1) for k in size])
    height, width = rng.integers(np.maximum(1, size - 2 * padding), 3 * size + 1)
    x = numbers(rng, rng.integers(1, 65), rng.integers(1, 4), height, width)
    settings = [tuple(pair.tolist()) for pair in (size, stride, padding)]
    units = _units(np.ones((1, 1, *size)), stride, padding, (1, height, width))
    return x, settings, [(tuple(place), inputs) for (_, *place), inputs, _ in units]


@CLAIMS.law("eq-avg-pool", "Average pooling shares in proportion, aᵢ / Σ aₕ; a window of zeros hands down nothing.")
def average_in_proportion(rng):
    x, settings, units = _pooled(rng)
    layer = convolution.AvgPool2d(*settings)
    seen, mean = layer.see(x)
    R, points = numbers(rng, *mean.shape), x.reshape(*x.shape[:2], -1)
    expected, size = np.zeros((2, *points.shape))
    known = np.ones(points.shape, bool)
    for place, inputs in units:
        a, R_j = points[..., inputs], R[..., *place]
        total, magnitude = a.sum(axis=-1), abs(a).sum(axis=-1)
        clear = abs(total) > 1e-6 * magnitude
        sent = a * np.divide(R_j, total, out=np.zeros_like(R_j), where=clear)[..., None]
        expected[..., inputs] += sent
        size[..., inputs] += abs(sent) * np.divide(magnitude, abs(total), out=np.ones_like(R_j), where=clear)[..., None]
        known[..., inputs] &= (clear | (magnitude == 0))[..., None]
    return relative((propagate(layer.rule, seen, R).reshape(points.shape) - expected) * known, size)


@CLAIMS.law("eq-max-pool", "Maximum pooling hands all to the first maximum of a window: ties lose nothing.", 0.0)
def winner_takes_all(rng):
    x, settings, units = _pooled(rng)
    if rng.random() < 0.5:
        x = np.sign(x)  # many are equal
    layer = convolution.MaxPool2d(*settings)
    seen, largest = layer.see(x)
    R, points = rng.integers(-99, 100, largest.shape).astype(float), x.reshape(*x.shape[:2], -1)
    expected, wrong = np.zeros(points.shape), np.zeros((len(x), 1))
    for place, inputs in units:
        a = points[..., inputs]
        first = np.argmax(a, axis=-1)[..., None] == np.arange(len(inputs))
        expected[..., inputs] += first * R[..., *place][..., None]
        wrong = np.maximum(wrong, abs(largest[..., *place] - a.max(axis=-1)).max(axis=1, keepdims=True))
    error = (layer.relprop(R, seen).reshape(points.shape) - expected).reshape(len(x), -1)
    return relative(np.concatenate([error, wrong], axis=1), 1)


def _normed(rng):
    """Return activations, weights and biases of a dense layer, and what the batch norm above it has learned."""
    a, W, _ = cases.layer(rng)
    b, shift, mean = numbers(rng, 3, W.shape[1])
    return a, W, b, {"scale": numbers(rng, W.shape[1]), "shift": shift, "mean": mean, "variance": shift**2 + scale(rng)}


@CLAIMS.law("eq-batch-norm", "With a batch norm folded into it a layer computes what the two compute in turn.")
def folded_computes_the_same(rng):
    a, W, b, norm = _normed(rng)
    if rng.random() < 0.5:
        folded = convolution.fold_batch_norm(layers.Dense(W, b), **norm).forward(a)
    else:
        kernel = convolution.Conv2d(W.T[:, :, None, None], b)
        folded = convolution.fold_batch_norm(kernel, **norm).forward(a[:, :, None, None])[..., 0, 0]
    factor = norm["scale"] / np.sqrt(norm["variance"] + 1e-5)
    expected = (a @ W + b - norm["mean"]) * factor + norm["shift"]
    size = (abs(a) @ abs(W) + abs(b) + abs(norm["mean"])) * abs(factor) + abs(norm["shift"])
    return relative(folded - expected, size)


def _both_ways(rule, a, W, norm, R):
    """Return the relevance of a dense layer with its batch norm folded in, and with a layer of its own for it."""
    folded = convolution.fold_batch_norm(layers.Dense(W), **norm)
    factor = norm["scale"] / np.sqrt(norm["variance"] + 1e-5)
    above = layers.Dense(np.diag(factor), norm["shift"] - norm["mean"] * factor)
    return propagate(rule, folded.see(a)[0], R), hand_down(rule, a, W, propagate(rule, above.see(a @ W)[0], R))


@CLAIMS.law("eq-batch-norm", "Where no sum is 0, LRP-0 without the bias hands down the same with folding and without.")
def folding_is_nothing_to_lrp0(rng):
    a, W, _, norm = _normed(rng)
    a, W, norm["scale"] = abs(a) + 0.01, abs(W) + 0.01, norm["scale"] + 0.01
    R = numbers(rng, len(a), W.shape[1])
    one, other = _both_ways(rules.LRP0(), a, W, norm, R)
    return relative(one - other, abs(R).sum(axis=1)[:, None])


@CLAIMS.counterexample(
    "eq-batch-norm", "z⁺ does not: under a negative scale, unfolded, it pays who pulled the output down."
)
def folding_matters(rng):
    a, W = rng.uniform(0.5, 1, (64, 4)), rng.uniform(0.5, 1, (4, 1)) * [[-1], [-1], [-1], [1]]
    norm = {"scale": -np.ones(1), "shift": np.zeros(1), "mean": np.zeros(1), "variance": np.ones(1)}
    (folded, unfolded), helps = _both_ways(rules.ZPlus(), a, W, norm, np.ones((64, 1))), W[:, 0] < 0
    return np.minimum(folded[:, helps].sum(axis=1), unfolded[:, ~helps].sum(axis=1))
