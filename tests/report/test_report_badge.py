"""badge.json, in the form that shields.io reads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from sample_records import (
    BROKE,
    CONFORMING,
    FAILED,
    FOOTER,
    KNOWN,
    NOTED,
    PASSED,
    RECOMMENDED,
    SKIPPED,
    UNANSWERED,
    narrowed,
    record,
    shard,
)

from conformance.report.github import badge, render_badge
from conformance.report.run import Gate, GateFinding, Record, Thresholds, Wrong
from conformance.report.summary import with_thresholds
from conformance.report.writing import write_reports

# What the badge service's page on its endpoint badge asks for; further members of it are about looks.
ENDPOINT = {
    "type": "object",
    "required": ["schemaVersion", "label", "message"],
    "additionalProperties": False,
    "properties": {
        "schemaVersion": {"const": 1},
        "label": {"type": "string"},
        "message": {"type": "string", "minLength": 1},
        "color": {"enum": ["brightgreen", "green", "yellowgreen", "yellow", "orange", "red", "blue", "lightgrey"]},
        "isError": {"type": "boolean"},
    },
}

STALE = GateFinding(Wrong.STALE, FAILED.id, "known.yaml:12", "it passes now", "delete the entry")
RECORDS: dict[str, tuple[Record, str, str]] = {
    "conforms": (CONFORMING, "conforms, 2 of 3 checks", "brightgreen"),
    "with-known-failures": (record(PASSED, KNOWN), "conforms, 2 of 2 checks, 1 known", "yellowgreen"),
    "recommended-only": (record(PASSED, RECOMMENDED), "conforms, 2 of 2 checks", "brightgreen"),
    "fails": (record(PASSED, FAILED), "1 of 2 fail", "red"),
    "stale": (
        record(PASSED, footer=replace(FOOTER, gate=Gate("known.yaml", "2026-11-21", 1, (STALE,), ()))),
        "known failures out of date",
        "red",
    ),
    "broke": (record(PASSED, BROKE), "no verdict", "orange"),
    "cut-short": (record(PASSED, footer=None), "no verdict", "orange"),
    "nothing-checked": (record(SKIPPED), "nothing checked", "lightgrey"),
    "partly-judged": (
        record(PASSED, SKIPPED, KNOWN, footer=UNANSWERED),
        "partly judged, 2 of 3 checks, 1 known",
        "yellow",
    ),
    "allowed-in-part": (
        with_thresholds(record(PASSED, SKIPPED, footer=UNANSWERED), Thresholds(0, allow_partial=True)),
        "partly judged, 1 of 2 checks",
        "yellow",
    ),
    "a-selection": (narrowed(record(PASSED, NOTED)), "2 of 2,339 checks conform", "blue"),
    "a-shard": (shard(record(PASSED, SKIPPED, footer=UNANSWERED)), "shard 1 of 3 conforms", "blue"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_words_and_colour_follow_the_verdict(name: str) -> None:
    run, message, colour = RECORDS[name]
    received = badge(run)
    jsonschema.validate(received, ENDPOINT)
    assert (received["message"], received["color"]) == (message, colour)
    assert received.get("isError", False) is (message == "no verdict")
    assert json.loads(render_badge(run)) == received


def test_strict_counts_what_is_only_recommended() -> None:
    assert badge(record(PASSED, RECOMMENDED), strict=True)["message"] == "1 of 2 fail"


def test_a_run_writes_it(tmp_path: Path) -> None:
    paths = write_reports(CONFORMING, tmp_path)
    assert json.loads(paths["badge.json"].read_text("utf-8"))["message"] == "conforms, 2 of 3 checks"
