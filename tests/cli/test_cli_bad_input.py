"""What a user can get wrong about a target: clear words, the right exit code, never a traceback."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from cli.command import conformance, write_targets
from conformance.errors import ExitCode

PYTHON = sys.executable
ANY_PORT = '"http://127.0.0.1:{port}"'
LITTLE = ("--area", "error")


def test_an_unknown_target_is_reported_with_the_nearest_name(tmp_path: Path) -> None:
    ended = conformance("run", "referense", cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert ended.told_without_traceback().startswith("error: there is no target 'referense'\n")
    assert "did you mean 'reference'?" in ended.err


def test_a_typo_in_the_targets_is_reported_with_its_line(tmp_path: Path) -> None:
    path = write_targets(tmp_path, good="{endpoint_url: http://127.0.0.1:1}", mine="{endpoint_ulr: http://127.0.0.1:1}")
    ended = conformance("run", "good", cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert f"{path.name}:3" in ended.told_without_traceback()
    assert "endpoint_url" in ended.err


def test_yaml_that_is_none_is_reported_with_its_line(tmp_path: Path) -> None:
    write_targets(tmp_path, mine="{endpoint_url: [}")
    ended = conformance("run", "mine", cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "targets.yaml:2" in ended.told_without_traceback()


def test_a_file_of_targets_that_is_not_there_is_reported(tmp_path: Path) -> None:
    ended = conformance("run", "--targets", "nowhere.yaml", cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "nowhere.yaml" in ended.told_without_traceback()


@pytest.fixture
def closed_port() -> int:
    """Return a port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_an_unreachable_url_is_reported_once_and_is_the_targets_fault(closed_port: int, tmp_path: Path) -> None:
    ended = conformance("run", f"http://127.0.0.1:{closed_port}", cwd=tmp_path)
    assert ended.code == ExitCode.TARGET_BROKE
    assert ended.told_without_traceback().count("can't be reached") == 1
    assert "connection refused" in ended.err
    assert "hint: " in ended.err
    assert ended.out.startswith("read-only: signs ")
    assert ended.out.count("\n") == 1


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://user:secret@127.0.0.1"])
def test_a_url_that_is_none_is_a_usage_error_and_never_repeated(url: str, tmp_path: Path) -> None:
    ended = conformance("run", url, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "error: the endpoint " in ended.told_without_traceback()
    assert "secret" not in ended.said


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("[no-such-program-anywhere]", ExitCode.USAGE, "no-such-program-anywhere is not installed"),
        ("[./nothing]", ExitCode.USAGE, "is no program that can be run"),
        (f"[{PYTHON}, -c, \"print('sorry'); raise SystemExit(7)\"]", ExitCode.TARGET_BROKE, "exit status 7"),
        (f'[{PYTHON}, -c, "input()"], env: {{A: b}}', ExitCode.TARGET_BROKE, "ended before it answered"),
        (
            f'[{PYTHON}, -c, "import signal; signal.pause()"], ready_s: 0.5',
            ExitCode.TARGET_BROKE,
            "not answer HTTP within 0.5 s",
        ),
    ],
    ids=["unknown", "missing", "exits", "no-input", "never-ready"],
)
def test_a_launch_that_fails_is_reported_with_the_reason(
    command: str, code: ExitCode, words: str, tmp_path: Path
) -> None:
    write_targets(tmp_path, mine=f"{{launch: {{command: {command}}}, endpoint_url: {ANY_PORT}}}")
    ended = conformance("run", "mine", cwd=tmp_path)
    assert words in ended.said
    assert ended.code == code
    assert "INTERNALERROR" not in ended.said


def test_the_log_of_a_server_that_ended_is_shown(tmp_path: Path) -> None:
    program = "print('my last words'); raise SystemExit(7)"
    write_targets(tmp_path, mine=f'{{launch: {{command: [{PYTHON}, -c, "{program}"]}}, endpoint_url: {ANY_PORT}}}')
    assert "my last words" in conformance("run", "mine", cwd=tmp_path).told_without_traceback()


def test_a_report_folder_that_is_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    ended = conformance("run", "--report-dir", "taken/below", *LITTLE, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "taken/below" in ended.told_without_traceback()
    assert not ended.out


def test_a_report_that_can_not_be_replaced_is_reported(tmp_path: Path) -> None:
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    ended = conformance("run", "--report-dir", "out", *LITTLE, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "the reports can't be written" in ended.told_without_traceback()


@pytest.mark.parametrize("world", ["nowhere", "broken.yaml"])
def test_a_world_that_is_none_is_reported(world: str, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("jobs: [")
    ended = conformance("run", "--world", world, *LITTLE, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert world in ended.told_without_traceback()


@pytest.mark.parametrize("workers", ["x", "-1"])
def test_a_number_of_processes_that_is_none_is_reported(workers: str, tmp_path: Path) -> None:
    ended = conformance("run", "-n", workers, *LITTLE, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "-n" in ended.told_without_traceback()


def test_a_broken_file_of_targets_does_not_stop_a_run_by_url(closed_port: int, tmp_path: Path) -> None:
    (tmp_path / "targets.yaml").write_text("targets: [")
    assert conformance("run", f"http://127.0.0.1:{closed_port}", cwd=tmp_path).code == ExitCode.TARGET_BROKE
