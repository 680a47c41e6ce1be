"""Networks from torch and scikit-learn, and back to torch (chapter ``toolbox``).

Neither library is imported before it is asked for. What comes from there has its weights, in their precision, and
nothing that a network does not need to be explained: no optimizer, no device, no derivatives.
"""

from inspect import getattr_static

import numpy as np

from . import _check as check
from .convolution import AvgPool2d, Conv2d, Flatten, MaxPool2d, fold_batch_norm
from .layers import Dense, ReLU
from .network import Network

# In evaluation these do nothing.
IGNORED = "Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"
# What stands here behind a layer that is refused, for the reader of the error.
NEGATIVE = "it lets negative values through, and the rules of this book are made for ReLU"
LOGIT = "leave it out: what is explained is the logit below it"
REASONS = {
    **dict.fromkeys(("LeakyReLU", "PReLU", "ELU", "GELU", "SiLU", "Tanh"), NEGATIVE),
    **dict.fromkeys(("Softmax", "LogSoftmax"), LOGIT),
    "Sigmoid": f"as the last layer {LOGIT}",
    "AdaptiveAvgPool2d": "its windows depend on the size of the image: write AvgPool2d with their size",
    "AdaptiveMaxPool2d": "its windows depend on the size of the image: write MaxPool2d with their size",
    "DataParallel": "give its .module",
    "OptimizedModule": "give its ._orig_mod, what was compiled",
}
# Special methods that have a part in what a module computes, and others that have none.
CALLED = "__call__", "__getattr__", "__getattribute__", "__iter__"
HARMLESS = "extra_repr", "reset_parameters", "_compiled_call_impl"


def from_torch(module):
    r"""Return the `Network` that computes what a torch module computes in evaluation.

    .. math:: z_j = \sum_i A_{ji} x_i + b_j, \qquad W_{ij} = A_{ji}

    Parameters
    ----------
    module : torch.nn.Sequential
        Of `Linear`, `Conv2d`, `ReLU`, `MaxPool2d`, `AvgPool2d`, `Flatten`, and such sequences of them; a layer may
        stand there twice. A batch norm is folded into the `Linear` or `Conv2d` right below it; what does nothing in
        evaluation, such as `Dropout`, is left out. One of these layers alone will do, if it has weights.

    Returns
    -------
    Network
        With the weights A of torch as W, in their precision. It takes numpy arrays (of a tensor
        ``x.detach().cpu().numpy()``) of shape (..., inputs) or, if a `Conv2d` comes first, (..., channels, rows,
        columns). Later changes of the module do not reach it.

    Raises
    ------
    ValueError
        If a layer is another one, is set to something that this package has not, computes in a way of its own, has a
        hook, or a batch norm cannot be folded. Where a single layer is at fault it names the layer and its place,
        such as ``2.0``.
    ModuleNotFoundError
        If torch is not installed.

    Notes
    -----
    Implements ``eq-torch-linear``, and ``eq-batch-norm`` where there is one. The module is read as in evaluation,
    whether or not `eval` was called. What a class of one's own does between its layers cannot be read from it: put
    them into a `Sequential`. `Flatten` takes images, so it wants gray ones as ``x[:, None]``. With a `BatchNorm1d` the
    network takes one input or a batch of shape (n, inputs), as more axes have another meaning in torch.

    Examples
    --------
    >>> from torch import nn
    >>> from_torch(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.ReLU(), nn.Dropout(), nn.Linear(2, 1)))
    Network([Dense(3 → 2), ReLU(), Dense(2 → 1)])
    """
    from torch import nn

    if not isinstance(module, nn.Module):
        raise ValueError(f"module must be a torch module such as Sequential, got {type(module).__name__}")
    makers = {getattr(nn, name): make for name, make in MAKERS.items()}
    norms = {nn.BatchNorm1d: Dense, nn.BatchNorm2d: Conv2d}
    known = (nn.Sequential, *makers, *norms, *(getattr(nn, name) for name in IGNORED))
    layers, of_rows = [], None
    for place, leaf, kind in _leaves(module, known):
        try:
            if kind in norms:
                layers[-1:] = [_folded(layers[-1:], leaf, norms[kind])]
                of_rows = _told(place, leaf) if kind is nn.BatchNorm1d else of_rows
            elif kind in makers:
                layers.append(makers[kind](leaf))
        except ValueError as error:
            raise ValueError(f"{_told(place, leaf)} cannot be taken over: {error}") from None
    return _OfRows(layers, of_rows) if of_rows else Network(layers)


class _OfRows(Network):
    """A network with a `BatchNorm1d`: for torch the second axis of an input has its features, here the last one."""

    def __init__(self, layers, norm):
        super().__init__(layers)
        self._norm = norm

    def __reduce__(self):
        return _OfRows, (self.layers, self._norm)

    def forward(self, x):
        return super().forward(self._rows(x))

    def explain(self, x, *settings, **named):
        return super().explain(self._rows(x), *settings, **named)

    def _rows(self, x):
        """Return `x` as an array, if its batch has at most one axis."""
        x = check.points("x", x, self.input_shape, match="the first layer")
        if x.ndim > len(self.input_shape) + 1:
            one = ", ".join(map(str, self.input_shape))
            raise ValueError(f"x must have shape (n, {one}), as torch's {self._norm} takes it, got {x.shape}")
        return x


def _told(place, module):
    """Return a module's place and name as text."""
    return f"module {place} ({type(module).__name__})" if place else f"module ({type(module).__name__})"


def _leaves(module, known, place=""):
    """Yield the layers of nested sequences, each with its place and its kind among those that are known."""
    told = _told(place, module)
    kind = next((kind for kind in known if isinstance(module, kind)), None)
    reason = _reason(module, kind)
    if reason:
        raise ValueError(f"{told} cannot be taken over: {reason}")
    if kind is known[0]:
        for name, child in module._modules.items():  # named_children() leaves out what stands there again
            yield from _leaves(child, known, f"{place}.{name}" if place else name)
    else:
        yield place, module, kind


def _reason(module, kind):
    """Return why a module does not compute what those of a kind compute, or cannot be read; else None."""
    if type(module).__name__.startswith("Lazy"):
        return "it has no weights yet: run it once on an input"
    if kind is None and getattr(module, "_modules", None) and type(module).__name__ not in REASONS:
        return "its forward may do anything: write its layers into a Sequential, in the order in which they run"
    if kind is None:
        return REASONS.get(type(module).__name__, f"only {', '.join(MAKERS)}, batch norm and dropout are known")
    if module._forward_hooks or module._forward_pre_hooks:
        return "it has a forward hook, which may change weights or outputs: remove it, such as by remove_weight_norm"
    if module.training and hasattr(module, "parametrizations"):
        return "its weights are computed, and may change in training: call eval() first"
    if replaced := _replaced(module, kind):
        return f"it has a {replaced} of its own, which may do anything"
    return None


def _replaced(module, kind):
    """Return the name of a method of a kind of modules that this one does otherwise, or None."""
    for name in dir(kind):
        if name in HARMLESS or name.startswith("__") and name not in CALLED:
            continue
        own = vars(module).get(name)  # of the object, which wins over that of the class
        if callable(own) or getattr_static(type(module), name) is not getattr_static(kind, name):
            return name
    return None


def _folded(below, norm, kind):
    """Return the layer below a batch norm with the norm folded in (``eq-batch-norm``)."""
    if not below or not isinstance(below[0], kind):
        where = f"stands behind a {_in_torch(type(below[0]))}" if below else "comes first"
        raise ValueError(f"it must stand right behind a {_in_torch(kind)} to be folded into it, but {where}")
    if norm.running_mean is None:
        raise ValueError("it must hold a running mean and variance, but it takes those of each batch")
    mean, variance = _array(norm.running_mean), _array(norm.running_var)
    scale = np.ones_like(mean) if norm.weight is None else _array(norm.weight)
    shift = np.zeros_like(mean) if norm.bias is None else _array(norm.bias)
    return fold_batch_norm(below[0], scale, shift, mean, variance, norm.eps)


def _in_torch(kind):
    """Return what torch calls a kind of layers."""
    return "Linear" if kind is Dense else kind.__name__


def _array(tensor):
    """Return a tensor's numbers, which must be float32 or float64, as an array of their precision."""
    if not str(tensor.dtype).endswith(("float32", "float64")):
        raise ValueError(f"weights must be float32 or float64, got {tensor.dtype}: call module.float() first")
    if getattr(tensor, "is_meta", False):
        raise ValueError("weights must be numbers, got those of the device meta, which has none")
    return tensor.detach().cpu().numpy()


def _weights(module):
    """Return weights and bias, None if there is none."""
    return _array(module.weight), None if module.bias is None else _array(module.bias)


def _only(module, **settings):
    """Refuse a module one of whose settings is not what this package has."""
    for name, allowed in settings.items():
        if getattr(module, name) not in (allowed if isinstance(allowed, list) else [allowed]):
            raise ValueError(f"{name} must be {allowed}, got {getattr(module, name)!r}")


def _dense(module):
    """Return a `Dense` from a `Linear`, whose weights have the other order (``eq-torch-linear``)."""
    weight, bias = _weights(module)
    return Dense(weight.T, bias)


def _conv(module):
    _only(module, groups=1, dilation=[1, (1, 1)], padding_mode="zeros")
    if module.padding == "same":
        if not all(size % 2 for size in module.kernel_size):
            raise ValueError(f"padding='same' must have a kernel of odd sizes, got {module.kernel_size}")
        padding = tuple(size // 2 for size in module.kernel_size)
    else:
        padding = 0 if module.padding == "valid" else module.padding
    return Conv2d(*_weights(module), _pair(module.stride), _pair(padding))


def _max_pool(module):
    _only(module, dilation=[1, (1, 1)], ceil_mode=False, return_indices=False)
    return MaxPool2d(*(_pair(setting) for setting in (module.kernel_size, module.stride, module.padding)))


def _avg_pool(module):
    _only(module, ceil_mode=False, divisor_override=None)
    if _pair(module.padding) != (0, 0):
        _only(module, count_include_pad=True)
    return AvgPool2d(*(_pair(setting) for setting in (module.kernel_size, module.stride, module.padding)))


def _flatten(module):
    _only(module, start_dim=1, end_dim=-1)
    return Flatten()


def _pair(setting):
    """Return a setting as a pair, as torch keeps one number or two."""
    return tuple(setting) if isinstance(setting, (list, tuple)) else (setting, setting)


MAKERS = {
    "Linear": _dense,
    "Conv2d": _conv,
    "ReLU": lambda module: ReLU(),
    "MaxPool2d": _max_pool,
    "AvgPool2d": _avg_pool,
    "Flatten": _flatten,
}


def to_torch(network):
    """Return a torch module that computes what a network computes.

    Parameters
    ----------
    network : Network
        Of the layers that `from_torch` knows.

    Returns
    -------
    torch.nn.Sequential
        With copies of the weights, in their precision.

    Raises
    ------
    ValueError
        If a layer has no counterpart. It names the layer and its place.
    ModuleNotFoundError
        If torch is not installed.

    Notes
    -----
    Implements ``eq-torch-linear``, backward. Torch does not change the precision of its inputs, and its `Flatten`
    keeps the first axis: give it inputs in the precision of the weights, and a batch of them.

    Examples
    --------
    >>> to_torch(Network([Dense([[1.0], [2.0]])]))
    Sequential(
      (0): Linear(in_features=2, out_features=1, bias=True)
    )
    """
    from torch import nn

    return nn.Sequential(*(to_module(layer, f"layers[{n}] ") for n, layer in enumerate(network.layers)))


def to_module(layer, place="layer "):
    """Return one layer as a torch module.

    Parameters
    ----------
    layer : Dense, Conv2d, AvgPool2d, MaxPool2d, ReLU or Flatten
        The layer, not of a class of one's own.
    place : str, default="layer "
        What the error calls it.

    Returns
    -------
    torch.nn.Module
        With copies of the weights, in their precision.

    Raises
    ------
    ValueError
        If torch has no such layer.

    Notes
    -----
    Implements ``eq-torch-linear``, backward.

    Examples
    --------
    >>> to_module(ReLU())
    ReLU()
    """
    from torch import nn

    if type(layer) is Dense:
        return _filled(nn.Linear(layer.inputs, layer.outputs), layer.weight.T, layer.bias)
    if type(layer) is Conv2d:
        size, stride, padding = layer.windows
        return _filled(nn.Conv2d(layer.inputs, layer.outputs, size, stride, padding), layer.weight, layer.bias)
    if type(layer) in (AvgPool2d, MaxPool2d):
        return getattr(nn, type(layer).__name__)(*layer.windows)
    if type(layer) in (ReLU, Flatten):
        return getattr(nn, type(layer).__name__)()
    raise ValueError(f"{place}must be a layer that torch has too, such as Dense or ReLU, got {layer!r}")


def _filled(module, weight, bias):
    """Return a torch module that holds copies of these weights."""
    import torch

    module.weight.data, module.bias.data = torch.tensor(weight.copy()), torch.tensor(bias.copy())
    return module


def from_sklearn(estimator):
    r"""Return the `Network` behind a perceptron of scikit-learn, without its last function.

    .. math:: p = \frac{1}{1 + e^{-z}} \quad \Longleftrightarrow \quad z = \ln \frac{p}{1 - p}

    Parameters
    ----------
    estimator : sklearn.neural_network.MLPClassifier or MLPRegressor
        Fitted, with ``activation="relu"`` or ``"identity"``; no class derived from it, which may compute otherwise.

    Returns
    -------
    Network
        For a regressor, its predictions, of shape (..., outputs). For a classifier of several classes their logits, in
        the order of `classes_`, and of several labels that may be true at once a logit for each. For one of two
        classes a single output, z, the log-odds of the second class: to explain the first, turn the signs of the
        shares.

    Raises
    ------
    ValueError
        If the estimator is another one, was not fitted, or has another activation.
    ModuleNotFoundError
        If scikit-learn is not installed.

    Notes
    -----
    Implements ``eq-log-odds`` and ``eq-softmax-logit``: what `predict_proba` makes of the outputs. A pipeline is
    refused. Explain its last step, on inputs that the steps before it have transformed.

    Examples
    --------
    >>> from sklearn.neural_network import MLPRegressor
    >>> from_sklearn(MLPRegressor(hidden_layer_sizes=(3,)).partial_fit([[0, 1], [1, 0]], [1, 2]))
    Network([Dense(2 → 3), ReLU(), Dense(3 → 1)])
    """
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    if type(estimator) not in (MLPClassifier, MLPRegressor):
        hints = {
            "steps": ": give its last step, on inputs that the others have transformed",
            "best_estimator_": ": give its best_estimator_",
            "coefs_": ", a class derived from it, which may compute otherwise",
        }
        hint = next((hint for name, hint in hints.items() if hasattr(estimator, name)), "")
        raise ValueError(f"estimator must be an MLPClassifier or MLPRegressor, got {type(estimator).__name__}{hint}")
    if not hasattr(estimator, "coefs_"):
        raise ValueError(f"estimator must be fitted, got {estimator!r} without weights")
    if estimator.activation not in ("relu", "identity"):
        raise ValueError(f"activation must be 'relu' or 'identity', got {estimator.activation!r}")
    last = estimator.out_activation_
    if last not in ("identity", "softmax", "logistic"):
        loss = ", which loss='poisson' makes of it" if last == "exp" else ""
        raise ValueError(f"out_activation_ must be 'identity', 'softmax' or 'logistic', got {last!r}{loss}")
    layers = []
    for weight, bias in zip(estimator.coefs_, estimator.intercepts_, strict=True):
        layers += [Dense(weight, bias), ReLU()]
    if estimator.activation == "identity":
        return Network(layers[::2])
    return Network(layers[:-1])
