"""Contracts of services: drafted once, kept in the user's cache, made again where that is broken."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from conformance.contract.model import Contract
from conformance.documents.claims import ModelError
from conformance.drafting import cache
from conformance.drafting.cache import cache_root, service_contract
from conformance.suite.catalogue import lint_findings
from conformance.wire.limits import reads

SERVICE = "secretsmanager"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def folders(home: Path) -> list[Path]:
    return sorted(file.parent for file in home.rglob("digest"))


def test_a_contract_of_a_service_has_its_reading_operations_and_no_finding() -> None:
    contract = service_contract(SERVICE)
    assert {"ListSecrets", "DescribeSecret", "GetRandomPassword"} <= set(contract.operations)
    assert all(map(reads, contract.operations))
    assert lint_findings(contract) == ()


def test_named_operations_come_with_the_listing_of_what_they_are_about() -> None:
    assert "ListSecrets" in service_contract(SERVICE, ["DeleteSecret"]).operations
    contract = service_contract("sagemaker", ["DescribeTrainingJob"])
    assert "ListTrainingJobs" in contract.operations
    assert "ListEndpoints" not in contract.operations


def test_what_is_in_the_cache_is_not_drafted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = service_contract(SERVICE)

    def fail(*_: object) -> dict[str, str]:
        pytest.fail("it was drafted again")

    monkeypatch.setattr(cache, "_files", fail)
    assert service_contract(SERVICE).digest == made.digest


@pytest.mark.parametrize("name", ["digest", "service.yaml", "operations/ListSecrets.yaml"])
@pytest.mark.parametrize("content", ["", "{", None])
def test_a_broken_cache_is_made_again(home: Path, name: str, content: str | None) -> None:
    made = service_contract(SERVICE)
    (folder,) = folders(home)
    file = folder / name
    file.unlink()
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert service_contract(SERVICE).digest == made.digest
    assert folders(home) == [folder]
    assert [item.name for item in folder.parent.iterdir()] == [folder.name]


def test_another_version_of_botocore_has_another_contract(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service_contract(SERVICE)
    monkeypatch.setattr("botocore.__version__", "0.0.1")
    service_contract(SERVICE)
    first, second = folders(home)
    assert first.parent.name.startswith("0.0.1-")
    assert second.parent != first.parent


def test_two_at_once_get_the_same_contract(home: Path) -> None:
    found: list[Contract] = []
    threads = [threading.Thread(target=lambda: found.append(service_contract(SERVICE))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({contract.digest for contract in found}) == 1
    assert len(found) == len(threads)
    assert len(folders(home)) == 1


def test_without_a_cache_that_can_be_written_the_contract_is_the_same(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = service_contract(SERVICE)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert service_contract(SERVICE).digest == made.digest
    assert len(folders(home)) == 1


@pytest.mark.parametrize(
    ("platform", "names", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/me/.cache"),
        ("linux", {}, "/home/me/.cache"),
        ("darwin", {"XDG_CACHE_HOME": "/caches"}, "/home/me/Library/Caches"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local"),
    ],
)
def test_the_cache_is_where_the_platform_has_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, names: dict[str, str], expected: str
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", **names}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    assert cache_root() == Path(expected) / "sagemaker-tuning-conformance" / "contracts"


@pytest.mark.parametrize(
    ("service", "problem", "hint"),
    [
        ("secretmanager", "botocore has no service 'secretmanager'", "did you mean 'secretsmanager'?"),
        ("s3", "s3 speaks rest-xml", "draft an operation of another service"),
        ("../../etc", "botocore has no service '../../etc'", "known ones"),
    ],
)
def test_a_service_that_there_is_not_is_rejected_in_words(service: str, problem: str, hint: str) -> None:
    with pytest.raises(ModelError) as error:
        service_contract(service)
    assert problem in error.value.problem
    assert hint in error.value.hint
