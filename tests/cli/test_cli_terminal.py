"""What a user sees in a terminal of 80 columns, word for word."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from raw_servers import RawServer, Received, always, reference
from syrupy.assertion import SnapshotAssertion

from cli.command import conformance, write_targets

DESCRIBE = "DescribeHyperParameterTuningJob"
PAGE = b"<html><body>It works!</body></html>"


def masked(text: str) -> str:
    """Put the same in place of whatever differs from run to run."""
    for pattern, mask in (
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"\bin \d+\.\d s", "in TIME s"),
        (r"(contract +)[0-9a-f]{12}", r"\1DIGEST"),
        (r"of [\d,]+ checks were selected", "of ALL checks were selected"),
        (r"(versions +).*", r"\1VERSIONS"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "REQUEST-ID"),
    ):
        text = re.sub(pattern, mask, text)
    return text


def test_the_reference_conforms(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    ended = conformance("run", "--select", f"{DESCRIBE}/error", cwd=tmp_path)
    assert masked(ended.out) == snapshot
    assert ended.err == ""


class NotFoundWith404:
    """Answers rightly, but for unknown names, which it meets with HTTP 404."""

    def __init__(self) -> None:
        self._right = reference()

    def __call__(self, connection: socket.socket, request: Received) -> bool:
        if b"conformance-no" in request.body:
            wrong = always(404, b'{"__type":"ResourceNotFound","message":"No such job"}')
            return wrong(connection, request)
        return self._right(connection, request)


def test_a_broken_server_is_shown_what_it_breaks_with_citations_and_a_line_to_paste(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    with RawServer(NotFoundWith404()) as server:
        write_targets(tmp_path, mine=f"{{endpoint_url: '{server.url}', state: {{existing: {{names: [exactly-ten]}}}}}}")
        ended = conformance("run", "mine", "--select", f"{DESCRIBE}/error", "-v", cwd=tmp_path)
    assert masked(ended.out) == snapshot
    assert ended.err == ""


def test_a_server_that_is_no_endpoint_is_reported_in_one_finding(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    with RawServer(always(200, PAGE, "text/html")) as server:
        write_targets(tmp_path, mine=f"{{endpoint_url: '{server.url}'}}")
        ended = conformance("run", "mine", "--select", "*/error/*", cwd=tmp_path)
    assert masked(ended.out) == snapshot
    assert ended.err == ""


@pytest.mark.parametrize(
    "id_",
    [
        f"{DESCRIBE}/request/HyperParameterTuningJobName/length-33",
        f"{DESCRIBE}/output/HyperParameterTuningJobStatus/enum",
        "sort-by-metric-omits-jobs-without-metric",
    ],
    ids=["check", "fact", "behaviour"],
)
def test_explanations(id_: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    ended = conformance("explain", id_, cwd=tmp_path)
    assert ended.out == snapshot
    assert ended.err == ""


@pytest.mark.parametrize(
    "command",
    [(), ("run",), ("merge",), ("validate",), ("drift",)],
    ids=["all", "run", "merge", "validate", "drift"],
)
def test_help(command: tuple[str, ...], tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert conformance(*command, "--help", cwd=tmp_path).out == snapshot
