"""Resources of any contract: a few are made before the checks, and just those, and what checks made, deleted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.command import conformance
from targets.doubles import Answers, ScriptedCaller

from conformance.contract.resources import kinds
from conformance.drafting.cache import service_contract
from conformance.mutation.bench import world
from conformance.mutation.servers import InProcess
from conformance.reference.generic import ContractService
from conformance.reference.inputs import Rejection
from conformance.reference.server import ReferenceServer
from conformance.session.session import TargetSession
from conformance.targets.making import Making
from conformance.targets.spec import Kind, Origin, StateSource, TargetSpec
from conformance.targets.state import Access
from conformance.wire.exchange import Exchange, Fault, HttpRequest
from conformance.wire.request import Request
from conformance.worlds.model import World
from generic.served import LIBRARY, library

Members = dict[str, Any]
Perform = Callable[[str, Members], Members]
URL = "http://127.0.0.1:4566"
ACCESS = Access(URL, "us-east-1", None, frozenset(), TargetSpec("mine", Kind.ENDPOINT, StateSource(Origin.CREATE), URL))
STILL_LISTED = "its Delete was accepted, and it is still listed"
MADE = "made for this run, and deleted afterwards: 26 racks"


def names_in(service: ContractService) -> list[str]:
    first = ContractService.perform(service, "ListRacks", {"Limit": 50})
    more = {"Limit": 50, "Token": first["Token"]} if "Token" in first else None
    second = ContractService.perform(service, "ListRacks", more)["Racks"] if more else []
    return [item["RackName"] for item in (*first["Racks"], *second)]


def as_it_is(perform: Perform, name: str, members: Members) -> Members:
    return perform(name, members)


class Room:
    """A client of a server of the library, which `change` may have answer otherwise; time passes only by pauses."""

    def __init__(
        self,
        change: Callable[[Perform, str, Members], Members] = lambda perform, *asked: perform(*asked),
        folder: Path = Path("nothing-is-left"),
    ) -> None:
        class Changed(ContractService):
            def perform(self, name: str, members: Members) -> Members:
                return change(super().perform, name, members)

        self.service = Changed(world(), contract=library())
        self.sender = InProcess(library(), self.service)
        self.asked: list[tuple[str, Members]] = []
        self.now = 0.0
        self.making = Making(self, ACCESS, folder, library(), sleep=self.sleep, clock=lambda: self.now)
        self.before = self.racks()

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def call(self, operation: str, members: Members) -> Exchange:
        self.asked.append((operation, members))
        return self.sender.send(Request.call(operation, members))

    def close(self) -> None:
        """Let go of nothing."""

    def make(self) -> list[str]:
        return self.making.make("t", stays=False)[1]

    def racks(self) -> list[str]:
        return names_in(self.service)

    def count(self, operation: str) -> int:
        return [name for name, _ in self.asked].count(operation)


def rejecting(operation: str, code: str, while_: Callable[[int], bool] = lambda _: True) -> Callable[..., Members]:
    asked: list[str] = []

    def change(perform: Perform, name: str, members: Members) -> Members:
        asked.append(name)
        if name == operation and while_(asked.count(operation)):
            raise Rejection(code, "the room is locked")
        return perform(name, members)

    return change


def test_two_pages_and_a_half_are_made_and_just_those_deleted() -> None:
    room = Room()
    assert room.make() == [MADE]
    assert set(room.racks()) - set(room.before) == {f"conformance-t-{number}" for number in range(1, 27)}
    assert room.making.tear_down() == ()
    assert room.racks() == room.before
    assert {operation for operation, _ in room.asked} == {"CreateRack", "DeleteRack", "ListRacks"}


def test_a_rejected_create_is_a_note() -> None:
    room = Room(rejecting("CreateRack", "RackAlreadyExists"))
    assert room.make() == ["CreateRack: RackAlreadyExists: the room is locked"]
    assert (room.count("CreateRack"), room.making.tear_down(), room.count("DeleteRack")) == (1, (), 0)


def test_making_ends_where_the_target_has_no_room_for_more() -> None:
    room = Room(rejecting("CreateRack", "LimitExceeded", lambda time: time > 3))
    notes = room.make()
    assert notes[0].endswith(": 3 racks")
    assert notes[1] == "CreateRack: only 3: LimitExceeded: the room is locked"
    assert room.making.tear_down() == ()
    assert room.racks() == room.before


def test_three_silences_end_the_making(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    silence = Exchange("CreateRack", HttpRequest("POST", URL, (), b"{}"), None, Fault("timeout", "nothing came"))
    monkeypatch.setattr(room.sender, "send", lambda _: silence)
    assert [room.make() for _ in range(3)][-1] == ["CreateRack: the target left 3 requests in a row unanswered"]


def test_an_interrupt_loses_none_of_them() -> None:
    def interrupted(perform: Perform, name: str, members: Members) -> Members:
        answer = perform(name, members)
        if members.get("RackName") == "conformance-t-3" and name == "CreateRack":
            raise KeyboardInterrupt
        return answer

    room = Room(interrupted)
    with pytest.raises(KeyboardInterrupt):
        room.make()
    assert room.making.tear_down() == ()
    assert room.racks() == room.before


def test_what_deletes_slowly_is_waited_for() -> None:
    room = Room(rejecting("DeleteRack", "RackInUse", lambda time: time < 40))
    room.make()
    assert room.making.tear_down() == ()
    assert room.racks() == room.before
    assert 0 < room.now <= ACCESS.spec.limits.total_s


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (rejecting("DeleteRack", "AccessDenied"), "AccessDenied: the room is locked"),
        (lambda perform, name, members: {} if name == "DeleteRack" else perform(name, members), STILL_LISTED),
    ],
)
def test_what_is_left_is_reported_with_a_script_that_deletes_it(tmp_path: Path, change: Any, reason: str) -> None:
    room = Room(change, tmp_path)
    room.make()
    said, line = room.making.tear_down()
    names = "conformance-t-26, conformance-t-25, conformance-t-24 and 23 more"
    assert said == f"26 racks of this run could not be deleted from the target: {names} ({reason})"
    assert line == f"to delete what is left: sh {tmp_path / 'leftovers-t.sh'}"
    script = (tmp_path / "leftovers-t.sh").read_text(encoding="utf-8").splitlines()
    assert script[2] == "export AWS_PAGER= AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"
    where = f"--region us-east-1 --endpoint-url {URL}"
    assert [line for line in script if not line.startswith("#")][1:] == [
        f'aws library delete-rack {where} --cli-input-json \'{{"RackName": "conformance-t-{number}"}}\''
        for number in range(26, 0, -1)
    ]


def test_what_checks_make_by_the_way_is_deleted_as_well() -> None:
    room = Room()
    for name in ("made-by-a-check", "deleted-by-a-check"):
        room.making.note(room.call("CreateRack", {"RackName": name, "Kind": "Maps"}))
    room.making.note(room.call("DeleteRack", {"RackName": "deleted-by-a-check"}))
    assert room.making.tear_down() == ()
    assert (room.racks(), room.count("DeleteRack")) == (room.before, 2)


@pytest.mark.parametrize(("words", "writes"), [((), False), (("--may-write",), True)])
def test_a_run_makes_resources_only_where_it_may_write(tmp_path: Path, *, words: tuple[str, ...], writes: bool) -> None:
    asked: list[str] = []

    class Asked(ContractService):
        def perform(self, name: str, members: Members) -> Members:
            asked.append(name)
            return super().perform(name, members)

    served = Asked(world(), contract=library())
    before = names_in(served)
    with ReferenceServer(World("empty", ()), contract=library(), service=lambda *_, **__: served) as server:
        select = ("--select", "*/lifecycle/*", "--select", "CreateRack/request/RackName")
        ended = conformance("run", server.endpoint_url, "--contract", LIBRARY, *select, *words, cwd=tmp_path)
    assert ({"CreateRack", "DeleteRack"} <= set(asked)) is writes
    ended.told_without_traceback()
    assert (MADE in ended.out) is writes
    assert ("no resources are made for this contract" in ended.out) is not writes
    assert names_in(served) == before
    assert "by the way" not in ended.said


def test_what_writes_is_asked_about_the_own_resources_alone_and_reads_go_there_first() -> None:
    room = Room()
    made, _ = room.making.make("t", stays=False)
    session = TargetSession(library(), room.sender, (), made=made)
    operations = library().operations
    deleted = session.names_of(operations["DeleteRack"], "RackName")
    described = session.names_of(operations["DescribeRack"], "RackName")
    own = {f"conformance-t-{number}" for number in range(1, 27)}
    assert (set(deleted), set(described[:26]), set(described)) == (own, own, own | set(room.before))
    assert deleted[0] == described[25], "what deletes begins with the last"


def test_what_a_create_made_that_broke_is_deleted_as_well() -> None:
    def breaking(perform: Perform, name: str, members: Members) -> Members:
        answer = perform(name, members)
        if members.get("RackName") == "conformance-broken" and name == "CreateRack":
            raise RuntimeError("after all was done")
        return answer

    room = Room(breaking)
    room.making.note(room.call("CreateRack", {"RackName": "conformance-broken", "Kind": "Maps"}))
    assert room.making.tear_down() == ()
    assert room.racks() == room.before


@pytest.fixture
def destinations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], Making]:
    """Return what is at a server that takes anything for a name, and a making there, which finds one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    there: dict[str, Any] = {"theirs": {"destinationName": "theirs"}}

    def answer(operation: str, members: Members) -> Exchange:
        name = members.get("destinationName")
        made: Any = {"arn": f"arn:aws:logs:us-east-1:123456789012:destination:{name}"} | members
        if operation == "PutDestination":
            there[str(name)] = made
        elif operation == "DeleteDestination":
            there.pop(str(name), None)
        shown: dict[str, Any] = {
            "PutDestination": {"destination": made},
            "DescribeDestinations": {"destinations": list(there.values())},
        }
        return Answers.of(operation, members, **shown.get(operation, {}))

    contract = service_contract("logs", ["DescribeDestinations"], writing=True)
    making = Making(ScriptedCaller(answer), ACCESS, tmp_path, contract)
    assert making.make("t", stays=False)[1] == ["made for this run, and deleted afterwards: 26 destinations"]
    return there, making


def put(making: Making, **members: Any) -> None:
    making.note(making._caller.call("PutDestination", members))  # noqa: SLF001 - as a check sends it


def test_a_parent_is_described_for_an_arn_that_its_create_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    arn = "arn:aws:kinesis:us-east-1:123456789012:stream/one"

    def answer(operation: str, members: Members) -> Exchange:
        described = {"StreamDescription": {"StreamName": members.get("StreamName"), "StreamARN": arn}}
        return Answers.of(operation, members, **(described if operation == "DescribeStream" else {}))

    caller = ScriptedCaller(answer)
    contract = service_contract("kinesis", ["DescribeStream", "ListStreams", "ListStreamConsumers"], writing=True)
    Making(caller, ACCESS, tmp_path, contract).make("t", stays=False)
    assert {members["StreamARN"] for name, members in caller.calls if name == "RegisterStreamConsumer"} == {arn}


@pytest.mark.parametrize("name", ["anything", "", 7, False, ["a"], {"a": "b"}])
def test_what_was_taken_for_a_name_is_one_to_delete_by(
    destinations: tuple[dict[str, Any], Making], name: object
) -> None:
    there, making = destinations
    put(making, destinationName=name)
    assert len(there) == 28
    assert (making.tear_down(), set(there)) == ((), {"theirs"})


def test_what_appears_by_the_way_is_named_though_nothing_says_how_it_is_deleted(
    destinations: tuple[dict[str, Any], Making],
) -> None:
    there, making = destinations
    put(making)
    (said,) = making.tear_down()
    assert said.startswith("1 destination listed since this run began, made by the way or by others: ")
    assert "destination:None" in said
    assert making.tear_down() == (), "it is said once"
    assert set(there) == {"theirs", "None"}


def test_what_was_there_before_is_named_and_never_deleted(destinations: tuple[dict[str, Any], Making]) -> None:
    there, making = destinations
    put(making, destinationName="theirs")
    said = "PutDestination was accepted once by the way, and nothing deletes what that has made or changed: theirs"
    assert (making.tear_down(), set(there)) == ((said,), {"theirs"})


@pytest.mark.parametrize(
    ("service", "listing", "noun", "item", "other"),
    [
        ("logs", "DescribeMetricFilters", "MetricFilter", {"filterName": "one"}, "logGroupName"),
        ("dynamodb", "ListBackups", "Backup", {"BackupName": "one"}, "BackupArn"),
    ],
)
def test_a_name_that_several_have_is_compared_with_what_else_is_known(  # noqa: PLR0913, PLR0917 - a row
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: str, listing: str, noun: str, item: Members, other: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found, _ = kinds(service_contract(service, [listing], writing=True))
    kind = next(kind for kind in found if kind.noun == noun)
    items = [item | {other: value} for value in ("a", "b")]
    assert kind.item_named(items, items[1]) is items[1]
    assert kind.item_named(items, item | {other: "c"}) is None
