r"""The relevance rules, and the one propagation that serves them all (chapter ``full-network``).

A rule gives, for a layer with weights W, a list of terms :math:`(x_t, W_t)`. With the numerators
:math:`n_{ij} = \sum_t x_{t,i} W_{t,ij}` every neuron j shares its relevance in proportion to :math:`n_{ij}`.
"""

import operator
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, NamedTuple

import numpy as np

from . import _check as check


class Part(NamedTuple):
    """A share of the relevance, the terms that hand it on (``eq-terms``), and the bias in their denominator."""

    share: float
    terms: list
    bias: np.ndarray


class Passed(NamedTuple):
    """What a layer handed down, of shape (..., inputs), and its neurons' losses (``eq-audit``): 0 or (..., outputs)."""

    relevance: np.ndarray
    bias: np.ndarray
    stabilizer: np.ndarray
    no_receiver: np.ndarray


class Rule:
    """What all rules have in common: one part, its ``terms`` (``eq-terms``), no bias or stabilizer below the line."""

    absorb_bias = False

    def __str__(self):
        settings = [value if np.ndim(value) == 0 else "…" for value in vars(self).values()]
        settings = [str(value) for value in settings if value is not False and value is not True]
        return self.name + (f"({', '.join(settings)})" if settings else "") + (" with bias" if self.absorb_bias else "")

    def terms(self, a, W):
        """Return the list of pairs (x_t, W_t) for activations `a`, of shape (..., inputs), and `Weights` `W`."""
        raise NotImplementedError

    def parts(self, a, W, b):
        """Return the parts of the relevance, here only one."""
        return [Part(1.0, self.terms(a, W), b if self.absorb_bias else 0.0)]

    def total(self, layer, terms):
        """Return :math:`z_j`, of shape (..., outputs): the sum of the numerators over all inputs."""
        return reduce(operator.add, (layer.apply(x, W) for x, W in terms))

    def stabilizer(self, z):
        """Return what is added to the denominator `z`."""
        return 0.0


def propagate(rule, layer, R):
    r"""Hand the relevance of a layer's outputs down to its inputs.

    .. math:: z_j = \sum_{t,i} x_{t,i} W_{t,ij}, \qquad s_j = R_j / z_j,
              \qquad R_i = \sum_t x_{t,i} \sum_j W_{t,ij}\, s_j

    Parameters
    ----------
    rule : Rule
        How to share.
    layer : Dense
        A layer with weights, after its forward pass.
    R : ndarray of shape (..., outputs)
        Relevance of the outputs.

    Returns
    -------
    Passed
        The relevance of the inputs and the losses.

    Raises
    ------
    ValueError
        If a ratio :math:`R_j / z_j` is too large or too small for the precision.
    RuntimeError
        If the layer has seen no forward pass.

    Notes
    -----
    Implements ``eq-terms`` and ``eq-audit``.
    """
    if layer.x is None:
        raise RuntimeError("forward(x) must be called first: relevance is propagated through what it saw")
    with np.errstate(over="ignore", invalid="ignore"):
        parts = rule.parts(layer.x, *layer.parameters(layer.x.dtype))
        passed = [_hand_down(rule, layer, part, R) for part in parts]
        total = Passed(*(reduce(operator.add, amounts) for amounts in zip(*passed, strict=True)))
    check.computed(f"relevance by {rule} on {layer}", total.relevance)
    return total


def _hand_down(rule, layer, part, R):
    """Hand down one part of the relevance."""
    z = rule.total(layer, part.terms)
    s, *losses = ratios(z, R if part.share == 1 else part.share * R, part.bias, rule.stabilizer)
    # In place, for in a large batch new memory costs more than the arithmetic.
    backs = [(layer.transpose(s, W), x) for x, W in part.terms]
    return Passed(reduce(operator.iadd, (np.multiply(back, x, out=back) for back, x in backs)), *losses)


def numerators(terms):
    r"""Return :math:`n_{ij} = \sum_t x_{t,i} W_{t,ij}` (``eq-terms``), of shape (inputs, outputs), for one input."""
    return sum(x[:, None] * W for x, W in terms)


def ratios(z, R, bias, stabilizer):
    """Return :math:`s_j = R_j / d_j`, 0 where :math:`d_j = 0`, and the losses to bias, stabilizer and no receiver.

    The denominator is `z` with `bias` and the stabilizer, and the losses are those of ``eq-audit``.
    """
    d = z + bias
    extra = stabilizer(d)
    d += extra
    if not np.isfinite(d.sum()):  # The sum is quicker to test than its terms, which may be finite all the same.
        check.computed("the denominator of a rule", d)
    receives = d != 0
    if receives.all():
        s, unreceived = _quotient(R, d), 0.0
    else:
        s, unreceived = _quotient(np.where(receives, R, 0), np.where(receives, d, 1)), np.where(receives, 0, R)
    return s, *(s * amount if np.ndim(amount) else 0.0 for amount in (bias, extra)), unreceived


def _quotient(R, d):
    """Return R / d; digits may be lost below the range of the precision only where R is nothing beside the largest."""
    try:
        with np.errstate(over="ignore", under="raise"):
            return R / d
    except FloatingPointError:
        s, limits, size = R / d, np.finfo(d.dtype), np.abs(R)
        if np.any((np.abs(s) < limits.tiny) & (size > limits.eps * size.max(axis=-1, keepdims=True))):
            raise ValueError(f"relevance must have a magnitude whose ratio to the outputs' fits {d.dtype}") from None
        return s


def plus(x):
    """Return the positive part of `x`, 0 elsewhere: W⁺ of ``eq-zplus-rule``."""
    return np.maximum(x, 0)


def minus(x):
    """Return the negative part of `x`, 0 elsewhere: W⁻ of ``eq-zbox-rule``."""
    return np.minimum(x, 0)


def _of_one_sign(a, same, other):
    """Return the terms whose products have one sign: positive `a` with `same`, negative `a`, if any, with `other`."""
    return [(plus(a), same), (minus(a), other)] if (a < 0).any() else [(a, same)]


@dataclass(frozen=True)
class LRP0(Rule):
    r"""The basic rule: each input gets what it added.

    .. math:: R_i = \sum_j \frac{a_i W_{ij}}{\sum_h a_h W_{hj}}\, R_j

    Parameters
    ----------
    absorb_bias : bool, default=False
        Put the bias into the denominator too, as in Bach's Eq. 56. The bias then keeps its share.

    Notes
    -----
    Implements ``eq-lrp0-rule`` [Bach2015]_.
    """

    absorb_bias: bool = False
    name: ClassVar[str] = "LRP-0"

    def terms(self, a, W):
        """Return (a, W)."""
        return [(a, W.full)]


@dataclass(frozen=True)
class Epsilon(Rule):
    r"""LRP-0 with a stabilizer that keeps the denominator away from zero.

    .. math:: R_i = \sum_j \frac{a_i W_{ij}}{z_j + \epsilon\,\mathrm{sign}(z_j)}\, R_j, \qquad \mathrm{sign}(0) = +1

    Parameters
    ----------
    epsilon : float, default=1e-6
        At least 0, in the unit of the preactivations. It takes :math:`R_j\, \epsilon / (|z_j| + \epsilon)` away.
    absorb_bias : bool, default=False
        Put the bias into the denominator too, as in Bach's Eq. 56 to 58.

    Raises
    ------
    ValueError
        If `epsilon` is negative or not finite.

    Notes
    -----
    Implements ``eq-epsilon-rule`` [Bach2015]_.
    """

    epsilon: float = 1e-6
    absorb_bias: bool = False
    name: ClassVar[str] = "ε"

    def __post_init__(self):
        check.at_least("epsilon", self.epsilon, 0)

    def terms(self, a, W):
        """Return (a, W)."""
        return [(a, W.full)]

    def stabilizer(self, z):
        """Return epsilon with the sign of `z`."""
        return np.where(z < 0, -self.epsilon, self.epsilon).astype(z.dtype)


@dataclass(frozen=True)
class Gamma(Rule):
    r"""Weights that add are favored.

    .. math:: R_i = \sum_j \frac{a_i (W_{ij} + \gamma W^+_{ij})}{\sum_h a_h (W_{hj} + \gamma W^+_{hj})}\, R_j

    Parameters
    ----------
    gamma : float, default=0.25
        At least 0, without a unit. 0 gives LRP-0; towards infinity the rule tends to z⁺.

    Raises
    ------
    ValueError
        If `gamma` is negative or not finite.

    Notes
    -----
    Implements ``eq-gamma-rule``, made for activations :math:`a \ge 0` [Montavon2019]_.
    """

    gamma: float = 0.25
    name: ClassVar[str] = "γ"

    def __post_init__(self):
        check.at_least("gamma", self.gamma, 0)

    def terms(self, a, W):
        """Return (a, W + γ W⁺)."""
        return [(a, W.boosted(float(self.gamma)))]


@dataclass(frozen=True)
class AlphaBeta(Rule):
    r"""What adds and what subtracts are treated apart.

    .. math:: R_i = \sum_j \left( \alpha \frac{(a_i W_{ij})^+}{\sum_h (a_h W_{hj})^+}
              - \beta \frac{(a_i W_{ij})^-}{\sum_h (a_h W_{hj})^-} \right) R_j, \qquad \alpha - \beta = 1

    Parameters
    ----------
    alpha : float, default=2.0
        At least 1, without a unit; β = α − 1 follows.
    absorb_bias : bool, default=False
        Put the positive part of the bias into the first denominator and the negative part into the second.

    Raises
    ------
    ValueError
        If `alpha` is below 1 or not finite.

    Notes
    -----
    Implements ``eq-alphabeta-rule`` [Bach2015]_, whose Eq. 60 writes α + β = 1 with β <= 0.
    """

    alpha: float = 2.0
    absorb_bias: bool = False
    name: ClassVar[str] = "αβ"

    def __post_init__(self):
        check.at_least("alpha", self.alpha, 1)

    @property
    def beta(self):
        """The weight of what subtracts, α − 1."""
        return self.alpha - 1

    def parts(self, a, W, b):
        """Return two parts, that of α and that of −β."""
        above, below = (plus(b), minus(b)) if self.absorb_bias else (0.0, 0.0)
        adds = Part(float(self.alpha), _of_one_sign(a, W.plus, W.minus), above)
        subtracts = Part(float(-self.beta), _of_one_sign(a, W.minus, W.plus), below)
        return [adds, subtracts] if self.beta else [adds]


@dataclass(frozen=True)
class ZPlus(Rule):
    r"""Only what adds gets a share.

    .. math:: R_i = \sum_j \frac{(a_i W_{ij})^+}{\sum_h (a_h W_{hj})^+}\, R_j

    Notes
    -----
    Implements ``eq-zplus-rule`` [Montavon2017]_. For :math:`a \ge 0` the numerator is :math:`a_i W^+_{ij}`.
    """

    name: ClassVar[str] = "z⁺"

    def terms(self, a, W):
        """Return (a⁺, W⁺) and, if there are negative inputs, (a⁻, W⁻)."""
        return _of_one_sign(a, W.plus, W.minus)


@dataclass(frozen=True)
class WSquare(Rule):
    r"""Shares in proportion to the squared weights, whatever the input.

    .. math:: R_i = \sum_j \frac{W_{ij}^2}{\sum_h W_{hj}^2}\, R_j

    Notes
    -----
    Implements ``eq-wsquare-rule`` [Montavon2017]_. Made for the first layer: further up it gives relevance to silent
    neurons.
    """

    name: ClassVar[str] = "w²"

    def terms(self, a, W):
        """Return (1, W²)."""
        return [(np.ones(a.shape[-1], a.dtype), W.square)]


@dataclass(frozen=True)
class Flat(Rule):
    r"""The same share for every input.

    .. math:: R_i = \sum_j \frac{1}{\sum_h 1}\, R_j

    Notes
    -----
    Implements ``eq-flat-rule``. Made for the first layer; it has no root point behind it.
    """

    name: ClassVar[str] = "flat"

    def terms(self, a, W):
        """Return (1, 1)."""
        return [(np.ones(a.shape[-1], a.dtype), W.ones)]


@dataclass(frozen=True, eq=False)
class ZBox(Rule):
    r"""For inputs in a box, :math:`l \le a \le h`.

    .. math:: R_i = \sum_j \frac{a_i W_{ij} - l_i W^+_{ij} - h_i W^-_{ij}}
              {\sum_h (a_h W_{hj} - l_h W^+_{hj} - h_h W^-_{hj})}\, R_j

    Parameters
    ----------
    low, high : float or array_like of shape (inputs,), default=-1.0 and 1.0
        The bounds l and h of the inputs, in their unit.

    Raises
    ------
    ValueError
        If `low` exceeds `high`, or a bound does not fit the inputs.

    Notes
    -----
    Implements ``eq-zbox-rule`` [Montavon2017]_. The numerator is computed as
    :math:`(a_i - l_i) W^+_{ij} + (a_i - h_i) W^-_{ij}`: the same sum, but for inputs in the box nothing cancels.
    """

    low: float = -1.0
    high: float = 1.0
    name: ClassVar[str] = "z^B"

    def __post_init__(self):
        check.box(self.low, self.high, np.size(self.low) if np.ndim(self.low) else np.size(self.high))
        for name in ("low", "high"):
            if np.ndim(bound := getattr(self, name)):
                object.__setattr__(self, name, check.frozen(bound))

    def terms(self, a, W):
        """Return (a − l, W⁺) and (a − h, W⁻)."""
        low, high = self.bounds(a)
        return [(a - low, W.plus), (a - high, W.minus)]

    def bounds(self, a):
        """Return l and h, each of shape (inputs,), in the precision of `a`."""
        bounds = check.box(self.low, self.high, a.shape[-1])
        return [np.broadcast_to(bound, a.shape[-1]).astype(a.dtype) for bound in bounds]

    def total(self, layer, terms):
        r"""Return :math:`z_j` from the product of the forward pass, :math:`\sum_i a_i W_{ij}`, where little cancels.

        The corner's part, :math:`\sum_i l_i W^+_{ij} + h_i W^-_{ij}`, is the same for a whole batch.
        """
        W, _ = layer.parameters(layer.x.dtype)
        low, high = self.bounds(layer.x)
        z = layer.apply(layer.x, W.full) - (layer.apply(low, W.plus) + layer.apply(high, W.minus))
        farthest = np.maximum(abs(low), abs(high))
        magnitude = layer.apply(farthest, W.plus) - layer.apply(farthest, W.minus)
        return z if (z > magnitude / 8).all() else super().total(layer, terms)


RULES = {rule.name: rule for rule in (LRP0, Epsilon, Gamma, AlphaBeta, ZPlus, WSquare, Flat, ZBox)}
