"""A live figure in a real JupyterLab: what is dragged arrives in Python, and what Python sets is drawn."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from playwright.sync_api import TimeoutError

from lrp_edu.explorables import NeuronFigure

CELLS = [
    "from lrp_edu.explorables import NeuronFigure\nfigure = NeuronFigure()\nfigure",
    "print('dragged to', figure.x, figure.numbers()['R'])",
    "figure.x = (2, 0.5)\nfigure.b = 99",
    "print('now', figure.x, figure.b)",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start JupyterLab on a free port, with settings and a notebook of its own; return the notebook's address."""
    folder, home = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("home")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "figure.ipynb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex()
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": token,
        "LabApp.news_url": "None",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    places = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    places["JUPYTERLAB_SETTINGS_DIR"] = places["JUPYTERLAB_WORKSPACES_DIR"] = str(home / "lab")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    log = home / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env=os.environ | places, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, log)
            yield f"http://127.0.0.1:{port}/lab/tree/figure.ipynb?token={token}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)  # the kernel is of the same group
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(10)


def wait_for(address, server, log, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert server.poll() is None, f"JupyterLab did not start:\n{log.read_text()}"
        try:
            return urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab did not answer in {seconds} s:\n{log.read_text()}")


def cell(page, number):
    return page.locator(".jp-Notebook .jp-CodeCell").nth(number)


def run(page, number):
    """Run a cell as a reader does, who presses again while the kernel is not there yet; wait until it is done."""
    for _ in range(10):
        cell(page, number).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        try:
            return cell(page, number).locator(".jp-InputPrompt", has_text=re.compile(r"\d")).wait_for(timeout=3000)
        except TimeoutError:
            continue
    raise AssertionError(f"cell {number} does not run: {cell(page, number).inner_text()}")


def printed(page, number, start):
    """Return the line that a cell has printed."""
    return cell(page, number).locator(".jp-OutputArea-output", has_text=start).inner_text().strip()


def test_what_is_dragged_is_in_python_and_what_python_sets_is_drawn(lab, page):
    page.set_viewport_size({"width": 1280, "height": 1800})
    page.goto(lab)
    cell(page, 3).wait_for()
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    run(page, 0)
    figure = page.locator(".jp-OutputArea .explorable")
    figure.locator("[data-handle=x]").wait_for()
    assert figure.get_attribute("data-parity") == "ok"

    # The pointer.
    box = figure.locator("[data-handle=x] .handle-grab").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 25, steps=5)
    page.mouse.up()
    # The keyboard, which JupyterLab would like to have for itself.
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(200)
    state = figure.evaluate("(root) => root.explorable.state")
    assert state["x"][0] > 1.3 and state["x"][1] < 0.9
    run(page, 1)
    dragged = tuple(state["x"])
    shares = NeuronFigure(x=dragged).numbers()["R"]
    assert printed(page, 1, "dragged") == f"dragged to {dragged} {shares}"

    # And back: Python clamps the bias, and the picture shows what Python holds.
    run(page, 2)
    page.wait_for_function("document.querySelector('.explorable').explorable.state.x[0] === 2")
    page.wait_for_function("document.querySelector('[data-number=f_x]').textContent === '7.5'")
    assert figure.locator("[data-handle=x]").get_attribute("aria-valuetext") == "(2, 0.5)"
    assert figure.evaluate("(root) => [root.explorable.state.x, root.explorable.state.b]") == [[2, 0.5], 3]
    run(page, 3)
    assert printed(page, 3, "now") == "now (2.0, 0.5) 3.0"
