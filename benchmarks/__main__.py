"""Measure what things cost and print one table: ``python -m benchmarks [name ...]``."""

import argparse
import os
from importlib import import_module

from .table import Missing, Row

BENCHMARKS = {
    "relevance": "a relevance pass beside the forward pass, and how both grow",
    "peers": "Captum and Zennit on the same weights",
    "images": "a network of the size of VGG-16; takes minutes and 6 GB, so it runs only when it is named",
    "latency": "live figures, from event to painted frame",
    "pages": "each page on a slow phone: weight, first answer, block, layout shift, Tab stops",
    "book": "time to build the book",
    "tests": "time of the tests; takes minutes, so it runs only when it is named",
}

NAMED = ("images", "tests")

# With one thread the processor's time is that of the work, whatever else the machine does.
THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def arguments(words=None):
    """Return the names of the benchmarks to be run."""
    lines = "\n".join(f"  {name:<12}{text}" for name, text in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        "python -m benchmarks",
        description="Measure what things cost and print one table.",
        epilog=f"benchmarks:\n{lines}\n\nbenchmarks/README.md tells what each row means.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="*", help="which to run (default: all but images and tests)")
    names = parser.parse_args(words).name
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"name must be one of {', '.join(BENCHMARKS)}, got {name}")
    return names or [name for name in BENCHMARKS if name not in NAMED]


def rows(name):
    """Yield the rows of a benchmark; if something that it needs is not installed, one that says so."""
    try:
        yield from import_module(f".{name}", __package__).rows()
    except ModuleNotFoundError as error:
        yield Row("skipped", f"{error.name} is not installed", "–")
    except Missing as reason:
        yield Row("skipped", str(reason), "–")


def line(benchmark, group, what, value):
    """Return one line of the table."""
    return f"{benchmark:<11}{group:<16}{what:<76}{value}".rstrip()


def main(words=None):
    """Print the rows as they come."""
    names = arguments(words)
    os.environ.update({name: os.environ.get(name, "1") for name in THREADS})  # before numpy is imported
    print(line("benchmark", "group", "what is measured", "value"))
    for name in names:
        for row in rows(name):
            print(line(name, *row), flush=True)


if __name__ == "__main__":
    main()
