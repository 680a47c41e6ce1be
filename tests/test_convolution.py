"""Layers for images: against loops over the equation, unrolled dense layers for every rule, and other libraries."""

import numpy as np
import pytest
import unrolled
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, grid, rules_named

from lrp_edu.convolution import Conv2d
from lrp_edu.propagate import losses, propagate
from lrp_edu.rules import RULES, ZBox

EACH_RULE = pytest.mark.parametrize("name", RULES)
LOSSES = ("bias", "stabilizer", "no_receiver")
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def convolutions(draw, name="LRP-0"):
    """Draw a rule, a convolution, images (..., channels, height, width) and relevance of its outputs on the grid."""
    channels, outputs, size = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(PAIRS)
    stride, padding = draw(PAIRS), draw(st.tuples(*(st.integers(0, k - 1) for k in size)))
    height, width = (draw(st.integers(max(1, k - 2 * p), k + 2)) for k, p in zip(size, padding, strict=True))
    batch, dtype, low = draw(st.sampled_from([(), (2,), (2, 1), (0,)])), draw(DTYPES), draw(st.sampled_from([-4, 0]))
    layer = Conv2d(draw(grid((outputs, channels, *size))), draw(grid(outputs)), stride, padding)
    x = draw(grid((*batch, channels, height, width), dtype, low=low))
    R = draw(grid(layer.forward(x).shape, dtype))
    return draw(image_rules(name, x.shape[-3:])), layer, x, R


def image_rules(name, shape):
    """Return a strategy for all settings of a rule on images, with bounds for all, each channel or each pixel."""

    def shaped(rule):
        if not isinstance(rule, ZBox) or not np.ndim(rule.low):
            return rule
        return ZBox(np.reshape(rule.low, shape), np.reshape(rule.high, shape))

    return rules_named(name, shape[0]) | rules_named(name, int(np.prod(shape))).map(shaped)


def units(layer, shape):
    _, stride, padding = layer.windows
    return unrolled.units(layer.weight, layer.bias, stride, padding, shape[-3:])


def images(*arrays):
    """Yield the images of batches, one by one."""
    return zip(*(array.reshape(-1, *array.shape[-3:]) for array in arrays), strict=True)


@EACH_RULE
@given(st.data())
def test_rule_on_a_convolution_agrees_with_loops_over_its_equation(name, data):
    rule, layer, x, R = data.draw(convolutions(name))
    seen, _ = layer.see(x)
    relevance, lost = propagate(rule, seen, R), losses(rule, seen, R)
    assert relevance.shape == x.shape and relevance.dtype == x.dtype
    found, eps = units(layer, x.shape), np.finfo(x.dtype).eps
    for x_n, R_n, got, *kinds in images(x, R, relevance, *lost):
        expected, size, exact = unrolled.slow(rule, x_n, found, R_n)
        tolerance = 32 * eps * np.array(size, float)
        assert np.all(np.abs(got.ravel() - np.array(expected, float)) <= tolerance)
        for kind, values in zip(LOSSES, kinds, strict=True):
            np.testing.assert_allclose(values.ravel(), np.array(exact[kind], float), rtol=8 * eps, err_msg=kind)
