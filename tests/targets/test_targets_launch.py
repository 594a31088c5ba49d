"""Launched servers: real processes on loopback, which are there when they should be and gone afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from conformance.errors import ExitCode
from conformance.targets.endpoint import why_not_http
from conformance.targets.launch import executable, held_port, launched
from conformance.targets.spec import Kind, Launch, Origin, StateSource, TargetError, TargetSpec
from targets.doubles import Lifelines, launching

pytestmark = pytest.mark.slow

Program = Callable[[str, str], Path]

ROOT = Path(__file__).resolve().parents[2]
ORIGINAL = "hold = hold_lifeline(sys.argv[2]); print('serving', flush=True); serve(sys.argv[1])"
DETACHED = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.argv[1] == "child":
        hold = hold_lifeline(sys.argv[2])
        signal.pause()
    subprocess.Popen([sys.executable, __file__, "child", sys.argv[2]], start_new_session=True)
    hold = hold_lifeline(sys.argv[2])
    serve(sys.argv[1])
"""
CHILD = DETACHED.replace(", start_new_session=True", "")

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="detached processes are found through /proc")


def failing(spec: TargetSpec, log_path: Path, problem: str) -> TargetError:
    """Return the error in which a launch ends at once."""
    with pytest.raises(TargetError, match=problem) as caught, ExitStack() as stack:
        stack.enter_context(launched(spec, log_path, grace_s=0.1))
    return caught.value


@pytest.fixture
def original(program: Program, lifelines: Lifelines) -> TargetSpec:
    """Return a target whose server has no defect."""
    return launching(program("original", ORIGINAL), str(lifelines.port))


def test_a_server_answers_inside_and_is_gone_outside(
    tmp_path: Path, original: TargetSpec, lifelines: Lifelines
) -> None:
    with launched(original, tmp_path / "reports" / "launch.log") as server:
        lifelines.expect(1)
        assert why_not_http(server.endpoint_url, timeout_s=5) == ""
        assert server.pid > 0
        server.check_alive()
    assert lifelines.all_ended()
    assert why_not_http(server.endpoint_url, timeout_s=5).startswith("nothing listens")
    assert server.log_tail() == "serving"


@pytest.mark.parametrize("family", [CHILD, pytest.param(DETACHED, marks=on_linux)], ids=["child", "detached"])
def test_children_that_will_not_listen_are_ended_too(
    tmp_path: Path, program: Program, lifelines: Lifelines, family: str
) -> None:
    spec = launching(program("deaf_to_sigterm", family), str(lifelines.port))
    with launched(spec, tmp_path / "launch.log", grace_s=0.1):
        lifelines.expect(2)
    assert lifelines.all_ended()


def test_a_server_ends_where_the_run_is_interrupted(tmp_path: Path, original: TargetSpec, lifelines: Lifelines) -> None:
    with ExitStack() as stack:
        stack.enter_context(pytest.raises(KeyboardInterrupt))
        stack.enter_context(launched(original, tmp_path / "launch.log"))
        lifelines.expect(1)
        raise KeyboardInterrupt
    assert lifelines.all_ended()


@pytest.mark.parametrize("family", [CHILD, pytest.param(DETACHED, marks=on_linux)], ids=["child", "detached"])
def test_a_server_ends_even_where_the_run_is_killed(
    tmp_path: Path, program: Program, lifelines: Lifelines, family: str
) -> None:
    server = program("deaf_to_sigterm", family)
    run = program(
        "run",
        f"""
        from pathlib import Path
        from conformance.targets.spec import Kind, Launch, Origin, StateSource, TargetSpec
        from conformance.targets.launch import launched
        command = (sys.executable, {str(server)!r}, "{{port}}", {str(lifelines.port)!r})
        spec = TargetSpec("x", Kind.ENDPOINT, StateSource(Origin.CREATE), "http://127.0.0.1:{{port}}", Launch(command))
        with launched(spec, Path({str(tmp_path / "launch.log")!r}), grace_s=0.1):
            print("up", flush=True)
            signal.pause()
        """,
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(run)], stdout=subprocess.PIPE, cwd=ROOT, env=env) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"up\n"
        lifelines.expect(2)
        killed.send_signal(signal.SIGKILL)
    assert lifelines.all_ended()


def test_a_server_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path, program: Program) -> None:
    spec = launching(program("ends_at_once", "print('no licence'); sys.exit(7)"))
    error = failing(spec, tmp_path / "launch.log", r"ended before it answered \(exit status 7\)")
    assert error.exit_code is ExitCode.TARGET_BROKE
    assert "no licence" in error.problem
    assert str(tmp_path / "launch.log") in error.where


DEFECTS = {
    "listens_to_nobody": ("signal.pause()", "nothing listens"),
    "accepts_and_is_silent": (
        "s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); signal.pause()",
        "does not answer in time",
    ),
    "speaks_something_else": (
        """
        s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        while True:
            line, _ = s.accept()
            line.sendall(b"220 smtp ready")
        """,
        "not HTTP",
    ),
    "one_byte_a_second": (
        """
        s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        line, _ = s.accept()
        for byte in b"HTTP/1.1 200 OK":
            line.sendall(bytes([byte]))
            time.sleep(1)
        """,
        "",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_server_that_never_answers_ends_the_wait(tmp_path: Path, program: Program, defect: str) -> None:
    body, why = DEFECTS[defect]
    for ready_s in (0.6, 3, 15):
        spec = launching(program(defect, body), ready_s=ready_s)
        error = failing(spec, tmp_path / "launch.log", f"did not answer HTTP within {ready_s} s")
        assert error.exit_code is ExitCode.TARGET_BROKE
        if why in error.problem:
            return
        # On a busy machine the program itself may begin too late.
        assert "nothing listens" in error.problem
    pytest.fail("the program never began to listen")


def test_a_server_that_breaks_during_the_run_is_noticed(
    tmp_path: Path, original: TargetSpec, lifelines: Lifelines
) -> None:
    with launched(original, tmp_path / "launch.log") as server:
        lifelines.expect(1)
        os.kill(server.pid, signal.SIGKILL)
        assert lifelines.all_ended()
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(TargetError, match=r"ended during the run \(signal 9\)"):
            server.check_alive()


def test_the_preferred_port_is_taken_where_it_is_free_and_another_where_it_is_not(
    tmp_path: Path, program: Program, lifelines: Lifelines
) -> None:
    path = program("original", ORIGINAL)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        spec = launching(path, str(lifelines.port), port=port)
        with launched(spec, tmp_path / "first.log") as server:
            assert server.endpoint_url != f"http://127.0.0.1:{port}"
    with launched(spec, tmp_path / "second.log") as server, launched(spec, tmp_path / "third.log") as other:
        assert server.endpoint_url == f"http://127.0.0.1:{port}"
        assert other.endpoint_url != server.endpoint_url


def test_a_server_with_a_port_of_its_own_is_not_launched_beside_another(tmp_path: Path, program: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        spec = launching(program("original", ORIGINAL), endpoint_url=f"http://127.0.0.1:{port}")
        error = failing(spec, tmp_path / "launch.log", f"port {port} is taken")
    assert error.exit_code is ExitCode.TARGET_BROKE


def test_the_log_is_without_the_secrets_of_the_entry(tmp_path: Path, program: Program, lifelines: Lifelines) -> None:
    text = """
    word = os.environ['DB_PASSWORD']
    print('to', word[:3], end='')
    print(word[3:], flush=True)
    print('and', word, 'again', flush=True)
    """
    path = program("prints_a_secret", f"{textwrap.dedent(text)}{ORIGINAL}")
    spec = launching(path, str(lifelines.port), env={"DB_PASSWORD": "hunter2-hunter"})
    with launched(spec, tmp_path / "launch.log") as server:
        tail = server.log_tail()
        assert "and ************** again" in tail
    assert "hunter2-hunter" not in (tmp_path / "launch.log").read_text()


def test_environment_and_folder_are_those_of_the_entry(
    tmp_path: Path, program: Program, lifelines: Lifelines, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.setenv("AWS_PROFILE", "of-the-caller")
    monkeypatch.setenv("AWS_REGION", "of-the-caller")
    variables = "os.environ['WHERE'], os.environ.get('AWS_PROFILE'), os.environ['AWS_REGION']"
    path = program("prints_where_it_is", f"print(os.path.basename(os.getcwd()), {variables}, flush=True);{ORIGINAL}")
    env = {"WHERE": "at {port}", "AWS_REGION": "of-the-entry"}
    spec = launching(path, str(lifelines.port), env=env, cwd=tmp_path / "sub")
    with launched(spec, tmp_path / "launch.log") as server:
        port = server.endpoint_url.rpartition(":")[2]
        assert server.log_tail().splitlines()[0] == f"sub at {port} None of-the-entry"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, program: Program) -> None:
    spec = launching(program("original", ORIGINAL), cwd=tmp_path / "nowhere")
    assert failing(spec, tmp_path / "launch.log", "there is no folder").exit_code is ExitCode.USAGE


def test_a_log_that_can_not_be_written_is_an_error(tmp_path: Path, original: TargetSpec) -> None:
    (tmp_path / "reports").write_text("a file where a folder is needed", encoding="utf-8")
    error = failing(original, tmp_path / "reports" / "launch.log", "log of the server can't be written")
    assert error.exit_code is ExitCode.USAGE


def test_a_port_is_checked_against_other_runs_until_it_is_given_back() -> None:
    with held_port(None) as port:
        assert port is not None
        with held_port(port) as other, held_port(port, fixed=True) as same:
            assert other not in {None, port}
            assert same is None
    with held_port(port) as again:
        assert again == port


@pytest.mark.parametrize(
    ("command", "hint", "problem", "said"),
    [
        ("no_such_server", "pip install 'it[server]'", "no_such_server is not installed", "pip install 'it[server]'"),
        ("no_such_server", "", "no_such_server is not installed", "install it, or give the path"),
        ("./no-such-file", "", "./no-such-file is no program that can be run", "install it"),
    ],
)
def test_a_missing_command_is_reported_with_what_to_do(
    tmp_path: Path, command: str, hint: str, problem: str, said: str
) -> None:
    launch = Launch((command, "{port}"), hint=hint)
    spec = TargetSpec("x", Kind.ENDPOINT, StateSource(Origin.CREATE), "http://127.0.0.1:{port}", launch, base=tmp_path)
    error = failing(spec, tmp_path / "launch.log", problem)
    assert said in error.hint
    assert error.exit_code is ExitCode.USAGE


def test_a_program_that_came_as_an_extra_is_found_beside_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    spec = TargetSpec("x", Kind.ENDPOINT, StateSource(Origin.CREATE), "http://127.0.0.1:{port}")
    assert Path(executable("pytest", spec)).name == "pytest"
