"""Laws of a life: a server that takes its time is right, and one that forgets, keeps or breaks is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.checks.check import Check
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.resources import kinds
from conformance.drafting.cache import service_contract
from conformance.mutation.bench import world
from conformance.mutation.servers import InProcess
from conformance.reference.generic import ContractService
from conformance.reference.inputs import Rejection
from conformance.session.session import TargetSession
from conformance.suite.catalogue import catalogue
from conformance.wire.request import Request
from generic.served import bench, library

Members = dict[str, Any]
LIFE = ("described", "listed", "twice")


class Slow(ContractService):
    """Lists what is created when it is asked for the second time."""

    asked = 0

    def perform(self, name: str, members: Members) -> Members:
        answer = super().perform(name, members)
        if name == "ListRacks":
            self.asked += 1
            own = [item for item in answer["Racks"] if item["RackName"].startswith("conformance-1")]
            answer["Racks"] = [item for item in answer["Racks"] if item not in own or self.asked % 2 == 0]
        return answer


class Picky(ContractService):
    """Needs a member that no constraint names, and says so."""

    def perform(self, name: str, members: Members) -> Members:
        if name == "CreateRack" and "Boards" not in members:
            raise Rejection("ValidationException", "the number of boards is missing")
        return super().perform(name, members)


def lives() -> list[Check]:
    return [check for check in bench().checks if check.area == "consistency" and check.shares]


def judged(service: type[ContractService]) -> tuple[dict[str, Verdict], ContractService]:
    served = service(world(), contract=library())
    session = TargetSession(library(), InProcess(library(), served), (), tag="t", sleep=lambda _: None)
    return {check.id: check.run(session) for check in lives()}, served


def test_a_contract_that_makes_and_deletes_has_the_laws_of_a_life() -> None:
    ids = {check.id for check in lives()}
    assert {f"CreateRack/consistency/lifecycle/{case}" for case in LIFE} < ids
    assert {f"DeleteRack/consistency/lifecycle/{case}" for case in ("not-described", "not-listed", "twice")} < ids
    assert "CreateRack/consistency/Boards/comes-back" in ids
    assert {check.level for check in lives()} == {"should"}  # no page of the library states any of it


@pytest.mark.parametrize("service", [ContractService, Slow, Picky])
def test_a_right_server_passes_them_and_is_left_as_it_was(service: type[ContractService]) -> None:
    verdicts, served = judged(service)
    assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.PASSED}
    assert all(item["RackName"][:12] != "conformance-t" for item in served.perform("ListRacks", {"Limit": 50})["Racks"])


def test_what_a_server_should_not_have_taken_is_no_second_failure_where_it_is_listed() -> None:
    class Careless(ContractService):
        def __init__(self) -> None:
            super().__init__(world(), contract=library())
            self.kinds = {"conformance-probe": "Comics"}

        def validate(self, name: str, members: Members) -> None:
            if name != "CreateRack":
                super().validate(name, members)

        def perform(self, name: str, members: Members) -> Members:
            answer = super().perform(name, members)
            if name == "CreateRack":
                self.kinds = {answer["RackName"]: members.get("Kind", "Maps")} | self.kinds
            return answer | {
                key: [item | {"Kind": self.kinds.get(item["RackName"], item["Kind"])} for item in value]
                for key, value in answer.items()
                if key == "Racks"
            }

    session = TargetSession(library(), InProcess(library(), Careless()), (), tag="t")
    checks = {check.id: check for check in bench().checks}
    verdicts = [check.run(session) for name, check in checks.items() if name.startswith("CreateRack/request/Kind/")]
    assert Outcome.FAILED in {verdict.outcome for verdict in verdicts}
    listed = session.exchange(Request.call("ListRacks", {"Limit": 50}))
    assert {"NoSuchValue", "Comics"} < {item["Kind"] for item in (listed.answer or {})["Racks"]}
    kind = checks["ListRacks/response/Racks[].Kind/modelled-enum"].run(session)
    assert (kind.outcome, kind.received) == (Outcome.FAILED, '"Comics"')  # the target's own, and that alone


def test_what_can_be_made_once_is_made_by_no_second_request_however_it_is_written() -> None:
    class Terse(ContractService):
        def perform(self, name: str, members: Members) -> Members:
            try:
                return super().perform(name, members)
            except Rejection as rejection:
                raise Rejection("InvalidRequest", rejection.text) from rejection

    served = Terse(world(), contract=library())
    session = TargetSession(library(), InProcess(library(), served), (), tag="t")
    served.perform("DeleteRack", {"RackName": "conformance-probe"})
    assert session.exchange(session.plain(library().operations["CreateRack"])).ok
    verdicts = {
        check.id: check.run(session)
        for check in bench().checks
        if check.id.startswith(("CreateRack/protocol/header-names/", "CreateRack/protocol/body/escaped"))
    }
    assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.PASSED}
    assert any("it exists" in note for verdict in verdicts.values() for note in verdict.notes)


def test_a_server_that_makes_nothing_is_skipped_with_its_words() -> None:
    class Full(ContractService):
        def perform(self, name: str, members: Members) -> Members:
            if name == "CreateRack":
                raise Rejection("RackAlreadyExists", "the room is full")
            return super().perform(name, members)

    verdicts, _ = judged(Full)
    assert {(verdict.outcome, "the room is full" in verdict.reason) for verdict in verdicts.values()} == {
        (Outcome.SKIPPED, True)
    }


def test_names_are_marked_and_keep_their_constraints() -> None:
    (rack,), circles = kinds(library())
    assert (rack.own, circles, rack.input("a1", 3, {})["RackName"]) == ("RackName", (), "conformance-a1-3")


def test_what_a_description_can_not_have_need_not_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    contract = service_contract("events", ["CreateConnection", "ListConnections", "DescribeConnection"], writing=True)
    ids = {check.id for check in catalogue(contract)}
    assert "CreateConnection/consistency/Description/comes-back" in ids
    assert "CreateConnection/consistency/AuthParameters/comes-back" not in ids, "no description has the password"


def test_what_is_described_by_the_member_of_its_create_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = {
        kind.noun: (kind.own, kind.listing and kind.listing.name, kind.describe and kind.describe.name)
        for service, operation in (("events", "ListEventBuses"), ("sqs", "ListQueues"))
        for kind in kinds(service_contract(service, [operation], writing=True))[0]
    }
    assert found == {"EventBus": ("Name", "ListEventBuses", None), "Queue": ("QueueName", "ListQueues", None)}
