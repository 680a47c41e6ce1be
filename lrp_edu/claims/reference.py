"""The other side of the claims: networks and rules from the equations alone, with whole arrays of messages.

Of `lrp_edu.rules` this file takes the settings of a rule and nothing that it computes.
"""

from collections.abc import Callable
from dataclasses import fields
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from .. import rules


def activations(x, parameters):
    """Return the inputs of every layer and last the outputs, each of shape (..., neurons); `x` may be complex."""
    seen = [x]
    for W, b in parameters:
        z = (seen[-1][..., None] * W).sum(axis=-2) + b
        seen.append(np.where(z.real > 0, z, 0))
    return [*seen[:-1], z]


def magnitude(x, parameters):
    """Return the magnitudes that are summed for each output, of shape (cases, outputs)."""
    return activations(abs(x), [(abs(W), abs(b)) for W, b in parameters])[-1]


def complex_step(x, parameters):
    """Return the derivatives of all outputs, (cases, inputs, outputs), from one step in an imaginary direction."""
    steps = x[:, None, :] + 1e-100j * np.eye(x.shape[1])
    return activations(steps, parameters)[-1].imag / 1e-100


def plus(u):
    """Return the positive part of a number, an array or a fraction."""
    return u * (u > 0)


def minus(u):
    """Return the negative part of a number, an array or a fraction."""
    return u * (u < 0)


class Part(NamedTuple):
    """A share of R_j, the summands of its numerators n_ij, and the bias that joins their sum where it is absorbed."""

    share: float
    summands: list
    bias: float = 0


class Reference(NamedTuple):
    """A rule as its equation says it.

    ``parts(rule, a, w, b)`` is written for one activation, one weight and one bias, be they numbers, fractions or
    arrays that broadcast. ``draw(rng, d)`` gives random settings for `d` inputs.
    """

    label: str
    name: str
    parts: Callable
    draw: Callable = lambda rng, d: {}


def one_of(rng, *values):
    """Return one of the values, each a number that binary digits hold exactly."""
    return values[rng.integers(len(values))]


def bounds(rng, d):
    """Return a box, given by two numbers or by two arrays, which holds the origin or does not."""
    low, high = np.sort(rng.integers(-16, 17, (2, *one_of(rng, (), (d,)))) / 4, axis=0)
    return {"low": low, "high": high}


#: Every rule of the registry, by its name. The claims, the tests' oracle and all random draws of rules go through this.
RULES = {
    "LRP-0": Reference("eq-lrp0-rule", "LRP-0", lambda rule, a, w, b: [Part(1, [a * w], b)]),
    "ε": Reference(
        "eq-epsilon-rule", "The ε rule",
        lambda rule, a, w, b: [Part(1, [a * w], b)],
        lambda rng, d: {"epsilon": one_of(rng, 0, 2.0**-10, 0.25, 3.0)},
    ),
    "γ": Reference(
        "eq-gamma-rule", "The γ rule",
        lambda rule, a, w, b: [Part(1, [a * w, rule.gamma * a * plus(w)], b + rule.gamma * plus(b))],
        lambda rng, d: {"gamma": one_of(rng, 0, 0.25, np.float64(1), 4.0)},
    ),
    "αβ": Reference(
        "eq-alphabeta-rule", "The αβ rule",
        lambda rule, a, w, b: [
            Part(rule.alpha, [plus(a * w)], plus(b)),
            Part(1 - rule.alpha, [minus(a * w)], minus(b)),
        ],
        lambda rng, d: {"alpha": one_of(rng, 1, 1.5, np.float64(2), 3.0)},
    ),
    "z⁺": Reference("eq-zplus-rule", "The z⁺ rule", lambda rule, a, w, b: [Part(1, [plus(a * w)], plus(b))]),
    "w²": Reference("eq-wsquare-rule", "The w² rule", lambda rule, a, w, b: [Part(1, [w * w + 0 * a])]),
    "flat": Reference("eq-flat-rule", "The flat rule", lambda rule, a, w, b: [Part(1, [1 + 0 * a * w])]),
    "z^B": Reference(
        "eq-zbox-rule", "The zᴮ rule",
        lambda rule, a, w, b: [Part(1, [a * w, -rule.low * plus(w), -rule.high * minus(w)])],
        bounds,
    ),
}  # fmt: skip


def draw_rule(rng, d, names=None, absorb=False):
    """Return a rule, one of `names` or of all, with random settings for `d` inputs; with the bias only if `absorb`."""
    among = [name for name in RULES if names is None or name in names]
    name = among[rng.integers(len(among))]
    settings = RULES[name].draw(rng, d)
    if absorb and takes_bias(name):
        settings["absorb_bias"] = bool(rng.integers(2))
    return rules.RULES[name](**settings)


def takes_bias(name):
    """Tell whether a rule can put the bias into its denominator."""
    return "absorb_bias" in {field.name for field in fields(rules.RULES[name])}


def has_factor_a(name):
    """Tell whether the equation of a rule gives an input of 0 nothing, be its weight positive or negative."""
    parts = [part for w in (1, -1) for part in RULES[name].parts(rules.RULES[name](), 0, w, 0)]
    return not any(summand for part in parts for summand in part.summands)


def columns(rule):
    """Return the settings of a rule, arrays of them as columns, which broadcast against weights (inputs, outputs)."""
    return SimpleNamespace(**{name: value if np.ndim(value) == 0 else np.reshape(value, (-1, 1))
                              for name, value in vars(rule).items()})  # fmt: skip


def share(n, R, extra=0.0, terms=None):
    """Return n_ij / (Σ_h n_hj + extra_j) · R_j, 0 where nobody receives, and the magnitudes that stand behind it.

    `n` and both results have shape (cases, inputs, outputs), `R` and `extra` (cases, outputs). `terms` are the
    magnitudes that were summed for `n` itself, by default its own.
    """
    d, terms = n.sum(axis=1) + extra, abs(n) if terms is None else terms
    inverse = np.divide(1, d, out=np.zeros_like(d), where=d != 0)[:, None]
    condition = abs(inverse) * (terms.sum(axis=1) + abs(extra))[:, None]
    return n * inverse * R[:, None], (terms + abs(n) * condition) * abs(inverse * R[:, None])


def sent(rule, a, W, R, b=0.0):
    """Return all messages R_{i←j} of a layer and the magnitudes behind them, both of shape (cases, inputs, outputs).

    `a` has shape (cases, inputs), `W` (inputs, outputs), `R` (cases, outputs), `b` (outputs,).
    """
    messages = sizes = np.zeros((len(a), *W.shape))
    for part in RULES[rule.name].parts(columns(rule), a[..., None], W, b):
        n, terms = sum(part.summands), sum(map(abs, part.summands))
        extra = part.bias * rule.absorb_bias + np.zeros(R.shape)
        d = n.sum(axis=1) + extra
        extra = extra + np.where(d < 0, -rule.epsilon, rule.epsilon)
        M, size = share(n, part.share * R, extra, terms)
        messages, sizes = messages + M, sizes + size
    return messages, sizes


