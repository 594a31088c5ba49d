"""A secret that a user entrusts to the suite is in nothing that a run prints or writes."""

from __future__ import annotations

import sys
from pathlib import Path

from raw_servers import RawServer, always

from cli.command import conformance, write_targets
from conformance.errors import ExitCode

ACCESS, SECRET, TOKEN = "AKIDCANARYCANARY0001", "canary-secret-key-9f2c", "canary-session-token-77aa"
KEYS = f"{{access_key: {ACCESS}, secret_key: {SECRET}, session_token: {TOKEN}}}"


def leaks(folder: Path, *texts: str) -> list[str]:
    """Return where a secret or a signature is found."""
    marks = (SECRET, TOKEN, "Signature=")
    found = [text[:200] for text in texts if any(mark in text for mark in marks[:2])]
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "targets.yaml":
            text = path.read_text(encoding="utf-8", errors="replace").replace("Signature=0", "")
            found += [f"{path.name}: {mark}" for mark in marks if mark in text]
    return found


def test_the_secrets_of_an_entry_are_sent_and_neither_printed_nor_written(tmp_path: Path) -> None:
    with RawServer(always(403, b'{"__type":"AccessDeniedException","message":"no"}')) as server:
        write_targets(tmp_path, mine=f"{{endpoint_url: '{server.url}', credentials: {KEYS}}}")
        ended = conformance("run", "mine", "--area", "error", "--area", "client", cwd=tmp_path)
        signed = [request.headers for request in server.received]
    assert ended.code != ExitCode.CONFORMS
    assert any(headers.get("x-amz-security-token") == TOKEN for headers in signed)
    assert any(ACCESS in headers.get("authorization", "") for headers in signed)
    assert not leaks(tmp_path, ended.out, ended.err)


def test_no_secret_is_written_where_a_launch_fails(tmp_path: Path) -> None:
    program = "import os; print(sorted(os.environ)); raise SystemExit(1)"
    write_targets(
        tmp_path,
        mine=f"{{launch: {{command: [{sys.executable}, -c, '{program}'], env: {{MY_PASSWORD: {SECRET}}}}}, "
        f"endpoint_url: 'http://127.0.0.1:{{port}}', credentials: {KEYS}}}",
    )
    ended = conformance("run", "mine", cwd=tmp_path)
    assert ended.code == ExitCode.TARGET_BROKE
    assert "MY_PASSWORD" in ended.err
    assert not leaks(tmp_path, ended.out, ended.err)
