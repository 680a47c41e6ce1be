"""Networks from torch and scikit-learn: each test runs on small stand-ins, and on the libraries where they are."""

import importlib
import pickle
import sys
import warnings

import fakes
import numpy as np
import pytest

from lrp_edu import AvgPool2d, Conv2d, Dense, Flatten, MaxPool2d, Network, ReLU, ZPlus
from lrp_edu.interop import REASONS, from_sklearn, from_torch, to_torch


def library(name, kind, monkeypatch):
    """Return the stand-in of a library, or the library itself, if it is installed."""
    if kind == "itself":
        pytest.importorskip(name)
        return importlib.import_module(name)
    for module, stand_in in getattr(fakes, name)().items():
        monkeypatch.setitem(sys.modules, module, stand_in)
    return sys.modules[name]


@pytest.fixture(params=["stand-in", "itself"])
def torch(request, monkeypatch):
    return library("torch", request.param, monkeypatch)


@pytest.fixture
def nn(torch):
    return torch.nn


@pytest.fixture(params=["stand-in", "itself"])
def perceptrons(request, monkeypatch):
    library("sklearn", request.param, monkeypatch)
    return importlib.import_module("sklearn.neural_network")


def shuffled(module):
    """Give batch norms of torch itself other numbers than those of an untrained one."""
    rng = np.random.default_rng(5)
    for part in module.modules():
        if getattr(part, "running_mean", None) is not None and hasattr(part, "momentum"):
            for tensor in (part.running_mean, part.running_var, part.weight, part.bias):
                if tensor is not None:
                    tensor.data = tensor.new_tensor(rng.uniform(0.2, 2, len(tensor)))
            if part.weight is not None:
                part.weight.data[::2] *= -1
    return module


def same(torch, module, *shape, rtol=1e-11):
    """Return the network of a module in float64, once it computes the same as the module."""
    module, x = shuffled(module.double()).eval(), np.random.default_rng(6).normal(size=shape)
    network = from_torch(module)
    expected = module(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(network.forward(x), expected, rtol=rtol, atol=1e-11)
    return network


def test_a_dense_network(torch, nn):
    network = same(torch, nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2, bias=False)), 6, 4)
    assert str(network) == "Network([Dense(4 → 3), ReLU(), Dense(3 → 2)])"


def test_one_layer_alone(torch, nn):
    same(torch, nn.Linear(3, 2), 5, 3)


def test_an_image_network_with_all_that_is_known(torch, nn):
    features = nn.Sequential(
        nn.Conv2d(2, 3, (3, 2), stride=(1, 2), padding=(1, 0), bias=False), nn.BatchNorm2d(3, eps=0.1), nn.ReLU(),
        nn.MaxPool2d(3, 2, 1), nn.Conv2d(3, 4, 2, padding="valid"), nn.Identity(), nn.ReLU(), nn.AvgPool2d(1, (1, 2)),
    )  # fmt: skip
    head = nn.Sequential(nn.Dropout(), nn.Linear(12, 5), nn.BatchNorm1d(5, affine=False), nn.ReLU(), nn.Linear(5, 3))
    network = same(torch, nn.Sequential(features, nn.Flatten(), head), 4, 2, 7, 11)
    kinds = [type(layer) for layer in network.layers]
    assert kinds == [Conv2d, ReLU, MaxPool2d, Conv2d, ReLU, AvgPool2d, Flatten, Dense, ReLU, Dense]


def test_what_stands_there_twice_runs_twice(torch, nn):
    """Torch's `named_children` names a module once, wherever it stands."""
    relu, layer, pool, drop = nn.ReLU(), nn.Linear(4, 4), nn.MaxPool2d(2), nn.Dropout()
    block = nn.Sequential(layer, relu)
    assert len(same(torch, nn.Sequential(layer, relu, drop, nn.Linear(4, 4), relu, drop, layer), 6, 4).layers) == 5
    assert len(same(torch, nn.Sequential(block, block, nn.Linear(4, 2)), 6, 4).layers) == 5
    same(torch, nn.Sequential(nn.Conv2d(1, 2, 1), pool, nn.Conv2d(2, 1, 1), pool, nn.Flatten(), layer), 3, 1, 8, 8)


def test_a_kind_of_ones_own_that_computes_the_same_is_read(torch, nn):
    class Features(nn.Sequential):
        def __init__(self, *layers):
            super().__init__(nn.Linear(3, 2), *layers)

    class Told(nn.Linear):
        size = 2

        def extra_repr(self):
            return "mine"

        def twice(self, x):
            return 2 * x

    same(torch, Features(nn.ReLU(), Told(2, 2)), 5, 3)


def test_computed_weights_are_read_in_evaluation(nn):
    computed = nn.Linear(2, 2).eval()
    computed.parametrizations = ()
    assert from_torch(computed)


def test_padding_that_keeps_the_size(torch, nn):
    same(torch, nn.Sequential(nn.Conv2d(1, 2, (3, 5), padding="same"), nn.Flatten()), 2, 1, 4, 7)


def test_behind_a_batch_norm_of_rows_inputs_are_rows(torch, nn):
    """With three axes torch takes the second one for the features, and nothing tells that where sizes agree."""
    module = nn.Sequential(nn.Dropout(), nn.Linear(4, 3), nn.BatchNorm1d(3), nn.ReLU())
    network, x = same(torch, module, 6, 4), np.random.default_rng(7).normal(size=(6, 3, 4))
    again = pickle.loads(pickle.dumps(network))
    for call in (network.forward, network.explain, again.forward):
        with pytest.raises(ValueError, match=r"shape \(n, 4\), as torch's module 2 \(BatchNorm1d\) takes it, got \(6"):
            call(x)
    np.testing.assert_allclose(network.forward(x[0, 0]), again.forward(x[0])[0], rtol=1e-12)
    assert network.explain(x[0], 1, [ZPlus()]).relevance.shape == (3, 4)
    assert from_torch(nn.Linear(4, 3)).forward(x).shape == (6, 3, 3)
    images = nn.Sequential(nn.Conv2d(2, 1, 2), nn.Flatten(), nn.Linear(6, 3), nn.BatchNorm1d(3))
    maps = same(torch, nn.Sequential(nn.Conv2d(2, 1, 2), nn.BatchNorm2d(1)), 5, 2, 3, 4)
    assert maps.forward(np.ones((1, 5, 2, 3, 4))).shape == (1, 5, 1, 2, 3)
    assert same(torch, images, 5, 2, 3, 4).explain(np.ones((2, 3, 4))).relevance.shape == (2, 3, 4)


def test_what_dropout_and_batch_norm_do_in_training_is_not_taken_over(torch, nn):
    module = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(), nn.ReLU()).double()
    module.train() if hasattr(module, "train") else None
    x = np.random.default_rng(7).normal(size=(5, 3))
    found = from_torch(module).forward(x)
    np.testing.assert_allclose(found, module.eval()(torch.tensor(x)).detach().numpy(), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_and_weights_are_copies(torch, nn, dtype):
    layer = nn.Linear(3, 2)
    module = nn.Sequential(layer, nn.BatchNorm1d(2))
    module = (module.double() if dtype == np.float64 else module).eval()
    network = from_torch(module)
    assert network.layers[0].weight.dtype == network.layers[0].bias.dtype == dtype
    x = np.ones((1, 3), dtype)
    before = network.forward(x)
    layer.weight.data = torch.tensor(np.zeros((2, 3), dtype))
    assert np.array_equal(network.forward(x), before) and network.explain(x).relevance.dtype == dtype


def strange(nn):
    """Return modules that cannot be taken over, each with its place, its name, and a word of the reason."""

    class Doubled(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    class Own(nn.Module):
        def forward(self, x):
            return x

    class Standardized(nn.Conv2d):
        def _conv_forward(self, x, weight, bias):
            return 2 * super()._conv_forward(x, weight, bias)

    class First(nn.Sequential):
        def __iter__(self):
            return iter(list(super().__iter__())[:1])

    class Called(nn.ReLU):
        def __call__(self, x):
            return x

    replaced, replaced_all = nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    replaced.forward = replaced_all.forward = lambda x: x
    lazy = type("LazyLinear", (nn.Linear,), {})(2, 2)
    lazy.register_forward_hook(lambda *_: None)
    computed = nn.Linear(2, 2)
    computed.parametrizations = ()
    holding = Own()
    holding._modules["0"] = nn.Linear(2, 2)
    untracked = nn.BatchNorm1d(2, track_running_stats=False)
    hooked, hooked_before = nn.Linear(2, 2), nn.ReLU()
    hooked.register_forward_hook(lambda *_: None)
    hooked_before._forward_pre_hooks[0] = lambda *_: None
    turned = nn.Conv2d(1, 1, 2)
    turned.padding_mode = "reflect"
    divided = nn.AvgPool2d(2)
    divided.divisor_override = 3
    return [
        ([nn.Linear(2, 2), nn.LeakyReLU()], "module 1 (LeakyReLU) cannot", "negative values"),
        ([nn.Linear(2, 2), nn.Sequential(nn.ReLU(), nn.Softmax())], "module 1.1 (Softmax) cannot", "logit"),
        ([nn.Conv2d(1, 1, 2), nn.AdaptiveAvgPool2d(1)], "module 1 (AdaptiveAvgPool2d) cannot", "size of the image"),
        ([Own()], "module 0 (Own) cannot", "only Linear, Conv2d, ReLU"),
        ([Doubled(2, 2)], "module 0 (Doubled) cannot", "it has a forward of its own"),
        ([Standardized(1, 1, 2)], "module 0 (Standardized) cannot", "it has a _conv_forward of its own"),
        ([First(nn.Linear(2, 2), nn.ReLU())], "module 0 (First) cannot", "it has a __iter__ of its own"),
        ([nn.Linear(2, 2), Called()], "module 1 (Called) cannot", "it has a __call__ of its own"),
        ([replaced], "module 0 (Linear) cannot", "it has a forward of its own"),
        ([replaced_all], "module 0 (Sequential) cannot", "it has a forward of its own"),
        ([lazy], "module 0 (LazyLinear) cannot", "run it once"),
        ([computed], "module 0 (Linear) cannot", "call eval() first"),
        ([holding], "module 0 (Own) cannot", "write its layers into a Sequential"),
        ([nn.BatchNorm1d(2), nn.Linear(2, 2)], "module 0 (BatchNorm1d) cannot", "comes first"),
        ([nn.Linear(2, 2), nn.ReLU(), nn.BatchNorm1d(2)], "module 2 (BatchNorm1d) cannot", "but stands behind a ReLU"),
        ([nn.Conv2d(1, 2, 2), nn.BatchNorm1d(2)], "module 1 (BatchNorm1d) cannot", "right behind a Linear to"),
        ([nn.Linear(2, 2), nn.BatchNorm2d(2)], "module 1 (BatchNorm2d) cannot", "but stands behind a Linear"),
        ([nn.Linear(2, 2), nn.BatchNorm1d(3)], "module 1 (BatchNorm1d) cannot", "shape (2,)"),
        ([nn.Linear(2, 2), untracked], "module 1 (BatchNorm1d) cannot", "running mean"),
        ([nn.Linear(2, 2), hooked], "module 1 (Linear) cannot", "it has a forward hook, which may change weights"),
        ([nn.Linear(2, 2), hooked_before], "module 1 (ReLU) cannot", "it has a forward hook, which may change weights"),
        ([nn.Linear(2, 2).half()], "module 0 (Linear) cannot", "float16: call module.float() first"),
        ([nn.Conv2d(2, 2, 2, groups=2)], "module 0 (Conv2d) cannot", "groups must be 1, got 2"),
        ([nn.Conv2d(1, 1, 2, dilation=2)], "module 0 (Conv2d) cannot", "dilation must be"),
        ([nn.Conv2d(1, 1, (3, 2), padding="same")], "module 0 (Conv2d) cannot", "odd sizes, got (3, 2)"),
        ([turned], "module 0 (Conv2d) cannot", "padding_mode must be zeros, got 'reflect'"),
        ([nn.MaxPool2d(2, ceil_mode=True)], "module 0 (MaxPool2d) cannot", "ceil_mode must be False"),
        ([nn.MaxPool2d(2, dilation=2)], "module 0 (MaxPool2d) cannot", "dilation"),
        ([nn.MaxPool2d(2, return_indices=True)], "module 0 (MaxPool2d) cannot", "return_indices"),
        ([nn.AvgPool2d(2, ceil_mode=True)], "module 0 (AvgPool2d) cannot", "ceil_mode"),
        ([nn.AvgPool2d(2, padding=1, count_include_pad=False)], "module 0 (AvgPool2d)", "count_include_pad"),
        ([divided], "module 0 (AvgPool2d) cannot", "divisor_override must be None, got 3"),
        ([nn.Flatten(0)], "module 0 (Flatten) cannot", "start_dim must be 1, got 0"),
        ([nn.Flatten(1, 2)], "module 0 (Flatten) cannot", "end_dim must be -1"),
        ([nn.Conv2d(1, 1, 2), nn.Linear(3, 2)], "layers must fit together", "Flatten()"),
        ([nn.ReLU()], "layers must hold at least one layer with weights", "got"),
    ]  # fmt: skip


def test_what_cannot_be_taken_over_is_refused_by_name_and_place(nn):
    for modules, named, reason in strange(nn):
        with pytest.raises(ValueError) as caught:
            from_torch(nn.Sequential(*modules))
        message = str(caught.value)
        assert message.startswith(named) and reason in message, message


def test_each_kind_that_has_a_reason_is_refused_for_it(torch, nn):
    for name, reason in REASONS.items():
        module = type(name, (nn.Module,), {})()
        module._modules["inside"] = nn.ReLU()
        with pytest.raises(ValueError) as caught:
            from_torch(nn.Sequential(nn.Linear(2, 2), module))
        assert str(caught.value) == f"module 1 ({name}) cannot be taken over: {reason}"
        assert name == "OptimizedModule" or hasattr(nn, name) or not hasattr(torch, "__version__")


def test_what_torch_itself_makes_of_a_layer():
    """What stand-ins do not have: weights on no device, weights that are computed, and what compiles."""
    torch = pytest.importorskip("torch")
    nn, parametrizations = torch.nn, torch.nn.utils.parametrizations
    with pytest.raises(ValueError, match=r"module 0 \(Linear\) cannot be taken over: .* device meta"):
        from_torch(nn.Sequential(nn.Linear(2, 2, device="meta")))
    with pytest.raises(ValueError, match=r"module 0 \(LazyLinear\) cannot be taken over: .* run it once"):
        from_torch(nn.Sequential(nn.LazyLinear(2)))
    for computed in (parametrizations.weight_norm(nn.Linear(4, 3)), parametrizations.spectral_norm(nn.Linear(4, 3))):
        with pytest.raises(ValueError, match=r"module 0 \(Parametrized.*eval\(\) first"):
            from_torch(nn.Sequential(computed))
        same(torch, nn.Sequential(computed).eval(), 5, 4)


def test_what_is_no_module_is_refused(nn):
    with pytest.raises(ValueError, match="module must be a torch module such as Sequential, got list"):
        from_torch([nn.Linear(2, 2)])


def test_a_module_of_ones_own_is_refused_at_the_top(nn):
    with pytest.raises(ValueError, match=r"module \(LeakyReLU\) cannot be taken over"):
        from_torch(nn.LeakyReLU())


def test_weights_that_are_not_finite_are_refused_by_name(torch, nn):
    layer = nn.Linear(2, 1)
    layer.weight.data = torch.tensor(np.array([[np.nan, 1.0]], np.float32))
    with pytest.raises(ValueError, match=r"module 0 \(Linear\) cannot be taken over: weight must hold finite numbers"):
        from_torch(nn.Sequential(layer))


def test_there_and_back_the_network_is_the_same(torch):
    rng = np.random.default_rng(8)
    network = Network([
        Conv2d(rng.normal(size=(3, 2, 3, 2)), rng.normal(size=3), (2, 1), (1, 0)), ReLU(), MaxPool2d(2, 1, 1),
        AvgPool2d((2, 1)), Flatten(), Dense(rng.normal(size=(54, 4)), rng.normal(size=4)),
    ])  # fmt: skip
    x = rng.normal(size=(5, 2, 5, 9))
    module = to_torch(network)
    np.testing.assert_allclose(module(torch.tensor(x)).detach().numpy(), network.forward(x), rtol=1e-11, atol=1e-11)
    again = from_torch(module)
    assert str(again) == str(network) and np.array_equal(again.forward(x), network.forward(x))
    weight = next(part.weight for part in module.modules() if hasattr(part, "weight"))
    assert str(weight.dtype) == "torch.float64"


def test_a_layer_that_torch_has_not_is_refused_with_its_place(torch):
    class Half(ReLU):
        pass

    class Other:
        weighted, shares, input_shape = False, False, None

    with pytest.raises(ValueError, match=r"layers\[1\] must be a layer that torch has too"):
        to_torch(Network([Dense([[1.0]]), Other()]))
    with pytest.raises(ValueError, match=r"layers\[1\] must be a layer that torch has too"):
        to_torch(Network([Dense([[1.0]]), Half()]))


X = np.random.default_rng(9).normal(size=(60, 4))
LABELS = {
    "two classes": (X[:, 0] > 0).astype(int),
    "two names": np.where(X[:, 1] > 0, "yes", "no"),
    "three classes": np.digitize(X[:, 0], [-0.5, 0.5]),
    "two labels at once": (X[:, :2] > 0).astype(int),
}


def fitted(estimator, x, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a few steps are enough here
        return estimator.fit(x, y)


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("sizes", [(5,), (4, 3)])
def test_probabilities_are_those_of_the_outputs(perceptrons, labels, sizes):
    estimator = fitted(perceptrons.MLPClassifier(sizes, random_state=1), X, LABELS[labels])
    z, p = from_sklearn(estimator).forward(X), estimator.predict_proba(X)
    if labels == "three classes":
        expected = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    else:
        expected = 1 / (1 + np.exp(-z))
    assert z.shape[1] == {"three classes": 3, "two labels at once": 2}.get(labels, 1)
    np.testing.assert_allclose(expected, p[:, 1:] if z.shape[1] == 1 else p, rtol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_predictions_of_a_regressor(perceptrons, activation, outputs, dtype):
    x, y = X.astype(dtype), X[:, 0] if outputs == 1 else X[:, :2]
    estimator = perceptrons.MLPRegressor(hidden_layer_sizes=(5,), activation=activation, random_state=1)
    estimator = fitted(estimator, x, y.astype(dtype))
    network = from_sklearn(estimator)
    assert network.layers[0].weight.dtype == dtype
    tight = {"rtol": 1e-4, "atol": 1e-5} if dtype == np.float32 else {"rtol": 1e-11}
    np.testing.assert_allclose(network.forward(x).squeeze(), estimator.predict(x), **tight)


def test_what_is_no_fitted_perceptron_is_refused(perceptrons):
    class Steps:
        steps = ()

    class Search:
        best_estimator_ = None

    class Own(perceptrons.MLPRegressor):
        pass

    own = fitted(Own(hidden_layer_sizes=(3,), random_state=1), X, X[:, 0])
    fit = fitted(perceptrons.MLPClassifier((3,), random_state=1), X, LABELS["two classes"])
    tanh = fitted(perceptrons.MLPRegressor(hidden_layer_sizes=(3,), activation="tanh", random_state=1), X, X[:, 0])
    fit.out_activation_ = "exp"
    for estimator, message in (
        (Steps(), "got Steps: give its last step, on inputs that the others have transformed"),
        (Search(), "got Search: give its best_estimator_"),
        (own, "got Own, a class derived from it, which may compute otherwise"),
        (3, "estimator must be an MLPClassifier or MLPRegressor, got int$"),
        (perceptrons.MLPClassifier(), "estimator must be fitted"),
        (tanh, "activation must be 'relu' or 'identity', got 'tanh'"),
        (fit, "out_activation_ must be 'identity', 'softmax' .*, got 'exp', which loss='poisson' makes of it"),
    ):
        with pytest.raises(ValueError, match=message):
            from_sklearn(estimator)
