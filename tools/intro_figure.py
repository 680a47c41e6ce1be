"""Write the live figure of the landing page, which is no notebook, into ``assets/intro-figure.html``."""

from pathlib import Path

from lrp_edu.explorables import NeuronFigure

TARGET = Path(__file__).parent.parent / "assets" / "intro-figure.html"


def intro_figure():
    """Return the figure as the site shows it."""
    return NeuronFigure()._repr_html_() + "\n"


if __name__ == "__main__":
    TARGET.write_text(intro_figure(), "utf-8")
