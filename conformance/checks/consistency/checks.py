"""Checks of consistency: the contract's rules on single answers, and the laws over everything the target shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from conformance.checks.attribution import following, paths_read, paths_read_in, related_claims
from conformance.checks.check import Because, Check, because, of_behaviour, rule_id, rules_of
from conformance.checks.consistency.rules import evaluate_rule
from conformance.checks.law import Law, laws
from conformance.checks.verdict import Verdict
from conformance.contract.model import Behaviour, Contract, Operation, Rule
from conformance.session.session import TargetSession

_ASKS_NOTHING = "nothing of its own: it looks at every resource that the {who}"


def rule_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield one check for each rule on one answer."""
    for behaviour, rule in rules_of(contract, operation):
        yield Check(
            rule_id(behaviour, rule),
            behaviour.level,
            behaviour.basis,
            behaviour.statement,
            of_behaviour(behaviour),
            partial(_run_rule, rule),
            behaviours=(behaviour.id,),
            request=_ASKS_NOTHING.format(who="run knows"),
            accepts=rule.expected,
        )


def _run_rule(rule: Rule, session: TargetSession) -> Verdict:
    answers = tuple(exchange for exchange in session.observed_exchanges() if exchange.operation == rule.operation)
    evaluate = partial(evaluate_rule, rule)
    return following(session, evaluate(answers), lambda: paths_read_in(evaluate, answers))


def law_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield one check for each law of an operation, those on the state that the suite made last.

    A law of which neither a behaviour nor an observation of the contract speaks has none.
    """
    for law in (*laws().values(), *laws(of_world=True).values()):
        if law.operation != operation.name:
            continue
        behaviours = [behaviour for behaviour in contract.behaviours if law.name in behaviour.laws]
        if law.of_world or behaviours or set(law.observed) & set(contract.observations):
            yield _law_check(contract, law, behaviours)


def _law_check(contract: Contract, law: Law, behaviours: Sequence[Behaviour]) -> Check:
    level, basis = ("must", "documented") if law.of_world else ("should", "observed")
    statement = law.statement
    if behaviours:
        first = min(behaviours, key=lambda behaviour: behaviour.level)  # "must" sorts before "should"
        level, basis, statement = first.level, first.basis, first.statement
    places = [place for behaviour in behaviours for place in of_behaviour(behaviour)]
    places += [Because("world")] if law.of_world else []
    places += [] if behaviours else because(contract, observed=law.observed)
    return Check(
        law.check_id,
        level,
        basis,
        statement,
        tuple(dict.fromkeys(places)),
        partial(_run_law, law),
        compares=law.compares,
        facts=contract.stated(f"{law.operation}/{fact}" for fact in law.facts),
        behaviours=tuple(behaviour.id for behaviour in behaviours),
        request=_ASKS_NOTHING.format(who="suite made" if law.of_world else "run knows"),
        accepts=statement,
        covers=law.covers,
    )


def _run_law(law: Law, session: TargetSession) -> Verdict:
    operations = session.contract.operations.values()
    results = {item.name: item.pagination.result for item in operations if item.pagination is not None}
    return following(
        session,
        law.evaluate(session.snapshot),
        lambda: paths_read(law.evaluate, session.snapshot, results),
        partial(related_claims, session.contract),
    )
