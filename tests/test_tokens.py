"""The task of the transformers: sequences, right answers, what was held out, and what the stored ones read."""

import numpy as np
import pytest

from lrp_edu import tokens
from lrp_edu.tokens import LENGTH, LETTERS, NETWORKS, draw_sequences, is_held_out, load_token_network, read, write


def slow_answer(sequence):
    """Return the place behind the last occurrence of the last letter among those before it."""
    *letters, asked = sequence
    for place in reversed(range(len(letters))):
        if letters[place] == asked:
            return place + 1
    raise AssertionError("the letter does not occur")


@pytest.mark.parametrize("held_out", [True, False])
def test_answers_are_right(held_out):
    drawn = draw_sequences(500, held_out=held_out, seed=4)
    assert drawn.tokens.shape == (500, LENGTH) and drawn.tokens.min() == 0 and drawn.tokens.max() == len(LETTERS) - 1
    assert drawn.places.tolist() == [slow_answer(sequence) for sequence in drawn.tokens.tolist()]
    assert drawn.places.max() < LENGTH - 1  # never the question itself
    assert np.array_equal(drawn.answers, drawn.tokens[np.arange(500), drawn.places])
    assert np.all(drawn.answers != drawn.tokens[:, -1])
    assert np.all(is_held_out(drawn.tokens) == held_out)


def test_letters_are_asked_for_alike():
    drawn = draw_sequences(6000, seed=5)
    asked, answers = (np.bincount(part, minlength=6) / 6000 for part in (drawn.tokens[:, -1], drawn.answers))
    assert abs(asked - 1 / 6).max() < 0.02 and abs(answers - 1 / 6).max() < 0.02
    free = np.random.default_rng(0).integers(6, size=(20_000, LENGTH))
    assert is_held_out(free).mean() == pytest.approx(0.2, abs=0.01)


def test_the_same_seed_gives_the_same_sequences():
    one, two, other = (draw_sequences(20, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.tokens, two.tokens) and not np.array_equal(one.tokens, other.tokens)
    assert np.array_equal(draw_sequences(5, seed=1).tokens[0] < 6, np.ones(LENGTH, bool))


def test_letters_are_read_and_written():
    assert write(read("ABCDEF")) == "ABCDEF" == LETTERS
    for wrong in ("", "AG", "a"):
        with pytest.raises(ValueError, match="text must hold letters from ABCDEF, got"):
            read(wrong)


@pytest.mark.parametrize("number", range(NETWORKS))
def test_each_stored_transformer_reads_what_it_has_not_seen(number):
    drawn = draw_sequences(2000, seed=6)
    right = load_token_network(number).forward(drawn.tokens).argmax(axis=1) == drawn.answers
    assert right.mean() >= 0.98


def test_no_stored_layer_has_a_bias():
    for layer in load_token_network().network.weighted:
        for part in getattr(layer, "layers", [layer]):
            for one in (part, *(getattr(part, name, None) for name in ("query", "key", "value", "output"))):
                assert not np.any(getattr(one, "bias", 0)) and not np.any(getattr(one, "shift", 0))


def test_a_number_that_is_not_stored_is_refused():
    for number in (-1, NETWORKS, 0.5):
        with pytest.raises(ValueError, match="number must be one of 0 to 4"):
            load_token_network(number)


def test_transformers_are_independent_and_differ():
    one, two, other = load_token_network(), load_token_network(), load_token_network(1)
    assert np.array_equal(one.letters, two.letters) and not np.shares_memory(one.letters, two.letters)
    assert not np.array_equal(one.letters, other.letters) and tokens.BLOCKS == 2
