"""Merging records: the parts of one run become the whole, and whatever is not all of one run is reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.errors import ExitCode
from conformance.report.record import RecordError, RecordWriter
from conformance.report.result import Outcome, Result
from conformance.report.run import Contract, Facts, Record
from conformance.report.summary import exit_code, headline
from conformance.suite.known_failures import apply_known_failures
from conformance.suite.shards import MergeError, Part, merged, place_of, read_parts
from gate.results import CATALOGUE, CHECK, OTHER, THIRD, entry, matcher, record, result


def part(index: int, *results: Result, planned: int | None = None, total: int = 2, **footer: object) -> Record:
    return record(*results, planned=planned, shard=Part(index, total).shard(CATALOGUE), **footer)


ONE = part(
    1,
    result(CHECK),
    result(OTHER, Outcome.PASSED, ""),
    facts=Facts(4, 2, ("a", "c")),
    unknown_members=("x",),
    throttled=2,
)
TWO = part(
    2, result(THIRD, Outcome.SKIPPED, ""), facts=Facts(4, 1, ("a", "b", "c")), unknown_members=("x", "b"), throttled=1
)
PARTS = {Path("one/run.jsonl"): ONE, Path("two/run.jsonl"): TWO}


def test_parts_become_the_record_of_the_whole() -> None:
    whole = merged(PARTS)
    assert whole.results == (*ONE.results, *TWO.results)
    assert (whole.header.planned, whole.header.shard, whole.missing) == (3, None, 0)
    assert whole.footer is not None
    assert whole.complete
    assert whole.footer.facts == Facts(4, 2, ("a", "c"))
    assert whole.footer.unknown_members == ("b", "x")
    assert whole.footer.throttled == 3
    assert exit_code(whole) is ExitCode.DOES_NOT_CONFORM


def test_the_order_in_which_parts_are_named_does_not_matter() -> None:
    assert merged(dict(reversed(PARTS.items()))) == merged(PARTS)


def test_one_shard_of_one_is_a_whole() -> None:
    shard = Part(1, 1).shard(CATALOGUE)
    only = replace(ONE, results=(*ONE.results, *TWO.results), header=replace(ONE.header, planned=3, shard=shard))
    assert merged({Path("run.jsonl"): only}).results == only.results


def test_a_run_lasts_from_the_earliest_start_to_the_latest_end() -> None:
    late = replace(TWO, header=replace(TWO.header, started="2027-03-31T12:00:10+02:00"))
    whole = merged({Path("one"): ONE, Path("two"): late})
    assert whole.footer is not None
    assert whole.header.started == ONE.header.started
    assert whole.footer.duration_s == 12.5


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (replace(TWO, footer=None), "shard 2 of 2 was cut short"),
        (part(2, result(THIRD), complete=False, stopped="the target went away"), "shard 2 of 2: the target went away"),
        (part(2, planned=1, complete=False), "shard 2 of 2 has no result for 1 of its checks"),
    ],
)
def test_a_part_that_did_not_end_leaves_the_whole_incomplete(second: Record, reason: str) -> None:
    whole = merged({Path("one"): ONE, Path("two"): second})
    assert not whole.complete
    assert whole.stopped == reason
    assert exit_code(whole) is ExitCode.TARGET_BROKE
    assert headline(whole).detail.startswith(f"{reason}; until then ")


def other(**header: object) -> dict[str, Record]:
    """Return the parts, the second with another header."""
    return {"one": ONE, "two": replace(TWO, header=replace(TWO.header, **header))}  # type: ignore[arg-type]


HIS = replace(TWO.header.target, name="his")
NEWER = replace(TWO.header.tool, version="9")
MORE = Part(2, 2).shard([*CATALOGUE, "Get/request/Name/new"])
WRONG: dict[str, tuple[dict[str, Record], str, str]] = {
    "no shard": ({"one": ONE, "two": record(result(THIRD))}, "this is the record of a whole run", "two"),
    "the contract": (other(contract=Contract("1", (), 4)), "the contract differs: 1 here, c0ffee in one", "two"),
    "the target": (other(target=HIS), "the target differs: his here, mine in one", "two"),
    "the tool": (other(tool=NEWER), "the tool differs: conformance 9 here, conformance 0.1.0 in one", "two"),
    "the number": ({"one": ONE, "two": part(2, result(THIRD), total=3)}, "this is shard 2 of 3, but one is shard 1",
                   "two"),
    "the selection": (other(shard=MORE), "the run had other checks (4) than that of one (3)", "two"),
    "twice": ({"one": ONE, "again": ONE, "two": TWO}, "shard 1 of 2 is given twice", "one, again"),
    "missing": ({"one": ONE}, "shard 2 of 2 is missing", ""),
    "several missing": ({"one": part(1, result(CHECK), total=4)}, "shards 2, 3, 4 of 4 are missing", ""),
    "overlap": ({"one": ONE, "two": part(2, result(THIRD), result(CHECK))}, f"{CHECK} was judged in one already",
                "two"),
    "other ids": ({"one": ONE, "two": part(2, result("Get/response/Other/type"))},
                  "the records do not have the checks that their run had", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_records_that_are_not_all_the_parts_of_one_run_are_reported(name: str) -> None:
    parts, problem, where = WRONG[name]
    with pytest.raises(MergeError) as caught:
        merged({Path(path): item for path, item in parts.items()})
    assert caught.value.problem.startswith(problem)
    assert caught.value.where == where
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


def test_servers_of_their_own_at_other_ports_are_one_target() -> None:
    elsewhere = replace(TWO.header, target=replace(TWO.header.target, endpoint_url="http://127.0.0.1:9"))
    assert merged({Path("one"): ONE, Path("two"): replace(TWO, header=elsewhere)}).complete


def written(folder: Path, item: Record) -> Path:
    with RecordWriter(folder / "run.jsonl") as writer:
        writer.whole(item)
    return folder / "run.jsonl"


def test_a_record_is_read_from_its_file_or_its_folder(tmp_path: Path) -> None:
    first, second = written(tmp_path / "one", ONE), written(tmp_path / "two", TWO)
    assert read_parts([first, second.parent], gated=False) == {first: ONE, second: TWO}
    with pytest.raises(MergeError, match="the record is given twice"):
        read_parts([first, first.parent], gated=False)
    with pytest.raises(RecordError):
        read_parts([tmp_path / "nowhere"], gated=False)


def test_known_failures_are_judged_over_the_whole_and_not_part_by_part(tmp_path: Path) -> None:
    marked = {"one": apply_known_failures(ONE, matcher(entry("Get/*"))), "two": TWO}
    first, second = (written(tmp_path / name, item) for name, item in marked.items())
    with pytest.raises(MergeError, match="this part was judged with known failures") as caught:
        read_parts([first, second], gated=False)
    assert caught.value.hint.endswith("--known-failures known.yaml")
    assert read_parts([first, second], gated=True)[first].results == ONE.results
    whole = merged(read_parts([first, second], gated=True))
    assert whole.gate is None
    judged = apply_known_failures(whole, matcher(entry(CHECK)))
    assert judged.gate is not None
    assert exit_code(judged) is ExitCode.CONFORMS


def test_the_whole_never_replaces_a_part(tmp_path: Path) -> None:
    first = written(tmp_path / "one", ONE)
    with pytest.raises(MergeError, match="the whole would replace this part"):
        place_of(tmp_path / "two" / ".." / "one", {first: ONE})
    assert place_of(tmp_path, {first: ONE}) == tmp_path / "run.jsonl"
