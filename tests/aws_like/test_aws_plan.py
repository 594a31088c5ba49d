"""`--plan`: what would be called and how often, worked out and not guessed, and nothing is sent to find it out."""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from accounts import DESCRIBE, DISCOVERY, KEY, LISTING, SECRET, account, entry, keys, run, unfolded
from cli.command import Ended, conformance, write_targets
from syrupy.assertion import SnapshotAssertion

from conformance.errors import ExitCode
from conformance.reference.http import Answer, Call
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.worlds.loading import load_world, synthetic_world
from conformance.worlds.model import World

pytestmark = pytest.mark.slow


@contextmanager
def counted(world: World) -> Iterator[tuple[str, Counter[str]]]:
    """Serve a world; give the endpoint, and how often what the caller meant was asked for."""
    counter: Counter[str] = Counter()

    class Counting(Service):
        def answer(self, call: Call) -> Answer:
            counter[call.headers.get("x-amz-target", "")] += 1
            return super().answer(call)

    with ReferenceServer(world, credentials={KEY: SECRET}, service=Counting) as server:
        yield server.endpoint_url, counter


FEW = ", state: {existing: {bound: 3}}"
"""A plan for a few jobs is worked out sooner."""


def table(ended: Ended) -> dict[str, list[int]]:
    """Return the rows of the plan's table: the numbers by operation."""
    assert ended.code == ExitCode.CONFORMS, ended.said
    rows = re.findall(r"^  (\w+|in all) +([\d,]+)(?: +([\d,]+))?$", ended.out, re.MULTILINE)
    return {name: [int(number.replace(",", "")) for number in numbers if number] for name, *numbers in rows}


def without_numbers(text: str) -> str:
    """Return a text in which all numbers look alike: they change with every new check."""
    return re.sub(r"\d[\d,.]*", "#", re.sub(r" +", " ", text))


def test_the_plan_reads_well(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    ended = run(tmp_path, "http://127.0.0.1:9", "--plan", more=FEW)
    assert ended.code == ExitCode.CONFORMS, ended.said
    assert without_numbers(ended.out) == snapshot


def test_nothing_is_sent_for_a_plan(tmp_path: Path) -> None:
    """Not even a connection is made, and nobody is asked for credentials: proxies, metadata and STS lead to a trap."""
    connections: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as trap:

        def accept() -> None:
            try:
                while True:
                    connections.append(trap.accept())
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        url = f"http://127.0.0.1:{trap.getsockname()[1]}"
        (tmp_path / "config").write_text(
            f"[profile role]\nrole_arn = arn:aws:iam::210987654321:role/reader\nsource_profile = base\n"
            f"[profile base]\ncredential_process = curl {url}\n[profile here]\n"
            f"role_arn = arn:aws:iam::210987654321:role/reader\ncredential_source = Ec2InstanceMetadata\n",
            encoding="utf-8",
        )
        everything = {
            "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": url, "AWS_CONTAINER_CREDENTIALS_FULL_URI": url,
            "AWS_ENDPOINT_URL_STS": url, "HTTP_PROXY": url, "HTTPS_PROXY": url,
        }  # fmt: skip
        received = {
            profile: run(tmp_path, url, "--plan", "--select", f"{DESCRIBE}/error", AWS_PROFILE=profile, **everything)
            for profile in ("role", "base", "here")
        }
        bare = run(tmp_path, url, "--plan", "--select", f"{DESCRIBE}/error", **everything)
    assert {ended.code for ended in (*received.values(), bare)} == {ExitCode.CONFORMS}, bare.said
    assert connections == []
    assert "profile 'role': a role that is assumed when the run starts" in received["role"].out
    assert "profile 'base': a program that is called when the run starts" in received["base"].out
    assert "the role of this container, asked for when the run starts" in bare.out
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "access keys of the environment"),
        ({"AWS_ACCESS_KEY_ID": ""}, "none found; an instance role"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_PROFILE": "sso"}, "profile 'sso': single sign-on"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere"}, "a web identity"),
    ],
)
def test_where_credentials_would_come_from_is_reported_without_a_word_of_them(
    tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    (tmp_path / "config").write_text("[profile sso]\nsso_start_url = https://x.example\n", encoding="utf-8")
    ended = run(tmp_path, "http://127.0.0.1:9", "--plan", "--select", f"{DESCRIBE}/error", **environment)
    assert words in ended.out, ended.said
    assert KEY not in ended.said
    assert SECRET not in ended.said


def test_a_profile_that_is_not_there_and_no_region_are_reported(tmp_path: Path) -> None:
    profile = run(tmp_path, "http://127.0.0.1:9", "--plan", AWS_PROFILE="nobody")
    assert profile.code == ExitCode.TARGET_BROKE
    assert "nobody" in profile.told_without_traceback()
    write_targets(tmp_path, account="{kind: aws, state: existing}")
    region = conformance("run", "account", "--plan", cwd=tmp_path, **keys(tmp_path))
    assert region.code == ExitCode.USAGE
    assert "no region is named" in region.told_without_traceback()


def test_without_jobs_the_plan_is_exact(tmp_path: Path) -> None:
    with counted(World("nothing")) as (endpoint, requests):
        planned = table(run(tmp_path, endpoint, "--plan", more=FEW))
        assert not requests
        assert run(tmp_path, endpoint).code == ExitCode.PARTLY_JUDGED
        assert requests[f"SageMaker.{DISCOVERY}"] == planned[DISCOVERY][0] == 1
        assert requests.total() == planned["in all"][0]


def test_with_jobs_of_a_hundred_training_jobs_the_bound_is_met_and_not_passed(tmp_path: Path) -> None:
    bound = ", state: {existing: {bound: 2}}"
    with counted(synthetic_world(3, 100)) as (endpoint, requests):
        planned = table(run(tmp_path, endpoint, "--plan", more=bound))
        ended = run(tmp_path, endpoint, more=bound)
    assert ended.code in {ExitCode.CONFORMS, ExitCode.DOES_NOT_CONFORM}, ended.said
    assert planned["in all"][0] < requests.total() <= planned["in all"][1]
    assert requests.total() > planned["in all"][1] * 0.95
    (received,) = re.findall(r"at least (\d+), at most 9,000 requests, 5000 a second", ended.out)
    assert 0 <= planned["in all"][0] - int(received) < 20  # the short form does without what client libraries send
    assert "read-only: signs" in ended.out


def test_the_plan_of_the_reference_server_is_exact(tmp_path: Path) -> None:
    planned = conformance("run", "--plan", cwd=tmp_path)
    ran = conformance("run", "--record", "evidence", cwd=tmp_path)
    (total,) = table(planned)["in all"]
    assert f"evidence: evidence, {total:,} exchanges" in ran.out


def test_a_target_that_is_created_is_reported(tmp_path: Path) -> None:
    write_targets(tmp_path, mine="{endpoint_url: 'http://127.0.0.1:9', state: create}")
    ended = conformance("run", "mine", "--plan", "--select", f"{DESCRIBE}/error", cwd=tmp_path)
    planned = table(ended)
    jobs = len(load_world("default").jobs)
    assert planned["CreateHyperParameterTuningJob"] == planned["DeleteHyperParameterTuningJob"] == [jobs]
    assert planned[DESCRIBE][0] >= jobs
    assert planned[LISTING][0] >= jobs
    assert "pace         none" in ended.out


def test_the_budget_is_one_for_all_processes(tmp_path: Path) -> None:
    with counted(load_world("default")) as (endpoint, requests):
        write_targets(tmp_path, account=entry(endpoint).replace("9000", "60"))
        ended = conformance("run", "account", "-n", "2", "--area", "request", cwd=tmp_path, **keys(tmp_path))
    assert ended.code == ExitCode.TARGET_BROKE
    assert "the budget of 30 requests is spent" in ended.out
    assert 30 < requests.total() <= 60 + requests[f"SageMaker.{DISCOVERY}"]


def test_a_plan_beyond_the_budget_tells_what_is_cut(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    small = entry("http://127.0.0.1:9", FEW).replace("9000", "400")
    write_targets(tmp_path, account=small)
    ended = conformance("run", "account", "--plan", cwd=tmp_path, **keys(tmp_path))
    assert ended.code == ExitCode.CONFORMS
    (cut,) = (line for line in unfolded(ended.out).splitlines() if line.startswith("  cut"))
    assert without_numbers(cut) == snapshot
    with account(world=synthetic_world(3, 100)) as endpoint:
        write_targets(tmp_path, account=entry(endpoint, FEW).replace("9000", "400"))
        ran = conformance("run", "account", "--report-dir", "reports", "-v", cwd=tmp_path, **keys(tmp_path))
    assert ran.code == ExitCode.TARGET_BROKE
    assert "the budget of 400 requests is spent" in ran.out
    (planned,) = re.findall(r"([\d,]+) checks would not be judged", cut)
    (behind,) = re.findall(r"([\d,]+) +the target gave no answer any more", re.sub(r"\s+", " ", ran.out))
    assert int(behind.replace(",", "")) + 1 == int(planned.replace(",", ""))
