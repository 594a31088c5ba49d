"""The reference server in the foreground, for the length of a process.

Nothing is left to chance: it is always each n-th request, counted over all callers, so that a test gives the same
result twice.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.errors import UserError
from conformance.output import no_follow
from conformance.reference.generic import ContractService, service_of
from conformance.reference.inputs import Rejection, internal_failure, serves_tuning_jobs
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.reference.signatures import check_age
from conformance.reference.stages import Stages
from conformance.wire.encoding import dump
from conformance.wire.exchange import bare_code

if TYPE_CHECKING:
    from types import FrameType

    from conformance.contract.model import Contract
    from conformance.reference.http import Answer, Call
    from conformance.worlds.model import World


_SHAPE, _URI = "com.amazonaws.service#{}", ":http://internal.amazon.com/coral/com.amazon.coral.validate/"
_HEADER, _QUERY = "x-amzn-errortype", "x-amzn-query-error"
_DETAILS: dict[str, Any] = {"ErrorDetails": [{"__type": "com.amazon.internal#ErrorDetails", "reason": "another shape"}]}
ERROR_FORMS: Mapping[str, tuple[dict[str, Any], dict[str, str]]] = {
    "type": ({"__type": "{}"}, {}),
    "type-namespace": ({"__type": _SHAPE}, {}),
    "type-other-namespace": ({"__type": "com.amazon.coral.service#{}"}, {}),
    "type-namespace-uri": ({"__type": f"{_SHAPE}{_URI}"}, {}),
    "type-nested": ({"__type": _SHAPE} | _DETAILS, {}),
    "code": ({"code": "{}"}, {}),
    "code-namespace": ({"code": _SHAPE}, {}),
    "code-namespace-uri": ({"code": f"{_SHAPE}{_URI}"}, {}),
    "header": ({}, {_HEADER: "{}"}),
    "header-uri": ({}, {_HEADER: f"{{}}{_URI}"}),
    "header-namespace-uri": ({}, {_HEADER: f"{_SHAPE}{_URI}"}),
    "type-and-header": ({"__type": "{}"}, {_HEADER: "{}:"}),
    "query": ({"__type": _SHAPE}, {_QUERY: "Query.{};Sender"}),
}
"""The forms in which an error names its code: members of its body and headers, with the code for the braces.

The first eleven are those of FooError in Smithy's protocol tests of AWS JSON, the last one is that of its services that
were of the Query protocol. `type-and-header` was seen of Cognito.
"""


def in_form(answer: Answer, form: str) -> Answer:
    """Return the answer of an error that names its code in another form."""
    members, headers = ERROR_FORMS[form]
    content = json.loads(answer.body)
    code = content.pop("__type")
    named = {name: value.format(code) if isinstance(value, str) else value for name, value in members.items()}
    more = tuple((name, value.format(code)) for name, value in headers.items())
    return replace(answer, body=dump(named | content), more=(*answer.more, *more))


@dataclass(frozen=True)
class Faults:
    """What the server plays; nothing, as it is made.

    `throttle_every` N answers each N-th request with ThrottlingException, 1 all of them. `deny` names operations
    that no caller may use. `expire_after` is the number of requests after which the credentials count as expired.
    `latency_s` is how many seconds each answer waits. `fail_every` N answers each N-th request with InternalFailure.
    `clock_skew_s` is how many seconds its clock is ahead (negative: behind): signatures look too old, or not yet valid.
    `progress_every` N lets what is under way take a step after every N requests. `error_form` is one of ERROR_FORMS.
    """

    throttle_every: int = 0
    deny: frozenset[str] = frozenset()
    expire_after: int | None = None
    latency_s: float = 0.0
    fail_every: int = 0
    clock_skew_s: float = 0.0
    progress_every: int = 0
    error_form: str = "type"

    def __call__(
        self, world: World, *, contract: Contract | None = None, credentials: Mapping[str, str] | None = None
    ) -> Stages:
        """Return a service that plays them: `ReferenceServer(world, service=Faults(throttle_every=5))`.

        Raises UserError for an operation that the service does not have, and for an unknown form of errors.
        """
        if self.error_form not in ERROR_FORMS:
            raise UserError(
                f"there is no form of errors {self.error_form!r}", hint=f"choose among: {', '.join(ERROR_FORMS)}"
            )
        more: dict[str, Any] = {"credentials": credentials, "clock": lambda: time.time() + self.clock_skew_s}
        service: FaultyService | FaultyContractService
        if contract is None or serves_tuning_jobs(contract):
            service = FaultyService(world, contract=contract, progress_every=self.progress_every, **more)
        else:
            service = FaultyContractService(world, contract=contract, **more)
        service.play(self, world.account)
        for name in sorted(self.deny - set(service.inputs)):
            raise UserError(
                f"there is no operation {name!r} to deny", hint=f"choose among: {', '.join(sorted(service.inputs))}"
            )
        return service


class _Faulty(Stages):
    """Answers as the service does, but where a fault comes first."""

    def play(self, faults: Faults, account: str) -> None:
        """Play these faults, and count from the next request on."""
        self._faults = faults
        self._caller = f"arn:aws:sts::{account}:assumed-role/reader/somebody"
        self._requests = itertools.count(1)
        self._number = threading.local()
        self._waiting = threading.Event()

    def answer(self, call: Call) -> Answer:
        """Return the request a number, and let it wait."""
        self._number.value = next(self._requests)
        if self._faults.latency_s:
            self._waiting.wait(self._faults.latency_s)
        return super().answer(call)

    def admit(self, call: Call) -> None:
        """Throttle each n-th request, or fail it, whatever it asks."""
        if self._is_turn(self._faults.throttle_every):
            raise Rejection("ThrottlingException", "Rate exceeded")
        if self._is_turn(self._faults.fail_every):
            raise internal_failure()
        super().admit(call)

    def reject(self, rejection: Rejection) -> Answer:
        """Write an error in its form."""
        answer = super().reject(rejection)
        return answer if self._faults.error_form == "type" else in_form(answer, self._faults.error_form)

    def _is_turn(self, every: int) -> bool:
        return every > 0 and bool(self._number.value % every == 0)

    def authenticate(self, call: Call) -> None:
        """Let credentials expire, and deny what the caller may not do."""
        super().authenticate(call)
        if self._faults.clock_skew_s:  # also where no keys are configured, so that any credentials show it
            check_age(call, self.clock())
        expire_after = self._faults.expire_after
        if expire_after is not None and self._number.value > expire_after:
            raise Rejection("ExpiredTokenException", "The security token included in the request is expired")
        name = self.dispatch(call)
        if name in self._faults.deny:
            action = f"{self.contract.service.signing_name}:{name}"
            raise Rejection("AccessDeniedException", f"User: {self._caller} is not authorized to perform: {action}")


class FaultyService(_Faulty, Service):
    """The service of tuning jobs, with faults."""


class FaultyContractService(_Faulty, ContractService):
    """The service of any contract, with faults."""


_SECRET_HEADERS = frozenset({"x-amz-security-token", "cookie", "proxy-authorization"})
_SIGNED = re.compile(r"(AWS4-HMAC-SHA256 Credential=)[^/,\s]*(/[^,\s]*, ?SignedHeaders=[^,\s]*, ?Signature=)[0-9a-f]*")
"""An Authorization header but for the access key and the signature."""
_IN_QUERY = re.compile(r"((?:Signature|Security-Token|Credential)=)[^&]*", re.IGNORECASE)
"""The same in the query of a presigned URL."""


class RequestLog:
    """Appends one JSON object a line for each request to a file: what was asked, by whom, and how it was answered.

    Signatures, tokens and access keys are left out of headers and of the request target. The file is its owner's alone.
    """

    def __init__(self, path: Path) -> None:
        """Open the file. Raises UserError where that can't be done."""
        try:
            descriptor = no_follow(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise UserError(
                f"the log of requests can't be written: {error.strerror or error}",
                where=str(path),
                hint="name a file in a folder that can be written to",
            ) from error
        self._file = os.fdopen(descriptor, "a", encoding="ascii", buffering=1)
        self._lock = threading.Lock()

    def __call__(self, call: Call | None, answer: Answer) -> None:
        """Write the line of one request; one that could not be read has only its answer."""
        line: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        if call is not None:
            line |= {
                "method": call.method,
                "target": _IN_QUERY.sub(r"\1***", call.target),
                "operation": call.headers.get("x-amz-target", "").rpartition(".")[2],
                "headers": {name: _without_secrets(name, value) for name, value in call.headers.items()},
                "body": call.body.decode("utf-8", "backslashreplace"),
            }
        received = json.loads(answer.body) if answer.status != HTTPStatus.OK else {}
        error = bare_code(received.get("__type") or received.get("code") or dict(answer.more).get(_HEADER))
        line |= {"status": answer.status, "error": error, "request_id": answer.request_id}
        with self._lock, contextlib.suppress(OSError):  # a full disk is no reason to serve no more
            self._file.write(json.dumps(line) + "\n")


def _without_secrets(name: str, value: str) -> str:
    if name in _SECRET_HEADERS:
        return "***"
    if name != "authorization":
        return value
    signed = _SIGNED.fullmatch(value)
    return "***" if signed is None else f"{signed[1]}***{signed[2]}***"


def serve(  # noqa: PLR0913 - each is one setting of a server
    world: World,
    port: int = 0,
    host: str = "127.0.0.1",
    *,
    faults: Faults | None = None,
    credentials: Mapping[str, str] | None = None,
    log: Path | None = None,
    contract: Contract | None = None,
) -> None:
    """Serve a world, print the endpoint, and return after Ctrl-C or SIGTERM. Call it from the main thread.

    A contract of other operations is served from a state that is made up.
    `faults` are played on top; with `credentials` (access key to secret key) requests have to be signed. Each request
    is appended to the file `log`. Raises UserError where the address is taken or none of this machine's, where the file
    can't be written, and for a fault that can't be played.
    """
    requests = RequestLog(log) if log is not None else None
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    try:
        service = faults or (Service if contract is None else service_of(contract))
        server = ReferenceServer(
            world,
            host=host,
            port=port,
            credentials=credentials,
            contract=contract,
            service=service,
            on_exchange=requests,
        )
    except (OSError, OverflowError) as error:
        raise UserError(f"can't listen: {error}", where=f"{host}:{port}", hint="pick another port or host") from error
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with server:
            made_up = contract is not None and not serves_tuning_jobs(contract)
            what = f"contract {contract.shown_root}" if contract is not None and made_up else f"world {world.name}"
            sys.stdout.write(f"serving {what} at {server.endpoint_url} (Ctrl-C ends it)\n")
            sys.stdout.flush()
            ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
