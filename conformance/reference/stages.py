"""The stages of a call, in the order of AWS, each a method of its own; what an operation does is the subclass's.

The body is parsed, the operation found, the JSON types looked at, the caller recognised, the constraints checked, and
only then is anything looked up.
"""

from __future__ import annotations

import itertools
import logging
from typing import TYPE_CHECKING, Any

from conformance.reference.http import Answer, Call
from conformance.reference.inputs import (
    Rejection,
    check_input,
    internal_failure,
    read_members,
    read_object,
    unknown_operation,
)
from conformance.reference.signatures import Signatures
from conformance.wire.encoding import dump

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.contract.model import Contract, Node

Members = dict[str, Any]

_LOG = logging.getLogger(__name__)
_OK = 200
_METHOD_NOT_ALLOWED = 405
_NOT_FOUND = 404


class Stages:
    """Takes calls through all stages, up to what an operation does. Calls may come from several threads at once."""

    def __init__(
        self,
        contract: Contract,
        inputs: Mapping[str, Node],
        credentials: Mapping[str, str] | None,
        clock: Callable[[], float],
    ) -> None:
        """Serve the operations with these inputs; with `credentials` every request has to be signed by one of them."""
        self.contract = contract
        self.inputs = inputs
        self.clock = clock
        self._signatures = Signatures(credentials, contract.service.signing_name, clock) if credentials else None
        self._numbers = itertools.count(1)

    def perform(self, name: str, members: Members) -> Members:
        """Do what an operation does."""
        raise NotImplementedError

    def answer(self, call: Call) -> Answer:
        """Take a call through all stages; a fault of the server itself is an InternalFailure."""
        try:
            self.admit(call)
            content = self.parse(call)
            name = self.dispatch(call)
            members = self.read(name, content)
            self.authenticate(call)
            self.validate(name, members)
            return self.succeed(self.perform(name, members))
        except Rejection as rejection:
            return self.reject(rejection)
        except Exception:  # noqa: BLE001 - whatever broke, the caller gets an answer and the log gets the reason
            _LOG.exception("the reference server broke on %s %s", call.method, call.target)
            return self.reject(internal_failure())

    def behind(self, call: Call) -> str:  # noqa: ARG002 - variants look at it
        """Return what becomes of the connection behind the answer to a call: empty, it carries the next one.

        A variant names the kind of fault that the next request meets.
        """
        return ""

    def admit(self, call: Call) -> None:
        """Reject what is not a POST to the root: the operation is in a header, never in the URL."""
        if call.method != "POST":
            raise unknown_operation(f"{call.method} is not supported: use POST", status=_METHOD_NOT_ALLOWED)
        if call.target.partition("?")[0] != "/":
            raise unknown_operation("there is nothing at this path: use /", status=_NOT_FOUND)

    def parse(self, call: Call) -> Members:
        """Parse the body, a JSON object; an operation that needs no member may be called without a body."""
        return {} if not call.body and self._needs_nothing(_operation_of(call)[1]) else read_object(call.body)

    def _needs_nothing(self, name: str) -> bool:
        """Whether an operation may be called without any member."""
        operation, node = self.contract.operations.get(name), self.inputs.get(name)
        if operation is not None:
            return not operation.needed
        return node is not None and not any(member.effective("required") for member in node.members.values())

    def dispatch(self, call: Call) -> str:
        """Find the operation that the target header names."""
        prefix, name = _operation_of(call)
        if prefix != self.contract.service.target_prefix or name not in self.inputs:
            raise unknown_operation("")
        return name

    def read(self, name: str, content: Members) -> Members:
        """Take the members of the operation's input, each of the right JSON type."""
        members: Members = read_members(self.inputs[name], content)
        return members

    def authenticate(self, call: Call) -> None:
        """Check the signature, where keys are configured."""
        if self._signatures is not None:
            self._signatures.check(call)

    def validate(self, name: str, members: Members) -> None:
        """Check every constraint of the input."""
        check_input(self.inputs[name], members)

    def succeed(self, output: Members) -> Answer:
        """Write the answer of an operation."""
        return self.write(_OK, output)

    def reject(self, rejection: Rejection) -> Answer:
        """Write the answer to a request that is rejected."""
        return self.write(rejection.status, rejection.content())

    def write(self, status: int, content: Members) -> Answer:
        """Write an object as JSON, under a request id of its own."""
        number = next(self._numbers)
        request_id = f"{number:08x}-0000-4000-8000-{number:012x}"
        return Answer(status, dump(content), request_id, self.contract.service.content_type, self.clock())


def _operation_of(call: Call) -> tuple[str, str]:
    """Return the prefix and the operation that the target header names."""
    prefix, _, name = call.headers.get("x-amz-target", "").rpartition(".")
    return prefix, name
