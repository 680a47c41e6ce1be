"""The cells of chapters, and examples, that need other libraries: which they are, and whether those are here.

They run under ``make test-peers``. Elsewhere they are left out, and their stored outputs stay as they are.
"""

from importlib.util import find_spec

TAG = "needs-peers"
PEERS = ("captum", "sklearn", "torch", "torchvision", "zennit")


def missing():
    """Return the names of the libraries that are not installed."""
    return [name for name in PEERS if find_spec(name) is None]


def needs_peers(cell):
    """Tell whether a cell of a notebook has the tag."""
    return TAG in cell.metadata.get("tags", [])


def left_out(item):
    """Tell whether what pytest has collected cannot run here: a cell with the tag, or an example of `interop`."""
    example = item.nodeid.startswith("lrp_edu/interop.py::")
    return bool(missing()) and (example or hasattr(item, "cell") and needs_peers(item.cell))
