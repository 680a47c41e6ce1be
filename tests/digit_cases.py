"""Random states of the figure of the digit that one draws, and how much is added up on the way to its numbers."""

import numpy as np
from twins import twin

from lrp_edu.digits import load_digits
from lrp_edu.explorables import DigitFigure
from lrp_edu.explorables.digit import ink_of
from lrp_edu.propagate import stabilizer

IMAGES = ink_of(load_digits().images)


def digit_case(random):
    """Draw a state: an image of the data, maybe with noise, or noise alone, and any choice of rules and classes."""
    state = {"ink": _ink(random)}
    for key, schema in DigitFigure.schema().items():
        if schema["kind"] == "choice":
            state[key] = str(random.choice(list(schema["choices"])))
        elif schema["kind"] == "number":
            value = random.uniform(schema["low"], schema["high"])
            state[key] = int(value) if schema["whole"] else float(value)
    return state if _steady(twin(DigitFigure, **state)) else digit_case(random)


def _ink(random):
    image, noise = random.choice(IMAGES), random.integers(0, 17, 64)
    kind = random.integers(5)
    if kind == 0:
        return image.tolist()
    if kind == 1:
        return np.where(random.random(64) < 0.2, noise, image).tolist()
    if kind == 2:
        return np.where(random.random(64) < random.random(), 0, 16).tolist()
    return noise.tolist() if kind == 3 else np.where(random.random(64) < 0.1, noise, 0).tolist()


def steps(figure):
    """Yield rule, what a layer saw, and the relevance of its outputs, from the pixels up."""
    explanation = figure.explanation()
    seen = [its for its in explanation._network.see(np.array(figure.pixels))[0] if its.W is not None]
    yield from zip(figure.rules, seen, explanation.layers[1:], strict=True)


def _steady(figure):
    """Tell whether no denominator is a small difference: any arithmetic loses digits there."""
    for rule, its, R in steps(figure):
        for part in rule.parts(its.a, its.W, its.b):
            d = sum(x @ W for x, W in part.terms) + part.bias
            size = sum(np.abs(x) @ np.abs(W) for x, W in part.terms) + np.abs(part.bias)
            if np.any((np.abs(d + stabilizer(d, rule.epsilon)) < 0.02 * size) & (d != 0) & (R != 0)):
                return False
    return True


def digit_magnitude(state):
    """Return the sum of all magnitudes that are added up, forward and backward."""
    figure = twin(DigitFigure, **state)
    total = np.abs(figure.numbers()["logits"]).sum()
    for rule, its, R in steps(figure):
        total += (np.abs(its.a) @ np.abs(its.W.full)).sum() + np.abs(R).sum()
        for part in rule.parts(its.a, its.W, its.b):
            d = sum(x @ W for x, W in part.terms) + part.bias
            d = d + stabilizer(d, rule.epsilon)
            s = np.divide(part.share * R, d, out=np.zeros_like(d), where=d != 0)
            total += sum((np.abs(x) @ (np.abs(W) * np.abs(s))).sum() for x, W in part.terms)
    return total
