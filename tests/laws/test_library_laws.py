"""Laws on a contract with nested filters, alternatives and two names: they pass on its server, and see broken ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contract.library_contract import LibraryFolder

from conformance.checks.consistency.names import same_under_each_name
from conformance.checks.request.laws import nothing_shown, unless_of_its_meaning
from conformance.checks.verdict import Outcome, failed
from conformance.contract.loading import load
from conformance.mutation.servers import InProcess
from conformance.reference.generic import ContractService
from conformance.session.session import TargetSession
from conformance.suite.catalogue import catalogue
from conformance.worlds.loading import load_world
from laws.exchanges import answered

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.contract.model import Contract
    from conformance.reference.stages import Members

AREAS = {"request", "filter", "consistency"}


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return load(LibraryFolder(tmp_path_factory.mktemp("library")).root)


def outcomes(contract: Contract, service: Any) -> dict[str, Outcome]:
    session = TargetSession(contract, InProcess(contract, service), ())
    return {check.id: check.run(session).outcome for check in catalogue(contract) if check.area in AREAS}


def test_the_server_of_the_contract_passes(contract: Contract) -> None:
    found = outcomes(contract, ContractService(load_world("default"), contract=contract))
    assert {name for name, outcome in found.items() if outcome in {Outcome.FAILED, Outcome.ERROR}} == set()
    passed = {name for name, outcome in found.items() if outcome is Outcome.PASSED}
    assert passed >= {
        "ListBooks/filter/Lent/only",
        "ListBooks/filter/States[]/partition",
        "ListBooks/filter/Filters[Key=author].Values[]/only",
        "ListBooks/filter/Filters[Key=name].Values[]/all",
        "ListBooks/filter/Written.After+Written.Before/only",
        "DescribeBook/consistency/BookId/same-under-each-name",
        "PutShelf/request/Room+Corridor/none-given",
        "PutShelf/request/Room+Corridor/both-given",
        "PutShelf/request/Layout.Rows/left-out",
        "PutShelf/request/Layout.Gaps[]/null",
        "PutShelf/request/Tags[]/length-1",
    }


def test_a_filter_that_every_request_has_is_compared_with_no_other_list(tmp_path: Path) -> None:
    folder = LibraryFolder(tmp_path)
    folder.replace("shapes/all.yaml", "States: {type: list,", "States: {type: list, required: true,")
    folder.replace("shapes/all.yaml", "Written: {shape: Span,", "Written: {shape: Span, required: true,")
    required = load(folder.root)
    found = outcomes(required, ContractService(load_world("default"), contract=required))
    assert Outcome.FAILED not in found.values()
    filters = {name.split("/")[2] for name in found if "/filter/" in name}
    assert filters == {"Filters[Key=author].Values[]", "Filters[Key=name].Values[]"}


class _Lenient(ContractService):
    """Looks at nothing inside of members, and at no alternatives."""

    def validate(self, name: str, members: Members) -> None:
        """Check nothing."""


class _Unfiltered(ContractService):
    """Lists everything, whatever is asked for inside of a structure or a list."""

    def _page(self, operation: Any, pagination: Any, listing: Any, members: Members) -> Members:
        plain = {name: value for name, value in members.items() if not isinstance(value, dict | list)}
        return super()._page(operation, pagination, listing, plain)


class _OfOneName(ContractService):
    """Knows a book by its name alone; by its ARN it is another one."""

    def perform(self, name: str, members: Members) -> Members:
        """Answer with another author by the ARN."""
        answer = super().perform(name, members)
        by_arn = str(members.get("BookId", "")).startswith("arn:")
        return answer | {"Author": "somebody else"} if by_arn else answer


@pytest.mark.parametrize(
    ("service", "caught"),
    [
        (_Lenient, ["PutShelf/request/Layout.Rows/range-10", "PutShelf/request/Room+Corridor/both-given"]),
        (_Lenient, ["PutShelf/request/Layout.Lock/two-members", "PutShelf/request/Tags/length-4"]),
        (_Unfiltered, ["ListBooks/filter/Lent/only", "ListBooks/filter/Written.After/only"]),
        (_Unfiltered, [f"ListBooks/filter/Filters[Key={key}].Values[]/only" for key in ("author", "name")]),
        (_OfOneName, ["DescribeBook/consistency/BookId/same-under-each-name"]),
    ],
)
def test_a_server_that_leaves_it_out_is_seen(contract: Contract, service: Any, caught: list[str]) -> None:
    found = outcomes(contract, service(load_world("default"), contract=contract))
    assert {found[name] for name in caught} == {Outcome.FAILED}


def test_members_that_change_by_themselves_are_not_compared() -> None:
    first, again, other = ({"Name": "a", "Read": number} for number in range(3))
    assert same_under_each_name([answered(first), answered(other)], answered(again)).outcome is Outcome.PASSED
    assert same_under_each_name([answered(first), answered(other)], answered(first)).outcome is Outcome.FAILED
    echo = [answered({"Arn": "arn:a", "Loans": [{"Of": name}]}) for name in ("a", "arn:a")]
    assert same_under_each_name(echo, echo[0], ["a", "arn:a"]).outcome is Outcome.PASSED
    assert same_under_each_name(echo, echo[0], ["b", "arn:b"]).outcome is Outcome.FAILED
    unknown = answered({"__type": "BookNotFound"}, 400)
    assert same_under_each_name([unknown, answered(other)], unknown).outcome is Outcome.SKIPPED
    assert same_under_each_name([answered(first), unknown], answered(first)).kind == "unknown-by-a-name"


@pytest.mark.parametrize(("code", "outcome"), [("Validation", Outcome.SKIPPED), ("Serialization", Outcome.FAILED)])
def test_a_made_up_value_that_is_rejected_for_its_meaning_shows_nothing(code: str, outcome: Outcome) -> None:
    rejected = answered({"__type": f"{code}Exception"}, 400)
    verdict = failed("refused", "no", expected="this", received="that", exchanges=(rejected,))
    assert unless_of_its_meaning(verdict).outcome is outcome
    assert nothing_shown(rejected, rejected).outcome is Outcome.SKIPPED


def test_what_only_the_model_says_of_a_listing_breaks_no_document(contract: Contract) -> None:
    listings = {check.id: check.level for check in catalogue(contract) if check.area in {"pagination", "filter"}}
    assert listings
    assert [check_id for check_id, level in listings.items() if level == "must"] == []
