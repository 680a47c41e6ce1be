"""Train the transformers that say which letter follows the last occurrence of another, with torch, and store them.

    pip install -e '.[peers]'
    python -m tools.train_tokens

Each batch is drawn when it is needed, from the sequences that are not held out (`lrp_edu.tokens.is_held_out`). No layer
has a bias, so that an explanation shows what softmax and norm take, and nothing else. The weights are stored in
float16, and what is printed is what the stored ones read.

The seed fixes everything but the rounding of the machine's linear algebra: a second run gives transformers of the same
quality, and on the same machine with the same torch the same ones.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch

from lrp_edu.tokens import BLOCKS, HEADS, LENGTH, LETTERS, NETWORKS, assembled, draw_sequences

TARGET = Path(__file__).parents[1] / "lrp_edu" / "data" / "tokens_network.npz"
FEATURES, HIDDEN = 16, 24
STEPS, BATCH, RATE, DECAY = 4000, 128, 4e-3, 1e-4
EPS = 1e-5


def initial(generator):
    """Return the parameters, by the names that `assembled` knows."""

    def normal(rows, columns, scale):
        return torch.randn(rows, columns, generator=generator) * scale

    inside = 1 / math.sqrt(FEATURES)
    parameters = {"E": normal(len(LETTERS), FEATURES, 1.0), "P": normal(LENGTH, FEATURES, 1.0)}
    for k in range(1, BLOCKS + 1):
        parameters |= {f"{name}{k}": torch.ones(FEATURES) for name in "af"}
        parameters |= {f"{name}{k}": normal(FEATURES, FEATURES, inside) for name in "QKVO"}
        parameters |= {
            f"U{k}": normal(FEATURES, HIDDEN, inside),
            f"D{k}": normal(HIDDEN, FEATURES, 1 / math.sqrt(HIDDEN)),
        }
    parameters |= {"n": torch.ones(FEATURES), "W": normal(FEATURES, len(LETTERS), inside)}
    return {name: value.requires_grad_() for name, value in parameters.items()}


def forward(p, tokens):
    """Return the logits of tokens of shape (n, 12)."""

    def norm(x, scale):
        return torch.nn.functional.layer_norm(x, (FEATURES,), scale, eps=EPS)

    def cut(x):
        return x.unflatten(-1, (HEADS, -1)).transpose(1, 2)

    x = p["E"][tokens] + p["P"]
    for k in range(1, BLOCKS + 1):
        y = norm(x, p[f"a{k}"])
        q, key, v = (cut(y @ p[f"{name}{k}"]) for name in "QKV")
        weights = torch.softmax(q @ key.transpose(-1, -2) / math.sqrt(FEATURES // HEADS), dim=-1)
        x = x + (weights @ v).transpose(1, 2).flatten(-2) @ p[f"O{k}"]
        x = x + torch.relu(norm(x, p[f"f{k}"]) @ p[f"U{k}"]) @ p[f"D{k}"]
    return norm(x[:, -1], p["n"]) @ p["W"]


def train(seed, steps=STEPS):
    """Return the trained parameters as arrays."""
    p, rng = initial(torch.Generator().manual_seed(seed)), np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(p.values(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    for step in range(steps):
        drawn = draw_sequences(BATCH, held_out=False, seed=rng)
        loss = torch.nn.functional.cross_entropy(forward(p, torch.tensor(drawn.tokens)), torch.tensor(drawn.answers))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 1000 == 0:
            print(f"seed {seed}, step {step + 1}: loss {loss.item():.4f}", flush=True)
    return {name: value.detach().numpy().astype(np.float16) for name, value in p.items()}


def main(target=TARGET, networks=NETWORKS, steps=STEPS):
    """Train all, store them side by side, and print how many held-out sequences each reads rightly."""
    trained = [train(seed, steps) for seed in range(networks)]
    np.savez_compressed(target, **{name: np.stack([one[name] for one in trained]) for name in trained[0]})
    drawn = {held_out: draw_sequences(20_000, held_out=held_out, seed=1) for held_out in (False, True)}
    for number in range(networks):
        transformer = assembled({name: value.astype(float) for name, value in trained[number].items()})
        right = {key: (transformer.forward(one.tokens).argmax(-1) == one.answers).mean() for key, one in drawn.items()}
        print(f"transformer {number}: trained on {right[False]:.2%} right, held out {right[True]:.2%} right")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--networks", type=int, default=NETWORKS)
    parser.add_argument("--target", type=Path, default=TARGET)
    main(**vars(parser.parse_args()))
