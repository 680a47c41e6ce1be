"""The layers of a network (chapter ``full-network``).

Like the layers of a textbook's backpropagation, each remembers what its last forward pass saw.
"""

from functools import cached_property

import numpy as np

from . import _check as check


class Weights:
    """A weight array and the arrays that the rules derive from it, each computed once (``eq-terms``).

    >>> Weights(np.array([[2.0, -1.0]])).plus
    array([[2., 0.]])
    """

    def __init__(self, full):
        self.full = check.frozen(full)
        self._boosted = {}

    @cached_property
    def plus(self):
        """The positive part :math:`W^+`, 0 elsewhere."""
        return np.maximum(self.full, 0)

    @cached_property
    def minus(self):
        """The negative part :math:`W^-`, 0 elsewhere."""
        return np.minimum(self.full, 0)

    @cached_property
    def unit(self):
        """The weights in a unit of each output's own, a power of two near its largest: no share depends on it."""
        _, exponents = np.frexp(np.abs(self.full).max(axis=0))
        return np.ldexp(self.full, -exponents)

    @cached_property
    def square(self):
        """The squares :math:`W^2`, element by element, of weights in their `unit`: none is too large or too small."""
        return self.unit**2

    @cached_property
    def ones(self):
        """An array of ones of the same shape."""
        return np.ones_like(self.full)

    def boosted(self, gamma):
        r""":math:`W + \gamma W^+`, for a number `gamma`, of weights in their `unit`."""
        if gamma not in self._boosted:
            self._boosted[gamma] = self.unit + gamma * np.maximum(self.unit, 0)
        return self._boosted[gamma]


class Dense:
    r"""A fully connected layer.

    .. math:: z_j = \sum_i x_i W_{ij} + b_j

    Parameters
    ----------
    weight : array_like of shape (inputs, outputs)
        ``weight[i, j]`` leads from input i to output j.
    bias : array_like of shape (outputs,), optional
        Zero if not given.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is not finite.

    Notes
    -----
    Implements ``eq-forward`` and ``eq-gradprop``. The layer computes in the precision of its input.

    Examples
    --------
    >>> layer = Dense([[1.0, 2.0], [1.0, -1.0]], bias=[0.0, 1.0])
    >>> layer.forward([3.0, 1.0])
    array([4., 6.])
    """

    weighted = True

    def __init__(self, weight, bias=None):
        weight = check.real("weight", weight)
        if weight.ndim != 2 or not weight.size:
            raise ValueError(f"weight must have shape (inputs, outputs), got {weight.shape}")
        self.inputs, self.outputs = weight.shape
        bias = np.zeros(self.outputs) if bias is None else check.vector("bias", bias, self.outputs, match="weight")
        self.weight, self.bias = check.frozen(weight), check.frozen(bias)
        self._parameters = {}
        self.x = None

    def __repr__(self):
        return f"Dense({self.inputs} → {self.outputs})"

    def parameters(self, dtype):
        """Return the `Weights` and the bias in the precision `dtype`, made once."""
        if dtype not in self._parameters:
            weight, bias = check.cast("weight", self.weight, dtype), check.cast("bias", self.bias, dtype)
            self._parameters[dtype] = Weights(weight), bias
        return self._parameters[dtype]

    def forward(self, x):
        """Return the outputs, of shape (..., outputs), for inputs of shape (..., inputs)."""
        self.x = check.points("x", x, self.inputs, match="weight")
        W, b = self.parameters(self.x.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            self._product = self.x @ W.full
            return check.computed("x @ weight + bias", self._product + b)

    def gradprop(self, dy):
        """Return the derivatives by the inputs, of shape (..., inputs), from those by the outputs."""
        dy = check.points("dy", dy, self.outputs, match="weight")
        with np.errstate(over="ignore", invalid="ignore"):
            return check.computed("dy @ weight.T", self.transpose(dy, self.parameters(dy.dtype)[0].full))

    def apply(self, x, W):
        """Send `x` forward through the weights `W`; what the forward pass computed is not computed again."""
        if x is self.x and W is self.parameters(x.dtype)[0].full:
            return self._product
        return x @ W

    @staticmethod
    def transpose(s, W):
        """Send `s` back through the weights `W`."""
        return s @ W.T


class ReLU:
    r"""The rectified linear unit, :math:`a = \max(0, z)`, element by element.

    Notes
    -----
    Implements ``eq-forward``. Its derivative at exactly 0 is taken as 0, as most libraries do.

    Examples
    --------
    >>> ReLU().forward([-1.0, 2.0])
    array([0., 2.])
    """

    weighted = False

    def __init__(self):
        self.x = None

    def __repr__(self):
        return "ReLU()"

    def forward(self, x):
        """Return the activations, of the shape of `x`."""
        self.x = check.real("x", x)
        return np.maximum(self.x, 0)

    def gradprop(self, dy):
        """Return `dy` where the unit was active, 0 where it was silent."""
        if self.x is None:
            raise RuntimeError("forward(x) must be called first: dy is propagated through what it saw")
        dy = check.real("dy", dy)
        if dy.shape != self.x.shape:
            raise ValueError(f"dy must have shape {self.x.shape} like the last input, got {dy.shape}")
        return dy * (self.x > 0)
