"""Protocol cases: the envelope of AWS JSON 1.1 around a well-formed request, bent in one way at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from conformance.checks.request.values import Expect
from conformance.contract.model import Contract, Operation
from conformance.wire.limits import NO_SUCH_OPERATION
from conformance.wire.request import HeaderCase, Request, Signing

BAD_REQUEST = frozenset({400})
SERIALIZATION = frozenset({"SerializationException", "ValidationException"})
ANY_CODE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ProtocolCase:
    """One bent envelope.

    A refusal must be a 4xx; `statuses` and `codes` narrow it where the protocol or recordings say more (empty: any).
    `lenient` says in words why more than one thing is accepted.
    """

    operation: str
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
    """Whether a redirect refuses as well."""
    facts: tuple[str, ...] = ()


_NEED_A_MEMBER = frozenset({"cut-in-a-string", "single-quotes", "unquoted", "invalid-utf-8"})
"""Ways of breaking a body that leave an object without members as it is, or no object at all."""


def body_cases(contract: Contract, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:  # noqa: ARG001 - one signature for all groups
    """Yield the cases of bodies: what is no JSON object, what may be read either way, and what is the same text."""
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
    key, value = next(((name, item) for name, item in plain.members.items() if isinstance(item, str)), ("", ""))
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


_DATED = frozenset({Signing.EXPIRED, Signing.FUTURE, Signing.OTHER_DATE})
"""Ways of signing that differ in a date: the specification of signatures speaks of them, and no observation."""


def protocol_cases(contract: Contract, operation: Operation, plain: Request) -> tuple[ProtocolCase, ...]:
    """Return the cases for an operation around `plain`, a request of it that the target accepts."""
    groups = (_targets, _methods, body_cases, _headers, _header_names, _signatures)
    return tuple(case for group in groups for case in group(contract, operation, plain))


def _targets(contract: Contract, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:
    prefix, name = contract.service.target_prefix, operation.name
    targets = (
        ("missing", "", "no X-Amz-Target header"),
        ("unknown", f"{prefix}.{NO_SUCH_OPERATION}", "an operation that the service does not have"),
        ("wrong-case", f"{prefix}.{name[0].lower()}{name[1:]}", "the operation's name with a small first letter"),
        ("lower-case", f"{prefix}.{name}".lower(), "the whole target in lower case"),
        ("unprefixed", name, "the operation without the service's prefix"),
        ("other-prefix", f"NoSuchService.{name}", "the prefix of another service"),
        ("longer", f"{prefix}.{name}s", "the operation's name with a letter more"),
    )
    for case, target, words in targets:
        request = replace(plain, target=target)
        yield ProtocolCase(
            name,
            "target",
            case,
            f"X-Amz-Target names the operation exactly: {words} reaches none",
            request,
            Expect.REFUSED,
            observed=("O33",),
        )
        yield ProtocolCase(
            name,
            "target",
            f"{case}-code",
            f"{words}: the error is UnknownOperationException, HTTP 400",
            request,
            Expect.REFUSED,
            statuses=BAD_REQUEST,
            codes=frozenset({"UnknownOperationException"}),
            level="should",
            basis="observed",
            observed=("O33",),
        )


def _methods(contract: Contract, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:  # noqa: ARG001 - one signature for all groups
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        yield ProtocolCase(
            operation.name,
            "method",
            method,
            f"operations are called by POST: {method} is no call",
            replace(plain, method=method),
            Expect.REFUSED,
            lenient="what answers another method is documented nowhere: a 4xx, or a redirect elsewhere",
            elsewhere=True,
        )


def _headers(contract: Contract, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:
    name = operation.name
    kind = contract.service.content_type
    either = "services of this protocol differ: 404, 403 and 200 were all recorded elsewhere"
    yield ProtocolCase(
        name,
        "content-type",
        "charset",
        "a charset parameter beside the media type changes nothing",
        replace(plain, content_type=f"{kind}; charset=utf-8"),
        Expect.ACCEPTED,
        level="should",
        basis="inferred",
    )
    for case, content_type in (
        ("missing", ""),
        ("text", "text/plain"),
        ("json", "application/json"),
        ("json-1.0", "application/x-amz-json-1.0"),
        ("form", "application/x-www-form-urlencoded"),
    ):
        yield ProtocolCase(
            name,
            "content-type",
            case,
            f"Content-Type {content_type or 'left out'}: accepted or refused with a 4xx, no more",
            replace(plain, content_type=content_type),
            Expect.EITHER,
            observed=("O39",),
            lenient=either,
        )
    yield ProtocolCase(
        name,
        "transfer",
        "chunked",
        "a body sent in chunks is accepted, or refused with a 4xx (a length may be asked for)",
        replace(plain, chunked=True),
        Expect.EITHER,
        lenient="the service's handling of chunks is documented nowhere",
    )
    yield ProtocolCase(
        name,
        "transfer",
        "accept-gzip",
        "a caller that also takes gzip gets the same answer",
        replace(plain, extra_headers=(("Accept-Encoding", "gzip, identity"),)),
        Expect.ACCEPTED,
    )
    yield ProtocolCase(
        name,
        "transfer",
        "unknown-header",
        "headers that mean nothing to the service change nothing",
        replace(plain, extra_headers=(("X-No-Such-Header", "1"),)),
        Expect.ACCEPTED,
    )


def _header_names(contract: Contract, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:  # noqa: ARG001 - one signature for all groups
    for case, spelling, words in (
        ("lower-case", HeaderCase.LOWER, "in lower case, as the AWS SDK for JavaScript sends them,"),
        ("upper-case", HeaderCase.UPPER, "in upper case"),
        ("mixed-case", HeaderCase.SWAPPED, "in mixed case"),
    ):
        yield ProtocolCase(
            operation.name,
            "header-names",
            case,
            f"the names of headers are case-insensitive: {words} they mean the same",
            replace(plain, header_case=spelling),
            Expect.ACCEPTED,
        )


def _signatures(contract: Contract, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:  # noqa: ARG001 - one signature for all groups
    missing = frozenset({"MissingAuthenticationTokenException", "MissingAuthenticationToken", "AccessDeniedException"})
    unknown = frozenset({"UnrecognizedClientException", "InvalidClientTokenId"})
    wrong = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch"})
    garbled = frozenset({"IncompleteSignatureException", "IncompleteSignature", "InvalidSignatureException"})
    aged = wrong | {"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture", "AuthFailure"}
    for case, signing, codes, words in (
        ("unsigned", Signing.NONE, missing, "a request without a signature"),
        ("wrong-secret", Signing.WRONG_SECRET, wrong, "a signature made with another secret"),
        ("unknown-key", Signing.UNKNOWN_KEY, unknown, "an access key that nobody has"),
        ("garbled", Signing.GARBLED, garbled, "an Authorization header without its signed headers"),
        ("expired", Signing.EXPIRED, aged, "a signature that is an hour old"),
        ("from-the-future", Signing.FUTURE, aged, "a signature with the time of an hour from now"),
        ("other-date", Signing.OTHER_DATE, wrong | garbled, "a signature scoped to another day than X-Amz-Date"),
    ):
        request = replace(plain, signing=signing)
        yield ProtocolCase(
            operation.name,
            "signature",
            case,
            f"{words} is refused",
            request,
            Expect.REFUSED,
            observed=() if signing in _DATED else ("O37",),
            needs_auth=True,
        )
        yield ProtocolCase(
            operation.name,
            "signature",
            f"{case}-code",
            f"{words} is refused with its own error code",
            request,
            Expect.REFUSED,
            statuses=frozenset({400, 401, 403}),
            codes=codes,
            level="should",
            basis="inferred" if signing in _DATED else "observed",
            observed=() if signing in _DATED else ("O37",),
            needs_auth=True,
        )
