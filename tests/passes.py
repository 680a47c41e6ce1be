"""One layer's backward pass, with all that it hands down and loses."""

from typing import NamedTuple

import numpy as np

from lrp_edu.layers import Dense
from lrp_edu.propagate import losses, propagate


class Passed(NamedTuple):
    """The relevance of the inputs, and what bias, stabilizer and the want of a receiver took of each neuron's."""

    relevance: np.ndarray
    bias: np.ndarray
    stabilizer: np.ndarray
    no_receiver: np.ndarray


def hand_down(rule, a, W, b, R):
    """Send the relevance R of a dense layer's outputs down to its inputs a."""
    layer = Dense(W, b)
    seen, _ = layer.see(a)
    return Passed(propagate(rule, seen, R), *losses(rule, seen, R)[:3])
