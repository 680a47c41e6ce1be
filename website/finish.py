"""The last step of a build: what theme and tools bring is cut down to what the pages need."""

import re
from pathlib import Path

from bs4 import BeautifulSoup

from . import figures, folding, markup, scripts, styles

UNCUT = "uncut.css"  # beside the doctrees; the tests compare with it
MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def setup(app):
    """Come after everything else that waits for the end of the build."""
    app.add_css_file("folding.css")
    app.connect("build-finished", finish, priority=900)


def finish(app, exception):
    """Go over the pages that were written."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    ours = laid_down_by_us(app)
    soups = {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in pages(folder)}
    for soup in soups.values():
        folding.fold(soup)
        markup.mend(soup)
    names = {path: styles.names(soup) for path, soup in soups.items()}
    configuration = (folder / "_static" / scripts.CONFIGURATION).read_text("utf-8")
    for path, soup in soups.items():
        scripts.lighten(soup, names[path].classes | names[path].ids, configuration, ours)
    links = {path: soup.find_all("link", rel="stylesheet", media=False) for path, soup in soups.items()}
    known = styles.known_names(names.values(), texts(folder, soups, ours))
    uncut = styles.bundle(folder, links, known, {name for name in ours if name.endswith(".css")})
    (Path(app.doctreedir) / UNCUT).write_text(uncut, "utf-8")
    written = {path: str(soup) for path, soup in soups.items()}
    for path, text in written.items():
        path.write_text(text, "utf-8")
    sweep(folder / "_static", written.values(), ours)
    scripts.mend(folder / "_static")


def pages(folder):
    """Return the pages that this build has written, without those that only lead on."""
    found = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.relative_to(folder).parts]
    texts = {path: path.read_text("utf-8") for path in found}
    return [path for path, text in texts.items() if 'rel="stylesheet"' in text and styles.TARGET not in text]


def laid_down_by_us(app):
    """Return the names below ``_static`` of what comes from the book's own folders and figures, and not from a tool."""
    folders = [Path(app.confdir) / name for name in app.config.html_static_path if not Path(name).is_absolute()]
    names = {path.relative_to(folder).as_posix() for folder in folders for path in folder.rglob("*") if path.is_file()}
    figures_here = [path.stem for path in Path(app.outdir, "_static", "figures").glob("*.js")]
    return names.union(figures.scripts(figures_here), *map(figures.files, figures_here))


def texts(folder, soups, ours):
    """Return the texts of all scripts that the pages load or may load later."""
    files = {folder / "_static" / name for name in ours if name.endswith(".js")}
    for path, soup in soups.items():
        files |= {styles.local(folder, path, script["src"]) for script in soup.find_all("script", src=True)}
    return [path.read_text("utf-8") for path in sorted(files)]


def sweep(static, texts, ours):
    """Delete what is not ours and what nothing names that a reader can fetch: no page, script or style sheet."""
    left = {path for path in static.rglob("*") if path.is_file()}
    found, asking = {static / name for name in ours} & left, list(texts)
    while found or asking:
        left -= found
        for path in found:
            if path.suffix in (".css", ".js"):
                asking.append(MAP.sub("", path.read_text("utf-8")))
                path.write_text(asking[-1], "utf-8")
        found = {path for path in left if any(path.name in text for text in asking)}
        asking = []
    for path in left:
        path.unlink()
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
