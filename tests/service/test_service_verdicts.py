"""What a contract that nobody has written can't know is no failure: of a target that is right, nothing fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli.command import by_id, conformance, report_of

from conformance.checks.protocol.cases import protocol_cases
from conformance.checks.request.cases import request_cases
from conformance.drafting.cache import service_contract
from conformance.reference.generic import ContractService
from conformance.reference.inputs import Rejection
from conformance.reference.server import ReferenceServer
from conformance.wire.limits import reaches_only
from conformance.wire.request import Request
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

Members = dict[str, Any]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@contextmanager
def serving(service: str, operation: str, change: Callable[[Members], Members]) -> Iterator[str]:
    """Serve an operation of a service; `change` changes what it answers, or rejects the members of the request."""

    class Changed(ContractService):
        def perform(self, name: str, members: Members) -> Members:
            return change(members) or super().perform(name, members)

    contract = service_contract(service, [operation])
    with ReferenceServer(
        World("empty", ()),
        contract=contract,
        service=lambda *_, **__: Changed(load_world("default"), contract=contract),
    ) as server:
        yield server.endpoint_url


def test_white_space_goes_between_the_tokens_of_a_body_and_into_no_string() -> None:
    contract = service_contract("stepfunctions", ["DescribeActivity"])
    plain = Request.call("DescribeActivity", {"activityArn": "arn:aws:states:{x}"})
    cases = protocol_cases(contract, contract.operations["DescribeActivity"], plain)
    (spaced,) = (case.request.body for case in cases if case.name == "white-space")
    assert json.loads(spaced) == plain.members
    assert spaced != plain.body


def test_of_two_alternatives_that_are_both_given_neither_is_empty() -> None:
    contract = service_contract("secretsmanager", ["BatchGetSecretValue"])
    cases = request_cases(contract, contract.operations["BatchGetSecretValue"])
    (both,) = (case for case in cases if case.name == "both-given")
    assert {name: bool(value) for name, value in both.members} == {"Filters": True, "SecretIdList": True}


def test_members_that_need_each_other_are_no_failure(tmp_path: Path) -> None:
    def change(members: Members) -> Members:
        if "metricName" in members and "metricNamespace" not in members:
            raise Rejection("InvalidParameterException", "metricNamespace must also be given when metricName is")
        return {}

    with serving("logs", "DescribeMetricFilters", change) as url:
        asked = ("--service", "logs", "--operation", "DescribeMetricFilters", "--select", "*/request/metricName*")
        ended = conformance("run", url, *asked, "--report-dir", "r", cwd=tmp_path)
    results = by_id(report_of(tmp_path / "r"))
    assert [name for name, row in results.items() if row["outcome"] == "failed"] == [], ended.said
    alone = results["DescribeMetricFilters/request/metricName/alone"]
    assert (alone["outcome"], "metricNamespace must also be given" in alone["reason"]) == ("skipped", True)


def _needs_arn(members: Members) -> Members:
    if not str(members["activityArn"]).startswith("arn:aws:states:"):
        raise Rejection("InvalidArn", "the ARN is not valid")
    return {}


def _needs_machine(members: Members) -> Members:
    if "stateMachineArn" not in members:
        raise Rejection("InternalFailure", "it broke", status=500)
    return {}


def _needs_condition(members: Members) -> Members:
    if "KeyConditions" not in members:
        raise Rejection("ValidationException", "Either the KeyConditions or KeyConditionExpression must be given")
    return {}


def _knows_fewer_words(members: Members) -> Members:
    if members.get("StatusEquals") == "Deleting":
        raise Rejection("ValidationException", "Value 'Deleting' at 'statusEquals' failed to satisfy constraint")
    return {}


def _token_of_another_query(members: Members) -> Members:
    if {"nextToken", "logGroupNamePrefix"} <= members.keys():
        raise Rejection("InvalidToken", "the token goes with another query")
    return {}


def _lists_nothing(_: Members) -> Members:
    return {"RuleNames": []}


def _needs_total(members: Members) -> Members:
    if members.get("Segment"):
        raise Rejection("ValidationException", "The TotalSegments parameter is required when Segment is present")
    return {}


def _needs_its_key(members: Members) -> Members:
    if not members["TableName"].startswith("conformance-n"):
        raise Rejection("ValidationException", "The provided key element does not match the schema")
    return {}


def _empty_token(_: Members) -> Members:
    return {"Versions": [], "NextToken": ""}


def _empty_at_the_end(members: Members) -> Members:
    token, size = members.get("NextToken") or "from-0", members.get("MaxResults") or 50
    if not token.startswith("from-"):
        raise Rejection("InvalidNextToken", "the token is none of ours")
    first = int(token.removeprefix("from-"))
    page = [{"Name": f"document-{number:02}"} for number in range(26)][first : first + size]
    return {"DocumentIdentifiers": page, "NextToken": f"from-{first + size}" if first + size < 26 else ""}


def _null_at_the_end(_: Members) -> Members:
    return {"clusterArns": [], "nextToken": None}


def _too_large_a_page(_: Members) -> Members:
    return {"IdentityPools": [{"IdentityPoolId": f"us-east-1:{number}"} for number in range(9)]}


def _no_small_pages(members: Members) -> Members:
    if members.get("maxResults", 20) < 20:
        raise Rejection("InvalidParameterException", "maxResults must be at least 20")
    return {}


def _hides_what_it_filters_by(members: Members) -> Members:
    wanted = members.get("Filter", {}).get("ConnectionType", "JDBC")
    return {"ConnectionList": [{"Name": "one"}] if wanted == "JDBC" else []}


def _without_tags(_: Members) -> Members:
    return {"tags": {}}


@pytest.mark.parametrize(
    ("service", "operation", "change", "area"),
    [
        pytest.param("stepfunctions", "DescribeActivity", _needs_arn, "*/error/*/plain", id="a-name-that-is-no-arn"),
        pytest.param("dynamodb", "Query", _needs_condition, "*/unknown-name", id="a-request-that-lacks-a-condition"),
        pytest.param("sagemaker", "ListTrainingJobs", _knows_fewer_words, "*Deleting/*", id="a-word-that-is-newer"),
        pytest.param("logs", "DescribeLogGroups", _token_of_another_query, "*Prefix/*-a-token", id="a-token-and-more"),
        pytest.param("dynamodb", "Scan", _needs_total, "*/Segment/range-9*", id="a-member-that-needs-another"),
        pytest.param("dynamodb", "GetItem", _needs_its_key, "*/error/*", id="a-key-of-no-schema"),
        pytest.param("logs", "ListTagsForResource", _without_tags, "*/response/tags/*", id="an-empty-list"),
        pytest.param("ecs", "ListClusters", _null_at_the_end, "*/response/*", id="null-where-its-page-says-so"),
        pytest.param("cognito-identity", "ListIdentityPools", _too_large_a_page, "*/header-names/*", id="large-pages"),
        pytest.param(
            "directconnect", "DescribeConnections", _no_small_pages, "*/pagination/default/*", id="least-page"
        ),
        pytest.param(
            "glue", "GetConnections", _hides_what_it_filters_by, "*/filter/*", id="a-filter-of-what-is-hidden"
        ),
        pytest.param("events", "ListRuleNamesByTarget", _lists_nothing, "*/error/*/plain", id="nothing-is-listed"),
        pytest.param("secretsmanager", "ListSecretVersionIds", _empty_token, "*/leads-*", id="an-empty-token"),
        pytest.param("ssm", "ListDocuments", _empty_at_the_end, "*/pagination/token/*", id="an-empty-token-at-the-end"),
    ],
)
def test_what_a_server_may_answer_is_no_failure(
    tmp_path: Path, service: str, operation: str, change: Callable[[Members], Members], area: str
) -> None:
    with serving(service, operation, change) as url:
        narrowed = ("--select", area) if "*" in area else ("--area", area)
        conformance(
            "run", url, "--service", service, "--operation", operation, *narrowed, "--report-dir", "r", cwd=tmp_path
        )
    results = by_id(report_of(tmp_path / "r"))
    assert [name for name, row in results.items() if row["outcome"] in {"failed", "error"}] == []


def test_a_crash_of_the_plain_request_is_one_failure_and_keeps_no_other_from_being_seen(tmp_path: Path) -> None:
    with serving("stepfunctions", "ListExecutions", _needs_machine) as url:
        asked = ("--service", "stepfunctions", "--operation", "ListExecutions")
        selected = ("--select", "*/available", "--select", "*/maxResults*")
        conformance("run", url, *asked, *selected, "--report-dir", "r", cwd=tmp_path)
    results = by_id(report_of(tmp_path / "r")).items()
    assert [name for name, row in results if row["outcome"] == "failed"] == [
        "ListExecutions/protocol/operation/available"
    ]
    assert any(row["outcome"] == "passed" for _, row in results)


def test_of_a_page_that_is_too_large_a_client_is_not_accused(tmp_path: Path) -> None:
    listed = [{"ConnectorId": f"c-{number:017x}", "Arn": None} for number in range(30)]
    with serving("transfer", "ListConnectors", lambda _: {"Connectors": listed}) as url:
        asked = ("--service", "transfer", "--operation", "ListConnectors")
        selected = ("--select", "*/page-size*", "--select", "*/response/*")
        conformance("run", url, *asked, *selected, "--report-dir", "r", cwd=tmp_path)
    results = by_id(report_of(tmp_path / "r"))
    assert results["ListConnectors/pagination/default/page-size-1"]["outcome"] == "failed"
    caps = results["ListConnectors/client/paginator/page-size-caps"]
    assert (caps["outcome"], caps["reason"].rpartition(" ")[2]) == (
        "skipped",
        "ListConnectors/pagination/default/page-size-1",
    )


def test_a_name_that_boto3_makes_up_itself_is_not_missed(tmp_path: Path) -> None:
    with serving("athena", "DeleteNamedQuery", lambda _: {"accepted": True}) as url:
        asked = ("--service", "athena", "--operation", "DeleteNamedQuery", "--may-write")
        selected = ("--select", "DeleteNamedQuery/client/boto3/name-left-out")
        ended = conformance("run", url, *asked, *selected, "--report-dir", "r", cwd=tmp_path)
    (row,) = by_id(report_of(tmp_path / "r")).values()
    assert (row["outcome"], "idempotency token" in row["reason"]) == ("skipped", True), ended.said


def test_a_name_with_a_letter_more_is_no_other_operation_and_may_be_sent() -> None:
    contract = service_contract("ssm", ["GetParameter", "GetParameters"])
    cases = protocol_cases(contract, contract.operations["GetParameter"], Request.call("GetParameter", {"Name": "a"}))
    (longer,) = (case.request.target or "" for case in cases if case.name == "longer")
    assert longer.rpartition(".")[2] not in contract.operations
    assert reaches_only("GetParameter", {"X-Amz-Target": longer}, exact=False)
