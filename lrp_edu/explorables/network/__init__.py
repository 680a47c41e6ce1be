"""The live figure of Bach's seven neurons (chapters ``messages`` and ``full-network``)."""

import numpy as np
import traitlets

from ...layers import Dense, ReLU
from ...messages import messages, seven_neurons
from ...network import Network
from ...propagate import KINDS, losses
from ..core import Array, Choice, Explorable, Number, plain
from ..core.rules import RULE_NAMES, SETTINGS, rule_for

BOX = 3.0
"""The inputs, and the box of z^B, range from -BOX to BOX."""
HUGE = 20
"""So many times the relevance of a neuron its messages may add up to before the figure warns."""
NEURONS = range(1, 8)
HIDDEN = (4, 5, 6)
EDGES = [(i, k) for i in (1, 2, 3) for k in HIDDEN] + [(i, 7) for i in HIDDEN]
PARTS = {str(k): f"neuron {k}" for k in NEURONS} | {f"{i}{k}": f"edge {i} → {k}" for i, k in EDGES}


def _weights(inputs, outputs):
    """Return the names of the weights between two layers."""
    return [[f"weight w{chr(0x2080 + i)}{chr(0x2080 + k)}" for k in outputs] for i in inputs]


def _for_each(sentences, neurons=HIDDEN):
    """Write a set of sentences for each neuron; # stands for its number."""
    return {
        f"{key}-{k}": sentence.replace("_#", chr(0x2080 + k)).replace("#", str(k))
        for key, sentence in sentences.items()
        for k in neurons
    }


class NetworkFigure(Explorable):
    r"""Seven neurons as a diagram: 1 to 3 are the inputs, 4 to 6 hidden, 7 the output (``eq-seven-neurons``).

    The edges are as thick as their messages (``eq-message``), and beside each layer stands its sum
    (``eq-layer-conservation``).

    Parameters
    ----------
    x : three floats, default=(1, 2, 1)
        The inputs.
    W1 : 3 x 3 floats
        Weights from the inputs (rows) to the hidden neurons (columns). A weight of 0 is a missing edge.
    W2 : 3 x 1 floats
        Weights from the hidden neurons to the output.
    b : three floats, default=(0, 0, 0)
        Biases of the hidden neurons.
    rule : str, default="lrp0"
        The rule, by the name of its class in lower case.
    first : str, default="same"
        Another rule for the layer of the inputs.
    epsilon, gamma, alpha : float
        The settings of the rules that have one. The box of z^B is [-3, 3].
    absorb : {"no", "yes"}, default="no"
        Whether the bias stands in the denominator, for the rules that can do this.
    selected : str, default="5"
        The neuron, such as ``"5"``, or the edge, such as ``"25"`` for 2 → 5, that is looked at.

    Examples
    --------
    >>> figure = NetworkFigure()
    >>> figure.numbers()["R"]
    [[5.0, -4.0, 5.0], [3.0, 4.0, -1.0], [6.0]]
    >>> figure.numbers()["totals"]
    [6.0, 6.0, 6.0]
    """

    name = "network"
    labels = {
        "f_x": "f(x)",
        "a.1": "a₄, a₅, a₆",
        "R.1": "R₄, R₅, R₆",
        "R.0": "R₁, R₂, R₃",
        "totals": "Σ R by layer",
        "gaps": "gap by layer",
    }
    warnings = (
        _for_each(
            {
                "no-receiver": "The denominator of neuron # is exactly 0: nobody below can receive R_#.",
                "nothing-adds": "Nothing adds at neuron #: nobody receives that part of R_#.",
                "nothing-subtracts": "αβ: nothing subtracts at neuron #: nobody receives −β R_#, and the sum changes.",
                "huge": "At neuron # the contributions nearly cancel: the messages outgrow R_#.",
            },
            (*HIDDEN, 7),
        )
        | _for_each(
            {
                "carried": "At neuron # all but the bias nearly cancels: the messages outgrow R_#.",
            }
        )
        | {
            "bias": "The bias stands in the denominator and keeps its share from the inputs.",
            "bias-adds": "The share of the bias has the sign opposite to R: the inputs get so much more.",
            "stabilizer": "ε moves each denominator away from 0, and so keeps a part of the relevance.",
        }
        | _for_each(
            {
                "fed": "Neuron # is silent and gets relevance: this rule is made for the first layer."
            },
        )
        | {"box": "zᴮ is made for inputs in its box, [−3, 3]. A hidden neuron says more than 3."}
    )
    remarks = {
        "missing": "flat ignores the weights: relevance runs along the missing edges (dotted) too.",
        "nothing": "The output is exactly 0: there is no relevance to hand on.",
        "below-zero": "The output is negative: negative relevance speaks for it, positive against it.",
        "conserved": "Nothing is lost: every layer adds up to the output, up to rounding.",
        "negative": "Relevance of the other sign than the output is no error: it speaks against it.",
    } | _for_each(
        {
            "silent": "Neuron # is silent: z_# < 0, so a_# = 0. It has no relevance, and nothing to send.",
            "hinge": "Neuron # stands on its hinge: z_# = 0. It has no relevance, so nothing is lost.",
        }
    )

    at_once = 2
    constants = {"box": BOX, "huge": HUGE, "settings": SETTINGS}

    x = Array((1, 2, 1), -BOX, BOX, names=["input x₁", "input x₂", "input x₃"])
    W1 = Array(seven_neurons().weighted[0].weight, -3, 3, names=_weights((1, 2, 3), HIDDEN))
    W2 = Array(seven_neurons().weighted[1].weight, -3, 3, names=_weights(HIDDEN, (7,)))
    b = Array((0, 0, 0), -3, 3, names=["bias b₄", "bias b₅", "bias b₆"])
    rule = Choice(RULE_NAMES, "lrp0", control="menu")
    first = Choice({"same": "same", **RULE_NAMES}, "same", label="first layer", control="menu")
    epsilon = Number(0.5, 0, 3, step=0.05, label="ε")
    gamma = Number(0.25, 0, 4, step=0.05, label="γ")
    alpha = Number(2.0, 1, 4, label="α (β = α − 1)")
    absorb = Choice({"no": "no", "yes": "yes"}, "no", label="bias in the denominator")
    selected = Choice(PARTS, "5", control="menu")

    @traitlets.default("caption")
    def _caption(self):
        return CAPTION

    @property
    def network(self):
        """The network that is drawn."""
        return Network([Dense(self.W1, self.b), ReLU(), Dense(self.W2)])

    @property
    def rules(self):
        """The rules of both layers, from the input up."""
        keys = self.rule if self.first == "same" else self.first, self.rule
        return [rule_for(self, key, low=-BOX, high=BOX) for key in keys]

    def numbers(self):
        """Return what each neuron holds, the messages, the sums of the layers, and what each neuron lost."""
        network, rules = self.network, self.rules
        explanation = network.explain(self.x, rules=rules)
        R, totals = explanation.layers, np.array(explanation.totals)
        seen = [its for its in network.see(np.array(self.x))[0] if its.W is not None]
        layers = list(zip(network.weighted, seen, R[1:], rules, strict=True))
        lost = [losses(rule, its, R_k) for _, its, R_k, rule in layers]
        numbers = {
            "f_x": explanation.value.item(),
            "a": [its.a for its in seen] + [explanation.output],
            "z": seen[0].product + self.b,
            "R": R,
            "messages": [messages(its.a, layer.weight, R_k, rule, layer.bias) for layer, its, R_k, rule in layers],
            "losses": [{kind: getattr(one, kind) for kind in KINDS} for one in lost],
            "totals": totals,
            "gaps": explanation.value - totals,
        }
        return plain({**numbers, "notes": self._notes(**numbers)})

    def _notes(self, **numbers):
        lost = self._lost(**numbers)
        return [*lost, *self._strange(**numbers), *self._remarks(not lost, **numbers)]

    def _lost(self, R, losses, **_):
        """Return, from the output down, who finds no receiver, and what else keeps relevance for itself."""
        nobody = [
            f"{_why(loss, R_k, self.rules[layer])}-{k}"
            for layer in (1, 0)
            for k, loss, R_k in zip(_above(layer), losses[layer]["no_receiver"], R[layer + 1], strict=True)
            if loss
        ]
        kept = [loss["bias"] * R_k for loss, R_k in zip(losses, R[1:], strict=True)]
        others = {
            "bias": any((part > 0).any() for part in kept),
            "bias-adds": any((part < 0).any() for part in kept),
            "stabilizer": any(loss["stabilizer"].any() for loss in losses),
        }
        return nobody + [kind for kind, applies in others.items() if applies]

    def _strange(self, a, z, R, messages, losses, **_):
        """Return what a rule does that may surprise, though nothing is lost."""
        biases = zip(HIDDEN, self.b, z, losses[0]["bias"], strict=True)
        carried = {k for k, b, z_k, kept in biases if not kept and b > abs(z_k - b)}
        huge = [
            f"{'carried' if k in carried else 'huge'}-{k}"
            for layer in (1, 0)
            for k, sent, R_k in zip(_above(layer), abs(messages[layer]).sum(axis=0), R[layer + 1], strict=True)
            if sent > HUGE * abs(R_k) > 0
        ]
        fed = [f"fed-{k}" for k, said, R_k in zip(HIDDEN, a[1], R[1], strict=True) if not said and R_k]
        return [*huge, *fed, *(["box"] if self.rule == "zbox" and max(a[1]) > BOX else [])]

    def _remarks(self, conserved, f_x, z, R, messages, **_):
        silent = [
            f"{'silent' if z_k < 0 else 'hinge'}-{k}"
            for k, z_k, R_k in zip(HIDDEN, z, R[1], strict=True)
            if z_k <= 0 and not R_k
        ]
        weights = zip((self.W1, self.W2), messages, strict=True)
        remarks = {
            "missing": any(np.any((np.array(W) == 0) & (sent != 0)) for W, sent in weights),
            "nothing": f_x == 0,
            "below-zero": f_x < 0,
            **dict.fromkeys(silent, True),
            "conserved": conserved and f_x != 0,
            "negative": any((R_l * f_x < 0).any() for R_l in R),
        }
        return [key for key, applies in remarks.items() if applies]


def _above(layer):
    return (7,) if layer else HIDDEN


def _why(loss, R, rule):
    if loss * R < 0:
        return "nothing-subtracts"
    return "nothing-adds" if rule.name in ("αβ", "z⁺") else "no-receiver"


CAPTION = (
    "Drag the inputs. Click a neuron or an edge, and change its number. "
    "[Set w₂₅ to 0](W1=1,2,0,1,0,1,0,2,-1;selected=25): input 2 no longer holds neuron 5 back. "
    "[Without input 2](x=1,0,1;selected=6) neuron 6 falls silent. "
    "[α2β1](rule=alphabeta;selected=4) counts what adds twice: where nothing subtracts, the sum grows. "
    "[A bias of 1 in the denominator](b=0,1,0;absorb=yes) of neuron 5 keeps a share. "
    "[w² in both layers](rule=wsquare;x=1,0,1;selected=6) feeds a silent neuron; "
    "[zᴮ below and z⁺ above](rule=zplus;first=zbox;x=1,0,1;selected=6) does not."
)
