"""Which checks of the catalogue one saved answer is enough for, each with the law that a run would ask as well."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from conformance.catalogue.catalogue import catalogue
from conformance.catalogue.check import Check
from conformance.contract import Contract, Operation, Rule
from conformance.laws import envelope
from conformance.laws.answers import Sightings, judge_fact, observe
from conformance.laws.registry import laws
from conformance.laws.rules import judge_rule
from conformance.laws.verdict import Verdict
from conformance.validate.evidence import survey_of
from conformance.validate.forms import Answer
from conformance.wire.exchange import Exchange

Judge = Callable[[], Verdict]

_OF_REQUEST = re.compile(r"\brequest\b")
_ANSWER_BODY = {"json-object": "json_object"}
_ERROR_BODY = {"json-object": "json_object", "message": "error_message"}
_ERROR_TYPE = {"type": "error_type", "bare-type": "bare_type"}
_HEADERS = {"content-type": "content_type", "request-id": "request_id"}


class Offline:
    """The checks of one operation that can be judged on one answer, by id, and what has to be left out."""

    def __init__(
        self, contract: Contract, operation: Operation, answer: Answer, exchange: Exchange, lacking: str
    ) -> None:
        """Judge nothing yet; `lacking` says why what was asked is not known, where it is not."""
        self._lacking = lacking
        self._contract = contract
        self._operation = operation
        self._answer = answer
        self._exchange = exchange
        self._asked = exchange.input is not None
        self.checks: Mapping[str, Check] = {
            check.id: check for check in catalogue(contract) if check.operation == operation.name
        }
        self.left_out: list[str] = []
        """What could not be judged, and why, a line each."""

    @cached_property
    def _sightings(self) -> Sightings:
        return observe(self._operation, (self._exchange,))

    @property
    def unknown(self) -> frozenset[str]:
        """The members of the answer that the contract does not know."""
        return self._sightings.unknown

    def judges(self) -> Iterator[tuple[str, Judge]]:
        """Give the id of each check with what judges it."""
        yield from self._envelope()
        if self._exchange.ok:
            yield from self._facts()
            yield from self._rules()
            yield from self._laws()

    def _facts(self) -> Iterator[tuple[str, Judge]]:
        for check in self.checks.values():
            if check.area != "response" or not check.facts:  # without a fact it is about a whole run
                continue
            fact = self._contract.fact(check.facts[0])
            if fact.facet != "http_status":
                yield check.id, partial(judge_fact, fact, self._sightings)
            elif self._answer.status:
                yield check.id, partial(envelope.status, (self._exchange,), int(fact.value))

    def _rules(self) -> Iterator[tuple[str, Judge]]:
        asking = 0
        for behaviour in self._contract.behaviours:
            for rule in behaviour.rules:
                if rule.operation != self._operation.name:
                    continue
                if _asks(rule) and not self._asked:
                    asking += 1
                    continue
                yield (
                    f"{rule.operation}/consistency/{rule.subject}/{behaviour.id}",
                    partial(judge_rule, rule, (self._exchange,)),
                )
        if asking:
            self.left_out.append(f"{_count(asking, 'rule')} about what was asked: {self._lacking}")

    def _laws(self) -> Iterator[tuple[str, Judge]]:
        ours = [law for law in laws().values() if law.operation == self._operation.name]
        alone = [law for law in ours if not law.compares]
        if alone and self._operation.pagination is not None and not self._asked:
            self.left_out.append(
                f"{_count(len(alone), 'law')} on the items of the resource that was asked for: {self._lacking}"
            )
        else:
            survey = survey_of(self._operation, self._exchange)
            for law in alone:
                yield f"{law.operation}/consistency/{law.subject}/{law.name}", partial(law.judge, survey)
        if len(alone) < len(ours):
            self.left_out.append(f"{_count(len(ours) - len(alone), 'law')} that lay several answers side by side")

    def _envelope(self) -> Iterator[tuple[str, Judge]]:
        error = self._answer.is_error
        told = dict(_ERROR_BODY if error else _ANSWER_BODY)
        if error and not self._answer.rebuilt:
            told |= _ERROR_TYPE
        if self._answer.headers:
            told |= _HEADERS
        content_type = self._contract.service.content_type
        subject = "error-body" if error else "answer"
        for case, law in told.items():
            yield (
                f"{self._operation.name}/protocol/{subject}/{case}",
                partial(envelope.LAWS[law], (self._exchange,), content_type),
            )
        missing = [
            *(["the HTTP status"] if not self._answer.status else []),
            *(["the headers"] if not self._answer.headers else []),
        ]
        if missing:
            self.left_out.append(f"{' and '.join(missing)}: not saved with the body")
        if self._answer.rebuilt:
            self.left_out.append("the form of __type: the client does not show it")


def _asks(rule: Rule) -> bool:
    expressions = (rule.when, rule.require, *(expression for _, expression in rule.bindings))
    return any(_OF_REQUEST.search(expression) for expression in expressions)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def members_without(members: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Give a request's members but for some."""
    return {name: value for name, value in members.items() if name not in names}
