"""Rules of behaviours: their JMESPath expressions compile, and name only members that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jmespath
from jmespath.exceptions import JMESPathError

from conformance.contract import fields
from conformance.contract.errors import ContractError

if TYPE_CHECKING:
    from conformance.contract.model import Operation, Rule
    from conformance.contract.yaml_source import Section


def check_rule(rule: Rule, written: Section, operation: Operation) -> None:
    """Refuse an expression that does not compile. Raises ContractError."""
    bindings = fields.sub(written, "for")
    places = [(expression, bindings.at(name)) for name, expression in rule.bindings]
    places += [(str(written[key]), written.at(key)) for key in ("when", "require", "show") if key in written]
    for expression, where in places:
        _compiled(expression, where)


def _compiled(expression: str, where: str) -> object:
    try:
        return jmespath.compile(expression)
    except JMESPathError as error:
        reason = str(error).splitlines()[0]
        raise ContractError(
            f"the expression {expression!r} is no JMESPath: {reason}",
            where=where,
            remedy="mend the expression; literals stand in single quotes or backticks",
        ) from error
