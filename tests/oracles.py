"""Slow twins of `lrp_edu`: loops over exact fractions, written from the equations.

What a rule's equation says of one activation and one weight stands in `lrp_edu.claims.reference`, which shares nothing
with `lrp_edu.rules`; all sums, divisions and losses are done here, one by one.
"""

from fractions import Fraction
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from lrp_edu.claims.reference import RULES


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
    """Split R over the inputs in proportion to n_i / (sum_h n_h + b), with a stabilizer e on the side of that sum."""
    d = b
    for n_h in n:
        d += n_h
    e = -e if d < 0 else e
    d += e
    if d == 0:
        return Neuron([Fraction(0)] * len(n), [Fraction(0)] * len(n), no_receiver=R)
    size = [abs(R * m / d) for m in size or n]
    return Neuron([R * n_i / d for n_i in n], size, R * b / d, R * e / d)


def settings(rule, i):
    """Return the settings of a rule as fractions; of those that differ from input to input, that of input i."""
    values = {name: value if np.ndim(value) == 0 else value[i] for name, value in vars(rule).items()}
    return SimpleNamespace(**{name: exact(value) for name, value in values.items()})


def neuron(rule, a, w, b, R):
    """Let one neuron share R over its inputs by the rule's equation (`lrp_edu.claims.reference`), part by part."""
    parts, inputs = RULES[rule.name].parts, range(len(a))
    each = [parts(settings(rule, i), a[i], w[i], b) for i in inputs]  # the parts, as input i sees them
    shared = []
    for k, (portion, _, bias) in enumerate(each[0]):
        n = [sum(each[i][k].summands) for i in inputs]
        size = [sum(map(abs, each[i][k].summands)) for i in inputs]
        shared.append(share(portion * R, n, bias if rule.absorb_bias else Fraction(0), exact(rule.epsilon), size))
    messages = [sum(part.messages[i] for part in shared) for i in inputs]
    size = [sum(part.size[i] for part in shared) for i in inputs]
    lost = (sum(getattr(part, kind) for part in shared) for kind in ("bias", "stabilizer", "no_receiver"))
    return Neuron(messages, size, *lost)


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
        sent = neuron(rule, a, w, b[j], R[j])
        unit = sent if size is None else neuron(rule, a, w, b[j], size[j])
        for i in range(inputs):
            relevance[i] += sent.messages[i]
            sizes[i] += unit.size[i]
        neurons.append(sent)
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
