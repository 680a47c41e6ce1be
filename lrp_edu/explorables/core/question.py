"""What the figures of digits ask a network: why this class, or why this one and not another."""

import numpy as np

from ...layers import Dense
from ...network import Network


def classes(figure, logits):
    """Return the class that a figure explains, and the one that it subtracts or None."""
    order = np.argsort(-logits, kind="stable")
    target = int(order[0]) if figure.target == "largest" else int(figure.target)
    if figure.against == "none":
        return target, None
    second = next(int(k) for k in order if k != target)
    return target, second if figure.against == "second" else int(figure.against)


def explain(network, image, rules, target, against):
    """Return the `Explanation` of a logit or, with `against`, of its difference from another."""
    if against is None:
        return network.explain(image, target, rules)
    return _difference(network, target, against).explain(image, rules=rules)


def _difference(network, target, against):
    """Return the network whose only output is the difference of two logits."""
    *lower, last = network.layers
    weight = last.weight[:, [target]] - last.weight[:, [against]]
    return Network([*lower, Dense(weight, last.bias[[target]] - last.bias[[against]])])
