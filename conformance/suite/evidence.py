"""Evidence of a run: recorded during it, or replayed in the place of the target."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import conformance
from conformance.clients.awscli import OFF
from conformance.contract.model import Contract
from conformance.errors import ExitCode, UserError
from conformance.suite.settings import DEFAULT_TARGET, Settings
from conformance.targets.endpoint import checked
from conformance.targets.opening import OpenTarget
from conformance.targets.spec import Capabilities, Kind, StateSource, TargetError, TargetSpec
from conformance.targets.spec import Origin as StateOrigin
from conformance.targets.state import Access, State, allowed_operations
from conformance.wire.evidence import (
    SCHEMA,
    Bundle,
    BundleWriter,
    EvidenceError,
    Origin,
    RecordedContract,
    RecordedRun,
    RecordedTarget,
    RecordingTool,
    Replay,
    Selection,
    read_bundle,
)
from conformance.wire.exchange import Fault, HttpResponse
from conformance.wire.limits import Limits
from conformance.wire.redaction import AccountMask, ExchangeMask
from conformance.wire.request import OutgoingRequest, Transport

Header = Callable[[Access, ExchangeMask], Origin]
"""Describes a run in the header of its evidence, once it is known how its target is reached."""


class Recorded:
    """The evidence of one run, from the first request of opening the target to the last of its checks."""

    def __init__(self, path: Path, mask: AccountMask) -> None:
        """Write nothing yet."""
        self.path = path
        self._redactor = ExchangeMask(mask)
        self._writer: BundleWriter | None = None
        self.digest = ""
        """The digest of the whole, once it is written."""
        self.error: EvidenceError | None = None
        """Why no more could be written; the run itself goes on, its verdicts are worth as much."""

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
    def recording(
        self, opened: Callable[[Callable[[Access], None]], AbstractContextManager[OpenTarget]], header: Header
    ) -> Iterator[OpenTarget]:
        """Open the target, and write what it is asked and its state; without `finish` the evidence is cut short."""

        def begin(access: Access) -> None:
            self._begin(header, access)

        try:
            with opened(begin) as target:
                self._begin(header, target.access).state(target.state.to_json())
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

    def _begin(self, header: Header, access: Access) -> BundleWriter:
        """Write the header, once."""
        if self._writer is None:
            self._redactor.reaches(access.endpoint_url)
            self._writer = BundleWriter(self.path, self._redactor)
            self._writer.begin(header(access, self._redactor))
        return self._writer


def origin(  # noqa: PLR0913, PLR0917 - what a plan has, and what its opening adds
    settings: Settings, contract: Contract, spec: TargetSpec, checks: int, access: Access, redactor: ExchangeMask
) -> Origin:
    """Return what the header of the evidence says of a run of so many checks."""
    import botocore  # noqa: PLC0415 - only for its version

    documents = [source.id for source in contract.sources.values() if source.is_document]
    return Origin(
        schema=SCHEMA,
        tool=RecordingTool(
            conformance.TOOL, conformance.__version__, platform.python_version(), str(botocore.__version__)
        ),
        contract=RecordedContract(contract.digest, tuple(documents), len(contract.facts)),
        target=RecordedTarget(
            name=redactor.text(spec.name),
            kind=spec.kind.value,
            endpoint_url=redactor.text(access.endpoint_url),
            region=access.region,
            state=str(spec.state.origin),
            auth=spec.capabilities.auth,
            create=spec.capabilities.create,
        ),
        run=RecordedRun(
            target=redactor.text(settings.target),
            checks=checks,
            select=settings.select,
            operation=_recorded(settings.operation),
            area=_recorded(settings.area),
            level=_recorded(settings.level),
        ),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _recorded(chosen: tuple[str, ...]) -> Selection:
    """Return a selection in the form of the header: None for all, a text for one, a list for several."""
    return chosen if len(chosen) > 1 else next(iter(chosen), None)


@contextmanager
def _as_recorded(bundle: Bundle) -> Iterator[None]:
    """Take what odd content raises, whose digests may well be right, for what it is."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TargetError, TypeError, ValueError) as error:
        raise EvidenceError(
            "this is no evidence as it was recorded: its target or its state is nothing that a run writes",
            where=bundle.path,
            hint="get the file again from whoever recorded it",
        ) from error


@dataclass(frozen=True)
class Replayed:
    """Evidence in the place of a target: its spec, its state and its answers, as they were recorded."""

    bundle: Bundle
    spec: TargetSpec
    transport: Transport = field(compare=False)

    @classmethod
    def asked_for(cls, settings: Settings) -> Replayed:
        """Read the evidence that settings name.

        Raises UserError where they ask for something that a replay can't do, and EvidenceError where the evidence is
        not as it was recorded.
        """
        if settings.record:
            raise UserError("a replay is not recorded", hint="copy the file that is replayed, it is all there is")
        if settings.aws_cli not in {None, OFF}:
            raise UserError(
                "a replay starts no program and opens no connection", hint=f"leave out --aws-cli, or say {OFF}"
            )
        if settings.target != DEFAULT_TARGET:
            raise UserError(
                "a replay has no target: the evidence takes its place", hint="leave the name of the target out"
            )
        return cls.of(Path(str(settings.replay)))

    @classmethod
    def of(cls, path: Path) -> Replayed:
        """Read a file of evidence. Raises EvidenceError where it is not as it was recorded."""
        bundle = read_bundle(path)
        target = bundle.origin.target
        with _as_recorded(bundle):
            spec = TargetSpec(
                name=target.name,
                kind=Kind(target.kind),
                state=StateSource(StateOrigin(target.state)),
                endpoint_url=checked(target.endpoint_url, bundle.path),
                region=target.region,
                credentials=None,
                capabilities=Capabilities(auth=target.auth, create=target.create),
                limits=Limits(),
            )
            if bundle.state is not None:
                State.from_json(bundle.state)
            return cls(bundle, spec, Replay(bundle))

    @property
    def named(self) -> str:
        """The target that the recorded run was given."""
        return self.bundle.origin.run.target

    @property
    def cut_short(self) -> str:
        """Why the evidence does not hold a whole run; empty where it does."""
        return f"the evidence is not whole: {self.bundle.cut_short}" if self.bundle.cut_short else ""

    def state_text(self, state: State) -> str:
        """Say where the state comes from, for reports."""
        return f"{state.origin}, replayed from evidence {self.bundle.digest[:12]} of {self.bundle.origin.started}"

    def opened(self, operations: Collection[str]) -> OpenTarget:
        """Return the target as it was. Raises EvidenceError where the recorded run ended before it had a state."""
        if self.bundle.state is None:
            raise EvidenceError(
                "the evidence ends before the state of the target was known: there is nothing to judge",
                where=self.bundle.path,
                hint="record it again",
                exit_code=ExitCode.TARGET_BROKE,
            )
        allowed = allowed_operations(self.spec, operations)
        access = Access(self.spec.endpoint_url, str(self.spec.region), None, allowed, self.spec)
        return OpenTarget(self.spec, access, State.from_json(self.bundle.state))
