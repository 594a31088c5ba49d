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
from xml.etree import ElementTree as ET

from conformance.errors import ExitCode
from conformance.report.layout import explain
from conformance.report.result import Outcome, Result, by_area
from conformance.report.run import TITLES, GateFinding, Record
from conformance.report.summary import Headline, counts_against, headline
from conformance.visible import one_line, visible

_FILE = "conformance/suite/test_checks.py"
"""The module that checks run in, where viewers ask for a file."""

_TALLIES = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render_junit(record: Record, *, strict: bool = False) -> str:
    """Return the text of junit.xml; `strict` makes failures at level should failures here too."""
    root = ET.Element("testsuites", name=one_line(f"conformance of {record.header.target.name}"))
    verdict = headline(record, strict=strict)
    for (operation, area), results in by_area(record.results):
        suite = _suite(root, f"{operation}/{area}", record, verdict)
        for result in results:
            _case(suite, result, strict=strict)
    if record.newer:
        suite = _suite(root, "newer than the release", record, verdict)
        for result in record.newer:
            _case(suite, result, strict=strict)
    if record.outdated:
        suite = _suite(root, "known failures", record, verdict)
        for entry in record.outdated:
            _outdated(suite, entry)
    if record.stopped or not record.complete or verdict.is_partial:
        _completion(_suite(root, "run", record, verdict), verdict)
    for element in (*root, root):
        _count(element)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, name: str, record: Record, verdict: Headline) -> ET.Element:
    header = record.header
    suite = ET.SubElement(root, "testsuite", name=one_line(name), timestamp=_utc(header.started))
    properties = ET.SubElement(suite, "properties")
    for key, value in (
        ("target", f"{header.target.name} at {header.target.endpoint_url}"),
        ("contract", header.contract.digest),
        *((("release", record.release_text),) if record.release_text else ()),
        ("tool", f"{header.tool.name} {header.tool.version}"),
        *((label.lower(), text) for label, text in (header.versions.rows() if header.versions else ())),
        ("verdict", f"{verdict.title}: {verdict.detail}"),
        *(("judged", str(share)) for share in verdict.shares),
    ):
        ET.SubElement(properties, "property", name=key, value=one_line(value))
    return suite


def _completion(suite: ET.Element, verdict: Headline) -> None:
    """Add the case of a run that did not end well without any of its checks saying so."""
    case = ET.SubElement(suite, "testcase", classname="run", name="completion", time="0.000")
    detail = one_line(f"{verdict.title}: {verdict.detail}")
    # What is allowed to be judged in part is to be seen, but not to turn a viewer red although the exit code is 0.
    tag = "skipped" if verdict.code is ExitCode.CONFORMS else "error"
    hints = "".join(f"\nhint: {one_line(hint)}" for hint in verdict.hints)
    ET.SubElement(case, tag, message=detail, type=verdict.title.lower().replace(" ", "_")).text = detail + hints


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
    if result.newer and result.has_problem:
        _ending(case, "skipped", f"failed, but newer than the release: {message}", result)
        ET.SubElement(case, "system-out").text = visible(explain(result))
    elif result.outcome is Outcome.ERROR and not result.known:
        _ending(case, "error", message, result).text = visible(explain(result))
    elif counts_against(result, strict=strict):
        _ending(case, "failure", message, result).text = visible(explain(result))
    elif result.has_problem:
        why_green = "failed as declared" if result.known else "failed, but only recommended"
        _ending(case, "skipped", f"{why_green}: {message}", result)
        ET.SubElement(case, "system-out").text = visible(explain(result))
    elif result.outcome is Outcome.SKIPPED:
        _ending(case, "skipped", message, result)


def _outdated(suite: ET.Element, entry: GateFinding) -> None:
    """Add the case of an entry of known failures that is out of date, apart from the check that it is about."""
    classname = f"known failures.{entry.wrong.value}"
    case = ET.SubElement(suite, "testcase", classname=classname, name=one_line(entry.check), time="0.000")
    words = f"{TITLES[entry.wrong]}: {entry.problem}"
    failure = ET.SubElement(case, "failure", message=one_line(words), type=entry.wrong.value)
    failure.text = visible(f"{entry.check}\n{words}\n{entry.where}\n{entry.remedy}")


def _ending(case: ET.Element, tag: str, message: str, result: Result) -> ET.Element:
    return ET.SubElement(case, tag, message=message, type=one_line(result.kind or result.outcome))


def _utc(started: str) -> str:
    """Return an ISO 8601 time in UTC without saying so; as it is where it is none, or no year of UTC has it."""
    try:
        moment = datetime.fromisoformat(started).astimezone(UTC)
    except (ValueError, OverflowError):
        return one_line(started)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def _count(element: ET.Element) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for tag, tally in _TALLIES.items():
        element.set(tally, str(sum(case.find(tag) is not None for case in cases)))
    element.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
