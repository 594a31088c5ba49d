"""An account of AWS, played by the reference server: runs of the command line against it, with keys of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.command import Ended, conformance, write_targets

from conformance.reference.foreground import Faults
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

KEY, SECRET = "AKIACONFORMANCE00002", "canary/of+a=secret-key-4d1e"
DESCRIBE = "DescribeHyperParameterTuningJob"
LISTING = "ListTrainingJobsForHyperParameterTuningJob"
DISCOVERY = "ListHyperParameterTuningJobs"


@contextmanager
def account(faults: Faults | None = None, world: World | None = None) -> Iterator[str]:
    """Play an account; give its endpoint."""
    made = world or load_world("default")
    with ReferenceServer(made, credentials={KEY: SECRET}, service=faults or Service) as server:
        yield server.endpoint_url


def entry(endpoint: str, more: str = "") -> str:
    """Return the target's entry for an account."""
    return f"{{kind: aws, region: eu-west-1, endpoint_url: '{endpoint}', pace: 5000, budget: 9000{more}}}"


def keys(folder: Path) -> dict[str, str]:
    """Return the environment of somebody who has keys, and nothing else of AWS."""
    return {
        "HOME": str(folder),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }


def unfolded(text: str) -> str:
    """Return a plan with each of its rows on one line."""
    return re.sub(r"\n {15}", " ", text)


def run(folder: Path, endpoint: str, *arguments: str | Path, more: str = "", **environment: str) -> Ended:
    """Hold an account against the contract, with the reports in `reports`."""
    write_targets(folder, account=entry(endpoint, more))
    options = ("account", "--report-dir", folder / "reports", *arguments)
    return conformance("run", *options, cwd=folder, **(keys(folder) | environment))
