"""Findings: in the order in which to read them, and those with one cause as one."""

from __future__ import annotations

from dataclasses import replace

from sample_records import (
    BROKE,
    DESCRIBE,
    EVERY_KIND,
    FAILED,
    LIST,
    PASSED,
    RECOMMENDED,
    SKIPPED,
    SORTED_WRONGLY,
    result,
)

from conformance.report.findings import Rank, group_findings, skip_reasons
from conformance.report.result import AREAS, Level, Outcome, Result, sort_results


def failed(path: str, kind: str = "", **members: object) -> Result:
    """Return a failure of Describe in this area, with this subject and case."""
    return result(f"{DESCRIBE}/{path}", Outcome.FAILED, kind=kind, **members)


def test_findings_come_by_urgency_then_in_the_order_of_reports() -> None:
    assert [(item.rank, item.lead.area) for item in group_findings(EVERY_KIND.results)] == [
        (Rank.FAILED, "response"),
        (Rank.FAILED, "request"),
        (Rank.FAILED, "order"),
        (Rank.ERROR, "protocol"),
        (Rank.RECOMMENDED, "error"),
        (Rank.KNOWN, "request"),
    ]


def test_passed_and_skipped_checks_are_no_findings() -> None:
    assert group_findings((PASSED, SKIPPED)) == ()


def test_failures_of_one_way_at_a_few_members_are_reported_by_member_and_at_many_as_one() -> None:
    def at(*subjects: str) -> list[tuple[str, int]]:
        alike = [
            replace(FAILED, id=f"{LIST}/{area}/{subject}/{case}", area=area)
            for subject in subjects
            for area, case in (("request", "a"), ("protocol", "b"))
        ]
        return [(item.title, len(item.results)) for item in group_findings(alike)]

    assert at("A") == [(f"A: {FAILED.reason}", 2)]
    assert at("A", "B", "C") == [(f"{item}: {FAILED.reason}", 2) for item in "ABC"]
    assert at("A", "B", "C", "D") == [("A request that must be rejected was accepted", 8)]


def test_one_wrong_member_is_one_finding_wherever_it_is() -> None:
    paths = ("Best.TrainingJobArn", "OverallBest.TrainingJobArn", "TrainingJobArn")
    wrong = [failed(f"response/{path}/type", "answer-type", reason="1 of 1 break this") for path in paths]
    listed = f"{LIST}/response/TrainingJobSummaries[].TrainingJobArn/pattern"
    other = result(listed, Outcome.FAILED, kind="answer-pattern", reason="3 of 3 break this")
    (finding,) = group_findings(wrong)
    assert finding.title == "TrainingJobArn has the wrong JSON type"
    (finding,) = group_findings([*wrong, other])
    assert finding.title == "TrainingJobArn has the wrong JSON type, and wrong in other ways"
    assert finding.places == ((f"{DESCRIBE}/response", 3), (f"{LIST}/response", 1))


def test_one_broken_law_is_one_finding_and_one_broken_claim_too() -> None:
    lost = [
        result(f"{LIST}/pagination/{n}/x", Outcome.FAILED, kind="lost", reason=f"{n} of 9 items break this")
        for n in range(1, 6)
    ]
    (finding,) = group_findings(lost)
    assert (len(finding.results), finding.title) == (5, "1 of 9 items break the rule: A claim in words")
    claims = [failed(f"consistency/{n}/x", "rule-broken", statement=f"Claim {n // 2}.") for n in range(4)]
    assert [(item.title, len(item.results)) for item in group_findings(claims)] == [
        ("Broken: Claim 0", 2),
        ("Broken: Claim 1", 2),
    ]


def test_two_claims_that_are_broken_in_the_same_words_are_one_finding() -> None:
    words = "times lie before the service existed ({} of 40 times)"
    of = {
        operation: f"{operation}/consistency/plausible-times/plausible" for operation in ("DescribeThing", "ListThings")
    }
    [finding] = group_findings(
        result(of[item], Outcome.FAILED, reason=words.format(number), statement=f"times of {item} are plausible")
        for number, item in enumerate(of, 3)
    )
    assert {item.id for item in finding.results} == set(of.values())


def test_errors_with_one_fault_are_one_finding_whatever_their_numbers() -> None:
    slow = [replace(BROKE, id=f"{DESCRIBE}/order/{n}/x", reason=f"no answer within {n} s") for n in range(7)]
    assert [len(item.results) for item in group_findings(slow)] == [7]


def test_a_finding_is_as_urgent_as_its_most_urgent_result_and_errors_and_declared_ones_are_apart() -> None:
    others = [
        FAILED,
        replace(FAILED, id=f"{FAILED.id}/1", known=True),
        replace(FAILED, id=f"{FAILED.id}/2", level=Level.SHOULD),
        replace(BROKE, id=f"{FAILED.id}/3"),
        replace(BROKE, id=f"{FAILED.id}/4", known=True),
    ]
    ranks = [item.rank for item in group_findings(others)]
    assert ranks == [Rank.FAILED, Rank.ERROR, Rank.KNOWN, Rank.KNOWN]


def test_what_keeps_others_from_being_judged_leads_then_what_lies_nearest_to_the_wire() -> None:
    blocker = replace(RECOMMENDED, id=f"{LIST}/protocol/operation/available", area="protocol")
    waiting = [
        result(f"{LIST}/order/{n}/x", Outcome.SKIPPED, kind="behind", reason=f"it is not there: see {blocker.id}")
        for n in range(3)
    ]
    synthetic_world = [
        replace(FAILED, id=f"{LIST}/{area}/Z/{n}", area=area, kind=area) for area in ("error", "request") for n in "ab"
    ]
    findings = group_findings([FAILED, SORTED_WRONGLY, *synthetic_world, blocker, *waiting])
    assert [(item.lead.area, item.behind, len(item.results)) for item in findings] == [
        ("protocol", 3, 1), ("request", 0, 2), ("request", 0, 1), ("error", 0, 2), ("order", 0, 1),
    ]  # fmt: skip


def test_a_failure_that_may_come_from_another_is_reported_with_it() -> None:
    wrong = failed("response/Items[].Status/enum", "answer-enum", level=Level.SHOULD)
    counters = failed("consistency/counters/sum", "counter-differs", cause=wrong.id)
    follower = failed("consistency/best/won", "wrong-best", cause=counters.id)
    stray = failed("consistency/x/y", "odd", cause=f"{LIST}/response/gone/type")
    first, second = group_findings([follower, counters, stray, wrong])
    assert first.title == "Items[].Status has a value that is not in its enum"
    assert (first.rank, first.symptoms) == (Rank.FAILED, 2)
    assert [item.id for item in first.results] == [wrong.id, follower.id, counters.id]
    assert second.lead == stray


def test_failures_that_name_each_other_as_cause_are_reported_all_the_same() -> None:
    ids = [f"{DESCRIBE}/consistency/x/{item}" for item in "ab"]
    pair = [failed(f"consistency/x/{item}", "odd", cause=other) for item, other in zip("ab", ids[::-1], strict=True)]
    assert sorted(item.id for finding in group_findings(pair) for item in finding.results) == ids


def test_one_kind_of_wrong_member_is_one_finding_where_there_are_more_than_a_few() -> None:
    def titles(*names: str) -> list[str]:
        wrong = [failed(f"response/{name}/type", "answer-type") for name in names]
        return [item.title for item in group_findings(wrong)]

    assert titles("A", "B", "C") == [f"{item} has the wrong JSON type" for item in "ABC"]
    assert titles(*"ABCDE") == ["5 members have the wrong JSON type: A, B, C, …"]


def test_the_documented_and_the_modelled_enum_of_a_member_are_one_finding() -> None:
    modelled = failed("response/Status/modelled-enum", "answer-enum", level=Level.SHOULD)
    (finding,) = group_findings([modelled, failed("response/Status/enum", "answer-enum")])
    assert (finding.rank, finding.lead.id) == (Rank.FAILED, f"{DESCRIBE}/response/Status/enum")


def test_a_finding_counts_its_subjects_the_most_frequent_first() -> None:
    alike = [replace(FAILED, id=f"{LIST}/request/{subject}/{case}") for subject, case in ("B1", "A1", "B2", "C1", "D1")]
    (finding,) = group_findings(alike)
    assert finding.subjects == (("B", 2), ("A", 1), ("C", 1), ("D", 1))


def test_areas_come_in_their_order_and_unknown_ones_last() -> None:
    shuffled = [result(f"B/{area}/x") for area in ("zeta", *reversed(AREAS), "alpha")]
    assert [item.area for item in sort_results([*shuffled, result("A/client/x")])] == [
        "client", *AREAS, "alpha", "zeta",
    ]  # fmt: skip


def test_skipped_checks_are_grouped_by_reason() -> None:
    skips = [
        result(f"{LIST}/filter/X/{number}", Outcome.SKIPPED, reason=reason)
        for number, reason in enumerate(["b", "a", "b", ""])
    ]
    reasons = [(reason, len(results)) for reason, results in skip_reasons(skips)]
    assert reasons == [("b", 2), ("a", 1), ("no reason given", 1)]


def test_operations_that_are_not_there_are_one_finding_and_mishandled_requests_say_how() -> None:
    gone = [
        result(f"{name}/protocol/operation/available", Outcome.FAILED, kind="operation-broken", reason=f"{name} breaks")
        for name in ("ListA", "ListB")
    ]
    (finding,) = group_findings(gone)
    assert (len(finding.results), finding.title) == (2, "2 operations give only server errors: ListA, ListB")
    cases = ("request/A/type-list", "request/B/type-true", "request/C/range-0", "protocol/body/blank")
    (finding,) = group_findings(failed(each, "accepted", reason="it is accepted") for each in cases)
    assert finding.title == "It is accepted (wrong types, broken bodies, numbers out of range)"
