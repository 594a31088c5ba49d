"""From targets.yaml to targets: finding the file, holding it against the schema, and reading its entries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import conformance
from conformance.contract.errors import ContractError
from conformance.contract.yaml_source import Section, load_file
from conformance.targets.entry import REFERENCE, Entry
from conformance.targets.errors import TargetError
from conformance.targets.schema import check
from conformance.targets.spec import TargetSpec

FILE_NAME: Final = "targets.yaml"


def load_targets(path: Path | None = None) -> Mapping[str, TargetSpec]:
    """Give the targets by name: of that file, else of ./targets.yaml, else of the file that ships.

    `reference` is always among them. Raises TargetError, with file and line, for anything wrong in the file.
    """
    file = path or _found()
    document = _read(file)
    ships = file == _shipped()
    if not ships:  # our own tests hold the one that ships against the schema: no run has to pay for that
        check(document)
    # A file that ships inside the installation has no business with its folder: what it starts runs where the user is.
    base = None if ships else file.resolve().parent
    targets = {REFERENCE.name: REFERENCE}
    for name, entry in document["targets"].items():
        targets[name] = Entry(document, name, entry, base).spec()
    return MappingProxyType(targets)


def _found() -> Path:
    here = Path(FILE_NAME)
    return here if here.is_file() else _shipped()


def _shipped() -> Path:
    package = Path(conformance.__file__).resolve().parent
    packaged = package / "_targets.yaml"
    return packaged if packaged.is_file() else package.parent / FILE_NAME


def _read(file: Path) -> Section:
    if not file.is_file():
        raise TargetError(
            f"there is no file {file}",
            where=str(file),
            remedy="check the path, or leave it out for the targets that ship",
        )
    try:
        document, _ = load_file(file, str(file))
    except ContractError as error:
        # A key among credentials may be a secret in the wrong place: the line says which one it is.
        problem = "a key is written twice" if error.problem.endswith("is written twice") else error.problem
        raise TargetError(problem, where=error.where, remedy=error.remedy) from error
    if not isinstance(document, Section):
        raise TargetError("the file is a list", where=f"{file}:1", remedy="start it with `targets:`")
    return document
