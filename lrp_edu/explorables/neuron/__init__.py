"""The live figure of one neuron with two inputs (chapters ``relu-neuron``, ``w2-rule``, ``more-roots``)."""

import numpy as np
import traitlets

from ...neuron import Neuron
from ...roots import (
    gamma_direction,
    in_domain,
    relevance,
    root,
    w2_direction,
    z_direction,
    zbox_direction,
    zplus_direction,
)
from ..core import Array, Choice, Explorable, Number, plain

WAY = (-0.4, 1.6)
"""What the side view shows of the way a + s (x − a): s from a little before a to a little beyond x."""
BOX = (0, 2)
"""The box that both inputs lie in, where the domain is one; zᴮ walks to its weakest corner."""
GAMMA = 1
DIRECTIONS = {
    "w2": w2_direction,
    "z": z_direction,
    "zplus": zplus_direction,
    "zbox": lambda x, w: zbox_direction(x, w, *BOX),
    "gamma": lambda x, w: gamma_direction(x, w, GAMMA),
}
STEPS = {"z": 1, "zplus": 1, "zbox": 1, "gamma": 1 + GAMMA}
"""By what v is divided so that x − v is the last point of the domain on the walk."""


class NeuronFigure(Explorable):
    r"""The plane of two inputs, colored by the output of :math:`f(x) = \max(0, w^\top x + b)`.

    Parameters
    ----------
    x : pair of float, default=(1, 1)
        The point to be explained.
    w : pair of float, default=(2, 1)
        The weights.
    b : float, default=-1
        The bias.
    mode : {"root", "expansion"}, default="root"
        Walk to a root in a direction (``eq-root``), or expand at any point a (``eq-first-order``).
    direction : {"w2", "z", "zplus", "zbox", "gamma", "free"}, default="w2"
        Where to walk in the mode ``"root"``; zᴮ in the box from 0 to 2, and γ = 1.
    v : pair of float, default=(0.5, 0)
        The direction, where it is free.
    a : pair of float, default=(0, 2)
        The point of expansion in the mode ``"expansion"``.
    domain : {"nonnegative", "box", "plane"}, default="nonnegative"
        Outside of which a root is worth a warning: x >= 0, the box from 0 to 2 (for zᴮ always), or nothing.

    Examples
    --------
    >>> figure = NeuronFigure(x=(1, 1), w=(2, 1), b=-1)
    >>> figure.numbers()["R"]
    [1.6, 0.4]
    """

    name = "neuron"
    labels = {
        "z": "z",
        "f_x": "f(x)",
        "a": {"mode": {"root": "x̃", "expansion": "a"}},
        "f_a": {"mode": {"root": "f(x̃)", "expansion": "f(a)"}},
        "gradient": {"mode": {"root": "∇f(x̃)", "expansion": "∇f(a)"}},
        "R.0": "R₁",
        "R.1": "R₂",
        "sum_R": "Σ R",
        "epsilon": "ε",
        "gap": "f(x) − Σ R",
    }
    warnings = {
        "silent": "The neuron is silent at x: z ≤ 0, so f(x) = 0 and there is nothing to explain.",
        "no-weights": "w = 0: the output is the same everywhere, so there is no hinge to walk to.",
        "no-root": "w·v = 0: a walk along v never changes z, so there is no root in this direction.",
        "x-outside": "x itself lies outside the domain x ≥ 0.",
        "outside": "The root leaves the domain x ≥ 0. The shares still add up, but nothing real lies at x̃.",
        "x-outside-box": "x itself lies outside the box from 0 to 2.",
        "outside-box": "The root leaves the box from 0 to 2. The shares still add up, but nothing real lies at x̃.",
        "behind": "w·v < 0: along −v the output grows. The root lies behind x, on the side of v.",
        "dead": "a lies on the dead side. It is a root, but the gradient there is 0, and everything lands in ε.",
    }
    remarks = {
        "root": "x̃ is where the walk along −v ends. The gradient there is meant as the limit from the active side.",
        "hinge": "a is on the hinge: with the gradient of the active side, f(a) = ε = 0 and Σ R = f(x), "
        "up to rounding.",
        "active": "a is on the active side: ε vanishes, but f(a) is still missing from the shares.",
    }

    spoken = ("f_x", "R.0", "R.1", "epsilon")
    constants = {"range": (-3, 3), "brightest": 8, "way": WAY, "box": BOX, "gamma": GAMMA}

    x = Array((1, 1), -3, 3, label="x, point to be explained")
    w = Array((2, 1), -3, 3, label="w, tip of the weights")
    b = Number(-1.0, -3, 3, label="bias b")
    mode = Choice({"root": "root", "expansion": "expansion"}, "root")
    direction = Choice(
        {"w2": "w²", "z": "z", "zplus": "z⁺", "zbox": "zᴮ", "gamma": "γ", "free": "free"}, "w2", label="direction v"
    )
    v = Array((0.5, 0), -6, 6, label="direction of the walk, minus v")
    a = Array((0, 2), -3, 3, label="a, point of expansion")
    domain = Choice({"nonnegative": "x ≥ 0", "box": "0 ≤ x ≤ 2", "plane": "plane"}, "nonnegative")

    @traitlets.default("caption")
    def _caption(self):
        return CAPTIONS[self.mode]

    @property
    def neuron(self):
        """The neuron that is drawn."""
        return Neuron(self.w, self.b)

    def walk(self):
        """Return the direction to walk, v."""
        return DIRECTIONS[self.direction](self.x, self.w) if self.direction in DIRECTIONS else self.v

    def last(self):
        """Return the last point of the domain on the walk, x − v, or None where a direction has none."""
        step = STEPS.get(self.direction) if self.mode == "root" else None
        return step and np.array(self.x) - np.array(self.walk()) / step

    def bounds(self):
        """Return the domain as two bounds of all inputs: that of zᴮ is the box, whatever `domain` says."""
        domain = "box" if self.direction == "zbox" else self.domain
        return {"nonnegative": (0, np.inf), "box": BOX, "plane": (-np.inf, np.inf)}[domain]

    def _expansion(self):
        """Return the point of expansion, the decomposition and the gradient there; None where there is no root."""
        neuron = self.neuron
        if self.mode == "expansion":
            return self.a, neuron.decompose(self.x, self.a), neuron.gradient(self.a, self.x)
        try:
            return root(neuron, self.x, self.walk()), relevance(neuron, self.x, self.walk()), neuron.w
        except ValueError:
            return None, None, None

    def numbers(self):
        """Return the outputs and the terms of the decomposition; None stands where there is no root."""
        neuron, (a, split, gradient) = self.neuron, self._expansion()
        return plain({
            "z": neuron.preactivation(self.x),
            "f_x": neuron(self.x),
            "v": self.walk() if self.mode == "root" else None,
            "last": self.last() if split else None,
            "a": a,
            "f_a": split and split.baseline,
            "gradient": gradient,
            "R": split and split.relevance,
            "sum_R": split and split.relevance.sum(),
            "epsilon": split and split.remainder,
            "gap": split and split.conservation_gap,
            "way": split and self._way(neuron, a, split),
            "notes": self._notes(neuron, a),
        })

    def _way(self, neuron, a, split):
        """Return f and its tangent at a on the way a + s (x − a), for s = low, 0, 1 and high, and the corner of f."""
        a, x, s = np.array(a), np.array(self.x), np.array([WAY[0], 0, 1, WAY[1]])
        start, end = neuron.preactivation(a), neuron.preactivation(x)
        along = neuron.on_hinge(a, x) and neuron.on_hinge(x)
        corner = None if start == end or along else start / (start - end)
        return {
            "s": s,
            "f": neuron(a + s[:, None] * (x - a)),
            "tangent": split.baseline + s * split.relevance.sum(),
            "corner": corner if corner is not None and WAY[0] < corner < WAY[1] else None,
        }

    def _notes(self, neuron, a):
        expansion, silent = self.mode == "expansion", not neuron.active(self.x)
        if expansion:
            place = "hinge" if neuron.on_hinge(a, self.x) else "active" if neuron.active(a) else "dead"
            return ["silent"] if silent else [place]
        if a is None:
            return ["no-root" if neuron.w.any() else "no-weights"]
        if silent:
            return ["silent"]
        behind = ["behind"] * bool(neuron.w @ self.walk() < 0)
        (low, high), kind = self.bounds(), "-box" * (self.bounds() == BOX)
        if not in_domain(self.x, low, high):
            return [f"x-outside{kind}", *behind]
        # A root computed on the border may lie a rounding error beyond it.
        outside = [f"outside{kind}"] * (not in_domain(a, low - 1e-12, high + 1e-12))
        return [*outside, *behind] or ["root"]


CAPTIONS = {
    "root": "Drag x, the tip of w, or the slider of b. With [a negative weight](x=1,1.5;w=2,-0.5;b=-1;direction=w2) "
    "the nearest root stays inside; [close to an axis](x=0.2,2;w=2,1;b=-0.5;direction=w2) it leaves x ≥ 0, and "
    "[z](x=0.2,2;w=2,1;b=-0.5;direction=z) brings it back.",
    "expansion": "Drag a. [On the active side](a=0.8,0.2) f(a) is in the way, [on the hinge](a=0.2,0.6) nothing is, "
    "and [on the dead side](a=-1,-1) everything lands in ε.",
}
