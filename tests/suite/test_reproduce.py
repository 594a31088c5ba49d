"""The line that repeats an exchange does so and nothing else, whatever the exchange holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from conformance.suite.results import Shell, reproduce
from conformance.wire.exchange import Exchange, Headers, HttpRequest

SHELL = Shell("mine", "us-east-1", "sagemaker", signed=False)
OWN = "conformance run mine --select an/id"


def line(body: bytes = b"{}", *, method: str = "POST", url: str = "http://host/", headers: Headers = ()) -> str:
    return reproduce(SHELL, "an/id", Exchange("Op", HttpRequest(method, url, headers, body), None))


@pytest.mark.slow
@pytest.mark.parametrize("body", [b"@/etc/hostname", b"'; touch made; '", b"$(touch made)", b"a\r\n\xff'", b"-x"])
def test_a_body_is_pasted_as_it_is(body: bytes, tmp_path: Path) -> None:
    shell = ["/bin/bash", "-c", f"curl() {{ printf '%s\\0' \"$@\"; }}; {line(body)}"]
    received = subprocess.run(shell, cwd=tmp_path, capture_output=True, check=True).stdout.split(b"\0")
    assert received[-2] == body
    assert received[-3] == (b"--data-raw" if body.startswith(b"@") else b"--data-binary")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "odd",
    [
        {"headers": (("@/etc/hostname", "x"),)},
        {"headers": (("X-A", "a\r\nX-B: b"),)},
        {"method": "POST --output x"},
        {"url": "file:///etc/hostname"},
        {"url": "-K/etc/hostname"},
        {"url": "http://host/\n"},
        {"body": b"a\0b"},
    ],
)
def test_what_curl_would_take_for_something_else_is_not_pasted(odd: dict[str, object]) -> None:
    assert line(**odd) == OWN  # type: ignore[arg-type]


def test_a_target_is_no_option() -> None:
    shell = Shell("--report-dir=x", "us-east-1", "sagemaker", signed=False)
    assert reproduce(shell, "an/id", None) == "conformance run --select an/id -- --report-dir=x"


def test_what_is_not_signed_has_a_date_too_without_which_some_servers_reject_it() -> None:
    dated = line(headers=(("X-Amz-Date", "20270101T000000Z"),))
    assert dated.count("X-Amz-Date: ") == line().count("-H 'X-Amz-Date: 20260101T000000Z'") == 1
