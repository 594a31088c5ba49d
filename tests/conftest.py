"""Options and fixtures that all tests share."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest
from made_once import MadeOnce, made_once_below
from tls_servers import PrivateAuthority

# A shell ignores Ctrl-C in what it starts in the background, and every program that a test starts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test depends on what a developer has set up for AWS, the network or the terminal.
_OF_TERMINALS = {"NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "LINES"}
for _name in [*os.environ]:
    if _name.startswith("AWS_") or _name.lower().endswith("_proxy") or _name in _OF_TERMINALS:
        del os.environ[_name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--documents",
        metavar="DIR",
        default=os.environ.get("CONFORMANCE_DOCUMENTS"),
        help="the folder of the documents that the contract was made from (default: CONFORMANCE_DOCUMENTS)",
    )


@pytest.fixture(autouse=True)
def programs_are_for_slow_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that starts a program without being marked as slow; a command that is forked is none."""
    if request.node.get_closest_marker("slow") is None:
        monkeypatch.setattr(subprocess, "Popen", _rejected)


def _rejected(*arguments: object, **_: object) -> NoReturn:
    pytest.fail(f"a test that starts a program is marked `slow`: {arguments[:1]}")


@pytest.fixture(scope="session")
def documents(request: pytest.FixtureRequest) -> Path:
    """Return the folder of the documents; a test that needs it is skipped where there is none."""
    folder = request.config.getoption("--documents")
    if not folder:
        pytest.skip("the documents are not given: pytest --documents DIR, or CONFORMANCE_DOCUMENTS=DIR")
    if not Path(folder).is_dir():
        pytest.fail(f"--documents: there is no folder {folder}", pytrace=False)
    return Path(folder)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> MadeOnce:
    """Return what makes a folder once for all tests, whatever processes they are spread over."""
    base = tmp_path_factory.getbasetemp()
    return made_once_below((base if worker_id == "master" else base.parent) / "made-once")


@pytest.fixture(scope="session")
def private_authority(tmp_path_factory: pytest.TempPathFactory) -> PrivateAuthority:
    """Return an authority for certificates that only its own bundle makes trusted."""
    pytest.importorskip("trustme", reason="it makes certificates")
    return PrivateAuthority.below(tmp_path_factory.mktemp("authority"))
