"""Only reading is signed where the state is not the suite's own, whatever the contract calls its operations."""

from __future__ import annotations

import http.client
from pathlib import Path

import pytest
from contract.small_contract import ContractFolder
from plans import planned
from raw_servers import JSON, RawServer, always

from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome
from conformance.clients.awscli import Relay
from conformance.clients.boto3_client import Boto3Client
from conformance.contract.files import ContractError
from conformance.contract.loading import load
from conformance.suite.settings import Settings
from conformance.wire.client import Client, Protocol, TransportOptions
from conformance.wire.exchange import HttpRequest, HttpResponse
from conformance.wire.limits import is_aws, reads
from conformance.wire.request import OutgoingRequest, Request, TransportResult
from conformance.wire.signing import Credentials, Signer

WRITING = ("DeleteHyperParameterTuningJob", "StopHyperParameterTuningJob", "DeleteEndpoint")
KEYS = Credentials("AKIAEXAMPLE", "canary-of-a-secret-key")
PROTOCOL = Protocol("sagemaker", "SageMaker", JSON)
STATES = {
    "aws": "{{kind: aws, region: eu-west-1, endpoint_url: '{url}', pace: 5000}}",
    "existing": "{{endpoint_url: '{url}', state: existing}}",
    "url": "",
}


def contract_of(folder: Path, operation: str) -> ContractFolder:
    """Write a contract without a fault whose one operation has this name."""
    folder.mkdir()
    small = ContractFolder(folder)
    for file in small.root.rglob("*.yaml"):
        file.write_text(file.read_text().replace("ListBooks", operation))
    small.root.joinpath("operations/ListBooks.yaml").rename(small.root / f"operations/{operation}.yaml")
    small.replace("service.yaml", "signing_name: library", "signing_name: sagemaker")
    pages = "pagination: {input_token: ShelfName, output_token: Books, limit: MaxResults, result: Books}"
    small.replace(f"operations/{operation}.yaml", pages, "")
    return small


def settings_for(folder: Path, contract: ContractFolder, state: str, url: str) -> Settings:
    targets = folder / "targets.yaml"
    entry = STATES[state].format(url=url)
    targets.write_text(f"targets:\n  mine: {entry}\n" if entry else "targets: {}\n")
    name = "mine" if entry else url
    return Settings(target=name, targets_file=str(targets), contract=str(contract.root))


@pytest.fixture(autouse=True)
def chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS.secret_key)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", WRITING)
def test_no_contract_makes_a_run_write_to_a_state_that_it_found(tmp_path: Path, operation: str, state: str) -> None:
    contract = contract_of(tmp_path / "small", operation)
    with RawServer(always(200, b"{}")) as server:
        plan = planned(settings_for(tmp_path, contract, state, server.url))
        with plan.opened() as target:
            runner = Runner(plan.session(target), plan.checks)
            verdicts = [runner.verdict(check) for check in plan.checks]
    assert not set(server.operations) - {"ListHyperParameterTuningJobs"}
    assert {verdict.outcome for verdict in verdicts} == {Outcome.SKIPPED}
    assert any("does not only read" in verdict.reason for verdict in verdicts)


def test_the_same_contract_is_sent_where_its_name_reads(tmp_path: Path) -> None:
    contract = contract_of(tmp_path / "small", "ListShelves")
    with RawServer(always(200, b"{}")) as server:
        plan = planned(settings_for(tmp_path, contract, "existing", server.url))
        with plan.opened() as target:
            Runner(plan.session(target), plan.checks).verdict(plan.checks[0])
    assert "ListShelves" in server.operations


def test_a_contract_that_lint_rejects_is_not_run(tmp_path: Path) -> None:
    contract = contract_of(tmp_path / "small", "ListShelves").replace("service.yaml", "behaviours: 2", "behaviours: 3")
    with pytest.raises(ContractError, match="1 of 3 behaviours are missing") as caught:
        planned(settings_for(tmp_path, contract, "existing", "http://127.0.0.1:1"))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "region",
    [
        "us-east-1.amazonaws.com", "us-isof-south-1.csp.hci.ic.gov", "eusc-de-east-1.amazonaws.eu",
        "eu-isoe-west-1.api.cloud-aws.adc-e.uk",
    ],
)  # fmt: skip
@pytest.mark.parametrize("operation", WRITING)
def test_a_client_at_an_endpoint_of_aws_signs_no_writing_even_if_allowed(
    operation: str, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Signer, "headers", lambda *_: pytest.fail("it was signed"))
    carried, endpoint = Recording(), f"https://api.sagemaker.{region}"
    options = TransportOptions(carried)
    client = Client(endpoint, PROTOCOL, KEYS, allowed=frozenset({operation}), transport_options=options)
    outgoing = OutgoingRequest(operation, "POST", endpoint, {"X-Amz-Target": f"SageMaker.{operation}"}, b"{}")
    exchanges = client.send(Request.call(operation, {})), client.relay(outgoing, HttpRequest("POST", "", (), b"{}"))
    assert [item.fault and item.fault.kind for item in exchanges] == ["refused-by-client"] * 2
    assert carried.operations == []


class Recording:
    """Stands in the place of the network, and notes what would be sent."""

    def __init__(self) -> None:
        self.operations: list[str] = []

    def carry(self, outgoing: OutgoingRequest) -> TransportResult:
        self.operations.append(outgoing.operation)
        return TransportResult(HttpResponse(200, (), b"{}", 0.0), None)


def read_only(carried: Recording) -> Client:
    return Client("http://127.0.0.1:1", PROTOCOL, KEYS, read_only=True, transport_options=TransportOptions(carried))


@pytest.mark.parametrize(
    "target", ["SageMaker.DeleteEndpoint", "DeleteEndpoint", "DescribeEndpointAndDelete", "x.DeleteEndpoint "]
)
def test_a_header_does_not_lead_an_operation_that_reads_elsewhere(target: str) -> None:
    carried = Recording()
    client = read_only(carried)
    plain = Request("DescribeEndpoint", b"{}", target=target)
    extra = Request("DescribeEndpoint", b"{}", extra_headers=(("x-amz-target", target),))
    for request in (plain, extra):
        fault = client.send(request).fault
        assert fault is not None
        assert fault.kind == "refused-by-client"
    assert carried.operations == []


def test_boto3_does_not_sign_what_may_not_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    signed: list[str] = []
    monkeypatch.setattr("botocore.auth.SigV4Auth.add_auth", lambda *_: signed.append("signed"))
    carried = Recording()
    client = Client("http://127.0.0.1:1", PROTOCOL, KEYS, read_only=True, transport_options=TransportOptions(carried))
    boto3 = Boto3Client(
        "http://127.0.0.1:1", load().service, KEYS, region="us-east-1", operations=WRITING,
        relay=client.relay, rejection=client.rejection,
    )  # fmt: skip
    fault = boto3.call("DeleteEndpoint", {"EndpointName": "mine"}).fault
    assert fault is not None
    assert fault.kind == "refused-by-client"
    assert (signed, carried.operations) == ([], [])


def test_the_relay_of_a_command_passes_no_writing_on() -> None:
    carried = Recording()
    client = read_only(carried)
    relay = Relay(client.send, WRITING)
    try:
        address = relay.open("name").removeprefix("http://")
        host, _, path = address.partition("/")
        connection = http.client.HTTPConnection(host, timeout=20)
        connection.request("POST", f"/{path}", b"{}", {"X-Amz-Target": "SageMaker.DeleteEndpoint"})
        assert connection.getresponse().status == 403
        connection.close()
    finally:
        relay.close()
    assert carried.operations == []


def test_names_say_whether_an_operation_only_reads() -> None:
    reading = ["Describe", "DescribeX", "ListX", "GetCostAndUsage", "BatchGetItem", "Scan", "Query2"]
    others = [
        *WRITING, "", "List ", "ListX\n", "Listen", "Getaway", "GetOrCreateX", "SearchAndDeleteX", "BatchDeleteX",
        "GetId", "GetSessionToken", "GetCredentialsForIdentity", "describeX", "SageMaker.ListX", "List-X", "ListXÅ",
        "Get" * 100,
    ]  # fmt: skip
    assert [name for name in (*reading, *others) if reads(name)] == reading


def test_a_host_is_compared_as_it_is_looked_up() -> None:
    assert is_aws("https://api.sagemaker.us-east-1.AMAZONAWS\N{IDEOGRAPHIC FULL STOP}com.")
    for url in ("http://127.0.0.1:1", "https://amazonaws.com.example.test", "https://myamazonaws.com"):
        assert not is_aws(url)
