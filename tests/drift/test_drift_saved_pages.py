"""Pages as people have them: of other styles and newer ones, saved in any way, with more on them, or unreadable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.documents.claims import PageError
from conformance.documents.findings import AgainstPage
from conformance.documents.page import read_page
from drift.comparing import compared, received
from drift.edits import NAME
from drift.writing import DESCRIBE, DOCUMENTS, LIST, written, written_in_style

# -- pages in a style that the contract has none of

STYLES = ("cli-page", "boto3-page-rst", "boto3-page-text", "api-reference-text", "api-reference-markdown")


@pytest.mark.parametrize("operation", [DESCRIBE, LIST])
@pytest.mark.parametrize("style", STYLES)
def test_nothing_is_drift_on_a_page_of_any_style_that_says_what_is_in_force(style: str, operation: str) -> None:
    drift = compared(written_in_style(style, operation))
    assert received(drift) == []
    assert drift.unread == ()
    assert isinstance(drift.against, AgainstPage)
    assert (drift.against.style, drift.against.operation) == (style, operation)


def test_a_page_without_an_edition_is_checked_against_what_the_other_documents_say() -> None:
    text = written_in_style("cli-page", DESCRIBE)
    against = compared(text).against
    assert isinstance(against, AgainstPage)
    assert against.edition is None
    lost = re.sub(r"^Autotune -> \((?:.*\n)*?(?=^\w|\Z)", "", text, flags=re.MULTILINE)
    assert received(compared(lost)) == ["removed output/Autotune/present"]
    grown = text.replace("Autotune -> (structure)", "Colour -> (string)\n\n  Its colour.\n\nAutotune -> (structure)")
    assert received(compared(grown)) == ["new output/Colour/present"]
    other = text.replace("LastModifiedTime -> (timestamp)", "LastModifiedTime -> (string)")
    assert received(compared(other)) == ["changed output/LastModifiedTime/type timestamp -> string"]


# -- pages as people save them


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize(
    "saved",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: re.sub(
            r"^( {2,})", lambda match: match[1].replace("  ", "\u00a0\u00a0"), text, flags=re.MULTILINE
        ),
        lambda text: re.sub(r"^( +)", lambda match: match[1] * 2, text, flags=re.MULTILINE),
        lambda text: re.sub(r"^((?: {2})+)", lambda match: "\t" * (len(match[1]) // 2), text, flags=re.MULTILINE),
        lambda text: re.sub(r"$", "   ", text, flags=re.MULTILINE),
        lambda text: "Skip to content\nMenu\n\nDocumentation\n" + text,
    ],
    ids=["crlf", "cr", "nbsp", "twice-as-far-in", "tabs", "blanks-at-the-end", "chrome-before"],
)
def test_how_a_page_was_saved_makes_no_difference(document: str, saved: object) -> None:
    assert callable(saved)
    drift = compared(saved(written(document)))
    assert received(drift) == []
    assert drift.unread == ()


def test_a_mark_of_byte_order_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("Options\n", encoding="utf-8")
    (tmp_path / "marked.txt").write_text("Options\n", encoding="utf-8-sig")
    assert read_page(tmp_path / "marked.txt") == read_page(tmp_path / "plain.txt") == ("Options",)


def as_a_repository_has_it(text: str) -> str:
    """Return a page in Markdown as documentation repositories keep it: anchors, fences, links, escapes, ticks."""
    text = re.sub(r"^# (\w+)", r'# \1<a name="API_\1"></a>', text, flags=re.MULTILINE)
    text = re.sub(
        r"^\*\* (\w+) \*\* (.*)", r' ** [\1](#API_Syntax) **   <a name="there-\1"></a>\n\2  ', text, flags=re.MULTILINE
    )
    text = re.sub(r"(?<=\n\n)\{$", '## Syntax<a name="s"></a>\n\n```\n{', text, flags=re.MULTILINE)
    text = re.sub(r"^\}$(?=\n\n|\nIf )", "}\n```", text, flags=re.MULTILINE)
    text = re.sub(r"^Type: Thing object", "Type: [Thing](API_Thing.md) object  ", text, flags=re.MULTILINE)
    text = re.sub(r"^Pattern: (.*)", r"Pattern: `\1`  ", text, flags=re.MULTILINE)
    text = re.sub(r"^Valid Values: (.*)", r"Valid Values:` \1 `   ", text, flags=re.MULTILINE)
    text = re.sub(r"(\w)\.$", r"\1\\.", text, flags=re.MULTILINE)
    text = re.sub(r"length of (\d+)\.", r"length of \1\\.", text)
    return re.sub(r"^ResourceNotFound$", " ** ResourceNotFound **   ", text, flags=re.MULTILINE)


def test_markdown_as_a_repository_has_it_says_the_same() -> None:
    text = as_a_repository_has_it(written("api-describe"))
    assert "Maximum length of 32\\." in text
    drift = compared(text)
    assert received(drift) == []
    assert drift.unread == ()
    (finding,) = compared(text.replace("length of 32", "length of 64")).findings
    assert finding.facts == tuple(f"{DESCRIBE}/{side}/{NAME}/max_length" for side in ("input", "output"))


@pytest.mark.parametrize("document", ["cli", "boto3-describe", "boto3-paginator", "api-describe"])
def test_what_comes_after_the_page_is_reported_as_not_read(document: str) -> None:
    text = written(document) + "Previous\nNext\n\u00a9 Somebody\n"
    drift = compared(text)
    assert received(drift) == []
    ((number, words, why),) = drift.unread
    assert words == "Previous"
    assert number == len(written(document).splitlines()) + 1
    assert f"the rest to line {number + 2}" in why


def test_an_unknown_label_and_an_unknown_type_are_reported_as_not_read() -> None:
    label = written("api-list").replace(
        "Valid Values: Ascending", "Charset Constraints: plain\nValid Values: Ascending"
    )
    assert [(words, why) for _, words, why in compared(label).unread] == [
        ("Charset Constraints: plain", "a label of SortOrder that is not known")
    ]
    kind = written("cli").replace("FailureReason -> (string)", "FailureReason -> (colour)")
    ((_, words, why),) = compared(kind).unread
    assert words == "FailureReason -> (colour)"
    assert "not known" in why


def test_labels_that_only_newer_pages_have_are_read() -> None:
    more = "Array Members: Minimum number of 1 item. Maximum number of 20 items.\nType: Array of Part objects"
    text = written("api-list").replace("Type: Array of Thing objects", more)
    assert sorted(received(compared(text))) == [
        "new output/TrainingJobSummaries/max_length None -> 20",
        "new output/TrainingJobSummaries/min_length None -> 1",
    ]


def test_newer_pages_of_the_aws_cli_are_read_too() -> None:
    text = written("cli").replace("tuning-job-name`` (string)", "tuning-job-name`` (string) [required]")
    text = text.replace("Options\n=======", "Options\n=======\n")
    text = text.replace(
        "``--sort-by`` (string)\n",
        "``--sort-by`` (string)\n\n  Constraints:\n\n  * min: ``1``\n  * max: ``32``\n  * pattern: ``[A-Z].*``\n",
    )
    text = text.replace(
        "Output\n======", "Global Options\n==============\n\n``--v9-debug`` (boolean)\n\nTells all.\n\nOutput\n======"
    )
    text = text.replace(
        "  [--sort-by <value>]\n", "  [--sort-by <value>]\n  [--v9-debug]\n  [--starting-token <value>]\n"
    )
    text = re.sub(r"^``--(?:next-token|max-results)`` (?:.*\n)*?(?=``--)", "", text, flags=re.MULTILINE)
    text = re.sub(r"^  \[--(?:next-token|max-results) <value>\]\n", "", text, flags=re.MULTILINE)
    drift = compared(text)
    assert received(drift) == [
        "new input/SortBy/min_length None -> 1",
        "new input/SortBy/max_length None -> 32",
        "new input/SortBy/pattern None -> [A-Z].*",
    ]
    assert drift.unread == ()
    assert "the client goes over the pages itself: its page need not have MaxResults and NextToken" in drift.notes


def test_words_that_a_page_without_drawings_shouts_are_those_of_the_wire() -> None:
    text = written_in_style("cli-page", DESCRIBE)
    assert "The default value is Off." in text
    shouted = text.replace("The default value is Off.", "The default value is OFF.").replace("``Auto``", "``AUTO``")
    assert received(compared(shouted)) == []
    assert received(compared(text.replace("The default value is Off.", "The default value is AUTO."))) == [
        "changed output/HyperParameterTuningJobConfig.TrainingJobEarlyStoppingType/default Off -> Auto"
    ]


# -- pages that can't be read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "in no style that is known"),
        ("Hello.\n\nNothing here.\n", "in no style that is known"),
        ("Synopsis\n\nOptions\n\nOutput\n\nA -> (string)\n", "names no operation"),
    ],
)
def test_a_page_of_no_known_style_or_operation_is_an_error_that_says_what_was_looked_for(text: str, words: str) -> None:
    with pytest.raises(PageError, match=words) as error:
        compared(text)
    if "style" in words:
        for style in ("boto3 page as text", "AWS CLI page", "API Reference page as Markdown"):
            assert style in error.value.hint


def test_a_page_without_its_indentation_is_an_error() -> None:
    text = "\n".join(line.strip() for line in written("boto3-describe").splitlines())
    with pytest.raises(PageError, match="lost the indentation"):
        compared(text)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("'FailureReason': 'string',", "'FailureReason': ~,", "can't be read: ~"),
        ("'FailureReason': 'string',", "'FailureReason',", "no value follows"),
        ("'FailureReason': 'string',", "'FailureReason': ,", "has no value"),
        ("'FailureReason': 'string',", "'FailureReason': 'string', [" + "[" * 200, "deeper than"),
    ],
)
def test_a_drawing_that_is_none_is_an_error_with_its_line(before: str, after: str, words: str) -> None:
    text = written("boto3-paginator")
    number = text[: text.index(before)].count("\n") + 1
    with pytest.raises(PageError, match=words) as error:
        compared(text.replace(before, after, 1))
    assert error.value.where == f"page.txt:{number}"
