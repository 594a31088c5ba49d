"""Answers as AWS is known to give them break nothing: neither what the documents say nor what goes beyond them."""

from __future__ import annotations

import pytest
from canned import CASES, Canned, java_doubles

from conformance.checks.check import Check
from conformance.checks.runner import Runner
from conformance.checks.tuning.answers import related
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.loading import load
from conformance.session.session import Resource, TargetSession
from conformance.suite.catalogue import catalogue

CONTRACT = load()
JUDGING = tuple(
    check
    for check in catalogue(CONTRACT)
    if check.area in {"consistency", "response"} or check.id.endswith("/every-resource")
)


def judged(case: str) -> dict[Check, Verdict]:
    sender = Canned(case)
    session = TargetSession(CONTRACT, sender, tuple(Resource(name) for name in sender.jobs), related=related)
    runner = Runner(session, JUDGING)
    return {check: runner.verdict(check) for check in JUDGING}


@pytest.mark.parametrize("case", CASES)
def test_nothing_fails(case: str) -> None:
    wrong = {
        check.id: f"{check.level}: {verdict.reason}: {verdict.received}"
        for check, verdict in judged(case).items()
        if verdict.outcome not in {Outcome.PASSED, Outcome.SKIPPED}
    }
    assert wrong == {}


def test_something_is_judged() -> None:
    passed = {check.id for case in CASES for check, item in judged(case).items() if item.outcome is Outcome.PASSED}
    assert len([check for check in passed if "/consistency/" in check]) > 70
    assert len([check for check in passed if "/response/" in check]) > 400


def test_times_are_written_as_java_writes_them() -> None:
    assert java_doubles(b'{"a":1555674649.089,"b":[1585198477.0],"c":"1555674649","d":12}') == (
        b'{"a":1.555674649089E9,"b":[1.585198477E9],"c":"1555674649","d":12}'
    )
