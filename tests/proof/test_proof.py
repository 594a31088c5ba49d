"""The proof: a check that sees nothing lets its mutant survive, every claim has its mutant, and what is reported.

That every mutant is caught, and that no check accuses the unbroken server, is what `make prove` shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from cli.command import conformance, python

from conformance.checks.check import Check
from conformance.checks.verdict import failed, passed
from conformance.contract.loading import load
from conformance.forms import to_json
from conformance.mutation.bench import Bench, Trial, every_mutant, world
from conformance.mutation.mutant import Mutant
from conformance.mutation.rendering import NO_MUTANT, as_screen, as_text, gaps, report_of, schema
from conformance.mutation.running import Proof, ProofError, prove
from conformance.suite.catalogue import catalogue

FEW = ("counters/TrainingJobStatusCounters.Completed-one-too-many", "best/second")


@cache
def checks() -> tuple[Check, ...]:
    return catalogue(load())


@cache
def every() -> tuple[Mutant, ...]:
    return every_mutant(load())


def bench(of: Iterable[Check]) -> Bench:
    return Bench(load(), tuple(of), world())


def mutant(name: str) -> Mutant:
    return next(item for item in every() if item.id == name)


@pytest.mark.parametrize("name", [item.id for item in every() if item.id.startswith("created/within-")])
def test_what_a_service_may_add_to_what_was_created_fails_nothing(name: str) -> None:
    seeing = bench(check for check in checks() if check.area in {"consistency", "response"})
    trial = seeing.try_out(mutant(name))
    assert trial.everywhere
    assert (trial.about, trial.others, trial.errors) == ((), (), ())


def test_one_check_that_sees_nothing_lets_its_mutant_survive() -> None:
    only = "DescribeHyperParameterTuningJob/response/HyperParameterTuningJobStatus/type"
    item = mutant("DescribeHyperParameterTuningJob/output/HyperParameterTuningJobStatus/type-number")
    outside = [check for check in checks() if check.area in {"response", "protocol"} and "/echo/" not in check.id]
    assert bench(outside).try_out(item).about == (only,)
    blinded = [replace(check, run=lambda _: passed({})) if check.id == only else check for check in outside]
    trial = bench(blinded).try_out(item)
    assert trial.everywhere
    assert not trial.caught


def test_a_check_that_always_fails_is_a_false_alarm() -> None:
    alarm = replace(checks()[1], run=lambda _: failed("alarm", "always", expected="", received=""))
    with pytest.raises(ProofError, match="accuse the unbroken server"):
        prove(bench([checks()[0], alarm]), ())


def test_every_claim_of_a_check_has_a_mutant_or_a_reason() -> None:
    missing = [gap.claim for gap in gaps(bench(checks()), every()) if gap.reason == NO_MUTANT]
    assert missing == []


def test_the_text_of_a_proof_has_survivors_first_and_a_screen_has_no_more_than_fit() -> None:
    tried = tuple((item, Trial(item.id, (), (), (), everywhere=True)) for item in every()[::90])
    report = report_of(bench(checks()), Proof(tried, whole=False, seconds=1.0), every())
    number, lines, screen = len(tried), list(as_text(report)), list(as_screen(report))
    assert lines[0].startswith(f"{number} survived")
    assert lines[1] == f"  {tried[0][0].id}: {tried[0][0].words}"
    assert lines[-1].startswith(f"{number} tried (a selection), 0 caught, {number} survived")
    assert number > len(screen)
    assert len(screen) <= 23
    assert max(map(len, screen)) <= 80
    assert f"  and {number - 12:,} more: -v" in screen
    assert screen[-1].startswith(f"Survived: {number} of {number} mutants")


def test_the_json_form_keeps_its_schema_and_the_processes_give_the_same() -> None:
    picked = tuple(mutant(name) for name in FEW)
    seeing = bench(check for check in checks() if check.area == "consistency")
    alone, spread = (prove(seeing, picked, whole=False, processes=number) for number in (1, 2))
    assert alone.tried == spread.tried
    received = to_json(report_of(seeing, spread, every()))
    jsonschema.validate(received, schema())
    assert received["survivors"] == []
    assert {row["claim"] for row in received["matrix"]} == {claim for item in picked for claim in item.breaks}
    assert received["precision"]["median_findings"] > 0


def test_the_command_ends_with_2_on_a_pattern_that_matches_nothing(tmp_path: Path) -> None:
    ended = conformance("prove", "--select", "no/such/*", cwd=tmp_path)
    assert ended.code == 2
    assert "matches no mutant" in ended.told_without_traceback()


@pytest.mark.slow
def test_the_command_ends_with_0_where_nothing_survives_and_with_1_where_one_does(tmp_path: Path) -> None:
    few = (
        "import conformance.suite.catalogue as module\n"
        "every = module.catalogue\n"
        "module.catalogue = lambda contract: tuple(c for c in every(contract) if c.area == {area!r})\n"
        "from conformance.cli.main import main\n"
        "main()\n"
    )
    arguments = ("prove", "--select", FEW[1], "-n", "1")
    seeing = python(few.format(area="consistency"), *arguments, "--json", cwd=tmp_path)
    blinded = python(few.format(area="protocol"), *arguments, cwd=tmp_path)
    assert (seeing.code, seeing.err, json.loads(seeing.out)["counts"]["tried"]) == (0, "", 1)
    assert blinded.code == 1
    assert blinded.out.splitlines()[-1].startswith("Survived: 1 of 1 mutants")


def test_the_command_prints_its_schema(tmp_path: Path) -> None:
    assert json.loads(conformance("prove", "--schema", cwd=tmp_path).out) == schema()
