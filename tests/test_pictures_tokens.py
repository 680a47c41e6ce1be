"""The picture of a transformer that answers a question, read back from the page and compared with ``lrp_edu``."""

import numpy as np
from pictures import WIDE, Album, Look, blend, contrast, near, panel_agrees, says
from tokens_cases import tokens_case

from lrp_edu.explorables import TokensFigure
from lrp_edu.palette import ACTIVATION_COLORS, RELEVANCE_COLORS
from lrp_edu.tokens import LENGTH, LETTERS, read

EDGE = 22
NAMED = [
    {},
    {"rule": "fixed"},
    {"rule": "chain"},
    {"target": "D", "block": "1", "head": "2"},
    {"letters": [0] * 11 + [1]},
    {"letters": read("AEDCBCCFFFCE").tolist(), "rule": "fixed"},  # the network reads C, and D would be right
    {"letters": [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 4], "rule": "chain"},
]
ROWS = ["the output", "the last norm", "block 2", "attention 2", "block 1", "attention 1", "the tokens"]
KINDS = {
    "bias": "bias",
    "stabilizer": "ε",
    "no_receiver": "no receiver",
    "softmax": "softmax",
    "norm": "norm",
    "product": "products",
}


def states():
    random = np.random.default_rng(11)
    return [*NAMED, *(tokens_case(random) for _ in range(9))]


ALBUM = Album(
    TokensFigure,
    states(),
    {
        "tokens": ".token",
        "letters": ".letter",
        "relevance": ".token-number",
        "matrix": ".weights",
        "weights": ".weight",
        "reader": ".reader",
        "rows": ".at-row",
        "columns": ".at-column",
        "verdict": ".verdict",
        "reading": ".reading",
        "radios": ".logit input",
        "names": ".logit-name",
        "bars": ".logit-bar",
        "logits": ".logit-number",
        "account": ".account tr",
        "labels": ".numbers th",
        "numbers": ".numbers td",
        "notes": ".notes p",
    },
    looks=(WIDE, Look(320, "dark")),
)


def letter(picture, place):
    return LETTERS[picture.whole_state["letters"][place]] + "?" * (place == LENGTH - 1)


def limit(picture):
    """Return the end of the scale of colors: the least power of two that holds all."""
    return max(1 / 16, 2.0 ** np.ceil(np.log2(np.abs(picture.numbers["R"]).max() or 1 / 16)))


def test_the_letters_stand_in_order(drawn):
    for picture in drawn:
        assert [part.text for part in picture.all("letters")] == [letter(picture, i) for i in range(LENGTH)]
        boxes = np.array([part.box for part in picture.all("tokens")])
        across = 12 if boxes[:, 1].max() - boxes[:, 1].min() < 5 else 6
        rows, columns = np.divmod(np.arange(LENGTH), across)
        assert np.all(np.diff(boxes[:across, 0]) > 0) and np.all(boxes[:, 2] >= 24) and np.all(boxes[:, 3] >= 44)
        assert near(boxes[:, 0], boxes[columns, 0]) and near(boxes[:, 1], boxes[rows * across, 1])


def test_the_colors_are_those_of_the_relevance(drawn):
    for picture in drawn:
        for R, token, number in zip(picture.numbers["R"], picture.all("tokens"), picture.all("relevance"), strict=True):
            assert near(token.background[:3], blend(RELEVANCE_COLORS, 0.5 + R / (2 * limit(picture))), 1), picture
            assert says(number.text, R, 2), picture


def test_letters_can_be_read_on_their_colors(drawn):
    for picture in drawn:
        for token, text in zip(picture.all("tokens"), picture.all("letters"), strict=True):
            assert contrast(text.color, token.background) >= 4.5, picture


def test_the_answer_and_its_way_are_framed(drawn):
    for picture in drawn:
        place = picture.numbers["place"]
        for i, token in enumerate(picture.all("tokens")):
            answer = place is not None and i == place
            due = place is not None and i in (place - 1, place, LENGTH - 1)
            assert ("answer" in token.data, "due" in token.data) == (answer, due), picture
            width, style, color = token.border()
            assert (width, style) == ((3, "solid") if answer else (2, "dashed") if due else (1, "solid")), picture
            assert not due or contrast(color, token.background) >= 4.5, picture


def test_a_token_says_its_letter_and_relevance(drawn):
    for picture in drawn:
        for i, token in enumerate(picture.all("tokens")):
            said = token.attributes
            assert said["aria-label"] == ("the question" if i == LENGTH - 1 else f"token {i + 1}")
            assert said["aria-valuenow"] == str(picture.whole_state["letters"][i] + 1)
            name, _, rest = said["aria-valuetext"].partition(", relevance ")
            number, _, answer = rest.partition(", ")
            assert name == letter(picture, i)[0] and says(number, picture.numbers["R"][i], 4)
            assert answer == ("the answer" if i == picture.numbers["place"] else "")


def test_the_matrix_shows_the_attention_weights(drawn):
    for picture in drawn:
        left, top, width, height = picture.one("matrix").box
        size = (width - EDGE) / LENGTH
        assert abs(width - height) < 0.1 and size >= 20
        A = picture.numbers["A"]
        for n, cell in enumerate(picture.all("weights")):
            i, j = divmod(n, LENGTH)
            assert near(cell.box, (left + EDGE + j * size, top + EDGE + i * size, size, size)), picture
            assert near(cell.fill[:3], blend(ACTIVATION_COLORS, A[i][j]), 1), f"{picture}: {i}, {j}"
        for name, axis in (("rows", 1), ("columns", 0)):
            for k, text in enumerate(picture.all(name)):
                place = (left, top)[axis] + EDGE + (k + 0.5) * size
                assert text.text == letter(picture, k) and abs(text.middle[axis] - place) < 3, picture
        assert near(picture.one("reader").box, (left + EDGE, top + EDGE + 11 * size, LENGTH * size, size), 1.6), picture


def test_the_words_below_the_matrix(drawn):
    for picture in drawn:
        state, own = picture.whole_state, picture.numbers["A"][-1]
        most = int(np.argmax(own))
        whom = "itself" if most == LENGTH - 1 else f"token {most + 1}, {letter(picture, most)}"
        text = picture.one("reading").text
        head, _, number = text.rstrip(")").rpartition(" (")
        assert head == f"Block {state['block']}, head {state['head']}: the question reads most from {whom}", picture
        assert says(number, own[most], 2)


def test_every_sentence_is_shown_in_some_picture(drawn):
    shown = {key for picture in drawn for key in picture.numbers["notes"]}
    assert shown == {*TokensFigure.warnings, *TokensFigure.remarks}


def test_the_verdict(drawn):
    for picture in drawn:
        n = picture.numbers
        wrong = f"wrong: {n['answer']} does" if n["answer"] else "no letter does"
        expected = f"Which follows the last {letter(picture, 11)} {n['read']}"
        expected += f" ({'right' if n['read'] == n['answer'] else wrong})"
        if n["on_answer"] is not None:
            expected += f". Red: {np.floor(100 * n['on_answer'] + 0.5):.0f} % on the answer"
        assert picture.one("verdict").text.replace("\u00a0", " ") == expected, picture


def test_the_logits_and_what_is_explained(drawn):
    for picture in drawn:
        assert [part.text for part in picture.all("names")] == list(LETTERS)
        for z, part in zip(picture.numbers["logits"], picture.all("logits"), strict=True):
            assert says(part.text, z, 2), picture
        checked = [part.attributes["value"] for part in picture.parts["radios"] if part.checked]
        assert checked[0] == picture.whole_state["target"], picture


def test_the_account_of_the_blocks(drawn):
    for picture in drawn:
        rows = [part.cells for part in picture.all("account")]
        assert [head for head, _ in rows[::2]] == [f"Σ R of {name}" for name in ROWS]
        for (_, text), total in zip(rows[::2], picture.numbers["totals"][::-1], strict=True):
            assert says(text, total, 4), picture
        for (head, text), lost in zip(rows[1::2], picture.numbers["losses"][::-1], strict=True):
            assert head == "lost"
            named = [(KINDS[kind], amount) for kind, amount in lost.items() if amount]
            assert (text == "0") == (not named), picture
            for part, (name, amount) in zip(text.split(", ") if named else [], named, strict=True):
                said, _, number = part.rpartition(" ")
                assert said == name and says(number, amount, 4), picture


def test_the_panel(drawn):
    for picture in drawn:
        panel_agrees(picture)
