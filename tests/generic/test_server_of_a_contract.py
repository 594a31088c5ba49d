"""The server of any contract: a state that is made up, and kept; order, filters and errors of its contract."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.drafting.cache import service_contract
from conformance.mutation.bench import world
from conformance.mutation.mutant import Kind, Mutant, editing
from conformance.reference.generic import ContractService
from conformance.reference.http import Answer, Call
from conformance.report.result import Outcome
from conformance.suite.plan import Plan
from conformance.suite.run import Evaluator
from conformance.suite.settings import Settings
from generic.served import Racks, bench, library


def test_a_listing_has_two_pages_and_a_half_of_ten() -> None:
    racks = Racks()
    assert [len(racks.call("ListRacks", Limit=10)[1]["Racks"]), len(racks.listed(Limit=10))] == [10, 26]


def test_what_is_created_is_described_and_listed_as_it_was_given() -> None:
    racks = Racks()
    given = {"RackName": "by-the-window", "Kind": "Maps", "Boards": 7}
    assert racks.call("CreateRack", **given) == (200, {"RackName": "by-the-window"})
    described = racks.call("DescribeRack", RackName="by-the-window")[1]
    [listed] = [item for item in racks.listed() if item["RackName"] == "by-the-window"]
    assert described == listed
    assert described.items() >= given.items()


def test_what_is_created_is_in_the_region_of_its_request_alone() -> None:
    served = ContractService(world(), contract=library())

    def ask(operation: str, region: str, **members: str) -> int:
        signed = (
            f"AWS4-HMAC-SHA256 Credential=test/20260101/{region}/library/aws4_request, SignedHeaders=host, Signature=0"
        )
        target = f"{library().service.target_prefix}.{operation}"
        headers = {"x-amz-target": target, "content-type": library().service.content_type, "authorization": signed}
        return served.answer(Call("POST", "/", headers, json.dumps(members).encode())).status

    assert ask("CreateRack", "eu-west-1", RackName="by-the-window", Kind="Maps") == 200
    asked = [ask("DescribeRack", region, RackName="by-the-window") for region in ("eu-west-1", "us-east-1")]
    assert asked == [200, 400]


def test_what_is_deleted_is_gone() -> None:
    racks = Racks()
    name = racks.listed()[3]["RackName"]
    assert racks.call("DeleteRack", RackName=name) == (200, {})
    assert name not in {item["RackName"] for item in racks.listed()}
    for operation in ("DescribeRack", "DeleteRack"):
        status, error = racks.call(operation, RackName=name)
        assert (status, error["__type"]) == (400, "RackNotFound")


def test_a_name_that_is_taken_is_rejected() -> None:
    racks = Racks()
    name = racks.listed()[0]["RackName"]
    status, error = racks.call("CreateRack", RackName=name, Kind="Maps")
    assert (status, error["__type"]) == (400, "RackAlreadyExists")


def test_order_and_filters_hold_from_page_to_page() -> None:
    racks = Racks()
    items = racks.listed()
    falling = racks.listed(OrderBy="Name", Order="Down", Kind="Poems", Limit=3)
    wanted = sorted((item["RackName"] for item in items if item["Kind"] == "Poems"), reverse=True)
    assert [item["RackName"] for item in falling] == wanted
    assert 0 < len(wanted) < len(items)


@pytest.mark.parametrize("members", [{"Limit": 51}, {"Kind": "novels"}, {"NamePart": "A"}, {"Token": "made-up"}])
def test_what_breaks_a_constraint_is_rejected(members: dict[str, object]) -> None:
    status, error = Racks().call("ListRacks", **members)
    assert (status, error["__type"]) == (400, "ValidationException")


def test_an_operation_without_output_may_answer_with_an_empty_body() -> None:
    def emptied(answer: Answer, _: Call) -> Answer:
        return replace(answer, body=b"") if answer.body == b"{}" else answer

    silent = Mutant("silent", "no body", ("protocol/answer",), ("DeleteRack",), Kind.WIRE, editing("answer", emptied))
    assert bench().try_out(silent).findings == 0


def test_no_check_accuses_the_server() -> None:
    assert bench().false_alarms() == ()


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("keyspacesstreams", "ListStreams"),  # tokens of a form of their own
        ("logs", "ListLogGroupsForQuery"),  # pages of fifty at least
        ("cloudhsm", "ListHapgs"),  # pages of no size
        ("athena", "ListNamedQueries"),  # lists of one at least
        ("kinesis", "ListChannels"),  # ARNs of patterns that admit much
        ("healthlake", "ListFHIRImportJobs"),  # an endpoint below another name
        ("inspector", "ListAssessmentRunAgents"),  # filters that go together
        ("identitystore", "ListGroupMembershipsForMember"),  # names that are structures
    ],
)
def test_no_check_accuses_the_server_of_an_awkward_draft(
    service: str, operation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    settings = Settings(target="reference", service=service, operation=(operation,))
    plan = Plan.of(settings, service_contract(service, (operation,)))
    with plan.opened() as target:
        results = list(map(Evaluator(plan, target).evaluate, plan.own))
    assert [each.id for each in results if each.outcome in {Outcome.FAILED, Outcome.ERROR}] == []
    assert any(each.outcome is Outcome.PASSED for each in results)
