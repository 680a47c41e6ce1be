"""Slow twins of `lrp_edu`: loops over exact fractions, written from the equations, sharing nothing but the notation."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np


def exact(array):
    """Return an array of floats as nested lists of fractions; no digit is lost."""
    return [exact(part) for part in array] if np.ndim(array) else Fraction(float(array))


class Neuron(NamedTuple):
    """What one neuron sends to each input, the magnitudes that were summed for it, and what it loses."""

    messages: list
    size: list
    bias: Fraction = 0
    stabilizer: Fraction = 0
    no_receiver: Fraction = 0


def share(R, n, b=0, e=0, size=None):
    """Split R over the inputs in proportion to n_i / (sum_h n_h + b + e)."""
    d = b + e
    for n_h in n:
        d += n_h
    if d == 0:
        return Neuron([Fraction(0)] * len(n), [Fraction(0)] * len(n), no_receiver=R)
    size = [abs(R * m / d) for m in size or n]
    return Neuron([R * n_i / d for n_i in n], size, R * b / d, R * e / d)


def lrp0(rule, a, w, b, R):
    n = []
    for a_i, w_i in zip(a, w, strict=True):
        n.append(a_i * w_i)
    return share(R, n, b if rule.absorb_bias else 0)


def epsilon(rule, a, w, b, R):
    n, z = [], b if rule.absorb_bias else Fraction(0)
    for a_i, w_i in zip(a, w, strict=True):
        n.append(a_i * w_i)
        z += a_i * w_i
    e = Fraction(rule.epsilon)
    return share(R, n, b if rule.absorb_bias else 0, -e if z < 0 else e)


def gamma(rule, a, w, b, R):
    n = []
    for a_i, w_i in zip(a, w, strict=True):
        n.append(a_i * (w_i + Fraction(rule.gamma) * w_i) if w_i > 0 else a_i * w_i)
    return share(R, n)


def alpha_beta(rule, a, w, b, R):
    adds, subtracts = [], []
    for a_i, w_i in zip(a, w, strict=True):
        adds.append(a_i * w_i if a_i * w_i > 0 else Fraction(0))
        subtracts.append(a_i * w_i if a_i * w_i < 0 else Fraction(0))
    b = b if rule.absorb_bias else Fraction(0)
    alpha = Fraction(rule.alpha)
    first = share(alpha * R, adds, b if b > 0 else 0)
    second = share((1 - alpha) * R, subtracts, b if b < 0 else 0)
    messages = [p + q for p, q in zip(first.messages, second.messages, strict=True)]
    size = [p + q for p, q in zip(first.size, second.size, strict=True)]
    return Neuron(messages, size, first.bias + second.bias, Fraction(0), first.no_receiver + second.no_receiver)


def z_plus(rule, a, w, b, R):
    n = []
    for a_i, w_i in zip(a, w, strict=True):
        n.append(a_i * w_i if a_i * w_i > 0 else Fraction(0))
    return share(R, n)


def w_square(rule, a, w, b, R):
    n = []
    for w_i in w:
        n.append(w_i * w_i)
    return share(R, n)


def flat(rule, a, w, b, R):
    n = []
    for _ in w:
        n.append(Fraction(1))
    return share(R, n)


def z_box(rule, a, w, b, R):
    low, high = (exact(np.broadcast_to(bound, len(a))) for bound in (rule.low, rule.high))
    n, size = [], []
    for i, (a_i, w_i) in enumerate(zip(a, w, strict=True)):
        corner = low[i] if w_i > 0 else high[i]
        n.append(a_i * w_i - corner * w_i)
        size.append(abs(a_i * w_i) + abs(corner * w_i))
    return share(R, n, size=size)


# By the names of the registry, so that a rule without an oracle is noticed.
ORACLES = {
    "LRP-0": lrp0,
    "ε": epsilon,
    "γ": gamma,
    "αβ": alpha_beta,
    "z⁺": z_plus,
    "w²": w_square,
    "flat": flat,
    "z^B": z_box,
}


class Layer(NamedTuple):
    """One input's pass: R_{i<-j} as [j][i], R_i, the magnitudes summed for each R_i, and the losses of each j."""

    messages: list
    relevance: list
    size: list
    bias: list
    stabilizer: list
    no_receiver: list


def layer(rule, a, W, b, R, size=None):
    """Hand R down through one layer; `size` holds the magnitudes behind R, if it was computed itself."""
    inputs, outputs = len(W), len(W[0])
    relevance, sizes, neurons = [Fraction(0)] * inputs, [Fraction(0)] * inputs, []
    for j in range(outputs):
        w = [W[i][j] for i in range(inputs)]
        neuron = ORACLES[rule.name](rule, a, w, b[j], R[j])
        unit = neuron if size is None else ORACLES[rule.name](rule, a, w, b[j], size[j])
        for i in range(inputs):
            relevance[i] += neuron.messages[i]
            sizes[i] += unit.size[i]
        neurons.append(neuron)
    losses = ([getattr(n, kind) for n in neurons] for kind in ("bias", "stabilizer", "no_receiver"))
    return Layer([n.messages for n in neurons], relevance, sizes, *losses)


def forward(x, parameters):
    """Return the inputs of every layer and the output of the last; a ReLU stands between the layers."""
    seen = [x]
    for depth, (W, b) in enumerate(parameters):
        z = []
        for j in range(len(b)):
            total = b[j]
            for i in range(len(W)):
                total += seen[-1][i] * W[i][j]
            z.append(total)
        seen.append(z if depth == len(parameters) - 1 else [max(z_j, Fraction(0)) for z_j in z])
    return seen


def explain(x, parameters, rules, target=None):
    """Return, for one input and the output `target`, the passes of all layers, first layer first, and the start."""
    seen = forward(x, parameters)
    output = seen[-1]
    target = output.index(max(output)) if target is None else target
    start = [value if k == target else Fraction(0) for k, value in enumerate(output)]
    R, size, passes = start, [abs(value) for value in start], []
    for (W, b), a, rule in zip(parameters[::-1], seen[-2::-1], rules[::-1], strict=True):
        passes.insert(0, layer(rule, a, W, b, R, size))
        R, size = passes[0].relevance, passes[0].size
    return passes, start


def forward_complex(x, parameters):
    """Return the outputs for a complex x; a ReLU lets through what has a positive real part."""
    for depth, (W, b) in enumerate(parameters):
        x = [b[j] + sum(x[i] * W[i][j] for i in range(len(W))) for j in range(len(b))]
        if depth < len(parameters) - 1:
            x = [z if z.real > 0 else 0 for z in x]
    return x
