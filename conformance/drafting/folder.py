"""The folder of a drafted contract: written once, and drafted again without losing what people have changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from merge3 import Merge3

from conformance.contract.names import spellings
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
    """Of the file as it is now; 0 for one that a person has removed."""
    kept: tuple[str, ...]
    drafted: tuple[str, ...]
    """Empty where the draft has nothing there."""


@dataclass
class Written:
    """What became of a folder."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
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
        elif name in base:  # removed by a person
            if base[name] != text:
                written.conflicts.append(Conflict(name, 0, (), tuple(text.splitlines(keepends=True))))
            continue
        if merged != present:
            (written.new if present is None else written.changed).append(name)
            _write(path, merged)
    for name in [name for name in base if name not in draft.files]:
        _remove(folder / name, base[name], name, written)
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


def earlier_operations(
    folder: Path, service: str, operations: Iterable[str], documents: Iterable[Path]
) -> tuple[str, ...]:
    """Return the operations that are in a folder by an earlier draft: the next one has them, too.

    Raises UserError for a folder that has something else: another service, a contract that no draft wrote, or one from
    pages that are not among the `documents` now.
    """
    base = _base(folder)
    present = sorted(path.stem for path in folder.glob("operations/*.yaml"))
    if not base:
        named = set(operations)
        others = [name for name in present if named.isdisjoint(spellings(name))]
        if others:
            raise UserError(
                f"the folder has a contract of {', '.join(others)} that was not drafted",
                where=str(folder),
                hint="name another folder",
            )
        return ()
    if f"service: {service}\n" not in base.get("service.yaml", ""):
        raise UserError(
            f"the folder has the draft of another service than {service}",
            where=str(folder),
            hint="name another folder",
        )
    cited = yaml.safe_load(base.get("sources.yaml", "{}")).get("documents", {}).values()
    given = {path.name for path in documents}
    lacking = [source["file"] for source in cited if "dated" not in source and source["file"] not in given]
    if lacking:
        raise UserError(
            f"the folder has a draft from other pages: {', '.join(lacking)}",
            where=str(folder),
            hint="name them with --document, too, or another folder",
        )
    drafted = (Path(name).stem for name in base if name.startswith("operations/"))  # in the order of the last draft
    return tuple(name for name in drafted if name in present)


def behaviour_numbers(folder: Path) -> dict[str, int]:
    """Return the numbers of behaviours by id: of those that a folder has, whoever wrote them, and of the last draft's.

    Raises UserError for a file that can't be read.
    """
    files = [(name, text) for name, text in _base(folder).items() if name.startswith("behaviours/")]
    files += [(str(path), _text(path) or "") for path in sorted(folder.glob("behaviours/*.yaml"))]
    found: dict[str, int] = {}
    for name, text in files:
        try:
            found |= {str(entry["id"]): int(entry["number"]) for entry in yaml.safe_load(text) or ()}
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise UserError(
                "the numbers of the behaviours can't be read", where=name, hint="`conformance lint` says what is wrong"
            ) from error
    return found


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


def _remove(path: Path, base: str, name: str, written: Written) -> None:
    """Remove a file that the draft no longer has, if no person has changed it."""
    present = _text(path)
    if present is None:
        return
    if present != base:
        written.conflicts.append(Conflict(name, 1, tuple(present.splitlines(keepends=True)), ()))
        return
    written.removed.append(name)
    try:
        path.unlink()
    except OSError as error:
        raise UserError(
            f"the file can't be removed: {error.strerror or error}", where=str(path), hint="name another folder"
        ) from error


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise UserError(
            f"the draft can't be written: {error.strerror or error}", where=str(path), hint="name another folder"
        ) from error
