"""Checks of what is passed in: each returns a clean array or raises a ``ValueError`` that names the argument."""

import numpy as np


def rows(name, value):
    """Return `value` as an array; rows of several lengths are refused."""
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must hold rows of one length, got {value!r}") from None


def real(name, value, dtype=None):
    """Return `value` as an array of float32 or float64; NaN, infinity and what is not real are refused.

    The precision is the value's own, or `dtype`, which must be able to hold it.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        rows(name, value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    precision = array.dtype.type if array.dtype.type in (np.float32, np.float64) else np.float64
    if array.dtype != precision:
        with np.errstate(over="ignore"):
            array = array.astype(precision)
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array)][0]
        raise ValueError(f"{name} must hold finite numbers, got {bad}")
    return array if dtype is None or array.dtype == dtype else cast(name, array, dtype)


def scalar(name, value):
    """Return `value` as a Python float."""
    array = real(name, value)
    if array.ndim:
        raise ValueError(f"{name} must be a single number, got shape {array.shape}")
    return float(array)


def vector(name, value, size=None, match="x"):
    """Return `value` as an array of shape (size,)."""
    array = real(name, value)
    if size is not None and array.shape != (size,):
        raise ValueError(f"{name} must have shape ({size},) to match {match}, got {array.shape}")
    if array.ndim != 1 or not array.size:
        raise ValueError(f"{name} must have shape (d,) with d >= 1, got {array.shape}")
    return array


def points(name, value, shape, match="w"):
    """Return `value` as an array of shape (..., *shape). A number stands for (number,), a name for any size."""
    array, shape = real(name, value), shape if isinstance(shape, tuple) else (shape,)
    found = array.shape[-len(shape) :]
    if len(found) < len(shape) or any(n != size for n, size in zip(found, shape, strict=True) if size != str(size)):
        shape = ", ".join(map(str, shape))
        raise ValueError(f"{name} must have shape (..., {shape}) to match {match}, got {array.shape}")
    return array


def fits(name, array, match, other):
    """Refuse an array of points whose batch does not broadcast against that of others."""
    try:
        np.broadcast_shapes(array.shape, other.shape)
    except ValueError:
        raise ValueError(f"{name} must fit the shape {other.shape} of {match}, got {array.shape}") from None


def two(name, value, bound):
    """Return a whole number of at least `bound`, or two of them, as a pair."""
    array = rows(name, value)
    pair = np.broadcast_to(array, 2).tolist() if array.shape in ((), (2,)) else [None]
    if any(type(number) is not int or number < bound for number in pair):
        raise ValueError(f"{name} must be a whole number of at least {bound}, or two of them, got {value!r}")
    return tuple(pair)


def at_least(name, value, bound):
    """Return `value` as a Python float that is not below `bound`."""
    number = scalar(name, value)
    if number < bound:
        raise ValueError(f"{name} must be at least {bound}, got {number}")
    return number


def box(low, high, shape):
    """Return the bounds of a box as two arrays that broadcast to `shape`; a number stands for (number,).

    Each is a number, or an array with one for each place or, where `shape` has several axes, for each on the first.
    """
    shape = shape if isinstance(shape, tuple) else (shape,)
    first, bounds = shape[:1], []
    for name, bound in (("low", real("low", low)), ("high", real("high", high))):
        if bound.shape not in ((), first, shape):
            shapes = f"{first} or {shape}" if first != shape else f"{shape}"
            raise ValueError(f"{name} must be a number or have shape {shapes}, got {bound.shape}")
        bounds.append(bound.reshape(first + (1,) * len(shape[1:])) if bound.shape == first else bound)
    ordered(*bounds)
    return bounds


def ordered(low, high):
    """Refuse bounds of which the lower exceeds the upper."""
    low, high = np.asarray(low), np.asarray(high)
    if not np.all(low <= high):
        raise ValueError(f"low must not exceed high, got low={low.tolist()} and high={high.tolist()}")


def computed(name, array):
    """Return a result; one that left the range of its precision is refused."""
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must stay within the range of {array.dtype}, but it overflowed")
    return array


def cast(name, array, dtype):
    """Return `array`, of finite numbers, in the precision `dtype`, which must be able to hold it."""
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):
        return computed(name, array.astype(dtype))


def frozen(array):
    """Return a copy of `array` that cannot be written to."""
    return sealed(np.array(array))


def sealed(array):
    """Return `array` itself, which nobody else holds and which can no longer be written to."""
    array.setflags(write=False)
    return array
