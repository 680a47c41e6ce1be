"""The live figure of a small transformer that answers a question about letters (chapter ``attention``)."""

import numpy as np
import traitlets

from ...attention import AttnLRP, ChainRule, Residual, SelfAttention, WeightsFixed
from ...layers import Dense
from ...propagate import KINDS
from ...tokens import BLOCKS, HEADS, LENGTH, LETTERS, load_token_network, read
from ..core import Choice, Explorable, Levels, plain

TRANSFORMER = load_token_network()
VARIANTS = {"attnlrp": AttnLRP(), "fixed": WeightsFixed(), "chain": ChainRule()}
OTHERS = ("softmax", "norm", "product")
"""What takes relevance in a transformer beside what takes some in any network."""
NAMES = {letter: letter for letter in LETTERS}


def _weights(layer):
    """Return the weights of a layer, those of a branch from the input up."""
    if isinstance(layer, Residual):
        return [row for one in layer.layers if one.weighted for row in _weights(one)]
    if isinstance(layer, SelfAttention):
        return [part.weight for part in (layer.query, layer.key, layer.value, layer.output)]
    return [layer.weight if isinstance(layer, Dense) else layer.scale]


def _parameters():
    """Return all weights in the order in which the browser reads them, as one row of numbers."""
    layers = TRANSFORMER.network.weighted
    rows = [TRANSFORMER.letters, TRANSFORMER.places, *(row for layer in layers for row in _weights(layer))]
    return np.concatenate([row.ravel() for row in rows])


class TokensFigure(Explorable):
    r"""Twelve letters, the last of them a question, and the relevance of each for one answer (``eq-transformer``).

    Parameters
    ----------
    letters : sequence of 12 int, default=read("BCFADBECAFDB")
        The letters, 0 for A to 5 for F. The last one is asked for.
    rule : {"attnlrp", "fixed", "chain"}, default="attnlrp"
        How relevance passes: AttnLRP, with the attention weights fixed, or by the chain rule: gradient × input.
    target : str, default="largest"
        The answer to be explained, a letter or ``"largest"``: whichever has the largest logit.
    block, head : {"1", "2"}
        Whose attention weights are drawn.

    Examples
    --------
    >>> TokensFigure(rule="fixed").numbers()["notes"]
    ['right', 'conserved']
    """

    name = "tokens"
    labels = {
        "f": "logit explained",
        "on_answer": "red on the answer",
        "on_three": "red on the three",
        "totals.0": "Σ R of the tokens",
        "gap": "gap",
    }
    spoken = ("f", "on_answer")
    at_once = 2
    warnings = {
        "unasked": "The letter that is asked for does not occur, or has none behind it: there is no right answer.",
        "wrong": "The network reads another letter than the right one.",
        "other": "What is explained is not the right answer.",
    }
    remarks = {
        "right": "The network reads the right letter.",
        "below-zero": "What is explained is negative: blue made it so, and red speaks for the letter all the same.",
        "conserved": "Nothing is lost: the tokens add up to what is explained, up to rounding.",
        "softmax": "The softmax takes relevance, or adds some: the tokens do not add up to what is explained.",
        "norm": "Norms, products and softmax take and add: the tokens add up to a slope of the logit, not to its size.",
    }
    data = {"tokens_network": _parameters().astype("<f4").tobytes()}
    constants = {
        "alphabet": LETTERS,
        "length": LENGTH,
        "blocks": BLOCKS,
        "heads": HEADS,
        "features": TRANSFORMER.letters.shape[1],
        "hidden": TRANSFORMER.network.layers[1].layers[1].outputs,
        "eps": TRANSFORMER.network.layers[0].layers[0].eps,
        "passing": {
            key: {
                "weights": rule.to_weights,
                "values": rule.to_values,
                "scores": rule.to_scores,
                "fixed": rule.sigma_fixed,
            }
            for key, rule in VARIANTS.items()
        },
    }

    letters = Levels(read("BCFADBECAFDB"), len(LETTERS) - 1, label="letters")
    rule = Choice({key: rule.name for key, rule in VARIANTS.items()}, "attnlrp", label="relevance by", control="menu")
    target = Choice({"largest": "the largest", **NAMES}, "largest", label="explain")
    block = Choice({"1": "1", "2": "2"}, "2", label="block")
    head = Choice({"1": "1", "2": "2"}, "1", label="head")

    @traitlets.default("caption")
    def _caption(self):
        return CAPTION

    def explanation(self):
        """Return the `Explanation` of what the figure shows, whose relevance has the shape (12, features)."""
        target = None if self.target == "largest" else LETTERS.index(self.target)
        return TRANSFORMER.explain(np.array(self.letters), target, VARIANTS[self.rule])

    def place(self):
        """Return where the right answer stands, or None where the question has none."""
        *letters, asked = self.letters
        places = [place for place, letter in enumerate(letters) if letter == asked]
        return places[-1] + 1 if places and places[-1] < LENGTH - 2 else None

    def numbers(self):
        """Return logits, what is read and explained, the relevance of the tokens, the sums, and attention weights."""
        explanation, place, tokens = self.explanation(), self.place(), np.array(self.letters)
        f, R = explanation.value.item(), explanation.relevance.sum(axis=-1)
        audit = explanation.audit().rows[::-1]
        numbers = {
            "logits": explanation.output,
            "read": LETTERS[explanation.output.argmax()],
            "place": place,
            "answer": None if place is None else LETTERS[self.letters[place]],
            "target": LETTERS[int(explanation.target)],
            "f": f,
            "R": R,
            "on_answer": None if place is None else positive_share(R, [place]),
            "on_three": None if place is None else positive_share(R, [place - 1, place, LENGTH - 1]),
            "totals": explanation.totals,
            "losses": [
                {kind: getattr(row, kind) for kind in KINDS} | {kind: row.others.get(kind, 0.0) for kind in OTHERS}
                for row in audit
            ],
            "gap": f - R.sum(),
            "A": TRANSFORMER.attention(tokens)[int(self.block) - 1][int(self.head) - 1],
        }
        return plain({**numbers, "notes": self._notes(**numbers)})

    def _notes(self, read, answer, target, f, **_):
        notes = {
            "unasked": answer is None,
            "wrong": answer is not None and read != answer,
            "other": answer is not None and target != answer,
            "right": read == answer,
            "below-zero": f < 0,
            "conserved": self.rule == "fixed",
            "softmax": self.rule == "attnlrp",
            "norm": self.rule == "chain",
        }
        return [key for key, applies in notes.items() if applies]


def positive_share(R, places):
    """Return which share of the positive relevance lies on some tokens, or None where none is positive.

    >>> positive_share(np.array([3.0, 1.0, -4.0]), [0, 2])
    0.75
    """
    positive = np.maximum(R, 0)
    return float(positive[places].sum() / positive.sum()) if positive.any() else None


CAPTION = (
    "Click a letter, or choose it by arrow keys and type another. The answer is framed; the letter before it and the "
    "question, by which it is found, have dashes. [Gradient × input](rule=chain), [the weights fixed](rule=fixed), "
    "[AttnLRP](rule=attnlrp). [Another question](letters=125031420534). [Why not D?](target=D) "
    "[What block 1 attends to](block=1)."
)
