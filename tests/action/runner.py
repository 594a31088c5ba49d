"""Runs the steps of a composite action as GitHub's runner does; steps that use other actions are noted only."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "action.yml"
TIMEOUT_S = 300

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def action() -> dict[str, Any]:
    """Read action.yml."""
    loaded: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    return loaded


@dataclass
class Job:
    """A job that uses the action: what its steps printed, what they set, and whether it is green."""

    workspace: Path
    temp: Path
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    failed: bool = False
    exit_code: int = 0

    @property
    def summary(self) -> str:
        """What stands on the page of the job."""
        path = self.temp / "summary.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def log(self) -> str:
        """What all steps printed."""
        return "".join(self.printed.values())

    def commands(self) -> list[str]:
        """Return the workflow commands that the runner would have obeyed."""
        obeyed, stopped = [], ""
        for line in self.log.splitlines():
            if stopped:
                stopped = "" if line == f"::{stopped}::" else stopped
            elif line.startswith("::stop-commands::"):
                stopped = line.removeprefix("::stop-commands::")
            elif line.startswith("::"):
                obeyed.append(line)
        return obeyed

    def of_action(self) -> dict[str, str]:
        """Return the outputs of the action itself."""
        return {name: self._text(item["value"]) for name, item in action()["outputs"].items()}

    def run(self, *, without: tuple[str, ...] = (), env: Mapping[str, str] | None = None) -> None:
        """Run the steps in their order; those named in `without` are left out."""
        for number, step in enumerate(action()["runs"]["steps"]):
            name = step.get("name", step.get("uses", str(number)))
            condition = str(step.get("if", "success()"))
            if name in without or not self._holds(condition):
                continue
            if "uses" in step:
                self.used[step["uses"].split("@")[0]] = {
                    key: self._text(value) for key, value in step.get("with", {}).items()
                }
            else:
                self._step(name, step, env or {})

    def _step(self, name: str, step: dict[str, Any], more: Mapping[str, str]) -> None:
        assert step["shell"] == "bash"
        script, output = self.temp / "step.sh", self.temp / "output.txt"
        script.write_text(self._text(step["run"]), encoding="utf-8")
        output.write_text("", encoding="utf-8")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "AWS_", "GITHUB_"))}
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],  # noqa: S607 - the bash of the PATH, as the runner takes it
            cwd=self.workspace,
            env={
                **kept,
                **{key: self._text(value) for key, value in step.get("env", {}).items()},
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
                "GITHUB_WORKSPACE": str(self.workspace),
                "RUNNER_TEMP": str(self.temp),
                "CI": "true",
                **more,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT_S,
            check=False,
        )
        self.printed[name] = ended.stdout.decode(errors="replace")
        lines = output.read_text(encoding="utf-8").splitlines()
        self.outputs[step.get("id", name)] = dict(line.split("=", 1) for line in lines)
        if ended.returncode:
            self.failed, self.exit_code = True, ended.returncode

    def _holds(self, condition: str) -> bool:
        """Say whether a step runs: without `always()` it needs that no step before it failed."""
        inner = _EXPRESSION.sub(lambda match: match[1], condition)
        parts = [part.strip() for part in inner.split("&&")]
        if self.failed and "always()" not in parts:
            return False
        return all(self._part(part) for part in parts)

    def _part(self, part: str) -> bool:
        if part in ("always()", "success()"):
            return True
        compared = re.fullmatch(r"(\S+) != '(.*)'", part)
        assert compared is not None, f"the runner of these tests knows no {part!r}"
        return self._value(compared[1]) != compared[2]

    def _text(self, text: Any) -> str:
        return _EXPRESSION.sub(lambda match: self._value(match[1].strip()), str(text))

    def _value(self, name: str) -> str:
        kind, *rest = name.split(".")
        if kind == "inputs":
            return self.inputs[rest[0]]
        assert kind == "steps", name
        assert rest[1] == "outputs", name
        return self.outputs.get(rest[0], {}).get(rest[2], "")


def job(folder: Path, **inputs: str) -> Job:
    """Return a job in an empty workspace, with these inputs (`_` for `-`) and the defaults of all others."""
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    declared = action()["inputs"]
    assert set(given) <= set(declared), "the action has no such input"
    workspace, temp = folder / "work space", folder / "temp"
    workspace.mkdir(parents=True, exist_ok=True)
    temp.mkdir(exist_ok=True)
    return Job(workspace, temp, {name: given.get(name, item.get("default", "")) for name, item in declared.items()})
