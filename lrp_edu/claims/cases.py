"""Random cases for the claims of the book: shapes, signs and scales that nobody chose (chapter ``checked-claims``).

One draw holds a batch: the first axis counts the cases.
"""

import numpy as np


def relative(error, magnitude):
    r"""Return the largest :math:`|\mathrm{error}| / \mathrm{magnitude}` of each case, of shape (cases,).

    Both have shape (cases, ...), or shapes that broadcast to it. An error of 0 is 0 even where the magnitude vanishes;
    any other error is infinite there.

    Examples
    --------
    >>> relative([[1e-16, 0.0], [-1.0, 3.0]], [[1.0, 0.0], [2.0, 2.0]])
    array([1.0e-16, 1.5e+00])
    """
    error, magnitude = np.broadcast_arrays(np.abs(error), magnitude)
    ratio = np.divide(error, magnitude, out=np.where(error == 0, 0.0, np.inf), where=magnitude > 0)
    return ratio.max(axis=tuple(range(1, ratio.ndim)))


def scale(rng, decades=3):
    """Return a magnitude between 10^-decades and 10^decades; each power of ten is as likely as the next."""
    return 10 ** rng.uniform(-decades, decades)


def numbers(rng, *shape, decades=3):
    """Return numbers of either sign, of unlike magnitudes, one in ten exactly 0."""
    spread = rng.normal(size=shape) * 10 ** rng.uniform(-1, 1, shape)
    return np.where(rng.random(shape) < 0.1, 0, spread * scale(rng, decades))


def neuron(rng, low=None, size=8):
    """Return points x (cases, d), not below `low`, weights w (d,), not all 0, and a bias b; about half are active."""
    d = rng.integers(1, size + 1)
    x, w = numbers(rng, rng.integers(1, 65), d), numbers(rng, d)
    w[rng.integers(d)] = rng.normal()
    x = x if low is None else np.abs(x) + low
    if rng.random() < 0.25:
        return x, np.where(x[0] @ w < 0, -w, w), 0.0
    return x, w, -x[0] @ w + np.abs(x[0]) @ np.abs(w) * scale(rng, 1)


def active(x, w, b):
    """Return `x` with each point on the silent side mirrored at the hinge."""
    z = x @ w + b
    return x - 2 * np.minimum(z, 0)[:, None] * w / (w @ w)


def box(rng, d):
    """Return bounds l <= 0 <= h, each of shape (d,), and points (cases, d) between them, some at a bound."""
    low, high = -np.abs(numbers(rng, d)), np.abs(numbers(rng, d)) + scale(rng)
    place = np.clip(rng.uniform(-0.2, 1.2, (rng.integers(1, 65), d)), 0, 1)
    return low, high, np.where(place < 1, np.clip(low + place * (high - low), low, high), high)


def layer(rng, low=None, size=6):
    """Return activations a (cases, inputs), weights W (inputs, outputs) and relevance R (cases, outputs)."""
    cases, inputs, outputs = rng.integers(1, 65), *rng.integers(1, size + 1, 2)
    a, W, R = numbers(rng, cases, inputs), numbers(rng, inputs, outputs), numbers(rng, cases, outputs)
    return (a if low is None else np.abs(a) + low), W, R


def network(rng, depth=3, size=6):
    """Return points x (cases, inputs) and parameters [(W, b), ...] of one to `depth` layers, a ReLU between them."""
    sizes = rng.integers(1, size + 1, rng.integers(2, depth + 2))
    shapes = zip(sizes, sizes[1:], strict=False)
    parameters = [(numbers(rng, *shape, decades=1), numbers(rng, shape[1], decades=1)) for shape in shapes]
    return numbers(rng, rng.integers(1, 65), sizes[0], decades=1), parameters
