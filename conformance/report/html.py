"""report.html: one file that needs nothing else; every value is escaped, nothing is fetched, one script of ours runs.

Compiling both takes longer than filling them in, and a run does it once: a tenth of a second of each run.

A page with ten thousand rows opens slowly; ten thousand short lists inside a block of text cost next to nothing until
somebody looks. Rows are lists, and every text is there once, in `texts`: a row has its index. What the places of a row
mean is said in `_check_row` and `_fact_row`, and once more in the script.

The first screen and the findings are in the page itself and need no script. The lists of every check and fact are
data (see `island`) that the script unfolds when somebody looks.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment
from markupsafe import Markup

from conformance.contract.model import Contract
from conformance.report.facts import FactOutcome, JudgedFact
from conformance.report.layout import rests_on
from conformance.report.page import Area, Page, page_of
from conformance.report.result import Exchange, Outcome, Request, Response, Result
from conformance.report.run import Record
from conformance.report.templating import asset, html_environment, script_source
from conformance.visible import one_line, visible

_EXPLAINED = frozenset({Outcome.FAILED, Outcome.ERROR})


def anchor(check: str) -> str:
    """Return the id of the element about a check: the check's own id, without white space."""
    shown = one_line(check)
    return re.sub(r"\s", "-", shown) if " " in shown else shown


def embedded_data(page: Page, in_full: Mapping[str, int]) -> str:
    """Return the data as text that fits into a script element: nothing in it ends the element or a line.

    `in_full` maps the checks that the page shows in full to the numbers of their findings.
    """
    rows = _Rows(page.facts)
    checks = [rows.check(result, in_full.get(result.id, 0)) for result in page.record.results]
    number_of = {result.id: number for number, result in enumerate(page.record.results)}
    data = {
        "texts": rows.texts,
        "places": rows.places,
        "exchanges": rows.exchanges,
        "checks": checks,
        "facts": rows.fact_rows,
        "findings": [
            [section.tone, one_line(finding.title), [number_of[item.id] for item in finding.results]]
            for section, finding in page.findings
        ],
        "sources": {one_line(name): [one_line(source.title), source.url] for name, source in page.sources.items()},
        "edition": page.has_contract,
    }
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    # ASCII throughout, so that the line separators of Unicode are escapes already.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


class _Table(dict[str, int]):
    """Texts by their place in a list of texts, each once; one that is asked for and not there is added."""

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
        """Return a check: name, operation, area, outcome, level, statement, reason, places, known, facts, and the rest.

        The rest is left out of the end where there is none: what it rests on, notes, the number of the finding that
        shows it in full, and for one that has to be explained its parts (see `_explanation`) and its exchanges.
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
            [fact_at[item] for item in result.facts if item in fact_at],
        ]
        explained = result.outcome in _EXPLAINED
        if explained or result.rests_on or result.notes:
            row += [texts[rests_on(result)], [texts[note] for note in result.notes], finding]
        if explained:
            row += [texts[part] for part in _explanation(result)]
            row.append([self._exchange(item) for item in result.exchanges])
        return row

    def _name(self, result: Result) -> int:
        """Return an id without operation and area; below zero the whole, where it begins otherwise.

        Counted from -1 downwards then: half of all bytes would be beginnings of ids.
        """
        whole = anchor(result.id)
        name = whole.removeprefix(f"{result.operation}/{result.area}/")
        return self._texts[name] if name != whole else -1 - self._texts[whole]

    def _fact_row(self, fact: JudgedFact) -> list[Any]:
        """Return a fact: operation, direction, path, facet, outcome, why, value, basis, level, places, other values."""
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
            [texts[item] for item in fact.observed],
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
        return ", ".join(str(item) for item in value)
    return json.dumps(value, ensure_ascii=False)


def _explanation(result: Result) -> tuple[str, ...]:
    return (result.basis, result.expected, result.received, result.reproduce, result.declared)


def _shown(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as it is read: what was sent and what came back, each a head and a body."""
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


_ROOM = "conformance.report"

LIMIT = 50
"""How many findings, and rows of any other list, are in the page itself: somebody reads so many, and a page with
more opens slowly. The script shows the rest."""

_INDEX_LIMIT = 12
"""How many findings the first screen lists before the rest is folded."""

_FACT_BAR = {
    FactOutcome.CONFORMS: ("conform", "passed"),
    FactOutcome.BROKEN: ("broken", "failed"),
    FactOutcome.CONTRADICTED: ("contradicted by observation", "error"),
    FactOutcome.NOT_EXERCISED: ("not exercised", "skipped"),
}
"""The words and the colour of each part of the bar of facts."""


def render_html(record: Record, *, strict: bool = False, contract: Contract | None = None) -> str:
    """Return the text of report.html; `contract` is the one that the record was judged by, where it is at hand."""
    return render_page(page_of(record, strict=strict, contract=contract))


def render_page(page: Page) -> str:
    """Return the text of report.html from its page."""
    script = asset(_ROOM, "report.js")
    in_full = {finding.lead.id: number for number, (_, finding) in enumerate(page.findings[:LIMIT], start=1)}
    text = (
        _environment()
        .get_template("report.html.j2")
        .render(
            page=page,
            limit=LIMIT,
            index_limit=_INDEX_LIMIT,
            fact_bars=_fact_bars(page),
            style=Markup(asset(_ROOM, "report.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            script_source=Markup(script_source(script)),  # noqa: S704 - a digest in quotes
            embedded_data=Markup(embedded_data(page, in_full)),  # noqa: S704 - made to fit into a script element
        )
    )
    return text + "\n"


def _fact_bars(page: Page) -> list[tuple[str, list[tuple[str, int, str]]]]:
    """Return the parts of the bar of facts of each operation that was selected; none where not every fact is known."""
    selected = {share.operation for share in page.verdict.shares}
    if not page.tells_all_facts:
        return []
    counts: dict[str, Counter[FactOutcome]] = {}
    for fact in page.facts:
        counts.setdefault(fact.operation, Counter())[fact.outcome] += 1
    return [
        (operation, [(words, outcomes[outcome], tone) for outcome, (words, tone) in _FACT_BAR.items()])
        for operation, outcomes in counts.items()
        if operation in selected
    ]


def link(check: str) -> str:
    """Return the reference to the element about a check."""
    return f"#{quote(anchor(check), safe='/:')}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = html_environment(_ROOM)
    made.filters.update(
        anchor=anchor,
        link=link,
        sent=_sent,
        answered=_answered,
        filtered=_filtered,
        sum_of=_sum_of,
    )
    return made


def _sent(request: Request) -> str:
    return f"{request.method} {request.url}\n{header_lines(request.headers)}"


def _answered(response: Response) -> str:
    return f"{response.status}\n{header_lines(response.headers)}"


def _filtered(area: Area, outcome: str) -> str:
    """Return the reference to the checks of an area that have an outcome, as the script reads it."""
    chosen: Mapping[str, str] = {
        "view": "checks", "operation": area.operation, "area": area.name, "outcome": outcome,
    }  # fmt: skip
    return f"#?{urlencode({name: visible(value) for name, value in chosen.items()})}"


def _sum_of(groups: Sequence[tuple[str, Sequence[Any]]]) -> int:
    return sum(len(members) for _, members in groups)
