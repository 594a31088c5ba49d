"""The gate on the command line: exit codes, words, and what the reports say."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from cli.command import Ended, by_id, conformance, report_of, under_pytest
from jsonschema import Draft202012Validator
from raw_servers import Behaviour, RawServer, reference
from syrupy.assertion import SnapshotAssertion

from conformance.report.json_report import schema as report_schema
from conformance.suite.known_failures import schema
from gate.broken_server import DESCRIBE, LIST

REVERSE = f"{LIST}/order/Status/reverse"
COUNTER = f"{DESCRIBE}/consistency/status-counters/completed-counter"
ERRORS = f"{DESCRIBE}/consistency/status-counters/error-counters"
SORTED = f"{LIST}/order/Name/Ascending"
ORDERS = tuple(f"{LIST}/order/{item}" for item in ("*/*scending", "*/reverse", "*/default-direction"))
CHOSEN = tuple(f"--select={order}" for order in (*ORDERS, f"{DESCRIBE}/consistency/status-counters"))
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
TODAY = {"CONFORMANCE_TODAY": "2027-03-31"}


@dataclass(frozen=True)
class Gated:
    """A folder to run in, and the server that is judged."""

    folder: Path
    targets: Path

    def write(self, text: str) -> None:
        (self.folder / "known.yaml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str, known: str | None = "known.yaml") -> Ended:
        gate = ("--known-failures", known) if known else ()
        shared = ("--targets", self.targets, "--report-dir", "reports")
        return conformance("run", "broken", *shared, *gate, *(arguments or CHOSEN), cwd=self.folder, **TODAY)

    @property
    def report(self) -> dict[str, Any]:
        return report_of(self.folder / "reports")

    def text(self, name: str) -> str:
        return (self.folder / "reports" / name).read_text(encoding="utf-8")


@pytest.fixture
def gated(tmp_path: Path, broken: Path) -> Gated:
    return Gated(tmp_path, broken)


def masked(text: str) -> str:
    """Put the same in place of whatever differs from run to run, or with the edition of the contract."""
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
    return text


def verdict(out: str) -> str:
    """Return the summary, without the progress before it."""
    return masked(out[out.index("  target ") :]).rstrip()


def test_failures_that_are_all_declared_leave_a_run_green(gated: Gated, snapshot: SnapshotAssertion) -> None:
    assert gated.run(known=None).code == 1
    gated.write(DECLARED)
    ended = gated.run()
    assert ended.code == 0, ended.said
    assert verdict(ended.out) == snapshot
    rows = by_id(gated.report)
    assert (rows[REVERSE]["outcome"], rows[REVERSE]["known"]) == ("failed", True)
    assert rows[REVERSE]["declared"] == "known.yaml:2: sorting is not built yet (https://example.org/7)"
    assert gated.report["summary"]["failed"] == 3
    assert gated.report["summary"]["known"] == 2
    assert gated.report["gate"] == {
        "file": "known.yaml",
        "day": "2027-03-31",
        "entries": 2,
        "findings": [],
        "not_judged": [],
    }


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


def test_every_report_tells_what_is_out_of_date(gated: Gated) -> None:
    gated.write(OUT_OF_DATE)
    assert gated.run().code == 1
    for name in ("report.md", "report.html"):
        page = re.sub(r"[\\`]|<[^>]*>", "", gated.text(name))
        for words in (
            "though it is declared to fail",
            "its last day was 2027-03-30",
            "none that matches",
            "known.yaml:7",
        ):
            assert words in page, (name, words)
        assert "known.yaml:2 declares another failure: failed (another-kind)" in page
    suite = next(item for item in ET.fromstring(gated.text("junit.xml")) if item.get("name") == "known failures")  # noqa: S314 - our own file
    assert (suite.get("tests"), suite.get("failures")) == ("8", "8")
    failure = suite.find(f"testcase[@name='{SORTED}']/failure")
    assert failure is not None
    assert failure.get("message") == "Declared to fail, and passes: it passes, though it is declared to fail"
    validator = Draft202012Validator(report_schema("report"))
    assert [error.message for error in validator.iter_errors(gated.report)] == []
    line = Draft202012Validator(report_schema("run"))
    for row in gated.text("run.jsonl").splitlines():
        assert [error.message for error in line.iter_errors(json.loads(row))] == []


def test_known_failures_stand_in_every_report_with_their_reasons(gated: Gated) -> None:
    gated.write(DECLARED)
    assert gated.run().code == 0
    for name in ("report.md", "report.html", "junit.xml"):
        page = re.sub(r"\\|`|&#8203;", "", gated.text(name))  # GitHub links nothing of foreign text
        assert "sorting is not built yet (https://example.org/7)" in page, name
    root = ET.fromstring(gated.text("junit.xml"))  # noqa: S314 - our own file
    assert (root.get("failures"), root.get("errors")) == ("0", "0")


def test_a_recommended_check_may_be_declared_and_is_stale_when_it_passes(gated: Gated) -> None:
    gated.write(DECLARED + f"  - {{check: {ERRORS}, reason: recommended only}}\n")
    assert gated.run().code == 0
    assert gated.run(*CHOSEN, "--strict").code == 0
    gated.write(DECLARED)
    assert gated.run(*CHOSEN, "--strict").code == 1


def test_entries_outside_of_the_selection_say_nothing(gated: Gated) -> None:
    gated.write(DECLARED.replace(COUNTER, ERRORS.replace("error-counters", "stopped-counter")))
    assert gated.run("--select", f"{LIST}/order").code == 0
    assert gated.run("--select", f"{DESCRIBE}/consistency/status-counters/stopped-counter").code == 1


def drops_what_nobody_has() -> Behaviour:
    """Answer rightly, but for names that nobody has: there the connection is closed."""
    right = reference()
    return lambda connection, request: b"conformance-no" not in request.body and right(connection, request)


def test_a_dropped_connection_is_not_the_wrong_code_that_was_declared(tmp_path: Path) -> None:
    check = f"{DESCRIBE}/error/ResourceNotFound/plain"
    entry = f"known_failures:\n- check: {check}\n  reason: wrong code\n  kind: KIND\n"
    with RawServer(drops_what_nobody_has()) as server:
        codes = []
        for kind in ("wrong-code", "dropped"):
            (tmp_path / "known.yaml").write_text(entry.replace("KIND", kind), encoding="utf-8")
            ended = conformance("run", server.url, "--select", check, "--known-failures", "known.yaml", cwd=tmp_path)
            codes.append(ended.code)
    assert codes == [1, 0]


def test_a_target_that_can_not_be_reached_is_never_excused(tmp_path: Path) -> None:
    (tmp_path / "known.yaml").write_text(
        "known_failures:\n- {check: '*', reason: all, outcome: error}\n", encoding="utf-8"
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    ended = conformance("run", url, "--known-failures", "known.yaml", cwd=tmp_path)
    assert ended.code == 3
    assert "can't be reached" in ended.told_without_traceback()


MISTAKES = {
    "waiting": "known_failures:\n  - {check: a/b/c, reason: TODO}\n  - {check: d/e/f, reason: ''}\n",
    "misspelt": "known_failures:\n  - {check: a/b/c, raeson: soon}\n",
    "broken": "known_failures:\n  - check: a/b/c\n   reason: soon\n",
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_file_ends_a_run_before_it_begins(
    name: str, gated: Gated, snapshot: SnapshotAssertion
) -> None:
    gated.write(MISTAKES[name])
    ended = gated.run()
    assert ended.code == 2
    assert ended.told_without_traceback() == snapshot
    assert not (gated.folder / "reports").exists()


def test_a_file_that_is_not_there_and_a_day_that_is_none(gated: Gated) -> None:
    ended = gated.run()
    assert (ended.code, "there is no file known.yaml" in ended.err) == (2, True)
    gated.write(DECLARED)
    ended = conformance("run", "--known-failures", "known.yaml", cwd=gated.folder, CONFORMANCE_TODAY="soon")
    assert (ended.code, "CONFORMANCE_TODAY is no date: 'soon'" in ended.err) == (2, True)


def test_a_first_file_is_written_filled_in_and_passes(gated: Gated, snapshot: SnapshotAssertion) -> None:
    ended = gated.run(*CHOSEN, "--write-known-failures", "known.yaml", known=None)
    assert ended.code == 1
    assert ended.out[ended.out.index("known failures:") : ended.out.index("  target ")] == snapshot
    text = (gated.folder / "known.yaml").read_text(encoding="utf-8")
    assert text == snapshot
    rejected = gated.run()
    assert (rejected.code, "2 entries have no reason yet" in rejected.err) == (2, True)
    gated.write(text.replace("TODO\n", "not built yet\n"))
    assert gated.run().code == 0


def test_a_file_is_added_to_and_never_replaced(gated: Gated) -> None:
    mine = f"known_failures:\n  # mine\n  - {{check: {REVERSE}, reason: sorting is not built yet}}\n"
    gated.write(mine)
    ended = gated.run(*CHOSEN, "--write-known-failures", "known.yaml", "--reason", "not built: yet", known=None)
    assert "name it in the next run: --known-failures known.yaml" in ended.out
    assert "1 entry written, in front of the 1 that it had" in ended.out
    text = (gated.folder / "known.yaml").read_text(encoding="utf-8")
    assert text.endswith(mine.removeprefix("known_failures:\n"))
    assert (
        f'  - check: {COUNTER}\n    outcome: failed\n    kind: counter-differs\n    reason: "not built: yet"\n' in text
    )
    again = gated.run(*CHOSEN, "--write-known-failures", "known.yaml", known=None)
    assert "it has an entry for every failure" in again.out
    assert (gated.folder / "known.yaml").read_text(encoding="utf-8") == text


def test_two_processes_say_the_same(gated: Gated) -> None:
    gated.write(OUT_OF_DATE)
    assert gated.run().code == 1
    alone = gated.report
    assert gated.run(*CHOSEN, "-n", "2").code == 1
    both = gated.report
    for name in ("gate", "summary", "facts"):
        assert both[name] == alone[name]
    said = {row["id"]: (row["outcome"], row["known"], row["declared"]) for row in alone["results"]}
    assert {row["id"]: (row["outcome"], row["known"], row["declared"]) for row in both["results"]} == said


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
    gated.write(MISTAKES["waiting"])
    ended = under_pytest(*options, cwd=gated.folder, **TODAY)
    assert (ended.code, "2 entries have no reason yet" in ended.said) == (4, True)


def test_the_schema_of_the_file_is_printed(tmp_path: Path) -> None:
    ended = conformance("run", "--schema", "known-failures", cwd=tmp_path)
    assert (ended.code, json.loads(ended.out)) == (0, schema())
