r"""Four answers to one question: how much of a value comes from which input (chapter ``explanations``).

Each function shares out :math:`f(x)` and returns a `Decomposition`, so that what the shares miss is a number, too.
`f` maps points of shape (..., d) to values of shape (...), and `grad` to gradients of shape (..., d). The inputs are
never changed.
"""

from itertools import product
from math import comb
from numbers import Integral

import numpy as np

from . import _check as check
from .decomposition import Decomposition

MOST = 12
"""So many inputs `shapley` takes: it asks `f` for :math:`2^d` values."""


def gradient_times_input(f, grad, x):
    r"""Multiply each input with the derivative at `x`.

    .. math:: R_i = x_i \, \frac{\partial f}{\partial x_i}

    Parameters
    ----------
    f, grad : callable
        The function and its gradient.
    x : array_like of shape (..., d)
        Points to be explained.

    Returns
    -------
    Decomposition
        With :math:`f(0)` as the baseline. The remainder is what the shares miss of :math:`f(x) - f(0)`.

    Raises
    ------
    ValueError
        If `x` is not a point of finite numbers.

    Notes
    -----
    Implements ``eq-gradient-input`` [Shrikumar2016]_.

    Examples
    --------
    >>> split = gradient_times_input(lambda x: x[..., 0] * x[..., 1], lambda x: x[..., ::-1], [2.0, 3.0])
    >>> split.relevance, float(split.remainder)
    (array([6., 6.]), -6.0)
    """
    x, zero = _points(x, 0.0)
    return _split(f(x), f(zero), x * grad(x))


def integrated_gradients(f, grad, x, baseline, steps=100):
    r"""Multiply the way of each input with its average derivative on the straight way from `baseline` to `x`.

    .. math:: R_i = \frac{x_i - a_i}{n} \sum_{k=1}^{n} \frac{\partial f}{\partial x_i}
              \Big|_{a + \frac{k - 1/2}{n} (x - a)}

    Parameters
    ----------
    f, grad : callable
        The function and its gradient.
    x : array_like of shape (..., d)
        Points to be explained.
    baseline : array_like of shape (..., d) or (d,), or float
        Where the way begins, :math:`a`.
    steps : int, default=100
        How many gradients are averaged, :math:`n`: one in the middle of each of `steps` equal pieces of the way.

    Returns
    -------
    Decomposition
        With :math:`f(a)` as the baseline. The remainder is the error of the average, summed over the inputs.

    Raises
    ------
    ValueError
        If `baseline` does not fit `x`, either is not finite, or `steps` is not a whole number of at least 1.

    Notes
    -----
    Implements ``eq-midpoint`` for ``eq-integrated-gradients`` [Sundararajan2017]_. Where the gradient changes evenly
    on the way, the average is exact. Where its second derivative along the way is at most M, a share is off by no
    more than :math:`|x_i - a_i| M / (24 n^2)`; each corner on the way, where the derivative jumps by J, adds no more
    than :math:`|x_i - a_i| J / (2 n)`. On a way that runs along a corner, `grad` decides.

    Examples
    --------
    >>> integrated_gradients(lambda x: x[..., 0] * x[..., 1], lambda x: x[..., ::-1], [2.0, 3.0], 0.0).relevance
    array([3., 3.])
    """
    if not isinstance(steps, Integral) or steps < 1:
        raise ValueError(f"steps must be a whole number of at least 1, got {steps!r}")
    x, a = _points(x, baseline)
    average = sum(grad(a + (k + 0.5) / steps * (x - a)) for k in range(steps)) / steps
    return _split(f(x), f(a), (x - a) * average)


def occlusion(f, x, baseline):
    r"""Set one input after the other to its baseline, and give it what the value loses.

    .. math:: R_i = f(x) - f(x_1, \dots, a_i, \dots, x_d)

    Parameters
    ----------
    f : callable
        The function.
    x : array_like of shape (..., d)
        Points to be explained.
    baseline : array_like of shape (..., d) or (d,), or float
        What an input is replaced with, :math:`a`.

    Returns
    -------
    Decomposition
        With :math:`f(a)` as the baseline. The remainder is what the shares miss of :math:`f(x) - f(a)`.

    Raises
    ------
    ValueError
        If `baseline` does not fit `x`, or either is not finite.

    Notes
    -----
    Implements ``eq-occlusion`` [Zeiler2014]_, of single inputs. It asks `f` for d + 2 values.

    Examples
    --------
    >>> occlusion(lambda x: x[..., 0] * x[..., 1], [2.0, 3.0], 0.0).relevance
    array([6., 6.])
    """
    x, a = _points(x, baseline)
    value, ones = f(x), np.eye(x.shape[-1], dtype=bool)
    return _split(value, f(a), np.stack([value - f(np.where(one, a, x)) for one in ones], axis=-1))


def shapley(f, x, baseline):
    r"""Put the inputs in one after the other, in every order, and give each what it adds on average.

    .. math:: R_i = \sum_{S \not\ni i} \frac{|S|!\,(d - |S| - 1)!}{d!} \big( f(x_{S \cup i}) - f(x_S) \big)

    Parameters
    ----------
    f : callable
        The function.
    x : array_like of shape (..., d)
        Points to be explained, with at most 12 inputs.
    baseline : array_like of shape (..., d) or (d,), or float
        What stands for an input that is not yet there, :math:`a`.

    Returns
    -------
    Decomposition
        With :math:`f(a)` as the baseline. The remainder is rounding.

    Raises
    ------
    ValueError
        If `baseline` does not fit `x`, either is not finite, or `x` has more than 12 inputs.

    Notes
    -----
    Implements ``eq-shapley`` [Shapley1953]_, with one baseline [SundararajanNajmi2020]_; :math:`x_S` has the inputs
    of the set S from `x` and all others from `baseline`. It asks `f` for :math:`2^d` values, all in one batch.

    Examples
    --------
    >>> shapley(lambda x: np.maximum(0, 2 * x[..., 0] + x[..., 1] - 1), [1.0, 1.0], 0.0).relevance
    array([1.5, 0.5])
    """
    x, a = _points(x, baseline)
    d = x.shape[-1]
    if d > MOST:
        raise ValueError(f"x must have at most {MOST} inputs, as shapley asks f for 2^d values, got {d}")
    sets = np.array(list(product([False, True], repeat=d)))
    values = f(np.where(sets, x[..., None, :], a[..., None, :]))
    shares = []
    for there in sets.T:  # tells for each set whether input i is in it; the others come in the same order twice
        weights = [1 / (d * comb(d - 1, size)) for size in sets[~there].sum(axis=1).tolist()]
        shares.append((values[..., there] - values[..., ~there]) @ np.array(weights, x.dtype))
    return _split(f(x), f(a), np.stack(shares, axis=-1))


def _points(x, baseline):
    """Return `x` and `baseline` as arrays of one shape (..., d)."""
    x = check.real("x", x)
    if x.ndim < 1 or not x.shape[-1]:
        raise ValueError(f"x must have shape (..., d) with d >= 1, got {x.shape}")
    a = check.cast("baseline", check.real("baseline", baseline), x.dtype)
    if a.ndim:
        check.points("baseline", a, x.shape[-1], match="x")
        check.fits("baseline", a, "x", x)
    return np.broadcast_arrays(x, a)


def _split(value, baseline, relevance):
    return Decomposition(value, relevance, baseline, value - baseline - np.sum(relevance, axis=-1))
