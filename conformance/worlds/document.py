"""Reading YAML so that every value can be traced to its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from conformance.worlds.errors import WorldError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Trail = tuple[str | int, ...]
"""The way from the root of a document to a value: member names and list positions."""

# The C parser where PyYAML was built with it: the shipped world is 1,000 lines, and every start reads it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_MEND = "mend the syntax on or just above that line"
_MOST_LEVELS = 100
_MOST_VALUES = 1_000_000
"""Levels inside one another, and values once every alias is followed: far more than any world has."""


@dataclass(frozen=True)
class Document:
    """One parsed YAML file, with the line of each of its values."""

    file: str
    content: Any
    lines: Mapping[Trail, int]

    def where(self, trail: Trail) -> str:
        """Give `file:line` of a value, or of the nearest value around it."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return f"{self.file}:{self.lines.get(trail, 1)}"

    def error(self, trail: Trail, problem: str, remedy: str = "") -> WorldError:
        """Make an error that points at a value."""
        return WorldError(problem, where=self.where(trail), remedy=remedy)


def read(path: Path) -> Document:
    """Read one YAML file; raises WorldError where it is not there, not YAML, or names a member twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise WorldError(f"the world can't be read: {reason}", where=str(path), remedy="check the path") from error
    loader = _LOADER(text)
    lines: dict[Trail, int] = {}
    try:
        _check_nesting(text, str(path))
        root = loader.get_single_node()
        if root is not None:
            # Before construction, which merges mappings in place and so hides a name that stands twice.
            _collect(root, (), lines, str(path))
        content = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WorldError(f"the world is not YAML: {error.problem}", where=f"{path}:{line}", remedy=_MEND) from error
    except (yaml.YAMLError, ValueError, AttributeError, TypeError) as error:
        # What a tag asks for and a text can't be, PyYAML says in exceptions of any kind.
        raise WorldError(f"the world is not YAML: {error}", where=str(path), remedy=_MEND) from error
    finally:
        loader.dispose()
    return Document(str(path), content, lines)


def _check_nesting(text: str, file: str) -> None:
    """Refuse levels without measure, and an alias inside of what it names: the parser builds both by recursion."""
    around: list[str | None] = []
    for event in yaml.parse(text, Loader=_LOADER):
        problem = ""
        if isinstance(event, yaml.CollectionStartEvent):
            around.append(event.anchor)
            problem = f"the world nests deeper than {_MOST_LEVELS} levels" if len(around) > _MOST_LEVELS else ""
        elif isinstance(event, yaml.CollectionEndEvent):
            around.pop()
        elif isinstance(event, yaml.AliasEvent) and event.anchor in around:
            problem = f"the alias *{event.anchor} stands inside of what it names"
        if problem:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise WorldError(problem, where=f"{file}:{line}", remedy="write the plain value there")


def _collect(node: yaml.Node, trail: Trail, lines: dict[Trail, int], file: str) -> None:
    """Note the line of each value; the names that a mapping repeats are refused on the way."""
    lines[trail] = node.start_mark.line + 1
    if len(lines) > _MOST_VALUES:
        raise WorldError(f"the world has more than {_MOST_VALUES:,} values", where=file, remedy="use fewer aliases")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _collect(item, (*trail, index), lines, file)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.tag == _MERGE:
                continue
            where = f"{file}:{key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise WorldError("a list or a mapping can't be a name", where=where, remedy="write a plain name there")
            if key.value in seen:
                raise WorldError(f"{key.value} stands twice in one mapping", where=where, remedy="keep one of the two")
            seen.add(key.value)
            _collect(value, (*trail, key.value), lines, file)
            lines[(*trail, key.value)] = key.start_mark.line + 1
