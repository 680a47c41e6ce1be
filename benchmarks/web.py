"""What the tests and the benchmarks share: the built book, a server, a browser, and a JupyterLab."""

import contextlib
import functools
import gzip
import http.server
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import yaml

from website.serve import Handler

ROOT = Path(__file__).resolve().parent.parent
# Background networking would show up as requests that the book did not make. And each window would load two pages more,
# for what drops down from an address bar that nobody sees.
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,MediaRouter,OptimizationHints,HttpsUpgrades,PaintHolding",
]


def pages():
    """Return the names of the book's pages, without ``.html``."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    chapters = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [toc["root"], *chapters, "search", "genindex", "404"]


def build_book(target, **settings):
    """Build the book from nothing, strictly, below the folder `target`, and return the folder of its pages.

    Settings such as ``BASEURL`` are those of ``make book``.
    """
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ROOT, "--path-output", target, "-W", "-n", "--keep-going"]
    named = {name: text for name, text in os.environ.items() if name not in ("BASEURL", "BRANCH", "REPOSITORY")}
    built = subprocess.run(command, env=named | settings, capture_output=True, text=True)
    if built.returncode:
        raise RuntimeError(f"the book does not build without a warning:\n{built.stdout}\n{built.stderr}")
    return Path(target) / "_build" / "html"


def lay_out_figures(folder, change=lambda modules: None):
    """Put the scripts of the live figures below `folder` as on the site, and their ``modules`` beside them.

    `change` may change the modules before.
    """
    from website import figures

    shutil.copytree(figures.FOLDER, folder / "modules", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    change(folder / "modules")
    figures.write(folder / "_static", folder / "modules")


def page_of(*parts, theme="light", color=(255, 255, 255)):
    """Return a page that holds live figures, and other parts as HTML, with the scripts of the site."""
    from website import figures

    body = "".join(part if isinstance(part, str) else part._repr_html_() for part in parts)
    scripts, sheets = figures.scripts(figures.kinds(body)), [figures.files(name)[1] for name in figures.kinds(body)]
    return (
        f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8"><title>Figures</title>'
        '<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">'
        f"<style>body {{ background: rgb{tuple(color)} }}</style>"
        + "".join(f'<link rel="stylesheet" href="_static/{sheet}">' for sheet in sheets)
        + "".join(f'<script defer src="_static/{script}"></script>' for script in scripts)
        + f"<main>{figures.on_site(body)}</main></html>"
    )


FRAME = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
"""Wait until a frame is painted."""


class QuietHandler(Handler):
    """Serves files and writes nothing to the terminal."""

    def log_message(self, *args):
        """Write nothing."""


@contextlib.contextmanager
def serving(folder, kind=QuietHandler):
    """Serve `folder` from a thread and give its address, with a slash at the end."""
    handler = functools.partial(kind, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def launch(playwright):
    """Start Chromium: the quick one without windows if it is on the PATH, else the whole one, else Playwright's own."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    return playwright.chromium.launch(executable_path=program, args=CHROMIUM)


def visit(page, url):
    """Open `url` and wait until the page has all that it asks for, its letters and its figures alive.

    Returns the responses, a list to which later ones are added.
    """
    responses, awaited = [], set()
    page.on("response", lambda response: responses.append(response))
    page.on("request", lambda request: awaited.add(request))
    for ended in ("requestfinished", "requestfailed"):
        page.on(ended, lambda request: awaited.discard(request))
    page.goto(url)
    page.evaluate("document.fonts.ready.then(() => true)")
    quiet, end = 0, time.monotonic() + 30
    while quiet < 3:  # frames; in each of them a script may ask for more
        if time.monotonic() > end:
            raise TimeoutError(f"{url} still waits for {[request.url for request in awaited]}")
        page.evaluate(FRAME)
        quiet = 0 if awaited else quiet + 1
    return responses


def wake_figures(page):
    """Scroll to each live figure, so that it fetches what it needs; return the names and how they agree with Python."""
    parity = []
    for figure in page.locator("figure[data-explorable]").all():
        figure.scroll_into_view_if_needed()
        page.wait_for_function("figure => figure.dataset.parity", arg=figure.element_handle(), timeout=10_000)
        parity.append((figure.get_attribute("data-explorable"), figure.get_attribute("data-parity")))
    return parity


def weights(responses):
    """Return the weight of each address that was fetched, in bytes, each response gzipped."""
    fetched = [response for response in responses if not response.url.startswith(("data:", "blob:"))]
    return {response.url: len(gzip.compress(response.body())) for response in fetched}


@contextlib.contextmanager
def jupyterlab(sources):
    """Start JupyterLab on a free port, as `make lab` does, with a notebook of code cells; give its address.

    The chapters lie beside it, and what they link to.
    """
    import nbformat

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        home = Path(home)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        shutil.copytree(ROOT / "chapters", home / "notebooks" / "chapters")
        shutil.copy(ROOT / "references.md", home / "notebooks")
        nbformat.write(notebook, home / "notebooks" / "figure.ipynb")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        token, log = secrets.token_hex(), home / "log"
        with log.open("w") as output, _lab_server(home, port, token, output) as server:
            _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, log)
            yield f"http://127.0.0.1:{port}/lab/tree/figure.ipynb?token={token}"


@contextlib.contextmanager
def _lab_server(home, port, token, output):
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": home / "notebooks",
        "IdentityProvider.token": token,
        "LabApp.extension_manager": "readonly",
    }
    places = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    places["JUPYTER_CONFIG_PATH"] = str(ROOT / "lab")
    places["JUPYTERLAB_SETTINGS_DIR"] = places["JUPYTERLAB_WORKSPACES_DIR"] = str(home / "lab")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    server = subprocess.Popen(
        command, env=os.environ | places, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        yield server
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # the kernel is of the same group
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(10)


def _wait_for(address, server, log, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
        try:
            return urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer in {seconds} s:\n{log.read_text()}")


def open_notebook(page, address):
    """Open a notebook, and wait until it has its kernel: a cell that runs earlier asks which kernel to take."""
    page.set_viewport_size({"width": 1280, "height": 1800})
    page.goto(address)
    cell(page, 0).wait_for()
    name = page.locator(".jp-Toolbar-kernelName")
    name.filter(has_text="Python 3").wait_for(timeout=120_000)  # until then it is "No Kernel", which counts as idle
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=120_000)


def cell(page, number):
    """Return a code cell of the notebook."""
    return page.locator(".jp-Notebook .jp-CodeCell").nth(number)


def run(page, number):
    """Run a cell, and wait until it is done. That it runs shows in its prompt, a star and then a new number."""
    cells = "document.querySelectorAll('.jp-Notebook .jp-CodeCell')"
    prompt = f"{cells}[{number}].querySelector('.jp-InputPrompt').textContent"
    before = page.evaluate(prompt)
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(f"before => /\\d/.test({prompt}) && {prompt} !== before", arg=before, timeout=120_000)
