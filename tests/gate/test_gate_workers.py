"""What crosses between the processes of a run gets over, whatever text a target has sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from plans import planned

from conformance import forms
from conformance.contract.loading import load
from conformance.errors import ExitCode
from conformance.session.session import TargetSession
from conformance.suite.known_failures import KnownFailures
from conformance.suite.settings import Settings
from conformance.suite.workers import (
    AnswerLog,
    GatheredAnswers,
    Seen,
    WorkerError,
    plan_in_worker,
    target_in_worker,
    worker_input,
)
from conformance.targets.state import StateJob
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.request import Request
from gate.broken_server import LIST
from gate.results import TODAY, entry

HALF = "a\ud800b"
"""Half of a surrogate pair, which execnet has no way to write."""
BODY = b'{"b": "\\ud800"}'


class _Silent:
    """Answers nothing: all that is known was handed over."""

    def send(self, request: Request) -> Exchange:
        raise AssertionError(request)


def session() -> TargetSession:
    return TargetSession(load(), _Silent(), ())


def exchange(body: bytes, *, fault: Fault | None = None) -> Exchange:
    asked = HttpRequest("POST", "http://127.0.0.1/", (("X-Amz-Target", LIST),), b"{}")
    answer = HttpResponse(200, (("Content-Type", "application/x-amz-json-1.1"),), body, 0.25)
    return Exchange(LIST, asked, None if fault else answer, fault)


def crossed(log: AnswerLog) -> Seen:
    text = json.dumps(forms.plain(log.seen))
    assert text.isascii()
    return forms.read(Seen, json.loads(text))


def test_what_workers_saw_comes_in_the_order_of_one_process() -> None:
    checks = planned(Settings(select=(f"{LIST}/order", f"{LIST}/pagination"))).checks
    page, ordered = (next(item for item in checks if item.area == area) for area in ("pagination", "order"))
    asked = Request.call(LIST, {"NextToken": HALF})
    again = replace(asked, method="GET", after=asked)
    late = Fault("timeout", HALF)
    gathered = GatheredAnswers()
    for check, body, fault in ((ordered, BODY, None), (page, b'{"a": 1}', late)):
        worker = session()
        log = AnswerLog(worker, checks)
        worker.take_over({asked: exchange(body, fault=fault), again: exchange(body)}, [exchange(body)], fault)
        log.note(check)
        gathered.add(crossed(log))
    here = session()
    gathered.restore(here)
    assert here.asked == {asked: exchange(BODY), again: exchange(BODY)}
    assert here.answers(LIST) == (exchange(b'{"a": 1}'), exchange(BODY))
    assert here.gone == late


def test_what_a_worker_is_given_is_json_in_ascii_and_all_that_it_needs() -> None:
    known = KnownFailures("known.yaml", (entry(f"{LIST}/order", expires=TODAY),))
    plan = planned(Settings(select=(f"{LIST}/order",), command=HALF)).with_known_failures(known, TODAY)
    with plan.opened() as target:
        text = worker_input(plan, replace(target, state=replace(target.state, jobs=(StateJob(HALF),))))
        assert text.isascii()
        given = json.loads(text)
        again = plan_in_worker(given)
        assert again.settings == plan.settings
        assert [check.id for check in again.own] == [check.id for check in plan.own]
        assert again.known_failures is not None
        assert (again.known_failures.known, again.known_failures.today) == (known, TODAY)
        for name in ("name", "kind", "capabilities", "limits", "budget", "pace"):
            assert getattr(again.spec, name) == getattr(plan.spec, name)
        there = target_in_worker(again, given)
        assert (there.endpoint_url, there.state.jobs) == (target.endpoint_url, (StateJob(HALF),))
        with pytest.raises(WorkerError, match="was started on another host and listens to that host alone") as caught:
            target_in_worker(again, {**given, "host": "somewhere-else"})
        assert caught.value.exit_code is ExitCode.TARGET_BROKE
    with pytest.raises(WorkerError, match="the target can't be reached from here") as caught:
        target_in_worker(again, given)
    assert "let the target listen at an address that every host reaches" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": "0.0.1"}, "of the suite is installed here, the run has 0.0.1"),
        ({"contract": "c0ffee"}, "the contract here is another than that of the run"),
        ({"checks": ["a/b/c"]}, "the installation here has other checks than the run"),
    ],
)
def test_a_worker_that_would_do_something_else_takes_no_part(change: dict[str, Any], words: str) -> None:
    plan = planned(Settings(select=(f"{LIST}/order",)))
    with plan.opened() as target:
        given = json.loads(worker_input(plan, target))
    with pytest.raises(WorkerError, match=words) as caught:
        plan_in_worker({**given, **change})
    assert "the same version" in caught.value.hint
