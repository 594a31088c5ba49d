"""What may be sent where nothing may be changed: the operations that only read, by name, and the hosts of AWS.

The list is code on purpose. A contract, an evidence file, a world or a target never adds to it: it guards against them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of one exchange, of a whole run, and of what it keeps of all exchanges.

    Seconds to connect, seconds of silence and seconds in all; seconds of a run, from its first request; bytes of the
    body of one answer; and the memory, in bytes as `weight` estimates it, that the answers of a run may take together.
    """

    connect_s: float = 5.0
    read_s: float = 20.0
    total_s: float = 60.0
    run_s: float = 900.0
    max_body_bytes: int = 8 * _MIB
    max_kept_bytes: int = 96 * _MIB


_OPERATIONS = 4
"""Operations that the usual bound of the memory of answers is meant for; a contract of more has more answers."""


def kept_bytes(operations: int) -> int:
    """Return the usual bound of the memory of all answers, for a number of operations: so much for each four."""
    return Limits.max_kept_bytes * -(-operations // _OPERATIONS)


_READING = re.compile(
    r"(?:BatchDescribe|BatchGet|Describe|Get|List|Lookup|Query|Scan|Search|TransactGet)(?:[A-Z0-9][A-Za-z0-9]*)?"
)
"""First words of the names of operations that read, as whole words: `Listen…` or `Getaway…` is none."""
_WRITING = re.compile(
    r"(?:And|Or)(?:Add|Attach|Cancel|Create|Delete|Detach|Disable|Enable|Invoke|Modify|Put|Register|Remove|Reset|Run|"
    r"Send|Set|Start|Stop|Tag|Terminate|Untag|Update|Write)(?![a-z])"
    r"|^(?:GetId|Get\w*(?:Credentials|Tokens?)(?:For[A-Z]\w*|From[A-Z]\w*)?)$"
)
"""What turns such a name into one that writes (GetOrCreateX), or issues an identity, a token or credentials."""
_LONGEST = 256


def reads(operation: str) -> bool:
    """Whether an operation only reads, by the words of its name."""
    short = len(operation) <= _LONGEST
    return short and _READING.fullmatch(operation) is not None and _WRITING.search(operation) is None


def reaches_only(operation: str, headers: Mapping[str, str], *, exact: bool) -> bool:
    """Whether X-Amz-Target names this operation; unless `exact`, a misspelling of it or no operation at all will do."""
    targets = [value for name, value in headers.items() if name.lower() == "x-amz-target"]
    named = [target.rpartition(".")[2].strip() for target in targets]
    if exact:
        return named == [operation]
    name = operation.lower()
    harmless = {"", name, *(name + letter for letter in LONGER), NO_SUCH_OPERATION.lower()}
    return all(name.lower() in harmless for name in named)


def host_of(url: str) -> str:
    """Return the host of a URL as it is looked up: in small letters, a name beyond ASCII in its ASCII form."""
    host = (urlsplit(url).hostname or "").lower()
    with suppress(UnicodeError):  # a name that can't be looked up is compared as it is
        host = host.encode("idna").decode()
    return host.rstrip(".")


def is_aws(url: str) -> bool:
    """Whether an endpoint belongs to AWS itself, in any of its partitions."""
    host = host_of(url)
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in aws_suffixes())


def aws_region(url: str) -> str | None:
    """Return the region that is a part of the host of an endpoint of AWS; None where there is none."""
    if not is_aws(url):
        return None
    patterns = [partition["regionRegex"] for partition in partitions()]
    labels = host_of(url).split(".")
    return next((label for label in labels if any(re.fullmatch(pattern, label) for pattern in patterns)), None)


@cache
def aws_suffixes() -> frozenset[str]:
    """Return the domains of the endpoints of AWS, of every partition that botocore knows."""
    keys = ("dnsSuffix", "dualStackDnsSuffix")
    return frozenset(str(partition["outputs"][key]).lower() for partition in partitions() for key in keys)


@cache
def partitions() -> tuple[Mapping[str, Any], ...]:
    """Return the partitions of AWS by botocore's data: `id`, `regionRegex`, `regions` and `outputs` of each."""
    from botocore.loaders import Loader  # noqa: PLC0415 - commands that send nothing do without it

    # The data of the package alone: files of the user's, which botocore reads as well, could leave a partition out.
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    return tuple(loader.load_data("partitions")["partitions"])


LONGER = "sx"
"""Letters with which the name of an operation is one letter too long: what still has its verb still reads."""
NO_SUCH_OPERATION = "NoSuchOperation"
"""The name of an operation that no service has: what a request may aim at instead of its own operation."""
