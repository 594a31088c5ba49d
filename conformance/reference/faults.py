"""What goes wrong around a service that works: throttling, denial, expired credentials, slow answers, on purpose.

Nothing is left to chance: it is always each n-th request, counted over all callers, so that a test gives the same
result twice.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.errors import UserError
from conformance.reference.refusals import Refusal, internal_failure
from conformance.reference.service import Service
from conformance.reference.signatures import check_age

if TYPE_CHECKING:
    from conformance.contract import Contract
    from conformance.reference.exchange import Answer, Call
    from conformance.worlds import World


@dataclass(frozen=True)
class Faults:
    """What the server plays; nothing, as it is made.

    `throttle_every` N answers each N-th request with ThrottlingException, 1 all of them. `deny` names operations that
    nobody may call. `expire_after` is the number of requests after which the caller's credentials count as expired.
    `latency_s` is how many seconds each answer waits. `fail_every` N answers each N-th request with InternalFailure.
    `clock_skew_s` is how many seconds its clock is ahead (negative: behind): signatures look too old, or not yet valid.
    `progress_every` N lets what is under way take a step after every N requests.
    """

    throttle_every: int = 0
    deny: frozenset[str] = frozenset()
    expire_after: int | None = None
    latency_s: float = 0.0
    fail_every: int = 0
    clock_skew_s: float = 0.0
    progress_every: int = 0

    def __call__(
        self, world: World, *, contract: Contract | None = None, credentials: Mapping[str, str] | None = None
    ) -> Service:
        """Give a service that plays them: `ReferenceServer(world, service=Faults(throttle_every=5))`.

        Raises FaultError for an operation that the service does not have.
        """
        service = FaultyService(self, world, contract=contract, credentials=credentials)
        for name in sorted(self.deny - set(service.inputs)):
            raise FaultError(
                f"there is no operation {name!r} to deny", remedy=f"choose among: {', '.join(sorted(service.inputs))}"
            )
        return service


class FaultError(UserError):
    """A fault that can't be played."""


class FaultyService(Service):
    """Answers as the service does, but where a fault comes first."""

    def __init__(self, faults: Faults, world: World, **more: Any) -> None:
        """Count from the first request on."""
        every = faults.progress_every
        super().__init__(world, clock=lambda: time.time() + faults.clock_skew_s, progress_every=every, **more)
        self._faults = faults
        self._caller = f"arn:aws:sts::{world.account}:assumed-role/reader/somebody"
        self._requests = itertools.count(1)
        self._number = threading.local()
        self._waiting = threading.Event()

    def answer(self, call: Call) -> Answer:
        """Give the request a number, and let it wait."""
        self._number.value = next(self._requests)
        if self._faults.latency_s:
            self._waiting.wait(self._faults.latency_s)
        return super().answer(call)

    def admit(self, call: Call) -> None:
        """Throttle each n-th request, or fail it, whatever it asks."""
        if self._is_turn(self._faults.throttle_every):
            raise Refusal("ThrottlingException", "Rate exceeded")
        if self._is_turn(self._faults.fail_every):
            raise internal_failure()
        super().admit(call)

    def _is_turn(self, every: int) -> bool:
        return every > 0 and bool(self._number.value % every == 0)

    def authenticate(self, call: Call) -> None:
        """Let credentials expire, and deny what the caller may not do."""
        super().authenticate(call)
        if self._faults.clock_skew_s:  # also where no keys are configured, so that any credentials show it
            check_age(call, self.clock())
        expire_after = self._faults.expire_after
        if expire_after is not None and self._number.value > expire_after:
            raise Refusal("ExpiredTokenException", "The security token included in the request is expired")
        name = self.dispatch(call)
        if name in self._faults.deny:
            action = f"{self.contract.service.signing_name}:{name}"
            raise Refusal("AccessDeniedException", f"User: {self._caller} is not authorized to perform: {action}")
