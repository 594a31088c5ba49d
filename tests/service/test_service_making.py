"""What a run has made of a service is deleted by the names that the service has given it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.resources import kinds
from conformance.drafting.cache import service_contract
from conformance.targets.making import Making
from conformance.targets.spec import Kind, Origin, StateSource, TargetSpec
from conformance.targets.state import Access
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse

URL = "http://127.0.0.1:4566"
ACCESS = Access(URL, "us-east-1", None, frozenset(), TargetSpec("mine", Kind.ENDPOINT, StateSource(Origin.CREATE), URL))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def answer(operation: str, members: object, body: object, status: int = 200) -> Exchange:
    request = HttpRequest("POST", URL, (), json.dumps(members).encode())
    return Exchange(operation, request, HttpResponse(status, (), json.dumps(body).encode(), 0.0))


def test_a_name_that_the_service_gives_is_used_though_it_breaks_its_constraint() -> None:
    (kind,), _ = kinds(service_contract("wafv2", ["ListIPSets"], writing=True))
    given = {"Name": "mine", "Id": "6f0b7a58-3c1f-4a52-9d1e-0a4c5e6b7d80", "LockToken": "short"}
    named = kind.about(kind.delete, kind.known({"Name": "mine", "Scope": "REGIONAL"}, {"Summary": given}))
    assert named == {**given, "Scope": "REGIONAL"}


def test_a_structure_that_names_a_resource_is_given_its_name_inside() -> None:
    (kind,), _ = kinds(service_contract("glue", ["ListRegistries"], writing=True))
    assert kind.about(kind.delete, kind.known({"RegistryName": "mine"}, {})) == {"RegistryId": {"RegistryName": "mine"}}


def test_what_is_named_inside_of_what_it_is_made_from_is_found_and_deleted_by_that_name() -> None:
    (kind, *_), _ = kinds(service_contract("budgets", ["DescribeBudgets"], writing=True))
    known = kind.known({"AccountId": "123456789012", "Budget": {"BudgetName": "mine", "TimeUnit": "DAILY"}}, {})
    assert known == kind.about(kind.delete, known) == {"AccountId": "123456789012", "BudgetName": "mine"}
    assert kind.item_named([{"BudgetName": "other"}, {"BudgetName": "mine"}], known) == {"BudgetName": "mine"}


class Registry:
    """A client of a server of services, each with a name that Create gives and an id of its own."""

    def __init__(self) -> None:
        self.services = [{"Name": "conformance-broken", "Id": "srv-1"}]

    def call(self, operation: str, members: dict[str, Any]) -> Exchange:
        if operation == "DeleteService":
            self.services = [item for item in self.services if item["Id"] != members["Id"]]
        return answer(operation, members, {"Services": self.services} if operation == "ListServices" else {})

    def close(self) -> None:
        """Let go of nothing."""


def test_what_a_broken_create_has_made_is_deleted_by_the_id_that_its_listing_shows(tmp_path: Path) -> None:
    registry = Registry()
    making = Making(registry, ACCESS, tmp_path, service_contract("servicediscovery", ["ListServices"], writing=True))
    making.note(answer("CreateService", {"Name": "conformance-broken"}, {}, status=500))
    assert making.tear_down() == ()
    assert registry.services == []


def test_what_a_url_names_is_found_by_the_urls_that_are_listed_and_a_name_is_not() -> None:
    operations = service_contract("sqs", ["GetQueueAttributes", "GetQueueUrl"]).operations
    assert operations["GetQueueAttributes"].names["QueueUrl"].operation == "ListQueues"
    assert operations["GetQueueUrl"].names == {}
