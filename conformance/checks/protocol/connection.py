"""Checks of the connection: a request leaves nothing behind on it, and it stays open for the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

from conformance.checks.check import Check, because
from conformance.checks.request.laws import evaluate_following, evaluate_kept
from conformance.checks.verdict import Outcome, Verdict, skipped
from conformance.contract.model import Contract, Operation
from conformance.session.session import TargetSession
from conformance.wire.exchange import Signing
from conformance.wire.limits import NO_SUCH_OPERATION
from conformance.wire.request import Request, UnansweredError

Bend = Callable[[Contract, Request], Request]

_BEHIND: tuple[tuple[str, str, Bend], ...] = (
    ("chunked", "a body in chunks", lambda _, plain: replace(plain, chunked=True)),
    ("get", "GET with a body", lambda _, plain: replace(plain, method="GET")),
    ("delete", "DELETE with a body", lambda _, plain: replace(plain, method="DELETE")),
    (
        "unknown-operation",
        "a call of an operation that the service does not have",
        lambda contract, plain: replace(plain, target=f"{contract.service.target_prefix}.{NO_SUCH_OPERATION}"),
    ),
    ("not-json", "a body that is not JSON", lambda _, plain: replace(plain, body=b"this is not JSON")),
    ("large-body", "a body of 1 MB", lambda _, plain: replace(plain, body=plain.body + b" " * 1_000_000)),
    ("expect", "a body announced by Expect", lambda _, plain: plain.with_header("Expect", "100-continue")),
    ("unsigned", "a request without a signature", lambda _, plain: replace(plain, signing=Signing.NONE)),
)
"""Requests whose body a server may leave unread: name, words, and what they do to a plain request."""


def connection_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Return a check for each request that may leave bytes behind, and those that an answer keeps its connection."""
    for name, words, bend in _BEHIND:
        yield Check(
            f"{operation.name}/protocol/connection/after-{name}",
            "must",
            "protocol",
            f"behind {words} the connection carries the next request, or is closed (RFC 9112, section 9.3)",
            because(contract, protocol=True),
            partial(_behind, operation, bend, needs_auth=name == "unsigned"),
            request=f"{words}, and a plain request behind it on the same connection",
            accepts="the answer to the plain request, or a closed connection",
        )
    for name, words in (("answer", "an answer"), ("error", "an error")):
        yield Check(
            f"{operation.name}/protocol/connection/kept-after-{name}",
            "should",
            "inferred",
            f"behind {words} the connection carries the next request, unless the answer says that it is closed "
            "(RFC 9112, section 9.6)",
            because(contract, protocol=True),
            partial(_kept, operation, after_error=name == "error"),
            request="two requests on the same connection",
            accepts="an answer to both, or an answer that says Connection: close",
        )


def _behind(operation: Operation, bend: Bend, session: TargetSession, *, needs_auth: bool) -> Verdict:
    if needs_auth and not session.auth:
        return skipped("the target declares that it verifies no signatures (capabilities: auth)")
    plain = session.plain(operation)
    first = bend(session.contract, plain)
    # What has no JSON or another method ought to be rejected: an answer to it is none of the operation's.
    second, before = session.exchange(replace(plain, after=first)), session.exchange(first, ordinary=False)
    verdict = evaluate_following(operation, second, before, session.exchange(plain))
    if verdict.outcome is Outcome.FAILED:  # where others write, what there is may be another since the plain request
        with suppress(UnansweredError):
            return evaluate_following(operation, second, before, session.send_again(plain))
    return verdict


def _kept(operation: Operation, session: TargetSession, *, after_error: bool) -> Verdict:
    plain = session.plain(operation)
    first = (
        replace(plain, target=f"{session.contract.service.target_prefix}.{NO_SUCH_OPERATION}") if after_error else plain
    )
    before = session.exchange(first, ordinary=not after_error)
    return evaluate_kept(session.exchange(replace(plain, after=first)), before)
