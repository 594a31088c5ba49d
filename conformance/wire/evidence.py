"""An evidence bundle: one JSON object a line, numbered from 1 (`n`), redacted and chained.

Each line has its own digest and a link, both SHA-256 in hex. The digest is that of the line's canonical JSON (names
sorted, no blanks, ASCII) without these two members, and shows that the line was changed. The link is the digest of the
link before it and of the line's digest, and shows that a line before it was taken away or moved. The last link
identifies the whole bundle.

Accounts, key ids, the caller and the host of a private endpoint are replaced by something of the same length, and the
same thing always by the same: so answers still agree with each other, and evaluate as they did. Signatures, keys and
session tokens never get here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from conformance import forms
from conformance.errors import UserError
from conformance.forms import Count
from conformance.wire.exchange import Fault, Headers, HttpResponse, Signing
from conformance.wire.request import OutgoingRequest

START = "0" * 64
"""The link before the first line."""

_OWN = ("digest", "chain")


def canonical(members: Mapping[str, Any]) -> bytes:
    """Return the one way in which a line is written for its digest."""
    bare = {name: value for name, value in members.items() if name not in _OWN}
    return json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def digest_of(members: Mapping[str, Any]) -> str:
    """Return the digest of one line."""
    return hashlib.sha256(canonical(members)).hexdigest()


def link_of(before: str, digest: str) -> str:
    """Return the link of a line from the link before it and its own digest."""
    return hashlib.sha256(f"{before}{digest}".encode("ascii")).hexdigest()


SCHEMA: Literal[1] = 1
"""The version of the form."""

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Body = Annotated[dict[Literal["text", "base64"], str], Meta(min_length=1, max_length=1)]
"""Bytes: as text where they are UTF-8, else in base64."""
Selection = str | tuple[str, ...] | None


@dataclass(frozen=True)
class Seal:
    """What each line has to show that it is as it was written."""

    n: Annotated[int, Meta(ge=1)]
    """Number of the entry: its line in the file."""
    digest: Sha256
    chain: Sha256


class _Closed(Struct, frozen=True, forbid_unknown_fields=True):
    """A form whose reader takes no member that it does not know: nothing is in evidence that was not recorded."""


class RecordingTool(_Closed, frozen=True):
    """What recorded it."""

    name: str
    version: str
    python: str
    botocore: str


class RecordedContract(_Closed, frozen=True):
    """The contract of the run."""

    digest: str
    documents: tuple[str, ...]
    facts: Count


class RecordedTarget(_Closed, frozen=True):
    """The system that was tested; the host is masked unless it is AWS's own or the machine of the run."""

    name: str
    kind: Literal["reference", "endpoint", "aws"]
    endpoint_url: str
    region: str
    state: str
    auth: bool
    create: bool


class RecordedRun(_Closed, frozen=True):
    """What was to be checked."""

    target: str
    checks: Count
    select: tuple[str, ...]
    operation: Selection
    area: Selection
    level: Selection


class Origin(_Closed, frozen=True, tag_field="type", tag="header"):
    """The first line: the target, the contract and the tool of the run."""

    schema: Literal[1]
    tool: RecordingTool
    contract: RecordedContract
    target: RecordedTarget
    run: RecordedRun
    started: str
    """ISO 8601 time."""


class RecordedJob(_Closed, frozen=True):
    """A resource of the target."""

    name: str
    known: dict[str, Any] | None
    listed_known: bool
    made: bool
    created: bool
    problem: str


class RecordedState(_Closed, frozen=True):
    """The resources of the target that the run looked at."""

    origin: str
    jobs: tuple[RecordedJob, ...]
    notes: tuple[str, ...]
    problem: str = ""
    """Why the state is unknown; left out where it is known."""


class StateLine(_Closed, frozen=True, tag_field="type", tag="state"):
    """The state of the target."""

    state: RecordedState


class RecordedRequest(_Closed, frozen=True):
    """A request; headers are names and values in their order, without signature, token and cookies."""

    method: str
    url: str
    headers: Headers
    chunked: bool
    body: Body


class RecordedResponse(_Closed, frozen=True):
    """An answer."""

    status: Count
    headers: Headers
    body: Body
    elapsed_s: float
    """Seconds until the answer was complete."""


class RecordedFault(_Closed, frozen=True):
    """Why there was no answer."""

    kind: str
    detail: str


class ExchangeLine(_Closed, frozen=True, tag_field="type", tag="exchange"):
    """One request and what came of it, each sending of its own."""

    at: str
    """ISO 8601 time at which it was over."""
    client: str
    """raw: the suite's own request; else the library that made it."""
    operation: str
    signing: Signing
    """How the request was signed; the signature itself is left out."""
    request: RecordedRequest
    response: RecordedResponse | None
    fault: RecordedFault | None


class Footer(_Closed, frozen=True, tag_field="type", tag="footer"):
    """The last line; its chain is the digest of the whole."""

    exchanges: Count
    finished: str
    stopped: str
    """Why the run gave up; empty where it came to its end."""


Content = Origin | StateLine | ExchangeLine | Footer
"""What a line says, its seal aside."""


def read_content(members: Mapping[str, Any]) -> Content:
    """Return what a line says; raise FormError where it has another form."""
    form: Any = Content
    content: Content = forms.read(form, {name: members[name] for name in members.keys() - {"n", *_OWN}}, "the entry")
    return content


def evidence_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line."""
    schema = forms.schema(
        "A line of an evidence bundle",
        *(Origin, StateLine, ExchangeLine, Footer),
        description="A header, the state, an entry an exchange, a footer. `digest` is the SHA-256 of the line's "
        "canonical JSON without digest and chain (names sorted, no blanks, ASCII); `chain` is the SHA-256 of the chain "
        "before it (64 zeros at first) and its digest, both in hex. A bundle without its footer was cut short.",
    )
    seal = forms.schema("", Seal)
    for line in (schema["$defs"][root["$ref"].rpartition("/")[2]] for root in schema["oneOf"]):
        line["properties"] |= seal["properties"]
        line["required"] += seal["required"]
    return schema


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
"""Headers that do not distinguish requests: they differ from one sending to the next, or follow from the rest."""

Key = tuple[str, str, str, str, bool, Headers, bytes]
"""What a request is known by: client, operation, method, way of signing, whether chunked, headers that matter, body."""


class EvidenceError(UserError):
    """A bundle can't be written or read, or is not as it was written; `where` names the file and the entry."""


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


def key_of(outgoing: OutgoingRequest) -> Key:
    """Return what a request is known by."""
    # Names count as they are spelled: a request in lower case is another one than the same as documented.
    matter = ((name, value) for name, value in outgoing.headers.items() if name.lower() not in _PASSING)
    return (
        outgoing.client, outgoing.operation, outgoing.method, str(outgoing.signing), outgoing.chunked,
        tuple(sorted(matter)), outgoing.body,
    )  # fmt: skip


def exchange_line(
    at: str, outgoing: OutgoingRequest, sent: Headers, response: HttpResponse | None, fault: Fault | None
) -> ExchangeLine:
    """Return an exchange as a bundle has it; all that goes in must have been redacted."""
    request = RecordedRequest(outgoing.method, outgoing.url, sent, outgoing.chunked, _body(outgoing.body))
    answer = None
    if response:
        elapsed_s = round(response.elapsed_s, 6)
        answer = RecordedResponse(response.status, response.headers, _body(response.body), elapsed_s)
    lack = RecordedFault(fault.kind, fault.detail) if fault else None
    return ExchangeLine(at, outgoing.client, outgoing.operation, outgoing.signing, request, answer, lack)


def entry_of(line: ExchangeLine) -> Entry:
    """Return the exchange that a line holds."""
    request, response, fault = line.request, line.response, line.fault
    outgoing = OutgoingRequest(
        line.operation, request.method, request.url, dict(request.headers), _bytes(request.body), request.chunked,
        line.signing, line.client,
    )  # fmt: skip
    answer = None
    if response:
        body = _bytes(response.body)
        answer = HttpResponse(response.status, response.headers, body, response.elapsed_s, _epoch(line.at))
    return Entry(key_of(outgoing), request.headers, answer, Fault(fault.kind, fault.detail) if fault else None)


def _epoch(text: str) -> float:
    """Return the time that an entry names in epoch seconds, 0 where it names none."""
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _body(body: bytes) -> Body:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def _bytes(body: Body) -> bytes:
    return body["text"].encode("utf-8") if "text" in body else base64.b64decode(body["base64"])
