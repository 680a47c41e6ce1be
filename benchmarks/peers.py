"""The same relevance from Captum and Zennit, on the same weights, where they are installed (the group ``peers``)."""

import sys
from types import ModuleType

import numpy as np

from lrp_edu.rules import ZPlus

from .measure import dense_network, pixels, seconds
from .relevance import BATCH, SIZES, deep_taylor
from .table import Row


def torch_twin(network):
    """Return the network as torch modules with the same weights."""
    import torch

    layers = []
    for layer in network.weighted:
        linear = torch.nn.Linear(layer.inputs, layer.outputs)
        linear.weight.data = torch.tensor(layer.weight.T.copy())
        linear.bias.data = torch.tensor(layer.bias)
        layers += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


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


def zennit_pass(model, x, target):
    """Return a function that computes z^B below and z⁺ above, biases left out of the denominators."""
    import torch

    zennit = import_zennit()
    from zennit.composites import NameMapComposite

    linear = [name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)]
    first = zennit.rules.ZBox(low=0.0, high=1.0, stabilizer=1e-9, zero_params=["bias"])
    others = zennit.rules.ZPlus(stabilizer=1e-9, zero_params=["bias"])
    names = [([name], others if i else first) for i, name in enumerate(linear)]
    relus = [name for name, module in model.named_modules() if isinstance(module, torch.nn.ReLU)]
    composite = NameMapComposite([*names, (relus, zennit.rules.Pass())])
    start = torch.nn.functional.one_hot(torch.tensor(target), SIZES[-1]).float()

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
    """Yield one row for each library that is installed; the values must agree before the times are compared."""
    network, x = dense_network(SIZES), pixels(BATCH, SIZES[0])
    target = np.argmax(network.forward(x), axis=-1)
    for name, (make, rules) in PEERS.items():
        try:
            peer = make(torch_twin(network), x, target)
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
