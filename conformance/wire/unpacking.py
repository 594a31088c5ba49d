"""Reads the body of an answer within its bounds, and unpacks it where it came compressed.

The unpacking is done here and not by the HTTP library: a compressed bomb must not expand by more than one piece before
its size is looked at, whatever version of the library is installed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from conformance.wire.deadline import Deadline

_PIECE = 65536
_WINDOW = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_PLAIN = frozenset({"", "identity"})


class TooLargeError(ValueError):
    """The body went over its limit."""


class UndecodableError(ValueError):
    """The body is not packed as its headers say, or in a way that nobody asked for."""


def read_body(raw: Any, coding: str, deadline: Deadline, most: int) -> bytes:
    """Read a body to its end and give it unpacked; `raw` is urllib3's answer, `coding` its Content-Encoding.

    Raises one of the errors above, or whatever the connection raises.
    """
    parts: list[bytes] = []
    size = 0
    for part in _unpacked(_read(raw, deadline, most), coding.strip().lower()):
        size += len(part)
        if size > most:
            raise TooLargeError(f"the body is larger than {most} bytes")
        parts.append(part)
    raw.release_conn()
    return b"".join(parts)


def _read(raw: Any, deadline: Deadline, most: int) -> Iterator[bytes]:
    size = 0
    while piece := raw.read1(_PIECE, decode_content=False):
        size += len(piece)
        if size > most:
            raise TooLargeError(f"the body is larger than {most} bytes")
        yield piece
        deadline.check()


def _unpacked(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    if coding in _PLAIN:
        yield from pieces
        return
    if coding not in _WINDOW:
        raise UndecodableError(f"the answer has the content encoding {coding!r}, and none was asked for")
    unpacker = zlib.decompressobj(_WINDOW[coding])
    try:
        for piece in pieces:
            rest = piece
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise UndecodableError(f"the body can't be decoded: {error}") from error
    if not unpacker.eof:
        raise UndecodableError(f"the body can't be decoded: the {coding} stream ends early")
