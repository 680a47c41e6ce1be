"""Composites: a rule for each layer by its place or by its kind, as the literature has them."""

import inspect
from types import SimpleNamespace

import numpy as np
import oracles
import pytest

from lrp_edu.layers import Dense, ReLU
from lrp_edu.network import Network
from lrp_edu.rules import COMPOSITES, LRP0, AlphaBeta, Epsilon, Flat, Gamma, ZBox, ZPlus, by_kind, composite

LETTERS = {"f": Flat(), "l": Gamma(), "m": Epsilon(), "u": LRP0()}
DENSE, OTHER = Dense([[1.0]]), object()
BOTH = SimpleNamespace(weighted=(OTHER, OTHER, OTHER, DENSE, DENSE))  # three convolutions and two dense layers
FLAT = SimpleNamespace(weighted=(DENSE, DENSE, DENSE))


def placed(depth, **sizes):
    """Return the rules of a network with so many layers as letters: first, lower, middle, upper."""
    chosen = composite(SimpleNamespace(weighted=[DENSE] * depth), *LETTERS.values(), **sizes)
    return "".join(letter for rule in chosen for letter, own in LETTERS.items() if rule == own)


def test_layers_above_the_first_fall_into_thirds():
    assert [placed(depth) for depth in range(1, 9)] == [
        "f", "fu", "flu", "flmu", "flmuu", "fllmuu", "fllmmuu", "fllmmuuu",
    ]  # fmt: skip


def test_sizes_place_the_layers_of_vgg_as_published():
    """Sixteen layers: z^B, then six with γ, six with ε and three with LRP-0."""
    assert placed(16, sizes=(6, 6, 3)) == "f" + 6 * "l" + 6 * "m" + 3 * "u"
    assert placed(3, sizes=[0, 2, 0]) == "fmm"


@pytest.mark.parametrize("sizes", [(1, 1), (1, 1, 1), (1, 0, 0), (3, -1, 0), ()])
def test_sizes_that_do_not_fit_are_refused(sizes):
    with pytest.raises(ValueError, match=r"sizes must hold three numbers of layers that add up to 2, got \("):
        composite(FLAT, *LETTERS.values(), sizes=sizes)


def test_rules_by_kind():
    assert by_kind(BOTH, ZPlus(), LRP0()) == 3 * [ZPlus()] + 2 * [LRP0()]
    assert by_kind(BOTH, ZPlus(), LRP0(), Flat()) == [Flat(), ZPlus(), ZPlus(), LRP0(), LRP0()]


def made(name, network, **settings):
    """Return a named composite; those that begin with z^B take the box from 0 to 1."""
    make = COMPOSITES[name]
    box = {"low": 0.0, "high": 1.0} if "low" in inspect.signature(make).parameters else {}
    return make(network, **box, **settings)


def published(bias, convolution, dense, first=None):
    """Return the rules of three convolutions and two dense layers as their source has them."""
    (kind, settings), (top, tiny) = convolution, dense
    rules = 3 * [kind(*settings, absorb_bias=bias)] + 2 * [top(*tiny, absorb_bias=bias)]
    return rules if first is None else [first, *rules[1:]]


ALPHA2, PLUS, TINY, QUARTER = (AlphaBeta, (2,)), (ZPlus, ()), (Epsilon, (1e-6,)), (Gamma, (0.25,))
BY_KIND = {
    "EpsilonPlus": (PLUS, TINY),
    "EpsilonAlpha2Beta1": (ALPHA2, TINY),
    "EpsilonPlusFlat": (PLUS, TINY, Flat()),
    "EpsilonAlpha2Beta1Flat": (ALPHA2, TINY, Flat()),
    "EpsilonGammaBox": (QUARTER, TINY, ZBox(0, 1)),
}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", BY_KIND)
def test_named_composites_are_those_of_their_source(name, bias):
    assert made(name, BOTH, absorb_bias=bias) == published(bias, *BY_KIND[name])


def test_the_bias_is_where_the_source_has_it():
    for name in BY_KIND:
        assert made(name, BOTH) == made(name, BOTH, absorb_bias=True)
    assert not any(rule.absorb_bias for rule in made("deep Taylor", BOTH))


def test_on_dense_layers_alone_the_composites_by_kind_know_no_convolution():
    own = Epsilon(1e-6, absorb_bias=True)
    for name, (*_, first) in {name: (*parts, None)[:3] for name, parts in BY_KIND.items()}.items():
        assert made(name, FLAT) == [first if first == Flat() else own, own, own]


def test_composites_by_place():
    plus = [ZBox(0, 1)] + 4 * [ZPlus()]
    assert made("deep Taylor", BOTH) == plus
    above = Gamma(0.25, absorb_bias=True), Epsilon(0.25, absorb_bias=True), LRP0(absorb_bias=True)
    assert made("LRP-0/ε/γ/z^B", BOTH) == [ZBox(0, 1), *above, above[-1]]
    assert made("LRP-0/ε/γ/z^B", BOTH, sizes=(4, 0, 0)) == [ZBox(0, 1)] + 4 * [above[0]]


@pytest.mark.parametrize("name", COMPOSITES)
@pytest.mark.parametrize("bias", [True, False])
def test_a_network_is_explained_by_a_named_composite(name, bias):
    rng = np.random.default_rng(1)
    parameters = [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in ((3, 4), (4, 3), (3, 2))]
    network = Network([part for W, b in parameters for part in (Dense(W, b), ReLU())][:-1])
    settings = {} if name == "deep Taylor" else {"absorb_bias": bias}
    x, chosen = rng.random(3), made(name, network, **settings)
    explanation = network.explain(x, 1, chosen)
    R = explanation.layers[-1]
    seen = [its.a for its in network.see(x)[0] if its.W]
    for a, (W, b), rule in reversed(list(zip(seen, parameters, chosen, strict=True))):
        R = np.array(oracles.layer(rule, *map(oracles.exact, (a, W, b, R))).relevance, float)
    np.testing.assert_allclose(explanation.relevance, R, rtol=1e-9, atol=1e-12)
    assert all(abs(row.rounding) < 1e-12 for row in explanation.audit().rows)


@pytest.mark.parametrize("name", COMPOSITES)
def test_convolutions_and_poolings_take_part(name):
    images = pytest.importorskip("lrp_edu.convolution")
    rng = np.random.default_rng(2)
    shapes = (2, 1, 3, 3), (2, 2, 2, 2)
    first, second = (images.Conv2d(rng.normal(size=shape), rng.normal(size=2)) for shape in shapes)
    last = Dense(rng.normal(size=(8, 3)))
    network = Network([first, ReLU(), images.AvgPool2d(2), second, ReLU(), images.Flatten(), last])
    chosen, x = made(name, network, **{} if name == "deep Taylor" else {"absorb_bias": False}), rng.random((1, 8, 8))
    assert len(chosen) == 3 and by_kind(network, *"cd") == ["c", "c", "d"]
    explanation = network.explain(x, 1, chosen)
    lost = sum(row.bias + row.stabilizer + row.no_receiver for row in explanation.audit().rows)
    assert explanation.relevance.sum() == pytest.approx(explanation.value - lost, rel=1e-9)
