"""The canvases, the network that reads them, and the script that trains it."""

from functools import partial

import numpy as np
import pytest

from lrp_edu.canvas import CANVAS, Canvases, draw_canvases, draw_corners, load_canvas_network, masks, paste
from lrp_edu.digits import LOW, load_digits
from tools import train_canvas

DIGITS = load_digits()


@pytest.mark.parametrize(("count", "held_out"), [(1, True), (2, True), (2, False)])
def test_a_canvas_holds_its_digits_where_it_says_and_is_blank_elsewhere(count, held_out):
    drawn = draw_canvases(50, count, held_out=held_out, seed=3)
    assert isinstance(drawn, Canvases) and drawn.images.shape == (50, *CANVAS)
    assert drawn.labels.shape == (50, count) and drawn.corners.shape == (50, count, 2)
    rows = DIGITS.test if held_out else DIGITS.train
    known = {image.tobytes(): label for image, label in zip(DIGITS.images[rows], DIGITS.labels[rows], strict=True)}
    for image, labels, corners, places in zip(drawn.images, drawn.labels, drawn.corners, drawn.masks, strict=True):
        for label, (row, column), place in zip(labels, corners, places, strict=True):
            part = image[0, row : row + 8, column : column + 8]
            assert known[part.tobytes()] == label
            assert np.array_equal(image[place], part.ravel())
        assert places.sum() == places.any(axis=0).sum() == 64 * count  # no overlap
        assert (image[~places.any(axis=0)] == LOW).all()


def test_two_digits_differ_and_lie_at_any_place_alike():
    drawn = draw_canvases(4000, seed=1)
    assert (drawn.labels[:, 0] != drawn.labels[:, 1]).all()
    assert np.bincount(drawn.labels.ravel(), minlength=10).min() > 600
    pairs = {(a, b, c, d) for a, b, c, d in draw_corners(np.random.default_rng(0), 100_000, 2).reshape(-1, 4).tolist()}
    apart = [
        (a, b, c, d)
        for a, b, c, d in np.ndindex(9, 13, 9, 13)
        if abs(a - c) >= 8 or abs(b - d) >= 8
    ]  # fmt: skip
    assert pairs == set(apart)
    alone = draw_corners(np.random.default_rng(0), 20_000, 1)[:, 0]
    assert np.bincount(alone[:, 0], minlength=9).min() > 2000 and np.bincount(alone[:, 1], minlength=13).min() > 1300


def test_a_seed_gives_the_same_canvases():
    first, again, other = (draw_canvases(5, seed=seed) for seed in (0, np.random.default_rng(0), 1))
    assert np.array_equal(first.images, again.images) and not np.array_equal(first.images, other.images)


def test_where_digits_overlap_the_darker_pixel_is_seen():
    one, other = DIGITS.images[:2]
    canvas = paste([[one, other]], [[[0, 0], [0, 3]]])[0, 0]
    assert np.array_equal(canvas[:8, 3:8], np.maximum(one.reshape(8, 8)[:, 3:], other.reshape(8, 8)[:, :5]))
    assert np.array_equal(canvas[:8, :3], one.reshape(8, 8)[:, :3])
    assert masks([[0, 0], [0, 3]]).any(axis=0).sum() == 8 * 11


@pytest.mark.parametrize("corner", [[-1, 0], [9, 0], [0, 13]])
def test_a_digit_beyond_the_canvas_is_refused(corner):
    with pytest.raises(ValueError, match="corners must lie within"):
        paste([[DIGITS.images[0]]], [[corner]])


def test_a_wrong_count_is_refused():
    with pytest.raises(ValueError, match="count must be 1 or 2, got 3"):
        draw_canvases(1, 3)


@pytest.mark.parametrize(("count", "share"), [(1, 0.98), (2, 0.94)])
def test_the_network_reads_canvases_held_out(count, share):
    drawn = draw_canvases(1500, count, seed=7)
    logits = load_canvas_network().forward(drawn.images)
    assert train_canvas.read_rightly(logits, drawn.labels) >= share


def test_biases_suit_deep_taylor_and_weights_are_few():
    layers = load_canvas_network().weighted
    assert [layer.weight.shape for layer in layers] == [(12, 1, 3, 3), (24, 12, 3, 3), (32, 24, 4, 4), (64, 10)]
    assert all(np.all(layer.bias <= 0) for layer in layers) and not np.any(layers[-1].bias)


# --- the script that trains it ---


def trained():
    """Return the stored weights as the script has them."""
    layers = load_canvas_network().weighted
    kernels = [np.moveaxis(layer.weight, (0, 1), (3, 2)) for layer in layers[:3]]
    last = np.moveaxis(layers[-1].weight.T.reshape(10, 32, 1, 2), (0, 1), (3, 2))
    return list(zip([*kernels, last], [layer.bias for layer in layers], strict=True))


def test_script_and_package_compute_the_same():
    drawn = draw_canvases(4, seed=2)
    _, logits = train_canvas.forward(trained(), np.moveaxis(drawn.images, 1, -1))
    assert logits == pytest.approx(load_canvas_network().forward(drawn.images), abs=1e-12)


def test_script_has_the_right_gradient():
    rng = np.random.default_rng(0)
    parameters = [(K.astype(float), b + rng.normal(0, 0.1, b.shape)) for K, b in train_canvas.initial(rng)]
    x, targets = rng.normal(size=(3, 16, 20, 1)), (rng.random((3, 10)) < 0.3).astype(float)

    def loss():
        z = train_canvas.forward(parameters, x)[1]
        return np.mean(np.sum(np.logaddexp(0, z) - targets * z, axis=1))

    for pair, slopes in zip(parameters, train_canvas.gradients(parameters, x, targets), strict=True):
        for array, slope in zip(pair, slopes, strict=True):
            for index in zip(*(rng.integers(0, size, 6) for size in array.shape), strict=True):
                kept, h = array[index], 1e-6
                array[index] = kept + h
                up = loss()
                array[index] = kept - h
                down = loss()
                array[index] = kept
                assert slope[index] == pytest.approx((up - down) / (2 * h), abs=1e-7)


def test_a_batch_has_canvases_with_one_digit_and_with_two():
    rng = np.random.default_rng(0)
    images, labels = DIGITS.images[DIGITS.train], DIGITS.labels[DIGITS.train]
    rows = np.arange(400)
    x, targets = train_canvas.canvases(rng, images, labels, rows)
    assert x.shape == (400, 16, 20, 1) and x.dtype == np.float32 and np.abs(x).max() <= 1
    assert (targets[rows, labels[rows]] == 1).all() and set(targets.sum(axis=1)) == {1, 2}
    assert 0.25 < (targets.sum(axis=1) == 1).mean() < 0.45


def test_script_learns_and_stores_what_the_package_reads(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(train_canvas, "batches", partial(few_batches, 150))
    monkeypatch.setattr(train_canvas, "accuracy", partial(train_canvas.accuracy, n=300))
    train_canvas.main(tmp_path / "network.npz")
    shown = capsys.readouterr().out
    assert float(shown.split("held out ")[1].split("%")[0]) > 15  # by chance it would be 10
    with np.load(tmp_path / "network.npz") as new:
        assert {new[name].dtype for name in new.files} == {np.dtype(np.float32)}
        assert new["K3"].shape == (32, 24, 4, 4) and new["W4"].shape == (64, 10)
        assert max(new[f"b{k}"].max() for k in (1, 2, 3)) <= 0


def few_batches(count, rng, n, epochs, size):
    """Return so many batches, drawn anew."""
    return [rng.integers(0, n, size) for _ in range(count)]
