"""How commands end: by a signal, by a reader that goes away; and that nothing outlives them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from raw_servers import RawServer, Received, never_answers, reference

from cli.command import PATIENCE_S, Ended, command, conformance, environment, report_of
from cli.processes import ended, first_line, launching, outlived, running, started
from conformance.errors import ExitCode

pytestmark = pytest.mark.slow

LITTLE = ("--area", "error")


class Gate:
    """Answers well so many times, tells that it has, and then holds every further request until it is closed."""

    def __init__(self, requests: int) -> None:
        self._left = requests
        self._well_behaved = reference()
        self._reader, self._writer = socket.socketpair()
        self._reader.settimeout(PATIENCE_S)

    def __call__(self, connection: socket.socket, request: Received) -> bool:
        self._left -= 1
        if self._left < 0:
            self._writer.sendall(b"!")
            return never_answers(connection, request)
        return self._well_behaved(connection, request)

    def wait(self) -> None:
        """Wait until the server has begun to hold requests."""
        assert self._reader.recv(1) == b"!"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_it_had(number: signal.Signals, tmp_path: Path) -> None:
    gate = Gate(400)
    with (
        RawServer(gate) as server,
        started("run", server.url, "--area", "pagination", "--report-dir", "out", cwd=tmp_path) as process,
    ):
        gate.wait()
        process.send_signal(number)
        run = ended(process)
    assert run.code == ExitCode.TARGET_BROKE
    run.told_without_traceback()
    assert "Stopped: interrupted" in run.out
    report = report_of(tmp_path / "out")
    assert not report["complete"]
    assert report["results"]
    lines = (tmp_path / "out" / "run.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-1])["stopped"] == "interrupted"


def test_an_interrupt_reaches_every_process_of_a_spread_run(tmp_path: Path) -> None:
    gate = Gate(400)
    with (
        RawServer(gate) as server,
        started("run", server.url, "-n", "2", "--area", "pagination", "--report-dir", "out", cwd=tmp_path) as process,
    ):
        gate.wait()
        os.killpg(process.pid, signal.SIGINT)
        run = ended(process)
        assert no_group_left(process.pid)
    assert run.code == ExitCode.TARGET_BROKE
    assert not report_of(tmp_path / "out")["complete"]


def no_group_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_an_interrupt_while_the_target_is_opened_is_reported_in_a_word(tmp_path: Path) -> None:
    gate = Gate(0)
    with RawServer(gate) as server, started("run", server.url, cwd=tmp_path) as process:
        gate.wait()
        process.send_signal(signal.SIGINT)
        run = ended(process)
    assert run.code == 128 + signal.SIGINT
    assert run.err.split() == ["interrupted"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_launched_server_does_not_outlive_an_interrupted_run(number: signal.Signals, tmp_path: Path) -> None:
    with launching(tmp_path) as asked, started("run", "mine", cwd=tmp_path) as process, asked() as lifeline:
        process.send_signal(number)
        run = ended(process)
        run.told_without_traceback()
        assert not outlived(lifeline)
    assert run.code == 128 + signal.SIGINT


def test_a_held_target_stays_up_for_the_commands_of_a_report_that_is_there(tmp_path: Path) -> None:
    held_run = command("run", "--hold", *LITTLE)
    with running(held_run, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        lines = iter(process.stdout or ())
        said = next(line for line in lines if "stays up" in line)
        held = re.search(r"at http://(.+):(\d+) for the commands in (.+): press Enter", said)
        assert held, said
        assert (tmp_path / held[3]).is_file()
        socket.create_connection((held[1], int(held[2]))).close()
        process.communicate("\n")
    assert process.returncode == ExitCode.CONFORMS


def into_a_pipe_that_nobody_reads(*arguments: str, cwd: Path) -> Ended:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as out:  # noqa: PTH123 - a descriptor, not a path
        run = subprocess.run(
            command(*arguments), stdout=out, stderr=subprocess.PIPE, cwd=cwd, env=environment(), text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    return Ended(run.returncode, "", run.stderr)


@pytest.mark.parametrize(
    "arguments",
    [("checks",), ("facts", "--json"), ("explain", "sort-by-metric-omits-jobs-without-metric")],
    ids=["long", "longer", "short"],
)
def test_a_list_whose_reader_goes_away_ends_without_complaint(arguments: tuple[str, ...], tmp_path: Path) -> None:
    run = into_a_pipe_that_nobody_reads(*arguments, cwd=tmp_path)
    assert run.code == ExitCode.CONFORMS
    assert re.fullmatch(r"([0-9]+ checks\n)?", run.err)


def test_a_run_whose_reader_goes_away_still_writes_its_reports(tmp_path: Path) -> None:
    run = into_a_pipe_that_nobody_reads("run", "--report-dir", "out", *LITTLE, cwd=tmp_path)
    assert (run.code, run.err) == (ExitCode.CONFORMS, "")
    assert report_of(tmp_path / "out")["complete"]


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["pipe", "no-color", "dumb"])
def test_output_in_a_pipe_is_plain(env: dict[str, str], tmp_path: Path) -> None:
    run = conformance("run", *LITTLE, cwd=tmp_path, **env)
    assert run.code == ExitCode.CONFORMS
    assert "\x1b" not in run.said
    assert "\r" not in run.said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_on_a_signal(number: signal.Signals, tmp_path: Path) -> None:
    with started("serve", "--port", "0", cwd=tmp_path) as process:
        assert first_line(process).startswith("serving world default at http://127.0.0.1:")
        process.send_signal(number)
        run = ended(process)
    assert run.code == 0
    assert run.err == ""


def test_what_serve_serves_conforms(tmp_path: Path) -> None:
    with started("serve", "--port", "0", cwd=tmp_path) as process:
        url = first_line(process).split(" at ")[1].split()[0]
        run = conformance("run", url, "--area", "order", cwd=tmp_path)
        process.send_signal(signal.SIGTERM)
        assert ended(process).code == 0
    assert run.code == ExitCode.CONFORMS
