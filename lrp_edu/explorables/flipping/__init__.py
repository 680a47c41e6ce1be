"""The live figure of pixels that are replaced one after the other (chapter ``judging-heatmaps``)."""

from functools import cache
from string import ascii_letters, digits

import numpy as np
import traitlets

from ...digits import HIGH, LOW, SHAPE, load_digits
from ...evaluation import EXPLAINERS, area, flip
from ..core import Choice, Explorable, Number, levels, plain
from ..digit import DIGITS, FULL, NETWORK, DigitFigure, ink_of

PIXELS = 64
OURS = 599
"""The 3 of the chapters."""
ORDERS = {
    "composite": "z^B, γ, LRP-0",
    "zplus": "z^B, z⁺, z⁺",
    "lrp0": "LRP-0",
    "path": "int. gr., blank",
    "random": "random",
}
"""The orders and the explainers that they come from."""
NAMES = {
    "composite": "zᴮ, γ, LRP-0",
    "zplus": "zᴮ, z⁺, z⁺",
    "lrp0": "LRP-0",
    "path": "integrated gradients",
    "random": "random order",
}
PLACES = digits + ascii_letters + "-_"
"""The letter of each of the 64 pixels."""
HEIGHT = (-14, 13)
"""The limits of the logit in the picture."""


def _samples():
    """Return an image of each digit that was held out and is read rightly; the 3 is that of the chapters."""
    data = load_digits()
    read = NETWORK.forward(data.images[data.test]).argmax(axis=-1)
    right = data.test[read == data.labels[data.test]]
    rows = [right[data.labels[right] == digit][0] for digit in range(10)]
    rows[3] = OURS
    return data.images[rows], data.images[data.train].mean(axis=0)


IMAGES, MEAN = _samples()
MAPS = {
    key: EXPLAINERS[name](NETWORK, IMAGES, np.arange(10), low=LOW, high=HIGH, mean=MEAN) for key, name in ORDERS.items()
}  # fmt: skip


def order_of(key, digit, least_first=False):
    """Return the pixels of an image in the order of a map, as `flip` takes them (``eq-flip``).

    >>> sorted(order_of("lrp0", 3)) == list(range(64))
    True
    """
    R = MAPS[key][digit]
    return np.argsort(R if least_first else -R, kind="stable").tolist()


def put_in(digit, replacement):
    """Return what stands for the pixels of an image that are gone."""
    return {"mean": MEAN, "blank": np.full(PIXELS, LOW), "other": IMAGES[(digit + 1) % 10]}[replacement]


@cache
def curves_of(digit, replacement, least_first):
    """Return the curve of each order (``eq-flip``), which stays while the slider moves along it."""
    x, maps = IMAGES[[digit] * len(MAPS)], np.stack([R[digit] for R in MAPS.values()])
    r = put_in(digit, replacement)
    return dict(zip(MAPS, flip(NETWORK, x, maps, digit, replacement=r, least_first=least_first), strict=True))


class FlippingFigure(Explorable):
    r"""Pixels that are replaced in the order of a heatmap, and what becomes of the logit (``eq-flip``).

    Parameters
    ----------
    digit : {"0", ..., "9"}, default="3"
        An image that was held out from training, explained for the class that it shows.
    order : {"composite", "zplus", "lrp0", "path", "random"}, default="composite"
        The map whose order the image follows. The curves of all are drawn.
    first : {"most", "least"}, default="most"
        Whether the most or the least relevant pixels go first.
    replacement : {"mean", "blank", "other"}, default="mean"
        What takes their place: the mean of the training images, blank paper, or the pixels of the next digit's image.
    count : int, default=20
        How many have been replaced, 0 to 64.

    Examples
    --------
    >>> FlippingFigure(count=17).numbers()["read"], FlippingFigure(count=16).numbers()["read"]
    (2, 3)
    """

    name = "flipping"
    labels = {"read": "read as", "f": "logit of the class", "drop": "its drop", "area": "area over the curve"}
    spoken = ("read", "f")
    warnings = {"beaten": "By now, random order has taken more of the logit than the order of this map."}
    remarks = {
        "none": "Nothing is replaced yet: all curves begin at the logit of the image.",
        "gone": "All pixels are replaced: all curves end at the same value, whatever the order was.",
        "changed": "The network reads another digit by now.",
        "still": "The network still reads the same digit.",
    }
    data = DigitFigure.data
    constants = {
        "neurons": DigitFigure.constants["neurons"],
        "shape": SHAPE,
        "low": LOW,
        "high": HIGH,
        "full": FULL,
        "range": HEIGHT,
        "images": [levels(ink_of(image)) for image in IMAGES],
        "mean": MEAN,
        "places": PLACES,
        "orders": [
            {
                key: ["".join(PLACES[i] for i in order_of(key, digit, least)) for least in (False, True)]
                for key in ORDERS
            }
            for digit in range(10)
        ],
        "names": NAMES,
    }  # fmt: skip

    digit = Choice(dict(zip(DIGITS, DIGITS, strict=True)), "3", label="image of a", control="menu")
    order = Choice(NAMES, "composite", label="order by", control="menu")
    first = Choice({"most": "most relevant", "least": "least relevant"}, "most", label="first")
    replacement = Choice(
        {"mean": "mean image", "blank": "blank paper", "other": "another image"}, "mean", label="put in"
    )
    count = Number(20, 0, PIXELS, step=1, label="pixels replaced")

    @traitlets.default("caption")
    def _caption(self):
        return CAPTION

    def numbers(self):
        """Return the curve of each order and its area, the class that is read by now, its logit, and the drop."""
        digit, least = int(self.digit), self.first == "least"
        curves = curves_of(digit, self.replacement, least)
        gone = order_of(self.order, digit, least)[: self.count]
        image = IMAGES[digit].copy()
        image[gone] = put_in(digit, self.replacement)[gone]
        f = curves[self.order][self.count]
        numbers = {
            "target": digit,
            "read": int(NETWORK.forward(image).argmax()),
            "f": f,
            "drop": curves[self.order][0] - f,
            "area": area(curves[self.order]),
            "image": image,
            "curves": curves,
            "areas": {key: area(curve) for key, curve in curves.items()},
        }
        return plain({**numbers, "notes": self._notes(numbers)})

    def _notes(self, numbers):
        if self.count in (0, PIXELS):
            return ["none" if self.count == 0 else "gone"]
        f, noise = numbers["f"], numbers["curves"]["random"][self.count]
        beaten = self.order != "random" and (noise < f if self.first == "most" else noise > f)
        return (["beaten"] if beaten else []) + ["still" if numbers["read"] == numbers["target"] else "changed"]


CAPTION = (
    "Move the slider or drag the point along its curve: pixels go, in the order of the chosen map. With "
    "[the mean image](replacement=mean;count=20), [blank paper](replacement=blank;count=20) or "
    "[another image](replacement=other;count=20) in their place other maps are ahead. "
    "[Integrated gradients with blank paper](order=path;replacement=blank;count=4) and "
    "[with the mean image](order=path;replacement=mean;count=4). "
    "[The least relevant first](first=least;count=32): now a slow fall speaks for the map."
)
