"""Records of the parts of one run, put together to the record of the whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from conformance.checks.check import Check
from conformance.errors import UserError
from conformance.report.record import read_record
from conformance.report.run import Facts, Footer, Header, Record, Shard, Versions
from conformance.suite.known_failures import cleared

_FORM = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


class ShardError(UserError):
    """A part of a run that there can't be."""


class MergeError(UserError):
    """Records that are not the parts of one run; `where` names the one that does not fit."""


@dataclass(frozen=True)
class Part:
    """The `index`-th (from 1) of `total` parts.

    Where there are several, the last one has the checks that look at all answers. It asks for everything that the run
    asks for, whichever checks it has, so that it gets no others. These are dealt out by a digest of their ids: a check
    that is new moves none of the old ones.
    """

    index: int
    total: int

    @classmethod
    def of(cls, text: str) -> Part:
        """Read `I/N`. Raises ShardError."""
        found = _FORM.fullmatch(text.strip())
        index, total = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= index <= total:
            raise ShardError(f"there is no shard {text!r}", hint="write it as I/N, from 1/N to N/N: for example 1/4")
        return cls(index, total)

    def __str__(self) -> str:
        return f"{self.index}/{self.total}"

    @property
    def folder(self) -> str:
        """The name of the folder in which this part reports."""
        return f"shard-{self.index}-of-{self.total}"

    def chosen(self, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Return the checks of this part, in their order. Each check is in exactly one part."""
        return tuple(check for check in checks if place(check, self.total) == self.index)

    def shard(self, ids: Sequence[str]) -> Shard:
        """Return what the record says of this part, the ids of the whole run being given."""
        return Shard(self.index, self.total, len(ids), digest(ids))


def place(check: Check, total: int) -> int:
    """Return the part, from 1, that a check belongs to."""
    if total == 1 or check.gathered:
        return total
    return int.from_bytes(hashlib.sha256(check.id.encode()).digest()[:8], "big") % (total - 1) + 1


def digest(ids: Iterable[str]) -> str:
    """Return the digest of a set of ids: two runs that judge the same checks have the same."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


_SAME: Mapping[str, Callable[[Header], Any]] = {
    "tool": lambda header: f"{header.tool.name} {header.tool.version}",
    "contract": lambda header: header.contract.digest[:12],
    "release": lambda header: header.release.date if header.release else "none",
    "target": lambda header: header.target.name,
    "kind of target": lambda header: header.target.kind,
    "state of the target": lambda header: header.target.state,
}
"""What parts of one run have in common. Each may have launched a server of its own, so the endpoint is not among it."""
_RECORD = "run.jsonl"
_AGAIN = "merge the records of one run: the same target, contract and selection, on every shard from 1/N to N/N"

Parts = Mapping[Path, Record]


def read_parts(paths: Iterable[Path], *, gated: bool) -> Parts:
    """Read records, each a file or the folder of one; `gated` is whether known failures apply to the whole.

    Known failures that were applied to the parts are forgotten: they are matched with the whole. Raises RecordError
    for what is no record, and MergeError where the parts had known failures and the whole has none.
    """
    parts: dict[Path, Record] = {}
    for path in paths:
        place = path / _RECORD if path.is_dir() else path
        if place in parts:
            raise MergeError("the record is given twice", where=str(place), hint="name each part once")
        record = read_record(place)
        bare = tuple(cleared(item) for item in record.results)
        if not gated and (record.gate or bare != record.results):
            known = f" {record.gate.file}" if record.gate else " FILE"
            raise MergeError(
                "this part was judged with known failures",
                where=str(place),
                hint=f"give them here too, to be judged over the whole: --known-failures{known}",
            )
        parts[place] = replace(record, results=bare)
    return parts


def place_of(folder: Path, parts: Parts) -> Path:
    """Return where the record of the whole goes. Raises MergeError where it would replace one of the parts."""
    place = folder / _RECORD
    for path in parts:
        if path.resolve() == place.resolve():
            raise MergeError("the whole would replace this part", where=str(path), hint="name another --report-dir")
    return place


def merged(parts: Parts) -> Record:
    """Return the record of the whole run. Raises MergeError where the records are not all the parts of one run.

    A part that did not come to its end leaves the whole incomplete, and is given as the reason. The run lasts from the
    earliest start to the latest end, by the clocks of the machines.
    """
    places = _places(parts)
    records = [parts[places[index]] for index in sorted(places)]
    headers = [record.header for record in records]
    results = [result for record in records for result in (*record.results, *record.newer)]
    shard = _shard(next(iter(parts)), records[0])
    header = replace(
        headers[0],
        started=min((header.started for header in headers), key=_moment),
        planned=shard.checks,
        shard=None,
        versions=_versions([header.versions for header in headers if header.versions]),
    )
    whole = Record.of(header, results, None)
    if not whole.missing and digest(item.id for item in whole.results) != shard.digest:
        raise MergeError("the records do not have the checks that their run had", hint=_AGAIN)
    return replace(whole, footer=_footer(records, whole))


def _shard(path: Path, record: Record) -> Shard:
    if record.header.shard is None:
        hint = "merge records of `conformance run --shard I/N`"
        raise MergeError("this is the record of a whole run, and no part of one", where=str(path), hint=hint)
    return record.header.shard


def _places(parts: Parts) -> Mapping[int, Path]:
    """Return which part is where, by its index. Raises MergeError where they are not all the parts of one run."""
    shards = {path: _shard(path, record) for path, record in parts.items()}
    first = next(iter(parts))
    places: dict[int, Path] = {}
    owners: dict[str, Path] = {}
    for path, record in parts.items():
        shard = shards[path]
        if path is not first and (
            problem := _difference(record.header, shard, parts[first].header, shards[first], first)
        ):
            raise MergeError(problem, where=str(path), hint=_AGAIN)
        if shard.index in places:
            where = f"{places[shard.index]}, {path}"
            raise MergeError(f"{shard} is given twice", where=where, hint="name each part once")
        places[shard.index] = path
    total = shards[first].total
    absent = [str(index) for index in range(1, total + 1) if index not in places]
    if absent:
        several = len(absent) > 1
        what = f"shard{'s' if several else ''} {', '.join(absent)} of {total} {'are' if several else 'is'} missing"
        raise MergeError(what, hint=_AGAIN)
    for path, record in parts.items():
        for result in (*record.results, *record.newer):
            owner = owners.setdefault(result.id, path)
            if owner is not path:
                raise MergeError(f"{result.id} was judged in {owner} already", where=str(path), hint=_AGAIN)
    return places


def _difference(header: Header, shard: Shard, other: Header, others: Shard, there: Path) -> str:
    """Say what a part does not have in common with another; empty where they may be parts of one run."""
    for what, part in _SAME.items():
        if part(header) != part(other):
            return f"the {what} differs: {part(header)} here, {part(other)} in {there}"
    if shard.total != others.total:
        return f"this is {shard}, but {there} is {others}"
    if shard.digest != others.digest:
        return f"the run had other checks ({shard.checks:,}) than that of {there} ({others.checks:,})"
    return ""


def _versions(parts: Sequence[Versions]) -> Versions | None:
    """Return what the parts depended on; where that differs, all of it."""
    if not parts:
        return None
    names = dict.fromkeys(name for item in parts for name in item.software)
    return Versions(
        target=_joined(item.target for item in parts),
        source=_joined(item.source for item in parts),
        program=_joined(item.program for item in parts),
        software={name: _joined(item.software.get(name, "") for item in parts) for name in names},
        platform=_joined(item.platform for item in parts),
        command=_joined(item.command for item in parts),
    )


def _joined(texts: Iterable[str]) -> str:
    return " | ".join(text for text in dict.fromkeys(texts) if text)


def _footer(records: Sequence[Record], whole: Record) -> Footer:
    footers = [record.footer for record in records if record.footer]
    missing = [set(footer.facts.not_exercised) for footer in footers]
    # In the order of the contract, which every part keeps.
    order = footers[0].facts.not_exercised if footers else ()
    never = tuple(fact for fact in order if all(fact in item for item in missing))
    total = records[0].header.contract.facts
    stopped = next(_ends(records), "")
    starts = [_moment(record.header.started) for record in records]
    lasted = [record.footer.duration_s if record.footer else 0.0 for record in records]
    # None where a part does not say.
    answered = None
    if all(footer.answered is not None for footer in footers):
        answered = tuple(dict.fromkeys(name for footer in footers for name in footer.answered or ()))
    return Footer(
        duration_s=round(max(map(sum, zip(starts, lasted, strict=True))) - min(starts), 3),
        complete=not stopped and not whole.missing and all(record.complete for record in records),
        facts=Facts(total, total - len(never) if footers else 0, never),
        unknown_members=tuple(sorted({member for footer in footers for member in footer.unknown_members})),
        stopped=stopped,
        throttled=sum(footer.throttled for footer in footers),
        notes=tuple(dict.fromkeys(note for footer in footers for note in footer.notes)),
        reconnected=sum(footer.reconnected for footer in footers),
        recovered=sum(footer.recovered for footer in footers),
        crashes=tuple(crash for footer in footers for crash in footer.crashes),
        answered=answered,
        state_problem=next((footer.state_problem for footer in footers if footer.state_problem), ""),
    )


def _ends(records: Sequence[Record]) -> Iterator[str]:
    """Yield the reasons for which parts did not come to their end."""
    for record in records:
        if record.stopped:
            yield f"{record.header.shard}: {record.stopped}"
        elif record.footer is None:
            yield f"{record.header.shard} was cut short"
        elif not record.complete:
            yield f"{record.header.shard} has no result for {record.missing:,} of its checks"


def _moment(text: str) -> float:
    """Return a time as seconds since 1970; zero for what is no time, as in a record made by hand."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0
