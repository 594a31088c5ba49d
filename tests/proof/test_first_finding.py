"""The first finding on a broken server names what is broken, and has what follows from that."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cache

import pytest

from conformance.contract.loading import load
from conformance.mutation.bench import Bench, every_mutant, world
from conformance.mutation.mutant import Mutant
from conformance.report.findings import Finding, group_findings
from conformance.suite.catalogue import catalogue
from conformance.suite.results import result_of

LIST = "ListTrainingJobsForHyperParameterTuningJob"
DESCRIBE = "DescribeHyperParameterTuningJob"

MOST = {
    f"{DESCRIBE}/output/HyperParameterTuningJobName/left-out": 1,
    f"{DESCRIBE}/output/HyperParameterTuningJobArn/type-list": 1,
    f"{DESCRIBE}/output/HyperParameterTuningJobConfig.ParameterRanges.IntegerParameterRanges/type-object": 1,
    f"{LIST}/output/TrainingJobSummaries/type-null": 1,
    f"{LIST}/output/TrainingJobSummaries[].TrainingJobStatus/enum-stranger": 1,
    f"{LIST}/output/TrainingJobSummaries[].FinalHyperParameterTuningJobObjectiveMetric/left-out": 1,
    f"{LIST}/input/SortBy/required": 1,
    f"{LIST}/input/SortBy/enum-lacks-Name": 1,
    "errors-of-the-listing/unknown-name-is-an-empty-list": 1,
    "errors/names-by-their-beginning": 1,
    "errors/unreadable-html": 5,
    "errors/body-without-type": 3,
    "pages/repeats-an-item": 2,
    "pages/page-of-one-less": 1,
    "pages/no-less-than-five": 1,
    "pages/token-is-null": 1,
    "repeats/last-item-forgotten": 1,
    "filters/lost-on-the-first-page": 1,
    "filters/keyless-ascending": 1,
    "training-jobs/one-of-another-tuning-job": 2,
    "counters/running-are-completed": 1,
    "times/always-the-same-job": 2,
    "definitions/both-forms": 1,
    "warm-starts/left-out": 2,
}
"""Broken servers of different families, and how many findings there may be on each."""


@cache
def bench() -> Bench:
    return Bench(load(), catalogue(load()), world())


@cache
def mutants() -> dict[str, Mutant]:
    return {item.id: item for item in every_mutant(load())}


@cache
def findings_on(mutant: Mutant) -> tuple[Finding, ...]:
    checks = {check.id: check for check in bench().checks}
    verdicts = bench().run_of(mutant, bench().world.jobs[::2])
    return group_findings(result_of(checks[item], verdict) for item, verdict in verdicts.items())


@pytest.mark.parametrize("name", MOST)
def test_the_first_finding_names_what_is_broken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    checks, mutant = {check.id: check for check in bench().checks}, mutants()[name]
    findings = findings_on(mutant)
    titles = [finding.title for finding in findings]
    named = {claim for result in findings[0].results for claim in bench().claims.of(checks[result.id])}
    assert named & set(mutant.breaks), titles
    assert len(findings) <= MOST[name], titles


def test_a_metric_that_is_missing_everywhere_is_named_on_a_state_that_the_suite_did_not_make(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    name = f"{LIST}/output/TrainingJobSummaries[].FinalHyperParameterTuningJobObjectiveMetric/left-out"
    [finding] = findings_on(replace(mutants()[name], found=True))
    assert finding.title.endswith("ObjectiveStatus Succeeded comes with a final metric value")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        (
            "counters/running-are-completed",
            "TrainingJobStatusCounters.Completed and TrainingJobStatusCounters.InProgress",
        ),
        ("times/always-the-same-job", "19 of 20 instances break the rule: HyperParameterTuningJobName is the name"),
        ("training-jobs/one-of-another-tuning-job", "Listings contain training jobs that name another tuning job"),
    ],
)
def test_a_title_says_what_is_wrong(name: str, title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    assert findings_on(mutants()[name])[0].title.startswith(title)
