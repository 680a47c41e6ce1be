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

    def __reduce__(self):
        """Return what makes an equal neuron; weights that were merely unpickled could be written to."""
        return Neuron, (self.w, self.b)

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

    def on_hinge(self, a, x=None):
        r"""Tell where :math:`z(a) = 0` up to rounding: a computed root gives -1e-16 as readily as 0 (``eq-hinge``).

        Parameters
        ----------
        a : array_like of shape (..., d)
            Points.
        x : array_like of shape (..., d), optional
            The points that roots `a` were computed from. Then the rounding of that walk counts, too.

        Returns
        -------
        ndarray of shape (...)
            Whether :math:`|z(a)|` is at most :math:`2 (d + 2)\,\mathrm{eps}` times
            :math:`(|x| + |a|) \cdot |w| + |b|`, or with |a| alone.

        Notes
        -----
        Implements ``eq-hinge-rounding``. Summed in any order, z(x) and z(a) are off by at most (d + 1) eps/2 of the
        magnitudes that enter, and w·v by d eps/2 of |w|·|v|. The latter counts t times, and t |v| = |x − a|, which
        is at most |x| + |a|; so it does no harm if w·v nearly cancels. With the three roundings of x − t v all is
        half of the bound. Underflow is not counted.

        Examples
        --------
        >>> neuron, x = Neuron([3.0, -1.0], b=-0.001), np.array([1.0, 0.9])
        >>> a = x - neuron.preactivation(x) / (neuron.w @ x) * x
        >>> bool(neuron.on_hinge(a)), bool(neuron.on_hinge(a, x))
        (False, True)
        """
        a = self.points("a", a)
        x = np.zeros_like(a) if x is None else self.points("x", x)
        check.fits("a", a, "x", x)
        w, b = map(np.abs, self.parameters(a.dtype))
        few = 2 * (self.w.size + 2) * max(np.finfo(a.dtype).eps, np.finfo(x.dtype).eps)
        return np.abs(self.preactivation(a)) <= few * np.abs(x) @ w + few * np.abs(a) @ w + few * b

    def gradient(self, a, x=None):
        r"""Return the gradient at `a`, of shape (..., d): `w` where the neuron is active, 0 where it is silent.

        On the hinge, where there is no derivative, it is the limit from the active side (``eq-relu-gradient``). For `x`
        see `on_hinge`.
        """
        a = self.points("a", a)
        from_active_side = self.active(a) | self.on_hinge(a, x)
        return np.where(from_active_side[..., None], self.parameters(a.dtype)[0], 0)

    def decompose(self, x, a):
        """Return the first-order `Decomposition` of the output at `x`, expanded at `a` (``eq-epsilon-zero``).

        An `a` that misses the hinge by no more than the rounding of the way from `x` counts as lying on it, so that a
        computed root gives the decomposition of that root. Deeper on the silent side all lands in the remainder.
        """
        x = self.points("x", x)
        return decompose(self, lambda a: self.gradient(a, x), x, self.points("a", a))

    def parameters(self, dtype):
        """Return `w` and `b` in the precision `dtype`."""
        return check.cast("w", self.w, dtype), check.cast("b", np.asarray(self.b), dtype)

    def points(self, name, x):
        """Return `x` as points of shape (..., d) that fit the weights."""
        return check.points(name, x, self.w.size)
