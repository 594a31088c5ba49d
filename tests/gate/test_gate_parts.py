"""Shards and merging on the command line: exit codes and words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.command import Ended, conformance, python, report_of, under_pytest

from gate.broken_server import DESCRIBE, LIST

REVERSE = f"{LIST}/order/Status/reverse"
STATUS = f"{LIST}/response/TrainingJobSummaries[].TrainingJobStatus/enum"
CHOSEN = ("--select", f"{LIST}/order", "--select", f"{LIST}/response/TrainingJobSummaries[].TrainingJobStatus")
KNOWN = f"""\
known_failures:
  - {{check: {REVERSE}, reason: sorting is not built yet}}
  - {{check: "{STATUS}", reason: an odd word}}
"""


def shard(part: str, targets: Path, cwd: Path, *more: str) -> Ended:
    return conformance("run", "broken", "--targets", targets, *CHOSEN, "--shard", part, *more, cwd=cwd)


@pytest.fixture
def parts(tmp_path: Path, broken: Path) -> list[Path]:
    """Return the folders of both parts of a run, where a run puts them by itself."""
    assert [shard(part, broken, tmp_path).code for part in ("1/2", "2/2")] == [1, 1]
    return [Path("reports/broken") / f"shard-{item}-of-2" for item in (1, 2)]


def test_parts_report_side_by_side_and_say_what_they_are(tmp_path: Path, parts: list[Path]) -> None:
    first, second = (report_of(tmp_path / part) for part in parts)
    assert {row["area"] for row in first["results"]} == {"order"}
    assert {row["area"] for row in second["results"]} == {"response"}
    assert (first["shard"]["index"], first["shard"]["total"]) == (1, 2)
    assert first["shard"]["checks"] == second["shard"]["checks"] == len(first["results"]) + len(second["results"])
    for part in parts:
        assert "of 2" in (tmp_path / part / "report.md").read_text(encoding="utf-8")


def test_known_failures_are_judged_over_the_whole(tmp_path: Path, parts: list[Path]) -> None:
    (tmp_path / "known.yaml").write_text(KNOWN, encoding="utf-8")
    ended = conformance("merge", *parts, "--known-failures", "known.yaml", cwd=tmp_path)
    assert ended.code == 0, ended.said
    whole = report_of(tmp_path / "reports" / "broken")
    assert (whole["summary"]["known"], whole["shard"], whole["gate"]["findings"]) == (2, None, [])
    extra = (
        f"  - {{check: {LIST}/order/Name, reason: not sorted}}\n  - {{check: {DESCRIBE}/error, reason: not chosen}}\n"
    )
    (tmp_path / "known.yaml").write_text(KNOWN + extra, encoding="utf-8")
    ended = conformance("merge", *parts, "--known-failures", "known.yaml", cwd=tmp_path)
    assert ended.code == 1
    assert "Known failures out of date: 4 places in known.yaml" in ended.out
    assert conformance("merge", *parts, cwd=tmp_path).code == 1


def test_a_part_holds_its_own_checks_against_known_failures(tmp_path: Path, broken: Path) -> None:
    (tmp_path / "known.yaml").write_text(KNOWN, encoding="utf-8")
    codes = [shard(part, broken, tmp_path, "--known-failures", "known.yaml").code for part in ("1/2", "2/2")]
    assert codes == [0, 0]
    folders = ("reports/broken/shard-1-of-2", "reports/broken/shard-2-of-2")
    ended = conformance("merge", *folders, cwd=tmp_path)
    assert (ended.code, "give them here too" in ended.told_without_traceback()) == (2, True)
    assert conformance("merge", *folders, "--known-failures", "known.yaml", cwd=tmp_path).code == 0


def test_a_part_that_was_cut_short_is_merged_and_reported(tmp_path: Path, parts: list[Path]) -> None:
    record = tmp_path / parts[1] / "run.jsonl"
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    record.write_text("".join(lines[:-2]) + lines[-2][:40], encoding="utf-8")
    ended = conformance("merge", *parts, cwd=tmp_path)
    assert ended.code == 3
    assert "Stopped: shard 2 of 2 was cut short" in ended.out
    assert not report_of(tmp_path / "reports" / "broken")["complete"]


def test_what_can_not_be_merged_is_reported(tmp_path: Path, parts: list[Path]) -> None:
    (tmp_path / "known.yaml").write_text(KNOWN, encoding="utf-8")
    ended = conformance("merge", parts[0], cwd=tmp_path)
    assert (ended.code, "shard 2 of 2 is missing" in ended.told_without_traceback()) == (2, True)
    ended = conformance("merge", *parts, "--report-dir", parts[0], cwd=tmp_path)
    assert (ended.code, "the whole would replace this part" in ended.told_without_traceback()) == (2, True)
    ended = conformance("merge", cwd=tmp_path)
    assert (ended.code, "Missing argument" in ended.told_without_traceback()) == (2, True)
    for part in parts:
        record = tmp_path / part / "run.jsonl"
        header, rest = record.read_text(encoding="utf-8").split("\n", 1)
        members = json.loads(header)
        members["contract"]["digest"] = "0" * 64
        record.write_text(json.dumps(members) + "\n" + rest, encoding="utf-8")
    assert conformance("merge", *parts, cwd=tmp_path).code == 1
    ended = conformance("merge", *parts, "--known-failures", "known.yaml", cwd=tmp_path)
    assert (ended.code, "was judged by the contract 000000000000" in ended.told_without_traceback()) == (2, True)


def test_a_shard_that_no_check_falls_into_is_green_and_merges(tmp_path: Path, broken: Path) -> None:
    item = ("run", "broken", "--targets", broken, "--select", REVERSE, "--report-dir")
    ends = [conformance(*item, f"part-{part}", "--shard", f"{part}/3", cwd=tmp_path) for part in (1, 2, 3)]
    assert sorted(end.code for end in ends) == [0, 0, 1]
    assert ends[2].code == 0
    assert "shard 3 of 3: no check falls into it" in ends[2].out
    assert conformance("merge", "part-1", "part-2", "part-3", cwd=tmp_path).code == 1


@pytest.mark.parametrize("part", ["0/2", "3/2", "half"])
def test_a_shard_that_there_can_not_be_is_reported(part: str, tmp_path: Path) -> None:
    ended = conformance("run", "--shard", part, cwd=tmp_path)
    assert (ended.code, f"there is no shard '{part}'" in ended.told_without_traceback()) == (2, True)


@pytest.mark.slow
def test_evidence_is_a_matter_of_one_process(tmp_path: Path) -> None:
    ended = conformance("run", "--record", "evidence", "--tx", "popen", cwd=tmp_path)
    assert (ended.code, "by one process" in ended.told_without_traceback()) == (2, True)
    ended = under_pytest("--evidence-replay=evidence", "-n", "2", cwd=tmp_path)
    assert (ended.code, "by one process" in ended.err) == (4, True)


def test_the_plan_of_a_shard_counts_what_the_shard_sends(tmp_path: Path) -> None:
    def sent(*arguments: str) -> tuple[int, int]:
        lines = conformance("run", "--plan", *arguments, cwd=tmp_path).out.splitlines()
        found = {line.split()[0]: line.split()[-1] for line in lines if line.startswith(("  checks", "  in all"))}
        return int(found["checks"].replace(",", "")), int(found["in"].replace(",", ""))

    checks, requests = sent()
    parts = [sent("--shard", f"{part}/3") for part in (1, 2, 3)]
    assert sum(part[0] for part in parts) == checks
    assert parts[2][1] == requests
    assert max(part[1] for part in parts[:2]) < requests


@pytest.mark.slow
def test_a_plain_run_does_not_load_the_gate(tmp_path: Path) -> None:
    program = (
        "import sys; import conformance.cli.run, conformance.suite.plugin\n"
        "from conformance.suite.plan import Plan; from conformance.suite.settings import Settings\n"
        "plan = Plan.of(Settings()); assert set(plan.own) == set(plan.checks)\n"
        "idle = ('conformance.suite.known_failures', 'conformance.suite.shards', 'execnet')\n"
        "sys.exit([name for name in sys.modules if name.startswith(idle)] or 0)"
    )
    assert python(program, cwd=tmp_path) == Ended(0, "", "")
