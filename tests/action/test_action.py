"""The action: what its file promises, and what its steps do with servers that conform or not, and with injections."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml
from raw_servers import RawServer, always, reference

from action.runner import ACTION, ROOT, Job, action, job

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed"),
]

INSTALL = "Install the suite"
A_FEW = "DescribeHyperParameterTuningJob/error"
PAGE = b"<html>It works!</html>"
SHELLCHECK = Path(sysconfig.get_path("scripts")) / "shellcheck"

PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
FAKE_PYTHON = """#!/bin/sh
if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; exit; fi
echo "$PIP_BUILD_CONSTRAINT $*" >> "$RUNNER_TEMP/calls"
"""


def ready(made: Job, command: str = f'exec "{sys.executable}" -m conformance "$@"') -> Job:
    """Return a job whose environment is there already: the one that runs these tests, or another command in it."""
    folder = made.temp / "conformance-venv" / "bin"
    folder.mkdir(parents=True)
    for name, line in (("python", f'exec "{sys.executable}" "$@"'), ("conformance", command)):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        program.chmod(0o755)
    return made


def done(made: Job) -> Job:
    """Run a job in the environment of these tests."""
    ready(made).run(without=(INSTALL,))
    return made


def test_the_file_has_what_github_asks_for() -> None:
    file = action()
    assert {"name", "description", "inputs", "outputs", "runs", "branding"} == set(file)
    assert file["runs"]["using"] == "composite"
    for name, item in file["inputs"].items():
        assert re.fullmatch(r"[a-z][a-z-]*", name)
        assert set(item) <= {"description", "default", "required", "deprecationMessage"}, name
        assert isinstance(item["default"], str), f"{name}: GitHub hands texts on"
        assert item["description"], name
    for name, item in file["outputs"].items():
        assert set(item) == {"description", "value"}, name
    for step in file["runs"]["steps"]:
        assert set(step) <= {"name", "id", "if", "uses", "with", "run", "shell", "env"}
        assert ("uses" in step) != ("run" in step)
        if "run" in step:
            assert step["shell"] == "bash", "a composite action has no shell of its own"
        else:
            assert PINNED.fullmatch(step["uses"]), "a tag can be moved, a commit can't"
    for text in (ROOT / "action.yml", *(ROOT / "docs" / "examples" / "ci").glob("github-*.yml")):
        for line in re.findall(r"uses: (.+)", text.read_text(encoding="utf-8")):
            name, _, version = line.partition("  # ")
            assert name.startswith("OWNER/") or (PINNED.fullmatch(name) and re.fullmatch(r"v\d+\.\d+\.\d+", version))


def test_the_installation_is_held_to_the_tested_versions(tmp_path: Path) -> None:
    made = job(tmp_path, target="reference")
    made.temp.mkdir(parents=True, exist_ok=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    # A python that makes an environment of nothing, whose own python only says how it was called.
    fake = tools / "python"
    fake.write_text(FAKE_PYTHON, encoding="utf-8")
    fake.chmod(0o755)
    env = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    made.run(env=env, without=("Run the suite", "Report", "Upload the reports", "Exit as the run did"))
    (call,) = made.temp.joinpath("calls").read_text(encoding="utf-8").splitlines()
    held = str(ROOT / "constraints-ci.txt")
    assert call.startswith(f"{held} ")
    assert f"--constraint {held} " in call


def test_every_input_is_used_and_no_expression_is_in_a_shell_text() -> None:
    text = ACTION.read_text(encoding="utf-8")
    file = yaml.safe_load(text)
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(file["inputs"])
    assert set(re.findall(r"steps\.(\w+)\.", text)) <= {step.get("id") for step in file["runs"]["steps"]}
    assert not [step for step in file["runs"]["steps"] if "${{" in step.get("run", "")]


def test_every_script_is_a_program_with_all_its_variables_given() -> None:
    for step in action()["runs"]["steps"]:
        for name in re.findall(r"action/(\w+\.sh)", step.get("run", "")):
            script = ROOT / "action" / name
            assert os.access(script, os.X_OK), f"{name} can't be run"
            text = re.sub(r"^\s*#.*$", "", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
            read = set(re.findall(r"\$\{?([A-Z][A-Z_]+)", text)) - {"BASH_REMATCH"}
            given = set(step["env"]) | {"GITHUB_ACTION_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP"}
            assert read <= given, f"{name} reads what nobody gives: {read - given}"


@pytest.mark.skipif(not SHELLCHECK.exists(), reason="shellcheck is not installed: extra dev")
def test_shellcheck_has_nothing_to_say() -> None:
    scripts = [*sorted((ROOT / "action").glob("*.sh")), ROOT / ".ci" / "run"]
    received = subprocess.run([SHELLCHECK, *scripts], capture_output=True, text=True, timeout=60, check=False)
    assert received.returncode == 0, received.stdout


def test_a_server_that_conforms(tmp_path: Path) -> None:
    made = done(job(tmp_path, target="reference", select=f"{A_FEW}\n\n  \n*/error/*/http-status\n"))
    assert not made.failed, made.log
    outputs = made.of_action()
    assert (outputs["exit-code"], outputs["verdict"], outputs["failed"]) == ("0", "Selection conforms", "0")
    assert int(outputs["passed"]) > 0
    assert outputs["report-dir"] == "conformance-report"
    assert made.summary.startswith("# Selection conforms")
    assert made.commands() == []
    folder = made.workspace / "conformance-report"
    written = {path.name for path in folder.iterdir()}
    assert {"run.jsonl", "report.html", "report.json", "report.md", "junit.xml", "badge.json"} <= written
    assert made.used["actions/upload-artifact"]["path"] == "conformance-report"
    rows = json.loads((folder / "report.json").read_text(encoding="utf-8"))["results"]
    assert {row["area"] for row in rows} == {"error"}
    assert {row["operation"] for row in rows} > {"DescribeHyperParameterTuningJob"}


def test_a_server_that_does_not_conform_fails_the_job_after_its_report_was_kept(tmp_path: Path) -> None:
    with RawServer(always(200, PAGE, "text/html")) as server:
        made = done(job(tmp_path, url=server.url, select="*/error/*"))
    outputs = made.of_action()
    assert made.exit_code == int(outputs["exit-code"]) != 0
    assert made.used["actions/upload-artifact"]["name"] == "conformance-report"
    assert made.summary.startswith("# ")
    assert [line for line in made.commands() if line.startswith("::error title=")]
    assert made.failed


def test_a_server_is_launched_from_the_workspace(tmp_path: Path) -> None:
    made = ready(job(tmp_path, launch="sh 'my server'/serve.sh {port} '$(touch never)'", select=A_FEW))
    server = made.workspace / "my server" / "serve.sh"
    server.parent.mkdir()
    line = f'exec "{sys.executable}" -m conformance serve --port "$1"'
    server.write_text(f"test \"$2\" = '$(touch never)' || exit 9\n{line}\n", encoding="utf-8")
    made.run(without=(INSTALL,))
    assert not made.failed, made.log
    assert made.of_action()["verdict"] == "Selection conforms"
    assert not (made.workspace / "never").exists()


def test_an_adapter_runs_in_the_workspace_and_gets_the_world(tmp_path: Path) -> None:
    with RawServer(reference()) as server:
        made = ready(job(tmp_path, url=server.url, adapter="./load.sh 'a b'", select=A_FEW))
        adapter = made.workspace / "load.sh"
        adapter.write_text('#!/bin/sh\ncat > "world $1.json"\n', encoding="utf-8")
        adapter.chmod(0o755)
        made.run(without=(INSTALL,))
    assert not made.failed, made.log
    world = json.loads((made.workspace / "world a b.json").read_text(encoding="utf-8"))
    assert len(world["jobs"]) > 10


INJECTION = (
    """--report-dir=OWNED $(touch OWNED) `touch OWNED`; touch OWNED; "; touch OWNED; " ' && touch OWNED && '"""
    "\nOWNED=1\n::error::OWNED\n"
)
INPUTS = (
    "target", "url", "launch", "port", "ready-seconds", "state", "adapter", "targets-file", "known-failures", "select",
    "service", "release", "level", "strict", "shard", "report-dir", "annotations", "summary",
)  # fmt: skip


def injected(folder: Path, name: str) -> Job:
    """Return a job with an input that tries to be more than text."""
    given = {"select": A_FEW, **({} if name in {"target", "url", "launch"} else {"target": "reference"})}
    if name in {"port", "ready-seconds", "state", "adapter"}:
        given = {"select": A_FEW, "launch": "false"}
    return job(folder, **{**given, name: INJECTION})


def assert_nothing_was_injected(made: Job, folder: Path) -> None:
    assert all("OWNED" not in outputs for outputs in made.outputs.values())
    assert "::error::OWNED" not in made.commands()
    assert list(folder.rglob("OWNED")) == []


SHOWS_ITS_WORDS = (
    'test "$1" = run || exit 0; printf "%s\\n" "$@"; mkdir -p conformance-report; : >conformance-report/run.jsonl'
)
"""A command that prints what a run was given."""


@pytest.mark.parametrize("name", INPUTS)
def test_what_an_input_says_is_never_run_by_the_shell(name: str, tmp_path: Path) -> None:
    made = ready(injected(tmp_path, name), SHOWS_ITS_WORDS)
    made.run(without=(INSTALL,))
    assert_nothing_was_injected(made, tmp_path)


@pytest.mark.parametrize("name", ["target", "select", "report-dir"])
def test_what_an_input_says_is_never_run_by_the_command(name: str, tmp_path: Path) -> None:
    assert_nothing_was_injected(done(injected(tmp_path, name)), tmp_path)


def test_service_and_release_reach_the_run(tmp_path: Path) -> None:
    made = ready(job(tmp_path, target="mine", service="kms", release="2027-01-31"), SHOWS_ITS_WORDS)
    made.run(without=(INSTALL,))
    assert {"--service=kms", "--release=2027-01-31"} <= set(made.log.splitlines())


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, "give one of target, url and launch"),
        ({"target": "a", "url": "http://127.0.0.1:1"}, "give one of target, url and launch"),
        ({"url": "http://127.0.0.1:1", "launch": "x"}, "give one of target, url and launch"),
        ({"launch": "x", "state": "nonsense"}, "state is one of create, existing"),
        ({"launch": "x", "state": "create", "adapter": "y"}, "give state or adapter, not both"),
        ({"launch": "x 'y"}, "launch is no command line"),
        ({"launch": "x", "port": "99x"}, "port is a whole number"),
        ({"target": "nobody"}, "nothing was judged"),
        ({"target": "reference", "select": "no-such-check"}, "nothing was judged"),
    ],
)
def test_wrong_use_is_reported_as_an_annotation_and_fails_with_2(
    inputs: dict[str, str], words: str, tmp_path: Path
) -> None:
    made = done(job(tmp_path, **inputs))
    assert (made.failed, made.exit_code) == (True, 2), made.log
    assert [line for line in made.commands() if line.startswith("::error title=") and words in line], made.log
    assert made.of_action()["exit-code"] == "2"


def test_what_a_server_says_is_no_command(tmp_path: Path) -> None:
    hostile = b'{"__type":"X","message":"\\n::error::OWNED\\n::stop-commands::x"}\n::error::OWNED\n'
    with RawServer(always(400, hostile)) as server:
        made = done(job(tmp_path, url=server.url, select="*/error/*"))
    assert not [line for line in made.commands() if line.startswith("::error::OWNED")]
    assert "\n::stop-commands::x\n" not in made.log


def test_an_older_report_is_not_taken_for_that_of_the_run(tmp_path: Path) -> None:
    made = ready(job(tmp_path, target="nobody"))
    folder = made.workspace / "conformance-report"
    folder.mkdir()
    for name in ("run.jsonl", "report.md"):
        (folder / name).write_text("of another run", encoding="utf-8")
    made.run(without=(INSTALL,))
    assert made.exit_code == 2
    assert made.summary == ""


def test_a_summary_that_github_would_refuse_is_cut_at_a_line(tmp_path: Path) -> None:
    made = done(job(tmp_path, target="reference", select=A_FEW))
    report = made.workspace / "conformance-report" / "report.md"
    report.write_text("".join(f"line {number} ä\n" for number in range(200_000)), encoding="utf-8")
    (made.temp / "summary.md").unlink()
    made.outputs["run"]["exit-code"] = "0"
    made.run(without=(INSTALL, "Run the suite"))
    lines = made.summary.splitlines()
    assert len(made.summary.encode()) < 1024 * 1024
    assert lines[-1] == "Cut here: the artifact has the whole report."
    assert re.fullmatch(r"line \d+ ä", lines[-4])


def test_nothing_is_reported_twice_where_nobody_wants_it(tmp_path: Path) -> None:
    with RawServer(always(200, PAGE, "text/html")) as server:
        quiet = {"annotations": "false", "summary": "false", "artifact_name": ""}
        made = done(job(tmp_path, url=server.url, select="*/error/*", **quiet))
    assert made.summary == ""
    assert made.commands() == []
    assert "actions/upload-artifact" not in made.used
    assert made.of_action()["verdict"]


@pytest.mark.parametrize("version", ["3.12", ""])
def test_python_is_set_up_unless_the_job_has_its_own(version: str, tmp_path: Path) -> None:
    made = ready(job(tmp_path, target="reference", python_version=version), SHOWS_ITS_WORDS)
    made.run(without=(INSTALL,))
    assert made.used.get("actions/setup-python", {}).get("python-version", "") == version


@pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling is not installed: extra dev")
def test_from_the_installation_to_the_end(tmp_path: Path) -> None:
    made = job(tmp_path, target="reference", select=A_FEW)
    (made.workspace / "types.py").write_text("raise SystemExit('a module of the job')\n", encoding="utf-8")
    # No index is asked: what the package needs, and what builds it, lies where these tests run.
    made.run(env={
        "PYTHONPATH": sysconfig.get_path("purelib"), "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    })  # fmt: skip
    assert not made.failed, made.log
    assert made.of_action()["verdict"] == "Selection conforms"
    assert made.of_action()["command"] == str(made.temp / "conformance-venv" / "bin" / "conformance")
    installed = list((made.temp / "conformance-venv").glob("lib/python*/site-packages/conformance/_contract"))
    assert installed, "the suite ran from somewhere else"


def test_extras_are_names(tmp_path: Path) -> None:
    made = job(tmp_path, target="reference", extras="moto] ; touch OWNED #")
    made.run()
    assert made.failed
    assert "extras are names" in made.commands()[0]
    assert made.of_action()["exit-code"] == ""
