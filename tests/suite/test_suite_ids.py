"""Ids of checks are a promise: known failures, selections and comparisons of runs hang on them."""

from __future__ import annotations

import re
from pathlib import Path

from in_process import checks, contract

from conformance.checks.check import AREAS
from conformance.suite.catalogue import catalogue

KEPT = Path(__file__).with_name("ids.txt")
HOW = "if that is on purpose: .venv/bin/conformance checks 2>/dev/null | awk '{print $2}' | sort > tests/suite/ids.txt"


def test_no_id_has_come_or_gone_unnoticed() -> None:
    kept = set(KEPT.read_text(encoding="utf-8").split())
    now = {check.id for check in checks()}
    added, removed = sorted(now - kept), sorted(kept - now)
    received = [f"{len(added)} added:", *added[:20], f"{len(removed)} removed:", *removed[:20], HOW]
    assert not added, "\n".join(received)
    assert not removed, "\n".join(received)


def test_ids_are_unique_and_paths_of_operation_area_subject_and_case() -> None:
    ids = [check.id for check in checks()]
    assert len(set(ids)) == len(ids)
    for item in ids:
        operation, area, *rest = item.split("/")
        assert operation in contract().operations
        assert area in AREAS
        assert len(rest) >= 2, item
        assert all(rest), item
        assert not re.search(r"[\s\x00-\x1f\x7f-\uffff]", item), item


def test_the_catalogue_is_the_same_each_time() -> None:
    assert [check.id for check in catalogue(contract())] == [check.id for check in checks()]


def test_every_check_says_what_it_rests_on() -> None:
    for check in checks():
        assert check.statement, check.id
        assert check.because, check.id
        assert check.request, check.id
        assert check.accepts, check.id
        assert check.level in {"must", "should"}
        assert (check.level == "must") == (check.basis in {"documented", "protocol"}), check.id
