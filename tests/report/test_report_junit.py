"""junit.xml, as viewers of CI services read it."""

from __future__ import annotations

from dataclasses import replace
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
    record,
)
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from conformance.errors import ExitCode
from conformance.report import Record, exit_code
from conformance.report.junit import render_junit


class Xml(SingleFileSnapshotExtension):
    file_extension = "xml"
    _write_mode = WriteMode.TEXT


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
    assert failure.get("message") == "a request that must be refused was accepted"
    assert failure.get("type") == "accepted"
    for part in (FAILED.id, FAILED.expected, FAILED.received, "api-list:24", FAILED.reproduce):
        assert part in str(failure.text)


def test_an_error_is_an_error() -> None:
    assert [child.tag for child in only_case(parse(record(BROKE)))] == ["error"]


def test_a_skipped_check_gives_its_reason() -> None:
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
    (case,) = (one for one in root.iter("testcase") if one.find("skipped") is not None)
    assert word in str(case.find("skipped").get("message"))  # type: ignore[union-attr]
    assert "Expected: " in str(case.findtext("system-out"))


def test_a_recommended_failure_is_red_where_strict() -> None:
    assert parse(record(PASSED, RECOMMENDED), strict=True).get("failures") == "1"
    assert parse(record(PASSED, replace(RECOMMENDED, known=True)), strict=True).get("failures") == "0"


RECORDS = {
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
def test_the_counts_are_those_of_the_elements(name: str) -> None:
    root = parse(RECORDS[name])
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
