"""report.html, read as a browser reads it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from sample_records import (
    BROKE,
    CONFORMING,
    DESCRIBE,
    EVERY_KIND,
    FAILED,
    HOSTILE,
    HOSTILE_ONE,
    PASSED,
    SKIPPED,
    exchange,
    many,
    record,
)

from conformance.report.html import body, render_html
from conformance.report.visible import visible

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """A parsed report: its elements, whether they nest, and the text of each element with an id or class."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.misnested: list[str] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        self.misnested.extend(tag for tag, _ in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.attributes.extend((tag, name, value) for name, value in values.items())
        if tag not in VOID:
            self._open.append((tag, values.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.misnested.append(tag)
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for name in {"", *(identity for _, identity in self._open)}:
            self.texts[name] = self.texts.get(name, "") + data

    def values(self, attribute: str) -> list[str]:
        return [value for _, name, value in self.attributes if name == attribute]

    @property
    def text(self) -> str:
        return self.texts[""]


RECORDS = {
    "every kind": EVERY_KIND,
    "conforming": CONFORMING,
    "empty": record(),
    "cut short": record(FAILED, footer=None),
    "many": many(300),
}


@pytest.mark.parametrize("name", RECORDS)
def test_the_page_is_well_formed_and_its_ids_are_unique(name: str) -> None:
    page = Page(render_html(RECORDS[name]))
    assert page.misnested == []
    assert [one for one, number in Counter(page.values("id")).items() if number > 1] == []


@pytest.mark.parametrize("name", RECORDS)
def test_every_check_has_its_anchor_and_every_link_its_end(name: str) -> None:
    page = Page(render_html(RECORDS[name]))
    ids = set(page.values("id"))
    assert {one.id for one in RECORDS[name].results} <= ids
    assert {unquote(href.removeprefix("#")) for href in page.values("href")} <= ids


@pytest.mark.parametrize("name", RECORDS)
def test_nothing_is_fetched_and_nothing_runs(name: str) -> None:
    text = render_html(RECORDS[name])
    page = Page(text)
    assert not page.tags.keys() & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert all(href.startswith("#") for href in page.values("href"))
    assert page.values("src") == []
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.values("content")


def test_the_first_screen_has_verdict_target_digest_counts_and_findings() -> None:
    text = render_html(EVERY_KIND)
    head = Page(text[: text.index('<h2 id="findings">')]).text
    for part in (
        "The target broke: moto",
        "http://127.0.0.1:5001",
        EVERY_KIND.header.contract.digest,
        "1,338",
        FAILED.id,
    ):
        assert part in head


def test_a_finding_explains_itself() -> None:
    told = Page(render_html(EVERY_KIND)).texts[FAILED.id]
    for part in (FAILED.reason, FAILED.expected, FAILED.received, FAILED.statement, "api-list:24", FAILED.reproduce):
        assert part in told
    assert '"MaxResults": 101' in told
    assert "read timed out after 10 s" in Page(render_html(EVERY_KIND)).texts[BROKE.id]


def test_exchanges_and_passed_checks_are_folded() -> None:
    page = Page(render_html(EVERY_KIND))
    assert page.tags["details"] > 0
    assert page.values("open") == []


def test_hostile_text_is_shown_as_text() -> None:
    hostile = replace(
        HOSTILE_ONE, id=f"{DESCRIBE}/response/{HOSTILE}/x", reason=HOSTILE, statement=HOSTILE, notes=(HOSTILE,)
    )
    header = replace(EVERY_KIND.header, target=replace(EVERY_KIND.header.target, name=HOSTILE, endpoint_url=HOSTILE))
    run = replace(record(hostile, replace(SKIPPED, reason=HOSTILE), PASSED), header=header)
    text = render_html(run)
    page = Page(text)
    assert page.misnested == []
    assert page.tags["script"] == page.tags["img"] == 0
    assert page.text.count(visible(HOSTILE)) > 8
    text.encode("utf-8")
    assert not [char for char in text if char not in "\n\t" and (ord(char) < 32 or char == "\u202e")]


def test_a_body_is_laid_out_where_it_is_json() -> None:
    assert body('{"a":[1,"ä"]}') == '{\n  "a": [\n    1,\n    "ä"\n  ]\n}'
    assert body('{"a":') == '{"a":'
    assert body("[" * 3000) == "[" * 3000
    assert body('{"a":"\\u202e"}') == '{\n  "a": "\\u202e"\n}'


def test_a_finding_of_many_has_each_of_its_checks() -> None:
    run = many(40, passed=1)
    page = Page(render_html(run))
    assert "(20 checks)" in page.text
    assert "The other 19" in page.text


def test_light_and_dark_are_both_there() -> None:
    text = render_html(CONFORMING)
    assert "color-scheme: light dark" in text
    assert "@media (prefers-color-scheme: dark)" in text


def test_unknown_members_and_what_was_not_exercised_are_listed() -> None:
    text = Page(render_html(EVERY_KIND)).text
    assert "TuningJobFlavour" in text
    assert f"{DESCRIBE}/output/A.B/type" in text
    assert SKIPPED.reason in text


def test_a_body_that_was_cut_is_shown_as_it_is() -> None:
    cut = '{"a": "' + "x" * 4000 + "… (3 more characters)"
    assert cut in Page(render_html(record(replace(FAILED, exchanges=(exchange(cut),))))).text
