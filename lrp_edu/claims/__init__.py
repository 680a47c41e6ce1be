"""What the book claims, in the order of its chapters, as functions that try to refute it (chapter ``checked-claims``).

A claim is the label of an equation, one sentence, and a function. The function draws random cases, computes one thing
twice, by `lrp_edu` and from the equation, and returns by how much the two differ in each case, relative to the
magnitudes that were summed. ``python -m lrp_edu`` checks them all.
"""

from . import attending, attributions, images, judging, networks, neurons, sequences, series, sharing, walks
from .checking import Claim, Claims, Result, as_markdown, check, equations

__all__ = ["CLAIMS", "Claim", "Claims", "Result", "as_markdown", "check", "equations"]

CLAIMS = Claims(
    [
        *attributions.CLAIMS, *series.CLAIMS, *neurons.CLAIMS, *sharing.CLAIMS, *walks.CLAIMS, *networks.CLAIMS,
        *images.CLAIMS, *judging.CLAIMS, *sequences.CLAIMS, *attending.CLAIMS,
    ]  # fmt: skip
)
