"""What AWS does to a caller, played by the reference server: throttling, denial, expiry, slow answers, bad keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from accounts import DESCRIBE, DISCOVERY, LISTING, account, run
from cli.command import by_id, outcomes, report_of

from conformance.errors import ExitCode
from conformance.reference.foreground import Faults

pytestmark = pytest.mark.slow

NAMED = ", state: {existing: {names: [churn-57-in-all-statuses]}}"


def test_throttling_is_waited_out_reported_and_never_judged(tmp_path: Path) -> None:
    options = ("--area", "client")
    with account() as endpoint:
        calm = run(tmp_path, endpoint, *options)
        expected = outcomes(report_of(tmp_path / "reports"))
    with account(Faults(throttle_every=20)) as endpoint:
        throttled = run(tmp_path, endpoint, *options)
    report = report_of(tmp_path / "reports")
    assert (calm.code, throttled.code) == (ExitCode.CONFORMS, ExitCode.CONFORMS), throttled.said
    assert outcomes(report) == expected
    assert report["throttled"] >= 5
    assert f"{report['throttled']} requests throttled and sent again" in throttled.out


@pytest.mark.parametrize(
    ("faults", "options", "code", "words"),
    [
        (Faults(throttle_every=1), ("error",), ExitCode.TARGET_BROKE, "still throttled after five pauses"),
        (Faults(fail_every=7), ("error", "protocol", "client"), ExitCode.CONFORMS, "Selection conforms"),
        (Faults(fail_every=1), ("error",), ExitCode.DOES_NOT_CONFORM, "HTTP 500 InternalFailure"),
        (Faults(latency_s=0.02), ("error",), ExitCode.CONFORMS, "Selection conforms"),
    ],
    ids=["throttled-for-ever", "a-failure-now-and-then", "a-failure-that-stays", "slow-answers"],
)
def test_what_passes_says_nothing_of_the_contract_and_what_stays_ends_in_bounded_time(
    tmp_path: Path, faults: Faults, options: tuple[str, ...], code: ExitCode, words: str
) -> None:
    with account(faults) as endpoint:
        ended = run(
            tmp_path, endpoint, "-v", *(part for area in options for part in ("--select", f"{DESCRIBE}/{area}"))
        )
    assert ended.code == code, ended.said
    assert words in ended.said


def test_a_denied_operation_is_skipped_with_the_action_that_it_takes_and_the_rest_is_judged(tmp_path: Path) -> None:
    with account(Faults(deny=frozenset({LISTING}))) as endpoint:
        ended = run(tmp_path, endpoint, "--area", "error")
    rows = by_id(report_of(tmp_path / "reports"))
    assert ended.code == ExitCode.PARTLY_JUDGED, ended.said
    assert f"allow sagemaker:{LISTING} to the caller" in " ".join(ended.out.split())
    denied = [row for row in rows.values() if row["operation"] == LISTING]
    assert {row["outcome"] for row in denied} == {"skipped"}
    assert all(f"sagemaker:{LISTING}" in row["reason"] for row in denied)
    assert {row["outcome"] for row in rows.values() if row["operation"] == DESCRIBE} == {"passed"}


def test_where_everything_is_denied_the_actions_are_named_once(tmp_path: Path) -> None:
    with account(Faults(deny=frozenset({LISTING, DESCRIBE}))) as endpoint:
        ended = run(tmp_path, endpoint, "--area", "error")
    rows = report_of(tmp_path / "reports")["results"]
    received = [row for row in rows if row["outcome"] == "error"]
    assert ended.code == ExitCode.TARGET_BROKE
    assert len(received) == 1
    assert f"allow sagemaker:{DESCRIBE}, sagemaker:{LISTING} to the caller" in received[0]["reason"]
    assert {row["outcome"] for row in rows} == {"error", "skipped"}


def test_where_the_listing_is_denied_nothing_can_be_found(tmp_path: Path) -> None:
    with account(Faults(deny=frozenset({DISCOVERY}))) as endpoint:
        ended = run(tmp_path, endpoint)
        named = run(tmp_path, endpoint, "--area", "error", more=NAMED)
    assert ended.code == ExitCode.TARGET_BROKE
    for operation in (DESCRIBE, LISTING, DISCOVERY):
        assert f"sagemaker:{operation}" in ended.told_without_traceback()
    assert "names: [my-job]" in ended.err
    assert named.code == ExitCode.CONFORMS, named.said


def test_credentials_that_expire_on_the_way_leave_what_was_judged(tmp_path: Path) -> None:
    with account(Faults(expire_after=250)) as endpoint:
        ended = run(tmp_path, endpoint)
    report = report_of(tmp_path / "reports")
    assert ended.code == ExitCode.TARGET_BROKE
    assert "the credentials are not taken: ExpiredTokenException" in report["stopped"]
    assert "Stopped: the credentials are not taken" in ended.out
    counted = report["summary"]
    assert counted["passed"] > 100
    assert counted["error"] == 1
    assert counted["failed"] == 0


@pytest.mark.parametrize("names", ["", NAMED])
def test_expired_credentials_are_one_clear_error(tmp_path: Path, names: str) -> None:
    with account(Faults(expire_after=0)) as endpoint:
        ended = run(tmp_path, endpoint, more=names)
    assert ended.code == ExitCode.TARGET_BROKE
    assert "ExpiredTokenException" in ended.told_without_traceback()
    assert "log in again" in ended.err


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "another"}, "InvalidSignatureException"),
        ({"AWS_ACCESS_KEY_ID": "AKIASOMEBODYELSE0001"}, "UnrecognizedClientException"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "there are no AWS credentials"),
        ({"AWS_SESSION_TOKEN": "a-token-with-a-line-feed\n"}, "the session token has a character that no key has"),
        ({"AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found"),
    ],
    ids=["wrong-secret", "unknown-key", "none", "line-feed", "no-such-profile"],
)
def test_bad_credentials_are_reported_before_anything_is_judged(
    tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    with account() as endpoint:
        ended = run(tmp_path, endpoint, **environment)
    assert ended.code == ExitCode.TARGET_BROKE
    assert words in ended.told_without_traceback()
    assert "hint:" in ended.err
    assert not (tmp_path / "reports" / "run.jsonl").exists()
