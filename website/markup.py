"""What theme and tools write into the pages that gets in the way of those who read with a keyboard or by ear."""

import re

from bs4 import BeautifulSoup

TITLE = re.compile(r"(.*) — \1")
CHAPTERS = '<noscript><a class="d-lg-none" href="#pst-primary-sidebar">Chapters</a></noscript>'
NO_SEARCH = """<noscript>
<p>The search needs JavaScript. Without it, the list of chapters leads to every page, and the browser finds words there.
</p>
</noscript>"""


def mend(soup):
    """Mend a page."""
    for part in (title, sidebar, scripts, names, citations, stops, leftovers):
        part(soup)


def title(soup):
    """Say the book's title once on the page that has no other one."""
    if twice := TITLE.fullmatch(soup.title.text.strip()):
        soup.title.string = twice[1]


def sidebar(soup):
    """Let the text come before the list of all chapters, for those who go by Tab; the style sheet shows it at the left.

    And make a landmark of it, since it holds the title and the search beside the list.
    """
    if bar := soup.find(id="pst-primary-sidebar"):
        bar["role"], bar["aria-label"] = "complementary", "The book"
        main = soup.find("main")
        for part in (bar, soup.find(id="pst-primary-sidebar-modal")):
            main.insert_after(part.extract())


def scripts(soup):
    """Show no button where no script runs, and say what to do instead; the style sheet shows the list of chapters."""
    for button in soup.select("button:not([type=submit], .pst-js-only)"):
        button["class"] = [*button.get("class", ()), "pst-js-only"]
    if toggle := soup.select_one(".primary-toggle"):
        toggle.insert_after(_fragment(CHAPTERS))
    if form := soup.select_one(".bd-search-container > form"):
        form.wrap(soup.new_tag("div", attrs={"class": ["pst-js-only"]}))
        form.parent.find_previous_sibling("noscript").replace_with(_fragment(NO_SEARCH))


def _fragment(html):
    return BeautifulSoup(html, "html.parser")


def names(soup):
    """Let what shows words be called by these, and not by other ones."""
    for tag in soup.select("details > summary[aria-label], .search-button-field[aria-label]"):
        del tag["aria-label"]


def citations(soup):
    """Make items of what stands in a list; the role that the tool gives to a source is no longer one."""
    for source in soup.find_all(role="doc-biblioentry"):
        del source["role"]
    for listed in soup.select("[role=list] > .citation"):
        listed["role"] = "listitem"


def stops(soup):
    """Keep Tab from stopping at the mark behind each heading and equation."""
    for mark in soup.find_all("a", "headerlink"):
        mark["tabindex"] = "-1"


def leftovers(soup):
    """Take out what is there twice, or has no use here."""
    for part in soup.find_all(id=["exercise-content", "solution-content"]):
        del part["id"]
    for again in soup.head.select("meta[name=viewport] ~ meta[name=viewport]"):
        again.extract()
    for empty in [*soup.head.select("meta[name^=docsearch]"), *soup.find_all(id="ethical-ad-placement")]:
        empty.extract()
