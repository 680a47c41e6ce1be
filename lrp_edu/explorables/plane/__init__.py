"""The live figure of a function of two inputs and the way from a to x (chapter ``taylor-decomposition``)."""

import numpy as np
import traitlets

from ...attribution import integrated_gradients
from ...first_order import decompose
from ..core import Array, Choice, Explorable, Number, plain
from ..core.functions import FUNCTIONS as ALL
from ..core.functions import TINY, W, preactivation

FUNCTIONS = {key: ALL[key] for key in ("product", "square", "sum", "neuron", "smooth")}
FORMULAS = {key: f"f = {f.label}" for key, f in FUNCTIONS.items()} | {
    "neuron": "f = max(0, z), where z = 2x₁ + x₂ − 1",
    "smooth": "f = soft(2x₁ − x₂) + soft(2x₂ − x₁) − 2, where soft(z) = ln(1 + eᶻ)",
}
RANGE = (-1, 3)
WAY = (-0.4, 1.6)
"""What the side view shows of the way a + s (x − a): s from a little before a to a little beyond x."""
MOST = 100
BEND = 1 / (6 * np.sqrt(3))
"""The largest size of the third derivative of ln(1 + eᶻ)."""


class PlaneFigure(Explorable):
    r"""The contours of a function of two inputs, and beside them the function on the straight way from a to x.

    Parameters
    ----------
    function : {"product", "square", "sum", "neuron", "smooth"}, default="product"
        What is explained.
    x : pair of float, default=(2, 3)
        The point to be explained.
    a : pair of float, default=(1, 2)
        The point of expansion, and where the path begins.
    mode : {"point", "path"}, default="point"
        Take the gradient at the point a (``eq-first-order``), or its average along the path
        (``eq-integrated-gradients``).
    steps : int, default=10
        How many gradients are averaged along the path, 1 to 100 (``eq-midpoint``).

    Examples
    --------
    >>> numbers = PlaneFigure(a=(1, 2)).numbers()
    >>> numbers["f_a"], numbers["R"], numbers["epsilon"]
    (2.0, [2.0, 1.0], 1.0)
    >>> PlaneFigure(a=(1, 2), mode="path").numbers()["R"]
    [2.5, 1.5]
    """

    name = "plane"
    labels = {
        "f_x": "f(x)",
        "f_a": "f(a)",
        "gradient": {"mode": {"point": "∇f(a)", "path": "mean ∇f"}},
        "R.0": "R₁",
        "R.1": "R₂",
        "sum_R": "Σ R",
        "epsilon": "ε",
        "gap": "f(x) − Σ R",
        "other.R": {"mode": {"point": "path: R", "path": "point: R"}},
        "other.epsilon": {"mode": {"point": "path: ε", "path": "point: ε"}},
        "bound": "path: bound of |ε|",
    }
    warnings = {
        "nothing": "a = x: nothing has changed on the way, so there is nothing to share out.",
        "silent": "The neuron is silent at x: f(x) = 0, and there is nothing to explain.",
        "dead": "a lies where the neuron is silent: a root, but its gradient is 0, and all of f(x) lands in ε.",
        "both": "Two terms are in the way: f(a) is missing from the shares, and so is ε, the gap at x.",
    }
    remarks = {
        "root": "f(a) = 0, up to rounding: a is a root. But f bends on the way to x, and ε is left over.",
        "straight": "ε = 0, up to rounding: the tangent leads to f(x). But f(a) is missing from the shares.",
        "neither": "f(a) = 0 and ε = 0, up to rounding: the shares add up to all of f(x).",
        "path-root": "f(a) = 0 and ε = 0, up to rounding: along the path nothing is left over, and Σ R = f(x).",
        "path": "ε = 0, up to rounding: along the path nothing is left over of f(x) − f(a).",
        "path-corner": "The corner lies within one of the pieces, which counts as one side of it: this is ε. "
        "Its bound halves with twice the gradients.",
        "path-smooth": "ε is the error of an average over a few points. Its bound falls to a quarter with twice the "
        "gradients.",
    }
    spoken = ("f_x", "f_a", "R.0", "R.1", "epsilon")
    constants = {"range": RANGE, "way": WAY, "tiny": TINY, "bend": BEND, "formulas": FORMULAS,
                 "brightest": {key: f.brightest for key, f in FUNCTIONS.items()}}  # fmt: skip

    function = Choice({key: f.label for key, f in FUNCTIONS.items()}, "product", label="f", control="menu")
    x = Array((2, 3), *RANGE, label="x, point to be explained")
    a = Array((1, 2), *RANGE, label="a, point of expansion")
    mode = Choice({"point": "point", "path": "path"}, "point", label="shares from the")
    steps = Number(10, 1, MOST, step=1, label="gradients of the path")

    @traitlets.default("caption")
    def _caption(self):
        return CAPTIONS[self.mode]

    def numbers(self):
        """Return f at both ends, the shares of the point and of the path, and what each leaves over."""
        _, f, gradient, _, _ = FUNCTIONS[self.function]
        x, a = np.array(self.x), np.array(self.a)
        point = decompose(f, gradient, x, a)
        path = integrated_gradients(f, gradient, x, a, self.steps)
        middles = a + (np.arange(self.steps)[:, None] + 0.5) / self.steps * (x - a)
        chosen, other = (point, path) if self.mode == "point" else (path, point)
        return plain({
            "f_x": chosen.value,
            "f_a": chosen.baseline,
            "gradient": gradient(a) if self.mode == "point" else sum(gradient(middles)) / self.steps,
            "R": chosen.relevance,
            "sum_R": chosen.relevance.sum(),
            "epsilon": chosen.remainder,
            "gap": chosen.conservation_gap,
            "other": {"R": other.relevance, "epsilon": other.remainder},
            "bound": self._bound(x, a),
            "notes": [self._note(x, a, chosen)],
        })

    def _bound(self, x, a):
        """Return how large the error of the average gradient can be at most, summed over the inputs."""
        if self.function == "neuron":
            across = preactivation(a) * preactivation(x) < 0
            return across * abs(W @ (x - a)) / (2 * self.steps)
        if self.function == "smooth":
            ways = np.abs([[2, -1], [-1, 2]] @ (x - a))
            return BEND * (ways**3).sum() / (24 * self.steps**2)
        return 0.0

    def _note(self, x, a, split):
        if np.array_equal(x, a):
            return "nothing"
        if self.function == "neuron" and preactivation(x) <= 0:
            return "silent"
        root, nothing_left = abs(split.baseline) <= TINY, abs(split.remainder) <= TINY
        if self.mode == "path":
            exact = "path-root" if root else "path"
            return exact if nothing_left else "path-corner" if self.function == "neuron" else "path-smooth"
        if self.function == "neuron" and preactivation(a) < 0:
            return "dead"
        return ("neither" if nothing_left else "root") if root else "straight" if nothing_left else "both"


CAPTIONS = {
    "point": "Drag x and a. The gap at the end of the side view is ε. [From a smaller field](function=product;x=2,3;"
    "a=1,2) both terms are in the way; [from a field of no width](function=product;x=2,3;a=0,3) neither is, nor "
    "[from the hinge of a neuron](function=neuron;x=1,1;a=0.2,0.6). [From the origin](function=product;x=2,3;a=0,0) "
    "all of the field lands in ε.",
    "path": "Drag x and a, and choose how many gradients are averaged. For [the field](function=product;x=2,3;a=0,0;"
    "steps=1) one in the middle is enough; [a neuron](function=neuron;x=1,1;a=0,0;steps=10) has a corner on the way, "
    "and [a smooth function](function=smooth;x=3,0;a=0,2;steps=4) takes a few.",
}
