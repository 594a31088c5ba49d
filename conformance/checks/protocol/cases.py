"""Protocol cases: the envelope of AWS JSON 1.1 around a well-formed request, bent in one way at a time."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import urlencode

from conformance.checks.request.builder import Expect
from conformance.contract.model import Contract, Operation, Service
from conformance.wire.encoding import dump
from conformance.wire.exchange import Signing
from conformance.wire.limits import LONGER, NO_SUCH_OPERATION
from conformance.wire.request import HeaderCase, Request

ANY_CODE: frozenset[str] = frozenset()
_BAD_REQUEST = frozenset({400})


@dataclass(frozen=True)
class ProtocolCase:
    """One bent envelope: `subject` and `name` are the last two segments of the check id.

    A rejection must be a 4xx; `statuses` and `codes` narrow it where the protocol or recordings say more (empty: any).
    `lenient` says in words why more than one thing is accepted.
    """

    subject: str
    name: str
    statement: str
    request: Request
    expect: Expect
    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = ANY_CODE
    level: str = "must"
    basis: str = "protocol"
    observed: tuple[str, ...] = ()
    lenient: str = ""
    needs_auth: bool = False
    elsewhere: bool = False
    """Whether a redirect (3xx), or a page that is no answer of an operation, rejects as well."""
    others: bool = False
    """Whether further codes will do, as those of the service are not all known."""
    shares: tuple[str, ...] = ()
    """Behaviours that all cases of the subject judge together."""

    def with_code(self, statement: str, codes: frozenset[str], statuses: frozenset[int]) -> ProtocolCase:
        """Return the same case narrowed down to the error code that was observed, or is inferred."""
        basis = "observed" if self.observed else "inferred"
        return replace(
            self, name=f"{self.name}-code", statement=statement, codes=codes, statuses=statuses, level="should",
            basis=basis, others=False,
        )  # fmt: skip


def protocol_cases(contract: Contract, operation: Operation, plain: Request) -> tuple[ProtocolCase, ...]:
    """Return the cases for an operation around `plain`, a request of it that the target accepts."""
    bodies = chain(
        _broken_bodies(contract.service, operation, plain), _doubtful_bodies(operation, plain), _equal_bodies(plain)
    )
    return (
        *_targets(contract, plain),
        *_methods(plain),
        *(replace(case, shares=("parameters-in-a-json-body",)) for case in bodies),
        *_headers(contract.service, plain),
        *_header_names(plain),
        *_signatures(plain),
    )


def _targets(contract: Contract, plain: Request) -> Iterator[ProtocolCase]:
    prefix, name = contract.service.target_prefix, plain.operation
    letter = next(letter for letter in LONGER if f"{name}{letter}" not in contract.operations)
    unknown = frozenset({"UnknownOperationException"})
    for case, target, words in (
        ("missing", "", "no X-Amz-Target header"),
        ("unknown", f"{prefix}.{NO_SUCH_OPERATION}", "an operation that the service does not have"),
        ("wrong-case", f"{prefix}.{name[0].lower()}{name[1:]}", "the operation's name with a small first letter"),
        ("lower-case", f"{prefix}.{name}".lower(), "the whole target in lower case"),
        ("unprefixed", name, "the operation without the service's prefix"),
        ("other-prefix", f"NoSuchService.{name}", "the prefix of another service"),
        ("longer", f"{prefix}.{name}{letter}", "the operation's name with a letter more"),
    ):
        statement = f"X-Amz-Target names the operation exactly: {words} reaches none"
        request = replace(plain, target=target)
        bent = ProtocolCase("target", case, statement, request, Expect.REFUSED, observed=("O33",))
        yield bent
        yield bent.with_code(f"{words}: the error is UnknownOperationException, HTTP 400", unknown, _BAD_REQUEST)


def _methods(plain: Request) -> Iterator[ProtocolCase]:
    lenient = "what answers another method is documented nowhere: a 4xx, a redirect, or a page as of a health check"
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        statement = f"operations are called by POST: {method} is no call"
        request = replace(plain, method=method)
        yield ProtocolCase("method", method, statement, request, Expect.REFUSED, lenient=lenient, elsewhere=True)


_NEED_A_MEMBER = frozenset({"form", "cut-in-a-string", "single-quotes", "unquoted", "invalid-utf-8"})
"""Ways of breaking a body that leave an object without members as it is, or no object at all."""


def _broken_bodies(service: Service, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:
    body = plain.body
    if not operation.needed and not operation.either:
        yield from _no_payload(operation, replace(plain, body=b""))
    either, one = service.rejections | {"SerializationException"}, frozenset({"SerializationException"})
    statuses = _BAD_REQUEST if service.knows_rejections else frozenset()
    not_utf_8 = body.replace(b'"}', b'\xff"}') if b'"}' in body else body[:-1] + b',"\xff":1}'
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
        ("invalid-utf-8", not_utf_8, "bytes that are not UTF-8"),
    ):
        if (plain.members or name not in _NEED_A_MEMBER) and (operation.needed or name != "empty"):
            statement = f"the body is one JSON object, so this is rejected: {words}"
            bent = ProtocolCase(
                "body", name, statement, replace(plain, body=sent), Expect.REFUSED, statuses, either,
                observed=("O34",), others=not service.knows_rejections,
            )  # fmt: skip
            yield bent
            yield bent.with_code(
                f"{words} for a body: the error is SerializationException, HTTP 400", one, _BAD_REQUEST
            )


def _no_payload(operation: Operation, sent: Request) -> Iterator[ProtocolCase]:
    """Yield what an operation that needs no member makes of no payload at all.

    The protocol asks for it to be accepted by an operation without input. It is no must, as services were seen to
    reject an empty body (O34).
    """
    words = "an empty body is a request without members"
    either = f"{words}: accepted or rejected with a 4xx, no more"
    lenient = "the protocol asks for it to be accepted, and services were seen to reject it"
    yield ProtocolCase("body", "empty", either, sent, Expect.EITHER, observed=("O34",), lenient=lenient)
    if not operation.input.members:
        yield ProtocolCase("body", "no-payload", words, sent, Expect.ACCEPTED, level="should", basis="inferred")


def _doubtful_bodies(operation: Operation, plain: Request) -> Iterator[ProtocolCase]:
    if not plain.members:
        return
    body = plain.body
    unknown = body[:-1] + b',"NoSuchMember":'
    nested, deep = (b"[" * depth + b"]" * depth for depth in (200, 10_000))
    rows = [
        ("duplicate-member", body[:-1] + b"," + body[1:], "a member that comes twice is"),
        ("byte-order-mark", b"\xef\xbb\xbf" + body, "a byte-order mark in front is"),
        ("trailing-text", body + b" x", "text after the object is"),
        ("two-objects", body + body, "two objects in a row is"),
        ("nested-200", unknown + nested + b"}", "an unknown member 200 lists deep is"),
        ("nested-10000", unknown + deep + b"}", "an unknown member 10,000 lists deep is"),
        ("unknown-member-of-1-mb", unknown + b'"' + b"x" * 1_000_000 + b'"}', "an unknown member of 1 MB is"),
    ]
    for member in (name for name, node in operation.input.members.items() if node.type == "integer"):
        for form, number in (("exponent", "1E1"), ("point-zero", "10.0"), ("negative-zero", "-0")):
            sent = body[:-1] + f',"{member}":{number}}}'.encode()
            rows.append((f"{form}-{member}", sent, f"{member} written {number} is a JSON number too:"))
    for name, sent, words in rows:
        statement = f"{words} accepted or rejected with a 4xx, no more"
        lenient = "what the service does is unknown"
        yield ProtocolCase("body", name, statement, replace(plain, body=sent), Expect.EITHER, lenient=lenient)


_STRING_OR_MARK = re.compile(rb'"(?:[^"\\]|\\.)*"|[:{}]')
_SPACED = {b":": b" : ", b"{": b"{ ", b"}": b" }"}
"""Punctuation between strings, and the same with white space."""


def _equal_bodies(plain: Request) -> Iterator[ProtocolCase]:
    body = plain.body
    key, value = next(((name, item) for name, item in plain.members.items() if isinstance(item, str)), ("", ""))
    if not key:
        return
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in value)
    spaced = b" \t\r\n" + _STRING_OR_MARK.sub(lambda found: _SPACED.get(found[0], found[0]), body) + b"\n"
    escaped_key = body.replace(key.encode(), f"\\u{ord(key[0]):04x}{key[1:]}".encode(), 1)
    for name, sent, statement in (
        (
            "escaped-value",
            body.replace(dump(value), f'"{escaped}"'.encode(), 1),
            "a string written with \\u escapes is the same string",
        ),
        ("escaped-member", escaped_key, "a member's name written with a \\u escape is the same name"),
        ("white-space", spaced, "white space between the tokens of JSON means nothing"),
    ):
        yield ProtocolCase("body", name, statement, replace(plain, body=sent), Expect.ACCEPTED)


def _headers(service: Service, plain: Request) -> Iterator[ProtocolCase]:
    charset = "a charset parameter after the media type changes nothing"
    sent = replace(plain, content_type=f"{service.content_type}; charset=utf-8")
    yield ProtocolCase("content-type", "charset", charset, sent, Expect.ACCEPTED, level="should", basis="inferred")
    for case, content_type in (
        ("missing", ""),
        ("text", "text/plain"),
        ("json", "application/json"),
        ("json-1.0", "application/x-amz-json-1.0"),
        ("form", "application/x-www-form-urlencoded"),
    ):
        statement = f"Content-Type {content_type or 'left out'}: accepted or rejected with a 4xx, no more"
        either = "services of this protocol differ: 404, 403 and 200 were all recorded elsewhere"
        sent = replace(plain, content_type=content_type)
        yield ProtocolCase(
            "content-type", case, statement, sent, Expect.EITHER, observed=("O39",), lenient=either
        )  # fmt: skip
    chunked = "a body sent in chunks is accepted, or rejected with a 4xx (a length may be asked for)"
    either = "the service's handling of chunks is documented nowhere"
    yield ProtocolCase("transfer", "chunked", chunked, replace(plain, chunked=True), Expect.EITHER, lenient=either)
    packed = "a body in gzip, which Content-Encoding names, is accepted, or rejected with a 4xx"
    either = "only what a service compresses by its model has to be read"
    sent = replace(plain, body=gzip.compress(plain.body, mtime=0), extra_headers=(("Content-Encoding", "gzip"),))
    yield ProtocolCase(
        "transfer", "gzip-body", packed, sent, Expect.EITHER, level="should", basis="inferred", lenient=either
    )
    for case, header, statement in (
        ("accept-gzip", ("Accept-Encoding", "gzip, identity"), "a caller that also takes gzip gets the same answer"),
        ("unknown-header", ("X-No-Such-Header", "1"), "headers that mean nothing to the service change nothing"),
    ):
        yield ProtocolCase("transfer", case, statement, replace(plain, extra_headers=(header,)), Expect.ACCEPTED)


def _header_names(plain: Request) -> Iterator[ProtocolCase]:
    for case, spelling, words in (
        ("lower-case", HeaderCase.LOWER, "in lower case, as the AWS SDK for JavaScript sends them,"),
        ("upper-case", HeaderCase.UPPER, "in upper case"),
        ("mixed-case", HeaderCase.SWAPPED, "in mixed case"),
    ):
        statement = f"the names of headers are case-insensitive: {words} they mean the same"
        sent = replace(plain, header_case=spelling)
        yield ProtocolCase("header-names", case, statement, sent, Expect.ACCEPTED)


_DATED = frozenset({Signing.EXPIRED, Signing.FUTURE, Signing.OTHER_DATE})
"""Ways of signing that differ in a date: the specification of signatures speaks of them, and no observation."""


def _signatures(plain: Request) -> Iterator[ProtocolCase]:
    missing = frozenset({"MissingAuthenticationTokenException", "MissingAuthenticationToken", "AccessDeniedException"})
    unknown = frozenset({"UnrecognizedClientException", "InvalidClientTokenId"})
    wrong = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch"})
    garbled = frozenset({"IncompleteSignatureException", "IncompleteSignature", "InvalidSignatureException"})
    aged = wrong | {"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture", "AuthFailure"}
    for case, signing, codes, words in (
        ("unsigned", Signing.NONE, missing, "a request without a signature"),
        ("wrong-secret", Signing.WRONG_SECRET, wrong, "a signature made with another secret"),
        ("unknown-key", Signing.UNKNOWN_KEY, unknown, "an access key that does not exist"),
        ("garbled", Signing.GARBLED, garbled, "an Authorization header without its signed headers"),
        ("expired", Signing.EXPIRED, aged, "a signature that is an hour old"),
        ("from-the-future", Signing.FUTURE, aged, "a signature with the time of an hour from now"),
        ("other-date", Signing.OTHER_DATE, wrong | garbled, "a signature scoped to another day than X-Amz-Date"),
    ):
        observed = () if signing in _DATED else ("O37",)
        sent = replace(plain, signing=signing)
        bent = ProtocolCase(
            "signature", case, f"{words} is rejected", sent, Expect.REFUSED, observed=observed, needs_auth=True
        )
        yield bent
        yield bent.with_code(f"{words} is rejected with its own error code", codes, frozenset({400, 401, 403}))
