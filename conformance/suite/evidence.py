"""Evidence of a run: recorded beside the run, or in the place of the target."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import conformance
from conformance.clients.awscli import OFF
from conformance.errors import ExitCode, UserError
from conformance.suite.settings import DEFAULT_TARGET, Settings
from conformance.targets.endpoint import checked
from conformance.targets.opening import OpenTarget
from conformance.targets.spec import Capabilities, Kind, StateSource, TargetError, TargetSpec
from conformance.targets.spec import Origin as StateOrigin
from conformance.targets.state import Access, State, allowed_operations
from conformance.wire.evidence import Bundle, EvidenceError, Origin, Redactor
from conformance.wire.exchange import Fault, HttpResponse
from conformance.wire.limits import Limits
from conformance.wire.recording import BundleWriter, Replay, read_bundle
from conformance.wire.redaction import AccountMask
from conformance.wire.request import OutgoingRequest, Transport

if TYPE_CHECKING:
    from conformance.suite.stage import Plan

_TOOL = "sagemaker-tuning-conformance"


def with_evidence(settings: Settings, plan_of: Callable[[Settings, Replayed | None], Plan]) -> Plan:
    """Return the plan of a run that records evidence or evaluates it again. Raises UserError."""
    if settings.record and settings.replay:
        raise UserError("a replay is not recorded", remedy="copy the file that is replayed, it is all there is")
    if settings.replay:
        if settings.aws_cli not in {None, OFF}:
            raise UserError(
                "a replay starts no program and opens no connection", remedy=f"leave out --aws-cli, or say {OFF}"
            )
        if settings.target != DEFAULT_TARGET:
            raise UserError(
                "a replay has no target: the evidence stands in its place", remedy="leave the name of the target out"
            )
        return plan_of(settings, Replayed.of(Path(settings.replay)))
    plan = plan_of(settings, None)
    recorded = Recorded(Path(str(settings.record)), plan.mask)
    return replace(plan, recorded=recorded, transport_options=replace(plan.transport_options, recorder=recorded))


class Recorded:
    """The evidence of one run, from the first request of opening the target to the last of judging it."""

    def __init__(self, path: Path, mask: AccountMask) -> None:
        """Write nothing yet."""
        self.path = path
        self._redactor = Redactor(mask)
        self._writer: BundleWriter | None = None
        self.digest = ""
        """The digest of the whole, once it is written."""
        self.error: EvidenceError | None = None
        """Why no more could be written; the run itself goes on, its judgements are worth as much."""

    @property
    def exchanges(self) -> int:
        """How many exchanges are written."""
        return self._writer.exchanges if self._writer else 0

    def take(self, outgoing: OutgoingRequest, response: HttpResponse | None, fault: Fault | None) -> None:
        """Write one exchange."""
        if self._writer is None or self.error is not None:
            return
        try:
            self._writer.take(outgoing, response, fault)
        except EvidenceError as error:
            self.error = error
            self._writer.close()

    @contextmanager
    def recording(self, plan: Plan) -> Iterator[OpenTarget]:
        """Open the target, and write what it is asked and its state; without `finish` the evidence is cut short."""

        def begin(access: Access) -> None:
            self._begin(plan, access)

        try:
            with plan.open_live(begin) as target:
                self._begin(plan, target.access).state(target.state.to_json())
                yield target
        finally:
            if self._writer is not None:
                self._writer.close()

    def finish(self, *, stopped: str) -> None:
        """Write the footer, unless the evidence ended before."""
        if self._writer is None or self.error is not None:
            return
        try:
            self.digest = self._writer.finish(stopped=stopped)
        except EvidenceError as error:
            self.error = error

    def _begin(self, plan: Plan, access: Access) -> BundleWriter:
        """Write the header, once."""
        if self._writer is None:
            self._redactor.reaches(access.endpoint_url)
            self._writer = BundleWriter(self.path, self._redactor)
            self._writer.begin(_origin(plan, access, self._redactor))
        return self._writer


def _origin(plan: Plan, access: Access, redactor: Redactor) -> Origin:
    import botocore  # noqa: PLC0415 - only for its version

    spec, contract, settings = plan.spec, plan.contract, plan.settings
    documents = [source.id for source in contract.sources.values() if source.is_document]
    return Origin(
        tool={
            "name": _TOOL,
            "version": conformance.__version__,
            "python": platform.python_version(),
            "botocore": str(botocore.__version__),
        },
        contract={"digest": contract.digest, "documents": documents, "facts": len(contract.facts)},
        target={
            "name": redactor.text(spec.name),
            "kind": str(spec.kind),
            "endpoint_url": redactor.text(access.endpoint_url),
            "region": access.region,
            "state": str(spec.state.origin),
            "auth": spec.capabilities.auth,
            "create": spec.capabilities.create,
        },
        run={
            "target": redactor.text(settings.target),
            "checks": len(plan.checks),
            "select": list(settings.select),
            "operation": _recorded(settings.operation),
            "area": _recorded(settings.area),
            "level": _recorded(settings.level),
        },
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _recorded(chosen: tuple[str, ...]) -> str | list[str] | None:
    """Return a selection in the form of the header: None for all, a text for one, a list for several."""
    return list(chosen) if len(chosen) > 1 else next(iter(chosen), None)


@contextmanager
def _as_recorded(bundle: Bundle) -> Iterator[None]:
    """Take what odd content raises, whose digests may well be right, for what it is."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TargetError, TypeError, ValueError) as error:
        raise EvidenceError(
            "this is no evidence as it was recorded: its target or its state is nothing that a run writes",
            where=bundle.path,
            remedy="get the file again from whoever recorded it",
        ) from error


@dataclass(frozen=True)
class Replayed:
    """Evidence in the place of a target: its spec, its state and its answers, as they were recorded."""

    bundle: Bundle
    spec: TargetSpec
    transport: Transport = field(compare=False)

    @classmethod
    def of(cls, path: Path) -> Replayed:
        """Read the evidence. Raises EvidenceError where it is not as it was recorded."""
        bundle = read_bundle(path)
        target: Any = bundle.origin.target
        with _as_recorded(bundle):
            spec = TargetSpec(
                name=target["name"],
                kind=Kind(target["kind"]),
                state=StateSource(StateOrigin(target["state"])),
                endpoint_url=checked(target["endpoint_url"], bundle.path),
                region=target["region"],
                credentials=None,
                capabilities=Capabilities(auth=target["auth"], create=target["create"]),
                limits=Limits(),
            )
            if bundle.state is not None:
                State.from_json(bundle.state)
            return cls(bundle, spec, Replay(bundle))

    @property
    def named(self) -> str:
        """What the recorded run was told to hold against the contract."""
        return str(self.bundle.origin.run["target"])

    @property
    def cut_short(self) -> str:
        """Why the evidence does not hold a whole run; empty where it does."""
        return f"the evidence is not whole: {self.bundle.cut_short}" if self.bundle.cut_short else ""

    def told(self, state: State) -> str:
        """Say where the state comes from, for reports."""
        return f"{state.origin}, replayed from evidence {self.bundle.digest[:12]} of {self.bundle.origin.started}"

    def opened(self, plan: Plan) -> OpenTarget:
        """Return the target as it was. Raises EvidenceError where the recorded run ended before it had a state."""
        if self.bundle.state is None:
            raise EvidenceError(
                "the evidence ends before the state of the target was known: there is nothing to judge",
                where=self.bundle.path,
                remedy="record it anew",
                exit_code=ExitCode.TARGET_BROKE,
            )
        allowed = allowed_operations(self.spec, tuple(plan.contract.operations))
        access = Access(self.spec.endpoint_url, str(self.spec.region), None, allowed, self.spec)
        return OpenTarget(self.spec, access, State.from_json(self.bundle.state))
