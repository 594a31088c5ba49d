"""Mutants of requests, derived from the contract: constraints that are not checked, or but for one value.

A value that should have been rejected goes on as if it were absent; a number goes on as it is. Of another contract than
the one that ships, mutants are left out that no value can show, as far as values are found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from conformance.contract.examples import entries, example, of_length
from conformance.contract.model import WHOLE, Contract, Node, Operation
from conformance.mutation.mutant import Change, Facts, Kind, Members, Mutant, is_shipped, replacing
from conformance.reference.generic import ITEMS
from conformance.reference.inputs import breaks, check_input, serialization, validation, violations
from conformance.reference.stages import Stages
from conformance.wire.limits import reads

_ALL = -1
_BOUNDS = ("min_length", "max_length", "minimum", "maximum")
_CONSTRAINTS = ("enum", *_BOUNDS, "pattern")
_LOOSER_PATTERNS = (
    ("prefix", "is matched at its beginning only", r"(?:{})[\s\S]*"),
    ("suffix", "is matched at its end only", r"[\s\S]*(?:{})"),
    ("trailing-newline", "accepts a trailing newline", r"(?:{})\n?"),
)
_UNNAMED = "nobody"
"""A name that no tuning job has."""
_NUMBERS = (int, float)
_UNLIMITED = frozenset({"float", "double", "blob"})
"""Types of which no value is known that breaks a limit: how long Base64 may be is not said."""
_PYTHON: dict[str, Any] = {
    **dict.fromkeys(("string", "blob", "iso8601"), str), **dict.fromkeys(WHOLE, int),
    **dict.fromkeys(("float", "double", "timestamp"), _NUMBERS),
    "boolean": bool, "list": list, "map": dict, "structure": dict, "document": object,
}  # fmt: skip
_FLOATS = (("special-unread", "NaN and the infinities can't be read", "type", lambda value: value == "NaN"),)
_UNREAD: dict[str, tuple[tuple[str, str, str, Callable[[Any], bool]], ...]] = {
    "float": _FLOATS,
    "double": _FLOATS,
    "timestamp": (
        ("fraction-unread", "a fraction of a second can't be read", "type", lambda value: isinstance(value, float)),
    ),
    "union": (
        ("type-unread", "a __type in a union can't be read", "union",
         lambda value: isinstance(value, dict) and "__type" in value),
        ("null-unread", "null in a union can't be read", "union",
         lambda value: isinstance(value, dict) and None in value.values()),
    ),
}  # fmt: skip
"""By types, and of unions: what the protocol lets a request have, and a variant can't read."""
_LONGEST = 10_000
"""Characters up to which a text shows that a limit is not kept."""
_LONGEST_SENT = 1_000_000
"""Characters of the longest text that a check sends."""
_NUMBER = 9_999
"""The number of a valid name that nothing has."""


def input_mutants(contract: Contract, paged: Collection[str]) -> Iterator[Mutant]:
    """Yield the mutants of every input member.

    `paged` are the operations that the original answers with a token. Of others none can be had to show anything.
    """
    for operation in contract.operations.values():
        for node in operation.input.members.values():
            member = _Member(contract, operation, node, has_pages=operation.name in paged)
            yield from (mutant for mutant in member.mutants() if mutant.breaks)


class _Member:
    """One member of an input."""

    def __init__(self, contract: Contract, operation: Operation, node: Node, *, has_pages: bool) -> None:
        self._contract = contract
        self._operation = operation
        self._node = node
        self._facts = Facts(contract, operation.name, "input", node.path)
        names = {operation.subject, *operation.names}
        self._is_subject = node.name in names and bool(operation.not_found)
        token = operation.pagination.input_token if operation.pagination is not None else ""
        self._is_token = node.name == token
        self._is_issued = has_pages or not self._is_token
        self._shipped = is_shipped(contract)
        self._unnamed = _UNNAMED if self._shipped else example(node, _NUMBER)
        self._is_sure = self._shipped or contract.service.knows_rejections
        """Whether the contract says all that makes a request valid: else one may lack something, and be rejected."""
        nodes = operation.input.members.values()
        others = (item for item in nodes if item is not node and (has_pages or item.name != token))
        self._others = [
            item
            for item in others
            if not item.effective("required") and (self._shipped or item.name in names or example(item) is not None)
        ]
        """The members that a request may have besides."""

    def mutants(self) -> Iterator[Mutant]:
        if not self._is_issued:
            return
        yield from self._presence()
        yield from self._types()
        yield from self._limits()
        yield from self._enum(self._node.accepted_values() or ())
        yield from self._defaults()
        for other in self._others if self._node.type not in _UNLIMITED else ():
            yield from self._with(other)  # no check is about the range of a float

    def _mutant(self, name: str, words: str, facets: tuple[str, ...], make: Change) -> Mutant:
        return Mutant(
            f"{self._facts.prefix}{name.replace('_', '-')}",
            f"{self._node.path}: {words}",
            self._facts.of(*facets),
            (self._operation.name,),
            Kind.LISTING if facets == ("default",) else Kind.REQUEST,
            make,
            derived=True,
        )

    # -- whether it is there at all

    def _presence(self) -> Iterator[Mutant]:
        name = self._node.name
        if self._is_subject:
            words = "a request without it is one for an unknown name"
            make = self._before("validate", lambda members: members.setdefault(name, self._unnamed))
            yield self._mutant("required-not-enforced", words, ("required", "present"), make)
        elif self._node.effective("required"):
            make = self._checked_by(_having(self._node, "required", value=None))
            yield self._mutant("required-not-enforced", "a request without it is accepted", ("required",), make)
        elif self._is_sure:
            make = self._checked_by(_having(self._node, "required", value=True))
            yield self._mutant("required", "a request without it is rejected", ("required",), make)

        def unknown(content: Members) -> None:
            if name in content:
                raise validation(f"{name} is unknown")

        if self._is_sure or name not in self._operation.needed:
            make = self._before("read", unknown)
            yield self._mutant("unknown", "is rejected wherever it is given", ("present",), make)

    # -- its JSON type

    def _types(self) -> Iterator[Mutant]:
        kind = self._node.wire_type
        right = _PYTHON[kind]

        def is_right(value: Any) -> bool:
            return value is None or (isinstance(value, right) and isinstance(value, bool) == (kind == "boolean"))

        rows: list[tuple[str, str, Callable[[Any], Any]]] = []
        if kind == "string" or kind in WHOLE:
            words = "a value of another JSON type is converted"
            rows.append(("coerced", words, lambda value: value if is_right(value) else _coerced(value, kind)))
        if kind != "document" and not self._is_subject and not self._node.effective("required"):
            words = "a value of another JSON type is ignored"
            rows.append(("ignored", words, lambda value: value if is_right(value) else None))
        if kind in WHOLE:
            words = "the empty string counts as left out"
            rows.append(("but-for-the-empty-string", words, lambda value: None if value == "" else value))
        for way, words, change in rows:
            yield self._mutant(f"type-{way}", words, ("type",), self._values(change, stage="read"))
        for way, words, facet, is_unread in self._unread():

            def read(value: Any, is_unread: Callable[[Any], bool] = is_unread) -> Any:
                if is_unread(value):
                    raise serialization("it can't be read")
                return value

            yield self._mutant(f"{facet}-{way}", words, (facet,), self._values(read, stage="read"))

    def _unread(self) -> tuple[tuple[str, str, str, Callable[[Any], bool]], ...]:
        """Return what a variant can't read of the member; none where a rejection may be for what is not there."""
        node, operation = self._node, self._operation
        if not reads(operation.name) and (operation.subject or operation.names):
            return ()
        rows = _UNREAD.get("union" if node.effective("union") else node.wire_type, ())
        return rows if len(node.members) != 1 else rows[:1]

    # -- its constraints

    def _limits(self) -> Iterator[Mutant]:
        least, most = self._node.effective("minimum"), self._node.effective("maximum")
        for facet in (*_BOUNDS, "pattern"):
            bound = self._node.effective(facet)
            if bound is None or self._node.type not in ("string", *WHOLE):
                continue
            noun = facet.replace("_", " ")
            yield from self._loosened(facet, "not-enforced", f"{noun} is not enforced", None)
            for way, by in (("one-more", 1), ("one-less", -1)) if facet in _BOUNDS else ():
                yield from self._loosened(facet, way, f"{noun} is {bound + by}", bound + by)
        pattern = self._node.effective("pattern")
        if pattern is not None:
            for way, words, form in _LOOSER_PATTERNS:
                yield from self._loosened("pattern", way, f"the pattern {words}", form.format(pattern.lstrip("^")))
            if "a-z" in pattern:
                wide = pattern.replace("a-zA-Z0-9", r"\w").replace("[0-9a-zA-Z", r"[\w")
                yield from self._loosened("pattern", "any-letters", "the pattern accepts any letters and digits", wide)
        if least is not None and most is not None and least > _ALL:
            words = f"{_ALL} is accepted, and asks for as many as there may be"
            make = self._values(lambda value: most if value == _ALL else value, stage="validate")
            yield self._mutant("minimum-but-for-minus-one", words, ("minimum",), make)

    def _loosened(self, facet: str, way: str, words: str, bound: Any) -> Iterator[Mutant]:
        other = _having(self._node, facet, value=bound)
        if self._may_be_of_its_meaning(other):
            return
        shown = {(_is_broken(self._node, it), _is_broken(other, it)) for it in self._probes(other)}
        if not self._shipped and self._is_token and (True, False) not in shown:
            return  # what is no token is rejected in any case
        # Where no document says which error an unknown name leads to, any rejection of a well-formed one may be right.
        names = self._is_subject or self._node.name in self._operation.names
        sure = not names or any(error.level == "must" for error in self._operation.not_found.values())
        if self._shipped or (True, False) in shown or (sure and (False, True) in shown):
            yield self._mutant(f"{facet}-{way}", words, (facet,), self._checked_by(other))

    def _may_be_of_its_meaning(self, other: Node) -> bool:
        """Whether a variant rejects the plainest value, which may be rejected for what it means: nothing shows it."""
        plainest = None if self._is_sure else example(self._node)
        return plainest is not None and _is_broken(other, plainest)

    def _probes(self, other: Node) -> Iterator[Any]:
        """Yield values at the limits of the member and of a variant of it, and a valid one with more around it."""
        nodes = (self._node, other)
        bounds = {int(bound) for node in nodes for facet in _BOUNDS if (bound := node.effective(facet)) is not None}
        near = sorted({bound + by for bound in bounds for by in (-1, 0, 1)})
        if self._node.type != "string":
            yield from near
            return
        yield from (of_length(node, length) or "" for node in nodes for length in near if 0 <= length <= _LONGEST)
        valid = example(self._node) or ""
        yield from (valid, f"{valid}\n", f"-{valid}", f" {valid}", f"{valid} ", f"{valid}\u00e9")

    def _enum(self, words: tuple[str, ...]) -> Iterator[Mutant]:
        if not words:
            return

        def mutant(way: str, text: str, make: Change) -> Mutant:
            return self._mutant(f"enum-{way}", text, ("enum",), make)

        def beginning(text: str) -> str:
            return text if text in words else next((word for word in words if text and word.startswith(text)), text)

        by_lower = {word.lower(): word for word in words}
        for way, text, found in (
            ("ignoring-case", "words are accepted in any case", lambda text: by_lower.get(text.lower(), text)),
            ("trimmed", "white space around a word is ignored",
             lambda text: text.strip() if text.strip() in words else text),
            ("prefix", "the beginning of a word is enough", beginning),
        ):  # fmt: skip
            yield mutant(way, text, self._values(found, stage="read", kind=str))
        yield mutant("not-enforced", "any word is accepted", self._checked_by(replace(self._node, editions=None)))
        for word in words:
            node = replace(self._node, editions=tuple(item for item in words if item != word))
            if not self._is_sure and len(words) == 1 and self._node.effective("required"):
                continue  # nothing shows that it is served otherwise
            yield mutant(f"lacks-{word}", f"{word} is rejected", self._checked_by(node))
        others = sorted(self._words_of_other_enums(set(words)))
        if others:
            text = "words of enums that share some with it are accepted, and ignored"
            yield mutant("with-words-of-others", text, self._ignoring(others))
        for word in others if self._shipped else ():
            text = f"{word}, a word of another enum, is accepted, and ignored"
            yield mutant(f"with-{word}", text, self._ignoring([word]))

    def _words_of_other_enums(self, own: set[str]) -> set[str]:
        traits = [shape.traits for shape in self._contract.shapes.values()]
        enums = [{*trait.documented.get("enum", ()), *trait.modelled.get("enum", ())} for trait in traits]
        return {word for words in enums if words & own for word in words} - own

    # -- its default

    def _defaults(self) -> Iterator[Mutant]:
        right, member = self._node.documented.get("default"), self._node.name
        if right is None or member not in self._with_known_defaults():
            return
        words = self._node.accepted_values()
        if not self._shipped and not words and right >= ITEMS:
            return  # no listing of the server is longer than a page
        for other in [item for item in words if item != right] if words else [right - 1, right + 1, right * 10]:

            def complete(members: Members, other: Any = other) -> None:
                members.setdefault(member, other)

            make = self._before("perform", complete)
            yield self._mutant(f"default-{other}", f"left out, it is {other}", ("default",), make)

    def _with_known_defaults(self) -> set[str]:
        """Return the members whose default shows in a listing: the size of a page, key and direction of the order."""
        pagination, listing = self._operation.pagination, self._operation.listing
        sorting = {listing.sort_by, listing.sort_order} if listing is not None else set()
        return sorting | ({pagination.limit} if pagination is not None else set())

    # -- together with another member

    def _with(self, other: Node) -> Iterator[Mutant]:
        name, node, together = other.name, self._node, f"together with {other.path}"
        facets = self._breakable()
        if facets or self._shipped:
            words = f"no constraint is checked {together}"
            yield self._mutant(f"unchecked-beside-{name}", words, _CONSTRAINTS, self._unchecked(name, _is_broken))
        # A token that breaks any constraint is rejected as one that was never issued.
        for facet in facets if len(facets) > 1 and not self._is_token else ():

            def breaks_it(node: Node, value: Any, facet: str = facet) -> bool:
                return breaks(facet, node.effective(facet), value)

            words = f"what breaks its {facet.replace('_', ' ')} is accepted {together}"
            make = self._unchecked(name, breaks_it)
            yield self._mutant(f"{facet}-unchecked-beside-{name}", words, (facet,), make)
        if node.effective("required") and self._is_subject:
            words = f"a request without it is one for an unknown name, {together}"
            make = self._before(
                "validate", lambda members: members.setdefault(node.name, self._unnamed) if name in members else None
            )
            yield self._mutant(f"required-not-enforced-beside-{name}", words, ("required", "present"), make)

    def _breakable(self) -> tuple[str, ...]:
        """Return the constraints that a value is known to break: it would be too long to be sent otherwise."""
        bounds = {it: bound for it in _CONSTRAINTS if (bound := self._node.effective(it)) is not None}
        if self._shipped:
            return tuple(bounds)
        if self._node.type in {"list", "map"}:
            by = {"min_length": -1, "max_length": 1}
            sizes = {it: int(bounds[it]) + by[it] for it in by if it in bounds}
            return tuple(it for it, size in sizes.items() if size >= 0 and entries(self._node, size) is not None)
        return tuple(it for it, bound in bounds.items() if it != "max_length" or bound < _LONGEST_SENT)

    # -- changes of the service

    def _before(self, stage: str, edit: Callable[[Members], Any]) -> Change:
        """Edit the members of a request before a stage."""

        def body(_: Stages, original: Callable[..., Any], name: str, members: Members) -> Any:
            if name == self._operation.name:
                edit(members)
            return original(name, members)

        return replacing(**{stage: body})

    def _values(self, change: Callable[[Any], Any], *, stage: str, kind: type = object) -> Change:
        """Change the value of the member before a stage, where it is of a type."""
        member = self._node.name

        def edit(members: Members) -> None:
            if member in members and isinstance(members[member], kind):
                members[member] = change(members[member])

        return self._before(stage, edit)

    def _ignoring(self, words: Sequence[str]) -> Change:
        """Treat the member as absent where it is one of these words."""
        member = self._node.name
        return self._before(
            "validate", lambda members: members.pop(member) if members.get(member, "") in words else None
        )

    def _checked_by(self, node: Node) -> Change:
        """Check the member by another node."""
        return self._checking(node, _is_broken, lambda _: True)

    def _unchecked(self, other: str, accepts: Callable[[Node, Any], bool]) -> Change:
        """Do not check a value that `accepts` accepts, where another member is given."""
        node = self._node
        return self._checking(
            None,
            accepts,
            lambda members: other in members and node.name in members and accepts(node, members[node.name]),
        )

    def _checking(
        self, node: Node | None, ignored: Callable[[Node, Any], bool], applies: Callable[[Members], bool]
    ) -> Change:
        """Check the member by another node, or none, where `applies` says so of the request."""
        strict, subject = self._node, self._is_subject

        def validate(service: Stages, original: Callable[..., None], name: str, members: Members) -> None:
            if name != self._operation.name or not applies(members):
                original(name, members)
                return
            whole = service.inputs[name]
            nodes = {item: node if item == strict.name else own for item, own in whole.members.items()}
            check_input(replace(whole, members={item: own for item, own in nodes.items() if own}), members)
            value = members.get(strict.name)
            if not subject and strict.type not in WHOLE and value is not None and ignored(strict, value):
                del members[strict.name]

        return replacing(validate=validate)


def _having(node: Node, facet: str, *, value: Any) -> Node:
    """Return the node with one facet changed, in the documents and the model alike; None removes it."""
    rest = [
        {name: item for name, item in facets.items() if name != facet} for facets in (node.documented, node.modelled)
    ]
    return replace(node, documented=rest[0] | ({} if value is None else {facet: value}), modelled=rest[1])


def _is_broken(node: Node, value: Any) -> bool:
    return any(True for _ in violations(node, value, ""))


def _coerced(value: Any, kind: str) -> Any:
    if kind in WHOLE:
        try:
            return int(float(value))
        except (TypeError, ValueError):
            return value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
