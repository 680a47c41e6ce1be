"""The live figure of two digits on one canvas (chapter ``convolutions``)."""

import numpy as np
import traitlets

from ...canvas import CANVAS, load_canvas_network, masks, paste
from ...digits import HIGH, LOW, SHAPE, load_digits
from ...layers import Dense
from ...network import Network
from ...propagate import KINDS
from ..core import Choice, Explorable, Number, levels, plain
from ..core.rules import RULE_NAMES, SETTINGS, rule_for

FULL = 16
"""A pixel is full when so many sixteenths of it are ink."""
DIGITS = [str(digit) for digit in range(10)]
NETWORK = load_canvas_network()
LOWEST, RIGHTMOST = np.subtract(CANVAS[1:], SHAPE).tolist()


def _images():
    """Return of each digit the first held-out image, ten rows of 64 pixels."""
    digits = load_digits()
    return np.array([digits.images[digits.test[(digits.labels[digits.test] == c).argmax()]] for c in range(10)])


IMAGES = _images()
EMPTY = np.full(IMAGES.shape[1], LOW)


class CanvasFigure(Explorable):
    r"""Two digits on one canvas, to be dragged, and the relevance of each pixel for one class (``eq-relprop``).

    Parameters
    ----------
    one, other : str
        The digits, ``"0"`` to ``"9"``; `other` may be ``"none"``.
    row, column, other_row, other_column : int
        Where the upper left pixel of each lies.
    target : str, default="largest"
        The class to be explained, ``"0"`` to ``"9"``, or ``"largest"``: whatever has the largest logit.
    against : str, default="none"
        The class whose logit is subtracted, or ``"second"`` for the largest of the others.
    upper, hidden, first : str
        The rules of the dense layer, of the second and third convolution, and of the first, by the names of their
        classes in lower case. At first LRP-0, γ and z^B.
    epsilon, gamma, alpha : float
        The settings of the rules that have one. The box of z^B is [-1, 1].
    absorb : {"no", "yes"}, default="no"
        Whether the bias stands in the denominator, for the rules that can do this.

    Examples
    --------
    >>> figure = CanvasFigure(one="3", other="7")
    >>> figure.canvas.shape, figure.explanation().relevance.shape
    ((1, 16, 20), (1, 16, 20))
    """

    name = "canvas"
    labels = {
        "read": "largest two",
        "target": "explained",
        "f": {
            "against": {"none": "its logit", "second": "its logit minus the second"}
            | {digit: f"its logit minus that of {digit}" for digit in DIGITS}
        },
        "inside": "red in its frame",
        "outside": "red in the other",
        "totals.0": "Σ R of the pixels",
        "gap": "gap",
    }
    spoken = ("read", "target", "inside")
    warnings = {
        "itself": "A class against itself: the difference is 0, and there is nothing to explain.",
        "overlap": "The squares overlap. The network has seen no such canvas.",
        "same": "The same digit twice: both squares count as its own.",
        "no-receiver": "Some neurons find nobody below to receive their relevance.",
        "bias": "Biases stand in the denominator and keep shares from the inputs, or add to them.",
        "stabilizer": "ε moves each denominator away from 0, and so keeps a part of the relevance.",
    }
    remarks = {
        "absent": "This digit is not there, so there is no square to look into.",
        "below-zero": "What is explained is negative: negative relevance speaks for it, positive against it.",
        "conserved": "Nothing is lost: the pixels add up to what is explained, up to rounding.",
    }
    data = {
        "canvas_network": b"".join(
            part.astype("<f4").tobytes() for layer in NETWORK.weighted for part in (layer.weight, layer.bias)
        )
    }
    constants = {
        "shape": CANVAS,
        "convolutions": [
            {"outputs": layer.outputs, "size": layer.weight.shape[-1], "padding": padding, "pooled": pooled}
            for layer, padding, pooled in zip(NETWORK.weighted, (1, 1, 0), (2, 2, 1), strict=False)
        ],
        "classes": NETWORK.outputs,
        "side": SHAPE[0],
        "low": LOW,
        "high": HIGH,
        "full": FULL,
        "images": [levels(np.rint((image - LOW) * FULL / (HIGH - LOW)).astype(int)) for image in IMAGES],
        "settings": SETTINGS,
    }

    one = Choice(dict(zip(DIGITS, DIGITS, strict=True)), "3", label="one digit", control="menu")
    other = Choice(dict(zip(DIGITS, DIGITS, strict=True)) | {"none": "–"}, "7", label="the other", control="menu")
    row = Number(1, 0, LOWEST, step=1, label="row", control="field")
    column = Number(1, 0, RIGHTMOST, step=1, label="column", control="field")
    other_row = Number(6, 0, LOWEST, step=1, label="other row", control="field")
    other_column = Number(11, 0, RIGHTMOST, step=1, label="other column", control="field")
    target = Choice({"largest": "the largest", **dict(zip(DIGITS, DIGITS, strict=True))}, "largest", label="explain")
    against = Choice(
        {"none": "–", "second": "the second", **dict(zip(DIGITS, DIGITS, strict=True))},
        "none",
        label="minus that of",
        control="menu",
    )
    upper = Choice(RULE_NAMES, "lrp0", label="dense layer", control="menu")
    hidden = Choice(RULE_NAMES, "gamma", label="second and third convolution", control="menu")
    first = Choice(RULE_NAMES, "zbox", label="first convolution", control="menu")
    epsilon = Number(0.25, 0, 3, step=0.05, label="ε", control="field")
    gamma = Number(0.25, 0, 4, step=0.05, label="γ", control="field")
    alpha = Number(2.0, 1, 4, label="α", control="field")
    absorb = Choice({"no": "no", "yes": "yes"}, "no", label="bias in the denominator")

    @traitlets.default("caption")
    def _caption(self):
        return CAPTION

    @property
    def corners(self):
        """Row and column of each digit's upper left pixel, of shape (2, 2)."""
        return np.array([[self.row, self.column], [self.other_row, self.other_column]])

    @property
    def canvas(self):
        """The canvas as the network sees it, of shape (1, 16, 20)."""
        other = EMPTY if self.other == "none" else IMAGES[int(self.other)]
        return paste([[IMAGES[int(self.one)], other]], self.corners[None])[0]

    @property
    def rules(self):
        """The rules of the four layers with weights, from the input up."""
        keys = (self.first, self.hidden, self.hidden, self.upper)
        return [rule_for(self, key, low=LOW, high=HIGH) for key in keys]

    def mask(self, digit):
        """Return which pixels lie in a square of a digit, of shape (1, 16, 20)."""
        shown = np.array([self.one == str(digit), self.other == str(digit)])
        return masks(self.corners)[shown].any(axis=0)

    def explanation(self):
        """Return the `Explanation` of what the figure shows.

        It is that of one of ten outputs, or, with `against`, of the only output of a network whose last weights are the
        difference of two columns.
        """
        return self._explained(*self._classes())

    def _classes(self):
        """Return the class that is explained, and the one that is subtracted or None."""
        order = np.argsort(-NETWORK.forward(self.canvas), kind="stable")
        target = int(order[0]) if self.target == "largest" else int(self.target)
        second = next(int(digit) for digit in order if digit != target)
        others = {"none": None, "second": second} | {digit: int(digit) for digit in DIGITS}
        return target, others[self.against]

    def _explained(self, target, against):
        if against is None:
            return NETWORK.explain(self.canvas, target, self.rules)
        return _difference(target, against).explain(self.canvas, rules=self.rules)

    def numbers(self):
        """Return logits, classes, the relevance of the pixels, where it lies, the sums of the layers, and the gap."""
        target, against = self._classes()
        explanation = self._explained(target, against)
        logits = NETWORK.forward(self.canvas)
        f, R = explanation.value.item(), explanation.relevance
        rows = zip(NETWORK.sharing, explanation.audit().rows[::-1], strict=True)
        audit = [row for layer, row in rows if layer.weighted]  # poolings lose nothing
        own, shown = self.mask(target), {int(digit) for digit in (self.one, self.other) if digit != "none"}
        others = sorted(shown - {target})
        numbers = {
            "logits": logits,
            "read": np.argsort(-logits, kind="stable")[:2],
            "target": target,
            "against": against,
            "f": f,
            "R": R.ravel(),
            "inside": positive_share(R, own) if own.any() else None,
            "outside": positive_share(R, self.mask(others[0])) if others else None,
            "totals": [*(row.outgoing for row in audit), f],
            "losses": [{kind: getattr(row, kind) for kind in KINDS} for row in audit],
            "gap": f - R.sum(),
        }
        return plain({**numbers, "notes": self._notes(**numbers)})

    def _notes(self, target, against, f, inside, losses, **_):
        apart = self.other == "none" or np.abs(np.subtract(*self.corners)).max() >= SHAPE[0]
        notes = {
            "itself": target == against,
            "overlap": not apart,
            "same": self.one == self.other,
            "no-receiver": any(lost["no_receiver"] for lost in losses),
            "bias": any(lost["bias"] for lost in losses),
            "stabilizer": any(lost["stabilizer"] for lost in losses),
            "absent": inside is None and str(target) not in (self.one, self.other),
            "below-zero": f < 0,
        }
        notes["conserved"] = not (notes["no-receiver"] or notes["bias"] or notes["stabilizer"]) and f != 0
        return [key for key, applies in notes.items() if applies]


def positive_share(R, mask):
    """Return which share of the positive relevance lies within a mask, or None where none is positive.

    >>> positive_share(np.array([3.0, 1.0, -4.0]), np.array([True, False, True]))
    np.float64(0.75)
    """
    positive = np.maximum(R, 0)
    return positive[mask].sum() / positive.sum() if positive.any() else None


def _difference(target, against):
    """Return the network whose only output is the difference of two logits."""
    *lower, last = NETWORK.layers
    weight = last.weight[:, [target]] - last.weight[:, [against]]
    return Network([*lower, Dense(weight, last.bias[[target]] - last.bias[[against]])])


CAPTION = (
    "Drag the two digits, and watch the heatmap go along. Then ask for the other one: [why 7?](target=7) "
    "[Why 3?](target=3) And [why 3 and not 7?](target=3;against=7) Try [gradient × input]"
    "(upper=lrp0;hidden=lrp0;first=lrp0;absorb=yes), and [z⁺ on all layers above the first]"
    "(upper=zplus;hidden=zplus;target=3), and compare the shares inside the frames."
)
