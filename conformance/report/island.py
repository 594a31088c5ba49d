"""The data of report.html: every check and fact of a run in one block of JSON, which the page's script unfolds.

A page with ten thousand rows opens slowly; ten thousand short lists inside a block of text cost next to nothing until
somebody looks. Rows are lists, and every text stands once, in `texts`: a row has its index. What the places of a row
mean is said in `_check_row` and `_fact_row`, and once more in the script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.report.exchange import Exchange
from conformance.report.explanation import rests_on
from conformance.report.judged_facts import JudgedFact
from conformance.report.page import Page
from conformance.report.result import Outcome, Result
from conformance.report.visible import one_line, visible

_EXPLAINED = frozenset({Outcome.FAILED, Outcome.ERROR})


def anchor(check: str) -> str:
    """Give the id of the element that tells of a check: the check's own id, without white space."""
    shown = one_line(check)
    return re.sub(r"\s", "-", shown) if " " in shown else shown


def island(page: Page, told: Mapping[str, int]) -> str:
    """Give the data as text that can stand inside a script element: nothing in it ends the element or a line.

    `told` maps the checks that the page tells in full by itself to the numbers of their findings.
    """
    rows = _Rows(page.facts)
    checks = [rows.check(result, told.get(result.id, 0)) for result in page.record.results]
    number_of = {result.id: number for number, result in enumerate(page.record.results)}
    data = {
        "texts": rows.texts,
        "places": rows.places,
        "exchanges": rows.exchanges,
        "checks": checks,
        "facts": rows.fact_rows,
        "findings": [
            [section.tone, one_line(finding.title), [number_of[one.id] for one in finding.results]]
            for section, finding in page.findings
        ],
        "sources": {one_line(name): [one_line(source.title), source.url] for name, source in page.sources.items()},
        "edition": page.has_contract,
    }
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    # ASCII throughout, so that the line separators of Unicode are escapes already.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


class _Table(dict[str, int]):
    """Texts by where they stand in a list of texts, each once; one that is asked for and not there is added."""

    def __init__(self, show: Callable[[str], str]) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._show = show

    def __missing__(self, text: str) -> int:
        self[text] = at = len(self.shown)
        self.shown.append(self._show(text))
        return at


class _Rows:
    """Makes rows; keeps each text, each list of places and each exchange once."""

    def __init__(self, facts: Sequence[JudgedFact]) -> None:
        self._texts = _Table(visible)
        self._places = _Table(one_line)
        self.exchanges: list[dict[str, Any]] = []
        self._exchange_at: dict[tuple[Any, ...], int] = {}
        self._fact_at = {fact.id: number for number, fact in enumerate(facts)}
        self.fact_rows = [self._fact_row(fact) for fact in facts]

    @property
    def texts(self) -> list[str]:
        """Every text that a row refers to."""
        return self._texts.shown

    @property
    def places(self) -> list[str]:
        """Every list of places that a row refers to, blanks between them."""
        return self._places.shown

    def check(self, result: Result, finding: int) -> list[Any]:
        """Give a check: name, operation, area, outcome, level, statement, reason, places, known, facts, and the rest.

        The rest is left out of the end where there is none: what it rests on, notes, the number of the finding that
        tells it in full, and for one that has to be explained its parts (see `_explanation`) and its exchanges.
        """
        texts, fact_at = self._texts, self._fact_at
        row: list[Any] = [
            self._name(result),
            texts[result.operation],
            texts[result.area],
            texts[result.outcome.value],
            texts[result.level.value],
            texts[result.statement],
            texts[result.reason],
            self._places[" ".join(map(str, result.because))],
            int(result.known),
            [fact_at[one] for one in result.facts if one in fact_at],
        ]
        explained = result.outcome in _EXPLAINED
        if explained or result.rests_on or result.notes:
            row += [texts[rests_on(result)], [texts[note] for note in result.notes], finding]
        if explained:
            row += [texts[part] for part in _explanation(result)]
            row.append([self._exchange(one) for one in result.exchanges])
        return row

    def _name(self, result: Result) -> int:
        """Give the text of an id without its beginning, operation and area; the whole below zero where it has another.

        Counted from -1 downwards then: half of all bytes would be beginnings of ids.
        """
        whole = anchor(result.id)
        name = whole.removeprefix(f"{result.operation}/{result.area}/")
        return self._texts[name] if name != whole else -1 - self._texts[whole]

    def _fact_row(self, fact: JudgedFact) -> list[Any]:
        """Give a fact: operation, direction, path, facet, outcome, why, value, basis, level, places, other values."""
        texts = self._texts
        return [
            texts[fact.operation],
            texts[fact.direction],
            texts[fact.path],
            texts[fact.facet],
            texts[fact.outcome.value],
            texts[fact.why],
            texts[written(fact.value)] if fact.basis else -1,
            texts[fact.basis],
            texts[fact.level],
            self._places[" ".join([place for place, _ in fact.cited])],
            [[texts[place], texts[written(value)]] for place, value in fact.cited if value is not None],
            [texts[one] for one in fact.observed],
        ]

    def _exchange(self, exchange: Exchange) -> int:
        sent, answer = exchange.request, exchange.response
        key: tuple[Any, ...] = (sent.method, sent.url, *sent.headers.items(), sent.body)
        key += (answer.status, answer.body, answer.elapsed_s) if answer else (exchange.fault,)
        found = self._exchange_at.get(key)
        if found is None:
            found = self._exchange_at[key] = len(self.exchanges)
            self.exchanges.append(_shown(exchange))
        return found


def written(value: Any) -> str:
    """Write the value of a fact as its page would."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple | list):
        return ", ".join(str(one) for one in value)
    return json.dumps(value, ensure_ascii=False)


def _explanation(result: Result) -> tuple[str, ...]:
    return (result.basis, result.expected, result.received, result.reproduce, result.declared)


def _shown(exchange: Exchange) -> dict[str, Any]:
    """Give an exchange as it is read: what was sent and what came back, each a head and a body."""
    sent, answer, fault = exchange.request, exchange.response, exchange.fault
    shown: dict[str, Any] = {
        "of": visible(exchange.operation),
        "sent": [visible(f"{sent.method} {sent.url}\n{header_lines(sent.headers)}"), visible(sent.body)],
    }
    if answer is not None:
        shown["answer"] = [visible(f"{answer.status}\n{header_lines(answer.headers)}"), visible(answer.body)]
        shown["ms"] = f"{answer.elapsed_s * 1000:.1f}"
    if fault is not None:
        shown["fault"] = visible(f"{fault.kind}: {fault.detail}")
    return shown


def header_lines(headers: Mapping[str, str]) -> str:
    """Write headers, a line each."""
    return "".join(f"{name}: {value}\n" for name, value in headers.items())
