"""The frame of a record: the header that a run writes first, the footer that it writes last, and the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from conformance.report.fields import Fields
from conformance.report.result import Result


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
    """One entry that is out of date: how, about which check or pattern, where it stands, what is so, what to do."""

    wrong: Wrong
    check: str
    where: str
    problem: str
    remedy: str

    @classmethod
    def read(cls, fields: Fields) -> GateFinding:
        """Read it from a record."""
        return cls(
            fields.choice("wrong", Wrong),
            fields.text("check"),
            fields.text("where"),
            fields.text("problem"),
            fields.text("remedy"),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {
            "wrong": self.wrong.value,
            "check": self.check,
            "where": self.where,
            "problem": self.problem,
            "remedy": self.remedy,
        }


@dataclass(frozen=True)
class Gate:
    """How a run stands to its file of known failures.

    `day` is the ISO 8601 date that expiry was judged by, `entries` counts what the file declares. `not_judged` tells,
    as `file:line: pattern`, of entries whose checks were all skipped, so that nobody can say whether they still hold.
    """

    file: str
    day: str
    entries: int
    findings: tuple[GateFinding, ...] = ()
    not_judged: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Fields) -> Gate:
        """Read it from a record."""
        return cls(
            fields.text("file"),
            fields.text("day"),
            fields.count("entries"),
            fields.each("findings", GateFinding.read),
            fields.texts("not_judged"),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {
            "file": self.file,
            "day": self.day,
            "entries": self.entries,
            "findings": [finding.to_json() for finding in self.findings],
            "not_judged": list(self.not_judged),
        }

    def of(self, wrong: Wrong) -> tuple[GateFinding, ...]:
        """Return the findings of one kind."""
        return tuple(finding for finding in self.findings if finding.wrong is wrong)


SCHEMA = 1
"""The version of the forms of records and of report.json."""


@dataclass(frozen=True)
class Tool:
    """The suite that made the record."""

    name: str
    version: str

    @classmethod
    def read(cls, fields: Fields) -> Tool:
        """Read it from a record."""
        return cls(fields.text("name"), fields.text("version"))

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {"name": self.name, "version": self.version}


@dataclass(frozen=True)
class Contract:
    """The contract that was judged by: digest over its files, ids of its documents, number of its facts and checks.

    `checks` is 0 where the record does not say.
    """

    digest: str
    documents: tuple[str, ...]
    facts: int
    checks: int = 0

    @classmethod
    def read(cls, fields: Fields) -> Contract:
        """Read it from a record."""
        checks = fields.count("checks") if fields.has("checks") else 0
        return cls(fields.text("digest"), fields.texts("documents"), fields.count("facts"), checks)

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {"digest": self.digest, "documents": list(self.documents), "facts": self.facts, "checks": self.checks}


@dataclass(frozen=True)
class Target:
    """The system that was judged, and how its state came about."""

    name: str
    kind: str
    endpoint_url: str
    state: str

    @classmethod
    def read(cls, fields: Fields) -> Target:
        """Read it from a record."""
        return cls(fields.text("name"), fields.text("kind"), fields.text("endpoint_url"), fields.text("state"))

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {"name": self.name, "kind": self.kind, "endpoint_url": self.endpoint_url, "state": self.state}


@dataclass(frozen=True)
class Shard:
    """Which part of a run a record has: the `index`-th (from 1) of `total`.

    `checks` counts the checks of the whole run, `digest` is over their ids: parts of one run have the same.
    """

    index: int
    total: int
    checks: int
    digest: str

    @classmethod
    def read(cls, fields: Fields) -> Shard:
        """Read it from a record."""
        return cls(fields.count("index"), fields.count("total"), fields.count("checks"), fields.text("digest"))

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {"index": self.index, "total": self.total, "checks": self.checks, "digest": self.digest}

    def __str__(self) -> str:
        return f"shard {self.index} of {self.total}"


@dataclass(frozen=True)
class Thresholds:
    """How much a run has to judge: `min_exercised` percent of its checks; `allow_partial` is content with any part."""

    min_exercised: int = 0
    allow_partial: bool = False

    @classmethod
    def read(cls, fields: Fields) -> Thresholds:
        """Read it from a record."""
        return cls(fields.count("min_exercised"), fields.flag("allow_partial"))

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {"min_exercised": self.min_exercised, "allow_partial": self.allow_partial}


@dataclass(frozen=True)
class Versions:
    """What a run depends on next to its contract.

    `target` is the version of the target, `source` where that is known from, `program` the path of a launched server.
    `software` has the versions of what the suite uses, by name; `command` is the command line of the run.
    """

    target: str
    source: str
    program: str
    software: Mapping[str, str]
    platform: str
    command: str

    @classmethod
    def read(cls, fields: Fields) -> Versions:
        """Read it from a record."""
        return cls(
            fields.text("target"),
            fields.text("source"),
            fields.text("program"),
            fields.text_mapping("software"),
            fields.text("platform"),
            fields.text("command"),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {**asdict(self), "software": dict(self.software)}

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
    """The first line of a record. `started` is an ISO 8601 time, `planned` the number of checks to come.

    `shard` tells which part of a run the record has; None for the whole.
    """

    tool: Tool
    contract: Contract
    target: Target
    started: str
    planned: int
    shard: Shard | None = None
    thresholds: Thresholds = Thresholds()
    versions: Versions | None = None
    """None in records of versions of the suite that did not keep it."""

    @classmethod
    def read(cls, fields: Fields) -> Header:
        """Read it from a record."""
        return cls(
            Tool.read(fields.mapping("tool")),
            Contract.read(fields.mapping("contract")),
            Target.read(fields.mapping("target")),
            fields.text("started"),
            fields.count("planned"),
            fields.optional("shard", Shard.read) if fields.has("shard") else None,
            Thresholds.read(fields.mapping("thresholds")) if fields.has("thresholds") else Thresholds(),
            fields.optional("versions", Versions.read) if fields.has("versions") else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the line without its type."""
        return {
            "schema": SCHEMA,
            "tool": self.tool.to_json(),
            "contract": self.contract.to_json(),
            "target": self.target.to_json(),
            "started": self.started,
            "planned": self.planned,
            "shard": self.shard.to_json() if self.shard else None,
            "thresholds": self.thresholds.to_json(),
            "versions": self.versions.to_json() if self.versions else None,
        }


@dataclass(frozen=True)
class Facts:
    """How many facts of the contract the run exercised, and the ids of those that it did not."""

    total: int
    exercised: int
    not_exercised: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Fields) -> Facts:
        """Read it from a record."""
        return cls(fields.count("total"), fields.count("exercised"), fields.texts("not_exercised"))

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {"total": self.total, "exercised": self.exercised, "not_exercised": list(self.not_exercised)}


@dataclass(frozen=True)
class Crash:
    """A server that was gone after a request: what was sent, by which check, and whether the server came back."""

    request: str
    check: str
    restarted: bool

    @classmethod
    def read(cls, fields: Fields) -> Crash:
        """Read it from a record."""
        return cls(fields.text("request"), fields.text("check"), fields.flag("restarted"))

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {"request": self.request, "check": self.check, "restarted": self.restarted}

    def __str__(self) -> str:
        return f"the server was gone after {self.request}{' and was restarted' if self.restarted else ''}"


@dataclass(frozen=True)
class Footer:
    """The last line of a record. `stopped` is the reason why the run gave up, empty where it did not.

    `gate` tells how the run stands to a file of known failures; None where it had none. `throttled` counts
    requests that the target asked to be sent again later; none of them was judged. `notes` say what to know of the
    state of the target, such as what the run left there. `reconnected` counts requests that were sent again because the
    kept connection had died, `recovered` those whose internal error did not repeat.

    `answered` names the operations that were answered with content: a resource, or a listing with an item; None where
    the record does not say. `state_problem` says why the state of the target is unknown; empty where it is known.
    """

    duration_s: float
    complete: bool
    facts: Facts
    unknown_members: tuple[str, ...] = ()
    stopped: str = ""
    gate: Gate | None = None
    throttled: int = 0
    notes: tuple[str, ...] = ()
    reconnected: int = 0
    recovered: int = 0
    crashes: tuple[Crash, ...] = ()
    answered: tuple[str, ...] | None = None
    state_problem: str = ""

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
        return (*lines, *map(str, self.crashes))

    @classmethod
    def read(cls, fields: Fields) -> Footer:
        """Read it from a record."""
        return cls(
            fields.seconds("duration_s"),
            fields.flag("complete"),
            Facts.read(fields.mapping("facts")),
            fields.texts("unknown_members"),
            fields.text("stopped"),
            fields.optional("gate", Gate.read) if fields.has("gate") else None,
            fields.count("throttled") if fields.has("throttled") else 0,
            fields.texts("notes") if fields.has("notes") else (),
            fields.count("reconnected") if fields.has("reconnected") else 0,
            fields.count("recovered") if fields.has("recovered") else 0,
            fields.each("crashes", Crash.read) if fields.has("crashes") else (),
            fields.optional_texts("answered") if fields.has("answered") else None,
            fields.text("state_problem") if fields.has("state_problem") else "",
        )

    def to_json(self) -> dict[str, Any]:
        """Return the line without its type."""
        return {
            "duration_s": self.duration_s,
            "complete": self.complete,
            "facts": self.facts.to_json(),
            "unknown_members": list(self.unknown_members),
            "stopped": self.stopped,
            "gate": self.gate.to_json() if self.gate else None,
            "throttled": self.throttled,
            "notes": list(self.notes),
            "reconnected": self.reconnected,
            "recovered": self.recovered,
            "crashes": [crash.to_json() for crash in self.crashes],
            "answered": None if self.answered is None else list(self.answered),
            "state_problem": self.state_problem,
        }


@dataclass(frozen=True)
class Record:
    """A run as its record tells it: results in the order of reports, no footer where the record was cut short."""

    header: Header
    results: tuple[Result, ...]
    footer: Footer | None

    @property
    def complete(self) -> bool:
        """Whether the run came to its end and said so."""
        return self.footer is not None and self.footer.complete

    @property
    def is_shard(self) -> bool:
        """Whether it is one of several parts of a run, so that the verdict is that of the merged record."""
        return self.header.shard is not None and self.header.shard.total > 1

    @property
    def missing(self) -> int:
        """How many of the planned checks have no result."""
        return max(self.header.planned - len(self.results), 0)

    @property
    def stopped(self) -> str:
        """Why the run gave up; empty where it did not, or did not live to say."""
        return self.footer.stopped if self.footer else ""

    @property
    def gate(self) -> Gate | None:
        """How the run stands to its file of known failures; None without one, or where the record was cut short."""
        return self.footer.gate if self.footer else None
