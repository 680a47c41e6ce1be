"""The same relevance from Captum and Zennit, on the same weights, where they are installed (the group ``peers``)."""

import sys
from types import ModuleType

import numpy as np

from lrp_edu.interop import to_torch
from lrp_edu.rules import LRP0, AlphaBeta, Epsilon, Flat, Gamma, WSquare, ZBox, ZPlus

from .measure import conv_network, dense_network, pixels, seconds
from .relevance import BATCH, IMAGES, SIZES, deep_taylor
from .table import Row


def import_zennit():
    """Import Zennit; it wants torchvision only for networks that are not used here, so two empty names will do."""
    try:
        import zennit.rules
    except (ImportError, RuntimeError):
        for name in [name for name in sys.modules if name.split(".")[0] in ("torchvision", "zennit")]:
            del sys.modules[name]
        for name in ("torchvision", "torchvision.models", "torchvision.models.resnet"):
            sys.modules[name] = ModuleType(name)
        unused = type("Unused", (), {})
        resnet = sys.modules["torchvision.models.resnet"]
        resnet.Bottleneck = resnet.BasicBlock = unused
        import zennit.rules
    return zennit


def zennit_rule(rule, tiny=1e-9):
    """Return Zennit's counterpart of a rule, biases left out of the denominators."""
    own, bias = import_zennit().rules, {"zero_params": ["bias"]}
    settings = {
        LRP0: lambda: own.Epsilon(epsilon=tiny, **bias),
        Epsilon: lambda: own.Epsilon(epsilon=rule.epsilon, **bias),
        Gamma: lambda: own.Gamma(gamma=rule.gamma, stabilizer=tiny, **bias),
        AlphaBeta: lambda: own.AlphaBeta(alpha=rule.alpha, beta=rule.beta, stabilizer=tiny, **bias),
        ZPlus: lambda: own.ZPlus(stabilizer=tiny, **bias),
        WSquare: lambda: own.WSquare(stabilizer=tiny, **bias),
        Flat: lambda: own.Flat(stabilizer=tiny, **bias),
        ZBox: lambda: own.ZBox(low=rule.low, high=rule.high, stabilizer=tiny, **bias),
    }
    return settings[type(rule)]()


def zennit_pass(model, x, target, rules=None, tiny=1e-9):
    """Return a function that computes z^B below and z⁺ above, or by other rules; means are shared in proportion."""
    import torch
    from torch import nn

    zennit = import_zennit()
    from zennit.composites import NameMapComposite

    kinds = {kind: [] for kind in ((nn.Linear, nn.Conv2d), nn.ReLU, nn.AvgPool2d)}
    for name, module in model.named_modules():
        for kind, names in kinds.items():
            names += [name] * isinstance(module, kind)
    weighted, relus, means = kinds.values()
    rules = [ZBox(0.0, 1.0)] + [ZPlus()] * (len(weighted) - 1) if rules is None else rules
    named = [([name], zennit_rule(rule, tiny)) for name, rule in zip(weighted, rules, strict=True)]
    composite = NameMapComposite([*named, (relus, zennit.rules.Pass()), (means, zennit.rules.Norm(stabilizer=tiny))])
    start = torch.nn.functional.one_hot(torch.tensor(target), model(torch.tensor(x)).shape[-1])

    def run():
        inputs = torch.tensor(x, requires_grad=True)
        with composite.context(model) as modified:
            output = modified(inputs)
            (relevance,) = torch.autograd.grad(output, inputs, grad_outputs=start * output.detach())
        return relevance.numpy()

    return run


def captum_pass(model, x, target):
    """Return a function that computes z⁺ on every layer (Captum has no z^B), biases left out of the denominators."""
    import torch
    from captum.attr import LRP
    from captum.attr._utils.lrp_rules import Alpha1_Beta0_Rule

    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.rule = Alpha1_Beta0_Rule(set_bias_to_zero=True)
    inputs, targets = torch.tensor(x, requires_grad=True), torch.tensor(target)
    return lambda: LRP(model).attribute(inputs, target=targets).detach().numpy()


PEERS = {"Zennit (z^B, z⁺)": (zennit_pass, deep_taylor), "Captum (z⁺)": (captum_pass, lambda network: ZPlus())}


def rows():
    """Yield the rows of a dense network, and of one with convolutions."""
    yield from compared(dense_network(SIZES), pixels(BATCH, SIZES[0]), PEERS)
    yield from compared(conv_network(), pixels(*IMAGES), {"Zennit, images": PEERS["Zennit (z^B, z⁺)"]})


def compared(network, x, peers):
    """Yield two rows for each library that is installed; the values must agree before the times are compared."""
    target = np.argmax(network.forward(x), axis=-1)
    for name, (make, rules) in peers.items():
        try:
            peer = make(to_torch(network), x, target)
        except ImportError as error:
            yield Row("peers", name, f"not installed ({error.name})")
            continue
        ours = lambda rules=rules: network.explain(x, target, rules(network)).relevance  # noqa: E731
        expected, got = ours(), peer()
        difference = np.abs(got - expected).max() / np.abs(expected).max()
        if difference > 1e-3:
            raise AssertionError(f"{name} must agree with lrp_edu, got a relative difference of {difference:.1e}")
        t_ours, t_peer = seconds([ours, peer], rounds=20)
        yield Row("peers", f"{name}: largest difference, relative to the largest relevance", f"{difference:.0e}")
        yield Row("peers", f"{name}: its time × lrp_edu's", f"{t_peer / t_ours:.2f}")
