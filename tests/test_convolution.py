"""Layers for images: against loops over the equation, unrolled dense layers for every rule, and other libraries."""

import pickle
import tracemalloc
from functools import cache

import numpy as np
import pytest
import unrolled
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, grid, rules_named

from lrp_edu import AvgPool2d, Conv2d, Flatten, MaxPool2d, fold_batch_norm
from lrp_edu.claims.reference import draw_rule
from lrp_edu.convolution import bands
from lrp_edu.layers import Dense, ReLU
from lrp_edu.network import Network
from lrp_edu.propagate import losses, propagate
from lrp_edu.rules import LRP0, RULES, Epsilon, Flat, Gamma, WSquare, ZBox, ZPlus

EACH_RULE = pytest.mark.parametrize("name", RULES)
LOSSES = ("bias", "stabilizer", "no_receiver")
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))
BATCHES = st.sampled_from([(), (2,), (2, 1), (0,)])


@st.composite
def convolutions(draw, name="LRP-0"):
    """Draw a rule, a convolution, images (..., channels, height, width) and relevance of its outputs on the grid."""
    channels, outputs, size = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(PAIRS)
    stride, padding = draw(PAIRS), draw(st.tuples(*(st.integers(0, k - 1) for k in size)))
    height, width = (draw(st.integers(max(1, k - 2 * p), k + 2)) for k, p in zip(size, padding, strict=True))
    batch, dtype, low = draw(BATCHES), draw(DTYPES), draw(st.sampled_from([-4, 0]))
    layer = Conv2d(draw(grid((outputs, channels, *size))), draw(grid(outputs)), stride, padding)
    x = draw(grid((*batch, channels, height, width), dtype, low=low))
    R = draw(grid(layer.forward(x).shape, dtype))
    return draw(image_rules(name, x.shape[-3:])), layer, x, R


@cache
def image_rules(name, shape):
    """Return a strategy for all settings of a rule on images, with bounds for all, each channel or each pixel."""
    return rules_named(name, shape[0]) | rules_named(name, int(np.prod(shape))).map(lambda rule: boxed(rule, shape))


def boxed(rule, shape):
    """Return a rule whose bounds, if there is one for each pixel, have the shape of an image."""
    if not isinstance(rule, ZBox) or not np.ndim(rule.low):
        return rule
    return ZBox(np.reshape(rule.low, shape), np.reshape(rule.high, shape))


@st.composite
def pools(draw):
    """Draw size, stride and padding of a pooling, images that its windows need not fill, and relevance of its outputs.

    Windows may overlap, touch, or leave places between them.
    """
    size, dtype = draw(PAIRS), draw(DTYPES)
    stride, padding = draw(st.none() | PAIRS), draw(st.tuples(*(st.integers(0, k // 2) for k in size)))
    height, width = (draw(st.integers(max(1, k - 2 * p), 3 * k)) for k, p in zip(size, padding, strict=True))
    x = draw(grid((*draw(BATCHES), draw(st.integers(1, 3)), height, width), dtype, low=draw(st.sampled_from([-4, 0]))))
    outputs = AvgPool2d(size, stride, padding).forward(x).shape
    return (size, stride, padding), x, draw(grid(outputs, dtype))


def units(layer, shape):
    """Return the outputs of a convolution or an average pooling, each with the inputs that it sees."""
    if isinstance(layer, AvgPool2d):
        found, w = unrolled.windows(*layer.windows, shape[-3:]), 1 / np.prod(layer.windows.size)
        return [unrolled.Unit(seen, [w] * len(seen), 0.0) for seen in found]
    _, stride, padding = layer.windows
    return unrolled.units(layer.weight, layer.bias, stride, padding, shape[-3:])


def images(*arrays):
    """Yield the images of batches, one by one."""
    return zip(*(array.reshape(-1, *array.shape[-3:]) for array in arrays), strict=True)


# One convolution.


@given(convolutions())
def test_convolution_agrees_with_loops(case):
    _, layer, x, _ = case
    z = layer.forward(x)
    assert z.dtype == x.dtype and z.shape[:-3] == x.shape[:-3] and z.shape[-3] == layer.outputs
    for x_n, z_n in images(x, z):
        values = x_n.ravel()
        expected = [sum(values[i] * w for i, w in zip(u.inputs, u.w, strict=True)) + u.b for u in units(layer, x.shape)]
        assert z_n.ravel().tolist() == [float(value) for value in expected]


@EACH_RULE
@given(st.data())
def test_rule_on_a_convolution_agrees_with_loops_over_its_equation(name, data):
    rule, layer, x, R = data.draw(convolutions(name))
    seen, _ = layer.see(x)
    relevance, lost = propagate(rule, seen, R), losses(rule, seen, R)[:3]
    assert relevance.shape == x.shape and relevance.dtype == x.dtype
    found, eps = units(layer, x.shape), np.finfo(x.dtype).eps
    for x_n, R_n, got, *kinds in images(x, R, relevance, *lost):
        expected, size, exact = unrolled.slow(rule, x_n, found, R_n)
        assert np.all(np.abs(got.ravel() - np.array(expected, float)) <= 32 * eps * np.array(size, float))
        for kind, values in zip(LOSSES, kinds, strict=True):
            np.testing.assert_allclose(values.ravel(), np.array(exact[kind], float), rtol=8 * eps, err_msg=kind)


SHAPES = [  # channels, height, width, outputs, size, stride, padding
    ((1, 6, 7), 2, (3, 3), 1, 0),
    ((2, 5, 6), 3, (3, 2), 1, 1),
    ((3, 7, 5), 2, (2, 3), (2, 1), (0, 2)),
    ((2, 8, 8), 2, (3, 3), 2, 1),
    ((2, 6, 6), 3, (1, 1), 3, 0),
    ((1, 4, 4), 2, (4, 4), 1, 3),
]


@EACH_RULE
@pytest.mark.parametrize("shape, outputs, size, stride, padding", SHAPES, ids=str)
def test_a_convolution_is_its_unrolled_dense_layer(name, shape, outputs, size, stride, padding):
    """Each output is a dense layer of one neuron that sees its window; the padding is no input of it."""
    rng = np.random.default_rng(0)
    layer = Conv2d(rng.normal(size=(outputs, shape[0], *size)), rng.normal(size=outputs), stride, padding)
    x = rng.normal(size=(3, *shape))
    for _ in range(3):
        rule = boxed(draw_rule(rng, int(np.prod(shape)), [name], absorb=True), shape)
        seen, z = layer.see(x)
        R = rng.normal(size=z.shape)
        relevance, lost = propagate(rule, seen, R), losses(rule, seen, R)[:3]
        for n, x_n in enumerate(x):
            expected, kinds = unrolled.dense(rule, x_n, units(layer, shape), R[n])
            np.testing.assert_allclose(relevance[n].ravel(), expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())
            for got, kind in zip(lost, kinds, strict=True):
                np.testing.assert_allclose(got[n].ravel(), kind, rtol=1e-11, atol=1e-12 * np.abs(kind).max())


@given(convolutions())
def test_transpose_is_the_adjoint(case):
    """On the grid both sides are exact: the sum of (W x)_j s_j is the sum of x_i (Wᵀ s)_i."""
    _, layer, x, s = case
    W = layer.parameters(x.dtype)[0].full
    forward, back = layer.apply(x, W) * s, layer.transpose(s, W, x.shape) * x
    assert back.shape == x.shape and forward.sum(dtype=float) == back.sum(dtype=float)


@given(convolutions())
def test_gradprop_of_a_convolution_is_the_derivative(case):
    """The layer is affine, so a whole step along each input gives the derivative exactly."""
    _, layer, x, dy = case
    slopes, z = layer.gradprop(dy, x), layer.forward(x)
    for i in np.ndindex(x.shape[-3:]):
        moved = x.copy()
        moved[..., *i] += 1
        assert np.array_equal(slopes[..., *i], ((layer.forward(moved) - z) * dy).sum(axis=(-3, -2, -1)))


def test_the_kernel_is_not_turned_around():
    """By hand, on 4 × 4: the window looks for a step from dark to bright."""
    x = [[[0.0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]]]
    assert Conv2d([[[[-1.0, 1.0]]]]).forward(x).tolist() == [[[0, 1, 0]] * 4]
    assert Conv2d([[[[-1.0], [1.0]]]]).forward(x).tolist() == [[[0, 0, 0, 0]] * 3]
    assert Conv2d([[[[-1.0, 1.0]]]], stride=(3, 2), padding=(0, 1)).forward(x).tolist() == [[[0, 1, -1]] * 2]


@pytest.mark.parametrize("rule", [LRP0(), ZPlus(), WSquare(), Flat(), ZBox(-1, 1)], ids=str)
def test_a_window_in_the_padding_alone_has_no_receiver(rule):
    seen, z = Conv2d(np.ones((1, 1, 1, 1)), padding=1).see(np.ones((1, 1, 1)))
    assert propagate(rule, seen, z + 1).tolist() == [[[2]]] and z.shape == (1, 3, 3)
    assert losses(rule, seen, z + 1).no_receiver.tolist() == [[[1, 1, 1], [1, 0, 1], [1, 1, 1]]]


@pytest.mark.parametrize("rule", [WSquare(), Flat(), ZBox(-1, 1), ZBox([-1, -2], 1)], ids=str)
def test_padding_receives_nothing_from_the_rules_without_a_factor_a(rule):
    """All that comes in arrives inside of the image, though its padding is 0, far from the corner of the box."""
    rng = np.random.default_rng(1)
    seen, z = Conv2d(rng.normal(size=(3, 2, 3, 3)), padding=2).see(rng.uniform(-1, 1, (2, 4, 4)))
    R = rng.uniform(size=z.shape)
    np.testing.assert_allclose(propagate(rule, seen, R).sum(), R.sum(), rtol=1e-14)


def test_bounds_for_each_channel_and_each_pixel():
    rng = np.random.default_rng(2)
    layer, x = Conv2d(rng.normal(size=(2, 2, 2, 2))), rng.uniform(0, 1, (20, 2, 3, 4))  # enough for the shortcut
    (seen, z), low = layer.see(x), np.array([-1.0, -0.5])
    each = np.broadcast_to(low[:, None, None], x.shape[1:])
    channel, pixel = (propagate(ZBox(bound, 2), seen, z) for bound in (low, each))
    assert np.array_equal(channel, pixel) and not np.allclose(channel, propagate(ZBox(-1, 2), seen, z))
    assert ZBox(np.zeros((1, 2, 2)), 1) == ZBox([[[0, 0], [0, 0]]], 1) != ZBox(np.ones((1, 2, 2)), 1)
    assert ZBox(low, np.ones((2, 3, 4))).high[1][2] == (1, 1, 1, 1) and hash(ZBox(np.zeros((1, 2, 2)), 1))


def test_digits_may_be_lost_beside_the_largest_relevance_of_all_rows():
    """A ratio below the range of float32 is no error where another row of the image has far more."""
    seen, _ = Conv2d([[[[1e10]]]]).see(np.ones((1, 2, 1), np.float32))
    assert propagate(LRP0(), seen, np.float32([[[1e-30], [1]]])).sum() == 1
    with pytest.raises(ValueError, match="relevance must have a magnitude"):
        propagate(LRP0(), seen, np.float32([[[1e-30], [0]]]))


def test_derived_weights_act_on_the_same_axes():
    W, _ = Conv2d(np.ones((2, 3, 1, 1))).parameters(np.dtype(float))
    assert W.axes == W.unit.axes == 3


def test_convolution_keeps_copies_in_any_precision():
    weight, bias = np.ones((1, 1, 2, 2)), np.ones(1)
    layer = Conv2d(weight, bias)
    weight[:], bias[:] = 7, 7
    assert layer.forward(np.ones((1, 2, 2))).tolist() == [[[5]]]
    assert layer.forward(np.ones((1, 2, 2), np.float32)).dtype == np.float32
    assert layer.gradprop(np.ones((1, 1, 1), np.float32), np.ones((1, 2, 2), np.float32)).dtype == np.float32
    for twin in (layer, pickle.loads(pickle.dumps(layer))):
        for array in (twin.weight, twin.bias):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_layers_can_be_pickled_and_print():
    x = np.arange(48.0).reshape(1, 6, 8)
    layers = {
        Conv2d(np.ones((2, 1, 3, 3))): "Conv2d(1 → 2, 3 × 3)",
        Conv2d(np.ones((2, 1, 3, 2)), stride=2, padding=(1, 0)): "Conv2d(1 → 2, 3 × 2, stride 2, padding (1, 0))",
        AvgPool2d(2): "AvgPool2d(2)",
        MaxPool2d((1, 2)): "MaxPool2d((1, 2))",
        MaxPool2d(3, stride=2, padding=1): "MaxPool2d(3, stride 2, padding 1)",
        AvgPool2d((2, 3), (2, 3), (0, 1)): "AvgPool2d((2, 3), padding (0, 1))",
        Flatten(): "Flatten()",
    }
    for layer, text in layers.items():
        twin = pickle.loads(pickle.dumps(layer))
        assert repr(layer) == repr(twin) == text and np.array_equal(layer.forward(x), twin.forward(x))


# Pooling.


@given(pools())
def test_maximum_pooling_agrees_with_loops(case):
    """The first maximum of each window takes all, whatever its sign; the sum of what it gets where windows overlap."""
    settings, x, R = case
    layer = MaxPool2d(*settings)
    seen, y = layer.see(x)
    relevance = layer.relprop(R, seen)
    assert np.array_equal(relevance, layer.gradprop(R, x)) and relevance.dtype == y.dtype == x.dtype
    assert relevance.shape == x.shape and y.shape == R.shape
    for x_n, y_n, R_n, got in images(x, y, R, relevance):
        expected, values = np.zeros(x_n.size), x_n.ravel()
        found = unrolled.windows(*layer.windows, x_n.shape)
        for window, largest, share in zip(found, y_n.ravel(), R_n.ravel(), strict=True):
            assert largest == max(values[window])
            expected[window[values[window].tolist().index(largest)]] += share
        assert np.array_equal(got.ravel(), expected)
        assert got.sum() == R_n.sum()


def test_of_equal_maxima_the_first_takes_all():
    """One library gave relevance to none of them, or to each."""
    for x in (np.zeros((1, 2, 2)), np.full((1, 2, 2), -3.0), np.array([[[5.0, 5.0], [5.0, 1.0]]])):
        assert MaxPool2d(2).gradprop(np.array([[[4.0]]]), x).tolist() == [[[4, 0], [0, 0]]]
    assert MaxPool2d(2).gradprop(np.array([[[-4.0]]]), np.array([[[0, 1.0], [1.0, 0]]])).tolist() == [[[0, -4], [0, 0]]]


def test_overlapping_windows_by_hand():
    """Three by three, every second place, with a frame: in torch as in ResNet."""
    x = np.array([[[-1.0, -2, -3, -4], [-5, -1, -2, -3], [-4, -5, -0.5, -2], [-3, -4, -5, -6]]])
    largest, R = MaxPool2d(3, stride=2, padding=1), np.array([[[1.0, 2], [4, 8]]])
    assert largest.forward(x).tolist() == [[[-1, -1], [-1, -0.5]]]
    assert largest.gradprop(R, x).tolist() == [[[1, 0, 0, 0], [0, 6, 0, 0], [0, 0, 8, 0], [0, 0, 0, 0]]]
    mean = AvgPool2d(3, stride=2, padding=1)
    assert mean.forward(np.full((1, 4, 4), 9.0)).tolist() == [[[4, 6], [6, 9]]]
    seen, y = mean.see(np.ones((1, 4, 4)))
    shared = propagate(mean.rule, seen, np.array([[[4.0, 6], [6, 9]]]))
    np.testing.assert_allclose(shared, [[[1, 2, 1, 1], [2, 4, 2, 2], [1, 2, 1, 1], [1, 2, 1, 1]]], rtol=1e-14)


@pytest.mark.parametrize("pool", [MaxPool2d, AvgPool2d])
def test_padding_of_a_pooling_is_at_most_half_of_a_window(pool):
    """So each window holds a pixel: a maximum over none would be no number."""
    assert np.isfinite(pool(2, stride=1, padding=1).forward(np.ones((1, 1, 1)))).all()
    with pytest.raises(ValueError, match=r"padding must be at most half of size, \(3, 2\), got 2"):
        pool((3, 2), padding=2)


def test_what_gets_nothing_is_no_negative_zero():
    shared = MaxPool2d(2).gradprop(np.full((1, 1, 1), -1.0), np.array([[[1.0, 0.0], [0.0, 0.0]]]))
    assert not np.signbit(shared[shared == 0]).any()


@given(pools())
def test_average_pooling_agrees_with_loops_over_its_equation(case):
    settings, x, R = case
    layer = AvgPool2d(*settings)
    size = np.prod(layer.windows.size)
    seen, y = layer.see(x)
    relevance, lost = propagate(layer.rule, seen, R), losses(layer.rule, seen, R)
    eps = np.finfo(x.dtype).eps
    assert relevance.dtype == y.dtype == x.dtype and relevance.shape == x.shape
    for x_n, y_n, R_n, got, none in images(x, y, R, relevance, lost.no_receiver):
        found, values = units(layer, x.shape), x_n.ravel()
        means = [values[unit.inputs].sum(dtype=float) / size for unit in found]
        np.testing.assert_allclose(y_n.ravel(), means, rtol=8 * eps, atol=8 * eps * np.abs(values).max(initial=0))
        exact = [unit._replace(w=[1.0] * len(unit.w)) for unit in found]  # the same shares, and no rounding of 1/9
        expected, size_n, missing = unrolled.slow(LRP0(), x_n, exact, R_n)
        clear = np.repeat([True], x_n.size)
        for unit, mean in zip(found, means, strict=True):
            clear[unit.inputs] &= mean != 0 or size in (1, 2, 4)
        error = np.abs(got.ravel() - np.array(expected, float))
        assert np.all((error <= 64 * eps * np.array(size_n, float))[clear])
        if clear.all():
            np.testing.assert_allclose(none.ravel(), np.array(missing["no_receiver"], float), rtol=8 * eps)


@given(pools())
def test_gradprop_of_an_average_is_the_derivative(case):
    settings, x, dy = case
    layer = AvgPool2d(*settings)
    for dy_n, got in images(dy, layer.gradprop(dy, x)):
        expected = np.zeros(got.size)
        for window, share in zip(unrolled.windows(*layer.windows, got.shape), dy_n.ravel(), strict=True):
            expected[window] += share / np.prod(layer.windows.size)
        np.testing.assert_allclose(got.ravel(), expected, rtol=0, atol=16 * np.finfo(x.dtype).eps)


def test_the_audit_says_that_a_window_of_zeros_has_no_receiver():
    """Flat above hands relevance to the mean of a silent window, and nobody there has a share of it."""
    network = Network([Conv2d(np.ones((1, 1, 1, 1))), ReLU(), AvgPool2d(2), Flatten(), Dense(np.ones((2, 1)))])
    x = np.array([[[0.0, 0, 1, 1], [0, 0, 1, 1]]])
    found = network.explain(x, rules=[LRP0(), Flat()])
    last, pool, first = found.audit().rows
    assert (pool.layer, pool.incoming, pool.outgoing, pool.no_receiver) == ("AvgPool2d(2)  LRP-0", 1, 0.5, 0.5)
    assert (last.outgoing, first.incoming, first.no_receiver) == (1, 0.5, 0)
    assert found.relevance.tolist() == [[[0, 0, 0.125, 0.125]] * 2]


# Networks.


def random(rng, *shape):
    return rng.normal(size=shape)


def small_network(rng, pool=MaxPool2d):
    """Return a network of two convolutions, a pooling and two dense layers, for images of 2 × 9 × 8."""
    return Network([
        Conv2d(random(rng, 3, 2, 3, 3), random(rng, 3) / 4, padding=1), ReLU(), pool(2),
        Conv2d(random(rng, 4, 3, 2, 2), random(rng, 4) / 4, stride=2, padding=(1, 0)), ReLU(),
        Flatten(), Dense(random(rng, 24, 5), random(rng, 5) / 4), ReLU(), Dense(random(rng, 5, 3)),
    ])  # fmt: skip


def dense_twin(network, shape):
    """Return the same network of dense layers alone, one for each layer that shares."""
    layers, x = [], np.zeros(shape)
    for layer in network.layers:
        if isinstance(layer, (Conv2d, AvgPool2d)):
            layers.append(Dense(*unrolled.matrix(units(layer, x.shape), x.size)))
        elif not isinstance(layer, Flatten):
            layers.append(layer)
        x = layer.forward(x)
    return Network(layers)


@pytest.mark.parametrize("seed", range(6))
def test_a_network_is_its_unrolled_one(seed):
    """Outputs, gradients, relevance of every layer and the audit are those of dense layers."""
    rng = np.random.default_rng(seed)
    network, x = small_network(rng, AvgPool2d), rng.uniform(0, 1, (2, 3, 2, 9, 8))
    twin, rows = dense_twin(network, x.shape[2:]), x.reshape(2, 3, -1)
    low, high = -rng.uniform(0, 1, (2, 2, 9, 8)) * [[[[1]]], [[[-1]]]] + [[[[0]]], [[[1]]]]
    first, flat = ZBox(low, high), ZBox(low.ravel(), high.ravel())
    others = [draw_rule(rng, 1, set(RULES) - {"flat", "z^B"}, absorb=True) for _ in range(3)]
    found = network.explain(x, 1, [first, *others])
    expected = twin.explain(rows, 1, [flat, LRP0(), *others])
    np.testing.assert_allclose(found.output, expected.output, rtol=1e-12)
    for got, R, total in zip(found.layers, expected.layers, found.totals, strict=True):
        size = np.abs(R).max()
        np.testing.assert_allclose(got.reshape(R.shape), R, rtol=1e-10, atol=1e-11 * size)
        np.testing.assert_allclose(total, R.sum(axis=-1), rtol=1e-9, atol=1e-10 * size)
    for row, other in zip(found.audit().rows, expected.audit().rows, strict=True):
        amounts = other.amounts()
        np.testing.assert_allclose(row.amounts(), amounts, rtol=1e-9, atol=1e-10 * np.abs(amounts).max())
    dy = rng.normal(size=found.output.shape)
    network.forward(x), twin.forward(rows)
    np.testing.assert_allclose(network.gradprop(dy).reshape(rows.shape), twin.gradprop(dy), rtol=1e-10, atol=1e-12)


def test_gradprop_through_maximum_pooling_is_the_derivative():
    rng = np.random.default_rng(3)
    network, x = small_network(rng), rng.uniform(0, 1, (2, 9, 8))
    network.forward(x)
    dy, step = rng.normal(size=3), 1e-7
    slopes = network.gradprop(dy)
    for i in np.ndindex(x.shape):
        beside = [x.copy(), x.copy()]
        beside[0][i] -= step
        beside[1][i] += step
        below, above = (network.forward(one) @ dy for one in beside)
        assert slopes[i] == pytest.approx((above - below) / (2 * step), abs=1e-6)


@pytest.mark.parametrize("pool", [MaxPool2d, AvgPool2d])
@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 2e-5), (np.float64, 1e-13)])
def test_a_batch_of_images_is_its_images_one_by_one(monkeypatch, pool, dtype, tolerance):
    rng = np.random.default_rng(4)
    network, x = small_network(rng, pool), rng.uniform(0, 1, (2, 3, 2, 9, 8)).astype(dtype)
    bias = {"absorb_bias": True}
    for rules in ([ZBox(0, 1), Gamma(0.25), ZPlus(), Epsilon(0.1)], [Flat(), WSquare(), LRP0(**bias), LRP0()]):
        found = network.explain(x, rules=rules)
        assert all(R.dtype == dtype for R in (found.output, *found.layers)) and found.relevance.shape == x.shape
        network.forward(x)
        np.testing.assert_allclose(network.relprop(found.layers[-1], rules), found.relevance, atol=tolerance)
        with monkeypatch.context() as patch:
            patch.setattr("lrp_edu._pieces.PIECE", 300)  # two images
            cut = network.explain(x, rules=rules)
        for n in np.ndindex(2, 3):
            alone = network.explain(x[n], found.target[n], rules)
            size = np.abs(alone.relevance).max()
            for other in (found[n], cut[n]):
                assert other.target == alone.target and other.layers[0].shape == alone.layers[0].shape == (2, 9, 8)
                for one, R in zip(other.layers, alone.layers, strict=True):
                    np.testing.assert_allclose(one, R, rtol=0, atol=tolerance * size)
            for row, other in zip(found[n].audit().rows, alone.audit().rows, strict=True):
                assert row.layer == other.layer
                np.testing.assert_allclose(row.amounts(), other.amounts(), rtol=0, atol=100 * tolerance * size)


@EACH_RULE
def test_the_audit_of_images_adds_up(name):
    rng = np.random.default_rng(5)
    rule = draw_rule(rng, 1, [name], absorb=True) if name != "z^B" else ZBox(-1, 2)
    network, x = small_network(rng, AvgPool2d), rng.uniform(-1, 1, (4, 2, 9, 8))
    found = network.explain(x, rules=rule)
    rows = found.audit().rows
    names = [row.layer.split("  ")[0] for row in rows]
    assert names == [str(layer) for layer in network.sharing[::-1]] and len(names) == 5
    for row, R in zip(rows, found.layers[::-1], strict=False):
        assert row.incoming == pytest.approx(R.sum(), rel=1e-9)
        assert abs(row.rounding) <= 1e-12 * max(map(abs, row.amounts()))


def test_an_empty_batch_of_images():
    network, none = small_network(np.random.default_rng(6)), np.zeros((0, 2, 9, 8))
    found = network.explain(none, rules=ZPlus())
    assert found.relevance.shape == none.shape and len(found) == 0 and network.forward(none).shape == (0, 3)


def test_sizes_of_a_network_for_images():
    network = small_network(np.random.default_rng(7), AvgPool2d)
    assert network.input_shape == (2, "height", "width") and network.output_shape == (3,)
    assert (network.inputs, network.outputs, len(network.weighted), len(network.sharing)) == (2, 3, 4, 5)
    assert network.largest((2, 9, 8)) == 3 * 9 * 8 and network.largest((2, 90, 8)) == 3 * 90 * 8
    network = Network([AvgPool2d(2), Conv2d(np.ones((4, 2, 1, 1))), MaxPool2d(2), Flatten()])
    assert network.input_shape == ("channels", "height", "width") and network.output_shape == ("features",)


def test_a_network_that_ends_in_flatten_counts_its_outputs_when_it_sees_an_image():
    network = Network([Conv2d([[[[1.0, 1.0], [0.0, 0.0]]]]), Flatten()])
    found = network.explain(np.arange(9.0).reshape(1, 3, 3), target=3)
    assert found.value == 9 and found.relevance.tolist() == [[[0, 0, 0], [0, 4, 5], [0, 0, 0]]]
    with pytest.raises(ValueError, match="target must lie between 0 and 3, got"):
        network.explain(np.zeros((1, 3, 3)), target=4)


def test_images_are_never_changed_and_relevance_cannot_be():
    rng = np.random.default_rng(8)
    network, x = small_network(rng), rng.uniform(0, 1, (2, 2, 9, 8))
    before = x.copy()
    found = network.explain(x, rules=ZBox(0, 1))
    network.forward(x)
    network.relprop(found.layers[-1], ZPlus())
    assert np.array_equal(x, before)
    for R in found.layers:
        with pytest.raises(ValueError, match="read-only"):
            R[...] = 0


def test_no_array_has_a_place_for_each_input_and_each_output():
    """One image with all its weights unrolled would need 58 MB, the windows of all images together 30 MB."""
    rng = np.random.default_rng(9)
    network = Network([Conv2d(random(rng, 16, 1, 3, 3), padding=1), ReLU(), Flatten(), Dense(random(rng, 16 * 900, 2))])
    x, rules = rng.uniform(0, 1, (64, 1, 30, 30)).astype(np.float32), [ZBox(0, 1), ZPlus()]
    network.explain(x, rules=rules)
    tracemalloc.start()
    network.explain(x, rules=rules)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6


@pytest.mark.parametrize("band", [1, 150])
def test_windows_are_worked_off_in_bands(monkeypatch, band):
    """One row of windows at once, or two with a rest."""
    rng = np.random.default_rng(10)
    layer, x = Conv2d(random(rng, 3, 2, 3, 2), stride=(2, 1), padding=1), random(rng, 2, 2, 9, 5)
    seen, z = layer.see(x)
    dy = random(rng, *z.shape)
    slopes, relevance = layer.gradprop(dy, x), propagate(ZBox(-4, 4), seen, dy)
    monkeypatch.setattr("lrp_edu.convolution.BAND", band)
    assert len(bands(5, 6, 2, 12)) == {1: 5, 150: 5}[band] and len(bands(5, 6, 1, 12)) == {1: 5, 150: 3}[band]
    np.testing.assert_allclose(layer.forward(x), z, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(layer.gradprop(dy, x), slopes, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(layer.gradprop(dy[0], x[0]), slopes[0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(propagate(ZBox(-4, 4), seen, dy), relevance, rtol=1e-11, atol=1e-12)


# Batch norm.


def test_a_folded_batch_norm_by_hand():
    folded = fold_batch_norm(Conv2d([[[[2.0]]], [[[1.0]]]], [1.0, 0.0]), [3.0, -1.0], [0.5, 0], [1, 0], [3, 0], eps=1.0)
    assert folded.weight.ravel().tolist() == [3, -1] and folded.bias.tolist() == [0.5, 0]
    kept = fold_batch_norm(Conv2d(np.ones((1, 2, 3, 3)), stride=2, padding=(0, 1)), [1], [0], [0], [1])
    assert repr(kept) == "Conv2d(2 → 1, 3 × 3, stride 2, padding (0, 1))"
    assert kept.weight[0, 0, 0, 0] == 1 / np.sqrt(1 + 1e-5)


def test_folding_leaves_the_layer_alone():
    layer = Dense([[2.0]], [1.0])
    fold_batch_norm(layer, [3.0], [0.5], [1.0], [3.0])
    assert layer.weight.tolist() == [[2]] and layer.bias.tolist() == [1]
