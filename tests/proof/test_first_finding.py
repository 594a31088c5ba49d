"""The first finding on a broken server names what is broken, and what follows from that is told with it."""

from __future__ import annotations

import logging
from functools import cache

import pytest

from conformance.catalogue.catalogue import catalogue
from conformance.contract import load
from conformance.mutants import Mutant
from conformance.proof.bench import Bench, every_mutant, world
from conformance.report import group_findings
from conformance.suite.rows import judged_row

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
    "pages/repeats-an-item": 2,
    "pages/token-is-null": 1,
    "warm-starts/left-out": 2,
}
"""Broken servers of different families, and how many findings there may be on each."""


@cache
def bench() -> Bench:
    return Bench(load(), catalogue(load()), world())


@cache
def mutants() -> dict[str, Mutant]:
    return {one.id: one for one in every_mutant(load())}


@pytest.mark.parametrize("name", MOST)
def test_the_first_finding_names_what_is_broken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    checks, mutant = {check.id: check for check in bench().checks}, mutants()[name]
    verdicts = bench().run_of(mutant, bench().world.jobs[::2])
    findings = group_findings(judged_row(checks[one], verdict) for one, verdict in verdicts.items())
    titles = [finding.title for finding in findings]
    named = {claim for result in findings[0].results for claim in bench().claims.of(checks[result.id])}
    assert named & set(mutant.breaks), titles
    assert len(findings) <= MOST[name], titles
