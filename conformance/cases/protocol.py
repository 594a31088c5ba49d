"""Protocol cases: the envelope of AWS JSON 1.1 around a well-formed request, bent in one way at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from conformance.cases.model import Expect
from conformance.contract import Contract, Operation
from conformance.wire.request import NO_SUCH_OPERATION, Request, Signing

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
    facts: tuple[str, ...] = field(default=())


def protocol_cases(contract: Contract, operation: Operation, plain: Request) -> tuple[ProtocolCase, ...]:
    """Give the cases for an operation around `plain`, a request of it that the target accepts."""
    groups = (_targets, _methods, _bodies, _headers, _signatures)
    return tuple(case for group in groups for case in group(contract, operation, plain))


_BAD = frozenset({400})


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
            _BAD,
            frozenset({"UnknownOperationException"}),
            "should",
            "observed",
            ("O33",),
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
            lenient="which 4xx answers another method is documented nowhere",
        )


def _bodies(contract: Contract, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:  # noqa: ARG001 - one signature for all groups
    body = plain.body

    def case(name: str, statement: str, sent: bytes, expect: Expect, **more: object) -> ProtocolCase:
        return ProtocolCase(operation.name, "body", name, statement, replace(plain, body=sent), expect, **more)  # type: ignore[arg-type]

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
        yield case(
            name,
            f"the body is one JSON object: {words} is refused",
            sent,
            Expect.REFUSED,
            statuses=_BAD,
            codes=SERIALIZATION,
            observed=("O34",),
        )
    either = "nobody has shown what the service does"
    member = plain.members
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
        yield case(name, f"{words} is accepted or refused with a 4xx, no more", sent, Expect.EITHER, lenient=either)
    for name, node in operation.input.members.items():
        if node.type == "integer":
            for form, number in (("exponent", b"1E1"), ("point-zero", b"10.0"), ("negative-zero", b"-0")):
                sent = body[:-1] + b',"' + name.encode() + b'":' + number + b"}"
                words = (
                    f"{name} written {number.decode()} is a JSON number too: accepted or refused with a 4xx, no more"
                )
                yield case(f"{form}-{name}", words, sent, Expect.EITHER, lenient=either)
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in str(member[operation.subject]))
    spaced = b" \t\r\n" + body.replace(b":", b" : ").replace(b"{", b"{ ").replace(b"}", b" }") + b"\n"
    key = operation.subject
    escaped_key = body.replace(key.encode(), f"\\u{ord(key[0]):04x}{key[1:]}".encode(), 1)
    yield case(
        "escaped-value",
        "a string written with \\u escapes is the same string",
        f'{{"{key}":"{escaped}"}}'.encode(),
        Expect.ACCEPTED,
    )
    yield case(
        "escaped-member", "a member's name written with a \\u escape is the same name", escaped_key, Expect.ACCEPTED
    )
    yield case("white-space", "white space between the tokens of JSON means nothing", spaced, Expect.ACCEPTED)


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


def _signatures(contract: Contract, operation: Operation, plain: Request) -> Iterator[ProtocolCase]:  # noqa: ARG001 - one signature for all groups
    missing = frozenset({"MissingAuthenticationTokenException", "MissingAuthenticationToken", "AccessDeniedException"})
    unknown = frozenset({"UnrecognizedClientException", "InvalidClientTokenId"})
    wrong = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch"})
    garbled = frozenset({"IncompleteSignatureException", "IncompleteSignature", "InvalidSignatureException"})
    for case, signing, codes, words in (
        ("unsigned", Signing.NONE, missing, "a request without a signature"),
        ("wrong-secret", Signing.WRONG_SECRET, wrong, "a signature made with another secret"),
        ("unknown-key", Signing.UNKNOWN_KEY, unknown, "an access key that nobody has"),
        ("garbled", Signing.GARBLED, garbled, "an Authorization header without its signed headers"),
    ):
        request = replace(plain, signing=signing)
        yield ProtocolCase(
            operation.name,
            "signature",
            case,
            f"{words} is refused",
            request,
            Expect.REFUSED,
            observed=("O37",),
            needs_auth=True,
        )
        yield ProtocolCase(
            operation.name,
            "signature",
            f"{case}-code",
            f"{words} is refused with its own error code",
            request,
            Expect.REFUSED,
            frozenset({400, 401, 403}),
            codes,
            "should",
            "observed",
            ("O37",),
            needs_auth=True,
        )
