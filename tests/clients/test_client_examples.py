"""The examples for testers of client code: those on the page are the files, and they do what the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.reference.server import ReferenceServer
from conformance.worlds.loading import load_world

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples" / "client-tests"
PAGE = DOCS / "client-testers.md"
ELEVEN = "eleven-is-a-page-and-one"
TIMEOUT_S = 120


@pytest.mark.parametrize("name", ["best_of.py", "test_best_of.py"])
def test_the_page_shows_the_file(name: str) -> None:
    shown = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert (EXAMPLES / name).read_text(encoding="utf-8") in shown


def test_the_tests_on_the_page_pass() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_best_of.py"],
        cwd=EXAMPLES, env=_environment(), capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout
    assert "7 passed" in ended.stdout


def test_a_test_of_wrong_code_fails(tmp_path: Path) -> None:
    for path in EXAMPLES.glob("*.py"):
        shutil.copy(path, tmp_path)
    code = tmp_path / "best_of.py"
    code.write_text(code.read_text(encoding="utf-8").replace('"Descending" if', '"Ascending" if'), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "test_best_of.py"],
        cwd=tmp_path, env=_environment(), capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "1 failed, 6 passed" in ended.stdout


def test_the_script_lists_every_training_job_both_ways(aws_cli: Path, tmp_path: Path) -> None:
    with ReferenceServer(load_world("default")) as server:
        env = {**_environment(), "AWS_ENDPOINT_URL": server.endpoint_url, "HOME": str(tmp_path)}
        env["PATH"] = f"{aws_cli.parent}:{env['PATH']}"
        ended = subprocess.run(
            ["/bin/sh", EXAMPLES / "walk.sh", ELEVEN],
            env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    *listed, number = ended.stdout.splitlines()
    assert ended.returncode == 0, ended.stderr
    assert [line.split("\t")[0][: len(ELEVEN) + 4] for line in listed] == [f"{ELEVEN}-{n:03}" for n in range(1, 12)]
    assert number == "11"


def test_the_module_for_node_can_be_read() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    ended = subprocess.run(
        [node, "--check", EXAMPLES / "walk.mjs"], capture_output=True, timeout=TIMEOUT_S, check=False
    )
    assert ended.returncode == 0, ended.stderr


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "AWS_"))}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}
