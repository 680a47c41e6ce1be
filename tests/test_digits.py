"""The digits, the trained network, and the script that trains it."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from lrp_edu.digits import HIGH, LOW, Digits, load_digits, load_network

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def digits():
    return load_digits()


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("train_digits", ROOT / "tools" / "train_digits.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
    sizes = {path.name: path.stat().st_size for path in (ROOT / "lrp_edu" / "data").glob("*.npz")}
    assert sizes.keys() == {"digits.npz", "digits_network.npz"}
    assert sum(sizes.values()) < 80_000


def test_script_trains_to_the_same_quality_again(script, tmp_path, digits, capsys):
    script.main(tmp_path / "network.npz")
    assert "held out   359 images" in capsys.readouterr().out
    with np.load(tmp_path / "network.npz") as new:
        assert {new[name].dtype for name in new.files} == {np.dtype(np.float32)}
        assert max(new["b1"].max(), new["b2"].max()) <= 0
        parameters = [(new["W1"], new["b1"]), (new["W2"], new["b2"]), (new["W3"], None)]
    test = digits.test
    assert script.accuracy(parameters, digits.images[test], digits.labels[test]) >= 0.97


def test_script_has_the_right_gradient(script):
    rng = np.random.default_rng(1)
    parameters = [(W, b + rng.normal(size=b.shape)) for W, b in script.initial(rng, (5, 4, 3))]
    parameters[-1][1][:] = 0
    x, labels = rng.normal(size=(7, 5)), rng.integers(0, 3, 7)

    def loss():
        z = script.forward(parameters, x)[-1]
        return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(7), labels])

    for (W, b), (dW, db) in zip(parameters, script.gradients(parameters, x, labels), strict=True):
        for array, slope in [(W, dW)] if b is parameters[-1][1] else [(W, dW), (b, db)]:
            for index in np.ndindex(array.shape):
                kept, h = array[index], 1e-6
                array[index] = kept + h
                up = loss()
                array[index] = kept - h
                down = loss()
                array[index] = kept
                assert slope[index] == pytest.approx((up - down) / (2 * h), abs=1e-8)
