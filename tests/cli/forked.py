"""Commands in processes of their own that need not import first: each is forked from one that has imported it all.

What `conformance run` imports takes longer than most of what a test has it do.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

_IMPORTED = (
    "_strptime", "boto3", "conformance.cli.drift", "conformance.cli.listing", "conformance.cli.merge",
    "conformance.cli.plan", "conformance.cli.run", "conformance.cli.validate", "conformance.reference",
    "conformance.report.writing", "conformance.suite.plugin", "jsonschema", "rich._emoji_codes",
)  # fmt: skip
_TESTS = str(Path(__file__).parents[1])
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([*_IMPORTED, "pytest"])


def run_forked(
    arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end. Raises TimeoutExpired where it takes more seconds than that."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = _FORKS.Process(
            target=_become, args=(arguments, str(cwd), dict(env), (os.devnull, str(out), str(err)))
        )
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            os.killpg(process.pid or 0, signal.SIGKILL)
            raise subprocess.TimeoutExpired(arguments, timeout)
        return subprocess.CompletedProcess(arguments, process.exitcode, out.read_bytes(), err.read_bytes())


def _become(arguments: Sequence[str], cwd: str, env: Mapping[str, str], streams: Sequence[str]) -> None:
    """Run a command with the arguments, folder, environment and streams that a shell would start it with."""
    os.setsid()
    for number, path in enumerate(streams):
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(file, number)
        os.close(file)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.path[:] = [path for path in sys.path if not path.startswith(_TESTS)]
    sys.argv = ["conformance", *arguments]
    importlib.import_module("conformance.cli.main").main()
