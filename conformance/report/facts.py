"""What a run says of each fact of its contract: it conforms, it is broken, or it was not exercised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from conformance.contract.model import UNSET, Contract
from conformance.report.result import Outcome, Result
from conformance.report.run import Record

NO_CHECK = "no check of this run is about it"
_OBSERVED = "follows the observation"
"""Words of the note on a check that passed because an observation contradicts the fact."""
_MODELLED = "/modelled"
_AT_LEAST = 4


class FactOutcome(StrEnum):
    """What a run says of a fact, the worst first."""

    BROKEN = "broken"
    CONTRADICTED = "contradicted"
    """The target does what AWS was seen to do, where the fact's document says something else."""
    NOT_EXERCISED = "not exercised"
    CONFORMS = "conforms"


@dataclass(frozen=True)
class JudgedFact:
    """A fact and what became of it.

    `value`, `basis`, `level`, `cited` and `observed` are empty where the contract is not at hand; `cited` gives each
    place, and what it says where that is something else. `why` says why it was not exercised, or what contradicts it.
    """

    operation: str
    direction: str
    path: str
    facet: str
    outcome: FactOutcome
    why: str = ""
    value: Any = None
    basis: str = ""
    level: str = ""
    cited: tuple[tuple[str, Any], ...] = ()
    observed: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id as the contract has it."""
        return f"{self.operation}/{self.direction}/{self.path}/{self.facet}"


@dataclass
class _Evidence:
    """The results about one fact, as far as they matter."""

    broken: bool = False
    passed: bool = False
    contradicted: str = ""
    reasons: dict[str, None] = field(default_factory=dict)


def fact_results(record: Record, contract: Contract | None = None) -> tuple[JudgedFact, ...]:
    """Return every fact of the contract with its outcome, in the order of the contract.

    Without the contract, the facts are those that the record names, known by their ids alone.
    """
    evidence = _evidence(record.results)
    if contract is None:
        left = record.footer.facts.not_exercised if record.footer else ()
        named = dict.fromkeys((*evidence, *left))
        return tuple(_bare(fact_id, evidence.get(fact_id)) for fact_id in sorted(named))
    return tuple(_with_contract(contract, evidence))


def _with_contract(contract: Contract, evidence: Mapping[str, _Evidence]) -> Iterator[JudgedFact]:
    for fact in contract.facts:
        outcome, why = _outcome(evidence.get(fact.id))
        facet = fact.id[len(fact.operation) + len(fact.direction) + len(fact.path) + 3 :]
        cited = tuple(
            (
                source.id if source.line is None else f"{source.id}:{source.line}",
                None if source.value is UNSET else source.value,
            )
            for source in fact.sources
        )
        yield JudgedFact(
            fact.operation,
            fact.direction,
            fact.path,
            facet,
            outcome,
            why,
            fact.value,
            fact.basis,
            fact.level,
            cited,
            fact.observed,
        )


def _bare(fact_id: str, evidence: _Evidence | None) -> JudgedFact:
    outcome, why = _outcome(evidence)
    stem = fact_id.removesuffix(_MODELLED)
    parts = stem.split("/")
    if len(parts) < _AT_LEAST:
        return JudgedFact(parts[0], "", fact_id, "", outcome, why)
    operation, direction, *path, facet = parts
    return JudgedFact(operation, direction, "/".join(path), facet + fact_id[len(stem) :], outcome, why)


def _outcome(evidence: _Evidence | None) -> tuple[FactOutcome, str]:
    if evidence is None:
        return FactOutcome.NOT_EXERCISED, NO_CHECK
    if evidence.broken:
        return FactOutcome.BROKEN, ""
    if evidence.contradicted:
        return FactOutcome.CONTRADICTED, evidence.contradicted
    if evidence.passed:
        return FactOutcome.CONFORMS, ""
    return FactOutcome.NOT_EXERCISED, "; ".join(evidence.reasons)


def _evidence(results: Sequence[Result]) -> dict[str, _Evidence]:
    found: dict[str, _Evidence] = {}
    for result in results:
        for fact_id in result.facts:
            item = found.get(fact_id)
            if item is None:
                item = found[fact_id] = _Evidence()
            if result.outcome is Outcome.PASSED:
                item.passed = True
                if result.notes:
                    item.contradicted = item.contradicted or _contradiction(result)
            elif result.outcome is Outcome.FAILED:
                item.broken = True
            else:
                item.reasons[result.reason] = None
    return found


def _contradiction(result: Result) -> str:
    return next((note for note in result.notes if _OBSERVED in note), "")
