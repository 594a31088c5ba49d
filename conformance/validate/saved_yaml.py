"""YAML as the AWS CLI prints it: known by its first line, bounded as JSON is, and nothing in it but plain values.

The reader is that of the contract: words stay words (`Off` is no boolean, a date no time), a member stands once, and
there are no anchors, so that a small file can't unfold into a large one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from math import isfinite
from typing import Any

import yaml

from conformance.contract.errors import ContractError
from conformance.contract.yaml_source import read_yaml
from conformance.validate.errors import SavedError

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # PyYAML without libyaml: slower, same events
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

_MOST_VALUES = 500_000
"""Names and values in one file: as many as are read of JSON."""

NO_NUMBER = 'the wire has the strings "NaN", "Infinity" and "-Infinity" in its place: write it so'
_ONE_BODY = "save the body of one answer there"

_LINE = re.compile(rb"[^\r\n]+")
_ASIDE = re.compile(rb"\s*(?:#.*)?")
_FIRST = re.compile(rb"---(?:\s.*)?|(?:[A-Za-z_]\w*:|-)(?:\s.*)?")
"""The first line of a document in block style; what begins with a bracket or in quotes is read as JSON."""

_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?", re.IGNORECASE)


def is_yaml(raw: bytes) -> bool:
    """Tell YAML from JSON by the first line that is neither blank nor a comment."""
    lines = (line[0] for line in _LINE.finditer(raw))
    first = next((line for line in lines if not _ASIDE.fullmatch(line)), b"")
    return _FIRST.fullmatch(first) is not None


def parse_yaml(raw: bytes, where: str, *, deepest: int) -> Any:
    """Give the value of the one document in a text, `where` naming its file. Raises SavedError, with the line.

    `deepest` is how many levels may stand in one another.
    """
    _insist_on_bounds(raw, where, deepest)
    try:
        return read_yaml(raw, where)
    except ContractError as error:
        raise SavedError(error.problem, where=error.where, remedy=error.remedy) from error


def _insist_on_bounds(raw: bytes, where: str, deepest: int) -> None:
    """Go through the text without building anything. Raises SavedError for what is too deep, too much, or no number."""
    depth = values = 0
    with suppress(yaml.YAMLError):  # what is not well-formed is told by the reader
        events: Iterator[Any] = yaml.parse(raw, Loader=_Parser)
        for event in events:
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            values += isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
            at = f"{where}:{event.start_mark.line + 1}"
            if depth > deepest:
                raise SavedError(f"it nests deeper than {deepest} levels", where=at, remedy=_ONE_BODY)
            if values > _MOST_VALUES:
                raise SavedError(f"it has more than {_MOST_VALUES:,} values", where=at, remedy=_ONE_BODY)
            if isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
                _insist_on_a_number(event.value, at)


def _insist_on_a_number(text: str, where: str) -> None:
    """Raise SavedError for a number that JSON can't have."""
    if _NO_NUMBER.fullmatch(text):
        raise SavedError(f"{text} is no number of JSON", where=where, remedy=NO_NUMBER)
    if _NUMBER.fullmatch(text) and not isfinite(float(text)):
        raise SavedError(f"the number {text:.40} is larger than any that can be read", where=where, remedy=_ONE_BODY)
