"""Releases: the list of checks of a contract, frozen under a date."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from conformance.cli.release import write_release
from conformance.contract.files import packaged_root
from conformance.contract.releases import FOLDER, Release, ReleaseError, read_release, release_dates
from conformance.errors import UserError

DAY = "2027-03-31"
LEVELS = {
    "Get/request/Tags[].Key/null": "must",
    "Get/request/Tags[].Key/length-0": "should",
    "Get/response/{a, b}/c: d": "must",
    **{f"List/filter/Name/{number}-with-a-long-name/and-more": "must" for number in range(9)},
}
RELEASE = Release(DAY, "c" * 64, LEVELS)


def test_a_release_is_read_as_it_was_written_and_may_be_written_again(tmp_path: Path) -> None:
    path = write_release(tmp_path, RELEASE)
    assert read_release(tmp_path, DAY) == RELEASE
    text = path.read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 120
    assert write_release(tmp_path, RELEASE).read_text(encoding="utf-8") == text


def test_what_counts_and_what_is_gone_follows_from_the_ids() -> None:
    first, *others = LEVELS
    assert RELEASE.counts(first)
    assert not RELEASE.counts("Get/request/Tags[].Key/new")
    assert RELEASE.gone([*others, "Get/request/Tags[].Key/new"]) == (first,)


def test_another_release_of_one_day_is_rejected(tmp_path: Path) -> None:
    write_release(tmp_path, RELEASE)
    with pytest.raises(ReleaseError, match="there is a release 2027-03-31 already"):
        write_release(tmp_path, Release(DAY, "d" * 64, LEVELS))


@pytest.mark.parametrize(
    ("old", "new"),
    [("null", "nothing"), (DAY, "2027-04-01"), ("should:", "should: {}\nrest:"), ("c" * 64, "d" * 64), ("must:", "x:")],
)
def test_a_release_that_was_edited_is_rejected(tmp_path: Path, old: str, new: str) -> None:
    path = write_release(tmp_path, RELEASE)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_release(tmp_path, DAY)
    assert f"{FOLDER}/{DAY}.yaml:" in caught.value.where


def test_an_unknown_release_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError) as caught:
        read_release(tmp_path, DAY)
    assert "it has none" in caught.value.hint
    write_release(tmp_path, RELEASE)
    with pytest.raises(ReleaseError) as caught:
        read_release(tmp_path, "../sources")
    assert caught.value.hint == f"it has {DAY}"


def test_the_releases_that_were_made_are_as_they_were() -> None:
    root = packaged_root()
    listed = (Path(__file__).parent / "releases.sha256").read_text(encoding="utf-8").split()
    digests = dict(zip(listed[1::2], listed[::2], strict=True))
    assert list(digests) == [f"{day}.yaml" for day in release_dates(root)]
    for name, digest in digests.items():
        assert hashlib.sha256((root / FOLDER / name).read_bytes()).hexdigest() == digest, f"{name} was edited"
        read_release(root, name.removesuffix(".yaml"))
