"""Networks from torch and scikit-learn, and back to torch (chapter ``toolbox``).

Neither library is imported before it is asked for. What comes from there has its weights, in their precision, and
nothing that a network does not need to be explained: no optimizer, no device, no derivatives.
"""

import numpy as np

from .convolution import AvgPool2d, Conv2d, Flatten, MaxPool2d, fold_batch_norm
from .layers import Dense, ReLU
from .network import Network

# In evaluation these do nothing.
IGNORED = "Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"
# What stands here behind a layer that is refused, for the reader of the error.
REASONS = {
    "LeakyReLU": "it lets negative values through, and the rules of this book are made for ReLU",
    "Softmax": "leave it out: what is explained is the logit below it",
    "LogSoftmax": "leave it out: what is explained is the logit below it",
    "Sigmoid": "as the last layer leave it out: what is explained is the logit below it",
    "AdaptiveAvgPool2d": "its windows depend on the size of the image: write AvgPool2d with their size",
    "AdaptiveMaxPool2d": "its windows depend on the size of the image: write MaxPool2d with their size",
}


def from_torch(module):
    r"""Return the `Network` that computes what a torch module computes in evaluation.

    .. math:: z_j = \sum_i A_{ji} x_i + b_j, \qquad W_{ij} = A_{ji}

    Parameters
    ----------
    module : torch.nn.Sequential
        Of `Linear`, `Conv2d`, `ReLU`, `MaxPool2d`, `AvgPool2d`, `Flatten`, and such sequences of them. A batch norm is
        folded into the `Linear` or `Conv2d` right below it; what does nothing in evaluation, such as `Dropout`, is
        left out. One of these layers alone will do, if it has weights.

    Returns
    -------
    Network
        With the weights A of torch as W, in their precision. Later changes of the module do not reach it.

    Raises
    ------
    ValueError
        If a layer is another one, is set to something that this package has not, has a hook, or a batch norm cannot be
        folded. It names the layer and its place, such as ``2.0``.

    Notes
    -----
    Implements ``eq-torch-linear``, and ``eq-batch-norm`` where there is one. The module is read as in evaluation,
    whether or not `eval` was called. What a class of one's own does between its layers cannot be read from it: put
    them into a `Sequential`.
    """
    from torch import nn

    layers, kinds = [], {getattr(nn, name): make for name, make in MAKERS.items()}
    norms = {nn.BatchNorm1d: Dense, nn.BatchNorm2d: Conv2d}
    ignored = [getattr(nn, name) for name in IGNORED]
    for place, leaf in _leaves(module, nn.Sequential):
        told = f"module {place} ({type(leaf).__name__})" if place else f"module ({type(leaf).__name__})"
        kind = next((kind for kind in (*kinds, *norms, *ignored) if _is(leaf, kind)), None)
        if kind is None:
            reason = REASONS.get(type(leaf).__name__, f"only {', '.join(MAKERS)}, batch norm and dropout are known")
            raise ValueError(f"{told} cannot be taken over: {reason}")
        try:
            if kind in norms:
                layers[-1:] = [_folded(layers[-1:], leaf, norms[kind])]
            elif kind in kinds:
                layers.append(kinds[kind](leaf))
        except ValueError as error:
            raise ValueError(f"{told} cannot be taken over: {error}") from None
    return Network(layers)


def _leaves(module, sequential, place=""):
    """Yield the layers of nested sequences, each with its place; a hook could do anything, and is refused."""
    if getattr(module, "_forward_hooks", None) or getattr(module, "_forward_pre_hooks", None):
        raise ValueError(f"module {place or 'itself'} ({type(module).__name__}) has a forward hook: remove it")
    if _is(module, sequential):
        for name, child in module.named_children():
            yield from _leaves(child, sequential, f"{place}.{name}" if place else name)
    else:
        yield place, module


def _is(module, kind):
    """Tell whether a module computes what those of a kind compute: a subclass may have a forward pass of its own."""
    return isinstance(module, kind) and type(module).forward is kind.forward


def _folded(below, norm, kind):
    """Return the layer below a batch norm with the norm folded in (``eq-batch-norm``)."""
    if not below or not isinstance(below[0], kind):
        where = f"stands behind {below[0]!r}" if below else "comes first"
        raise ValueError(f"it must stand right behind a {kind.__name__} to be folded into it, but {where}")
    if norm.running_mean is None:
        raise ValueError("it must hold a running mean and variance, but it takes those of each batch")
    mean, variance = _array(norm.running_mean), _array(norm.running_var)
    scale = np.ones_like(mean) if norm.weight is None else _array(norm.weight)
    shift = np.zeros_like(mean) if norm.bias is None else _array(norm.bias)
    return fold_batch_norm(below[0], scale, shift, mean, variance, norm.eps)


def _array(tensor):
    """Return a tensor's numbers, which must be float32 or float64, as an array of their precision."""
    if not str(tensor.dtype).endswith(("float32", "float64")):
        raise ValueError(f"weights must be float32 or float64, got {tensor.dtype}: call module.float() first")
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
    padding = {"valid": 0}.get(module.padding, module.padding) if isinstance(module.padding, str) else module.padding
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

    Notes
    -----
    Implements ``eq-torch-linear``, backward. Torch does not change the precision of its inputs: give it inputs in that
    of the weights.
    """
    from torch import nn

    return nn.Sequential(*(to_module(layer, f"layers[{n}] ") for n, layer in enumerate(network.layers)))


def to_module(layer, place="layer "):
    """Return one layer as a torch module (``eq-torch-linear``); `place` is for the error where there is none."""
    from torch import nn

    if isinstance(layer, Dense):
        return _filled(nn.Linear(layer.inputs, layer.outputs), layer.weight.T, layer.bias)
    if isinstance(layer, Conv2d):
        size, stride, padding = layer.windows
        return _filled(nn.Conv2d(layer.inputs, layer.outputs, size, stride, padding), layer.weight, layer.bias)
    for kind in (AvgPool2d, MaxPool2d):
        if isinstance(layer, kind):
            return getattr(nn, kind.__name__)(*layer.windows)
    for kind in (ReLU, Flatten):
        if isinstance(layer, kind):
            return getattr(nn, kind.__name__)()
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
        Fitted, with ``activation="relu"`` or ``"identity"``.

    Returns
    -------
    Network
        For a regressor, its predictions, of shape (..., outputs). For a classifier of several classes their logits, in
        the order of `classes_`, and of several labels that may be true at once a logit for each. For one of two
        classes a single output, z, the log-odds of the second class: start from −z to explain the first.

    Raises
    ------
    ValueError
        If the estimator is another one, was not fitted, or has another activation.

    Notes
    -----
    Implements ``eq-log-odds`` and ``eq-softmax-logit``: what `predict_proba` makes of the outputs. A pipeline is
    refused. Explain its last step, on inputs that the steps before it have transformed.
    """
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    if not isinstance(estimator, (MLPClassifier, MLPRegressor)):
        hint = ": give its last step, on inputs that the others have transformed" if hasattr(estimator, "steps") else ""
        raise ValueError(f"estimator must be an MLPClassifier or MLPRegressor, got {type(estimator).__name__}{hint}")
    if not hasattr(estimator, "coefs_"):
        raise ValueError(f"estimator must be fitted, got {estimator!r} without weights")
    if estimator.activation not in ("relu", "identity"):
        raise ValueError(f"activation must be 'relu' or 'identity', got {estimator.activation!r}")
    last = estimator.out_activation_
    if last not in ("identity", "softmax", "logistic"):
        raise ValueError(f"out_activation_ must be 'identity', 'softmax' or 'logistic', got {last!r}")
    layers = []
    for weight, bias in zip(estimator.coefs_, estimator.intercepts_, strict=True):
        layers += [Dense(weight, bias), ReLU()]
    if estimator.activation == "identity":
        return Network(layers[::2])
    return Network(layers[:-1])
