"""What a user can get wrong about a target: clear words, the right exit code, never a traceback."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli.command import conformance, write_targets
from conformance.errors import ExitCode

PYTHON = sys.executable
ANY_PORT = '"http://127.0.0.1:{port}"'
LITTLE = ("--area", "error")
NOBODY = "127.0.0.1:1"


MISTAKES: dict[str, tuple[dict[str, str], tuple[str, ...], ExitCode, tuple[str, ...]]] = {
    "unknown-target": ({}, ("referense",), ExitCode.USAGE, ("'referense'", "did you mean 'reference'?")),
    "typo-in-targets": (
        {"targets.yaml": "targets:\n  good: {endpoint_url: 'http://h'}\n  mine: {endpoint_ulr: 'http://h'}\n"},
        ("good",),
        ExitCode.USAGE,
        ("targets.yaml:3", "endpoint_url"),
    ),
    "no-yaml": ({"targets.yaml": "targets:\n  m: {kind: [}\n"}, ("m",), ExitCode.USAGE, ("targets.yaml:2",)),
    "no-targets": ({}, ("--targets", "nowhere.yaml"), ExitCode.USAGE, ("nowhere.yaml",)),
    "no-url": ({}, ("ftp://127.0.0.1",), ExitCode.USAGE, ("error: the endpoint ",)),
    "a-url-with-a-secret": ({}, ("http://user:secret@127.0.0.1",), ExitCode.USAGE, ("error: the endpoint ",)),
    "a-folder-that-is-a-file": (
        {"taken": ""}, ("--report-dir", "taken/below", *LITTLE), ExitCode.USAGE, ("taken/below",)
    ),
    "a-report-that-is-a-folder": (
        {"out/report.html/x": ""}, ("--report-dir", "out", *LITTLE), ExitCode.USAGE, ("the reports can't be written",)
    ),
    "no-world": ({}, ("--world", "nowhere", *LITTLE), ExitCode.USAGE, ("nowhere",)),
    "a-broken-world": ({"w.yaml": "jobs: ["}, ("--world", "w.yaml", *LITTLE), ExitCode.USAGE, ("w.yaml",)),
    "no-number-of-processes": ({}, ("-n", "x", *LITTLE), ExitCode.USAGE, ("-n",)),
    "a-negative-number": ({}, ("-n", "-1", *LITTLE), ExitCode.USAGE, ("-n",)),
    # A broken file of targets does not stop a run by URL.
    "nobody-there": (
        {"targets.yaml": "targets: ["},
        (f"http://{NOBODY}",),
        ExitCode.TARGET_BROKE,
        (f"can't be reached: nothing listens at {NOBODY} (connection refused)", "hint: "),
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_reported_once_in_words(mistake: str, tmp_path: Path) -> None:
    files, arguments, code, words = MISTAKES[mistake]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    ended = conformance("run", *arguments, cwd=tmp_path)
    assert ended.code == code
    assert all(word in ended.told_without_traceback() for word in words), ended.err
    assert ended.err.count("error: ") == 1
    assert "secret" not in ended.said


LAUNCHES = {
    "unknown": ("[no-such-program-anywhere]", ExitCode.USAGE, "no-such-program-anywhere is not installed"),
    "missing": ("[./nothing]", ExitCode.USAGE, "is no program that can be run"),
    "exits": (f"[{PYTHON}, -c, \"print('my last words'); raise SystemExit(7)\"]", ExitCode.TARGET_BROKE, "status 7"),
    "reads": (f'[{PYTHON}, -c, "input()"], env: {{A: b}}', ExitCode.TARGET_BROKE, "ended before it answered"),
    "never-ready": (
        f'[{PYTHON}, -c, "import signal; signal.pause()"], ready_s: 0.5', ExitCode.TARGET_BROKE, "HTTP within 0.5 s"
    ),
}  # fmt: skip


@pytest.mark.parametrize("defect", LAUNCHES)
def test_a_launch_that_fails_is_reported_with_the_reason(defect: str, tmp_path: Path) -> None:
    command, code, words = LAUNCHES[defect]
    write_targets(tmp_path, mine=f"{{launch: {{command: {command}}}, endpoint_url: {ANY_PORT}}}")
    ended = conformance("run", "mine", cwd=tmp_path)
    assert words in ended.err
    assert "INTERNALERROR" not in ended.said
    assert ended.code == code
    assert ("my last words" in ended.err) == (defect == "exits"), "the end of its log"
