"""The landing page, which is no notebook: its live figure is the one that Python writes."""

import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))
from intro_figure import TARGET, intro_figure  # noqa: E402


def test_the_figure_of_the_landing_page_is_up_to_date():
    assert TARGET.read_text("utf-8") == intro_figure(), "run `make notebooks`"
