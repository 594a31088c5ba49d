"""The one word after `run`: a name, or a URL."""

from __future__ import annotations

import pytest

from conformance.errors import ExitCode
from conformance.targets.configuration import REFERENCE, load_targets, resolve
from conformance.targets.spec import Kind, Origin, TargetError

TARGETS = {"reference": REFERENCE}


def test_a_name_is_looked_up() -> None:
    assert resolve("reference", TARGETS) is REFERENCE


def test_a_url_needs_no_file_and_is_only_read() -> None:
    spec = resolve("http://localhost:4566", {})
    assert (spec.name, spec.kind, spec.state.origin) == ("localhost-4566", Kind.ENDPOINT, Origin.EXISTING)
    assert spec.credentials is not None
    assert (spec.credentials.access_key, spec.credentials.secret_key) == ("test", "test")
    assert spec.region == "us-east-1"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("localhost:4566", "http://localhost:4566"),
        ("127.0.0.1:4566", "http://127.0.0.1:4566"),
        ("[::1]:4566", "http://[::1]:4566"),
        ("my-host.test:8080/", "http://my-host.test:8080/"),
        ("my-host.test:443", "https://my-host.test:443"),
    ],
)
def test_a_host_with_its_port_is_a_url(text: str, url: str) -> None:
    spec = resolve(text, {})
    assert (spec.endpoint_url, spec.kind, spec.state.origin) == (url, Kind.ENDPOINT, Origin.EXISTING)


@pytest.mark.parametrize("text", ["localhost", "localhost:", ":4566", "::1:4566", "a b:1", "user@host:1", "name:port"])
def test_what_is_neither_a_name_nor_an_address_is_an_error_that_shows_a_url(text: str) -> None:
    with pytest.raises(TargetError, match="there is no target") as caught:
        resolve(text, {})
    assert "http://127.0.0.1:4566" in caught.value.hint


def test_a_host_with_a_port_that_can_not_be_one_is_an_error() -> None:
    with pytest.raises(TargetError, match="the endpoint"):
        resolve("localhost:70000", {})


def test_the_name_of_a_url_is_fit_for_a_folder() -> None:
    assert resolve("https://[::1]:8443/x/../y", {}).name == "1-8443"
    assert resolve("https://example.test", {}).name == "example.test-443"


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://api.sagemaker.eu-central-1.amazonaws.com", "eu-central-1"),
        ("https://api.sagemaker.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("https://api.sagemaker.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("https://sagemaker.us-east-1.api.aws", "us-east-1"),
        ("https://vpce-0a.api.sagemaker.us-east-2.vpce.amazonaws.com", "us-east-2"),
        ("https://API.SageMaker.EU-West-1.AmazonAWS.com.", "eu-west-1"),
    ],
)
def test_a_url_of_aws_is_aws_with_its_region(url: str, region: str) -> None:
    spec = resolve(url, {})
    assert (spec.kind, spec.region, spec.credentials) == (Kind.AWS, region, None)
    assert spec.pace


@pytest.mark.parametrize("url", ["https://amazonaws.com.example.test", "http://notamazonaws.com", "http://127.0.0.1:1"])
def test_a_url_that_only_looks_like_aws_is_not(url: str) -> None:
    assert resolve(url, {}).kind is Kind.ENDPOINT


def test_an_unknown_name_is_an_error_with_the_nearest_and_all_the_others() -> None:
    with pytest.raises(TargetError, match="there is no target 'motto'") as caught:
        resolve("motto", load_targets())
    assert "did you mean 'moto'?" in caught.value.hint
    assert "reference, moto, aws" in caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("url", ["ftp://h", "http://", "http://h:99999", "http://user:geheim@h", "http://h/ x"])
def test_a_url_that_is_none_is_an_error(url: str) -> None:
    with pytest.raises(TargetError) as caught:
        resolve(url, {})
    assert caught.value.exit_code is ExitCode.USAGE
    assert "geheim" not in str(caught.value)
