"""Small stand-ins for torch and scikit-learn, so that what takes networks over is tested where neither is installed.

They have the names and attributes that count, and compute by slow loops that share nothing with `lrp_edu`.
"""

from itertools import count
from types import ModuleType

import numpy as np

_seeds = count()


def _random(*shape):
    return Tensor(np.random.default_rng(next(_seeds)).normal(size=shape).astype(np.float32))


class Tensor:
    """An array behind the methods of a tensor."""

    def __init__(self, array):
        self.data = self
        self._array = np.array(array)

    def __setattr__(self, name, value):
        if name == "data" and value is not self:
            self._array = value._array.copy()
        else:
            super().__setattr__(name, value)

    @property
    def dtype(self):
        return f"torch.{self._array.dtype}"

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return self._array


class Module:
    def __init__(self, *_):
        self._forward_hooks, self._forward_pre_hooks, self._modules, self.training = {}, {}, {}, True

    def named_children(self):
        once = {id(child): (name, child) for name, child in reversed(self._modules.items())}
        return reversed(once.values())

    def modules(self):
        yield self
        for _, child in self.named_children():
            yield from child.modules()

    def extra_repr(self):
        return ""

    def eval(self):
        for module in self.modules():
            module.training = False
        return self

    def register_forward_hook(self, hook):
        self._forward_hooks[0] = hook

    def double(self):
        for module in self.modules():
            for tensor in vars(module).values():
                if isinstance(tensor, Tensor):
                    tensor._array = tensor._array.astype(float)
        return self

    def half(self):
        self.weight._array = self.weight._array.astype(np.float16)
        return self

    def forward(self, x):
        raise NotImplementedError

    def __call__(self, x):
        return Tensor(self.forward(x._array if isinstance(x, Tensor) else x))


class Sequential(Module):
    def __init__(self, *children):
        super().__init__()
        self._modules = {str(n): child for n, child in enumerate(children)}

    def __iter__(self):
        return iter(self._modules.values())

    def forward(self, x):
        for child in self:
            x = child.forward(x)
        return x


class Linear(Module):
    def __init__(self, inputs, outputs, bias=True):
        super().__init__()
        self.weight, self.bias = _random(outputs, inputs), _random(outputs) if bias else None

    def forward(self, x):
        y = np.stack([(x * row).sum(axis=-1) for row in self.weight._array], axis=-1)
        return y if self.bias is None else y + self.bias._array


def _two(value):
    return (value, value) if isinstance(value, int) else tuple(value)


class _Windows(Module):
    """What slides over images: `each` says what becomes of the patches that it meets."""

    around = 0.0

    def forward(self, x):
        (height, width), (down, right) = map(_two, (self.kernel_size, self.stride))
        same = (height - 1) // 2, (width - 1) // 2
        top, left = _two({"valid": 0, "same": same}[self.padding] if isinstance(self.padding, str) else self.padding)
        edges = [(0, 0)] * (x.ndim - 2) + [(top, top), (left, left)]
        x = np.pad(x, edges, constant_values=self.around)
        rows, columns = (x.shape[-2] - height) // down + 1, (x.shape[-1] - width) // right + 1
        patches = [
            [self.each(x[..., down * r : down * r + height, right * c : right * c + width]) for c in range(columns)]
            for r in range(rows)
        ]
        return np.stack([np.stack(row, axis=-1) for row in patches], axis=-2)


class Conv2d(_Windows):
    def __init__(self, inputs, outputs, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__()
        self.kernel_size, self.stride, self.dilation = map(_two, (kernel_size, stride, dilation))
        self.padding = padding if isinstance(padding, str) else _two(padding)
        self.groups, self.padding_mode = groups, "zeros"
        self.weight = _random(outputs, inputs // groups, *self.kernel_size)
        self.bias = _random(outputs) if bias else None

    def _conv_forward(self, x, weight, bias):
        return super().forward(x)

    def forward(self, x):
        return self._conv_forward(x, self.weight, self.bias)

    def each(self, patch):
        sums = np.stack([(patch * kernel).sum(axis=(-3, -2, -1)) for kernel in self.weight._array], axis=-1)
        return sums if self.bias is None else sums + self.bias._array


class MaxPool2d(_Windows):
    around = -np.inf

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, stride or kernel_size, padding
        self.dilation, self.return_indices, self.ceil_mode = dilation, return_indices, ceil_mode

    def each(self, patch):
        return patch.max(axis=(-2, -1))


class AvgPool2d(_Windows):
    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, stride or kernel_size, padding
        self.ceil_mode, self.count_include_pad, self.divisor_override = ceil_mode, count_include_pad, None

    def each(self, patch):
        return patch.mean(axis=(-2, -1))


class _BatchNorm(Module):
    def __init__(self, features, eps=1e-5, affine=True, track_running_stats=True):
        super().__init__()
        self.weight, self.bias = (_random(features), _random(features)) if affine else (None, None)
        self.running_mean = _random(features) if track_running_stats else None
        self.running_var = Tensor(_random(features)._array ** 2) if track_running_stats else None
        self.eps = eps

    def forward(self, x):
        scale, shift = (1, 0) if self.weight is None else (self.weight._array, self.bias._array)
        y = np.moveaxis(x, 1, -1)
        y = (y - self.running_mean._array) / np.sqrt(self.running_var._array + self.eps) * scale + shift
        return np.moveaxis(y, -1, 1)


class Flatten(Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        return x.reshape(len(x), -1)


class _Same(Module):
    def __init__(self, p=0.5):
        super().__init__()

    def forward(self, x):
        return x


class ReLU(Module):
    def forward(self, x):
        return x * (x > 0)


class LeakyReLU(Module):
    def forward(self, x):
        return np.where(x > 0, x, 0.01 * x)


def torch():
    """Return the modules of a small torch, by their names."""
    found, nn = ModuleType("torch"), ModuleType("torch.nn")
    for kind in (Module, Sequential, Linear, Conv2d, MaxPool2d, AvgPool2d, Flatten, ReLU, LeakyReLU):
        setattr(nn, kind.__name__, kind)
    for name, kind in (
        *((f"BatchNorm{n}d", _BatchNorm) for n in (1, 2)),
        *((name, _Same) for name in ("Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d")),
        *((name, _Same) for name in ("AlphaDropout", "FeatureAlphaDropout")),
        *((name, Module) for name in ("Softmax", "AdaptiveAvgPool2d")),
    ):
        own = {"forward": lambda self, x, kind=kind: kind.forward(self, x)}
        setattr(nn, name, type(name, (kind,), own))
    found.nn, found.tensor = nn, Tensor
    return {"torch": found, "torch.nn": nn}


class MLPClassifier:
    """A perceptron whose weights are random: `fit` looks only at how many inputs and classes there are."""

    def __init__(self, hidden_layer_sizes=(5,), activation="relu", random_state=0):
        self.hidden_layer_sizes, self.activation, self.seed = hidden_layer_sizes, activation, random_state

    def fit(self, x, y):
        outputs = self._outputs(np.asarray(y))
        sizes, rng = (x.shape[1], *self.hidden_layer_sizes, outputs), np.random.default_rng(self.seed)
        self.coefs_ = [rng.normal(size=pair).astype(x.dtype) for pair in zip(sizes, sizes[1:], strict=False)]
        self.intercepts_ = [rng.normal(size=size).astype(x.dtype) for size in sizes[1:]]
        return self

    def _outputs(self, y):
        if y.ndim == 2:
            self.out_activation_ = "logistic"
            return y.shape[1]
        self.classes_ = np.unique(y)
        self.out_activation_ = "softmax" if len(self.classes_) > 2 else "logistic"
        return len(self.classes_) if len(self.classes_) > 2 else 1

    def _last(self, x):
        for n, (W, b) in enumerate(zip(self.coefs_, self.intercepts_, strict=True)):
            x = np.stack([(x * W[:, j]).sum(axis=-1) + b[j] for j in range(len(b))], axis=-1)
            if self.activation == "relu" and n + 1 < len(self.coefs_):
                x = np.where(x > 0, x, 0)
        return x

    def predict_proba(self, x):
        z = self._last(x)
        if self.out_activation_ == "softmax":
            return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        p = 1 / (1 + np.exp(-z))
        return p if p.shape[1] > 1 else np.concatenate([1 - p, p], axis=1)


class MLPRegressor(MLPClassifier):
    def _outputs(self, y):
        self.out_activation_ = "identity"
        return 1 if y.ndim == 1 else y.shape[1]

    def predict(self, x):
        z = self._last(x)
        return z[:, 0] if z.shape[1] == 1 else z


def sklearn():
    """Return the modules of a small scikit-learn, by their names."""
    found, own = ModuleType("sklearn"), ModuleType("sklearn.neural_network")
    own.MLPClassifier, own.MLPRegressor, found.neural_network = MLPClassifier, MLPRegressor, own
    return {"sklearn": found, "sklearn.neural_network": own}
