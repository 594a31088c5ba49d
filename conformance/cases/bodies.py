"""Protocol cases of the body: no JSON object, a doubtful one, and the same object in other words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from conformance.cases.envelope import BAD_REQUEST, SERIALIZATION, ProtocolCase
from conformance.cases.model import Expect
from conformance.contract import Contract, Operation
from conformance.wire.request import Request

_NEED_A_MEMBER = frozenset({"cut-in-a-string", "single-quotes", "unquoted", "invalid-utf-8"})
"""Ways of breaking a body that leave an object without members as it is, or no object at all."""


def body_cases(contract: Contract, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:  # noqa: ARG001 - one signature for all groups
    """Give the cases of bodies: what is no JSON object, what may be read either way, and what is the same text."""
    yield from _broken(operation, plain)
    yield from _doubtful(operation, plain)
    yield from _same(operation, plain)


def _case(  # noqa: PLR0913, PLR0917 - a row of a table
    operation: Operation, plain: Request, name: str, statement: str, sent: bytes, expect: Expect, **more: Any
) -> ProtocolCase:
    return ProtocolCase(operation.name, "body", name, statement, replace(plain, body=sent), expect, **more)


def _broken(operation: Operation, plain: Request) -> Iterator[ProtocolCase]:
    body = plain.body

    for name, sent, words in (
        ("empty", b"", "an empty body"),
        ("blank", b"  \n", "a blank body"),
        ("null", b"null", "null"),
        ("string", b'"text"', "a bare string"),
        ("number", b"7", "a bare number"),
        ("true", b"true", "a bare true"),
        ("list", b"[" + body + b"]", "a list around the members"),
        ("empty-list", b"[]", "an empty list"),
        ("not-json", b"this is not JSON", "plain text"),
        ("form", urlencode(plain.members).encode(), "a form"),
        ("truncated", body[:-1], "an object cut off before its end"),
        ("cut-in-a-string", body[:-2], "a text cut off inside a string"),
        ("single-quotes", body.replace(b'"', b"'"), "single quotes"),
        ("trailing-comma", body[:-1] + b",}", "a comma too many"),
        ("unquoted", body.replace(b'"', b"", 2), "a member without quotes"),
        ("invalid-utf-8", body.replace(b'"}', b'\xff"}'), "bytes that are not UTF-8"),
    ):
        if name in _NEED_A_MEMBER and not plain.members:
            continue
        yield _case(
            operation,
            plain,
            name,
            f"the body is one JSON object, so this is refused: {words}",
            sent,
            Expect.REFUSED,
            statuses=BAD_REQUEST,
            codes=SERIALIZATION,
            observed=("O34",),
        )
        yield _case(
            operation,
            plain,
            f"{name}-code",
            f"{words} for a body: the error is SerializationException, HTTP 400",
            sent,
            Expect.REFUSED,
            statuses=BAD_REQUEST,
            codes=frozenset({"SerializationException"}),
            level="should",
            basis="observed",
            observed=("O34",),
        )


def _doubtful(operation: Operation, plain: Request) -> Iterator[ProtocolCase]:
    body = plain.body
    either = "nobody has shown what the service does"
    if not plain.members:
        return
    twice = body[:-1] + b"," + body[1:]
    nested = b"[" * 200 + b"]" * 200
    deep = b"[" * 10_000 + b"]" * 10_000
    for name, sent, words in (
        ("duplicate-member", twice, "a member that stands twice"),
        ("byte-order-mark", b"\xef\xbb\xbf" + body, "a byte-order mark in front"),
        ("trailing-text", body + b" x", "text after the object"),
        ("two-objects", body + body, "two objects in a row"),
        ("nested-200", body[:-1] + b',"NoSuchMember":' + nested + b"}", "an unknown member 200 lists deep"),
        ("nested-10000", body[:-1] + b',"NoSuchMember":' + deep + b"}", "an unknown member 10,000 lists deep"),
        (
            "unknown-member-of-1-mb",
            body[:-1] + b',"NoSuchMember":"' + b"x" * 1_000_000 + b'"}',
            "an unknown member of 1 MB",
        ),
    ):
        yield _case(
            operation,
            plain,
            name,
            f"{words} is accepted or refused with a 4xx, no more",
            sent,
            Expect.EITHER,
            lenient=either,
        )
    for name, node in operation.input.members.items():
        if node.type == "integer":
            for form, number in (("exponent", b"1E1"), ("point-zero", b"10.0"), ("negative-zero", b"-0")):
                sent = body[:-1] + b',"' + name.encode() + b'":' + number + b"}"
                words = (
                    f"{name} written {number.decode()} is a JSON number too: accepted or refused with a 4xx, no more"
                )
                yield _case(operation, plain, f"{form}-{name}", words, sent, Expect.EITHER, lenient=either)


def _same(operation: Operation, plain: Request) -> Iterator[ProtocolCase]:
    body = plain.body
    key, value = next(((name, one) for name, one in plain.members.items() if isinstance(one, str)), ("", ""))
    if not key:
        return
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in value)
    spaced = b" \t\r\n" + body.replace(b":", b" : ").replace(b"{", b"{ ").replace(b"}", b" }") + b"\n"
    escaped_key = body.replace(key.encode(), f"\\u{ord(key[0]):04x}{key[1:]}".encode(), 1)
    yield _case(
        operation,
        plain,
        "escaped-value",
        "a string written with \\u escapes is the same string",
        f'{{"{key}":"{escaped}"}}'.encode(),
        Expect.ACCEPTED,
    )
    yield _case(
        operation,
        plain,
        "escaped-member",
        "a member's name written with a \\u escape is the same name",
        escaped_key,
        Expect.ACCEPTED,
    )
    yield _case(
        operation, plain, "white-space", "white space between the tokens of JSON means nothing", spaced, Expect.ACCEPTED
    )
