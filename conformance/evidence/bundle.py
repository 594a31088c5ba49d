"""The form of an evidence bundle: a header, the state, an entry for each exchange, and a footer.

One JSON object a line. Lines are numbered from 1 (`n`), and each has two digests (see `conformance.evidence.chain`).
Its own tells that it was changed; the chain tells that something before it was taken away or moved.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from conformance.errors import ExitCode, UserError
from conformance.wire.exchange import Fault, Headers, HttpResponse
from conformance.wire.request import Signing
from conformance.wire.sending import Sending

SCHEMA = 1
"""The version of the form."""

_PASSING = frozenset(
    {
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "authorization",
        "content-length",
        "cookie",
        "host",
        "user-agent",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-user-agent",
    }
)
"""Headers by which requests are not told apart: they differ from one sending to the next, or follow from the rest."""

Key = tuple[str, str, str, str, bool, Headers, bytes]
"""What a request is known by: client, operation, method, way of signing, whether chunked, headers that matter, body."""


class EvidenceError(UserError):
    """A bundle can't be written or read, or is not as it was written; `where` names the file and the entry."""

    def __init__(
        self, problem: str, *, where: str = "", remedy: str = "", exit_code: ExitCode = ExitCode.USAGE
    ) -> None:
        """Keep the parts."""
        super().__init__(problem, where=where, remedy=remedy)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Origin:
    """Where a bundle comes from: the target, the contract and the tool of the run that wrote it. Times are ISO 8601."""

    tool: Mapping[str, Any]
    contract: Mapping[str, Any]
    target: Mapping[str, Any]
    run: Mapping[str, Any]
    started: str

    def to_json(self) -> dict[str, Any]:
        """Give the members of the header."""
        return {"schema": SCHEMA} | vars(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Origin:
        """Read a header that keeps to the schema."""
        return cls(**{name: value[name] for name in ("tool", "contract", "target", "run", "started")})


@dataclass(frozen=True)
class Entry:
    """One exchange: the key of its request, the headers that went out, and what came of it."""

    key: Key
    sent: Headers
    response: HttpResponse | None
    fault: Fault | None


@dataclass(frozen=True)
class Bundle:
    """A whole bundle that is as it was written."""

    path: str
    origin: Origin
    state: Mapping[str, Any] | None
    """The state of the target as `State.to_json` gives it; None where the run ended before it had one."""
    entries: tuple[Entry, ...]
    digest: str
    """The last link of the chain, in hex: the same for the same content."""
    cut_short: str
    """Why the bundle does not hold the whole run; empty where it does."""


def key_of(sending: Sending) -> Key:
    """Give what a request is known by."""
    # Names count as they are spelled: a request in lower case is another one than the same as documented.
    matter = ((name, value) for name, value in sending.headers.items() if name.lower() not in _PASSING)
    return (
        sending.client, sending.operation, sending.method, str(sending.signing), sending.chunked,
        tuple(sorted(matter)), sending.body,
    )  # fmt: skip


def entry_to_json(
    sending: Sending, sent: Headers, response: HttpResponse | None, fault: Fault | None
) -> dict[str, Any]:
    """Give an entry as a bundle has it; all that goes in must have been redacted."""
    return {
        "client": sending.client,
        "operation": sending.operation,
        "signing": str(sending.signing),
        "request": {
            "method": sending.method,
            "url": sending.url,
            "headers": [list(pair) for pair in sent],
            "chunked": sending.chunked,
            "body": _body_to_json(sending.body),
        },
        "response": None
        if response is None
        else {
            "status": response.status,
            "headers": [list(pair) for pair in response.headers],
            "body": _body_to_json(response.body),
            "elapsed_s": round(response.elapsed_s, 6),
        },
        "fault": None if fault is None else {"kind": fault.kind, "detail": fault.detail},
    }


def entry_from_json(value: Mapping[str, Any]) -> Entry:
    """Read an entry that keeps to the schema."""
    request, response, fault = value["request"], value["response"], value["fault"]
    sent = _headers(request["headers"])
    sending = Sending(
        value["operation"], request["method"], request["url"], dict(sent), _body_from_json(request["body"]),
        request["chunked"], Signing(value["signing"]), value["client"],
    )  # fmt: skip
    answer = response and HttpResponse(
        response["status"], _headers(response["headers"]), _body_from_json(response["body"]), response["elapsed_s"],
        _epoch(value["at"]),
    )  # fmt: skip
    return Entry(key_of(sending), sent, answer, Fault(fault["kind"], fault["detail"]) if fault else None)


def _epoch(text: str) -> float:
    """Return the time that an entry names in epoch seconds, 0 where it names none."""
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _headers(pairs: list[list[str]]) -> Headers:
    return tuple((name, value) for name, value in pairs)


def _body_to_json(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def _body_from_json(body: Mapping[str, str]) -> bytes:
    return body["text"].encode("utf-8") if "text" in body else base64.b64decode(body["base64"])
