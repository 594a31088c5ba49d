"""What a run depended on is in its record and in every form of its report."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console
from sample_records import FOOTER, HEADER, HOSTILE, LIST, result

from conformance.report.comparison.difference import difference_of, print_difference, render_diff_markdown
from conformance.report.comparison.json_forms import compare_json, diff_json
from conformance.report.comparison.json_forms import schema as comparison_schema
from conformance.report.comparison.matrix import matrix_of, print_matrix, render_matrix_html, render_matrix_markdown
from conformance.report.comparison.reading import Side
from conformance.report.html import render_html
from conformance.report.json_report import render_json, schema
from conformance.report.junit import render_junit
from conformance.report.markdown import render_markdown
from conformance.report.page import Page
from conformance.report.record import RecordWriter, read_record
from conformance.report.run import Record, Versions
from conformance.report.terminal import print_summary

VERSIONS = Versions(
    target="moto 5.2.5",
    source="the package of its program",
    program="/usr/local/bin/moto_server",
    software={"botocore": "1.44.5", "boto3": "1.44.6", "Python": "3.11.7"},
    platform="Linux-6",
    command="conformance run moto --area error",
)


def record(versions: Versions | None = VERSIONS) -> Record:
    return Record(replace(HEADER, versions=versions), (result(f"{LIST}/error/A/b"),), FOOTER)


def side(label: str, versions: Versions | None) -> Side:
    return Side(label, Path(label), record(versions))


def printed(show: object, *arguments: object) -> str:
    out = io.StringIO()
    assert callable(show)
    show(Console(file=out, width=400, markup=False, highlight=False), *arguments)
    return out.getvalue()


def test_a_record_is_read_back_with_it_and_an_older_one_without(tmp_path: Path) -> None:
    for versions in (VERSIONS, None):
        with RecordWriter(tmp_path / "run.jsonl") as writer:
            writer.whole(record(versions))
        assert read_record(tmp_path / "run.jsonl").header.versions == versions
        first = json.loads((tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines()[0])
        jsonschema.validate(first, schema("run"))
        jsonschema.validate(json.loads(render_json(record(versions))), schema("report"))


def test_each_report_says_all_of_it() -> None:
    received = ("moto 5.2.5", "/usr/local/bin/moto_server", "botocore 1.44.5", "boto3 1.44.6", "Python 3.11.7")
    for text in (render_html(Page(record())), render_markdown(Page(record())), render_junit(record())):
        for part in (*received, "conformance run moto --area error", "Linux-6", "the package of its program"):
            assert part in text
    terminal = printed(print_summary, record(), {})
    assert next(line for line in terminal.splitlines() if "versions" in line).split() == [
        "versions", "target", *" ".join(f"{part}," for part in received).rstrip(",").split(),
    ]  # fmt: skip


@pytest.mark.parametrize("versions", [None, Versions(HOSTILE, HOSTILE, HOSTILE, {"a": HOSTILE}, HOSTILE, HOSTILE)])
def test_reports_of_records_without_it_and_with_hostile_text(versions: Versions | None) -> None:
    found = record(versions)
    assert "<script>alert('x')" not in render_html(Page(found))
    for text in (
        render_html(Page(found)),
        render_markdown(Page(found)),
        render_junit(found),
        printed(print_summary, found, {}),
    ):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_difference_and_a_comparison_show_it_and_say_where_it_differs() -> None:
    newer = replace(VERSIONS, target="moto 5.3.0", software={**VERSIONS.software, "botocore": "1.45.0"})
    old, new = side("old", VERSIONS), side("new", newer)
    difference, matrix = difference_of(old, new), matrix_of((old, new))
    target = "not the same version of the target: old moto 5.2.5 (from the package of its program); new moto 5.3.0"
    software = "not the same software: old botocore 1.44.5, boto3 1.44.6, Python 3.11.7; new botocore 1.45.0"
    for text in (printed(print_difference, difference), render_diff_markdown(difference)):
        assert target in text
        assert software in text
        assert "conformance run moto --area error" in text
    pages = printed(print_matrix, matrix), render_matrix_markdown(matrix), render_matrix_html(matrix)
    for text in pages:
        assert "target moto 5.3.0" in text
        assert software in text
        assert "not the same version of the target" not in text, "several targets differ by nature"
    jsonschema.validate(diff_json(difference), comparison_schema("diff"))
    jsonschema.validate(compare_json(matrix), comparison_schema("compare"))
    assert diff_json(difference)["new"]["versions"]["target"] == "moto 5.3.0"


@pytest.mark.parametrize("versions", [VERSIONS, None])
def test_runs_that_depend_on_the_same_say_nothing_of_it(versions: Versions | None) -> None:
    assert difference_of(side("old", versions), side("new", versions)).notes == ()
