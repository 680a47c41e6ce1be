"""Large batches in pieces: what is computed on the way to a result is gone before the next piece begins."""

from itertools import chain

import numpy as np

#: A layer holds so many numbers of one piece: larger ones wait for memory, smaller ones for Python.
PIECE = 2**20


def pieces(x, largest):
    """Return slices that cut points `x` into pieces, at least one; `largest` counts a layer's numbers for one point."""
    size = max(1, PIECE // largest)
    return [slice(start, start + size) for start in range(0, max(len(x), 1), size)]


def in_pieces(compute, x, target, batch, largest):
    """Return the arrays that ``compute(x, target)`` returns, each of shape (n, ...), for a batch of any shape (...).

    `x` has shape (*batch, *features), `target` the shape of the batch, or is None. What one piece needs is gone before
    the next begins.
    """
    points, target = flat(x, len(batch)), None if target is None else target.ravel()
    cut = pieces(points, largest)
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
