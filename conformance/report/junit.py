"""junit.xml, as the test viewers of CI services read it.

A check that makes the run red is a `<failure>`, an error an `<error>`. A failure that leaves the run green (recommended
only, or declared beforehand) is a `<skipped>` whose message says that it failed: to be seen, but not to turn a viewer
red although the exit code is 0. What is out of date among known failures is a failure each. A run that did not end well
gets a test case of its own, so that no viewer shows it green.

Viewers differ: GitLab shows `classname` as the suite, takes two cases of one classname and name for one, and shows text
and `system-out`; Jenkins and actions on GitHub group by suite. The strictest schema (Ant's) wants times without offset.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from xml.etree import ElementTree as ET

from conformance.errors import ExitCode
from conformance.report.layout import explain
from conformance.report.result import Outcome, Result, sort_results
from conformance.report.run import TITLES, GateFinding, Record
from conformance.report.summary import Headline, counts_against, headline
from conformance.visible import one_line, visible

_FILE = "conformance/suite/test_checks.py"
"""The module that checks run in, where viewers ask for a file."""

_COUNTED = ("failure", "error", "skipped")
_TALLIES = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render_junit(record: Record, *, strict: bool = False) -> str:
    """Return the text of junit.xml; `strict` makes failures at level should failures here too."""
    root = ET.Element("testsuites", name=one_line(f"conformance of {record.header.target.name}"))
    verdict = headline(record, strict=strict)
    for (operation, area), results in groupby(
        sort_results(record.results), key=lambda item: (item.operation, item.area)
    ):
        suite = _suite(root, one_line(f"{operation}/{area}"), record)
        for result in results:
            _case(suite, result, strict=strict)
    if record.gate and record.gate.findings:
        suite = _suite(root, "known failures", record)
        for finding in record.gate.findings:
            _out_of_date(suite, finding)
    if _is_silent(record, verdict):
        case = ET.SubElement(_suite(root, "run", record), "testcase", classname="run", name="completion", time="0.000")
        detail = one_line(f"{verdict.title}: {verdict.detail}")
        # What is allowed to be judged in part is to be seen, but not to turn a viewer red although the exit code is 0.
        tag = "skipped" if verdict.code is ExitCode.CONFORMS else "error"
        hints = "".join(f"\nhint: {one_line(hint)}" for hint in verdict.hints)
        ET.SubElement(case, tag, message=detail, type=verdict.title.lower().replace(" ", "_")).text = detail + hints
    for suite in root:
        _tell_verdict(suite, verdict)
        _count(suite)
    _count(root)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, name: str, record: Record) -> ET.Element:
    suite = ET.SubElement(root, "testsuite", name=name, timestamp=_utc(record.header.started))
    header = record.header
    values = {
        "target": f"{header.target.name} at {header.target.endpoint_url}",
        "contract": header.contract.digest,
        "tool": f"{header.tool.name} {header.tool.version}",
        **({label.lower(): text for label, text in header.versions.rows()} if header.versions else {}),
    }
    properties = ET.SubElement(suite, "properties")
    for key, value in values.items():
        ET.SubElement(properties, "property", name=key, value=one_line(value))
    return suite


def _tell_verdict(suite: ET.Element, verdict: Headline) -> None:
    """Add to the properties of a suite the verdict of the run, and how much of each operation it rests on."""
    properties = suite.find("properties")
    if properties is not None:
        ET.SubElement(properties, "property", name="verdict", value=one_line(f"{verdict.title}: {verdict.detail}"))
        for share in verdict.shares:
            ET.SubElement(properties, "property", name="judged", value=one_line(str(share)))


def _case(suite: ET.Element, result: Result, *, strict: bool) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=one_line(f"{result.operation}.{result.area}"),
        name=one_line(result.case),
        file=_FILE,
        time=f"{result.duration_s:.3f}",
    )
    message = one_line(result.reason or result.outcome)
    if result.outcome is Outcome.ERROR and not result.known:
        _ending(case, "error", message, result).text = visible(explain(result))
    elif counts_against(result, strict=strict):
        _ending(case, "failure", message, result).text = visible(explain(result))
    elif result.outcome in {Outcome.FAILED, Outcome.ERROR}:
        _ending(case, "skipped", f"{_why_green(result)}: {message}", result)
        ET.SubElement(case, "system-out").text = visible(explain(result))
    elif result.outcome is Outcome.SKIPPED:
        _ending(case, "skipped", message, result)


def _out_of_date(suite: ET.Element, finding: GateFinding) -> None:
    """Add the case of an entry of known failures that is out of date, apart from the check that it is about."""
    classname = f"known failures.{finding.wrong.value}"
    case = ET.SubElement(suite, "testcase", classname=classname, name=one_line(finding.check), time="0.000")
    words = f"{TITLES[finding.wrong]}: {finding.problem}"
    failure = ET.SubElement(case, "failure", message=one_line(words), type=finding.wrong.value)
    failure.text = visible(f"{finding.check}\n{words}\n{finding.where}\n{finding.remedy}")


def _ending(case: ET.Element, tag: str, message: str, result: Result) -> ET.Element:
    return ET.SubElement(case, tag, message=message, type=one_line(result.kind or result.outcome))


def _why_green(result: Result) -> str:
    return "failed as declared" if result.known else "failed, but only recommended"


def _utc(started: str) -> str:
    """Return an ISO 8601 time in UTC without saying so; as it is where it is none, or no year of UTC has it."""
    try:
        moment = datetime.fromisoformat(started).astimezone(UTC)
    except (ValueError, OverflowError):
        return one_line(started)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def _is_silent(record: Record, verdict: Headline) -> bool:
    """Whether the run did not end well without any of its checks saying so."""
    if record.stopped or not record.complete:
        return True
    return verdict.is_partial


def _count(element: ET.Element) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for tag in _COUNTED:
        element.set(_TALLIES[tag], str(sum(case.find(tag) is not None for case in cases)))
    element.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
