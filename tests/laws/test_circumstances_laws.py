"""Laws that compare an answer with its request, with other answers and with the clock."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.protocol.circumstances import (
    elsewhere,
    in_the_partition,
    in_the_region,
    nothing_to_come,
    of_one_account,
    of_the_name,
)
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.wire.exchange import Exchange
from laws.exchanges import answered, silence

CONTRACT = load()
SERVICE = CONTRACT.service
DESCRIBE = CONTRACT.operations["DescribeHyperParameterTuningJob"]
LIST = CONTRACT.operations["ListTrainingJobsForHyperParameterTuningJob"]
PASSED, FAILED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED
NOW = 1_700_000_000.0
DATE = (("Date", "Tue, 14 Nov 2023 22:13:20 GMT"),)


def arn(region: str = "us-east-1", account: str = "123456789012", partition: str = "aws") -> str:
    return f"arn:{partition}:sagemaker:{region}:{account}:hyper-parameter-tuning-job/any"


def described(region: str = "us-east-1", status: int = 200, **members: Any) -> Exchange:
    return answered(members, status, DATE, operation=DESCRIBE.name, region=region, at=NOW)


def received(item: str, region: str = "us-east-1", **members: Any) -> Exchange:
    return described(region, HyperParameterTuningJobName="any", HyperParameterTuningJobArn=item, **members)


@pytest.mark.parametrize(
    ("exchange", "outcome"),
    [
        (received(arn()), PASSED),
        (received(arn("eu-west-1"), "eu-west-1"), PASSED),
        (received(arn("eu-west-1")), FAILED),
        (received(arn(), ""), SKIPPED),
        (received("no ARN"), SKIPPED),
        (described(HyperParameterTuningJobArn=7), SKIPPED),
    ],
)
def test_an_arn_names_the_region_of_the_request(exchange: Exchange, outcome: Outcome) -> None:
    assert in_the_region(SERVICE, DESCRIBE, (exchange,)).outcome is outcome


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        (arn(), PASSED),
        (arn("cn-north-1", partition="aws-cn"), PASSED),
        (arn("us-gov-west-1", partition="aws-us-gov"), PASSED),
        (arn("cn-north-1"), FAILED),
        (arn(partition="aws-cn"), FAILED),
        (arn("local"), SKIPPED),
    ],
)
def test_an_arn_names_the_partition_of_its_region(item: str, outcome: Outcome) -> None:
    assert in_the_partition(SERVICE, DESCRIBE, (received(item),)).outcome is outcome


def test_all_arns_name_one_account() -> None:
    same, other = received(arn()), received(arn(account="000000000000"))
    assert of_one_account(SERVICE, DESCRIBE, (same, same)).outcome is PASSED
    verdict = of_one_account(SERVICE, DESCRIBE, (same, same, other))
    assert verdict.outcome is FAILED
    assert verdict.exchanges == (other,)
    best = {"TrainingJobName": "any", "TrainingJobArn": "arn:aws:sagemaker:us-east-1:9:training-job/any"}
    assert of_one_account(SERVICE, DESCRIBE, (received(arn(), BestTrainingJob=best),)).outcome is FAILED


def test_an_arn_of_the_callers_is_not_looked_at() -> None:
    role = {"RoleArn": "arn:aws-cn:iam::999999999999:role/any"}
    exchange = received(arn(), TrainingJobDefinition=role)
    assert of_one_account(SERVICE, DESCRIBE, (exchange,)).rests_on == {"ARNs": 1}
    assert in_the_partition(SERVICE, DESCRIBE, (exchange,)).outcome is PASSED


def test_an_arn_has_the_name_of_what_it_names_in_any_case() -> None:
    assert of_the_name(SERVICE, DESCRIBE, (received(arn()),)).outcome is PASSED
    assert of_the_name(SERVICE, DESCRIBE, (received(arn().replace("any", "ANY")),)).outcome is PASSED
    assert of_the_name(SERVICE, DESCRIBE, (received(arn().replace("any", "other")),)).outcome is FAILED


@pytest.mark.parametrize(
    ("exchange", "outcome"),
    [
        (described("eu-west-1", 400, __type="ResourceNotFound"), PASSED),
        (received(arn("eu-west-1"), "eu-west-1"), PASSED),
        (received(arn("us-east-1"), "eu-west-1"), FAILED),
        (described("eu-west-1", 500), FAILED),
        (described("eu-west-1", HyperParameterTuningJobName="any"), SKIPPED),
        (received(arn(), ""), SKIPPED),
        (received(arn(), "us-east-1"), SKIPPED),
    ],
)
def test_a_second_region_has_no_such_resource_or_one_of_its_own(exchange: Exchange, outcome: Outcome) -> None:
    assert elsewhere(SERVICE, DESCRIBE, exchange, "us-east-1").outcome is outcome


def test_silence_in_a_second_region_is_an_error() -> None:
    silent = silence(operation=DESCRIBE.name, region="eu-west-1")
    assert elsewhere(SERVICE, DESCRIBE, silent, "us-east-1").outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("member", "ahead", "outcome"),
    [
        ("CreationTime", -1, PASSED),
        ("CreationTime", 200, PASSED),
        ("CreationTime", 3_600, FAILED),
        ("LastModifiedTime", 3_600, FAILED),
        ("HyperParameterTuningEndTime", 3_600, FAILED),
    ],
)
def test_what_has_happened_is_not_later_than_the_answer(member: str, ahead: float, outcome: Outcome) -> None:
    later: dict[str, Any] = {member: NOW + ahead}
    assert nothing_to_come(SERVICE, DESCRIBE, (described(**later),)).outcome is outcome


def test_times_are_compared_with_the_answers_own_date_first() -> None:
    body = {"TrainingJobSummaries": [{"CreationTime": NOW - 1, "TrainingEndTime": NOW + 7_200}]}
    dated, undated = (answered(body, 200, headers, operation=LIST.name, at=NOW + 9_999) for headers in (DATE, ()))
    assert nothing_to_come(SERVICE, LIST, (dated,)).outcome is FAILED
    assert nothing_to_come(SERVICE, LIST, (undated,)).outcome is PASSED


def test_times_that_may_be_to_come_are_no_times_of_what_has_happened() -> None:
    config: dict[str, Any] = {"AutotuneExpiry": NOW + 9_999_999, "CreationTime": True}
    assert nothing_to_come(SERVICE, DESCRIBE, (described(**config),)).outcome is SKIPPED
