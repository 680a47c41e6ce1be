"""Random states of the figure of pixels that are replaced, and how much is added up on the way to its numbers."""

import numpy as np

from lrp_edu.explorables import FlippingFigure
from lrp_edu.explorables.flipping import IMAGES, NETWORK


def flipping_case(random):
    """Draw a state: each choice, and how many pixels are gone."""
    choices = {key: list(one["choices"]) for key, one in FlippingFigure.schema().items() if one["kind"] == "choice"}
    return {key: str(random.choice(values)) for key, values in choices.items()} | {"count": int(random.integers(65))}


def flipping_magnitude(state):
    """Return a bound of the sums on the way to a logit."""
    size = np.ones_like(IMAGES[0])
    for layer in NETWORK.weighted:
        size = size @ np.abs(layer.weight) + np.abs(layer.bias)
    return float(size.max())
