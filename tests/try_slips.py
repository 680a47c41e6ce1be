"""Put wrong drawings into the live figures, one by one: for each, some test of the picture must fail.

``python tests/try_slips.py`` tries all, ``python tests/try_slips.py taylor`` those of one figure. Each figure has its
list in ``tests/slips/<figure>.txt`` and its tests in ``tests/test_pictures_<figure>.py``. Only copies are changed.

An entry of a list names a file of the figures and says what is wrong; then come what stands there, and what a slip
would have put there instead:

    taylor/taylor.js: The polynomial has one degree too few.
    - slice(0, now.degree + 1)
    + slice(0, now.degree)
"""

import argparse
import itertools
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from importlib import import_module
from inspect import signature
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = ROOT / "tests" / "slips"
FIGURES = sorted(path.stem for path in LISTS.glob("*.txt"))
FEW = 12
"""So many states show most slips; the others are drawn only if these do not."""


@dataclass(frozen=True)
class Slip:
    """A wrong drawing: the file it is in, a sentence, what stands in the file, and what by mistake."""

    file: str
    says: str
    old: str
    new: str

    @classmethod
    def read(cls, entry):
        """Read an entry of a list."""
        head, *lines = entry.splitlines()
        old, new = ("\n".join(line[2:] for line in lines if line.startswith(mark)) for mark in "-+")
        return cls(*head.split(": ", 1), old, new)

    def put_in(self, files):
        """Change the file below the folder `files`."""
        path = files / self.file
        text = path.read_text("utf-8")
        if text.count(self.old) != 1:
            raise RuntimeError(f"{self.file} holds this {text.count(self.old)} times: {self.old}")
        path.write_text(text.replace(self.old, self.new), "utf-8")


def slips(figure):
    """Return the slips of a figure."""
    return [Slip.read(entry) for entry in (LISTS / f"{figure}.txt").read_text("utf-8").strip().split("\n\n")]


def checks(figure):
    """Return the album of a figure, and the tests that look at what is drawn and at nothing else."""
    module = import_module(f"test_pictures_{figure}")
    tests = [test for name, test in vars(module).items() if name.startswith("test_")]
    return module.ALBUM, [test for test in tests if list(signature(test).parameters) == ["drawn"]]


def noticed_by(browser, figure, slip):
    """Return the name of the first test that fails with a slip, or None."""
    from pictures import take

    album, tests = checks(figure)
    few = replace(album, states=album.states[:FEW])
    for taken, look in [(few, album.looks[0]), *((album, look) for look in album.looks)]:
        with tempfile.TemporaryDirectory() as folder:
            drawn = take(browser, taken, look, Path(folder), change=slip.put_in)
        for test in tests:
            try:
                test(drawn)
            except AssertionError:
                return f"{test.__name__}, {look}"
    return None


def try_some(chosen):
    """Try slips, each given with its figure, in one browser; return what becomes of each."""
    from playwright.sync_api import Error, sync_playwright

    from benchmarks.web import launch

    results = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for figure, slip in chosen:
            try:
                found = noticed_by(browser, figure, slip)
                results.append((figure, slip, bool(found), found or "no test notices it"))
            except (RuntimeError, Error) as error:
                results.append((figure, slip, False, f"it breaks the figure, which shows nothing: {error}"))
        browser.close()
    return results


def main():
    """Try the slips of the figures named on the command line, or of all; the exit code is 1 if one goes unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("figures", nargs="*", help=f"of {', '.join(FIGURES)}; default: all")
    parser.add_argument("--only", default="", help="try the slips whose sentence contains this")
    given = parser.parse_args()
    chosen = [(name, slip) for name in given.figures or FIGURES for slip in slips(name) if given.only in slip.says]
    missed = []
    with ProcessPoolExecutor(2) as pool:
        some = [pool.submit(try_some, part) for part in (chosen[n : n + 6] for n in range(0, len(chosen), 6))]
        for figure, slip, noticed, how in itertools.chain.from_iterable(done.result() for done in as_completed(some)):
            print(f"{'✓' if noticed else '✗'} {figure}: {slip.says}\n    {how}", flush=True)
            missed += [] if noticed else [f"{figure}: {slip.says}"]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} wrong drawings are noticed", *missed, sep="\n  not: ")
    return 1 if missed or not chosen else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
