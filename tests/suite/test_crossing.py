"""What crosses between the processes of a run gets over, whatever text a target has sent."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from execnet.gateway_base import DumpError, dumps, loads
from in_process import checks, session_at

from conformance import forms
from conformance.mutation.servers import rejected
from conformance.suite.plan import Plan
from conformance.suite.settings import Settings
from conformance.suite.workers import AnswerLog, GatheredAnswers, Seen, worker_input
from conformance.targets.state import StateJob
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.request import Request

HALF = "a\ud800b"
DESCRIBE = "DescribeHyperParameterTuningJob"


def test_execnet_itself_takes_no_half_of_a_pair() -> None:
    with pytest.raises((DumpError, UnicodeEncodeError)):
        dumps(HALF)


def test_what_a_worker_saw_gets_over() -> None:
    session = session_at(lambda _: rejected("ValidationException"), names=False)
    request = Request.call(DESCRIBE, {"HyperParameterTuningJobName": HALF})
    shown = HttpRequest("POST", "http://host/", (), request.body)
    answer = HttpResponse(200, (("X-A", "b"),), b'{"A":"\\ud800"}', 0.0)
    exchange = Exchange(DESCRIBE, shown, answer, None)
    broken = Exchange(DESCRIBE, shown, None, Fault("not-http", HALF))
    session.take_over({request: exchange, replace(request, method="GET"): broken}, [exchange], broken.fault)
    gathering = GatheredAnswers()
    text = json.dumps(forms.plain(AnswerLog(session, checks()).seen))
    gathering.add(forms.read(Seen, json.loads(loads(dumps(text)))))
    other = session_at(lambda _: rejected("ValidationException"), names=False)
    gathering.restore(other)
    assert other.asked[request] == exchange
    assert other.gone == broken.fault


def test_what_a_worker_is_given_gets_over() -> None:
    plan = Plan.of(Settings(select=("*/protocol/operation/available",)))
    with plan.opened() as target:
        odd = replace(target, state=replace(target.state, jobs=(StateJob(HALF),)))
        given = worker_input(plan, odd)
    assert loads(dumps(given)) == given
    assert "\\ud800" in given
