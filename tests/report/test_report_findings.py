"""Findings: in the order in which to read them, and those with one cause told once."""

from __future__ import annotations

from dataclasses import replace

from sample_records import BROKE, EVERY_KIND, FAILED, LIST, PASSED, SKIPPED, many, result

from conformance.report import AREAS, Outcome, Rank, group_findings, sort_results
from conformance.report.findings import skip_reasons


def test_findings_come_by_urgency_then_in_the_order_of_reports() -> None:
    assert [(one.rank, one.lead.area) for one in group_findings(EVERY_KIND.results)] == [
        (Rank.FAILED, "response"),
        (Rank.FAILED, "request"),
        (Rank.FAILED, "order"),
        (Rank.ERROR, "protocol"),
        (Rank.RECOMMENDED, "error"),
        (Rank.KNOWN, "request"),
    ]


def test_passed_and_skipped_checks_are_no_findings() -> None:
    assert group_findings((PASSED, SKIPPED)) == ()


def test_three_alike_are_told_one_by_one_and_four_as_one() -> None:
    alike = [replace(FAILED, id=f"{LIST}/request/MaxResults/{case}") for case in "abcd"]
    assert [one.alone for one in group_findings(alike[:3])] == [True, True, True]
    (finding,) = group_findings(alike)
    assert finding.results == tuple(alike)
    assert finding.title == f"{LIST}/request (4 checks)"


def test_results_are_alike_only_with_rank_operation_area_kind_and_reason_the_same() -> None:
    plain = [replace(FAILED, id=f"{LIST}/request/A/{number}") for number in range(4)]
    others = [
        replace(plain[0], id=f"{LIST}/request/B/1", kind="server-error"),
        replace(plain[0], id=f"{LIST}/request/B/2", reason="another"),
        replace(plain[0], id=f"{LIST}/protocol/B/3", area="protocol"),
        replace(plain[0], id="Other/request/B/4", operation="Other"),
        replace(plain[0], id=f"{LIST}/request/B/5", known=True),
        replace(BROKE, id=f"{LIST}/request/B/6"),
    ]
    assert sorted(len(one.results) for one in group_findings([*plain, *others])) == [1, 1, 1, 1, 1, 1, 4]


def test_a_finding_counts_its_subjects_the_most_frequent_first() -> None:
    alike = [replace(FAILED, id=f"{LIST}/request/{subject}/{case}") for subject, case in ("B1", "A1", "B2", "C1")]
    (finding,) = group_findings(alike)
    assert finding.subjects == (("B", 2), ("A", 1), ("C", 1))


def test_every_failure_is_in_exactly_one_finding() -> None:
    run = many(300)
    told = [one.id for finding in group_findings(run.results) for one in finding.results]
    failed = [one.id for one in run.results if one.outcome is Outcome.FAILED]
    assert sorted(told) == sorted(failed)


def test_areas_come_in_their_order_and_unknown_ones_last() -> None:
    shuffled = [result(f"B/{area}/x") for area in ("zeta", *reversed(AREAS), "alpha")]
    assert [one.area for one in sort_results([*shuffled, result("A/client/x")])] == [
        "client", *AREAS, "alpha", "zeta",
    ]  # fmt: skip


def test_skipped_checks_are_grouped_by_reason() -> None:
    skips = [
        result(f"{LIST}/filter/X/{number}", Outcome.SKIPPED, reason=reason)
        for number, reason in enumerate(["b", "a", "b", ""])
    ]
    reasons = [(reason, len(results)) for reason, results in skip_reasons(skips)]
    assert reasons == [("b", 2), ("a", 1), ("no reason given", 1)]
