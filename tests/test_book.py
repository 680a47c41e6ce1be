"""The sources of the book: equations and their labels, clean notebooks, and who may import whom."""

import ast
import graphlib
import re
import subprocess
import sys

import nbformat
import pytest
import yaml

from benchmarks.web import ROOT

PACKAGE = ROOT / "lrp_edu"
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
EACH_CHAPTER = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
LABEL = re.compile(r"\beq-[a-z0-9]+(?:-[a-z0-9]+)*")
LABELLED = re.compile(rf"^(?:\\tag\{{[\d.]+\}} )?% ({LABEL.pattern})\n\$\$$", re.MULTILINE)

# What each module may import from the package, besides the checks of arguments. Arrows never run back.
ARROWS = {
    "decomposition": set(),
    "attribution": {"decomposition"},
    "taylor": set(),
    "first_order": {"decomposition"},
    "neuron": {"first_order", "decomposition"},
    "roots": {"neuron", "first_order", "decomposition"},
    "layers": set(),
    "propagate": set(),
    "rules": {"layers", "propagate"},
    "explanation": {"propagate"},
    "network": {"explanation", "propagate", "rules"},
    "messages": {"network", "layers", "propagate", "rules"},
    "deep_taylor": {"layers", "network", "propagate", "roots", "rules"},
    "digits": {"network", "layers", "rules"},
    "convolution": {"layers", "rules"},
    "canvas": {"convolution", "digits", "layers", "network"},
    "evaluation": {"attribution", "network", "rules"},
    "recurrence": {"layers", "propagate", "rules"},
    "sequences": {"layers", "network", "recurrence"},
    "attention": {"layers", "network", "propagate", "rules"},
    "tokens": {"attention", "digits", "layers"},
    "interop": {"convolution", "layers", "network"},
}
NUMERIC = set(ARROWS)
ARROWS["claims"] = NUMERIC
ARROWS["palette"] = set()
ARROWS["figures"] = NUMERIC - {"digits", "canvas", "sequences", "tokens"} | {"palette"}
ARROWS["explorables"] = NUMERIC | {"palette"}
OUTSIDE = {name: {"numpy"} for name in NUMERIC} | {
    "taylor": {"numpy", "sympy"},
    "interop": {"numpy", "torch", "sklearn"},
    "claims": {"numpy", "sympy"},
    "figures": {"numpy", "matplotlib", "matplotlib_inline"},  # the last one only within IPython, which brings it along
    "explorables": {"numpy", "anywidget", "traitlets"},
}


def notebook(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in notebook(path).cells if cell.cell_type == "code"]


def text_of(path):
    return "\n\n".join(cell.source for cell in notebook(path).cells if cell.cell_type == "markdown")


def modules():
    """Yield (name of the module or subpackage, how many folders down, its syntax tree) for every file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        *folders, _ = parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield parts[0], len(folders), ast.parse(path.read_text())


def imports(tree, depth):
    """Return the names of the package's modules, and of all others, that a file `depth` folders down imports."""
    inside, outside = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level > depth:
            inside |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            outside.add(node.module)
        elif isinstance(node, ast.Import):
            outside |= {alias.name for alias in node.names}
    inside |= {name.split(".")[1] for name in outside if name.startswith("lrp_edu.")}
    outside = {name.split(".")[0] for name in outside} - set(sys.stdlib_module_names)
    return {name for name in inside if not name.startswith("_")}, outside


def graph():
    inside, outside = {}, {}
    for name, depth, tree in modules():
        own, others = imports(tree, depth)
        inside.setdefault(name, set()).update(own)
        outside.setdefault(name, set()).update(others)
    return inside, outside


def test_arrows_of_the_package_never_run_back():
    inside, outside = graph()
    unknown = {name for name in inside if not name.startswith("_")} - set(ARROWS)
    assert not unknown, f"say in ARROWS what {unknown} may import"
    wrong = {name: inside[name] - ARROWS[name] for name in inside if name in ARROWS}
    assert not {name: extra for name, extra in wrong.items() if extra}
    foreign = {name: outside[name] - OUTSIDE[name] - {"lrp_edu"} for name in outside if name in OUTSIDE}
    assert not {name: extra for name, extra in foreign.items() if extra}
    graphlib.TopologicalSorter(inside).prepare()


def labels_in_chapters():
    return [label for path in CHAPTERS for label in LABELLED.findall(text_of(path))]


def test_equation_labels_are_unique():
    labels = labels_in_chapters()
    assert sorted(set(labels)) == sorted(labels)


def test_every_label_named_in_the_package_stands_in_a_chapter():
    named = {label for *_, tree in modules() for label in LABEL.findall(ast.unparse(tree))}
    assert sorted(named - set(labels_in_chapters())) == []


def test_every_public_name_of_a_numeric_module_names_its_equation():
    silent = [
        f"{module}.{node.name}"
        for module, _, tree in modules()
        if module in NUMERIC - {"digits", "canvas", "sequences", "tokens"}  # which only read files
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        if not node.name.startswith("_") and not LABEL.search(ast.unparse(node))
    ]
    assert not silent


def chapters_in_order():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [name.removeprefix("chapters/") for name in files if name.startswith("chapters/")]


def test_chapters_are_those_of_the_table_of_contents():
    assert sorted(chapters_in_order()) == [path.stem for path in CHAPTERS]


@EACH_CHAPTER
def test_notebook_is_stored_clean(path):
    stored = notebook(path)
    assert set(stored.metadata) <= {"kernelspec", "language_info", "mystnb", "title"}, "run make notebooks"
    assert dict(stored.metadata.language_info) == {"name": "python"}, "run make notebooks"
    assert "jupyter.widget" not in path.read_text(), "run make notebooks"
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), "run make notebooks"


@EACH_CHAPTER
def test_stored_outputs_are_sound(path):
    for number, cell in enumerate(code_cells(path), 1):
        for output in cell.outputs:
            assert output.output_type != "error", f"cell {number} fails"
            assert output.get("name") != "stderr", f"cell {number} writes to stderr: {output.text}"
            shown = str(output.get("text", "")) + str({k: v for k, v in output.get("data", {}).items() if "text" in k})
            assert not re.search(r"\bat 0x[0-9a-f]+", shown), f"cell {number} shows a memory address"


@EACH_CHAPTER
def test_code_cells_are_short(path):
    for number, cell in enumerate(code_cells(path), 1):
        assert len(cell.source.splitlines()) <= 20, f"cell {number} has more than 20 lines"
        # nbval runs a cell without IPython's reading of a final semicolon, and would see another output.
        assert not cell.source.rstrip().endswith(";"), f"cell {number} ends with a semicolon"


@EACH_CHAPTER
def test_pictures_have_an_alternative_text(path):
    for number, cell in enumerate(code_cells(path), 1):
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            assert cell.metadata.get("mystnb", {}).get("image", {}).get("alt"), f"cell {number}: no alt text"
    text = text_of(path)
    assert not re.search(r"!\[\s*\]\(", text)
    for figure in re.findall(r"(?:`{3,}|:{3,})\{(?:figure|image)\}.*?\n(.*?)(?:`{3,}|:{3,})", text, re.DOTALL):
        assert re.search(r":alt: *\S", figure), figure


def test_no_registry_and_no_path_of_a_machine_is_named():
    # Put together here, so that this file does not name them.
    hosts = ["pypi" + ".org", "python" + "hosted", "npm" + "js", "un" + "pkg", "js" + "delivr", "cdn" + "js"]
    words = re.compile("|".join([*map(re.escape, hosts), r"(?<![\w.])/(?:home|root|work|Users)/", "file:" + "//"]))
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        try:
            found = words.search((ROOT / name).read_text())
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # a picture or numbers; or a file that is being replaced
        assert not found, f"{name} names {found[0]}"
