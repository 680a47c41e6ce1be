"""The live figure of four attributions of a function of two inputs (chapter ``explanations``)."""

import numpy as np
import traitlets

from ...attribution import gradient_times_input, occlusion, shapley
from ..core import Array, Choice, Explorable, plain
from ..core.functions import FUNCTIONS as ALL
from ..core.functions import TINY, lead, preactivation

FUNCTIONS = {key: ALL[key] for key in ("sum", "product", "maximum", "neuron")}
METHODS = {
    "gradient": "gradient × input",
    "occlusion": "occlusion",
    "integrated": "integrated gradients",
    "shapley": "Shapley",
}


class SharesFigure(Explorable):
    r"""A function of two inputs, and what four methods hand to each of them.

    Parameters
    ----------
    function : {"sum", "product", "maximum", "neuron"}, default="product"
        What is explained.
    x : pair of float, default=(2, 3)
        The point to be explained.
    a : pair of float, default=(0, 0)
        The baseline. Gradient × input has none, so it is compared with :math:`f(0)`.

    Notes
    -----
    Shows ``eq-gradient-input``, ``eq-occlusion``, ``eq-integrated-gradients`` (exactly, piece by piece) and
    ``eq-shapley``.

    Examples
    --------
    >>> SharesFigure(function="neuron", x=(1, 1)).numbers()["shapley"]
    {'R': [1.5, 0.5], 'from': 0.0, 'epsilon': 0.0}
    """

    name = "shares"
    labels = {
        "f_x": "f(x)",
        "f_a": "f(a)",
        **{
            key: label
            for method, name in METHODS.items()
            for key, label in ((f"{method}.R", f"{name}: R"), (f"{method}.epsilon", f"{name}: ε"))
        },
    }
    warnings = {
        "nothing": "a = x: nothing is compared. Only gradient × input, which knows no baseline, hands out shares.",
        "silent": "The neuron is silent at x: f(x) = 0. The methods that start from a explain 0 − f(a).",
    }
    remarks = {
        "linear": "A weighted sum: each input has its own term, and all that start from a agree. "
        "Gradient × input agrees with them for each input with aᵢ = 0.",
        "product": "Each input is worth as much as the other one is large. Where both differ from a, occlusion counts "
        "the corner (x₁ − a₁)(x₂ − a₂) twice; the other two that start from a halve it.",
        "edge": "Only one input differs from a: all that start from a give it the whole difference.",
        "leader": "The same input is the larger one, wherever the methods look: all that start from a agree.",
        "change": "x₁ = x₂ somewhere in the rectangle from a to x: which input is larger depends on where one looks.",
        "active": "The neuron is not silent anywhere in the rectangle from a to x: there it is a weighted sum.",
        "hinge": "The hinge cuts the rectangle from a to x: what an input is worth depends on the other one.",
    }
    spoken = ("f_x", "integrated.R", "shapley.R")
    constants = {"range": (0, 3), "functions": {key: f.label for key, f in FUNCTIONS.items()}, "tiny": TINY,
                 "brightest": {key: f.brightest for key, f in FUNCTIONS.items()}, "methods": METHODS}  # fmt: skip

    function = Choice({key: f.label for key, f in FUNCTIONS.items()}, "product", label="f", control="menu")
    x = Array((2, 3), 0, 3, label="x, point to be explained")
    a = Array((0, 0), 0, 3, label="a, baseline")

    @traitlets.default("caption")
    def _caption(self):
        return CAPTION

    def numbers(self):
        """Return f at x and at a, and for each method its shares, the value that it starts from, and what is left."""
        _, f, gradient, average, _ = FUNCTIONS[self.function]
        x, a = np.array(self.x), np.array(self.a)
        splits = {
            "gradient": gradient_times_input(f, gradient, x),
            "occlusion": occlusion(f, x, a),
            "shapley": shapley(f, x, a),
        }
        found = {
            key: {"R": split.relevance, "from": split.baseline, "epsilon": split.remainder}
            for key, split in splits.items()
        }
        R = (x - a) * average(a, x)
        found["integrated"] = {"R": R, "from": f(a), "epsilon": f(x) - f(a) - R.sum()}
        return plain({"f_x": f(x), "f_a": f(a), **{key: found[key] for key in METHODS}, "notes": self._notes(x, a)})

    def _notes(self, x, a):
        if np.array_equal(x, a):
            return ["nothing"]
        if self.function == "neuron" and preactivation(x) <= 0:
            return ["silent"]
        if self.function == "sum":
            return ["linear"]
        if (x == a).any():
            return ["edge"]
        if self.function == "product":
            return ["product"]
        corners = np.array([[p, q] for p in (a[0], x[0]) for q in (a[1], x[1])])
        if self.function == "maximum":
            leads = lead(corners)
            return ["leader" if (leads >= 0).all() or (leads <= 0).all() else "change"]
        return ["active" if (preactivation(corners) >= 0).all() else "hinge"]


CAPTION = (
    "Drag x and the baseline a, or choose another f. Four methods share out the same number. On [a sum]"
    "(function=sum;x=2,3;a=0,0) they agree; on [a product](function=product;x=2,3;a=0,0), [a neuron]"
    "(function=neuron;x=1,1;a=0,0) and [the maximum](function=maximum;x=2,3;a=0,0) they part."
)
