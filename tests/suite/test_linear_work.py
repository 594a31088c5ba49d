"""Work on foreign text grows with its length and no faster: twice the text takes about twice the time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from conformance.checks.check import matches
from conformance.contract.cited_lines import plain as without_links
from conformance.contract.files import ContractError
from conformance.contract.loading import load
from conformance.documents.api_reference import Labels, plain
from conformance.documents.page import Page, heading
from conformance.documents.prose import statements
from conformance.documents.styles import STYLES
from conformance.inputs import read_yaml
from conformance.suite.known_failures import KnownFailureMatcher, read_known_failures
from conformance.suite.saved import SavedError, read
from conformance.wire.exchange import HttpResponse
from conformance.wire.redaction import AccountMask, Redactor

_SIZES = (10_000, 40_000)
"""Four times the text: 4 is linear, 16 quadratic. What is between them is noise."""
_MOST = 10
_UNMEASURABLE_S = 0.05
"""CPU seconds below which a ratio says nothing, and nothing needs to be said."""


def assert_linear(work: Callable[[int], object]) -> None:
    spent = []
    for size in _SIZES:
        started = time.process_time()
        work(size)
        spent.append(time.process_time() - started)
    assert spent[1] < _UNMEASURABLE_S or spent[1] < _MOST * spent[0], spent


@pytest.mark.parametrize("unit", ["sagemaker-", "arn:aws", "arn:aws:a:b:", "account id ", "1", "sagemaker-a-1"])
def test_masking_a_text_that_only_begins_like_an_account(unit: str) -> None:
    assert_linear(lambda size: AccountMask()(unit * (size // len(unit))))


def test_masking_thousands_of_accounts() -> None:
    assert_linear(lambda size: AccountMask()(" ".join(f"arn:aws:s3:::{n:012d}" for n in range(size // 20))))
    masked = AccountMask()(" ".join(f"arn:aws:a:b:{n:012d}" for n in range(111122223333, 111122228333)))
    assert "11112222" not in masked
    assert len(set(masked.split())) == 5000


@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_an_answer_of_nothing_but_signatures_of_earlier_requests(written: Callable[[str], str]) -> None:
    signature = "0123456789abcdef" * 4
    redactor = Redactor(["a secret of some length"])
    redactor.response(HttpResponse(200, (), b"{}", 0.0), f"Signature={signature}")

    def work(size: int) -> None:
        body = (written(signature) * (size // 4)).encode()
        answer = redactor.response(HttpResponse(200, (), body, 0.0), f"Signature={'f' * 64}")
        assert answer.body == b"*" * len(body)

    assert_linear(work)


@pytest.mark.parametrize("text", ['{"a":NaN' + '"\\"' * 5, '"' + '\\"' * 5, "[" * 8, '{"a":' * 3])
def test_finding_what_is_wrong_in_a_saved_answer(tmp_path: Path, text: str) -> None:
    def work(size: int) -> None:
        file = tmp_path / "answer.json"
        file.write_text('{"a": NaN, "b": ' + text * (size // len(text)))
        with pytest.raises(SavedError):
            read(str(file), "an answer")

    assert_linear(work)


@pytest.mark.parametrize("unit", ["[", "[a](", "<a ", "* ", "#", "`", "- a"])
def test_reading_a_page_with_a_line_of_marks(unit: str) -> None:
    def work(size: int) -> None:
        line = "a" + unit * (size // len(unit)) + "a"
        assert (plain(line), heading(line), without_links(line)) != ("", "", "")

    assert_linear(work)


@pytest.mark.parametrize(
    "unit", [" ", "a, ", ": a, a, ", "default is ", "``a`` ", "1 to ", "Array of ", "a to b ", "** ["]
)
@pytest.mark.parametrize("kind", ["string", "integer"])
def test_reading_prose_labels_and_marks_of_a_page(unit: str, kind: str) -> None:
    def work(size: int) -> None:
        line = unit * (size // len(unit))
        assert list(statements(((1, line),), "Name", kind, ("a",))) is not None
        assert Labels().read(1, f"Type: {line}") is not None
        assert [style.lacking(Page("page", (line,))) for style in STYLES]

    assert_linear(work)


def test_a_file_that_nests_without_end_is_rejected_early() -> None:
    with pytest.raises(ContractError, match="nests deeper than 200 levels"):
        read_yaml(b"targets: " + b"[" * 100_000, "targets.yaml", ContractError)


def test_thousands_of_known_failures_look_at_few_ids_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def looking(pattern: str, item: str) -> bool:
        looked.append(item)
        return matches(pattern, item)

    monkeypatch.setattr("conformance.suite.known_failures.matches", looking)
    ids = [f"Op/area/{n}/case" for n in range(2_000)]
    file = tmp_path / "known.yaml"
    rows = [f"- {{check: Op/area/{n}, reason: because}}\n" for n in range(1_000)]
    file.write_text("known_failures:\n" + "".join(rows))
    matcher = KnownFailureMatcher(read_known_failures(file), ids, datetime.now(UTC).date())
    assert matcher.evaluate({}, set(ids)).findings == ()
    assert len(looked) < 20 * len(ids)
    assert matcher.matching("Op/*/7/*") == ["Op/area/7/case"]
    assert matcher.matching("Op/area/19") == ["Op/area/19/case"]


def test_the_nearest_id_is_looked_for_a_few_times_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def none_is_near(word: str, *_: object, **__: object) -> list[str]:
        asked.append(word)
        return []

    monkeypatch.setattr("difflib.get_close_matches", none_is_near)
    file = tmp_path / "known.yaml"
    file.write_text("known_failures:\n" + "".join(f"- {{check: no/{n}, reason: because}}\n" for n in range(100)))
    matcher = KnownFailureMatcher(read_known_failures(file), ["Op/a"], datetime.now(UTC).date())
    assert len(matcher.evaluate({}, set()).findings) == 100
    assert len(asked) == 5


def full_match(pattern: str, text: str) -> None:
    compiled = re.compile(pattern)
    for end in ("\n", "\0"):
        assert_linear(partial(_match, compiled, text, end))


def _match(compiled: re.Pattern[str], text: str, end: str, size: int) -> None:
    compiled.fullmatch(text[:2] + text[2:] * (size // 4) + end)


def test_the_patterns_of_the_contract_and_its_rules() -> None:
    contract = load()
    rules = "".join(file.read_text() for file in Path(contract.root).joinpath("behaviours").glob("*.yaml"))
    patterns = {item.replace("\\\\", "\\") for item in re.findall(r"matches\([^']*'([^']*)'", rules)}
    assert patterns, "no rule has a pattern any more"
    patterns |= {str(fact.value) for fact in contract.facts if fact.facet == "pattern"}
    for pattern in patterns:
        for text in ("aaa", "aaa-", "---", "a/a", "a/a.", "s3:/", "000", "   "):
            full_match(pattern, text)


def test_a_pattern_that_goes_back_for_every_letter_is_noticed() -> None:
    with pytest.raises(AssertionError):
        full_match(r"[^/\s;]+(/[^/\s]+.*)?", "a/a")
