"""A bundle is read as it was written, and every change to it is found, with the number of the entry."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from bundles import STATE, Line, answer, lines, origin, outgoing, put, rewrite, schema_errors, writing, written

from conformance.errors import ExitCode
from conformance.wire.evidence import EvidenceError, Replay, read_bundle
from conformance.wire.exchange import Signing
from conformance.wire.redaction import AccountMask, ExchangeMask
from conformance.wire.request import UnansweredError

Change = Callable[[list[Line]], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.jsonl"


@pytest.mark.parametrize("name", ["evidence.jsonl", "folder/evidence.jsonl.gz"])
def test_what_was_written_is_read(tmp_path: Path, name: str) -> None:
    digest = written(tmp_path / name)
    bundle = read_bundle(tmp_path / name)
    assert (bundle.digest, bundle.cut_short, bundle.state) == (digest, "", STATE)
    assert bundle.origin == origin()
    bodies = [entry.response.body if entry.response else None for entry in bundle.entries]
    assert bodies == [b'{"Number":%d}' % number for number in range(4)] + [None]
    assert bundle.entries[-1].key[-1] == b"\xff\x00"


def test_every_line_keeps_to_the_schema(path: Path) -> None:
    written(path)
    assert [line["type"] for line in lines(path)] == ["header", "state", *["exchange"] * 5, "footer"]
    assert schema_errors(lines(path)) == []


def test_a_state_that_could_not_be_listed_is_read_with_its_reason(path: Path) -> None:
    with writing(path) as writer:
        writer.state({**STATE, "problem": "the listing was denied"})
    assert read_bundle(path).state == {**STATE, "problem": "the listing was denied"}
    assert schema_errors(lines(path)) == []


def test_a_compressed_one_is_smaller_and_the_same(tmp_path: Path, path: Path) -> None:
    written(path, exchanges=50)
    packed = tmp_path / "evidence.gz"
    written(packed, exchanges=50)
    assert packed.stat().st_size < path.stat().st_size / 2
    assert len(gzip.decompress(packed.read_bytes()).splitlines()) == len(lines(path))


def test_others_on_the_machine_can_not_read_it(path: Path) -> None:
    written(path)
    assert path.stat().st_mode & 0o077 == 0


def test_blanks_and_the_order_of_names_are_no_change(path: Path) -> None:
    digest = written(path)
    rewrite(path, lambda content: content.__setitem__(2, dict(reversed(content[2].items()))))
    assert read_bundle(path).digest == digest


def change_to(value: object, *way: int | str) -> Change:
    return lambda content: put(content, way, value)


FORGED_BODY, WITHOUT_FOOTER = change_to("{}", 4, "response", "body", "text"), change_to(..., -1)


def _swap(content: list[Line]) -> None:
    content[3], content[4] = content[4], content[3]


def _swap_and_number(content: list[Line]) -> None:
    _swap(content)
    content[3]["n"], content[4]["n"] = 4, 5


def _swap_with_digests(content: list[Line]) -> None:
    """Swap two exchanges with all that they say of themselves, but for the chain."""
    item, other = content[3], content[4]
    content[3], content[4] = {**other, "n": 4}, {**item, "n": 5}


def _add(content: list[Line]) -> None:
    content.insert(3, content[3])


@pytest.mark.parametrize(
    ("change", "entry", "words"),
    [
        (change_to(400, 3, "response", "status"), 4, "it was changed"),
        (FORGED_BODY, 5, "it was changed"),
        (change_to("2026-01-02T00:00:00+00:00", 0, "started"), 1, "it was changed"),
        (change_to("b", 1, "state", "jobs", 0, "name"), 2, "it was changed"),
        (change_to(..., 3), 4, "numbered 5"),
        (change_to(..., 1), 2, "numbered 3"),
        (_swap, 4, "numbered 5"),
        (_swap_and_number, 4, "it was changed"),
        (_swap_with_digests, 4, "it was changed"),
        (_add, 5, "numbered 4"),
        (change_to(7, -1, "exchanges"), 8, "it was changed"),
        (lambda content: content.append(content[-1]), 9, "numbered 8"),
        (change_to(..., 3, "fault"), 4, "form is wrong"),
        (change_to("note", 3, "type"), 4, "form is wrong: type"),
        (change_to(1, 3, "more"), 4, "form is wrong"),
    ],
)  # fmt: skip
def test_a_change_is_found_where_it_is(path: Path, change: Change, entry: int, words: str) -> None:
    written(path)
    rewrite(path, change)
    with pytest.raises(EvidenceError, match=words) as caught:
        read_bundle(path)
    assert caught.value.where == f"{path}, entry {entry}"
    assert caught.value.exit_code is ExitCode.USAGE


def test_an_entry_that_was_made_to_fit_breaks_the_chain_behind_it(path: Path) -> None:
    written(path)
    right = lines(path)
    rewrite(path, FORGED_BODY, forge=True)
    forged = lines(path)
    # The forger has fixed everything up to the entry itself, and leaves the rest as it was.
    kept = [*forged[:5], *right[5:]]
    path.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="ascii")
    with pytest.raises(EvidenceError, match="the chain breaks") as caught:
        read_bundle(path)
    assert caught.value.where == f"{path}, entry 6"


def test_a_bundle_that_was_forged_throughout_has_another_digest(path: Path) -> None:
    digest = written(path)
    rewrite(path, FORGED_BODY, forge=True)
    assert read_bundle(path).digest != digest


def test_a_member_that_is_there_twice_is_a_change(path: Path) -> None:
    written(path)
    text = path.read_text(encoding="ascii").replace('"status":200', '"status":500,"status":200', 1)
    path.write_text(text, encoding="ascii")
    with pytest.raises(EvidenceError, match="each member once") as caught:
        read_bundle(path)
    assert caught.value.where == f"{path}, entry 3"


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b"[1]\n", b"hello\n", b"\x1f\x8b\x08hello", b"\xff\xfe"])
def test_what_is_no_bundle_is_reported_without_a_traceback(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(EvidenceError):
        read_bundle(path)


def test_another_version_of_the_form_is_reported(path: Path) -> None:
    written(path)
    rewrite(path, change_to(2, 0, "schema"), forge=True)
    with pytest.raises(EvidenceError, match="schema 2"):
        read_bundle(path)


@pytest.mark.parametrize(
    ("name", "torn", "left"),
    [
        ("evidence.jsonl", 0, 5),
        ("evidence.jsonl", 1, 4),
        ("evidence.jsonl", 30, 4),
        ("evidence.jsonl.gz", 0, 5),
        ("evidence.jsonl.gz", 30, 4),
    ],
)
def test_it_is_read_up_to_its_end_and_says_so(tmp_path: Path, name: str, torn: int, left: int) -> None:
    path = tmp_path / name
    written(path, footer=False)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - torn])
    bundle = read_bundle(path)
    assert "cut short" in bundle.cut_short
    assert len(bundle.entries) == left


@pytest.mark.parametrize("name", ["evidence.jsonl", "evidence.jsonl.gz"])
@pytest.mark.parametrize("what", ["evidence", "entry"])
def test_what_unpacks_without_end_is_given_up(
    name: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    written(path, footer=False)
    bomb = b"x" * 2**20
    with path.open("ab") as file:
        # Within the same stream of gzip nothing can be added by hand, so that this one is all bomb.
        file.write(bomb) if path.suffix != ".gz" else path.write_bytes(gzip.compress(bomb))
    monkeypatch.setattr("conformance.wire.evidence._MOST_BYTES", 2**12 if what == "evidence" else 2**30)
    monkeypatch.setattr("conformance.wire.evidence._MOST_OF_A_LINE", 2**10 if what == "entry" else 2**30)
    with pytest.raises(EvidenceError, match=f"the {what} is larger"):
        read_bundle(path)


def test_memory_for_a_bomb_stays_within_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "evidence.gz"
    path.write_bytes(gzip.compress(b"x" * 2**27))
    tracemalloc.start()
    try:
        with pytest.raises(EvidenceError, match="larger than 64 MiB"):
            read_bundle(path)
        assert tracemalloc.get_traced_memory()[1] < 2**28
    finally:
        tracemalloc.stop()


def test_a_footer_that_was_taken_away_makes_it_one(path: Path) -> None:
    written(path)
    rewrite(path, WITHOUT_FOOTER)
    assert "cut short" in read_bundle(path).cut_short


def test_no_signature_token_or_cookie_is_kept(path: Path) -> None:
    written(path)
    text = path.read_text(encoding="ascii").lower()
    for word in ("signature=", "a-token-of-a-session", "authorization", "security-token", "set-cookie"):
        assert word not in text


def test_accounts_keys_and_callers_are_masked_alike_everywhere(path: Path) -> None:
    arn = "arn:aws:sts::210987654321:assumed-role/admin/jane.doe@example.com"
    denial = f'{{"message":"User: {arn} is not authorized; key ASIA0123456789ABCDEF"}}'.encode()
    with writing(path) as writer:
        writer.take(outgoing(b'{"Name":"job-210987654321"}'), answer(denial, 400), None)
    entry = read_bundle(path).entries[0]
    received = path.read_text(encoding="ascii")
    for secret in ("210987654321", "jane", "admin", "0123456789ABCDEF"):
        assert secret not in received
    assert entry.response is not None
    assert len(entry.response.body) == len(denial)
    assert b"arn:aws:sts::000000000000:assumed-role/***" in entry.response.body


def test_a_name_that_ends_in_an_account_is_masked_cut_short_as_well() -> None:
    mask = AccountMask()
    assert mask("arn:aws:sagemaker:x:210987654321:job/a, job-210987654321") == (
        "arn:aws:sagemaker:x:000000000000:job/a, job-000000000000"
    )
    assert mask("job-21098765432") == "job-00000000000"


@pytest.mark.parametrize(
    ("endpoint", "received"),
    [
        ("https://api.sagemaker.eu-west-1.amazonaws.com", "api.sagemaker.eu-west-1.amazonaws.com"),
        ("http://127.0.0.1:4566", "127.0.0.1"),
        ("http://localhost:4566", "localhost"),
        ("https://vpce-0a1.api.sagemaker.eu-west-1.vpce.amazonaws.com", "xxxx-xxx.xxx.xxxxxxxxx.xx-xxxx-x.xxxx.x"),
        ("http://mock.corp.example:8080", "xxxx.xxxx.xxxxxxx:8080"),
        ("http://10.1.2.3:8080", "xx.x.x.x:8080"),
    ],
)
def test_the_host_of_a_private_endpoint_is_masked(endpoint: str, received: str) -> None:
    assert received in ExchangeMask(AccountMask(), endpoint).text(f"no answer from {endpoint}/")


def replay_of(path: Path) -> Replay:
    written(path)
    return Replay(read_bundle(path))


def test_a_request_is_answered_as_it_was_whoever_signs_it(path: Path) -> None:
    headers = {"X-Amz-Date": "20270101T000000Z", "Authorization": "none", "User-Agent": "another"}
    carried = replay_of(path).carry(outgoing(b'{"Name":"2"}', headers=headers))
    assert carried.response is not None
    assert carried.response.body == b'{"Number":2}'
    assert carried.sent is not None
    assert ("X-Amz-Target", "SageMaker.Describe") in carried.sent


def test_a_fault_is_played_again(path: Path) -> None:
    carried = replay_of(path).carry(outgoing(b"\xff\x00", signing=Signing.NONE))
    assert carried.response is None
    assert carried.fault is not None
    assert carried.fault.kind == "timeout"


@pytest.mark.parametrize(
    "other",
    [
        outgoing(b'{"Name":"9"}'),
        outgoing(b'{"Name":"1"}', operation="List"),
        outgoing(b'{"Name":"1"}', signing=Signing.NONE),
        outgoing(b'{"Name":"1"}', chunked=True),
        outgoing(b'{"Name":"1"}', client="boto3"),
        outgoing(b'{"Name":"1"}', headers={"Content-Type": "text/plain"}),
        outgoing(b'{"Name":"1"}', headers={"X-Odd": "1"}),
    ],
    ids=["body", "operation", "signing", "chunked", "client", "content-type", "header"],
)
def test_another_request_is_not_answered_by_guess(path: Path, other: object) -> None:
    with pytest.raises(UnansweredError, match="does not hold this request"):
        replay_of(path).carry(other)  # type: ignore[arg-type]


def test_a_request_is_answered_as_often_as_it_was_sent_and_in_that_order(path: Path) -> None:
    with writing(path) as writer:
        for number in (1, 2):
            writer.take(outgoing(), answer(b"%d" % number), None)
    replay = Replay(read_bundle(path))
    bodies = [carried.response.body for _ in (1, 2) if (carried := replay.carry(outgoing())).response]
    assert bodies == [b"1", b"2"]
    with pytest.raises(UnansweredError, match="holds this request 2 times"):
        replay.carry(outgoing())
