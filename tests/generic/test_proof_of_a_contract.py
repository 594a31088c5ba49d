"""The proof of any contract: mutants of its server, derived from the contract, each caught by a check about it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from cli.command import conformance

from conformance.mutation.bench import every_mutant
from conformance.mutation.mutant import Mutant
from conformance.mutation.running import faults
from generic.served import bench, library


@cache
def every() -> tuple[Mutant, ...]:
    return faults(every_mutant(library()))


def of_each_kind() -> list[Mutant]:
    """Return one mutant for each way in which something is broken, whatever it is."""
    return list(
        {
            item.id.rpartition("/")[2].rpartition("-beside-")[0] or item.id.rpartition("/")[2]: item for item in every()
        }.values()
    )


def test_no_mutant_of_tuning_jobs_is_tried() -> None:
    operations = set(library().operations)
    assert all(set(item.sees) <= operations for item in every())


@pytest.mark.parametrize("kind", ["output", "input", "error", "listing"])
def test_every_part_of_the_contract_has_its_mutants(kind: str) -> None:
    assert any(item.id.split("/")[1] == kind for item in every())


@pytest.mark.parametrize("mutant", of_each_kind(), ids=lambda item: item.id)
def test_a_mutant_of_each_kind_is_caught(mutant: Mutant) -> None:
    assert bench().try_out(mutant).caught


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "select"),
    [
        (("secretsmanager", "CreateSecret", "DescribeSecret", "ListSecrets", "DeleteSecret"), "*/max-length-not*"),
        (("dynamodb", "CreateTable", "DescribeTable", "ListTables", "DeleteTable"), "CreateTable/lifecycle"),
    ],
    ids=("secretsmanager", "dynamodb"),
)
def test_a_draft_is_kept_by_its_own_server_and_its_checks_catch_mutants(
    words: tuple[str, ...], select: str, tmp_path: Path
) -> None:
    assert conformance("draft", *words, "--output", "drafted", cwd=tmp_path).code == 0
    run = conformance("run", "--contract", "drafted", "--allow-partial", cwd=tmp_path)
    assert run.code == 0, run.said
    proof = conformance("prove", "--contract", "drafted", "--select", select, cwd=tmp_path)
    assert proof.code == 0, proof.said
