"""Runs of boto3's paginator that its checks share: over which listing, with what settings, and what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.catalogue.client_calls import ClientLab, ClientOutcome
from conformance.catalogue.client_checks import ClientChecks, unfinished
from conformance.catalogue.lab import Lab
from conformance.catalogue.unfit import Unfit
from conformance.laws.listing import Reader
from conformance.laws.survey import Inventory
from conformance.laws.verdict import skipped

NO_LISTING = "the target has no ended resource with more than three listed items"
_FEWEST = 4

Config = Mapping[str, Any]
"""What stands in PaginationConfig."""
_Run = Callable[[str, Mapping[str, Any], Config | None], ClientOutcome]


@dataclass(frozen=True)
class Ran:
    """A paginator that came to its end: what it handed out, and the whole listing beside it."""

    outcome: ClientOutcome
    items: tuple[str, ...]
    every: tuple[str, ...]


def by_identity(base: ClientChecks) -> dict[str, Any]:
    """Give the members that ask for an order without ties: two runs of any other may hand out ties differently."""
    spec = Reader.of(base.operation).spec
    keys = [name for name, path in spec.keys.items() if path == spec.identity]
    return {spec.sort_by: keys[0], spec.sort_order: spec.ascending} if keys else {}


def subject_of(base: ClientChecks, lab: Lab) -> Inventory | None:
    """Give the inventory with the fewest items that do not fit on a default page; the longest where all do."""
    default = base.operation.input.members[Reader.of(base.operation).pagination.limit].effective("default") or 0

    def choose() -> Inventory | None:
        listed = lab.listed(base.operation)
        longer = [one for one in listed if len(one.items) > default]
        return min(longer, key=_length) if longer else max(listed, key=_length, default=None)

    return lab.chosen("longer than a page", base.operation, choose)


def _length(one: Inventory) -> int:
    return len(one.items)


def _paginated(
    base: ClientChecks, lab: Lab, run: _Run, config: Config | None, members: Mapping[str, Any]
) -> ClientOutcome:
    """Run the paginator, once for all checks that run it in the same way."""
    settings = None if config is None else tuple(sorted(config.items()))

    def make() -> ClientOutcome:
        outcome = run(base.operation.name, members, config)
        lab.saw(outcome.exchanges)
        return outcome

    key = (run.__name__, base.operation.name, settings, tuple(sorted(members.items())))
    return lab.remembered(key, make)


def paginate(
    base: ClientChecks, lab: Lab, client: ClientLab, config: Config | None, *, whole: bool = False, **members: Any
) -> Ran:
    """Run the paginator over the listing that is worth it, page by page, or for its full result.

    Raises Unfit where there is no such listing, or the paginator does not come to its end.
    """
    subject = subject_of(base, lab)
    if subject is None or len(subject.items) < _FEWEST:
        raise Unfit(skipped(NO_LISTING))
    members = {**subject.members, **members}
    walked = lab.walk(base.operation, members).listing
    if walked.left_off:
        raise Unfit(skipped(f"{subject.name}: {walked.problem}, too long to be gone over by the client"))
    outcome = _paginated(base, lab, client.full_result if whole else client.paginate, config, members)
    if problem := unfinished(outcome, "the pages of the listing"):
        raise Unfit(problem)
    reader = Reader.of(base.operation)
    items = tuple(reader.identity(item) for page in outcome.results for item in page.get(reader.pagination.result, ()))
    return Ran(outcome, items, reader.identities(walked.items))
