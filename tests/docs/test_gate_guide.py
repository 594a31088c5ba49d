"""The commands of docs/gate.md, run in order in one folder, as a reader types them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from console_blocks import blocks, execute

from conformance.report.run import Wrong
from conformance.suite.known_failures import schema

PAGE = Path(__file__).parents[2] / "docs" / "gate.md"


@pytest.mark.slow
def test_the_commands_of_the_guide_build_on_each_other(tmp_path: Path) -> None:
    if importlib.util.find_spec("moto") is None:
        pytest.skip("moto is not installed: extra moto")
    known = tmp_path / "known-failures.yaml"
    typed = [(command, block.exit_code) for block in blocks(PAGE) for command in block.commands if "moto" in command]
    assert len(typed) == 8
    for command, exit_code in typed:
        done = execute(command, tmp_path)
        assert done.returncode == exit_code, f"{command}\n{done.stdout}{done.stderr}"
        # A reader replaces each TODO.
        known.write_text(known.read_text(encoding="utf-8").replace("TODO\n", "not built yet\n"), encoding="utf-8")
    assert (tmp_path / "reports" / "moto" / "report.html").is_file()


def test_the_guide_names_every_key_of_an_entry_and_every_way_to_be_out_of_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [key for key in schema()["$defs"]["entry"]["properties"] if f"| `{key}` |" not in text] == []
    assert [wrong for wrong in Wrong if f"*{wrong}*" not in text] == []
