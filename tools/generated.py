"""Write the parts of pages that are made from the package: ``make notebooks`` calls this after the chapters."""

from dataclasses import fields
from pathlib import Path

from lrp_edu.explorables import NeuronFigure
from lrp_edu.rules import RULES

ASSETS = Path(__file__).parent.parent / "assets"


def intro_figure():
    """Return the live figure of the landing page, which is no notebook, as the site shows it."""
    return NeuronFigure()._repr_html_() + "\n"


def rule_names():
    """Return the table of rules for the page on notation: our name, the class with its settings, other names."""
    lines = ["| this book | in `lrp_edu` | also called |", "|---|---|---|"]
    for rule in RULES.values():
        settings = ", ".join(field.name for field in fields(rule) if field.name != "absorb_bias")
        lines.append(f"| {rule.name.replace('^B', 'ᴮ')} | `{rule.__name__}({settings})` | {rule.also} |")
    return "\n".join(lines) + "\n"


FILES = {"intro-figure.html": intro_figure, "rule-names.md": rule_names}

if __name__ == "__main__":
    for name, make in FILES.items():
        (ASSETS / name).write_text(make(), "utf-8")
