"""report.html, read as a browser without script reads it; what its script makes of it is in tests/browser."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from html_pages import Page
from sample_records import (
    BROKE,
    CONFORMING,
    DESCRIBE,
    EVERY_KIND,
    FAILED,
    FOOTER,
    HEADER,
    HOSTILE,
    HOSTILE_ONE,
    LIST,
    PASSED,
    SKIPPED,
    STALE,
    exchange,
    many,
    record,
    result,
)

from conformance.contract.loading import load
from conformance.contract.model import Contract as FullContract
from conformance.report.html import LIMIT, render_html
from conformance.report.page import Page as ReportPage
from conformance.report.result import Because, Outcome
from conformance.report.run import Contract, Facts, Record
from conformance.visible import visible

RECORDS = {
    "every kind": EVERY_KIND,
    "conforming": CONFORMING,
    "empty": record(),
    "cut short": record(FAILED, footer=None),
    "many": many(300),
}


def html(run: Record, contract: FullContract | None = None) -> str:
    return render_html(ReportPage(run, contract=contract))


def embedded_data(text: str) -> dict[str, Any]:
    """Return the data that the script of the page reads."""
    loaded: dict[str, Any] = json.loads(text.partition('id="data">')[2].partition("</script>")[0])
    return loaded


def ids_of_checks(data: dict[str, Any]) -> set[str]:
    texts = data["texts"]
    return {
        texts[-1 - name] if name < 0 else f"{texts[operation]}/{texts[area]}/{texts[name]}"
        for name, operation, area, *_ in data["checks"]
    }


@pytest.mark.parametrize("name", RECORDS)
def test_the_page_is_well_formed_and_its_ids_are_unique(name: str) -> None:
    page = Page(html(RECORDS[name]))
    assert page.misnested == []
    assert [item for item, number in Counter(page.values("id")).items() if number > 1] == []


@pytest.mark.parametrize("name", RECORDS)
def test_every_check_has_its_row_and_every_link_its_end(name: str) -> None:
    text = html(RECORDS[name])
    page, data = Page(text), embedded_data(text)
    checks = ids_of_checks(data)
    assert checks == {item.id for item in RECORDS[name].results}
    facts = {"fact:" + "/".join(data["texts"][at] for at in row[:4]) for row in data["facts"]}
    links = {unquote(href.removeprefix("#")) for href in page.values("href") if href.startswith("#")}
    assert {link for link in links if not link.startswith("?")} <= {*page.values("id"), *checks, *facts}


@pytest.mark.parametrize("name", RECORDS)
def test_nothing_is_fetched_and_only_the_script_of_the_page_runs(name: str) -> None:
    text = html(RECORDS[name])
    page = Page(text)
    assert not page.tags.keys() & {"img", "iframe", "object", "base"}
    assert all(href.startswith(("#", "data:,")) for href in page.values("href"))
    assert page.values("src") == page.values("action") == []
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "@media (prefers-color-scheme: dark)" in style
    script = text.rpartition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:"
    assert policy in page.values("content")
    for word in ("fetch(", "XMLHttpRequest", "import(", "innerHTML", "eval(", "http:", "https:"):
        assert word not in script


def test_the_first_screen_has_the_verdict_and_the_findings() -> None:
    text = html(EVERY_KIND)
    head = Page(text[: text.index('<h2 id="findings"')]).text
    for part in ("The target broke: moto", "A request that must be rejected was accepted", "No answer within 10 s"):
        assert part.lower() in head.lower()


def test_target_and_contract_come_last_with_a_short_digest_that_is_copied_whole() -> None:
    text, digest = html(EVERY_KIND), EVERY_KIND.header.contract.digest
    assert text.index('<h2 id="findings"') < text.index('<h2 id="results"') < text.index('<h2 id="about"')
    about = Page(text[text.index('<h2 id="about"') :])
    for part in ("http://127.0.0.1:5001", digest[:12], "api-describe"):
        assert part in about.text
    assert digest not in about.text
    assert digest in about.values("data-copy")


def test_a_citation_links_to_its_published_page_and_an_observation_to_its_text() -> None:
    seen, page = CONTRACT.observations["O34"], CONTRACT.sources["api-list"]
    cited = (Because(page.id, 35), Because("observations:O34", None))
    read = Page(html(record(replace(FAILED, because=cited)), contract=CONTRACT))
    links = [value for tag, name, value in read.attributes if (tag, name) == ("a", "href")]
    assert page.url in links
    assert "#source:observations:O34" in links
    assert seen.statement in read.text
    assert CONTRACT.observations["O1"].statement not in read.text, "only what is cited"


def test_a_finding_explains_itself() -> None:
    received = Page(html(EVERY_KIND)).texts[FAILED.id]
    for part in (FAILED.expected, FAILED.received, FAILED.statement, "api-list:24", FAILED.reproduce):
        assert part in received
    assert "read timed out after 10 s" in Page(html(EVERY_KIND)).texts[BROKE.id]


@pytest.mark.parametrize("body", ['{"a": 1.0,\n "b":1E5}', '{"a": "' + "x" * 4000 + "… (3 more characters)"])
def test_a_body_is_shown_as_it_was_sent_also_where_it_was_cut(body: str) -> None:
    assert body in Page(html(record(replace(FAILED, exchanges=(exchange(body),))))).text


def test_hostile_text_is_shown_as_text() -> None:
    hostile = replace(
        HOSTILE_ONE, id=f"{DESCRIBE}/response/{HOSTILE}/x", reason=HOSTILE, statement=HOSTILE, notes=(HOSTILE,)
    )
    header = replace(EVERY_KIND.header, target=replace(EVERY_KIND.header.target, name=HOSTILE, endpoint_url=HOSTILE))
    run = replace(record(hostile, replace(SKIPPED, reason=HOSTILE), PASSED), header=header)
    text = html(run)
    page = Page(text)
    assert page.misnested == []
    assert page.tags["script"] == 2
    assert page.tags["img"] == 0
    assert page.text.count(visible(HOSTILE)) > 8
    text.encode("utf-8")
    assert not [char for char in text if char not in "\n\t" and (ord(char) < 32 or char == "\u202e")]
    assert visible(HOSTILE) in embedded_data(text)["texts"]


@pytest.mark.parametrize("evil", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028\u2029", "]]>", "&lt;"])
def test_the_data_cannot_end_its_element(evil: str) -> None:
    text = html(record(replace(SKIPPED, reason=evil), replace(PASSED, notes=(evil,))))
    assert not set("<>&\u2028\u2029") & set(text.partition('id="data">')[2].partition("</script>")[0])
    assert visible(evil) in embedded_data(text)["texts"]
    assert Page(text).tags["script"] == 2


def test_an_id_with_another_beginning_is_kept_whole() -> None:
    strange = replace(PASSED, id="Another/beginning/x")
    assert ids_of_checks(embedded_data(html(record(strange)))) == {strange.id}


def test_findings_with_one_cause_are_one_and_show_the_first() -> None:
    text = html(many(40, passed=1))
    assert "20 checks about" in Page(text).text
    assert "The other 19" in Page(text).text
    (members,) = (checks for _, _, checks in embedded_data(text)["findings"] if len(checks) == 20)
    assert len(set(members)) == 20


def test_the_page_itself_grows_with_findings_up_to_a_bound_only() -> None:
    texts = [html(many(size, passed=0)) for size in (4 * LIMIT, 16 * LIMIT)]
    assert [Page(text).tags["article"] for text in texts] == [LIMIT, LIMIT]
    elements = [sum(Page(text).tags.values()) for text in texts]
    assert elements[1] < elements[0] * 1.1
    assert [len(embedded_data(text)["findings"]) for text in texts] == [2 * LIMIT + 1, 8 * LIMIT + 1]


def test_unknown_members_and_what_was_not_exercised_are_listed() -> None:
    text = Page(html(EVERY_KIND)).text
    assert "TuningJobFlavour" in text
    assert f"{DESCRIBE}/output/A.B/type" in text
    assert SKIPPED.reason in text


CONTRACT = load()


def judged(*outcomes: tuple[str, Outcome, str]) -> Record:
    """Return a record of this contract, with a check for each fact, outcome and note."""
    results = [
        result(f"{LIST}/response/{number}/x", outcome, facts=(fact,), reason="a reason", notes=(note,) if note else ())
        for number, (fact, outcome, note) in enumerate(outcomes)
    ]
    header = replace(HEADER, contract=Contract(CONTRACT.digest, ("cli",), len(CONTRACT.facts)))
    return replace(record(*results, footer=replace(FOOTER, facts=Facts(len(CONTRACT.facts), 3, ()))), header=header)


def test_every_fact_of_the_contract_has_its_outcome() -> None:
    broken, kept, observed, idle = (fact.id for fact in CONTRACT.facts[:4])
    note = "the target follows the observation O3: 0"
    run = judged(
        (broken, Outcome.PASSED, ""),
        (broken, Outcome.FAILED, ""),
        (kept, Outcome.SKIPPED, ""),
        (kept, Outcome.PASSED, ""),
        (observed, Outcome.PASSED, note),
        (idle, Outcome.SKIPPED, ""),
    )
    data = embedded_data(html(run, contract=CONTRACT))
    texts = data["texts"]
    received = {"/".join(texts[at] for at in row[:4]): (texts[row[4]], texts[row[5]]) for row in data["facts"]}
    assert list(received) == [fact.id for fact in CONTRACT.facts]
    assert received[broken] == ("broken", "")
    assert received[kept] == ("conforms", "")
    assert received[observed] == ("contradicted", note)
    assert received[idle] == ("not exercised", "a reason")
    others = [outcome for fact, outcome in received.items() if fact not in {broken, kept, observed, idle}]
    assert set(others) == {("not exercised", "no check of this run is about it")}


def test_a_fact_is_reported_with_value_basis_and_places() -> None:
    fact = next(item for item in CONTRACT.facts if item.facet == "enum" and len({s.id for s in item.sources}) > 1)
    data = embedded_data(html(judged((fact.id, Outcome.PASSED, "")), contract=CONTRACT))
    row = data["facts"][CONTRACT.facts.index(fact)]
    assert data["texts"][row[6]] == ", ".join(fact.value)
    assert [data["texts"][at] for at in row[7:9]] == [fact.basis, fact.level]
    assert data["places"][row[9]].split() == [f"{item.id}:{item.line}" for item in fact.sources]
    source = CONTRACT.sources[fact.sources[0].id]
    assert data["sources"][source.id] == [source.title, source.url]


def test_without_the_contract_facts_are_known_by_id_and_the_page_says_so() -> None:
    fact = CONTRACT.facts[5].id
    run = judged((fact, Outcome.FAILED, ""))
    text = html(run)
    data = embedded_data(text)
    assert ["/".join(data["texts"][at] for at in row[:4]) for row in data["facts"]] == [fact]
    assert "not at hand" in Page(text).text
    assert "not at hand" not in Page(html(run, contract=CONTRACT)).text


def test_known_failures_that_are_out_of_date_are_reported() -> None:
    page = Page(html(record(PASSED, footer=replace(FOOTER, gate=STALE))))
    for part in ("known.yaml:2", "Declared to fail, and passes", "delete it", "known.yaml:9: */order/*"):
        assert part in page.text
    assert "known-failures" in page.values("id")
    assert "known-failures" not in Page(html(CONFORMING)).values("id")


def test_what_keeps_others_from_being_judged_comes_first_and_counts_them() -> None:
    lacking = replace(FAILED, id=f"{LIST}/protocol/operation/available", area="protocol", kind="operation-unknown")
    waiting = [
        result(f"{LIST}/order/{number}/x", Outcome.SKIPPED, kind="behind", reason=f"not there: see {lacking.id}")
        for number in range(12)
    ]
    text = html(record(FAILED, lacking, *waiting))
    assert "12 checks could not be judged because of this" in " ".join(Page(text).texts["finding-1"].split())
