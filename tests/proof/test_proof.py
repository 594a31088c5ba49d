"""The proof: a sample of it, what becomes of a check that sees nothing, and that every claim has its mutant."""

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
from conformance.mutation.bench import Bench, every_mutant, world
from conformance.mutation.mutant import Mutant
from conformance.mutation.rendering import NO_MUTANT, as_screen, as_text, gaps, precision, report_of, rows, schema
from conformance.mutation.running import ProofError, chosen, faults, prove
from conformance.suite.catalogue import catalogue

SAMPLE = 90
FEW = ("counters/TrainingJobStatusCounters.Completed-one-too-many", "best/second")


@cache
def checks() -> tuple[Check, ...]:
    return catalogue(load())


@cache
def every() -> tuple[Mutant, ...]:
    return every_mutant(load())


def bench(of: Iterable[Check] | None = None) -> Bench:
    return Bench(load(), tuple(of if of is not None else checks()), world())


@cache
def whole_bench() -> Bench:
    return bench()


def mutant(name: str) -> Mutant:
    return next(item for item in every() if item.id == name)


def test_no_check_accuses_the_unbroken_server() -> None:
    assert whole_bench().false_alarms() == ()


def test_nothing_in_a_sample_survives() -> None:
    picked = chosen(faults(every()), sample=SAMPLE)
    tried = [whole_bench().try_out(item) for item in picked]
    assert [trial.mutant for trial in tried if not trial.caught] == []


@pytest.mark.parametrize("name", FEW)
def test_a_written_mutant_is_caught(name: str) -> None:
    assert whole_bench().try_out(mutant(name)).caught


@pytest.mark.parametrize("name", [item.id for item in every() if item.id.startswith("created/within-")])
def test_what_a_service_may_add_to_what_was_created_fails_nothing(name: str) -> None:
    seeing = bench(check for check in checks() if check.area in {"consistency", "response"})
    trial = seeing.try_out(mutant(name))
    assert trial.everywhere
    assert (trial.about, trial.others, trial.errors) == ((), (), ())


def test_a_mutant_survives_a_suite_without_the_checks_about_it() -> None:
    item = mutant(FEW[0])
    about = set(whole_bench().try_out(item).about)
    seeing = whole_bench().claims
    blind = [check for check in checks() if not set(item.breaks) & seeing.of(check)]
    trial = bench(blind).try_out(item)
    assert about
    assert not trial.caught
    assert trial.everywhere


def test_one_check_that_sees_nothing_lets_its_mutant_survive() -> None:
    only = "DescribeHyperParameterTuningJob/response/HyperParameterTuningJobStatus/type"
    item = mutant("DescribeHyperParameterTuningJob/output/HyperParameterTuningJobStatus/type-number")
    outside = [check for check in checks() if check.area in {"response", "protocol"} and "/echo/" not in check.id]
    assert bench(outside).try_out(item).about == (only,)
    blinded = [replace(check, run=lambda _: passed({})) if check.id == only else check for check in outside]
    assert not bench(blinded).try_out(item).caught


def test_a_check_that_always_fails_is_a_false_alarm() -> None:
    alarm = replace(checks()[1], run=lambda _: failed("alarm", "always", expected="", received=""))
    with pytest.raises(ProofError, match="accuse the unbroken server"):
        prove(bench([checks()[0], alarm]), ())


def test_every_claim_of_a_check_has_a_mutant_or_a_reason() -> None:
    missing = [gap.claim for gap in gaps(whole_bench(), checks(), every()) if gap.reason == NO_MUTANT]
    assert missing == []


def test_the_report_of_a_proof_has_survivors_first() -> None:
    item, other = (mutant(name) for name in FEW)
    blind = bench(check for check in checks() if check.area == "protocol")
    proof = prove(blind, (item, other), whole=False)
    report = report_of(blind, proof, every(), checks())
    lines = list(as_text(report))
    assert lines[0].startswith("2 survived")
    assert f"  {item.id}: {item.words}" in lines
    assert lines[-1].startswith("2 tried (a selection), 0 caught, 2 survived")
    screen = list(as_screen(report))
    assert sum(line.startswith(f"  {item.id}"[:70]) for line in screen) == 1
    assert screen[-1].startswith("Survived: 2 of 2 mutants")


def test_survivors_that_have_no_room_on_a_screen_are_summed_up() -> None:
    blind = bench(check for check in checks() if check.area == "protocol")
    proof = prove(blind, every()[::SAMPLE], whole=False)
    survived = len(proof.survivors)
    screen = list(as_screen(report_of(blind, proof, every(), checks())))
    assert survived > len(screen)
    assert len(screen) <= 23
    assert max(map(len, screen)) <= 80
    assert f"  and {survived - 12:,} more: -v" in screen


def test_the_json_form_keeps_its_schema_and_the_processes_give_the_same() -> None:
    picked = tuple(mutant(name) for name in FEW)
    alone, spread = (prove(whole_bench(), picked, whole=False, processes=number) for number in (1, 2))
    assert alone.trials == spread.trials
    received = to_json(report_of(whole_bench(), spread, every(), checks()))
    jsonschema.validate(received, schema())
    assert received["survivors"] == []
    assert {row.claim for row in rows(whole_bench(), spread)} == {claim for item in picked for claim in item.breaks}
    assert precision(spread).median_findings > 0


def test_the_command_ends_with_0_where_nothing_survives(tmp_path: Path) -> None:
    ended = conformance("prove", "--select", FEW[1], "--json", "-n", "1", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["counts"]["tried"] == 1


def test_the_command_ends_with_2_on_a_pattern_that_matches_nothing(tmp_path: Path) -> None:
    ended = conformance("prove", "--select", "no/such/*", cwd=tmp_path)
    assert ended.code == 2
    assert "matches no mutant" in ended.told_without_traceback()


@pytest.mark.slow
def test_the_command_ends_with_1_where_one_survives(tmp_path: Path) -> None:
    blinded = (
        "import conformance.suite.catalogue as module\n"
        "every = module.catalogue\n"
        "module.catalogue = lambda contract: tuple(c for c in every(contract) if c.area == 'protocol')\n"
        "from conformance.cli.main import main\n"
        "main()\n"
    )
    ended = python(blinded, "prove", "--select", FEW[1], "-n", "1", cwd=tmp_path)
    assert ended.code == 1
    assert ended.out.splitlines()[-1].startswith("Survived: 1 of 1 mutants")


def test_the_command_prints_its_schema(tmp_path: Path) -> None:
    assert json.loads(conformance("prove", "--schema", cwd=tmp_path).out) == schema()
