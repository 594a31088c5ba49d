"""Mutants that the documents allow: each with the sentence, in our own words, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain
from typing import TYPE_CHECKING

from conformance.mutation import boto3, definitions, wire
from conformance.mutation.best import COUNTERS_GROUPS
from conformance.mutation.best import GROUPS as BEST_GROUPS
from conformance.mutation.command_line import command_line_mutants
from conformance.mutation.descriptions import CREATED_GROUPS
from conformance.mutation.descriptions import GROUPS as TIMES_GROUPS
from conformance.mutation.errors import GROUPS as ERRORS_GROUPS
from conformance.mutation.errors import SIGNATURES_GROUPS, error_mutants, refusal_mutants
from conformance.mutation.inputs import input_mutants, lenient_mutants
from conformance.mutation.outputs import answers, output_mutants
from conformance.mutation.pages import GROUPS, TOKENS_GROUPS
from conformance.mutation.queries import GROUPS as FILTERS_GROUPS
from conformance.mutation.queries import ORDERS_GROUPS
from conformance.mutation.searches import GROUPS as HYPERPARAMETERS_GROUPS
from conformance.mutation.searches import WARM_START_GROUPS
from conformance.mutation.summaries import GROUPS as SUMMARIES_GROUPS
from conformance.mutation.summaries import REPEATS_GROUPS

if TYPE_CHECKING:
    from conformance.contract.model import Contract
    from conformance.mutation.mutant import Mutant
    from conformance.worlds.model import World


_WRITTEN = (
    *GROUPS,
    *TOKENS_GROUPS,
    *ORDERS_GROUPS,
    *FILTERS_GROUPS,
    *COUNTERS_GROUPS,
    *BEST_GROUPS,
    *TIMES_GROUPS,
    *SUMMARIES_GROUPS,
    *HYPERPARAMETERS_GROUPS,
    *definitions.GROUPS,
    *CREATED_GROUPS,
    *WARM_START_GROUPS,
    *ERRORS_GROUPS,
    *wire.GROUPS,
    *REPEATS_GROUPS,
    *SIGNATURES_GROUPS,
)


def mutants(contract: Contract, world: World) -> tuple[Mutant, ...]:
    """Return every mutant, the derived ones first. Raises ValueError where two have one id."""
    derived = chain(
        output_mutants(contract, answers(contract, world)),
        input_mutants(contract),
        lenient_mutants(contract),
        error_mutants(contract),
    )
    written = chain.from_iterable(_WRITTEN)
    clients = chain(command_line_mutants(contract), boto3.MUTANTS)
    every = (*derived, *written, *refusal_mutants(contract), *clients)
    ids = [mutant.id for mutant in every]
    if len(set(ids)) != len(ids):
        raise ValueError(f"ids stand twice: {sorted({item for item in ids if ids.count(item) > 1})}")
    return every


@dataclass(frozen=True)
class Allowed:
    """Why some mutants are no faults: ids, or patterns with `*`, the sentence that allows them, and its place."""

    patterns: tuple[str, ...]
    sentence: str
    source: str

    def covers(self, mutant_id: str) -> bool:
        """Tell whether it speaks of a mutant. Brackets stand for themselves: paths are full of them."""
        return any(fnmatchcase(mutant_id, pattern.replace("[", "[[]")) for pattern in self.patterns)


ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        (
            "*/input/HyperParameterTuningJobName/min-length-not-enforced",
            "*/input/HyperParameterTuningJobName/min-length-one-less",
        ),
        "The pattern of the name asks for a first character: it refuses the empty name with the same error.",
        "api-list:25",
    ),
    Allowed(
        (
            "*BestTrainingJob.TrainingJobDefinitionName/left-out",
            "*BestTrainingJob.TuningJobName/left-out",
            "*.FinalHyperParameterTuningJobObjectiveMetric.Type/left-out",
            "*/TrainingJobSummaries[].TuningJobName/left-out",
        ),
        "These members are documented, and nowhere as required; real answers were seen without them.",
        "observations:O5",
    ),
    Allowed(
        ("*/input/*/type-coerced",),
        "A converted number or truth value is no word of the list and no token that was issued, so that it is refused"
        " with a ValidationException: either kind of refusal is one, and nobody has shown which comes first.",
        "observations:O35",
    ),
    Allowed(
        ("*/input/NextToken/max-length-one-less",),
        "Whether a token of the greatest length exists is the service's own affair; one that nobody issued is refused"
        " with the same error.",
        "observations:O40",
    ),
    Allowed(
        ("tokens/token-for-any-query",),
        "A token belongs to the query that it came from; what it does in another one is nowhere said, and a page of"
        " that other list is no fault.",
        "observations:O40",
    ),
    Allowed(
        ("pages/at-most-fifty", "filters/filtered-after-paging"),
        "The page size is the most that a page holds; shorter pages and empty ones that carry a token were seen from"
        " sibling operations, and a client goes on while there is a token.",
        "observations:O22",
    ),
    Allowed(
        ("created/within-*",),
        "A service describes what was created with hyperparameters, metrics, empty texts and full names of its own, or"
        " without them; autotune finds ranges by itself.",
        "observations:O13",
    ),
    Allowed(
        ("order/name-in-any-case", "order/name-by-length"),
        "No document tells how letters of either case or names of different length collate, and the training jobs of"
        " one tuning job have names of one length and one case.",
        "observations:O9",
    ),
    Allowed(
        ("order/newest-first",),
        "Unasked, the real service was seen to list the newest first, against the documents: either order is taken.",
        "observations:O20",
    ),
    Allowed(
        ("protocol/trailing-text-passed-over",),
        "Nobody has shown what the service does with text behind the object: it may be accepted or refused.",
        "observations:O34",
    ),
    Allowed(
        ("protocol/broken-utf-8-replaced",),
        "A name with replaced bytes breaks the pattern of names, and is refused for that with HTTP 400 all the same.",
        "observations:O34",
    ),
)


def allowed(mutant_id: str) -> Allowed | None:
    """Return what allows a mutant; None for one that is a fault."""
    return next((item for item in ALLOWED if item.covers(mutant_id)), None)
