"""Canvases with one or two handwritten digits, and a small convolutional network that reads them.

The digits are those of `lrp_edu.digits`, 8 pixels by 8. A canvas of 16 by 20 pixels holds them at any place, so that
it is known which pixels belong to which digit. The network is trained by ``tools/train_canvas.py``.
"""

from dataclasses import dataclass

import numpy as np

from .convolution import Conv2d, Flatten, MaxPool2d
from .digits import DATA, LOW, SHAPE, load_digits
from .layers import Dense, ReLU
from .network import Network

__all__ = ["CANVAS", "Canvases", "draw_canvases", "load_canvas_network", "masks", "paste"]

#: Channels, rows and columns of a canvas.
CANVAS = (1, 16, 20)


@dataclass(frozen=True)
class Canvases:
    """Canvases, what they show, and where.

    Parameters
    ----------
    images : ndarray of shape (n, 1, 16, 20)
        Pixels from -1 (background) to +1 (full ink), with one channel as a convolution expects it.
    labels : ndarray of shape (n, count)
        The digits of each canvas. No two of them are the same.
    corners : ndarray of shape (n, count, 2)
        Row and column of the upper left pixel of each digit.
    """

    images: np.ndarray
    labels: np.ndarray
    corners: np.ndarray

    @property
    def masks(self):
        """Where each digit lies: a boolean array of shape (n, count, 1, 16, 20)."""
        return masks(self.corners)


def draw_canvases(n, count=2, *, held_out=True, seed=0):
    """Return canvases on which digits have been put at random, so that their squares of 8 by 8 do not overlap.

    Parameters
    ----------
    n : int
        How many canvases.
    count : {1, 2}, default=2
        How many digits on each, with different labels.
    held_out : bool, default=True
        Take the digits that no network was trained on, or else those that it was trained on.
    seed : int or numpy.random.Generator, default=0
        The same seed gives the same canvases.

    Returns
    -------
    Canvases

    Raises
    ------
    ValueError
        If `count` is neither 1 nor 2.

    Examples
    --------
    >>> canvases = draw_canvases(3, seed=1)
    >>> canvases.images.shape, canvases.labels.shape, canvases.masks.sum(axis=(-1, -2)).ravel()
    ((3, 1, 16, 20), (3, 2), array([64, 64, 64, 64, 64, 64]))
    """
    if count not in (1, 2):
        raise ValueError(f"count must be 1 or 2, got {count!r}")
    rng, digits = np.random.default_rng(seed), load_digits()
    kept = digits.test if held_out else digits.train
    images, labels = digits.images[kept], digits.labels[kept]
    rows = rng.integers(len(labels), size=(n, 1))
    if count == 2:
        rows = np.concatenate([rows, partners(rng, labels, rows)], axis=1)
    corners = draw_corners(rng, n, count)
    return Canvases(paste(images[rows], corners), labels[rows], corners)


def partners(rng, labels, rows):
    """Return for each of the `rows` another one, drawn from those with another label."""
    others = rng.integers(len(labels), size=rows.shape)
    while (same := labels[others] == labels[rows]).any():
        others[same] = rng.integers(len(labels), size=same.sum())
    return others


def draw_corners(rng, n, count):
    """Return corners of shape (n, count, 2), each choice of places without an overlap equally likely."""
    (_, rows, columns), side = CANVAS, SHAPE[0]
    places = np.stack(np.mgrid[: rows - side + 1, : columns - side + 1], axis=-1).reshape(-1, 2)
    if count == 1:
        return places[rng.integers(len(places), size=(n, 1))]
    apart = np.abs(places[:, None] - places).max(axis=-1) >= side
    pairs = np.argwhere(apart)
    return places[pairs[rng.integers(len(pairs), size=n)]]


def paste(images, corners):
    """Return canvases with images at their corners; where two overlap, the darker pixel is seen.

    Parameters
    ----------
    images : array_like of shape (n, count, 64)
        Images of digits, row by row.
    corners : array_like of int, of shape (n, count, 2)
        Row and column of each one's upper left pixel, within the canvas.

    Returns
    -------
    ndarray of shape (n, 1, 16, 20)
        The canvases, blank elsewhere, in the precision of `images`.

    Raises
    ------
    ValueError
        If an image does not lie within the canvas.
    """
    images, corners = np.asarray(images), np.asarray(corners)
    if corners.min() < 0 or np.any(corners.max(axis=(0, 1)) > np.subtract(CANVAS[1:], SHAPE)):
        raise ValueError(f"corners must lie within (0, 0) and (8, 12), got {corners.tolist()}")
    canvas = np.full((len(images), *CANVAS), LOW, images.dtype)
    of = np.arange(len(images))[:, None, None]
    for image, (row, column) in zip(np.moveaxis(images, 1, 0), np.moveaxis(corners, (1, 2), (0, 1)), strict=True):
        down, across = row[:, None, None] + np.arange(SHAPE[0])[:, None], column[:, None, None] + np.arange(SHAPE[1])
        canvas[of, 0, down, across] = np.maximum(canvas[of, 0, down, across], image.reshape(-1, *SHAPE))
    return canvas


def masks(corners):
    """Return which pixels lie in the square of 8 by 8 at each corner.

    Parameters
    ----------
    corners : array_like of int, of shape (..., 2)
        Rows and columns of upper left pixels.

    Returns
    -------
    ndarray of bool, of shape (..., 1, 16, 20)

    Examples
    --------
    >>> masks([0, 12])[0, :9, 11:].sum(axis=0)
    array([0, 8, 8, 8, 8, 8, 8, 8, 8])
    """
    down, across = np.indices(CANVAS[1:])
    row, column = (np.asarray(corners)[..., k, None, None, None] for k in (0, 1))
    return (row <= down) & (down < row + SHAPE[0]) & (column <= across) & (across < column + SHAPE[1])


def load_canvas_network():
    """Return a convolutional network that was trained on canvases with one and with two digits.

    Three convolutions, each with a ReLU: 3 by 3 to 12 maps, 3 by 3 to 24, and 4 by 4 to 32, with maximum pooling of
    2 by 2 after the first two, and a dense layer into ten logits. Logit c is positive where the network finds digit c.
    No bias is positive and the last layer has none.

    Returns
    -------
    Network
        A new network at every call, with weights in float64, for inputs of shape (..., 1, 16, 20).

    Examples
    --------
    >>> network, canvases = load_canvas_network(), draw_canvases(200, count=1)
    >>> logits = network.forward(canvases.images)
    >>> bool((logits.argmax(axis=-1) == canvases.labels[:, 0]).mean() >= 0.95)
    True
    """
    with np.load(DATA / "canvas_network.npz") as stored:
        K1, b1, K2, b2, K3, b3, W4 = (stored[name].astype(float) for name in ("K1", "b1", "K2", "b2", "K3", "b3", "W4"))
    lower = [Conv2d(K1, b1, padding=1), ReLU(), MaxPool2d(2), Conv2d(K2, b2, padding=1), ReLU(), MaxPool2d(2)]
    return Network([*lower, Conv2d(K3, b3), ReLU(), Flatten(), Dense(W4)])
