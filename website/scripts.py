"""A page loads the scripts that it needs, after its text, and those of the figures first."""

import re

# What a script of theme and tools is there for: a page that shows none of these classes and ids does without it.
NEEDED = {
    "fontawesome.js": set(),
    "design-tabs.js": {"sd-tab-set"},
    "clipboard.min.js": {"highlight"},
    "copybutton.js": {"highlight"},
    "searchtools.js": {"search-results"},
    "language_data.js": {"search-results"},
    "searchindex.js": {"search-results"},
}
MENDED = {
    # The buttons that copy code are for the mouse: thirty more stops on the way of who reads with the keyboard, for
    # whom there is the whole notebook behind the download button.
    "copybutton.js": ('<button class="copybtn', '<button tabindex="-1" class="copybtn'),
    # A button that opens a drawer or the search has the focus again when that is closed: the one takes it away, and
    # the other would give it back to what has it now.
    "scripts/sphinx-book-theme.js": ('".theme-switch-button",".search-button",', '".theme-switch-button",'),
    "scripts/pydata-sphinx-theme.js": ("o=document.activeElement;a(n,t)", "o=e.currentTarget;a(n,t)"),
}
# The theme's script learns late whether the reader likes it dark; all that depends on it would change once more.
THEME = """(({ dataset }) => {
  if (dataset.mode === "auto") dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})(document.documentElement);"""
# A browser reads a font when it meets the first letter of it; then what follows has its place already, and would move.
FONTS = "for (const font of document.fonts) font.load();"
# And it opens the closed box that a link leads into when the page has been painted.
BOX = """if (location.hash) new MutationObserver((_, observer) => {
  const target = document.getElementById(location.hash.slice(1));
  target?.closest("details")?.setAttribute("open", "");
  if (target || document.readyState !== "loading") observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""
CONFIGURATION = "documentation_options.js"


def lighten(soup, shown, configuration, ours):
    """Take out of a page the scripts that it does not need, and let the others wait until it is read.

    Parameters
    ----------
    soup : BeautifulSoup
        The page.
    shown : set of str
        Its classes and ids.
    configuration : str
        The text of ``documentation_options.js``, which scripts on the page go on to write to.
    ours : set of str
        The scripts below ``_static`` that come first.
    """
    for hint in soup.find_all("link", rel="preload", attrs={"as": "script"}):
        hint.extract()
    soup.html["data-theme"] = "light"  # where no script runs
    for text, before in (
        (THEME, soup.find("script", attrs={"data-cfasync": True})),
        (FONTS + BOX, soup.find_all("link", rel="stylesheet", media=False)[-1]),
    ):
        script = soup.new_tag("script")
        script.string = text
        before.insert_after(script)
    seen = set()
    for script in soup.find_all("script"):
        name = _name(script)
        if name is None:  # such as the setting of a tool that two others bring
            if script.string in seen:
                script.extract()
            seen.add(script.string)
        elif name == CONFIGURATION:
            del script["src"]
            script.string = re.sub(r"\s+", " ", configuration)
        elif name in NEEDED and not NEEDED[name] & shown:
            script.extract()
        elif script.get("type") != "module":
            script["defer"] = ""
    _first(soup, ours)


def _name(script):
    """Return the name of a script's file; None if its text stands on the page."""
    return script["src"].split("?")[0].rpartition("/")[2] if script.get("src") else None


def _first(soup, ours):
    """Move our scripts before the others: what is deferred runs in the order of the page."""
    waiting = [script for script in soup.find_all("script") if script.get("src")]
    mine = [script for script in waiting if script["src"].split("?")[0].partition("_static/")[2] in ours]
    others = [script for script in waiting if script not in mine]
    if others:
        for script in mine:
            others[0].insert_before(script.extract())


def mend(static):
    """Change in scripts what their settings cannot."""
    for name, (old, new) in MENDED.items():
        text = (static / name).read_text("utf-8")
        if old not in text and new not in text:
            raise ValueError(f"{name} must hold {old} to be mended")
        (static / name).write_text(text.replace(old, new), "utf-8")
