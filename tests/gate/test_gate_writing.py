"""Writing known failures down: a first file, what a file lacks that is there already, and a file in fewer entries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import pytest

from conformance.checks.check import matches
from conformance.errors import ExitCode
from conformance.report.result import Level, Outcome
from conformance.report.run import Record
from conformance.report.summary import exit_code
from conformance.suite.declaring import Draft, fewest_patterns, minimize
from conformance.suite.known_failures import KnownFailuresError, apply_known_failures, read_known_failures
from gate.results import CATALOGUE, CHECK, OTHER, THIRD, matcher, record, result

RUN = record(result(THIRD, Outcome.ERROR, "timeout"), result(OTHER, kind=""), result(CHECK))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "known.yaml"


def write(path: Path, run: Record, *, strict: bool = False) -> str:
    Draft.at(path).write(run, CATALOGUE, strict=strict)
    return path.read_text(encoding="utf-8")


def passes(path: Path, run: Record) -> bool:
    """Return whether a run is green once somebody has given the reasons."""
    path.write_text(path.read_text(encoding="utf-8").replace("TODO\n", "because\n"), encoding="utf-8")
    return exit_code(apply_known_failures(run, matcher(*read_known_failures(path).entries))) is ExitCode.CONFORMS


def test_a_first_file_has_an_entry_for_each_failure_by_id_and_waits_for_the_reasons(path: Path) -> None:
    comment, _, body = write(path, RUN).partition("known_failures:")
    assert body == (
        f"\n  # Name: broken: {CHECK} (1 check)\n"
        f"  - check: {CHECK}\n    outcome: failed\n    kind: accepted\n    reason: TODO\n"
        f"  # Name: broken: {OTHER} (1 check)\n  - check: {OTHER}\n    outcome: failed\n    reason: TODO\n"
        f"  # Broken: {THIRD} (1 check)\n"
        f"  - check: {THIRD}\n    outcome: error\n    kind: timeout\n    reason: TODO\n"
    )
    assert all(line.startswith("#") for line in comment.splitlines())
    with pytest.raises(KnownFailuresError, match="3 entries have no reason yet"):
        read_known_failures(path)
    assert passes(path, RUN)


def test_with_a_reason_the_file_can_be_used_at_once_and_entries_that_it_has_keep_theirs(path: Path) -> None:
    Draft.at(path, reason="the team's: #7 [old]").write(record(result(CHECK)), CATALOGUE, strict=False)
    Draft.at(path, reason="yes").write(RUN, CATALOGUE, strict=False)
    reasons = {entry.check: entry.reason for entry in read_known_failures(path).entries}
    assert reasons == {CHECK: "the team's: #7 [old]", OTHER: "yes", THIRD: "yes"}


@pytest.mark.parametrize("reason", ["", "  ", "todo", "TODO: ask", "two\nlines", "\udcff", "\x1b[1m"])
def test_a_reason_that_is_none_is_an_error_before_the_run(reason: str, path: Path) -> None:
    with pytest.raises(KnownFailuresError, match="--reason"):
        Draft.at(path, reason=reason)


def test_what_does_not_count_is_not_written_down(tmp_path: Path) -> None:
    recommended = result(OTHER, level=Level.SHOULD)
    run = record(result(CHECK, Outcome.PASSED, ""), recommended, result(THIRD, Outcome.ERROR, "suite-error"))
    assert write(tmp_path / "known.yaml", run).endswith("known_failures: []\n")
    assert OTHER in write(tmp_path / "strict.yaml", run, strict=True)
    assert THIRD not in write(tmp_path / "strict.yaml", run, strict=True)


def test_ids_that_yaml_would_take_for_something_else_are_quoted(tmp_path: Path) -> None:
    odd = [f"Get/response/{name}/type" for name in ("A: b", "{x}", '"q" #', "Tags[]{key}")]
    run = record(*(result(item, kind="no") for item in odd))
    path = tmp_path / "known.yaml"
    Draft.at(path).write(run, [*odd, "Get/response/plain/type"], strict=False)
    entries = read_known_failures(path, reasons_due=False).entries
    assert {entry.check for entry in entries} == set(odd)
    assert {entry.kind for entry in entries} == {"no"}


EXISTING = f"""\
# kept by hand
known_failures:
    # about lengths
    - check: {OTHER}
      reason: not built yet   # soon
# the end
"""


def test_what_stands_in_a_file_stays_and_what_it_lacks_comes_first(path: Path) -> None:
    path.write_text(EXISTING, encoding="utf-8")
    text = write(path, RUN)
    added = (
        f"    # Name: broken: {CHECK} (1 check)\n"
        f"    - check: {CHECK}\n      outcome: failed\n      kind: accepted\n      reason: TODO\n"
        f"    # Broken: {THIRD} (1 check)\n"
        f"    - check: {THIRD}\n      outcome: error\n      kind: timeout\n      reason: TODO\n"
    )
    assert text == EXISTING.replace("known_failures:\n", f"known_failures:\n{added}")
    assert passes(path, RUN)


def test_a_file_that_lacks_nothing_is_left_alone(path: Path) -> None:
    write(path, RUN)
    before = path.stat().st_mtime_ns, path.read_text(encoding="utf-8")
    assert Draft.at(path).write(RUN, CATALOGUE, strict=False) == (0, 0)
    assert (path.stat().st_mtime_ns, path.read_text(encoding="utf-8")) == before


def test_a_new_entry_goes_before_the_pattern_that_says_otherwise(path: Path) -> None:
    path.write_text("known_failures:\n- check: Get/*\n  reason: all of it\n  kind: accepted\n", encoding="utf-8")
    run = record(result(CHECK), result(OTHER, kind="dropped"), result(THIRD))
    text = write(path, run)
    assert text.index(OTHER) < text.index("Get/*")
    assert CHECK not in text
    assert passes(path, run)


@pytest.mark.parametrize("comment", ["", "   # none yet"])
def test_an_empty_list_is_filled(comment: str, path: Path) -> None:
    path.write_text(f"# mine\nknown_failures: []{comment}\n", encoding="utf-8")
    text = write(path, RUN)
    assert text.startswith("# mine\nknown_failures:")
    assert comment.strip() in text
    assert passes(path, RUN)


def test_an_expired_entry_gets_no_second_one_beside_it(path: Path) -> None:
    path.write_text(f"known_failures:\n- check: {CHECK}\n  reason: soon\n  expires: 2020-01-01\n", encoding="utf-8")
    assert Draft.at(path).write(record(result(CHECK)), CATALOGUE, strict=False) == (0, 0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"known_failures: [{{check: {CHECK}, reason: soon}}]\n", "nothing can be added to this file"),
        ("known_failures:\n- check: 1\n  reason: soon\n", "`check` must be text"),
        ("hello\n", "the file holds no mapping"),
    ],
)
def test_a_file_that_can_not_be_added_to_is_rejected_before_the_run(text: str, problem: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnownFailuresError, match=problem):
        Draft.at(path)
    assert path.read_text(encoding="utf-8") == text


def test_a_folder_that_is_not_there_is_reported_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(KnownFailuresError, match="there is no folder"):
        Draft.at(tmp_path / "nowhere" / "known.yaml")


def test_a_run_that_did_not_end_is_not_written_down(tmp_path: Path) -> None:
    assert RUN.footer is not None
    path = tmp_path / "known.yaml"
    for footer in (replace(RUN.footer, complete=False), replace(RUN.footer, stopped="gone"), None):
        with pytest.raises(KnownFailuresError, match="did not come to its end"):
            Draft.at(path).write(replace(RUN, footer=footer), CATALOGUE, strict=False)
    assert not path.exists()


def matched(patterns: Collection[str], catalogue: Collection[str]) -> set[str]:
    return {item for item in catalogue if any(matches(pattern, item) for pattern in patterns)}


SMALL = tuple("/".join(parts) for parts in product(("Get", "List"), ("A.B", "A.C"), ("long-1", "long-2", "null")))


@pytest.mark.parametrize("number", range(1, 2 ** len(SMALL), 97))
def test_patterns_match_what_failed_and_nothing_else_and_fewer_do_not(number: int) -> None:
    wanted = {item for place, item in enumerate(SMALL) if number >> place & 1}
    patterns = fewest_patterns(wanted, SMALL)
    assert matched(patterns, SMALL) == wanted
    parts = (("*", "Get", "List"), ("*", "A.B", "A.C"), ("*", "long-*", "long-1", "long-2", "null"))
    possible = {frozenset(matched(["/".join(each)], SMALL)) for each in product(*parts)}
    useful = [each for each in possible if each <= wanted]
    fewer = (some for n in range(1, min(len(patterns), 4)) for some in combinations(useful, n))
    assert not [some for some in fewer if frozenset().union(*some) == wanted]


def test_patterns_for_what_fails_on_moto_match_nothing_else() -> None:
    tests = Path(__file__).parents[1]
    catalogue = (tests / "suite" / "ids.txt").read_text(encoding="utf-8").split()
    rows = (tests / "moto" / "expected.txt").read_text(encoding="utf-8").splitlines()
    failed = {row.split(" ")[1] for row in rows if row.startswith(("must ", "should "))}
    patterns = fewest_patterns(failed, catalogue)
    assert matched(patterns, catalogue) == failed
    assert len(patterns) < len(failed)


@pytest.mark.parametrize("catalogue", [("Op/a/b/x", "Op/c/x"), ("Op/a.b/x", "Op/a.c/d/x", "Op/a.d/x")])
def test_a_star_that_reaches_over_a_slash_is_seen(catalogue: tuple[str, ...]) -> None:
    wanted = {item for item in catalogue if item.count("/") == 2}
    assert matched(fewest_patterns(wanted, catalogue), catalogue) == wanted


def test_an_entry_of_its_own_that_declares_another_failure_gets_no_second_one(path: Path) -> None:
    path.write_text(f"known_failures:\n- check: {CHECK}\n  reason: soon\n  kind: dropped\n", encoding="utf-8")
    assert Draft.at(path).write(record(result(CHECK)), CATALOGUE, strict=False) == (0, 0)


@pytest.mark.parametrize(("declared", "pattern"), [("", "Get"), (f"- check: {THIRD}\n  reason: soon\n", "Get/request")])
def test_a_pattern_may_match_what_was_skipped_unless_it_has_an_entry(path: Path, declared: str, pattern: str) -> None:
    path.write_text(f"known_failures:\n{declared}" if declared else "known_failures: []\n", encoding="utf-8")
    run = record(result(CHECK), result(OTHER), result(THIRD, Outcome.SKIPPED))
    assert Draft.at(path).write(run, CATALOGUE, strict=False) == (1, 2)
    assert read_known_failures(path, reasons_due=False).entries[0].check == pattern


OF_PEOPLE = f"""\
known_failures:
  # names, see the team
  - check: {CHECK}
    reason: not built   # soon
  - check: {OTHER}
    reason: not built
  # types
  - check: Get/response/*
    reason: another
    expires: 2030-01-01
  - check: Get/nothing
    reason: gone
# the end
"""


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (  # both names in one pattern; what was not judged stays declared, what matches nothing goes
            record(result(CHECK), result(OTHER), result(THIRD, Outcome.SKIPPED)),
            OF_PEOPLE.replace(f"  - check: {CHECK}\n    reason: not built   # soon\n", "")
            .replace(f"- check: {OTHER}", "- check: Get/request\n    outcome: failed")
            .replace("  - check: Get/nothing\n    reason: gone\n", ""),
        ),
        (  # what passes goes, with the comment of its section only where nothing of that is left
            record(result(CHECK), result(OTHER, Outcome.PASSED), result(THIRD, Outcome.PASSED)),
            OF_PEOPLE[: OF_PEOPLE.index(f"  - check: {OTHER}")] + "# the end\n",
        ),
        (record(*(result(item, Outcome.PASSED) for item in CATALOGUE)), "known_failures: []\n# the end\n"),
    ],
)
def test_a_file_is_made_fewer_entries_and_keeps_what_people_wrote(path: Path, run: Record, expected: str) -> None:
    path.write_text(OF_PEOPLE, encoding="utf-8")
    minimize(path, run, CATALOGUE)
    assert path.read_text(encoding="utf-8") == expected
    read_known_failures(path)


def test_a_general_entry_behind_special_ones_stays_general(path: Path) -> None:
    text = f"known_failures:\n- check: {CHECK}\n  reason: special\n- check: Get/*\n  reason: all of it\n"
    path.write_text(text, encoding="utf-8")
    assert minimize(path, record(*map(result, CATALOGUE)), CATALOGUE) == (2, 2)
    assert path.read_text(encoding="utf-8") == text
