"""Random states of the figure of two digits on one canvas, and how much is added up on the way to its numbers."""

import numpy as np
from twins import twin

from lrp_edu.explorables import CanvasFigure
from lrp_edu.explorables.canvas import NETWORK
from lrp_edu.propagate import propagate, stabilizer


def canvas_case(random):
    """Draw a state: any digits at any places, any choice of rules and classes."""
    state = {}
    for key, schema in CanvasFigure.schema().items():
        if schema["kind"] == "choice":
            state[key] = str(random.choice(list(schema["choices"])))
        else:
            value = random.uniform(schema["low"], schema["high"])
            state[key] = int(random.integers(schema["low"], schema["high"] + 1)) if schema["whole"] else float(value)
    if random.random() < 0.6:
        state["absorb"] = "no"
    return state if _steady(twin(CanvasFigure, **state)) else canvas_case(random)


def steps(figure):
    """Yield rule, what a layer with weights saw, and the relevance of its outputs, from the output down."""
    explanation, rules = figure.explanation(), figure.rules
    R = explanation.layers[-1]
    for its in reversed(explanation._network.see(figure.canvas)[0]):
        if its.layer.weighted:
            rule = rules.pop()
            yield rule, its, R
            R = propagate(rule, its, R)
        else:
            R = its.layer.relprop(R, its)


def _parts(figure):
    """Yield of each part of each rule its denominators, their summed magnitudes, its ratios, and the layer."""
    for rule, its, R in steps(figure):
        for part in rule.parts(its.a, its.W, its.b):
            d = rule.total(its, part.terms) + part.bias
            d = d + stabilizer(d, rule.epsilon)
            size = sum(its.layer.apply(np.abs(x), np.abs(W)) for x, W in part.terms) + np.abs(part.bias)
            s = np.divide(part.share * R, d, out=np.zeros_like(d), where=d != 0)
            yield d, size, s, R, its, part


def _steady(figure):
    """Tell whether no denominator is a small difference: any arithmetic loses digits there."""
    return not any(((np.abs(d) < 0.02 * size) & (d != 0) & (R != 0)).any() for d, size, _, R, *_ in _parts(figure))


def canvas_magnitude(state):
    """Return the sum of all magnitudes that are added up, forward and backward."""
    figure = twin(CanvasFigure, **state)
    total = np.abs(NETWORK.forward(figure.canvas)).sum()
    for _, size, s, R, its, part in _parts(figure):
        total += size.sum() + np.abs(R).sum()
        shape = its.a.shape
        for x, W in part.terms:
            total += (np.abs(x) * its.layer.transpose(np.abs(s), np.abs(W), shape)).sum()
    return total
