"""The glossary: each word leads to where it is explained, and what the chapters stress as a term is in it."""

import re

import pytest
from test_book import ROOT, chapters_in_order, text_of

ENTRY = re.compile(r"(?P<term>.+)\n: (?P<says>.+) → \[(?P<title>.+)\]\(chapters/(?P<chapter>[\w-]+)\.ipynb#[\w-]+\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
STRESSED = re.compile(r"\*\*([^*\n]+)\*\*|(?<![*\w])\*([^*\n]+)\*(?!\w)")
OPENINGS = ("Time", "Needs", "Leads to", "Code", "Use it", "It costs")
SYMBOLS = {"$z^+$": "z⁺", "$z^B$": "zᴮ", "$w^2$": "w²", "$z$": "z", r"$\gamma$": "γ", r"$\alpha\beta$": "αβ"}
# What the chapters stress in a sentence and does not need an entry: it is an everyday word there, or has one under
# another name.
EVERYDAY = set(" ".join("""
    a silent x; a smooth function; a starting point; about; absent; added; after; against; against it; all; along;
    along a row; and; another image; answer; any; as seen from; at; at a root; average; before; behind; bending;
    between; both; by kind; by place; can occur; change; chosen; compared with 0; constant; difference; down a column;
    each; erase; every; exact; exactly; first layer; fold first; for lrp; four limits; from; function; gains; handed;
    held; held constant; in hidden layers; in the box; injects; is; it; it says; it supports; its; jumps; larger;
    largest; layer by layer; many gradients; method; minus that of; missing; more; moved; near; nearest; nearly;
    nearly one map; negative; not; nothing is there; numbers; of both; on the hinge; on the inputs; on top; one;
    only; other; otherwise; our composite; output; own; point; points in between; positive; positive bias; positive
    sums; predict; proportions; receives; remove; reset; right; same; say; sends; sign; small; stays; straight; sum;
    taken over; that; the model; there; this; this model; three; to; two classes; two images; upper; upper layer;
    visibly; where; whole; whole point; without; without bias; worth; x tilde; z direction
""".split()).split("; "))


def entries():
    """Return the entries of the glossary as matches."""
    _, *blocks = (ROOT / "glossary.md").read_text("utf-8").strip().split("\n\n")
    return [ENTRY.fullmatch(block) or block for block in blocks[1:]]


ENTRIES = entries()


def lettered(text):
    """Return a text with the names of rules as the glossary writes them."""
    for tex, letter in SYMBOLS.items():
        text = text.replace(tex, letter)
    return text


def plain(text):
    """Return a text in lower case and without marks."""
    return re.sub(r"[*`$\\]", "", lettered(text)).lower()


def sections(chapter):
    """Return the text of each section of a chapter by its heading; code in solutions is no text."""
    text = re.sub(r"```.*?```", "", text_of(ROOT / "chapters" / f"{chapter}.ipynb"), flags=re.DOTALL)
    _, *parts = HEADING.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_each_entry_is_one_sentence_and_one_link():
    assert [block for block in ENTRIES if isinstance(block, str)] == []
    assert [entry["term"] for entry in ENTRIES if not re.fullmatch(r".{10,190}\.", entry["says"])] == []
    assert [entry["term"] for entry in ENTRIES if re.search(r"[.;] [A-Z]", entry["says"])] == []


def test_entries_stand_in_order_and_once():
    letters = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "ε": "epsilon"})
    terms = [entry["term"].translate(letters).lower() for entry in ENTRIES]
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("chapter", sorted({entry["chapter"] for entry in ENTRIES}))
def test_links_lead_to_where_the_word_stands(chapter):
    known = sections(chapter)
    for entry in ENTRIES:
        if entry["chapter"] == chapter:
            assert entry["title"] in known, entry["term"]
            there = plain(entry["title"] + known[entry["title"]])
            words = set(re.findall(r"[\w⁺²ᴮ]+", plain(entry["term"].split(", ")[0]))) - {"rule", "in", "the", "of"}
            assert [word for word in words if word[:6] not in there] == [], entry["term"]


def stressed():
    """Yield each phrase of up to three words that a chapter stresses and that may be a term, and the chapter."""
    for chapter in chapters_in_order():
        text = re.sub(r"```.*?```|\$\$.*?\$\$", "", text_of(ROOT / "chapters" / f"{chapter}.ipynb"), flags=re.DOTALL)
        for bold, italic in STRESSED.findall(text):
            raw = lettered(bold or italic)
            phrase = plain(raw)
            if raw in OPENINGS or "$" in raw or raw.startswith(("Exercise", "Fig")):
                continue
            if len(phrase.split()) <= 3 and re.fullmatch(r"[^\W\d][\w⁺²ᴮ× –-]*", phrase):
                yield phrase, chapter


def test_what_chapters_stress_as_a_term_is_in_the_glossary():
    terms = {term for entry in ENTRIES for term in plain(entry["term"]).split(", ")}
    known = terms | {term.removesuffix(" rule") for term in terms} | {f"{term}s" for term in terms} | EVERYDAY
    known |= {" ".join(term.split()[:n]) for term in terms for n in range(1, 3)}  # in short
    missing = {phrase: chapter for phrase, chapter in stressed() if phrase not in known}
    assert missing == {}, "explain these in glossary.md, or name them in EVERYDAY"


def test_no_everyday_word_is_listed_in_vain():
    assert EVERYDAY - {phrase for phrase, _ in stressed()} == set()
