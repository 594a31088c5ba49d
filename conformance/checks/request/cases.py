"""Request cases for every input member of an operation: presence, type, limits, enum, and members it has not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from conformance.checks.request.values import (
    JSON_TYPES,
    CaseError,
    Edit,
    Expect,
    Members,
    Placeholder,
    RequestCase,
    beyond,
    example,
    near_misses,
    of_length,
    request_violations,
    sibling_words,
    spoiled,
    violations,
    wrong_types,
)
from conformance.contract.model import Contract, Node, Operation

GARBAGE = "not-a-token-that-anybody-issued"
FAR_FUTURE = 4_102_444_800
"""The beginning of the year 2100, in seconds: nothing on any server is younger."""


class Builder:
    """Builds the request cases of one operation."""

    def __init__(self, operation: Operation) -> None:
        """Start from the request that names a resource that exists, if the operation needs one, and nothing else."""
        self.operation = operation
        self.base: Members = ((operation.subject, Placeholder.EXISTING),) if operation.subject else ()

    @property
    def optional(self) -> list[Node]:
        """The members that a request may leave out."""
        return [node for node in self.operation.input.members.values() if not node.effective("required")]

    def is_token(self, node: Node) -> bool:
        """Return whether a member is the pagination token."""
        pagination = self.operation.pagination
        return pagination is not None and node.name == pagination.input_token

    def good(self, node: Node) -> Any:
        """Return a valid value of a member, or its placeholder; of a filter by time, one that admits much."""
        if node.name == self.operation.subject:
            return Placeholder.EXISTING
        if self.operation.listing is not None and node.name in self.operation.listing.before:
            return FAR_FUTURE
        return Placeholder.TOKEN if self.is_token(node) else example(node)

    def having(self, node: Node, value: Any) -> Members:
        """Return the plainest request with this member set."""
        others = tuple(pair for pair in self.base if pair[0] != node.name)
        return (*others, (node.name, value))

    def fact(self, node: Node, facet: str) -> tuple[str, ...]:
        """Return the id of a fact of a member."""
        return (f"{self.operation.name}/input/{node.path}/{facet}",)

    def case(  # noqa: PLR0913, PLR0917 - a row of a table
        self, node: Node, name: str, statement: str, expect: Expect, value: Any, facet: str, **more: Any
    ) -> RequestCase:
        """Make a case about one facet of a member; its level is that of the fact."""
        modelled = facet not in node.documented and facet in node.modelled
        facts = tuple(f"{fact}/modelled" if modelled else fact for fact in self.fact(node, facet))
        more = {"level": "should" if modelled else "must", "basis": "modelled" if modelled else "documented"} | more
        return RequestCase(
            self.operation.name, node.path, name, statement, expect, self.having(node, value), facts, **more
        )

    def rejected(  # noqa: PLR0913, PLR0917 - a row of a table
        self, node: Node, edit: Edit, facet: str, name: str, statement: str, control: Any = None
    ) -> RequestCase:
        """Make a case that breaks one facet, with its valid neighbour as the control."""
        neighbour = self.having(node, self.good(node) if control is None else control)
        broken = violations(node, edit.value)
        return self.case(
            node,
            name,
            statement,
            Expect.REFUSED,
            edit.value,
            facet,
            control=neighbour,
            breaks=(node.name, facet),
            inseparable=broken - {facet},
        )


_FAR = 10
_AT_THE_END = "trailing-newline"


def string_cases(builder: Builder, node: Node) -> Iterator[RequestCase]:
    """Yield the cases of the length and the pattern of a string."""
    yield from _lengths(builder, node)
    yield from _pattern(builder, node)


def _lengths(builder: Builder, node: Node) -> Iterator[RequestCase]:
    least, most = node.effective("min_length"), node.effective("max_length")
    if least:
        yield from _length(builder, node, least, "min_length")
        short = of_length(node, least - 1, breaking=frozenset({"min_length"}))
        value = "a" * (least - 1) if short is None else short
        statement = f"{node.path} has at least {least} characters"
        edit = Edit(str(least - 1), value, statement)
        control = None if builder.is_token(node) else of_length(node, least, breaking=frozenset())
        yield builder.rejected(node, edit, "min_length", f"length-{least - 1}", statement, control)
    if most:
        yield from _length(builder, node, most, "max_length")
        statement = f"{node.path} has at most {most} characters"
        for length in (most + 1, most * _FAR):
            for breaking in ({"max_length"}, {"max_length", "pattern"}):
                text = of_length(node, length, breaking=frozenset(breaking))
                if text is not None:
                    control = None if builder.is_token(node) else of_length(node, most, breaking=frozenset())
                    edit = Edit(str(length), text, statement)
                    yield builder.rejected(node, edit, "max_length", f"length-{length}", statement, control)
                    break


def _length(builder: Builder, node: Node, length: int, facet: str) -> Iterator[RequestCase]:
    text = of_length(node, length, breaking=frozenset())
    if text is None:
        raise CaseError(f"no valid value of {length} characters for {node.path}")
    if builder.is_token(node):
        yield builder.case(
            node,
            f"length-{length}",
            f"a token may have {length} characters: such a one is treated as any made-up token",
            Expect.LIKE_CONTROL,
            text,
            facet,
            control=builder.having(node, GARBAGE),
        )
        return
    statement = f"{node.path} may have {length} characters"
    yield builder.case(node, f"length-{length}", statement, Expect.ACCEPTED, text, facet)


def _pattern(builder: Builder, node: Node) -> Iterator[RequestCase]:
    if not node.effective("pattern"):
        return
    valid = GARBAGE if builder.is_token(node) else str(example(node))
    control = None if builder.is_token(node) else valid
    both = builder.fact(node, "pattern/modelled") if "pattern" in node.modelled else ()
    for edit in spoiled(node, valid):
        statement = f"{node.path} matches its pattern from end to end: not with {edit.words}"
        case = builder.rejected(node, edit, "pattern", f"pattern-{edit.name}", statement, control)
        if builder.is_token(node) and edit.name == _AT_THE_END:
            # A made-up token is rejected anyway: spoiled must be one that would be accepted.
            case = replace(case, members=builder.having(node, Placeholder.BROKEN_TOKEN))
        yield replace(case, facts=(*case.facts, *both))
    if not builder.is_token(node):
        for name, text in (("inner-hyphens", "a--b"), ("digits", "1234"), ("mixed-case", "AbC-9")):
            if not violations(node, text):
                statement = f"{node.path} admits {text!r}"
                yield builder.case(node, f"pattern-{name}", statement, Expect.ACCEPTED, text, "pattern")


_PLAINEST = frozenset({"left-out", "enum-not-stranger", "pattern-inner-space"})
"""The cases, of those about one facet, that no leniency of a server could explain."""

_WITH_OTHERS = ("enum", "pattern", "maximum", "max_length", "minimum", "min_length")
_WITH_A_TOKEN = ("enum", "minimum", "max_length", "maximum", "pattern", "min_length")
"""The facets in the order in which they are broken: the first that a member has gives the case that names none."""


def pairs(builder: Builder) -> Iterator[RequestCase]:
    """Yield every two optional members together; a token is one of the very query that it goes with."""
    for item, other in combinations(builder.optional, 2):
        yield RequestCase(
            builder.operation.name,
            f"{item.path}+{other.path}",
            "pair",
            f"{item.path} and {other.path} may be given together",
            Expect.ACCEPTED,
            (*builder.base, (item.name, builder.good(item)), (other.name, builder.good(other))),
            (*builder.fact(item, "present"), *builder.fact(other, "present")),
        )


def rejected_with_others(builder: Builder, alone: Sequence[RequestCase]) -> Iterator[RequestCase]:
    """Yield again what each member is rejected for alone: next to all the others, and next to a token just issued.

    It shows a server that checks a member only where it comes alone, or on first pages only.
    """
    optional = builder.optional
    tokens = [node for node in optional if builder.is_token(node)]
    for node in builder.operation.input.members.values():
        others = [item for item in optional if item is not node and item not in tokens]
        yield from _with_others(builder, node, alone, others, _WITH_OTHERS, ("others", "all other members"))
        if node not in tokens:
            yield from _with_others(builder, node, alone, tokens, _WITH_A_TOKEN, ("a-token", "a token just issued"))


def _with_others(  # noqa: PLR0913, PLR0917 - what is broken, and what comes with it
    builder: Builder,
    node: Node,
    alone: Sequence[RequestCase],
    company: Sequence[Node],
    facets: Sequence[str],
    named: tuple[str, str],
) -> Iterator[RequestCase]:
    if not company:
        return
    company_name, words = named
    valid = tuple((item.name, builder.good(item)) for item in company)
    control = (*builder.base, *valid)
    if node in builder.optional and not any(builder.is_token(item) for item in company):
        # Next to a token the member is left out of the control: the token is one of the plain query.
        control = (*control, (node.name, builder.good(node)))
    for name, case in _chosen(alone, node, facets, is_token=builder.is_token(node)):
        yield replace(
            case,
            name=f"{name}-beside-{company_name}",
            statement=f"{case.statement}, also next to {words}",
            members=(*case.members, *valid),
            control=control,
        )


def _chosen(
    alone: Sequence[RequestCase], node: Node, facets: Sequence[str], *, is_token: bool
) -> Iterator[tuple[str, RequestCase]]:
    """Yield the case of a required member that is left out, and the plainest of each constraint, with their names."""
    rejected = [(case, case.breaks[1]) for case in alone if case.subject == node.path and case.breaks is not None]
    yield from ((case.name, case) for case, _ in rejected if case.name == "left-out")
    first = True
    for wanted in facets:
        about = [case for case, facet in rejected if facet == wanted and (not is_token or _spoiled(case.members))]
        if about:
            case = next((case for case in about if case.name in _PLAINEST), about[0])
            yield "refused" if first else case.name, case
            first = False


def _spoiled(members: Members) -> bool:
    """Return whether a token that would be accepted is what was broken: a made-up one is rejected anyway."""
    return any(value is Placeholder.BROKEN_TOKEN for _, value in members)


def request_cases(contract: Contract, operation: Operation) -> tuple[RequestCase, ...]:
    """Return every request case of an operation, in the order of its members. Raises CaseError for a case that lies."""
    generator = _Generator(contract, operation)
    cases = [case for node in operation.input.members.values() for case in generator.of_member(node)]
    cases += [*pairs(generator), *rejected_with_others(generator, cases), *generator.unknown_members()]
    for case in cases:
        _verify(operation, case)
    return tuple(cases)


def _verify(operation: Operation, case: RequestCase) -> None:
    """Check a case against the contract. Raises CaseError where it breaks anything but what it names."""
    if case.expect is Expect.EITHER:
        return
    broken, wanted = request_violations(operation.input, _plain(case.members)), _named(case)
    if broken != wanted:
        raise CaseError(f"{case.subject}/{case.name} breaks {sorted(broken)}, not {sorted(wanted)}")
    if case.control and request_violations(operation.input, _plain(case.control)):
        raise CaseError(f"the control of {case.subject}/{case.name} is not valid itself")


def _named(case: RequestCase) -> frozenset[tuple[str, str]]:
    """Return what a case says that it breaks, as (member, facet)."""
    if case.expect is not Expect.REFUSED:
        return frozenset()
    if case.breaks is None:
        raise CaseError(f"{case.subject}/{case.name} is to be refused and breaks nothing")
    member, _ = case.breaks
    return frozenset({case.breaks} | {(member, facet) for facet in case.inseparable})


def _plain(members: Members) -> dict[str, Any]:
    stand_ins = {
        Placeholder.EXISTING: "a",
        Placeholder.TOKEN: GARBAGE,
        Placeholder.BROKEN_TOKEN: f"{GARBAGE}\n",
    }
    return {name: stand_ins[value] if isinstance(value, Placeholder) else value for name, value in members}


class _Generator(Builder):
    """The cases of one operation."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        super().__init__(operation)
        self._contract = contract

    def of_member(self, node: Node) -> Iterator[RequestCase]:
        yield from self._presence(node)
        yield from self._types(node)
        if node.accepted_values():
            yield from self._enum(node)
        if node.type == "string":
            yield from string_cases(self, node)
        if node.type == "integer":
            yield from self._range(node)

    def _presence(self, node: Node) -> Iterator[RequestCase]:
        rest = tuple(pair for pair in self.base if pair[0] != node.name)
        operation = self.operation.name
        if node.effective("required"):
            common: dict[str, Any] = {"control": self.base, "breaks": (node.name, "required")}
            fact = (*self.fact(node, "required"), *self.fact(node, "present"))
            words = f"{node.path} is required"
            yield RequestCase(operation, node.path, "left-out", words, Expect.REFUSED, rest, fact, **common)
            yield RequestCase(
                operation,
                node.path,
                "null",
                words + ", and null is not a value",
                Expect.REFUSED,
                self.having(node, None),
                fact,
                ("O31",),
                **common,
            )
            return
        fact = self.fact(node, "required")
        yield RequestCase(
            operation, node.path, "left-out", f"{node.path} may be left out", Expect.ACCEPTED, self.base, fact
        )
        yield self.case(node, "alone", f"{node.path} may be given alone", Expect.ACCEPTED, self.good(node), "present")
        yield RequestCase(
            operation,
            node.path,
            "null",
            f"null for {node.path} is the same as leaving it out",
            Expect.ACCEPTED,
            self.having(node, None),
            fact,
            ("O36",),
            level="should",
            basis="observed",
        )

    def _types(self, node: Node) -> Iterator[RequestCase]:
        for edit in wrong_types(node.type):
            statement = f"{node.path} is a JSON {JSON_TYPES[node.type]}: {edit.words} is refused"
            yield self.rejected(node, edit, "type", f"type-{edit.name}", statement)
        if node.type == "integer":
            yield self.case(
                node,
                "type-fraction",
                f"1.5 for the integer {node.path} is refused or cut to 1; it is unknown which",
                Expect.EITHER,
                1.5,
                "type",
                observed=("O35",),
                level="should",
                basis="observed",
            )

    def _enum(self, node: Node) -> Iterator[RequestCase]:
        documented = node.documented.get("enum", ())
        for value in node.accepted_values() or ():
            basis = {} if value in documented else {"level": "should", "basis": "modelled"}
            statement = f"{node.path} takes {value}"
            yield self.case(node, f"enum-{value}", statement, Expect.ACCEPTED, value, "enum", **basis)
        for edit in (*near_misses(node), *sibling_words(node, self._contract)):
            statement = f"{node.path} takes its listed words only, as they are written: not {edit.words}"
            yield self.rejected(node, edit, "enum", f"enum-not-{edit.name}", statement)

    def _range(self, node: Node) -> Iterator[RequestCase]:
        least, most = node.effective("minimum"), node.effective("maximum")
        for bound, facet, word, side in ((least, "minimum", "least", -1), (most, "maximum", "most", 1)):
            if bound is None:
                continue
            yield self.case(node, f"range-{bound}", f"{node.path} may be {bound}", Expect.ACCEPTED, bound, facet)
            for edit in beyond(bound, side):
                statement = f"{node.path} is at {word} {bound}: not {edit.words}"
                yield self.rejected(node, edit, facet, f"range-{edit.name}", statement, bound)

    def unknown_members(self) -> Iterator[RequestCase]:
        """Members that the operation does not have."""
        for name, value in (("string", "x"), ("object", {"a": [1, None]}), ("null", None)):
            yield RequestCase(
                self.operation.name,
                "unknown-member",
                name,
                f"a member that the operation does not have ({name}) is ignored",
                Expect.ACCEPTED,
                (*self.base, ("NoSuchMember", value)),
                (),
                ("O36",),
                level="should",
                basis="observed",
            )
        if not self.operation.subject:
            return
        wrong_case = self.operation.subject[0].lower() + self.operation.subject[1:]
        yield RequestCase(
            self.operation.name,
            self.operation.subject,
            "wrong-case",
            "members are known by their exact names, case included",
            Expect.REFUSED,
            ((wrong_case, Placeholder.EXISTING),),
            self.fact(self.operation.input.members[self.operation.subject], "required"),
            control=self.base,
            breaks=(self.operation.subject, "required"),
        )
