"""An evidence bundle: one JSON object a line, numbered from 1 (`n`), redacted and chained.

Each line has its own digest and a link, both SHA-256 in hex. The digest is that of the line's canonical JSON (names
sorted, no blanks, ASCII) without these two members, and shows that the line was changed. The link is the digest of the
link before it and of the line's digest, and shows that a line before it was taken away or moved. The last link stands
for the whole bundle.

Accounts, key ids, the caller and the host of a private endpoint are replaced by something of the same length, and the
same thing always by the same: so answers still agree with each other, and evaluate as they did. Signatures, keys and
session tokens never get here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from conformance.errors import UserError
from conformance.wire.exchange import Fault, Headers, HttpResponse
from conformance.wire.limits import aws_suffixes, host_of
from conformance.wire.request import OutgoingRequest, Signing

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


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


@cache
def evidence_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line."""
    resource = files("conformance.wire") / "schemas" / "evidence.schema.json"
    schema: dict[str, Any] = json.loads(resource.read_text("utf-8"))
    return schema


@cache
def _validators() -> Mapping[str, Draft202012Validator]:
    """Return a validator for each type of line, so that a complaint says what is wrong."""
    import jsonschema  # noqa: PLC0415 - slow to import, and only needed where a bundle is read

    definitions = evidence_schema()["$defs"]
    return {
        kind: jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": definitions})
        for kind in ("header", "state", "exchange", "footer")
    }


def complaint(line: Mapping[str, Any]) -> str:
    """Say what is wrong with the form of a line; empty where nothing is."""
    kind = line.get("type")
    validator = _validators().get(kind) if isinstance(kind, str) else None
    if validator is None:
        return f"it has the type {kind!r:.40}, which there is not"
    error = next(validator.iter_errors(line), None)
    if error is None:
        return ""
    place = ".".join(map(str, error.absolute_path)) or "the entry"
    return f"its form is wrong at {place} (rule {error.validator!r})"


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
"""Headers that do not distinguish requests: they differ from one sending to the next, or follow from the rest."""

Key = tuple[str, str, str, str, bool, Headers, bytes]
"""What a request is known by: client, operation, method, way of signing, whether chunked, headers that matter, body."""


class EvidenceError(UserError):
    """A bundle can't be written or read, or is not as it was written; `where` names the file and the entry."""


@dataclass(frozen=True)
class Origin:
    """Where a bundle comes from: the target, the contract and the tool of the run that wrote it. Times are ISO 8601."""

    tool: Mapping[str, Any]
    contract: Mapping[str, Any]
    target: Mapping[str, Any]
    run: Mapping[str, Any]
    started: str

    def to_json(self) -> dict[str, Any]:
        """Return the members of the header."""
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


def key_of(outgoing: OutgoingRequest) -> Key:
    """Return what a request is known by."""
    # Names count as they are spelled: a request in lower case is another one than the same as documented.
    matter = ((name, value) for name, value in outgoing.headers.items() if name.lower() not in _PASSING)
    return (
        outgoing.client, outgoing.operation, outgoing.method, str(outgoing.signing), outgoing.chunked,
        tuple(sorted(matter)), outgoing.body,
    )  # fmt: skip


def entry_to_json(
    outgoing: OutgoingRequest, sent: Headers, response: HttpResponse | None, fault: Fault | None
) -> dict[str, Any]:
    """Return an entry as a bundle has it; all that goes in must have been redacted."""
    return {
        "client": outgoing.client,
        "operation": outgoing.operation,
        "signing": str(outgoing.signing),
        "request": {
            "method": outgoing.method,
            "url": outgoing.url,
            "headers": [list(pair) for pair in sent],
            "chunked": outgoing.chunked,
            "body": _body_to_json(outgoing.body),
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
    outgoing = OutgoingRequest(
        value["operation"], request["method"], request["url"], dict(sent), _body_from_json(request["body"]),
        request["chunked"], Signing(value["signing"]), value["client"],
    )  # fmt: skip
    answer = response and HttpResponse(
        response["status"], _headers(response["headers"]), _body_from_json(response["body"]), response["elapsed_s"],
        _epoch(value["at"]),
    )  # fmt: skip
    return Entry(key_of(outgoing), sent, answer, Fault(fault["kind"], fault["detail"]) if fault else None)


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


_KEY_ID = re.compile(r"(?<![A-Za-z0-9])(A(?:KIA|SIA|ROA|IDA|GPA|NPA|BIA|CCA))([A-Z0-9]{12,124})(?![A-Za-z0-9])")
"""Ids of access keys and of IAM principals."""
_CALLER = re.compile(
    r"(arn:aws[a-z-]*:(?:sts::\d{12}:(?:assumed-role|federated-user)|iam::\d{12}:user)/)([^\s\"'\\,;]+)"
)
"""Who called: it is in the messages of denials, and may be a person's name."""
_PUBLIC = re.compile(r"(?:api\.|runtime\.)?sagemaker(?:-fips)?\.[a-z0-9-]+")
"""What comes before the domain in the host of a public endpoint."""
_UNSENT = frozenset({"authorization", "x-amz-security-token", "cookie"})
_UNKEPT = frozenset({"set-cookie"})
_LETTER = re.compile(r"[A-Za-z0-9]")


class Redactor:
    """Takes private data out of the exchanges of one run; `accounts` gives account ids their stand-ins."""

    def __init__(self, accounts: Callable[[str], str], endpoint_url: str = "") -> None:
        """Find out whether the host of the endpoint is private."""
        self._accounts = accounts
        self._host = ""
        self.reaches(endpoint_url)

    def reaches(self, endpoint_url: str) -> None:
        """Set where the target answers: its host is masked unless it is one of AWS's own, or this machine."""
        host = host_of(endpoint_url)
        self._host = "" if _is_public(host) else host

    def text(self, text: str) -> str:
        """Return a text redacted."""
        text = _CALLER.sub(lambda found: found[1] + "*" * len(found[2]), text)
        text = _KEY_ID.sub(lambda found: found[1] + "0" * len(found[2]), text)
        if self._host:
            text = re.sub(re.escape(self._host), _LETTER.sub("x", self._host), text, flags=re.IGNORECASE)
        return self._accounts(text)

    def body(self, body: bytes) -> bytes:
        """Return a body redacted, whatever bytes it is made of."""
        return self.text(body.decode("latin-1")).encode("latin-1")

    def sent(self, headers: Headers) -> Headers:
        """Return the headers of a request, those that hold a signature or a token left out."""
        return tuple((name, self.text(value)) for name, value in headers if name.lower() not in _UNSENT)

    def response(self, response: HttpResponse) -> HttpResponse:
        """Return an answer redacted."""
        headers = tuple((name, self.text(value)) for name, value in response.headers if name.lower() not in _UNKEPT)
        return replace(response, headers=headers, body=self.body(response.body))

    def fault(self, fault: Fault) -> Fault:
        """Return a fault redacted."""
        return Fault(fault.kind, self.text(fault.detail))


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        beginnings = {host.removesuffix(f".{suffix}") for suffix in aws_suffixes()} - {host}
        return host in {"", "localhost"} or any(_PUBLIC.fullmatch(beginning) for beginning in beginnings)
