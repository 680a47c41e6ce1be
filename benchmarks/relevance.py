"""The cost of a relevance pass, as a multiple of the network's own forward pass."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from lrp_edu.figures import BOOK_STYLE, LINES, POSITIVE
from lrp_edu.rules import ZBox, ZPlus

from .measure import conv_network, dense_network, peak_bytes, pixels, seconds
from .table import Row

SIZES = (784, 400, 400, 200, 10)
BATCH = 256
MANY = 1_000_000
#: Batches of the first rows, what a pass may cost as a multiple of the forward pass, and how often it is tried.
BATCHES = ((1, 5, 400), (BATCH, 3.2, 60), (4096, 3.2, 10))
#: The images for the network with convolutions, what its pass may cost, and how often it is tried.
IMAGES, IMAGES_MOST, IMAGES_ROUNDS = (64, 1, 28, 28), 3.5, 60
PICTURE = Path(__file__).parent / "growth.png"


def deep_taylor(network):
    """Return z^B for the first layer and z⁺ for the others."""
    return [ZBox(0, 1)] + [ZPlus()] * (len(network.weighted) - 1)


def passes(network, x):
    """Return the two things that are compared: forward, and forward with the relevance pass."""
    rules = deep_taylor(network)
    target = np.zeros(len(x), int)
    return lambda: network.forward(x), lambda: network.explain(x, target, rules)


def shortest(sizes, batch, rounds):
    """Return the times of forward and relevance pass on a network of the given sizes."""
    network, x = dense_network(sizes), pixels(batch, sizes[0])
    return seconds(passes(network, x), rounds)


GROWTH = {
    "batch": ((1, 4, 16, 64, 256, 1024, 4096), lambda n: ((256, 256, 256, 10), n)),
    "width": ((64, 128, 256, 512, 1024, 2048), lambda n: ((n, n, n, 10), 64)),
    "depth": ((2, 4, 8, 16, 32), lambda n: ((256,) * n + (10,), 64)),
}


def growth(kind, rounds=8):
    """Return arrays of the sizes of one kind, forward times, relevance times, and peak memory in activations."""
    values, case = GROWTH[kind]
    times = np.array([shortest(*case(n), rounds) for n in values])
    memory = []
    for sizes, batch in map(case, values):
        _, explain = passes(dense_network(sizes), pixels(batch, sizes[0]))
        memory.append(peak_bytes(explain) / (4 * batch * sum(sizes)))
    return np.array(values), *times.T, np.array(memory)


def exponent(n, cost):
    """Return the power with which the cost grows over the upper half of the sizes."""
    upper = slice(len(n) // 2, None)
    return np.polyfit(np.log(n[upper]), np.log(cost[upper]), 1)[0]


def beside_result(count):
    """Return the most memory, in MB, that a pass of `count` inputs of 64 holds beside its input and its result."""
    _, explain = passes(dense_network((64, 48, 32, 10)), pixels(count, 64))
    found = explain()
    result = sum(array.nbytes for array in (*found.layers, found.output, found.value, found.target))
    del found
    return (peak_bytes(explain) - result) / 1e6


def rows():
    """Yield the table's rows, and draw what they say."""
    network = "-".join(map(str, SIZES))
    for batch, most, rounds in BATCHES:
        forward, relevance = shortest(SIZES, batch, rounds)
        what = f"{network}, batch {batch}: × forward (least possible 3, aim {most})"
        yield Row("relevance pass", what, f"{relevance / forward:.2f}")
    forward, relevance = seconds(passes(conv_network(), pixels(*IMAGES)), IMAGES_ROUNDS)
    what = f"16c5-pool-32c3-pool-64-10, batch {IMAGES[0]}: × forward (aim {IMAGES_MOST})"
    yield Row("relevance pass", what, f"{relevance / forward:.2f}")
    _, explain = passes(dense_network(SIZES), pixels(BATCH, SIZES[0]))
    peak = peak_bytes(explain) / (4 * BATCH * sum(SIZES))
    yield Row("relevance pass", f"{network}, batch {BATCH}: peak, × all activations (aim 5.5)", f"{peak:.1f}")
    what = f"{MANY:,} inputs of 64: peak beside input and result (aim 1000 MB)"
    yield Row("relevance pass", what, f"{beside_result(MANY):.0f} MB")
    curves = {kind: growth(kind) for kind in GROWTH}
    for kind, (n, forward, relevance, memory) in curves.items():
        ratio, span = relevance / forward, f"{kind} {n[0]} to {n[-1]}"
        powers = f"{exponent(n, relevance):.2f} ({exponent(n, forward):.2f})"
        yield Row("growth", f"{span}: relevance pass grows with the power (forward pass)", powers)
        yield Row("growth", f"{span}: × forward, smallest size to largest", f"{ratio[0]:.2f} to {ratio[-1]:.2f}")
        held = f"{memory[0]:.1f} to {memory[-1]:.1f}"
        yield Row("growth", f"{span}: peak memory, × all activations of the batch", held)
    draw(curves)


def draw(curves):
    """Save the picture of all curves."""
    with rc_context(BOOK_STYLE):
        figure = Figure(figsize=(9, 3))
        for ax, (kind, (n, forward, relevance, _)) in zip(figure.subplots(1, len(curves)), curves.items(), strict=True):
            ax.loglog(n, 1e3 * relevance, "s-", color=POSITIVE, label="relevance pass")
            ax.loglog(n, 1e3 * forward, "o-", color=LINES[0], label="forward pass")
            ax.set(xlabel=kind, xticks=n, xticklabels=n)
            ax.minorticks_off()
        figure.axes[0].set_ylabel("milliseconds")
        figure.axes[0].legend()
        figure.savefig(PICTURE, dpi=100)
