"""Pages of every edition: nothing is drift on what the contract was made from, and an edit is exactly one finding.

The pages are written by the tests themselves; where the documents are given, they are edited likewise.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.documents.findings import AgainstPage
from drift.comparing import compared, received
from drift.edits import EDITS, Edit
from drift.writing import DOCUMENTS, contract, written


def original(document: str, folder: Path) -> str:
    return (folder / contract().sources[document].file).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_nothing_is_drift_on_a_page_that_says_what_its_edition_says(document: str) -> None:
    drift = compared(written(document))
    assert received(drift) == []
    assert drift.unread == ()
    assert isinstance(drift.against, AgainstPage)
    assert drift.against.edition == document
    assert drift.against.style == contract().sources[document].kind


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: f"{edit.document}-{edit.name}".replace(" ", "-"))
def test_an_edit_is_exactly_one_finding(edit: Edit) -> None:
    drift = compared(edit.of(written(edit.document)))
    assert received(drift) == [edit.expected]
    (finding,) = drift.findings
    assert bool(finding.lines) == (finding.kind != "removed")
    assert bool(finding.cited) == (finding.kind != "new")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_documents_themselves_are_no_drift(document: str, documents: Path) -> None:
    drift = compared(original(document, documents))
    assert received(drift) == []
    assert drift.unread == ()


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: f"{edit.document}-{edit.name}".replace(" ", "-"))
def test_an_edit_of_a_document_is_exactly_one_finding(edit: Edit, documents: Path) -> None:
    assert received(compared(edit.of(original(edit.document, documents)))) == [edit.expected]


KNOWN = {"cli": ["input/StatusEquals/enum"], "api-list": ["input/StatusEquals/enum"]}
"""What older editions say otherwise than the newest about the same operation."""


def assert_known(document: str, text: str) -> None:
    drift = compared(text)
    assert [item.facts[0].partition("/")[2] for item in drift.known] == KNOWN.get(document, [])
    for item in drift.known:
        assert item.gone == ("Deleting",)
        assert [place.id for place in item.cited] == ["boto3-paginator"]


@pytest.mark.parametrize("document", [item for item in DOCUMENTS if item != "boto3-describe"])
def test_what_the_editions_disagree_about_is_distinguished(document: str) -> None:
    assert_known(document, written(document))


@pytest.mark.parametrize("document", [item for item in DOCUMENTS if item != "boto3-describe"])
def test_what_the_documents_disagree_about_is_distinguished(document: str, documents: Path) -> None:
    assert_known(document, original(document, documents))


def test_an_older_page_that_catches_up_is_no_drift() -> None:
    text = re.sub(r"\| Stopped$", "| Stopped | Deleting", written("api-list"), flags=re.MULTILINE)
    drift = compared(text)
    assert received(drift) == []
    assert [item.detail for item in drift.known] == ["says now what boto3-paginator:31 says"]


def test_a_default_in_words_that_nobody_can_read_is_reported_as_gone() -> None:
    text = written("api-list").replace("The default value is 10.", "Ten, if you say nothing.")
    assert received(compared(text)) == ["removed input/MaxResults/default 10 -> None"]


def test_a_member_that_is_no_longer_drawn_is_reported_though_it_is_still_explained() -> None:
    drift = compared(written("api-list").replace('"SortOrder": "string", ', ""))
    assert received(drift) == ["removed input/SortOrder/present"]
    assert drift.findings[0].detail == "named on 2 lines of that edition, on 1 here"


def test_what_a_new_member_is_like_is_reported_with_it() -> None:
    edit = next(item for item in EDITS if item.name == "new map")
    (finding,) = compared(edit.of(written(edit.document))).findings
    assert finding.detail == "a map, with 2 paths below it"
    edit = next(item for item in EDITS if item.document == "api-describe" and item.name == "new member")
    (finding,) = compared(edit.of(written(edit.document))).findings
    assert finding.detail == "a string, enum Red, Blue"


def test_what_only_the_model_had_and_the_page_now_has_is_said() -> None:
    drawn = '"[InstanceType](Part.md#there)": "string",'
    text = written("api-describe")
    assert drawn in text
    plan = '"[TrainingPlanArn](Part.md#there)": "string",'
    (finding,) = compared(text.replace(drawn, f"{drawn}\n{plan}", 1)).findings
    assert finding.path == "TrainingJobDefinition.ResourceConfig.TrainingPlanArn"
    assert finding.detail == "a string; the service model says so already"


def test_a_pattern_with_other_anchors_is_the_same_pattern() -> None:
    text = written("api-list")
    anchored = text.replace("Pattern: .*", "Pattern: ^.*$")
    assert anchored != text
    assert received(compared(anchored)) == []
    assert received(compared(text.replace("Pattern: .*", "Pattern: ^.+$"))) != []
