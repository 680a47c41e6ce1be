"""The code behind "Layer-wise Relevance Propagation, step by step".

Read it beside the chapters: every public function names the equation that it computes.

======================== =============================================================
chapter                  modules
======================== =============================================================
``explanations``         `attribution`
``taylor-series``        `taylor`
``taylor-decomposition`` `decomposition`, `first_order`
``relu-neuron``          `neuron`
``w2-rule``              `roots`
``more-roots``           `roots`
``messages``             `messages`
``deep-taylor``          `deep_taylor`
``full-network``         `layers`, `rules`, `propagate`, `network`, `explanation`
``digits``               `digits`
``rules-in-practice``    `rules`
``convolutions``         `convolution`, `canvas`
``judging-heatmaps``     `evaluation`
``recurrence``           `recurrence`, `sequences`
``attention``            `attention`, `tokens`
``toolbox``              `interop`
``checked-claims``       `claims`
======================== =============================================================

Numbers need numpy alone. What draws (`figures`), what moves (`explorables`), what computes with symbols
(`taylor.polynomial`, `claims`) and what other libraries bring (`interop`) imports what it needs when it is used.
"""

from .convolution import AvgPool2d, Conv2d, Flatten, MaxPool2d, fold_batch_norm
from .decomposition import Decomposition
from .explanation import Explanation
from .layers import Dense, ReLU
from .network import Network
from .neuron import Neuron
from .recurrence import LSTM, Gated
from .rules import (
    COMPOSITES,
    LRP0,
    RULES,
    AlphaBeta,
    Epsilon,
    Flat,
    Gamma,
    Rule,
    WSquare,
    ZBox,
    ZPlus,
    by_kind,
    composite,
)

__version__ = "1.0.0"

__all__ = [
    "COMPOSITES", "RULES", "AlphaBeta", "AvgPool2d", "Conv2d", "Decomposition", "Dense", "Epsilon", "Explanation",
    "Flat", "Flatten", "Gamma", "Gated", "LRP0", "LSTM", "MaxPool2d", "Network", "Neuron", "ReLU", "Rule", "WSquare",
    "ZBox", "ZPlus", "by_kind", "composite", "fold_batch_norm",
]  # fmt: skip
