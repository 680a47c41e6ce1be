"""The cost of explaining a network of the size of VGG-16, here and by Zennit, with random weights."""

import numpy as np

from lrp_edu.interop import from_torch
from lrp_edu.rules import Epsilon, Gamma, ZBox, by_kind

from .measure import peak_bytes, pixels, seconds
from .table import Row

BATCHES = (1, 8)


def vgg16():
    """Return torchvision's VGG-16, without weights that would have to be downloaded, as a sequence of layers."""
    from torch import manual_seed, nn
    from torchvision.models import vgg16

    manual_seed(0)
    model = vgg16(weights=None)
    return nn.Sequential(*model.features, nn.Flatten(), *model.classifier).eval(), model.eval()


def zennit_pass(model, x, target):
    """Return a function that computes z^B, γ and ε by Zennit."""
    import torch
    from zennit.composites import EpsilonGammaBox

    composite = EpsilonGammaBox(low=0.0, high=1.0, zero_params=["bias"])
    start = torch.nn.functional.one_hot(torch.tensor(target), 1000)
    for weight in model.parameters():
        weight.requires_grad_(False)

    def run():
        inputs = torch.tensor(x, requires_grad=True)
        with composite.context(model) as modified:
            output = modified(inputs)
            return torch.autograd.grad(output, inputs, start * output.detach())[0].numpy()

    return run


def rows():
    """Yield times and memory for one image of 224 × 224, and for eight."""
    import torch

    torch.set_num_threads(1)
    layers, whole = vgg16()
    network = from_torch(layers)
    rules = by_kind(network, Gamma(0.25), Epsilon(1e-6), first=ZBox(0.0, 1.0))
    for batch in BATCHES:
        x = pixels(batch, 3, 224, 224)
        z = network.forward(x)
        with torch.no_grad():
            gap = np.abs(whole(torch.tensor(x)).numpy() - z).max()
        if gap > 1e-4 * np.abs(z).max():
            raise AssertionError(f"lrp_edu must agree with torch, got a difference of {gap:.1e}")
        target = z.argmax(axis=-1)
        explain = lambda x=x, target=target: network.explain(x, target, rules).relevance  # noqa: E731
        peer = zennit_pass(layers, x, target)
        difference = np.abs(explain() - peer()).max() / np.abs(explain()).max()
        forward = lambda x=x: network.forward(x)  # noqa: E731
        times = ", ".join(f"{taken:.1f}" for taken in seconds([forward, explain, peer], rounds=2))
        what = f"{batch} of 224 × 224"
        yield Row("VGG-16", f"{what}: seconds for forward, explain, and Zennit's pass", times)
        yield Row("VGG-16", f"{what}: largest difference to Zennit, relative to the largest", f"{difference:.0e}")
        yield Row("VGG-16", f"{what}: memory of explain beside the weights, MB", f"{peak_bytes(explain) / 1e6:.0f}")
