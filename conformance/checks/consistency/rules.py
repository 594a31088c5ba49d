"""The engine of rules: a rule is a claim about one answer, written as data; judging it is all that happens here.

- `matches(text, pattern)`: whether the whole text matches the regular expression; null where either is no text.
- `compiles(text)`: whether the text is a regular expression; null where it is no text.
- `number(text)`: the number that a text spells, to the last digit (a Decimal); null where it spells no finite one.

A rule binds names one after the other (a list is gone through, null gives nothing), looks where its `when` holds, and
asks for its `require` there. A requirement that comes out as null had nothing to judge: a member was absent, or had a
type that the facts of that member judge already. Such looks are not counted, so that no rule passes on nothing.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jmespath
from jmespath import functions
from jmespath.exceptions import JMESPathError
from jmespath.visitor import TreeInterpreter

from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jmespath.parser import ParsedResult

    from conformance.contract.model import Rule
    from conformance.wire.exchange import Exchange


_NUMERAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?")
_LONGEST_NUMERAL = 4096
"""Characters; a longer text is not read as a number, so that no answer can make the judge work for long."""


def as_number(text: Any) -> Decimal | None:
    """Return the number that a text spells, plain or with an exponent, to the last digit; None where it spells none."""
    if not isinstance(text, str) or len(text) > _LONGEST_NUMERAL or not _NUMERAL.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


class _Functions(functions.Functions):  # type: ignore[misc]
    """The functions of JMESPath and those of rules."""

    @functions.signature({"types": []}, {"types": []})  # type: ignore[untyped-decorator]
    def _func_matches(self, text: Any, pattern: Any) -> bool | None:
        if not isinstance(text, str) or not isinstance(pattern, str):
            return None
        return _pattern(pattern).fullmatch(text) is not None

    @functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_compiles(self, text: Any) -> bool | None:
        if not isinstance(text, str):
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a doubtful escape in somebody's pattern is not our user's concern
                re.compile(text)
        except (re.error, OverflowError, RecursionError):
            return False
        return True

    @functions.signature({"types": []})  # type: ignore[untyped-decorator]
    def _func_number(self, text: Any) -> Decimal | None:
        return as_number(text)


_INTERPRETER = TreeInterpreter(jmespath.Options(custom_functions=_Functions()))


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> ParsedResult:
    return jmespath.compile(expression)


def evaluate(expression: str, scope: Mapping[str, Any]) -> Any:
    """Return the value of an expression in a scope; null also where a function meets a type that it does not take.

    Raises jmespath's ParseError for an expression that is none: those of a loaded contract all compile.
    """
    compiled = _compiled(expression)
    try:
        return _INTERPRETER.visit(compiled.parsed, scope)
    except (JMESPathError, TypeError):  # jmespath lets TypeError through where a text is compared with a number
        return None


def holds(value: Any) -> bool:
    """Return whether a value counts as true for JMESPath: all but false, null and what is empty."""
    return value is not None and value is not False and value not in ("", [], {})


Scope = dict[str, Any]

_LONGEST = 400
"""Characters of one violation."""
_REQUEST = re.compile(r"\brequest\b")


def evaluate_rule(rule: Rule, answers: Sequence[Exchange]) -> Verdict:
    """Evaluate a rule on every successful answer of its operation; answers that say the same are looked at once."""
    answering = [answer for answer in answers if answer.operation == rule.operation and answer.ok]
    tally, judged = Tally("instances"), 0
    for exchange in _distinct(rule, answering):
        before = tally.seen
        for scope, met in _instances(rule, exchange):
            tally.hold(met is True, "" if met is True else _shown(rule, scope, exchange), exchange)
        judged += tally.seen > before
    verdict = tally.verdict("rule-broken", rule.expected, lacking=_lacking(rule, len(answering)))
    if not tally.seen:
        return replace(verdict, exchanges=tuple(answering[:1]))
    return replace(verdict, rests_on={"answers": judged, **verdict.rests_on})


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
    """Yield the scopes in which the rule applies, and the value of its requirement; null leaves nothing to judge."""
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
    """Say what broke the rule, and on which request."""
    expression = rule.show or (rule.bindings[-1][0] if rule.bindings else "answer")
    text = json.dumps(evaluate(expression, scope), ensure_ascii=False, default=str)
    asked = ", ".join(str(value) for value in (exchange.input or {}).values() if isinstance(value, str))
    received = f"{asked}: {text}" if asked else text
    return received if len(received) <= _LONGEST else f"{received[:_LONGEST]}..."


def _lacking(rule: Rule, answers: int) -> str:
    """Say what no answer had."""
    if not answers:
        return f"no successful answer of {rule.operation} was seen"
    what = f"any {rule.bindings[-1][0]}" if rule.bindings else "members"
    condition = f" for which {' '.join(rule.when.split())}" if rule.when else ""
    return f"none of {answers} answers has {what}{condition}"
