"""Credentials that a target rejects: one clear error before anything is judged, whatever the target says it with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.command import conformance, report_of, write_targets

from conformance.errors import ExitCode
from conformance.reference.foreground import Faults
from conformance.reference.server import ReferenceServer
from conformance.targets.credentials import insist_on_credentials
from conformance.targets.spec import CredentialsError, Kind, Origin, StateSource, TargetSpec
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse
from conformance.wire.signing import Credentials
from conformance.worlds.loading import load_world

pytestmark = pytest.mark.slow

SPEC = TargetSpec("mine", Kind.ENDPOINT, StateSource(Origin.EXISTING), "http://127.0.0.1:4566")


def answered(status: int, body: bytes | dict[str, str], **headers: str) -> Exchange:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = HttpRequest("POST", "http://127.0.0.1:4566/", (), b"{}")
    return Exchange("Any", request, HttpResponse(status, tuple(headers.items()), content, 0.0))


REJECTIONS = {
    "json": answered(400, {"__type": "UnrecognizedClientException", "message": "The security token is invalid."}),
    "namespace": answered(403, {"__type": "com.amazon.coral.service#InvalidSignatureException"}),
    "header": answered(
        403, {"message": "Missing Authentication Token"}, **{"x-amzn-errortype": "MissingAuthenticationTokenException"}
    ),
    "expired": answered(400, {"__type": "ExpiredTokenException"}),
    "incomplete": answered(400, {"__type": "IncompleteSignature"}),
    "xml": answered(403, b"<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message></Error>"),
    "words": answered(403, {"message": "The request signature we calculated does not match"}),
    "401": answered(401, b"Unauthorized"),
}
OTHERS = {
    "answer": answered(200, b"{}"),
    "denied": answered(403, {"__type": "AccessDeniedException", "message": "no credentials for this action"}),
    "forbidden": answered(403, b"<h1>Forbidden</h1>"),
    "unknown-operation": answered(400, {"__type": "UnknownOperationException"}),
    "validation": answered(400, {"__type": "ValidationException", "message": "the signature is odd"}),
    "broken": answered(500, b"SignatureDoesNotMatch"),
}


@pytest.mark.parametrize("name", REJECTIONS)
def test_a_rejection_of_the_credentials_is_known_in_every_form(name: str) -> None:
    with pytest.raises(CredentialsError, match="access key `test` and secret key `test`") as caught:
        insist_on_credentials(REJECTIONS[name], SPEC)
    assert caught.value.exit_code == ExitCode.TARGET_BROKE
    assert "credentials:" in caught.value.hint


@pytest.mark.parametrize("name", OTHERS)
def test_another_answer_is_none(name: str) -> None:
    insist_on_credentials(OTHERS[name], SPEC)


@pytest.mark.parametrize("state", ["existing", "create"])
def test_the_wrong_credentials_end_a_run_before_anything_is_judged(state: str, tmp_path: Path) -> None:
    with ReferenceServer(load_world("default"), credentials={"AKIDEXAMPLE": "a-secret"}) as server:
        write_targets(tmp_path, mine=f"{{endpoint_url: '{server.endpoint_url}', state: {state}}}")
        ended = conformance("run", "mine", "--report-dir", "out", cwd=tmp_path)
    assert ended.code == ExitCode.TARGET_BROKE
    assert "the target rejects the credentials: UnrecognizedClientException" in ended.err
    assert not (tmp_path / "out" / "run.jsonl").exists()


def test_an_internal_error_that_does_not_repeat_is_asked_again_and_counted(tmp_path: Path) -> None:
    with ReferenceServer(load_world("default"), service=Faults(fail_every=20)) as server:
        ended = conformance("run", server.endpoint_url, "--area", "request", "--report-dir", "out", cwd=tmp_path)
    report = report_of(tmp_path / "out")
    assert ended.code == ExitCode.CONFORMS
    assert report["summary"]["failed"] == 0
    assert report["recovered"] > 10
    assert "answered with an internal error once" in " ".join(ended.out.split())


def test_other_credentials_are_not_shown() -> None:
    spec = TargetSpec("mine", Kind.ENDPOINT, SPEC.state, credentials=Credentials("AKIDCANARY", "canary-of-a-secret"))
    with pytest.raises(CredentialsError) as caught:
        insist_on_credentials(REJECTIONS["json"], spec)
    assert "canary" not in str(caught.value).lower()
