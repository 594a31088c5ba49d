"""The pytest plugin: the options of a run, and what each process of it registers.

The process that was started opens the target and writes the record, as `items` has it. What it does with the workers of
pytest-xdist, and what these do, is in `workers`.
"""

from __future__ import annotations

import pytest

from conformance.errors import UserError
from conformance.suite.contracts import chosen_contract
from conformance.suite.items import RunPlugin
from conformance.suite.plan import Plan
from conformance.suite.settings import Settings, add_options
from conformance.visible import visible

_ONE_PROCESS = "evidence is recorded and replayed by one process: leave out -n and --tx"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register what this process does, so that a wrong option ends pytest before anything is opened."""
    spread = config.getoption("dist", "no") != "no"
    if hasattr(config, "workerinput"):
        from conformance.suite.workers import Worker  # noqa: PLC0415 - runs in one process do without it

        config.pluginmanager.register(Worker(config), "conformance-worker")
        return
    plugin = next((item for item in config.pluginmanager.get_plugins() if isinstance(item, RunPlugin)), None)
    if plugin is None:
        settings = Settings.of(config)
        if (settings.record or settings.replay) and (spread or config.getoption("tx", None)):
            raise pytest.UsageError(_ONE_PROCESS)
        try:
            plugin = RunPlugin(Plan.of(settings, chosen_contract(settings)))
        except UserError as error:
            raise pytest.UsageError(visible(str(error))) from error
        config.pluginmanager.register(plugin, "conformance-run")
    if spread:
        from conformance.suite.workers import Spreading  # noqa: PLC0415 - as above

        config.pluginmanager.register(Spreading(config, plugin), "conformance-spreading")
