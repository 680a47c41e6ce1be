"""Layers for images as dense ones: for each output the inputs that it sees, found by loops over the equation.

A place of the window that lies outside of the image is no input at all: it has no row in the weights of that output.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
import oracles

from lrp_edu.layers import Dense
from lrp_edu.propagate import losses, propagate
from lrp_edu.rules import ZBox

LOSSES = ("bias", "stabilizer", "no_receiver")


class Unit(NamedTuple):
    """One output: which inputs it sees, counted through the whole image, with which weights, and its bias."""

    inputs: list
    w: list
    b: float


def units(weight, bias, stride, padding, shape):
    """Return the units of a convolution of images of the given shape, channel by channel and row by row."""
    channels, height, width = shape
    outputs, _, tall, wide = np.shape(weight)
    rows = (height + 2 * padding[0] - tall) // stride[0] + 1
    columns = (width + 2 * padding[1] - wide) // stride[1] + 1
    found = []
    for j, row, column in product(range(outputs), range(rows), range(columns)):
        inputs, w = [], []
        for c, u, v in product(range(channels), range(tall), range(wide)):
            y, x = stride[0] * row + u - padding[0], stride[1] * column + v - padding[1]
            if 0 <= y < height and 0 <= x < width:
                inputs.append((c * height + y) * width + x)
                w.append(weight[j][c][u][v])
        found.append(Unit(inputs, w, bias[j]))
    return found


def windows(size, stride, padding, shape):
    """Return, for each window of a pooling, the inputs that it sees, channel by channel and row by row."""
    channels, height, width = shape
    tops = range(-padding[0], height + padding[0] - size[0] + 1, stride[0])
    lefts = range(-padding[1], width + padding[1] - size[1] + 1, stride[1])
    return [
        [
            (c * height + y) * width + x
            for y, x in product(range(top, top + size[0]), range(left, left + size[1]))
            if 0 <= y < height and 0 <= x < width
        ]
        for c, top, left in product(range(channels), tops, lefts)
    ]


def matrix(found, inputs):
    """Return the weights, of shape (inputs, outputs), and the biases of the dense layer that these units are."""
    W = np.zeros((inputs, len(found)))
    for k, unit in enumerate(found):
        W[unit.inputs, k] = unit.w
    return W, np.array([unit.b for unit in found])


def rule_of(rule, inputs, shape):
    """Return a rule as it is for some inputs of an image: a box that differs from place to place is cut out."""
    if not isinstance(rule, ZBox):
        return rule
    bounds = []
    for bound in (rule.low, rule.high):
        bound = np.array(bound)
        if bound.ndim == 1:
            bound = np.repeat(bound, shape[1] * shape[2])
        bounds.append(bound.ravel()[inputs] if bound.ndim else float(bound))
    return ZBox(*bounds)


def slow(rule, a, found, R):
    """Return what one image gets from all units, each by the rule's equation in fractions, and what was lost."""
    a_flat, R_flat = oracles.exact(np.ravel(a)), oracles.exact(np.ravel(R))
    relevance, size, lost = [0] * len(a_flat), [0] * len(a_flat), {kind: [] for kind in LOSSES}
    for unit, R_j in zip(found, R_flat, strict=True):
        own = rule_of(rule, unit.inputs, np.shape(a))
        w, b = oracles.exact(unit.w), oracles.exact(unit.b)
        sent = oracles.neuron(own, [a_flat[i] for i in unit.inputs], w, b, R_j)
        for i, message, magnitude in zip(unit.inputs, sent.messages, sent.size, strict=True):
            relevance[i] += message
            size[i] += magnitude
        for kind in LOSSES:
            lost[kind].append(getattr(sent, kind))
    return relevance, size, lost


def dense(rule, a, found, R):
    """Return what one image gets from all units, each a dense layer of one neuron that sees only its own inputs."""
    points, R = np.ravel(a), np.ravel(R)
    relevance, lost = np.zeros(len(points), points.dtype), np.zeros((3, len(R)))
    for k, unit in enumerate(found):
        own = rule_of(rule, unit.inputs, np.shape(a))
        seen, _ = Dense(np.reshape(unit.w, (-1, 1)), [unit.b]).see(points[unit.inputs])
        relevance[unit.inputs] += propagate(own, seen, R[k : k + 1])
        lost[:, k] = np.ravel(losses(own, seen, R[k : k + 1])[:3])
    return relevance, lost
