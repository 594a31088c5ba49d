"""Mutants of the AWS CLI: for each member of input and output what can be lost or changed, and the written ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants import command_options, command_output
from conformance.mutants.commands import JSON, NAME, TOKEN, Commands, case
from conformance.mutants.mutant import LIST
from conformance.mutants.played_cli import Given, Members, PlayedCli
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.contract import Contract, Node
    from conformance.mutants.mutant import Mutant


def command_line_mutants(contract: Contract) -> Iterator[Mutant]:
    """Give the mutants of the program: those for each member, and the written ones."""
    operation = contract.operations[LIST]
    derived = Commands(derived=True)
    for name, node in operation.input.members.items():
        _of_member(derived, name, node)
    for fact in contract.facts_of(LIST, "output"):
        if fact.facet in {"present", "type"} and any(one.id == "cli" for one in fact.sources) and fact.path != TOKEN:
            _of_output(derived, fact.id, fact.path, fact.facet)
    _of_output(derived, case("prints-members"), NAME, "present", DESCRIBE)
    yield from derived.mutants
    yield from command_options.commands.mutants
    yield from command_output.commands.mutants


def _of_member(derived: Commands, name: str, node: Node) -> None:
    """Add what can go wrong with the option of one member."""
    base = f"{LIST}/input/{name}"
    other: Any = 7 if node.type == "integer" else "another"

    def lost(_: PlayedCli, faithful: Any, from_json: Members, from_options: Members) -> Members:
        members: Members = faithful(from_json, {one: value for one, value in from_options.items() if one != name})
        return members

    def changed(_: PlayedCli, faithful: Any, from_json: Members, from_options: Members) -> Members:
        members: Members = faithful(from_json, {one: other if one == name else v for one, v in from_options.items()})
        return members

    def beaten(_: PlayedCli, faithful: Any, from_json: Members, from_options: Members) -> Members:
        members: Members = faithful(from_json, from_options)
        return {**members, **{one: value for one, value in from_json.items() if one == name}}

    def dropped(_: PlayedCli, faithful: Any, text: str) -> Members:
        return {one: value for one, value in faithful(text).items() if one != name}

    def unasked(_: PlayedCli, faithful: Any, from_json: Members, from_options: Members) -> Members:
        value = node.effective("default") or other
        members: Members = faithful({name: value, **from_json}, from_options)
        return members

    def lacking(_: PlayedCli, faithful: Any, sampled: Node) -> Any:
        sample = faithful(sampled)
        return {one: value for one, value in sample.items() if one != name} if sampled.path == "" else sample

    present = (f"{base}/present", f"{base}/type")
    derived.add(f"{name}/lost", f"the option of {name} is passed over", "merged", lost, *present)
    derived.add(f"{name}/changed", f"the option of {name} is sent with another value", "merged", changed, *present)
    derived.add(f"{name}/json-wins", f"{name} in JSON wins over its option", "merged", beaten, "cli-options-win")
    derived.add(f"{name}/json-loses", f"{name} in JSON is passed over", "from_json", dropped,
                "cli-json-follows-the-skeleton", f"{JSON}/present")  # fmt: skip
    derived.add(f"{name}/skeleton-lacks", f"the skeletons lack {name}", "sample", lacking,
                "cli-skeleton-sends-nothing", "cli-output-skeleton")  # fmt: skip
    if not node.documented.get("required"):
        defaults = (f"{base}/default",) if "default" in node.documented else ()
        derived.add(f"{name}/unasked", f"{name} is sent where nobody asked for it", "merged", unasked,
                    f"{base}/required", *defaults)  # fmt: skip


def _of_output(derived: Commands, claim: str, path: str, facet: str, operation: str = LIST) -> None:
    """Add a program that does not print a member, or prints another type of value."""
    way = path.replace("[]", ".[]").replace("{key}", ".{key}").replace("{value}", ".{value}").split(".")

    def answer(_: PlayedCli, faithful: Any, given: Given, members: Members) -> Members:
        found: Members = faithful(given, members)
        return _bent(found, way, facet) if given.operation.name == operation else found

    words = "is not printed" if facet == "present" else "is printed as another type"
    name = f"{path}/{'not-printed' if facet == 'present' else 'another-type'}"
    derived.add(f"{operation}/{name}", f"{path} {words}", "answer", answer, claim, sees=(operation,))


def _bent(value: Any, way: Sequence[str], facet: str) -> Any:
    """Give a value with what stands at the end of the way left out, or in another type."""
    if not way:
        return [value] if isinstance(value, (dict, int, float)) else {"value": value}
    step, rest = way[0], way[1:]
    lost = not rest and facet == "present"
    if step == "[]" and isinstance(value, list):
        return value[1:] if lost else [_bent(one, rest, facet) for one in value]
    if not isinstance(value, dict):
        return value
    if step in {"{key}", "{value}"}:
        renamed = {f"{one} ": told for one, told in value.items()}
        return {} if lost else renamed if step == "{key}" else dict.fromkeys(value, 1)
    kept = {name: told for name, told in value.items() if not (lost and name == step)}
    return {name: _bent(told, rest, facet) if name == step else told for name, told in kept.items()}
