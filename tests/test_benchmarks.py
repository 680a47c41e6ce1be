"""The benchmarks start, refuse what they do not know, and run on small sizes; no time is asserted here."""

import subprocess
import sys

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import measure, relevance
from benchmarks.table import Missing
from benchmarks.web import ROOT


def test_help_names_every_benchmark():
    run = subprocess.run([sys.executable, "-m", "benchmarks", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0 and all(name in run.stdout for name in command.BENCHMARKS)


def test_every_benchmark_is_there():
    assert all((ROOT / "benchmarks" / f"{name}.py").is_file() for name in command.BENCHMARKS)


def test_an_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(["speed"])
    assert stop.value.code == 2
    names = "relevance, peers, images, latency, pages, book, tests"
    assert f"name must be one of {names}, got speed" in capsys.readouterr().err


@pytest.mark.parametrize("error", [ModuleNotFoundError(name="torch"), Missing("torch is not installed")])
def test_what_is_not_installed_is_skipped_with_the_reason(monkeypatch, error):
    def fail(*args):
        raise error

    monkeypatch.setattr(command, "import_module", fail)
    assert list(command.rows("peers")) == [("skipped", "torch is not installed", "–")]


def test_relevance_prints_one_table_and_draws(monkeypatch, tmp_path, capsys):
    sizes = {"batch": ((1, 2, 3, 4), lambda n: ((3, 4, 2), n)), "depth": ((2, 3, 4), lambda n: ((4,) * n + (2,), 5))}
    small = {"SIZES": (6, 5, 3), "BATCH": 4, "BATCHES": ((4, 3.2, 2),), "MANY": 100}
    small |= {"IMAGES": (2, 1, 28, 28), "IMAGES_ROUNDS": 1}
    for name, value in {**small, "GROWTH": sizes, "PICTURE": tmp_path / "growth.png"}.items():
        monkeypatch.setattr(relevance, name, value)
    monkeypatch.setattr("os.environ", {})
    command.main(["relevance"])
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == "benchmark group what is measured value".split()
    assert len(lines) == 4 + 3 * len(sizes) and len({line.rindex("  ") for line in [head, *lines]}) == 1
    assert "6-5-3, batch 4: × forward" in lines[0]
    assert (tmp_path / "growth.png").stat().st_size > 1000


def test_both_passes_are_of_one_network():
    network, x = measure.dense_network((6, 5, 3)), measure.pixels(4, 6)
    forward, explain = relevance.passes(network, x)
    assert np.array_equal(forward(), explain().output) and explain().relevance.dtype == np.float32


def test_exponent():
    n = np.array([1, 2, 4, 8, 16])
    assert relevance.exponent(n, 3.0 * n**2) == pytest.approx(2)


def test_memory():
    assert 8e6 <= measure.peak_bytes(lambda: np.zeros(1_000_000)) < 8.1e6
