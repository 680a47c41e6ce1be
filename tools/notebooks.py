"""Run the chapters top to bottom in a fresh kernel, and store them clean.

``python tools/notebooks.py`` runs every chapter; ``python tools/notebooks.py
chapters/w2-rule.ipynb`` only those that are named. What is stored is what a
reader needs and nothing that changes by itself: no widget state, no widget
views, no timings, no versions. A cell that fails stops the run, and the file
keeps its old outputs. So does each cell that needs libraries which are not
installed: `make notebooks-peers` runs these, too.
"""

import argparse
import hashlib
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))  # for benchmarks

from benchmarks import needs  # noqa: E402

CHAPTERS = ROOT / "chapters"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SVG = "image/svg+xml"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
EDITOR_STATE = ("execution", "collapsed", "editable", "jp-MarkdownHeadingCollapsed", "jupyter", "scrolled", "trusted")


def clean(notebook):
    """Remove from `notebook`, in place, all that would change without a reason."""
    keep = {key: notebook.metadata[key] for key in ("mystnb", "title") if key in notebook.metadata}
    notebook.metadata = nbformat.from_dict(METADATA | keep)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    taken, count = set(), 0
    for cell in notebook.cells:
        cell.id = cell_id(cell, taken)
        for key in EDITOR_STATE:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            count += 1  # the kernel does not count the cells that are left out
            cell.execution_count = count
            cell.outputs = [output for output in map(clean_output, cell.outputs) if output]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    return notebook


def clean_output(output):
    """Return `output` without its widget view, or None when nothing else was there; a path has one line."""
    if "data" not in output:
        return output
    output.data.pop(WIDGET_VIEW, None)
    if SVG in output.data:
        output.data[SVG] = re.sub(r" *\n(?=[MLQCz\"])", " ", output.data[SVG])
    return output if output.data else None


def cell_id(cell, taken):
    """Return the id that `cell` has, or one made from its source where that is missing or `taken`."""
    own = cell.get("id", "")
    name, count = own, 0
    while not re.fullmatch(r"[\w-]{1,64}", name) or name in taken:
        name = hashlib.sha256(f"{count}{cell.source}".encode()).hexdigest()[:8]
        count += 1
    taken.add(name)
    return name


def run(path, timeout=120):
    """Execute the notebook at `path` in its own folder and write it back clean."""
    # A cell id is required from format 4.5 on; clean() gives one to cells that lack it.
    notebook = clean(nbformat.read(path, as_version=nbformat.NO_CONVERT))
    NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        skip_cells_with_tag=needs.TAG if needs.missing() else "skip-execution",
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    nbformat.write(clean(notebook), path)


def main():
    """Run the notebooks named on the command line, or all chapters."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every chapter")
    failed = 0
    for path in parser.parse_args().notebooks or sorted(CHAPTERS.glob("*.ipynb")):
        print(path.name, end=" … ", flush=True)
        try:
            run(path.resolve())
            print("done")
        except CellExecutionError as error:
            failed += 1
            print(f"failed, left as it was\n{error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
