"""The first finding on a broken server names what is broken, and has what follows from that."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from conformance.contract.loading import load
from conformance.mutation.bench import Bench, every_mutant, world
from conformance.mutation.mutant import Mutant
from conformance.report.findings import Finding, group_findings
from conformance.suite.catalogue import catalogue
from conformance.suite.results import result_of

LISTED = "ListTrainingJobsForHyperParameterTuningJob"
DESCRIBED = "DescribeHyperParameterTuningJob/output"
METRIC_LEFT_OUT = f"{LISTED}/output/TrainingJobSummaries[].FinalHyperParameterTuningJobObjectiveMetric/left-out"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the server, which is broken on purpose, from logging it."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@cache
def bench() -> Bench:
    return Bench(load(), catalogue(load()), world())


@cache
def mutants() -> dict[str, Mutant]:
    return {item.id: item for item in every_mutant(load())}


def findings_on(mutant: Mutant) -> tuple[Finding, ...]:
    checks = {check.id: check for check in bench().checks}
    verdicts = bench().run_of(mutant, bench().world.jobs[::2])
    return group_findings(result_of(checks[item], verdict) for item, verdict in verdicts.items())


@pytest.mark.parametrize(
    ("name", "most", "title"),
    [
        (f"{DESCRIBED}/HyperParameterTuningJobConfig.ParameterRanges.IntegerParameterRanges/type-object", 1, ""),
        (METRIC_LEFT_OUT, 1, ""),
        (f"{LISTED}/input/SortBy/enum-lacks-Name", 1, ""),
        ("errors-of-the-listing/unknown-name-is-an-empty-list", 1, ""),
        ("errors/body-without-type", 3, ""),
        ("pages/repeats-an-item", 2, ""),
        ("repeats/last-item-forgotten", 1, ""),
        (
            "training-jobs/one-of-another-tuning-job",
            2,
            "Listings contain training jobs that name another tuning job",
        ),
        (
            "counters/running-are-completed",
            1,
            "TrainingJobStatusCounters.Completed and TrainingJobStatusCounters.InProgress",
        ),
        (
            "times/always-the-same-job",
            2,
            "19 of 20 instances break the rule: HyperParameterTuningJobName is the name",
        ),
        ("definitions/both-forms", 1, ""),
    ],
)
def test_the_first_finding_names_what_is_broken_and_few_come_behind_it(name: str, most: int, title: str) -> None:
    checks, mutant = {check.id: check for check in bench().checks}, mutants()[name]
    findings = findings_on(mutant)
    titles = [finding.title for finding in findings]
    named = {claim for result in findings[0].results for claim in bench().claims.of(checks[result.id])}
    assert named & set(mutant.breaks), titles
    assert len(findings) <= most, titles
    assert titles[0].startswith(title)


def test_a_metric_that_is_missing_everywhere_is_named_on_a_state_that_the_suite_did_not_make() -> None:
    [finding] = findings_on(replace(mutants()[METRIC_LEFT_OUT], found=True))
    assert finding.title.endswith("ObjectiveStatus Succeeded comes with a final metric value")
