"""Where laws about a known world are kept: those that hold a target against the state that the suite made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.laws.registry import Law

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.laws.registry import Judge

_LAWS: dict[str, Law] = {}
_STATEMENTS: dict[str, str] = {}


def known_law(
    name: str, *, operation: str, statement: str, observed: tuple[str, ...] = (), shows: tuple[str, ...] = ()
) -> Callable[[Judge], Judge]:
    """Keep the decorated function as the law of that name, filed as `<Operation>/consistency/echo/<name>`.

    `observed` are the observations that say in which forms a member may return; `shows` the paths that it judges,
    where its name is not one.
    Raises ValueError when the name is taken.
    """

    def keep(judge: Judge) -> Judge:
        if name in _LAWS:
            raise ValueError(f"the law {name!r} is defined twice")
        _LAWS[name] = Law(name, operation, "echo", compares=False, judge=judge, observed=observed, shows=shows)
        _STATEMENTS[name] = statement
        return judge

    return keep


def kept() -> tuple[Law, ...]:
    """Give the laws kept so far."""
    return tuple(_LAWS.values())


def statements() -> Mapping[str, str]:
    """Give what each of them says, by name."""
    return dict(_STATEMENTS)
