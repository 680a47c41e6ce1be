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
# The buttons that copy code are for the mouse: thirty more stops on the way of who reads with the keyboard, for whom
# there is the whole notebook behind the download button.
MENDED = {"copybutton.js": ('<button class="copybtn', '<button tabindex="-1" class="copybtn')}
# The theme's script learns late whether the reader likes it dark; all that depends on it would change once more.
THEME = """(({ dataset }) => {
  if (dataset.mode === "auto") dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})(document.documentElement);"""
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
    early = soup.new_tag("script")
    early.string = THEME
    soup.find("script", attrs={"data-cfasync": True}).insert_after(early)
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
            raise ValueError(f"{name} must hold {old} for the keyboard to be spared")
        (static / name).write_text(text.replace(old, new), "utf-8")
