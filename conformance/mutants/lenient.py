"""Mutants of requests, derived from the contract: constraints that hold, but for one value or beside another member."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.mutants.inputs import is_broken, take_as_it_is
from conformance.mutants.mutant import Kind, Mutant, replacing
from conformance.reference.constraints import breaks, check_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.contract import Contract, Node, Operation
    from conformance.mutants.mutant import Members
    from conformance.reference import Service

_ALL = -1
_CONSTRAINTS = ("enum", "min_length", "max_length", "minimum", "maximum", "pattern")


def lenient_mutants(contract: Contract) -> Iterator[Mutant]:
    """Give the mutants of every input member: what is let in where it should not be, and only there."""
    for operation in contract.operations.values():
        known = {fact.id for fact in contract.facts_of(operation.name, "input")}
        for node in operation.input.members.values():
            member = _Member(operation, node, known)
            yield from member.but_for_minus_one()
            yield from member.but_for_the_empty_string()
            yield from member.with_words_of_other_enums(contract)
            yield from member.beside_others()


class _Member:
    """One member of an input."""

    def __init__(self, operation: Operation, node: Node, known: set[str]) -> None:
        self._operation = operation
        self._node = node
        self._known = known

    def but_for_minus_one(self) -> Iterator[Mutant]:
        least, most, name = self._node.effective("minimum"), self._node.effective("maximum"), self._node.name
        if least is None or most is None or least <= _ALL:
            return

        def everything(members: Members) -> None:
            if members.get(name) == _ALL:
                members[name] = most

        words = f"{_ALL} is let in, and asks for as many as there may be"
        yield self._mutant("minimum-but-for-minus-one", words, ("minimum",), self._validating(everything))

    def but_for_the_empty_string(self) -> Iterator[Mutant]:
        if self._node.type != "integer":
            return

        def read(_: Service, faithful: Callable[..., Members], name: str, content: Members) -> Members:
            if name == self._operation.name and content.get(self._node.name) == "":
                content = {one: value for one, value in content.items() if one != self._node.name}
            return faithful(name, content)

        words = "the empty string counts as left out"
        yield self._mutant("type-but-for-the-empty-string", words, ("type",), replacing(read=read))

    def with_words_of_other_enums(self, contract: Contract) -> Iterator[Mutant]:
        own, name = set(self._node.accepted_values() or ()), self._node.name
        enums = [{*one.documented.get("enum", ()), *one.modelled.get("enum", ())} for one in _traits(contract)]
        others = {word for words in enums if words & own for word in words} - own
        if not others:
            return

        def passing_over(admitted: set[str]) -> Callable[[Members], None]:
            def passed_over(members: Members) -> None:
                if members.get(name) in admitted:
                    del members[name]

            return passed_over

        words = "words of enums that share some with it are let in, and passed over"
        yield self._mutant("enum-with-words-of-others", words, ("enum",), self._validating(passing_over(others)))
        for word in sorted(others):
            told = f"{word}, a word of another enum, is let in, and passed over"
            yield self._mutant(f"enum-with-{word}", told, ("enum",), self._validating(passing_over({word})))

    def beside_others(self) -> Iterator[Mutant]:
        for other in self._operation.input.members.values():
            if other.name == self._node.name or other.effective("required"):
                continue
            name, words = other.name, f"beside {other.path}"
            yield self._mutant(
                f"unchecked-beside-{name}",
                f"no constraint is looked at {words}",
                _CONSTRAINTS,
                self._unchecked_beside(name),
            )
            for facet in self._several():
                yield self._mutant(
                    f"{facet}-unchecked-beside-{name}".replace("_", "-"),
                    f"what breaks its {facet.replace('_', ' ')} is let in {words}",
                    (facet,),
                    self._unchecked_beside(name, facet),
                )
            if self._node.effective("required"):
                told = f"a request without it is one for a name that nobody has, {words}"
                make = self._validating(self._named_beside(name))
                yield self._mutant(f"required-not-enforced-beside-{name}", told, ("required", "present"), make)

    def _named_beside(self, other: str) -> Callable[[Members], None]:
        def named(members: Members) -> None:
            if other in members:
                members.setdefault(self._node.name, "nobody")

        return named

    def _several(self) -> tuple[str, ...]:
        """Give the constraints of a member of several; none of a token, which is refused anyway if nobody issued it."""
        pagination = self._operation.pagination
        if pagination is not None and self._node.name == pagination.input_token:
            return ()
        found = tuple(facet for facet in _CONSTRAINTS if self._node.effective(facet) is not None)
        return found if len(found) > 1 else ()

    def _unchecked_beside(self, other: str, facet: str | None = None) -> Callable[[type[Service]], type[Service]]:
        """Let in, beside another member, what breaks one constraint; without one, what breaks any."""
        node, is_subject = self._node, self._node.name == self._operation.subject

        def is_let_in(value: Any) -> bool:
            return is_broken(node, value) if facet is None else breaks(facet, node.effective(facet), value)

        def validate(service: Service, faithful: Callable[..., None], name: str, members: Members) -> None:
            beside = name == self._operation.name and other in members and node.name in members
            if not (beside and is_let_in(members[node.name])):
                faithful(name, members)
                return
            whole = service.inputs[name]
            rest = {one: checked for one, checked in whole.members.items() if one != node.name}
            check_input(replace(whole, members=rest), members)
            if not is_subject:
                take_as_it_is(node, members)

        return replacing(validate=validate)

    def _validating(self, edit: Callable[[Members], None]) -> Callable[[type[Service]], type[Service]]:
        """Edit the members of a request before they are checked."""

        def validate(_: Service, faithful: Callable[..., None], name: str, members: Members) -> None:
            if name == self._operation.name:
                edit(members)
            faithful(name, members)

        return replacing(validate=validate)

    def _mutant(
        self, name: str, words: str, facets: tuple[str, ...], make: Callable[[type[Service]], type[Service]]
    ) -> Mutant:
        prefix = f"{self._operation.name}/input/{self._node.path}/"
        ids = (f"{prefix}{facet}{basis}" for facet in facets for basis in ("", "/modelled"))
        breaks = tuple(one for one in ids if one in self._known)
        return Mutant(
            f"{prefix}{name}",
            f"{self._node.path}: {words}",
            breaks,
            (self._operation.name,),
            Kind.REQUEST,
            make,
            derived=True,
        )


def _traits(contract: Contract) -> Iterator[Any]:
    return (shape.traits for shape in contract.shapes.values())
