"""A run without a target: its checks ask a service in this process, so that what they send is counted beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from conformance.catalogue.check import place_in_run
from conformance.catalogue.runner import Runner
from conformance.laws.verdict import Outcome
from conformance.suite.embedded import in_process
from conformance.suite.stage import Plan
from conformance.targets import Access, OpenTarget, State, allowed_operations
from conformance.wire.exchange import HttpResponse
from conformance.wire.sending import Carried, Sending
from conformance.wire.session import Wiring
from conformance.wire.signing import Credentials
from conformance.worlds import World

_NOWHERE = "http://127.0.0.1:1"
_CREDENTIALS = Credentials("AKIDEXAMPLE", "example-secret-key")
"""Keys of nobody, which the service in this process knows."""
_SENDS_NOTHING = frozenset({"response", "consistency"})
"""Areas whose checks look at what others fetched, and at every resource with its listing."""


@dataclass(frozen=True)
class Rehearsal:
    """What a run would send to a target in a certain state, by operation; and the checks that a budget cuts off."""

    requests: Mapping[str, int]
    cut: Mapping[str, int]
    """Checks that would not be judged for want of requests, by area."""

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.requests.values())


def rehearse(plan: Plan, world: World, *, budget: int | None = None, clients: bool = True) -> Rehearsal:
    """Run the checks of a plan on a world in this process; nothing leaves it.

    `budget` cuts the run off as it would be; then checks that send nothing are judged as well, for what they hang on.
    Without `clients` no client library is loaded, which saves half a second.
    """
    spec = replace(plan.spec, budget=budget, pace=None, endpoint_url=_NOWHERE)
    # A target that verifies signatures rejects what breaks them; one that does not is asked more to find out why.
    credentials = _CREDENTIALS if plan.verifies_signatures else None
    service = _Counting(in_process(plan.contract, world, credentials))
    state = State.of_world(spec.state.origin, world)
    access = Access(_NOWHERE, "us-east-1", credentials, allowed_operations(spec, tuple(plan.contract.operations)), spec)
    rehearsed = replace(plan, spec=spec, wiring=Wiring(service))
    lab = rehearsed.lab(OpenTarget(spec, access, state))
    lab.clients = lab.clients if clients else None
    runner = Runner(lab, plan.checks)
    if any(check.area in _SENDS_NOTHING for check in plan.asking):
        _ = lab.survey
    cut: Counter[str] = Counter()
    for check in sorted(plan.asking, key=place_in_run):
        if budget is None and check.area in _SENDS_NOTHING:
            continue
        verdict = runner.verdict(check)
        if lab.gone is not None and (verdict.outcome is Outcome.ERROR or verdict.kind == "behind"):
            cut[check.area] += 1
    return Rehearsal(dict(service.counted), dict(cut))


class _Counting:
    """Answers in the place of the network, and counts."""

    def __init__(self, answer: Callable[[Sending], HttpResponse]) -> None:
        self._answer = answer
        self.counted: Counter[str] = Counter()

    def carry(self, sending: Sending) -> Carried:
        self.counted[sending.operation] += 1
        return Carried(self._answer(sending), None)
