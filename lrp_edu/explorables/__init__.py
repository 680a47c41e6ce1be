"""Live figures: the same numbers in Python, in JupyterLab and on the book's pages.

Each figure is one Python class and one ES module of the same name. How to add one stands in `explorable`.
"""

from .explorable import Explorable
from .network import NetworkFigure
from .neuron import NeuronFigure
from .taylor import TaylorFigure

__all__ = ["Explorable", "NetworkFigure", "NeuronFigure", "TaylorFigure"]
