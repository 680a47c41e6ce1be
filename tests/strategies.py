"""Random cases: shapes, signs, scales, batches, precisions.

Most numbers lie on a coarse grid of binary fractions. There the sums of a layer come out exactly, in float32 too, so an
exact oracle and the code agree on what is zero, and the tolerance is a few units of rounding. A factor that is a power
of two costs no digit either.

A strategy is kept, or Hypothesis would examine it anew at each draw.
"""

import os
from functools import cache

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lrp_edu import rules
from lrp_edu.claims import reference

# The same cases at every run where a failure could be nobody's fault, fresh ones where somebody is looking.
EXAMPLES = int(os.environ.get("EXAMPLES", 60))
settings.register_profile("tests", deadline=None, max_examples=EXAMPLES, derandomize=bool(os.environ.get("CI")))
settings.load_profile("tests")

DTYPES = st.sampled_from([np.float32, np.float64])
BATCHES = st.sampled_from([(), (), (1,), (3,), (2, 2), (0,)])
SIZES = st.integers(1, 5)
GRID = st.integers(-16, 16).map(lambda k: k / 4)

arrays = cache(hnp.arrays)


@cache
def grid(shape, dtype=np.float64, low=-4, high=4):
    """Return a strategy for arrays of multiples of 1/4."""
    return arrays(np.int8, shape, elements=st.integers(4 * low, 4 * high)).map(lambda k: (k / 4).astype(dtype))


@cache
def reals(shape, low=1e-3, high=1e3):
    """Return a strategy for arrays of floats of either sign, of magnitudes between `low` and `high`."""
    elements = st.floats(-1, 1).filter(bool)
    stretch = np.log(high / low)
    return arrays(float, shape, elements=elements).map(lambda u: np.sign(u) * low * np.exp(np.abs(u) * stretch))


@cache
def rules_named(name, size):
    """Return a strategy for all settings of a rule on `size` inputs, as the table of the references draws them."""
    return st.integers(0, 2**32 - 1).map(
        lambda seed: reference.draw_rule(np.random.default_rng(seed), size, [name], absorb=True)
    )


@cache
@st.composite
def layers(draw, name):
    """Draw a rule, activations a (..., inputs), weights W, bias b and relevance R (..., outputs) on the grid."""
    batch, inputs, outputs, dtype = draw(BATCHES), draw(SIZES), draw(SIZES), draw(DTYPES)
    low = draw(st.sampled_from([-4, 0]))
    a, R = draw(grid((*batch, inputs), dtype, low=low)), draw(grid((*batch, outputs), dtype))
    W, b = draw(grid((inputs, outputs))), draw(grid(outputs))
    return draw(rules_named(name, inputs)), a, W, b, R


@st.composite
def networks(draw, depth=3):
    """Draw an input batch x, parameters [(W, b), ...], one rule for each layer, and a target for each input or None."""
    batch, sizes = draw(BATCHES), draw(st.lists(st.integers(1, 4), min_size=2, max_size=depth + 1))
    parameters = [(draw(grid(shape)), draw(grid(shape[1]))) for shape in zip(sizes, sizes[1:], strict=False)]
    names = st.sampled_from(list(rules.RULES))
    chosen = [draw(rules_named(draw(names), size)) for size in sizes[:-1]]
    one, each = st.integers(0, sizes[-1] - 1), arrays(int, batch, elements=st.integers(0, sizes[-1] - 1))
    return draw(grid((*batch, sizes[0]))), parameters, chosen, draw(st.none() | one | each)


@st.composite
def neurons(draw, elements=GRID, batches=BATCHES):
    """Draw a point (..., d), weights (d,), not all zero, and a bias."""
    d, batch = draw(SIZES), draw(batches)
    w = draw(arrays(float, d, elements=elements).filter(np.any))
    return draw(arrays(float, (*batch, d), elements=elements)), w, draw(elements)
