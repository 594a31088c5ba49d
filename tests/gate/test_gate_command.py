"""Known failures, shards and merging on the command line: exit codes, words, and what the reports say."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli.command import Ended, by_id, conformance, python, report_of, under_pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from conformance.report.json_report import schema as report_schema
from conformance.suite.known_failures import schema
from gate.broken_server import DESCRIBE, LIST

REVERSE = f"{LIST}/order/Status/reverse"
COUNTER = f"{DESCRIBE}/consistency/status-counters/completed-counter"
SORTED = f"{LIST}/order/Name/Ascending"
STATUS = f"{LIST}/response/TrainingJobSummaries[].TrainingJobStatus"
ORDERS = tuple(f"{LIST}/order/{item}" for item in ("*/*scending", "*/reverse", "*/default-direction"))
CHOSEN = tuple(f"--select={item}" for item in (*ORDERS, f"{DESCRIBE}/consistency/status-counters"))
"""Checks of which one fails at level must in each area, and one at level should."""
DECLARED = f"""\
known_failures:
  - check: {REVERSE}
    reason: sorting is not built yet
    issue: https://example.org/7
  - check: {COUNTER}
    reason: counters come last
    kind: counter-differs
"""
OUT_OF_DATE = f"""\
known_failures:
  - {{check: {COUNTER}, reason: counters come last, kind: another-kind}}
  - {{check: {SORTED}, reason: sorting is not built yet}}
  - {{check: {REVERSE}, reason: sorting is not built yet, expires: 2027-03-30}}
  - {{check: "{LIST}/order/Nam/*", reason: sorting is not built yet}}
  - {{check: "{LIST}/order/*/reverse", reason: sorting is not built yet}}
  - {{check: "*/Name/reverse", reason: sorting is not built yet}}
  - {{check: {DESCRIBE}/protocol, reason: outside of what is chosen}}
"""
WAITING = "known_failures:\n  - {check: a/b/c, reason: TODO}\n  - {check: d/e/f, reason: ''}\n"
TODAY = {"CONFORMANCE_TODAY": "2027-03-31"}


@dataclass(frozen=True)
class Gated:
    """A folder to run in, and the server that is judged."""

    folder: Path
    targets: Path

    def write(self, text: str) -> None:
        (self.folder / "known.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str, known: str | None = "known.yaml", folder: str = "reports") -> Ended:
        gate = ("--known-failures", known) if known else ()
        shared = ("--targets", self.targets, "--report-dir", folder)
        return conformance("run", "broken", *shared, *gate, *(arguments or CHOSEN), cwd=self.folder, **TODAY)

    def merge(self, *arguments: str) -> Ended:
        return conformance("merge", *arguments, cwd=self.folder, **TODAY)

    @property
    def report(self) -> dict[str, Any]:
        return report_of(self.folder / "reports")


@pytest.fixture
def gated(tmp_path: Path, broken: Path) -> Gated:
    return Gated(tmp_path, broken)


def verdict(out: str) -> str:
    """Return the summary, with the same in place of whatever differs from run to run, or with the contract."""
    text = out[out.index("  target ") :]
    for pattern, mask in (
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"\bin \d+\.\d s", "in TIME s"),
        (r"(contract +)[0-9a-f]{12}.*", r"\1CONTRACT"),
        (r"(versions +).*", r"\1VERSIONS"),
        (r"(\d of [\d,]+) +[\d,]+ of [\d,]+\n", r"\1  FACTS\n"),
        (r"of [\d,]+ checks were selected", "of ALL checks were selected"),
        (r"[\d,]+ facts of the contract", "N facts of the contract"),
    ):
        text = re.sub(pattern, mask, text)
    return text.rstrip()


def test_failures_that_are_all_declared_leave_a_run_green(gated: Gated, snapshot: SnapshotAssertion) -> None:
    assert gated.run(known=None).code == 1
    gated.write(DECLARED)
    ended = gated.run()
    assert ended.code == 0, ended.said
    assert verdict(ended.out) == snapshot
    report = gated.report
    row = by_id(report)[REVERSE]
    assert (row["outcome"], row["known"]) == ("failed", True)
    assert row["declared"] == "known.yaml:2: sorting is not built yet (https://example.org/7)"
    assert (report["summary"]["failed"], report["summary"]["known"]) == (3, 2)
    gate = {"file": "known.yaml", "day": "2027-03-31", "entries": 2, "findings": [], "not_judged": []}
    assert report["gate"] == gate


def test_each_way_of_being_out_of_date_has_its_words(gated: Gated, snapshot: SnapshotAssertion) -> None:
    gated.write(OUT_OF_DATE)
    ended = gated.run(*CHOSEN, "-v")
    assert ended.code == 1
    assert verdict(ended.out).partition("\nFailed\n")[0] == snapshot
    found = [(item["wrong"], item["check"], item["where"]) for item in gated.report["gate"]["findings"]]
    assert sorted(found) == [
        ("changed", COUNTER, "known.yaml:2"),
        ("expired", REVERSE, "known.yaml:4"),
        ("shadowed", "*/Name/reverse", "known.yaml:7"),
        ("stale", f"{LIST}/order/CreationTime/reverse", "known.yaml:6"),
        ("stale", f"{LIST}/order/FinalObjectiveMetricValue/reverse", "known.yaml:6"),
        ("stale", SORTED, "known.yaml:3"),
        ("stale", f"{LIST}/order/Name/reverse", "known.yaml:6"),
        ("unmatched", f"{LIST}/order/Nam/*", "known.yaml:5"),
    ]
    assert "its last day was 2027-03-30" in (gated.folder / "reports" / "report.md").read_text(encoding="utf-8")
    Draft202012Validator(report_schema("report")).validate(gated.report)


def test_a_target_that_can_not_be_reached_is_never_excused(tmp_path: Path) -> None:
    everything = "known_failures:\n- {check: '*', reason: all, outcome: error}\n"
    (tmp_path / "known.yaml").write_text(everything, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    ended = conformance("run", url, "--known-failures", "known.yaml", cwd=tmp_path)
    assert ended.code == 3
    assert "can't be reached" in ended.told_without_traceback()


def test_a_mistake_in_the_file_ends_a_run_before_it_begins(gated: Gated, snapshot: SnapshotAssertion) -> None:
    gated.write(WAITING)
    ended = gated.run()
    assert ended.code == 2
    assert ended.told_without_traceback() == snapshot
    assert not (gated.folder / "reports").exists()


def test_a_first_file_is_written_filled_in_and_added_to(gated: Gated, snapshot: SnapshotAssertion) -> None:
    ended = gated.run(*CHOSEN, "--write-known-failures", "known.yaml", known=None)
    assert ended.code == 1
    assert ended.out[ended.out.index("known failures:") : ended.out.index("  target ")] == snapshot
    text = gated.folder.joinpath("known.yaml").read_text(encoding="utf-8")
    assert text == snapshot
    gated.write(text.replace("TODO\n", "not built yet\n"))
    assert gated.run().code == 0
    gated.write(f"known_failures:\n  - {{check: {REVERSE}, reason: sorting is not built yet}}\n")
    ended = gated.run(*CHOSEN, "--write-known-failures", "known.yaml", "--reason", "not built: yet", known=None)
    assert "1 entry written for 1 failure, in front of the 1 that it had" in ended.out
    assert "\nname it: --known-failures known.yaml" in ended.out
    again = gated.run(*CHOSEN, "--write-known-failures", "known.yaml", known=None)
    assert "it has an entry for every failure" in again.out


@pytest.mark.slow
def test_pytest_itself_takes_known_failures(gated: Gated) -> None:
    options = ["--target=broken", *CHOSEN, f"--targets-file={gated.targets}", "--report-dir=reports", "-q"]
    options.append("--known-failures=known.yaml")
    gated.write(DECLARED)
    ended = under_pytest(*options, cwd=gated.folder, **TODAY)
    assert ended.code == 0, ended.said
    assert gated.report["summary"]["known"] == 2
    gated.write(DECLARED + f"  - {{check: {SORTED}, reason: sorting is not built yet}}\n")
    ended = under_pytest(*options, "-n", "2", cwd=gated.folder, **TODAY)
    assert ended.code == 1
    assert f"known.yaml:8: {SORTED}: it passes, though it is declared to fail" in ended.out
    gated.write(WAITING)
    ended = under_pytest(*options, cwd=gated.folder, **TODAY)
    assert (ended.code, "2 entries have no reason yet" in ended.said) == (4, True)


def test_the_schema_of_the_file_is_printed(tmp_path: Path) -> None:
    ended = conformance("run", "--schema", "known-failures", cwd=tmp_path)
    assert (ended.code, json.loads(ended.out)) == (0, schema())


# -- parts of a run


def test_parts_report_by_themselves_and_are_judged_together(gated: Gated) -> None:
    known = (
        f'known_failures:\n- {{check: {REVERSE}, reason: later}}\n- {{check: "{STATUS}/enum", reason: an odd word}}\n'
    )
    gated.write(known)
    chosen = (f"--select={LIST}/order", f"--select={STATUS}")
    for part in (1, 2):
        assert gated.run(*chosen, "--shard", f"{part}/2", folder=f"part-{part}").code == 0
    first, second = (report_of(gated.folder / f"part-{part}") for part in (1, 2))
    assert [{row["area"] for row in item["results"]} for item in (first, second)] == [{"order"}, {"response"}]
    assert (first["shard"]["index"], first["shard"]["total"]) == (1, 2)
    assert first["shard"]["checks"] == second["shard"]["checks"] == len(first["results"]) + len(second["results"])
    assert "of 2" in (gated.folder / "part-1" / "report.md").read_text(encoding="utf-8")
    ended = gated.merge("part-1", "part-2")
    assert (ended.code, "give them here too" in ended.told_without_traceback()) == (2, True)
    ended = gated.merge("part-1", "part-2", "--known-failures", "known.yaml")
    assert ended.code == 0, ended.said
    whole = report_of(gated.folder / "reports" / "broken")
    assert (whole["summary"]["known"], whole["shard"], whole["gate"]["findings"]) == (2, None, [])
    gated.write(f"{known}- {{check: {LIST}/order/Name, reason: not sorted}}\n")
    ended = gated.merge("part-1", "part-2", "--known-failures", "known.yaml")
    assert ended.code == 1
    assert "Known failures out of date: 4 places in known.yaml" in ended.out


def test_what_can_not_be_merged_is_reported(gated: Gated) -> None:
    gated.write(DECLARED)
    assert gated.run("--select", REVERSE, "--shard", "1/1", known=None, folder="part").code == 1
    ended = gated.merge("part", "--report-dir", "part")
    assert (ended.code, "the whole would replace this part" in ended.told_without_traceback()) == (2, True)
    ended = gated.merge()
    assert (ended.code, "Missing argument" in ended.told_without_traceback()) == (2, True)
    record = gated.folder / "part" / "run.jsonl"
    header, rest = record.read_text(encoding="utf-8").split("\n", 1)
    members = json.loads(header)
    members["contract"]["digest"] = "0" * 64
    record.write_text(json.dumps(members) + "\n" + rest, encoding="utf-8")
    assert gated.merge("part").code == 1
    ended = gated.merge("part", "--known-failures", "known.yaml")
    assert (ended.code, "was judged by the contract 000000000000" in ended.told_without_traceback()) == (2, True)


def test_a_shard_that_no_check_falls_into_is_green_and_merges(gated: Gated) -> None:
    chosen = ("--select", REVERSE, "--shard")
    ends = [gated.run(*chosen, f"{part}/3", known=None, folder=f"part-{part}") for part in (1, 2, 3)]
    assert sorted(end.code for end in ends[:2]) == [0, 1]
    assert ends[2].code == 0
    assert "shard 3 of 3: no check falls into it" in ends[2].out
    assert gated.merge("part-1", "part-2", "part-3").code == 1


def test_a_shard_that_there_can_not_be_is_reported(tmp_path: Path) -> None:
    ended = conformance("run", "--shard", "3/2", cwd=tmp_path)
    assert (ended.code, "there is no shard '3/2'" in ended.told_without_traceback()) == (2, True)


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
def test_evidence_is_a_matter_of_one_process(tmp_path: Path) -> None:
    ended = conformance("run", "--record", "evidence", "--tx", "popen", cwd=tmp_path)
    assert (ended.code, "by one process" in ended.told_without_traceback()) == (2, True)
    ended = under_pytest("--evidence-replay=evidence", "-n", "2", cwd=tmp_path)
    assert (ended.code, "by one process" in ended.err) == (4, True)


@pytest.mark.slow
def test_a_plain_run_does_not_load_the_gate(tmp_path: Path) -> None:
    program = (
        "import sys; import conformance.cli.run, conformance.suite.plugin\n"
        "from conformance.suite.contracts import contract_of\n"
        "from conformance.suite.plan import Plan; from conformance.suite.settings import Settings\n"
        "plan = Plan.of(Settings(), contract_of(None, None)); assert set(plan.own) == set(plan.checks)\n"
        "idle = ('conformance.suite.known_failures', 'conformance.suite.shards', 'execnet')\n"
        "sys.exit([name for name in sys.modules if name.startswith(idle)] or 0)"
    )
    assert python(program, cwd=tmp_path) == Ended(0, "", "")
