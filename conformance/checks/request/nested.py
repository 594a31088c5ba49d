"""Request cases for what is inside of members: of each constraint at each path, the plainest value that breaks it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from conformance.checks.request.builder import ADD_AN_EXAMPLE, Builder, Expect, RequestCase
from conformance.checks.request.values import (
    JSON_TYPES,
    Edit,
    loosest,
    of_length,
    spoiled,
    violations_within,
    wrong_types,
)
from conformance.contract.examples import ABSENT, NoExampleError, around, entries, example, made
from conformance.contract.model import WHOLE, Node

MOST = 300
"""Cases of one operation; those of the outermost paths come first."""
_LONGEST = 20_000
"""Characters of the longest text that is sent inside of a member."""
_PLAINEST = ("list", "text", "inner-space")
"""Names of the edits that no leniency of a server could explain."""


def nested_cases(builder: Builder) -> Iterator[RequestCase]:
    """Yield the cases of every path below a member, outermost first, and one that says so where there are more."""
    cases = (case for place in _places(builder) for case in place.cases())
    yield from islice(cases, MOST)
    if next(cases, None) is not None:
        words = "constraints further inside of members are enforced"
        problem = f"{MOST} requests with values inside of members are made, and no more of one operation"
        yield RequestCase(
            builder.operation.name, "nested", "further-inside", words, Expect.ACCEPTED, builder.base, level="should",
            basis="inferred", problem=problem,
        )  # fmt: skip


def _places(builder: Builder) -> Iterator[_Place]:
    """Yield each path below a member of the input, by its depth."""
    queue = deque(
        _Place(builder, node, (child,))
        for node in builder.operation.input.members.values()
        if not builder.is_token(node) and node.name not in {builder.operation.subject, *builder.operation.names}
        for child in node.children()
    )
    while queue:
        place = queue.popleft()
        yield place
        queue.extend(replace(place, steps=(*place.steps, child)) for child in place.node.children())


@dataclass(frozen=True)
class _Place:
    """A path below a member of the input."""

    builder: Builder
    top: Node
    """The member."""
    steps: tuple[Node, ...]
    """The way from the member to the path, the node of the path last."""

    @property
    def node(self) -> Node:
        return self.steps[-1]

    def cases(self) -> Iterator[RequestCase]:
        """Yield the cases of this path; where no valid value can be made, one that says so."""
        node = self.node
        try:
            control = around(self.top, self.steps, made(node))
            broken = violations_within(self.top, control)
        except NoExampleError as error:
            yield replace(self._given(()), problem=f"no valid value of {error} was found: {ADD_AN_EXAMPLE}")
            return
        if broken:
            path, facet = min(broken)
            yield replace(self._given(()), problem=f"no value of {path} that keeps its {facet} was found")
            return
        if node.name != "{key}" and not node.effective("required"):
            yield self._given(control)
        holder = (self.top, *self.steps)[-2]
        if holder.sparse and node.name != "{key}":
            words = f"{holder.path} may hold null"
            yield replace(self._given(around(self.top, self.steps, None)), name="null", statement=words)
        for edit in passed_over(node):
            accepted = self._given(around(self.top, self.steps, edit.value))
            yield replace(accepted, name=edit.name, statement=edit.words, protocol=True)
        for facet, edit in self._edits():
            case = self._rejected(facet, edit, control)
            if case is not None:
                yield case

    def _given(self, value: Any) -> RequestCase:
        """Return the request with a valid value at the path."""
        builder, words = self.builder, f"{self.node.path} may be given"
        members, facts = builder.having(self.top, value), (builder.basis(self.node, "present")[0],)
        return RequestCase(
            builder.operation.name, self.node.path, "given", words, Expect.ACCEPTED, members, facts, level="should",
            basis="inferred", made=True,
        )  # fmt: skip

    def _rejected(self, facet: str, edit: Edit, control: Any) -> RequestCase | None:
        """Return the request that breaks one facet at the path; None where it would break others elsewhere as well."""
        node, builder = self.node, self.builder
        value = around(self.top, self.steps, edit.value)
        broken = violations_within(self.top, value)
        if (node.path, facet) not in broken or {path for path, _ in broken} != {node.path}:
            return None
        fact, basis = builder.basis(node, facet)
        return RequestCase(
            builder.operation.name, node.path, edit.name, edit.words, Expect.REFUSED, builder.having(self.top, value),
            (fact,), control=builder.having(self.top, control), breaks=(node.path, facet), made=True, **basis,
        )  # fmt: skip

    def _edits(self) -> Iterator[tuple[str, Edit]]:
        """Yield the plainest value that breaks each facet."""
        node = self.node
        if node.effective("required"):
            yield "required", Edit("left-out", ABSENT, f"{node.path} is required")
        if node.name != "{key}":
            for edit in _plainest(list(wrong_types(node.wire_type))):
                words = f"{node.path} is a JSON {JSON_TYPES[node.wire_type]}: {edit.words} is rejected"
                yield "type", Edit(f"type-{edit.name}", edit.value, words)
        if node.accepted_values():
            yield "enum", Edit("enum-not-stranger", "NoSuchValue", f"{node.path} takes its listed words only")
        yield from self._limits()
        if node.effective("pattern") and node.type == "string":
            for edit in _plainest(list(spoiled(node, str(example(node))))):
                words = f"{node.path} matches its pattern from end to end: not with {edit.words}"
                yield "pattern", Edit(f"pattern-{edit.name}", edit.value, words)
        yield from (("union", edit) for edit in unions(node))

    def _limits(self) -> Iterator[tuple[str, Edit]]:
        node = self.node
        for facet, step in (("min_length", -1), ("max_length", 1), ("minimum", -1), ("maximum", 1)):
            limit = loosest(node, facet)
            if limit is None:
                continue
            bound = int(limit) + step
            if facet.endswith("length"):
                name, value = f"length-{bound}", _of_size(node, facet, bound)
            else:
                name, value = f"range-{bound}", bound if node.type in WHOLE else None
            if value is not None:
                yield facet, Edit(name, value, f"{node.path} has the {facet} {limit}: not {bound}")


def unions(node: Node) -> Iterator[Edit]:
    """Yield values of a union that have no member, and two; none for what is no union."""
    if not node.effective("union") or node.recursive:
        return
    yield Edit("no-member", {}, f"{node.path} has exactly one member: not none")
    made_up = ((name, example(member)) for name, member in node.members.items() if not member.recursive)
    two = dict(islice(((name, value) for name, value in made_up if value is not None), 2))
    if len(two) > 1:
        yield Edit("two-members", two, f"{node.path} has exactly one member: not two")


def passed_over(node: Node) -> Iterator[Edit]:
    """Yield valid values of a union with something in it that is no member: a type, and a null."""
    value = example(node) if node.effective("union") and not node.recursive else None
    if not value:
        return
    typed = {"__type": "com.example#Name", **value}
    yield Edit("with-type", typed, f"{node.path} is a union: a __type in it is passed over")
    others = [name for name in node.members if name not in value]
    if others:
        yield Edit("with-null", {**value, others[0]: None}, f"{node.path} is a union: null in it is as good as absent")


def _of_size(node: Node, facet: str, size: int) -> Any:
    """Return a value with that many characters or entries, which breaks one limit; None where none is made."""
    if not 0 <= size <= _LONGEST:
        return None
    if node.type != "string":
        return entries(node, size)
    found = (of_length(node, size, breaking=frozenset({facet, *more})) for more in ((), ("pattern",)))
    return next((text for text in found if text is not None), None)


def _plainest(edits: Sequence[Edit]) -> Sequence[Edit]:
    """Return the one of several edits that shows most."""
    ranked = sorted(edits, key=lambda edit: _PLAINEST.index(edit.name) if edit.name in _PLAINEST else len(_PLAINEST))
    return ranked[:1]
