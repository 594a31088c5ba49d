"""Where what a command prints can't go: a full disk, a closed stream, an encoding that lacks its signs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.command import PATIENCE_S, Ended, command, conformance, environment, report_of
from conformance.errors import ExitCode

pytestmark = pytest.mark.slow

LITTLE = ("--area", "error")
FULL = Path("/dev/full")
NOWHERE = "http://127.0.0.1:1"

with_a_full_disk = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def redirected(redirection: str, *arguments: str | Path, cwd: Path, **env: str) -> Ended:
    """Run a command as a shell does with a redirection behind it."""
    ended = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {redirection}', "sh", *command(*arguments)],
        cwd=cwd, env=environment(**env), capture_output=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@with_a_full_disk
@pytest.mark.parametrize(
    "arguments", [("checks",), ("--help",), ("run", "--schema", "run")], ids=["list", "help", "schema"]
)
def test_what_a_full_disk_swallows_is_no_success(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = redirected(">/dev/full", *arguments, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "the output can't be written: No space left on device" in ended.told_without_traceback()


@with_a_full_disk
def test_a_run_on_a_full_disk_still_judges_and_reports(tmp_path: Path) -> None:
    ended = redirected(">/dev/full", "run", *LITTLE, "--report-dir", "out", cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert ended.told_without_traceback().count("error: ") == 1
    assert report_of(tmp_path / "out")["complete"]


@with_a_full_disk
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run", NOWHERE), ExitCode.TARGET_BROKE),
        (("explain", "nothing"), ExitCode.USAGE),
        (("checks",), ExitCode.CONFORMS),
    ],
    ids=["unreachable", "usage", "count"],
)
def test_an_error_that_nobody_can_read_keeps_its_exit_code(
    arguments: tuple[str, ...], code: ExitCode, tmp_path: Path
) -> None:
    assert redirected("2>/dev/full", *arguments, cwd=tmp_path).code == code


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-"])
def test_a_command_whose_streams_are_closed_goes_on(streams: str, tmp_path: Path) -> None:
    assert re.fullmatch(r"(\d+ checks\n)?", redirected(streams, "checks", cwd=tmp_path).told_without_traceback())
    ended = redirected(streams, "run", *LITTLE, "--report-dir", "out", cwd=tmp_path)
    ended.told_without_traceback()
    assert ended.code == ExitCode.CONFORMS
    assert report_of(tmp_path / "out")["complete"]


@pytest.mark.parametrize(
    "arguments",
    [("validate", "DescribeHyperParameterTuningJob", "-"), ("drift", "--document", "-")],
    ids=["validate", "drift"],
)
def test_a_closed_standard_input_has_nothing_in_it(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ended = redirected("<&-", *arguments, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "where: standard input" in ended.told_without_traceback()


@pytest.mark.parametrize(
    "env",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["ascii", "locale"],
)
def test_signs_that_an_encoding_lacks_are_escaped(env: dict[str, str], tmp_path: Path) -> None:
    assert conformance("run", *LITTLE, "--report-dir", "out", cwd=tmp_path).code == ExitCode.CONFORMS
    ended = redirected("", "compare", "one=out", "two=out", cwd=tmp_path, **env)
    assert (ended.code, ended.told_without_traceback()) == (ExitCode.CONFORMS, "")
    assert r"\u2713 all judged passed" in ended.out
    assert ended.out.isascii()


def test_the_reports_of_a_record_are_made_again_for_a_reader_that_goes_away(tmp_path: Path) -> None:
    assert conformance("run", *LITTLE, "--report-dir", "out", cwd=tmp_path).code == ExitCode.CONFORMS
    reader = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)
    reader.wait(PATIENCE_S)
    ended = subprocess.run(
        [sys.executable, "-m", "conformance.report", "out/run.jsonl", "--report-dir", "again"],
        stdout=reader.stdin, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(), timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (ExitCode.CONFORMS, b"")
    assert report_of(tmp_path / "again")["complete"]
