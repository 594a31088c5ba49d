"""The examples of docs/: pages show the files, and what can run does what the pages say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
import yaml

from conformance.cli.main import cli
from conformance.worlds.loading import load_world

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CI = DOCS / "examples" / "ci"
NODE = DOCS / "examples" / "node-server"
WORLD = DOCS / "examples" / "client-tests" / "my-world.yaml"
A_FEW = "DescribeHyperParameterTuningJob/error"
TIMEOUT_S = 300
ACTION = "OWNER/sagemaker-tuning-conformance@"


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of code of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_page_shows_adapter_and_targets_of_the_server() -> None:
    assert (NODE / "load-world.mjs").read_text(encoding="utf-8") in blocks("emulator-authors.md", "js")
    assert (NODE / "targets.yaml").read_text(encoding="utf-8") in blocks("emulator-authors.md", "yaml")


def test_the_page_on_ci_shows_its_files() -> None:
    shown = blocks("continuous-integration.md", "yaml")
    assert (CI / "github-simple.yml").read_text(encoding="utf-8") in shown
    gitlab = (CI / "gitlab-ci.yml").read_text(encoding="utf-8").split("\n# The same in four jobs")[0]
    (short,) = (block for block in shown if "GROUP" not in block and block.startswith("# .gitlab-ci.yml"))
    assert short.splitlines()[1:] == gitlab.splitlines()[1:]


def test_the_page_shows_a_world_that_loads() -> None:
    assert WORLD.read_text(encoding="utf-8") in blocks("client-testers.md", "yaml")
    (job,) = load_world(WORLD).jobs
    assert [item.status for item in job.training_jobs] == ["Completed", "Completed", "Failed", "InProgress"]


def write_program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def on_path(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which `conformance` is the suite under test."""
    folder = tmp_path / "bin"
    folder.mkdir()
    write_program(folder / "conformance", f'exec "{sys.executable}" -m conformance "$@"')
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "AWS_"))}
    return {**kept, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}


def ran(command: list[str | Path], folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_a_server_in_another_language_is_launched_loaded_and_judged(tmp_path: Path, on_path: dict[str, str]) -> None:
    done = ran(["conformance", "run", "mine", "--targets", NODE / "targets.yaml"], tmp_path, on_path)
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((tmp_path / "reports" / "mine" / "report.json").read_text(encoding="utf-8"))
    assert report["summary"]["passed"] > 1300
    assert report["summary"]["error"] == 0
    failed = [row["id"] for row in report["results"] if row["outcome"] == "failed"]
    assert "ListTrainingJobsForHyperParameterTuningJob/protocol/operation/available" in failed
    assert "DescribeHyperParameterTuningJob/protocol/method/DELETE" in failed
    assert len(failed) < 20


FIRST_SERVERS = {
    "java": ("Server.java", (), ("java", "Server.java")),
    "rust": ("src/main.rs", ("rustc", "src/main.rs", "-o", "my-server"), ("./my-server",)),
    "go": ("main.go", ("go", "build", "-o", "my-server", "main.go"), ("./my-server",)),
}
"""Of each language the file, how it is built, and the command."""


@pytest.mark.parametrize("language", FIRST_SERVERS)
def test_the_first_servers_of_the_page_are_launched_and_named_for_what_they_lack(
    language: str, tmp_path: Path, on_path: dict[str, str]
) -> None:
    file, build, command = FIRST_SERVERS[language]
    if shutil.which((*build, *command)[0]) is None:
        pytest.skip(f"{language} is not installed")
    (program,) = blocks("servers-in-other-languages.md", language)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(program, encoding="utf-8")
    if build:
        built = ran([*build], tmp_path, on_path)
        assert built.returncode == 0, built.stderr
    launch = json.dumps({"command": [*command, "{port}"], "ready_s": 120})
    entry = f"{{launch: {launch}, endpoint_url: 'http://127.0.0.1:{{port}}', state: existing}}"
    (tmp_path / "targets.yaml").write_text(f"targets:\n  mine: {entry}\n", encoding="utf-8")
    done = ran(["conformance", "run", "mine", "--select", "*/protocol/operation"], tmp_path, on_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The target does not serve sagemaker" in done.stdout


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_an_adapter_that_fails_stops_the_run(tmp_path: Path, on_path: dict[str, str]) -> None:
    copied = shutil.copytree(NODE, tmp_path / "copy")
    server = (copied / "server.mjs").read_text(encoding="utf-8")
    (copied / "server.mjs").write_text(server.replace('"/world"', '"/elsewhere"'), encoding="utf-8")
    done = ran(["conformance", "run", "mine", "--targets", copied / "targets.yaml"], tmp_path, on_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "the adapter" in done.stderr


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a folder with a target `mine`, which is the reference server."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "targets.yaml").write_text("targets:\n  mine: {kind: reference}\n", encoding="utf-8")
    return folder


def narrowed(on_path: dict[str, str], pattern: str = A_FEW) -> dict[str, str]:
    """Narrow every run in this environment to a few checks: the examples are about what surrounds a run."""
    narrow = f'if [ "$1" = run ]; then set -- "$@" --select "{pattern}"; fi'
    path = Path(on_path["PATH"].split(os.pathsep)[0]) / "conformance"
    write_program(path, f'{narrow}\nexec "{sys.executable}" -m conformance "$@"')
    return on_path


def test_the_gate_in_plain_shell(workspace: Path, on_path: dict[str, str]) -> None:
    env = narrowed(on_path)
    first = ran([CI / "gate.sh", "mine"], workspace, env)
    assert first.returncode == 0, first.stdout + first.stderr
    assert (workspace / "report" / "badge.json").exists()
    (workspace / "report").rename(workspace / "baseline")
    same = ran([CI / "gate.sh", "mine", "baseline"], workspace, env)
    assert same.returncode == 0, same.stdout + same.stderr
    assert "### No difference" in same.stdout
    fewer = ran([CI / "gate.sh", "mine", "baseline"], workspace, narrowed(on_path, f"{A_FEW}/*/http-status"))
    assert fewer.returncode == 1
    assert "#### Gone" in (workspace / "diff.md").read_text(encoding="utf-8")


def test_the_gate_in_plain_shell_keeps_exit_codes_that_are_no_verdict(workspace: Path, on_path: dict[str, str]) -> None:
    (workspace / "baseline").mkdir()
    assert ran([CI / "gate.sh", "nobody", "baseline"], workspace, on_path).returncode == 2
    assert ran([CI / "gate.sh"], workspace, on_path).returncode != 0


def test_the_gate_in_plain_shell_takes_known_failures(workspace: Path, on_path: dict[str, str]) -> None:
    (workspace / "known.yaml").write_text(
        f"known_failures:\n  - {{check: {A_FEW}/ResourceNotFound/http-status, reason: we answer 404}}\n",
        encoding="utf-8",
    )
    done = ran([CI / "gate.sh", "mine"], workspace, {**narrowed(on_path), "KNOWN_FAILURES": "known.yaml"})
    # The declared failure passes, so that the file is out of date.
    assert done.returncode == 1, done.stdout + done.stderr
    assert "known.yaml" in done.stdout


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((CI / name).read_text(encoding="utf-8"))
    return loaded


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in load(name)["jobs"].values() for step in job["steps"]]


WORKFLOWS = ("github-simple.yml", "github-pull-request.yml", "github-shards.yml")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_uses_inputs_of_the_action_only(name: str) -> None:
    inputs = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    given = [step.get("with", {}) for step in steps(name) if step.get("uses", "").startswith(ACTION)]
    assert given
    assert not {item for some in given for item in some} - set(inputs)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_has_no_permission_that_it_does_not_need(name: str) -> None:
    rights = load(name)["permissions"]
    assert rights["contents"] == "read"
    assert set(rights) == {"contents"} or name == "github-pull-request.yml"
    assert not [step for step in steps(name) if "${{" in step.get("run", "")]


GH = """
case "$1 $2" in
  "run list") if test -d earlier; then echo 42; fi ;;
  "run download") test "$3" = 42 && cp -r earlier "$7" ;;
  "pr comment") cp "$5" comment.md ;;
esac
"""
"""Replaces GitHub's command: lists one earlier run if the workspace has one, and writes comments to a file."""


class Case(NamedTuple):
    """Checks of the earlier run and of this one, exit code and pull request of the run; expected exit code and text."""

    earlier: str
    now: str
    code: str
    number: str
    ends: int
    said: str


CASES = {
    "same": Case(A_FEW, A_FEW, "0", "7", 0, "### No difference"),
    "worse": Case(A_FEW, f"{A_FEW}/*/http-status", "0", "7", 1, "### Worse"),
    "first": Case("", A_FEW, "1", "7", 1, "There is no run on main"),
    "push": Case("", A_FEW, "1", "", 0, ""),
    "no-verdict": Case(A_FEW, A_FEW, "3", "7", 3, ""),
}


@pytest.mark.parametrize("name", CASES)
def test_the_step_that_comments_on_a_pull_request(name: str, workspace: Path, on_path: dict[str, str]) -> None:
    earlier, now, code, number, ends, said = CASES[name]
    for pattern, folder in ((earlier, "earlier"), (now, "conformance-report")):
        if pattern:
            assert ran(["conformance", "run", "mine", "--report-dir", folder, "--select", pattern], workspace, on_path)
    write_program(Path(on_path["PATH"].split(os.pathsep)[0]) / "gh", GH)
    (step,) = (item for item in steps("github-pull-request.yml") if "run" in item)
    env = {
        **on_path, "CONFORMANCE": "conformance", "CODE": code, "PULL_REQUEST": number, "GH_TOKEN": "x",
        "GITHUB_STEP_SUMMARY": str(workspace / "summary.md"),
    }  # fmt: skip
    done = ran(["bash", "-e", "-o", "pipefail", "-c", step["run"]], workspace, env)
    assert done.returncode == ends, done.stdout + done.stderr
    summary = workspace / "summary.md"
    assert said in (summary.read_text(encoding="utf-8") if summary.exists() else "")
    assert (workspace / "comment.md").exists() is said.startswith("###")


def commands() -> list[tuple[str, list[str]]]:
    """Return the command and the options of each `conformance` line in the examples."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(CI.iterdir())]
    texts += [text for page in ("continuous-integration.md", "emulator-authors.md") for text in blocks(page, "sh")]
    found = re.findall(r'(?:^|[\s;])(?:conformance|"\$CONFORMANCE") ([a-z]+ [^|>;#\n]+)', "\n".join(texts))
    return [(line.split()[0], re.findall(r"(?<!\S)--[a-z-]+", line)) for line in found]


def test_every_command_and_option_of_the_examples_exists() -> None:
    every = commands()
    assert {name for name, _ in every} >= {"run", "diff", "compare", "merge", "annotate"}
    for name, options in every:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None, name
        known = {flag for parameter in command.params for flag in parameter.opts}
        assert set(options) <= known, name


def test_the_jobs_of_gitlab_in_bash(workspace: Path, on_path: dict[str, str]) -> None:
    env = {**narrowed(on_path), "KNOWN_FAILURES": "known-failures.yaml", "CI_NODE_TOTAL": "2"}
    (workspace / "known-failures.yaml").write_text("known_failures: []\n", encoding="utf-8")
    jobs = load("gitlab-ci.yml")
    for job, more in (("conformance", {}), ("shard", {"CI_NODE_INDEX": "1"}), ("shard", {"CI_NODE_INDEX": "2"}),
                      ("whole", {})):  # fmt: skip
        script = "\n".join(jobs[job]["script"])
        done = ran(["sh", "-e", "-c", script], workspace, {**env, **more})
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    assert (workspace / "report" / "junit.xml").exists()
