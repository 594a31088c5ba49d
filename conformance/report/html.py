"""report.html: one file that needs nothing else; every value is escaped, nothing is fetched, one script of ours runs.

The first screen and the findings are in the page itself and need no script. The lists of every check and fact are
embedded data that the script unfolds when somebody looks: a page with ten thousand rows opens slowly; ten thousand
short lists inside a block of text cost next to nothing. Rows are lists, and every text is there once, in `texts`: a row
has its index. What the places of a row mean is said in `_Rows`, and once more in the script.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment
from markupsafe import Markup

from conformance.contract.model import UNSET
from conformance.report.layout import rests_on
from conformance.report.page import Area, FactOutcome, JudgedFact, Page
from conformance.report.result import Exchange, Request, Response, Result
from conformance.report.templating import anchor, asset, html_environment, page_assets
from conformance.visible import one_line, visible

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


def render_html(page: Page) -> str:
    """Return the text of report.html."""
    in_full = {finding.lead.id: number for number, (_, finding) in enumerate(page.findings[:LIMIT], start=1)}
    text = (
        _environment()
        .get_template("report.html.j2")
        .render(
            page=page,
            limit=LIMIT,
            index_limit=_INDEX_LIMIT,
            fact_bars=_fact_bars(page),
            embedded_data=Markup(embedded_data(page, in_full)),  # noqa: S704 - made to fit into a script element
            **page_assets(asset("report.css"), asset("report.js")),
        )
    )
    return text + "\n"


def embedded_data(page: Page, in_full: Mapping[str, int]) -> str:
    """Return the data as text that fits into a script element: nothing in it ends the element or a line.

    `in_full` maps the checks that the page shows in full to the numbers of their findings.
    """
    rows = _Rows(page)
    checks = [rows.check(result, in_full.get(result.id, 0)) for result in page.record.results]
    number_of = {result.id: number for number, result in enumerate(page.record.results)}
    data = {
        "texts": rows.texts.shown,
        "places": rows.places.shown,
        "exchanges": rows.exchanges.shown,
        "checks": checks,
        "facts": rows.facts,
        "findings": [
            [section.tone, one_line(finding.title), [number_of[item.id] for item in finding.results]]
            for section, finding in page.findings
        ],
        "sources": {one_line(name): [one_line(source.title), source.url] for name, source in page.sources.items()},
        "edition": page.contract is not None,
    }
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    # ASCII throughout, so that the line separators of Unicode are escapes already.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


class _Table(dict[str, int]):
    """Texts by their place in a list, each once; one that is asked for and not there is added."""

    def __init__(self, show: Callable[[str], Any]) -> None:
        super().__init__()
        self.shown: list[Any] = []
        self._show = show

    def __missing__(self, text: str) -> int:
        self[text] = at = len(self.shown)
        self.shown.append(self._show(text))
        return at


class _Rows:
    """Makes rows; keeps each text, each list of places and each exchange once."""

    def __init__(self, page: Page) -> None:
        self.texts = _Table(visible)
        self.places = _Table(one_line)
        self.exchanges = _Table(json.loads)
        self._fact_at = {fact.id: number for number, fact in enumerate(page.facts)}
        self.facts = [self._fact(fact) for fact in page.facts]

    def check(self, result: Result, finding: int) -> list[Any]:
        """Return a check: name, operation, area, outcome, level, statement, reason, places, known, facts, and the rest.

        The rest is left out of the end where there is none: what it rests on, notes, the number of the finding that
        shows it in full, and for one that has a problem its explanation and its exchanges.
        """
        texts, fact_at = self.texts, self._fact_at
        row: list[Any] = [
            self._name(result),
            texts[result.operation],
            texts[result.area],
            texts[result.outcome.value],
            texts[result.level.value],
            texts[result.statement],
            texts[result.reason],
            self.places[" ".join(map(str, result.because))],
            int(result.known),
            [fact_at[item] for item in result.facts if item in fact_at],
        ]
        if result.has_problem or result.rests_on or result.notes:
            row += [texts[rests_on(result)], [texts[note] for note in result.notes], finding]
        if result.has_problem:
            explanation = (result.basis, result.expected, result.received, result.reproduce, result.declared)
            row += [texts[part] for part in explanation]
            row.append([self.exchanges[json.dumps(_shown(item))] for item in result.exchanges])
        return row

    def _name(self, result: Result) -> int:
        """Return an id without operation and area; below zero the whole, where it begins otherwise.

        Counted from -1 downwards then: half of all bytes would be beginnings of ids.
        """
        whole = anchor(result.id)
        name = whole.removeprefix(f"{result.operation}/{result.area}/")
        return self.texts[name] if name != whole else -1 - self.texts[whole]

    def _fact(self, judged: JudgedFact) -> list[Any]:
        """Return a fact: operation, direction, path, facet, outcome, why, value, basis, level, places, other values."""
        texts, fact = self.texts, judged.fact
        row: list[Any] = [texts[part] for part in (*judged.parts, judged.outcome.value, judged.why)]
        if fact is None:
            return [*row, -1, texts[""], texts[""], self.places[""], [], []]
        cited = [(item.id if item.line is None else f"{item.id}:{item.line}", item.value) for item in fact.sources]
        return [
            *row,
            texts[_written(fact.value)] if fact.basis else -1,
            texts[fact.basis],
            texts[fact.level],
            self.places[" ".join(place for place, _ in cited)],
            [[texts[place], texts[_written(value)]] for place, value in cited if value is not UNSET],
            [texts[item] for item in fact.observed],
        ]


def _written(value: Any) -> str:
    """Write the value of a fact as its page would."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False)


def _shown(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange as it is read: what was sent and what came back, each a head and a body."""
    sent, answer, fault = exchange.request, exchange.response, exchange.fault
    shown: dict[str, Any] = {
        "of": visible(exchange.operation),
        "sent": [visible(_sent(sent)), visible(sent.body)],
    }
    if answer is not None:
        shown["answer"] = [visible(_answered(answer)), visible(answer.body)]
        shown["ms"] = f"{answer.elapsed_s * 1000:.1f}"
    if fault is not None:
        shown["fault"] = visible(f"{fault.kind}: {fault.detail}")
    return shown


def _sent(request: Request) -> str:
    return f"{request.method} {request.url}\n{_header_lines(request.headers)}"


def _answered(response: Response) -> str:
    return f"{response.status}\n{_header_lines(response.headers)}"


def _header_lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\n" for name, value in headers.items())


def _fact_bars(page: Page) -> list[tuple[str, list[tuple[str, int, str]]]]:
    """Return the parts of the bar of facts of each operation that was selected; none where not every fact is known."""
    if not page.has_all_facts:
        return []
    selected = {share.operation for share in page.verdict.shares}
    counts: dict[str, Counter[FactOutcome]] = {}
    for fact in page.facts:
        counts.setdefault(fact.operation, Counter())[fact.outcome] += 1
    return [
        (operation, [(words, outcomes[outcome], tone) for outcome, (words, tone) in _FACT_BAR.items()])
        for operation, outcomes in counts.items()
        if operation in selected
    ]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = html_environment()
    made.filters.update(link=_link, sent=_sent, answered=_answered, filtered=_filtered)
    return made


def _link(check: str) -> str:
    """Return the reference to the element about a check."""
    return f"#{quote(anchor(check), safe='/:')}"


def _filtered(area: Area, outcome: str) -> str:
    """Return the reference to the checks of an area that have an outcome, as the script reads it."""
    chosen = {"view": "checks", "operation": area.operation, "area": area.name, "outcome": outcome}
    return f"#?{urlencode({name: visible(value) for name, value in chosen.items()})}"
