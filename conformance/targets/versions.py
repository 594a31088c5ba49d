"""Which version of a target is judged: by its entry, by the package of its program, or by what the target says."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import conformance
from conformance.targets.launch import Server, inherited_environment
from conformance.targets.spec import Kind, TargetSpec
from conformance.wire.exchange import Headers
from conformance.wire.limits import Limits
from conformance.wire.transport import HttpTransport

_LOCALSTACK: Final = "x-localstack"
"""The header by which LocalStack marks its answers."""
_HEALTH: Final = "/_localstack/health"
"""Where it says its version."""
_LIMITS: Final = Limits(connect_s=2.0, read_s=2.0, total_s=2.0, max_body_bytes=64 * 1024)
_PATIENCE_S: Final = 20.0
_LONGEST: Final = 100
"""Characters of a version that are kept."""

_OWNER: Final = """
import sys
from importlib import metadata
kind, name = sys.argv[1:]
if kind == "script":
    for one in metadata.distributions():
        if any(entry.group == "console_scripts" and entry.name == name for entry in one.entry_points):
            print(one.metadata["Name"], one.version)
            break
else:
    for owner in metadata.packages_distributions().get(name.partition(".")[0], [])[:1]:
        print(owner, metadata.version(owner))
"""
"""Prints which distribution a console script or a module belongs to, and its version."""


@dataclass(frozen=True)
class TargetVersion:
    """The version of a target, where that is known from, and the path of the program that was launched."""

    version: str = ""
    source: str = ""
    program: str = ""


def version_of(spec: TargetSpec, server: Server | None) -> TargetVersion:
    """Return the version of a target as its entry says it, or as its program was installed; nothing is sent."""
    command = server.command if server else ()
    program = command[0] if command else ""
    if spec.version:
        return TargetVersion(spec.version, "targets.yaml", program)
    if spec.kind is Kind.REFERENCE:
        return TargetVersion(conformance.__version__, "the suite, which it is a part of")
    owner = _owner(command)
    return TargetVersion(owner, "the package of its program" if owner else "", program)


def version_said(endpoint_url: str, headers: Headers, ca_bundle: str) -> tuple[str, str]:
    """Return the version that a target says it has in the headers of an answer, and where it says so.

    LocalStack, which marks its answers, is asked by one GET. Both are empty where the target says nothing.
    """
    found = {name.lower(): _kept(value) for name, value in headers}
    if _LOCALSTACK in found and (version := _asked(endpoint_url, ca_bundle)):
        return version, _HEALTH
    server = found.get("server", "")
    return server, "its Server header" if server else ""


def _asked(endpoint_url: str, ca_bundle: str) -> str:
    with closing(HttpTransport(_LIMITS, ca_bundle=ca_bundle)) as transport:
        headers = {"User-Agent": "sagemaker-tuning-conformance", "Accept-Encoding": "identity", "Connection": "close"}
        response, _ = transport.send("GET", endpoint_url.rstrip("/") + _HEALTH, headers, b"")
    try:
        received = json.loads(response.body) if response else None
    except (ValueError, RecursionError):
        return ""
    version = received.get("version") if isinstance(received, dict) else None
    return f"LocalStack {_kept(version)}" if isinstance(version, str) and _kept(version) else ""


def _kept(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:_LONGEST]


def _owner(command: Sequence[str]) -> str:
    """Return name and version of the Python distribution that a command belongs to; empty where there is none."""
    if not command:
        return ""
    program, *arguments = command
    if _is_python(program):
        if "-m" not in arguments[:-1]:
            return ""
        asked = (program, "module", arguments[arguments.index("-m") + 1])
    else:
        interpreter = _interpreter(Path(program))
        if not interpreter:
            return ""
        asked = (interpreter, "script", Path(program).stem)
    try:
        ended = subprocess.run(  # noqa: S603 - the interpreter of the program that the user has launched
            [asked[0], "-c", _OWNER, *asked[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=Path(program).parent,
            env={**inherited_environment(), "PYTHONSAFEPATH": "1"},
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return _kept(ended.stdout.decode(errors="replace")) if ended.returncode == 0 else ""


def _interpreter(script: Path) -> str:
    """Return the Python that runs a script, by its first lines; empty where it is none of Python's."""
    try:
        with script.open("rb") as file:
            first, second = (file.readline(4096).decode("utf-8", "replace").strip() for _ in range(2))
        words = shlex.split(first.removeprefix("#!")) if first.startswith("#!") else []
        # Where a path is too long for the system, pip writes a script that a shell reads first.
        if words and Path(words[0]).name == "sh" and second.startswith("'''exec'"):
            words = shlex.split(second)[1:]
    except (OSError, ValueError):
        return ""
    if words and Path(words[0]).name == "env":
        words = [shutil.which(word) or "" for word in words[1:] if not word.startswith("-")]
    return words[0] if words and _is_python(words[0]) and os.path.isabs(words[0]) else ""  # noqa: PTH117 - no Path is needed


def _is_python(program: str) -> bool:
    return Path(program).name.startswith(("python", "pypy"))
