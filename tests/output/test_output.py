"""Files that the suite writes: no link is followed, no other run is disturbed, no secret is left readable."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.cli.main import cli
from conformance.errors import ExitCode, UserError
from conformance.output import InUseError, alone_in, open_alone, write_whole
from conformance.report.record import RecordError, RecordWriter
from conformance.targets.launch import launched
from conformance.targets.spec import Kind, Launch, Origin, StateSource, TargetError, TargetSpec
from conformance.wire.evidence import BundleWriter, EvidenceError
from conformance.wire.redaction import AccountMask, ExchangeMask


def record(path: Path) -> None:
    RecordWriter(path).close()


def evidence(path: Path) -> None:
    BundleWriter(path, ExchangeMask(AccountMask())).close()


def log(path: Path) -> None:
    launch = Launch(("true",), port=None)
    with launched(TargetSpec("t", Kind.ENDPOINT, StateSource(Origin.CREATE), "http://127.0.0.1:{port}", launch), path):
        pytest.fail("a program that ends at once is no server")


@pytest.mark.parametrize(("write", "error"), [(record, RecordError), (evidence, EvidenceError), (log, TargetError)])
def test_a_link_in_the_place_of_a_file_is_not_followed(
    write: Callable[[Path], None], error: type[UserError], tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched", encoding="utf-8")
    link = tmp_path / "link"
    link.symlink_to(victim)
    with pytest.raises(error, match="it is a symbolic link"):
        write(link)
    assert victim.read_text(encoding="utf-8") == "untouched"


def test_a_report_takes_the_place_of_a_link_and_follows_none_on_its_way(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched", encoding="utf-8")
    tmp_path.joinpath("report.md").symlink_to(victim)
    write_whole(tmp_path / "report.md", "new")
    assert (victim.read_text(encoding="utf-8"), tmp_path.joinpath("report.md").read_text(encoding="utf-8")) == (
        "untouched",
        "new",
    )
    tmp_path.joinpath(".report.html.new").symlink_to(victim)
    with pytest.raises(OSError, match="it is a symbolic link"):
        write_whole(tmp_path / "report.html", "new")
    assert victim.read_text(encoding="utf-8") == "untouched"


def test_a_folder_may_be_a_link(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    tmp_path.joinpath("reports").symlink_to(real, target_is_directory=True)
    with alone_in(tmp_path / "reports"):
        record(tmp_path / "reports" / "run.jsonl")
        write_whole(tmp_path / "reports" / "report.md", "new")
    assert {path.name for path in real.iterdir()} == {"run.jsonl", "report.md"}


def test_a_stream_of_the_shell_is_written_to(capfd: pytest.CaptureFixture[str]) -> None:
    write_whole(Path("/dev/stdout"), "a page")
    os.close(open_alone(Path("/dev/null"), 0o600))
    assert "a page" in capfd.readouterr().out
    assert stat.S_IMODE(Path("/dev/null").stat().st_mode) & 0o066


def test_evidence_is_readable_by_its_owner_alone_also_where_the_file_was_there(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    path.write_text("older", encoding="utf-8")
    path.chmod(0o644)
    evidence(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == b""


@pytest.mark.parametrize("write", [record, evidence])
def test_a_file_that_another_run_writes_is_left_as_it_is(write: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "file"
    descriptor = open_alone(path, 0o600)
    try:
        os.write(descriptor, b"a line")
        with pytest.raises(InUseError, match="another run writes there"):
            write(path)
        assert path.read_bytes() == b"a line"
    finally:
        os.close(descriptor)
    write(path)


def test_a_second_run_in_one_folder_ends_before_it_touches_anything(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    arguments = ["run", "--select", "*/protocol/body/*", "--report-dir", str(folder)]
    with alone_in(folder):
        result = CliRunner().invoke(cli, arguments)
        assert isinstance(result.exception, InUseError)
        assert (result.exception.exit_code, result.exception.where) == (ExitCode.USAGE, str(folder))
        assert list(folder.iterdir()) == []


def test_a_folder_stays_only_where_something_was_written(tmp_path: Path) -> None:
    with alone_in(tmp_path / "empty"):
        pass
    with alone_in(tmp_path / "used"):
        record(tmp_path / "used" / "run.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["used"]
