"""The contract against a page: what the page says anew, no longer, or otherwise than its edition in the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract import Citation, Contract, Fact
from conformance.drift.claims import Claim
from conformance.drift.edition import Edition, Key, Stated, edition_for
from conformance.drift.finding import Drift, Finding, Kind, fact_id, same, together
from conformance.drift.folding import folded
from conformance.drift.styles import Reading
from conformance.drift.weighing import by_value, drawn_number, nearest, older, quiet, settled, value_of, values_of

_MODELLED = "the service model says so already"
_PAGES_ITSELF = "--starting-token"
"""What a command of the AWS CLI has in place of token and page size, where it goes over the pages itself."""

_NO_LONGER = "says so no longer, only what is in force"
_DIRECTIONS = ("input", "paginator", "output", "error")


def against_page(contract: Contract, reading: Reading, shown: str) -> Drift:
    """Hold a page, as it was read, against the contract; `shown` is how the page is named to people."""
    edition = edition_for(contract, reading.style.name, reading.page.operation)
    comparison = _Comparison(contract, reading, edition)
    findings, known = comparison.findings()
    against = {
        "kind": "document",
        "file": shown,
        "style": reading.style.name,
        "operation": reading.page.operation,
        "edition": edition.source.id if edition else None,
        "claims": len(reading.claims),
    }
    notes = tuple(comparison.notes())
    unread = tuple((one.line, one.text, one.why) for one in reading.unread)
    return Drift(against, together(folded(findings)), together(known), notes, unread)


@dataclass(frozen=True)
class _Leftovers:
    """What the page says and its edition does not, and the other way round, of one key."""

    page: tuple[Claim, ...]
    edition: tuple[Stated, ...]


class _Comparison:
    """Goes through everything that the page or its edition in the contract says of the operation."""

    def __init__(self, contract: Contract, reading: Reading, edition: Edition | None) -> None:
        self._reading = reading
        self._operation = reading.page.operation
        self._edition = edition
        self._page: dict[Key, list[Claim]] = {}
        self._stated: Mapping[Key, list[Stated]] = edition.stated if edition else {}
        facts = [fact for fact in contract.facts if fact.operation == self._operation]
        keyed: list[tuple[Key, Fact]] = [((one.direction, one.path, one.facet), one) for one in facts]
        self._facts = {key: fact for key, fact in keyed if fact.basis == "documented"}
        self._modelled = {key: fact for key, fact in keyed if fact.basis == "modelled"}
        for claim in reading.claims:
            key = (claim.place.direction, claim.place.path, claim.facet)
            self._page.setdefault(key, []).append(
                quiet(claim, [self._facts[one] for one in ((*key[:2], "enum"), key) if one in self._facts])
            )
        pagination = contract.operations[self._operation].pagination
        pages_itself = any(_PAGES_ITSELF in line for line in reading.page.lines)
        hidden = (pagination.input_token, pagination.limit) if pagination and pages_itself else ()
        self._hidden = {("input", name) for name in hidden}

    def findings(self) -> tuple[list[Finding], list[Finding]]:
        """Give what is drift, and what the contract knows already as a disagreement of its editions."""
        drift: list[Finding] = []
        known: list[Finding] = []
        for key in self._keys():
            for finding, is_known in self._of(key):
                (known if is_known else drift).append(finding)
        return drift, known

    def notes(self) -> Iterator[str]:
        """Say what could not be compared."""
        if self._hidden:
            names = " and ".join(sorted(name for _, name in self._hidden))
            yield f"the client goes over the pages itself: its page need not have {names}"
        if self._edition is None:
            yield (
                f"the contract has no {self._reading.style.title} of this operation: the page is held against what the"
                " other documents say"
            )
            return
        if self._edition.unreadable:
            yield (
                f"{self._edition.unreadable} statement of {self._edition.source.id} stands in prose about another"
                " member, and is not looked for"
            )
        elsewhere = sum(key not in self._stated and key not in self._page for key in self._facts)
        if elsewhere:
            yield f"{elsewhere} facts of this operation come from other documents, and are not looked for on this page"

    def _keys(self) -> list[Key]:
        # The page of a method is no page of its paginator, which may be what the contract has in this style.
        paginates = any(direction == "paginator" for direction, _, _ in self._page)
        stated = [key for key in self._stated if paginates or key[0] != "paginator"]
        keys = dict.fromkeys((*self._page, *(stated if self._edition else self._expected())))
        keys = {key: None for key in keys if key in self._page or key[:2] not in self._hidden}
        if self._edition is None:  # what a client adds to every command, the contract has where it has its page
            keys = {key: None for key in keys if not key[1].startswith("--")}
        return sorted(keys, key=lambda key: _DIRECTIONS.index(key[0]))

    def _expected(self) -> Iterator[Key]:
        """Give the members that any page of the operation names, where the contract has none of this style."""
        covered = {direction for direction, _, _ in self._page}
        for direction, path, facet in self._facts:
            if facet == "present" and direction in covered and not path.startswith("--"):
                yield direction, path, facet

    def _of(self, key: Key) -> Iterator[tuple[Finding, bool]]:
        page, stated, fact = self._page.get(key, []), self._stated.get(key, []), self._facts.get(key)
        yield from ((self._known(key, fact, one, page), True) for one in stated if older(one, fact, page))
        left = self._left_over(page, stated)
        unpaired = list(left.edition)
        for value, claims in by_value([claim for claim in left.page if not drawn_number(claim, fact)]):
            was = nearest(value, unpaired)
            if was is not None:
                unpaired.remove(was)
            if fact is not None and any(same(value, one) for one in values_of(fact)):
                if was is not None:
                    yield self._caught_up(key, fact, was, claims), True
            else:
                yield self._differing(key, fact, was, claims), False
        if not page and not stated and fact is not None:
            unpaired = [Stated(fact.value, fact.sources)]
        for one in unpaired:
            if key[2] == "type" and page:  # a type that is no longer drawn as well is still told
                continue
            if fact is not None and settled(one, fact, page):
                yield replace(self._known(key, fact, one, page), detail=_NO_LONGER), True
            else:
                yield self._finding(Kind.REMOVED, key, ours=one.value, cited=one.citations, claims=page), False
        if key[2] == "present" and page and not left.page:
            yield from ((finding, False) for finding in self._named_less(key, page, stated))

    @staticmethod
    def _left_over(page: Sequence[Claim], stated: Sequence[Stated]) -> _Leftovers:
        return _Leftovers(
            tuple(claim for claim in page if not any(same(claim.value, one.value) for one in stated)),
            tuple(one for one in stated if not any(same(claim.value, one.value) for claim in page)),
        )

    def _named_less(self, key: Key, page: Sequence[Claim], stated: Sequence[Stated]) -> Iterator[Finding]:
        """Tell that a member is drawn and no longer explained, or the other way round."""
        lines, before = {claim.line for claim in page}, {place.line for one in stated for place in one.citations}
        if len(lines) < len(before):
            places = tuple(place for one in stated for place in one.citations)
            finding = self._finding(Kind.REMOVED, key, ours=True, cited=places, claims=page)
            yield replace(
                finding, theirs=True, detail=f"named on {len(before)} lines of that edition, on {len(lines)} here"
            )

    def _differing(self, key: Key, fact: Fact | None, was: Stated | None, claims: Sequence[Claim]) -> Finding:
        value, modelled = claims[0].value, self._modelled.get(key)
        if was is not None:
            finding = self._finding(Kind.CHANGED, key, ours=was.value, theirs=value, cited=was.citations, claims=claims)
        elif fact is not None:
            finding = self._finding(Kind.CHANGED, key, ours=fact.value, theirs=value, cited=fact.sources, claims=claims)
        else:
            finding = self._finding(Kind.NEW, key, theirs=value, claims=claims)
        says_so = modelled is not None and same(modelled.value, value)
        return replace(finding, detail=_MODELLED) if says_so else finding

    def _known(self, key: Key, fact: Fact | None, one: Stated, page: Sequence[Claim]) -> Finding:
        lines = [claim for claim in page if same(claim.value, one.value)]
        newest = fact.sources[:1] if fact else ()
        return self._finding(
            Kind.CHANGED, key, ours=fact.value if fact else None, theirs=one.value, cited=newest, claims=lines
        )

    def _caught_up(self, key: Key, fact: Fact, was: Stated, claims: Sequence[Claim]) -> Finding:
        finding = self._finding(
            Kind.CHANGED, key, ours=was.value, theirs=claims[0].value, cited=was.citations, claims=claims
        )
        says = next((one for one in fact.sources if same(value_of(fact, one), claims[0].value)), fact.sources[0])
        return replace(finding, detail=f"says now what {says.id}:{says.line} says")

    def _finding(  # noqa: PLR0913 - a finding, and what its fact is known by
        self,
        kind: Kind,
        key: Key,
        *,
        ours: Any = None,
        theirs: Any = None,
        cited: tuple[Citation, ...] = (),
        claims: Sequence[Claim] = (),
    ) -> Finding:
        direction, path, facet = key
        lines = tuple(sorted({claim.line for claim in claims}))
        facts = (fact_id(self._operation, direction, path, facet),)
        return Finding(kind, self._operation, direction, path, facet, facts, ours, theirs, cited, lines)
