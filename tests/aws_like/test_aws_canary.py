"""Canary secrets in a run against a server that echoes all that it is sent: none is in anything that the run leaves."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from cli.command import PATIENCE_S, Ended, command, environment, write_targets
from raw_servers import JSON, RawServer, Received, reference, response

from conformance.errors import ExitCode

pytestmark = pytest.mark.slow

ACCESS = "AKIACANARYCANARY0005"
SECRET = "Canary/Secret+Key/of=40/letters/or/so0005"  # noqa: S105 - a canary
TOKEN = "Canary+Session/Token==" * 6
PROFILE_TOKEN = "Canary/Of+The=Profile" * 5
OWN = frozenset({"config", "credentials", "targets.yaml"})
"""Files that the test wrote itself."""


def echo(connection: socket.socket, request: Received) -> bool:
    """Answer well now and then; else with an error that repeats the request, plain, in base64 and as a URL."""
    if len(request.body) % 3 == 0:
        return _right(connection, request)
    head = request.head.decode("latin-1")
    received = f"{head} {base64.b64encode(request.head).decode()} {quote(head)} {head!r}"
    body = json.dumps({"__type": "ValidationException", "message": received}).encode()
    headers = (f"X-Echo: {request.headers.get('authorization', '')}", f"X-Token: {quote(_token(request))}")
    connection.sendall(response(400, body, JSON, *headers))
    return True


_right = reference()


def _token(request: Received) -> str:
    return request.headers.get("x-amz-security-token", "")


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer(echo) as running:
        yield running


def forms(secret: str) -> Iterator[str]:
    """Yield the ways in which a secret may be found: as it is, as JSON and URLs write it, and inside of base64."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield secret.replace("/", r"\/")
    yield quote(secret, safe="")
    yield quote(secret)
    for before in range(3):
        whole = base64.b64encode(b"x" * before + secret.encode()).decode().rstrip("=")
        # Letters at the ends belong to the neighbours as well; what is between them is enough to give a secret away.
        yield whole[4:-4]
        yield base64.urlsafe_b64encode(b"x" * before + secret.encode()).decode().rstrip("=")[4:-4]


def signatures(server: RawServer) -> set[str]:
    """Return the signatures that the server was sent."""
    sent = (request.headers.get("authorization", "") for request in server.received)
    return {found[1] for item in sent if (found := re.search(r"Signature=([0-9a-f]{64})", item))}


def leaks(folder: Path, ended: Ended, secrets: set[str]) -> list[str]:
    """Return where a secret stands, in whatever way."""
    texts = {"stdout": ended.out, "stderr": ended.err}
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in OWN:
            texts[str(path.relative_to(folder))] = path.read_bytes().decode("latin-1")
    assert len(texts) > 2
    return [
        f"{name}: {text[max(0, at - 60) : at + 40]!r}"
        for name, text in texts.items()
        for secret in secrets
        for form in set(forms(secret))
        if (at := text.find(form)) >= 0
    ]


def prepare(folder: Path, server: RawServer, *, profile: bool) -> dict[str, str]:
    """Write the target and a profile; give the environment of somebody who has the keys."""
    more = ", profile: canary" if profile else ""
    where = f"endpoint_url: '{server.url}', pace: 5000, state: {{existing: {{names: [churn-57-in-all-statuses]}}}}"
    write_targets(folder, account=f"{{kind: aws, region: eu-west-1, {where}{more}}}")
    secret, token = (SECRET, PROFILE_TOKEN) if profile else (SECRET, TOKEN)
    (folder / "credentials").write_text(
        f"[canary]\naws_access_key_id = {ACCESS}\naws_secret_access_key = {secret}\naws_session_token = {token}\n",
        encoding="utf-8",
    )
    (folder / "config").write_text("", encoding="utf-8")
    keys = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN}
    return environment(
        HOME=str(folder),
        AWS_EC2_METADATA_DISABLED="true",
        AWS_SHARED_CREDENTIALS_FILE=str(folder / "credentials"),
        AWS_CONFIG_FILE=str(folder / "config"),
        **({} if profile else keys),
    )


def ended_of(arguments: list[str], folder: Path, env: dict[str, str]) -> Ended:
    ran = subprocess.run(arguments, cwd=folder, env=env, capture_output=True, timeout=PATIENCE_S, check=False)
    return Ended(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


SUITE = (sys.executable, "-m", "pytest", "--pyargs", "conformance.suite", "--target", "account", "--showlocals")
SOME = ("--select", "*/error/*", "--select", "*/protocol/*")
CLIENTS = ("--select", "*/client/*")
WAYS = {
    "command-line": (
        *command("run", "account"),
        "--record",
        "evidence.jsonl",
        "--timings",
        "--strict",
        *SOME,
        *CLIENTS,
    ),
    "compressed": (*command("run", "account"), "--record", "evidence.gz", "--area", "client"),
    "pytest": (*SUITE, "--evidence-record=evidence.jsonl", "-v", "--tb=long", "--junitxml=own.xml", *SOME),
    "two-processes": (*command("run", "account"), "-n", "2", "--area", "client", "--area", "error"),
}


@pytest.mark.parametrize(
    ("way", "token"),
    [("command-line", PROFILE_TOKEN), ("pytest", TOKEN), ("compressed", TOKEN), ("two-processes", TOKEN)],
)
def test_no_canary_is_in_anything_that_a_run_leaves(way: str, token: str, server: RawServer, tmp_path: Path) -> None:
    env = prepare(tmp_path, server, profile=token == PROFILE_TOKEN)
    ended = ended_of(list(WAYS[way]), tmp_path, env)
    assert ended.code != ExitCode.CONFORMS
    assert any(_token(request) == token for request in server.received)
    evidence, packed = tmp_path / "evidence.jsonl", tmp_path / "evidence.gz"
    if evidence.exists():
        assert evidence.stat().st_size > 100_000
        assert len(signatures(server)) > 50
        assert "*" * len(ACCESS) in evidence.read_text(encoding="ascii")
    if packed.exists():
        (tmp_path / "unpacked").write_bytes(gzip.decompress(packed.read_bytes()))
    assert evidence.exists() is (way in {"command-line", "pytest"})
    assert packed.exists() is (way == "compressed")
    assert leaks(tmp_path, ended, {ACCESS, SECRET, token, *signatures(server)}) == []


def test_no_canary_is_in_what_a_killed_run_leaves(server: RawServer, tmp_path: Path) -> None:
    env = prepare(tmp_path, server, profile=False)
    path = tmp_path / "evidence.jsonl"
    running = subprocess.Popen(
        WAYS["command-line"], cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and (not path.exists() or path.read_bytes().count(b"\n") < 60):
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGKILL)
    running.wait(timeout=PATIENCE_S)
    ended = ended_of([sys.executable, "-m", "conformance.report", "reports/account/run.jsonl"], tmp_path, env)
    assert leaks(tmp_path, ended, {ACCESS, SECRET, TOKEN, *signatures(server)}) == []


def test_the_echo_is_heard(server: RawServer) -> None:
    """Were the server silent, nothing above would mean anything."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nAuthorization: {ACCESS}\r\nContent-Length: 1\r\n\r\n1".encode())
        answer = connection.recv(65536).decode("latin-1")
    assert ACCESS in answer
    assert any(form in answer for form in list(forms(ACCESS))[5:])
