"""Checks of consistency: the contract's rules on single answers, and the laws over everything the target shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from conformance.catalogue.answer_checks import following
from conformance.catalogue.check import Because, Check, because, of_behaviour
from conformance.catalogue.lab import Lab
from conformance.contract import Behaviour, Contract, Rule
from conformance.laws.reads import Paths, concerns, paths_read, paths_read_in
from conformance.laws.registry import Law, laws
from conformance.laws.rules import judge_rule
from conformance.laws.verdict import Verdict
from conformance.tuning.known import KNOWN_LAWS

_NAME = re.compile(r"\b[A-Z]\w+")
_LITERAL = re.compile(r"'[^']*'|`[^`]*`")
_NOTHING = "nothing of its own: it looks at every resource that the run knows"


def rule_checks(contract: Contract, operation: str) -> Iterator[Check]:
    """Give one check for each rule on one answer."""
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


def _judge_rule(rule: Rule, lab: Lab) -> Verdict:
    answers = tuple(exchange for exchange in lab.surveyed() if exchange.operation == rule.operation)
    judge = partial(judge_rule, rule)
    return following(lab, judge(answers), lambda: paths_read_in(judge, answers))


def law_checks(contract: Contract, operation: str, laws: Iterable[Law]) -> Iterator[Check]:
    """Give one check for each law that a behaviour names, citing all that do, or that rests on observations alone."""
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
    """Give one check for each law that holds a target against the state that the suite made."""
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


def _judge_law(law: Law, lab: Lab) -> Verdict:
    operations = lab.contract.operations.values()
    results = {one.name: one.pagination.result for one in operations if one.pagination is not None}
    return following(
        lab, law.judge(lab.survey), lambda: paths_read(law.judge, lab.survey, results), partial(_related, lab.contract)
    )


def _related(contract: Contract, paths: Paths) -> Iterator[str]:
    """Find the checks of claims about nothing but what a law reads: laws on certain members, rules on one answer."""
    for law in (*laws().values(), *KNOWN_LAWS):
        if any(where == law.operation and concerns(one, path) for where, path in paths for one in law.shows):
            yield f"{law.operation}/consistency/{law.subject}/{law.name}"
    for law in laws().values():
        about = [fact.split("/")[1] for fact in law.facts]
        if about and any(where == law.operation and concerns(one, path) for where, path in paths for one in about):
            yield f"{law.operation}/consistency/{law.subject}/{law.name}"
    read = {name for _, path in paths for name in _NAME.findall(path)}
    for behaviour in contract.behaviours:
        for rule in behaviour.rules:
            expressions = (rule.when, rule.require, *(expression for _, expression in rule.bindings))
            named = {name for one in expressions for name in _NAME.findall(_LITERAL.sub("", one))}
            if named and named <= read:
                yield f"{rule.operation}/consistency/{rule.subject}/{behaviour.id}"
