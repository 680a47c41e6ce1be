"""The figure of a transformer that answers a question: its sentences, and pointer and keyboard in a browser."""

import json

import numpy as np
import pytest
from test_live_figures import agrees

from conftest import settle
from lrp_edu.attention import AttnLRP, ChainRule, WeightsFixed
from lrp_edu.explorables import TokensFigure
from lrp_edu.explorables.core.bundle import data_script
from lrp_edu.explorables.tokens import positive_share
from lrp_edu.tokens import LETTERS, draw_sequences, load_token_network, read
from website import figures

NETWORK = load_token_network()


def test_the_explanation_is_that_of_the_transformer():
    tokens = read("ABCDEFABCDEB")
    for key, rule in {"attnlrp": AttnLRP(), "fixed": WeightsFixed(), "chain": ChainRule()}.items():
        numbers = TokensFigure(letters=tokens, rule=key, target="C").numbers()
        expected = NETWORK.explain(tokens, 2, rule)
        R = expected.relevance.sum(axis=1)
        assert numbers["R"] == R.tolist() and numbers["f"] == expected.value
        positive = np.maximum(R, 0)
        assert numbers["place"] == 8 and numbers["answer"] == "C"
        assert numbers["on_answer"] == pytest.approx(positive[8] / positive.sum())
        assert numbers["on_three"] == pytest.approx(positive[[7, 8, 11]].sum() / positive.sum())
        assert numbers["totals"] == pytest.approx([total.item() for total in expected.totals])
        account = [sum(lost.values()) for lost in numbers["losses"]]
        assert np.allclose(np.diff(numbers["totals"]), account, atol=1e-9)
    assert numbers["A"] == NETWORK.attention(tokens)[1][0].tolist()
    assert TokensFigure(letters=tokens, block="1", head="2").numbers()["A"] == NETWORK.attention(tokens)[0][1].tolist()


def test_the_place_of_the_answer_is_that_of_the_task():
    drawn = draw_sequences(50, seed=3)
    for tokens, answer, place in zip(drawn.tokens, drawn.answers, drawn.places, strict=True):
        numbers = TokensFigure(letters=tokens.tolist()).numbers()
        assert numbers["place"] == place and numbers["answer"] == LETTERS[answer]
        assert ("right" in numbers["notes"]) == (numbers["read"] == LETTERS[answer])


@pytest.mark.parametrize("letters", ["AAAAAAAAAAAB", "BCDEFBCDEFAA"])
def test_a_question_may_have_no_answer(letters):
    numbers = TokensFigure(letters=read(letters)).numbers()
    assert numbers["place"] is numbers["answer"] is numbers["on_answer"] is numbers["on_three"] is None
    assert numbers["notes"][0] == "unasked"


def test_a_share_of_nothing_is_none():
    assert positive_share(np.array([-1.0, 0.0]), [0]) is None


def test_the_weights_reach_a_page_once_and_are_small():
    (data,) = TokensFigure.data.values()
    assert len(data_script("tokens_network", data)) <= 40_000
    assert figures.scripts(["tokens"]) == ["figures/data/tokens_network.js", "figures/tokens.js"]
    assert len(json.dumps(TokensFigure().stored())) < 12_000


# --- what a hand does ---


def letters(page):
    settle(page)
    seen = agrees(page, TokensFigure)
    return "".join(LETTERS[letter] for letter in seen["state"]["letters"])


def test_letters_are_typed_clicked_and_changed_by_keys(show_page):
    page = show_page(TokensFigure(letters=read("AAAAAAAAAAAA")))
    first, last = (page.locator(f"[data-token='{n}']") for n in (0, 11))
    first.focus()
    page.keyboard.type("bEx9f")  # what is no letter of the alphabet is passed over
    assert letters(page) == "BEFAAAAAAAAA"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type("dc")  # the last one stays where it is
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("c")
    assert letters(page) == "CEFBFAAAAAAC"
    page.keyboard.press("Control+d")  # which is the browser's
    assert letters(page) == "CEFBFAAAAAAC"
    last.click()
    assert letters(page) == "CEFBFAAAAAAD"
    assert page.locator(".token[tabindex='0']").count() == 1 and last.get_attribute("tabindex") == "0"


def test_a_click_asks_for_another_answer_and_a_link_for_another_rule(show_page):
    page = show_page(TokensFigure())
    page.locator(".logit", has_text="F").click()
    assert agrees(page, TokensFigure)["state"]["target"] == "F"
    page.get_by_role("link", name="Gradient × input").click()
    seen = agrees(page, TokensFigure)
    assert (seen["state"]["rule"], seen["state"]["target"]) == ("chain", "largest")
    page.get_by_role("button", name="Reset").click()
    assert agrees(page, TokensFigure)["state"]["rule"] == "attnlrp"
