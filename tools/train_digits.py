"""Train the network that reads the digits, with numpy alone, and store it.

    python tools/train_digits.py

Cross-entropy on the logits, by Adam with weight decay. Two choices serve the explanations:
biases are projected to b <= 0 after every step, so that the roots of deep Taylor decomposition
lie in their domains; and each image is seen with fresh noise, so that no single pixel
decides, which makes heatmaps calmer. The last layer has no bias.

The seed fixes everything but the rounding of the machine's linear algebra: a second run gives a
network of the same quality, and on the same machine the same one.
"""

from pathlib import Path

import numpy as np

from lrp_edu.digits import load_digits

TARGET = Path(__file__).parents[1] / "lrp_edu" / "data" / "digits_network.npz"
SIZES = (64, 48, 32, 10)
EPOCHS, BATCH, RATE, DECAY, NOISE, SEED = 60, 32, 3e-3, 0.3, 0.3, 0


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


def train(images, labels, seed=SEED):
    """Return the trained [(W1, b1), (W2, b2), (W3, b3)], where b3 is zero."""
    rng = np.random.default_rng(seed)
    parameters = initial(rng)
    optimizers = [(Adam(W), Adam(b)) for W, b in parameters]
    schedule = batches(rng, len(images))
    for step, rows in enumerate(schedule):
        rate = RATE / 2 * (1 + np.cos(np.pi * step / len(schedule)))
        x = images[rows] + rng.normal(0, NOISE, (len(rows), images.shape[1]))
        slopes = gradients(parameters, np.clip(x, -1, 1), labels[rows])
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
    """Train, store in float32, and print the accuracy on the images held out."""
    digits = load_digits()
    trained = train(digits.images[digits.train], digits.labels[digits.train])
    parameters = [(W.astype(np.float32), b.astype(np.float32)) for W, b in trained]
    (W1, b1), (W2, b2), (W3, _) = parameters
    np.savez_compressed(target, W1=W1, b1=b1, W2=W2, b2=b2, W3=W3)
    for name, rows in (("trained on", digits.train), ("held out", digits.test)):
        share = accuracy(parameters, digits.images[rows], digits.labels[rows])
        print(f"{name:10} {len(rows)} images: {share:.2%} right")


if __name__ == "__main__":
    main()
