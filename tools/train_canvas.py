"""Train the convolutional network that reads canvases of digits, with numpy alone, and store it.

    python -m tools.train_canvas

Each canvas is drawn when it is needed, with one or with two digits, and with a little noise. As two digits may be
there, each logit has a probability of its own: the loss is the cross-entropy of ten sigmoids. A digit alone lies where
one of a pair would: never in the middle (rows 1 to 7, columns 5 to 7), where no second one would find room. As in
``tools/train_digits.py``, biases are projected to b <= 0 after every step, and the last layer has none.

Arrays have the shape (canvases, rows, columns, channels), and kernels (rows, columns, inputs, outputs). The last
layer is a convolution, too, whose kernel is as large as the maps below it.

The seed fixes everything but the rounding of the machine's linear algebra: a second run gives a
network of the same quality, and on the same machine the same one.
"""

from pathlib import Path

import numpy as np

from lrp_edu.canvas import draw_canvases, draw_corners, partners, paste
from lrp_edu.digits import LOW, load_digits
from tools.train_digits import Adam, batches, falling

TARGET = Path(__file__).parents[1] / "lrp_edu" / "data" / "canvas_network.npz"
KERNELS = ((3, 3, 1, 12), (3, 3, 12, 24), (4, 4, 24, 32), (1, 2, 32, 10))
PADDING, POOLING = (1, 1, 0, 0), (2, 2, 1, 1)
EPOCHS, BATCH, RATE, NOISE, SEED = 140, 32, 4e-3, 0.03, 0
ALONE = 0.35  # share of the canvases that have one digit


def patches(x, size):
    """Return all patches of x as rows of numbers: (n, rows, columns, channels) to (n, places, places, numbers)."""
    down, across = x.shape[1] - size[0] + 1, x.shape[2] - size[1] + 1
    places = np.ndindex(*size)
    return np.concatenate([x[:, i : i + down, j : j + across] for i, j in places], axis=-1)


def add_up(columns, size, shape):
    """Return the sum of patches, each put back where it was taken from: the adjoint of `patches`."""
    x = np.zeros(shape, columns.dtype)
    _, down, across, _ = columns.shape
    for (i, j), part in zip(np.ndindex(*size), np.split(columns, size[0] * size[1], axis=-1), strict=True):
        x[:, i : i + down, j : j + across] += part
    return x


def pad(x, width):
    """Return maps with a frame of zeros."""
    return np.pad(x, ((0, 0), (width, width), (width, width), (0, 0))) if width else x


def pool(x, size):
    """Return the largest of each size x size numbers, and where it is: the first where several are."""
    n, rows, columns, channels = x.shape
    blocks = x.reshape(n, rows // size, size, columns // size, size, channels).swapaxes(2, 3)
    blocks = blocks.reshape(n, rows // size, columns // size, size * size, channels)
    winner = blocks.argmax(axis=3)[:, :, :, None]
    return np.take_along_axis(blocks, winner, axis=3)[:, :, :, 0], winner


def unpool(delta, winner, size):
    """Return `delta` where the winners are, and 0 elsewhere: the adjoint of `pool`."""
    n, rows, columns, channels = delta.shape
    blocks = np.zeros((n, rows, columns, size * size, channels), delta.dtype)
    np.put_along_axis(blocks, winner, delta[:, :, :, None], axis=3)
    return blocks.reshape(n, rows, columns, size, size, channels).swapaxes(2, 3).reshape(
        n, rows * size, columns * size, channels
    )  # fmt: skip


def forward(parameters, x):
    """Return the patches that each layer saw, its outputs before pooling and their winners; and the logits."""
    seen = []
    for (K, b), padding, pooling in zip(parameters, PADDING, POOLING, strict=True):
        columns = patches(pad(x, padding), K.shape[:2])
        a = (columns.reshape(-1, columns.shape[-1]) @ K.reshape(-1, K.shape[-1])).reshape(*columns.shape[:3], -1) + b
        if len(seen) < len(parameters) - 1:
            a = np.maximum(a, 0)
        x, winner = pool(a, pooling) if pooling > 1 else (a, None)
        seen.append((columns, a, winner))
    return seen, x[:, 0, 0]


def gradients(parameters, x, targets):
    """Return the gradient of the mean cross-entropy of the sigmoids, summed over classes, for every K and b."""
    seen, logits = forward(parameters, x)
    delta = (1 / (1 + np.exp(-logits)) - targets)[:, None, None] / len(x)
    result = []
    for layer in reversed(range(len(parameters))):
        (K, _), (columns, a, winner) = parameters[layer], seen[layer]
        if winner is not None:
            delta = unpool(delta, winner, POOLING[layer])
        if layer < len(parameters) - 1:
            delta = delta * (a > 0)
        rows = delta.reshape(-1, K.shape[-1])
        result.append(((columns.reshape(len(rows), -1).T @ rows).reshape(K.shape), rows.sum(axis=0)))
        if layer:
            back = (rows @ K.reshape(-1, K.shape[-1]).T).reshape(columns.shape)
            frame, (_, height, width, _) = PADDING[layer], columns.shape
            shape = (len(x), height + K.shape[0] - 1, width + K.shape[1] - 1, K.shape[2])
            delta = add_up(back, K.shape[:2], shape)[:, frame : shape[1] - frame, frame : shape[2] - frame]
    return result[::-1]


def initial(rng):
    """Return kernels of variance 2 / inputs, and zero biases, for every layer, in float32."""
    return [
        (rng.normal(0, np.sqrt(2 / np.prod(shape[:3])), shape).astype(np.float32), np.zeros(shape[3], np.float32))
        for shape in KERNELS
    ]


def canvases(rng, images, labels, rows):
    """Return canvases with the images of `rows`, most of them with a second digit, and their ten targets each."""
    both = np.stack([rows, partners(rng, labels, rows)], axis=1)
    shown = images[both]
    targets = np.eye(10, dtype=np.float32)[labels[both]]
    alone = rng.uniform(size=len(rows)) < ALONE
    shown[alone, 1], targets[alone, 1] = LOW, 0
    x = paste(shown, draw_corners(rng, len(rows), 2))
    x = np.clip(x + rng.normal(0, NOISE, x.shape), -1, 1).astype(np.float32)
    return np.moveaxis(x, 1, -1), targets.sum(axis=1)


def train(images, labels, seed=SEED):
    """Return the trained [(K1, b1), …, (K4, b4)], where b4 is zero."""
    rng = np.random.default_rng(seed)
    parameters = initial(rng)
    optimizers = [(Adam(K), Adam(b)) for K, b in parameters]
    schedule = batches(rng, len(images), EPOCHS, BATCH)
    for step, rows in enumerate(schedule):
        rate = falling(RATE, step, len(schedule))
        slopes = gradients(parameters, *canvases(rng, images, labels, rows))
        for (_, b), moves, slope in zip(parameters, optimizers, slopes, strict=True):
            for move, gradient in zip(moves, slope, strict=True):
                move.step(gradient, rate)
            np.minimum(b, 0, out=b)
        parameters[-1][1][:] = 0
    return parameters


def read_rightly(logits, labels):
    """Return the share of canvases all of whose digits have the largest logits."""
    largest = np.argsort(-logits, axis=1)[:, : labels.shape[1]]
    return float((np.sort(largest, axis=1) == np.sort(labels, axis=1)).all(axis=1).mean())


def accuracy(parameters, count, n=4000, **which):
    """Return the share of canvases with `count` digits that are read rightly."""
    drawn = draw_canvases(n, count, **which)
    return read_rightly(forward(parameters, np.moveaxis(drawn.images, 1, -1))[1], drawn.labels)


def main(target=TARGET):
    """Train, store in float32 with the axes of `lrp_edu`, and print how many held-out canvases are read rightly."""
    digits = load_digits()
    parameters = train(digits.images[digits.train], digits.labels[digits.train])
    kernels = [np.moveaxis(K, (3, 2), (0, 1)) for K, _ in parameters]
    arrays = {f"K{k}": kernel for k, kernel in enumerate(kernels[:3], 1)}
    arrays |= {f"b{k}": b for k, (_, b) in enumerate(parameters[:3], 1)}
    np.savez_compressed(target, **arrays, W4=kernels[3].reshape(10, -1).T)
    for count in (1, 2):
        shares = [accuracy(parameters, count, held_out=held_out, seed=count) for held_out in (False, True)]
        print(f"{count} digit{'s' * (count - 1)}: trained on {shares[0]:.2%} right, held out {shares[1]:.2%} right")


if __name__ == "__main__":
    main()
