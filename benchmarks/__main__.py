"""Run all benchmarks and print one table: ``python -m benchmarks [name ...]``."""

import sys
from importlib import import_module

NAMES = ("relevance", "peers")


def main(names):
    """Print the rows of the named benchmarks as they come."""
    unknown = set(names) - set(NAMES)
    if unknown:
        sys.exit(f"benchmarks are {', '.join(NAMES)}, got {', '.join(sorted(unknown))}")
    for name in names or NAMES:
        for row in import_module(f".{name}", __package__).rows():
            print(f"{row.group:<16}{row.what:<100}{row.value}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
