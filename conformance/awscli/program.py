"""The program itself: where it is, which version it is, and the environment in which it is called.

It gets no credentials but made-up ones, and neither configuration, aliases nor models of the user: what it sends goes
to the relay, which signs for itself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from conformance.errors import UserError

AUTO = "auto"
OFF = "off"

_NAME = "aws"
_SAYS = re.compile(r"aws-cli/(\S+)")
_PATIENCE_S = 60.0
_FOREIGN = ("AWS_", "BOTO", "PYTHON")
"""Beginnings of variables that would lead the program elsewhere, or its interpreter."""
_PROXIES = ("_proxy",)
_REMEDY = "pip install 'sagemaker-tuning-conformance[awscli]', or name the program: --aws-cli PATH"


class AwsCliError(UserError):
    """The AWS CLI was asked for, and there is none, or what is there is something else."""


def find(choice: str) -> Path | None:
    """Give the program that was chosen: a path, `auto` for the one that is installed, `off` for none.

    Raises AwsCliError where there is none.
    """
    if choice == OFF:
        return None
    if choice != AUTO:
        named = shutil.which(choice)
        if named is None:
            raise AwsCliError("the AWS CLI is not there, or is no program", where=choice, remedy=_REMEDY)
        return Path(named).absolute()
    beside = Path(sys.executable).parent / _NAME
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which(_NAME)
    if found is None:
        raise AwsCliError("the AWS CLI was asked for, and is not installed", remedy=_REMEDY)
    return Path(found).absolute()


def version_of(program: Path, home: Path) -> str:
    """Give the version that the program says it has. Raises AwsCliError where it says something else."""
    try:
        ended = subprocess.run(  # noqa: S603 - the program that the user chose
            [program, "--version"],
            env=environment(home, region="us-east-1"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = "it does not end" if isinstance(error, subprocess.TimeoutExpired) else str(error.strerror)
        raise AwsCliError(f"the AWS CLI can't be run: {why}", where=str(program), remedy=_REMEDY) from error
    said = (ended.stdout + ended.stderr).decode(errors="replace")
    found = _SAYS.search(said)
    if ended.returncode != 0 or found is None:
        first = (said.strip().splitlines() or ["nothing"])[0]
        raise AwsCliError(f"this is not the AWS CLI: asked for its version, it said {first!r}", where=str(program),
                          remedy=_REMEDY)  # fmt: skip
    return found[1]


def environment(home: Path, *, region: str) -> Mapping[str, str]:
    """Give the environment of a call: the user's, without anything that changes what the program does."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_FOREIGN) and not name.lower().endswith(_PROXIES)
    }
    own = str(home / "nothing")
    return {
        **kept,
        # A program that was installed for one user alone is still found by its interpreter.
        "PYTHONUSERBASE": os.environ.get("PYTHONUSERBASE") or str(Path.home() / ".local"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "HOME": str(home),
        "AWS_CONFIG_FILE": own,
        "AWS_SHARED_CREDENTIALS_FILE": own,
        "AWS_ACCESS_KEY_ID": "relayed",
        "AWS_SECRET_ACCESS_KEY": "relayed",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_DEFAULT_OUTPUT": "json",
        "AWS_PAGER": "",
        "AWS_CLI_AUTO_PROMPT": "off",
        "AWS_CLI_FILE_ENCODING": "UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
