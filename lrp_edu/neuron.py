"""One neuron with a ReLU (chapter ``relu-neuron``)."""

import numpy as np

from . import _check as check
from .first_order import decompose


class Neuron:
    r"""A neuron with weights `w`, a bias `b` and a ReLU.

    .. math:: f(x) = \max(0, z), \qquad z = \sum_i w_i x_i + b

    Parameters
    ----------
    w : array_like of shape (d,)
        Weights.
    b : float, default=0.0
        Bias.

    Raises
    ------
    ValueError
        If `w` is not a vector of finite numbers, or `b` not a finite number.

    Notes
    -----
    Implements ``eq-relu-neuron``. All methods take points of shape (..., d).

    Examples
    --------
    >>> neuron = Neuron([2.0, 1.0], b=-1.0)
    >>> neuron([[1.0, 1.0], [0.0, 0.5]])
    array([2., 0.])
    """

    def __init__(self, w, b=0.0):
        self.w = check.frozen(check.vector("w", w))
        self.b = check.scalar("b", b)

    def __repr__(self):
        return f"Neuron({self.w.tolist()}, b={self.b})"

    def __call__(self, x):
        """Return the output, of shape (...)."""
        return np.maximum(0, self.preactivation(x))

    def preactivation(self, x):
        """Return :math:`z`, of shape (...)."""
        x = self.points("x", x)
        w, b = self.parameters(x.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            return check.computed("w @ x + b", x @ w + b)

    def active(self, x):
        """Tell where :math:`z > 0` (``eq-relu-neuron``, case ii)."""
        return self.preactivation(x) > 0

    def on_hinge(self, x):
        """Tell where :math:`z = 0` up to rounding: a computed root gives -1e-16 as readily as 0 (``eq-hinge``).

        The rounding is that of the sum at `x`. A root much nearer to the origin than the point it was computed from
        carries the rounding of that point, which is larger, and may be missed.
        """
        x = self.points("x", x)
        w, b = self.parameters(x.dtype)
        few = 8 * np.finfo(x.dtype).eps
        return np.abs(self.preactivation(x)) <= few * np.abs(x) @ np.abs(w) + few * np.abs(b)

    def gradient(self, x):
        r"""Return the gradient, of shape (..., d): `w` where the neuron is active, 0 where it is silent.

        On the hinge, where there is no derivative, it is the limit from the active side (``eq-relu-gradient``).
        """
        x = self.points("x", x)
        speaks = self.active(x) | self.on_hinge(x)
        return np.where(speaks[..., None], self.parameters(x.dtype)[0], 0)

    def decompose(self, x, a):
        """Return the first-order `Decomposition` of the output at `x`, expanded at `a` (``eq-epsilon-zero``).

        An `a` that misses the hinge by more than `on_hinge` allows counts for what it is: on the silent side all lands
        in the remainder. `roots.relevance` takes the limit from the active side at a root, however it was rounded.
        """
        return decompose(self, self.gradient, self.points("x", x), self.points("a", a))

    def parameters(self, dtype):
        """Return `w` and `b` in the precision `dtype`."""
        return check.cast("w", self.w, dtype), check.cast("b", np.asarray(self.b), dtype)

    def points(self, name, x):
        """Return `x` as points of shape (..., d) that fit the weights."""
        return check.points(name, x, self.w.size)
