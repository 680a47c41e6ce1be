"""The same numbers from torch and Zennit, where they are installed: ``pip install -e '.[peers]'``."""

import numpy as np
import pytest

from benchmarks.peers import import_zennit, zennit_pass
from lrp_edu.convolution import AvgPool2d, Conv2d, Flatten, MaxPool2d, fold_batch_norm
from lrp_edu.interop import to_module, to_torch
from lrp_edu.layers import Dense, ReLU
from lrp_edu.network import Network
from lrp_edu.rules import LRP0, AlphaBeta, Epsilon, Flat, Gamma, WSquare, ZBox, ZPlus

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # small products, which several threads only hold up


def zennit():
    try:
        return import_zennit()
    except ImportError as error:
        pytest.skip(f"{error.name} is not installed")


def network(rng, pool=MaxPool2d):
    """Return a network for images of 2 × 11 × 10; rows and columns do not fill all windows, of which some overlap."""
    return Network([
        Conv2d(rng.normal(size=(3, 2, 3, 3)), -rng.uniform(size=3), padding=1), ReLU(), pool(3, 2, (0, 1)),
        Conv2d(rng.normal(size=(4, 3, 3, 2)), -rng.uniform(size=4), stride=(1, 2), padding=(2, 1)), ReLU(),
        pool((2, 1)), Flatten(), Dense(rng.normal(size=(36, 5)), rng.normal(size=5)), ReLU(),
        Dense(rng.normal(size=(5, 3))),
    ])  # fmt: skip


@pytest.mark.parametrize("pool", [MaxPool2d, AvgPool2d])
def test_outputs_and_gradients_are_those_of_torch(pool):
    rng = np.random.default_rng(0)
    ours, x = network(rng, pool), rng.uniform(-1, 1, (4, 2, 11, 10))
    inputs = torch.tensor(x, requires_grad=True)
    outputs, dy = to_torch(ours)(inputs), rng.normal(size=(4, 3))
    (slopes,) = torch.autograd.grad(outputs, inputs, torch.tensor(dy))
    np.testing.assert_allclose(ours.forward(x), outputs.detach().numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.gradprop(dy), slopes.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("settings", [((2, 3),), (3, 2), (3, 2, 1), ((3, 2), (2, 1), (1, 0)), (2, 3, 1)], ids=str)
@pytest.mark.parametrize("pool", [MaxPool2d, AvgPool2d])
def test_poolings_are_those_of_torch_where_the_first_maximum_wins_too(pool, settings):
    """With strides that make windows overlap or leave places out, and with padding; means count it, as by default."""
    x = np.random.default_rng(1).integers(0, 2, (6, 3, 7, 9)).astype(float)
    inputs, ours = torch.tensor(x, requires_grad=True), pool(*settings)
    y = to_module(ours)(inputs)
    dy = np.arange(1.0, 1 + y.numel()).reshape(y.shape)
    y.backward(torch.tensor(dy))
    np.testing.assert_allclose(ours.forward(x), y.detach().numpy(), rtol=1e-14)
    np.testing.assert_allclose(ours.gradprop(dy, x), inputs.grad.numpy(), rtol=0 if pool is MaxPool2d else 1e-13)


@pytest.mark.parametrize("kind", ["dense", "convolution"])
def test_a_folded_batch_norm_computes_what_torch_computes(kind):
    rng = np.random.default_rng(2)
    scale, shift, mean, variance = rng.normal(size=(4, 5))
    variance = variance**2
    if kind == "dense":
        layer, norm = Dense(rng.normal(size=(4, 5)), rng.normal(size=5)), torch.nn.BatchNorm1d(5)
        x = rng.normal(size=(6, 4))
    else:
        layer = Conv2d(rng.normal(size=(5, 2, 3, 3)), rng.normal(size=5), stride=2, padding=1)
        norm, x = torch.nn.BatchNorm2d(5), rng.normal(size=(6, 2, 7, 8))
    norm.weight.data, norm.bias.data = torch.tensor(scale), torch.tensor(shift)
    norm.running_mean.data, norm.running_var.data = torch.tensor(mean), torch.tensor(variance)
    expected = torch.nn.Sequential(to_module(layer), norm).eval()(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(fold_batch_norm(layer, scale, shift, mean, variance).forward(x), expected, rtol=1e-11)


@pytest.mark.parametrize("pool", [MaxPool2d, AvgPool2d])
@pytest.mark.parametrize(
    "first", [LRP0(), Epsilon(0.25), AlphaBeta(2), AlphaBeta(1), ZPlus(), WSquare(), Flat(), ZBox(-1.0, 1.0)], ids=str
)
def test_relevance_is_that_of_zennit(first, pool):
    zennit()
    rng = np.random.default_rng(3)
    ours, x = network(rng, pool), rng.uniform(-1, 1, (4, 2, 11, 10))
    target = np.argmax(ours.forward(x), axis=-1)
    for others in (ZPlus(), Epsilon(0.5), AlphaBeta(2)):
        rules = [first, others, others, Epsilon(0.1)]
        expected = zennit_pass(to_torch(ours), x, target, rules, tiny=1e-14)()
        found = ours.explain(x, target, rules)
        np.testing.assert_allclose(found.relevance, expected, rtol=0, atol=1e-9 * np.abs(expected).max())


def test_gamma_is_that_of_zennit_where_it_is_made_for():
    """For activations that are not negative, neurons that are active, and biases that are not positive."""
    zennit()
    rng = np.random.default_rng(4)
    ours, x = network(rng), rng.uniform(0, 1, (4, 2, 11, 10))
    target = np.argmax(ours.forward(x), axis=-1)
    rules = [Gamma(0.25), Gamma(0.5), ZPlus(), Epsilon(0.1)]
    expected = zennit_pass(to_torch(ours), x, target, rules, tiny=1e-14)()
    found = ours.explain(x, target, rules)
    np.testing.assert_allclose(found.relevance, expected, rtol=0, atol=1e-9 * np.abs(expected).max())
