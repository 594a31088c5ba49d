"""Which version of a target a run judges: as its entry, the package of its program, or the target itself says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from raw_servers import RawServer, always

import conformance
from conformance.targets.launch import Server
from conformance.targets.opening import version_of, version_said
from conformance.targets.spec import Kind, Launch, Origin, StateSource, TargetSpec

PYTEST = Path(sys.executable).with_name("pytest")
OWN = f"pytest {pytest.__version__}"


def launched(*command: str | Path) -> Server:
    log: Any = None  # it is not started
    return Server(spec(), Launch((*map(str, command),)), "1", log)


def spec(**more: str) -> TargetSpec:
    return TargetSpec("mine", Kind.ENDPOINT, StateSource(Origin.CREATE), launch=Launch(("x",)), **more)  # type: ignore[arg-type]


def script(path: Path, first: str) -> Path:
    path.write_bytes(f"{first}\nimport nothing\n".encode("utf-8", "surrogateescape"))
    path.chmod(0o755)
    return path


@pytest.mark.slow
def test_a_launched_program_has_the_version_of_its_package_and_its_path_is_kept() -> None:
    found = version_of(spec(), launched(PYTEST, "-p", "5000"))
    assert (found.version, found.program) == (OWN, str(PYTEST))


@pytest.mark.slow
@pytest.mark.parametrize(
    "first",
    [f"#!{sys.executable}", f'#!/bin/sh\n\'\'\'exec\' "{sys.executable}" "$0" "$@"'],
    ids=["plain", "of a long path"],
)
def test_the_python_of_a_script_is_asked_and_not_that_of_the_suite(first: str, tmp_path: Path) -> None:
    assert version_of(spec(), launched(script(tmp_path / "pytest", first))).version == OWN


@pytest.mark.slow
def test_a_module_that_python_runs_has_the_version_of_its_package() -> None:
    found = version_of(spec(), launched(sys.executable, "-m", "pytest.server", "-p", "5000"))
    assert (found.version, found.program) == (OWN, sys.executable)


@pytest.mark.parametrize("first", ["#!/bin/sh", "", "#!", "#!/usr/bin/env", "'''exec' \"unclosed", "\udcff"])
def test_a_program_of_another_kind_has_no_known_version(first: str, tmp_path: Path) -> None:
    path = script(tmp_path / "pytest", first)
    found = version_of(spec(), launched(path))
    assert (found.version, found.source, found.program) == ("", "", str(path))


def test_what_the_entry_says_goes_before_the_package() -> None:
    assert version_of(spec(version="nightly"), launched(PYTEST)).version == "nightly"
    assert (
        version_of(TargetSpec("r", Kind.REFERENCE, StateSource(Origin.BUILT_IN)), None).version
        == conformance.__version__
    )


def test_an_answer_says_what_its_server_is() -> None:
    assert version_said("http://127.0.0.1:1", (("SERVER", "Werkzeug/3 \x1b[1m"),), "")[0] == "Werkzeug/3 [1m"
    assert version_said("http://127.0.0.1:1", (("Date", "today"),), "") == ("", "")
    assert version_said("http://127.0.0.1:1", (("Server", "amazon.com"),), "") == ("", "")


@pytest.mark.parametrize(
    ("body", "version"),
    [
        (b'{"version": "4.1.0"}', "LocalStack 4.1.0"),
        (b'{"version": 4}', "hypercorn/0.17"),
        (b"[" * 30_000, "hypercorn/0.17"),
        (b"\xff", "hypercorn/0.17"),
    ],
)
def test_localstack_is_asked_for_its_version_and_nothing_else_is(body: bytes, version: str) -> None:
    with RawServer(always(200, body)) as server:
        assert version_said(server.url, (("Server", "hypercorn/0.17"), ("x-localstack", "true")), "")[0] == version
        assert version_said(server.url, (("Server", "hypercorn/0.17"),), "")[0] == "hypercorn/0.17"
    assert [item.head.split(b"\r\n")[0] for item in server.received] == [b"GET /_localstack/health HTTP/1.1"]
    assert "authorization" not in server.received[0].headers
