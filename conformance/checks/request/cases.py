"""Request cases for every input member of an operation: presence, type, limits, enum, and members it has not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from conformance.checks.request.builder import (
    ADD_AN_EXAMPLE,
    Builder,
    CaseError,
    Expect,
    Members,
    Placeholder,
    RequestCase,
)
from conformance.checks.request.nested import nested_cases, passed_over, unions
from conformance.checks.request.values import (
    JSON_TYPES,
    beyond,
    loosest,
    near_misses,
    of_length,
    request_violations,
    sibling_words,
    spoiled,
    violations,
    wrong_types,
)
from conformance.contract.examples import entries, example
from conformance.contract.model import SPECIAL_FLOATS, WHOLE, Contract, Node, Operation
from conformance.wire.encoding import dump

if TYPE_CHECKING:
    from conformance.session.session import TargetSession

_MADE_UP_TOKEN = "not-a-token-that-anybody-issued"  # noqa: S105 - a pagination token
_FAR = 10
_VALID: frozenset[str] = frozenset()
_LONGEST = 100_000
"""Characters of the longest text that is sent."""


def request_cases(contract: Contract, operation: Operation) -> tuple[RequestCase, ...]:
    """Return every request case of an operation, in the order of its members."""
    builder = Builder(operation)
    nodes = operation.input.members.values()
    cases = [
        case for node in nodes for cases_of in _OF_MEMBER for case in _or_why_not(builder, node, contract, cases_of)
    ]
    cases += [*_pairs(builder), *_rejected_with_others(builder, cases), *_unknown_members(builder)]
    # A length that is both the least and the most is one case.
    cases = list({(case.subject, case.name): case for case in reversed(cases)}.values())[::-1]
    others = (*_alternatives(builder), *nested_cases(builder))
    if builder.problem:
        return tuple(replace(case, problem=builder.problem) for case in (*cases, *others))
    controls = {id(case.control): case.control for case in cases}  # most cases have theirs in common
    broken = {key: request_violations(operation.input, _plain(operation, items)) for key, items in controls.items()}
    problems = (case.problem or _problem(operation, case, broken[id(case.control)]) for case in cases)
    checked = (
        replace(case, problem=problem) if problem else case for case, problem in zip(cases, problems, strict=True)
    )
    return (*checked, *others)


def cases_in(session: TargetSession, operation: Operation) -> tuple[RequestCase, ...]:
    """Return every request case of an operation, made once in a run."""
    return session.cached(("request cases", operation.name), lambda: request_cases(session.contract, operation))


def _or_why_not(
    builder: Builder,
    node: Node,
    contract: Contract,
    cases_of: Callable[[Builder, Node, Contract], Iterator[RequestCase]],
) -> list[RequestCase]:
    """Return the cases of one kind; where a value can't be made, one that says so in their place."""
    found: list[RequestCase] = []
    try:
        found += cases_of(builder, node, contract)
    except CaseError as error:
        name, statement = cases_of.__name__.strip("_"), f"{node.path}: {cases_of.__name__.strip('_')}"
        found.append(
            RequestCase(
                builder.operation.name, node.path, name, statement, Expect.ACCEPTED, builder.base, problem=str(error)
            )
        )
    return found


def _presence(builder: Builder, node: Node, _: Contract) -> Iterator[RequestCase]:
    operation, fact = builder.operation.name, builder.facts(node, "required")
    if node.effective("required"):
        words, facts = f"{node.path} is required", builder.facts(node, "required", "present")
        basis = builder.basis(node, "required")[1]
        for name, statement, members, observed in (
            ("left-out", words, builder.having(node), ()),
            ("null", f"{words}, and null is not a value", builder.having(node, None), ("O31",)),
        ):
            yield RequestCase(
                operation, node.path, name, statement, Expect.REFUSED, members, facts, observed, builder.base,
                (node.name, "required"), **basis,
            )  # fmt: skip
        return
    words = f"{node.path} may be left out"
    yield RequestCase(operation, node.path, "left-out", words, Expect.ACCEPTED, builder.having(node), fact)
    yield builder.case(node, "alone", f"{node.path} may be given alone", builder.good(node), "present")
    words = f"null for {node.path} is the same as leaving it out"
    yield builder.observed(node.path, "null", words, builder.having(node, None), fact, "O36")


def _types(builder: Builder, node: Node, _: Contract) -> Iterator[RequestCase]:
    for edit in wrong_types(node.wire_type):
        statement = f"{node.path} is a JSON {JSON_TYPES[node.wire_type]}: {edit.words} is rejected"
        yield builder.rejected(node, f"type-{edit.name}", statement, edit.value, "type")
    if node.type in WHOLE:
        words = f"1.5 for the integer {node.path} is rejected or cut to 1; it is unknown which"
        yield builder.case(
            node,
            "type-fraction",
            words,
            1.5,
            "type",
            Expect.EITHER,
            observed=("O35",),
            level="should",
            basis="observed",
        )
    # How the protocol writes what JSON has no number for, and times.
    valid: dict[str, str | float] = {}
    if node.type in {"float", "double"}:
        valid = {f"type-{word}": word for word in SPECIAL_FLOATS}
    elif node.wire_type == "timestamp":
        valid = {"type-fraction-of-a-second": float(builder.example(node)) + 0.5}
    for name, value in valid.items():
        words = f"{node.path} may be written {dump(value).decode()}"
        yield builder.case(node, name, words, value, "type", made=True, protocol=True)


def _enum(builder: Builder, node: Node, contract: Contract) -> Iterator[RequestCase]:
    if not node.accepted_values():
        return
    documented = node.documented.get("enum", ())
    for value in node.accepted_values() or ():
        basis: dict[str, Any] = {} if value in documented else {"level": "should", "basis": "modelled"}
        yield builder.case(node, f"enum-{value}", f"{node.path} takes {value}", value, "enum", **basis)
    for edit in (*near_misses(node), *sibling_words(node, contract)):
        statement = f"{node.path} takes its listed words only, as they are written: not {edit.words}"
        yield builder.rejected(node, f"enum-not-{edit.name}", statement, edit.value, "enum")


def _range(builder: Builder, node: Node, _: Contract) -> Iterator[RequestCase]:
    for facet, word, side in (("minimum", "least", -1), ("maximum", "most", 1)):
        bound = node.effective(facet)
        if bound is None or node.type not in WHOLE:
            continue
        yield builder.case(node, f"range-{bound}", f"{node.path} may be {bound}", bound, facet)
        for edit in beyond(int(loosest(node, facet)), side):
            statement = f"{node.path} is at {word} {bound}: not {edit.words}"
            yield builder.rejected(node, f"range-{edit.name}", statement, edit.value, facet, bound)


def _lengths(builder: Builder, node: Node, _: Contract) -> Iterator[RequestCase]:
    for facet, word in (("min_length", "least"), ("max_length", "most")):
        bound = node.effective(facet) if node.type == "string" else None
        if not bound:
            continue
        valid = of_length(node, bound, breaking=_VALID) if bound <= _LONGEST else None
        words, name = f"{node.path} may have {bound} characters", f"length-{bound}"
        if valid is None:
            valid = builder.example(node)  # what is beyond the limit is rejected all the same
            lacking = f"no valid value of {node.path} with {bound} characters was found"
            yield replace(builder.case(node, name, words, valid, facet), problem=lacking)
        elif builder.is_token(node):
            words = f"a token may have {bound} characters: such a one is treated as any made-up token"
            made_up = builder.having(node, _made_up(node))
            yield builder.case(node, name, words, valid, facet, Expect.LIKE_CONTROL, control=made_up)
        else:
            yield builder.case(node, name, words, valid, facet)
        statement = f"{node.path} has at {word} {bound} characters"
        limit = loosest(node, facet)
        for length in (limit - 1,) if facet == "min_length" else (limit + 1, limit * _FAR):
            broken = (of_length(node, length, breaking=frozenset({facet, *more})) for more in ((), ("pattern",)))
            text = next((text for text in broken if text is not None), None) if length <= _FAR * _LONGEST else None
            if text is not None:
                yield builder.rejected(node, f"length-{length}", statement, text, facet, valid)


def _sizes(builder: Builder, node: Node, _: Contract) -> Iterator[RequestCase]:
    """Yield lists and maps with as many entries as may be, and with one less or more."""
    if node.type not in {"list", "map"}:
        return
    for facet, word, beyond_it in (("min_length", "least", -1), ("max_length", "most", 1)):
        bound = node.effective(facet)
        if not bound:
            continue
        valid, broken = (entries(node, size) for size in (bound, loosest(node, facet) + beyond_it))
        if valid is None or broken is None:
            raise CaseError(f"no {node.type} of {bound} entries was made for {node.path}: {ADD_AN_EXAMPLE}")
        words = f"{node.path} may have {bound} entries"
        yield builder.case(node, f"length-{bound}", words, valid, facet, made=True, control=builder.together(node))
        words = f"{node.path} has at {word} {bound} entries"
        yield replace(builder.rejected(node, f"length-{len(broken)}", words, broken, facet), made=True)


def _union(builder: Builder, node: Node, _: Contract) -> Iterator[RequestCase]:
    for edit in unions(node):
        yield replace(builder.rejected(node, edit.name, edit.words, edit.value, "union"), made=True)
    for edit in passed_over(node):
        yield builder.case(node, edit.name, edit.words, edit.value, "union", made=True, protocol=True)


def _pattern(builder: Builder, node: Node, _: Contract) -> Iterator[RequestCase]:
    if not node.effective("pattern") or node.type != "string":
        return
    is_token = builder.is_token(node)
    valid = _made_up(node) if is_token else str(builder.example(node))
    both = builder.facts(node, "pattern/modelled") if "pattern" in node.modelled else ()
    for edit in spoiled(node, valid):
        statement = f"{node.path} matches its pattern from end to end: not with {edit.words}"
        case = builder.rejected(node, f"pattern-{edit.name}", statement, edit.value, "pattern", valid)
        if is_token and edit.name == "trailing-newline":
            # A made-up token is rejected anyway: spoiled must be one that would be accepted.
            case = replace(case, members=builder.having(node, Placeholder.BROKEN_TOKEN))
        yield replace(case, facts=(*case.facts, *both))
    for name, text in (("inner-hyphens", "a--b"), ("digits", "1234"), ("mixed-case", "AbC-9")):
        if not is_token and not violations(node, text):
            yield builder.case(node, f"pattern-{name}", f"{node.path} admits {text!r}", text, "pattern")


def _pairs(builder: Builder) -> Iterator[RequestCase]:
    """Yield every two optional members together; a token is one of the very query that it goes with."""
    for item, other in combinations(filter(builder.can_be_had, builder.optional), 2):
        if other.name in builder.excluded_by(item):
            continue
        members = builder.together(item, other)
        facts = (*builder.facts(item, "present"), *builder.facts(other, "present"))
        words = f"{item.path} and {other.path} may be given together"
        subject = f"{item.path}+{other.path}"
        yield RequestCase(builder.operation.name, subject, "pair", words, Expect.ACCEPTED, members, facts)


_PLAINEST = frozenset({"left-out", "enum-not-stranger", "pattern-inner-space"})
"""The cases, of those about one facet, that no leniency of a server could explain."""
BESIDE_OTHERS = "-beside-others"
"""How the names of cases end that are next to all other members."""
_WITH_OTHERS = ("enum", "pattern", "maximum", "max_length", "minimum", "min_length")
_WITH_A_TOKEN = ("enum", "minimum", "max_length", "maximum", "pattern", "min_length")
"""The facets in the order in which they are broken: the first that a member has gives the case that names none."""


def _rejected_with_others(builder: Builder, alone: Sequence[RequestCase]) -> Iterator[RequestCase]:
    """Yield again what each member is rejected for alone: next to all the others, and next to a token just issued.

    It shows a server that checks a member only where it comes alone, or on first pages only.
    """
    tokens = [node for node in builder.optional if builder.is_token(node)]
    others: list[Node] = []
    instead: list[Node] = []
    for node in builder.optional:
        apart = builder.excluded_by(node) & {name for name, _ in builder.together(*others)}
        if node not in tokens and builder.can_be_had(node):
            (instead if apart else others).append(node)
    for node in builder.operation.input.members.values():
        rejected, made_up = [case for case in alone if case.subject == node.path and case.breaks is not None], False
        if node in tokens:
            # A made-up token is rejected anyway: one that would be accepted shows what it is rejected for.
            spoiled = [case for case in rejected if (node.name, Placeholder.BROKEN_TOKEN) in case.members]
            made_up, rejected = not spoiled, spoiled or rejected
        company = [item for item in others if item is not node and item.name not in builder.excluded_by(node)]
        # Next to a token the member is left out of the control: the token is one of the plain query.
        # Next to a made-up token as well: none may be had of a query that has all the others.
        own = [node] if node in builder.optional and builder.can_be_had(node) and not made_up else []
        for name, case in _plainest(rejected, _WITH_OTHERS) if company else ():
            yield _beside(builder, case, f"{name}{BESIDE_OTHERS}", "all other members", company, own)
        for item in instead if own else ():  # what takes the place of a member of those requests
            if item is not node and item.name not in builder.excluded_by(node):
                for name, case in _plainest(rejected, _WITH_OTHERS):
                    yield _beside(builder, case, f"{name}-beside-{item.name}", item.path, [item], own)
        issued = [token for token in tokens if builder.can_be_had(token)]
        for name, case in _plainest(rejected, _WITH_A_TOKEN) if issued and node not in tokens else ():
            yield _beside(builder, case, f"{name}-beside-a-token", "a token just issued", issued, [])


def _beside(  # noqa: PLR0913, PLR0917 - what is broken, and what comes with it
    builder: Builder, case: RequestCase, name: str, words: str, company: Sequence[Node], own: Sequence[Node]
) -> RequestCase:
    """Return a case next to valid members, `company`; its control has those and the valid member itself."""
    valid = tuple((node.name, builder.good(node)) for node in company)
    beside = {node.name for node in company}.union(*map(builder.excluded_by, company))
    return replace(
        case,
        name=name,
        statement=f"{case.statement}, also next to {words}",
        members=(*(pair for pair in case.members if pair[0] not in beside), *valid),
        control=builder.together(*company, *own),
    )


def _plainest(rejected: Sequence[RequestCase], facets: Sequence[str]) -> Iterator[tuple[str, RequestCase]]:
    """Yield the case of a required member that is left out, and the plainest of each constraint, with their names."""
    yield from ((case.name, case) for case in rejected if case.name == "left-out")
    first = True
    for facet in facets:
        about = [case for case in rejected if case.breaks is not None and case.breaks[1] == facet]
        if about:
            case = next((case for case in about if case.name in _PLAINEST), about[0])
            yield "refused" if first else case.name, case
            first = False


def _alternatives(builder: Builder) -> Iterator[RequestCase]:
    """Yield requests with none of several alternatives, and with two where one at most may be given."""
    operation = builder.operation
    empty: tuple[Any, ...] = ([], {})
    for group in operation.either:
        subject, words = "+".join(group.members), " and ".join(group.members)
        nodes = [operation.input.members[name] for name in group.members]
        basis: dict[str, Any] = {"level": group.level, "basis": group.basis, "cites": group.sources}
        facts = tuple(builder.basis(node, "present")[0] for node in nodes)
        none = tuple(pair for pair in builder.base if pair[0] not in group.members)
        yield RequestCase(
            operation.name, subject, "none-given", f"one of {words} is given", Expect.REFUSED, none, facts,
            control=builder.base, made=True, **basis,
        )  # fmt: skip
        # A server may take an empty list for one that is left out: both have something in them.
        had = [(node, builder.good(node)) for node in nodes if builder.can_be_had(node)][:2]
        given = [(node.name, example(node, optional=True) if value in empty else value) for node, value in had]
        if group.exactly and len(given) > 1 and not any(value in empty for _, value in given):
            yield RequestCase(
                operation.name, subject, "both-given", f"at most one of {words} is given", Expect.REFUSED,
                (*none, *given), facts, control=(*none, given[0]), made=True, **basis,
            )  # fmt: skip


def _unknown_members(builder: Builder) -> Iterator[RequestCase]:
    """Yield requests with members that the operation does not have."""
    for name, value in (("string", "x"), ("object", {"a": [1, None]}), ("null", None)):
        words = f"a member that the operation does not have ({name}) is ignored"
        yield builder.observed("unknown-member", name, words, (*builder.base, ("NoSuchMember", value)), (), "O36")
    operation, subject = builder.operation, builder.operation.subject
    if subject and operation.input.members[subject].effective("required"):
        words = "members are known by their exact names, case included"
        members = ((subject[0].swapcase() + subject[1:], Placeholder.EXISTING), *builder.base[1:])
        facts = builder.facts(operation.input.members[subject], "required")
        yield RequestCase(
            operation.name, subject, "wrong-case", words, Expect.REFUSED, members, facts,
            control=builder.base, breaks=(subject, "required"),
        )  # fmt: skip


def _problem(operation: Operation, case: RequestCase, control: Collection[object]) -> str:
    """Return why a case shows nothing: it breaks anything but what it names, or its `control` breaks something.

    Empty where it is as it should be.
    """
    if case.expect is Expect.EITHER:
        return ""
    broken = request_violations(operation.input, _plain(operation, case.members))
    # A value may break several facets of its member where none breaks the one alone.
    right = (
        not broken
        if case.breaks is None
        else case.breaks in broken and {name for name, _ in broken} == {case.breaks[0]}
    )
    if not right or (case.expect is Expect.REFUSED) is (case.breaks is None):
        wanted, found = (
            " and ".join(f"{facet} of {name}" for name, facet in pairs) or "nothing"
            for pairs in ([case.breaks] if case.breaks else [], sorted(broken))
        )
        return f"no request is found that breaks {wanted} and no more: this one breaks {found}"
    if case.control and control:
        return f"no valid request is found next to {case.subject}/{case.name}"
    return ""


def _plain(operation: Operation, members: Members) -> dict[str, Any]:
    """Return the members of a case with a valid value in the place of each name; a token is of no known form."""
    found: dict[str, Any] = {}
    for name, value in members:
        node = operation.input.members.get(name)
        match value:
            case Placeholder.EXISTING:
                found[name] = "a" if node is None else example(node) or "a"
            case Placeholder.TOKEN | Placeholder.BROKEN_TOKEN:
                end = "\n" if value is Placeholder.BROKEN_TOKEN else ""
                found[name] = (_MADE_UP_TOKEN if node is None else _made_up(node)) + end
            case _:
                found[name] = value
    return found


def _made_up(node: Node) -> str:
    """Return a well-formed token that was never issued."""
    return _MADE_UP_TOKEN if not violations(node, _MADE_UP_TOKEN) else str(example(node) or _MADE_UP_TOKEN)


_OF_MEMBER = (_presence, _types, _enum, _lengths, _sizes, _union, _pattern, _range)
