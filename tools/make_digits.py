"""Write ``lrp_edu/data/digits.npz`` from the copy of the digits in scikit-learn.

Only this script needs scikit-learn; the book, its package and its tests do not. Run it with

    python tools/make_digits.py

in an environment that has numpy and scikit-learn. The file is the same at every run.
"""

from pathlib import Path

import numpy as np

TARGET = Path(__file__).parents[1] / "lrp_edu" / "data" / "digits.npz"
HELD_OUT = 0.2
SEED = 2015


def stratified_test(labels, fraction, seed):
    """Return the sorted indices of a random `fraction` of every class."""
    rng = np.random.default_rng(seed)
    classes = [rng.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
    return np.sort(np.concatenate([rows[: round(fraction * len(rows))] for rows in classes]))


def main():
    """Read the 1797 images, split them once for all, and store both."""
    from sklearn.datasets import load_digits

    source = load_digits()
    pixels, labels = source.data.astype(np.uint8), source.target.astype(np.uint8)
    assert np.array_equal(pixels, source.data) and pixels.max() == 16
    test = stratified_test(labels, HELD_OUT, SEED).astype(np.uint16)
    np.savez_compressed(TARGET, pixels=pixels, labels=labels, test=test)
    print(f"{TARGET.name}: {len(pixels)} images, {len(test)} held out, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
