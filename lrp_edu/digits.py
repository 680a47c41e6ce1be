"""Handwritten digits, and a small trained network that reads them.

The images are 8 pixels by 8, from the test part of the *Optical Recognition of Handwritten
Digits* of Alpaydin and Kaynak (``data/README.md`` tells where they come from). The network is
trained by ``tools/train_digits.py``. Both are stored in the package: nothing is downloaded.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .layers import Dense, ReLU
from .network import Network

__all__ = ["LOW", "HIGH", "SHAPE", "Digits", "load_digits", "load_network"]

#: Lowest value of a pixel: background.
LOW = -1.0
#: Highest value of a pixel: full ink.
HIGH = 1.0
#: Rows and columns of an image.
SHAPE = (8, 8)

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Digits:
    """Images, their labels, and which of them were held out from training.

    Parameters
    ----------
    images : ndarray of shape (n, 64)
        Pixels, row by row, from -1 (background) to +1 (full ink).
    labels : ndarray of shape (n,)
        The digit that each image shows.
    train, test : ndarray of int
        Rows that the network was trained on, and rows that it has never seen.
    """

    images: np.ndarray
    labels: np.ndarray
    train: np.ndarray
    test: np.ndarray


def load_digits():
    r"""Return the 1797 images of handwritten digits.

    .. math:: x = p / 8 - 1 \in [-1, 1], \qquad p \in \{0, \dots, 16\}

    Returns
    -------
    Digits
        Images of shape (1797, 64), labels 0 to 9, and the split: 1438 images to train on and
        359 held out, the same share of each digit.

    Notes
    -----
    The interval is the box that ``eq-zbox-rule`` needs, with low = -1 and high = 1.

    Examples
    --------
    >>> digits = load_digits()
    >>> digits.images.shape, digits.images.min(), digits.images.max()
    ((1797, 64), np.float64(-1.0), np.float64(1.0))
    >>> digits.labels[:5], len(digits.test)
    (array([0, 1, 2, 3, 4]), 359)
    """
    with np.load(DATA / "digits.npz") as stored:
        images = stored["pixels"] / 8.0 - 1.0
        labels, test = stored["labels"].astype(int), stored["test"].astype(int)
    return Digits(images, labels, np.setdiff1d(np.arange(len(labels)), test), test)


def load_network():
    """Return a network that was trained on the digits.

    Three dense layers, 64 - 48 - 32 - 10, with a ReLU after the first two. It returns the ten
    logits, one for each digit. No bias is positive and the last layer has none, so that
    every ReLU neuron has its z⁺ root in x ≥ 0 and its z^B root in the box.

    Returns
    -------
    Network
        A new network at every call, with weights in float64.

    Notes
    -----
    It computes ``eq-forward``; an explanation starts from a logit, see ``eq-softmax-logit``.

    Examples
    --------
    >>> digits, network = load_digits(), load_network()
    >>> logits = network.forward(digits.images[digits.test])
    >>> bool((logits.argmax(axis=-1) == digits.labels[digits.test]).mean() >= 0.97)
    True
    """
    with np.load(DATA / "digits_network.npz") as stored:
        arrays = {name: stored[name].astype(float) for name in stored.files}
    first = Dense(arrays["W1"], arrays["b1"])
    second = Dense(arrays["W2"], arrays["b2"])
    return Network([first, ReLU(), second, ReLU(), Dense(arrays["W3"])])
