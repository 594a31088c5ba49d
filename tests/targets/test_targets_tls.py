"""Targets over TLS: which certificates are trusted, and what is said of one that is not."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cli.command import conformance
from generic.served import LIBRARY
from plans import planned
from raw_servers import RawServer, always, reference
from tls_servers import PrivateAuthority

from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome
from conformance.clients.awscli import AwsCliSettings, line_of
from conformance.clients.laws import Command
from conformance.errors import ExitCode
from conformance.suite.results import Shell, reproduce
from conformance.suite.settings import Settings
from conformance.targets.configuration import load_targets, resolve
from conformance.targets.endpoint import CA_VARIABLES, ca_bundle_of, check_reachable
from conformance.targets.opening import spec_from_json, spec_to_json
from conformance.targets.spec import TargetError, UnreachableError
from conformance.targets.state import Access
from conformance.wire.exchange import Exchange, HttpRequest

DESCRIBE = "DescribeHyperParameterTuningJob"
URL = "https://127.0.0.1:8443"


@pytest.fixture(autouse=True)
def _no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def server(private_authority: PrivateAuthority) -> Iterator[RawServer]:
    with RawServer(reference(), tls=private_authority.server()) as server:
        yield server


def test_raw_requests_and_boto3_trust_the_bundle_of_the_entry(
    server: RawServer, private_authority: PrivateAuthority, tmp_path: Path
) -> None:
    tmp_path.joinpath("ca.pem").write_bytes(private_authority.bundle.read_bytes())
    targets = tmp_path / "targets.yaml"
    targets.write_text(f"targets: {{mine: {{endpoint_url: '{server.url}', ca_bundle: ca.pem}}}}", encoding="utf-8")
    selected = ("DescribeHyperParameterTuningJob/protocol/body/*", "DescribeHyperParameterTuningJob/client/*")
    plan = planned(Settings("mine", str(targets), selected))
    with plan.opened() as target:
        session = plan.session(target)
        runner = Runner(session, plan.checks)
        outcomes = {check.id: runner.verdict(check).outcome for check in plan.checks}
    assert len(outcomes) > 1
    assert Outcome.PASSED in outcomes.values()
    assert not {Outcome.FAILED, Outcome.ERROR} & set(outcomes.values()), outcomes


@pytest.mark.parametrize("first", range(len(CA_VARIABLES)))
def test_the_first_variable_that_is_set_counts(
    first: int, server: RawServer, private_authority: PrivateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in CA_VARIABLES[first:]:
        monkeypatch.setenv(name, str(private_authority.bundle) if name == CA_VARIABLES[first] else "/no/such/file")
    bundle = ca_bundle_of(resolve(server.url, {}))
    assert bundle == str(private_authority.bundle)
    check_reachable(server.url, timeout_s=5, ca_bundle=bundle)


def test_the_entry_goes_before_the_environment_and_to_workers(
    private_authority: PrivateAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CA_VARIABLES[0], "/no/such/file")
    spec = replace(resolve(URL, {}), ca_bundle=private_authority.bundle)
    assert ca_bundle_of(spec_from_json(spec_to_json(spec))) == str(private_authority.bundle)


def test_plain_http_looks_at_no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CA_VARIABLES[0], "/no/such/file")
    assert ca_bundle_of(resolve("http://127.0.0.1:4566", {})) == ""


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff\x00"])
def test_a_bundle_that_can_not_be_read_is_a_mistake_of_usage(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(TargetError, match="the CA bundle") as caught:
        ca_bundle_of(resolve(URL, {}))
    assert (caught.value.where, caught.value.exit_code) == ("REQUESTS_CA_BUNDLE", ExitCode.USAGE)


def test_an_untrusted_certificate_is_reported_as_such(server: RawServer) -> None:
    plan = planned(Settings(server.url))
    with pytest.raises(UnreachableError, match="the certificate of the target is not trusted") as caught, plan.opened():
        pytest.fail("nothing may be sent to a server that is not trusted")
    error = caught.value
    assert (error.where, error.exit_code) == (server.url, ExitCode.TARGET_BROKE)
    assert "ca_bundle" in error.hint
    with pytest.raises(UnreachableError, match="not trusted"):
        check_reachable(server.url, timeout_s=5)


def test_a_server_of_tls_that_is_asked_in_plain_http_is_reported_as_such(server: RawServer) -> None:
    plan = planned(Settings(server.url.removeprefix("https://")))
    with pytest.raises(UnreachableError, match="speaks TLS") as caught, plan.opened():
        pytest.fail("nothing can be read of a server that is asked so")
    assert caught.value.hint == f"write {server.url}"


@pytest.mark.parametrize("words", [(), ("--may-write",)])
def test_a_run_that_first_lists_nothing_says_so_as_well(
    server: RawServer, tmp_path: Path, words: Sequence[str]
) -> None:
    url = server.url.replace("https:", "http:")
    ended = conformance("run", url, "--contract", LIBRARY, *words, cwd=tmp_path)
    assert ended.code == ExitCode.TARGET_BROKE
    ended.told_without_traceback()
    assert f"Stopped: the target speaks TLS, and was asked in plain HTTP: write {server.url}" in " ".join(
        ended.out.split()
    )


def test_a_request_to_an_untrusted_server_is_a_fault_that_says_so(server: RawServer) -> None:
    plan = planned(Settings("http://127.0.0.1:1"))
    access = Access(server.url, "us-east-1", None, frozenset({DESCRIBE}), plan.spec)
    fault = plan.client(access).call(DESCRIBE, {}).fault
    assert fault is not None
    assert (fault.kind, "the certificate is not trusted" in fault.detail) == ("unreachable", True)


def test_a_certificate_of_another_host_is_no_matter_of_the_bundle(private_authority: PrivateAuthority) -> None:
    with (
        RawServer(always(200, b"{}"), tls=private_authority.server("elsewhere.test")) as server,
        pytest.raises(UnreachableError, match="not trusted") as caught,
    ):
        check_reachable(server.url, timeout_s=5, ca_bundle=str(private_authority.bundle))
    assert "ca_bundle" not in caught.value.hint


def test_plain_http_behind_an_https_address_is_said() -> None:
    def closes(connection: socket.socket) -> bool:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return False

    with (
        RawServer(always(200, b"{}"), on_connection=closes) as server,
        pytest.raises(UnreachableError, match="can't be reached by TLS") as caught,
    ):
        check_reachable(server.url.replace("http:", "https:"), timeout_s=5)
    assert "http://" in caught.value.hint


def test_lines_that_reproduce_name_the_bundle() -> None:
    request = HttpRequest("POST", URL, (), b"{}")
    shell = Shell("mine", "us-east-1", "sagemaker", signed=False, ca_bundle="my ca.pem")
    assert "--cacert 'my ca.pem'" in reproduce(shell, "an/id", Exchange("Op", request, None))
    settings = AwsCliSettings(Path("aws"), URL, "us-east-1", frozenset(), ca_bundle="my ca.pem")
    assert "--ca-bundle 'my ca.pem'" in line_of(settings, Command(("sagemaker", "op")))


def test_the_reference_server_takes_no_bundle(tmp_path: Path) -> None:
    targets = tmp_path / "targets.yaml"
    targets.write_text("targets: {reference: {ca_bundle: ca.pem}}", encoding="utf-8")
    with pytest.raises(TargetError, match="speaks no TLS"):
        load_targets(targets)
