"""A difference and a matrix as people and programs get them."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import Counter
from dataclasses import replace
from urllib.parse import unquote

import jsonschema
import pytest
from html_pages import Page
from rich.console import Console
from syrupy.assertion import SnapshotAssertion
from text_snapshots import Markdown, Text

from comparison.small_runs import ERROR, FAILED, HOSTILE, NEW, OLD, SKIPPED, check, many, run, side
from conformance.report.comparison.difference import (
    FITS,
    Difference,
    difference_of,
    print_difference,
    render_diff_markdown,
)
from conformance.report.comparison.json_forms import compare_json, diff_json, schema
from conformance.report.comparison.matrix import (
    Matrix,
    matrix_of,
    print_matrix,
    render_matrix_html,
    render_matrix_markdown,
)
from conformance.report.result import Outcome
from conformance.report.run import Record
from conformance.visible import visible


def difference(old: Record, new: Record) -> Difference:
    return difference_of(side(old), side(new))


def matrix(*records: Record) -> Matrix:
    return matrix_of([side(record, f"run {number}") for number, record in enumerate(records, start=1)])


HOSTILE_RUN = run(
    check(f"Read/response/{HOSTILE}/x", FAILED, reason=HOSTILE, statement=HOSTILE, kind=HOSTILE),
    check("Read/order/Name/Ascending", SKIPPED, reason=HOSTILE),
    name=HOSTILE,
    endpoint_url=HOSTILE,
)
THIRD = run(
    *(replace(result, outcome=SKIPPED, kind="", reason="no such operation") for result in OLD.results), name="third"
)

DIFFERENCES = {
    "every-way": difference(OLD, NEW),
    "same": difference(OLD, OLD),
    "better": difference(NEW, OLD),
    "groups": difference(
        many(40, Outcome.PASSED), run(*(replace(result, reason="") for result in many(40, FAILED).results))
    ),
    "cut-short": difference(OLD, run(*OLD.results[:3], footer=None, digest="0" * 64)),
    "hostile": difference(run(check("Read/order/Name/Ascending")), HOSTILE_RUN),
}
MATRICES = {
    "two": matrix(OLD, NEW),
    "three": matrix(OLD, NEW, THIRD),
    "alone": matrix(OLD),
    "six": matrix(OLD, NEW, THIRD, OLD, NEW, THIRD),
    "hostile": matrix(OLD, HOSTILE_RUN),
    "empty": matrix(run(), run(footer=None)),
}


def on_terminal(what: Difference | Matrix, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, color_system=None)
    if isinstance(what, Difference):
        print_difference(console, what)
    else:
        print_matrix(console, what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", ["every-way", "same", "better", "groups", "cut-short"])
def test_a_difference_on_a_terminal(name: str, snapshot: SnapshotAssertion) -> None:
    assert on_terminal(DIFFERENCES[name]) == snapshot(extension_class=Text)


@pytest.mark.parametrize("name", ["every-way", "same", "groups", "cut-short"])
def test_a_difference_as_markdown(name: str, snapshot: SnapshotAssertion) -> None:
    assert render_diff_markdown(DIFFERENCES[name]) == snapshot(extension_class=Markdown)


@pytest.mark.parametrize("name", ["two", "three", "six"])
def test_a_matrix_on_a_terminal(name: str, snapshot: SnapshotAssertion) -> None:
    assert on_terminal(MATRICES[name]) == snapshot(extension_class=Text)


@pytest.mark.parametrize("name", ["three"])
def test_a_matrix_as_markdown(name: str, snapshot: SnapshotAssertion) -> None:
    assert render_matrix_markdown(MATRICES[name]) == snapshot(extension_class=Markdown)


@pytest.mark.parametrize("name", ["every-way", "same", "better", "cut-short", "three", "six"])
def test_only_ids_and_names_go_beyond_the_width(name: str) -> None:
    lines = on_terminal((DIFFERENCES | MATRICES)[name]).splitlines()
    assert [line for line in lines if len(line) > 80 and "/" not in line] == []


@pytest.mark.parametrize("name", DIFFERENCES)
def test_the_json_of_a_difference_keeps_to_its_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema("diff"))
    value = diff_json(DIFFERENCES[name])
    jsonschema.validate(value, schema("diff"))
    assert Counter(item["change"] for item in value["changes"]) == Counter(
        {change: number for change, number in value["counts"].items() if change != "unchanged"}
    )


@pytest.mark.parametrize("name", MATRICES)
def test_the_json_of_a_matrix_keeps_to_its_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema("compare"))
    value = compare_json(MATRICES[name])
    jsonschema.validate(value, schema("compare"))
    columns = len(value["targets"])
    assert {len(row["outcomes"]) for row in (*value["checks"], *value["claims"])} <= {columns}
    assert {len(row["cells"]) for row in value["areas"]} <= {columns}


@pytest.mark.parametrize("number", [0, 10, 3000])
def test_a_comment_fits_however_much_changed(number: int) -> None:
    received = render_diff_markdown(difference(many(number, Outcome.PASSED), many(number, FAILED)))
    assert len(received) <= FITS + 500
    assert f"{number:,}" in received


def test_a_comment_of_many_kinds_of_much_says_what_it_leaves_out() -> None:
    names = [f"Read/response/{'LongMember' * 8}{n:04}/type" for n in range(2000)]
    old = run(*(check(item, FAILED if n % 2 else Outcome.PASSED) for n, item in enumerate(names)))
    new = run(*(check(item, ERROR if n % 3 else SKIPPED, reason=f"{n % 300}") for n, item in enumerate(names)))
    received = render_diff_markdown(difference(old, new))
    assert len(received) <= FITS + 500
    assert "Too long for a comment" in received


def test_hostile_text_is_no_markup() -> None:
    for page in (render_diff_markdown(DIFFERENCES["hostile"]), render_matrix_markdown(MATRICES["hostile"])):
        outside = re.sub(r"(`+)[^`].*?\1", "", page)
        assert not re.search(r"(?<!\\)<script", outside)
        assert not re.search(r"(?<!\\)!\[", outside)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", page)
        page.encode("utf-8")
    for what in (DIFFERENCES["hostile"], MATRICES["hostile"]):
        received = on_terminal(what)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", received)
        received.encode("utf-8")


@pytest.mark.parametrize("name", MATRICES)
def test_the_page_is_well_formed_and_fetches_nothing(name: str) -> None:
    text = render_matrix_html(MATRICES[name])
    page = Page(text)
    text.encode("utf-8")
    assert page.misnested == []
    assert [item for item, number in Counter(page.values("id")).items() if number > 1] == []
    assert page.tags["script"] == 1
    assert not page.tags.keys() & {"link", "img", "iframe", "object", "base"}
    assert page.values("src") == page.values("href") == []
    assert not [item for _, item, _ in page.attributes if item.startswith("on")]
    assert "url(" not in text
    assert "@import" not in text
    assert "@media (prefers-color-scheme: dark)" in text
    script = text.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'\"" in text


def test_the_page_has_each_check_and_each_claim_for_each_run() -> None:
    three = MATRICES["three"]
    page = Page(render_matrix_html(three))
    ids = set(page.values("data-id"))
    assert ids == {row.check.id for row in three.rows} | {claim.id for claim in three.claims}
    assert {unquote(row.check.id) for row in three.rows} <= set(page.values("id"))
    assert all(label in page.text for label in ("run 1", "run 2", "run 3"))
    assert page.tags["th"] > len(ids)


def test_a_reader_without_colours_gets_each_outcome_in_words() -> None:
    page = Page(render_matrix_html(MATRICES["three"]))
    for words in ("✓ passed", "✗ failed", "! error", "○ skipped", "· not there"):
        assert words in re.sub(r"\s+", " ", page.text)


def test_hostile_text_stays_text_on_the_page() -> None:
    text = render_matrix_html(MATRICES["hostile"])
    page = Page(text)
    assert page.tags["script"] == 1
    assert page.tags["img"] == 0
    assert visible(HOSTILE) in page.text
    assert not [char for char in text if char not in "\n\t" and (ord(char) < 32 or char == "\u202e")]
