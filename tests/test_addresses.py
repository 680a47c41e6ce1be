"""What depends on where the site will be: its addresses, the buttons, the page for wrong addresses, and the wheel."""

import functools
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy
import pytest
from bs4 import BeautifulSoup
from sphinx.errors import ConfigError

from benchmarks.web import ROOT, build_book, pages, serving, visit
from website import address, wheel

BASE = "https://owner.github.io/name/"
REPOSITORY = "https://github.com/owner/name"
EVERY_PAGE = [name for name in pages() if name not in ("404", "genindex", "search")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """Build the book as a fork publishes it, in a folder that stands for its host, and return that host's folder."""
    folder = tmp_path_factory.mktemp("host")
    built = build_book(folder, REPOSITORY=REPOSITORY, BASEURL=BASE, BRANCH="trunk")
    return built.rename(folder / "name").parent


@pytest.fixture
def host(published):
    with serving(published) as address:
        yield address


class Tags(HTMLParser):
    """Collects the tags of a page, each with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@functools.cache
def tags(page):
    return Tags(page.read_text()).found


def links(page, attribute="href"):
    return [attrs[attribute] for _, attrs in tags(page) if attribute in attrs]


def metadata(page):
    """Return what a page says of itself to other sites."""
    found = [(attrs.get("property") or attrs.get("name"), attrs.get("content")) for tag, attrs in tags(page)
             if tag == "meta"]  # fmt: skip
    found = [pair for pair in found if re.match("og:|twitter:|description$", pair[0] or "")]
    assert len(dict(found)) == len(found), "a tag stands twice"
    return dict(found)


def canonical(page):
    return [attrs["href"] for tag, attrs in tags(page) if tag == "link" and attrs.get("rel") == "canonical"]


def parse(page):
    return BeautifulSoup(page.read_text(), "html.parser")


def test_without_an_address_a_page_has_none_of_what_needs_one(book):
    assert not (book / "sitemap.xml").exists()
    for page in map(book.joinpath, (f"{name}.html" for name in pages())):
        assert not metadata(page) and not canonical(page)
        assert not re.search("launch-buttons|source-buttons", page.read_text())
        assert not {"", "None", "#None"} & set(links(page) + links(page, "src"))


def test_with_an_address_each_page_says_where_it_is_and_what_it_is_about(published):
    descriptions = set()
    for name in EVERY_PAGE:
        page = published / "name" / f"{name}.html"
        found = metadata(page)
        assert canonical(page) == [found["og:url"]] == [f"{BASE}{name}.html"]
        assert found["og:site_name"] == "Layer-wise Relevance Propagation, step by step"
        assert (published / "name" / found["og:image"].removeprefix(BASE)).is_file()
        if name != "references":  # a list has no first words
            assert found["description"] == found["og:description"]
            descriptions.add(found["description"])
    assert len(descriptions) == len(EVERY_PAGE) - 1
    assert any(text.startswith("Which root is the nearest, and what does it say?") for text in descriptions)


def test_the_site_map_has_each_page_of_the_book_and_robots_find_it(published):
    found = [place.text for place in ElementTree.parse(published / "name" / "sitemap.xml").iterfind(".//{*}loc")]
    assert sorted(found) == sorted(f"{BASE}{name}.html" for name in EVERY_PAGE)
    assert f"Sitemap: {BASE}sitemap.xml\n" in (published / "name" / "robots.txt").read_text()


def test_the_buttons_lead_to_the_source_of_their_page(published):
    found = links(published / "name" / "chapters" / "messages.html")
    path = "chapters/messages.ipynb"
    assert REPOSITORY in found and f"{REPOSITORY}/edit/trunk/{path}" in found
    assert f"https://mybinder.org/v2/gh/owner/name/trunk?urlpath=lab/tree/{path}" in found
    assert f"https://colab.research.google.com/github/owner/name/blob/trunk/{path}" in found
    assert [link for link in found if link.startswith(f"{REPOSITORY}/issues/new?") and "chapters/messages" in link]
    assert "../intro.html#run-it-yourself" in found  # where the first cell for Colab stands


def test_a_page_with_buttons_asks_no_third_party(page, host):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, f"{host}name/chapters/messages.html")
    page.locator(".dropdown-launch-buttons > button").click()
    page.locator("img[src*=logo_colab]").wait_for()
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((host, "data:", "blob:"))] == []


def test_a_page_is_named_in_its_title_and_the_book_once(book):
    titles = [parse(book / f"{name}.html").title.get_text() for name in ("intro", "notation")]
    title = "Layer-wise Relevance Propagation, step by step"
    assert titles == [title, f"Notation — {title}"]


def test_the_site_s_own_address_shows_the_first_page_at_once(book):
    assert (book / "index.html").read_bytes() == (book / "intro.html").read_bytes()


@pytest.mark.parametrize("wrong", ["name/chapters/nothing-here.html", "name/no/such/folder/"])
def test_a_wrong_address_leads_to_the_search(page, host, wrong):
    answers = []
    page.on("response", lambda response: answers.append((response.status, response.url)))
    visit(page, host + wrong)
    assert [answer for answer in answers if answer[0] >= 400] == [(404, host + wrong)]
    assert [url for _, url in answers if not url.startswith((f"{host}name/", "data:", "blob:"))] == []
    assert page.evaluate("getComputedStyle(document.querySelector('.bd-sidebar-primary')).position") == "sticky"

    page.locator("main input[name=q]").fill("stabilizer")
    page.locator("main input[name=q]").press("Enter")
    page.locator("#search-results li a").first.wait_for()
    assert page.url.startswith(f"{host}name/search.html")

    page.goto(host + wrong)
    page.locator("main li a", has_text="Messages").click()
    assert page.url == f"{host}name/chapters/messages.html"


def test_a_site_without_an_address_has_its_page_for_wrong_addresses_at_the_root(page, site):
    answers = []
    page.on("response", lambda response: answers.append((response.status, response.url)))
    visit(page, f"{site}no/such/page.html")
    assert [answer for answer in answers if answer[0] >= 400] == [(404, f"{site}no/such/page.html")]


def test_hosts_are_told_to_keep_every_folder(book):
    assert (book / ".nojekyll").is_file()
    assert (book / "robots.txt").read_text() == "User-agent: *\nAllow: /\n"


# What is read from the environment.


@pytest.mark.parametrize("text", ["owner.github.io", "http://a.org", "https://", "https://a.org/?b", "https://a b.org"])
def test_an_address_that_is_none_is_named(monkeypatch, text):
    monkeypatch.setenv("BASEURL", text)
    with pytest.raises(ConfigError, match=f"BASEURL must be .*{re.escape(repr(text))}"):
        address.address("BASEURL")


@pytest.mark.parametrize("text", ["https://github.com/owner", "https://example.org/owner/name"])
def test_a_repository_without_buttons_is_named(text):
    with pytest.raises(ConfigError, match=f"REPOSITORY must be .*{re.escape(repr(text))}"):
        address.repository_options(text)


def test_an_address_may_end_in_a_slash_or_not(monkeypatch):
    assert address.base_path() == "/"
    for text in (BASE, BASE[:-1], f" {BASE}\n"):
        monkeypatch.setenv("BASEURL", text)
        assert (address.address("BASEURL"), address.base_path()) == (BASE[:-1], "/name/")


def test_a_repository_elsewhere_gets_the_buttons_that_work_there():
    options = [address.repository_options(f"https://{host}/owner/name.git") for host in
               ("github.com", "gitlab.com", "gitlab.example.org")]  # fmt: skip
    assert [one["repository_url"].endswith("/owner/name") for one in options] == [True] * 3
    assert ["colab_url" in one["launch_buttons"] for one in options] == [True, False, False]
    assert ["binderhub_url" in one["launch_buttons"] for one in options] == [True, True, False]


def test_the_branch_is_that_of_git_or_main(monkeypatch, tmp_path):
    monkeypatch.delenv("BRANCH", raising=False)
    monkeypatch.setattr(address, "ROOT", tmp_path)  # no repository
    assert address.branch() == "main"
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "other", tmp_path], check=True)
    assert address.branch() == "other"
    monkeypatch.setenv("BRANCH", "third")
    assert address.branch() == "third"


# The wheel that the site carries.


def test_the_wheel_is_the_package_and_the_same_bytes_each_time(book, tmp_path):
    built = book / wheel.WHEEL
    package = {path for path in (ROOT / "lrp_edu").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    inside = zipfile.ZipFile(built)
    names = {name for name in inside.namelist() if not name.split("/")[0].endswith(".dist-info")}
    assert names == {path.relative_to(ROOT).as_posix() for path in package}
    assert {member.date_time for member in inside.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # not when it was checked out
    assert wheel.build(tmp_path).read_bytes() == built.read_bytes()


def test_the_wheel_installs_into_an_empty_environment_and_works(book, tmp_path):
    venv.create(tmp_path, with_pip=False)
    python = tmp_path / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*install, book / wheel.WHEEL], check=True)
    (tmp_path / "numpy").symlink_to(Path(numpy.__file__).parent)
    for libraries in Path(numpy.__file__).parent.parent.glob("numpy.libs"):
        (tmp_path / "numpy.libs").symlink_to(libraries)
    code = (
        "import sys, lrp_edu; from lrp_edu import Network; from lrp_edu.digits import load_digits, load_network;"
        "print(lrp_edu.__file__.startswith(sys.prefix), isinstance(load_network(), Network), len(load_digits().images))"
    )
    clean = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run([python, "-c", code], env=clean | {"PYTHONPATH": str(tmp_path)}, cwd=tmp_path,
                          capture_output=True, text=True)  # fmt: skip
    assert re.fullmatch(r"True True \d+\n", done.stdout), done.stderr


def test_the_first_page_says_what_to_install(book, published):
    line = re.compile(r'%pip install "(lrp_edu)\[([a-z,]+)\] @ (https://.*)/([^/]*)"')
    for folder, expected in ((published / "name", BASE[:-1]), (book, "https://…")):
        text = parse(folder / "intro.html").get_text()
        name, extras, place, file = line.search(text).groups()
        assert place == expected and (folder / file).is_file() and name == PROJECT["name"]
        assert set(extras.split(",")) <= set(PROJECT["optional-dependencies"])
        assert ("stands for the address of this page" in text) == (folder == book)
        assert ("The rocket above a chapter" in text) == (folder != book)
