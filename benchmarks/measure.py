"""How computing is measured: side by side, in turns, on dense networks with seeded weights."""

import time
import tracemalloc

import numpy as np

from lrp_edu.convolution import Conv2d, Flatten, MaxPool2d
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


def conv_network(seed=0):
    """Return 16c5-pool-32c3-pool-64-10 for 28 × 28 pixels: two convolutions, two dense layers, as `dense_network`."""
    rng = np.random.default_rng(seed)
    first, second = (
        Conv2d(_float32(rng, (outputs, inputs, size, size), inputs * size**2), -np.abs(_float32(rng, outputs, 2e4)))
        for outputs, inputs, size in ((16, 1, 5), (32, 16, 3))
    )
    dense = dense_network((32 * 5 * 5, 64, 10), seed).layers
    return Network([first, ReLU(), MaxPool2d(2), second, ReLU(), MaxPool2d(2), Flatten(), *dense])


def _float32(rng, shape, inputs):
    """Return random numbers of He's scale."""
    return rng.normal(0, np.sqrt(2 / inputs), shape).astype(np.float32)


def pixels(batch, *features, seed=1):
    """Return float32 inputs in [0, 1], of shape (batch, *features)."""
    return np.random.default_rng(seed).uniform(size=(batch, *features)).astype(np.float32)
