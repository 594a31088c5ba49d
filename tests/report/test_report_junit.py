"""junit.xml, as viewers of CI services read it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from sample_records import (
    BROKE,
    CONFORMING,
    EVERY_KIND,
    FAILED,
    FOOTER,
    HOSTILE_ONE,
    KNOWN,
    PASSED,
    RECOMMENDED,
    SKIPPED,
    STALE,
    record,
)
from syrupy.assertion import SnapshotAssertion
from text_snapshots import Xml

from conformance.errors import ExitCode
from conformance.report.junit import render_junit
from conformance.report.run import Record, Wrong
from conformance.report.summary import exit_code


def parse(record: Record, *, strict: bool = False) -> ET.Element:
    return ET.fromstring(render_junit(record, strict=strict))  # noqa: S314 - our own text


def only_case(root: ET.Element) -> ET.Element:
    (case,) = root.iter("testcase")
    return case


def test_the_whole_file(snapshot: SnapshotAssertion) -> None:
    assert render_junit(EVERY_KIND) == snapshot(extension_class=Xml)


def test_a_failure_is_a_failure_and_explains_itself() -> None:
    failure = only_case(parse(record(FAILED))).find("failure")
    assert failure is not None
    assert failure.get("message") == "a request that must be rejected was accepted"
    assert failure.get("type") == "accepted"
    for part in (FAILED.id, FAILED.expected, FAILED.received, "api-list:24", FAILED.reproduce):
        assert part in str(failure.text)


def test_an_error_is_an_error_and_a_skipped_check_gives_its_reason() -> None:
    assert [child.tag for child in only_case(parse(record(BROKE)))] == ["error"]
    skipped = only_case(parse(record(PASSED, SKIPPED)).findall("testsuite")[1]).find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "no training job has the status Stopping"


def test_a_case_is_named_so_that_viewers_show_the_whole_id() -> None:
    case = only_case(parse(record(FAILED)))
    assert f"{case.get('classname')}/{case.get('name')}".replace(".", "/", 1) == FAILED.id


@pytest.mark.parametrize(("result", "word"), [(RECOMMENDED, "recommended"), (KNOWN, "declared")])
def test_a_failure_that_leaves_the_run_green_is_seen_but_not_red(result: object, word: str) -> None:
    root = parse(record(PASSED, result))  # type: ignore[arg-type]
    assert (root.get("failures"), root.get("skipped")) == ("0", "1")
    (case,) = (item for item in root.iter("testcase") if item.find("skipped") is not None)
    assert word in str(case.find("skipped").get("message"))  # type: ignore[union-attr]
    assert "Expected: " in str(case.findtext("system-out"))


def test_a_recommended_failure_is_red_where_strict() -> None:
    assert parse(record(PASSED, RECOMMENDED), strict=True).get("failures") == "1"
    assert parse(record(PASSED, replace(RECOMMENDED, known=True)), strict=True).get("failures") == "0"


EXPIRED = replace(STALE.findings[0], wrong=Wrong.EXPIRED, problem="its last day was 2026-01-01")
OUT_OF_DATE = replace(STALE, findings=(*STALE.findings, EXPIRED))

RECORDS = {
    "out of date": record(PASSED, footer=replace(FOOTER, gate=OUT_OF_DATE)),
    "up to date": record(PASSED, footer=replace(FOOTER, gate=replace(OUT_OF_DATE, findings=()))),
    "conforming": CONFORMING,
    "every kind": EVERY_KIND,
    "empty": record(),
    "all skipped": record(SKIPPED),
    "cut short": record(PASSED, footer=None),
    "cut short, failed": record(FAILED, footer=None),
    "stopped": record(PASSED, footer=replace(FOOTER, stopped="too many failures")),
    "recommended": record(PASSED, RECOMMENDED),
    "known": record(PASSED, KNOWN),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", RECORDS)
def test_a_viewer_is_green_exactly_where_the_exit_code_is_zero(name: str, *, strict: bool) -> None:
    root = parse(RECORDS[name], strict=strict)
    green = root.get("failures") == "0" and root.get("errors") == "0"
    assert green is (exit_code(RECORDS[name], strict=strict) is ExitCode.CONFORMS)


@pytest.mark.parametrize("name", RECORDS)
def test_the_counts_are_those_of_the_elements_and_no_two_cases_are_taken_for_one(name: str) -> None:
    root = parse(RECORDS[name])
    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(cases) == len(set(cases))
    for element in (root, *root.findall("testsuite")):
        assert element.get("tests") == str(len(list(element.iter("testcase"))))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert element.get(attribute) == str(len(list(element.iter(tag))))


def test_hostile_text_is_shown_and_breaks_nothing() -> None:
    text = str(only_case(parse(record(HOSTILE_ONE))).findtext("failure"))
    assert "<script>alert('x')</script>" in text
    assert "\\x1b[31mred\\x00 \\u202egnp" in text


def test_no_character_can_break_the_file() -> None:
    every = "".join(map(chr, [*range(0x300), 0x2028, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x1F600, 0x10FFFF]))
    assert parse(record(replace(FAILED, reason=every, received=every, kind=every))).get("failures") == "1"


ELEMENTS: dict[str, tuple[set[str], set[str], tuple[str, ...]]] = {
    "testsuites": ({"name"}, {"tests", "failures", "errors", "skipped", "time"}, ("testsuite",)),
    "testsuite": (
        {"name", "tests", "failures", "errors", "timestamp", "time"}, {"skipped"}, ("properties", "testcase"),
    ),
    "properties": (set(), set(), ("property",)),
    "property": ({"name", "value"}, set(), ()),
    "testcase": ({"classname", "name", "time"}, {"file"}, ("failure", "error", "skipped", "system-out")),
    "failure": ({"type"}, {"message"}, ()),
    "error": ({"type"}, {"message"}, ()),
    "skipped": (set(), {"message", "type"}, ()),
    "system-out": (set(), set(), ()),
}  # fmt: skip
"""Attributes that must and may be there, and children in their order: what the schemas of Ant and Jenkins share."""


def breaches(element: ET.Element) -> list[str]:
    needs, may, children = ELEMENTS[element.tag]
    found = [f"{element.tag} lacks {name}" for name in needs - element.attrib.keys()]
    found += [f"{element.tag} may not have {name}" for name in element.attrib.keys() - needs - may]
    tags = [child.tag for child in element]
    found += [f"{element.tag} may not hold {tag}" for tag in tags if tag not in children]
    places = [children.index(tag) for tag in tags if tag in children]
    found += [f"{element.tag}: {tags} are out of order"] if places != sorted(places) else []
    return found + [breach for child in element if child.tag in ELEMENTS for breach in breaches(child)]


@pytest.mark.parametrize("name", RECORDS)
def test_every_file_keeps_to_the_schemas_that_viewers_read_by(name: str) -> None:
    root = parse(RECORDS[name])
    assert breaches(root) == []
    for suite in root:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(suite.get("timestamp")))
        assert all(re.fullmatch(r"\d+\.\d{3}", str(item.get("time"))) for item in (suite, *suite.findall("testcase")))


def test_a_file_that_a_case_names_is_there() -> None:
    package = Path(__file__).parents[2]
    files = {case.get("file") for case in parse(EVERY_KIND).iter("testcase")}
    assert files
    assert all((package / str(file)).is_file() for file in files)


def test_a_known_failure_that_is_out_of_date_is_a_failure() -> None:
    first = next(parse(RECORDS["out of date"]).iter("failure"))
    assert (first.get("type"), first.get("message")) == ("stale", "Declared to fail, and passes: it passes")
    assert "delete it" in str(first.text)


def test_a_suite_tells_what_was_judged_by_what() -> None:
    properties = {item.get("name"): item.get("value") for item in parse(record(PASSED)).iter("property")}
    assert properties["contract"] == EVERY_KIND.header.contract.digest
    assert properties["target"] == "moto at http://127.0.0.1:5001"


@pytest.mark.parametrize(
    ("started", "shown"),
    [
        ("2026-01-02T05:04:05+02:00", "2026-01-02T03:04:05"),
        ("yesterday", "yesterday"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_time_is_reported_in_utc_and_one_that_utc_does_not_have_as_it_is(started: str, shown: str) -> None:
    run = replace(EVERY_KIND, header=replace(EVERY_KIND.header, started=started))
    assert {suite.get("timestamp") for suite in parse(run).iter("testsuite")} == {shown}
