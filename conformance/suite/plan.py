"""The plan of a run: contract, chosen checks and target put together before anything is opened."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.checks.check import Check, place_in_run
from conformance.checks.tuning.answers import related
from conformance.clients.awscli import AwsCli, AwsCliSettings, find, version_of
from conformance.clients.boto3_client import Boto3Client
from conformance.contract.files import ContractError
from conformance.contract.model import Contract
from conformance.session.session import Resource, TargetSession
from conformance.suite.catalogue import catalogue, lint_findings, released, select
from conformance.suite.embedded import start_reference
from conformance.suite.results import Shell
from conformance.suite.settings import Settings
from conformance.targets.credentials import EXPIRED, OUTDATED
from conformance.targets.endpoint import ca_bundle_of
from conformance.targets.opening import OpenTarget, open_target
from conformance.targets.spec import Kind, Origin, TargetSpec
from conformance.targets.state import Access
from conformance.wire.client import Client, LockedClient, Protocol, TransportOptions
from conformance.wire.exchange import Exchange
from conformance.wire.limits import Limits, kept_bytes
from conformance.wire.redaction import AccountMask
from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from datetime import date

    from conformance.contract.releases import Release
    from conformance.suite.evidence import Recorded, Replayed
    from conformance.suite.known_failures import KnownFailureMatcher, KnownFailures
    from conformance.suite.shards import Part


@cache
def aws_cli_version(choice: str) -> str:
    """Return the version of the AWS CLI that an option names, empty where it names none.

    Raises AwsCliError where it is not there, or is something else.
    """
    program = find(choice)
    if program is None:
        return ""
    with tempfile.TemporaryDirectory() as home:
        return version_of(program, Path(home))


DEFAULT_WORLD = "default"
_OWN = frozenset({Origin.BUILT_IN, Origin.CREATE, Origin.COMMAND})
"""Where the state comes from at a target that the suite may use freely."""


@dataclass(frozen=True)
class Plan:
    """What is to be checked, before anything is opened. Making it raises the UserError of whatever is wrong."""

    settings: Settings
    contract: Contract
    checks: tuple[Check, ...]
    """All checks of the run, also where only a part of them is done here."""
    spec: TargetSpec
    ids: tuple[str, ...]
    """The ids of all checks that the contract has, selected or not."""
    facts: tuple[str, ...]
    """The ids of the facts that count: all, but for those that only checks newer than the release are about."""
    release: Release | None = None
    """The release whose checks count; None for the contract as it is."""
    part: Part | None = None
    """Which part of the run is done here; None for the whole."""
    known_failures: KnownFailureMatcher | None = None
    """The known failures; None where none are given."""
    recorded: Recorded | None = None
    """Where the evidence of the run goes; None where none is wanted."""
    replayed: Replayed | None = None
    """The evidence that takes the place of the target; None where there is one."""
    processes: int | None = None
    """How many workers share the run, in one of them; None in the process that was started."""
    transport_options: TransportOptions = field(default_factory=TransportOptions)
    mask: AccountMask = field(default_factory=AccountMask)
    on_wait: Callable[[str], None] = field(default=lambda _: None, compare=False)
    """Called with what the opening or the closing of the target waits for."""

    @classmethod
    def of(cls, settings: Settings, contract: Contract) -> Plan:
        """Load the targets, and choose the checks of the contract that the settings name."""
        replayed = None
        if settings.replay:
            from conformance.suite.evidence import Replayed  # noqa: PLC0415 - plain runs do without it

            replayed = Replayed.asked_for(settings)
        spec = replayed.spec if replayed else settings.resolved_target()
        if settings.contract is not None:
            _lint(contract)
        plan = cls.made(settings, contract, spec, replayed=replayed)
        if settings.known_failures is not None:
            from conformance.suite.known_failures import read_known_failures, today  # noqa: PLC0415 - as above

            known = read_known_failures(Path(settings.known_failures))
            plan = plan.with_known_failures(known, today(os.environ))
        if settings.aws_cli is not None:
            aws_cli_version(settings.aws_cli)
        if settings.record:
            from conformance.suite.evidence import Recorded  # noqa: PLC0415 - as above

            recorded = Recorded(Path(settings.record), plan.mask)
            options = replace(plan.transport_options, recorder=recorded)
            plan = replace(plan, recorded=recorded, transport_options=options)
        return plan

    @classmethod
    def made(
        cls,
        settings: Settings,
        contract: Contract,
        spec: TargetSpec,
        *,
        replayed: Replayed | None = None,
        processes: int | None = None,
    ) -> Plan:
        """Choose the checks of a contract for a target that is known."""
        part = None
        if settings.shard is not None:
            from conformance.suite.shards import Part  # noqa: PLC0415 - most runs do without it

            part = Part.of(settings.shard)
        release, aws = None, spec.kind is Kind.AWS
        if settings.release is None:
            every = catalogue(contract)
        else:
            release, every = released(contract, settings.release, settings.service)
        counted = {fact for check in every if not check.newer for fact in check.facts}
        newer = {fact for check in every if check.newer for fact in check.facts} - counted
        return cls(
            settings,
            contract,
            select(every, settings.select, operations=settings.operation, areas=settings.area, levels=settings.level),
            spec,
            tuple(check.id for check in every),
            tuple(fact.id for fact in contract.facts if fact.id not in newer),
            release,
            part,
            replayed=replayed,
            processes=processes,
            transport_options=TransportOptions(
                None if replayed is None else replayed.transport,
                refusals=EXPIRED if aws else OUTDATED,
                at_times_broken=aws,
                ca_bundle="" if replayed is not None else ca_bundle_of(spec),
            ),
        )

    def with_known_failures(self, known: KnownFailures, today: date) -> Plan:
        """Return the same plan with known failures, some of which may have expired by that day."""
        from conformance.suite.known_failures import KnownFailureMatcher  # noqa: PLC0415 - most runs do without it

        gone = self.release.gone(self.ids) if self.release else ()
        return replace(self, known_failures=KnownFailureMatcher(known, (*self.ids, *gone), today))

    @cached_property
    def own(self) -> tuple[Check, ...]:
        """The checks that are done here, in the order of a run."""
        return tuple(sorted(self.part.chosen(self.checks) if self.part else self.checks, key=place_in_run))

    @property
    def asking(self) -> tuple[Check, ...]:
        """The checks whose requests are sent here: those done here, or all if one of them looks at every answer."""
        return self.checks if any(check.gathered for check in self.own) else self.own

    @property
    def verifies_signatures(self) -> bool:
        """Whether the target rejects requests that are not signed as they should be."""
        return self.spec.capabilities.auth or self.spec.kind is Kind.AWS

    @property
    def directory(self) -> Path:
        """Where the record and the reports go: a folder for each target, and inside it one for each part of a run."""
        if self.settings.report_dir:
            return Path(self.settings.report_dir)
        folder = Path("reports") / (folder_name(self.spec.name) + ("" if self.replayed is None else "-replay"))
        return folder / self.part.folder if self.part else folder

    @contextmanager
    def opened(self) -> Iterator[OpenTarget]:
        """Open the target for as long as the context lasts; a recording of it needs no opening."""
        if self.replayed is not None:
            yield self.replayed.opened(tuple(self.contract.operations))
        elif self.recorded is not None:
            from conformance.suite.evidence import origin  # noqa: PLC0415 - plain runs do without it

            header = partial(origin, self.settings, self.contract, self.spec, len(self.checks))
            with self.recorded.recording(self.open_live, header) as target:
                yield target
        else:
            with self.open_live() as target:
                yield target

    @contextmanager
    def open_live(self, on_access: Callable[[Access], None] = lambda _: None) -> Iterator[OpenTarget]:
        """Open the target itself; `on_access` is called with how it is reached, before the first request."""

        def caller(access: Access) -> Client:
            on_access(access)
            return self.client(access)

        with open_target(
            self.spec,
            world=load_world(self.settings.world or DEFAULT_WORLD),
            operations=tuple(self.contract.operations),
            log_path=self.directory / "launch.log",
            caller_factory=caller,
            start_reference=partial(start_reference, self.contract),
            on_wait=self.on_wait,
            contract=self.contract,
        ) as target:
            try:
                yield target
            finally:
                self.transport_options.traffic.began = None  # what is put back has the time of a run of its own

    def shell(self, target: OpenTarget) -> Shell:
        """Return what reproducing lines need."""
        return Shell(
            self.settings.target if self.replayed is None else self.replayed.named,
            target.region,
            self.contract.service.signing_name,
            self.verifies_signatures,
            self.settings.contract_words,
            ca_bundle=self.transport_options.ca_bundle,
        )

    def session(self, target: OpenTarget, *, on_exchange: Callable[[float], None] = lambda _: None) -> TargetSession:
        """Return a session at an open target; `on_exchange` is called with the seconds of each exchange that it has."""
        client = self.client(target.access, on_exchange=on_exchange, on_answer=target.note)
        sender: Client | LockedClient = client
        commands = None
        if self.settings.aws_cli is not None:
            # The program's requests go through the client, from threads of their own.
            sender = LockedClient(client)
            commands = self._commands(target, sender)
        boto3 = Boto3Client(
            target.endpoint_url,
            self.contract.service,
            target.credentials,
            region=target.region,
            operations=self.contract.operations,
            limits=self.spec.limits,
            relay=sender.relay,
            rejection=client.rejection,
        )
        resources = tuple(Resource(job.name, job.known, job.listed_known) for job in target.state.present)
        return TargetSession(
            self.contract,
            sender,
            resources,
            clients=boto3,
            commands=commands,
            related=related,
            auth=self.verifies_signatures,
            owned=self.spec.state.origin in _OWN,
            most_bytes=self._most_bytes,
            revive=target.restart if self.replayed is None else lambda: True,
            tag=target.state.tag,
            made=target.state.made,
        )

    @property
    def _most_bytes(self) -> int:
        """The bound of the memory of answers: that of the target, or the usual one."""
        bound = self.spec.limits.max_kept_bytes
        return kept_bytes(len(self.contract.operations)) if bound == Limits.max_kept_bytes else bound

    def _commands(self, target: OpenTarget, client: LockedClient) -> AwsCli | None:
        """Return the AWS CLI, whose requests a client sends; None where the option turns it off."""
        program = find(self.settings.aws_cli or "")
        if program is None:
            return None
        aws = self.spec.kind is Kind.AWS
        settings = AwsCliSettings(
            program,
            "" if aws else target.endpoint_url,
            target.region,
            frozenset(self.contract.operations),
            ca_bundle=self.transport_options.ca_bundle,
            signed=self.verifies_signatures,
            # Of several processes each has only some of the checks, and which is not known: they begin nothing ahead.
            wanted=frozenset() if self.processes else frozenset(check.id for check in self.checks),
        )
        return AwsCli(settings, client.send)

    def client(
        self,
        access: Access,
        *,
        on_exchange: Callable[[float], None] = lambda _: None,
        on_answer: Callable[[Exchange], None] = lambda _: None,
    ) -> Client:
        """Return the client of an open target, with its limits, its budget and the operations that it may send.

        Budget and pace are those of the whole run: each of several processes has its share of them.
        """
        service, spec = self.contract.service, access.spec
        share = self.processes or 1
        return Client(
            access.endpoint_url,
            Protocol(service.signing_name, service.target_prefix, service.content_type),
            access.credentials,
            region=access.region,
            limits=spec.limits,
            allowed=access.allowed,
            read_only=spec.read_only,
            budget=spec.budget and max(1, spec.budget // share),
            requests_per_second=spec.pace and spec.pace / share,
            on_exchange=on_exchange,
            on_answer=on_answer,
            transport_options=self.transport_options,
        )


def _lint(contract: Contract) -> None:
    """Check a contract of the user's as `lint` does. Raises ContractError with its first fault."""
    findings = lint_findings(contract)
    if findings:
        more = f"; `conformance lint` lists all {len(findings)}" if len(findings) > 1 else ""
        raise ContractError(findings[0].problem, where=findings[0].where, hint=f"{findings[0].hint}{more}")


def folder_name(target: str) -> str:
    """Return the name of the folder in which runs on a target report."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in target).strip("-.")
