"""The digits, the trained network, and the script that trains it."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lrp_edu.digits import HIGH, LOW, Digits, load_digits, load_network
from tools import train_digits
from tools.strokes import WAYS, ink, strokes

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def weighted(network):
    return [layer for layer in network.layers if hasattr(layer, "weight")]


def test_images_are_the_1797_originals_mapped_to_the_box(digits):
    assert digits.images.shape == (1797, 64) and digits.images.dtype == np.float64
    assert (digits.images.min(), digits.images.max()) == (LOW, HIGH) == (-1.0, 1.0)
    pixels = (digits.images + 1) * 8
    assert np.array_equal(pixels, pixels.round())
    # Counts and total ink of the published test part.
    assert np.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert pixels.sum() == 561718
    assert pixels[0, :8].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]


def test_split_is_disjoint_covers_and_keeps_the_shares(digits):
    both = np.concatenate([digits.train, digits.test])
    assert np.array_equal(np.sort(both), np.arange(1797))
    held_out = np.bincount(digits.labels[digits.test], minlength=10)
    assert np.all(np.abs(held_out - 0.2 * np.bincount(digits.labels)) <= 0.5)


def test_no_image_is_on_both_sides(digits):
    seen = {row.tobytes() for row in digits.images[digits.train]}
    assert not any(row.tobytes() in seen for row in digits.images[digits.test])


def test_result_is_frozen_and_fresh(digits):
    with pytest.raises(AttributeError):
        digits.images = None
    assert isinstance(digits, Digits)
    assert load_digits().images is not digits.images


def test_network_reads_the_images_held_out(digits):
    logits = load_network().forward(digits.images[digits.test])
    assert logits.shape == (359, 10)
    assert (logits.argmax(axis=-1) == digits.labels[digits.test]).mean() >= 0.98


def test_network_returns_logits_not_probabilities(digits):
    logits = load_network().forward(digits.images[:50])
    assert logits.min() < 0 and logits.max() > 1


def test_sizes_and_biases_suit_deep_taylor():
    layers = weighted(load_network())
    assert [layer.weight.shape for layer in layers] == [(64, 48), (48, 32), (32, 10)]
    for layer in layers:
        assert layer.bias is None or np.all(layer.bias <= 0)
    assert layers[-1].bias is None or not np.any(layers[-1].bias)


def test_loading_twice_gives_independent_networks():
    first, second = weighted(load_network())[0], weighted(load_network())[0]
    assert np.array_equal(first.weight, second.weight) and not np.shares_memory(first.weight, second.weight)


def test_files_are_small():
    limits = {"digits": 80_000, "digits_network": 80_000, "canvas_network": 65_000, "tokens_network": 60_000}
    limits["sequence_network"] = 8_000
    sizes = {path.stem: path.stat().st_size for path in (ROOT / "lrp_edu" / "data").glob("*.npz")}
    assert sizes.keys() == limits.keys() and all(sizes[name] <= limits[name] for name in limits)
    assert sizes["digits"] + sizes["digits_network"] < 80_000


def test_script_trains_to_the_same_quality_in_half_the_rounds(tmp_path, digits, capsys, monkeypatch):
    half = partial(train_digits.batches, epochs=train_digits.EPOCHS // 2)
    monkeypatch.setattr(train_digits, "batches", half)
    train_digits.main(tmp_path / "network.npz")
    assert "held out   359 images" in capsys.readouterr().out
    with np.load(tmp_path / "network.npz") as new:
        assert {new[name].dtype for name in new.files} == {np.dtype(np.float32)}
        assert max(new["b1"].max(), new["b2"].max()) <= 0
        parameters = [(new["W1"], new["b1"]), (new["W2"], new["b2"]), (new["W3"], None)]
    test = digits.test
    assert train_digits.accuracy(parameters, digits.images[test], digits.labels[test]) >= 0.97


def test_script_has_the_right_gradient():
    rng = np.random.default_rng(1)
    parameters = [(W, b + rng.normal(size=b.shape)) for W, b in train_digits.initial(rng, (5, 4, 3))]
    parameters[-1][1][:] = 0
    x, labels = rng.normal(size=(7, 5)), rng.integers(0, 3, 7)

    def loss():
        z = train_digits.forward(parameters, x)[-1]
        return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(7), labels])

    for (W, b), (dW, db) in zip(parameters, train_digits.gradients(parameters, x, labels), strict=True):
        for array, slope in [(W, dW)] if b is parameters[-1][1] else [(W, dW), (b, db)]:
            for index in np.ndindex(array.shape):
                kept, h = array[index], 1e-6
                array[index] = kept + h
                up = loss()
                array[index] = kept - h
                down = loss()
                array[index] = kept
                assert slope[index] == pytest.approx((up - down) / (2 * h), abs=1e-8)


# Three ways to draw each digit, other than those that the network was trained on: strokes of points, y down.
DRAWN = {
    0: [
        "50 8 78 25 80 60 60 92 35 90 20 60 25 25 48 8",
        "45 12 30 40 32 78 52 88 68 70 70 35 50 12",
        "60 10 35 15 15 50 35 88 70 85 85 45 62 10",
    ],
    1: [
        "52 5 50 95",
        "30 28 56 6 56 95",
        "62 5 42 95",
    ],
    2: [
        "24 30 35 8 65 8 74 32 52 62 24 93 80 93",
        "22 20 45 5 72 15 70 40 20 95 82 90",
        "28 28 48 6 70 28 22 92 35 84 60 95 82 90",
    ],
    3: [
        "25 15 48 6 68 22 46 48 74 72 46 95 22 82",
        "22 7 75 7 45 42 70 55 66 86 40 94 20 85",
        "26 16 55 8 62 30 42 47 70 66 62 92 28 88",
    ],
    4: [
        "60 5 20 62 82 62|62 40 62 95",
        "25 6 22 50 75 50|70 6 70 95",
        "65 95 65 5 18 65 85 65",
    ],
    5: [
        "75 7 30 7 27 45 55 42 75 66 55 92 25 85",
        "30 6 28 42 60 44 72 68 50 94 24 86|30 6 80 6",
        "78 10 35 5 30 45 55 40 75 60 65 88 25 92",
    ],
    6: [
        "65 6 40 25 27 55 28 80 50 93 73 78 66 56 45 50 28 66",
        "60 5 32 45 28 75 45 95 70 85 70 62 50 52 30 68",
        "50 5 28 40 26 72 48 92 70 74 60 54 34 62",
    ],
    7: [
        "20 8 80 8 42 95",
        "20 10 78 8 40 95|30 50 72 50",
        "22 18 25 6 80 6 55 45 48 95",
    ],
    8: [
        "50 50 30 30 50 7 70 28 50 50 26 74 50 95 74 72 50 50",
        "70 15 45 5 30 20 45 42 70 65 65 90 40 95 28 75 50 50 70 25 70 15",
        "52 8 36 26 52 46 70 28 52 8|50 47 28 70 50 95 72 72 50 47",
    ],
    9: [
        "72 30 48 6 25 30 48 53 72 30 68 60 55 95",
        "70 26 50 6 28 28 48 50 70 26 71 95",
        "70 20 50 6 28 20 35 45 60 42 72 20 70 60 50 93 30 88",
    ],
}


def test_network_reads_what_others_draw():
    ways = [(digit, strokes(way)) for digit, three in DRAWN.items() for way in three]
    assert len(ways) == 30 and not {way for three in DRAWN.values() for way in three} & set(sum(WAYS.values(), []))
    for width in (0.09, 0.14):
        images = np.array([ink(lines, width) for _, lines in ways])
        read = load_network().forward(images).argmax(axis=1)
        assert (read == [digit for digit, _ in ways]).sum() >= 27, (width, read)


def test_ink_is_the_share_of_a_pixel_that_the_pen_has_covered():
    pixels = (ink([np.array([[0.0, 0.5], [1.0, 0.5]])], 2 / 16).reshape(8, 8) + 1) * 8
    assert np.array_equal(pixels, np.repeat([0, 0, 0, 8, 8, 0, 0, 0], 8).reshape(8, 8))
