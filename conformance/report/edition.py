"""The contract that a record was judged by, where it is at hand: a record names its facts by id only."""

from __future__ import annotations

from functools import lru_cache

from conformance.contract import Contract, ContractError, load


def edition(digest: str, offered: Contract | None = None) -> Contract | None:
    """Give the contract with this digest: the one offered, or else the one that comes along; None where neither is it.

    Facts of another edition would be told with values that nobody judged by.
    """
    if offered is not None and offered.digest == digest:
        return offered
    packaged = _packaged()
    return packaged if packaged is not None and packaged.digest == digest else None


@lru_cache(maxsize=1)
def _packaged() -> Contract | None:
    try:
        return load()
    except ContractError:
        return None
