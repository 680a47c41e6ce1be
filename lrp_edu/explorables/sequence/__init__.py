"""The live figure of two numbers that a recurrent network adds (chapter ``recurrence``)."""

import numpy as np
import traitlets

from ...propagate import KINDS
from ...recurrence import Gated
from ...sequences import STEPS, TASKS, hide, load_sequence_networks
from ..core import Choice, Explorable, Number, plain

NETWORKS = {task: load_sequence_networks(task) for task in TASKS}
MANY = len(NETWORKS["sum"])
LONGEST = STEPS[1]


def numbers_of(network):
    """Return the weights of a network in one row: from inputs, from the output before, biases, and the readout."""
    lstm, readout = network.weighted
    return np.concatenate([lstm.weight_ih.ravel(), lstm.weight_hh.ravel(), lstm.bias, readout.weight.ravel()])


class SequenceFigure(Explorable):
    r"""A sequence that hides two numbers, what a network answers, and the relevance of each step.

    Parameters
    ----------
    task : {"sum", "difference"}, default="sum"
        What the network was trained to answer.
    network : int, default=1
        Which of the trained networks, 1 to 20.
    steps : int, default=8
        How long the sequence is, 4 to 10.
    first, second : float, default=0.8 and 0.6
        The two numbers, n₁ and n₂.
    first_step, second_step : int, default=2 and 6
        Their steps; those beyond the end of the sequence stand at its end.
    product : {"signal", "half", "proportion", "magnitude"}, default="signal"
        How the relevance of a product is shared (``eq-gated``).
    absorb : {"no", "yes"}, default="no"
        Whether a bias stands in the denominators and keeps its share.
    epsilon : float, default=0
        The ε of all denominators. With 0 the rule for sums is LRP-0.

    Notes
    -----
    Shows ``eq-lstm`` and ``eq-lstm-relevance``.

    Examples
    --------
    >>> numbers = SequenceFigure(first=0.8, second=-0.6).numbers()
    >>> round(numbers["right"], 4), round(numbers["f_x"], 1), len(numbers["R"])
    (0.2, 0.2, 8)
    """

    name = "sequence"
    labels = {
        "right": {"task": {"sum": "n₁ + n₂, the right answer", "difference": "n₁ − n₂, the right answer"}},
        "f_x": "f(x), the answer",
        "R_first": "R of n₁",
        "R_second": "R of n₂",
        "total": "Σ R of all steps",
        "gap": "gap, f(x) − Σ R",
    }
    spoken = ("f_x", "R_first", "R_second")
    warnings = {
        "order": "The network has seen no sequence in which n₂ comes first, or both come at once.",
        "small": "The network has seen no numbers so near 0.",
    }
    remarks = {
        "signal": "Of each product the signal takes all, and the gate gets nothing.",
        "half": "Half of what a product has goes to its gate, and from there on to what this gate has seen.",
        "proportion": "Gate and signal share as if they had been added. Where the signal is negative, one gets more "
        "than all.",
        "magnitude": "The larger of gate and signal gets more. Neither gets less than nothing, or more than all.",
    }
    data = {
        "sequence_network": np.array([[numbers_of(network) for network in NETWORKS[task]] for task in TASKS])
        .astype("<f4")
        .tobytes()
    }
    constants = {"signs": TASKS, "many": MANY, "least": 0.5}

    task = Choice({"sum": "n₁ + n₂", "difference": "n₁ − n₂"}, "sum", label="trained for")
    product = Choice(
        {"signal": "signal takes all", "half": "half each", "proportion": "in proportion", "magnitude": "by magnitude"},
        "signal",
        label="products",
        control="menu",
    )
    absorb = Choice({"no": "gets nothing", "yes": "keeps its share"}, "no", label="bias")
    first = Number(0.8, -1, 1, step=0.1, label="n₁", control="field")
    first_step = Number(2, 1, LONGEST, step=1, label="step of n₁", control="field")
    second = Number(0.6, -1, 1, step=0.1, label="n₂", control="field")
    second_step = Number(6, 1, LONGEST, step=1, label="step of n₂", control="field")
    steps = Number(8, STEPS[0], LONGEST, step=1, label="length")
    network = Number(1, 1, MANY, step=1, label="network")
    epsilon = Number(0.0, 0, 0.1, step=0.001, label="ε")

    @traitlets.default("caption")
    def _caption(self):
        return CAPTION

    @property
    def places(self):
        """The steps of the two numbers, counted from 0."""
        return np.minimum([self.first_step, self.second_step], self.steps) - 1

    @property
    def sequence(self):
        """What the network reads, of shape (steps, 2)."""
        return hide([[self.first, self.second]], self.places[None], self.steps)[0]

    @property
    def rule(self):
        """The rule of both layers."""
        return Gated(self.epsilon, self.product, absorb_bias=self.absorb == "yes")

    def numbers(self):
        """Return the answer, the relevance of each step, the sums after each of them, the losses, and the states."""
        network, x = NETWORKS[self.task][self.network - 1], self.sequence
        explanation = network.explain(x, rules=self.rule)
        lstm, (R, R_h, _) = network.layers[0], explanation.layers
        states, f = lstm.states(x), explanation.value.item()
        (a, b), right = self.places, self.first + TASKS[self.task] * self.second
        numbers = {
            "right": right,
            "f_x": f,
            "R": R,
            "R_first": R[a, 0],
            "R_second": R[b, 1],
            "total": R.sum(),
            "gap": f - R.sum(),
            "totals": [R.sum(), R_h.sum(), f],
            "losses": [{kind: getattr(row, kind) for kind in KINDS} for row in explanation.audit().rows[::-1]],
            "sums": lstm.carried(self.rule, x, R_h).sum(axis=(-1, -2)) + [*R[::-1].sum(axis=1).cumsum()[::-1], 0],
            "states": {name: values[:, 0] for name, values in states._asdict().items()},
        }
        return plain({**numbers, "notes": self._notes()})

    def _notes(self):
        notes = {
            "order": self.places[0] >= self.places[1],
            "small": min(abs(self.first), abs(self.second)) < self.constants["least"],
            self.product: True,
        }
        return [key for key, applies in notes.items() if applies]


CAPTION = (
    "Drag the two numbers up, down and along. A bar is the relevance of a number, the mark what the number is worth. "
    "Let [half of each product](product=half) go to the gate, or share [in proportion](product=proportion). "
    "[Biases that keep their share](absorb=yes;product=half). [A network that subtracts](task=difference)."
)
