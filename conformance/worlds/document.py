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
        root = loader.get_single_node()
        if root is not None:
            # Before construction, which merges mappings in place and so hides a name that stands twice.
            _collect(root, (), lines, str(path))
        content = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WorldError(f"the world is not YAML: {error.problem}", where=f"{path}:{line}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise WorldError(f"the world is not YAML: {error}", where=str(path)) from error
    finally:
        loader.dispose()
    return Document(str(path), content, lines)


def _collect(node: yaml.Node, trail: Trail, lines: dict[Trail, int], file: str) -> None:
    """Note the line of each value; the names that a mapping repeats are refused on the way."""
    lines[trail] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _collect(item, (*trail, index), lines, file)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.tag == _MERGE:
                continue
            if key.value in seen:
                line = key.start_mark.line + 1
                raise WorldError(
                    f"{key.value} stands twice in one mapping", where=f"{file}:{line}", remedy="keep one of the two"
                )
            seen.add(key.value)
            _collect(value, (*trail, key.value), lines, file)
            lines[(*trail, key.value)] = key.start_mark.line + 1
