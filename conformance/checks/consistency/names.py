"""The check that a resource is the same one under each of its names: its name and its ARN, for example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from conformance.checks.check import Check, because
from conformance.checks.listing.walks import MOST_NAMED, differing_members
from conformance.checks.request.laws import failed_by
from conformance.checks.verdict import Verdict, failed, passed, skipped
from conformance.contract.model import Contract, NameSource, Operation
from conformance.session.listing import member
from conformance.session.session import TargetSession
from conformance.wire.exchange import Exchange
from conformance.wire.limits import reads
from conformance.wire.request import Request

_EXPECTED = "the same answer under each name"


def name_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield a check for each member that takes several names of a resource, of an operation that only reads."""
    for name, source in operation.names.items():
        if source.others and reads(operation.name):
            facts = contract.stated([f"{operation.name}/input/{name}/present"])
            yield Check(
                f"{operation.name}/consistency/{name}/same-under-each-name",
                "should",
                "inferred",
                f"a resource is the same one under each name that {name} takes: {' and '.join(source.paths)}",
                because(contract, facts),
                partial(_run, operation, name, source),
                compares=True,
                facts=facts,
                request=f"{operation.name}, by each name of one item of {source.operation}",
                accepts=_EXPECTED,
            )


def _run(operation: Operation, name: str, source: NameSource, session: TargetSession) -> Verdict:
    listing = session.contract.operations[source.operation]
    items = (item for each in session.listings(listing) for item in each.items) if listing.listing is not None else ()
    named = ([value for path in source.paths if isinstance(value := member(item, path), str)] for item in items)
    names = next((values for values in named if len(set(values)) > 1), None)
    if names is None:
        return skipped(f"{source.operation} shows no item with several of its names")
    plain = session.about(operation, names[0])
    requests = [Request.call(operation.name, {**plain, name: value}) for value in names]
    answers = [session.exchange(request) for request in requests]
    return same_under_each_name(answers, session.send_again(requests[0]) if answers[0].ok else answers[0], names)


def same_under_each_name(answers: Sequence[Exchange], repeated: Exchange, names: Sequence[str] = ()) -> Verdict:
    """Check that answers say the same; members that differ in the first answer, `repeated`, as well say nothing.

    Wherever they have one of the `names`, they may have another: that which was asked for comes back.
    """
    first, *others = answers
    if not first.ok or not repeated.ok:
        return skipped("the target does not answer by the first of the names", exchanges=(first,))
    known, again = first.answer or {}, repeated.answer or {}
    moving = {name for name in {*known, *again} if known.get(name) != again.get(name)}
    for other in others:
        if not other.ok:
            return failed_by(other, "unknown-by-a-name", "a resource is unknown by one of its names", _EXPECTED, first)
        stated, found = (
            {name: _unnamed(value, names) for name, value in answer.items() if name not in moving}
            for answer in (known, other.answer or {})
        )
        differing = list(differing_members(stated, found))
        if differing:
            return failed(
                "other-by-another-name",
                "a resource is another one by another of its names",
                expected=_EXPECTED,
                received="; ".join(differing[:MOST_NAMED]),
                exchanges=(first, other),
                rests_on={"answers": len(answers)},
            )
    return passed({"answers": len(answers)})


def _unnamed(value: Any, names: Sequence[str]) -> Any:
    """Return a value with the first of some names in the place of each."""
    if isinstance(value, Mapping):
        return {key: _unnamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_unnamed(inner, names) for inner in value]
    return names[0] if value in names else value
