"""The engine of rules: a rule is a claim about one answer, written as data; judging it is all that happens here.

A rule binds names one after the other (a list is gone through, null gives nothing), looks where its `when` holds, and
asks for its `require` there. A requirement that comes out as null had nothing to judge: a member was absent, or had a
type that the facts of that member judge already. Such looks are not counted, so that no rule passes on nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from conformance.laws.expressions import evaluate, holds
from conformance.laws.verdict import Verdict, broken_claim, failed, passed, skipped

if TYPE_CHECKING:
    from conformance.contract.model import Rule
    from conformance.wire.exchange import Exchange

Scope = dict[str, Any]

_SHOWN = 5
"""How many violations are told in full."""
_LONGEST = 400
"""Characters of one violation."""
_REQUEST = re.compile(r"\brequest\b")


def judge_rule(rule: Rule, answers: Sequence[Exchange]) -> Verdict:
    """Judge a rule on every successful answer of its operation; answers that say the same are looked at once."""
    answering = [one for one in answers if one.operation == rule.operation and one.ok]
    violations: list[tuple[str, Exchange]] = []
    instances = judged = 0
    for exchange in _distinct(rule, answering):
        before = instances
        for scope, met in _instances(rule, exchange):
            instances += 1
            if met is not True:
                violations.append((_shown(rule, scope, exchange), exchange))
        judged += instances > before
    if not instances:
        return skipped(_lacking(rule, len(answering)), exchanges=tuple(answering[:1]))
    rests_on = {"answers": judged, "instances": instances}
    if not violations:
        return passed(rests_on)
    told = violations[:_SHOWN]
    more = f" (and {len(violations) - len(told)} more)" if len(violations) > len(told) else ""
    return failed(
        "rule-broken",
        broken_claim("", rule.expected, len(violations), instances, "instances"),
        expected=rule.expected,
        received="; ".join(text for text, _ in told) + more,
        exchanges=tuple({id(exchange): exchange for _, exchange in told}.values()),
        rests_on=rests_on,
    )


def _distinct(rule: Rule, answers: Sequence[Exchange]) -> Iterator[Exchange]:
    """Leave out answers that were seen already; the request makes a difference only to a rule that mentions it."""
    expressions = (rule.when, rule.require, *(expression for _, expression in rule.bindings))
    asks = any(_REQUEST.search(expression) for expression in expressions)
    seen: set[tuple[bytes, bytes]] = set()
    for exchange in answers:
        body = exchange.response.body if exchange.response else b""
        key = (body, exchange.request.body if asks else b"")
        if key not in seen:
            seen.add(key)
            yield exchange


def _instances(rule: Rule, exchange: Exchange) -> Iterator[tuple[Scope, Any]]:
    """Give the scopes in which the rule applies, and what its requirement comes to there; null has nothing to judge."""
    start: Scope = {"request": exchange.input, "answer": exchange.answer}
    for scope in _bound(rule.bindings, start):
        if rule.when and not holds(evaluate(rule.when, scope)):
            continue
        met = evaluate(rule.require, scope)
        if met is not None:
            yield scope, met


def _bound(bindings: Sequence[tuple[str, str]], scope: Scope) -> Iterator[Scope]:
    if not bindings:
        yield scope
        return
    (name, expression), *rest = bindings
    value = evaluate(expression, scope)
    for entry in value if isinstance(value, list) else [value]:
        if entry is not None:
            yield from _bound(rest, {**scope, name: entry})


def _shown(rule: Rule, scope: Scope, exchange: Exchange) -> str:
    """Tell what broke the rule, and on which request."""
    expression = rule.show or (rule.bindings[-1][0] if rule.bindings else "answer")
    text = json.dumps(evaluate(expression, scope), ensure_ascii=False, default=str)
    asked = ", ".join(str(value) for value in (exchange.input or {}).values() if isinstance(value, str))
    told = f"{asked}: {text}" if asked else text
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}..."


def _lacking(rule: Rule, answers: int) -> str:
    """Say what no answer had."""
    if not answers:
        return f"no successful answer of {rule.operation} was seen"
    what = f"any {rule.bindings[-1][0]}" if rule.bindings else "members"
    condition = f" for which {' '.join(rule.when.split())}" if rule.when else ""
    return f"none of {answers} answers has {what}{condition}"
