"""The command ``python -m lrp_edu``: its table, its options, its exit status, its bar."""

import io
import re
import subprocess
import sys

import numpy as np
import pytest

from lrp_edu import __main__ as cli
from lrp_edu.claims import CLAIMS, Claim, check


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "lrp_edu", *arguments], capture_output=True, text=True)


@pytest.fixture(scope="module")
def done():
    return run("--cases", "50", "--seed", "7")


def false_claim(rng):
    return rng.uniform(0, 1, 50)


FALSE = Claim("eq-conservation", "All shares are equal.", false_claim)
BROKEN = Claim("eq-conservation", "All shares can be divided.", lambda rng: np.ones(1) / 0)


def test_the_command_checks_every_claim(done):
    assert (done.returncode, done.stderr) == (0, "")
    head, *lines, blank, last = done.stdout.splitlines()
    assert head.split() == ["equation", "claim", "cases", "residual", "seconds"]
    assert [line.split()[0] for line in lines if line.startswith("eq-")] == [claim.label for claim in CLAIMS]
    assert max(map(len, lines)) <= 140
    found = re.fullmatch(rf"all {len(CLAIMS)} claims hold: ([\d,]+) random cases in [\d.]+ s", last)
    assert int(found[1].replace(",", "")) >= 50 * sum(claim.kind != "proof" for claim in CLAIMS)


def test_by_default_more_than_100_000_cases_are_tried():
    options = cli._options([])
    assert options.cases * sum(claim.kind != "proof" for claim in CLAIMS) >= 100_000
    assert options.seed == 0


def test_a_claim_that_fails_is_shown_and_sets_the_exit_status(monkeypatch, capsys):
    monkeypatch.setattr(cli, "CLAIMS", [FALSE, BROKEN, CLAIMS[0]])
    assert cli.main(["--cases", "100"]) == 1
    text = capsys.readouterr().out
    assert text.count("FAILS") == 2
    assert "FloatingPointError: divide by zero" in " ".join(text.split())
    assert "2 of 3 claims fail" in text


def test_the_same_seed_gives_the_same_residuals(done):
    first, again, other = (
        re.findall(r"\d\.\de-\d\d", one.stdout)
        for one in (done, run("--cases", "50", "--seed", "7"), run("--cases", "50", "--seed", "4"))
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--cases", "0"], "argument --cases: must be a whole number, at least 1, got '0'"),
        (["--cases", "-5"], "argument --cases: must be a whole number, at least 1, got '-5'"),
        (["--cases", "1e5"], "argument --cases: must be a whole number, at least 1, got '1e5'"),
        (["--cases"], "argument --cases: expected one argument"),
        (["--seed", "x"], "argument --seed: must be a whole number, at least 0, got 'x'"),
        (["--speed", "1"], "unrecognized arguments: --speed 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_a_narrow_terminal_gets_narrow_lines():
    results = [check(claim, 10) for claim in CLAIMS[:7]]
    narrow, wide = cli.table(results, 90), cli.table(results, 160)
    assert max(map(len, narrow.splitlines())) <= 90 < max(map(len, wide.splitlines())) <= 160
    assert len(narrow.splitlines()) > len(wide.splitlines()) == len(results) + 1
    for result in results:
        assert all(word in narrow for word in result.claim.sentence.split())


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_grows_and_is_gone_at_the_end():
    watched = Terminal()
    for done in (0, len(CLAIMS) // 2, len(CLAIMS)):
        cli._progress(done, "eq-root", watched)
    first, middle, last = watched.getvalue().split("\r\x1b[K")[1:]
    assert first.startswith("[" + "·" * cli.BAR + "]") and "█" in middle and "eq-root" in middle
    assert last == ""


def test_nobody_watching_sees_no_bar():
    unwatched = io.StringIO()
    cli._progress(3, "eq-root", unwatched)
    assert unwatched.getvalue() == ""
