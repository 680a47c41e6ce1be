"""How computing is measured: side by side, in turns, on dense networks with seeded weights."""

import time
import tracemalloc

import numpy as np

from lrp_edu.layers import Dense, ReLU
from lrp_edu.network import Network


def seconds(functions, rounds=30):
    """Return the shortest processor time of each function; they take turns, so that a slow moment hits all alike."""
    times = np.empty((rounds, len(functions)))
    for function in functions:
        function()
    for turn in times:
        for i, function in enumerate(functions):
            start = time.process_time()
            function()
            turn[i] = time.process_time() - start
    return times.min(axis=0)


def peak_bytes(function):
    """Return the most memory that `function` held at once, beyond what there was before."""
    function()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        function()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def dense_network(sizes, seed=0):
    """Return a float32 ReLU network with weights of He's scale and biases that are not positive."""
    rng = np.random.default_rng(seed)
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:], strict=False):
        weight = rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs))
        bias = -np.abs(rng.normal(0, 0.01, outputs))
        layers += [Dense(weight.astype(np.float32), bias.astype(np.float32)), ReLU()]
    return Network(layers[:-1])


def pixels(batch, inputs, seed=1):
    """Return float32 inputs in [0, 1], of shape (batch, inputs)."""
    return np.random.default_rng(seed).uniform(size=(batch, inputs)).astype(np.float32)
