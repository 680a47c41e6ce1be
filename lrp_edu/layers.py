"""The layers of a network (chapter ``full-network``). They keep their weights, and nothing of what they have seen."""

from functools import cached_property
from math import prod
from typing import NamedTuple

import numpy as np

from . import _check as check


class Weights:
    """A weight array and the arrays that the rules derive from it, each computed once (``eq-terms``).

    Attributes
    ----------
    full, plus, minus : ndarray
        The weights W, of shape (inputs, outputs), their positive part :math:`W^+` and their negative part :math:`W^-`,
        0 elsewhere.
    axes : int, default=1
        How many of the last axes of an input are its features, and how many of an output: 1 in a dense layer, 3 where
        the weights are those of a window that slides over images.

    Examples
    --------
    >>> Weights(np.array([[2.0, -1.0]])).plus
    array([[2., 0.]])
    """

    def __init__(self, full, axes=1):
        self.full, self.axes = check.frozen(full), axes
        self.plus, self.minus = check.sealed(np.maximum(full, 0)), check.sealed(np.minimum(full, 0))

    @cached_property
    def square(self):
        """The squares :math:`W^2`, element by element."""
        return check.sealed(self.full**2)

    @cached_property
    def ones(self):
        """An array of ones of the same shape."""
        return check.sealed(np.ones_like(self.full))

    @cached_property
    def unit(self):
        """The same `Weights` in units of their own, for each output a power of two near its largest weight."""
        _, exponents = np.frexp(np.abs(self.full).max(axis=0))
        return Weights(np.ldexp(self.full, -exponents), self.axes)


class Seen(NamedTuple):
    """What a layer saw in one forward pass (``eq-forward``).

    Attributes
    ----------
    layer : Layer
        The layer.
    a : ndarray of shape (..., inputs)
        Its inputs.
    W, b : Weights and ndarray, or None
        Its weights and its bias in the precision of the pass, if it sends its inputs through weights.
    product : ndarray of shape (..., outputs), or None
        The product `a W`, without the bias; of a maximum pooling the maxima, of a layer that is composed its outputs.
    inside : object
        What a layer that is composed keeps of its steps for the way back, in a form of its own.
    """

    layer: object
    a: np.ndarray
    W: Weights | None = None
    b: np.ndarray | None = None
    product: np.ndarray | None = None
    inside: object = None


class Layer:
    """What all layers have in common; ``eq-forward`` is a chain of them.

    Attributes
    ----------
    input_shape, output_shape : tuple, or None
        The features of an input and of an output: a number where the layer fixes it, a name where it does not. None
        where any shape will do and is kept.
    weighted : bool
        Whether the layer has weights of its own, and shares relevance by a rule that is chosen for it.
    shares : bool
        Whether the layer redistributes relevance by a rule; others hand it on.
    composed : bool
        Whether the layer shares and is made of several sums and products. It takes relevance through them itself, by
        its own ``redistribute(rule, seen, R)`` and ``losses(rule, seen, R)``: `propagate` and `losses` hand over to
        them.
    rule : Rule, or None
        The rule of a layer that shares and has no weights of its own.
    """

    input_shape = output_shape = rule = None
    weighted = shares = composed = False

    def forward(self, x):
        """Return the outputs for inputs `x`, the features on the last axes."""
        return self.see(x)[1]

    def shaped(self, shape):
        """Return the shape of an output for an input of the given shape."""
        return shape

    def held(self, shape):
        """Return how many numbers a pass holds at once for one input of the given shape: as many as the output has."""
        return prod(self.shaped(shape))

    def relprop(self, R, its):
        """Return the relevance of the inputs where the layer hands on that of the outputs, `its` is what it saw."""
        return R


class Linear(Layer):
    """What layers have in common that send their inputs through weights (``eq-forward``, ``eq-gradprop``).

    Beside it they need `apply`, which sends inputs forward through weights, and `transpose`, which sends back.

    Parameters
    ----------
    weight, bias : ndarray
        The weights, of shape (inputs, outputs), and what is added to a product with them.
    """

    shares = True

    def __init__(self, weight, bias):
        self._weight, self._bias, self._parameters = weight, bias, {}

    def parameters(self, dtype):
        """Return the `Weights` and the bias in the precision `dtype`, float32 or float64, made once."""
        if dtype not in self._parameters:
            weight, bias = check.cast("weight", self._weight, dtype), check.cast("bias", self._bias, dtype)
            self._parameters[dtype] = Weights(weight, len(self.input_shape)), check.sealed(bias)
        return self._parameters[dtype]

    def checked(self, x):
        """Return `x` as an array, if it fits the layer."""
        return check.points("x", x, self.input_shape, match="weight")

    def see(self, x):
        """Return what the layer sees in a forward pass, for the way back, and its outputs."""
        x = self.checked(x)
        W, b = self.parameters(x.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            product = self.apply(x, W.full)
            return Seen(self, x, W, b, product), check.computed("x @ weight + bias", product + b)

    def gradprop(self, dy, x=None):
        """Return the derivatives with respect to the inputs, (..., inputs), from those with respect to the outputs.

        They are the same wherever the inputs `x` are.
        """
        dy = check.points("dy", dy, self.output_shape, match="weight")
        with np.errstate(over="ignore", invalid="ignore"):
            W, _ = self.parameters(dy.dtype)
            return check.computed("dy @ weight.T", self.transpose(dy, W.full, np.shape(x)))


class Dense(Linear):
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
        self.input_shape, self.output_shape = (self.inputs,), (self.outputs,)
        super().__init__(self.weight, self.bias)

    def __repr__(self):
        return f"Dense({self.inputs} → {self.outputs})"

    def __reduce__(self):
        """Return what makes an equal layer; an array that was merely unpickled could be written to."""
        return Dense, (self.weight, self.bias)

    def shaped(self, shape):
        """Return the shape of an output, whatever that of the input."""
        return self.output_shape

    @staticmethod
    def apply(x, W):
        """Send `x` forward through the weights `W`."""
        return x @ W

    @staticmethod
    def transpose(s, W, shape=None):
        """Send `s` back through the weights `W`, to inputs of the given shape, which here the weights say."""
        return s @ W.T


class ReLU(Layer):
    r"""The rectified linear unit, :math:`a = \max(0, z)`, element by element.

    Notes
    -----
    Implements ``eq-forward``. Its derivative at exactly 0 is taken as 0, as most libraries do.

    Examples
    --------
    >>> ReLU().forward([-1.0, 2.0])
    array([0., 2.])
    """

    def __repr__(self):
        return "ReLU()"

    def see(self, x):
        """Return what the layer sees in a forward pass, for the way back, and its outputs."""
        x = check.real("x", x)
        return Seen(self, x), np.maximum(x, 0)

    def gradprop(self, dy, x):
        """Return `dy` where the unit was active at its inputs `x`, 0 where it was silent."""
        dy, x = check.real("dy", dy), check.real("x", x)
        if dy.shape != x.shape:
            raise ValueError(f"dy must have shape {x.shape} like x, got {dy.shape}")
        return dy * (x > 0)
