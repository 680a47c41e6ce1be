"""Style sheets are cut where nothing can match, and nowhere else."""

import pytest
from bs4 import BeautifulSoup

from website import styles

PAGE = (
    '<html><body class="page"><nav id="contents"><a class="link">x</a></nav><p style="color: var(--used)">y</p></html>'
)
SCRIPT = 'tip.className = `bs-${name}-auto shown`; element.id = "handle-" + key; document.createElement("svg")'


@pytest.fixture(scope="module")
def known():
    return styles.known_names([styles.names(BeautifulSoup(PAGE, "html.parser"))], [SCRIPT])


def cut(text, known):
    return "".join(map(str, styles.without_unused(styles.cut(styles.parsed(text), known), known.text)))


@pytest.mark.parametrize(
    "selector",
    [
        "nav#contents > a.link:hover",
        "p::before",
        ".page:not(.unknown)",
        ":is(.unknown, .link)",
        "*",
        "[data-unknown]",
        ".shown",
        ".bs-tooltip-auto",
        "#handle-x",
        "svg",
    ],
)
def test_what_may_match_stays(known, selector):
    assert cut(f"{selector} {{ color: red }}", known) == f"{selector}{{color:red}}"


@pytest.mark.parametrize(
    "selector", [".unknown", "#link", "table", "nav .unknown a", ":is(.unknown, table) a", ".bs-auto"]
)
def test_what_cannot_match_goes(known, selector):
    assert cut(f"{selector} {{ color: red }} @media print {{ {selector} {{ color: red }} }}", known) == ""


def test_of_a_list_the_known_part_stays(known):
    assert cut(".unknown, p  a,\n.link { color : red ; margin: 0 !important }", known) == (
        "p a,.link{color:red;margin:0 !important}"
    )


def test_properties_animations_and_fonts_stay_if_they_are_asked_for(known):
    text = """
    p { --a: var(--b); --b: 1; --used: 2; --c: var(--d); --d: 3; animation: turn 1s; width: var(--a) }
    p { font-family: Here }
    @keyframes turn { to { rotate: 1turn } } @keyframes other { to { rotate: 2turn } }
    @font-face { font-family: Here; src: url(a) } @font-face { font-family: There; src: url(b) }
    """
    assert cut(text, known) == (
        "p{--a:var(--b);--b:1;--used:2;animation:turn 1s;width:var(--a)}p{font-family:Here}"
        "@keyframes turn{to{rotate:1turn}}@font-face{font-family:Here;src:url(a)}"
    )


def test_imports_come_in_and_addresses_are_seen_from_the_new_place(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "base.css").write_text("b { background: url('b.png') }")
    (tmp_path / "deep" / "top.css").write_text("@import '../base.css'; a { mask: url(a.svg#x); fill: url(#y) }")
    assert styles.whole(tmp_path / "deep" / "top.css", tmp_path) == (
        "b { background: url('b.png') } a { mask: url(deep/a.svg#x); fill: url(#y) }"
    )
