"""The contract against a page: what the page says that its edition in the contract does not, and the reverse."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.contract.model import UNSET, Citation, Contract, Fact, Source
from conformance.documents.claims import Claim, Place
from conformance.documents.findings import (
    AgainstPage,
    Drift,
    Finding,
    Kind,
    above,
    comparable,
    fact_id,
    folded,
    together,
)
from conformance.documents.prose import wire_word
from conformance.documents.styles import Reading

Key = tuple[str, str, str]
"""Direction, path, facet."""


@dataclass(frozen=True)
class Stated:
    """What a document states, on one line or on several: the value, and the citations by which the contract has it."""

    value: Any
    citations: tuple[Citation, ...]


@dataclass
class Edition:
    """Every statement of one document about its operation, by direction, path and facet, then by comparable value.

    `unreadable` counts the statements in prose about another member, where no reader finds them.
    """

    source: Source
    stated: dict[Key, dict[Any, Stated]] = field(default_factory=dict)
    unreadable: int = 0

    @classmethod
    def of(cls, contract: Contract, source: Source) -> Edition:
        """Collect what a document of the contract states."""
        edition = cls(source)
        about: list[tuple[Key, Any, Citation]] = []
        for fact, citation in _citations(contract, source):
            value = fact.value if citation.value is UNSET else citation.value
            about.append(((fact.direction, fact.path, fact.facet), value, citation))
        rows = sorted(
            {(citation.line or 0, key[0], key[1]) for key, _, citation in about if key[2] == "present"},
            key=lambda row: row[0],
        )
        for key, value, citation in about:
            if key[2] in _NAMING or _under_its_own_name(key, citation.line or 0, rows):
                edition.add(key, value, citation)
            else:
                edition.unreadable += 1
        return edition

    def add(self, key: Key, value: Any, *citations: Citation) -> None:
        """Keep a statement with those that say the same."""
        stated = self.stated.setdefault(key, {})
        same = comparable(key[2], value)
        known = stated.get(same, Stated(value, ()))
        stated[same] = replace(known, citations=(*known.citations, *citations))


_NAMING = ("present", "type", "http_status")


def _citations(contract: Contract, source: Source) -> Iterator[tuple[Fact, Citation]]:
    for fact in contract.facts:
        if fact.operation == source.operation:
            for citation in fact.sources:
                if citation.id == source.id and citation.line is not None:
                    yield fact, citation


def _under_its_own_name(key: Key, line: int, rows: list[tuple[int, str, str]]) -> bool:
    """Return whether the last line at or before this one that names a member names the member itself.

    A paginator's page names the operation's members by naming its arguments.
    """
    at = bisect_right(rows, line, key=lambda row: row[0])
    if at == 0:
        return False
    nearest = rows[at - 1][0]
    return any(row[0] == nearest and row[2] == key[1] for row in rows[:at])


def edition_for(contract: Contract, style: str, operation: str) -> Edition | None:
    """Return the edition of the same style and operation that the contract was made from; None where there is none."""
    fitting = [
        source
        for source in contract.sources.values()
        if source.is_document and source.kind == style and source.operation == operation
    ]
    newest = max(fitting, key=lambda source: source.edition, default=None)
    return None if newest is None else Edition.of(contract, newest)


_NUMBERS = ("integer", "float", "timestamp")


def value_of(fact: Fact, citation: Citation) -> Any:
    """Return what a citation of a fact says."""
    return fact.value if citation.value is UNSET else citation.value


def values_of(fact: Fact) -> list[Any]:
    """Return the value in force, and those of all editions that say something else."""
    return [fact.value, *(value_of(fact, item) for item in fact.sources)]


def normalize_case(claim: Claim, facts: Sequence[Fact]) -> Claim:
    """Return a claim with the words of the wire in place of those that a page without drawings shouts: OFF is Off.

    `facts` are those that list the words of the member, and the one that the claim is about.
    """
    if not facts or claim.facet not in {"enum", "default"}:
        return claim
    known = tuple(
        str(word)
        for fact in facts
        for value in values_of(fact)
        for word in (value if isinstance(value, tuple) else (value,))
    )

    def in_wire_case(word: str) -> str:
        return wire_word(word, known) if word.isupper() else word

    if isinstance(claim.value, tuple):
        return replace(claim, value=tuple(map(in_wire_case, claim.value)))
    return replace(claim, value=in_wire_case(claim.value)) if isinstance(claim.value, str) else claim


def nearest(value: Any, stated: Sequence[Stated]) -> Stated | None:
    """Return the statement that the value most likely took the place of."""
    return max(stated, key=lambda item: len(_words(value) & _words(item.value)), default=None)


def _words(value: Any) -> set[Any]:
    return set(value) if isinstance(value, tuple) else {value}


_MODELLED = "the service model says so already"
_PAGES_ITSELF = "--starting-token"
"""What a command of the AWS CLI has in place of token and page size, where it goes over the pages itself."""

_NO_LONGER = "says so no longer, only what is in force"
_DIRECTIONS = ("input", "paginator", "output", "error")


def against_page(contract: Contract, reading: Reading, shown: str) -> Drift:
    """Compare a page, as it was read, with the contract; `shown` is how the page is named to people."""
    edition = edition_for(contract, reading.style.name, reading.page.operation)
    comparison = _Comparison(contract, reading, edition)
    findings, known = comparison.findings()
    source = edition.source.id if edition else None
    against = AgainstPage(shown, reading.style.name, reading.page.operation, source, len(reading.claims))
    notes = tuple(comparison.notes())
    unread = tuple((item.line, item.text, item.why) for item in reading.unread)
    return Drift(against, together(folded(findings)), together(known), notes, unread)


class _Comparison:
    """Goes through everything that the page or its edition in the contract says of the operation."""

    def __init__(self, contract: Contract, reading: Reading, edition: Edition | None) -> None:
        self._reading = reading
        self._operation = reading.page.operation
        self._edition = edition
        self._page: dict[Key, dict[Any, list[Claim]]] = {}
        self._stated: Mapping[Key, Mapping[Any, Stated]] = edition.stated if edition else {}
        facts = [fact for fact in contract.facts if fact.operation == self._operation]
        keyed: list[tuple[Key, Fact]] = [((item.direction, item.path, item.facet), item) for item in facts]
        self._facts = {key: fact for key, fact in keyed if fact.basis == "documented"}
        self._modelled = {key: fact for key, fact in keyed if fact.basis == "modelled"}
        operation = contract.operations[self._operation]
        recursive = {
            Place(self._operation, direction, node.path)
            for direction, tree in (("input", operation.input), ("output", operation.output))
            for node in tree.walk()
            if node.recursive
        }
        for claim in reading.claims:
            if not recursive.isdisjoint(above(claim.place)):  # a page may draw a shape in itself once more
                continue
            key = (claim.place.direction, claim.place.path, claim.facet)
            facts = [self._facts[item] for item in ((*key[:2], "enum"), key) if item in self._facts]
            wired = normalize_case(claim, facts)
            self._page.setdefault(key, {}).setdefault(comparable(claim.facet, wired.value), []).append(wired)
        pagination = operation.pagination
        pages_itself = any(_PAGES_ITSELF in line for line in reading.page.lines)
        hidden = (pagination.input_token, pagination.limit) if pagination and pages_itself else ()
        self._hidden = {("input", name) for name in hidden}

    def findings(self) -> tuple[list[Finding], list[Finding]]:
        """Return what is drift, and what the contract knows already as a disagreement of its editions."""
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
                f"the contract has no {self._reading.style.title} of this operation: the page is compared with what the"
                " other documents say"
            )
            return
        if self._edition.unreadable:
            yield (
                f"{self._edition.unreadable} statement of {self._edition.source.id} is in prose about another"
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
        """Yield the members that any page of the operation names, where the contract has none of this style."""
        covered = {direction for direction, _, _ in self._page}
        for direction, path, facet in self._facts:
            if facet == "present" and direction in covered and not path.startswith("--"):
                yield direction, path, facet

    def _of(self, key: Key) -> Iterator[tuple[Finding, bool]]:
        page, stated, fact = self._page.get(key, {}), self._stated.get(key, {}), self._facts.get(key)
        in_force = comparable(key[2], fact.value) if fact else None
        known = {comparable(key[2], value) for value in values_of(fact)} if fact else set()
        for same, item in stated.items():
            # Drawn JSON has one word for numbers, which contradicts none of them.
            if fact is not None and same in page and same not in {in_force, "number"}:
                yield self._known(key, fact, item, page[same]), True
        unpaired = [item for same, item in stated.items() if same not in page]
        for same, claims in page.items():
            if same in stated or (same == "number" and in_force in _NUMBERS and key[2] == "type"):
                continue
            was = nearest(claims[0].value, unpaired)
            if was is not None:
                unpaired.remove(was)
            if fact is None or same not in known:
                yield self._differing(key, fact, was, claims), False
            elif was is not None:
                yield self._caught_up(key, fact, was, claims), True
        if not page and not stated and fact is not None:
            unpaired = [Stated(fact.value, fact.sources)]
        yield from self._gone(key, unpaired, resolved=in_force in page)
        if key[2] == "present" and page and stated:
            yield from ((finding, False) for finding in self._named_less(key, page, stated))

    def _gone(self, key: Key, stated: Sequence[Stated], *, resolved: bool) -> Iterator[tuple[Finding, bool]]:
        """Report what the page says no longer; `resolved` is whether it says what is in force."""
        page = [claim for claims in self._page.get(key, {}).values() for claim in claims]
        fact = self._facts.get(key)
        for item in stated:
            if key[2] == "type" and page:  # a type that is no longer drawn as well still counts
                continue
            if fact is not None and resolved:
                yield replace(self._known(key, fact, item, ()), detail=_NO_LONGER), True
            else:
                yield self._finding(Kind.REMOVED, key, ours=item.value, cited=item.citations, claims=page), False

    def _named_less(
        self, key: Key, page: Mapping[Any, Sequence[Claim]], stated: Mapping[Any, Stated]
    ) -> Iterator[Finding]:
        """Report that a member is drawn and no longer explained, or the other way round."""
        (claims,), (item,) = page.values(), stated.values()
        lines, before = {claim.line for claim in claims}, {place.line for place in item.citations}
        if len(lines) < len(before):
            finding = self._finding(Kind.REMOVED, key, ours=True, theirs=True, cited=item.citations, claims=claims)
            yield replace(finding, detail=f"named on {len(before)} lines of that edition, on {len(lines)} here")

    def _differing(self, key: Key, fact: Fact | None, was: Stated | None, claims: Sequence[Claim]) -> Finding:
        value, modelled = claims[0].value, self._modelled.get(key)
        ours, cited = (was.value, was.citations) if was else (fact.value, fact.sources) if fact else (None, ())
        kind = Kind.CHANGED if was or fact else Kind.NEW
        finding = self._finding(kind, key, ours=ours, theirs=value, cited=cited, claims=claims)
        says_so = modelled is not None and comparable(key[2], modelled.value) == comparable(key[2], value)
        return replace(finding, detail=_MODELLED) if says_so else finding

    def _known(self, key: Key, fact: Fact, item: Stated, claims: Sequence[Claim]) -> Finding:
        newest = fact.sources[:1]
        return self._finding(Kind.CHANGED, key, ours=fact.value, theirs=item.value, cited=newest, claims=claims)

    def _caught_up(self, key: Key, fact: Fact, was: Stated, claims: Sequence[Claim]) -> Finding:
        value = claims[0].value
        finding = self._finding(Kind.CHANGED, key, ours=was.value, theirs=value, cited=was.citations, claims=claims)
        same = comparable(key[2], value)
        saying = (item for item in fact.sources if comparable(key[2], value_of(fact, item)) == same)
        says = next(saying, fact.sources[0])
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
