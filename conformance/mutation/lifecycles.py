"""Mutants of lives, derived from the contract: what is created gets lost or changed, and what is deleted stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.checks.consistency.lifecycle import echoing, lifecycle_checks
from conformance.checks.verdict import Outcome
from conformance.contract.examples import example
from conformance.contract.names import DELETING, verb_of
from conformance.contract.resources import ResourceKind, kind_of
from conformance.mutation.mutant import Change, Kind, Members, Mutant, replacing
from conformance.session.session import TargetSession

_Perform = Callable[[str, Members], Members]
_LIFE = "consistency/lifecycle"


def lifecycle_mutants(session: TargetSession) -> Iterator[Mutant]:
    """Yield the mutants of what a contract makes and deletes, whose lives the original in a session lives as it should.

    Of others nothing shows: the server that is made of a contract alone may not know by which names they are found.
    """
    operations = session.contract.operations.values()
    checks = [check for operation in operations for check in lifecycle_checks(session.contract, operation)]
    shown = {check.id for check in checks if check.run(session).outcome is Outcome.PASSED}
    for operation in operations:
        kind = kind_of(session.contract, operation)
        if kind is not None and kind.delete is not None and verb_of(kind.delete.name) in DELETING:
            for mutant in _of_kind(kind, kind.delete.name):
                breaks = tuple(name for name in mutant.breaks if name in shown)
                if breaks:
                    yield replace(mutant, breaks=breaks)


def _of_kind(kind: ResourceKind, delete: str) -> Iterator[Mutant]:
    create = kind.create.name
    sees = tuple(item.name for item in (kind.create, kind.delete, kind.listing, kind.describe) if item is not None)

    def mutant(name: str, words: str, change: Change, *breaks: str) -> Mutant:
        return Mutant(f"{create}/lifecycle/{name}", words, breaks, sees, Kind.ANSWER, change, derived=True)

    created, deleted = (
        [f"{name}/{_LIFE}/{way}" for way in ways]
        for name, ways in ((create, ("described", "listed")), (delete, ("not-described", "not-listed")))
    )
    words = "the server breaks where something is {} twice"
    yield mutant("lost", "what is created is not kept", _losing(kind), *created)
    yield mutant("kept", "what is deleted stays", _keeping(delete), *deleted)
    yield mutant("created-twice", words.format("created"), _breaking(create), f"{create}/{_LIFE}/twice")
    if kind.stop is not None:
        stop = kind.stop.name
        yield mutant("goes-on", "what is stopped goes on", _keeping(stop), f"{stop}/{_LIFE}/stops")
    yield mutant("deleted-twice", words.format("deleted"), _breaking(delete), f"{delete}/{_LIFE}/twice")
    for name in echoing(kind):
        node = kind.create.input.members[name]
        others = [value for number in (900, 901) if (value := example(node, number)) is not None]
        if name != kind.own and name not in kind.parents and len(set(map(str, others))) > 1:
            check = f"{create}/consistency/{name}/comes-back"
            yield mutant(f"{name}-changed", f"{name} is kept as another value", _changing(create, name, others), check)


def _losing(kind: ResourceKind) -> Change:
    def perform(_: Any, original: _Perform, name: str, members: Members) -> Members:
        answer = original(name, members)
        if name == kind.create.name and kind.delete is not None:
            original(kind.delete.name, kind.about(kind.delete, kind.known(members, answer)) or {})
        return answer

    return replacing(perform=perform)


def _keeping(delete: str) -> Change:
    def perform(_: Any, original: _Perform, name: str, members: Members) -> Members:
        return {} if name == delete else original(name, members)

    return replacing(perform=perform)


def _breaking(operation: str) -> Change:
    def perform(service: Any, original: _Perform, name: str, members: Members) -> Members:
        seen: list[Members] = vars(service).setdefault("seen", [])
        if name == operation and members in seen:
            raise RuntimeError("it breaks where it is asked the same again")
        if name == operation:
            seen.append(members)
        return original(name, members)

    return replacing(perform=perform)


def _changing(create: str, key: str, others: list[Any]) -> Change:
    def perform(_: Any, original: _Perform, name: str, members: Members) -> Members:
        if name == create and key in members:
            members = members | {key: next(value for value in others if value != members[key])}
        return original(name, members)

    return replacing(perform=perform)
