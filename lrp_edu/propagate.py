r"""The one propagation that serves every rule and every layer with weights (chapter ``full-network``).

A rule gives, for a layer with weights W, a list of terms :math:`(x_t, W_t)`. With the numerators
:math:`n_{ij} = \sum_t x_{t,i} W_{t,ij}` every neuron j shares its relevance in proportion to :math:`n_{ij}`.
"""

from typing import NamedTuple

import numpy as np

from . import _check as check


class Part(NamedTuple):
    """A share of the relevance, the terms that redistribute it (``eq-terms``), and the bias in their denominator."""

    share: float
    terms: list
    bias: np.ndarray


#: What may take relevance in a layer with weights, as `Losses` and the rows of an audit name it.
KINDS = ("bias", "stabilizer", "no_receiver")


class Losses(NamedTuple):
    """What of the relevance did not arrive (``eq-audit``).

    Attributes
    ----------
    bias, stabilizer, no_receiver : ndarray of shape (..., outputs)
        What they took from each neuron. In a layer that is composed neurons lose something within it: there these
        arrays have whatever shape is at hand, and only their sums are asked for.
    others : dict
        What else took relevance, as the audit is to call it, and such an array for each: ``{"softmax": …}``.
    """

    bias: np.ndarray
    stabilizer: np.ndarray
    no_receiver: np.ndarray
    others: dict


def propagate(rule, seen, R):
    r"""Redistribute the relevance of a layer's outputs to its inputs, in four steps.

    A layer that is composed of several sums and products takes it through them by itself.

    .. math:: d_j = \sum_{t,i} x_{t,i} W_{t,ij}, \qquad s_j = R_j / d_j,
              \qquad c_{t,i} = \sum_j W_{t,ij}\, s_j, \qquad R_i = \sum_t x_{t,i}\, c_{t,i}

    Parameters
    ----------
    rule : Rule
        How to share.
    seen : Seen
        What a layer with weights saw in the forward pass: the first that ``layer.see(a)`` returns.
    R : ndarray of shape (..., outputs)
        Relevance of its outputs, in the unit of the explained output.

    Returns
    -------
    ndarray of shape (..., inputs)
        Relevance of the inputs. Where :math:`d_j = 0` nobody receives :math:`R_j`; `losses` says how much that is.

    Raises
    ------
    ValueError
        If `R` does not fit the layer's outputs, or a ratio :math:`R_j / d_j` is too large or too small for the
        precision.

    Notes
    -----
    Implements ``eq-terms``. A rule that absorbs the bias adds it to :math:`d_j`, and one with a stabilizer
    :math:`\epsilon` with the sign of what is there then. The steps are those of [Montavon2019]_.

    Examples
    --------
    >>> from lrp_edu import Dense, ZPlus
    >>> layer = Dense([[2.0], [1.0]], bias=[-1.0])
    >>> seen, output = layer.see([1.0, 1.0])
    >>> propagate(ZPlus(), seen, 1.5 * output)
    array([2., 1.])
    """
    if np.shape(R) != seen.product.shape:
        raise misfit(R, seen)
    if seen.layer.composed:
        return seen.layer.redistribute(rule, seen, R)
    shares = []
    with np.errstate(over="ignore", invalid="ignore"):
        for part in rule.parts(seen.a, seen.W, seen.b):
            d = rule.total(seen, part.terms)  # 1 forward
            if np.any(part.bias):
                d += part.bias
            if rule.epsilon:
                d += stabilizer(d, rule.epsilon)
            s = divide(R, d, seen.W.axes)  # 2 divide
            if part.share != 1:
                s *= part.share
            for x, W in part.terms:
                c = seen.layer.transpose(s, W, seen.a.shape)  # 3 backward
                c *= x  # 4 multiply
                shares.append(c)
        relevance, *others = shares
        for c in others:
            relevance += c
        if not np.isfinite(relevance.sum()):  # quicker to test than its terms, which may be finite all the same
            check.computed(f"relevance by {rule} on {seen.layer}", relevance)
    return relevance


def misfit(R, seen):
    """Return the error that says how a relevance does not fit the outputs of a layer (``eq-terms``)."""
    return ValueError(f"R must have shape {seen.product.shape} like the outputs of {seen.layer}, got {np.shape(R)}")


def divide(R, d, axes=1):
    """Return :math:`s_j = R_j / d_j` (``eq-terms``), and 0 where :math:`d_j = 0`.

    Digits may be lost below the range of the precision only where R is nothing beside the largest of its layer, whose
    outputs have so many `axes`.
    """
    if not np.isfinite(d.sum()):
        check.computed("the denominator of a rule", d)
    receives = d != 0
    if not receives.all():
        R, d = np.where(receives, R, 0), np.where(receives, d, 1)
    try:
        with np.errstate(over="ignore", under="raise"):
            return R / d
    except FloatingPointError:
        s, limits, size = R / d, np.finfo(d.dtype), np.abs(R)
        largest = size.max(axis=tuple(range(-axes, 0)), keepdims=True)
        if np.any((np.abs(s) < limits.tiny) & (size > limits.eps * largest)):
            raise ValueError(f"relevance must have a magnitude whose ratio to the outputs' fits {d.dtype}") from None
        return s


def stabilizer(q, epsilon):
    r"""Return :math:`\epsilon\,\mathrm{sign}(q_j)` with sign(0) = +1 (``eq-epsilon-rule``), shaped like `q`."""
    return np.where(q < 0, -epsilon, epsilon).astype(q.dtype)


def losses(rule, seen, R):
    r"""Return what bias, stabilizer and the want of a receiver took of each neuron's relevance.

    .. math:: R_j = \sum_i R_{i \leftarrow j} + R_j \frac{b_j}{d_j} + R_j \frac{\epsilon\,\mathrm{sign}(q_j)}{d_j},
              \qquad d_j = q_j + \epsilon\,\mathrm{sign}(q_j)

    Parameters and errors are those of `propagate`; for :math:`b_j` stands what the rule makes of the bias. A rule of
    several parts, such as αβ, loses in each of them, and here their losses are added up.

    Returns
    -------
    Losses
        Three arrays of the shape of `R`, and no others; of a layer that is composed what it says itself.

    Notes
    -----
    Implements ``eq-audit``. Where :math:`d_j = 0` all of :math:`R_j` is without a receiver.

    Examples
    --------
    >>> from lrp_edu import Dense, LRP0
    >>> layer = Dense([[1.0], [2.0]], bias=[3.0])
    >>> seen, output = layer.see([1.0, 1.0])
    >>> losses(LRP0(absorb_bias=True), seen, output).bias
    array([3.])
    """
    if np.shape(R) != seen.product.shape:
        raise misfit(R, seen)
    if seen.layer.composed:
        return seen.layer.losses(rule, seen, R)
    lost = Losses(*np.zeros((3, *np.shape(R)), seen.a.dtype), {})
    with np.errstate(over="ignore", invalid="ignore"):
        for part in rule.parts(seen.a, seen.W, seen.b):
            q, shared = rule.total(seen, part.terms) + part.bias, np.multiply(part.share, R, dtype=seen.a.dtype)
            extra = stabilizer(q, rule.epsilon)
            s = divide(shared, q + extra, seen.W.axes)
            lost.bias[...] += s * part.bias
            lost.stabilizer[...] += s * extra
            lost.no_receiver[...] += np.where(q + extra == 0, shared, 0)
    return lost


def together(parts):
    """Return the losses of the parts of a layer that is composed as one (``eq-audit``).

    Parameters
    ----------
    parts : list of Losses
        At least one, with arrays of any shape.

    Returns
    -------
    Losses
        One row of numbers for each kind, all that the parts say of it, and none where no part does.

    Examples
    --------
    >>> one, two = Losses(*np.ones((3, 1)), {}), Losses(*np.zeros((3, 2)), {"norm": np.ones((1, 2))})
    >>> both = together([one, two])
    >>> both.bias, both.others
    (array([1., 0., 0.]), {'norm': array([1., 1.])})
    """

    def row(arrays):
        return np.concatenate([np.ravel(array) for array in arrays])

    named = dict.fromkeys(name for part in parts for name in part.others)
    others = {name: row([part.others[name] for part in parts if name in part.others]) for name in named}
    return Losses(*map(row, zip(*(part[:3] for part in parts), strict=True)), others)


def numerators(terms):
    r"""Return :math:`n_{ij} = \sum_t x_{t,i} W_{t,ij}` (``eq-terms``), of shape (inputs, outputs), for one input."""
    return sum(x[:, None] * W for x, W in terms)
