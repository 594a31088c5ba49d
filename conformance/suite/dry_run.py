"""The plan of a run before it sends anything: what will be called, how often, and how long that takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from conformance.checks.check import place_in_run
from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome
from conformance.suite.embedded import in_process
from conformance.suite.plan import DEFAULT_WORLD, Plan
from conformance.targets.making import calls_of_kinds
from conformance.targets.opening import OpenTarget
from conformance.targets.provisioning import calls_at_most, calls_of_a_world
from conformance.targets.spec import Kind, Origin
from conformance.targets.state import CREATE, Access, State, about_tuning_jobs, allowed_operations
from conformance.wire.client import TransportOptions
from conformance.wire.exchange import HttpResponse
from conformance.wire.limits import reads
from conformance.wire.request import OutgoingRequest, TransportResult
from conformance.wire.signing import Credentials
from conformance.worlds.loading import load_world, synthetic_world
from conformance.worlds.model import World

_NOWHERE = "http://127.0.0.1:1"
_CREDENTIALS = Credentials("AKIDEXAMPLE", "example-secret-key")
"""Invented keys, which the service in this process knows."""
_SENDS_NOTHING = frozenset({"response", "consistency"})
"""Areas whose checks look at what others fetched, and at every resource with its listing."""


@dataclass(frozen=True)
class DryRun:
    """What a run would send to a target in a certain state, by operation; and the checks that a budget cuts off."""

    requests: Mapping[str, int]
    cut: Mapping[str, int]
    """Checks that would have no verdict for want of requests, by area."""

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.requests.values())


def dry_run(plan: Plan, world: World, *, budget: int | None = None, clients: bool = True) -> DryRun:
    """Run the checks of a plan on a world in this process; nothing leaves it.

    `budget` cuts the run off as it would be; then checks that send nothing are run as well, for what they depend on.
    Without `clients` no client library is loaded, which saves half a second.
    """
    spec = replace(plan.spec, budget=budget, pace=None, endpoint_url=_NOWHERE)
    # A target that verifies signatures rejects what breaks them; one that does not is asked more to find out why.
    credentials = _CREDENTIALS if plan.verifies_signatures else None
    service = _Counting(in_process(plan.contract, world, credentials))
    state = State.of_world(spec.state.origin, world)
    access = Access(_NOWHERE, "us-east-1", credentials, allowed_operations(spec, tuple(plan.contract.operations)), spec)
    dry = replace(plan, spec=spec, transport_options=TransportOptions(service))
    session = dry.session(OpenTarget(spec, access, state))
    session.clients = session.clients if clients else None
    session.sleep = lambda _: None
    runner = Runner(session, plan.checks)
    if any(check.area in _SENDS_NOTHING for check in plan.asking):
        _ = session.snapshot
    cut: Counter[str] = Counter()
    for check in sorted(plan.asking, key=place_in_run):
        if budget is None and check.area in _SENDS_NOTHING and reads(check.operation):
            continue
        verdict = runner.verdict(check)
        if session.gone is not None and (verdict.outcome is Outcome.ERROR or verdict.kind == "behind"):
            cut[check.area] += 1
    return DryRun(dict(service.counted), dict(cut))


class _Counting:
    """Answers in the place of the network, and counts."""

    def __init__(self, answer: Callable[[OutgoingRequest], HttpResponse]) -> None:
        self._answer = answer
        self.counted: Counter[str] = Counter()

    def carry(self, outgoing: OutgoingRequest) -> TransportResult:
        self.counted[outgoing.operation] += 1
        return TransportResult(self._answer(outgoing), None)


_SIZE = 100
"""Items of the listing of each resource that an estimate assumes where they are not known: the largest page."""


@dataclass(frozen=True)
class RequestEstimate:
    """What a run will send: `least` whatever is there, `most` in a state of that size; both by operation."""

    opening: Mapping[str, int]
    """What finds the state, or makes it and puts all back."""
    least: Mapping[str, int]
    most: Mapping[str, int]
    resources: int
    """How many resources are looked at, at most."""
    size: int | None
    """How many listed items each of them has in the larger state; None where the state is known, and both are one."""
    exact: bool
    """Whether the target is known to hold just this state, and to serve it as the dry run did."""
    cut: Mapping[str, int]
    """Checks by area that the budget would leave without a verdict in the larger state."""

    @property
    def at_least(self) -> int:
        """Requests that are sent whatever is there."""
        return sum(self.opening.values()) + sum(self.least.values())

    @property
    def at_most(self) -> int:
        """Requests that the larger state takes."""
        return sum(self.opening.values()) + sum(self.most.values())


def estimate(plan: Plan) -> RequestEstimate:
    """Work out what a run will send, by running its checks in this process on an empty state and on a large one."""
    spec, by_world = plan.spec, plan.spec.state.origin is not Origin.EXISTING
    tuning = about_tuning_jobs(plan.contract.operations)
    making = _calls_of_making(plan)
    if by_world or not tuning:
        world = load_world(plan.settings.world or DEFAULT_WORLD)
        opening = {**making, **(calls_of_a_world(spec, world) if tuning else {})}
        known = _with_budget(plan, world, sum(opening.values()))
        return RequestEstimate(
            opening, known.requests, known.requests, len(world.jobs), None, spec.kind is Kind.REFERENCE, known.cut
        )
    opening = {**making, **calls_at_most(spec)}
    least = dry_run(plan, replace(synthetic_world(0, 0), name="nothing"))
    resources = len(spec.state.names) or spec.state.bound
    most = _with_budget(plan, synthetic_world(resources, _SIZE), sum(opening.values()))
    return RequestEstimate(opening, least.requests, most.requests, resources, _SIZE, exact=False, cut=most.cut)


def least_requests(plan: Plan) -> int:
    """Return how many requests a read-only run sends at the least, client libraries aside: a quick answer."""
    found = calls_at_most(plan.spec) if about_tuning_jobs(plan.contract.operations) else {}
    return sum(found.values()) + dry_run(plan, synthetic_world(0, 0), clients=False).total


def _calls_of_making(plan: Plan) -> dict[str, int]:
    """Return how many requests it takes to make the resources of the contract, but for those of a world."""
    spec = plan.spec
    if not spec.is_written_to:
        return {}
    by_world = about_tuning_jobs(plan.contract.operations) and spec.state.origin is Origin.CREATE
    return calls_of_kinds(plan.contract, stays=spec.launch is not None, without={CREATE} if by_world else set())


def _with_budget(plan: Plan, world: World, opening: int) -> DryRun:
    whole = dry_run(plan, world)
    budget = plan.spec.budget
    if budget is None or whole.total + opening <= budget:
        return whole
    return replace(whole, cut=dry_run(plan, world, budget=max(budget - opening, 0)).cut)
