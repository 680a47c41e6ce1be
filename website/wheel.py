"""The site carries the package: a wheel that pip installs from the site's own address, and the line that does it."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from .address import ROOT, address

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WHEEL = f"{PROJECT['name']}-{PROJECT['version']}-py3-none-any.whl"
EXTRAS = "draw,live,symbols"
MARK = "THE-PACKAGE"


def fill_in(app, name, source):
    """Say in the text of a page what pip is to install."""
    source[0] = source[0].replace(MARK, f"{PROJECT['name']}[{EXTRAS}] @ {address('BASEURL') or 'https://…'}/{WHEEL}")


def build(folder):
    """Build the wheel into `folder`, offline, and the same bytes from the same files."""
    command = [sys.executable, "-m", "flit_core.wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, env=os.environ | {"SOURCE_DATE_EPOCH": "315532800"}, check=True, capture_output=True)
    return Path(folder) / WHEEL


def write_wheel(app, error):
    """Build the wheel when the pages are done."""
    if not error and app.builder.name == "html":
        build(app.outdir)


def setup(app):
    """Fill in while the pages are read, and build when they are done."""
    app.connect("source-read", fill_in)
    app.connect("build-finished", write_wheel)
