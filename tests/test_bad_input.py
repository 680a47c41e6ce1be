"""Bad input gets an error that names the argument, what it must be and what it was."""

import numpy as np
import pytest
import sympy as sp
from passes import hand_down

from lrp_edu import attribution, roots, taylor
from lrp_edu.attention import AttnLRP, LastToken, LayerNorm, Residual, SelfAttention, Transformer, rollout
from lrp_edu.convolution import AvgPool2d, Conv2d, Flatten, MaxPool2d, fold_batch_norm
from lrp_edu.first_order import decompose, sensitivity
from lrp_edu.layers import Dense, ReLU
from lrp_edu.messages import messages, seven_neurons
from lrp_edu.network import Network
from lrp_edu.neuron import Neuron
from lrp_edu.recurrence import LSTM, Gated
from lrp_edu.rules import LRP0, AlphaBeta, Epsilon, Gamma, ZBox

NEURON = Neuron([2.0, 1.0], b=-1.0)
SYMBOL, REAL = sp.Symbol("x"), sp.Symbol("x", real=True)


def network():
    return Network([Dense(np.ones((2, 3))), ReLU(), Dense(np.ones((3, 2)))])


def after_forward():
    ready = network()
    ready.forward([[1.0, 2.0]] * 4)
    return ready


ONE, TWO, PAIR = Dense([[1.0]]), Dense(np.ones((2, 2))), Dense(np.ones((1, 2)))
SMALL = Transformer([[1.0], [2.0]], [[0.0], [3.0]], [SelfAttention(ONE, ONE, ONE, ONE), LastToken(), ONE])
KERNEL = np.ones((4, 3, 2, 2))
CELL = LSTM(np.ones((4, 3)), np.ones((4, 1)))


def images_network(above):
    return Network([Conv2d(KERNEL), ReLU(), MaxPool2d(2), *above])


CASES = {
    # Shapes that do not fit.
    "x too long": (lambda: NEURON([1, 2, 3]), r"x must have shape (..., 2) to match w, got (3,)"),
    "x a number": (lambda: NEURON(1.0), "x must have shape (..., 2) to match w, got ()"),
    "a too long": (lambda: NEURON.decompose([1, 2], [1, 2, 3]), "a must have shape (..., 2) to match w, got (3,)"),
    "a of a gradient": (lambda: NEURON.gradient([1]), "a must have shape (..., 2) to match w, got (1,)"),
    "a of the hinge": (lambda: NEURON.on_hinge([1]), "a must have shape (..., 2) to match w, got (1,)"),
    "x of a gradient": (lambda: NEURON.gradient([1, 2], [1]), "x must have shape (..., 2) to match w, got (1,)"),
    "x of the hinge": (lambda: NEURON.on_hinge([1, 2], [1]), "x must have shape (..., 2) to match w, got (1,)"),
    "batches of the hinge": (
        lambda: NEURON.on_hinge(np.ones((3, 2)), np.ones((2, 2))),
        "a must fit the shape (2, 2) of x, got (3, 2)",
    ),
    "x of an expansion": (lambda: NEURON.decompose([1], [1, 2]), "x must have shape (..., 2) to match w, got (1,)"),
    "x of a walk": (lambda: roots.root(NEURON, [1], [1, 2]), "x must have shape (..., 2) to match w, got (1,)"),
    "x of a share": (lambda: roots.relevance(NEURON, [1], [1, 2]), "x must have shape (..., 2) to match w, got (1,)"),
    "v of a share": (lambda: roots.relevance(NEURON, [1, 2], [1]), "v must have shape (..., 2) to match w, got (1,)"),
    "v too long": (lambda: roots.root(NEURON, [1, 1], [1, 2, 3]), "v must have shape (..., 2) to match w, got (3,)"),
    "w a matrix": (lambda: Neuron([[1.0]]), "w must have shape (d,) with d >= 1, got (1, 1)"),
    "w empty": (lambda: Neuron([]), "w must have shape (d,) with d >= 1, got (0,)"),
    "b a vector": (lambda: Neuron([1], [1]), "b must be a single number, got shape (1,)"),
    "root's x": (lambda: roots.w2_root([1, 1, 1], [2, 1]), "x must have shape (..., 2) to match w, got (3,)"),
    "direction's w": (lambda: roots.z_direction([1], [[1]]), "w must have shape (d,) with d >= 1, got (1, 1)"),
    "direction's x": (lambda: roots.z_direction([1], [2, 1]), "x must have shape (..., 2) to match w, got (1,)"),
    "weight a vector": (lambda: Dense([1, 2]), "weight must have shape (inputs, outputs), got (2,)"),
    "weight empty": (lambda: Dense(np.ones((0, 2))), "weight must have shape (inputs, outputs), got (0, 2)"),
    "bias too long": (lambda: Dense([[1, 2]], [1, 2, 3]), "bias must have shape (2,) to match weight, got (3,)"),
    "layer's x": (lambda: Dense([[1, 2]]).forward([1, 2]), "x must have shape (..., 1) to match weight, got (2,)"),
    "layer's dy": (lambda: Dense([[1, 2]]).gradprop([1]), "dy must have shape (..., 2) to match weight, got (1,)"),
    "ReLU's dy": (
        lambda: ReLU().gradprop([1, 2], [1.0]),
        "dy must have shape (1,) like x, got (2,)",
    ),
    "network's x": (
        lambda: network().forward([1, 2, 3]),
        "x must have shape (..., 2) to match the first layer, got (3,)",
    ),
    "layers that do not fit": (
        lambda: Network([Dense([[1, 2]]), Dense([[1]])]),
        "layers must fit together: Dense(1 → 2) hands 2 outputs to Dense(1 → 1)",
    ),
    "relevance without its batch": (
        lambda: after_forward().relprop([1, 2], LRP0()),
        "relevance must have shape (4, 2) like the last output, got (2,)",
    ),
    "dy without its batch": (
        lambda: after_forward().gradprop([1, 2]),
        "dy must have shape (4, 2) like the last output, got (2,)",
    ),
    "messages for a batch": (
        lambda: messages([[1, 2]], [[1], [2]], [1]),
        "a must have shape (2,) to match W, got (1, 2)",
    ),
    "R without its batch": (
        lambda: hand_down(LRP0(), np.ones((2, 3)), np.ones((3, 1)), [0], np.ones(1)),
        "R must have shape (2, 1) like the outputs of Dense(3 → 1), got (1,)",
    ),
    "messages' R": (lambda: messages([1, 2], [[1], [2]], [1, 2]), "R must have shape (1,) to match W, got (2,)"),
    "expansion point": (
        lambda: decompose(lambda x: x, lambda x: x, [1, 2], [1]),
        "root must have shape (..., 2) to match x, got (1,)",
    ),
    "attributed number": (lambda: attribution.occlusion(sum, 1.0, 0), "x must have shape (..., d) with d >= 1, got ()"),
    "attributed NaN": (lambda: attribution.shapley(sum, [np.nan], 0), "x must hold finite numbers, got nan"),
    "baseline too long": (
        lambda: attribution.occlusion(sum, [1, 2], [1, 2, 3]),
        "baseline must have shape (..., 2) to match x, got (3,)",
    ),
    "baselines of another batch": (
        lambda: attribution.shapley(sum, np.ones((3, 2)), np.ones((2, 2))),
        "baseline must fit the shape (3, 2) of x, got (2, 2)",
    ),
    "infinite baseline": (
        lambda: attribution.integrated_gradients(sum, sum, [1.0], np.inf),
        "baseline must hold finite numbers, got inf",
    ),
    "baseline beyond float32": (
        lambda: attribution.occlusion(sum, np.ones(1, np.float32), 1e50),
        "baseline must stay within the range of float32, but it overflowed",
    ),
    "no steps": (
        lambda: attribution.integrated_gradients(sum, sum, [1.0], 0, steps=0),
        "steps must be a whole number of at least 1, got 0",
    ),
    "half a step": (
        lambda: attribution.integrated_gradients(sum, sum, [1.0], 0, steps=2.5),
        "steps must be a whole number of at least 1, got 2.5",
    ),
    "too many inputs for Shapley": (
        lambda: attribution.shapley(sum, np.ones(13), 0),
        "x must have at most 12 inputs, as shapley asks f for 2^d values, got 13",
    ),
    "expansion points of another batch": (
        lambda: decompose(lambda x: x, lambda x: x, np.ones((3, 2)), np.ones((2, 2))),
        "root must fit the shape (3, 2) of x, got (2, 2)",
    ),
    "walks of another batch": (
        lambda: roots.root(NEURON, np.ones((3, 2)), np.ones((2, 2))),
        "v must fit the shape (3, 2) of x, got (2, 2)",
    ),
    "shares of another batch": (
        lambda: roots.relevance(NEURON, np.ones((3, 2)), np.ones((2, 2))),
        "v must fit the shape (3, 2) of x, got (2, 2)",
    ),
    "expanded NaN": (lambda: decompose(abs, abs, [np.nan], [1]), "x must hold finite numbers, got nan"),
    "expansion point beyond float32": (
        lambda: decompose(abs, abs, np.ones(1, np.float32), [1e50]),
        "root must stay within the range of float32, but it overflowed",
    ),
    "w beyond float32": (lambda: Neuron([1e50])(np.ones(1, np.float32)), "w must stay within the range of float32"),
    "b beyond float32": (lambda: Neuron([1], 1e50)(np.ones(1, np.float32)), "b must stay within the range of float32"),
    "weight beyond float32": (
        lambda: Dense([[1e50]]).forward(np.ones(1, np.float32)),
        "weight must stay within the range of float32",
    ),
    "bias beyond float32": (
        lambda: Dense([[1]], [1e50]).forward(np.ones(1, np.float32)),
        "bias must stay within the range of float32",
    ),
    "w of a direction beyond float32": (
        lambda: roots.w2_direction(np.ones(1, np.float32), [1e50]),
        "w must stay within the range of float32",
    ),
    "output beyond float64": (
        lambda: NEURON([1e308, 1e308]),
        "w @ x + b must stay within the range of float64, but it overflowed",
    ),
    "layer beyond float64": (
        lambda: Dense([[1e200], [-1e200]]).forward([1e200, 1e200]),
        "x @ weight + bias must stay within the range of float64",
    ),
    "derivative beyond float64": (
        lambda: Dense([[1e200, -1e200]]).gradprop([1e200, 1e200]),
        "dy @ weight.T must stay within the range of float64",
    ),
    "relevance beyond float64": (
        lambda: hand_down(AlphaBeta(2), np.ones(2), [[1e-200], [-1e-200]], [0], np.array([1e200])),
        "relevance by αβ(2) on Dense(2 → 1) must stay within the range of float64",
    ),
    "root beyond float64": (
        lambda: roots.root(Neuron([1e-200, 1.0], 1e200), [1.0, 1.0], [1.0, 0.0]),
        "the root must stay within the range of float64",
    ),
    "messages beyond float64": (
        lambda: messages([1e-200, 0.0], [[1.0], [1.0]], [1e200]),
        "messages by LRP-0 must stay within the range of float64",
    ),
    "denominator beyond float64": (
        lambda: messages([1e10], [[1.0]], [1.0], Gamma(1e300)),
        "the denominator of a rule must stay within the range of float64",
    ),
    "expanded number": (lambda: decompose(abs, abs, 1.0, 1.0), "x must have shape (..., d), got ()"),
    "rows of two lengths": (lambda: Dense([[1], [1, 2]]), "weight must hold rows of one length, got [[1], [1, 2]]"),
    # Images.
    "kernel of three axes": (
        lambda: Conv2d(np.ones((4, 3, 2))),
        "weight must have shape (outputs, inputs, height, width), got (4, 3, 2)",
    ),
    "kernel without a row": (
        lambda: Conv2d(np.ones((4, 3, 0, 2))),
        "weight must have shape (outputs, inputs, height, width), got (4, 3, 0, 2)",
    ),
    "bias of a kernel": (lambda: Conv2d(KERNEL, [1, 2]), "bias must have shape (4,) to match weight, got (2,)"),
    "NaN in a kernel": (lambda: Conv2d(KERNEL * np.nan), "weight must hold finite numbers, got nan"),
    "stride 0": (
        lambda: Conv2d(KERNEL, stride=0),
        "stride must be a whole number of at least 1, or two of them, got 0",
    ),
    "padding below 0": (
        lambda: Conv2d(KERNEL, padding=(1, -1)),
        "padding must be a whole number of at least 0, or two of them, got (1, -1)",
    ),
    "half a stride": (lambda: Conv2d(KERNEL, stride=1.5), "stride must be a whole number of at least 1, or two"),
    "three strides": (lambda: Conv2d(KERNEL, stride=(1, 1, 1)), "stride must be a whole number of at least 1, or two"),
    "rows of an LSTM": (
        lambda: LSTM(np.ones((6, 2)), np.ones((6, 1))),
        "weight_ih must have shape (4 units, inputs), got (6, 2)",
    ),
    "LSTM without inputs": (
        lambda: LSTM(np.ones((4, 0)), np.ones((4, 1))),
        "weight_ih must have shape (4 units, inputs), got (4, 0)",
    ),
    "weight_hh of an LSTM": (
        lambda: LSTM(np.ones((8, 3)), np.ones((8, 3))),
        "weight_hh must have shape (8, 2) to match weight_ih, got (8, 3)",
    ),
    "bias of an LSTM": (
        lambda: LSTM(np.ones((4, 3)), np.ones((4, 1)), np.ones(1)),
        "bias must have shape (4,) to match weight_ih, got (1,)",
    ),
    "NaN in an LSTM": (
        lambda: LSTM(np.ones((4, 3)), np.full((4, 1), np.nan)),
        "weight_hh must hold finite numbers, got nan",
    ),
    "inputs of a step": (
        lambda: CELL.forward(np.ones((5, 2))),
        "x must have shape (..., steps, 3) to match LSTM(3 → 1), got (5, 2)",
    ),
    "one step alone": (
        lambda: CELL.forward(np.ones(3)),
        "x must have shape (..., steps, 3) to match LSTM(3 → 1), got (3,)",
    ),
    "no step": (lambda: CELL.forward(np.ones((0, 3))), "x must have at least one step, got shape (0, 3)"),
    "dy of an LSTM": (
        lambda: CELL.gradprop(np.ones(2), np.ones((5, 3))),
        "dy must have shape (1,) to match x, got (2,)",
    ),
    "R of an LSTM": (
        lambda: CELL.carried(LRP0(), np.ones((5, 3)), np.ones(2)),
        "R must have shape (1,) like the outputs of LSTM(3 → 1), got (2,)",
    ),
    "rule of an LSTM": (
        lambda: CELL.carried(ZBox(0, 1), np.ones((5, 3)), np.ones(1)),
        "rules must hold LRP0, Epsilon or Gated for LSTM(3 → 1), got z^B(0, 1)",
    ),
    "unknown product": (
        lambda: Gated(0.1, "all"),
        "product must be one of signal, half, proportion, magnitude, got 'all'",
    ),
    "negative ε of a gate": (lambda: Gated(-0.1), "epsilon must be at least 0, got -0.1"),
    "size of no pooling": (lambda: MaxPool2d(0), "size must be a whole number of at least 1, or two of them, got 0"),
    "a truth for a size": (lambda: AvgPool2d(True), "size must be a whole number of at least 1, or two of them, got"),
    "stride of no pooling": (lambda: MaxPool2d(2, stride=0), "stride must be a whole number of at least 1, or two of"),
    "padding of a pooling below 0": (lambda: AvgPool2d(2, padding=-1), "padding must be a whole number of at least 0,"),
    "two lengths for a size": (lambda: AvgPool2d([[1], [1, 2]]), "size must hold rows of one length, got [[1], [1"),
    "image without channels": (
        lambda: Conv2d(KERNEL).forward(np.ones((5, 5))),
        "x must have shape (..., 3, height, width) to match Conv2d(3 → 4, 2 × 2), got (5, 5)",
    ),
    "image of other channels": (
        lambda: Conv2d(KERNEL).forward(np.ones((7, 2, 5, 5))),
        "x must have shape (..., 3, height, width) to match Conv2d(3 → 4, 2 × 2), got (7, 2, 5, 5)",
    ),
    "image too small": (
        lambda: Conv2d(KERNEL).forward(np.ones((3, 1, 5))),
        "x must have images of at least 2 × 2 for Conv2d(3 → 4, 2 × 2), got (3, 1, 5)",
    ),
    "image too small for its padding": (
        lambda: Conv2d(np.ones((1, 1, 4, 4)), padding=1).forward(np.ones((1, 2, 1))),
        "x must have images of at least 2 × 2 for Conv2d(1 → 1, 4 × 4, padding 1), got (1, 2, 1)",
    ),
    "image without a pixel": (
        lambda: Conv2d(KERNEL, padding=1).forward(np.ones((3, 0, 1))),
        "x must have images of at least 1 × 1 for Conv2d(3 → 4, 2 × 2, padding 1), got (3, 0, 1)",
    ),
    "image too small for a pooling": (
        lambda: AvgPool2d((3, 2)).forward(np.ones((1, 2, 2))),
        "x must have images of at least 3 × 2 for AvgPool2d((3, 2)), got (1, 2, 2)",
    ),
    "image of a pooling": (
        lambda: MaxPool2d(2).forward([1.0]),
        "x must have shape (..., channels, height, width) to match MaxPool2d(2), got (1,)",
    ),
    "image of Flatten": (
        lambda: Flatten().forward([1.0]),
        "x must have shape (..., channels, height, width) to match Flatten(), got (1,)",
    ),
    "NaN in an image": (
        lambda: MaxPool2d(1).forward(np.full((1, 1, 1), np.nan)),
        "x must hold finite numbers, got nan",
    ),
    "dy of a convolution": (
        lambda: Conv2d(KERNEL).gradprop(np.ones((4, 5, 5)), np.ones((3, 5, 5))),
        "dy must have shape (4, 4, 4) to match x, got (4, 5, 5)",
    ),
    "dy of a maximum": (
        lambda: MaxPool2d(2).gradprop(np.ones((1, 2)), np.ones((1, 4, 4))),
        "dy must have shape (1, 2, 2) to match x, got (1, 2)",
    ),
    "dy of a mean": (
        lambda: AvgPool2d(2).gradprop(np.ones((2, 1, 2, 2)), np.ones((1, 4, 4))),
        "dy must have shape (1, 2, 2) to match x, got (2, 1, 2, 2)",
    ),
    "dy of Flatten": (
        lambda: Flatten().gradprop(np.ones(5), np.ones((1, 2, 2))),
        "dy must have shape (4,) to match x, got (5,)",
    ),
    "kernel beyond float32": (
        lambda: Conv2d(KERNEL * 1e50).forward(np.ones((3, 2, 2), np.float32)),
        "weight must stay within the range of float32",
    ),
    "convolution beyond float64": (
        lambda: Conv2d(KERNEL * 1e200).forward(np.full((3, 2, 2), 1e200)),
        "x @ weight + bias must stay within the range of float64",
    ),
    "channels that do not fit": (
        lambda: images_network([Conv2d(np.ones((1, 5, 1, 1)))]),
        "layers must fit together: MaxPool2d(2) hands outputs of shape (4, height, width) to Conv2d(5 → 1, 1 × 1)",
    ),
    "through a place that is none": (
        lambda: network().explain([1, 2], through={2: 0}),
        "through must name places in network.sharing, from 0 to 1, got 2",
    ),
    "through a place by name": (
        lambda: network().explain([1, 2], through={"hidden": 0}),
        "through must name places in network.sharing, from 0 to 1, got 'hidden'",
    ),
    "through neurons without a place": (
        lambda: network().explain([1, 2], through=[0, 1]),
        "through must be a dict from places in network.sharing to neurons, got [0, 1]",
    ),
    "through a neuron that is none": (
        lambda: network().explain([1, 2], through={1: [0, 3]}),
        "through[1] must hold indices from 0 to 2, or booleans of shape (3,), got [0, 3]",
    ),
    "through a neuron from the end": (
        lambda: network().explain([1, 2], through={0: -1}),
        "through[0] must hold indices from 0 to 1, or booleans of shape (2,), got -1",
    ),
    "through parts of neurons": (
        lambda: network().explain([1, 2], through={0: [0.0, 1.0]}),
        "through[0] must hold indices from 0 to 1, or booleans of shape (2,), got [0.0, 1.0]",
    ),
    "through a table of neurons": (
        lambda: network().explain([1, 2], through={0: [[0], [1]]}),
        "through[0] must hold indices from 0 to 1, or booleans of shape (2,), got [[0], [1]]",
    ),
    "through rows of two lengths": (
        lambda: network().explain([1, 2], through={0: [[0], [0, 1]]}),
        "through[0] must hold rows of one length, got [[0], [0, 1]]",
    ),
    "through a mask of another shape": (
        lambda: images_network([Flatten()]).explain(np.ones((3, 5, 5)), through={0: [True] * 5}),
        "through[0] must hold indices from 0 to 2, or booleans of shape (3,) or (3, 5, 5), got [True, ",
    ),
    "images for a dense layer": (
        lambda: images_network([Dense(np.ones((16, 1)))]),
        "layers must fit together: MaxPool2d(2) hands outputs of shape (4, height, width) to Dense(16 → 1): "
        "put Flatten() between them",
    ),
    "rows for a convolution": (
        lambda: Network([Dense(np.ones((2, 3))), Conv2d(KERNEL)]),
        "layers must fit together: Dense(2 → 3) hands 3 outputs to Conv2d(3 → 4, 2 × 2)",
    ),
    "more pixels than a dense layer takes": (
        lambda: images_network([Flatten(), Dense(np.ones((16, 1)))]).forward(np.ones((3, 7, 7))),
        "x must have shape (..., 16) to match weight, got (36,)",
    ),
    "image of a network": (
        lambda: images_network([Flatten()]).explain(np.ones((2, 5, 5))),
        "x must have shape (..., 3, height, width) to match the first layer, got (2, 5, 5)",
    ),
    "images for an explanation": (
        lambda: images_network([]).explain(np.ones((3, 5, 5))),
        "layers must end in outputs of shape (..., outputs), got (..., 4, height, width): add Flatten()",
    ),
    "target of so many pixels": (
        lambda: images_network([Flatten()]).explain(np.ones((2, 3, 5, 5)), [3, 16]),
        "target must lie between 0 and 15, got [3, 16]",
    ),
    "rule for a pooling": (
        lambda: images_network([Flatten()]).explain(np.ones((3, 5, 5)), rules=[LRP0()] * 2),
        "rules must hold 1 rules, one for each layer with weights, got 2",
    ),
    "box for other channels": (
        lambda: images_network([Flatten()]).explain(np.ones((3, 5, 5)), rules=ZBox([0, 0], 1)),
        "low must be a number or have shape (3,) or (3, 5, 5), got (2,)",
    ),
    "box for other pixels": (
        lambda: images_network([Flatten()]).explain(np.ones((3, 5, 5)), rules=ZBox(0, np.ones((3, 4, 5)))),
        "high must be a number or have shape (3,) or (3, 5, 5), got (3, 4, 5)",
    ),
    "box with a pixel above high": (
        lambda: ZBox(np.zeros((1, 1, 2)), [[[1, -1]]]),
        "low must not exceed high, got low=[[[0.0, 0.0]]] and high=[[[1.0, -1.0]]]",
    ),
    "batch norm of a ReLU": (
        lambda: fold_batch_norm(ReLU(), [1], [0], [0], [1]),
        "layer must be a Dense or a Conv2d, got ReLU()",
    ),
    "batch norm of other channels": (
        lambda: fold_batch_norm(Conv2d(KERNEL), [1] * 4, [0] * 3, [0] * 4, [1] * 4),
        "shift must have shape (4,) to match Conv2d(3 → 4, 2 × 2), got (3,)",
    ),
    "batch norm without variance": (
        lambda: fold_batch_norm(Dense([[1]]), [1], [0], [0], [0], eps=0),
        "variance + eps must be positive, got [0.0] + 0.0",
    ),
    # Numbers that are none.
    "NaN in x": (lambda: NEURON([1, np.nan]), "x must hold finite numbers, got nan"),
    "infinite w": (lambda: Neuron([1, np.inf]), "w must hold finite numbers, got inf"),
    "infinite b": (lambda: Neuron([1], -np.inf), "b must hold finite numbers, got -inf"),
    "NaN in weight": (lambda: Dense([[np.nan]]), "weight must hold finite numbers, got nan"),
    "NaN in bias": (lambda: Dense([[1]], [np.nan]), "bias must hold finite numbers, got nan"),
    "NaN in a network's x": (lambda: network().explain([1, np.nan]), "x must hold finite numbers, got nan"),
    "infinite ReLU": (lambda: ReLU().forward([np.inf]), "x must hold finite numbers, got inf"),
    "NaN in a ReLU's dy": (lambda: ReLU().gradprop([np.nan], [1.0]), "dy must hold finite numbers, got nan"),
    "NaN in what a ReLU saw": (lambda: ReLU().gradprop([1.0], [np.nan]), "x must hold finite numbers, got nan"),
    "NaN in relevance": (
        lambda: after_forward().relprop(np.full((4, 2), np.nan), LRP0()),
        "relevance must hold finite numbers, got nan",
    ),
    "NaN in sensitivity": (lambda: sensitivity(abs, [np.nan]), "x must hold finite numbers, got nan"),
    "NaN in a point": (lambda: roots.in_domain([np.nan]), "point must hold finite numbers, got nan"),
    "complex": (lambda: Neuron([1j]), "w must hold real numbers, got dtype complex128"),
    "text": (lambda: Neuron(["1"]), "w must hold real numbers, got dtype <U1"),
    "nothing": (lambda: Neuron(None), "w must hold real numbers, got dtype object"),
    # Walks that never arrive.
    "walk along the hinge": (
        lambda: roots.root(Neuron([1, -1]), [3, 1], [2, 2]),
        "v must not run along the hinge: w @ v must not be 0, got 0.0 at v=[2. 2.]",
    ),
    "walk along the hinge, by relevance": (
        lambda: roots.relevance(Neuron([1, -1]), [[3, 1], [1, 1]], [[1, 0], [3, 3]]),
        "v must not run along the hinge: w @ v must not be 0, got 0.0 at v=[3. 3.]",
    ),
    "walk along the hinge up to rounding": (
        lambda: roots.root(Neuron([0.1, 0.2, -0.3]), [1, 1, 0], [1, 1, 1]),
        "v must not run along the hinge: w @ v must not be 0, got",
    ),
    "walk from the origin": (lambda: roots.z_root([0, 0], [2, 1]), "v must have a part that is not 0"),
    "nothing adds": (
        lambda: roots.zplus_root([1, 1], [-2, 0], 5),
        "v must have a part that is not 0: a walk needs a direction, got only zeros",
    ),
    "nothing adds at one of two points": (
        lambda: roots.zplus_root([[1, 1], [-1, 1]], [2, -1], 5),
        "v must have a part that is not 0",
    ),
    "alpha of a direction": (lambda: roots.alphabeta_direction([1], [1], 0.5), "alpha must be at least 1, got 0.5"),
    "flat without a weight": (
        lambda: roots.flat_direction([1, 1], [2, 0]),
        "w must have no weight of 0 for the direction 1/w, got [2.0, 0.0]",
    ),
    "flat beyond the range": (lambda: roots.flat_direction([1], [1e-320]), "1/w must stay within the range of float64"),
    "αβ beyond the range": (
        lambda: roots.alphabeta_direction([1e-200, 1], [1e-200, -1]),
        "the direction must stay within the range of float64",
    ),
    "zero weights": (lambda: roots.w2_root([1, 1], [0, 0]), "w must have a non-zero weight, got only zeros"),
    # Settings.
    "epsilon below 0": (lambda: Epsilon(-1e-9), "epsilon must be at least 0, got -1e-09"),
    "epsilon NaN": (lambda: Epsilon(np.nan), "epsilon must hold finite numbers, got nan"),
    "gamma below 0": (lambda: Gamma(-1), "gamma must be at least 0, got -1.0"),
    "gamma of a direction": (lambda: roots.gamma_root([1], [1], 0, -1), "gamma must be at least 0, got -1.0"),
    "gamma infinite": (lambda: Gamma(np.inf), "gamma must hold finite numbers, got inf"),
    "alpha below 1": (lambda: AlphaBeta(0.5), "alpha must be at least 1, got 0.5"),
    "alpha a vector": (lambda: AlphaBeta([1, 2]), "alpha must be a single number, got shape (2,)"),
    "low above high": (lambda: ZBox(1, -1), "low must not exceed high, got low=1.0 and high=-1.0"),
    "low above high somewhere": (
        lambda: ZBox([0, 1], [1, 0]),
        "low must not exceed high, got low=[0.0, 1.0] and high=[1.0, 0.0]",
    ),
    "low above high of a direction": (
        lambda: roots.zbox_direction([1], [1], 2, 1),
        "low must not exceed high, got low=2.0 and high=1.0",
    ),
    "low above high of a domain": (lambda: roots.in_domain([1], 2, 1), "low must not exceed high, got low=2"),
    "NaN for a bound of a domain": (lambda: roots.in_domain([1], np.nan, 1), "low must not exceed high, got low=nan"),
    "box of another size": (
        lambda: network().explain([1, 1], rules=ZBox([0, 0, 0], 1)),
        "low must be a number or have shape (2,), got (3,)",
    ),
    "box of two sizes": (lambda: ZBox([0, 0], [1, 1, 1]), "high must be a number or have shape (2,), got (3,)"),
    "box without a beginning": (lambda: ZBox(np.nan, 1), "low must hold finite numbers, got nan"),
    "box without an end": (lambda: ZBox(0, np.inf), "high must hold finite numbers, got inf"),
    # Networks.
    "no layer with weights": (
        lambda: Network([ReLU()]),
        "layers must hold at least one layer with weights, got [ReLU()]",
    ),
    "a layer that is none": (
        lambda: Network([Dense([[1]]), np.tanh]),
        "layers must hold layers such as Dense(weight) and ReLU(), got <ufunc 'tanh'>",
    ),
    "the class of a layer": (
        lambda: Network([Dense([[1]]), ReLU]),
        "layers must hold layers such as Dense(weight) and ReLU(), got <class 'lrp_edu.layers.ReLU'>",
    ),
    "no layers": (lambda: Network([]), "layers must hold at least one layer with weights, got []"),
    "one rule too few": (
        lambda: network().explain([1, 2], rules=[LRP0()]),
        "rules must hold 2 rules, one for each layer with weights, got 1",
    ),
    "one rule too many": (
        lambda: after_forward().relprop(np.ones((4, 2)), [LRP0()] * 3),
        "rules must hold 2 rules, one for each layer with weights, got 3",
    ),
    "a rule's name": (lambda: network().explain([1, 2], rules="γ"), "rules must hold rules such as LRP0(), got 'γ'"),
    "a rule's class": (lambda: network().explain([1, 2], rules=[LRP0(), LRP0]), "rules must hold rules such as LRP0()"),
    "no rule": (lambda: network().explain([1, 2], rules=None), "rules must hold rules such as LRP0(), got None"),
    "target too large": (lambda: network().explain([1, 2], 2), "target must lie between 0 and 1, got 2"),
    "target below 0": (lambda: network().explain([1, 2], -1), "target must lie between 0 and 1, got -1"),
    "target of one input": (
        lambda: network().explain([[1, 2]] * 2, [0, 5]),
        "target must lie between 0 and 1, got [0, 5]",
    ),
    "target a fraction": (lambda: network().explain([1, 2], 0.5), "target must be an int, or an int array of shape ()"),
    "targets too many": (
        lambda: network().explain([[1, 2]] * 2, [0, 1, 1]),
        "target must be an int, or an int array of shape (2,), got array([0, 1, 1])",
    ),
    "targets of two lengths": (
        lambda: network().explain([[1, 2]] * 2, [[0], [1, 1]]),
        "target must hold rows of one length, got [[0], [1, 1]]",
    ),
    # Taylor.
    "degree below 0": (lambda: taylor.polynomial(SYMBOL, SYMBOL, 0, -1), "degree must be a whole number >= 0, got -1"),
    "degree a fraction": (
        lambda: taylor.remainder(SYMBOL, SYMBOL, 0, 1.5),
        "degree must be a whole number >= 0, got 1.5",
    ),
    "degree a truth": (
        lambda: taylor.FUNCTIONS["exp"].coefficients(0, True),
        "degree must be a whole number >= 0, got True",
    ),
    "a step beyond float64": (
        lambda: taylor.evaluate([1.0, 2.0], -1e308, 1.7e308),
        "the polynomial must stay within the range of float64, but it overflowed",
    ),
    "coefficients of no number": (
        lambda: taylor.FUNCTIONS["sin"].coefficients(1e200, 2),
        "coefficients must stay within the range of float64, but it overflowed",
    ),
    "no derivative": (
        lambda: taylor.polynomial(sp.sqrt(SYMBOL), SYMBOL, 0, 1),
        "expr must have 1 derivatives at about = 0, got sqrt(x)",
    ),
    "no derivative at a corner": (
        lambda: taylor.polynomial(sp.Max(0, SYMBOL), SYMBOL, 0, 1),
        "expr must have 1 derivatives at about = 0, got Max(0, x)",
    ),
    "no derivative of a magnitude": (
        lambda: taylor.polynomial(sp.Abs(REAL), REAL, 0, 1),
        "expr must have 1 derivatives at about = 0, got Abs(x)",
    ),
    "no second derivative at a corner": (
        lambda: taylor.polynomial(SYMBOL * sp.Max(0, SYMBOL), SYMBOL, 0, 2),
        "expr must have 2 derivatives at about = 0, got x*Max(0, x)",
    ),
    "no derivative at a jump": (
        lambda: taylor.polynomial(1 / (1 + sp.exp(1 / SYMBOL)), SYMBOL, 0, 0),
        "expr must have 0 derivatives at about = 0",
    ),
    "no value": (
        lambda: taylor.polynomial(sp.sin(1 / SYMBOL), SYMBOL, 0, 0),
        "expr must have 0 derivatives at about = 0, got sin(1/x)",
    ),
    "outside the domain": (
        lambda: taylor.FUNCTIONS["log"].coefficients(-1, 2),
        "a must lie between -1 and inf, got -1.0",
    ),
    "coefficients beyond float64": (
        lambda: taylor.FUNCTIONS["exp"].coefficients(800, 2),
        "coefficients must stay within the range of float64, but it overflowed",
    ),
    "coefficients of a far point": (
        lambda: taylor.FUNCTIONS["cubic"].coefficients(-1e300, 3),
        "coefficients must stay within the range of float64",
    ),
    "polynomial beyond float64": (
        lambda: taylor.evaluate([1.0, 1e300], 0, 1e300),
        "the polynomial must stay within the range of float64",
    ),
    "point of expansion as text, which sympy would execute": (
        lambda: taylor.polynomial(SYMBOL, SYMBOL, "1/0"),
        "about must be a number or a sympy expression, got '1/0'",
    ),
    "function as text": (
        lambda: taylor.remainder("1/0", SYMBOL),
        "expr must be a sympy expression, got '1/0'",
    ),
    "variable as text": (lambda: taylor.polynomial(SYMBOL, "x"), "x must be a sympy symbol, got 'x'"),
    "expansion at infinity": (lambda: taylor.polynomial(SYMBOL, SYMBOL, sp.oo), "about must be finite, got oo"),
    "a not finite": (lambda: taylor.FUNCTIONS["exp"].coefficients(np.nan, 2), "a must hold finite numbers, got nan"),
    "no coefficients": (lambda: taylor.evaluate([], 0, 1), "coefficients must have shape (d,) with d >= 1, got (0,)"),
    "point not finite": (lambda: taylor.evaluate([1], 0, np.inf), "x must hold finite numbers, got inf"),
    "about not finite": (lambda: taylor.evaluate([1], np.inf, 0), "about must hold finite numbers, got inf"),
    # Attention.
    "query of another kind": (
        lambda: SelfAttention(ReLU(), ONE, ONE, ONE),
        "query must be a Dense layer, got ReLU()",
    ),
    "no heads": (lambda: SelfAttention(ONE, ONE, ONE, ONE, heads=0), "heads must be a whole number of at least 1, got"),
    "half a head": (lambda: SelfAttention(ONE, ONE, ONE, ONE, heads=1.5), "heads must be a whole number of at least 1"),
    "too many heads": (
        lambda: SelfAttention(ONE, ONE, ONE, ONE, heads=2),
        "query must have outputs that 2 heads share evenly, got Dense(1 → 1)",
    ),
    "values that heads cannot share": (
        lambda: SelfAttention(PAIR, PAIR, ONE, ONE, heads=2),
        "value must have outputs that 2 heads share evenly, got Dense(1 → 1)",
    ),
    "keys of other inputs": (lambda: SelfAttention(ONE, TWO, ONE, ONE), "key must have 1 inputs like query, got"),
    "values of other inputs": (lambda: SelfAttention(ONE, ONE, TWO, ONE), "value must have 1 inputs like query, got"),
    "keys longer than queries": (lambda: SelfAttention(ONE, PAIR, ONE, ONE), "key must have 1 outputs like query, got"),
    "outputs of other values": (
        lambda: SelfAttention(ONE, ONE, ONE, TWO),
        "output must have 1 inputs, the outputs of value, got Dense(2 → 2)",
    ),
    "attention's x": (
        lambda: SelfAttention(ONE, ONE, ONE, ONE).forward([1.0]),
        "x must have shape (..., tokens, 1) to match query, got (1,)",
    ),
    "attention's dy": (
        lambda: SelfAttention(ONE, ONE, ONE, ONE).gradprop([[1.0]], [[1.0], [2.0]]),
        "dy must have shape (2, 1) like the outputs, got (1, 1)",
    ),
    "scores too large": (
        lambda: SelfAttention(Dense([[1e200]]), Dense([[1e200]]), ONE, ONE).forward([[1.0]]),
        "the scores of attention must stay within the range of float64, but it overflowed",
    ),
    "scale a matrix": (lambda: LayerNorm([[1.0]]), "scale must have shape (d,) with d >= 1, got (1, 1)"),
    "shift too long": (lambda: LayerNorm([1.0], [1.0, 2.0]), "shift must have shape (1,) to match scale, got (2,)"),
    "eps of a norm": (lambda: LayerNorm([1.0], eps=0), "eps must be positive, got 0.0"),
    "norm's x": (lambda: LayerNorm([1, 1]).forward([1.0]), "x must have shape (..., 2) to match scale, got (1,)"),
    "norm's dy": (
        lambda: LayerNorm([1, 1]).gradprop([1.0], [1.0, 2.0]),
        "dy must have shape (2,) like the outputs, got (1,)",
    ),
    "norm of huge numbers": (lambda: LayerNorm([1, 1]).forward([1e200, -1e200]), "the variance of x must stay within"),
    "a branch without layers": (lambda: Residual([]), "layers must hold at least one layer with weights, got []"),
    "a branch of a class": (lambda: Residual([ReLU]), "layers must hold layers such as Dense(weight), got <class"),
    "a branch of another shape": (
        lambda: Residual([PAIR]).forward([[1.0]]),
        "layers must return the shape of x, (1, 1), got (1, 2)",
    ),
    "a branch's x": (lambda: Residual([ONE]).forward([1.0]), "x must have shape (..., tokens, 1) to match the"),
    "a branch's dy": (
        lambda: Residual([ONE]).gradprop([[1.0]], [[1.0], [2.0]]),
        "dy must have shape (2, 1) like the outputs, got (1, 1)",
    ),
    "last of one token": (lambda: LastToken().forward([1.0]), "x must have shape (..., tokens, features) to match"),
    "last's dy": (lambda: LastToken().gradprop([1.0, 2.0], [[1.0]]), "dy must have shape (1,) to match x, got (2,)"),
    "sums by what is no rule": (lambda: AttnLRP("LRP-0"), "sums must be a rule for sums such as LRP0(), got 'LRP-0'"),
    "sums by a way of its own": (lambda: AttnLRP(AttnLRP()), "sums must be a rule for sums such as LRP0(), got"),
    "rows of letters": (
        lambda: Transformer([[1.0, 2.0]], [[1.0]], [ONE]),
        "letters and places must be two matrices with as many columns, got (1, 2) and (1, 1)",
    ),
    "letters a vector": (lambda: Transformer([1.0], [[1.0]], [ONE]), "letters must have shape (..., rows, features)"),
    "tokens too short": (lambda: SMALL.forward([0]), "tokens must be ints of shape (..., 2), got int64 of shape (1,)"),
    "tokens no ints": (lambda: SMALL.forward([0.0, 1.0]), "tokens must be ints of shape (..., 2), got float64"),
    "tokens not in the alphabet": (lambda: SMALL.forward([0, 2]), "tokens must lie between 0 and 1, got [0, 2]"),
    "no attention to roll out": (lambda: rollout([]), "weights must hold those of at least one layer, got none"),
    "attention of one head": (
        lambda: rollout([np.eye(2)]),
        "weights must have shape (..., heads, tokens, tokens) to match a layer of attention, got (2, 2)",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_error_names_the_argument_and_what_it_was(name):
    call, message = CASES[name]
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value).startswith(message)


BEFORE_FORWARD = {
    "relprop": (lambda: network().relprop([1, 1], LRP0()), "relevance is propagated through what it saw"),
    "gradprop": (lambda: network().gradprop([1, 1]), "dy is propagated through what it saw"),
}


@pytest.mark.parametrize("name", BEFORE_FORWARD)
def test_backward_before_forward_says_so(name):
    call, message = BEFORE_FORWARD[name]
    with pytest.raises(RuntimeError) as error:
        call()
    assert str(error.value) == f"forward(x) must be called first: {message}"


def test_a_failed_forward_leaves_the_last_one_in_place():
    ready = seven_neurons()
    ready.forward([1.0, 2.0, 1.0])
    with pytest.raises(ValueError, match="finite"):
        ready.forward([1.0, np.nan, 1.0])
    assert ready.relprop([6.0], LRP0()).tolist() == [5, -4, 5]


def test_a_forward_that_failed_halfway_leaves_the_last_one_in_place():
    ready = seven_neurons()
    ready.forward([1.0, 2.0, 1.0])
    with pytest.raises(ValueError, match="overflowed"):
        ready.forward([1e308, 1e308, 1e308])
    assert ready.relprop([6.0], LRP0()).tolist() == [5, -4, 5]
