"""Reading of `behaviours/*.yaml`: claims about more than one member or exchange, and who judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.contract import fields
from conformance.contract.citation import Citation, Source
from conformance.contract.citations import line_number
from conformance.contract.errors import ContractError, suggest
from conformance.contract.model import Behaviour, Level, Rule
from conformance.contract.rules import check_rule
from conformance.contract.yaml_source import Entries, Section, section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.contract.model import Observation, Operation
    from conformance.contract.node import Basis

_REQUIRED = ("id", "number", "operations", "statement", "sources", "basis", "judged_by")
_JUDGES = ("rule", "law", "facts", "not_observable")
_RULE = ("operation", "subject", "require", "expected")
_RULE_OPTIONAL = ("for", "when", "show")
_BASES: dict[str, tuple[Basis, Level]] = {
    "documented": ("documented", "must"),
    "protocol": ("protocol", "must"),
    "modelled": ("modelled", "should"),
    "observed": ("observed", "should"),
    "inferred": ("inferred", "should"),
}


def parse_behaviours(
    written: Entries,
    sources: Mapping[str, Source],
    operations: Mapping[str, Operation],
    observations: Mapping[str, Observation],
) -> Iterator[Behaviour]:
    """Read one file. Raises ContractError."""
    for index, entry in enumerate(written):
        mapping = section(entry, written.at(index), "a behaviour")
        fields.closed(mapping, (*_REQUIRED, "observed"), _REQUIRED, what="a behaviour")
        judges = fields.sub(mapping, "judged_by")
        fields.closed(judges, _JUDGES, what="`judged_by`")
        if len(judges) != 1:
            raise ContractError(
                f"a behaviour has exactly one judge, not {len(judges)}",
                where=mapping.at("judged_by"),
                remedy=f"write exactly one of: {', '.join(_JUDGES)}",
            )
        basis, level = _BASES[fields.choice(mapping, "basis", _BASES)]
        yield Behaviour(
            fields.text(mapping, "id"),
            fields.whole(mapping, "number"),
            fields.names(mapping, "operations", operations, "operation"),
            fields.text(mapping, "statement"),
            _sources(mapping, sources),
            basis,
            level,
            fields.names(mapping, "observed", observations, "observation"),
            tuple(_rules(judges, operations)),
            _one_or_more(judges, "law"),
            _one_or_more(judges, "facts"),
            fields.text(judges, "not_observable") if "not_observable" in judges else "",
            mapping.at(),
        )


def _one_or_more(mapping: Section, key: str) -> tuple[str, ...]:
    """Give a text, or a list of texts that is not empty."""
    if key not in mapping:
        return ()
    if not isinstance(mapping[key], list):
        return (fields.text(mapping, key),)
    if not mapping[key]:
        raise fields.wrong_type(mapping, key, "a list with at least one entry")
    return fields.texts(mapping, key)


def _sources(mapping: Section, sources: Mapping[str, Source]) -> tuple[Citation, ...]:
    entries = mapping["sources"]
    if not isinstance(entries, Entries) or not entries:
        raise fields.wrong_type(mapping, "sources", "a list of citations")
    return tuple(_source(section(entry, entries.at(at), "a citation"), sources) for at, entry in enumerate(entries))


def _source(entry: Section, sources: Mapping[str, Source]) -> Citation:
    fields.closed(entry, ("document", "line", "lines"), ("document",), what="a citation of a behaviour")
    name = fields.text(entry, "document")
    source = sources.get(name)
    if source is None:
        raise ContractError(f"there is no source {name!r}", where=entry.at("document"), remedy=suggest(name, sources))
    if not source.is_document:
        if entry.get("line") is not None or "lines" in entry:
            raise ContractError(f"the source {name!r} has no lines", where=entry.at("line"), remedy="remove the line")
        return Citation(name, None, where=entry.at())
    line = line_number(entry.get("line"), entry.at("line"), source)
    more = entry.get("lines", ())
    if "lines" in entry and not isinstance(more, Entries):
        raise fields.wrong_type(entry, "lines", "a list of line numbers")
    more_lines = tuple(line_number(number, more.at(at), source) for at, number in enumerate(more))
    return Citation(name, line, more_lines=more_lines, where=entry.at())


def _rules(judges: Section, operations: Mapping[str, Operation]) -> Iterator[Rule]:
    """Give the rule, or the rules of a list: one an operation, so that each makes a check with an id of its own."""
    written = judges.get("rule")
    if not isinstance(written, Entries) or not written:
        if "rule" in judges:
            yield _rule(fields.sub(judges, "rule"), operations)
        return
    taken: set[str] = set()
    for at, entry in enumerate(written):
        rule = _rule(section(entry, written.at(at), "a rule"), operations)
        if rule.operation in taken:
            raise ContractError(
                f"a second rule about {rule.operation}",
                where=written.at(at),
                remedy="keep one rule for each operation, and make another behaviour of the rest",
            )
        taken.add(rule.operation)
        yield rule


def _rule(written: Section, operations: Mapping[str, Operation]) -> Rule:
    fields.closed(written, (*_RULE, *_RULE_OPTIONAL), _RULE, what="a rule")
    operation = fields.choice(written, "operation", operations)
    rule = Rule(
        operation,
        fields.text(written, "subject"),
        tuple(fields.text_map(written, "for").items()),
        fields.text(written, "when", "") if "when" in written else "",
        fields.text(written, "require"),
        fields.text(written, "expected"),
        fields.text(written, "show") if "show" in written else "",
    )
    check_rule(rule, written, operations[operation])
    return rule
