"""The first-order Taylor expansion as a decomposition (chapter ``taylor-decomposition``)."""

import numpy as np

from . import _check as check
from .decomposition import Decomposition


def decompose(f, grad, x, root):
    r"""Expand `f` at `root` to first order and split its value at `x` over the inputs.

    .. math:: f(x) = f(a) + \sum_i R_i + \varepsilon,
              \qquad R_i = \frac{\partial f}{\partial x_i}\Big|_{x=a} (x_i - a_i)

    Parameters
    ----------
    f : callable
        Maps points of shape (..., d) to values of shape (...).
    grad : callable
        Maps points of shape (..., d) to gradients of shape (..., d).
    x : array_like of shape (..., d)
        Points to be explained.
    root : array_like of shape (..., d)
        Point of expansion :math:`a`. It need not be a root: :math:`f(a)` is kept as the baseline.

    Returns
    -------
    Decomposition
        With value, relevance, baseline and remainder of `f` at `x`.

    Raises
    ------
    ValueError
        If `root` does not fit `x`, or either is not finite.

    Notes
    -----
    Implements ``eq-first-order`` and ``eq-relevance-decomposition``. The gradient is taken at the whole
    point :math:`a`.

    Examples
    --------
    >>> split = decompose(lambda x: x[..., 0] * x[..., 1], lambda x: x[..., ::-1], [2.0, 3.0], [1.0, 1.0])
    >>> split.relevance, float(split.baseline), float(split.remainder)
    (array([1., 2.]), 1.0, 2.0)
    """
    x = check.real("x", x)
    if x.ndim < 1:
        raise ValueError(f"x must have shape (..., d), got {x.shape}")
    a = check.cast("root", check.points("root", root, x.shape[-1], match="x"), x.dtype)
    check.fits("root", a, "x", x)
    relevance = grad(a) * (x - a)
    value, baseline = f(x), f(a)
    return Decomposition(value, relevance, baseline, value - baseline - np.sum(relevance, axis=-1))


def sensitivity(grad, x):
    r"""Return how strongly the output reacts to each input at `x`.

    .. math:: S_i = \left( \frac{\partial f}{\partial x_i} \right)^2

    Parameters
    ----------
    grad : callable
        Maps points of shape (..., d) to gradients of shape (..., d).
    x : array_like of shape (..., d)
        Points at which the gradient is taken.

    Returns
    -------
    ndarray of shape (..., d)
        Squared derivatives. Their sum is the squared norm of the gradient, not :math:`f(x)`.

    Raises
    ------
    ValueError
        If `x` is not finite.

    Notes
    -----
    Implements ``eq-sensitivity`` [Montavon2018]_.

    Examples
    --------
    >>> sensitivity(lambda x: 2 * x, [1.0, -3.0])
    array([ 4., 36.])
    """
    return grad(check.real("x", x)) ** 2
