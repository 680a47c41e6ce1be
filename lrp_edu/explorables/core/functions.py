"""The functions of two inputs that the figures ``shares`` and ``plane`` offer; ``functions.js`` has them once more."""

from collections import namedtuple

import numpy as np

TINY = 1e-12
"""A difference as small as this is rounding: it counts as 0, so that a point on a corner is on it."""

Function = namedtuple("Function", "label f gradient average brightest")
Function.__doc__ = """A function of two inputs, its gradient, its average gradient on the straight way from a to x
(where a figure needs it), and the value that has the darkest color. On a corner, the gradient of the neuron is that of
its active side, and that of the maximum the mean of both sides."""


def _settled(value):
    return np.where(np.abs(value) < TINY, 0, value)


def lead(x):
    """Return x₁ − x₂."""
    return _settled(x[..., 0] - x[..., 1])


def preactivation(x):
    """Return z = 2 x₁ + x₂ − 1 of the neuron."""
    return _settled(2 * x[..., 0] + x[..., 1] - 1)


def _part_above(start, end):
    """Return the part of a way on which a number that changes evenly is above 0; half of it if it is always 0."""
    if start == end == 0:
        return 0.5
    above, below = max(start, end, 0), max(-start, -end, 0)
    return above / (above + below)


def _part_active(a, x):
    start, end = preactivation(a), preactivation(x)
    return 1.0 if start == end == 0 else _part_above(start, end)


def _pair(first, second):
    return np.stack([first, second], axis=-1)


def _gradient_of_maximum(x):
    first = np.where(lead(x) == 0, 0.5, lead(x) > 0)
    return _pair(first, 1 - first)


def _average_of_maximum(a, x):
    first = _part_above(lead(a), lead(x))
    return np.array([first, 1 - first])


def _soft(z):
    """Return ln(1 + eᶻ), a ReLU without a corner."""
    return np.logaddexp(0, z)


def _rise(z):
    """Return the derivative of `_soft`."""
    return 1 / (1 + np.exp(-z))


def _gradient_of_smooth(x):
    first, second = _rise(2 * x[..., 0] - x[..., 1]), _rise(2 * x[..., 1] - x[..., 0])
    return _pair(2 * first - second, 2 * second - first)


W = np.array([2.0, 1.0])
FUNCTIONS = {
    "sum": Function("2x₁ + x₂", lambda x: 2 * x[..., 0] + x[..., 1], lambda x: W + 0 * x, lambda a, x: W, 8),
    "product": Function("x₁ x₂", lambda x: x[..., 0] * x[..., 1], lambda x: x[..., ::-1],
                        lambda a, x: (a + x)[::-1] / 2, 8),
    "maximum": Function("max(x₁, x₂)", lambda x: x.max(axis=-1), _gradient_of_maximum, _average_of_maximum, 4),
    "neuron": Function("max(0, 2x₁ + x₂ − 1)", lambda x: np.maximum(0, preactivation(x)),
                       lambda x: W * (preactivation(x) >= 0)[..., None], lambda a, x: W * _part_active(a, x), 8),
    "square": Function("x₁² + x₁ x₂", lambda x: x[..., 0] * (x[..., 0] + x[..., 1]),
                       lambda x: _pair(2 * x[..., 0] + x[..., 1], x[..., 0]), None, 16),
    "smooth": Function("two smooth neurons", lambda x: _soft(2 * x[..., 0] - x[..., 1])
                       + _soft(2 * x[..., 1] - x[..., 0]) - 2, _gradient_of_smooth, None, 4),
}  # fmt: skip
