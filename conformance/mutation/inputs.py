"""Mutants of requests, derived from the contract: constraints that hold, but for one value or beside another member."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import Kind, Mutant, replacing
from conformance.reference.inputs import breaks, check_input, validation, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.contract.model import Contract, Node, Operation
    from conformance.mutation.mutant import Members
    from conformance.reference.service import Service


_OFF = {
    "min_length": (("one-more", 1), ("one-less", -1)),
    "max_length": (("one-more", 1), ("one-less", -1)),
    "minimum": (("one-more", 1), ("one-less", -1)),
    "maximum": (("one-more", 1), ("one-less", -1)),
}
_LOOSER_PATTERNS = (
    ("prefix", "is matched at its beginning only", r"(?:{})[\s\S]*"),
    ("suffix", "is matched at its end only", r"[\s\S]*(?:{})"),
    ("trailing-newline", "lets a trailing newline through", r"(?:{})\n?"),
)


def input_mutants(contract: Contract) -> Iterator[Mutant]:
    """Yield the mutants of every input fact."""
    for operation in contract.operations.values():
        known = {fact.id for fact in contract.facts_of(operation.name, "input")}
        for node in operation.input.members.values():
            yield from _Input(operation, node, known).mutants()


class _Input:
    """One member of an input."""

    def __init__(self, operation: Operation, node: Node, known: set[str]) -> None:
        self._operation = operation
        self._node = node
        self._known = known
        self._is_subject = node.name == operation.subject

    def mutants(self) -> Iterator[Mutant]:
        yield from self._presence()
        yield from self._types()
        for facet in ("min_length", "max_length", "minimum", "maximum", "pattern"):
            bound = self._node.effective(facet)
            if bound is not None:
                yield self._loosened(facet, "not-enforced", f"{facet.replace('_', ' ')} is not enforced", None)
                for way, by in _OFF.get(facet, ()):
                    yield self._loosened(facet, way, f"{facet.replace('_', ' ')} is {bound + by}", bound + by)
        pattern = self._node.effective("pattern")
        if pattern is not None:
            for way, words, form in _LOOSER_PATTERNS:
                yield self._loosened("pattern", way, f"the pattern {words}", form.format(pattern.lstrip("^")))
            if "a-z" in pattern:
                wide = pattern.replace("a-zA-Z0-9", r"\w").replace("[0-9a-zA-Z", r"[\w")
                yield self._loosened("pattern", "any-letters", "the pattern takes any letters and digits", wide)
        if self._node.accepted_values():
            yield from self._enum(self._node.accepted_values() or ())
        if "default" in self._node.documented:
            yield from self._defaults(self._node.documented["default"])

    def _mutant(
        self, name: str, words: str, facets: tuple[str, ...], make: Callable[[type[Service]], type[Service]]
    ) -> Mutant:
        prefix = f"{self._operation.name}/input/{self._node.path}/"
        ids = tuple(f"{prefix}{facet}{basis}" for facet in facets for basis in ("", "/modelled"))
        return Mutant(
            f"{prefix}{name}",
            f"{self._node.path}: {words}",
            tuple(item for item in ids if item in self._known),
            (self._operation.name,),
            Kind.LISTING if facets == ("default",) else Kind.REQUEST,
            make,
            derived=True,
        )

    # -- whether it is there at all

    def _presence(self) -> Iterator[Mutant]:
        name = self._node.name
        if self._is_subject:
            words = "a request without it is one for a name that nobody has"
            yield self._mutant("required-not-enforced", words, ("required", "present"), self._unnamed())
        else:
            make = self._inputs(_having(self._node, "required", value=True))
            yield self._mutant("required", "a request without it is refused", ("required",), make)

        def unknown(content: Members) -> None:
            if name in content:
                raise validation(f"{name} is unknown")

        yield self._mutant("unknown", "is refused wherever it stands", ("present",), self._reading(unknown))

    def _unnamed(self) -> Callable[[type[Service]], type[Service]]:
        subject = self._node.name

        def read(_: Service, original: Callable[..., Members], name: str, content: Members) -> Members:
            members = original(name, content)
            return members if name != self._operation.name or subject in members else members | {subject: "nobody"}

        return replacing(read=read)

    # -- its JSON type

    def _types(self) -> Iterator[Mutant]:
        name, kind = self._node.name, self._node.type
        right = {"string": str, "integer": int}[kind]

        def fits(value: Any) -> bool:
            return value is None or (isinstance(value, right) and not isinstance(value, bool))

        def ignored(content: Members) -> None:
            if name in content and not fits(content[name]):
                del content[name]

        def coerced(content: Members) -> None:
            if not fits(content.get(name)):
                content[name] = _coerced(content[name], kind)

        if not self._is_subject:
            words = "a value of another JSON type is passed over"
            yield self._mutant("type-ignored", words, ("type",), self._reading(ignored))
        yield self._mutant(
            "type-coerced", "a value of another JSON type is converted", ("type",), self._reading(coerced)
        )

    def _reading(self, edit: Callable[[Members], None]) -> Callable[[type[Service]], type[Service]]:
        def read(_: Service, original: Callable[..., Members], name: str, content: Members) -> Members:
            if name == self._operation.name:
                content = dict(content)
                edit(content)
            return original(name, content)

        return replacing(read=read)

    # -- its constraints

    def _loosened(self, facet: str, way: str, words: str, bound: Any) -> Mutant:
        node = _having(self._node, facet, value=bound)
        return self._mutant(f"{facet}-{way}".replace("_", "-"), words, (facet,), self._inputs(node))

    def _inputs(self, node: Node) -> Callable[[type[Service]], type[Service]]:
        """Check an input by another node; what only that one lets through counts as left out, but for the name."""
        strict, subject = self._node, self._is_subject

        def validate(service: Service, original: Callable[..., None], name: str, members: Members) -> None:
            if name != self._operation.name:
                original(name, members)
                return
            whole = service.inputs[name]
            check_input(replace(whole, members={**whole.members, strict.name: node}), members)
            if not subject and strict.name in members and is_broken(strict, members[strict.name]):
                take_as_it_is(strict, members)

        return replacing(validate=validate)

    def _enum(self, words: tuple[str, ...]) -> Iterator[Mutant]:
        by_lower = {word.lower(): word for word in words}
        for way, received, found in (
            ("ignoring-case", "words are taken in any case", lambda text: by_lower.get(text.lower())),
            ("trimmed", "white space around a word is passed over", _one_of(words, str.strip)),
            ("prefix", "the beginning of a word is enough", _beginning(words)),
        ):
            yield self._mutant(f"enum-{way}", received, ("enum",), self._reading(self._taken(found)))
        yield self._mutant(
            "enum-not-enforced", "any word is let in", ("enum",), self._inputs(_without_enum(self._node))
        )
        for word in words:
            node = replace(self._node, editions=tuple(item for item in words if item != word))
            yield self._mutant(f"enum-lacks-{word}", f"{word} is refused", ("enum",), self._inputs(node))

    def _taken(self, found: Callable[[str], str | None]) -> Callable[[Members], None]:
        name = self._node.name

        def edit(content: Members) -> None:
            value = content.get(name)
            if isinstance(value, str):
                content[name] = found(value) or value

        return edit

    # -- its default

    def _defaults(self, right: Any) -> Iterator[Mutant]:
        words = self._node.accepted_values()
        others = [item for item in words if item != right] if words else [right - 1, right + 1, right * 10]
        for other in others:
            yield self._mutant(
                f"default-{other}", f"left out, it is {other}", ("default",), self._completing(right, other)
            )

    def _completing(self, right: Any, other: Any) -> Callable[[type[Service]], type[Service]]:
        member = self._node.name

        def complete(_: Service, original: Callable[..., Members], name: str, members: Members) -> Members:
            query = original(name, members)
            if name == self._operation.name and member not in members and query.get(member) == right:
                query[member] = other
            return query

        return replacing(complete=complete)


def _having(node: Node, facet: str, *, value: Any) -> Node:
    """Return the node with one facet drawn elsewhere, in the documents and the model alike; None takes it away."""
    rest = [
        {name: item for name, item in facets.items() if name != facet} for facets in (node.documented, node.modelled)
    ]
    return replace(node, documented=rest[0] | ({} if value is None else {facet: value}), modelled=rest[1])


def _without_enum(node: Node) -> Node:
    return replace(node, editions=None)


def is_broken(node: Node, value: Any) -> bool:
    """Tell whether a value breaks a constraint of the node."""
    return any(True for _ in violations(node, value, ""))


def take_as_it_is(node: Node, members: Members) -> None:
    """Go on with a value that should have been refused: a number as it is, anything else as if it were not there."""
    if node.type != "integer":
        del members[node.name]


def _coerced(value: Any, kind: str) -> Any:
    if kind == "integer":
        try:
            return int(float(value))
        except (TypeError, ValueError):
            return value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _one_of(words: tuple[str, ...], form: Callable[[str], str]) -> Callable[[str], str | None]:
    return lambda text: form(text) if form(text) in words else None


def _beginning(words: tuple[str, ...]) -> Callable[[str], str | None]:
    return lambda text: next((word for word in words if text and word.startswith(text) and text not in words), None)


_ALL = -1
_CONSTRAINTS = ("enum", "min_length", "max_length", "minimum", "maximum", "pattern")


def lenient_mutants(contract: Contract) -> Iterator[Mutant]:
    """Yield the mutants of every input member: what is let in where it should not be, and only there."""
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

        def read(_: Service, original: Callable[..., Members], name: str, content: Members) -> Members:
            if name == self._operation.name and content.get(self._node.name) == "":
                content = {item: value for item, value in content.items() if item != self._node.name}
            return original(name, content)

        words = "the empty string counts as left out"
        yield self._mutant("type-but-for-the-empty-string", words, ("type",), replacing(read=read))

    def with_words_of_other_enums(self, contract: Contract) -> Iterator[Mutant]:
        own, name = set(self._node.accepted_values() or ()), self._node.name
        enums = [{*trait.documented.get("enum", ()), *trait.modelled.get("enum", ())} for trait in _traits(contract)]
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
            received = f"{word}, a word of another enum, is let in, and passed over"
            yield self._mutant(f"enum-with-{word}", received, ("enum",), self._validating(passing_over({word})))

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
                received = f"a request without it is one for a name that nobody has, {words}"
                make = self._validating(self._named_beside(name))
                yield self._mutant(f"required-not-enforced-beside-{name}", received, ("required", "present"), make)

    def _named_beside(self, other: str) -> Callable[[Members], None]:
        def named(members: Members) -> None:
            if other in members:
                members.setdefault(self._node.name, "nobody")

        return named

    def _several(self) -> tuple[str, ...]:
        """Return the constraints of a member of several; none of a token, which is rejected in any case."""
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

        def validate(service: Service, original: Callable[..., None], name: str, members: Members) -> None:
            beside = name == self._operation.name and other in members and node.name in members
            if not (beside and is_let_in(members[node.name])):
                original(name, members)
                return
            whole = service.inputs[name]
            rest = {item: checked for item, checked in whole.members.items() if item != node.name}
            check_input(replace(whole, members=rest), members)
            if not is_subject:
                take_as_it_is(node, members)

        return replacing(validate=validate)

    def _validating(self, edit: Callable[[Members], None]) -> Callable[[type[Service]], type[Service]]:
        """Edit the members of a request before they are checked."""

        def validate(_: Service, original: Callable[..., None], name: str, members: Members) -> None:
            if name == self._operation.name:
                edit(members)
            original(name, members)

        return replacing(validate=validate)

    def _mutant(
        self, name: str, words: str, facets: tuple[str, ...], make: Callable[[type[Service]], type[Service]]
    ) -> Mutant:
        prefix = f"{self._operation.name}/input/{self._node.path}/"
        ids = (f"{prefix}{facet}{basis}" for facet in facets for basis in ("", "/modelled"))
        breaks = tuple(item for item in ids if item in self._known)
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
