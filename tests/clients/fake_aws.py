"""Programs in the place of the AWS CLI, each named after its defect; otherwise the played CLI, original or a mutant.

Run as a program: `fake_aws.py DEFECT WORDS...`. What it sends goes to the endpoint that it is told.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from conformance.contract.loading import load
from conformance.mutation.played_cli import PlayedCli

VERSION = "aws-cli/9.9.9 Played/1"
ORIGINAL = "original"


def send(endpoint_url: str, operation: str, body: bytes) -> tuple[int, bytes]:
    """Post a request, signed by nobody."""
    headers = {"X-Amz-Target": f"SageMaker.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    request = urllib.request.Request(endpoint_url, body, headers)  # noqa: S310 - the endpoint of the test
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - as above
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def played(defect: str, words: list[str]) -> int:
    """Run the played CLI, or the mutant of that name."""
    from conformance.mutation.clients import commands, option_mutants  # noqa: PLC0415 - the original does without

    endpoint_url = words[words.index("--endpoint-url") + 1]
    kind = PlayedCli
    if defect != ORIGINAL:
        mutants = {mutant.id.partition("/")[2]: mutant for mutant in (*option_mutants(load()), *commands.mutants)}
        make = mutants[defect].program
        assert make is not None
        kind = make(PlayedCli)
    files = {path.name: path.read_text(encoding="utf-8") for path in Path().glob("*.json")}
    ended = kind(load(), lambda operation, body: send(endpoint_url, operation, body)).call(words, files)
    sys.stdout.write(ended.out)
    sys.stderr.write(ended.err)
    return ended.status


def never_ends(_: list[str]) -> int:
    """Wait for a minute and more, and leave a child that does so as well."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    Path(os.environ["FAKE_AWS_PIDS"]).write_text(f"{os.getpid()} {child.pid}", encoding="utf-8")
    time.sleep(120)
    return 0


def deletes(words: list[str]) -> int:
    """Send what nobody asked for: a call that would delete something."""
    endpoint_url = words[words.index("--endpoint-url") + 1]
    name = {"HyperParameterTuningJobName": "churn-57-in-all-statuses"}
    status, _ = send(endpoint_url, "DeleteHyperParameterTuningJob", json.dumps(name).encode())
    return 0 if status == 200 else 254


def prints_garbage(_: list[str]) -> int:
    """Print what is no JSON and no text either."""
    sys.stdout.buffer.write(b"\xff\xfe{" * 100)
    return 0


def pages_without_end(words: list[str]) -> int:
    """Ask for the first page again and again."""
    endpoint_url = words[words.index("--endpoint-url") + 1]
    body = json.dumps({"HyperParameterTuningJobName": "churn-57-in-all-statuses"}).encode()
    while send(endpoint_url, "ListTrainingJobsForHyperParameterTuningJob", body)[0] == 200:
        pass
    return 1


def notes_its_call(_: list[str]) -> int:
    """Leave a file that says that it was called."""
    Path(os.environ["FAKE_AWS_CALLED"]).touch()
    return 0


DEFECTS = {end.__name__: end for end in (never_ends, deletes, prints_garbage, pages_without_end, notes_its_call)}


def main(defect: str, words: list[str]) -> int:
    if words == ["--version"]:
        print(VERSION)  # noqa: T201 - what a program says
        return 0
    return DEFECTS[defect](words) if defect in DEFECTS else played(defect, words)


def lives(pid: int) -> bool:
    """Tell whether a process lives."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].split()[0] not in {b"Z", b"X"}
    except OSError:
        return False


def pids(path: Path) -> list[int]:
    """Read the processes that a program has written down."""
    return [int(pid) for pid in path.read_text(encoding="utf-8").split()]


def program(folder: Path, defect: str, **env: str) -> Path:
    """Write a program with that defect into a folder."""
    exports = "".join(f"export {name}={value}\n" for name, value in env.items())
    path = folder / "aws"
    here = Path(__file__).resolve()
    root = here.parents[2]
    path.write_text(
        f'#!/bin/sh\n{exports}PYTHONPATH={root} exec {sys.executable} {here} {defect} "$@"\n', encoding="utf-8"
    )
    path.chmod(0o755)
    return path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
