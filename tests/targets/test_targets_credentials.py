"""Credentials and account ids: where they come from, what rejects them, and where they must never show."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cli.command import conformance, write_targets

from conformance.errors import ExitCode
from conformance.reference.server import ReferenceServer
from conformance.targets.credentials import aws_endpoint, credentials_for, insist_on_credentials, region_of
from conformance.targets.opening import OpenTarget
from conformance.targets.spec import CredentialsError, Kind, Origin, StateSource, TargetError, TargetSpec
from conformance.targets.state import Access, State
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse
from conformance.wire.redaction import AccountMask
from conformance.wire.signing import Credentials
from conformance.worlds.loading import load_world


def aws(*, profile: str | None = None, region: str | None = None) -> TargetSpec:
    return TargetSpec("aws", Kind.AWS, StateSource(Origin.EXISTING), region=region, profile=profile, credentials=None)


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an AWS configuration that is empty, and no other source of credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    path = tmp_path / "config"
    path.touch()
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return path


@pytest.mark.usefixtures("configuration")
def test_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "geheim")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "geheimer")
    found = credentials_for(aws())
    assert found == Credentials("AKIAEXAMPLE", "geheim", "geheimer")
    assert "geheim" not in repr(found)


def test_a_profile_is_asked(configuration: Path) -> None:
    configuration.write_text(
        "[profile dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = x\nregion = eu-west-3\n", encoding="utf-8"
    )
    found = credentials_for(aws(profile="dev"))
    assert found is not None
    assert found.access_key == "AKIADEV"
    assert region_of(aws(profile="dev")) == "eu-west-3"


@pytest.mark.usefixtures("configuration")
def test_no_credentials_are_one_clear_error() -> None:
    with pytest.raises(CredentialsError, match="there are no AWS credentials") as caught:
        credentials_for(aws())
    assert caught.value.exit_code is ExitCode.TARGET_BROKE
    assert "AWS_ACCESS_KEY_ID" in caught.value.hint


@pytest.mark.usefixtures("configuration")
def test_a_profile_that_is_not_there_is_one_clear_error() -> None:
    with pytest.raises(CredentialsError, match="could not be found") as caught:
        credentials_for(aws(profile="typo"))
    assert "typo" in caught.value.where


KEYS = "aws_access_key_id = AKIADEV\naws_secret_access_key = x"
ROLE = "role_arn = arn:aws:iam::111122223333:role/reader"
CHAINS: dict[str, tuple[str, dict[str, str]]] = {
    "a file that is no configuration": ("no section\n[[", {}),
    "a file that is no text": ("[profile x]\n\udcff = 1", {}),
    "a profile that is missing": ("", {"AWS_PROFILE": "typo"}),
    "half of the keys": ("[default]\naws_access_key_id = AKIADEV", {}),
    "half of the keys in the environment": ("", {"AWS_ACCESS_KEY_ID": "AKIADEV"}),
    "a program that fails": ("[default]\ncredential_process = false", {}),
    "a program that is missing": ("[default]\ncredential_process = /no/such/program", {}),
    "a program that prints garbage": ("[default]\ncredential_process = echo garbage", {}),
    "a program that prints too little": ('[default]\ncredential_process = echo {"Version":1}', {}),
    "a program of another version": ('[default]\ncredential_process = echo {"Version":9}', {}),
    "a program with an open quote": ("[default]\ncredential_process = echo 'open", {}),
    "single sign-on without a token": (
        "[default]\nsso_start_url = https://x.example\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = r",
        {},
    ),
    "single sign-on with half of its settings": ("[default]\nsso_start_url = https://x.example", {}),
    "a web identity whose file is missing": (f"[default]\n{ROLE}\nweb_identity_token_file = /no/such/token", {}),
    "a role whose source is missing": (f"[default]\n{ROLE}\nsource_profile = nowhere", {}),
    "a role without a source": (f"[default]\n{ROLE}", {}),
    "a role with an unknown source": (f"[default]\n{ROLE}\ncredential_source = Nowhere", {}),
    "roles in a loop": (
        f"[default]\n{ROLE}\nsource_profile = other\n[profile other]\n{ROLE}\nsource_profile = default", {}
    ),
    "a role that is no ARN": (f"[default]\nrole_arn = x\nsource_profile = k\n[profile k]\n{KEYS}", {}),
    "a container whose endpoint may not be asked": ("", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://198.51.100.1/"}),
}  # fmt: skip


@pytest.mark.parametrize("chain", CHAINS)
def test_credentials_that_botocore_fails_on_are_one_clear_error(
    chain: str, configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, variables = CHAINS[chain]
    configuration.write_text(text, encoding="utf-8", errors="surrogateescape")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CredentialsError) as caught:
        credentials_for(aws(region="us-east-1"))
    error = caught.value
    assert error.exit_code is ExitCode.TARGET_BROKE
    assert "target 'aws'" in error.where
    assert "AWS_ACCESS_KEY_ID" in error.hint
    assert "\n" not in error.problem
    assert "111122223333" not in str(error)


def test_a_configuration_that_can_not_be_read_is_the_same_error_for_a_region(configuration: Path) -> None:
    configuration.write_text("no section\n", encoding="utf-8")
    with pytest.raises(CredentialsError, match="can't be used"):
        region_of(aws())


@pytest.mark.usefixtures("configuration")
def test_a_region_is_needed_for_aws_and_for_nobody_else() -> None:
    with pytest.raises(TargetError, match="no region"):
        region_of(aws())
    assert region_of(aws(region="ap-south-1")) == "ap-south-1"
    assert region_of(TargetSpec("x", Kind.ENDPOINT, StateSource(Origin.EXISTING), "http://h")) == "us-east-1"


def test_the_endpoint_of_a_region_is_botocores(configuration: Path) -> None:
    assert aws_endpoint(aws(), "eu-central-1") == "https://api.sagemaker.eu-central-1.amazonaws.com"
    assert aws_endpoint(aws(), "cn-north-1") == "https://api.sagemaker.cn-north-1.amazonaws.com.cn"
    configuration.write_text("[profile dev]\nendpoint_url = http://127.0.0.1:4566\n", encoding="utf-8")
    assert aws_endpoint(aws(profile="dev"), "us-east-1") == "http://127.0.0.1:4566"


@pytest.mark.usefixtures("configuration")
def test_settings_that_do_not_decide_on_the_endpoint_do_not_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_RETRY_MODE": "bogus", "AWS_MAX_ATTEMPTS": "x", "AWS_DEFAULTS_MODE": "bogus"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    assert "fips" in aws_endpoint(aws(), "us-east-1")
    with pytest.raises(TargetError, match="no endpoint for the region"):
        aws_endpoint(aws(), "no where")


def test_an_open_target_shows_no_secret_and_survives_the_way_to_a_worker() -> None:
    spec = aws(region="us-east-1")
    access = Access(
        "http://127.0.0.1:1", "us-east-1", Credentials("AKIA", "geheim", "geheimer"), frozenset({"A"}), spec
    )
    target = OpenTarget(spec, access, State(Origin.EXISTING))
    assert "geheim" not in repr(target)
    assert OpenTarget.in_worker(spec, target.to_worker()) == target


ARN = "arn:aws:sagemaker:us-east-1:{}:hyper-parameter-tuning-job/x"


def test_an_account_has_the_same_stand_in_throughout() -> None:
    mask = AccountMask()
    assert mask(ARN.format("111122223333")) == ARN.format("000000000000")
    assert mask(ARN.format("444455556666")) == ARN.format("000000000001")
    assert mask(ARN.format("111122223333")) == ARN.format("000000000000")
    assert mask(mask(ARN.format("444455556666"))) == ARN.format("000000000001")


def test_an_account_is_masked_wherever_it_stands_once_it_is_known() -> None:
    mask = AccountMask("111122223333")
    assert mask("s3://bucket-111122223333/x 9111122223333") == "s3://bucket-000000000000/x 9111122223333"


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws-cn:iam::111122223333:role/x",
        "arn:aws-us-gov:sagemaker:us-gov-west-1:111122223333:training-job/x",
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/image:1",
        "s3://sagemaker-us-east-1-111122223333/output",
        "AccountId: 111122223333",
    ],
)
def test_accounts_are_known_by_what_bears_them(text: str) -> None:
    assert AccountMask()(text) == text.replace("111122223333", "000000000000")


@pytest.mark.parametrize("text", ["1555674649089", "155567464908", '{"Value":123456789012}', ""])
def test_other_numbers_stay(text: str) -> None:
    assert AccountMask()(text) == text


# -- what rejects them


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


@pytest.mark.slow
@pytest.mark.parametrize("state", ["existing", "create"])
def test_the_wrong_credentials_end_a_run_before_anything_is_judged(state: str, tmp_path: Path) -> None:
    with ReferenceServer(load_world("default"), credentials={"AKIDEXAMPLE": "a-secret"}) as server:
        write_targets(tmp_path, mine=f"{{endpoint_url: '{server.endpoint_url}', state: {state}}}")
        ended = conformance("run", "mine", "--report-dir", "out", cwd=tmp_path)
    assert ended.code == ExitCode.TARGET_BROKE
    assert "the target rejects the credentials: UnrecognizedClientException" in ended.err
    assert not (tmp_path / "out" / "run.jsonl").exists()


def test_other_credentials_are_not_shown() -> None:
    spec = TargetSpec("mine", Kind.ENDPOINT, SPEC.state, credentials=Credentials("AKIDCANARY", "canary-of-a-secret"))
    with pytest.raises(CredentialsError) as caught:
        insist_on_credentials(REJECTIONS["json"], spec)
    assert "canary" not in str(caught.value).lower()
