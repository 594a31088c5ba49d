"""The schema of targets.yaml, and what it says against a file, told with file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.contract.errors import suggest
from conformance.contract.yaml_source import Entries, Section
from conformance.targets.errors import TargetError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_PATH = Path(__file__).with_name("targets.schema.json")
_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_SECRET = frozenset({"credentials", "env"})
"""Keys whose values are never repeated in an error."""

Trail = Sequence[str | int]


@cache
def targets_schema() -> dict[str, Any]:
    """Give the JSON Schema that targets.yaml is held against."""
    schema: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return schema


def where(document: Section, trail: Trail) -> str:
    """Give `file:line` of what a trail of keys and indices leads to, or of the nearest thing that is there."""
    place = document.at()
    value: Any = document
    for step in trail:
        if isinstance(value, Section) and isinstance(step, str):
            place, value = value.at(step), value.get(step)
        elif isinstance(value, Entries) and isinstance(step, int) and step < len(value):
            place, value = value.at(step), value[step]
    return place


@cache
def _validator() -> Draft202012Validator:
    import jsonschema  # noqa: PLC0415 - slow to import, and only needed here

    usual = jsonschema.Draft202012Validator
    # JSON Schema takes 5.0 for an integer; a port or a budget that is a float would go wrong much later.
    whole = usual.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    kind = jsonschema.validators.extend(usual, type_checker=whole)  # type: ignore[no-untyped-call]
    validator: Draft202012Validator = kind(targets_schema())
    return validator


def check(document: Section) -> None:
    """Hold a file against the schema. Raises TargetError for the first fault, and counts the others."""
    errors = list(_validator().iter_errors(document))
    misspelt = [error.absolute_path for error in errors if error.validator == "additionalProperties"]
    faults = [
        fault
        for error in errors
        if error.validator != "required" or error.absolute_path not in misspelt  # the misspelt key is the missing one
        for fault in _told(error)
    ]
    faults += [
        (trail, "a text has the character NUL, which no program takes", "write it without")
        for trail, text in _texts(document, [])
        if "\0" in text
    ]
    if not faults:
        return
    ordered = sorted(faults, key=lambda fault: _line(document, fault[0]))
    trail, problem, remedy = ordered[0]
    more = f" (and {len(ordered) - 1} more in this file)" if len(ordered) > 1 else ""
    raise TargetError(problem + more, where=where(document, trail), remedy=remedy)


def _texts(value: Any, trail: list[str | int]) -> Iterator[tuple[list[str | int], str]]:
    """Return each text of a file and each of its keys, with the trail to it."""
    if isinstance(value, str):
        yield trail, value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield [*trail, key], key
            yield from _texts(entry, [*trail, key])
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _texts(entry, [*trail, index])


def _line(document: Section, trail: Trail) -> int:
    return int(where(document, trail).rpartition(":")[2])


def _told(error: ValidationError) -> Iterator[tuple[Trail, str, str]]:
    """Say in words what one error of the validator means: where, what is wrong, what to do."""
    trail = list(error.absolute_path)
    named = [*trail[:-1], "…"] if "env" in trail[:-1] else trail  # a variable's name may be a secret in the wrong place
    what = f"`{'.'.join(map(str, named))}`" if trail else "the file"
    rule: str = str(error.validator)
    limit: Any = error.validator_value
    if rule == "additionalProperties":
        yield from _unknown(error, trail, what)
    elif rule == "required":
        given: Any = error.instance
        for name in limit:
            if name not in given:
                yield trail, f"{what} lacks the key {name!r}", f"add `{name}:` to it"
    elif rule == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        expected = " or ".join(_KINDS[kind] for kind in kinds)
        yield trail, f"{what} must be {expected}, not {_kind(error.instance)}", _type_remedy(kinds)
    elif rule == "enum":
        shown = "that" if _SECRET & set(trail) else repr(error.instance)
        yield trail, f"{what} can't be {shown}", suggest(str(error.instance), limit)
    elif "propertyNames" in error.absolute_schema_path and "env" in trail:
        words = f"{what} has a name that no variable can have"
        yield [*trail, str(error.instance)], words, "a name is not empty, and has no = in it"
    elif "propertyNames" in error.absolute_schema_path:
        yield (
            [*trail, str(error.instance)],
            f"{error.instance!r} is no name for a target",
            "use letters, digits, . _ and -",
        )
    else:
        yield trail, f"{what} {_bound(error)}", "mend the value, or leave the key out for its default"


def _unknown(error: ValidationError, trail: list[str | int], what: str) -> Iterator[tuple[Trail, str, str]]:
    schema: Any = error.schema
    allowed = schema.get("properties", {})
    given: Any = error.instance
    for name in given:
        if name not in allowed:
            # What stands among credentials may be a secret, also where a name is expected.
            shown = f"no key {name!r}" if not _SECRET & set(trail) else "a key that is none of its own"
            yield [*trail, name], f"{what} has {shown}", suggest(name, sorted(allowed))


def _type_remedy(kinds: Sequence[str]) -> str:
    if "string" in kinds:
        return "write it in quotes" if len(kinds) == 1 else "see the examples in the targets.yaml that ships"
    return {
        "object": "write `key: value` lines there, indented",
        "array": "write it as [one, two]",
        "boolean": "write true or false, without quotes",
    }.get(kinds[0], "write a plain number, without quotes and units")


def _bound(error: ValidationError) -> str:
    limit = error.validator_value
    return {
        "minItems": "must not be an empty list",
        "minLength": "must not be empty",
        "minProperties": "must not be empty",
        "uniqueItems": "lists something twice",
        "minimum": f"must be at least {limit}",
        "maximum": f"must be at most {limit}",
        "exclusiveMinimum": f"must be more than {limit}",
        "pattern": "has a character that has no place there",
    }.get(str(error.validator), f"breaks the rule {error.validator!r} of the schema")


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    words = {dict: "a mapping", list: "a list", str: "text", int: "a whole number", float: "a number with a point"}
    return next(word for kind, word in words.items() if isinstance(value, kind))
