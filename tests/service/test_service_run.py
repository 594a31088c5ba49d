"""`--service`: what a run sends, what it costs before the first check, and what is a wrong use of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.command import conformance, report_of

from conformance.drafting.cache import service_contract
from conformance.reference.generic import ContractService
from conformance.reference.http import Answer, Call
from conformance.reference.server import ReferenceServer
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

SERVICE = "secretsmanager"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


class Counting(ContractService):
    """Serves what any contract has, and keeps the names of the operations that it is asked for."""

    asked: list[str]

    def answer(self, call: Call) -> Answer:
        self.asked.append(call.headers.get("x-amz-target", "").rpartition(".")[2])
        return super().answer(call)


@contextmanager
def counting(*operations: str) -> Iterator[tuple[str, list[str]]]:
    """Serve operations of the service; yield the endpoint and the names that it is asked for."""
    contract, asked = service_contract(SERVICE, operations), list[str]()

    def make(_: World, **_more: object) -> Counting:
        service = Counting(load_world("default"), contract=contract)
        service.asked = asked
        return service

    with ReferenceServer(World("empty", ()), contract=contract, service=make) as server:
        yield server.endpoint_url, asked


WRITING = ("--operation", "ListSecrets", "--operation", "CreateSecret", "--select", "*/request/*/left-out")


def test_only_reading_requests_are_sent_to_a_url(tmp_path: Path) -> None:
    with counting("ListSecrets", "CreateSecret") as (url, asked):
        ended = conformance("run", url, "--service", SERVICE, *WRITING, "--report-dir", tmp_path / "r", cwd=tmp_path)
    ended.told_without_traceback()
    assert "not sent: CreateSecret: here only operations that read are sent" in ended.out
    assert "no resources are made for this contract" in ended.out
    assert "tuning job" not in ended.out
    assert asked
    assert set(asked) <= {"ListSecrets", "NoSuchOperation"}


def test_a_run_that_may_send_nothing_says_how_it_may(tmp_path: Path) -> None:
    only = ("--operation", "create-secret", "--select", "*/request/*/left-out")
    with counting("CreateSecret") as (url, asked):
        ended = conformance("run", url, "--service", SERVICE, *only, "--report-dir", tmp_path / "r", cwd=tmp_path)
    ended.told_without_traceback()
    assert ended.code == 4
    assert "signs no operation, nothing else" in ended.out
    assert "hint        --may-write sends it" in ended.out
    assert not asked


@pytest.mark.parametrize("option", ["--service", "--contract", "--operation", "--known-failures"])
def test_an_option_without_a_text_is_rejected(option: str, tmp_path: Path) -> None:
    ended = conformance("run", option, "", cwd=tmp_path)
    ended.told_without_traceback()
    assert ended.code == 2
    assert f"Invalid value for '{option}': it is empty" in ended.err


def test_what_writes_is_sent_where_the_user_says_so(tmp_path: Path) -> None:
    with counting("ListSecrets", "CreateSecret") as (url, asked):
        conformance("run", url, "--service", SERVICE, "--may-write", *WRITING, cwd=tmp_path)
    assert "CreateSecret" in asked


def test_a_draft_to_write_with_has_what_makes_and_deletes_what_it_is_about() -> None:
    secrets = service_contract(SERVICE, ["ListSecrets"], writing=True).operations
    assert {"ListSecrets", "CreateSecret", "DeleteSecret"} <= set(secrets) < {*secrets, "GetSecretValue"}
    keys = service_contract("kms", ["DescribeKey"], writing=True).operations
    assert {"CreateKey", "ListKeys", "ScheduleKeyDeletion"} <= set(keys)


def test_aws_is_never_written_to(tmp_path: Path) -> None:
    url = "https://secretsmanager.us-east-1.amazonaws.com"
    ended = conformance("run", url, "--service", SERVICE, "--may-write", cwd=tmp_path)
    assert (ended.code, "AWS is only ever read" in ended.told_without_traceback()) == (2, True)


def test_the_generic_server_is_the_default_target(tmp_path: Path) -> None:
    ended = conformance("run", "--service", SERVICE, "--select", "ListSecrets/protocol/body", cwd=tmp_path)
    assert ended.code == 0, ended.said
    assert report_of(tmp_path / "reports" / "reference")["target"]["name"] == "reference"


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("checks",),
        ("facts",),
        ("explain", "ListSecrets"),
        ("lint",),
        ("drift",),
        ("serve",),
        ("validate", "ListSecrets", "-"),
    ],
)
def test_a_folder_and_a_service_name_two_contracts(tmp_path: Path, words: tuple[str, ...]) -> None:
    ended = conformance(*words, "--contract", "contract", "--service", SERVICE, cwd=tmp_path)
    assert ended.code == 2
    assert "--contract and --service name two contracts" in ended.told_without_traceback()


def test_commands_that_list_take_the_service(tmp_path: Path) -> None:
    listed = conformance("checks", "--service", SERVICE, "--operation", "ListSecrets", "--json", cwd=tmp_path)
    assert {row["operation"] for row in json.loads(listed.out)} == {"ListSecrets"}
    facts = conformance("facts", "--service", SERVICE, "--member", "MaxResults", cwd=tmp_path)
    assert "ListSecrets/input/MaxResults/maximum/modelled = 100" in facts.out
    fact = "ListSecrets/input/MaxResults/maximum/modelled"
    assert "100" in conformance("explain", fact, "--service", SERVICE, cwd=tmp_path).out
    written = "CreateSecret/request/Name/left-out"  # of a run with --may-write
    assert "Name is required" in conformance("explain", written, "--service", SERVICE, cwd=tmp_path).out
    named = ("PutSecretValue/request/SecretId/left-out", "--service", SERVICE, "--operation", "PutSecretValue")
    assert "SecretId is required" in conformance("explain", *named, cwd=tmp_path).out
    cited = conformance("explain", "boto3-create-secret", "--service", SERVICE, cwd=tmp_path)
    assert "boto3 client method create_secret" in cited.out, "a run that may write cites it"
    assert conformance("lint", "--service", SERVICE, cwd=tmp_path).code == 0
    assert conformance("drift", "--service", SERVICE, cwd=tmp_path).code == 0
    (tmp_path / "answer.json").write_text('{"SecretList": [{"Name": 5}]}', encoding="utf-8")
    judged = conformance("validate", "ListSecrets", "answer.json", "--service", SERVICE, cwd=tmp_path)
    assert judged.code == 1


def test_commands_on_records_insist_on_the_contract_that_is_named(tmp_path: Path) -> None:
    select = ("--operation", "ListSecrets", "--select", "ListSecrets/protocol/body")
    for part in ("1/2", "2/2"):
        conformance("run", "--service", SERVICE, *select, "--shard", part, "--report-dir", part[0], cwd=tmp_path)
    merged = conformance("merge", "1", "2", "--service", SERVICE, "--report-dir", "whole", cwd=tmp_path)
    assert merged.code == 0, merged.said
    for words in (("diff", "whole", "whole"), ("compare", "whole", "whole"), ("annotate", "whole")):
        assert conformance(*words, "--service", SERVICE, cwd=tmp_path).code == 0
        other = conformance(*words, "--service", "kms", cwd=tmp_path)
        assert other.code == 2
        assert "the run was judged by the contract" in other.told_without_traceback()


def test_evidence_of_a_service_is_judged_again(tmp_path: Path) -> None:
    select = ("--service", SERVICE, "--operation", "ListSecrets", "--select", "ListSecrets/protocol")
    first = conformance("run", *select, "--record", "evidence.gz", "--report-dir", "first", cwd=tmp_path)
    again = conformance("run", *select, "--replay", "evidence.gz", "--report-dir", "again", cwd=tmp_path)
    assert (first.code, again.code) == (0, 0), again.said
    assert "judged by the contract of then" in again.out


@pytest.mark.slow
def test_workers_share_the_contract_of_a_service(tmp_path: Path) -> None:
    select = ("--select", "ListSecrets/request", "--report-dir", tmp_path / "r")
    ended = conformance("run", "--service", SERVICE, "-n", "2", *select, cwd=tmp_path)
    assert ended.code == 0, ended.said
