"""The ways in which times are printed, and what tells them apart."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.suite.saved import Answer, Form, Layout, as_wire
from validate.saving import DESCRIBE, contract

MOMENT = 1_714_557_600


def read(members: dict[str, Any], form: Form | None = None, layout: Layout = Layout.OTHER) -> Answer:
    return as_wire(contract().operations[DESCRIBE], members, form, layout=layout)


def form_of(layout: Layout = Layout.OTHER, **members: Any) -> Form:
    return read(members, layout=layout).form


def creation(value: Any, form: Form | None = None) -> Any:
    return read({"CreationTime": value}, form).body["CreationTime"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2024-05-01T10:00:00Z", MOMENT),
        ("2024-05-01T10:00:00+00:00", MOMENT),
        ("2024-05-01T12:00:00+02:00", MOMENT),
        ("2024-05-01T10:00:00.250000+00:00", MOMENT + 0.25),
        ("2024-05-01 10:00:00+00:00", MOMENT),
        ("2024-05-01 05:30:00.5-04:30", MOMENT + 0.5),
        ("2024-05-01 10:00:00.123000+00:00", MOMENT + 0.123),
    ],
)
def test_times_become_seconds(text: str, seconds: float) -> None:
    assert (creation(text), type(creation(text))) == (seconds, type(seconds))


@pytest.mark.parametrize("text", ["2024-05-01", "2024-02-30T10:00:00Z", "yesterday", "2024-05-01T10:00:00", ""])
def test_what_is_no_time_of_the_form_is_left_to_be_judged(text: str) -> None:
    assert creation(text, Form.CLI) == text


def test_a_form_that_is_named_wins() -> None:
    assert creation("2024-05-01T10:00:00Z", Form.WIRE) == "2024-05-01T10:00:00Z"
    assert creation("2024-05-01T10:00:00Z", Form.BOTO3) == "2024-05-01T10:00:00Z"


def test_times_of_boto3_may_be_written_by_isoformat() -> None:
    assert creation("2024-05-01T10:00:00.250000+00:00", Form.BOTO3) == MOMENT + 0.25
    saved = {"CreationTime": "2024-05-01T10:00:00+00:00", "ResponseMetadata": {"HTTPStatusCode": 200}}
    answer = read(saved)
    assert (answer.form, answer.body) == (Form.BOTO3, {"CreationTime": MOMENT})


def test_one_number_among_the_times_makes_it_the_wire_so_that_a_text_beside_it_fails() -> None:
    assert form_of(CreationTime=MOMENT, LastModifiedTime="2024-05-01T10:00:00Z") is Form.WIRE


@pytest.mark.parametrize("layout", [Layout.INDENTED, Layout.YAML])
def test_numbers_laid_out_as_the_aws_cli_does_are_its_own(layout: Layout) -> None:
    assert form_of(layout, CreationTime=MOMENT) is Form.CLI
    assert form_of(layout, __type="ResourceNotFound") is Form.WIRE
    assert read({"CreationTime": MOMENT}, Form.WIRE, layout).form is Form.WIRE


def test_yaml_is_the_aws_cli_s_unless_its_content_tells_of_another_form() -> None:
    assert form_of(Layout.YAML) is Form.CLI
    assert form_of(Layout.YAML, CreationTime="2024-05-01T10:00:00Z") is Form.CLI
    assert form_of(Layout.YAML, CreationTime="2024-05-01 10:00:00+00:00") is Form.BOTO3
    assert form_of(Layout.YAML, ResponseMetadata={}) is Form.BOTO3


def test_without_times_metadata_tells_and_else_it_is_the_wire() -> None:
    assert form_of(FailureReason="none", ResponseMetadata={"HTTPStatusCode": 200}) is Form.BOTO3
    assert form_of(FailureReason="2024-05-01 10:00:00+00:00") is Form.WIRE


def test_texts_that_look_like_times_stay_texts_where_no_time_belongs() -> None:
    texts = dict.fromkeys(("CreationTime", "FailureReason", "New"), "2024-05-01T10:00:00Z")
    assert read(texts).body == {**texts, "CreationTime": MOMENT}


def test_times_are_found_in_lists_and_structures() -> None:
    wire = read({"BestTrainingJob": {"CreationTime": "2024-05-01 10:00:00+00:00"}})
    assert wire.form is Form.BOTO3
    assert wire.body == {"BestTrainingJob": {"CreationTime": MOMENT}}


def test_what_stands_in_the_wrong_place_is_left_as_it_is() -> None:
    odd = {"BestTrainingJob": ["2024-05-01T10:00:00Z"], "TrainingJobDefinitions": {"a": 1}, "CreationTime": [1]}
    assert read(odd, Form.CLI).body == odd
