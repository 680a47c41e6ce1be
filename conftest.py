"""What pytest does in all folders: the chapters' pictures are compared, too, with those that their cells draw now."""

import pytest
from nbval.plugin import IPyNbCell


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After a cell of a chapter has run, compare its stored pictures with the fresh ones."""
    result = yield
    if isinstance(item, IPyNbCell):
        from tests.stored_pictures import difference, pictures

        stored, fresh = pictures(item.cell.outputs), pictures(item.test_outputs)
        if len(stored) != len(fresh):
            item.raise_cell_error(f"The cell draws {len(fresh)} pictures, {len(stored)} are stored.")
        for one, other in zip(stored, fresh, strict=True):
            if found := difference(one, other):
                item.raise_cell_error(f"A stored picture is not what the cell draws: {found}. Run `make notebooks`.")
    return result
