"""Request cases for every input member of an operation: presence, type, limits, enum, default, pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from conformance.cases.model import CaseError, Edit, Expect, Members, Placeholder, RequestCase
from conformance.cases.values import beyond, example, near_misses, of_length, spoiled, wrong_types
from conformance.cases.violations import request_violations, violations
from conformance.contract import Node, Operation

_GARBAGE = "not-a-token-that-anybody-issued"
_FAR = 10


def request_cases(operation: Operation) -> tuple[RequestCase, ...]:
    """Give every request case of an operation, in the order of its members. Raises CaseError for a case that lies."""
    generator = _Generator(operation)
    cases = [case for node in operation.input.members.values() for case in generator.of_member(node)]
    cases += [*generator.pairs(), *generator.unknown_members()]
    for case in cases:
        _verify(operation, case)
    return tuple(cases)


def _verify(operation: Operation, case: RequestCase) -> None:
    broken = request_violations(operation.input, _plain(case.members))
    if case.expect is not Expect.REFUSED:
        wanted: frozenset[tuple[str, str]] = frozenset()
        if case.expect is Expect.EITHER:
            return
    elif case.breaks is None:
        raise CaseError(f"{case.subject}/{case.name} is to be refused and breaks nothing")
    else:
        member = case.breaks[0]
        wanted = frozenset({case.breaks} | {(member, facet) for facet in case.inseparable})
    if broken != wanted:
        raise CaseError(f"{case.subject}/{case.name} breaks {sorted(broken)}, not {sorted(wanted)}")
    if request_violations(operation.input, _plain(case.control)) and case.control:
        raise CaseError(f"the control of {case.subject}/{case.name} is not valid itself")


def _plain(members: Members) -> dict[str, Any]:
    stand_ins = {
        Placeholder.EXISTING: "a",
        Placeholder.NOBODY: "a",
        Placeholder.TOKEN: _GARBAGE,
    }
    return {name: stand_ins[value] if isinstance(value, Placeholder) else value for name, value in members}


class _Generator:
    """The cases of one operation."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._root = operation.input
        self._subject = operation.subject
        self._base: Members = ((operation.subject, Placeholder.EXISTING),)

    def of_member(self, node: Node) -> Iterator[RequestCase]:
        yield from self._presence(node)
        yield from self._types(node)
        if node.accepted_values():
            yield from self._enum(node)
        if node.type == "string":
            yield from self._lengths(node)
            yield from self._pattern(node)
        if node.type == "integer":
            yield from self._range(node)

    # -- building blocks

    def _is_token(self, node: Node) -> bool:
        pagination = self._operation.pagination
        return pagination is not None and node.name == pagination.input_token

    def _good(self, node: Node) -> Any:
        if node.name == self._subject:
            return Placeholder.EXISTING
        return Placeholder.TOKEN if self._is_token(node) else example(node)

    def _with(self, node: Node, value: Any) -> Members:
        others = tuple(pair for pair in self._base if pair[0] != node.name)
        return (*others, (node.name, value))

    def _fact(self, node: Node, facet: str) -> tuple[str, ...]:
        return (f"{self._operation.name}/input/{node.path}/{facet}",)

    def _case(  # noqa: PLR0913, PLR0917 - a row of a table
        self, node: Node, name: str, statement: str, expect: Expect, value: Any, facet: str, **more: Any
    ) -> RequestCase:
        modelled = facet not in node.documented and facet in node.modelled
        facts = tuple(f"{fact}/modelled" if modelled else fact for fact in self._fact(node, facet))
        more = {"level": "should" if modelled else "must", "basis": "modelled" if modelled else "documented"} | more
        return RequestCase(
            self._operation.name, node.path, name, statement, expect, self._with(node, value), facts, **more
        )

    def _refused(  # noqa: PLR0913, PLR0917 - a row of a table
        self, node: Node, edit: Edit, facet: str, name: str, statement: str, control: Any = None
    ) -> RequestCase:
        neighbour = self._with(node, self._good(node) if control is None else control)
        broken = violations(node, edit.value)
        return self._case(
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

    # -- the facets

    def _presence(self, node: Node) -> Iterator[RequestCase]:
        rest = tuple(pair for pair in self._base if pair[0] != node.name)
        operation = self._operation.name
        if node.effective("required"):
            common: dict[str, Any] = {"control": self._base, "breaks": (node.name, "required")}
            fact = (*self._fact(node, "required"), *self._fact(node, "present"))
            words = f"{node.path} is required"
            yield RequestCase(operation, node.path, "left-out", words, Expect.REFUSED, rest, fact, **common)
            yield RequestCase(
                operation,
                node.path,
                "null",
                words + ", and null is not a value",
                Expect.REFUSED,
                self._with(node, None),
                fact,
                ("O31",),
                **common,
            )
            return
        fact = self._fact(node, "required")
        yield RequestCase(
            operation, node.path, "left-out", f"{node.path} may be left out", Expect.ACCEPTED, self._base, fact
        )
        yield self._case(node, "alone", f"{node.path} may be given alone", Expect.ACCEPTED, self._good(node), "present")
        yield RequestCase(
            operation,
            node.path,
            "null",
            f"null for {node.path} is the same as leaving it out",
            Expect.ACCEPTED,
            self._with(node, None),
            fact,
            ("O36",),
            level="should",
            basis="observed",
        )

    def _types(self, node: Node) -> Iterator[RequestCase]:
        for edit in wrong_types(node.type):
            statement = f"{node.path} is a JSON {_json_type(node.type)}: {edit.words} is refused"
            yield self._refused(node, edit, "type", f"type-{edit.name}", statement)
        if node.type == "integer":
            yield self._case(
                node,
                "type-fraction",
                f"1.5 for the integer {node.path} is refused or cut to 1; nobody has shown which",
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
            yield self._case(node, f"enum-{value}", statement, Expect.ACCEPTED, value, "enum", **basis)
        for edit in near_misses(node):
            statement = f"{node.path} takes its listed words only, as they are written: not {edit.words}"
            yield self._refused(node, edit, "enum", f"enum-not-{edit.name}", statement)

    def _lengths(self, node: Node) -> Iterator[RequestCase]:
        least, most = node.effective("min_length"), node.effective("max_length")
        if least:
            yield from self._length(node, least, "min_length")
            short = of_length(node, least - 1, breaking=frozenset({"min_length"}))
            value = "a" * (least - 1) if short is None else short
            statement = f"{node.path} has at least {least} characters"
            edit = Edit(str(least - 1), value, statement)
            control = None if self._is_token(node) else of_length(node, least, breaking=frozenset())
            yield self._refused(node, edit, "min_length", f"length-{least - 1}", statement, control)
        if most:
            yield from self._length(node, most, "max_length")
            statement = f"{node.path} has at most {most} characters"
            for length in (most + 1, most * _FAR):
                for breaking in ({"max_length"}, {"max_length", "pattern"}):
                    text = of_length(node, length, breaking=frozenset(breaking))
                    if text is not None:
                        control = None if self._is_token(node) else of_length(node, most, breaking=frozenset())
                        edit = Edit(str(length), text, statement)
                        yield self._refused(node, edit, "max_length", f"length-{length}", statement, control)
                        break

    def _length(self, node: Node, length: int, facet: str) -> Iterator[RequestCase]:
        text = of_length(node, length, breaking=frozenset())
        if text is None:
            raise CaseError(f"no valid value of {length} characters for {node.path}")
        if self._is_token(node):
            yield self._case(
                node,
                f"length-{length}",
                f"a token may have {length} characters: such a one is treated as any token that nobody issued",
                Expect.LIKE_CONTROL,
                text,
                facet,
                control=self._with(node, _GARBAGE),
            )
            return
        statement = f"{node.path} may have {length} characters"
        yield self._case(node, f"length-{length}", statement, Expect.ACCEPTED, text, facet)

    def _pattern(self, node: Node) -> Iterator[RequestCase]:
        if not node.effective("pattern"):
            return
        valid = _GARBAGE if self._is_token(node) else str(example(node))
        control = None if self._is_token(node) else valid
        both = self._fact(node, "pattern/modelled") if "pattern" in node.modelled else ()
        for edit in spoiled(node, valid):
            statement = f"{node.path} matches its pattern from end to end: not with {edit.words}"
            case = self._refused(node, edit, "pattern", f"pattern-{edit.name}", statement, control)
            yield replace(case, facts=(*case.facts, *both))
        if not self._is_token(node):
            for name, text in (("inner-hyphens", "a--b"), ("digits", "1234"), ("mixed-case", "AbC-9")):
                if not violations(node, text):
                    statement = f"{node.path} admits {text!r}"
                    yield self._case(node, f"pattern-{name}", statement, Expect.ACCEPTED, text, "pattern")

    def _range(self, node: Node) -> Iterator[RequestCase]:
        least, most = node.effective("minimum"), node.effective("maximum")
        for bound, facet, word, side in ((least, "minimum", "least", -1), (most, "maximum", "most", 1)):
            if bound is None:
                continue
            yield self._case(node, f"range-{bound}", f"{node.path} may be {bound}", Expect.ACCEPTED, bound, facet)
            for edit in beyond(bound, side):
                statement = f"{node.path} is at {word} {bound}: not {edit.words}"
                yield self._refused(node, edit, facet, f"range-{edit.name}", statement, bound)

    def pairs(self) -> Iterator[RequestCase]:
        """Give every two optional members together; a token is one of the very query that it goes with."""
        optional = [node for node in self._root.members.values() if not node.effective("required")]
        for one, other in combinations(optional, 2):
            yield RequestCase(
                self._operation.name,
                f"{one.path}+{other.path}",
                "pair",
                f"{one.path} and {other.path} may be given together",
                Expect.ACCEPTED,
                (*self._base, (one.name, self._good(one)), (other.name, self._good(other))),
                (*self._fact(one, "present"), *self._fact(other, "present")),
            )

    def unknown_members(self) -> Iterator[RequestCase]:
        """Members that the operation does not have."""
        for name, value in (("string", "x"), ("object", {"a": [1, None]}), ("null", None)):
            yield RequestCase(
                self._operation.name,
                "unknown-member",
                name,
                f"a member that the operation does not have ({name}) is ignored",
                Expect.ACCEPTED,
                (*self._base, ("NoSuchMember", value)),
                (),
                ("O36",),
                level="should",
                basis="observed",
            )
        wrong_case = self._subject[0].lower() + self._subject[1:]
        yield RequestCase(
            self._operation.name,
            self._subject,
            "wrong-case",
            "members are known by their exact names, case included",
            Expect.REFUSED,
            ((wrong_case, Placeholder.EXISTING),),
            self._fact(self._root.members[self._subject], "required"),
            control=self._base,
            breaks=(self._subject, "required"),
        )


def _json_type(kind: str) -> str:
    return {"integer": "number", "float": "number", "timestamp": "number", "map": "object", "structure": "object"}.get(
        kind, kind
    )
