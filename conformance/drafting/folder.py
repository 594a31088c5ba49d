"""The folder of a drafted contract: written once, and drafted again without losing what people have changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from merge3 import Merge3

from conformance.drafting.contracts import Draft
from conformance.errors import UserError
from conformance.output import write_whole

BASE_FILE = ".draft.json"
"""What the last draft wrote, so that what people have changed since can be seen."""


@dataclass(frozen=True)
class Conflict:
    """Lines that a person has changed and that the draft would write otherwise; what the person wrote is kept."""

    file: str
    line: int
    kept: tuple[str, ...]
    drafted: tuple[str, ...]


@dataclass
class Written:
    """What became of a folder."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def write(folder: Path, draft: Draft, *, keep_pages: bool = False) -> Written:
    """Write a draft into a folder. Raises UserError where the folder can't be written, or is no contract's."""
    base = _base(folder)
    written = Written()
    for name, text in draft.files.items():
        path = folder / name
        present = _text(path)
        merged = text
        if present is not None:
            merged, conflicts = _merged(name, base.get(name), present, text)
            written.conflicts += conflicts
        elif name in base and base[name] == text:
            continue  # removed by a person
        if merged != present:
            (written.new if present is None else written.changed).append(name)
            _write(path, merged)
    if keep_pages:
        for name, text in draft.pages.items():
            _write(folder / "pages" / name, text)
    _write(folder / BASE_FILE, json.dumps({"files": dict(draft.files)}, indent=1) + "\n")
    return written


def _merged(name: str, base: str | None, present: str, drafted: str) -> tuple[str, list[Conflict]]:
    """Return a file with what both a person and the draft have changed; where they differ, what the person wrote."""
    was, ours, theirs = (text.splitlines(keepends=True) for text in (base or "", present, drafted))
    if base is None or present in {base, drafted}:
        same = base is not None or present == drafted
        conflicts = [] if same else [_differing(name, ours, theirs)]
        return (drafted if present == base else present), conflicts
    lines: list[str] = []
    conflicts = []
    for group in Merge3(was, ours, theirs).merge_groups():
        if group[0] == "conflict":
            conflicts.append(Conflict(name, len(lines) + 1, tuple(group[2]), tuple(group[3])))
            lines += group[2]
        else:
            lines += group[1]
    return "".join(lines), conflicts


def _differing(name: str, ours: list[str], theirs: list[str]) -> Conflict:
    """Return the lines in which a file that no draft has written differs from the draft, as one conflict."""
    start = next((number for number, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), 0)
    return Conflict(name, start + 1, tuple(ours[start:]), tuple(theirs[start:]))


def _base(folder: Path) -> Mapping[str, str]:
    path = folder / BASE_FILE
    text = _text(path)
    if text is None:
        return {}
    try:
        files = json.loads(text)["files"]
        return {str(name): str(content) for name, content in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            "the record of the last draft can't be read", where=str(path), hint="remove it: what you changed is kept"
        ) from error


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"the file can't be read: {error}", where=str(path), hint="draft into another folder"
        ) from error


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise UserError(
            f"the draft can't be written: {error.strerror or error}", where=str(path), hint="name another folder"
        ) from error
