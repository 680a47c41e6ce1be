"""What is made from the package and stored is what the package gives today; tables of rules name every rule."""

import sys

import pytest
from test_book import text_of

from benchmarks.web import ROOT
from lrp_edu.rules import RULES

sys.path.insert(0, str(ROOT / "tools"))
import generated  # noqa: E402


@pytest.mark.parametrize("name", generated.FILES)
def test_a_generated_part_of_a_page_is_up_to_date(name):
    stored = (ROOT / name).read_text("utf-8")
    assert stored == generated.FILES[name](stored), "run `make notebooks`"


def test_the_page_on_notation_names_every_rule():
    table = (ROOT / "notation.md").read_text("utf-8")
    assert not [rule.__name__ for rule in RULES.values() if f"| `{rule.__name__}(" not in table]


def test_the_chapter_has_a_row_for_every_rule():
    chapter = text_of(ROOT / "chapters" / "full-network.ipynb")
    table = chapter.partition("| rule | equation | direction $v_i$ | terms")[2]
    missing = [name for name in RULES if f"\n| {name.replace('^B', 'ᴮ')} | " not in table]
    assert not missing, f"chapters/full-network.ipynb: write the terms of {missing} into the table of rules"
