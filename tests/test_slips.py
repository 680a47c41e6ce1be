"""The lists of wrong drawings do not rot: each still says what stands in the figures. ``make slips`` tries them."""

import pytest
from try_slips import FIGURES, checks, slips

from website.figures import FOLDER


@pytest.mark.parametrize("figure", FIGURES)
def test_what_a_slip_replaces_stands_in_the_figure_once(figure):
    for slip in slips(figure):
        assert (FOLDER / slip.file).read_text("utf-8").count(slip.old) == 1, slip
        assert slip.old != slip.new


@pytest.mark.parametrize("figure", FIGURES)
def test_slips_are_told_apart_and_there_are_tests_for_them(figure):
    sentences = [slip.says for slip in slips(figure)]
    assert len(set(sentences)) == len(sentences) and all(sentence.endswith(".") for sentence in sentences)
    assert len(checks(figure)[1]) > 5
