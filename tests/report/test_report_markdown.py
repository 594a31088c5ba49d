"""report.md."""

from __future__ import annotations

import re

import pytest
from sample_records import CONFORMING, EVERY_KIND, FAILED, HOSTILE, many, record, result
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from conformance.report import Outcome
from conformance.report.markdown import code, fence, markup, plain, render_markdown


class Markdown(SingleFileSnapshotExtension):
    file_extension = "md"
    _write_mode = WriteMode.TEXT


@pytest.mark.parametrize("name", ["every-kind", "conforming", "group"])
def test_the_whole_file(name: str, snapshot: SnapshotAssertion) -> None:
    run = {"every-kind": EVERY_KIND, "conforming": CONFORMING, "group": many(10, passed=3)}[name]
    assert render_markdown(run) == snapshot(extension_class=Markdown)


def test_hostile_text_is_no_markup() -> None:
    page = render_markdown(
        record(
            result("A/response/x/y", Outcome.FAILED, reason=HOSTILE, received=HOSTILE, reproduce="```\nout of it"),
            result("A/response/x/z", Outcome.SKIPPED, reason=HOSTILE),
        )
    )
    outside = re.sub(r"^(`{3,})[^`\n]*\n.*?\n\1$", "", page, flags=re.DOTALL | re.MULTILINE)
    assert not re.search(r"(?<!\\)<script", outside)
    assert not re.search(r"(?<!\\)!\[", re.sub(r"<summary>.*</summary>", "", outside))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", page)


def test_plain_text_keeps_its_words_and_loses_its_marks() -> None:
    assert plain("a_b|c\n<d>") == r"a\_b\|c\\n\<d\>"
    assert markup("<b> & \x07") == "&lt;b&gt; &amp; \\x07"


def test_code_outlasts_the_backticks_in_it() -> None:
    assert code("a") == "`a`"
    assert code("a``b") == "```a``b```"
    assert code("`a") == "`` `a ``"
    assert code("a|b") == r"`a\|b`"
    assert code("") == ""
    assert fence("````\nx", "sh") == "`````sh\n````\nx\n`````"


def test_passed_checks_are_folded() -> None:
    page = render_markdown(CONFORMING)
    assert re.search(r"<details><summary>.*: 1 passed</summary>\n\n- `", page)


def test_the_line_to_reproduce_is_whole() -> None:
    assert f"\n{FAILED.reproduce}\n" in render_markdown(record(FAILED))
