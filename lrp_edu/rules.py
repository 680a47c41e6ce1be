r"""The relevance rules, and composites of them (chapters ``full-network`` and ``rules-in-practice``).

A rule says, for the activations a and the weights W of a layer, which terms it shares by; `propagate` does the rest. A
composite is a list of rules, one for each layer with weights, from the input up, as `Network.explain` takes it.
"""

from dataclasses import dataclass, field, fields
from typing import ClassVar

import numpy as np

from . import _check as check
from .layers import Dense
from .propagate import Part
from .propagate import numerators as numerators  # whoever imports these two from here shall find them
from .propagate import propagate as propagate


def plus(x):
    """Return the positive part of `x`, 0 elsewhere: W⁺ of ``eq-zplus-rule``."""
    return np.maximum(x, 0)


def minus(x):
    """Return the negative part of `x`, 0 elsewhere: W⁻ of ``eq-zbox-rule``."""
    return np.minimum(x, 0)


def ones(a, W):
    """Return ones in the shape of one input: for ``eq-wsquare-rule`` and ``eq-flat-rule`` each counts alike."""
    return np.ones(a.shape[-W.axes :], a.dtype)


class Rule:
    """What all rules have in common: one part, its ``terms`` (``eq-terms``), no bias or stabilizer below the line.

    A rule has a `name`, and may say what it is `also` called.
    """

    also: ClassVar[str] = "–"
    absorb_bias = False
    epsilon = 0.0

    def __str__(self):
        settings = [getattr(self, one.name) for one in fields(self) if one.name != "absorb_bias"]
        settings = [str(value) if np.ndim(value) == 0 else "…" for value in settings]
        return self.name + (f"({', '.join(settings)})" if settings else "") + (" with bias" if self.absorb_bias else "")

    def terms(self, a, W):
        """Return the list of pairs (x_t, W_t) for activations `a`, of shape (..., inputs), and `Weights` `W`."""
        raise NotImplementedError

    def bias(self, b):
        """Return what a bias adds to the denominator, where the rule absorbs it (``eq-audit``)."""
        return b

    def parts(self, a, W, b):
        """Return the parts of the relevance, here only one."""
        return [Part(1.0, self.terms(a, W), self.bias(b) if self.absorb_bias else 0.0)]

    def total(self, seen, terms):
        r"""Return :math:`\sum_i n_{ij}`, the numerators of all inputs together: a new array of shape (..., outputs)."""
        (x, W), *rest = terms
        total = seen.layer.apply(x, W)
        for x, W in rest:
            total += seen.layer.apply(x, W)
        return total


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

    absorb_bias: bool = field(default=False, kw_only=True)
    name: ClassVar[str] = "LRP-0"
    also: ClassVar[str] = (
        "the basic rule; the z-rule; LRP-Z, often with the bias. With the bias Bach's "
        "Eq. 56, and on ReLU networks whose output is not 0 gradient × input"
    )

    def terms(self, a, W):
        """Return (a, W)."""
        return [(a, W.full)]

    def total(self, seen, terms):
        """Return a copy of the forward pass's product, which is the sum of these numerators."""
        return seen.product.copy()


@dataclass(frozen=True)
class Epsilon(LRP0):
    r"""LRP-0 with a stabilizer that keeps the denominator away from zero.

    .. math:: R_i = \sum_j \frac{a_i W_{ij}}{q_j + \epsilon\,\mathrm{sign}(q_j)}\, R_j,
              \qquad q_j = \sum_h a_h W_{hj}, \qquad \mathrm{sign}(0) = +1

    Parameters
    ----------
    epsilon : float, default=1e-6
        At least 0, in the unit of the preactivations. It takes :math:`R_j\, \epsilon / (|q_j| + \epsilon)` away.
    absorb_bias : bool, default=False
        Put the bias into :math:`q_j` too, as in Bach's Eq. 56 to 58.

    Raises
    ------
    ValueError
        If `epsilon` is negative or not finite.

    Notes
    -----
    Implements ``eq-epsilon-rule`` [Bach2015]_.
    """

    epsilon: float = 1e-6
    name: ClassVar[str] = "ε"
    also: ClassVar[str] = "LRP-ε; Bach's Eq. 58, with the bias"

    def __post_init__(self):
        check.at_least("epsilon", self.epsilon, 0)


@dataclass(frozen=True)
class Gamma(Rule):
    r"""Weights that add are favored.

    .. math:: R_i = \sum_j \frac{a_i (W_{ij} + \gamma W^+_{ij})}{\sum_h a_h (W_{hj} + \gamma W^+_{hj})}\, R_j

    Parameters
    ----------
    gamma : float, default=0.25
        At least 0, without a unit. 0 gives LRP-0. For activations that are not negative the rule tends to z⁺ as `gamma`
        grows, wherever something adds.
    absorb_bias : bool, default=False
        Put :math:`b_j + \gamma\, b_j^+` into the denominator: the published sum runs over the bias as well.

    Raises
    ------
    ValueError
        If `gamma` is negative or not finite.

    Notes
    -----
    Implements ``eq-gamma-rule`` [Montavon2019]_, made for :math:`a \ge 0` and neurons with
    :math:`q_j = \sum_h a_h W_{hj} > 0`. Elsewhere some libraries give other numbers: Zennit favors positive products,
    and where the output is negative the negative ones.
    """

    gamma: float = 0.25
    absorb_bias: bool = field(default=False, kw_only=True)
    name: ClassVar[str] = "γ"
    also: ClassVar[str] = "LRP-γ; published with the bias"

    def __post_init__(self):
        check.at_least("gamma", self.gamma, 0)

    def terms(self, a, W):
        """Return (a, W + γ W⁺)."""
        return [(a, W.full + float(self.gamma) * W.plus)]

    def bias(self, b):
        """Return b + γ b⁺."""
        return b + float(self.gamma) * plus(b)


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
    Implements ``eq-alphabeta-rule`` [Bach2015]_. Eq. 60 there has α + β = 1: our β is its −β. Its β > 0 is left out.
    """

    alpha: float = 2.0
    absorb_bias: bool = field(default=False, kw_only=True)
    name: ClassVar[str] = "αβ"
    also: ClassVar[str] = "α2β1, α1β0, …; we write α − β = 1 with α ≥ 1; Bach's Eq. 60, with the bias, α + β = 1"

    def __post_init__(self):
        check.at_least("alpha", self.alpha, 1)

    @property
    def beta(self):
        """The weight of what subtracts, α − 1."""
        return self.alpha - 1

    def parts(self, a, W, b):
        """Return two parts, that of α and that of −β."""
        above, below = (plus(b), minus(b)) if self.absorb_bias else (0.0, 0.0)
        adds = Part(float(self.alpha), of_one_sign(a, W.plus, W.minus), above)
        subtracts = Part(float(-self.beta), of_one_sign(a, W.minus, W.plus), below)
        return [adds, subtracts] if self.beta else [adds]


@dataclass(frozen=True)
class ZPlus(Rule):
    r"""Only what adds gets a share.

    .. math:: R_i = \sum_j \frac{(a_i W_{ij})^+}{\sum_h (a_h W_{hj})^+}\, R_j

    Parameters
    ----------
    absorb_bias : bool, default=False
        Put :math:`b_j^+` into the denominator too, as in αβ with α = 1.

    Notes
    -----
    Implements ``eq-zplus-rule`` [Montavon2017]_. For :math:`a \ge 0` the numerator is :math:`a_i W^+_{ij}`.
    """

    absorb_bias: bool = field(default=False, kw_only=True)
    name: ClassVar[str] = "z⁺"
    also: ClassVar[str] = "the deep Taylor rule for hidden layers; α1β0; `NextLinear` in the seeds"

    def terms(self, a, W):
        """Return (a⁺, W⁺) and, if there are negative inputs, (a⁻, W⁻)."""
        return of_one_sign(a, W.plus, W.minus)

    def bias(self, b):
        """Return b⁺."""
        return plus(b)


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
    also: ClassVar[str] = "the rule for real-valued inputs"

    def terms(self, a, W):
        """Return (1, W²), the weights in a unit of their own: a square of them is neither too large nor too small."""
        return [(ones(a, W), W.unit.square)]


@dataclass(frozen=True)
class Flat(Rule):
    r"""The same share for every input.

    .. math:: R_i = \sum_j \frac{1}{\sum_h 1}\, R_j

    Notes
    -----
    Implements ``eq-flat-rule``. Made for the first layer. It was found without a root; one exists if no weight is zero.
    """

    name: ClassVar[str] = "flat"

    def terms(self, a, W):
        """Return (1, 1)."""
        return [(ones(a, W), W.ones)]


#: From so many inputs on, the products for a corner of the box cost less than those of the inputs.
MANY = 16


@dataclass(frozen=True)
class ZBox(Rule):
    r"""For inputs in a box, :math:`l \le a \le h`.

    .. math:: R_i = \sum_j \frac{a_i W_{ij} - l_i W^+_{ij} - h_i W^-_{ij}}
              {\sum_h (a_h W_{hj} - l_h W^+_{hj} - h_h W^-_{hj})}\, R_j

    Parameters
    ----------
    low, high : float or array_like of shape (inputs,), default=-1.0 and 1.0
        The bounds l and h of the inputs, in their unit. For images of shape (channels, height, width) there may be one
        for each channel or for each pixel.

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
    also: ClassVar[str] = "zβ; the rule for pixels; `FirstLinear` in the seeds"

    def __post_init__(self):
        shape = max(check.real("low", self.low).shape, check.real("high", self.high).shape, key=len)
        check.box(self.low, self.high, shape)
        for name in ("low", "high"):
            object.__setattr__(self, name, _nested(getattr(self, name)))

    def terms(self, a, W):
        """Return (a − l, W⁺) and (a − h, W⁻)."""
        low, high = self.bounds(ones(a, W))
        return [(a - low, W.plus), (a - high, W.minus)]

    def bounds(self, one):
        """Return l and h, each in the shape and the precision of `one` input."""
        bounds = check.box(self.low, self.high, one.shape)
        return [np.broadcast_to(bound, one.shape).astype(one.dtype) for bound in bounds]

    def total(self, seen, terms):
        r"""Return :math:`\sum_i n_{ij}`, for many inputs from the product of the forward pass, where little cancels.

        The corner's part, :math:`\sum_i l_i W^+_{ij} + h_i W^-_{ij}`, is the same for all of them.
        """
        W, one = seen.W, ones(seen.a, seen.W)
        if seen.a.size < MANY * one.size:
            return super().total(seen, terms)
        low, high = self.bounds(one)
        total = seen.product - (seen.layer.apply(low, W.plus) + seen.layer.apply(high, W.minus))
        farthest = np.maximum(abs(low), abs(high))
        magnitude = seen.layer.apply(farthest, W.plus) - seen.layer.apply(farthest, W.minus)
        return total if (total > magnitude / 8).all() else super().total(seen, terms)


def _nested(bound):
    """Return an array as nested tuples of numbers, and a number as it is: both can be compared, and not written to."""
    return tuple(map(_nested, bound)) if np.ndim(bound) > 1 else tuple(map(float, bound)) if np.ndim(bound) else bound


def of_one_sign(a, same, other):
    """Return terms whose products have one sign (``eq-zplus-rule``): `a` >= 0 with `same`, any `a` < 0 with `other`."""
    return [(plus(a), same), (minus(a), other)] if (a < 0).any() else [(a, same)]


#: Every rule by its name: the tables, menus, claims and tests go through it.
RULES = {rule.name: rule for rule in (LRP0, Epsilon, Gamma, AlphaBeta, ZPlus, WSquare, Flat, ZBox)}


# Composites -----------------------------------------------------------------------------------------------------------


def composite(network, first, lower, middle, upper, *, sizes=None):
    r"""Return one rule for each layer with weights, chosen by its place.

    .. math:: R_i^{(l-1)} = \sum_j \frac{n_{ij}^{(l)}}{d_j^{(l)}}\, R_j^{(l)}, \qquad l = L, \dots, 1

    Parameters
    ----------
    network : Network
        Whose layers are to have rules.
    first : Rule
        That of the layer that sees the inputs.
    lower, middle, upper : Rule
        Those of the layers above it, from the input up.
    sizes : sequence of three int, optional
        How many layers are lower, middle and upper. By default thirds of all but the first, as equal as can be: a layer
        that is left over is upper, a second one lower. So two layers above the first are a lower and an upper one.

    Returns
    -------
    list of Rule
        From the input up, as `Network.explain` takes it.

    Raises
    ------
    ValueError
        If `sizes` are not three numbers that add up to the layers above the first.

    Notes
    -----
    Implements ``eq-composite`` [Montavon2019]_.

    Examples
    --------
    >>> from lrp_edu.digits import load_network
    >>> rules = composite(load_network(), ZBox(-1, 1), Gamma(0.25), Epsilon(0.25), LRP0())
    >>> print(*rules)
    z^B(-1, 1) γ(0.25) LRP-0
    """
    above = len(network.weighted) - 1
    sizes = ((above + 1) // 3, above // 3, (above + 2) // 3) if sizes is None else tuple(sizes)
    if len(sizes) != 3 or min(sizes) < 0 or sum(sizes) != above:
        raise ValueError(f"sizes must hold three numbers of layers that add up to {above}, got {sizes}")
    parts = zip((lower, middle, upper), sizes, strict=True)
    return [first, *(rule for rule, size in parts for _ in range(size))]


def by_kind(network, convolution, dense, first=None):
    """Return one rule for each layer with weights, chosen by its kind (``eq-composite``).

    Parameters
    ----------
    network : Network
        Whose layers are to have rules.
    convolution, dense : Rule
        That of all layers that are not dense, and that of the dense ones.
    first : Rule, optional
        Another one for the layer that sees the inputs, whatever its kind.

    Returns
    -------
    list of Rule
        From the input up, as `Network.explain` takes it.
    """
    rules = [dense if isinstance(layer, Dense) else convolution for layer in network.weighted]
    return rules if first is None else [first, *rules[1:]]


def deep_taylor(network, low=-1.0, high=1.0):
    """Return z^B for the inputs and z⁺ above, both without the bias (``eq-composite``) [Montavon2017]_.

    `low` and `high` are the bounds of the inputs, as in `ZBox`.
    """
    return composite(network, ZBox(low, high), *[ZPlus()] * 3)


def zero_epsilon_gamma_box(network, low=-1.0, high=1.0, epsilon=0.25, gamma=0.25, *, sizes=None, absorb_bias=True):
    """Return z^B, then γ, ε and LRP-0 from the input up (``eq-composite``) [Montavon2019]_.

    Parameters
    ----------
    network : Network
        Whose layers are to have rules.
    low, high : float or array_like, default=-1.0 and 1.0
        Bounds of the inputs, as in `ZBox`.
    epsilon, gamma : float, default=0.25
        The stabilizer of the middle layers, in the unit of their preactivations, and γ of the lower ones.
    sizes : sequence of three int, optional
        How many layers are lower, middle and upper, as in `composite`.
    absorb_bias : bool, default=True
        Put the bias into the denominators of γ, ε and LRP-0, as published.

    Returns
    -------
    list of Rule
        From the input up, as `Network.explain` takes it.

    Notes
    -----
    The authors' code for VGG-16 has ``sizes=(6, 6, 3)``, and as a stabilizer a quarter of the root mean square of each
    layer's sums.
    """
    bias = {"absorb_bias": absorb_bias}
    above = Gamma(gamma, **bias), Epsilon(epsilon, **bias), LRP0(**bias)
    return composite(network, ZBox(low, high), *above, sizes=sizes)


def epsilon_plus(network, epsilon=1e-6, *, absorb_bias=True):
    """Return z⁺ for convolutions and ε for dense layers (``eq-composite``) [Kohlbrenner2020]_, [Anders2021]_.

    Parameters
    ----------
    network : Network
        Whose layers are to have rules.
    epsilon : float, default=1e-6
        The stabilizer of the dense layers, in the unit of their preactivations.
    absorb_bias : bool, default=True
        Put the bias into the denominators, as published.

    Returns
    -------
    list of Rule
        From the input up, as `Network.explain` takes it.
    """
    bias = {"absorb_bias": absorb_bias}
    return by_kind(network, ZPlus(**bias), Epsilon(epsilon, **bias))


def epsilon_alpha2_beta1(network, epsilon=1e-6, *, absorb_bias=True):
    """Return α2β1 for convolutions and ε for dense layers (``eq-composite``) [Kohlbrenner2020]_, [Anders2021]_.

    Parameters are those of `epsilon_plus`.
    """
    bias = {"absorb_bias": absorb_bias}
    return by_kind(network, AlphaBeta(2.0, **bias), Epsilon(epsilon, **bias))


def epsilon_plus_flat(network, epsilon=1e-6, *, absorb_bias=True):
    """Return `epsilon_plus`, whose parameters it takes, with flat for the inputs (``eq-composite``) [Anders2021]_."""
    return [Flat(), *epsilon_plus(network, epsilon, absorb_bias=absorb_bias)[1:]]


def epsilon_alpha2_beta1_flat(network, epsilon=1e-6, *, absorb_bias=True):
    """Return `epsilon_alpha2_beta1` with flat for the inputs (``eq-composite``) [Anders2021]_.

    Parameters are those of `epsilon_plus`.
    """
    return [Flat(), *epsilon_alpha2_beta1(network, epsilon, absorb_bias=absorb_bias)[1:]]


def epsilon_gamma_box(network, low=-1.0, high=1.0, epsilon=1e-6, gamma=0.25, *, absorb_bias=True):
    """Return z^B for a first convolution, γ for the others, and ε for dense layers (``eq-composite``) [Anders2021]_.

    `low`, `high` and `gamma` are those of `zero_epsilon_gamma_box`, `epsilon` and `absorb_bias` of `epsilon_plus`. As
    in Zennit a first layer that is dense has ε; if you want z^B there, ask `by_kind` for it.
    """
    bias = {"absorb_bias": absorb_bias}
    first = None if isinstance(network.weighted[0], Dense) else ZBox(low, high)
    return by_kind(network, Gamma(gamma, **bias), Epsilon(epsilon, **bias), first)


#: The composites of the literature, each a function of a network; those with z^B take the box of the inputs next.
#: Tables and tests go through them.
COMPOSITES = {
    "deep Taylor": deep_taylor,
    "LRP-0/ε/γ/z^B": zero_epsilon_gamma_box,
    "EpsilonPlus": epsilon_plus,
    "EpsilonAlpha2Beta1": epsilon_alpha2_beta1,
    "EpsilonPlusFlat": epsilon_plus_flat,
    "EpsilonAlpha2Beta1Flat": epsilon_alpha2_beta1_flat,
    "EpsilonGammaBox": epsilon_gamma_box,
}
