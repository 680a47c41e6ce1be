"""Sequences that hide two numbers, the networks that add them, and the script that trained these."""

import re
from functools import partial

import numpy as np
import pytest

from lrp_edu import LRP0
from lrp_edu.sequences import STEPS, TASKS, draw_sequences, hide, load_sequence_networks
from tools import train_sequence


@pytest.mark.parametrize("steps", [2, 7])
def test_a_sequence_holds_two_numbers_in_order_and_is_zero_elsewhere(steps):
    drawn = draw_sequences(2000, steps, seed=3)
    assert drawn.x.shape == (2000, steps, 2) and ((drawn.x != 0).sum(axis=(1, 2)) == 2).all()
    assert (drawn.places[:, 0] < drawn.places[:, 1]).all()
    assert np.array_equal(drawn.of_numbers(drawn.x)[:, [0, 1], [0, 1]], drawn.numbers)
    sizes = np.abs(drawn.numbers)
    assert 0.5 <= sizes.min() < 0.51 and 0.99 < sizes.max() <= 1
    pairs, counts = np.unique(drawn.places, axis=0, return_counts=True)
    assert len(pairs) == steps * (steps - 1) // 2 and counts.min() > 0.6 * counts.mean()
    signs, counts = np.unique(np.sign(drawn.numbers), axis=0, return_counts=True)
    assert len(signs) == 4 and counts.min() > 400


def test_the_same_seed_gives_the_same_sequences():
    one, other = draw_sequences(5, seed=4), draw_sequences(5, seed=np.random.default_rng(4))
    assert np.array_equal(one.x, other.x) and not np.array_equal(one.x, draw_sequences(5, seed=5).x)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw_sequences(3, 1), "steps must be at least 2, got 1"),
        (lambda: hide([[1, 2]], [[0, 4]], 4), r"places must lie between 0 and 3, got \[\[0, 4\]\]"),
        (lambda: load_sequence_networks("product"), "task must be one of sum, difference, got 'product'"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("task", TASKS)
def test_the_stored_networks_answer_rightly_on_new_sequences(task):
    networks = load_sequence_networks(task)
    assert len({network.layers[0].bias.tobytes() for network in networks}) == train_sequence.NETWORKS == len(networks)
    for steps in range(STEPS[0], STEPS[1] + 1):
        drawn = draw_sequences(200, steps, seed=[9, steps])
        right = drawn.numbers @ [1, TASKS[task]]
        for network in networks:
            assert np.mean((network.forward(drawn.x)[:, 0] - right) ** 2) < 1e-3


def test_weights_are_those_of_float32():
    lstm, top = load_sequence_networks()[0].layers
    for array in (lstm.weight_ih, lstm.weight_hh, lstm.bias, top.weight):
        assert array.dtype == float and np.array_equal(array, array.astype(np.float32))
    assert not top.bias.any()


# --- the script ---


def parameters_of(networks):
    """Return the parameters of networks in the form of the script."""
    pairs = [network.layers for network in networks]
    W = np.stack([np.concatenate([lstm.weight_ih, lstm.weight_hh], axis=1).T for lstm, _ in pairs])
    return W, np.stack([lstm.bias[None] for lstm, _ in pairs]), np.stack([top.weight[:, 0] for _, top in pairs])


def test_script_computes_what_the_package_computes():
    networks, drawn = load_sequence_networks()[:3], draw_sequences(6, 5)
    *_, y = train_sequence.forward(parameters_of(networks), drawn.x)
    for network, ours in zip(networks, y, strict=True):
        assert ours == pytest.approx(network.forward(drawn.x)[:, 0], abs=1e-12)


@pytest.mark.parametrize("units", [1, 2])
def test_script_has_the_right_gradient(units):
    rng = np.random.default_rng(0)
    parameters, drawn = train_sequence.initial(rng, 3, units), draw_sequences(7, 4)
    y = drawn.numbers.sum(axis=1)

    def loss():
        return ((train_sequence.forward(parameters, drawn.x)[2] - y) ** 2).mean(axis=1).sum()

    for array, slope in zip(parameters, train_sequence.gradients(parameters, drawn.x, y), strict=True):
        for index in np.ndindex(array.shape):
            kept, h = array[index], 1e-6
            array[index] = kept + h
            up = loss()
            array[index] = kept - h
            down = loss()
            array[index] = kept
            assert slope[index] == pytest.approx((up - down) / (2 * h), abs=1e-8)


def test_script_learns_and_stores_what_the_package_reads(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(train_sequence, "train", partial(train_sequence.train, updates=150, networks=2))
    train_sequence.main(tmp_path / "networks.npz")
    errors = re.findall(r"^\w+: mean squared errors from \S+ to (\S+)$", capsys.readouterr().out, re.MULTILINE)
    assert len(errors) == 2 and max(map(float, errors)) < 0.4  # to answer always 0 would be off by 1.2
    with np.load(tmp_path / "networks.npz") as new:
        assert {new[name].dtype for name in new.files} == {np.dtype(np.float32)}
        shapes = {"weight_ih": (2, 4, 2), "weight_hh": (2, 4, 1), "bias": (2, 4), "readout": (2, 1, 1)}
        assert {name: new[f"difference_{name}"].shape for name in shapes} == shapes


def test_an_input_of_zero_gets_nothing():
    network, drawn = load_sequence_networks()[0], draw_sequences(50)
    R = network.explain(drawn.x, rules=LRP0()).relevance
    assert not R[drawn.x == 0].any() and R[drawn.x != 0].all()
