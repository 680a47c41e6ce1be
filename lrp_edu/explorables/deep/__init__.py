"""The live figure of one neuron's walk inside a network (chapter ``deep-taylor``)."""

import numpy as np
import traitlets

from ...deep_taylor import NeuronWalk
from ...layers import Dense, ReLU
from ...network import Network
from ...roots import w2_direction, z_direction, zplus_direction
from ...rules import LRP0, Gamma, ZPlus
from ..core import Array, Choice, Explorable, Number, plain

HIGH = 3.0
"""Both inputs lie between 0 and HIGH."""
W1, B1 = ((1.0, -1.0), (1.0, 3.0)), (-1.0, -3.0)
W2, W3 = ((2.0, 1.0), (-1.0, 1.0)), ((1.0,), (1.0,))
"""Weights from the inputs 1 and 2 to the neurons 3 and 4, from these to 5 and 6, and to the output 7."""
REACH = {
    1: ((0, 0), (HIGH, 0), (HIGH, HIGH), (0, HIGH)),
    2: ((0, 0), (4, 0), (5, 3), (2, 6)),
}
"""What the inputs let the activations below a hidden layer be: the corners of a polygon, turning to the left."""
RANGES = {1: (-1, 3), 2: (-1, 6)}
"""What the plane of these activations shows."""
STEPS = 48
"""In so many parts of the same length the walk is looked at, and on both sides of each corner."""
BESIDE = 2.0**-30
"""So far from a corner that is. On the corner itself a neuron is silent or not by a rounding error."""
SAME = 1e-9
"""What differs by less than this part is the same up to rounding."""
GAMMA = 1
DIRECTIONS = {"w2": w2_direction, "z": z_direction, "zplus": zplus_direction}
RULES = {"zplus": ZPlus(), "gamma": Gamma(GAMMA), "lrp0": LRP0()}
NEURONS = {"3": "3", "4": "4", "5": "5", "6": "6"}


def _sub(k):
    return chr(0x2080 + int(k))


def _named(text):
    """Return a label that names the chosen neuron; _ stands for its number."""
    return {"neuron": {k: text.replace("_", _sub(k)) for k in NEURONS}}


def _for_each(sentences, neurons=NEURONS):
    """Write a set of sentences for each neuron; # stands for its number."""
    return {
        f"{key}-{k}": sentence.replace("_#", _sub(k)).replace("#", str(k))
        for key, sentence in sentences.items()
        for k in neurons
    }


class DeepFigure(Explorable):
    r"""A network of seven neurons, and the relevance of one of them on its walk to its root.

    The neurons 1 and 2 are the inputs, 3 and 4 the first hidden layer, 5 and 6 the second, 7 the output; all but the
    inputs have a ReLU. The plane shows the activations below the chosen neuron, with its walk.

    Parameters
    ----------
    x : pair of float, default=(1, 2)
        The inputs, from 0 to 3.
    neuron : {"3", "4", "5", "6"}, default="3"
        The neuron that walks.
    walk : {"w2", "z", "zplus"}, default="zplus"
        In which direction.
    above : {"zplus", "gamma", "lrp0"}, default="zplus"
        The rule of all layers above the neuron, which hands it its relevance.
    b : float, default=0
        The bias of the neurons 5, 6 and 7.
    s : float, default=0.5
        A part of the walk, from 0 at x to 1 at the root.

    Notes
    -----
    Shows ``eq-deep-taylor`` and ``eq-walk-remainder``.

    Examples
    --------
    >>> numbers = DeepFigure(x=(1, 2), neuron="3").numbers()
    >>> numbers["R_j"], [round(c, 3) for c in numbers["c"]], round(numbers["epsilon"], 12)
    (4.0, [2.0, 2.667, 3.0], -2.0)
    """

    name = "deep"
    labels = {
        "f_x": "f(x)",
        "sum_R": {"neuron": {k: "R₃ + R₄ at x" if k in "34" else "R₅ + R₆ at x" for k in NEURONS}},
        "lost": "f(x) minus this sum",
        "R_j": _named("R_ at x"),
        "R_s": _named("R_ at s"),
        "model_s": _named("its model, a_(s) c_(0)"),
        "gap_s": "gap at s",
        "worst": "largest gap on the walk",
        "c.0": _named("c_ at x"),
        "c.2": _named("c_ at the root"),
        "ratio": "the second by the first",
        "epsilon": "ε, left over by the root",
    }
    warnings = {
        "nothing": "The output is 0: there is no relevance to hand down.",
        "outside": "The root leaves the box from 0 to 3: no input of the network's world lies there.",
        "unreachable": "No input from 0 to 3 gives the activations of this root.",
    } | _for_each(
        {
            "silent": "Neuron # is silent: a_# = 0 and R_# = 0, and there is no walk.",
            "none": "The layers above hand neuron # nothing, at x and all along the walk: c_# = 0.",
        }
    )
    remarks = _for_each(
        {
            "stays": "c_# stays what it is, up to rounding: true line, model and tangent are the same, and ε = 0.",
            "grows": "c_# grows on the walk. The root would hand out more than R_#, so ε has the opposite sign.",
            "shrinks": "c_# shrinks on the walk. The root would hand out only a part of R_#; the rest is ε.",
            "ends": "c_# ends at 0. At the root R_# has no slope, and all of it is left over in ε.",
            "turns": "c_# changes its sign on the walk. The root would hand out relevance of the other sign.",
            "late": "c_# = 0 at x, so R_# = 0. But it does not stay 0 on the walk.",
            "back": "c_# moves on the walk, and at the root it is what it was at x.",
        }
    ) | _for_each(
        {"off": "On the way neuron # falls silent.", "on": "On the way neuron # becomes active."}, range(3, 8)
    )
    at_once = 2
    spoken = ("R_j", "R_s", "gap_s", "epsilon")
    constants = {
        "weights": [W1, W2, W3],
        "bias": B1,
        "names": {"a": "a, activations below the neuron", "s": "s, part of the way"},
        "reach": {str(layer): corners for layer, corners in REACH.items()},
        "ranges": {str(layer): limits for layer, limits in RANGES.items()},
        "strongest": 3,
        "steps": STEPS,
        "beside": BESIDE,
        "same": SAME,
        "gamma": GAMMA,
    }

    x = Array((1, 2), 0, HIGH, label="x, input to be explained")
    neuron = Choice(NEURONS, "3", label="neuron j")
    walk = Choice({"w2": "w²", "z": "z", "zplus": "z⁺"}, "zplus", label="its walk")
    above = Choice({"zplus": "z⁺", "gamma": "γ", "lrp0": "LRP-0"}, "zplus", label="rule above")
    b = Number(0.0, -2, 0, label="b of 5, 6, 7")
    s = Number(0.5, 0, 1, step=0.05, label="s", control="field")

    @traitlets.default("caption")
    def _caption(self):
        return CAPTION

    @property
    def network(self):
        """The network that is drawn."""
        layers = ((W1, B1), (W2, (self.b, self.b)), (W3, (self.b,)))
        return Network([one for W, b in layers for one in (Dense(W, b), ReLU())])

    @property
    def layer(self):
        """The layer of the chosen neuron, 1 or 2."""
        return (int(self.neuron) - 1) // 2

    def numbers(self):
        """Return the activations, the relevances from the neuron's layer up, and what happens on its walk."""
        network = self.network
        seen, output = network.see(np.array(self.x))
        a = [*(its.a for its in seen if its.W is not None), output]
        f, place = output[0], (int(self.neuron) - 1) % 2
        sums = self._sums(network, f, a)
        if not a[self.layer][place]:
            notes = [] if f else ["nothing"]
            return plain({**sums, **dict.fromkeys(WALKED), "corners": [], "notes": [*notes, f"silent-{self.neuron}"]})
        walk = NeuronWalk(network, self.x, self.layer, place, DIRECTIONS[self.walk], RULES[self.above], target=0)
        corners = self._corners(network.weighted[self.layer - 1 :], walk)
        s = np.array([0, self.s, 1, *self._looked_at(corners)])
        c = walk.factor(s)
        R, model = walk.activation(s) * c, walk.activation(s) * c[0]
        return plain({
            **sums,
            "root": walk.root,
            "at": walk.point(self.s),
            "R_s": R[1],
            "model_s": model[1],
            "gap_s": R[1] - model[1],
            "worst": np.abs(R - model).max(),
            "c": c[:3],
            "ratio": c[2] / c[0] if c[0] else None,
            "epsilon": walk.activation(0) * (c[0] - c[2]),
            "line": {"s": s[3:], "R": R[3:]},
            "corners": corners,
            "notes": self._notes(f, walk.root, c, corners),
        })  # fmt: skip

    def _sums(self, network, f, a):
        """Return what does not depend on the walk, with the relevance of the layers from the neuron's own up."""
        above = Network(network.layers[2 * self.layer :])
        R = above.explain(a[self.layer], 0, RULES[self.above]).layers
        R_j, total = R[0][(int(self.neuron) - 1) % 2], R[0].sum()
        return {"f_x": f, "a": a, "R": R, "R_j": R_j, "sum_R": total, "lost": f - total, "start": a[self.layer - 1]}

    def _looked_at(self, corners):
        """Return parts of the walk: evenly from 0 to 1, and on both sides of each corner."""
        beside = [corner["s"] + side * BESIDE for corner in corners for side in (-1, 1)]
        return np.clip(np.sort([*np.arange(STEPS + 1) / STEPS, *beside]), 0, 1)

    def _corners(self, layers, walk):
        """Return where on the walk another neuron falls silent or becomes active, in its layer or above.

        Between the corners of the layers below, a preactivation is linear, so where it crosses 0 is a quotient.
        """
        found = []
        for n, layer in enumerate(layers):
            s = np.unique([0, *(corner["s"] for corner in found), 1])
            a = walk.point(s)
            for below in layers[:n]:
                a = np.maximum(0, below.forward(a))
            for k, z in enumerate(layer.forward(a).T, start=2 * (self.layer + n) + 1):
                found += [{"s": where, "neuron": k, "on": on} for where, on in _crossings(s, z)]
        return sorted(found, key=lambda corner: corner["s"])

    def _notes(self, f, root, c, corners):
        changes = [f"{'on' if corner['on'] else 'off'}-{corner['neuron']}" for corner in corners]
        if f == 0:
            return ["nothing"]
        return [*self._places(root), f"{_course(c)}-{self.neuron}", *dict.fromkeys(changes)]

    def _places(self, root):
        """Say if the root lies where no input leads."""
        corners = np.array(REACH[self.layer], float)
        (ex, ey), (px, py) = (np.roll(corners, -1, axis=0) - corners).T, (root - corners).T
        beyond = (ex * py - ey * px < -SAME).any()
        return [["outside", "unreachable"][self.layer - 1]] * bool(beyond)


WALKED = ("root", "at", "R_s", "model_s", "gap_s", "worst", "c", "ratio", "epsilon", "line")
"""The numbers that there are only for a neuron that is active."""


def _crossings(s, z):
    """Yield where z, linear between its values at s, changes its sign, and if it is above 0 then. It may rest at 0."""
    signed = np.flatnonzero(np.abs(z) > SAME)
    for i, k in zip(signed, signed[1:], strict=False):
        if z[i] * z[k] < 0:
            rests = s[k - 1] if z[k] > 0 else s[i + 1]
            yield rests if k > i + 1 else s[i] + (s[k] - s[i]) * (z[i] / (z[i] - z[k])), bool(z[k] > 0)


def _course(c):
    """Say what c does on the walk, given at x, at s, at the root, and in between."""
    start, _, end, *_ = c
    if np.abs(c - start).max() <= SAME:
        return "stays" if abs(start) > SAME else "none"
    if abs(start) <= SAME:
        return "late"
    if abs(end - start) <= SAME:
        return "back"
    if abs(end) <= SAME:
        return "ends"
    if end * start < 0:
        return "turns"
    return "grows" if abs(end) > abs(start) else "shrinks"


CAPTION = (
    "Drag x, or s along the walk. From [here](x=1,2) neuron 4 falls silent before 3 arrives, and c₃ grows from 2 to 3. "
    "With [LRP-0 above](x=1,2;above=lrp0) it stays 3, and neuron 4 gets nothing. "
    "[Below the line of 4](x=2,1) nothing changes on the way. "
    "Walk [along w²](x=0.5,2;walk=w2): neuron 5 falls silent, and c₃ shrinks. "
    "[A bias of −1](neuron=5;b=-1) at 5, 6 and 7 lets c₅ shrink too, in the plane of a₃ and a₄."
)
