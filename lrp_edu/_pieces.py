"""Large batches in pieces: what is computed on the way to a result is gone before the next piece begins."""

from itertools import chain
from math import prod

import numpy as np

#: So many numbers of the inputs are worked off in one piece: larger ones wait for memory, smaller ones for Python.
PIECE = 2**20


def pieces(x):
    """Return slices that cut points `x`, of shape (n, *features), into pieces; there is at least one."""
    size = max(1, PIECE // prod(x.shape[1:]))
    return [slice(start, start + size) for start in range(0, max(len(x), 1), size)]


def in_pieces(compute, x, target, axes=1):
    """Return the arrays that ``compute(x, target)`` returns, each of shape (n, ...), for a batch of any shape (...).

    `x` has shape (..., *features) with so many `axes` of features, `target` shape (...) or is None. What one piece
    needs is gone before the next begins.
    """
    batch = x.shape[:-axes]
    points, target = flat(x, len(batch)), None if target is None else target.ravel()
    cut = pieces(points)
    parts = (compute(points[piece], None if target is None else target[piece]) for piece in cut)
    found = first = next(parts)
    if len(cut) > 1:
        found = [np.empty((len(points), *array.shape[1:]), array.dtype) for array in first]
        for piece, part in zip(cut, chain([first], parts), strict=True):
            for array, values in zip(found, part, strict=True):
                array[piece] = values
    return [array.reshape((*batch, *array.shape[1:])) for array in found]


def flat(array, batch):
    """Return an array of shape (..., *features), with so many axes of the batch, as one of shape (n, *features)."""
    return array.reshape(-1, *array.shape[batch:])
