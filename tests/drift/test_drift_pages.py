"""Pages of every style: nothing is drift on what the contract was made from, and an edit is exactly one finding.

The pages are written by the tests themselves; where the documents are given, they are edited likewise.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from conformance.drift.errors import PageError
from drift.holding import held, told
from drift.writing import contract, written, written_anew

DOCUMENTS = ("cli", "api-list", "api-describe", "boto3-paginator", "boto3-describe")


class Edit(NamedTuple):
    """An edit of a page by hand: pairs of a pattern and what takes its place, and the one finding that it is."""

    document: str
    name: str
    pairs: tuple[tuple[str, str], ...]
    expected: str

    def of(self, text: str) -> str:
        for pattern, replacement in self.pairs:
            assert re.search(pattern, text, re.MULTILINE), f"{self.name}: {pattern} is nowhere on the page"
            text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
        return text


NAME = "HyperParameterTuningJobName"
ITEM = "output/TrainingJobSummaries[]"

EDITS = (
    Edit("api-list", "limit", (("value of 100", "value of 250"),), "changed input/MaxResults/maximum 100 -> 250"),
    Edit("api-list", "length", (("length of 32", "length of 63"),), f"changed input/{NAME}/max_length 32 -> 63"),
    Edit("api-list", "value", ((r"\| Stopped$", "| Stopped | Archived"),), "changed input/StatusEquals/enum +Archived"),
    Edit(
        "api-list", "lost value", ((r"Name \| CreationTime \| ", "Name | "),), "changed input/SortBy/enum -CreationTime"
    ),
    Edit(
        "api-list",
        "required",
        ((r"(Ascending \| Descending\s+Required:) No", r"\1 Yes"),),
        "changed input/SortOrder/required False -> True",
    ),
    Edit(
        "api-list",
        "default",
        (("default value is 10", "default value is 25"),),
        "changed input/MaxResults/default 10 -> 25",
    ),
    Edit(
        "api-list",
        "new pattern",
        ((r"^Valid Values: Ascending", "Pattern: [A-Z].*\n\nValid Values: Ascending"),),
        "new input/SortOrder/pattern None -> [A-Z].*",
    ),
    Edit(
        "api-list",
        "lost member",
        ((r'"SortOrder": "string", ', ""), (r"^SortOrder\n(?:.*\n)*?(?=StatusEquals\n)", "")),
        "removed input/SortOrder/present",
    ),
    Edit(
        "api-list",
        "status",
        (("Status Code: 400", "Status Code: 404"),),
        "changed error/ResourceNotFound/http_status 400 -> 404",
    ),
    Edit(
        "api-describe",
        "new member",
        (
            (r'^"\[CreationTime\]\((?=#)', '"[Colour](#x)": "string",\n"[CreationTime]('),
            (
                r"^\*\* CreationTime",
                "** Colour ** Its colour.\nType: String\nValid Values: Red | Blue\n** CreationTime",
            ),
        ),
        "new output/Colour/present",
    ),
    Edit(
        "api-describe",
        "type",
        ((r"(^\*\* CreationTime \*\*(?:.*\n)+?Type: )Timestamp", r"\1String"),),
        "changed output/CreationTime/type timestamp -> string",
    ),
    Edit(
        "cli",
        "value",
        ((r"(\* +``)Stopped(``)", r"\1Stopped\2\n\n  \1Purged\2"),),
        "changed input/StatusEquals/enum +Purged",
    ),
    Edit(
        "cli",
        "required",
        ((r"\[--sort-by <value>\]", "--sort-by <value>"),),
        "changed input/SortBy/required False -> True",
    ),
    Edit(
        "cli",
        "type",
        ((r"FailureReason -> \(string\)", "FailureReason -> (list)"),),
        f"changed {ITEM}.FailureReason/type string -> list",
    ),
    Edit(
        "cli",
        "new member",
        ((r"^    ObjectiveStatus ->", "    Colour -> (string)\n\n      Its colour.\n\n    ObjectiveStatus ->"),),
        f"new {ITEM}.Colour/present",
    ),
    Edit(
        "cli",
        "new option",
        ((r"^( +)\[--sort-by <value>\]", r"\1[--colour <value>]\n\1[--sort-by <value>]"),),
        "new input/Colour/present",
    ),
    Edit(
        "boto3-paginator", "no mark", ((r"\*\*\[REQUIRED\]\*\* ?", ""),), f"changed input/{NAME}/required True -> False"
    ),
    Edit(
        "boto3-paginator",
        "value",
        ((r"^( +)StatusEquals=(.*),$", r"\1StatusEquals=\2|'Gone',"),),
        "changed input/StatusEquals/enum +Gone",
    ),
    Edit(
        "boto3-paginator",
        "lost member",
        ((r"\n +'TuningJobName': 'string',", ""), (r"^ +- \*\*TuningJobName\*\*.*\n\n.*\n", "")),
        f"removed {ITEM}.TuningJobName/present",
    ),
    Edit(
        "boto3-paginator",
        "default",
        ((r"(efault(?: value)? is `*)Name(?=[`.])", r"\1Status"),),
        "changed input/SortBy/default Name -> Status",
    ),
    Edit(
        "boto3-describe",
        "maximum",
        (("value is 20,000", "value is 30,000"),),
        "changed output/HyperParameterTuningJobConfig.StrategyConfig.HyperbandStrategyConfig.MaxResource/maximum"
        " 20000 -> 30000",
    ),
    Edit(
        "boto3-describe",
        "value",
        (("'Enabled'", "'Enabled'|'Disabled'"),),
        "changed output/Autotune.Mode/enum +Disabled",
    ),
    Edit(
        "boto3-describe",
        "lost structure",
        ((r"^    'Autotune': \{\n(?:.*\n)*?    \},?\n", ""), (r"^    \u2022 Autotune \((?:.*\n)*?(?=Exceptions)", "")),
        "removed output/Autotune/present",
    ),
    Edit(
        "boto3-describe",
        "new map",
        (
            (r"^    'Autotune': \{", "    'Tags': {\n 'string': 'string' },\n    'Autotune': {"),
            (
                r"^    \u2022 Autotune",
                (
                    "    \u2022 Tags (dict) \u2013\n\n      \u2022 (string) \u2013\n\n"
                    "        \u2022 (string) \u2013\n\n    \u2022 Autotune"
                ),
            ),
        ),
        "new output/Tags/present",
    ),
    Edit(
        "boto3-describe",
        "new error",
        ((r"(.*exceptions\.)ResourceNotFound", r"\1ResourceNotFound\n\n\1ResourceInUse"),),
        "new error/ResourceInUse/present",
    ),
)


def original(document: str, folder: Path) -> str:
    return (folder / contract().sources[document].file).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_is_drift_on_a_page_that_says_what_its_edition_says(document: str) -> None:
    drift = held(written(document))
    assert told(drift) == []
    assert drift.unread == ()
    assert drift.against["edition"] == document
    assert drift.against["style"] == contract().sources[document].kind


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: f"{edit.document}-{edit.name}".replace(" ", "-"))
def test_an_edit_is_exactly_one_finding(edit: Edit) -> None:
    drift = held(edit.of(written(edit.document)))
    assert told(drift) == [edit.expected]
    (finding,) = drift.findings
    assert bool(finding.lines) == (finding.kind != "removed")
    assert bool(finding.cited) == (finding.kind != "new")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_documents_themselves_are_no_drift(document: str, documents: Path) -> None:
    drift = held(original(document, documents))
    assert told(drift) == []
    assert drift.unread == ()


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: f"{edit.document}-{edit.name}".replace(" ", "-"))
def test_an_edit_of_a_document_is_exactly_one_finding(edit: Edit, documents: Path) -> None:
    assert told(held(edit.of(original(edit.document, documents)))) == [edit.expected]


@pytest.mark.parametrize(
    ("document", "known"),
    [
        ("cli", ["input/StatusEquals/enum"]),
        ("api-list", ["input/StatusEquals/enum"]),
        ("api-describe", []),
        ("boto3-paginator", []),
    ],
)
def test_what_the_editions_disagree_about_is_told_apart(document: str, known: list[str], documents: Path) -> None:
    for text in (written(document), original(document, documents)):
        drift = held(text)
        assert [one.facts[0].partition("/")[2] for one in drift.known] == known
        for one in drift.known:
            assert one.gone == ("Deleting",)
            assert [place.id for place in one.cited] == ["boto3-paginator"]


def test_an_older_page_that_catches_up_is_no_drift() -> None:
    text = re.sub(r"\| Stopped$", "| Stopped | Deleting", written("api-list"), flags=re.MULTILINE)
    drift = held(text)
    assert told(drift) == []
    assert [one.detail for one in drift.known] == ["says now what boto3-paginator:31 says"]


def test_a_default_in_words_that_nobody_can_read_is_told_as_gone() -> None:
    text = written("api-list").replace("The default value is 10.", "Ten, if you say nothing.")
    assert told(held(text)) == ["removed input/MaxResults/default 10 -> None"]


def test_a_member_that_is_no_longer_drawn_is_told_though_it_is_still_explained() -> None:
    drift = held(written("api-list").replace('"SortOrder": "string", ', ""))
    assert told(drift) == ["removed input/SortOrder/present"]
    assert drift.findings[0].detail == "named on 2 lines of that edition, on 1 here"


def test_what_a_new_member_is_like_is_told_with_it() -> None:
    edit = next(one for one in EDITS if one.name == "new map")
    (finding,) = held(edit.of(written(edit.document))).findings
    assert finding.detail == "a map, with 2 paths below it"
    edit = next(one for one in EDITS if one.document == "api-describe" and one.name == "new member")
    (finding,) = held(edit.of(written(edit.document))).findings
    assert finding.detail == "a string, enum Red, Blue"


def test_what_only_the_model_had_and_the_page_now_has_is_said() -> None:
    drawn = '"[InstanceType](Part.md#there)": "string",'
    text = written("api-describe")
    assert drawn in text
    plan = '"[TrainingPlanArn](Part.md#there)": "string",'
    (finding,) = held(text.replace(drawn, f"{drawn}\n{plan}", 1)).findings
    assert finding.path == "TrainingJobDefinition.ResourceConfig.TrainingPlanArn"
    assert finding.detail == "a string; the service model says so already"


# -- pages in a style that the contract has none of


STYLES = ("cli-page", "boto3-page-rst", "boto3-page-text", "api-reference-text", "api-reference-markdown")
DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"


@pytest.mark.parametrize("operation", [DESCRIBE, LIST])
@pytest.mark.parametrize("style", STYLES)
def test_nothing_is_drift_on_a_page_of_any_style_that_says_what_is_in_force(style: str, operation: str) -> None:
    drift = held(written_anew(style, operation))
    assert told(drift) == []
    assert drift.unread == ()
    assert (drift.against["style"], drift.against["operation"]) == (style, operation)


def test_a_page_without_an_edition_is_held_against_what_the_other_documents_say() -> None:
    text = written_anew("cli-page", DESCRIBE)
    assert held(text).against["edition"] is None
    lost = re.sub(r"^Autotune -> \((?:.*\n)*?(?=^\w|\Z)", "", text, flags=re.MULTILINE)
    assert told(held(lost)) == ["removed output/Autotune/present"]
    grown = text.replace("Autotune -> (structure)", "Colour -> (string)\n\n  Its colour.\n\nAutotune -> (structure)")
    assert told(held(grown)) == ["new output/Colour/present"]
    other = text.replace("LastModifiedTime -> (timestamp)", "LastModifiedTime -> (string)")
    assert told(held(other)) == ["changed output/LastModifiedTime/type timestamp -> string"]


# -- pages as people save them


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize(
    "saved",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: re.sub(
            r"^( {2,})", lambda match: match[1].replace("  ", "\u00a0\u00a0"), text, flags=re.MULTILINE
        ),
        lambda text: re.sub(r"^( +)", lambda match: match[1] * 2, text, flags=re.MULTILINE),
        lambda text: re.sub(r"^((?: {2})+)", lambda match: "\t" * (len(match[1]) // 2), text, flags=re.MULTILINE),
        lambda text: re.sub(r"$", "   ", text, flags=re.MULTILINE),
        lambda text: "Skip to content\nMenu\n\nDocumentation\n" + text,
    ],
    ids=["crlf", "cr", "bom", "nbsp", "twice-as-far-in", "tabs", "blanks-at-the-end", "chrome-before"],
)
def test_how_a_page_was_saved_makes_no_difference(document: str, saved: object) -> None:
    assert callable(saved)
    drift = held(saved(written(document)))
    assert told(drift) == []
    assert drift.unread == ()


def as_a_repository_has_it(text: str) -> str:
    """Give a page in Markdown as documentation repositories keep it: anchors, fences, links, escapes, ticks."""
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
    drift = held(text)
    assert told(drift) == []
    assert drift.unread == ()
    (finding,) = held(text.replace("length of 32", "length of 64")).findings
    assert finding.facts == tuple(f"{DESCRIBE}/{side}/{NAME}/max_length" for side in ("input", "output"))


@pytest.mark.parametrize("document", ["cli", "boto3-describe", "boto3-paginator", "api-describe"])
def test_what_comes_after_the_page_is_told_as_not_read(document: str) -> None:
    text = written(document) + "Previous\nNext\n\u00a9 Somebody\n"
    drift = held(text)
    assert told(drift) == []
    ((number, words, why),) = drift.unread
    assert words == "Previous"
    assert number == len(written(document).splitlines()) + 1
    assert f"the rest to line {number + 2}" in why


def test_an_unknown_label_and_an_unknown_type_are_told_as_not_read() -> None:
    label = written("api-list").replace(
        "Valid Values: Ascending", "Charset Constraints: plain\nValid Values: Ascending"
    )
    assert [(words, why) for _, words, why in held(label).unread] == [
        ("Charset Constraints: plain", "a label of SortOrder that is not known")
    ]
    kind = written("cli").replace("FailureReason -> (string)", "FailureReason -> (document)")
    ((_, words, why),) = held(kind).unread
    assert words == "FailureReason -> (document)"
    assert "not known" in why


def test_labels_that_only_newer_pages_have_are_read() -> None:
    more = "Array Members: Minimum number of 1 item. Maximum number of 20 items.\nType: Array of Part objects"
    text = written("api-list").replace("Type: Array of Thing objects", more)
    assert sorted(told(held(text))) == [
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
    drift = held(text)
    assert told(drift) == [
        "new input/SortBy/min_length None -> 1",
        "new input/SortBy/max_length None -> 32",
        "new input/SortBy/pattern None -> [A-Z].*",
    ]
    assert drift.unread == ()
    assert "the client goes over the pages itself: its page need not have MaxResults and NextToken" in drift.notes


def test_words_that_a_page_without_drawings_shouts_are_those_of_the_wire() -> None:
    text = written_anew("cli-page", DESCRIBE)
    assert "The default value is Off." in text
    shouted = text.replace("The default value is Off.", "The default value is OFF.").replace("``Auto``", "``AUTO``")
    assert told(held(shouted)) == []
    assert told(held(text.replace("The default value is Off.", "The default value is AUTO."))) == [
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
        held(text)
    if "style" in words:
        for style in ("boto3 page as text", "AWS CLI page", "API Reference page as Markdown"):
            assert style in error.value.remedy


def test_a_page_without_its_indentation_is_an_error() -> None:
    text = "\n".join(line.strip() for line in written("boto3-describe").splitlines())
    with pytest.raises(PageError, match="lost the indentation"):
        held(text)


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
        held(text.replace(before, after, 1))
    assert error.value.where == f"page.txt:{number}"
