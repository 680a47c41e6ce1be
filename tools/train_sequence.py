"""Train the recurrent networks that add or subtract two hidden numbers, with numpy alone, and store them.

    python -m tools.train_sequence

For each of the two tasks many networks are trained at once, each from random weights of its own, on sequences that are
drawn when they are needed. All arrays begin with an axis for the networks. The loss is the squared error of the last
output, its gradient goes back through all steps, and Adam follows it. All networks are stored; none was chosen.

The seed fixes everything but the rounding of the machine's linear algebra: a second run gives
networks of the same quality, and on the same machine the same ones.
"""

from pathlib import Path

import numpy as np

from lrp_edu.sequences import STEPS, TASKS, draw_sequences
from tools.train_digits import Adam, falling

TARGET = Path(__file__).parents[1] / "lrp_edu" / "data" / "sequence_network.npz"
UNITS, NETWORKS = 1, 20
UPDATES, BATCH, RATE, SEED = 8000, 32, 2e-2, 0


def sigmoid(z):
    """Return 1 / (1 + exp(-z))."""
    return (1 + np.tanh(z / 2)) / 2


def forward(parameters, x):
    """Return what each step of each network saw, and their outputs (networks, n), for sequences (…, n, steps, 2)."""
    W, b, v = parameters
    units = v.shape[1]
    h = c = np.zeros((len(W), x.shape[-3], units))
    seen = []
    for x_t in np.moveaxis(x, -2, 0):
        a = np.concatenate([np.broadcast_to(x_t, (*h.shape[:2], 2)), h], axis=-1)
        z = a @ W + b
        i, f, o = sigmoid(z[..., :units]), sigmoid(z[..., units : 2 * units]), sigmoid(z[..., 3 * units :])
        g, before = np.tanh(z[..., 2 * units : 3 * units]), c
        c = f * c + i * g
        bent = np.tanh(c)
        h = o * bent
        seen.append((a, i, f, g, o, before, bent))
    return seen, h, (h @ v[..., None])[..., 0]


def gradients(parameters, x, y):
    """Return the gradients of the mean squared errors."""
    W, b, v = parameters
    seen, h, out = forward(parameters, x)
    delta = 2 * (out - y)[..., None] / out.shape[1]
    dW, db, dv = np.zeros_like(W), np.zeros_like(b), (delta * h).sum(axis=1)
    dh, dc = delta * v[:, None], 0.0
    for a, i, f, g, o, before, bent in reversed(seen):
        dc = dc + dh * o * (1 - bent**2)
        parts = [dc * g * i * (1 - i), dc * before * f * (1 - f), dc * i * (1 - g**2), dh * bent * o * (1 - o)]
        dz = np.concatenate(parts, axis=-1)
        dW += np.swapaxes(a, 1, 2) @ dz
        db += dz.sum(axis=1, keepdims=True)
        dh, dc = (dz @ np.swapaxes(W, 1, 2))[..., 2:], dc * f
    return dW, db, dv


def initial(rng, networks=NETWORKS, units=UNITS):
    """Return random weights, of shape (networks, 2 + units, 4 units), biases (…, 1, 4 units), readouts (…, units)."""
    W, v = rng.normal(0, 0.5, (networks, 2 + units, 4 * units)), rng.normal(1, 0.3, (networks, units))
    b = np.zeros((networks, 1, 4 * units))
    b[..., units : 2 * units] = 1  # a cell that forgets at once learns nothing from the first number
    return W, b, v


def batch(rng, sign):
    """Return sequences of one random length, and what the networks shall return."""
    drawn = draw_sequences(BATCH, int(rng.integers(STEPS[0], STEPS[1] + 1)), seed=rng)
    return drawn.x, drawn.numbers @ [1, sign]


def train(sign, seed, *, updates=UPDATES, networks=NETWORKS, units=UNITS):
    """Return the trained [W, b, v] of all networks."""
    rng = np.random.default_rng(seed)
    parameters = initial(rng, networks, units)
    optimizers = [Adam(array) for array in parameters]
    for step in range(updates):
        for move, gradient in zip(optimizers, gradients(parameters, *batch(rng, sign)), strict=True):
            move.step(gradient, falling(RATE, step, updates))
    return parameters


def error(parameters, sign, n=500, seed=1):
    """Return the mean squared error of each network, over all lengths, on other sequences than those of training."""
    found = []
    for steps in range(STEPS[0], STEPS[1] + 1):
        drawn = draw_sequences(n, steps, seed=[seed, steps])
        found.append(((forward(parameters, drawn.x)[2] - drawn.numbers @ [1, sign]) ** 2).mean(axis=1))
    return np.mean(found, axis=0)


def main(target=TARGET):
    """Train, store in float32 with the axes of `lrp_edu`, and print how far off the answers to new sequences are."""
    arrays = {}
    for number, (task, sign) in enumerate(TASKS.items()):
        parameters = train(sign, seed=SEED + number)
        W, b, v = (array.astype(np.float32) for array in parameters)
        arrays |= {f"{task}_weight_ih": np.swapaxes(W[:, :2], 1, 2), f"{task}_weight_hh": np.swapaxes(W[:, 2:], 1, 2)}
        arrays |= {f"{task}_bias": b[:, 0], f"{task}_readout": v[..., None]}
        found = error(parameters, sign)
        print(f"{task}: mean squared errors from {found.min():.1e} to {found.max():.1e}")
    np.savez_compressed(target, **arrays)


if __name__ == "__main__":
    main()
