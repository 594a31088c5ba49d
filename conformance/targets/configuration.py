"""targets.yaml read into targets, and the target that a user names: by its name there, or by a URL.

The schema says which keys an entry may have; the rules between its keys are here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import conformance
from conformance.inputs import Section, insist, load_file
from conformance.targets.endpoint import address, as_url, checked
from conformance.targets.spec import (
    DEFAULT_BOUND,
    DUMMY_CREDENTIALS,
    PORT,
    Capabilities,
    Kind,
    Launch,
    Origin,
    StateSource,
    TargetError,
    TargetSpec,
)
from conformance.wire.limits import Limits, aws_region, is_aws
from conformance.wire.signing import Credentials

_PATH = Path(__file__).with_name("targets.schema.json")
SECRET_KEYS = frozenset({"credentials", "env"})
"""Keys whose values are never repeated in an error."""


@cache
def targets_schema() -> dict[str, Any]:
    """Return the JSON Schema of targets.yaml."""
    schema: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return schema


AWS_BUDGET: Final = 5000
AWS_PACE: Final = 5.0
"""Requests in all and a second where AWS's entry says nothing: the read rate that an account surely has to spare."""

REFERENCE: Final = TargetSpec(
    name="reference",
    kind=Kind.REFERENCE,
    state=StateSource(Origin.BUILT_IN),
    region="us-east-1",
    capabilities=Capabilities(auth=True, create=True),
)
"""The target that is always there."""


_FOREIGN_KEYS: Final = (
    ("launch", {Kind.ENDPOINT}, "kind {} is not launched", "remove `launch`, or `kind`"),
    ("endpoint_url", {Kind.ENDPOINT, Kind.AWS}, "the {} server picks its own endpoint", "remove it"),
    ("profile", {Kind.AWS}, "a profile belongs to `kind: aws`", "use `credentials` instead"),
    ("ca_bundle", {Kind.ENDPOINT, Kind.AWS}, "the {} server speaks no TLS", "remove it"),
    (
        "credentials",
        {Kind.REFERENCE, Kind.ENDPOINT},
        "the credentials of AWS have no place in a file",
        "use the environment, or name a `profile` of the AWS configuration",
    ),
)
"""Keys that not every kind of target has: the kinds that have them, what is wrong elsewhere, and what to do."""

_ORIGINS: Final = {
    Kind.REFERENCE: {Origin.BUILT_IN},
    Kind.ENDPOINT: {Origin.CREATE, Origin.EXISTING, Origin.COMMAND},
    Kind.AWS: {Origin.EXISTING},
}
"""How the state of each kind of target may come about."""


class _Entry:
    """One entry that keeps to the schema, and the rules between its keys."""

    def __init__(self, targets: Section, name: str, base: Path | None) -> None:
        self._name = name
        self._entry: Section = targets[name]
        self._where = targets.at(name)
        self._base = base
        self._kind = Kind(self._entry.get("kind", "reference" if name == REFERENCE.name else "endpoint"))

    def spec(self) -> TargetSpec:
        """Return the target. Raises TargetError."""
        entry, kind = self._entry, self._kind
        if self._name == REFERENCE.name and kind is not Kind.REFERENCE:
            raise self._wrong("this name is the suite's own server", hint="give your target another name")
        for key, kinds, problem, hint in _FOREIGN_KEYS:
            if key in entry and kind not in kinds:
                raise self._wrong(problem.format(kind), key, hint=hint)
        launch, state = self._launch(), self._state()
        offered = entry.get("capabilities", {})
        aws = kind is Kind.AWS
        return TargetSpec(
            name=self._name,
            kind=kind,
            state=state,
            endpoint_url=self._endpoint(launch, state),
            launch=launch,
            region=entry.get("region"),
            profile=entry.get("profile"),
            credentials=self._credentials(),
            capabilities=Capabilities(
                offered.get("auth", kind is not Kind.ENDPOINT),
                offered.get("create", state.origin in {Origin.CREATE, Origin.BUILT_IN}),
            ),
            limits=Limits(**entry.get("limits", {})),
            budget=entry.get("budget", AWS_BUDGET if aws else None),
            pace=entry.get("pace", AWS_PACE if aws else None),
            # Path.expanduser would raise where there is no such user.
            ca_bundle=(self._base or Path.cwd()) / os.path.expanduser(entry["ca_bundle"])  # noqa: PTH111 - see above
            if "ca_bundle" in entry
            else None,
            base=self._base,
            version=entry.get("version", ""),
            where=self._where,
        )

    def _wrong(self, problem: str, key: str = "", *, hint: str) -> TargetError:
        where = self._entry.at(key) if key in self._entry else self._where
        return TargetError(f"target {self._name!r}: {problem}", where=where, hint=hint)

    def _launch(self) -> Launch | None:
        given = self._entry.get("launch")
        if given is None:
            return None
        return Launch(
            command=tuple(given["command"]),
            env=MappingProxyType(dict(given.get("env", {}))),
            port=given.get("port"),
            ready_s=float(given.get("ready_s", Launch.ready_s)),
            cwd=Path(given["cwd"]) if "cwd" in given else None,
            hint=given.get("hint", ""),
        )

    def _state(self) -> StateSource:
        given: Any = self._entry.get("state")
        if given is None:  # a server of our own is filled, any other is only read
            usual = Origin.CREATE if "launch" in self._entry else Origin.EXISTING
            source = StateSource(Origin.BUILT_IN if self._kind is Kind.REFERENCE else usual)
        elif isinstance(given, str):
            source = StateSource(Origin(given))
        else:
            source = self._state_mapping(given)
        allowed = _ORIGINS[self._kind]
        if source.origin not in allowed:
            names = " or ".join(sorted(allowed))
            why = "AWS is only ever read" if self._kind is Kind.AWS else f"kind {self._kind} takes {names}"
            raise self._wrong(f"the state can't be {source.origin}: {why}", "state", hint=f"write `state: {names}`")
        return source

    def _state_mapping(self, given: Section) -> StateSource:
        if ("existing" in given) == ("command" in given):
            raise self._wrong(
                "the state is either existing or a command", "state", hint="keep exactly one of the two keys"
            )
        if "command" in given:
            timeout_s = float(given.get("timeout_s", StateSource.timeout_s))
            return StateSource(Origin.COMMAND, command=tuple(given["command"]), timeout_s=timeout_s)
        if "timeout_s" in given:
            problem = f"target {self._name!r}: timeout_s belongs to a command"
            raise TargetError(problem, where=given.at("timeout_s"), hint="remove it")
        existing = given["existing"]
        names, bound = tuple(existing.get("names", ())), existing.get("bound", DEFAULT_BOUND)
        return StateSource(Origin.EXISTING, names=names, bound=bound)

    def _endpoint(self, launch: Launch | None, state: StateSource) -> str:
        given = str(self._entry.get("endpoint_url", f"http://127.0.0.1:{PORT}" if launch else ""))
        if not given and self._kind is Kind.ENDPOINT:
            raise self._wrong("there is no endpoint_url", hint="add `endpoint_url: http://host:port`, or `launch`")
        if not given:
            return ""
        checked(given, self._entry.at("endpoint_url"))
        if PORT in given and not launch:
            raise self._wrong(
                f"{PORT} is only known for a server that is launched", "endpoint_url", hint="write the port itself"
            )
        if self._kind is Kind.ENDPOINT and is_aws(given):
            raise self._wrong(
                "this endpoint is AWS itself, which is only ever read",
                "endpoint_url" if "endpoint_url" in self._entry else "state",
                hint=f"write `kind: aws` and `state: existing` instead of `state: {state.origin}`",
            )
        return given

    def _credentials(self) -> Credentials | None:
        given: Any = self._entry.get("credentials")
        if given is None:
            return None if self._kind is Kind.AWS else DUMMY_CREDENTIALS
        return None if isinstance(given, str) else Credentials(**given)


FILE_NAME: Final = "targets.yaml"


def load_targets(path: Path | None = None) -> Mapping[str, TargetSpec]:
    """Return the targets by name: of that file, else of ./targets.yaml, else of the file that ships.

    `reference` is always among them. Raises TargetError, with file and line, for anything wrong in the file.
    """
    file = path or _found()
    document = _read(file)
    ships = file == _shipped()
    if not ships:  # our own tests check the one that ships: no run has to pay for that
        insist(document, targets_schema(), TargetError, SECRET_KEYS)
    # A file that ships inside the installation has no business with its folder: what it starts runs where the user is.
    base = None if ships else file.resolve().parent / document.get("base", "")
    return MappingProxyType({REFERENCE.name: REFERENCE} | targets_in(document["targets"], base))


def targets_in(targets: Section, base: Path | None) -> dict[str, TargetSpec]:
    """Return the targets of entries that keep to the schema; what they name is seen from the folder `base`.

    Raises TargetError for what breaks the rules between keys.
    """
    return {name: _Entry(targets, name, base).spec() for name in targets}


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
            hint="check the path, or leave it out for the targets that ship",
        )
    try:
        document, _ = load_file(file, str(file), TargetError)
    except TargetError as error:
        if not error.problem.endswith("is written twice"):
            raise
        # A key among credentials may be a secret in the wrong place: the line says which one it is.
        raise TargetError("a key is written twice", where=error.where, hint=error.hint) from error
    if not isinstance(document, Section):
        raise TargetError("the file is a list", where=f"{file}:1", hint="start it with `targets:`")
    return document


_REGION = "us-east-1"


def resolve(name_or_url: str, targets: Mapping[str, TargetSpec]) -> TargetSpec:
    """Return the target that is meant. Raises TargetError for an unknown name, and for a URL that is none."""
    if url := as_url(name_or_url):
        return _at(checked(url, "the target named on the command line"))
    if name_or_url in targets:
        return targets[name_or_url]
    close = get_close_matches(name_or_url, list(targets), n=1, cutoff=0.5)
    nearest = f"did you mean {close[0]!r}? " if close else ""
    raise TargetError(
        f"there is no target {name_or_url!r}",
        where=_origin_of(targets),
        hint=f"{nearest}there are: {', '.join(targets)}; or give a URL such as http://127.0.0.1:4566",
    )


def _at(url: str) -> TargetSpec:
    """Return the target of a bare URL, which is only read; AWS is known by its host, and needs real credentials."""
    existing = StateSource(Origin.EXISTING)
    if is_aws(url):
        return TargetSpec(
            "aws",
            Kind.AWS,
            existing,
            url,
            region=aws_region(url),
            credentials=None,
            capabilities=Capabilities(auth=True),
            budget=AWS_BUDGET,
            pace=AWS_PACE,
        )
    host, port = address(url)
    name = re.sub(r"[^A-Za-z0-9.]+", "-", f"{host}-{port}").strip("-.")  # it becomes the name of a folder
    return TargetSpec(name, Kind.ENDPOINT, existing, url, region=_REGION)


def _origin_of(targets: Mapping[str, TargetSpec]) -> str:
    files = {spec.where.rpartition(":")[0] for spec in targets.values() if spec.where}
    return min(files, default="")
