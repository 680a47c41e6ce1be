"""The pages on paper, and the whole book as one PDF."""

import functools
import shutil
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup

from benchmarks.web import ROOT, pages
from website import whole_book
from website.pdf import NAME

EVERY_PAGE = [name for name in pages() if name not in ("404", "genindex", "search")]

# What is printed as a book: pages of every kind. All of them, which take a minute, are printed to be published.
PRINTED = ["intro", "chapters/relu-neuron", "chapters/messages", "notation", "references"]


@pytest.fixture(scope="module")
def pdf(book, browser, tmp_path_factory):
    """Print a book, in a process of its own, as this one has a browser already; return a reader of the file."""
    from pypdf import PdfReader

    folder = tmp_path_factory.mktemp("pdf")
    shutil.copytree(book, folder / "site")  # others look at the book meanwhile
    code = (
        "import sys; from pathlib import Path; from website import whole_book;"
        "pages = [page for page in whole_book.table_of_contents() if page[1] in sys.argv[3:]];"
        "whole_book.table_of_contents = lambda: pages;"
        "whole_book.print_book(Path(sys.argv[1]), sys.argv[2])"
    )
    command = [sys.executable, "-c", code, folder / "site", folder / NAME, *PRINTED]
    subprocess.run(command, cwd=ROOT, check=True)
    assert not (folder / "site" / whole_book.PAGE).exists()
    return PdfReader(folder / NAME)


def titles(entries):
    return [entry.title for entry in entries if not isinstance(entry, list)]


@functools.cache
def soup(book, name):
    return BeautifulSoup((book / f"{name}.html").read_text(), "html.parser").select_one("article.bd-article")


def words(heading):
    return " ".join(heading.get_text().rstrip("#").split())


def test_the_whole_book_has_every_page():
    assert sorted(name for _, name in whole_book.table_of_contents()) == sorted(EVERY_PAGE)


def test_the_outline_has_each_page_and_its_sections(pdf, book):
    assert titles(pdf.outline) == ["Contents", *(words(soup(book, name).h1) for name in PRINTED)]
    place = titles(pdf.outline).index(words(soup(book, "chapters/messages").h1))
    entry = [entry for entry in pdf.outline if not isinstance(entry, list)][place]
    below = pdf.outline[pdf.outline.index(entry) + 1]
    assert titles(below) == [words(heading) for heading in soup(book, "chapters/messages").select("h2")]


def test_the_contents_tell_the_pages_on_which_the_chapters_begin(pdf, book):
    assert len(pdf.pages) > 20
    shown = " ".join(pdf.pages[1].extract_text().split())
    starts = [pdf.get_destination_page_number(entry) + 1 for entry in pdf.outline if not isinstance(entry, list)]
    for title, start in list(zip(titles(pdf.outline), starts, strict=True))[1:]:
        assert f"{title} {start}" in shown
        assert pdf.pages[start - 1].extract_text().split()[-1] == str(start)  # at the foot


def test_the_numbers_of_the_equations_stand_in_it_and_links_lead_to_them(pdf, book):
    numbers = [tag.get_text().strip("()# ¶") for tag in soup(book, "chapters/messages").select(".eqno")]
    entries = [entry for entry in pdf.outline if not isinstance(entry, list)]
    (at,) = (i for i, entry in enumerate(entries) if entry.title.endswith("Messages and the conservation law"))
    start, end = map(pdf.get_destination_page_number, entries[at : at + 2])
    text = " ".join(page.extract_text() for page in pdf.pages[start:end])
    assert len(numbers) > 3 and not [number for number in numbers if f"({number})" not in text]
    links = [
        note.get_object() for page in pdf.pages[start:end] for note in page.get("/Annots", ())
    ]  # fmt: skip
    inside = [link["/Dest"] for link in links if "/Dest" in link]
    assert len(inside) > 10 and set(map(str, inside)) <= set(pdf.named_destinations)
    assert not [link for link in links if "localhost" in str(link) or "127.0.0.1" in str(link)]


def test_its_fonts_are_in_the_file_and_it_names_its_authors(pdf):
    assert pdf.metadata.title == "Layer-wise Relevance Propagation, step by step" and pdf.metadata.author
    for page in pdf.pages[::10]:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            if font["/Subtype"] == "/Type0":
                (font,) = font["/DescendantFonts"]
                descriptor = font.get_object()["/FontDescriptor"].get_object()
                assert {"/FontFile2", "/FontFile3"} & set(descriptor), descriptor["/FontName"]
            else:
                assert font["/Subtype"] == "/Type3"  # drawn in the file itself


def test_the_site_links_to_the_file_only_if_it_is_made(book, monkeypatch):
    from website import pdf

    assert not [page for page in book.rglob("*.html") if NAME in page.read_text()]
    group = {"label": "download-buttons", "buttons": []}
    context = {"header_buttons": [group], "pathto": lambda name, _: f"../{name}"}
    pdf.add_link(None, "chapters/w2-rule", "", context, None)
    assert [button["url"] for button in group["buttons"]] == [f"../{NAME}"]
