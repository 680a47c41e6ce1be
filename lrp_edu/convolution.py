r"""Layers for images: convolution and pooling, and batch norm folded into them (chapter ``convolutions``).

Each slides a window over images of shape (..., channels, height, width), as in torch. For each place of the window
`places` gives a view of the images: what all windows have there. Forward the layers add up these views, each with its
weight; backward they add to the same views what comes back.

In memory the batch comes last, (channels, height, width, n). A view then has long rows, and all windows of a batch go
through the weights in one matrix product. To the outside the axes stand in their usual order.
"""

from functools import reduce
from math import prod
from typing import NamedTuple

import numpy as np

from . import _check as check
from .layers import Dense, Layer, Linear, Seen
from .rules import LRP0

#: So many numbers of all windows are held at once, or one row. They stay in the processor's cache to the next step.
BAND = 2**16


def bands(rows, columns, n, numbers):
    """Return slices that cut the rows of all windows, each of so many numbers, into bands (``eq-unrolled``)."""
    height = max(1, BAND // max(1, columns * n * numbers))
    return [slice(start, start + height) for start in range(0, rows, height)]


class Windows(NamedTuple):
    """The windows of a layer, patches of an image, one for each of its outputs p in ``eq-convolution``.

    Attributes
    ----------
    size, stride, padding : pair of int
        Height and width of a window; how far it moves; how many rows and columns are put around an image.
    """

    size: tuple
    stride: tuple
    padding: tuple = (0, 0)

    def count(self, shape):
        """Return how many rows and columns of windows fit into images of shape (..., channels, height, width)."""
        room = [n + 2 * p - k for n, p, k in zip(shape[-2:], self.padding, self.size, strict=True)]
        return [space // step + 1 for space, step in zip(room, self.stride, strict=True)]

    def holding(self, layer, x):
        """Return images `x` for a layer, which must hold at least one window."""
        x = check.points("x", x, layer.input_shape, match=f"{layer}")
        if min(self.count(x.shape)) < 1 or not min(x.shape[-2:]):
            size = "{} × {}".format(*(max(1, k - 2 * p) for k, p in zip(self.size, self.padding, strict=True)))
            raise ValueError(f"x must have images of at least {size} for {layer}, got {x.shape}")
        return x

    def places(self, images):
        """Return, for each place of a window, row by row, a view of what all windows have there.

        `images` are those that `padded` returns, each view has the shape (channels, rows, columns, n).
        """
        (height, width), (down, right) = self.size, self.stride
        rows, columns = (images.shape[1] - height) // down + 1, (images.shape[2] - width) // right + 1
        corners = [(i, j) for i in range(height) for j in range(width)]
        return [images[:, i : i + down * rows : down, j : j + right * columns : right] for i, j in corners]

    def padded(self, x, around=0):
        """Return images (..., channels, height, width) as (channels, height, width, n), with a number around them."""
        if not any(self.padding):
            return np.ascontiguousarray(batch_last(x))
        images = self.filled(around, x.shape, x.dtype)
        self.inside(images)[...] = batch_last(x)
        return images

    def filled(self, number, shape, dtype):
        """Return a number in each place of images (..., channels, height, width) and of what is put around them."""
        (*batch, channels, height, width), (top, left) = shape, self.padding
        return np.full((channels, height + 2 * top, width + 2 * left, prod(batch)), number, dtype)

    def inside(self, images):
        """Return a view of images without their padding."""
        _, height, width, _ = images.shape
        top, left = self.padding
        return images[:, top : height - top, left : width - left]


def pooled(size, stride, padding):
    """Return the windows of a pooling (``eq-avg-pool``, ``eq-max-pool``), each of which must hold a number."""
    size, padding = check.two("size", size, 1), check.two("padding", padding, 0)
    stride = size if stride is None else check.two("stride", stride, 1)
    if any(2 * p > k for p, k in zip(padding, size, strict=True)):
        raise ValueError(f"padding must be at most half of size, {_told(size)}, got {_told(padding)}")
    return Windows(size, stride, padding)


def fitting(layer, dy, x):
    """Return derivatives with respect to the outputs, which must have their shape (``eq-gradprop``)."""
    dy, shape = check.real("dy", dy), np.shape(x)
    shape = (*shape[:-3], *layer.shaped(shape[-3:]))
    if dy.shape != shape:
        raise ValueError(f"dy must have shape {shape} to match x, got {dy.shape}")
    return dy


def batch_last(x):
    """Return images (..., channels, height, width) as (channels, height, width, n), a view (``eq-convolution``)."""
    return np.moveaxis(x.reshape(-1, *x.shape[-3:]), 0, -1)


def batch_first(images, batch):
    """Return images (channels, height, width, n) as (*batch, channels, height, width), a view (``eq-convolution``)."""
    return np.moveaxis(images, -1, 0).reshape(*batch, *images.shape[:3])


class Conv2d(Linear):
    r"""A convolution: at each place of an image the same dense layer, which sees a window of it.

    .. math:: z_{k,p} = \sum_{m,q} x_{m,\,p + q}\, K_{km,q} + b_k

    Parameters
    ----------
    weight : array_like of shape (outputs, inputs, height, width)
        The kernels: ``weight[k, m]`` is K of output map k for input channel m, at each place q of a window.
    bias : array_like of shape (outputs,), optional
        Zero if not given.
    stride : int or pair of int, default=1
        How far a window is from the next: rows and columns of corners p.
    padding : int or pair of int, default=0
        How many rows and columns of zeros surround an image on each side, so that p begins that far outside of it.
        They are no inputs, and receive nothing.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is not finite.

    Notes
    -----
    Implements ``eq-convolution``, and with any rule ``eq-unrolled``. Images have shape (..., inputs, height, width).
    The kernel is not turned around, as in torch; there is no dilation, and there are no groups. A window that holds
    nothing but padding has a bias and no input: what it has is without a receiver, and the audit says so.

    Examples
    --------
    >>> layer = Conv2d([[[[1.0, -1.0]]]])
    >>> layer.forward([[[1.0, 3.0, 2.0], [0.0, 0.0, 5.0]]])
    array([[[-2.,  1.],
            [ 0., -5.]]])
    """

    weighted = True

    def __init__(self, weight, bias=None, stride=1, padding=0):
        weight = check.real("weight", weight)
        if weight.ndim != 4 or not weight.size:
            raise ValueError(f"weight must have shape (outputs, inputs, height, width), got {weight.shape}")
        self.outputs, self.inputs, *size = weight.shape
        bias = np.zeros(self.outputs) if bias is None else check.vector("bias", bias, self.outputs, match="weight")
        self.weight, self.bias = check.frozen(weight), check.frozen(bias)
        self.input_shape, self.output_shape = ((n, "height", "width") for n in (self.inputs, self.outputs))
        self.windows = Windows(tuple(size), check.two("stride", stride, 1), check.two("padding", padding, 0))
        super().__init__(self.weight.reshape(self.outputs, -1).T, self.bias[:, None, None])

    def __repr__(self):
        (height, width), stride, padding = self.windows.size, *map(_told, self.windows[1:])
        settings = (stride != "1") * f", stride {stride}" + (padding != "0") * f", padding {padding}"
        return f"Conv2d({self.inputs} → {self.outputs}, {height} × {width}{settings})"

    def __reduce__(self):
        """Return what makes an equal layer; an array that was merely unpickled could be written to."""
        return Conv2d, (self.weight, self.bias, self.windows.stride, self.windows.padding)

    def checked(self, x):
        """Return images `x` as an array, if they fit the layer."""
        return self.windows.holding(self, x)

    def gradprop(self, dy, x):
        """Return the derivatives with respect to images `x` from those with respect to the outputs."""
        return super().gradprop(fitting(self, dy, x), x)

    def shaped(self, shape):
        """Return the shape of an output for an image of the given shape."""
        return (self.outputs, *self.windows.count(shape))

    def apply(self, x, W):
        """Send `x` forward: each window through the weights `W`, of shape (inputs of a window, outputs)."""
        places = self.windows.places(self.windows.padded(x))
        _, *shape = places[0].shape
        z = np.empty((W.shape[1], *shape), x.dtype)
        for band in bands(*shape, len(W)):
            windows = np.stack([place[:, band] for place in places], axis=1)
            z[:, band] = (W.T @ windows.reshape(len(W), -1)).reshape(len(z), *windows.shape[2:])
        return batch_first(z, x.shape[:-3])

    def transpose(self, s, W, shape):
        """Send `s` back: through the weights `W` to each window, and from there to images of the given shape."""
        s, images = batch_last(s), self.windows.filled(0, shape, s.dtype)
        places = self.windows.places(images)
        for band in bands(*s.shape[1:], len(W)):
            windows = (W @ s[:, band].reshape(len(s), -1)).reshape(self.inputs, len(places), *s[:, band].shape[1:])
            for k, place in enumerate(places):
                place[:, band] += windows[:, k]
        return batch_first(self.windows.inside(images), shape[:-3])


class AvgPool2d(Linear):
    r"""The mean of each window. A linear layer with the weights 1/k², which shares by LRP-0.

    .. math:: R_i = \sum_{j:\, i \in B_j} \frac{a_i}{\sum_{h \in B_j} a_h}\, R_j

    Parameters
    ----------
    size : int or pair of int
        Height and width of a window, B_j.
    stride : int or pair of int, optional
        How far a window is from the next, by default its size. With less they overlap.
    padding : int or pair of int, default=0
        How many rows and columns of zeros surround an image on each side, at most half of `size`. They count in the
        mean, and receive nothing.

    Raises
    ------
    ValueError
        If these are no whole numbers, or do not fit together.

    Notes
    -----
    Implements ``eq-avg-pool``. Made for values that are not negative, as after a ReLU: where values of both signs
    nearly cancel, shares are large. A window whose values add up to 0 has no receiver: the audit says so. As in torch,
    rows and columns that fill no window are left out, and receive nothing; there is no ceil_mode.

    Examples
    --------
    >>> AvgPool2d(2).forward([[[1.0, 3.0, 7.0], [0.0, 0.0, 7.0]]])
    array([[[1.]]])
    """

    rule = LRP0()
    input_shape = output_shape = ("channels", "height", "width")

    def __init__(self, size, stride=None, padding=0):
        self.windows = pooled(size, stride, padding)
        height, width = self.windows.size
        super().__init__(np.full((height * width, 1), 1 / (height * width)), np.zeros(()))

    def __repr__(self):
        return f"AvgPool2d({_pooling(self.windows)})"

    def __reduce__(self):
        """Return what makes an equal layer."""
        return AvgPool2d, tuple(self.windows)

    def checked(self, x):
        """Return images `x` as an array, if they fit the layer."""
        return self.windows.holding(self, x)

    def gradprop(self, dy, x):
        """Return the derivatives with respect to images `x` from those with respect to the outputs."""
        return super().gradprop(fitting(self, dy, x), x)

    def shaped(self, shape):
        """Return the shape of an output for an image of the given shape."""
        return (shape[0], *self.windows.count(shape))

    def apply(self, x, W):
        """Send `x` forward: the sum of each window, with the weights `W`."""
        z = sum(place * w for place, (w,) in zip(self.windows.places(self.windows.padded(x)), W, strict=True))
        return batch_first(z, x.shape[:-3])

    def transpose(self, s, W, shape):
        """Send `s` back to each place of its window, with the weights `W`, in images of the given shape."""
        s, images = batch_last(s), self.windows.filled(0, shape, s.dtype)
        for place, (w,) in zip(self.windows.places(images), W, strict=True):
            place += s * w
        return batch_first(self.windows.inside(images), shape[:-3])


class MaxPool2d(Layer):
    r"""The maximum of each window. In the backward passes the winner takes all.

    .. math:: R_i = \sum_{j:\, i \in B_j} \begin{cases} R_j & i \text{ is the first maximum of } B_j \\
              0 & \text{else} \end{cases}

    Parameters
    ----------
    size : int or pair of int
        Height and width of a window, B_j.
    stride : int or pair of int, optional
        How far a window is from the next, by default its size. With less they overlap.
    padding : int or pair of int, default=0
        How many rows and columns surround an image on each side, at most half of `size`. They are less than any number,
        and never win.

    Raises
    ------
    ValueError
        If these are no whole numbers, or do not fit together.

    Notes
    -----
    Implements ``eq-max-pool``. Of several equal values the first one wins, row by row, so nothing is lost, and the
    audit has no row for it. As in torch, rows and columns that fill no window are left out, and receive nothing; there
    is no ceil_mode, and there is no dilation.

    Examples
    --------
    >>> layer = MaxPool2d(2)
    >>> layer.forward([[[1.0, 3.0, 7.0], [3.0, 0.0, 7.0]]])
    array([[[3.]]])
    >>> layer.gradprop([[[5.0]]], [[[1.0, 3.0, 7.0], [3.0, 0.0, 7.0]]])
    array([[[0., 5., 0.],
            [0., 0., 0.]]])
    """

    input_shape = output_shape = ("channels", "height", "width")

    def __init__(self, size, stride=None, padding=0):
        self.windows = pooled(size, stride, padding)

    def __repr__(self):
        return f"MaxPool2d({_pooling(self.windows)})"

    def __reduce__(self):
        """Return what makes an equal layer."""
        return MaxPool2d, tuple(self.windows)

    def places(self, x):
        """Return what all windows have at each of their places; outside of the image that is less than any number."""
        return self.windows.places(self.windows.padded(x, -np.inf))

    def see(self, x):
        """Return what the layer sees in a forward pass, for the way back, and its outputs."""
        x = self.windows.holding(self, x)
        first, *others = self.places(x)
        y = batch_first(reduce(np.maximum, others, first.copy()), x.shape[:-3])
        return Seen(self, x, product=y), y

    def gradprop(self, dy, x):
        """Return the derivatives with respect to images `x` from those with respect to the outputs."""
        its, _ = self.see(x)
        return self.relprop(fitting(self, dy, x), its)

    def shaped(self, shape):
        """Return the shape of an output for an image of the given shape."""
        return (shape[0], *self.windows.count(shape))

    def relprop(self, R, its):
        """Return the relevance of the outputs as that of the images: all of it goes to the winners."""
        largest, left = batch_last(its.product), batch_last(R).copy()
        shared = self.windows.filled(0, its.a.shape, R.dtype)
        for place, own in zip(self.places(its.a), self.windows.places(shared), strict=True):
            won = left * (place == largest)
            own += won  # to what it may have won elsewhere
            left -= won  # for a later place that holds the maximum too
        return batch_first(self.windows.inside(shared), its.a.shape[:-3])


class Flatten(Layer):
    """Images (..., channels, height, width) as rows of numbers, (..., channels · height · width), as in torch.

    Notes
    -----
    It computes nothing: a `Dense` layer above is that of ``eq-forward``. Relevance is handed on in the images' shape.

    Examples
    --------
    >>> Flatten().forward([[[1.0, 2.0], [3.0, 4.0]]])
    array([1., 2., 3., 4.])
    """

    input_shape, output_shape = ("channels", "height", "width"), ("features",)

    def __repr__(self):
        return "Flatten()"

    def see(self, x):
        """Return what the layer sees in a forward pass, for the way back, and its outputs."""
        x = check.points("x", x, self.input_shape, match=f"{self}")
        return Seen(self, x), x.reshape(*x.shape[:-3], *self.shaped(x.shape[-3:]))

    def gradprop(self, dy, x):
        """Return derivatives with respect to the outputs as those with respect to the inputs `x`."""
        x = check.points("x", x, self.input_shape, match=f"{self}")
        return fitting(self, dy, x).reshape(x.shape)

    def shaped(self, shape):
        """Return the shape of an output for an image of the given shape."""
        return (prod(shape),)

    def relprop(self, R, its):
        """Return the relevance of the outputs in the shape of the images."""
        return R.reshape(its.a.shape)


def fold_batch_norm(layer, scale, shift, mean, variance, eps=1e-5):
    r"""Return one layer that computes what a layer and the batch norm behind it compute.

    .. math:: w'_{ij} = w_{ij}\, g_j, \qquad b'_j = (b_j - \text{mean}_j)\, g_j + \text{shift}_j,
              \qquad g_j = \frac{\text{scale}_j}{\sqrt{\text{variance}_j + \epsilon}}

    Parameters
    ----------
    layer : Dense or Conv2d
        The layer right below the batch norm.
    scale, shift, mean, variance : array_like of shape (outputs,)
        What the batch norm learned, ``weight`` and ``bias`` in torch, and the mean and variance that it holds after
        training. In a convolution there is one of each for a map.
    eps : float, default=1e-5
        What it adds to the variance.

    Returns
    -------
    Dense or Conv2d
        A new layer.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a variance with `eps` is not positive.

    Notes
    -----
    Implements ``eq-batch-norm``. Fold before you explain: two layers one upon the other would be shared by two rules,
    which gives other numbers with rules that look at the sign of a weight, if a scale is negative, and with rules that
    have the bias in a denominator. A batch norm that stands elsewhere, such as below a ReLU and a convolution, has no
    such layer to be folded into.

    Examples
    --------
    >>> folded = fold_batch_norm(Dense([[2.0]], [1.0]), [3.0], [0.5], [1.0], [4.0], eps=0.0)
    >>> folded.weight, folded.bias
    (array([[3.]]), array([0.5]))
    """
    if not isinstance(layer, (Dense, Conv2d)):
        raise ValueError(f"layer must be a Dense or a Conv2d, got {layer!r}")
    given = {"scale": scale, "shift": shift, "mean": mean, "variance": variance}
    given = [check.vector(name, value, layer.outputs, match=f"{layer}") for name, value in given.items()]
    scale, shift, mean, variance = given
    eps = check.scalar("eps", eps)
    if np.any(variance + eps <= 0):
        raise ValueError(f"variance + eps must be positive, got {variance.tolist()} + {eps}")
    factor = scale / np.sqrt(variance + eps)
    bias = (layer.bias - mean) * factor + shift
    if isinstance(layer, Dense):
        return Dense(layer.weight * factor, bias)
    return Conv2d(layer.weight * factor[:, None, None, None], bias, *layer.windows[1:])


def _told(pair):
    """Return a pair as text, as one number where both are the same."""
    return str(pair[0]) if pair[0] == pair[1] else f"{pair}"


def _pooling(windows):
    """Return the settings of a pooling as text, as far as they are not those that it has by default."""
    size, stride, padding = windows
    given = (stride != size) * f", stride {_told(stride)}" + any(padding) * f", padding {_told(padding)}"
    return _told(size) + given
