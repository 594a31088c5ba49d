"""The frame of a record: the header that a run writes first, the footer that it writes last, and the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from conformance.forms import Count, Seconds
from conformance.report.result import Result, sort_results


class Wrong(StrEnum):
    """The ways in which an entry of known failures can be out of date; each of them turns a run red."""

    STALE = "stale"
    """A check that it declares to fail passes."""
    CHANGED = "changed"
    """A check that it declares to fail does so in another way."""
    EXPIRED = "expired"
    """Its last day is over."""
    UNMATCHED = "unmatched"
    """There is no check that it could be about."""
    SHADOWED = "shadowed"
    """An entry before it is about all of its checks."""


TITLES = {
    Wrong.STALE: "Declared to fail, and passes",
    Wrong.CHANGED: "Declared to fail, and fails in another way",
    Wrong.EXPIRED: "Expired",
    Wrong.UNMATCHED: "Matches no check",
    Wrong.SHADOWED: "Hidden behind an entry before it",
}
"""What reports write above the entries that are wrong in one way."""


@dataclass(frozen=True)
class GateFinding:
    """One entry of known failures that is out of date."""

    wrong: Wrong
    check: str
    """The id of the check, or the pattern of the entry."""
    where: str
    """file:line of the entry."""
    problem: str
    remedy: str


@dataclass(frozen=True)
class Gate:
    """How the run compares with its file of known failures."""

    file: str
    """The file, as it was named."""
    day: Annotated[str, Meta(extra_json_schema={"format": "date"})]
    """The date by which expiry was evaluated."""
    entries: Count
    """How many entries the file has."""
    findings: tuple[GateFinding, ...]
    """Entries that are out of date: any of them makes the run red."""
    not_judged: tuple[str, ...]
    """Entries whose checks were all skipped, as file:line: pattern."""

    @property
    def by_title(self) -> tuple[tuple[str, tuple[GateFinding, ...]], ...]:
        """The findings of each kind under its title."""
        kinds = (
            (title, tuple(item for item in self.findings if item.wrong is wrong)) for wrong, title in TITLES.items()
        )
        return tuple((title, findings) for title, findings in kinds if findings)


SCHEMA: Literal[1] = 1
"""The version of the forms of records and of report.json."""


@dataclass(frozen=True)
class Tool:
    """The suite that made the record."""

    name: str
    version: str


@dataclass(frozen=True)
class Contract:
    """The contract that the target was checked against."""

    digest: str
    """SHA-256 over the files of the contract, in hex."""
    documents: tuple[str, ...]
    """Ids of the documents."""
    facts: Count
    """Number of facts."""
    checks: Count = 0
    """Checks of the contract, selected or not, those newer than the release left out; 0 if the record does not say."""


@dataclass(frozen=True)
class Target:
    """The system that was tested."""

    name: str
    kind: str
    endpoint_url: str
    state: str
    """How the state of the target came about."""


@dataclass(frozen=True)
class Shard:
    """Which part of a run the record has."""

    index: Annotated[int, Meta(ge=1)]
    """Its place among the parts, from 1."""
    total: Annotated[int, Meta(ge=1)]
    """How many parts there are."""
    checks: Count
    """Checks of the whole run."""
    digest: str
    """SHA-256 over the sorted ids of the checks of the whole run, in hex."""

    def __str__(self) -> str:
        return f"shard {self.index} of {self.total}"


@dataclass(frozen=True)
class Thresholds:
    """How much has to be judged for exit code 0."""

    min_exercised: Annotated[int, Meta(ge=0, le=100)]
    """Percent of the selected checks."""
    allow_partial: bool
    """Whether a part is enough."""


NO_THRESHOLDS = Thresholds(min_exercised=0, allow_partial=False)


@dataclass(frozen=True)
class Release:
    """The release of the contract that a run counts by: newer checks are shown apart, and never count."""

    date: str
    digest: str
    """SHA-256 over its date, contract and checks, in hex."""
    contract: str
    """The digest of the contract on that day, in hex."""
    checks: Count
    """Checks that it has."""
    gone: tuple[str, ...]
    """Ids of those that the contract does not have any more."""


@dataclass(frozen=True)
class Versions:
    """What the run depended on next to its contract."""

    target: str
    """Version of the target; empty where it is unknown."""
    source: str
    """Where that is known from: --label, targets.yaml, the package of its program, its Server header, ..."""
    program: str
    """Path of the program of a launched target; empty for any other."""
    software: Mapping[str, str]
    """Versions by name: Python, botocore, boto3, and the AWS CLI where it was called."""
    platform: str
    command: str
    """The command line of the run, without secrets."""

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield what is known, each with its label."""
        if self.target:
            yield "Version", f"{self.target} (from {self.source})"
        if self.program:
            yield "Program", self.program
        yield "Software", ", ".join(f"{name} {version}" for name, version in self.software.items())
        yield "Platform", self.platform
        yield "Command", self.command

    def __str__(self) -> str:
        program = [self.program] if self.program else []
        software = (f"{name} {version}" for name, version in self.software.items())
        return ", ".join([f"target {self.target or 'unknown'}", *program, *software])


@dataclass(frozen=True)
class Header:
    """The first line of a record."""

    tool: Tool
    contract: Contract
    target: Target
    started: str
    """ISO 8601 time of the start."""
    planned: Count
    """Checks that the run set out to do."""
    shard: Shard | None = None
    """Which part of a run this is; null for a whole one."""
    thresholds: Thresholds = NO_THRESHOLDS
    versions: Versions | None = None
    """What the run depended on; null in records of versions that did not keep it."""
    release: Release | None = None
    """The release of the contract that the run counts by; null for the contract as it is."""


@dataclass(frozen=True)
class Facts:
    """How many facts of the contract the run exercised."""

    total: Count
    """Facts of the contract."""
    exercised: Count
    """Facts that some exchange of the run exercised."""
    not_exercised: tuple[str, ...]
    """Ids of the others."""


_CRASHES = 3
"""How many of the requests after which the server was gone are shown."""


@dataclass(frozen=True)
class Crash:
    """A request after which the server was gone."""

    request: str
    """What was sent before the server was gone."""
    check: str
    """The id of the check that sent it."""
    restarted: bool
    """Whether the server came back with its state."""

    def __str__(self) -> str:
        return f"the server was gone after {self.request}{' and was restarted' if self.restarted else ''}"


@dataclass(frozen=True)
class Footer:
    """The last line of a record: without it, the record counts as cut short."""

    duration_s: Seconds
    complete: bool
    """Whether the run came to its end."""
    facts: Facts
    unknown_members: tuple[str, ...]
    """Members in answers that the contract does not know."""
    stopped: str
    """Why the run gave up; empty where it did not."""
    gate: Gate | None = None
    """How the run compares with its file of known failures; null where it had none."""
    throttled: Count = 0
    """Requests that were throttled and sent again after a pause; none of them was judged."""
    notes: tuple[str, ...] = ()
    """What to know of the state of the target, such as what the run left there."""
    reconnected: Count = 0
    """Requests sent again because the kept connection had died."""
    recovered: Count = 0
    """Requests whose internal error did not repeat when they were sent again."""
    crashes: tuple[Crash, ...] = ()
    answered: tuple[str, ...] | None = None
    """Operations answered with content: a resource, or a listing with an item; null where the record does not say."""
    state_problem: str = ""
    """Why the state of the target is unknown; empty where it is known."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What readers should know of the traffic of the run, in a line each."""
        counted = (
            (self.throttled, "throttled and sent again"),
            (self.reconnected, "sent again because the connection had died"),
            (self.recovered, "answered with an internal error once, and sent again"),
        )
        lines = [
            f"{number:,} {'request' if number == 1 else 'requests'} {words}" for number, words in counted if number
        ]
        left_out = len(self.crashes) - _CRASHES
        more = f"the server was gone after {left_out} more requests; report.json has all"
        return (*lines, *map(str, self.crashes[:_CRASHES]), *([more] if left_out > 0 else ()))


_CUT_SHORT = Footer(0.0, complete=False, facts=Facts(0, 0, ()), unknown_members=(), stopped="")


@dataclass(frozen=True)
class Record:
    """A run as its record has it: results in the order of reports, no footer where the record was cut short."""

    header: Header
    results: tuple[Result, ...]
    footer: Footer | None
    newer: tuple[Result, ...] = ()
    """Results of checks that the release does not have. They count for nothing."""

    @classmethod
    def of(cls, header: Header, results: Iterable[Result], footer: Footer | None) -> Record:
        """Return the record of these results, in whatever order."""
        ordered = sort_results(results)
        counted = tuple(item for item in ordered if not item.newer)
        return cls(header, counted, footer, tuple(item for item in ordered if item.newer))

    @property
    def end(self) -> Footer:
        """The footer; where the record was cut short, one that says nothing."""
        return self.footer or _CUT_SHORT

    @property
    def complete(self) -> bool:
        """Whether the run came to its end and said so."""
        return self.end.complete

    @property
    def stopped(self) -> str:
        """Why the run gave up; empty where it did not, or was killed."""
        return self.end.stopped

    @property
    def gate(self) -> Gate | None:
        """How the run compares with its file of known failures; None without one, or where the record was cut short."""
        return self.end.gate

    @property
    def outdated(self) -> tuple[GateFinding, ...]:
        """Entries of known failures that are out of date."""
        return self.gate.findings if self.gate else ()

    @property
    def is_shard(self) -> bool:
        """Whether it is one of several parts of a run, so that the verdict is that of the merged record."""
        return self.header.shard is not None and self.header.shard.total > 1

    @property
    def selected(self) -> int:
        """How many checks were selected for the whole run."""
        return self.header.shard.checks if self.header.shard else self.header.planned

    @property
    def is_narrowed(self) -> bool:
        """Whether only some checks of the contract were selected; False where the record does not say."""
        return self.selected < self.header.contract.checks

    @property
    def release_text(self) -> str:
        """What the release counts and what not, in a line; empty where the run names none."""
        release = self.header.release
        if release is None:
            return ""
        parts = [f"{release.date}: {release.checks:,} checks"]
        if self.newer:
            ended = Counter(item.outcome.value for item in self.newer)
            outcomes = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(ended.items()))
            verb = "does" if len(self.newer) == 1 else "do"
            parts.append(f"{len(self.newer):,} newer {verb} not count ({outcomes})")
        parts += [f"gone from the contract: {len(release.gone):,}"] if release.gone else []
        return "; ".join(parts)

    @property
    def missing(self) -> int:
        """How many of the planned checks have no result."""
        return max(self.header.planned - len(self.results), 0)
