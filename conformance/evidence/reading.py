"""Reading a bundle: each line is held against its digests, so that what was changed, taken away or moved is found."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

from conformance.evidence.bundle import SCHEMA, Bundle, Entry, EvidenceError, Origin, entry_from_json
from conformance.evidence.chain import START, digest_of, link_of
from conformance.evidence.schema import complaint

_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
_MOST_BYTES = 256 * 1024**2
"""Bytes of a bundle, unpacked: ten times what a run on a full account writes."""
_MOST_OF_A_LINE = 64 * 1024**2
_CHUNK = 1024**2
_ORIGINAL = "get the file anew from whoever recorded it; a bundle is not edited"


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
            remedy="name a file that `conformance run --record` wrote",
        ) from error


class _Reader:
    """Takes the lines of one bundle in their order."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._origin: Origin | None = None
        self._state: dict[str, Any] | None = None
        self._entries: list[Entry] = []
        self._footer: dict[str, Any] | None = None
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
                    remedy="record less of it: --select, --operation, or a smaller `bound` of existing jobs",
                )
        if self._footer is not None and torn:
            self._refuse(number + 1, "something follows the footer")
        if self._origin is None:
            self._refuse(1, "there is no header")
        footer = self._footer
        stopped = "it has no footer: the run that wrote it was cut short" if footer is None else footer["stopped"]
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
                    f"the evidence can't be unpacked: {error}", where=self._path, remedy=_ORIGINAL
                ) from error
            if unpacker.unused_data:
                raise EvidenceError("something follows the end of the evidence", where=self._path, remedy=_ORIGINAL)
            yield plain
            packed = unpacker.unconsumed_tail

    def _take(self, number: int, line: bytes) -> None:
        try:
            members = json.loads(line, object_pairs_hook=_once, parse_constant=_no_number)
        except (ValueError, RecursionError):
            self._refuse(number, "it is not one JSON object, each member once")
        if not isinstance(members, dict):
            self._refuse(number, "it is not one JSON object, each member once")
        if number == 1 and members.get("type") == "header" and members.get("schema") != SCHEMA:
            raise EvidenceError(
                f"the evidence has schema {members.get('schema')!r}, this version reads schema {SCHEMA}",
                where=f"{self._path}, entry 1",
                remedy="use the version of conformance that wrote it",
            )
        try:
            self._check(number, members)
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError):
            self._refuse(number, "its content is nothing that a run writes")

    def _check(self, number: int, members: dict[str, Any]) -> None:
        """Check an entry, and keep it. Raises EvidenceError, or what reading odd content raises."""
        if problem := complaint(members):
            self._refuse(number, problem)
        if members["n"] != number:
            self._refuse(number, f"it is numbered {members['n']}: an entry was taken away, added or moved")
        if digest_of(members) != members["digest"]:
            self._refuse(number, "its content is not what its digest says: it was changed")
        if link_of(self._link, members["digest"]) != members["chain"]:
            self._refuse(number, "the chain breaks here: an entry before it was changed, taken away or moved")
        self._link = members["chain"]
        self._keep(number, members)

    def _keep(self, number: int, members: dict[str, Any]) -> None:
        kind = members["type"]
        if (kind == "header") != (number == 1):
            self._refuse(number, "the header must be the first entry, and the only one of its kind")
        if self._footer is not None:
            self._refuse(number, "something follows the footer")
        if kind == "header":
            self._origin = Origin.from_json(members)
        elif kind == "state":
            self._state = members["state"]
        elif kind == "exchange":
            self._entries.append(entry_from_json(members))
        else:
            self._footer = members
            if members["exchanges"] != len(self._entries):
                self._refuse(number, f"it counts {members['exchanges']} exchanges, there are {len(self._entries)}")

    def _refuse(self, number: int, problem: str) -> NoReturn:
        raise EvidenceError(
            f"this is no evidence as it was recorded: {problem}",
            where=f"{self._path}, entry {number}",
            remedy=_ORIGINAL,
        )


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members
