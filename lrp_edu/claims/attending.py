"""Claims of the chapter ``attention``: what a transformer computes, and what passes its products, softmax and norms."""

import numpy as np

from .. import attention, layers, rules
from ..propagate import losses, propagate
from .cases import relative
from .checking import Claims

CLAIMS = Claims()


def _rows(rng, *shape):
    """Return numbers of either sign, none of them near 0, so that few sums nearly cancel."""
    return rng.choice([-1, 1], shape) * rng.uniform(0.5, 2, shape)


def _dense(rng, inputs, outputs):
    return layers.Dense(_rows(rng, inputs, outputs) / inputs)


def _heads(rng):
    """Return an attention without biases of one or two heads, and data (cases, tokens, features) for it."""
    heads, tokens, e = rng.integers(1, 3), rng.integers(1, 6), rng.integers(1, 4)
    d = int(heads * e)
    x = _rows(rng, rng.integers(1, 33), tokens, d)
    return attention.SelfAttention(*(_dense(rng, d, d) for _ in range(4)), heads=int(heads)), x


def _norm(rng):
    """Return a layer norm without a shift, and data for it."""
    d = rng.integers(2, 9)
    return attention.LayerNorm(_rows(rng, d), eps=10 ** rng.uniform(-5, 0)), _rows(rng, rng.integers(1, 65), d)


def _sums(rule, layer, x, R):
    """Return the sum of what comes down from R, of each case, and the magnitudes that were added up for it."""
    its, y = layer.see(x)
    down, s = propagate(rule, its, R), abs(R / y)
    axes = tuple(range(1, R.ndim))
    size = abs(down).sum(axis=axes) + abs(R).sum(axis=axes)
    if isinstance(layer, attention.LayerNorm):
        t = s * abs(layer.scale) / its.inside.sigma
        size += abs(x).sum(axis=1) * (t + t.mean(axis=1, keepdims=True)).sum(axis=1)
    return down.sum(axis=axes), size


@CLAIMS.law(
    "eq-attention", "Each token reads a mean of the values, weighted by a softmax of query times keys."
)
def attention_is_a_weighted_mean(rng):
    layer, x = _heads(rng)
    Q, K, V = (x @ part.weight for part in (layer.query, layer.key, layer.value))
    e, read = Q.shape[-1] // layer.heads, np.zeros_like(V)
    for h in range(layer.heads):
        own = slice(h * e, (h + 1) * e)
        for i in range(x.shape[1]):
            fit = np.exp((Q[:, i, None, own] * K[..., own]).sum(axis=-1) / np.sqrt(e))
            read[:, i, own] = (fit[..., None] * V[..., own]).sum(axis=1) / fit.sum(axis=1)[:, None]
    size = (abs(read) @ abs(layer.output.weight)).max(axis=(1, 2)) + abs(V).max(axis=(1, 2))
    return relative(layer.forward(x) - read @ layer.output.weight, 10 * size[:, None, None])


def _factors(rng, rule):
    """Return what heads saw, the ratios s = R / O (cases, heads, tokens, e), and the factors that a rule gives."""
    layer, x = _heads(rng)
    heads = layer.see(x)[0].inside
    s = _rows(rng, *heads.O.shape)
    return heads, s, attention.modified_gradient(rule, heads, s)


def _total(part):
    """Return the sum of each case of an array (cases, ...)."""
    return part.reshape(len(part), -1).sum(axis=1)


@CLAIMS.law("eq-product-rule", "Where each factor of a product gets a half, both together have what the product has.")
def halves_are_a_whole(rng):
    heads, s, c = _factors(rng, attention.AttnLRP())
    gap = _total(s * heads.O) - _total(heads.A * c.A) - _total(heads.V * c.V)
    scores = _total(heads.S * c.S) - _total(heads.Q * c.Q) - _total(heads.K * c.K)
    size = _total(heads.A @ abs(heads.V) * abs(s)), _total(abs(heads.Q) @ abs(heads.K).swapaxes(-1, -2) * abs(c.S))
    return np.concatenate([relative(gap, size[0]), relative(scores, size[1])])


@CLAIMS.law("eq-token-gradient", "By the chain rule each factor of a product gets all: both together have it twice.")
def gradients_count_twice(rng):
    heads, s, c = _factors(rng, attention.ChainRule())
    gap = 2 * _total(s * heads.O) - _total(heads.A * c.A) - _total(heads.V * c.V)
    return relative(gap, _total(heads.A @ abs(heads.V) * abs(s)))


@CLAIMS.law("eq-softmax-rule", "A softmax hands down S (R_A − A Σ R_A); the factors of a row add up to 0.")
def softmax_factors_add_up_to_zero(rng):
    heads, _, c = _factors(rng, attention.AttnLRP())
    R_A = heads.A * c.A
    expected = R_A - heads.A * R_A.sum(axis=-1, keepdims=True)
    size = abs(R_A).sum(axis=-1, keepdims=True) * np.ones_like(R_A)
    return relative(np.stack([c.S - expected, c.S.sum(axis=-1, keepdims=True) + 0 * size], axis=1), size[:, None])


@CLAIMS.counterexample(
    "eq-softmax-rule",
    "With biases left out of the denominators a shift of all scores changes the shares, though not the outputs.",
)
def shift_of_scores_changes_shares(rng):
    one = layers.Dense([[1.0]])
    x = rng.uniform(0.5, 1, (32, 3, 1)) + np.arange(3)[:, None]
    shifted = [attention.SelfAttention(one, layers.Dense([[1.0]], [t]), one, one).see(x)[0] for t in (0.0, 5.0)]
    below = [propagate(attention.AttnLRP(rules.LRP0()), its, its.product) for its in shifted]
    same = np.isclose(shifted[1].product, shifted[0].product, rtol=1e-12)
    return same * relative(below[1] - below[0], abs(below[0]).sum(axis=(1, 2))[:, None, None])


@CLAIMS.counterexample("eq-softmax-rule", "A softmax hands down another sum than what it gets.")
def softmax_does_not_conserve(rng):
    one = layers.Dense([[1.0]])
    x = rng.uniform(0.5, 1, (32, 3, 1)) + np.arange(3)[:, None]
    its, y = attention.SelfAttention(one, one, one, one).see(x)
    lost = losses(attention.AttnLRP(), its, y).others["softmax"]
    return abs(lost.reshape(len(x), -1).sum(axis=1)) / abs(y).sum(axis=(1, 2))


@CLAIMS.law(
    "eq-weights-fixed", "With the attention weights fixed and no bias, nothing is lost, whatever R is.")
def fixed_weights_conserve(rng):
    layer, x = _heads(rng)
    R = _rows(rng, *x.shape)
    down, size = _sums(attention.WeightsFixed(), layer, x, R)
    return relative(down - _total(R), size)


@CLAIMS.law("eq-layer-norm", "Before it is stretched a normed row has the mean 0 and the variance v / (v + ε).")
def norm_is_normed(rng):
    layer, x = _norm(rng)
    y, v = layer.forward(x) / layer.scale, x.var(axis=1)
    both = np.stack([y.mean(axis=1), y.var(axis=1) - v / (v + layer.eps)], axis=1)
    return relative(both, 1 + abs(x).max(axis=1, keepdims=True) / np.sqrt(v + layer.eps)[:, None])


@CLAIMS.law("eq-norm-rule", "With σ fixed a layer norm hands down as much as it gets.")
def fixed_sigma_conserves(rng):
    layer, x = _norm(rng)
    R = _rows(rng, *x.shape)
    down, size = _sums(attention.WeightsFixed(), layer, x, R)
    return relative(down - _total(R), size)


@CLAIMS.law(
    "eq-degree-zero", "By its derivative a layer norm hands down but the part ε / σ² of what it gets.")
def norms_keep_all(rng):
    layer, x = _norm(rng)
    R = _rows(rng, *x.shape)
    down, size = _sums(attention.ChainRule(), layer, x, R)
    return relative(down - _total(R) * layer.eps / (x.var(axis=1) + layer.eps), size)


@CLAIMS.law("eq-residual-rule", "The inputs and the branch of a residual sum share in proportion.")
def branches_share_in_proportion(rng):
    W, x = rng.uniform(0.1, 2, (4, 4)), rng.uniform(0.1, 2, (int(rng.integers(1, 65)), 3, 4))
    R = _rows(rng, *x.shape)
    its, z = attention.Residual([layers.Dense(W)]).see(x)
    s, expected = R / z, np.empty_like(x)
    for i in range(4):
        expected[..., i] = x[..., i] * (s[..., i] + sum(W[i, j] * s[..., j] for j in range(4)))
    size = x * (abs(s) + abs(s) @ W.T)
    return relative(propagate(rules.LRP0(), its, R) - expected, size)


@CLAIMS.law("eq-token-gradient", "Where nothing is held fixed or halved, relevance is gradient × input.")
def chain_rule_is_gradient_times_input(rng):
    layer, x = _heads(rng)
    d = x.shape[-1] + 1  # a norm of one number would be 0
    x = _rows(rng, *x.shape[:2], d)
    heads = attention.SelfAttention(*(_dense(rng, d, d) for _ in range(4)))
    block = attention.Residual([attention.LayerNorm(_rows(rng, d)), heads])
    its, z = block.see(x)
    s = _rows(rng, *z.shape)
    R, expected = propagate(attention.ChainRule(), its, s * z), x * block.gradprop(s, x)
    size = _total(abs(s * z)) + _total(abs(s * its.inside.y)) + _total(abs(expected))
    return relative(R - expected, size[:, None, None])


@CLAIMS.law("eq-rollout", "The rows of a rollout add up to 1.")
def rollout_is_a_mean(rng):
    tokens, heads = rng.integers(1, 7, 2)
    weights = [rng.dirichlet(np.ones(tokens), (16, heads, tokens)) for _ in range(rng.integers(1, 4))]
    return relative(attention.rollout(weights).sum(axis=-1) - 1, 1)
