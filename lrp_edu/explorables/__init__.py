"""Live figures: the same numbers in Python, in JupyterLab and on the book's pages.

Each figure is one folder with a Python class, an ES module and a style sheet of the same name; ``core`` holds what they
share. How to add one stands in `core.explorable`.
"""

from .canvas import CanvasFigure
from .core import Explorable
from .deep import DeepFigure
from .digit import DigitFigure
from .flipping import FlippingFigure
from .network import NetworkFigure
from .neuron import NeuronFigure
from .plane import PlaneFigure
from .sequence import SequenceFigure
from .shares import SharesFigure
from .taylor import TaylorFigure
from .tokens import TokensFigure

__all__ = [
    "CanvasFigure",
    "DeepFigure",
    "DigitFigure",
    "Explorable",
    "FlippingFigure",
    "NetworkFigure",
    "NeuronFigure",
    "PlaneFigure",
    "SequenceFigure",
    "SharesFigure",
    "TaylorFigure",
    "TokensFigure",
]
