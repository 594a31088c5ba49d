"""The files of a contract: found, read, checked against the schema, and the names in them looked up.

The schema says what form a file has. The contract that ships keeps it, as its own tests show: no run has to pay for
that check.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from conformance.errors import Problem, UserError, suggest
from conformance.inputs import Section, insist, load_file, schema_problems

T = TypeVar("T")

SCHEMA_FILE = "contract.schema.json"
_KINDS = {
    "sources.yaml": "sources",
    "service.yaml": "service",
    "observations.yaml": "observations",
    "operations": "operation",
    "shapes": "shapes",
    "citations": "citations",
    "behaviours": "behaviours",
    "releases": "release",
}
"""File or folder to the definition of the schema that its files keep."""


class ContractError(UserError):
    """The contract can't be used: nothing is judged against a contract whose structure is broken."""


def packaged_root() -> Path:
    """Return the folder of the contract: shipped inside the package, else next to it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "_contract"
    return shipped if shipped.is_dir() else package.parent / "contract"


class ContractFiles:
    """The files of one contract, each read once; the digest grows with them."""

    def __init__(self, root: Path, *, check_form: bool) -> None:
        """Read nothing yet. With `check_form` each file is checked against the schema."""
        self.root = root
        self.shown_root = _short(root)
        self._schema = _schema(packaged_root() / SCHEMA_FILE) if check_form else None
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        """The digest of all files so far, in hex."""
        return self._digest.hexdigest()

    def folder(self, name: str) -> list[Path]:
        """Return the YAML files of a folder in the order of their names, which is the same on every machine."""
        folder = self.root / name
        for stray in sorted(folder.glob("*.yml")):
            raise ContractError(
                "contract files end in .yaml", where=self.name(stray), hint=f"rename it to {stray.stem}.yaml"
            )
        return sorted(folder.glob("*.yaml"))

    def read(self, path: Path) -> Any:
        """Return what a file has. Raises ContractError where it is not of the form that the schema gives it."""
        value, content = load_file(path, self.name(path), ContractError)
        relative = path.relative_to(self.root)
        self._digest.update(f"{relative.as_posix()}\0{len(content)}\0".encode())
        self._digest.update(content)
        if self._schema is not None:
            insist(value, self._schema | _form_of(_KINDS[relative.parts[0]]), ContractError)
        return value

    def name(self, path: Path) -> str:
        """Return the name of a file as errors show it."""
        return f"{self.shown_root}/{path.relative_to(self.root).as_posix()}"


def form_problems(root: Path, shown_root: str) -> Iterator[Problem]:
    """Check each file below a contract's folder against the schema of its kind; a file of no kind is a problem too.

    The schema that the folder brings counts, else the one that ships.
    """
    own = root / SCHEMA_FILE
    try:
        schema = _schema(own if own.is_file() else packaged_root() / SCHEMA_FILE)
    except (OSError, ValueError) as error:
        yield Problem(f"the schema can't be read: {error}", f"{shown_root}/{SCHEMA_FILE}:1", "restore the file")
        return
    for file in sorted((*root.rglob("*.yaml"), *root.rglob("*.yml"))):
        relative = file.relative_to(root)
        shown = f"{shown_root}/{relative.as_posix()}"
        kind = _KINDS.get(relative.parts[0])
        if kind is None:
            yield Problem(f"{relative.as_posix()} is no file of a contract", f"{shown}:1", "move it away")
            continue
        try:
            yield from schema_problems(load_file(file, shown, ContractError)[0], schema | _form_of(kind))
        except ContractError as error:
            yield Problem(error.problem, error.where, error.hint)


def _schema(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _form_of(kind: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{kind}"}


def _short(root: Path) -> str:
    """Show a folder relative to the working folder, if it is below."""
    absolute = root.resolve()
    here = Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


def known(name: str, choices: Collection[str], what: str, where: str) -> str:
    """Return a name that is one of the choices. Raises ContractError, which suggests the one that was meant."""
    if name in choices:
        return name
    raise ContractError(f"there is no {what} {name!r}", where=where, hint=suggest(name, choices))


def known_names(mapping: Section, key: str, choices: Collection[str], what: str) -> tuple[str, ...]:
    """Return a list of names each of which is one of the choices; empty where the key is absent."""
    return tuple(known(name, choices, what, mapping[key].at(at)) for at, name in enumerate(mapping.get(key, ())))


def by_name(what: str, items: Iterable[tuple[str, str, T]]) -> dict[str, T]:
    """Return items (name, place, value) by their names. Raises ContractError where one is there twice."""
    found: dict[str, T] = {}
    places: dict[str, str] = {}
    for name, where, item in items:
        if name in found:
            raise ContractError(
                f"the {what} {name!r} is there twice",
                where=where,
                hint=f"keep one of them, or rename it; the other is at {places[name]}",
            )
        found[name], places[name] = item, where
    return found
