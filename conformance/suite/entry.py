"""The entry point by which pytest finds the suite: silent, until somebody asks for `conformance.suite`.

The options of a run have plain names such as `--target`, which other plugins use as well. They are therefore added only
where the suite is what pytest is to run.
"""

from __future__ import annotations

import pytest

_SUITE = "conformance.suite"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Bring in the plugin, with its options, when an argument names the suite or one of its modules."""
    if any(argument == _SUITE or argument.startswith((f"{_SUITE}.", f"{_SUITE}::")) for argument in args):
        early_config.pluginmanager.import_plugin(f"{_SUITE}.plugin")
