"""What is read of pages that boto3 and the AWS CLI generate is what their service models have."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.documents.generated import boto3_pages
from conformance.documents.page_coverage import Difference, Measured, generated, report
from conformance.documents.service_model import installed

SAMPLES = {
    "sagemaker": (
        "StopHyperParameterTuningJob", "CreateHyperParameterTuningJob", "CreateAutoMLJob", "CreateNotebookInstance",
        "DescribeAutoMLJob", "EnableSagemakerServicecatalogPortfolio", "ListTrainingJobsForHyperParameterTuningJob",
    ),
    "kms": ("CreateAlias", "Encrypt", "ListAliases"),
    "secretsmanager": ("ListSecrets", "PutSecretValue"),
    "ssm": ("GetInventory", "AddTagsToResource", "GetMaintenanceWindowTask"),
    "dynamodb": ("PutItem", "Query", "DescribeLimits"),
    "kinesis": ("SubscribeToShard", "ListStreams"),
    "logs": ("GetLogObject", "StartLiveTail", "PutRetentionPolicy", "CreateExportTask"),
    "stepfunctions": ("SendTaskSuccess", "ListExecutions"),
    "ecr": ("DescribeImages", "DescribeRegistry"),
    "events": ("PutTargets", "EnableRule"),
}  # fmt: skip
"""Operations without input or output, with blobs, streams, shapes that hold themselves, and the largest."""

OTHERWISE = ("only in prose", "otherwise on the page")
"""Kinds of differences that are the page's own: its prose says more than its model, or something else."""


def lost(measured: Measured) -> list[Difference]:
    return [item for item in measured.coverage.differences if item.kind not in OTHERWISE]


@pytest.mark.parametrize("service", SAMPLES)
def test_all_that_boto3_generates_is_read(service: str) -> None:
    measured = generated("boto3", service, SAMPLES[service])
    assert measured.rejected == []
    assert lost(measured) == []
    assert measured.coverage.pages >= len(SAMPLES[service])
    assert measured.coverage.found == measured.coverage.stated
    assert measured.coverage.found["members"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("service", ["kms", "logs", "dynamodb"])
def test_all_that_the_aws_cli_generates_is_read(service: str) -> None:
    pytest.importorskip("awscli")
    measured = generated("cli", service, SAMPLES[service])
    assert measured.rejected == []
    assert lost(measured) == []
    assert measured.coverage.found == measured.coverage.stated
    assert measured.coverage.found["required"] > 0


def test_what_a_page_does_not_say_is_listed() -> None:
    measured = Measured(installed("kms"), "kms")
    (page,) = boto3_pages("kms", ["CreateAlias"])
    text = page.text.replace("TargetKeyId", "TargetName").replace(":type AliasName: string", ":type AliasName: integer")
    measured.add(replace(page, text=text.replace("**[REQUIRED]**", "")))
    table, _, row, *differences = report({"kms": measured})
    assert table.startswith("| pages of | pages | rejected | members |")
    assert "1 of 2, 50.00 %" in row
    assert [re.sub(r"line \d+", "line N", text) for text in differences] == [
        "only in the model: CreateAlias/input/TargetKeyId",
        "only on the page: CreateAlias/input/TargetName: line N",
        "otherwise on the page: CreateAlias/input/AliasName/type: string in the model, integer on line N",
        "otherwise on the page: CreateAlias/input/AliasName/required: yes in the model, no on line N",
    ]


SAVED = {
    "sagemaker-api-2019": ("sagemaker", 75),
    "rekognition-api-2022": ("rekognition", 58),
    "sagemaker-boto3-2019": ("sagemaker", 63),
    "sagemaker-cli-v2": ("sagemaker", 30),
}
"""Folders of pages that somebody has saved, with the service and the number of operations and paginators."""


@pytest.mark.parametrize("folder", SAVED)
def test_saved_pages_are_read_whole_and_only_older_than_the_model(folder: str) -> None:
    """Needs the pages: CONFORMANCE_PAGES=DIR, with these folders in it."""
    if "CONFORMANCE_PAGES" not in os.environ:
        pytest.skip("the pages are not given: CONFORMANCE_PAGES=DIR")
    service, pages = SAVED[folder]
    measured = Measured(installed(service), service)
    measured.add_folder(Path(os.environ["CONFORMANCE_PAGES"]) / folder)
    assert measured.coverage.pages == pages
    assert [text for text in measured.rejected if "in no style" not in text and "names no operation" not in text] == []
    known = [item for item in lost(measured) if "its label says otherwise" not in item.text]
    assert {item.kind for item in known} <= {"only in the model", "only on the page"}
    assert measured.coverage.found["types"] == measured.coverage.stated["types"]
