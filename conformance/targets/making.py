"""Resources at a target: made one after the other, noted before they are sent, and removed again: just those.

What there is to make, a contract says, or a world (`conformance.targets.provisioning`). What checks make by the way is
noted by its answer, and removed as well.
"""

from __future__ import annotations

import json
import re
import shlex
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from conformance.contract.model import Contract, Operation
from conformance.contract.names import DELETING, spellings, verb_of
from conformance.contract.resources import FORESEEN, MARK, ResourceKind, kinds, names_among, needed_to_list
from conformance.output import write_whole
from conformance.targets.credentials import insist_on_credentials
from conformance.targets.spec import UnreachableError
from conformance.targets.state import Access, Caller
from conformance.wire.exchange import RUN_TIME, Exchange

UNKNOWN_OPERATION: Final = "UnknownOperationException"
CLIENT_ERRORS: Final = range(400, 500)
_SERVER_ERRORS: Final = range(500, 600)
_NOT_THERE = re.compile(
    r"NotFound|NotExist|NonExist|NoSuch"
    r"|(?i:not found|could not find|can.?not be found|(does not|doesn.t) exist|there is no)"
)
"""Codes and words by which a Delete says that there is nothing to do."""
_OF_STATE = re.compile(r"InUse|Conflict|State|NotEmpty|Depend|Concurrent|Pending|Creating|Deleting")
"""Words by which a Delete says that it may succeed later."""
_SILENCES: Final = 3
"""After how many requests in a row without any answer the rest is not tried."""
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0
"""Seconds between two looks at what takes its time: the pause doubles up to the longest."""
_MOST_UNCHANGED: Final = 12
"""Looks at what is deleted, some fifteen seconds in all, of which none finds less than the one before: it stays."""
_LOST: Final = frozenset({"unreachable", "budget", "refused-by-client", "credentials"})
"""Faults after which no further request has a chance."""
_PAGE, _MOST_PAGES = 10, 50
"""Items of a small page, of which a listing gets two and a half; pages that are read to see what is left."""
_MOST_TRIES = 3
"""How often the first Create of a kind is sent, with what its rejection says that it lacks."""
_STATUS = re.compile(r"(?i)(status|state)$")
_SHOWN, _NAMED, _LONGEST = 5, 3, 200
"""Kinds of resources that could not be made, names of what is left, and characters of each text, that are shown."""


Known = Mapping[str, Any]
"""What names a resource: texts of its input and of the answer."""
_Made = Mapping[str, list[Known]]
"""What was made, by the name of its Create."""


@dataclass(frozen=True, eq=False)
class Removal:
    """One resource, and how it is removed."""

    what: str
    name: str
    service: str
    """The command of the AWS CLI that has its operations."""
    delete: str
    members: Mapping[str, Any] | None
    """Those of its Delete; None where nothing is known that names it."""
    stop: str = ""
    """The operation that ends it first, by the same members; empty where there is none."""
    kind: ResourceKind | None = None
    known: Known = field(default_factory=dict)
    is_doubtful: bool = False
    """Whether its Create was answered by an error of the server's: it may be there."""


class Making:
    """The making of resources at one target, and their removal: an interrupt loses none of them."""

    def __init__(  # noqa: PLR0913 - the target, what it may make, and what a test replaces
        self,
        caller: Caller,
        access: Access,
        folder: Path,
        contract: Contract | None = None,
        *,
        on_wait: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Send nothing yet.

        `folder` gets the script that deletes what is left; `on_wait` is called with what takes long.
        """
        self._caller = caller
        self._access = access
        self._folder = folder
        self._on_wait = on_wait
        self._sleep = sleep
        self._clock = clock
        self._made: list[Removal] = []
        self._left: dict[Removal, str] = {}
        self._tag = ""
        self._silences = 0
        self._service = contract.service.service if contract is not None else ""
        found, self._circles = kinds(contract) if contract is not None else ((), ())
        self._kinds = {kind.create.name: kind for kind in found}
        self._before: dict[str, list[Any]] = {}
        """What is listed that this run did not make, by the listings that could be read to their end."""
        self._strays: dict[str, list[str]] = {}
        """What was made that nothing can delete, by its operation, in words."""

    # -- making

    def make(
        self, tag: str, *, stays: bool, without: Collection[str] = ()
    ) -> tuple[dict[str, tuple[dict[str, str], ...]], list[str]]:
        """Make a few resources of each kind, parents first; return their names by the listings of them, and notes.

        `stays` says that nothing will be deleted, `without` names the Creates of what comes in by other ways. Raises
        UnreachableError where the target does not answer any more.
        """
        self._tag = tag
        made: dict[str, list[Known]] = {}
        problems = dict.fromkeys(self._circles, "")
        for create, kind in self._kinds.items():
            if create in without or (kind.listing is None and kind.describe is None):
                continue  # what nothing shows is of no use
            if kind.listing is not None and not needed_to_list(kind.listing) and not stays:
                items, is_whole = self._items(kind.listing, {})
                self._before |= {kind.listing.name: items} if is_whole else {}
            if kind.delete is None and not stays:
                problems[create] = "not sent, since the contract has no operation that deletes what it makes"
                continue
            made[create], problem, given_up = self._make_some(kind, tag, made)
            if problem:
                problems[create] = problem if not made[create] else f"only {len(made[create])}: {problem}"
            if given_up:
                problems[create] = given_up
                break
        counts = ", ".join(
            f"{len(found)} {_words(self._kinds[name].noun, len(found))}" for name, found in made.items() if found
        )
        notes = [f"made for this run{'' if stays else ', and deleted afterwards'}: {counts}"] if counts else []
        listed = [f"{name}: {text[:_LONGEST]}" if text else name for name, text in problems.items()]
        shown = {
            kind.listing.name: tuple(names_among(known, kind.own) for known in made[create])
            for create, kind in self._kinds.items()
            if kind.listing is not None and made.get(create)
        }
        return shown, [*notes, *listed[:_SHOWN], *_and_more(list(problems)[_SHOWN:])]

    def _make_some(self, kind: ResourceKind, tag: str, made: _Made) -> tuple[list[Known], str, str]:
        """Make the resources of a kind; return what is known of them, why there are no more, and why all ends."""
        parents = {name: self._parent(kind, name, listing, made) for name, listing in kind.parents.items()}
        missing = [name for name, value in parents.items() if value is None]
        if missing:
            return [], f"there is nothing that {missing[0]} could name", ""
        number, found, needed = wanted(kind), list[Known](), list[str]()
        self._on_wait(f"{number} {_words(kind.noun, number)} to be made at {self._access.endpoint_url}")
        tries, alike = 0, False
        while len(found) < number:
            members = kind.input(tag, len(found) + 1, parents, *needed, alike=alike)
            exchange = self._send(kind, members)
            if exchange.accepted:
                found.append(kind.known(members, exchange.answer or {}))
                if kind.delete is not None and kind.about(kind.delete, found[-1]) is None:
                    return found, "nothing in its answer says by which name it is deleted", ""
                continue
            tries += 1
            lacking = kind.needed_too(exchange.error_message, members) if not found else ()
            given_up = self._given_up(exchange, kind.create.name)
            if found and not alike and not given_up:
                alike = True  # a word that the first did not have may be newer than the target
                continue
            if given_up or not lacking or tries >= _MOST_TRIES:
                unknown = exchange.error_code == UNKNOWN_OPERATION
                return found, rejection(exchange), "" if unknown else given_up
            needed += lacking
        return found, self._wait_until_ready(kind, found), ""

    def _send(self, kind: ResourceKind, members: dict[str, Any]) -> Exchange:
        """Send a Create, noted beforehand; what the answer says is noted in the place of that."""
        self._made.append(self._removal(kind, kind.known(members, {})))
        exchange = self._caller.call(kind.create.name, members)
        if exchange.status in CLIENT_ERRORS or kind.delete is None:
            self._made.pop()
        elif exchange.accepted:
            self._made[-1] = self._removal(kind, kind.known(members, exchange.answer or {}))
        elif exchange.response is not None:
            self._made[-1] = replace(self._made[-1], is_doubtful=True)
        return exchange

    def _removal(self, kind: ResourceKind, known: Known) -> Removal:
        members, name = kind.about(kind.delete, known), str(known.get(kind.own, kind.noun))
        delete = kind.delete.name if kind.delete is not None else ""
        stop = kind.stop.name if kind.stop is not None else ""
        return Removal(_words(kind.noun, 1), name, self._service, delete, members, stop, kind, known)

    def _parent(self, kind: ResourceKind, member: str, listing: str, made: _Made) -> Any:
        """Return a name for a member that names another resource: one that was made, else one that is listed."""
        parent = next((item for item in self._kinds.values() if item.listing and item.listing.name == listing), None)
        if parent is None or parent.listing is None:
            return None
        for known in made.get(parent.create.name, ()):
            found = parent.value(kind.create, member, known)
            about = parent.about(parent.describe, known)
            if found is None and parent.describe is not None and about is not None:  # its ARN, say
                answer = self._caller.call(parent.describe.name, about).answer or {}
                found = parent.value(kind.create, member, parent.known(known, answer))
            return found
        items, _ = self._items(parent.listing, {}, most_pages=1)
        return next((parent.value(kind.create, member, item) for item in items if isinstance(item, dict)), None)

    def _wait_until_ready(self, kind: ResourceKind, found: Iterable[Known]) -> str:
        """Wait for what is described with a status such as CREATING; return what is still so in the end, in words."""
        describe = kind.describe
        if describe is None or not any(_STATUS.search(node.name) for node in describe.output.walk()):
            return ""
        left = list(found)
        for _ in self._patiently(f"{kind.noun} to be ready"):
            left = [
                known
                for known in left
                if _is_changing(self._caller.call(describe.name, kind.about(describe, known) or {}))
            ]
            if not left:
                return ""
        return f"{len(left)} are not ready yet"

    def _patiently(self, what: str) -> Iterator[None]:
        """Yield now and after pauses that double, for the seconds that one answer may take (`limits.total_s`)."""
        patience_s = self._access.spec.limits.total_s
        ends, pause = self._clock() + patience_s, 0.0
        while self._clock() + pause <= ends:
            if pause:
                self._sleep(pause)
            else:
                self._on_wait(f"{what} (at most {patience_s:g} s)")
            pause = min(max(2 * pause, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)
            yield

    def _given_up(self, exchange: Exchange, create: str) -> str:
        """Say why what follows need not be tried; empty where it should be."""
        fault = exchange.fault
        insist_on_credentials(exchange, self._access.spec)
        if fault and fault.kind == "unreachable":
            raise UnreachableError(
                f"the target was lost while its state was made: {fault.detail}",
                where=exchange.request.url,
                hint="see its log",
            )
        if fault and fault.kind in {"budget", "refused-by-client", RUN_TIME}:
            return fault.detail
        self._silences = self._silences + 1 if exchange.response is None else 0
        if self._silences >= _SILENCES:
            return f"the target left {self._silences} requests in a row unanswered"
        return f"the target does not know {create}" if exchange.error_code == UNKNOWN_OPERATION else ""

    # -- what checks make

    def note(self, exchange: Exchange) -> None:
        """Note what an exchange of a check has made, or removed."""
        operation, members = exchange.operation, exchange.input or {}
        kind = self._kinds.get(operation)
        if not exchange.accepted:
            if kind is not None and exchange.status not in CLIENT_ERRORS and MARK in str(members.get(kind.own)):
                self._made.append(replace(self._removal(kind, kind.known(members, {})), is_doubtful=True))
            return
        if verb_of(operation) in DELETING:
            self._made = [made for made in self._made if (made.delete, made.members) != (operation, members)]
            return
        known: dict[str, Any] = ResourceKind.known(members, exchange.answer or {})
        if kind is not None and kind.delete is not None:
            # What was sent as a name is one, of whatever type, if the target took it.
            known = {kind.own: members.get(kind.own), **known} if kind.own else known
            removal, is_own = self._removal(kind, known), self._is_own(kind, known)
            noted = any((made.delete, made.members) == (removal.delete, removal.members) for made in self._made)
            if noted or (is_own and removal.members is not None):
                self._made += [] if noted else [removal]
                return
            if is_own and kind.listing is not None and kind.listing.name in self._before:
                return  # it is seen when what is listed then is compared with that
        if kind is not None or verb_of(operation) in FORESEEN:
            own = known.get(kind.own) if kind is not None else None
            names = [own] if own is not None else [*(names_among(known) or members).values()]
            self._strays.setdefault(operation, []).append(" ".join(map(str, names)))

    def _is_own(self, kind: ResourceKind, known: Known) -> bool:
        """Whether what a Create was accepted for was not there before; one that puts something may have changed it."""
        if MARK in str([known.get(name) for name in (kind.own, *kind.parents)]):
            return True
        before = self._before.get(kind.listing.name) if kind.listing is not None else None
        return kind.is_new if before is None else kind.item_named(before, known) is None

    # -- removing

    def tear_down(self) -> tuple[str, ...]:
        """Delete what this run made, the last first, and wait for what has to stop before it can be deleted.

        The wait ends after the seconds that one answer may take (`limits.total_s`), and with Ctrl-C. Returns lines for
        the user: what is left and the command that removes it; none where nothing is left.
        """
        shown: dict[str, list[Any]] = {}
        for place, made in enumerate(self._made):
            if made.members is None or made.is_doubtful or (made.kind and made.kind.lacks_identity(made.known)):
                self._made[place] = self._looked_up(made, shown)
        left: dict[Removal, str] = {}
        again: dict[Removal, str] = {}
        deleted: list[Removal] = []
        lost: dict[str, str] = {}
        while self._made:
            made = self._made.pop()
            if made.is_doubtful and made.members is None:
                continue
            why = lost.get("") or lost.get(made.delete, "") or ("" if made.members is not None else "nothing names it")
            exchange = None if why else self._caller.call(made.delete, dict(made.members or {}))
            if exchange is None:
                left[made] = why
            elif _is_gone(exchange):
                deleted.append(made)
            elif made.is_doubtful and exchange.status in _SERVER_ERRORS:
                continue  # the one can't be made, nor deleted
            elif reason := _no_use(exchange, made.delete):
                lost[made.delete if exchange.error_code == UNKNOWN_OPERATION else ""] = left[made] = reason
            else:
                stops = bool(made.stop) and self._caller.call(made.stop, dict(made.members or {})).ok
                waits = stops or (made.kind is not None and _OF_STATE.search(rejection(exchange)) is not None)
                (again if waits else left)[made] = rejection(exchange)
        left |= self._delete_again(again, deleted)
        left |= self._still_there(deleted)
        others = [] if "" in lost else list(self._appeared(left, deleted))
        return (*self._leftovers(left), *self._not_removed(deleted), *others)

    def _looked_up(self, made: Removal, shown: dict[str, list[Any]]) -> Removal:
        """Return a resource by the name that its listing shows, where no answer said by which it is deleted."""
        kind = made.kind
        if kind is None or kind.listing is None or kind.own not in made.known or kind.listing.needed:
            return made
        if kind.listing.name not in shown:
            before = [kind.identity_of(item) for item in self._before.get(kind.listing.name, ())]
            items, _ = self._items(kind.listing, {})
            shown[kind.listing.name] = [
                item for item in items if isinstance(item, dict) and kind.identity_of(item) not in before
            ]
        # Several may have the name of this one: it is none that answers have named.
        named = [other.members for other in self._made if other is not made]
        for item in shown[kind.listing.name]:
            found = self._removal(kind, {**made.known, **kind.known({}, item)})
            if found.members not in named and kind.item_named([item], made.known) is not None:
                return replace(found, is_doubtful=made.is_doubtful)
        return made

    def _delete_again(self, again: dict[Removal, str], deleted: list[Removal]) -> Mapping[Removal, str]:
        """Delete resources as soon as they have stopped or are ready; return those that are left, and why."""
        if not again:
            return {}
        stop = ", so that they can be deleted"
        what = next(iter(again)).what if len({made.what for made in again}) == 1 else "resource"
        try:
            for _ in self._patiently(f"{len(again)} {_words(what, len(again))} to stop{stop}"):
                for made in list(again):
                    exchange = self._caller.call(made.delete, dict(made.members or {}))
                    if _is_gone(exchange):
                        del again[made]
                        deleted.append(made)
                    elif lost := _no_use(exchange, made.delete):
                        return dict.fromkeys(again, lost)
                    else:
                        again[made] = rejection(exchange)
                if not again:
                    break
        except KeyboardInterrupt:
            return dict.fromkeys(again, "the wait for its stop was interrupted")
        return again

    def _still_there(self, deleted: Iterable[Removal]) -> Mapping[Removal, str]:
        """Return what is listed though it was deleted, once it has had its time to go."""
        left = [made for made in deleted if made.kind is not None and made.kind.listing and made.kind.is_final]
        unchanged = 0
        try:
            for _ in self._patiently("what was deleted to be gone") if left else ():
                items: dict[str, list[Any]] = {}
                number = len(left)
                left = [made for made in left if made.kind and self._is_listed(made.kind, made.known, items)]
                unchanged = unchanged + 1 if len(left) == number else 0
                if not left or unchanged >= _MOST_UNCHANGED:
                    break
        except KeyboardInterrupt:
            return {}
        return dict.fromkeys(left, "its Delete was accepted, and it is still listed")

    def _is_listed(self, kind: ResourceKind, known: Known, items: dict[str, list[Any]]) -> bool:
        """Whether a resource is listed; `items` are those of the listings that were read."""
        if kind.listing is None:
            return False
        query = {
            name: value for name in needed_to_list(kind.listing) if (value := kind.same_named(known, name)) is not None
        }
        key = json.dumps([kind.listing.name, query], sort_keys=True)
        if key not in items:
            items[key], _ = self._items(kind.listing, query)
        return kind.item_named(items[key], known) is not None

    def _items(
        self, listing: Operation, query: dict[str, Any], most_pages: int = _MOST_PAGES
    ) -> tuple[list[Any], bool]:
        """Return the items of a listing, up to a page that is no such thing; and whether these are all."""
        pagination, found = listing.pagination, list[Any]()
        if pagination is None:
            return found, False
        if pagination.limit in listing.needed:
            query = {**query, pagination.limit: listing.input.members[pagination.limit].effective("maximum")}
        members = query
        for _ in range(most_pages):
            answer = self._caller.call(listing.name, dict(members)).answer or {}
            items, token = answer.get(pagination.result), answer.get(pagination.output_token)
            if not isinstance(items, list):
                break
            found += items
            if not token or not isinstance(token, str):
                return found, True
            members = {**query, pagination.input_token: token}
        return found, False

    def _appeared(self, left: dict[Removal, str], deleted: Collection[Removal]) -> Iterator[str]:
        """Say what is listed that was not before this run, and was not made by it as far as answers say.

        What bears the suite's mark is added to what is left: its Create was rejected, and has made it nonetheless.
        """
        known_before, self._before = self._before, {}
        for kind in self._kinds.values():
            before = known_before.get(kind.listing.name) if kind.listing is not None else None
            if before is None or kind.listing is None:
                continue
            shown, known = (
                {json.dumps(kind.identity_of(item)): item for item in items}
                for items in (self._items(kind.listing, {})[0], before)
            )
            items = [item for identity, item in shown.items() if identity not in known]
            handled = [made.known for made in (*left, *deleted) if made.kind is kind] if items else []
            for own in [kind.item_named(items, names) for names in handled]:
                items = [item for item in items if item is not own]
            names = []
            for item in items:
                name = str(kind.identity_of(item) or json.dumps(names_among(item) if isinstance(item, dict) else item))
                removal = self._removal(kind, kind.known({}, item if isinstance(item, dict) else {kind.own: item}))
                if MARK in json.dumps(item) and removal.members is not None:
                    left[replace(removal, name=name)] = "no answer said that it was made"
                else:
                    names.append(name)
            if names:
                said = f"{len(names)} {_words(kind.noun, len(names))} listed since this run began"
                yield f"{said}, made by the way or by others: {_few(names, _NAMED)}"

    def _leftovers(self, left: Mapping[Removal, str]) -> Iterator[str]:
        for what in dict.fromkeys(made.what for made in left):
            own = {made: why for made, why in left.items() if made.what == what}
            names, why = _few([made.name for made in own], _NAMED), _few([*dict.fromkeys(own.values())], 1)
            many = f"{len(own)} {_words(what, len(own))}"
            yield f"{many} of this run could not be deleted from the target: {names} ({why})"
        if any(made.members is not None for made in left):
            yield f"to delete what is left: {self.removing(left)}"

    def _not_removed(self, deleted: Iterable[Removal]) -> Iterator[str]:
        planned = Counter(made.delete for made in deleted if made.kind is not None and not made.kind.is_final)
        for operation, number in planned.items():
            yield f"{number} resources of this run are deleted later: {operation} only plans it"
        strays, self._strays = self._strays, {}
        for operation, names in strays.items():
            words = "nothing deletes what that has made or changed"
            times = "once" if len(names) == 1 else f"{len(names)} times"
            yield f"{operation} was accepted {times} by the way, and {words}: {_few(names, _NAMED)}"

    def removing(self, left: Mapping[Removal, str]) -> str:
        """Write a script that deletes what is left, with the reasons why it is; return the command that runs it."""
        self._left |= {made: why for made, why in left.items() if made.members is not None}
        access, path = self._access, self._folder / f"leftovers{self._tag and '-'}{self._tag}.sh"
        keys = "" if access.spec.capabilities.auth else " AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"
        where = shlex.join(["--region", access.region, "--endpoint-url", access.endpoint_url])
        lines = ["#!/bin/sh", "# Deletes what a run of conformance has left.", f"export AWS_PAGER={keys}"]
        for made, why in self._left.items():
            comment = f"# {made.what}: {json.dumps(why)}"
            lines += [] if comment in lines else [comment]
            # No options: of a value such as file://name, which a target may have answered, the AWS CLI reads the file.
            members = shlex.quote(json.dumps(made.members))
            lines.append(f"aws {made.service} {spellings(made.delete)[2]} {where} --cli-input-json {members}")
        try:
            write_whole(path, "\n".join([*lines, ""]))
        except OSError as error:
            return f"the commands that do can't be written to {path}: {error.strerror or error}"
        return shlex.join(["sh", str(path)])


def wanted(kind: ResourceKind) -> int:
    """Return how many resources of a kind are made: two small pages and a half of its listing, or two without one."""
    if kind.listing is None or kind.listing.pagination is None:
        return 2
    limit = kind.listing.input.members.get(kind.listing.pagination.limit)
    least, most = (limit.effective(facet) if limit is not None else None for facet in ("minimum", "maximum"))
    page = max(min(_PAGE, int(most or _PAGE)), int(least or 1))
    return 2 * page + page // 2 + 1


def calls_of_kinds(contract: Contract, *, stays: bool, without: Collection[str] = ()) -> dict[str, int]:
    """Return how many requests making the resources of a contract takes, and removing them."""
    calls: Counter[str] = Counter()
    for kind in kinds(contract)[0]:
        if kind.create.name not in without and (stays or kind.delete is not None):
            calls[kind.create.name] += wanted(kind)
            if kind.delete is not None and not stays:
                calls[kind.delete.name] += wanted(kind)
    return dict(calls)


def rejection(exchange: Exchange) -> str:
    """Say in a line how a target did not do what it was asked."""
    if exchange.response is None:
        return exchange.fault.detail if exchange.fault else "no answer"
    if exchange.error_code:
        return f"{exchange.error_code}: {exchange.error_message}".rstrip(": ")
    problem = f", {exchange.body_problem}" if exchange.body_problem else " without an error code"
    return f"HTTP {exchange.status}{problem}"


def _is_gone(exchange: Exchange) -> bool:
    """Whether a Delete has done its work, or found that there is nothing to do."""
    return exchange.accepted or _NOT_THERE.search(f"{exchange.error_code} {exchange.error_message}") is not None


def _no_use(exchange: Exchange, delete: str) -> str:
    """Say why no Delete of another resource of the kind can succeed either; empty where it may."""
    fault = exchange.fault
    if fault and fault.kind in _LOST:
        return fault.detail
    return f"the target does not know {delete}" if exchange.error_code == UNKNOWN_OPERATION else ""


def _is_changing(exchange: Exchange) -> bool:
    """Whether a description has a status that passes: CREATING, say."""
    parts = [exchange.answer or {}, *(part for part in (exchange.answer or {}).values() if isinstance(part, dict))]
    words = (value for part in parts for name, value in part.items() if _STATUS.search(name) and isinstance(value, str))
    return exchange.ok and any(word.upper().endswith("ING") and word.upper() != "RUNNING" for word in words)


def _words(noun: str, number: int) -> str:
    """Return what a noun of the contract is in words, in the plural for several."""
    words = noun if " " in noun or noun.islower() else spellings(noun)[2].replace("-", " ")
    if number == 1:
        return words
    ending = "es" if words.endswith(("s", "x", "ch")) else "s"
    return f"{words[:-1]}ies" if words.endswith("y") and words[-2] not in "aeiou" else f"{words}{ending}"


def _few(texts: Sequence[str], most: int) -> str:
    """Return the first of some texts, and how many more there are."""
    shown, more = ", ".join(text[:_LONGEST] for text in texts[:most]), len(texts) - most
    return f"{shown} and {more} more" if more > 0 else shown


def _and_more(names: Collection[str]) -> list[str]:
    return [f"and {len(names)} more could not be made: {', '.join(names)}"] if names else []
