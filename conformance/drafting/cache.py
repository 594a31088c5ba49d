"""Contracts of services that are named and not written: drafted from the installed botocore, kept in the user's cache.

A contract belongs to a version of botocore and to the code that drafts: either of them changed, another one is made.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import botocore
from botocore.session import get_session

from conformance.contract.files import ContractError
from conformance.contract.loading import load, operation_named
from conformance.contract.model import Contract
from conformance.contract.names import CREATING, DELETING, noun_of, verb_of
from conformance.documents.claims import ModelError
from conformance.documents.service_model import installed
from conformance.drafting.contracts import draft
from conformance.drafting.conventions import folded
from conformance.drafting.sources import draft_sources, is_expressible, model_of, readers
from conformance.errors import suggest

if TYPE_CHECKING:
    from botocore.model import ServiceModel

_APPLICATION = "sagemaker-tuning-conformance"
_DIGEST = "digest"
"""The file that has the digest of the others, written last: what does not fit it is broken, and made again."""
_SHORT = 16


def service_contract(service: str, operations: Iterable[str] = (), *, writing: bool = False) -> Contract:
    """Return the contract of all operations of a service that read, or of some operations, drafted if it is not there.

    With the operations that are named come those that list what they are about, so that there are names to ask for.
    With `writing` come those that make and delete what the others are about.
    Raises ModelError for a service that there is not, or that speaks another protocol.
    """
    names = tuple(sorted(set(operations)))
    folder = cache_root() / f"{botocore.__version__}-{_drafting()}" / _folder_name(service, names, writing=writing)
    try:
        return _kept(folder)
    except (OSError, ContractError):
        return _made(folder, lambda: _files(service, names, writing=writing))


def cache_root() -> Path:
    """Return the folder of the contracts in the user's cache, by the conventions of the platform."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
    if sys.platform == "darwin":
        base = home / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        named = os.environ.get("XDG_CACHE_HOME", "")
        base = Path(named) if os.path.isabs(named) else home / ".cache"  # noqa: PTH117 - a text that may be empty
    return base / _APPLICATION / "contracts"


def _folder_name(service: str, operations: tuple[str, ...], *, writing: bool) -> str:
    name = "".join(letter if letter.isalnum() or letter == "-" else "_" for letter in service)
    name += ".writing" if writing else ""
    digest = hashlib.sha256("\n".join(operations).encode()).hexdigest()[:_SHORT]
    return f"{name}.{digest}" if operations else name


@cache
def _drafting() -> str:
    """Return the digest of the code and the tables that a draft is made by."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for room in ("contract", "documents", "drafting"):
        for file in sorted((*(package / room).glob("*.py"), *(package / room).glob("*.yaml"))):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:_SHORT]


def _kept(folder: Path) -> Contract:
    """Return what a folder of the cache has. Raises OSError and ContractError where it is not there, or broken."""
    if (folder / _DIGEST).read_text(encoding="utf-8") != _digest(folder):
        raise ContractError("the contract in the cache is broken", where=str(folder), hint="it is made again")
    return load(folder, drafted=True)


def _digest(folder: Path) -> str:
    """Return the digest of the files of a contract: one that is broken is not even read as YAML."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.yaml")):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _made(folder: Path, files: Callable[[], dict[str, str]]) -> Contract:
    """Draft a contract into the cache; where that can't be written to, into a folder that is gone at the end.

    Another process may do the same: a folder is written whole and then put in its place, and the last one stays.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError:
        fresh = folder = Path(tempfile.mkdtemp(prefix=f"{_APPLICATION}-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        for name, text in files().items():
            path = fresh / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        (fresh / _DIGEST).write_text(_digest(fresh), encoding="utf-8")
        if fresh != folder:
            _put(fresh, folder)
        return _kept(folder)
    finally:
        if fresh != folder:
            shutil.rmtree(fresh, ignore_errors=True)


def _put(fresh: Path, folder: Path) -> None:
    """Put a folder in its place: what is broken there gives way, what another process has just made stays."""
    for _ in range(2):
        try:
            fresh.rename(folder)
        except OSError:
            try:
                _kept(folder)
            except (OSError, ContractError):
                shutil.rmtree(folder, ignore_errors=True)
                continue
        return


def _files(service: str, operations: tuple[str, ...], *, writing: bool) -> dict[str, str]:
    """Return the files of the draft of a service's operations."""
    available = get_session().get_available_services()
    if service not in available:
        raise ModelError(f"botocore has no service {service!r}", where="--service", hint=suggest(service, available))
    source = installed(service)
    model = model_of(source, service)
    every = tuple(model.operation_names)
    named = tuple(operation_named(name, every) for name in operations)
    named = (*named, *_listing(model, named))
    if writing:
        read = named or tuple(name for name in readers(model) if is_expressible(model.operation_model(name)))
        lives = _lives(model, read)
        above = _listing(model, lives)
        named = (*read, *lives, *above, *_lives(model, above))
    named = tuple(dict.fromkeys(named))
    sources, names = draft_sources(service, source, named, ())
    if not names:
        raise ModelError(
            f"no operation of {service} reads", where=source.where, hint="name some of the others with --operation"
        )
    return dict(draft(sources, names).files)


def _listing(model: ServiceModel, operations: Iterable[str]) -> tuple[str, ...]:
    """Return the operations that list what others must name."""
    shapes = (model.operation_model(name).input_shape for name in operations)
    subjects = [folded(member) for shape in shapes for member in (shape.required_members if shape is not None else ())]
    listing = (name for name in model.operation_names if name.startswith(("List", "Describe")))
    return tuple(name for name in listing if any(subject.startswith(folded(noun_of(name))) for subject in subjects))


def _lives(model: ServiceModel, operations: Iterable[str]) -> tuple[str, ...]:
    """Return the operations that make and delete what others are about; none of what can't be deleted."""
    every = model.operation_names
    nouns = {noun_of(name) for name in operations}
    own = [name for name in every if verb_of(name) in CREATING | DELETING and noun_of(name) in nouns]
    planned = {noun: f"Schedule{noun}Deletion" for noun in sorted(nouns) if f"Schedule{noun}Deletion" in every}
    made = {noun_of(name) for name in own if verb_of(name) in CREATING}
    made &= {*(noun_of(name) for name in own if verb_of(name) in DELETING), *planned}
    ending = (*planned.values(), *(f"Stop{noun}" for noun in sorted(made)))
    about = {noun: {f"Schedule{noun}Deletion", f"Stop{noun}"} for noun in made}
    return (
        *(name for name in own if noun_of(name) in made),
        *(name for name in ending if name in every and any(name in names for names in about.values())),
    )
