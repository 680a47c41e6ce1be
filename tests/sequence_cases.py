"""Random states of the figure of two numbers in a sequence, and how much is added up on the way to its numbers."""

import numpy as np
from twins import twin

from lrp_edu.explorables import SequenceFigure
from lrp_edu.explorables.sequence import NETWORKS


def sequence_case(random):
    """Draw a state: any task, network, length, numbers and steps, and any way to share."""
    state = {}
    for key, one in SequenceFigure.schema().items():
        if one["kind"] == "choice":
            state[key] = str(random.choice(list(one["choices"])))
        elif one["whole"]:
            state[key] = int(random.integers(one["low"], one["high"] + 1))
        else:
            state[key] = round(random.uniform(one["low"], one["high"]), int(random.integers(1, 16)))
    return state


def sequence_magnitude(state):
    """Return the sum of all magnitudes that the sums on the way down were handed, each as large as it became."""
    figure = twin(SequenceFigure, **state)
    lstm, R_h = NETWORKS[figure.task][figure.network - 1].layers[0], np.array([figure.numbers()["totals"][1]])
    *_, handed = lstm._down(figure.rule, lstm.see(figure.sequence)[0], R_h)
    return 1 + sum(swollen(figure.rule, *pair) for pair in handed)


def swollen(rule, seen, R):
    """Return by how much the relevance of a sum could grow: its summands' magnitudes, over the denominator."""
    (part,) = rule.parts(seen.a, seen.W, seen.b)
    d = rule.total(seen, part.terms) + part.bias
    d = np.abs(d + np.where(d < 0, -1, 1) * rule.epsilon)
    sizes = np.abs(seen.a) @ np.abs(seen.W.full) + np.abs(part.bias)
    grown = np.divide(sizes, d, out=np.zeros_like(d), where=d > 0)
    return float((np.abs(R) * (1 + grown**2)).sum())
