r"""Roots of a neuron, and the relevance that each gives (chapters ``w2-rule`` and ``more-roots``).

Most relevance rules are directions to walk. Walk from :math:`x` along :math:`-v`, with :math:`w^\top v > 0`, until the
neuron's output is zero. The point where the walk stops is the root, and the output splits into
:math:`R_i = w_i v_i / (w^\top v) \cdot f(x)`. The directions here differ only in :math:`v`.
"""

import numpy as np

from . import _check as check
from .decomposition import Decomposition
from .neuron import Neuron


def w2_direction(x, w):
    """Return :math:`v_i = w_i`, the shortest way to the hinge (``eq-walk``), of the shape of `x`."""
    x, w = _point_and_weights(x, w)
    return np.broadcast_to(w, x.shape)


def z_direction(x, w):
    """Return :math:`v_i = x_i`, the way towards the origin (``eq-z-direction``), of the shape of `x`."""
    return _point_and_weights(x, w)[0]


def zplus_direction(x, w):
    """Return :math:`v_i = x_i` where input i adds to the output, else 0 (``eq-zplus-direction``), of the shape of `x`.

    For :math:`x >= 0`, the domain it is made for, these are the inputs with :math:`w_i > 0`.
    """
    x, w = _point_and_weights(x, w)
    return np.where(np.sign(x) * np.sign(w) > 0, x, 0)


def zbox_direction(x, w, low, high):
    """Return :math:`v_i = x_i - l_i` where :math:`w_i > 0` and :math:`x_i - h_i` where :math:`w_i < 0`.

    This is ``eq-zbox-direction``, the way to the corner of the box where the neuron is weakest.
    `low` and `high` are numbers or arrays of shape (d,) with ``low <= high``. Shape of the result: that of `x`.
    Where :math:`w_i = 0` the direction is :math:`x_i`, which changes nothing in the output.
    """
    x, w = _point_and_weights(x, w)
    low, high = check.box(low, high, x.shape[-1])
    return x - np.where(w > 0, low, 0).astype(x.dtype) - np.where(w < 0, high, 0).astype(x.dtype)


def gamma_direction(x, w, gamma):
    r"""Return :math:`v_i = x_i (1 + \gamma\,1[w_i > 0])`, `gamma` >= 0 (``eq-gamma-direction``), shaped like `x`."""
    x, w = _point_and_weights(x, w)
    return x * (1 + check.at_least("gamma", gamma, 0) * (w > 0).astype(x.dtype))


def alphabeta_direction(x, w, alpha=2.0):
    r"""Return :math:`v_i = x_i \alpha / q^+` where input i adds, :math:`x_i \beta / |q^-|` where it subtracts, else 0.

    This is ``eq-alphabeta-direction``, of the shape of `x`, with :math:`\beta = \alpha - 1 \ge 0` and the sums
    :math:`q^+`, :math:`q^-` of the positive and of the negative :math:`w_i x_i`. With inputs of both kinds
    :math:`w^\top v = 1`. Where nothing subtracts it is :math:`\alpha`, where nothing adds :math:`-\beta`. There the
    rule αβ, whose shares are :math:`w_i v_i\, f(x)`, does not conserve, and differs from the walk.

    >>> root(Neuron([3.0, -2.0]), [1.0, 1.0], alphabeta_direction([1.0, 1.0], [3.0, -2.0]))
    array([0.33333333, 0.5       ])
    """
    x, w = _point_and_weights(x, w)
    alpha, sign = check.at_least("alpha", alpha, 1), np.sign(x) * np.sign(w)
    with np.errstate(all="ignore"):
        adds, subtracts = (np.sum(x * w * (sign == kind), axis=-1, keepdims=True) for kind in (1, -1))
        steps = np.where(sign > 0, alpha / adds, np.where(sign < 0, (1 - alpha) / subtracts, 0))
        return check.computed("the direction", x * steps.astype(x.dtype))


def flat_direction(x, w):
    """Return :math:`v_i = 1 / w_i` (``eq-flat-direction``), of the shape of `x`; no weight may be 0.

    >>> root(Neuron([2.0, 1.0], b=-1.0), [1.0, 1.0], flat_direction([1.0, 1.0], [2.0, 1.0]))
    array([0.5, 0. ])
    """
    x, w = _point_and_weights(x, w)
    if not w.all():
        raise ValueError(f"w must have no weight of 0 for the direction 1/w, got {w.tolist()}")
    with np.errstate(over="ignore"):
        return np.broadcast_to(check.computed("1/w", 1 / w), x.shape)


def root(neuron, x, v):
    r"""Walk from `x` against `v` to the hinge of `neuron`.

    .. math:: \tilde x = x - \frac{w^\top x + b}{w^\top v}\, v

    Parameters
    ----------
    neuron : Neuron
        With d weights.
    x : array_like of shape (..., d)
        Points to be explained.
    v : array_like of shape (..., d) or (d,)
        Direction of the walk; its length does not matter.

    Returns
    -------
    ndarray of shape (..., d)
        Points with :math:`w^\top \tilde x + b = 0` up to rounding.

    Raises
    ------
    ValueError
        If the shapes do not fit, all weights are zero, `v` is zero, or :math:`w^\top v = 0`, so that the walk runs
        along the hinge.

    Notes
    -----
    Implements ``eq-root``. The root may leave the domain of the inputs (``eq-domain``). For an active `x` it lies on
    the side of :math:`-v` if :math:`w^\top v > 0`, and behind `x`, on the side of `v`, if :math:`w^\top v < 0`.

    Examples
    --------
    >>> root(Neuron([2.0, 1.0], b=-1.0), [1.0, 1.0], [1.0, 0.0])
    array([0., 1.])
    """
    x, v = _point_and_direction(neuron, x, v)
    with np.errstate(over="ignore", invalid="ignore"):
        v, slope = _direction(neuron, v, x.dtype)
        t = neuron.preactivation(x) / slope
        return check.computed("the root", x - t[..., None] * v)


def relevance(neuron, x, v):
    r"""Split the output of `neuron` at `x` by the root that lies in the direction `v`.

    .. math:: R_i = \frac{w_i v_i}{w^\top v}\, f(x)

    Parameters
    ----------
    neuron, x, v
        As for `root`.

    Returns
    -------
    Decomposition
        With ``baseline`` the output at the root and ``remainder`` what is left, both computed, not set to zero.

    Raises
    ------
    ValueError
        As for `root`.

    Notes
    -----
    Implements ``eq-master-relevance``. The gradient at the root is the limit from the active side, `w`. A silent neuron
    has nothing to share, so all its relevances are 0. If :math:`w^\top v < 0`, an input with :math:`w_i v_i > 0` gets a
    negative share.

    Examples
    --------
    >>> relevance(Neuron([2.0, 1.0], b=-1.0), [1.0, 1.0], [2.0, 1.0]).relevance
    array([1.6, 0.4])
    """
    x, v = _point_and_direction(neuron, x, v)
    value, baseline = neuron(x), neuron(root(neuron, x, v))
    (w, _), (v, slope) = neuron.parameters(x.dtype), _direction(neuron, v, x.dtype)
    shares = w * v / slope[..., None] * value[..., None]
    return Decomposition(value, shares, baseline, value - baseline - shares.sum(axis=-1))


def w2_root(x, w, b=0.0):
    r"""Return the root of a neuron that lies nearest to `x`.

    .. math:: \tilde x = x - \frac{w^\top x + b}{\lVert w \rVert^2}\, w

    Parameters
    ----------
    x : array_like of shape (..., d)
        Points to be explained.
    w : array_like of shape (d,)
        Weights of the neuron; they must not all be zero.
    b : float, default=0.0
        Bias of the neuron.

    Returns
    -------
    ndarray of shape (..., d)
        Points with ``w @ root + b == 0`` up to rounding.

    Raises
    ------
    ValueError
        If the shapes do not fit, or all weights are zero.

    Notes
    -----
    Implements ``eq-w2-root`` [Montavon2017]_. The root may leave the domain of the inputs.

    Examples
    --------
    >>> w2_root([1.0, 1.0], [2.0, 1.0], b=-1.0)
    array([0.2, 0.6])
    """
    return root(Neuron(w, b), x, w2_direction(x, w))


def z_root(x, w, b=0.0):
    """Return the root on the line from `x` to the origin (``eq-z-direction``); parameters and errors as in `w2_root`.

    >>> z_root([2.0, 2.0], [2.0, 1.0], b=-3.0)
    array([1., 1.])
    """
    return root(Neuron(w, b), x, z_direction(x, w))


def zplus_root(x, w, b=0.0):
    """Return the root on the way that shrinks only the inputs that add (``eq-zplus-direction``); as in `w2_root`.

    >>> zplus_root([1.0, 1.0], [1.0, 2.0], b=3.0)
    array([-1., -1.])
    """
    return root(Neuron(w, b), x, zplus_direction(x, w))


def zbox_root(x, w, b=0.0, low=-1.0, high=1.0):
    """Return the root on the way to the corner of the box where the neuron is weakest (``eq-zbox-direction``).

    Parameters and errors as in `w2_root`, and `low`, `high` as in `zbox_direction`.

    >>> zbox_root([1.0, 0.0], [3.0, -1.0], low=0.0, high=1.0)
    array([0.25, 0.75])
    """
    return root(Neuron(w, b), x, zbox_direction(x, w, low, high))


def gamma_root(x, w, b=0.0, gamma=0.25):
    """Return the root in the direction of the γ-rule (``eq-gamma-direction``); as in `w2_root`, with `gamma` >= 0.

    >>> gamma_root([1.0, 1.0], [2.0, -1.0], gamma=1.0)
    array([0.33333333, 0.66666667])
    """
    return root(Neuron(w, b), x, gamma_direction(x, w, gamma))


def in_domain(point, low=0.0, high=np.inf):
    """Tell where all coordinates of `point`, of shape (..., d), lie between `low` and `high` (``eq-domain``).

    >>> in_domain([[0.2, 0.6], [-0.95, 0.95]])
    array([ True, False])
    """
    point = check.real("point", point)
    check.ordered(low, high)
    return np.all((low <= point) & (point <= high), axis=-1)


def _direction(neuron, v, dtype):
    """Return `v` and :math:`w^T v`, of shape (...), which must not vanish (up to rounding); say why if it does.

    The length of `v` does not matter: a power of two brings its longest part near 1, and products into range.
    """
    _, exponents = np.frexp(np.abs(v).max(axis=-1, keepdims=True))
    unit, (w, _), limits = np.ldexp(v, -exponents).astype(dtype), neuron.parameters(dtype), np.finfo(dtype)
    slope, magnitude = unit @ w, np.abs(unit) @ np.abs(w)
    flat = np.abs(slope) <= 8 * limits.eps * magnitude + limits.tiny
    if flat.any():
        if not w.any():
            raise ValueError("w must have a non-zero weight, got only zeros")
        if not v.any(axis=-1).all():
            raise ValueError("v must have a part that is not 0: a walk needs a direction, got only zeros")
        raise ValueError(f"v must not run along the hinge: w @ v must not be 0, got {slope[flat][0]} at v={v[flat][0]}")
    return unit, slope


def _point_and_direction(neuron, x, v):
    x, v = neuron.points("x", x), neuron.points("v", v)
    check.fits("v", v, "x", x)
    return x, v


def _point_and_weights(x, w):
    w = check.vector("w", w)
    x = check.points("x", x, w.size)
    return x, check.cast("w", w, x.dtype)
