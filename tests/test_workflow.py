"""What other machines read: the workflow of GitHub, tried by its schema and a security linter, and Binder's files."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from benchmarks.web import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "book.yml"


def schema(path):
    """Try a workflow by its schema, in this process: the program takes seconds to start."""
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.github-workflows", str(path)])
    return done.exit_code, done.output


def security(path):
    program = Path(sys.executable).with_name("zizmor")
    command = [program, "--offline", "--quiet", "--pedantic", path]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("check", [schema, security])
def test_the_workflow_is_sound(check):
    code, found = check(WORKFLOW)
    assert code == 0, found


FAULTS = {
    "a job without a machine": (schema, r"    runs-on: .*\n", "", "runs-on"),
    "an event that does not exist": (schema, r"pull_request:", "pull_requests:", "pull_requests"),
    "an action that may change": (security, r"checkout@\w+", "checkout@v6", "unpinned-uses"),
    "a token left behind": (security, r"persist-credentials: false", "fetch-depth: 1", "artipacked"),
    "a name run as code": (security, r"run: make pdf", "run: echo ${{ github.head_ref }}", "template-injection"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_workflow_is_found(tmp_path, fault):
    check, old, new, named = FAULTS[fault]
    text, changed = re.subn(old, new, WORKFLOW.read_text())
    path = tmp_path / "book.yml"
    path.write_text(text)
    code, found = check(path)
    assert changed and code and named in found


def test_the_workflow_tries_each_change_and_publishes_with_its_own_addresses():
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"]
    steps = {name: [step.get("run") for step in job["steps"]] for name, job in jobs.items()}
    assert ".ci/run" in steps["check"] and "if" not in jobs["check"]
    assert "make pdf" in steps["site"] and re.search(r"^pdf:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert (jobs["site"]["needs"], jobs["publish"]["needs"]) == ("check", "site")
    environment = next(step["env"] for step in jobs["site"]["steps"] if step.get("run") == "make pdf")
    assert set(environment) == {"BASEURL", "BRANCH", "REPOSITORY"}
    rights = {name: job["permissions"] for name, job in jobs.items()}
    assert [name for name, right in rights.items() if "write" in right.values()] == ["publish"]
    assert all(job["timeout-minutes"] for job in jobs.values())


def test_binder_installs_what_the_chapters_use():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    version = re.fullmatch(r"python-(3\.\d+)\n", (ROOT / ".binder" / "runtime.txt").read_text())[1]
    assert f">={version}" == project["requires-python"]
    lines = [line for line in (ROOT / ".binder" / "requirements.txt").read_text().splitlines() if line[0] != "#"]
    constraints, package = lines
    assert (ROOT / ".binder" / constraints.removeprefix("-c ")).samefile(ROOT / "constraints.txt")
    extras = set(re.fullmatch(r"\.\[(.*)\]", package)[1].split(","))
    assert extras == {"draw", "live", "symbols"} <= set(project["optional-dependencies"])
