"""scoreboard.yaml: targets as in targets.yaml, how each is installed, and the contracts that they are judged by."""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.loading import operation_named
from conformance.contract.model import Contract
from conformance.drafting.cache import cache_root
from conformance.errors import UserError, suggest
from conformance.inputs import Section, insist, load_file
from conformance.report.scoreboard import Column, Subject
from conformance.suite.catalogue import released
from conformance.suite.contracts import contract_of
from conformance.targets.configuration import SECRET_KEYS, targets_in, targets_schema
from conformance.targets.spec import TargetSpec

HOME, PYTHON = "{home}", "{python}"
"""Placeholders of the folder that a target is installed in, and of the Python that runs the suite."""
_OWN = ("install", "family", "contracts")
"""Keys of a target that targets.yaml does not have."""
_SHORT = 16


class BoardError(UserError):
    """A file that is no scoreboard; `where` names the file and the line."""


@dataclass(frozen=True)
class BoardTarget:
    """A target: its entry of targets.yaml, the commands that install it, and the contracts that it is judged by."""

    spec: TargetSpec
    entry: Mapping[str, Any]
    install: tuple[tuple[str, ...], ...]
    home: Path
    """The folder that it is installed in; by the commands, so that others install it elsewhere."""
    family: str
    contracts: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name."""
        return self.spec.name

    @property
    def column(self) -> Column:
        """How a board shows it."""
        return Column(self.name, self.family)


@dataclass(frozen=True)
class BoardContract:
    """A contract: that of a folder, of a service, or the one that comes along; and what is judged of it."""

    name: str
    folder: str | None
    service: str | None
    operations: tuple[str, ...]
    select: tuple[str, ...]
    release: str
    where: str

    @property
    def options(self) -> tuple[str, ...]:
        """The options of `conformance run` that say all this."""
        named = (("--contract", self.folder), ("--service", self.service), ("--release", self.release))
        several = (("--operation", self.operations), ("--select", self.select))
        options = [(option, value) for option, value in named if value]
        options += [(option, value) for option, values in several for value in values]
        return tuple(word for pair in options for word in pair)

    def loaded(self, *, writing: bool = False) -> Contract:
        """Return the contract itself, for a target that the suite may write to or not. Raises BoardError."""
        return _loaded(self, writing=writing)

    @property
    def subject(self) -> Subject:
        """How a board shows it."""
        contract = self.loaded()
        urls = {source.id: source.url for source in contract.sources.values() if source.url}
        operations = len(self.operations) or len(contract.operations)
        return Subject(self.name, operations, self.release, urls, shlex.join(self.options))


@cache
def _loaded(named: BoardContract, *, writing: bool) -> Contract:
    try:
        contract = contract_of(named.folder, named.service, named.operations, writing=writing)
        for name in named.operations:
            operation_named(name, contract.operations)
        if named.release:
            released(contract, named.release, named.service)
    except UserError as error:
        raise BoardError(f"contract {named.name!r}: {error.problem}", where=named.where, hint=error.hint) from error
    return contract


@dataclass(frozen=True)
class BoardFile:
    """What a file names, checked. `base` is its folder, from which paths in it are seen."""

    base: Path
    targets: tuple[BoardTarget, ...]
    contracts: tuple[BoardContract, ...]

    def targets_yaml(self) -> str:
        """Return a targets.yaml with the same targets, so that `conformance run` repeats each run of the board."""
        document = {"base": str(self.base), "targets": {target.name: target.entry for target in self.targets}}
        return yaml.safe_dump(document, sort_keys=False)


@cache
def board_schema() -> Mapping[str, Any]:
    """Return the JSON Schema of the file: its targets are those of targets.yaml with some keys more."""
    own: dict[str, Any] = json.loads((files("conformance.scoreboard") / "scoreboard.schema.json").read_text("utf-8"))
    defs = targets_schema()["$defs"]
    target = {**defs["target"], "properties": defs["target"]["properties"] | own["$defs"]["target"]["properties"]}
    return {**own, "$defs": {**own["$defs"], **defs, "target": target}}


def read_board_file(path: Path) -> BoardFile:
    """Read a file. Raises BoardError and TargetError, with file and line, for whatever is wrong with it."""
    document: Any = load_file(path, str(path), BoardError)[0]
    insist(document, board_schema(), BoardError, SECRET_KEYS)
    base = path.resolve().parent
    contracts = tuple(_contracts(document["contracts"], base))
    names = [contract.name for contract in contracts]
    entries = document["targets"]
    filled: dict[str, Any] = {name: _filled(entry, _home(name, entry)) for name, entry in entries.items()}
    specs = targets_in(_replaced(entries, filled), base)
    targets = []
    for name, entry in entries.items():
        wanted = entry.get("contracts", names)
        for unknown in (item for item in wanted if item not in names):
            raise BoardError(
                f"target {name!r}: there is no contract {unknown!r} in this file",
                where=entry.at("contracts"),
                hint=suggest(unknown, names),
            )
        plain = {key: value for key, value in filled[name].items() if key not in _OWN}
        install = tuple(map(tuple, filled[name].get("install", ())))
        targets.append(
            BoardTarget(
                specs[name], json.loads(json.dumps(plain)), install, _home(name, entry), entry.get("family", name),
                tuple(item for item in names if item in wanted),
            )
        )  # fmt: skip
    return BoardFile(base, tuple(targets), contracts)


def _contracts(entries: Section, base: Path) -> Iterator[BoardContract]:
    for name, entry in entries.items():
        if "contract" in entry and "service" in entry:
            raise BoardError(
                f"contract {name!r}: a folder and a service are two contracts",
                where=entry.at("service"),
                hint="keep one of them",
            )
        folder = str(base / entry["contract"]) if "contract" in entry else None
        operations, select = (tuple(entry.get(key, ())) for key in ("operations", "select"))
        yield BoardContract(
            name, folder, entry.get("service"), operations, select, entry.get("release", ""), entries.at(name)
        )


def _home(name: str, entry: Mapping[str, Any]) -> Path:
    """Return the folder of what is installed: in the user's cache, by what installs it."""
    commands = json.dumps([sys.executable, entry.get("install", [])])
    digest = hashlib.sha256(commands.encode()).hexdigest()[:_SHORT]
    return cache_root().parent / "targets" / f"{name}-{digest}"


def _filled(value: Any, home: Path) -> Any:
    """Return a value with its placeholders replaced."""
    if isinstance(value, str):
        return value.replace(HOME, str(home)).replace(PYTHON, sys.executable)
    if isinstance(value, Section):
        return _replaced(value, {key: _filled(item, home) for key, item in value.items()})
    return [_filled(item, home) for item in value] if isinstance(value, list) else value


def _replaced(section: Section, values: Mapping[str, Any]) -> Section:
    """Return a mapping of a file with other values, and its lines."""
    made = Section(section.file, section.line)
    made.lines = section.lines
    made.update({**section, **values})
    return made
