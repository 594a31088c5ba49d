"""The worked example of docs/contract.md: it lints, its citations hold, and its checks hold against real servers."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from cli.command import Ended, conformance

from conformance.contract.cited_lines import verify_citations
from conformance.contract.loading import load
from conformance.documents.generated import boto3_pages
from conformance.suite.catalogue import catalogue
from third_operation.worked_example import FOLDER, OPERATION, example

_MOST = {"client": 20, "filter": 70, "order": 12, "pagination": 120, "protocol": 60, "request": 200, "response": 60}
"""Areas, and how many checks each has at least."""


def run(folder: Path, *arguments: str) -> Ended:
    return conformance(*arguments, "--contract", FOLDER, cwd=folder)


def outcomes(folder: Path) -> dict[str, str]:
    (report,) = folder.glob("reports/*/report.json")
    return {item["id"]: item["outcome"] for item in json.loads(report.read_text(encoding="utf-8"))["results"]}


def test_it_has_no_fault(tmp_path: Path) -> None:
    done = run(tmp_path, "lint")
    assert done.code == 0, done.out
    assert "no findings" in done.out


def test_its_facts_are_listed_and_cited(tmp_path: Path) -> None:
    done = run(tmp_path, "facts", "--json")
    facts = json.loads(done.out)
    assert {fact["operation"] for fact in facts} == {OPERATION}
    assert all(fact["sources"] for fact in facts)
    ids = {fact["id"] for fact in facts}
    assert {
        f"{OPERATION}/input/NameContains/present",
        f"{OPERATION}/input/MaxResults/maximum/modelled",
        f"{OPERATION}/output/HyperParameterTuningJobSummaries[].ResourceLimits.MaxParallelTrainingJobs/type",
        f"{OPERATION}/paginator/PaginationConfig.StartingToken/present",
    } <= ids


def test_it_makes_checks_of_every_area() -> None:
    counts = Counter(check.area for check in catalogue(example()))
    assert {area for area, fewest in _MOST.items() if counts[area] < fewest} == set()
    assert counts["consistency"]


def test_its_citations_hold_against_the_pages_that_boto3_carries(tmp_path: Path) -> None:
    botocore = pytest.importorskip("botocore")
    version = example().sources["botocore"].version
    if botocore.__version__ != version:
        pytest.skip(f"the pages are those of botocore {version}, installed is {botocore.__version__}")
    for page in boto3_pages("sagemaker", [OPERATION]):
        document = example().sources[f"boto3-list-hyper-parameter-tuning-jobs{'-paginator' * page.paginates}"]
        (tmp_path / document.file).write_text(page.text, encoding="utf-8")
        assert hashlib.sha256((tmp_path / document.file).read_bytes()).hexdigest() == document.sha256
    assert not list(verify_citations(load(FOLDER), tmp_path))


def test_the_reference_server_keeps_it(tmp_path: Path) -> None:
    done = run(tmp_path, "run", "--strict")
    assert done.code == 0, done.said
    counts = Counter(outcomes(tmp_path).values())
    assert counts["failed"] == counts["error"] == 0
    assert counts["passed"] > 40 * counts["skipped"]


def test_moto_breaks_what_it_breaks(tmp_path: Path) -> None:
    """moto sorts and filters as the page says, and looks at few constraints."""
    if find_spec("moto") is None or find_spec("flask") is None:
        pytest.skip("moto is not installed: extra moto")
    selected = (
        f"{OPERATION}/{pattern}" for pattern in ("order/*", "filter/*", "pagination/page-size/*", "request/SortBy/*")
    )
    options = [part for pattern in selected for part in ("--select", pattern)]
    done = run(tmp_path, "run", "moto", *options)
    assert done.code == 1, done.said
    found = outcomes(tmp_path)
    kept = (
        "order/Name/Ascending",
        "order/CreationTime/Descending",
        "filter/NameContains/only",
        "filter/NameContains/all",
    )
    assert {found[f"{OPERATION}/{check}"] for check in kept} == {"passed"}
    broken = (
        "request/SortBy/enum-not-stranger",
        "pagination/page-size/default-at-most",
    )
    assert {found[f"{OPERATION}/{check}"] for check in broken} == {"failed"}
