"""The same numbers from torch and Zennit, where they are installed: ``pip install -e '.[peers]'``."""

import numpy as np
import pytest

from benchmarks.peers import import_zennit, zennit_pass
from lrp_edu.attention import AttnLRP, ChainRule, LastToken, LayerNorm, Residual, SelfAttention, WeightsFixed
from lrp_edu.convolution import AvgPool2d, Conv2d, Flatten, MaxPool2d, fold_batch_norm
from lrp_edu.interop import to_module, to_torch
from lrp_edu.layers import Dense, ReLU
from lrp_edu.network import Network
from lrp_edu.propagate import propagate
from lrp_edu.recurrence import LSTM, Gated
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


def torch_lstm(layer):
    """Return torch's LSTM with the same weights; it has a bias twice."""
    theirs = torch.nn.LSTM(layer.inputs, layer.outputs, batch_first=True).double()
    parts = {"weight_ih_l0": layer.weight_ih, "weight_hh_l0": layer.weight_hh}
    parts |= {"bias_ih_l0": 0.25 * layer.bias, "bias_hh_l0": 0.75 * layer.bias}
    theirs.load_state_dict({name: torch.tensor(part) for name, part in parts.items()})
    return theirs


def test_an_lstm_is_that_of_torch():
    rng = np.random.default_rng(5)
    layer, x = LSTM(rng.normal(size=(12, 2)), rng.normal(size=(12, 3)), rng.normal(size=12)), rng.normal(size=(4, 6, 2))
    inputs, dy = torch.tensor(x, requires_grad=True), rng.normal(size=(4, 3))
    outputs, (last, cell) = torch_lstm(layer)(inputs)
    (slopes,) = torch.autograd.grad(last[0], inputs, torch.tensor(dy))
    states = layer.states(x)
    np.testing.assert_allclose(states.h, outputs.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(states.c[:, -1], cell[0].detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(layer.gradprop(dy, x), slopes.numpy(), rtol=1e-11, atol=1e-14)


def test_relevance_of_an_lstm_is_gradient_times_input_with_detached_gates():
    """Each rule for products as a modified gradient: what is detached gets nothing, half of a gradient half."""
    rng = np.random.default_rng(6)
    layer, x = LSTM(rng.normal(size=(12, 2)), rng.normal(size=(12, 3)), rng.normal(size=12)), rng.normal(size=(4, 6, 2))
    W, V, b = (torch.tensor(part) for part in (layer.weight_ih, layer.weight_hh, layer.bias))

    def straight(curve, z):
        return z * (curve(z) / z).detach()

    def product(gate, signal, share):
        return share * gate.detach() * signal + (1 - share) * gate * signal.detach()

    for name, share in (("signal", 1.0), ("half", 0.5)):
        inputs = torch.tensor(x, requires_grad=True)
        h = c = torch.zeros(4, 3, dtype=torch.double)
        for x_t in inputs.unbind(1):
            i, f, g, o = torch.chunk(x_t @ W.T + h @ V.T + b, 4, dim=-1)
            i, f, o, g = *(straight(torch.sigmoid, z) for z in (i, f, o)), straight(torch.tanh, g)
            c = product(f, c, share) + product(i, g, share)
            h = product(o, straight(torch.tanh, c), share)
        (slopes,) = torch.autograd.grad(h.sum(), inputs)
        seen, y = layer.see(x)
        found = propagate(Gated(0.0, name, absorb_bias=True), seen, y)
        expected = (inputs * slopes).detach().numpy()
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * np.abs(expected).max())


# --- attention: each way of relevance through it is a gradient, in which something is detached or halved ---


def norm_and_heads(rng, biases):
    """Return a layer norm and an attention of two heads, with biases or without."""
    b = [biases * rng.normal(size=6) for _ in range(5)]
    norm = LayerNorm(rng.normal(size=6), b[0], eps=0.01)
    return norm, SelfAttention(*(Dense(rng.normal(size=(6, 6)) / 2, bias) for bias in b[1:]), heads=2)


def halved(product, one, other):
    """Return a product of two tensors of which each passes half of its gradient on."""
    return (product(one, other.detach()) + product(one.detach(), other)) / 2


def torch_norm(norm, x, fixed):
    variance = x.var(-1, correction=0, keepdim=True) + norm.eps
    sigma = (variance.detach() if fixed else variance).sqrt()
    return (x - x.mean(-1, keepdim=True)) / sigma * torch.tensor(norm.scale) + torch.tensor(norm.shift)


def torch_heads(layer, x, rule):
    q, k, v = (
        to_module(part)(x).unflatten(-1, (2, -1)).transpose(-2, -3) for part in (layer.query, layer.key, layer.value)
    )
    product = torch.matmul if isinstance(rule, ChainRule) else lambda one, other: halved(torch.matmul, one, other)
    A = torch.softmax(product(q, k.transpose(-1, -2)) / q.shape[-1] ** 0.5, dim=-1)
    O = A.detach() @ v if isinstance(rule, WeightsFixed) else product(A, v)  # noqa: E741
    return to_module(layer.output)(O.transpose(-2, -3).flatten(-2))


@pytest.mark.parametrize("biases", [0, 1])
@pytest.mark.parametrize("rule", [AttnLRP(), WeightsFixed(), ChainRule()], ids=str)
def test_relevance_through_attention_is_a_modified_gradient(rule, biases):
    rng = np.random.default_rng(6)
    (norm, heads), feed = norm_and_heads(rng, biases), Dense(rng.normal(size=(6, 6)), biases * rng.normal(size=6))
    last, read = Dense(rng.normal(size=(6, 3))), LayerNorm(rng.normal(size=6), biases * rng.normal(size=6))
    ours = Network([Residual([norm, heads]), Residual([feed, ReLU()]), LastToken(), read, last])
    x = rng.normal(size=(4, 5, 6))
    inputs, fixed = torch.tensor(x, requires_grad=True), not isinstance(rule, ChainRule)
    z = inputs + torch_heads(heads, torch_norm(norm, inputs, fixed), rule)
    z = z + torch.relu(to_module(feed)(z))
    y = to_module(last)(torch_norm(read, z[:, -1], fixed))
    (slopes,) = torch.autograd.grad(y[:, 1].sum(), inputs)
    np.testing.assert_allclose(ours.forward(x), y.detach().numpy(), rtol=1e-12)
    expected = x * slopes.numpy()
    np.testing.assert_allclose(
        ours.explain(x, 1, rule).relevance, expected, rtol=0, atol=1e-11 * np.abs(expected).max()
    )


def test_attention_and_norm_are_those_of_torch():
    rng = np.random.default_rng(7)
    norm, heads = norm_and_heads(rng, 1)
    x, dy = rng.normal(size=(4, 5, 6)), rng.normal(size=(4, 5, 6))
    own = torch.nn.LayerNorm(6, eps=norm.eps)
    own.weight.data, own.bias.data = torch.tensor(norm.scale), torch.tensor(norm.shift)
    many = torch.nn.MultiheadAttention(6, 2, batch_first=True)
    three = heads.query, heads.key, heads.value
    many.in_proj_weight.data = torch.tensor(np.concatenate([part.weight.T for part in three]))
    many.in_proj_bias.data = torch.tensor(np.concatenate([part.bias for part in three]))
    many.out_proj.weight.data = torch.tensor(heads.output.weight.T.copy())
    many.out_proj.bias.data = torch.tensor(heads.output.bias)
    for ours, theirs in ((norm, own), (heads, lambda a: many(a, a, a)[0])):
        inputs = torch.tensor(x, requires_grad=True)
        y = theirs(inputs)
        (slopes,) = torch.autograd.grad(y, inputs, torch.tensor(dy))
        np.testing.assert_allclose(ours.forward(x), y.detach().numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(ours.gradprop(dy, x), slopes.numpy(), rtol=1e-9, atol=1e-11)
    its, _ = heads.see(x)
    weights = many(*[torch.tensor(x)] * 3, average_attn_weights=False)[1]
    np.testing.assert_allclose(its.inside.A, weights.detach().numpy(), rtol=1e-10)
