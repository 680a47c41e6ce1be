"""Random states of the figure of the seven neurons, and how much is added up on the way to its numbers."""

import numpy as np
from twins import twin

from lrp_edu.explorables import NetworkFigure
from lrp_edu.propagate import numerators, stabilizer


def network_case(random):
    """Draw a state. Every other one holds eighths: their sums are exact, so that zeros and ties are met too."""
    exact = random.random() < 0.5
    state = {}
    for key, schema in NetworkFigure.schema().items():
        if schema["kind"] == "choice":
            state[key] = str(random.choice(list(schema["choices"])))
        else:
            values = np.asarray(random.uniform(schema["low"], schema["high"], schema.get("shape")))
            state[key] = ((values * 8).round() / 8 if exact else values).tolist()
    if random.random() < 0.3:
        state["b"] = [0.0, 0.0, 0.0]
    if random.random() < 0.3:
        state["W1"][random.integers(3)][random.integers(3)] = 0.0
    return state if exact or _steady(twin(NetworkFigure, **state)) else network_case(random)


def _steady(figure):
    """Tell whether no denominator is a small difference: any arithmetic loses digits there."""
    seen = [its for its in figure.network.see(np.array(figure.x))[0] if its.W is not None]
    for its, rule in zip(seen, figure.rules, strict=True):
        for part in rule.parts(its.a, its.W, its.b):
            n = numerators(part.terms)
            d = n.sum(axis=0) + part.bias
            size = np.abs(n).sum(axis=0) + np.abs(part.bias)
            if np.any((np.abs(d + stabilizer(d, rule.epsilon)) < 0.05 * size) & (d != 0)):
                return False
    return True


def network_magnitude(state):
    """Return the sum of all magnitudes that are added up, forward and backward."""
    figure = twin(NetworkFigure, **state)
    numbers = figure.numbers()
    forward = np.abs(figure.x) @ np.abs(figure.W1) + np.abs(figure.b)
    lost = [np.abs(loss).sum() for losses in numbers["losses"] for loss in losses.values()]
    sent = [np.abs(messages).sum() for messages in numbers["messages"]]
    return forward.sum() + (forward @ np.abs(figure.W2)).sum() + sum(lost) + sum(sent)
