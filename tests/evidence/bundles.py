"""Bundles made for tests: one written through the recorder, small enough to be taken apart line by line."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema

from conformance.wire.evidence import (
    START,
    BundleWriter,
    Origin,
    RecordedContract,
    RecordedRun,
    RecordedTarget,
    RecordingTool,
    digest_of,
    evidence_schema,
    link_of,
)
from conformance.wire.exchange import Fault, HttpResponse, Signing
from conformance.wire.redaction import AccountMask, ExchangeMask
from conformance.wire.request import OutgoingRequest

JSON = "application/x-amz-json-1.1"
STATE = {
    "origin": "existing",
    "jobs": [{"name": "a", "known": None, "listed_known": False, "made": False, "created": True, "problem": ""}],
    "notes": [],
}
Line = dict[str, Any]


def origin(endpoint_url: str = "https://api.sagemaker.eu-west-1.amazonaws.com") -> Origin:
    return Origin(
        schema=1,
        tool=RecordingTool("sagemaker-tuning-conformance", "0", "3", "1"),
        contract=RecordedContract("0" * 64, ("one",), 1),
        target=RecordedTarget("account", "aws", endpoint_url, "eu-west-1", "existing", auth=True, create=False),
        run=RecordedRun("account", 1, (), None, None, None),
        started="2026-01-01T00:00:00+00:00",
    )


def outgoing(body: bytes = b'{"Name":"a"}', operation: str = "Describe", **more: Any) -> OutgoingRequest:
    headers = {
        "X-Amz-Target": f"SageMaker.{operation}",
        "Content-Type": JSON,
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature=00",
        "X-Amz-Date": "20260101T000000Z",
        "X-Amz-Security-Token": "a-token-of-a-session",
    }
    url = "https://api.sagemaker.eu-west-1.amazonaws.com/"
    return OutgoingRequest(operation, "POST", url, headers | more.pop("headers", {}), body, **more)


def answer(body: bytes = b'{"Status":"Completed"}', status: int = 200) -> HttpResponse:
    return HttpResponse(status, (("Content-Type", JSON), ("Set-Cookie", "a=b")), body, 0.25)


@contextmanager
def writing(path: Path, *, footer: bool = True) -> Iterator[BundleWriter]:
    """Write a bundle from its header to its footer."""
    writer = BundleWriter(path, ExchangeMask(AccountMask()))
    writer.begin(origin())
    yield writer
    if footer:
        writer.finish(stopped="")
    else:
        writer.close()


def written(path: Path, *, exchanges: int = 4, footer: bool = True) -> str:
    """Write a bundle with exchanges of every kind; return its digest."""
    with writing(path, footer=footer) as writer:
        writer.state(STATE)
        for number in range(exchanges):
            writer.take(outgoing(b'{"Name":"%d"}' % number), answer(b'{"Number":%d}' % number), None)
        writer.take(outgoing(b"\xff\x00", signing=Signing.NONE), None, Fault("timeout", "no byte came"))
    return writer.digest


def lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def schema_errors(found: Iterable[Line]) -> list[str]:
    """Return what breaks the schema of evidence in some lines."""
    jsonschema.Draft202012Validator.check_schema(evidence_schema())
    validator = jsonschema.Draft202012Validator(evidence_schema())
    return [error.message for line in found for error in validator.iter_errors(line)]


def put(holder: Any, way: Sequence[Any], value: Any) -> None:
    """Put a value in the place of another one; with the ellipsis, take the place away."""
    *steps, last = way
    for step in steps:
        holder = holder[step]
    if value is Ellipsis:
        del holder[last]
    else:
        holder[last] = copy.deepcopy(value)


def rewrite(path: Path, change: Callable[[list[Line]], object], *, forge: bool = False) -> None:
    """Change the lines of a bundle by hand; `forge` makes every number and digest fit again."""
    content = lines(path)
    change(content)
    link = START
    for number, line in enumerate(content, start=1):
        if forge:
            line["n"] = number
            line["digest"] = digest_of(line)
            line["chain"] = link = link_of(link, line["digest"])
    path.write_text("".join(json.dumps(line) + "\n" for line in content), encoding="ascii")
