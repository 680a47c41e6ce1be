"""What pytest does in all folders: the chapters' pictures are compared, too, with those that their cells draw now."""

import gc

import pytest
from nbval.plugin import IPyNbCell

from benchmarks import needs


def pytest_collection_modifyitems(items):
    """Mark the cells of the chapters, so that they can be left out; those that need what is not here are."""
    for item in items:
        if isinstance(item, IPyNbCell):
            item.add_marker("chapters")
            if needs.left_out(item.cell):
                item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(needs.missing())}: make test-peers"))


def pytest_collection_finish():
    """Keep what was collected, which lives to the end, out of each later search for garbage: that took a tenth."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After a cell of a chapter has run, compare its stored pictures with the fresh ones."""
    if isinstance(item, IPyNbCell):
        from tests.stored_pictures import KINDS, differences

        item.parent.skip_compare = {*item.parent.skip_compare, *KINDS}  # nbval would compare an SVG letter by letter
    result = yield
    if isinstance(item, IPyNbCell):
        for found in differences(item.cell.outputs, item.test_outputs):
            item.raise_cell_error(f"{found} Run `make notebooks`.")
    return result
