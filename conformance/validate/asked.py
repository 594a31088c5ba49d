"""An answer beside the request that it was given to: let through or refused, its filter, its order, its bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from conformance.catalogue.check import Check
from conformance.contract import Contract, Operation
from conformance.laws import filters, narrowing, order, paging
from conformance.laws.listing import Reader
from conformance.laws.paging import Walked
from conformance.laws.requests import INVALID, Refusal, judge_accepted, judge_refused, shown
from conformance.laws.verdict import Outcome, Verdict, failed, passed, skipped
from conformance.validate.forms import Answer, Form
from conformance.validate.offline import Judge, members_without
from conformance.validate.own_checks import known_code, known_status, let_through, refused, statuses
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Listing

_UNPROVEN = "whether its valid neighbour is let through takes a server to see"


@dataclass(frozen=True)
class Asked:
    """An answer beside its request. `broken` are the ids of the facts that the request breaks."""

    contract: Contract
    operation: Operation
    answer: Answer
    exchange: Exchange
    broken: tuple[str, ...]
    unsettled: bool
    """Whether nobody has shown how the request ought to end."""

    def ending(self) -> tuple[Check, Verdict]:
        """Judge that a valid request was let through, and an invalid one refused for the right reason."""
        if self.broken:
            return refused(self.contract, self.operation, self.broken), self._refused()
        return let_through(self.contract, self.operation), self._let_through()

    def _let_through(self) -> Verdict:
        operation, exchange = self.operation, self._unbounded()
        code = exchange.error_code
        if code and self.unsettled:
            return skipped("nobody has shown how such a request ought to end")
        common = self.contract.service.common_errors
        if code in common and code not in INVALID and exchange.status < _SERVER_ERROR:
            return skipped(f"it was refused for another reason than its members: {shown(exchange)}")
        if code in INVALID and self._has_token():
            return skipped("nobody has shown how a token ought to be refused that is none")
        return judge_accepted(operation, exchange, exists=False)

    def _refused(self) -> Verdict:
        # The law comes to its control only where all else holds: the refusal itself shows that there was none.
        verdict = judge_refused(self.operation, self.exchange, self.exchange, Refusal())
        if verdict.kind == "control-refused":
            return passed({"answers": 1}, notes=(_UNPROVEN,))
        if self.unsettled and verdict.outcome is Outcome.FAILED:
            return skipped("nobody has shown how such a request ought to end")
        return verdict

    def _unbounded(self) -> Exchange:
        """Give the exchange without the bound on items where the client put several pages together."""
        pagination = self.operation.pagination
        if self.answer.form is not Form.CLI or pagination is None or self.exchange.input is None:
            return self.exchange
        members = members_without(self.exchange.input, pagination.limit)
        return replace(self.exchange, request=replace(self.exchange.request, body=dump(members)))

    def _has_token(self) -> bool:
        pagination = self.operation.pagination
        return pagination is not None and pagination.input_token in (self.exchange.input or {})

    def judges(self) -> Iterator[tuple[str, Judge]]:
        """Give the ids of checks of the catalogue about a listing, with what judges them on this one page."""
        operation, asked = self.operation, self.exchange.input or {}
        if operation.listing is None or operation.pagination is None or not self.exchange.ok or self.broken:
            return
        reader, spec = Reader.of(operation), operation.listing
        found = (self.exchange.answer or {}).get(operation.pagination.result)
        items = tuple(item for item in found if isinstance(item, dict)) if isinstance(found, list) else ()
        name = str(asked.get(operation.subject, operation.name))
        walk = Walked(name, Listing((self.exchange,), items, complete=True), len(items))
        for member in spec.filters:
            if isinstance(value := asked.get(member), str):
                judge = partial(narrowing.admits_only, reader, filters.having(reader, member, value), walk, None)
                yield f"{operation.name}/filter/{value}/only", judge
        key, direction = asked.get(spec.sort_by), asked.get(spec.sort_order)
        if isinstance(key, str) and key in spec.keys:
            falling = direction == spec.descending
            if direction is not None:
                yield (
                    f"{operation.name}/order/{key}/{direction}",
                    lambda: order.sorted_by(reader, key, walk, items, descending=falling),
                )
            if key in spec.omits_items_without_key:
                way = direction or spec.ascending
                yield (
                    f"{operation.name}/filter/{key}/omits-items-without-it-{way}",
                    lambda: order.keyless_left_out(reader, key, items, walk),
                )
        default = operation.input.members[operation.pagination.limit].effective("default")
        if isinstance(default, int) and operation.pagination.limit not in asked and self.answer.form is not Form.CLI:
            yield (
                f"{operation.name}/pagination/page-size/default-at-most",
                lambda: paging.default_page_size(reader, [(self.exchange, len(items))], default, exact=False),
            )


_SERVER_ERROR = 500


def error_code(
    contract: Contract, operation: Operation, answer: Answer, exchange: Exchange
) -> Iterator[tuple[Check, Verdict]]:
    """Judge the code of an error, and its status where that was saved."""
    code, common = exchange.error_code, contract.service.common_errors
    if not code and not answer.rebuilt:  # that there is none is told by the form of its body
        return
    check, known = known_code(contract, operation), (*operation.errors, *common)
    if code not in known:
        received = f"the code {code!r}" if code else "no code"
        yield check, failed("unknown-code", "an error that nobody knows", expected=check.accepts, received=received)
        return
    yield check, passed({"answers": 1})
    if not answer.status:
        return
    check = known_status(contract, operation, code)
    if answer.status in statuses(contract, operation, code):
        yield check, passed({"answers": 1})
    else:
        reason = "the code comes with another status"
        yield check, failed("wrong-status", reason, expected=check.accepts, received=shown(exchange))


def plain_members(value: Mapping[str, Any]) -> dict[str, Any]:
    """Give the members of a request that say something: null is the same as leaving a member out."""
    return {name: member for name, member in value.items() if member is not None}
