"""The plan of a run before it sends anything: what will be called, how often, and how long that takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conformance.suite.rehearsal import Rehearsal, rehearse
from conformance.suite.stage import DEFAULT_WORLD, Plan
from conformance.targets import Kind, Origin
from conformance.targets.discovery import calls_at_most
from conformance.targets.provisioning import calls_of_a_world
from conformance.worlds import World, crowd, load_world

_SIZE = 100
"""Items of the listing of each resource that a forecast reckons with where they are not known: the largest page."""


@dataclass(frozen=True)
class Forecast:
    """What a run will send: `least` whatever is there, `most` in a state of the size told; both by operation."""

    opening: Mapping[str, int]
    """What finds the state, or makes it and puts all back."""
    least: Mapping[str, int]
    most: Mapping[str, int]
    resources: int
    """How many resources are looked at, at most."""
    size: int | None
    """How many listed items each of them has in the larger state; None where the state is known, and both are one."""
    exact: bool
    """Whether the target is known to hold just this state, and to serve it as the rehearsal did."""
    cut: Mapping[str, int]
    """Checks by area that the budget would leave without a judgement in the larger state."""

    @property
    def at_least(self) -> int:
        """Requests that are sent whatever is there."""
        return sum(self.opening.values()) + sum(self.least.values())

    @property
    def at_most(self) -> int:
        """Requests that the larger state takes."""
        return sum(self.opening.values()) + sum(self.most.values())


def forecast(plan: Plan) -> Forecast:
    """Work out what a run will send, by running its checks in this process on an empty state and on a large one."""
    spec = plan.spec
    if spec.state.origin is not Origin.EXISTING:
        world = load_world(plan.settings.world or DEFAULT_WORLD)
        opening = calls_of_a_world(spec, world)
        known = _with_budget(plan, world, sum(opening.values()))
        return Forecast(
            opening, known.requests, known.requests, len(world.jobs), None, spec.kind is Kind.REFERENCE, known.cut
        )
    opening = calls_at_most(spec)
    least = rehearse(plan, replace(crowd(0, 0), name="nothing"))
    resources = len(spec.state.names) or spec.state.bound
    most = _with_budget(plan, crowd(resources, _SIZE), sum(opening.values()))
    return Forecast(opening, least.requests, most.requests, resources, _SIZE, exact=False, cut=most.cut)


def least_requests(plan: Plan) -> int:
    """Give how many requests a read-only run sends at the least, client libraries aside: a quick answer."""
    return sum(calls_at_most(plan.spec).values()) + rehearse(plan, crowd(0, 0), clients=False).total


def _with_budget(plan: Plan, world: World, opening: int) -> Rehearsal:
    whole = rehearse(plan, world)
    budget = plan.spec.budget
    if budget is None or whole.total + opening <= budget:
        return whole
    return replace(whole, cut=rehearse(plan, world, budget=max(budget - opening, 0)).cut)
