"""Protocol cases: the envelope of AWS JSON 1.1 around a well-formed request, bent in one way at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.cases.bodies import body_cases
from conformance.cases.envelope import BAD_REQUEST, ProtocolCase
from conformance.cases.model import Expect
from conformance.contract import Contract, Operation
from conformance.wire.request import NO_SUCH_OPERATION, HeaderCase, Request, Signing

_DATED = frozenset({Signing.EXPIRED, Signing.FUTURE, Signing.OTHER_DATE})
"""Ways of signing that differ in a date: the specification of signatures speaks of them, and no observation."""


def protocol_cases(contract: Contract, operation: Operation, plain: Request) -> tuple[ProtocolCase, ...]:
    """Give the cases for an operation around `plain`, a request of it that the target accepts."""
    groups = (_targets, _methods, body_cases, _headers, _header_names, _signatures)
    return tuple(case for group in groups for case in group(contract, operation, plain))


def plainest(operation: Operation, name: str) -> dict[str, str]:
    """Give the members of the plainest request that a body can be bent around: the name of a resource.

    For an operation that names none, a member that takes words, with the first of its words; without such, no member.
    """
    if operation.subject:
        return {operation.subject: name}
    worded = ((one, node.accepted_values() or ()) for one, node in operation.input.members.items())
    return next(({one: words[0]} for one, words in worded if words), {})


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
