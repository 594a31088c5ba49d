"""What a user means by the one word after `run`: the name of a target, or the URL of one that stands in no file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import conformance
from conformance.contract.errors import ContractError, suggest
from conformance.contract.yaml_source import Entries, Section, load_file
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

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


_PATH = Path(__file__).with_name("targets.schema.json")
_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_SECRET = frozenset({"credentials", "env"})
"""Keys whose values are never repeated in an error."""

Trail = Sequence[str | int]


@cache
def targets_schema() -> dict[str, Any]:
    """Return the JSON Schema that targets.yaml is held against."""
    schema: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return schema


def where(document: Section, trail: Trail) -> str:
    """Return `file:line` of what a trail of keys and indices leads to, or of the nearest thing that is there."""
    place = document.at()
    value: Any = document
    for step in trail:
        if isinstance(value, Section) and isinstance(step, str):
            place, value = value.at(step), value.get(step)
        elif isinstance(value, Entries) and isinstance(step, int) and step < len(value):
            place, value = value.at(step), value[step]
    return place


@cache
def _validator() -> Draft202012Validator:
    import jsonschema  # noqa: PLC0415 - slow to import, and only needed here

    usual = jsonschema.Draft202012Validator
    # JSON Schema takes 5.0 for an integer; a port or a budget that is a float would go wrong much later.
    whole = usual.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    kind = jsonschema.validators.extend(usual, type_checker=whole)  # type: ignore[no-untyped-call]
    validator: Draft202012Validator = kind(targets_schema())
    return validator


def check(document: Section) -> None:
    """Hold a file against the schema. Raises TargetError for the first fault, and counts the others."""
    errors = list(_validator().iter_errors(document))
    misspelt = [error.absolute_path for error in errors if error.validator == "additionalProperties"]
    faults = [
        fault
        for error in errors
        if error.validator != "required" or error.absolute_path not in misspelt  # the misspelt key is the missing one
        for fault in _told(error)
    ]
    faults += [
        (trail, "a text has the character NUL, which no program takes", "write it without")
        for trail, text in _texts(document, [])
        if "\0" in text
    ]
    if not faults:
        return
    ordered = sorted(faults, key=lambda fault: _line(document, fault[0]))
    trail, problem, remedy = ordered[0]
    more = f" (and {len(ordered) - 1} more in this file)" if len(ordered) > 1 else ""
    raise TargetError(problem + more, where=where(document, trail), remedy=remedy)


def _texts(value: Any, trail: list[str | int]) -> Iterator[tuple[list[str | int], str]]:
    """Return each text of a file and each of its keys, with the trail to it."""
    if isinstance(value, str):
        yield trail, value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield [*trail, key], key
            yield from _texts(entry, [*trail, key])
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _texts(entry, [*trail, index])


def _line(document: Section, trail: Trail) -> int:
    return int(where(document, trail).rpartition(":")[2])


def _told(error: ValidationError) -> Iterator[tuple[Trail, str, str]]:
    """Say in words what one error of the validator means: where, what is wrong, what to do."""
    trail = list(error.absolute_path)
    named = [*trail[:-1], "…"] if "env" in trail[:-1] else trail  # a variable's name may be a secret in the wrong place
    what = f"`{'.'.join(map(str, named))}`" if trail else "the file"
    rule: str = str(error.validator)
    limit: Any = error.validator_value
    if rule == "additionalProperties":
        yield from _unknown(error, trail, what)
    elif rule == "required":
        given: Any = error.instance
        for name in limit:
            if name not in given:
                yield trail, f"{what} lacks the key {name!r}", f"add `{name}:` to it"
    elif rule == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        expected = " or ".join(_KINDS[kind] for kind in kinds)
        yield trail, f"{what} must be {expected}, not {_kind(error.instance)}", _type_remedy(kinds)
    elif rule == "enum":
        shown = "that" if _SECRET & set(trail) else repr(error.instance)
        yield trail, f"{what} can't be {shown}", suggest(str(error.instance), limit)
    elif "propertyNames" in error.absolute_schema_path and "env" in trail:
        words = f"{what} has a name that no variable can have"
        yield [*trail, str(error.instance)], words, "a name is not empty, and has no = in it"
    elif "propertyNames" in error.absolute_schema_path:
        yield (
            [*trail, str(error.instance)],
            f"{error.instance!r} is no name for a target",
            "use letters, digits, . _ and -",
        )
    else:
        yield trail, f"{what} {_bound(error)}", "mend the value, or leave the key out for its default"


def _unknown(error: ValidationError, trail: list[str | int], what: str) -> Iterator[tuple[Trail, str, str]]:
    schema: Any = error.schema
    allowed = schema.get("properties", {})
    given: Any = error.instance
    for name in given:
        if name not in allowed:
            # What stands among credentials may be a secret, also where a name is expected.
            shown = f"no key {name!r}" if not _SECRET & set(trail) else "a key that is none of its own"
            yield [*trail, name], f"{what} has {shown}", suggest(name, sorted(allowed))


def _type_remedy(kinds: Sequence[str]) -> str:
    if "string" in kinds:
        return "write it in quotes" if len(kinds) == 1 else "see the examples in the targets.yaml that ships"
    return {
        "object": "write `key: value` lines there, indented",
        "array": "write it as [one, two]",
        "boolean": "write true or false, without quotes",
    }.get(kinds[0], "write a plain number, without quotes and units")


def _bound(error: ValidationError) -> str:
    limit = error.validator_value
    return {
        "minItems": "must not be an empty list",
        "minLength": "must not be empty",
        "minProperties": "must not be empty",
        "uniqueItems": "lists something twice",
        "minimum": f"must be at least {limit}",
        "maximum": f"must be at most {limit}",
        "exclusiveMinimum": f"must be more than {limit}",
        "pattern": "has a character that has no place there",
    }.get(str(error.validator), f"breaks the rule {error.validator!r} of the schema")


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    words = {dict: "a mapping", list: "a list", str: "text", int: "a whole number", float: "a number with a point"}
    return next(word for kind, word in words.items() if isinstance(value, kind))


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


class Entry:
    """One entry that keeps to the schema, and the rules between its keys."""

    def __init__(self, document: Section, name: str, entry: Section, base: Path | None) -> None:
        self._document = document
        self._name = name
        self._entry = entry
        self._base = base
        self._kind = Kind(entry.get("kind", "reference" if name == REFERENCE.name else "endpoint"))

    def spec(self) -> TargetSpec:
        """Return the target. Raises TargetError."""
        entry = self._entry
        launch = self._launch()
        state = self._state(launch)
        auth = self._kind is not Kind.ENDPOINT
        creates = state.origin in {Origin.CREATE, Origin.BUILT_IN}
        offered = entry.get("capabilities", {})
        aws = self._kind is Kind.AWS
        return TargetSpec(
            name=self._name,
            kind=self._kind,
            state=state,
            endpoint_url=self._endpoint(launch, state),
            launch=launch,
            region=entry.get("region"),
            profile=self._profile(),
            credentials=self._credentials(),
            capabilities=Capabilities(offered.get("auth", auth), offered.get("create", creates)),
            limits=Limits(**entry.get("limits", {})),
            budget=entry.get("budget", AWS_BUDGET if aws else None),
            pace=entry.get("pace", AWS_PACE if aws else None),
            ca_bundle=self._ca_bundle(),
            base=self._base,
            version=entry.get("version", ""),
            where=self._at(),
        )

    def _at(self, *keys: str) -> str:
        return where(self._document, ["targets", self._name, *keys])

    def _wrong(self, problem: str, *keys: str, remedy: str) -> TargetError:
        return TargetError(f"target {self._name!r}: {problem}", where=self._at(*keys), remedy=remedy)

    def _launch(self) -> Launch | None:
        given = self._entry.get("launch")
        if given is None:
            return None
        if self._kind is not Kind.ENDPOINT:
            raise self._wrong(f"kind {self._kind} is not launched", "launch", remedy="remove `launch`, or `kind`")
        return Launch(
            command=tuple(given["command"]),
            env=MappingProxyType(dict(given.get("env", {}))),
            port=given.get("port"),
            ready_s=float(given.get("ready_s", Launch.ready_s)),
            cwd=Path(given["cwd"]) if "cwd" in given else None,
            hint=given.get("hint", ""),
        )

    def _state(self, launch: Launch | None) -> StateSource:
        given: Any = self._entry.get("state")
        if self._name == REFERENCE.name and self._kind is not Kind.REFERENCE:
            raise self._wrong("this name is the suite's own server", remedy="give your target another name")
        if given is None:
            source = StateSource(self._usual_origin(launch))
        elif isinstance(given, str):
            source = StateSource(Origin(given))
        else:
            source = self._state_mapping(given)
        allowed = {
            Kind.REFERENCE: {Origin.BUILT_IN},
            Kind.ENDPOINT: {Origin.CREATE, Origin.EXISTING, Origin.COMMAND},
            Kind.AWS: {Origin.EXISTING},
        }[self._kind]
        if source.origin not in allowed:
            names = " or ".join(sorted(allowed))
            why = "AWS is only ever read" if self._kind is Kind.AWS else f"kind {self._kind} takes {names}"
            raise self._wrong(f"the state can't be {source.origin}: {why}", "state", remedy=f"write `state: {names}`")
        return source

    def _usual_origin(self, launch: Launch | None) -> Origin:
        """Return what is done where nothing is said: a server of our own is filled, any other is only read."""
        if self._kind is Kind.REFERENCE:
            return Origin.BUILT_IN
        return Origin.CREATE if launch else Origin.EXISTING

    def _state_mapping(self, given: Mapping[str, Any]) -> StateSource:
        if ("existing" in given) == ("command" in given):
            raise self._wrong(
                "the state is either existing or a command", "state", remedy="keep exactly one of the two keys"
            )
        if "command" in given:
            return StateSource(
                Origin.COMMAND,
                command=tuple(given["command"]),
                timeout_s=float(given.get("timeout_s", StateSource.timeout_s)),
            )
        if "timeout_s" in given:
            raise self._wrong("timeout_s belongs to a command", "state", "timeout_s", remedy="remove it")
        existing = given["existing"]
        return StateSource(
            Origin.EXISTING, names=tuple(existing.get("names", ())), bound=existing.get("bound", DEFAULT_BOUND)
        )

    def _endpoint(self, launch: Launch | None, state: StateSource) -> str:
        given = str(self._entry.get("endpoint_url", f"http://127.0.0.1:{PORT}" if launch else ""))
        if self._kind is Kind.REFERENCE:
            if given:
                raise self._wrong("the reference server picks its own endpoint", "endpoint_url", remedy="remove it")
            return ""
        if not given and self._kind is Kind.ENDPOINT:
            raise self._wrong("there is no endpoint_url", remedy="add `endpoint_url: http://host:port`, or `launch`")
        if not given:
            return ""
        checked(given, self._at("endpoint_url"))
        if PORT in given and not launch:
            raise self._wrong(
                f"{PORT} is only known for a server that is launched", "endpoint_url", remedy="write the port itself"
            )
        if self._kind is Kind.ENDPOINT and is_aws(given):
            raise self._wrong(
                "this endpoint is AWS itself, which is only ever read",
                "endpoint_url" if "endpoint_url" in self._entry else "state",
                remedy=f"write `kind: aws` and `state: existing` instead of `state: {state.origin}`",
            )
        return given

    def _profile(self) -> str | None:
        profile: str | None = self._entry.get("profile")
        if profile and self._kind is not Kind.AWS:
            raise self._wrong("a profile belongs to `kind: aws`", "profile", remedy="use `credentials` instead")
        return profile

    def _ca_bundle(self) -> Path | None:
        given: str | None = self._entry.get("ca_bundle")
        if given is None:
            return None
        if self._kind is Kind.REFERENCE:
            raise self._wrong("the reference server speaks no TLS", "ca_bundle", remedy="remove it")
        # Path.expanduser would raise where there is no such user.
        return (self._base or Path.cwd()) / os.path.expanduser(given)  # noqa: PTH111 - see above

    def _credentials(self) -> Credentials | None:
        given: Any = self._entry.get("credentials")
        if given is not None and self._kind is Kind.AWS:
            raise self._wrong(
                "the credentials of AWS have no place in a file",
                "credentials",
                remedy="use the environment, or name a `profile` of the AWS configuration",
            )
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


_REGION = "us-east-1"


def resolve(name_or_url: str, targets: Mapping[str, TargetSpec]) -> TargetSpec:
    """Return the target that is meant. Raises TargetError for a name that nobody has, and for a URL that is none."""
    if url := as_url(name_or_url):
        return _at(checked(url, "the target named on the command line"))
    if name_or_url in targets:
        return targets[name_or_url]
    close = get_close_matches(name_or_url, list(targets), n=1, cutoff=0.5)
    nearest = f"did you mean {close[0]!r}? " if close else ""
    raise TargetError(
        f"there is no target {name_or_url!r}",
        where=_origin_of(targets),
        remedy=f"{nearest}there are: {', '.join(targets)}; or give a URL such as http://127.0.0.1:4566",
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
