"""Every mutant there is: derived from a contract, and written by hand."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from conformance.mutants import (
    best,
    boto3_client,
    boto3_paginator,
    counters,
    created,
    definitions,
    errors,
    filters,
    hyperparameters,
    orders,
    pages,
    repeats,
    signatures,
    summaries,
    times,
    tokens,
    warm_start,
    wire,
)
from conformance.mutants.command_line import command_line_mutants
from conformance.mutants.errors import error_mutants, refusal_mutants
from conformance.mutants.exercised import answers
from conformance.mutants.inputs import input_mutants
from conformance.mutants.lenient import lenient_mutants
from conformance.mutants.outputs import output_mutants

if TYPE_CHECKING:
    from conformance.contract import Contract
    from conformance.mutants.mutant import Mutant
    from conformance.worlds import World

_WRITTEN = (
    *pages.GROUPS,
    *tokens.GROUPS,
    *orders.GROUPS,
    *filters.GROUPS,
    *counters.GROUPS,
    *best.GROUPS,
    *times.GROUPS,
    *summaries.GROUPS,
    *hyperparameters.GROUPS,
    *definitions.GROUPS,
    *created.GROUPS,
    *warm_start.GROUPS,
    *errors.GROUPS,
    *wire.GROUPS,
    *repeats.GROUPS,
    *signatures.GROUPS,
)


def mutants(contract: Contract, world: World) -> tuple[Mutant, ...]:
    """Give every mutant, the derived ones first. Raises ValueError where two have one id."""
    derived = chain(
        output_mutants(contract, answers(contract, world)),
        input_mutants(contract),
        lenient_mutants(contract),
        error_mutants(contract),
    )
    written = chain.from_iterable(_WRITTEN)
    boto3 = chain(boto3_client.MUTANTS, boto3_paginator.MUTANTS)
    every = (*derived, *written, *refusal_mutants(contract), *command_line_mutants(contract), *boto3)
    ids = [mutant.id for mutant in every]
    if len(set(ids)) != len(ids):
        raise ValueError(f"ids stand twice: {sorted({one for one in ids if ids.count(one) > 1})}")
    return every
