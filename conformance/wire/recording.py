"""Evidence bundles as files: read with every link of their chain verified, written while a run goes on, replayed."""

from __future__ import annotations

import json
import os
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NoReturn

from conformance import forms
from conformance.forms import FormError
from conformance.output import open_alone
from conformance.wire.evidence import (
    SCHEMA,
    START,
    Bundle,
    Content,
    Entry,
    EvidenceError,
    ExchangeLine,
    Footer,
    Key,
    Origin,
    Seal,
    StateLine,
    digest_of,
    entry_of,
    exchange_line,
    key_of,
    link_of,
    read_content,
)
from conformance.wire.exchange import Fault, HttpResponse
from conformance.wire.redaction import ExchangeMask
from conformance.wire.request import OutgoingRequest, TransportResult, UnansweredError

_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
_MOST_BYTES = 256 * 1024**2
"""Bytes of a bundle, unpacked: ten times what a run on a full account writes."""
_MOST_OF_A_LINE = 64 * 1024**2
_CHUNK = 1024**2
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
        size, number, torn = 0, 0, b""
        for chunk in self._unpacked(file):
            size += len(chunk)
            *lines, torn = (torn + chunk).split(b"\n")
            for line in lines:
                number += 1
                self._take(number, line)
            if size > _MOST_BYTES or len(torn) > _MOST_OF_A_LINE:
                what, most = ("evidence", _MOST_BYTES) if size > _MOST_BYTES else ("entry", _MOST_OF_A_LINE)
                raise EvidenceError(
                    f"the {what} is larger than {most // 1024**2} MiB",
                    where=f"{self._path}, entry {number + 1}",
                    hint="record less of it: --select, --operation, or a smaller `bound` of existing jobs",
                )
        if self._footer is not None and torn:
            self._reject(number + 1, "something follows the footer")
        if self._origin is None:
            self._reject(1, "there is no header")
        footer = self._footer
        stopped = "it has no footer: the run that wrote it was cut short" if footer is None else footer.stopped
        return Bundle(self._path, self._origin, self._state, tuple(self._entries), self._link, stopped)

    def _unpacked(self, file: IO[bytes]) -> Iterator[bytes]:
        chunk = file.read(_CHUNK)
        unpacker = zlib.decompressobj(_GZIP) if chunk.startswith(_MAGIC) else None
        while chunk:
            if unpacker is None:
                yield chunk
            else:
                yield from self._inflated(unpacker, chunk)
            chunk = file.read(_CHUNK)

    def _inflated(self, unpacker: Any, packed: bytes) -> Iterator[bytes]:
        """Unpack a piece of the file in pieces of bounded size, however much it becomes."""
        plain = b""
        while packed or len(plain) == _CHUNK:
            try:
                plain = unpacker.decompress(packed, _CHUNK)
            except zlib.error as error:
                raise EvidenceError(
                    f"the evidence can't be unpacked: {error}", where=self._path, hint=_ORIGINAL
                ) from error
            if unpacker.unused_data:
                raise EvidenceError("something follows the end of the evidence", where=self._path, hint=_ORIGINAL)
            yield plain
            packed = unpacker.unconsumed_tail

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
        sent = redactor.sent(tuple(outgoing.headers.items()))
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
