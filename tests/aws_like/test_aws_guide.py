"""The guide for people with AWS credentials: its policy, its sample of a plan, and the commands that need no AWS."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from accounts import DESCRIBE, DISCOVERY, KEY, LISTING, keys, unfolded
from cli.command import PATIENCE_S, ROOT, command, conformance, environment, outcomes, report_of, write_targets

from conformance.contract.loading import load
from conformance.errors import ExitCode
from conformance.targets.configuration import load_targets
from conformance.targets.state import allowed_operations

pytestmark = pytest.mark.slow

GUIDE = (ROOT / "docs" / "verify-aws.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_policy_allows_just_what_is_ever_signed() -> None:
    (text,) = blocks("json")
    (statement,) = json.loads(text)["Statement"]
    allowed = allowed_operations(load_targets()["aws"], tuple(load().operations))
    assert set(statement["Action"]) == {f"sagemaker:{name}" for name in allowed}
    assert allowed == {DESCRIBE, LISTING, DISCOVERY}


def test_the_targets_file_of_the_guide_is_one(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    (tmp_path / "targets.yaml").write_text(text, encoding="utf-8")
    spec = load_targets(tmp_path / "targets.yaml")["aws"]
    assert (spec.region, spec.profile, spec.budget, spec.pace, spec.state.bound) == ("eu-west-1", "reader", 4000, 2, 20)


def shape(text: str) -> list[str]:
    """Return the lines of a plan without numbers, and without what depends on whose it is."""
    rows = unfolded(text.strip()).splitlines()
    lines = [re.sub(r"\d[\d,.]*", "#", re.sub(r" +", " ", row)).strip() for row in rows]
    return [line for line in lines if not line.startswith(("$", "credentials", "time"))]


def test_the_plan_that_is_shown_is_the_plan_of_today(tmp_path: Path) -> None:
    ended = conformance("run", "aws", "--plan", cwd=tmp_path, **keys(tmp_path))
    assert ended.code == ExitCode.CONFORMS, ended.said
    shown = next(block for block in blocks("console") if "--plan" in block)
    assert shape(shown) == shape(ended.out)


def test_the_commands_without_aws_do_what_the_guide_says(tmp_path: Path) -> None:
    serving, typed = blocks("sh")[-2:]
    program, *arguments = serving.split()
    assert program == "conformance"
    server = subprocess.Popen(
        command(*arguments, "--port", "0"), cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found is not None
        script = "\n".join(
            (
                f'conformance() {{ "{sys.executable}" -m conformance "$@"; echo "exit $?"; }}',
                typed.replace("http://127.0.0.1:5098", found[0]),
            )
        )
        ran = subprocess.run(
            ["bash", "-u", "-c", script],  # noqa: S607 - whatever bash the user has
            cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE_S)
        server.stdout.close() if server.stdout else None
    assert re.findall(r"exit (\d)", ran.stdout) == ["3", "3"], ran.stdout + ran.stderr
    recorded = report_of(tmp_path / "reports" / "played")
    assert "ExpiredTokenException" in recorded["stopped"]
    assert recorded["summary"]["passed"] > 500
    assert outcomes(report_of(tmp_path / "reports" / "played-replay")) == outcomes(recorded)


def test_no_key_of_the_tests_is_in_the_guide(tmp_path: Path) -> None:
    assert KEY not in GUIDE
    write_targets(tmp_path, reader="{kind: aws, region: us-east-1, credentials: {access_key: a, secret_key: b}}")
    rejected = conformance("run", "reader", "--plan", cwd=tmp_path)
    assert rejected.code == ExitCode.USAGE
    assert "the credentials of AWS have no place in a file" in rejected.told_without_traceback()
