"""Request cases for every input member of an operation: presence, type, limits, enum, and members it has not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.cases.building import GARBAGE, Builder
from conformance.cases.model import CaseError, Expect, Members, Placeholder, RequestCase
from conformance.cases.strings import string_cases
from conformance.cases.together import pairs, refused_beside
from conformance.cases.values import JSON_TYPES, beyond, near_misses, sibling_words, wrong_types
from conformance.cases.violations import request_violations
from conformance.contract import Contract, Node, Operation


def request_cases(contract: Contract, operation: Operation) -> tuple[RequestCase, ...]:
    """Give every request case of an operation, in the order of its members. Raises CaseError for a case that lies."""
    generator = _Generator(contract, operation)
    cases = [case for node in operation.input.members.values() for case in generator.of_member(node)]
    cases += [*pairs(generator), *refused_beside(generator, cases), *generator.unknown_members()]
    for case in cases:
        _verify(operation, case)
    return tuple(cases)


def _verify(operation: Operation, case: RequestCase) -> None:
    """Hold a case against the contract. Raises CaseError where it breaks anything but what it names."""
    if case.expect is Expect.EITHER:
        return
    broken, wanted = request_violations(operation.input, _plain(case.members)), _named(case)
    if broken != wanted:
        raise CaseError(f"{case.subject}/{case.name} breaks {sorted(broken)}, not {sorted(wanted)}")
    if case.control and request_violations(operation.input, _plain(case.control)):
        raise CaseError(f"the control of {case.subject}/{case.name} is not valid itself")


def _named(case: RequestCase) -> frozenset[tuple[str, str]]:
    """Give what a case says that it breaks, as (member, facet)."""
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
            yield self.refused(node, edit, "type", f"type-{edit.name}", statement)
        if node.type == "integer":
            yield self.case(
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
            yield self.case(node, f"enum-{value}", statement, Expect.ACCEPTED, value, "enum", **basis)
        for edit in (*near_misses(node), *sibling_words(node, self._contract)):
            statement = f"{node.path} takes its listed words only, as they are written: not {edit.words}"
            yield self.refused(node, edit, "enum", f"enum-not-{edit.name}", statement)

    def _range(self, node: Node) -> Iterator[RequestCase]:
        least, most = node.effective("minimum"), node.effective("maximum")
        for bound, facet, word, side in ((least, "minimum", "least", -1), (most, "maximum", "most", 1)):
            if bound is None:
                continue
            yield self.case(node, f"range-{bound}", f"{node.path} may be {bound}", Expect.ACCEPTED, bound, facet)
            for edit in beyond(bound, side):
                statement = f"{node.path} is at {word} {bound}: not {edit.words}"
                yield self.refused(node, edit, facet, f"range-{edit.name}", statement, bound)

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
