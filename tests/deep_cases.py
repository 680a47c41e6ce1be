"""Random states of the figure of a neuron's walk, and how much is added up on the way to its numbers."""

import numpy as np
from twins import twin

from lrp_edu.explorables import DeepFigure
from lrp_edu.explorables.deep import BESIDE

STEEP = 0.02
"""A neuron that switches on the way has a preactivation that changes by more than this."""


def deep_case(random):
    """Draw a state in which no rounding error decides: a corner is a quotient, and under LRP-0 c may jump there."""
    state = {
        key: str(random.choice(list(schema["choices"])))
        for key, schema in DeepFigure.schema().items()
        if schema["kind"] == "choice"
    }
    state["x"] = random.uniform(0, 3, 2).round(random.integers(1, 17)).tolist()
    state["b"] = 0.0 if random.random() < 0.4 else float(random.uniform(-2, 0))
    state["s"] = float(random.choice([0, 1, random.uniform(0, 1)]))
    return state if _settled(twin(DeepFigure, **state)) else deep_case(random)


def _settled(figure):
    numbers = figure.numbers()
    if numbers["c"] is None:
        return abs(numbers["a"][figure.layer][(int(figure.neuron) - 1) % 2]) == 0
    start = numbers["c"][0]
    if 0 < abs(start) < 1e-3 or (start == 0 and figure.b and figure.above == "lrp0"):
        return False
    s = np.unique([0, 1, figure.s, *(corner["s"] for corner in numbers["corners"]), *np.arange(49) / 48])
    z = preactivations(figure, numbers, s)
    switches = [corner["s"] for corner in numbers["corners"]]
    apart = np.diff([0, *switches, 1]).min(initial=1) > 1e-5
    return (
        apart
        and all(np.ptp(one) > STEEP or np.abs(one).min() > 1e-6 for one in z.T)
        and not _on_a_hinge(z, s, switches)
    )


def _on_a_hinge(z, s, switches):
    """Tell whether some neuron is on its hinge where it is looked at, other than by its own corner."""
    looked = np.array([min((abs(one - corner) for corner in switches), default=1) > 2 * BESIDE for one in s])
    return np.any(np.abs(z[looked & (s < 1)]) < 1e-9)


def preactivations(figure, numbers, s):
    """Return those of all neurons above and beside the chosen one, for parts s of the walk."""
    a = (1 - s[:, None]) * numbers["start"] + s[:, None] * numbers["root"]
    place, found = (int(figure.neuron) - 1) % 2, []
    for n, layer in enumerate(figure.network.weighted[figure.layer - 1 :]):
        z = layer.forward(a)
        found.append(np.delete(z, place, axis=1) if n == 0 else z)
        a = np.maximum(0, z)
    return np.concatenate(found, axis=1)


def deep_magnitude(state):
    """Return how much is added up, times what a quotient multiplies it by."""
    numbers = twin(DeepFigure, **state).numbers()
    return 20 * (1 + sum(map(sum, numbers["a"])) + abs(numbers["ratio"] or 0))
