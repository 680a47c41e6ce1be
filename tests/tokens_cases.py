"""Random states of the figure of a transformer, and how much is added up on the way to its numbers."""

import numpy as np
from twins import twin

from lrp_edu.explorables import TokensFigure
from lrp_edu.tokens import LENGTH, LETTERS

CHOICES = {key: list(one["choices"]) for key, one in TokensFigure.schema().items() if one["kind"] == "choice"}


def tokens_case(random):
    """Draw a state, of which some questions have no answer."""
    state = {key: str(random.choice(values)) for key, values in CHOICES.items()}
    return state | {"letters": random.integers(len(LETTERS), size=LENGTH).tolist()}


def tokens_magnitude(state):
    """Return a bound of the sums on the way to the numbers: each block's branch may be larger than what it adds to."""
    figure = twin(TokensFigure, **state)
    explanation = figure.explanation()
    return 10 * sum(np.abs(R).sum() for R in explanation.layers) + np.abs(explanation.output).sum()
