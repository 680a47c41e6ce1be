"""Measures of heatmaps: slow loops from the equations, baselines, edges, and a table that a seed leaves alone."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DTYPES, grid

from lrp_edu import evaluation
from lrp_edu.digits import load_digits, load_network
from lrp_edu.evaluation import (
    EXPLAINERS,
    MEASURES,
    Comparison,
    area,
    by_mean_gradient,
    compare,
    correlation,
    flip,
    interval,
    mass_accuracy,
    randomized,
    rank_accuracy,
    shifted,
    similarity,
)
from lrp_edu.layers import Dense, ReLU
from lrp_edu.network import Network
from lrp_edu.rules import LRP0, Gamma, ZBox, ZPlus

SHAPES = [(4,), (1, 2, 2), (2, 3)]


class Folded:
    """A network whose inputs have any shape; what it computes is that of a dense one."""

    def __init__(self, network, shape):
        self.network, self.shape, self.outputs = network, shape, network.outputs

    def forward(self, x):
        return self.network.forward(x.reshape(len(x), -1))


@st.composite
def networks(draw, outputs=3):
    """Draw a network of two layers, images of some shape, and maps of that shape."""
    shape, n = draw(st.sampled_from(SHAPES)), draw(st.integers(1, 4))
    d = int(np.prod(shape))
    layers = Dense(draw(grid((d, 3))), draw(grid(3))), ReLU(), Dense(draw(grid((3, outputs))))
    return Folded(Network(layers), shape), draw(grid((n, *shape))), draw(grid((n, *shape)))


def order_of(R, least_first=False):
    """Return the inputs of one map, the most relevant first, ties in the order of the image."""
    sign = 1 if least_first else -1
    return sorted(range(R.size), key=lambda i: (sign * R.ravel()[i], i))


@given(networks(), st.integers(1, 5), st.booleans(), st.data())
def test_flipping_replaces_one_input_after_the_other(case, step, least_first, data):
    network, x, R = case
    r = data.draw(st.sampled_from([0.5, np.full(network.shape, -1.0), np.flip(x, axis=0)]))
    target = np.arange(len(x)) % 3
    curve = flip(network, x, R, target, replacement=r, step=step, least_first=least_first)
    for n, image in enumerate(x):
        point, expected = image.copy().ravel(), [network.forward(image[None])[0, target[n]]]
        gone = np.broadcast_to(r, x.shape)[n].ravel()
        for count, i in enumerate(order_of(R[n], least_first), 1):
            point[i] = gone[i]
            if count % step == 0 or count == point.size:
                expected.append(network.forward(point[None])[0, target[n]])
        assert curve[n].tolist() == expected


@given(grid((3, 5)))
def test_area_is_the_mean_drop(curve):
    for n, row in enumerate(curve):
        total = 0
        for value in row:
            total += row[0] - value
        assert area(curve)[n] == pytest.approx(total / 5, abs=1e-12)
    assert area(curve[:, :1]).tolist() == [0, 0, 0]


@given(networks(), st.data())
def test_mass_and_rank_count_inside_the_mask(case, data):
    _, _, R = case
    mask = data.draw(st.sampled_from(["one", "some", "all"]))
    mask = {"one": np.eye(1, R[0].size).astype(bool), "all": np.ones((1, R[0].size), bool)}.get(
        mask, np.arange(R[0].size)[None] % 2 == 0
    ).reshape(R.shape[1:])
    mass, rank = mass_accuracy(R, mask), rank_accuracy(R, mask)
    for n, one in enumerate(R):
        positive = [max(value, 0) for value in one.ravel()]
        inside = [value for value, there in zip(positive, mask.ravel(), strict=True) if there]
        assert mass[n] == pytest.approx(sum(inside) / sum(positive) if sum(positive) else 0, abs=1e-12)
        first = order_of(one)[: mask.sum()]
        assert rank[n] == sum(mask.ravel()[i] for i in first) / mask.sum()


@given(networks(), st.data())
def test_correlation_is_that_of_the_textbook(case, data):
    _, p, R = case
    found, alike = correlation(p, R), similarity(p, R)
    for n, (one, other) in enumerate(zip(p, R, strict=True)):
        flat = np.ptp(one) == 0 or np.ptp(other) == 0
        slow = 0 if flat else np.corrcoef(one.ravel(), other.ravel())[0, 1]
        assert found[n] == pytest.approx(slow, abs=1e-9)
        sums = np.sign(one.sum()) * np.sign(other.sum())
        assert alike[n] == sums * found[n]


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_correlation_of_maps_of_any_size(size):
    maps = np.array([[1.0, 2.0, 4.0]])
    assert correlation(maps * size, -maps) == pytest.approx([-1], abs=1e-15)
    assert correlation(maps, maps * 0 + size).tolist() == [0]


def small():
    layers = Dense(np.arange(12.0).reshape(4, 3), [1.0, 2.0, 3.0]), ReLU(), Dense(np.arange(6.0).reshape(3, 2), [7, 8])
    return Network(layers)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_upper_layers_are_shuffled_and_lower_ones_stay(count):
    network = small()
    broken = randomized(network, count, seed=3)
    pairs = list(zip(network.weighted, broken.weighted, strict=True))
    for place, (old, new) in enumerate(pairs):
        stays = place < len(pairs) - count
        assert np.array_equal(old.weight, new.weight) == stays
        assert np.array_equal(np.sort(old.weight, axis=None), np.sort(new.weight, axis=None))
        assert np.array_equal(np.sort(old.bias), np.sort(new.bias))
    assert [type(layer) for layer in broken.layers] == [Dense, ReLU, Dense]


def test_a_cascade_keeps_what_it_has_shuffled():
    network = small()
    one, two = (randomized(network, count, seed=3) for count in (1, 2))
    assert np.array_equal(one.weighted[1].weight, two.weighted[1].weight)
    biases = [randomized(network, 2, seed).weighted[0].bias.tolist() for seed in range(4)]
    assert len(set(map(tuple, biases))) > 1
    other = randomized(network, 1, seed=4)
    assert not np.array_equal(one.weighted[1].weight, other.weighted[1].weight)
    assert network.weighted[1].weight.tolist() == np.arange(6.0).reshape(3, 2).tolist()


@given(grid((3, 4)), st.floats(-2, 2))
def test_shifted_inputs_give_the_same_outputs(x, t):
    assert shifted(small(), t).forward(x + t) == pytest.approx(small().forward(x), abs=1e-9)


def test_an_interval_is_that_of_means_of_drawn_images():
    values = np.array([3.1, 1.2, 4.4, 1.7, 5.3, 9.1, 2.6, 6.0, 5.5, 8.8, 0.4])
    rng = np.random.default_rng(1)
    means = [values[rng.integers(11, size=11)].mean() for _ in range(20000)]
    expected = np.quantile(means, [0.05, 0.95])
    assert interval(values, level=0.9, draws=20000) == pytest.approx(expected, abs=0.05)


def test_an_interval_draws_seeds_and_images_apart():
    values = np.add.outer([0.0, 10.0, 20.0], np.arange(5.0))
    rng = np.random.default_rng(1)
    means = [values[np.ix_(rng.integers(3, size=3), rng.integers(5, size=5))].mean() for _ in range(20000)]
    assert interval(values, draws=20000) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.3)
    low, high = interval(values.ravel(), draws=20000)
    assert high - low < 0.7 * np.diff(interval(values, draws=20000))


def test_an_interval_knows_its_level_and_its_seed():
    values = np.arange(20.0)
    wide, narrow = interval(values, level=0.99), interval(values, level=0.5)
    assert wide[0] < narrow[0] < 9.5 < narrow[1] < wide[1]
    assert interval(values, seed=1).tolist() == interval(values, seed=1).tolist() != interval(values, seed=2).tolist()


@given(DTYPES)
def test_precision_stays_and_inputs_are_not_changed(dtype):
    network, x = small(), np.linspace(-1, 1, 12, dtype=dtype).reshape(3, 4)
    kept = x.copy()
    for array in (flip(network, x, x, 0, replacement=-1.0), correlation(x, x), mass_accuracy(x, np.abs(x) > 0.2)):
        assert array.dtype == dtype
    assert np.array_equal(x, kept)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda net, x: flip(net, x[0], x[0], 0, replacement=0), r"x must have shape \(n, ...\), the first axis"),
        (lambda net, x: flip(net, x, x[:, :2], 0, replacement=0), r"relevance must have shape \(3, 4\) like x, got"),
        (lambda net, x: flip(net, x, x, 2, replacement=0), "target must lie between 0 and 1, got 2"),
        (lambda net, x: flip(net, x, x, 0.5, replacement=0), "target must be an int, or an int array"),
        (lambda net, x: flip(net, x, x, [0, 1], replacement=0), r"int array of shape \(3,\)"),
        (lambda net, x: flip(net, x, x, 0, replacement=np.zeros(3)), r"must broadcast to the shape \(3, 4\)"),
        (lambda net, x: flip(net, x, x, 0, replacement=np.nan), "replacement must hold finite numbers"),
        (lambda net, x: flip(net, x, x, 0, replacement=0, step=0), "step must be a whole number of at least 1, got 0"),
        (lambda net, x: area(3.0), "curve must have shape"),
        (lambda net, x: mass_accuracy(x, np.ones(4)), "mask must hold True and False, got dtype float64"),
        (lambda net, x: mass_accuracy(x, np.zeros(4, bool)), "mask must hold at least one input"),
        (lambda net, x: rank_accuracy(x, np.ones(3, bool)), r"mask must broadcast to the shape \(3, 4\)"),
        (lambda net, x: rank_accuracy(x[0], np.ones(4, bool)), "relevance must have shape"),
        (lambda net, x: correlation(x, x[:2]), r"other must have shape \(3, 4\) like one"),
        (lambda net, x: similarity(x, x[:2]), r"other must have shape \(3, 4\) like one"),
        (lambda net, x: randomized(net, 3, 0), "layers must be at most 2, the number of layers with weights, got 3"),
        (lambda net, x: randomized(net, -1, 0), "layers must be a whole number of at least 0, got -1"),
        (lambda net, x: shifted(Network([ReLU(), *net.layers]), 1.0), "dense layer, or a .*, got ReLU"),
        (lambda net, x: shifted(net, [1.0, 2.0]), "shift must be a single number"),
        (lambda net, x: interval([]), "values must have shape"),
        (lambda net, x: interval(x[None]), "values must have shape"),
        (lambda net, x: interval(x, level=1), "level must lie between 0 and 1, got 1"),
        (lambda net, x: interval(x, draws=0), "draws must be a whole number of at least 1"),
    ],
)
def test_bad_input_is_told(call, message):
    with pytest.raises(ValueError, match=message):
        call(small(), np.linspace(-1, 1, 12).reshape(3, 4))


# The table.


@pytest.fixture(scope="module")
def digits():
    data, network = load_digits(), load_network()
    x = data.images[data.test][::3]
    return network, x, network.forward(x).argmax(axis=1), data.images[data.train].mean(axis=0)


def measured(digits, **options):
    network, x, top, mean = digits
    return compare(network, x, top, low=-1.0, high=1.0, mean=mean, step=8, **options)


def test_the_table_says_the_same_when_all_is_drawn_anew(digits):
    """Other images that lend their pixels, other shuffles, other noise, other images drawn for the intervals."""

    def anew(name):
        return lambda *args, **box: np.roll(EXPLAINERS[name](*args, **box), 5, axis=0)

    explainers = EXPLAINERS | {name: anew(name) for name in ("random", "another image")}
    other = measured(digits, seeds=range(50, 53), explainers=explainers)
    one = measured(digits, seeds=range(3))
    for measure, values in one.values.items():
        for name in values:
            assert one.verdict(measure, name) == other.verdict(measure, name, seed=1), (measure, name)
            # The same measure lies in both intervals, a little stretched.
            (low, high), mean = one.interval(measure, name), other.mean(measure, name)
            stretch = 0.5 * (high - low) + 0.02
            assert low - stretch <= mean <= high + stretch, (measure, name)
    drawn = [m for m in one.values if not np.array_equal(one.values[m]["LRP-0"], other.values[m]["LRP-0"])]
    assert drawn == ["flip, others", "top shuffled"]


def test_only_what_is_asked_for_is_measured(digits):
    asked = []

    def watched(network, x, target, **box):
        asked.append(target)
        return EXPLAINERS["LRP-0"](network, x, target, **box)

    table = measured(digits, explainers={"LRP-0": watched}, measures=("flip, mean", "shifted"))
    assert list(table.values) == ["flip, mean", "shifted"] and len(asked) == 2
    assert set(measured(digits, explainers={"LRP-0": watched}, shift=None).values) == {
        measure for measure in MEASURES if measure not in ("shifted", "mass", "rank")
    }
    for wrong in (["flipped"], []):
        with pytest.raises(ValueError, match="measures must be some of flip, blank, .*, rank, got"):
            measured(digits, measures=wrong)


def test_explainers_are_what_they_are_called(digits):
    network, x, _, mean = digits
    x, target, box = x[:7], np.arange(7), {"low": -1.0, "high": 1.0, "mean": mean}
    maps = {name: explain(network, x, target, **box) for name, explain in EXPLAINERS.items()}
    rules = {
        "z^B, γ, LRP-0": [ZBox(-1, 1), Gamma(0.25), LRP0()], "z^B, z⁺, z⁺": [ZBox(-1, 1), ZPlus(), ZPlus()],
        "LRP-0": [LRP0()] * 3,
    }  # fmt: skip
    for name, chosen in rules.items():
        assert np.array_equal(maps[name], network.explain(x, target, chosen).relevance), name
    f = network.forward(x)[target, target]
    for name, start in (("int. gr., blank", np.full(64, -1.0)), ("int. gr., mean", mean)):
        assert maps[name].sum(axis=1) == pytest.approx(f - network.forward(start)[target], abs=0.5), name
    for i in range(64):
        without = x.copy()
        without[:, i] = mean[i]
        lost = f - network.forward(without)[target, target]
        assert maps["occlusion, mean"][:, i] == pytest.approx(lost, abs=1e-12)


def test_a_fixed_picture_knows_nothing_of_the_image_but_its_class(digits):
    network, x, top, mean = digits
    data = load_digits()
    images, classes = data.images[data.train], data.labels[data.train]
    explain, box = by_mean_gradient(images, classes), {"low": -1.0, "high": 1.0, "mean": mean}
    R = explain(network, x, top, **box)
    for k in (0, 50):
        own = images[classes == top[k]]
        network.forward(own)
        slopes = network.gradprop(np.eye(10)[np.full(len(own), top[k])])
        assert R[k] == pytest.approx(x[k] * slopes.mean(axis=0), abs=1e-12)
    moved = explain(shifted(network, 1.0), x + 1, top, low=0.0, high=2.0, mean=mean + 1)
    assert moved * x == pytest.approx(R * (x + 1), abs=1e-9)


def test_the_table_holds_what_the_functions_say(digits):
    network, x, top, mean = digits
    table = measured(digits, seeds=[7], mask=x > 0)
    explain = partial(EXPLAINERS["LRP-0"], low=-1.0, high=1.0, mean=mean)
    R, z = explain(network, x, top), network.forward(x)
    second = np.argsort(z, axis=1)[:, -2]
    expected = {
        "flip, blank": area(flip(network, x, R, top, replacement=-1.0, step=8)),
        "flip, mean": area(flip(network, x, R, top, replacement=mean, step=8)),
        "least first": area(flip(network, x, R, top, replacement=mean, step=8, least_first=True)),
        "two classes": similarity(R, explain(network, x, second)),
        "top shuffled": similarity(R, explain(randomized(network, 1, 7), x, top)),
        "shifted": correlation(R, explain(shifted(network, 1.0), x + 1, top)),
        "mass": mass_accuracy(R, x > 0),
        "rank": rank_accuracy(R, x > 0),
    }
    assert set(table.values) == set(MEASURES) == {*expected, "flip, others"}
    # Their box, blank and the mean move along.
    for name in ("z^B, γ, LRP-0", "int. gr., blank", "int. gr., mean", "occlusion, mean", "sensitivity"):
        assert table.mean("shifted", name) == pytest.approx(1, abs=1e-9)
    for measure, values in expected.items():
        assert np.array_equal(table.values[measure]["LRP-0"].ravel(), values), measure


def test_no_image_is_replaced_by_itself(monkeypatch, digits):
    network, x, top, mean = digits
    seen = []

    def watched(*args, replacement, **_):
        seen.append(replacement)
        return np.zeros((len(x), 2))

    monkeypatch.setattr(evaluation, "flip", watched)
    measured(digits, explainers={"LRP-0": EXPLAINERS["LRP-0"]}, seeds=[0, 1])
    others = [r for r in seen if np.shape(r) == x.shape]
    assert len(others) == 2 and not np.array_equal(*others)
    assert not any((r == x).all(axis=1).any() for r in others)


def test_maps_of_noise_tell_nothing(digits):
    table = measured(digits, explainers={name: EXPLAINERS[name] for name in ("z^B, γ, LRP-0", "random")})
    for measure in ("two classes", "top shuffled", "shifted"):
        assert abs(table.mean(measure, "random")) < 0.05
    assert table.verdict("flip, mean", "random") == table.verdict("least first", "random") == -1
    # That a map moves is no fault.
    assert table.verdict("shifted", "random") == 0


def test_a_verdict_is_that_of_the_difference():
    rng = np.random.default_rng(0)
    base = rng.normal(size=100)
    up, down = base + 0.01, base - 0.01
    flips = {"a": base, "b": up, "c": down, "d": base[::-1], "e": base + 1e-12}
    least = {"a": base, "b": up, "c": down}
    table = Comparison({"flip, mean": flips, "least first": least, "two classes": {"a": base, "b": up}})
    assert [table.verdict("flip, mean", name) for name in "abcde"] == [0, 1, -1, 0, 0]
    assert [table.verdict("least first", name) for name in "abc"] == [0, -1, 1]
    assert table.verdict("flip, mean", "a", than="b") == -1 and table.verdict("two classes", "b") == 0


def test_the_table_is_shown_as_text():
    values = np.repeat([[-1.0, -2.0]], 3, axis=0)
    table = Comparison({"flip, mean": {"one": values, "two": values + 1}})
    assert repr(table).splitlines()[1].split() == ["one", "−1.50", "±", "0.50"]
    assert repr(table).splitlines()[2].split() == ["two", "−0.50", "±", "0.50+"]
    assert list(table.of("flip, mean").values) == ["flip, mean"]
    with pytest.raises(ValueError, match="measures must be some of flip, mean, got shifted"):
        table.of("shifted")


def images():
    """Return a small network for images of one channel, 6 × 7, images, and where something lies."""
    convolution = pytest.importorskip("lrp_edu.convolution")
    rng = np.random.default_rng(3)
    layers = [
        convolution.Conv2d(rng.normal(size=(4, 1, 3, 2)), rng.normal(size=4)), ReLU(), convolution.MaxPool2d(2),
        convolution.Conv2d(rng.normal(size=(3, 4, 2, 3))), convolution.Flatten(),
    ]  # fmt: skip
    x = rng.uniform(-1, 1, (8, 1, 6, 7))
    return Network(layers), x, np.broadcast_to(np.arange(7) < 3, (1, 6, 7))


def test_networks_for_images_are_measured_like_others():
    network, x, mask = images()
    target = network.forward(x).argmax(axis=1)
    table = compare(network, x, target, low=-1.0, high=1.0, mean=x.mean(axis=0), mask=mask, step=9, seeds=range(2))
    for measure, values in table.values.items():
        assert all(array.shape in ((8,), (2, 8)) and np.isfinite(array).all() for array in values.values()), measure
    assert set(table.values) == set(MEASURES)
    for name in ("z^B, γ, LRP-0", "int. gr., blank", "int. gr., mean", "occlusion, mean", "sensitivity"):
        assert table.mean("shifted", name) == pytest.approx(1, abs=1e-9)


def test_a_convolution_is_shuffled_and_shifted_unless_it_is_padded():
    network, x, _ = images()
    conv, *above = network.layers
    broken = randomized(network, 2, seed=0).layers[0]
    assert type(broken) is type(conv) and broken.weight.shape == conv.weight.shape
    assert shifted(network, 0.5).forward(x + 0.5) == pytest.approx(network.forward(x), abs=1e-12)
    padded = Network([type(conv)(conv.weight, conv.bias, 1, 1), ReLU()])
    with pytest.raises(ValueError, match="or a convolution without padding, got Conv2d"):
        shifted(padded, 0.5)
