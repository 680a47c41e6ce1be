"""Check every claim of the book: ``python -m lrp_edu`` (chapter ``checked-claims``)."""

import argparse
import shutil
import sys
import textwrap

try:
    from .claims import CLAIMS, check
except ModuleNotFoundError as error:
    sys.exit(f"Checking the claims needs {error.name}: pip install 'lrp_edu[symbols]'")

BAR = 30


def main(arguments=None):
    """Check all claims, print a table, and return 1 if one fails, else 0."""
    options = _options(arguments)
    results = []
    for done, claim in enumerate(CLAIMS):
        _progress(done, claim.label)
        results.append(check(claim, options.cases, options.seed))
    _progress(len(CLAIMS))
    print(table(results, shutil.get_terminal_size((140, 24)).columns))
    print(f"\n{summary(results)}")
    return int(not all(result.holds for result in results))


def table(results, width=140):
    """Return `results` as lines of at most `width` characters, or a little more if there is no room for a sentence."""
    labels = max([len("equation"), *(len(result.claim.label) for result in results)])
    room = max(24, width - labels - 34)
    rows = [("equation", "claim", "cases", "residual", "seconds", "")]
    rows += [
        (r.claim.label, f"{r.claim.sentence} {r.error}", *_numbers(r), "" if r.holds else "FAILS") for r in results
    ]
    lines = []
    for label, sentence, tried, worst, seconds, verdict in rows:
        first, *rest = textwrap.wrap(sentence, room)
        lines.append(f"{label:{labels}}  {first:{room}}  {tried:>7}  {worst:>8}  {seconds:>7}  {verdict}".rstrip())
        lines += [f"{'':{labels}}  {line}" for line in rest]
    return "\n".join(lines)


def summary(results):
    """Return the table's last line."""
    tried, seconds = sum(result.cases for result in results), sum(result.seconds for result in results)
    failed = sum(not result.holds for result in results)
    verdict = f"{failed} of {len(results)} claims fail" if failed else f"all {len(results)} claims hold"
    return f"{verdict}: {tried:,} random cases in {seconds:.1f} s"


def _numbers(result):
    """Return cases, residual and seconds as text. A counter-example shows the least violation."""
    if result.claim.kind == "proof":
        return "proof", "0" if result.holds else "not 0", f"{result.seconds:.2f}"
    sign = "≥" if result.claim.kind == "counter-example" else ""
    return f"{result.cases:,}", f"{sign}{result.worst:.1e}" if result.worst else "0", f"{result.seconds:.2f}"


def _options(arguments):
    parser = argparse.ArgumentParser(prog="python -m lrp_edu", description="Check every claim of the book.")
    parser.add_argument(
        "--cases",
        type=_whole(1),
        default=3000,
        metavar="N",
        help="try at least N random cases for each claim (default: 3000)",
    )
    parser.add_argument(
        "--seed", type=_whole(0), default=0, metavar="S", help="start the random numbers at S (default: 0)"
    )
    return parser.parse_args(arguments)


def _whole(least):
    """Return a reader of whole numbers from `least` on."""

    def whole(text):
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"must be a whole number, at least {least}, got {text!r}")
        return int(text)

    return whole


def _progress(done, label="", file=None):
    """Draw a bar on stderr, or remove it when all is done; nothing where nobody watches."""
    file = file or sys.stderr
    if file.isatty():
        filled = BAR * done // len(CLAIMS)
        bar = f"[{'█' * filled}{'·' * (BAR - filled)}] {done}/{len(CLAIMS)} {label}" if done < len(CLAIMS) else ""
        file.write(f"\r\x1b[K{bar}")
        file.flush()


if __name__ == "__main__":
    sys.exit(main())
