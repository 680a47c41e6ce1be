r"""Self-attention, and what stands around it in a transformer (chapter ``attention``).

Data have shape (..., tokens, features): each token is a row of numbers. A dense layer sees each row by itself;
attention alone carries something from one token to another. Its weights depend on the input, as all that it multiplies
does, so that no rule for a sum says how relevance is to pass. What passes how is an `AttentionRule`.

With LRP-0 for the sums relevance is an input times a factor, :math:`R_i = x_i c_i`, and where a bias takes its share
the factor is a gradient in which something was held fixed or halved. So what passes a product, a softmax or a norm is
written as that modified gradient.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from . import _check as check
from .layers import Dense, Layer, Seen
from .network import Network
from .propagate import Losses, divide, losses, propagate, stabilizer, together
from .rules import LRP0, Rule

# How relevance passes -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AttentionRule(Rule):
    r"""How relevance passes the products, the softmax and the norms of a transformer; `sums` shares in its sums.

    .. math:: R_A = \theta_A\, A \odot \Big(\frac{R}{O} V^\top\Big), \qquad
              R_V = \theta_V\, V \odot \Big(A^\top \frac{R}{O}\Big), \qquad O = A V

    Subclasses say what each factor of a product is given; where the shares do not add up to 1, the audit says what is
    added or lost.

    Parameters
    ----------
    sums : Rule, default=LRP0(absorb_bias=True)
        The rule of all dense layers, whose stabilizer and whose way with a bias hold for norms and residual sums too.

    Attributes
    ----------
    to_weights, to_values : float
        The shares :math:`\theta_A` and :math:`\theta_V` of the attention weights and of the values in their product.
    to_scores : float
        The share :math:`\theta_S` of each of the queries Q and the keys K in the product :math:`Q K^\top`.
    sigma_fixed : bool
        Whether the standard deviation of a layer norm is taken for a constant.

    Raises
    ------
    ValueError
        If `sums` is no rule for sums.

    Notes
    -----
    Implements ``eq-product-rule`` and ``eq-norm-rule``. A rule of another kind stands for ``WeightsFixed(rule)``.
    """

    sums: Rule = LRP0(absorb_bias=True)
    to_weights: ClassVar[float] = 0.5
    to_values: ClassVar[float] = 0.5
    to_scores: ClassVar[float] = 0.5
    sigma_fixed: ClassVar[bool] = True

    def __post_init__(self):
        if not isinstance(self.sums, Rule) or isinstance(self.sums, AttentionRule):
            raise ValueError(f"sums must be a rule for sums such as LRP0(), got {self.sums!r}")

    def __str__(self):
        return self.name if self.sums == LRP0(absorb_bias=True) else f"{self.name}, {self.sums}"

    @property
    def absorb_bias(self):
        """Whether a bias stands in the denominator, as in `sums`."""
        return self.sums.absorb_bias

    @property
    def epsilon(self):
        """The stabilizer of `sums`."""
        return self.sums.epsilon

    def parts(self, a, W, b):
        """Return the parts of `sums`, for a dense layer."""
        return self.sums.parts(a, W, b)

    def total(self, seen, terms):
        """Return what `sums` adds up, for a dense layer."""
        return self.sums.total(seen, terms)


@dataclass(frozen=True)
class AttnLRP(AttentionRule):
    r"""Each factor of a product gets a half, and a softmax hands on by its derivative.

    .. math:: R_A = A \odot \Big(\frac{R}{2 O} V^\top\Big), \qquad R_V = V \odot \Big(A^\top \frac{R}{2 O}\Big),
              \qquad R_{S} = S \odot (R_A - A \textstyle\sum R_A)

    Notes
    -----
    Implements ``eq-product-rule`` and ``eq-softmax-rule`` [Achtibat2024]_, with σ fixed in layer norms. A softmax adds
    relevance or takes some away.
    """

    name: ClassVar[str] = "AttnLRP"


@dataclass(frozen=True)
class WeightsFixed(AttentionRule):
    r"""The attention weights are taken for constants: the values get all.

    .. math:: R_V = V \odot \Big(A^\top \frac{R}{O}\Big)

    Notes
    -----
    Implements ``eq-weights-fixed`` [Ali2022]_, with σ fixed in layer norms. What is left is a chain of sums, so that
    nothing is lost but to a bias, to a stabilizer, or at a sum of 0.
    """

    name: ClassVar[str] = "weights fixed"
    to_weights: ClassVar[float] = 0.0
    to_values: ClassVar[float] = 1.0
    to_scores: ClassVar[float] = 0.0


@dataclass(frozen=True)
class ChainRule(AttentionRule):
    r"""Nothing is held fixed or halved: gradient × input, with LRP-0 for the sums and the bias in the denominator.

    .. math:: R_i = x_i \frac{\partial f}{\partial x_i}

    Notes
    -----
    Implements ``eq-token-gradient``. Each factor of a product gets all of what the product has, and a norm takes all.
    """

    name: ClassVar[str] = "gradient × input"
    to_weights: ClassVar[float] = 1.0
    to_values: ClassVar[float] = 1.0
    to_scores: ClassVar[float] = 1.0
    sigma_fixed: ClassVar[bool] = False


#: The variants by name: tables, claims and tests go through them (``eq-product-rule``).
VARIANTS = {rule.name: rule for rule in (AttnLRP, WeightsFixed, ChainRule)}


def _passing(rule):
    """Return `rule`, or what a rule for sums stands for."""
    return rule if isinstance(rule, AttentionRule) else WeightsFixed(rule)


def _share(rule, R, product, bias=None):
    """Return s = R / d where a sum, `product` without its `bias`, shares by LRP-0 or ε; and what does not arrive.

    The latter is a function: it is computed only when the audit asks.
    """
    kept = bias if rule.absorb_bias and bias is not None else np.zeros((), product.dtype)
    q = product + kept
    extra = stabilizer(q, rule.epsilon)
    d = q + extra
    s = divide(R, d)
    return s, lambda: Losses(s * kept, s * extra, np.where(d == 0, R, 0), {})


# Layers ---------------------------------------------------------------------------------------------------------------


class Norm(NamedTuple):
    """What a layer norm keeps of a pass: the normalized inputs and the standard deviation (``eq-layer-norm``)."""

    normal: np.ndarray
    sigma: np.ndarray


class LayerNorm(Layer):
    r"""Each row of numbers is centered and scaled to a variance of 1, then each feature is stretched and shifted.

    .. math:: y_j = g_j\, \frac{x_j - \mu}{\sigma} + b_j, \qquad \mu = \frac1d \sum_i x_i,
              \qquad \sigma^2 = \frac1d \sum_i (x_i - \mu)^2 + \epsilon

    Parameters
    ----------
    scale : array_like of shape (features,)
        The factors g, ``weight`` in torch.
    shift : array_like of shape (features,), optional
        What is added, b, ``bias`` in torch. Zero if not given.
    eps : float, default=1e-5
        What is added to the variance, positive.

    Raises
    ------
    ValueError
        If the shapes do not fit, a number is not finite, or `eps` is not positive.

    Notes
    -----
    Implements ``eq-layer-norm``, and backward ``eq-norm-rule``: with σ fixed it is a sum, and shares in proportion to
    its terms, whatever weights the rule prefers in a dense layer. With the derivative of σ nearly all is lost
    (``eq-degree-zero``): the audit calls it *norm*.

    Examples
    --------
    >>> LayerNorm([1.0, 1.0], eps=1e-12).forward([[3.0, 1.0], [30.0, 10.0]]).round(6)
    array([[ 1., -1.],
           [ 1., -1.]])
    """

    weighted = shares = composed = True

    def __init__(self, scale, shift=None, eps=1e-5):
        self.scale = check.frozen(check.vector("scale", scale))
        self.features = len(self.scale)
        shift = np.zeros(self.features) if shift is None else shift
        self.shift = check.frozen(check.vector("shift", shift, self.features, match="scale"))
        self.eps = check.scalar("eps", eps)
        if self.eps <= 0:
            raise ValueError(f"eps must be positive, got {self.eps}")
        self.input_shape = self.output_shape = (self.features,)

    def __repr__(self):
        return f"LayerNorm({self.features})"

    def __reduce__(self):
        """Return what makes an equal layer; an array that was merely unpickled could be written to."""
        return LayerNorm, (self.scale, self.shift, self.eps)

    def see(self, x):
        """Return what the layer sees in a forward pass, for the way back, and its outputs."""
        x = check.points("x", x, self.input_shape, match="scale")
        scale, shift = (check.cast(name, getattr(self, name), x.dtype) for name in ("scale", "shift"))
        with np.errstate(over="ignore", invalid="ignore"):
            centered = x - x.mean(axis=-1, keepdims=True)
            variance = check.computed("the variance of x", (centered**2).mean(axis=-1, keepdims=True))
            sigma = np.sqrt(variance + x.dtype.type(self.eps))
            normal = centered / sigma
            product = normal * scale
        return Seen(self, x, None, shift, product, Norm(normal, sigma)), product + shift

    def gradprop(self, dy, x):
        """Return the derivatives with respect to the inputs `x` from those with respect to the outputs."""
        its, y = self.see(x)
        dy = check.real("dy", dy)
        if dy.shape != y.shape:
            raise ValueError(f"dy must have shape {y.shape} like the outputs, got {dy.shape}")
        c, through_sigma = self._back(its, dy)
        return c - through_sigma

    def _back(self, its, s):
        """Return the factors with σ fixed, and what its derivative takes off them."""
        normal, sigma = its.inside
        c = s * check.cast("scale", self.scale, s.dtype) / sigma
        return c - c.mean(axis=-1, keepdims=True), normal * (c * normal).mean(axis=-1, keepdims=True)

    def redistribute(self, rule, its, R):
        """Return the relevance of the inputs, of shape (..., features), from that of the outputs."""
        rule = _passing(rule)
        s, _ = _share(rule, R, its.product, its.b)
        c, through_sigma = self._back(its, s)
        return its.a * (c if rule.sigma_fixed else c - through_sigma)

    def losses(self, rule, its, R):
        """Return what bias, stabilizer, no receiver and the derivative of σ took."""
        rule = _passing(rule)
        s, lost = _share(rule, R, its.product, its.b)
        if rule.sigma_fixed:
            return lost()
        return lost()._replace(others={"norm": its.a * self._back(its, s)[1]})


class Heads(NamedTuple):
    """What an attention keeps of a pass: what its dense layers saw, and for each head (``eq-attention``).

    Attributes
    ----------
    dense : tuple of Seen
        What the layers of queries, keys, values and outputs saw.
    Q, K, V, O : ndarray of shape (..., heads, tokens, features of a head)
        Queries, keys, values, and what the head reads.
    S, A : ndarray of shape (..., heads, tokens, tokens)
        Scores and attention weights: row i says what token i reads from each token j.
    """

    dense: tuple
    Q: np.ndarray
    K: np.ndarray
    V: np.ndarray
    O: np.ndarray  # noqa: E741 - the chapter calls it so
    S: np.ndarray
    A: np.ndarray


class SelfAttention(Layer):
    r"""Each token reads from all tokens, from each as much as its query fits their key.

    .. math:: S = \frac{Q K^\top}{\sqrt e}, \qquad A_{ij} = \frac{\exp S_{ij}}{\sum_t \exp S_{it}}, \qquad O = A V

    Parameters
    ----------
    query, key, value : Dense
        Layers from a token's features to the Q, K and V of all heads, one head after the other.
    output : Dense
        The layer from the O of all heads, side by side, to the outputs.
    heads : int, default=1
        How many heads there are; the outputs of the first three layers are cut into so many of e features.

    Raises
    ------
    ValueError
        If the layers do not fit together, or cannot be cut into so many heads.

    Notes
    -----
    Implements ``eq-attention``, and backward ``eq-product-rule``, ``eq-softmax-rule`` and ``eq-weights-fixed``. There
    is no mask: each token sees all others. The audit calls *softmax* what a softmax takes or adds, and *product* what
    is added where both factors of a product get all.

    Examples
    --------
    >>> one = Dense([[1.0]])
    >>> layer = SelfAttention(Dense([[0.0]]), one, one, one)
    >>> layer.forward([[1.0], [3.0]])
    array([[2.],
           [2.]])
    """

    weighted = shares = composed = True

    def __init__(self, query, key, value, output, heads=1):
        self.query, self.key, self.value, self.output = query, key, value, output
        for name in ("query", "key", "value", "output"):
            if not isinstance(getattr(self, name), Dense):
                raise ValueError(f"{name} must be a Dense layer, got {getattr(self, name)!r}")
        if type(heads) is not int or heads < 1:
            raise ValueError(f"heads must be a whole number of at least 1, got {heads!r}")
        self.heads = heads
        for name, layer in (("key", key), ("value", value)):
            if layer.inputs != query.inputs:
                raise ValueError(f"{name} must have {query.inputs} inputs like query, got {layer}")
        if key.outputs != query.outputs:
            raise ValueError(f"key must have {query.outputs} outputs like query, got {key}")
        if output.inputs != value.outputs:
            raise ValueError(f"output must have {value.outputs} inputs, the outputs of value, got {output}")
        for name, layer in (("query", query), ("value", value)):
            if layer.outputs % heads:
                raise ValueError(f"{name} must have outputs that {heads} heads share evenly, got {layer}")
        self.input_shape, self.output_shape = ("tokens", query.inputs), ("tokens", output.outputs)

    def __repr__(self):
        return f"SelfAttention({self.query.inputs} → {self.output.outputs}, heads {self.heads})"

    def shaped(self, shape):
        """Return the shape of an output for an input of the given shape."""
        return (shape[0], self.output.outputs)

    def see(self, x):
        """Return what the layer sees in a forward pass, for the way back, and its outputs."""
        x = check.points("x", x, self.input_shape, match="query")
        (q, Q), (k, K), (v, V) = (layer.see(x) for layer in (self.query, self.key, self.value))
        Q, K, V = (self._cut(part) for part in (Q, K, V))
        with np.errstate(over="ignore", invalid="ignore"):
            S = check.computed("the scores of attention", Q @ _turned(K) / math.sqrt(Q.shape[-1]))
        A = np.exp(S - S.max(axis=-1, keepdims=True))
        A /= A.sum(axis=-1, keepdims=True)
        O = A @ V  # noqa: E741
        o, y = self.output.see(self._joined(O))
        return Seen(self, x, None, None, y, Heads((q, k, v, o), Q, K, V, O, S, A)), y

    def _cut(self, x):
        """Return the features of all heads, (..., tokens, features), as (..., heads, tokens, features of a head)."""
        return np.moveaxis(x.reshape(*x.shape[:-1], self.heads, -1), -2, -3)

    def _joined(self, x):
        """Return what the heads have side by side: the way back of `_cut`."""
        x = np.moveaxis(x, -3, -2)
        return x.reshape(*x.shape[:-2], -1)

    def gradprop(self, dy, x):
        """Return the derivatives with respect to the inputs `x` from those with respect to the outputs."""
        its, y = self.see(x)
        dy = check.real("dy", dy)
        if dy.shape != y.shape:
            raise ValueError(f"dy must have shape {y.shape} like the outputs, got {dy.shape}")
        c = modified_gradient(ChainRule(), its.inside, self._cut(self.output.gradprop(dy)))
        sides = (self.query, c.Q), (self.key, c.K), (self.value, c.V)
        return sum(layer.gradprop(self._joined(factor)) for layer, factor in sides)

    def _down(self, rule, its, R):
        """Return s and the factors, what sharing O loses, and pairs: what a dense layer saw, and its outputs' R."""
        (q, k, v, o), Q, K, V, O, *_ = its.inside  # noqa: E741
        s, lost = _share(rule, self._cut(propagate(rule, o, R)), O)
        c = modified_gradient(rule, its.inside, s)
        handed = [(v, V * c.V)] + ([(q, Q * c.Q), (k, K * c.K)] if rule.to_weights else [])
        return s, c, lost, [(seen, self._joined(R)) for seen, R in handed]

    def redistribute(self, rule, its, R):
        """Return the relevance of the inputs, of shape (..., tokens, features), from that of the outputs."""
        rule = _passing(rule)
        *_, handed = self._down(rule, its, R)
        return sum(propagate(rule, seen, R) for seen, R in handed)

    def losses(self, rule, its, R):
        """Return what bias, stabilizer, no receiver, softmax and products took."""
        rule, (*_, o), S, A = _passing(rule), its.inside.dense, its.inside.S, its.inside.A
        s, c, lost, handed = self._down(rule, its, R)
        others = {"softmax": A * c.A - S * c.S} if rule.to_weights else {}
        if rule.to_weights + rule.to_values != 1 or (rule.to_weights and rule.to_scores != 0.5):
            others["product"] = np.concatenate([np.ravel(part) for part in _added(rule, its.inside, s, c)])
        parts = [losses(rule, o, R), lost(), *(losses(rule, seen, R) for seen, R in handed)]
        return together([*parts, Losses(*np.zeros((3, 1), S.dtype), others)])


class Factors(NamedTuple):
    """What Q, K, V, S and A are multiplied with to give their relevance (``eq-product-rule``)."""

    Q: np.ndarray
    K: np.ndarray
    V: np.ndarray
    S: np.ndarray
    A: np.ndarray


def modified_gradient(rule, heads, s):
    r"""Return the gradient with respect to all that heads multiply, as far as the rule lets it through.

    .. math:: c_A = \theta_A\, s V^\top, \qquad c_V = \theta_V\, A^\top s, \qquad
              c_S = A \odot \big(c_A - \textstyle\sum A \odot c_A\big), \qquad
              c_Q = \theta_S\, \frac{c_S K}{\sqrt e}, \qquad c_K = \theta_S\, \frac{c_S^\top Q}{\sqrt e}

    Parameters
    ----------
    rule : AttentionRule
        Its shares: those of A, of V, and of each of Q and K.
    heads : Heads
        What the heads keep of a pass.
    s : ndarray of shape (..., heads, tokens, features of a head)
        The ratio :math:`R / O`, or the derivative with respect to O.

    Returns
    -------
    Factors
        Each of the shape of what it belongs to.

    Notes
    -----
    Implements ``eq-product-rule`` and ``eq-softmax-rule``. With shares of 1 it is the gradient.
    """
    _, Q, K, V, _, _, A = heads
    c_A = rule.to_weights * (s @ _turned(V))
    c_S = A * (c_A - (A * c_A).sum(axis=-1, keepdims=True))
    scaled = c_S * (rule.to_scores / math.sqrt(Q.shape[-1]))
    return Factors(scaled @ K, _turned(scaled) @ Q, rule.to_values * (_turned(A) @ s), c_S, c_A)


def _added(rule, heads, s, c):
    """Yield what each product takes where its factors do not get one whole together; less than 0: it adds."""
    yield (1 - rule.to_weights - rule.to_values) * (s * heads.O)
    yield (1 - 2 * rule.to_scores) * (heads.S * c.S)


def _turned(x):
    """Return matrices with rows and columns exchanged."""
    return np.swapaxes(x, -1, -2)


class Branch(NamedTuple):
    """What a residual sum keeps of a pass: what its branch's layers saw, and its outputs (``eq-transformer``)."""

    seen: list
    y: np.ndarray


class Residual(Layer):
    r"""The inputs, and what a branch of layers makes of them, added up.

    .. math:: z = x + g(x)

    Parameters
    ----------
    layers : list
        The layers of the branch g, from the input up, whose outputs have the shape of its inputs.

    Raises
    ------
    ValueError
        If there are no layers, or the outputs of the branch have another shape.

    Notes
    -----
    Implements the sums of ``eq-transformer``, and backward ``eq-residual-rule``: the two share in proportion, number by
    number, and the branch hands on what it got, layer by layer, all by the one rule of the block.

    Examples
    --------
    >>> Residual([Dense([[2.0]])]).forward([[1.0], [3.0]])
    array([[3.],
           [9.]])
    """

    weighted = shares = composed = True

    def __init__(self, layers):
        self.layers = tuple(layers)
        for layer in self.layers:
            if isinstance(layer, type) or not hasattr(layer, "weighted"):
                raise ValueError(f"layers must hold layers such as Dense(weight), got {layer!r}")
        shapes = [layer.input_shape for layer in self.layers if layer.input_shape]
        if not shapes:
            raise ValueError(f"layers must hold at least one layer with weights, got {list(self.layers)}")
        self.input_shape = self.output_shape = max(shapes[0], ("tokens", shapes[0][-1]), key=len)

    def __repr__(self):
        return f"Residual({', '.join(type(layer).__name__ for layer in self.layers)})"

    def see(self, x):
        """Return what the layer sees in a forward pass, for the way back, and its outputs."""
        x = check.points("x", x, self.input_shape, match="the first layer of the branch")
        seen, y = [], x
        for layer in self.layers:
            its, y = layer.see(y)
            seen.append(its)
        if y.shape != x.shape:
            raise ValueError(f"layers must return the shape of x, {x.shape}, got {y.shape}")
        z = check.computed("x + branch", x + y)
        return Seen(self, x, None, None, z, Branch(seen, y)), z

    def gradprop(self, dy, x):
        """Return the derivatives with respect to the inputs `x` from those with respect to the outputs."""
        its, z = self.see(x)
        total = dy = check.real("dy", dy)
        if dy.shape != z.shape:
            raise ValueError(f"dy must have shape {z.shape} like the outputs, got {dy.shape}")
        for below in reversed(its.inside.seen):
            dy = below.layer.gradprop(dy, below.a)
        return total + dy

    @staticmethod
    def _down(rule, seen, R):
        """Yield what each layer of the branch saw and its outputs' R, from above, and last None and R of the inputs."""
        for its in reversed(seen):
            yield its, R
            R = propagate(rule, its, R) if its.layer.shares else its.layer.relprop(R, its)
        yield None, R

    def redistribute(self, rule, its, R):
        """Return the relevance of the inputs, of shape (..., tokens, features), from that of the outputs."""
        s, _ = _share(rule, R, its.product)
        *_, (_, through) = self._down(rule, its.inside.seen, s * its.inside.y)
        return s * its.a + through

    def losses(self, rule, its, R):
        """Return what the sum and the layers of the branch took."""
        s, lost = _share(rule, R, its.product)
        below = list(self._down(rule, its.inside.seen, s * its.inside.y))[:-1]
        return together([lost(), *(losses(rule, seen, R) for seen, R in below if seen.layer.shares)])


class LastToken(Layer):
    """The features of the last token, from which the answer is read.

    Notes
    -----
    It computes nothing (``eq-transformer``): what it hands on has its place, and the other tokens get 0.

    Examples
    --------
    >>> LastToken().forward([[1.0, 2.0], [3.0, 4.0]])
    array([3., 4.])
    """

    input_shape, output_shape = ("tokens", "features"), ("features",)

    def __repr__(self):
        return "LastToken()"

    def shaped(self, shape):
        """Return the shape of an output for an input of the given shape."""
        return shape[1:]

    def see(self, x):
        """Return what the layer sees in a forward pass, for the way back, and its outputs."""
        x = check.points("x", x, self.input_shape, match=f"{self}")
        return Seen(self, x), x[..., -1, :]

    def gradprop(self, dy, x):
        """Return the derivatives with respect to the inputs `x`: those of the outputs for the last token, else 0."""
        dy, below = check.real("dy", dy), np.zeros(np.shape(x), np.asarray(dy).dtype)
        if dy.shape != below[..., -1, :].shape:
            raise ValueError(f"dy must have shape {below[..., -1, :].shape} to match x, got {dy.shape}")
        below[..., -1, :] = dy
        return below

    def relprop(self, R, its):
        """Return the relevance of the outputs as that of the last token."""
        return self.gradprop(R, its.a)


# A transformer --------------------------------------------------------------------------------------------------------


class Transformer:
    r"""Tokens, a row of numbers for each, and a network of blocks above them.

    .. math:: x_t = L_{\text{token } t} + P_t

    Parameters
    ----------
    letters : array_like of shape (letters, features)
        A row L for each letter of the alphabet.
    places : array_like of shape (length, features)
        A row P for each place of a sequence.
    layers : list
        The layers above, as `Network` takes them.

    Attributes
    ----------
    network : Network
        The layers above.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    Implements ``eq-transformer``. The relevance of a token is that of its row, the sum over its features: the letter's
    and the place's together.
    """

    def __init__(self, letters, places, layers):
        self.letters, self.places = (check.frozen(check.points(name, rows, ("rows", "features"), "letters"))
                                     for name, rows in (("letters", letters), ("places", places)))  # fmt: skip
        if self.letters.ndim != 2 or self.places.ndim != 2 or self.letters.shape[1] != self.places.shape[1]:
            shapes = f"{self.letters.shape} and {self.places.shape}"
            raise ValueError(f"letters and places must be two matrices with as many columns, got {shapes}")
        self.network = Network(layers)

    def __repr__(self):
        return f"Transformer({len(self.letters)} letters, {len(self.places)} places, {list(self.network.layers)})"

    def __reduce__(self):
        """Return what makes an equal transformer."""
        return Transformer, (self.letters, self.places, self.network.layers)

    def embed(self, tokens):
        """Return the rows of tokens, of shape (..., length, features), for int tokens of shape (..., length)."""
        tokens = check.rows("tokens", tokens)
        if tokens.dtype.kind not in "iu" or tokens.ndim < 1 or tokens.shape[-1] != len(self.places):
            got = f"{tokens.dtype} of shape {tokens.shape}"
            raise ValueError(f"tokens must be ints of shape (..., {len(self.places)}), got {got}")
        if tokens.size and (tokens.min() < 0 or tokens.max() >= len(self.letters)):
            raise ValueError(f"tokens must lie between 0 and {len(self.letters) - 1}, got {tokens.tolist()}")
        return self.letters[tokens] + self.places

    def forward(self, tokens):
        """Return the logits, of shape (..., outputs), for int tokens of shape (..., length)."""
        return self.network.forward(self.embed(tokens))

    def explain(self, tokens, target=None, rules=AttnLRP()):  # noqa: B008 - a rule is immutable
        """Return the `Explanation` of one output, whose relevance has the shape (..., length, features).

        `target` and `rules` are those of `Network.explain`; one rule goes for all layers.
        """
        return self.network.explain(self.embed(tokens), target, rules)

    def gradient(self, tokens, target):
        """Return the derivatives of an output with respect to the rows of tokens, (..., length, features)."""
        output = self.forward(tokens)
        return self.network.gradprop(np.eye(output.shape[-1])[np.broadcast_to(target, output.shape[:-1])])

    def attention(self, tokens):
        """Return the attention weights A of each layer of attention, from the input up.

        Parameters
        ----------
        tokens : int array_like of shape (..., length)
            What the transformer reads.

        Returns
        -------
        list of ndarray of shape (..., heads, length, length)
            Entry [i, j] is what token i reads from token j (``eq-attention``). Each row adds up to 1.
        """
        return [heads.A for heads in _heads(self.network.see(self.embed(tokens))[0])]


def _heads(seen):
    """Yield what all layers of attention keep of a pass, from the input up, those in branches too."""
    for its in seen:
        if isinstance(its.inside, Heads):
            yield its.inside
        elif isinstance(its.inside, Branch):
            yield from _heads(its.inside.seen)


def rollout(weights):
    r"""Return the attention of several layers as that of one, residual sums taken for a half.

    .. math:: \prod_l \tfrac12 \Big(1 + \frac1H \sum_h A^{(l, h)}\Big)

    Parameters
    ----------
    weights : list of array_like of shape (..., heads, tokens, tokens)
        The attention weights of each layer, from the input up, as `Transformer.attention` returns them.

    Returns
    -------
    ndarray of shape (..., tokens, tokens)
        Entry [i, j] is what token i at the top reads from token j at the bottom. Each row adds up to 1.

    Notes
    -----
    Implements ``eq-rollout`` [Abnar2020]_.

    Examples
    --------
    >>> rollout([[[[1.0, 0.0], [1.0, 0.0]]]])
    array([[1. , 0. ],
           [0.5, 0.5]])
    """
    total = None
    for A in weights:
        A = check.points("weights", A, ("heads", "tokens", "tokens"), match="a layer of attention").mean(axis=-3)
        step = (A + np.eye(A.shape[-1])) / 2
        total = step if total is None else step @ total
    if total is None:
        raise ValueError("weights must hold those of at least one layer, got none")
    return total
