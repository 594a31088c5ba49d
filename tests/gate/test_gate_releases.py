"""A run that counts by a release: newer checks are shown apart, and change neither verdict nor figures nor the gate."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli.command import ROOT, Ended, by_id, conformance, outcomes, report_of, under_pytest
from jsonschema import Draft202012Validator

from conformance.cli.release import write_release
from conformance.contract.loading import load
from conformance.contract.releases import Release
from conformance.reference.http import Answer, Call
from conformance.reference.server import ReferenceServer
from conformance.report.json_report import schema
from conformance.suite.catalogue import catalogue
from gate.broken_server import DESCRIBE, LIST, small_world
from gate.test_gate_command import CHOSEN, COUNTER, REVERSE, SORTED, STATUS

DAY = "2027-01-31"
GONE = f"{LIST}/order/Gone/falling"
PUT = f"{DESCRIBE}/protocol/method/PUT"
NEWER = {COUNTER, REVERSE, PUT}


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a contract with a release that lacks what fails, has a check that is gone, and another at level should."""
    folder = tmp_path_factory.mktemp("released") / "contract"
    shutil.copytree(ROOT / "contract", folder)
    loaded = load(folder)
    levels = {check.id: check.level for check in catalogue(loaded) if check.id not in NEWER}
    write_release(folder, Release(DAY, loaded.digest, {**levels, SORTED: "should", GONE: "must"}))
    return folder


def run(contract: Path, targets: Path, folder: Path, *options: str | Path) -> Ended:
    return conformance(
        "run", "broken", "--targets", targets, "--contract", contract, "--report-dir", folder, *options,
        cwd=folder.parent,
    )  # fmt: skip


def test_newer_checks_are_shown_in_every_report_and_count_in_none(tmp_path: Path, broken: Path, contract: Path) -> None:
    known = tmp_path / "known.yaml"
    rows = (f"  - {{check: {item}, reason: soon}}\n" for item in (GONE, f"{LIST}/order/Status/reverse"))
    known.write_text("known_failures:\n" + "".join(rows), encoding="utf-8")
    gated = ("--release", DAY, "--known-failures", known)
    ended = run(contract, broken, tmp_path / "pinned", *gated, "-v", *CHOSEN)
    assert ended.code == 0, ended.said
    run(contract, broken, tmp_path / "plain", *CHOSEN)
    report, plain = report_of(tmp_path / "pinned"), report_of(tmp_path / "plain")
    Draft202012Validator(schema("report")).validate(report)
    assert {row["id"] for row in report["newer"]} == NEWER - {PUT}
    assert outcomes(report) | {row["id"]: row["outcome"] for row in report["newer"]} == outcomes(plain)
    assert (report["release"]["date"], report["release"]["gone"]) == (DAY, [GONE])
    assert by_id(report)[SORTED]["level"] == "should"
    assert report["contract"]["checks"] == plain["contract"]["checks"] - len(NEWER)
    assert "2 newer do not count (2 failed); gone from the contract: 1" in " ".join(ended.out.split())
    for name in ("report.md", "report.html", "junit.xml"):
        text = (tmp_path / "pinned" / name).read_text(encoding="utf-8")
        assert DAY in text
        assert "order/Status/reverse" in text
        assert "<failure" not in text
    assert DAY in (tmp_path / "pinned" / "badge.json").read_text(encoding="utf-8")
    compared = conformance("diff", "plain", "pinned", cwd=tmp_path)
    assert f"counted by different releases of the contract: old none, new {DAY}" in " ".join(compared.out.split())
    assert compared.out.startswith("No difference")


@pytest.mark.slow
def test_processes_shards_and_pytest_count_by_a_release_too(tmp_path: Path, broken: Path, contract: Path) -> None:
    chosen = ("--release", DAY, *CHOSEN, f"--select={STATUS}")
    assert run(contract, broken, tmp_path / "two", *chosen, "-n", "2").code == 1
    for part in ("1", "2"):
        run(contract, broken, tmp_path / part, *chosen, "--shard", f"{part}/2")
    merged = conformance("merge", "1", "2", "--report-dir", "whole", "--contract", contract, cwd=tmp_path)
    assert merged.code == 1, merged.said
    shared = (f"--targets={broken}", f"--contract={contract}", "--report-dir=items")
    ended = under_pytest("--target=broken", *shared, *chosen, cwd=tmp_path)
    assert (ended.code, "1 failed, 24 passed, 3 xfailed" in ended.out) == (1, True), ended.said
    one = report_of(tmp_path / "items")
    for folder in ("two", "whole"):
        other = report_of(tmp_path / folder)
        for part in ("summary", "facts", "release", "contract", "verdict", "answered", "unknown_members"):
            assert other[part] == one[part], (folder, part)
        assert outcomes(other) == outcomes(one)
        assert {row["id"] for row in other["newer"]} == NEWER - {PUT}


def test_a_server_that_a_newer_check_ends_conforms(tmp_path: Path, contract: Path) -> None:
    def ends(call: Call | None, _: Answer) -> None:
        if call is not None and call.method == "PUT":
            server.stop()

    targets = tmp_path / "targets.yaml"
    with ReferenceServer(small_world(), on_exchange=ends) as server:
        entry = f"{{endpoint_url: {server.endpoint_url}, state: existing}}"
        targets.write_text(f"targets:\n  broken: {entry}\n", encoding="utf-8")
        chosen = ("--select", f"{DESCRIBE}/error", "--select", f"{DESCRIBE}/protocol/*/PUT")
        ended = run(contract, targets, tmp_path / "out", "--release", DAY, *chosen)
    assert ended.code == 0, ended.said
    assert [row["id"] for row in report_of(tmp_path / "out")["newer"]] == [PUT]


def test_where_every_check_is_newer_nothing_was_judged(tmp_path: Path, broken: Path, contract: Path) -> None:
    ended = run(contract, broken, tmp_path / "out", "--release", DAY, "--select", REVERSE)
    assert ended.code == 4
    assert f"all checks are newer than the release {DAY}" in " ".join(ended.out.split())


def test_an_unknown_release_and_one_of_a_drafted_contract_are_errors(tmp_path: Path) -> None:
    ended = conformance("run", "--release", "2020-01-01", cwd=tmp_path)
    assert (ended.code, "has no release '2020-01-01'" in ended.told_without_traceback()) == (2, True)
    ended = conformance("run", "--service", "kms", "--operation", "ListKeys", "--release", DAY, cwd=tmp_path)
    assert (ended.code, "conformance draft" in ended.told_without_traceback()) == (2, True)


def test_the_checks_of_a_release_are_listed_at_their_level_in_it(contract: Path, tmp_path: Path) -> None:
    listed = conformance("checks", "--contract", contract, "--release", DAY, cwd=tmp_path)
    rows = {check_id: level for level, check_id in map(str.split, listed.out.splitlines())}
    assert NEWER.isdisjoint(rows)
    assert rows[SORTED] == "should"
    assert "3 newer, 1 gone from the contract" in listed.said


def test_a_release_of_another_contract_is_an_error(contract: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "examples" / "third-operation", tmp_path / "other")
    shutil.copytree(contract / "releases", tmp_path / "other" / "releases")
    for command in ("run", "checks"):
        ended = conformance(command, "--contract", "other", "--release", DAY, cwd=tmp_path)
        assert (ended.code, "of another contract" in ended.told_without_traceback()) == (2, True)


def test_the_command_freezes_the_checks_of_a_contract(tmp_path: Path, contract: Path) -> None:
    ended = conformance("release", "--contract", contract, "--date", "2027-02-28", cwd=tmp_path)
    assert (ended.code, "2027-02-28.yaml" in ended.out) == (0, True), ended.said
    ended = conformance("release", "--contract", contract, "--date", DAY, cwd=tmp_path)
    assert (ended.code, "it is never edited" in ended.told_without_traceback()) == (2, True)
    assert conformance("lint", "--contract", contract, cwd=tmp_path).code == 0
    edited = contract / "releases" / "2027-02-28.yaml"
    edited.write_text(edited.read_text(encoding="utf-8").replace("left-out", "left-in", 1), encoding="utf-8")
    assert "the release is not as it was made" in conformance("lint", "--contract", contract, cwd=tmp_path).out
    edited.unlink()
