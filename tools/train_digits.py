"""Train the network that reads the digits, with numpy alone, and store it.

    python -m tools.train_digits

Cross-entropy on the logits, by Adam with weight decay. Two choices serve the explanations:
biases are projected to b <= 0 after every step, so that the roots of deep Taylor decomposition
lie in their domains; and each image is seen with fresh noise, so that no single pixel
decides, which makes heatmaps calmer. The last layer has no bias.

Two more serve the reader who draws: of the images most are seen shifted, turned, slanted, and with a thinner or thicker
pen, and to each batch half as many digits are added that a program has drawn (``tools/strokes.py``).

The seed fixes everything but the rounding of the machine's linear algebra: a second run gives a
network of the same quality, and on the same machine the same one.
"""

from pathlib import Path

import numpy as np

from lrp_edu.digits import load_digits
from tools.strokes import draw_many

TARGET = Path(__file__).parents[1] / "lrp_edu" / "data" / "digits_network.npz"
SIZES = (64, 48, 32, 10)
EPOCHS, BATCH, RATE, DECAY, NOISE, SEED = 200, 64, 3e-3, 0.15, 0.25, 0
AS_THEY_ARE, DRAWN = 0.5, 0.5  # shares of a batch


def forward(parameters, x):
    """Return the input of every layer, and the logits as the last entry."""
    *hidden, last = parameters
    activations = [x]
    for W, b in hidden:
        activations.append(np.maximum(0, activations[-1] @ W + b))
    return [*activations, activations[-1] @ last[0]]


def gradients(parameters, x, labels):
    """Return the gradient of the mean cross-entropy for every W and b."""
    *activations, logits = forward(parameters, x)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    delta = p / p.sum(axis=1, keepdims=True) - np.eye(logits.shape[1])[labels]
    result = []
    for a, (W, _) in zip(activations[::-1], parameters[::-1], strict=True):
        result.append((a.T @ delta / len(x), delta.mean(axis=0)))
        delta = delta @ W.T * (a > 0)
    return result[::-1]


class Adam:
    """Steps of Adam for one array, which is changed in place."""

    def __init__(self, array):
        self.array, self.mean, self.square, self.steps = array, 0.0, 0.0, 0

    def step(self, gradient, rate):
        """Move the array against the smoothed gradient."""
        self.steps += 1
        self.mean += 0.1 * (gradient - self.mean)
        self.square += 0.001 * (gradient**2 - self.square)
        mean, square = self.mean / (1 - 0.9**self.steps), self.square / (1 - 0.999**self.steps)
        self.array -= rate * mean / (np.sqrt(square) + 1e-8)


def initial(rng, sizes=SIZES):
    """Return weights of variance 2 / inputs, and zero biases, for every layer."""
    pairs = zip(sizes, sizes[1:], strict=False)
    return [(rng.normal(0, np.sqrt(2 / n), (n, m)), np.zeros(m)) for n, m in pairs]


def batches(rng, n, epochs=EPOCHS, size=BATCH):
    """Return the rows of every batch of all epochs, each epoch in a new order."""
    return [b for _ in range(epochs) for b in np.split(rng.permutation(n), range(size, n, size))]


def falling(rate, step, steps):
    """Return a rate that falls from `rate` to 0 along half a cosine."""
    return rate / 2 * (1 + np.cos(np.pi * step / steps))


def varied(rng, images):
    """Return the images as other hands might have written them: shifted, turned, slanted, with another pen."""
    n = len(images)
    turn, slant = rng.uniform(-0.12, 0.12, n), rng.uniform(-0.25, 0.25, n)
    across, down = 1 / rng.uniform(0.8, 1.1, (2, n))
    cos, sin = np.cos(turn), np.sin(turn)
    rows = np.array([[across * cos, across * (sin + slant)], [-down * sin, down * cos]])
    places = np.stack(np.meshgrid(np.arange(8), np.arange(8))).reshape(2, 64) - 3.5
    x, y = np.einsum("ijn,jp->inp", rows, places) + rng.uniform(-0.9, 0.9, (2, n, 1)) + 3.5
    pen = 1.1 * np.exp(rng.uniform(-0.5, 0.5, (n, 1)))
    return 2 * np.minimum(1, pen * between((images.reshape(n, 8, 8) + 1) / 2, x, y)) - 1


def between(images, x, y, margin=3):
    """Return the ink of images at places between their pixels, each of shape (n, places)."""
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
    x, y = (np.clip(place + margin, 0, padded.shape[1] - 1.001) for place in (x, y))
    left, top, image = x.astype(int), y.astype(int), np.arange(len(images))[:, None]
    right, below = x - left, y - top
    upper = padded[image, top, left] * (1 - right) + padded[image, top, left + 1] * right
    lower = padded[image, top + 1, left] * (1 - right) + padded[image, top + 1, left + 1] * right
    return upper * (1 - below) + lower * below


def train(images, labels, drawn, seed=SEED):
    """Return the trained [(W1, b1), (W2, b2), (W3, b3)], where b3 is zero; `drawn` are more images and labels."""
    rng = np.random.default_rng(seed)
    drawn_images, drawn_labels = drawn
    parameters = initial(rng)
    optimizers = [(Adam(W), Adam(b)) for W, b in parameters]
    schedule = batches(rng, len(images))
    for step, rows in enumerate(schedule):
        rate = falling(RATE, step, len(schedule))
        unchanged = rng.uniform(size=(len(rows), 1)) < AS_THEY_ARE
        added = rng.integers(0, len(drawn_images), int(DRAWN * len(rows)))
        x = np.concatenate([np.where(unchanged, images[rows], varied(rng, images[rows])), drawn_images[added]])
        x = np.clip(x + rng.normal(0, NOISE, x.shape), -1, 1)
        slopes = gradients(parameters, x, np.concatenate([labels[rows], drawn_labels[added]]))
        for (W, b), moves, slope in zip(parameters, optimizers, slopes, strict=True):
            for move, gradient in zip(moves, slope, strict=True):
                move.step(gradient, rate)
            W *= 1 - rate * DECAY
            np.minimum(b, 0, out=b)
        parameters[-1][1][:] = 0
    return parameters


def accuracy(parameters, images, labels):
    """Return the share of the images whose largest logit is their label."""
    return float((forward(parameters, images)[-1].argmax(axis=1) == labels).mean())


def main(target=TARGET):
    """Train, store in float32, and print the accuracy on the images held out, and for hands that were not seen."""
    digits = load_digits()
    drawn = draw_many(np.random.default_rng(SEED), 3000)
    trained = train(digits.images[digits.train], digits.labels[digits.train], drawn)
    parameters = [(W.astype(np.float32), b.astype(np.float32)) for W, b in trained]
    (W1, b1), (W2, b2), (W3, _) = parameters
    np.savez_compressed(target, W1=W1, b1=b1, W2=W2, b2=b2, W3=W3)
    for name, rows in (("trained on", digits.train), ("held out", digits.test)):
        share = accuracy(parameters, digits.images[rows], digits.labels[rows])
        print(f"{name:10} {len(rows)} images: {share:.2%} right")
    known, others = np.split(np.arange(len(digits.images)), [len(digits.images) * 4 // 5])
    strangers = train(digits.images[known], digits.labels[known], drawn)
    share = accuracy(strangers, digits.images[others], digits.labels[others])
    print(f"the last fifth of the file, by a network that has seen the first four: {share:.2%} right")


if __name__ == "__main__":
    main()
