"""The live figure of the digit that the reader draws (chapters ``digits`` and ``rules-in-practice``)."""

import numpy as np
import traitlets

from ...digits import HIGH, LOW, SHAPE, load_digits, load_network
from ...layers import Dense
from ...network import Network
from ...palette import RELEVANCE_COLORS
from ...propagate import KINDS
from ..core import Choice, Explorable, Levels, Number, levels, plain
from ..core.explorable import show
from ..core.rules import RULE_NAMES, SETTINGS, rule_for

FULL = 16
"""A cell is full when so many points of the bitmap are covered in it."""
SIDE = 4
"""Points of the bitmap along a side of a cell."""
HARD = 6
"""So many of the images that the network misreads are offered, at most."""
DIGITS = [str(digit) for digit in range(10)]
NETWORK = load_network()


def pixels_of(ink):
    """Return the pixels that cells with so much ink stand for (``load_digits``).

    >>> pixels_of([0, 8, 16])
    array([-1.,  0.,  1.])
    """
    return LOW + np.asarray(ink) * (HIGH - LOW) / FULL


def ink_of(pixels):
    """Return the ink, from 0 to 16, that comes nearest to pixels.

    >>> ink_of([-1.0, 0.06, 3.0])
    array([ 0,  8, 16])
    """
    if not np.isfinite(pixels).all():
        raise ValueError(f"pixels must be finite numbers from {LOW:g} to {HIGH:g}, got {pixels!r}")
    return np.rint((np.clip(pixels, LOW, HIGH) - LOW) * FULL / (HIGH - LOW)).astype(int)


def _samples():
    """Return held-out images: the first of each digit that is read rightly, then the first that are misread."""
    digits = load_digits()
    images, labels = digits.images[digits.test], digits.labels[digits.test]
    read = NETWORK.forward(images).argmax(axis=-1)
    right = [np.flatnonzero((labels == digit) & (read == digit))[0] for digit in range(10)]
    rows = [*right, *np.flatnonzero(labels != read)[:HARD]]
    return [{"ink": levels(ink_of(images[n])), "label": int(labels[n]), "read": int(read[n])} for n in rows]


SAMPLES = _samples()


class DigitFigure(Explorable):
    r"""A digit that one draws, and the relevance of each of its pixels while one draws (``eq-relprop``).

    Parameters
    ----------
    pixels : array_like of shape (64,), optional
        The drawing, row by row, from -1 (blank) to 1 (full ink), rounded to sixteenths of a full cell. It takes the
        place of `ink`.
    ink : 64 whole numbers from 0 to 16
        The same drawing as the number of points that the pen has covered in each cell.
    target : str, default="largest"
        The class to be explained, ``"0"`` to ``"9"``, or ``"largest"``: whatever has the largest logit.
    against : str, default="none"
        The class whose logit is subtracted, or ``"second"`` for the largest of the others.
    upper, hidden, first : str
        The rules of the three layers with weights, by the names of their classes in lower case: into the logits,
        between the hidden layers, and from the pixels. At first LRP-0, γ and z^B.
    epsilon, gamma, alpha : float
        The settings of the rules that have one. The box of z^B is [-1, 1].
    absorb : {"no", "yes"}, default="no"
        Whether the bias stands in the denominator, for the rules that can do this.
    pen : int, default=4
        Width of the pen in points, of which a cell has four.

    Examples
    --------
    >>> figure = DigitFigure()
    >>> figure.numbers()["read"], figure.pixels.shape
    (3, (64,))
    >>> figure.explanation().target
    array(3)
    """

    name = "digit"
    labels = {
        "read": "read as",
        "target": "explained",
        "f": {
            "against": {"none": "its logit", "second": "z minus the second"}
            | {digit: f"z minus that of {digit}" for digit in DIGITS}
        },
        "totals.0": "Σ R of the pixels",
        "gap": "gap",
    }
    spoken = ("read", "f", "totals.0")
    warnings = {
        "itself": "A class against itself: the difference is 0, and there is nothing to explain.",
        "no-receiver": "Some neurons find nobody below to receive their relevance.",
        "bias": "Biases stand in the denominator and keep shares from the inputs, or add to them.",
        "stabilizer": "ε moves each denominator away from 0, and so keeps a part of the relevance.",
        "fed": "Silent hidden neurons get relevance: this rule is made for the first layer.",
        "box": "zᴮ is made for pixels, from −1 to 1. Some hidden neurons say more than 1.",
    }
    remarks = {
        "blank": "Nothing is drawn, and yet each pixel is −1, not 0: blank paper has relevance too.",
        "below-zero": "What is explained is negative: negative relevance speaks for it, positive against it.",
        "conserved": "Nothing is lost: the pixels add up to what is explained, up to rounding.",
    }
    data = {
        "digits_network": b"".join(
            part.astype("<f4").tobytes() for layer in NETWORK.weighted for part in (layer.weight, layer.bias)
        )
    }
    constants = {
        "neurons": [NETWORK.weighted[0].inputs, *(layer.outputs for layer in NETWORK.weighted)],
        "shape": SHAPE,
        "low": LOW,
        "high": HIGH,
        "full": FULL,
        "side": SIDE,
        "samples": SAMPLES,
        "settings": SETTINGS,
    }

    ink = Levels([int(level, 36) for level in SAMPLES[3]["ink"]], FULL, label="the drawing")
    target = Choice({"largest": "the largest", **dict(zip(DIGITS, DIGITS, strict=True))}, "largest", label="explain")
    against = Choice(
        {"none": "–", "second": "the second", **dict(zip(DIGITS, DIGITS, strict=True))},
        "none",
        label="minus that of",
        control="menu",
    )
    upper = Choice(RULE_NAMES, "lrp0", label="upper layer", control="menu")
    hidden = Choice(RULE_NAMES, "gamma", label="hidden layers", control="menu")
    first = Choice(RULE_NAMES, "zbox", label="first layer", control="menu")
    epsilon = Number(0.25, 0, 3, step=0.05, label="ε", control="field")
    gamma = Number(0.25, 0, 4, step=0.05, label="γ", control="field")
    alpha = Number(2.0, 1, 4, label="α", control="field")
    absorb = Choice({"no": "no", "yes": "yes"}, "no", label="bias in the denominator")
    pen = Number(4, 1, 8, step=1, label="pen")

    def __init__(self, *, pixels=None, **state):
        if pixels is not None:
            state["ink"] = ink_of(pixels)
        super().__init__(**state)

    @traitlets.default("caption")
    def _caption(self):
        return CAPTION

    @property
    def pixels(self):
        """The drawing as the network sees it: an array of 64 pixels from -1 to 1. It can be set."""
        return pixels_of(self.ink)

    @pixels.setter
    def pixels(self, pixels):
        self.ink = ink_of(pixels)

    @property
    def rules(self):
        """The rules of the three layers, from the input up."""
        return [rule_for(self, key, low=LOW, high=HIGH) for key in (self.first, self.hidden, self.upper)]

    def explanation(self):
        """Return the `Explanation` of what the figure shows.

        It is that of one of ten outputs, or, with `against`, of the only output of a network whose last weights are the
        difference of two columns.
        """
        return self._explained(*self._classes())

    def _classes(self):
        """Return the class that is explained, and the one that is subtracted or None."""
        order = np.argsort(-NETWORK.forward(self.pixels), kind="stable")
        target = int(order[0]) if self.target == "largest" else int(self.target)
        second = next(int(digit) for digit in order if digit != target)
        others = {"none": None, "second": second} | {digit: int(digit) for digit in DIGITS}
        return target, others[self.against]

    def _explained(self, target, against):
        if against is None:
            return NETWORK.explain(self.pixels, target, self.rules)
        return _difference(target, against).explain(self.pixels, rules=self.rules)

    def numbers(self):
        """Return logits, classes, the relevance of each layer, their sums, what each layer lost, and the gap."""
        target, against = self._classes()
        explanation = self._explained(target, against)
        logits = NETWORK.forward(self.pixels)
        f, R = explanation.value.item(), explanation.layers
        seen = [its for its in NETWORK.see(self.pixels)[0] if its.W is not None]
        audit = explanation.audit().rows[::-1]
        totals = np.array(explanation.totals)
        numbers = {
            "logits": logits,
            "read": int(logits.argmax()),
            "target": target,
            "against": against,
            "f": f,
            "R": [*R[:-1], [f]],
            "totals": totals,
            "losses": [{kind: getattr(row, kind) for kind in KINDS} for row in audit],
            "gap": f - totals[0],
        }
        return plain({**numbers, "notes": self._notes([its.a for its in seen], **numbers)})

    def _notes(self, a, target, against, f, R, losses, **_):
        hidden = list(zip(a[1:], R[1:-1], (self.hidden, self.upper), strict=True))
        notes = {
            "itself": target == against,
            "no-receiver": any(lost["no_receiver"] for lost in losses),
            "bias": any(lost["bias"] for lost in losses),
            "stabilizer": any(lost["stabilizer"] for lost in losses),
            "fed": any(((said == 0) & (R_l != 0)).any() for said, R_l, _ in hidden),
            "box": any(rule == "zbox" and said.max() > HIGH for said, _, rule in hidden),
            "blank": not any(self.ink),
            "below-zero": f < 0,
        }
        lost = notes["no-receiver"] or notes["bias"] or notes["stabilizer"]
        notes["conserved"] = not lost and f != 0
        return [key for key, applies in notes.items() if applies]

    def at_rest(self):
        """Return the relevance of the pixels as a table, in the colors of the heatmap."""
        R = np.reshape(self.numbers()["R"][0], SHAPE)
        limit = scale(np.abs(R).max())
        rows = ("".join(_cell(value, limit) for value in row) for row in R)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f'<table class="heatmap"><caption>R of the pixels</caption><tbody>{body}</tbody></table>'


def _difference(target, against):
    """Return the network whose only output is the difference of two logits."""
    *lower, last = NETWORK.layers
    weight = last.weight[:, [target]] - last.weight[:, [against]]
    return Network([*lower, Dense(weight, last.bias[[target]] - last.bias[[against]])])


def scale(size, low=1 / 16):
    """Return the limit of the colors: the least power of two that holds `size`, at least `low`."""
    return max(low, 2.0 ** np.ceil(np.log2(size or low)))


def _cell(value, limit):
    color = _color(0.5 + value / (2 * limit))
    ink = "#fff" if abs(value) > 0.7 * limit else "#16191d"
    return f'<td style="background: {color}; color: {ink}">{show(round(value, 2))}</td>'


def _color(share):
    channels = [[int(color[i : i + 2], 16) for color in RELEVANCE_COLORS] for i in (1, 3, 5)]
    places = np.linspace(0, 1, len(RELEVANCE_COLORS))
    return "#" + "".join(f"{round(float(np.interp(share, places, channel))):02x}" for channel in channels)


CAPTION = (
    "Draw a digit on the 8 × 8 cells, and watch the ten logits and the heatmap. Click a bar to explain that class. "
    "[Why this one and not the second?](against=second) "
    "[LRP-0 in every layer](upper=lrp0;hidden=lrp0;first=lrp0), and [z⁺ above](upper=zplus;hidden=zplus). "
    f"[A blank sheet](ink={'0' * 64}) has relevance too."
)
