"""Sequences of letters with a question, and small transformers that answer it (chapter ``attention``).

Eleven letters are followed by a twelfth, the question: which letter follows the last occurrence of the one that is
asked for? It is known which tokens the answer comes from. The transformers are trained by ``tools/train_tokens.py``.
"""

from dataclasses import dataclass

import numpy as np

from .attention import LastToken, LayerNorm, Residual, SelfAttention, Transformer
from .digits import DATA
from .layers import Dense, ReLU

__all__ = ["LENGTH", "LETTERS", "NETWORKS", "Sequences", "draw_sequences", "load_token_network", "read", "write"]

#: The letters: token 0 is A.
LETTERS = "ABCDEF"
#: How many tokens a sequence has, the question included.
LENGTH = 12
#: How many transformers are stored. They differ in the seed of their training alone.
NETWORKS = 5

KINDS = 5  # a sequence whose check sum is 0 modulo this is held out
BLOCKS = 2
HEADS = 2


@dataclass(frozen=True)
class Sequences:
    """Sequences of letters, the right answers, and where these stand.

    Parameters
    ----------
    tokens : int ndarray of shape (n, 12)
        Letters, 0 to 5. The last one is the question.
    answers : int ndarray of shape (n,)
        The letter behind the last occurrence of the one that is asked for.
    places : int ndarray of shape (n,)
        Where the answer stands, 1 to 10. The letter that was asked for stands right before it.
    """

    tokens: np.ndarray
    answers: np.ndarray
    places: np.ndarray


def draw_sequences(n, *, held_out=True, seed=0):
    """Return sequences at random. Of the letters that have one behind them, each is equally likely to be asked for.

    Parameters
    ----------
    n : int
        How many sequences.
    held_out : bool, default=True
        Take those that no transformer was trained on, a fifth of all, or else the others.
    seed : int or numpy.random.Generator, default=0
        The same seed gives the same sequences.

    Returns
    -------
    Sequences

    Examples
    --------
    >>> drawn = draw_sequences(2)
    >>> [write(tokens) for tokens in drawn.tokens], write(drawn.answers), drawn.places.tolist()
    (['FADABCCCAAAC', 'FDCEDBBEDDCE'], 'AD', [8, 8])
    """
    rng = np.random.default_rng(seed)
    tokens = np.empty((0, LENGTH), int)
    while len(tokens) < n:
        letters = rng.integers(len(LETTERS), size=(2 * n + 16, LENGTH - 1))
        last = last_places(letters)
        fit = (last >= 0) & (last < LENGTH - 2)  # it occurs, and another one stands behind it
        asked = np.argmax(np.where(fit, rng.random(fit.shape), -1), axis=1)
        drawn = np.column_stack([letters, asked])
        tokens = np.concatenate([tokens, drawn[fit.any(axis=1) & (is_held_out(drawn) == held_out)]])
    tokens = tokens[:n]
    places = last_places(tokens[:, :-1])[np.arange(n), tokens[:, -1]] + 1
    return Sequences(tokens, tokens[np.arange(n), places], places)


def last_places(letters):
    """Return where each letter of the alphabet occurs last, -1 where it does not: (n, 11) to (n, 6).

    >>> last_places(np.array([[0, 1, 0]]))
    array([[ 2,  1, -1, -1, -1, -1]])
    """
    is_letter = letters[:, None, :] == np.arange(len(LETTERS))[:, None]
    return np.where(is_letter, np.arange(letters.shape[1]), -1).max(axis=2)


def is_held_out(tokens):
    """Return which sequences no transformer was trained on: those with a check sum of 0, a fifth of all."""
    return tokens @ np.arange(1, tokens.shape[1] + 1) % KINDS == 0


def read(text):
    """Return letters as tokens.

    Raises
    ------
    ValueError
        If the text has another letter.

    Examples
    --------
    >>> read("FACE").tolist()
    [5, 0, 2, 4]
    """
    if not text or set(text) - set(LETTERS):
        raise ValueError(f"text must hold letters from {LETTERS}, got {text!r}")
    return np.array([LETTERS.index(letter) for letter in text])


def write(tokens):
    """Return tokens as letters.

    >>> write([5, 0, 2, 4])
    'FACE'
    """
    return "".join(LETTERS[token] for token in tokens)


def load_token_network(number=0):
    """Return a transformer that was trained to answer the question.

    It has two blocks, each with a layer norm, two heads of attention, another layer norm and a feed-forward part with
    a ReLU. No layer has a bias.

    Parameters
    ----------
    number : int, default=0
        Which of the stored ones, 0 to 4. They differ in the seed of their training alone.

    Returns
    -------
    Transformer
        A new one at every call, with weights in float64, for tokens of shape (..., 12).

    Raises
    ------
    ValueError
        If there is none of that number.

    Examples
    --------
    >>> transformer, drawn = load_token_network(), draw_sequences(200)
    >>> bool((transformer.forward(drawn.tokens).argmax(axis=-1) == drawn.answers).mean() >= 0.98)
    True
    """
    if number not in range(NETWORKS):
        raise ValueError(f"number must be one of 0 to {NETWORKS - 1}, got {number!r}")
    with np.load(DATA / "tokens_network.npz") as stored:
        return assembled({name: stored[name][number].astype(float) for name in stored.files})


def assembled(arrays):
    """Return the transformer with the weights that ``tools/train_tokens.py`` stores, by their names."""
    layers = []
    for k in range(1, BLOCKS + 1):
        q, key, v, out, up, down = (Dense(arrays[f"{name}{k}"]) for name in ("Q", "K", "V", "O", "U", "D"))
        layers.append(Residual([LayerNorm(arrays[f"a{k}"]), SelfAttention(q, key, v, out, heads=HEADS)]))
        layers.append(Residual([LayerNorm(arrays[f"f{k}"]), up, ReLU(), down]))
    layers += [LastToken(), LayerNorm(arrays["n"]), Dense(arrays["W"])]
    return Transformer(arrays["E"], arrays["P"], layers)
