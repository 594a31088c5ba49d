"""One entry of targets.yaml that keeps to the schema: the rules between its keys, and the target that comes of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from conformance.contract.yaml_source import Section
from conformance.targets.endpoint import checked
from conformance.targets.errors import TargetError
from conformance.targets.schema import where as place_of
from conformance.targets.spec import (
    DEFAULT_BOUND,
    DUMMY_CREDENTIALS,
    PORT,
    Capabilities,
    Kind,
    Launch,
    Origin,
    StateSource,
    TargetSpec,
)
from conformance.wire.read_only import is_aws
from conformance.wire.session import Limits
from conformance.wire.signing import Credentials

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
        """Give the target. Raises TargetError."""
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
        return place_of(self._document, ["targets", self._name, *keys])

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
        """Give what is done where nothing is said: a server of our own is filled, any other is only read."""
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
