"""Checks of consistency: the contract's rules on single answers, and the laws over everything the target shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from conformance.checks.check import Because, Check, because, of_behaviour
from conformance.checks.consistency.rules import judge_rule
from conformance.checks.registry import Law, Paths, concerns, laws, paths_read, paths_read_in
from conformance.checks.response.checks import following
from conformance.checks.tuning.created import KNOWN_LAWS
from conformance.checks.verdict import Verdict
from conformance.contract.model import Behaviour, Contract, Rule
from conformance.session.session import TargetSession

_NAME = re.compile(r"\b[A-Z]\w+")
_LITERAL = re.compile(r"'[^']*'|`[^`]*`")
_NOTHING = "nothing of its own: it looks at every resource that the run knows"


def rule_checks(contract: Contract, operation: str) -> Iterator[Check]:
    """Yield one check for each rule on one answer."""
    pairs = [(behaviour, rule) for behaviour in contract.behaviours for rule in behaviour.rules]
    for behaviour, rule in pairs:
        if rule.operation == operation:
            yield Check(
                f"{operation}/consistency/{rule.subject}/{behaviour.id}",
                behaviour.level,
                behaviour.basis,
                behaviour.statement,
                of_behaviour(behaviour),
                partial(_judge_rule, rule),
                behaviours=(behaviour.id,),
                request=_NOTHING,
                accepts=rule.expected,
            )


def _judge_rule(rule: Rule, session: TargetSession) -> Verdict:
    answers = tuple(exchange for exchange in session.observed_exchanges() if exchange.operation == rule.operation)
    evaluate = partial(judge_rule, rule)
    return following(session, evaluate(answers), lambda: paths_read_in(evaluate, answers))


def law_checks(contract: Contract, operation: str, laws: Iterable[Law]) -> Iterator[Check]:
    """Yield one check for each law that a behaviour names, citing all that do, or that rests on observations alone."""
    for law in laws:
        behaviours = [behaviour for behaviour in contract.behaviours if law.name in behaviour.laws]
        if law.operation == operation and behaviours:
            yield _law_check(law, behaviours)
        elif law.operation == operation and set(law.observed) & set(contract.observations):
            yield _observed_check(contract, law)


def _observed_check(contract: Contract, law: Law) -> Check:
    facts = contract.stated(f"{law.operation}/{fact}" for fact in law.facts)
    return Check(
        f"{law.operation}/consistency/{law.subject}/{law.name}",
        "should",
        "observed",
        law.statement,
        because(contract, observed=law.observed),
        partial(_judge_law, law),
        compares=law.compares,
        facts=facts,
        request=_NOTHING,
        accepts=law.statement,
    )


def _law_check(law: Law, behaviours: list[Behaviour]) -> Check:
    first = min(behaviours, key=lambda behaviour: behaviour.level)  # "must" sorts before "should"
    places = tuple(dict.fromkeys(place for behaviour in behaviours for place in of_behaviour(behaviour)))
    return Check(
        f"{law.operation}/consistency/{law.subject}/{law.name}",
        first.level,
        first.basis,
        first.statement,
        places,
        partial(_judge_law, law),
        compares=law.compares,
        facts=tuple(f"{law.operation}/{fact}" for fact in law.facts),
        behaviours=tuple(behaviour.id for behaviour in behaviours),
        request=_NOTHING,
        accepts=first.statement,
    )


def known_checks(
    contract: Contract, operation: str, laws: Iterable[Law], statements: Mapping[str, str]
) -> Iterator[Check]:
    """Yield one check for each law that holds a target against the state that the suite made."""
    for law in laws:
        if law.operation == operation:
            statement = statements.get(law.name, law.name.replace("-", " "))
            yield Check(
                f"{operation}/consistency/{law.subject}/{law.name}",
                "must",
                "documented",
                statement,
                (Because("world"), *because(contract, observed=law.observed)),
                partial(_judge_law, law),
                compares=law.compares,
                request="nothing of its own: it looks at every resource that the suite made",
                accepts=statement,
            )


def _judge_law(law: Law, session: TargetSession) -> Verdict:
    operations = session.contract.operations.values()
    results = {item.name: item.pagination.result for item in operations if item.pagination is not None}
    return following(
        session,
        law.evaluate(session.snapshot),
        lambda: paths_read(law.evaluate, session.snapshot, results),
        partial(_related, session.contract),
    )


def _related(contract: Contract, paths: Paths) -> Iterator[str]:
    """Find the checks of claims about nothing but what a law reads: laws on certain members, rules on one answer."""
    for law in (*laws().values(), *KNOWN_LAWS):
        if any(where == law.operation and concerns(show, path) for where, path in paths for show in law.shows):
            yield f"{law.operation}/consistency/{law.subject}/{law.name}"
    for law in laws().values():
        about = [fact.split("/")[1] for fact in law.facts]
        if about and any(where == law.operation and concerns(item, path) for where, path in paths for item in about):
            yield f"{law.operation}/consistency/{law.subject}/{law.name}"
    read = {name for _, path in paths for name in _NAME.findall(path)}
    for behaviour in contract.behaviours:
        for rule in behaviour.rules:
            expressions = (rule.when, rule.require, *(expression for _, expression in rule.bindings))
            named = {name for item in expressions for name in _NAME.findall(_LITERAL.sub("", item))}
            if named and named <= read:
                yield f"{rule.operation}/consistency/{rule.subject}/{behaviour.id}"
