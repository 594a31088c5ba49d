"""report.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest
from sample_records import CONFORMING, EVERY_KIND, FAILED, FOOTER, HOSTILE, LIST, many, record, result
from syrupy.assertion import SnapshotAssertion
from text_snapshots import Markdown

from conformance.report.findings import group_findings
from conformance.report.html import render_html
from conformance.report.markdown import LIMIT, code, fence, markup, plain, render_markdown
from conformance.report.page import Page
from conformance.report.result import Outcome
from conformance.report.run import Record


def markdown(run: Record) -> str:
    return render_markdown(Page(run))


@pytest.mark.parametrize("name", ["every-kind", "conforming", "group"])
def test_the_whole_file(name: str, snapshot: SnapshotAssertion) -> None:
    run = {"every-kind": EVERY_KIND, "conforming": CONFORMING, "group": many(10, passed=3)}[name]
    assert markdown(run) == snapshot(extension_class=Markdown)


def outside_fences(text: str) -> str:
    """Return what a page that shows this text everywhere has outside of its blocks of code."""
    found = result(
        "A/response/x/y", Outcome.FAILED, reason=text, received=text, expected=text, reproduce=f"```\n{text}"
    )
    page = markdown(record(found, result("A/response/x/z", Outcome.SKIPPED, reason=text)))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", page)
    return re.sub(r"^(`{3,})[^`\n]*\n.*?\n\1$", "", page, flags=re.DOTALL | re.MULTILINE)


def test_hostile_text_is_no_markup() -> None:
    outside = outside_fences(HOSTILE)
    assert not re.search(r"(?<!\\)<script", outside)
    assert not re.search(r"(?<!\\)!\[", re.sub(r"<summary>.*</summary>", "", outside))


def test_plain_text_keeps_its_words_and_loses_its_marks() -> None:
    assert plain("a_b|c\n<d>") == r"a\_b\|c\\n\<d\>"
    assert markup("<b> & \x07") == "&lt;b&gt; &amp; \\x07"


LINKED = ("@octocat", "a @org/team", "#12", "owner/repo#7", "GH-12", "http://x.example", "HTTPS://x", "www.x.example",
          "mailto:a@b.example", "ftp://x", "1a2b3c4", "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678")  # fmt: skip
ON_GITHUB = re.compile(
    r"(?<!\w)@\w|#\d|\bGH-\d|(?:https?|ftp)://|\bwww\.|mailto:|\w@\w|\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{7,40}\b",
    re.IGNORECASE,
)
"""What GitHub links in the text that is shown, escapes and entities resolved."""


@pytest.mark.parametrize("write", [plain, markup])
@pytest.mark.parametrize("text", LINKED)
def test_github_makes_no_link_and_no_mention_of_foreign_text(text: str, write: Callable[[str], str]) -> None:
    assert ON_GITHUB.search(text)
    shown = unescape(write(f"see {text}, he said")).replace("\\", "")
    assert not ON_GITHUB.search(shown)
    assert shown.replace("\u200b", "") == f"see {text}, he said"


def test_other_words_are_as_they_were() -> None:
    for text in ("2,339 checks", "a decade", "1420070400", "defaced", "200 # x", "user@", "job-12"):
        assert "8203" not in plain(text) + markup(text)


def test_no_page_has_a_link_of_foreign_text() -> None:
    outside = re.sub(r"(`+)[^`].*?\1", "", outside_fences(" ".join(LINKED)))
    assert "@octocat" not in outside
    assert "http://x.example" not in outside


def test_code_outlasts_the_backticks_in_it() -> None:
    assert code("a") == "`a`"
    assert code("a``b") == "```a``b```"
    assert code("`a") == "`` `a ``"
    assert code("a|b") == r"`a\|b`"
    assert code("") == ""
    assert fence("````\nx", "sh") == "`````sh\n````\nx\n`````"


def test_findings_come_first_each_folded() -> None:
    page = markdown(many(10, passed=3))
    assert page.index("<details>") < page.index("## By area")
    assert page.count("<details>") == page.count("</details>")
    assert re.search(r"<details><summary><b>1\. .*</b> \(5 checks\)</summary>\n\n", page)


@pytest.mark.parametrize("failures", [3, 300, 3000])
def test_a_page_is_never_longer_than_a_comment_may_be(failures: int) -> None:
    page = markdown(many(failures, passed=0))
    assert len(page) <= LIMIT < 65_536
    received = len(re.findall(r"<summary><b>\d+\. ", page))
    left_out = re.search(r"\*\*([\d,]+) more findings?\*\* left out for want of room: see report.html", page)
    findings = len(group_findings(many(failures, passed=0).results))
    assert received + (int(left_out[1].replace(",", "")) if left_out else 0) == findings
    assert bool(left_out) is (failures > 3)


def test_enormous_texts_do_not_burst_the_page() -> None:
    long = "word " * 30_000
    item = replace(
        FAILED, reason=long, statement=long, received=long, expected=long, reproduce=long, notes=(long,),
        id=f"{LIST}/request/{'x' * 5000}/y",
    )  # fmt: skip
    skips = [
        result(f"{LIST}/order/{n}/x", Outcome.SKIPPED, reason=f"{n} {long}", facts=(f"A/output/B{n}/type",))
        for n in range(200)
    ]
    page = markdown(record(item, *skips))
    assert len(page) <= LIMIT
    assert page.count("<details>") == page.count("</details>")
    assert page.count("```") % 2 == 0


def test_requests_that_were_throttled_are_reported() -> None:
    throttled = replace(CONFORMING, footer=replace(FOOTER, throttled=7))
    for rendered in (markdown(throttled), render_html(Page(throttled))):
        assert "7 requests throttled and sent again" in rendered
    assert "throttled" not in markdown(CONFORMING)
