"""An evidence bundle: one JSON object a line, numbered from 1 (`n`), redacted and chained.

Each line has its own digest and a link, both SHA-256 in hex. The digest is that of the line's canonical JSON (names
sorted, no blanks, ASCII) without these two members, and shows that the line was changed. The link is the digest of the
link before it and of the line's digest, and shows that a line before it was taken away or moved. The last link
identifies the whole bundle.

Accounts, key ids, the caller and the host of a private endpoint are replaced by something of the same length, and the
same thing always by the same: so answers still agree with each other, and evaluate as they did. Signatures, keys and
session tokens never get here.

The forms of the lines, and what writes, reads and replays them, are one concept, and one module for that, though a long
one.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated, Any, Literal, NoReturn

from msgspec import Meta, Struct

from conformance import forms
from conformance.errors import UserError
from conformance.forms import Count, FormError
from conformance.output import open_alone
from conformance.wire.exchange import Fault, Headers, HttpResponse, Signing
from conformance.wire.redaction import ExchangeMask
from conformance.wire.request import OutgoingRequest, TransportResult, UnansweredError

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
    made: dict[str, tuple[dict[str, str], ...]] = {}
    """The names of what else the run has made, by the listing that shows it; left out where that is nothing."""
    tag: str = ""
    """A part of these names; left out where it is empty."""


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


_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
_MOST_BYTES = 256 * 1024**2
"""Bytes of a bundle, unpacked: ten times what a run on a full account writes."""
_MOST_OF_A_LINE = 64 * 1024**2
_ORIGINAL = "get the file again from where it was recorded; a bundle is not edited"


def read_bundle(path: Path) -> Bundle:
    """Read a bundle that is as it was written.

    A bundle without its footer is given as cut short, and its last line may be torn. Raises EvidenceError, with the
    number of the entry, for anything else.
    """
    try:
        with path.open("rb") as file:
            return _Reader(str(path)).read(file)
    except OSError as error:
        raise EvidenceError(
            f"the evidence can't be read: {error.strerror or error}",
            where=str(path),
            hint="name a file that `conformance run --record` wrote",
        ) from error


class _Reader:
    """Takes the lines of one bundle in their order."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._origin: Origin | None = None
        self._state: dict[str, Any] | None = None
        self._entries: list[Entry] = []
        self._footer: Footer | None = None
        self._link = START

    def read(self, file: IO[bytes]) -> Bundle:
        packed = file.read(len(_MAGIC)) == _MAGIC
        file.seek(0)
        for number, line in enumerate(self._lines(gzip.GzipFile(fileobj=file) if packed else file), 1):
            if line.endswith(b"\n"):
                self._take(number, line)
            elif self._footer is not None:
                self._reject(number, "something follows the footer")
        if self._origin is None:
            self._reject(1, "there is no header")
        footer = self._footer
        stopped = "it has no footer: the run that wrote it was cut short" if footer is None else footer.stopped
        return Bundle(self._path, self._origin, self._state, tuple(self._entries), self._link, stopped)

    def _lines(self, file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
        """Yield the lines, the last of which may be torn; a file that was cut short ends where it was cut."""
        size = number = 0
        try:
            while line := file.readline(_MOST_OF_A_LINE + 1):
                number += 1
                size += len(line)
                if size > _MOST_BYTES or len(line) > _MOST_OF_A_LINE:
                    what, most = ("evidence", _MOST_BYTES) if size > _MOST_BYTES else ("entry", _MOST_OF_A_LINE)
                    raise EvidenceError(
                        f"the {what} is larger than {most // 1024**2} MiB",
                        where=f"{self._path}, entry {number}",
                        hint="record less of it: --select, --operation, or a smaller `bound` of existing jobs",
                    )
                yield line
        except EOFError:
            return
        except (zlib.error, gzip.BadGzipFile) as error:
            raise EvidenceError(f"the evidence can't be unpacked: {error}", where=self._path, hint=_ORIGINAL) from error

    def _take(self, number: int, line: bytes) -> None:
        try:
            members = json.loads(line, object_pairs_hook=_once, parse_constant=_no_number)
        except (ValueError, RecursionError):
            self._reject(number, "it is not one JSON object, each member once")
        if not isinstance(members, dict):
            self._reject(number, "it is not one JSON object, each member once")
        if number == 1 and members.get("type") == "header" and members.get("schema") != SCHEMA:
            raise EvidenceError(
                f"the evidence has schema {members.get('schema')!r}, this version reads schema {SCHEMA}",
                where=f"{self._path}, entry 1",
                hint="use the version of conformance that wrote it",
            )
        try:
            self._check(number, members)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            self._reject(number, "its content is nothing that a run writes")

    def _check(self, number: int, members: dict[str, Any]) -> None:
        """Check an entry, and keep it. Raises EvidenceError, or what reading odd content raises."""
        try:
            seal, content = forms.read(Seal, members, "the entry"), read_content(members)
        except FormError as error:
            self._reject(number, f"its form is wrong: {error}")
        if seal.n != number:
            self._reject(number, f"it is numbered {seal.n}: an entry was taken away, added or moved")
        if digest_of(members) != seal.digest:
            self._reject(number, "its content is not what its digest says: it was changed")
        if link_of(self._link, seal.digest) != seal.chain:
            self._reject(number, "the chain breaks here: an entry before it was changed, taken away or moved")
        self._link = seal.chain
        self._keep(number, content, members)

    def _keep(self, number: int, content: Content, members: dict[str, Any]) -> None:
        if isinstance(content, Origin) != (number == 1):
            self._reject(number, "the header must be the first entry, and the only one of its kind")
        if self._footer is not None:
            self._reject(number, "something follows the footer")
        match content:
            case Origin():
                self._origin = content
            case StateLine():
                self._state = members["state"]
            case ExchangeLine():
                self._entries.append(entry_of(content))
            case Footer():
                self._footer = content
                if content.exchanges != len(self._entries):
                    self._reject(number, f"it counts {content.exchanges} exchanges, there are {len(self._entries)}")

    def _reject(self, number: int, problem: str) -> NoReturn:
        raise EvidenceError(
            f"this is no evidence as it was recorded: {problem}",
            where=f"{self._path}, entry {number}",
            hint=_ORIGINAL,
        )


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


class BundleWriter:
    """Appends the lines of one bundle, redacted and chained; a file that ends in `.gz` is compressed as it is written.

    It is the recorder of a run's exchanges. Each line goes to the operating system at once. A bundle that was there
    before is replaced.
    """

    def __init__(self, path: Path, redactor: ExchangeMask) -> None:
        """Open the file, with its folder. Raises EvidenceError where that can't be done."""
        self.path = path
        self.redactor = redactor
        self.exchanges = 0
        self.digest = START
        """The last link of the chain so far, in hex."""
        self._lines = 0
        self._packer = zlib.compressobj(wbits=_GZIP) if path.suffix == ".gz" else None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = open_alone(path, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        self._open = True

    def begin(self, origin: Origin) -> None:
        """Write the header."""
        self._append(forms.plain(origin))

    def state(self, state: Mapping[str, Any]) -> None:
        """Write the state of the target, as JSON."""
        self._append({"type": "state", "state": json.loads(self.redactor.text(json.dumps(state)))})

    def take(self, outgoing: OutgoingRequest, response: HttpResponse | None, fault: Fault | None) -> None:
        """Write one exchange."""
        if not self._open:
            return
        redactor = self.redactor
        # The answer comes first: an account that it names may be in the request as well, where nothing says so.
        received = redactor.response(response) if response else None
        fault = redactor.fault(fault) if fault else None
        redacted = replace(outgoing, url=redactor.text(outgoing.url), body=redactor.body(outgoing.body))
        sent = redactor.sent(outgoing.headers)
        self.exchanges += 1
        self._append(forms.plain(exchange_line(_now(), redacted, sent, received, fault)))

    def finish(self, *, stopped: str) -> str:
        """Write the footer and let go of the file; return the digest of the whole. `stopped` is why the run gave up."""
        self._append(forms.plain(Footer(self.exchanges, _now(), self.redactor.text(stopped))), last=True)
        self.close()
        return self.digest

    def close(self) -> None:
        """Let go of the file; without a footer it counts as cut short. Closing twice does no harm."""
        if self._open:
            self._open = False
            os.close(self._descriptor)

    def _append(self, members: Mapping[str, Any], *, last: bool = False) -> None:
        self._lines += 1
        line: dict[str, Any] = {"n": self._lines, **members}
        line["digest"] = digest_of(line)
        line["chain"] = self.digest = link_of(self.digest, line["digest"])
        content = json.dumps(line, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii") + b"\n"
        if self._packer is not None:
            mode = zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH
            content = self._packer.compress(content) + self._packer.flush(mode)
        try:
            while content:
                content = content[os.write(self._descriptor, content) :]
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> EvidenceError:
        return EvidenceError(
            f"the evidence can't be written: {error.strerror or error}",
            where=str(self.path),
            hint="name a file in a folder that can be written to, on a disk with room",
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


_SHOWN = 120


class Replay:
    """Answers from a bundle, without a socket.

    A request that was sent several times is answered in the order of then. One that the bundle does not hold, or does
    not hold so many times, is not answered: the check that asked can't be judged.
    """

    def __init__(self, bundle: Bundle) -> None:
        """Find the entries by their requests."""
        self._entries: dict[Key, list[Entry]] = defaultdict(list)
        for entry in bundle.entries:
            self._entries[entry.key].append(entry)
        self._asked: dict[Key, int] = defaultdict(int)

    def carry(self, outgoing: OutgoingRequest) -> TransportResult:
        """Return what came of this request when it was recorded. Raises UnansweredError where that is not known."""
        key = key_of(outgoing)
        entries = self._entries.get(key, ())
        number = self._asked[key]
        if number >= len(entries):
            raise UnansweredError(_unanswered(outgoing, len(entries)))
        self._asked[key] = number + 1
        entry = entries[number]
        return TransportResult(entry.response, entry.fault, entry.sent)


def _unanswered(outgoing: OutgoingRequest, held: int) -> str:
    body = outgoing.body[:_SHOWN].decode("utf-8", "backslashreplace")
    what = f"{outgoing.operation} {body}{'…' if len(outgoing.body) > _SHOWN else ''}"
    if held:
        times = "once" if held == 1 else f"{held} times"
        return f"the evidence holds this request {times}, and it was wanted once more: {what}"
    return f"the evidence does not hold this request: {what}"
