"""Answers of the reference server, saved as people save them: from the wire, by the AWS CLI, by boto3."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from reference.calling import Caller, sdk

from conformance.checks.check import Check
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.reference.server import ReferenceServer
from conformance.report.result import Outcome
from conformance.suite.catalogue import catalogue
from conformance.suite.saved import Content, Form
from conformance.suite.validate import CheckResult, evaluate
from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from pathlib import Path

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
SUBJECT = "HyperParameterTuningJobName"
STATUSES = "churn-57-in-all-statuses"
"""A tuning job that has nearly everything an answer can have."""

SORTED = {
    SUBJECT: STATUSES, "StatusEquals": "Completed", "SortBy": "FinalObjectiveMetricValue",
    "SortOrder": "Descending", "MaxResults": 5,
}  # fmt: skip


@dataclass(frozen=True)
class Saved:
    """One answer in its three forms, as text."""

    operation: str
    name: str
    wire: str
    cli: str
    boto3: str

    @property
    def request(self) -> dict[str, Any]:
        """What was asked."""
        return {SUBJECT: self.name, **({"MaxResults": 100} if self.operation == LIST else {})}

    def form(self, name: str) -> str:
        """Return the text of a form."""
        return str(getattr(self, name))


@dataclass(frozen=True)
class Answers:
    """What was saved: an answer of each operation for every tuning job, one sorted page, and three errors."""

    all: tuple[Saved, ...]
    page: str
    unknown_name: str
    invalid_name: str
    boto3_error: str

    def of(self, operation: str, name: str = STATUSES) -> Saved:
        """Return the answer of an operation about a tuning job."""
        return next(item for item in self.all if (item.operation, item.name) == (operation, name))


@cache
def contract() -> Contract:
    return load()


@cache
def checks() -> tuple[Check, ...]:
    return catalogue(contract())


def judged(
    operation: str, answer: Any = None, request: dict[str, Any] | None = None, form: Form | None = None
) -> CheckResult:
    """Evaluate an answer, a request or both; the catalogue is made once for all of them."""
    with patch("conformance.suite.validate.catalogue", lambda _: checks()):
        return evaluate(
            contract(),
            contract().operations[operation],
            answer=answer if isinstance(answer, Content | None) else Content("answer.json", answer),
            request=None if request is None else Content("request.json", request),
            form=form,
        )


def failures(check_result: CheckResult) -> set[str]:
    return {result.id for result in check_result.results if result.outcome is Outcome.FAILED}


@cache
def answers() -> Answers:
    """Ask the reference server once."""
    world = load_world("default")
    with ReferenceServer(world) as server:
        caller, client = Caller(server.endpoint_url), sdk(server.endpoint_url)
        pages = client.get_paginator("list_hyper_parameter_tuning_jobs").paginate()
        names = [job[SUBJECT] for page in pages for job in page["HyperParameterTuningJobSummaries"]]
        saved = [item for name in names for item in _of(caller, client, name)]
        try:
            client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="nobody")
        except client.exceptions.ResourceNotFound as error:
            rejected = json.dumps(error.response, default=str)
        return Answers(
            tuple(saved),
            caller.post(LIST, SORTED).text,
            caller.post(DESCRIBE, {SUBJECT: "nobody"}).text,
            caller.post(DESCRIBE, {SUBJECT: "-"}).text,
            rejected,
        )


def _of(caller: Caller, client: Any, name: str) -> list[Saved]:
    calls: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        (DESCRIBE, client.describe_hyper_parameter_tuning_job, {}),
        (LIST, client.list_training_jobs_for_hyper_parameter_tuning_job, {"MaxResults": 100}),
    )
    saved = []
    for operation, call, members in calls:
        wire = caller.post(operation, {SUBJECT: name, **members}).text
        returned = call(HyperParameterTuningJobName=name, **members)
        shown = {member: value for member, value in returned.items() if member != "ResponseMetadata"}
        cli = json.dumps(shown, default=datetime.isoformat, indent=4)
        saved.append(Saved(operation, name, wire, cli, json.dumps(returned, default=str)))
    return saved


def write(folder: Path, name: str, text: str | bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
