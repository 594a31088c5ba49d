"""The stage of a run: contract, chosen checks and open target put together; it alone knows all rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from conformance.catalogue.catalogue import catalogue, select
from conformance.catalogue.check import Check
from conformance.catalogue.client_calls import ClientLab
from conformance.catalogue.lab import Lab, Resource
from conformance.contract import Contract, Service, load
from conformance.suite.reproduce import Shell
from conformance.suite.settings import Settings
from conformance.targets import Access, Kind, OpenTarget, TargetSpec, load_targets, open_target, resolve
from conformance.tuning.related import related
from conformance.wire.session import Client, Protocol
from conformance.wire.signing import Credentials
from conformance.worlds import World, load_world

DEFAULT_WORLD = "default"


@dataclass(frozen=True)
class Plan:
    """What is to be checked, before anything is opened. Making it raises the UserError of whatever is wrong."""

    settings: Settings
    contract: Contract
    checks: tuple[Check, ...]
    spec: TargetSpec

    @classmethod
    def of(cls, settings: Settings) -> Plan:
        """Load the contract and the targets, and choose the checks."""
        contract = load(settings.contract_root)
        # A URL needs no file of targets, so that a broken one in this folder does not stop it.
        by_url = "://" in settings.target and settings.targets_path is None
        spec = resolve(settings.target, {} if by_url else load_targets(settings.targets_path))
        checks = select(
            catalogue(contract), settings.select, operation=settings.operation, area=settings.area, level=settings.level
        )
        return cls(settings, contract, checks, spec)

    @property
    def directory(self) -> Path:
        """Where the record and the reports go: a folder for each target."""
        if self.settings.report_dir:
            return Path(self.settings.report_dir)
        name = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in self.spec.name)
        return Path("reports") / name.strip("-.")

    @contextmanager
    def opened(self) -> Iterator[OpenTarget]:
        """Open the target for as long as the context lasts."""
        with open_target(
            self.spec,
            world=load_world(self.settings.world or DEFAULT_WORLD),
            operations=tuple(self.contract.operations),
            log_path=self.directory / "launch.log",
            caller_factory=lambda access: client_of(self.contract.service, access),
            start_reference=partial(start_reference, self.contract),
        ) as target:
            yield target

    def shell(self, target: OpenTarget) -> Shell:
        """Give what reproducing lines need."""
        service = self.contract.service.signing_name
        return Shell(
            self.settings.target, target.region, service, self.spec.capabilities.auth or self.spec.kind is Kind.AWS
        )

    def lab(self, target: OpenTarget, *, on_exchange: Callable[[float], None] = lambda _: None) -> Lab:
        """Give a lab at an open target; `on_exchange` hears the seconds of each exchange that it has."""
        auth = self.spec.capabilities.auth or self.spec.kind is Kind.AWS
        sender = client_of(self.contract.service, target.access, on_exchange=on_exchange)
        clients = ClientLab(
            target.endpoint_url,
            self.contract.service,
            frozenset(self.contract.operations),
            target.credentials,
            region=target.region,
            limits=self.spec.limits,
            relay=sender.relay,
        )
        resources = tuple(Resource(job.name, job.known, job.listed_known) for job in target.state.present)
        return Lab(
            self.contract,
            sender,
            resources,
            clients=clients,
            related=related,
            auth=auth,
            most_bytes=self.spec.limits.max_kept_bytes,
        )


def client_of(service: Service, access: Access, *, on_exchange: Callable[[float], None] = lambda _: None) -> Client:
    """Give the client of an open target, with its limits, its budget and the operations that it may send."""
    protocol = Protocol(service.signing_name, service.target_prefix, service.content_type)
    spec = access.spec
    return Client(
        access.endpoint_url,
        protocol,
        access.credentials,
        region=access.region,
        limits=spec.limits,
        allowed=access.allowed,
        budget=spec.budget,
        requests_per_second=spec.pace,
        on_exchange=on_exchange,
    )


@contextmanager
def start_reference(contract: Contract, world: World, credentials: Credentials | None) -> Iterator[str]:
    """Start the reference server inside this process; give its endpoint."""
    from conformance.reference import ReferenceServer  # noqa: PLC0415 - other targets do without it

    keys = {credentials.access_key: credentials.secret_key} if credentials else None
    server: AbstractContextManager[ReferenceServer] = ReferenceServer(world, credentials=keys, contract=contract)
    with server as running:
        yield running.endpoint_url
