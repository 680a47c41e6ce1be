"""Sequences that hide two numbers, and small recurrent networks that add or subtract them.

The task is one of Arras et al. (2019): a sequence of pairs is zero but for two steps, (n_1, 0) and later (0, n_2). What
each step is worth is known, so a heatmap can be wrong. The networks are trained by ``tools/train_sequence.py``.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .layers import Dense
from .network import Network
from .recurrence import LSTM

__all__ = ["TASKS", "Sequences", "draw_sequences", "hide", "load_sequence_networks"]

#: What the networks compute, and the sign of the second number in it.
TASKS = {"sum": 1, "difference": -1}
#: The least and the largest number of steps that they were trained on.
STEPS = (4, 10)

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Sequences:
    """Sequences, the two numbers in each, and their steps.

    Parameters
    ----------
    x : ndarray of shape (n, steps, 2)
        Zero but for ``x[k, places[k, 0], 0]``, the first number, and ``x[k, places[k, 1], 1]``, the second.
    numbers : ndarray of shape (n, 2)
        Between 0.5 and 1, or between -1 and -0.5.
    places : ndarray of int, of shape (n, 2)
        The steps at which they stand; the first number comes first.
    """

    x: np.ndarray
    numbers: np.ndarray
    places: np.ndarray

    def of_numbers(self, R):
        """Return what the steps of the two numbers have of an array of shape (n, steps, ...): (n, 2, ...)."""
        return R[np.arange(len(self.places))[:, None], self.places]


def draw_sequences(n, steps=8, *, seed=0):
    """Return sequences with two numbers at random at two random steps.

    Parameters
    ----------
    n : int
        How many sequences.
    steps : int, default=8
        How long they are, at least 2. The networks know lengths from 4 to 10.
    seed : int or numpy.random.Generator, default=0
        The same seed gives the same sequences.

    Returns
    -------
    Sequences

    Raises
    ------
    ValueError
        If there are fewer than 2 steps.

    Examples
    --------
    >>> drawn = draw_sequences(1000, steps=5)
    >>> drawn.x.shape, bool((drawn.places[:, 0] < drawn.places[:, 1]).all())
    ((1000, 5, 2), True)
    """
    if steps < 2:
        raise ValueError(f"steps must be at least 2, got {steps}")
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(0.5, 1, (n, 2)) * rng.choice([-1, 1], (n, 2))
    places = np.sort(rng.random((n, steps)).argsort(axis=1)[:, :2], axis=1)
    return Sequences(hide(numbers, places, steps), numbers, places)


def hide(numbers, places, steps):
    """Return sequences of zeros with two numbers at their places.

    Parameters
    ----------
    numbers, places : array_like of shape (n, 2)
        The two numbers of each sequence, and their steps.
    steps : int
        How long the sequences are.

    Returns
    -------
    ndarray of shape (n, steps, 2)

    Raises
    ------
    ValueError
        If a place does not lie in the sequence.

    Examples
    --------
    >>> hide([[0.5, -1.0]], [[0, 2]], 3)[0]
    array([[ 0.5,  0. ],
           [ 0. ,  0. ],
           [ 0. , -1. ]])
    """
    numbers, places = np.asarray(numbers, float), np.asarray(places)
    if places.min(initial=0) < 0 or places.max(initial=0) >= steps:
        raise ValueError(f"places must lie between 0 and {steps - 1}, got {places.tolist()}")
    x = np.zeros((len(numbers), steps, 2))
    x[np.arange(len(numbers))[:, None], places, [0, 1]] = numbers
    return x


def load_sequence_networks(task="sum"):
    """Return recurrent networks, each trained from other random weights to add or to subtract the two numbers.

    Each is an LSTM with one unit, from 2 inputs, and a dense layer without a bias into one output: 17 numbers.

    Parameters
    ----------
    task : {"sum", "difference"}, default="sum"
        Whether they return n_1 + n_2 or n_1 - n_2.

    Returns
    -------
    list of Network
        Twenty, new at every call, with weights in float64, for inputs of shape (..., steps, 2).

    Raises
    ------
    ValueError
        If there is no such task.

    Examples
    --------
    >>> drawn, networks = draw_sequences(1000), load_sequence_networks()
    >>> errors = [network.forward(drawn.x)[:, 0] - drawn.numbers.sum(axis=1) for network in networks]
    >>> bool(np.mean(np.square(errors)) < 1e-3)
    True
    """
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {task!r}")
    with np.load(DATA / "sequence_network.npz") as stored:
        names = ("weight_ih", "weight_hh", "bias", "readout")
        parameters = zip(*(stored[f"{task}_{name}"].astype(float) for name in names), strict=True)
    return [Network([LSTM(W_ih, W_hh, b), Dense(readout)]) for W_ih, W_hh, b, readout in parameters]
