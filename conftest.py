"""What pytest does in all folders: below a chapter's cells its hidden code runs, and its pictures are compared."""

import gc
import re
from collections import defaultdict
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbval.plugin import IPyNbCell, IPyNbFile

from benchmarks import needs

STATED = Path(__file__).with_name("tests") / "stated"
SOLUTION_CODE = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.DOTALL | re.MULTILINE)
WARN = r"import warnings; warnings.filterwarnings('error', module='(?!.*(IPython|ipykernel|matplotlib))')"
CLOSE = "\nimport matplotlib.pyplot\nmatplotlib.pyplot.close('all')"  # no picture of theirs is stored


class Chapter(IPyNbFile):
    """A chapter's cells; below them, where a reader would run it, the code of hidden solutions; then what is stated."""

    def setup(self):
        """Start the kernel. Then a warning is an error, as in the tests, unless it is about others' own code."""
        super().setup()
        self.kernel.await_reply(self.kernel.execute_cell_input(WARN, allow_stdin=False))

    def collect(self):
        """Yield what runs in the kernel, one after the other."""
        cells = list(super().collect())
        yield from cells
        text = "\n\n".join(cell.source for cell in self.nb.cells if cell.cell_type == "markdown")
        for number, (code, shown) in enumerate(SOLUTION_CODE.findall(text), 1):
            yield self.below(f"Solution {number}", code, shown, len(cells))
        stated = STATED / f"{self.path.stem.replace('-', '_')}.py"
        if stated.exists():
            yield self.below("Stated", stated.read_text("utf-8"), "", len(cells))

    def below(self, name, code, shown, number):
        """Return code to run, with what it prints, if that is shown."""
        outputs = [new_output("stream", text=shown)] if shown else []
        cell = new_code_cell(code + CLOSE, execution_count=1, outputs=outputs)
        options = defaultdict(bool, check=bool(shown))
        return IPyNbCell.from_parent(self, name=name, cell_num=number, cell=cell, options=options)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Let the chapters be collected with their hidden code."""
    found = yield
    return [Chapter.from_parent(parent, path=file_path) if isinstance(each, IPyNbFile) else each for each in found]


def pytest_collection_modifyitems(items):
    """Mark the cells of the chapters, so that they can be left out; those that need what is not here are."""
    for item in items:
        if isinstance(item, IPyNbCell):
            item.add_marker("chapters")
        if needs.left_out(item):
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
