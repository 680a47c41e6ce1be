"""Print the whole book as one PDF: all pages of the built site, one after the other, through Chromium.

``python -m website.whole_book _build/html`` writes it into the site's folder.
"""

import re
import sys
from html import escape
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from benchmarks.web import launch, serving, visit, wake_figures

from .address import ROOT, address
from .pdf import NAME

BOOK = yaml.safe_load((ROOT / "_config.yml").read_text())
PAGE = "all-pages.html"  # what is printed
# Attributes that name other elements of the page, besides links.
NAMING = {"for", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"}
LOCAL = re.compile(r"url\(\s*[\"']?#([^\"')]+)[\"']?\s*\)")
LICENSE = "Text and figures: CC BY 4.0. Code: BSD-3-Clause."
FOOT = '<div style="width: 100%; font: 9px sans-serif; text-align: center"><span class="pageNumber"></span></div>'
PAPER = {
    "format": "A4", "prefer_css_page_size": True, "print_background": True,
    "display_header_footer": True, "header_template": "<span></span>", "footer_template": FOOT,
}  # fmt: skip
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((heading) => heading.checkVisibility())
  .map((heading) => heading.textContent.trim().replace(/\\s+/g, " "))"""
FILL_IN = """numbers => {
  for (const place of document.querySelectorAll("[data-page]")) place.textContent = numbers[place.dataset.page];
}"""
STYLE = """
article.bd-article:not(.cover) { break-before: page; }
.cover { height: 230mm; padding-top: 70mm !important; text-align: center; }
.cover p:first-child { font-size: 2.6rem; line-height: 1.25; }
.cover p:last-child { margin-top: 60mm; }
.part { margin: 0 0 0.3em; color: #333; font-size: 1.2rem; }
.contents p.part { margin-top: 1.2em; }
.contents a { display: flex; justify-content: space-between; padding: 0.25em 0; color: #000; text-decoration: none; }
"""


def table_of_contents():
    """Yield (caption of the part, name of the page) in the order of the book."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    yield "", toc["root"]
    yield from ((part["caption"], entry["file"]) for part in toc["parts"] for entry in part["chapters"])


def anchor(name, target=""):
    """Return the id that an element of a page has in the whole book; without an element, that of the page."""
    return f"{name.replace('/', '-')}--{target}"


def moved(link, name, names):
    """Return a link of the page `name` as it is in the whole book, or None where it leads to nothing there."""
    target = urlsplit(urljoin(f"{name}.html", link))
    page = target.path.removesuffix(".html")
    if target.scheme or target.netloc:
        return link
    if "=" in target.fragment:  # the state of a live figure
        return None
    if page in names:
        return f"#{anchor(page, unquote(target.fragment))}"
    base = address("BASEURL")
    return f"{base}/{normpath(target.path)}" if base else None


def renamed(tag, key, value, name):
    """Return an attribute of an element of the page `name` as it is in the whole book."""
    if key == "id":
        return anchor(name, value)
    if key in NAMING:
        return " ".join(anchor(name, one) for one in value.split())
    if key == "src" or (key in ("href", "xlink:href") and tag.name != "a"):
        return f"#{anchor(name, value[1:])}" if value.startswith("#") else urljoin(f"{name}.html", value)
    return local(value, name) if isinstance(value, str) else value


def local(style, name):
    """Return styles in which ``url(#…)`` leads to the same element as on the page `name`."""
    return LOCAL.sub(lambda found: f"url(#{anchor(name, found[1])})", style)


def article(page, name, names):
    """Return the content of a page, with names and links that hold for the whole book."""
    part = page.select_one("article.bd-article")
    to_itself = [link.find_parent("p") for link in part.select(f'a[href$="{NAME}"]')]
    for useless in [*part.select("script, .headerlink"), *to_itself]:
        useless.decompose()
    for tag in part.find_all(True):
        tag.attrs = {key: renamed(tag, key, value, name) for key, value in tag.attrs.items()}
    for tag in part.select("style"):
        tag.string = local(tag.string, name)
    for link in part.select("a[href]"):
        link["href"] = moved(link["href"], name, names)
        if not link["href"]:
            del link["href"]
    part["id"] = anchor(name)
    return part


def cover():
    """Return the title page."""
    lines = [BOOK["title"], BOOK["author"], f"© {BOOK['copyright']}. {LICENSE}", address("BASEURL")]
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line)


def contents(titles):
    """Return the table of contents: a line for each page, with room for the number of the sheet where it begins."""
    lines, seen = ["<h1>Contents</h1>"], ""
    for caption, name in table_of_contents():
        if caption != seen:
            lines.append(f'<p class="part">{escape(caption)}</p>')
        lines.append(f'<a href="#{anchor(name)}">{titles[name]}<span data-page="{name}">000</span></a>')
        seen = caption
    return "\n".join(lines)


def parse(html):
    """Return HTML as a tree."""
    return BeautifulSoup(html, "html.parser")


def loaded(page, name):
    """Return the style sheets and scripts that a page loads, by their addresses as seen from the first page."""
    found = {}
    for tag in page.select("link[rel=stylesheet][href], script[src]"):
        key = "src" if tag.name == "script" else "href"
        tag[key] = urljoin(f"{name}.html", tag[key])
        found.setdefault(tag[key], tag)
    return found


def frame(pages):
    """Return the first page, with all that the others load, too."""
    whole, *_ = pages.values()
    known = {}
    for name, page in pages.items():
        new = {url: tag for url, tag in loaded(page, name).items() if url not in known}
        if page is not whole:
            whole.head.extend(new.values())
        known |= new
    whole.title.string = BOOK["title"]
    whole.head.append(parse(f"<style>{STYLE}</style>"))
    return whole


def whole_book(folder):
    """Return one page with the content of all."""
    pages = {name: parse((folder / f"{name}.html").read_text()) for _, name in table_of_contents()}
    whole = frame(pages)
    articles = {name: article(page, name, pages) for name, page in pages.items()}
    titles = {name: part.h1.get_text(" ", strip=True) for name, part in articles.items()}
    before = ""
    for caption, name in table_of_contents():
        if caption != before:
            articles[name].insert(0, parse(f'<p class="part">{escape(caption)}</p>'))
        before = caption
    first = (("cover", cover()), ("contents", contents(titles)))
    place = whole.select_one(".bd-article-container")
    place.clear()
    place.extend(parse(f'<article class="bd-article {kind}">{text}</article>') for kind, text in first)
    place.extend(articles.values())
    return str(whole)


def page_numbers(path):
    """Return the number of the page on which each page of the site begins."""
    reader = PdfReader(path)
    found = reader.named_destinations
    return {
        name: reader.get_destination_page_number(found[f"/{anchor(name)}"]) + 1 for _, name in table_of_contents()
    }


def bookmarks(parent):
    """Yield the entries of an outline below one of them, or below its root, from top to bottom."""
    item = parent.get("/First")
    while item:
        yield (entry := item.get_object())
        yield from bookmarks(entry)
        item = entry.get("/Next")


def name_parts(path, headings):
    """Give the outline the words of the headings, as Chromium says some twice; and the file its author."""
    writer = PdfWriter(clone_from=path)
    for item, heading in zip(bookmarks(writer._root_object["/Outlines"].get_object()), headings, strict=True):
        item[NameObject("/Title")] = TextStringObject(heading)
    writer.add_metadata({"/Author": BOOK["author"]})
    writer.write(path)


def print_book(folder, path):
    """Print the site in `folder`. A first print tells on which sheet each chapter begins."""
    page_file = folder / PAGE
    page_file.write_text(whole_book(folder))
    try:
        with serving(folder) as site, sync_playwright() as playwright:
            page = launch(playwright).new_page(viewport={"width": 673, "height": 950})  # between the margins of A4
            visit(page, site + PAGE)
            wake_figures(page)
            page.pdf(path=path, **PAPER)
            page.evaluate(FILL_IN, page_numbers(path))
            page.pdf(path=path, **PAPER, outline=True, tagged=True)
            page.emulate_media(media="print")
            name_parts(path, page.evaluate(HEADINGS))
            page.context.browser.close()
    finally:
        page_file.unlink()


if __name__ == "__main__":
    site = Path(sys.argv[1])
    print_book(site, site / NAME)
    print(site / NAME)
