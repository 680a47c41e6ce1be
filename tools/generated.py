"""Write the parts of pages that are made from the package: ``make notebooks`` calls this after the chapters."""

import re
from dataclasses import fields
from pathlib import Path

from lrp_edu.explorables import DigitFigure
from lrp_edu.rules import RULES

ROOT = Path(__file__).resolve().parent.parent


def intro_figure(_):
    """Return the live figure of the landing page, which is no notebook, as the site shows it."""
    return DigitFigure()._repr_html_() + "\n"


def rule_names(page):
    """Return the `page` on notation with the table of rules: our name, the class with its settings, other names."""
    lines = ["| this book | in `lrp_edu` | also called |", "|---|---|---|"]
    for rule in RULES.values():
        settings = ", ".join(field.name for field in fields(rule) if field.name != "absorb_bias")
        lines.append(f"| {rule.name.replace('^B', 'ᴮ')} | `{rule.__name__}({settings})` | {rule.also} |")
    return re.sub(re.escape(lines[0]) + r"\n(?:\|.*\n)*", lambda _: "\n".join([*lines, ""]), page)


FILES = {"assets/intro-figure.html": intro_figure, "notation.md": rule_names}

if __name__ == "__main__":
    for name, make in FILES.items():
        path = ROOT / name
        path.write_text(make(path.read_text("utf-8")), "utf-8")
