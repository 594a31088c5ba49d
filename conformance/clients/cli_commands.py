"""The commands that checks of the AWS CLI share: few, since each is a process that takes most of a second."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore import xform_name

from conformance.checks.check import Unfit
from conformance.checks.verdict import broke, skipped
from conformance.clients.laws import Command, CommandRun
from conformance.contract.asking import asking, top
from conformance.contract.model import Contract, Operation, Pagination
from conformance.session.listing import Reader
from conformance.session.session import TargetSession, plainest
from conformance.session.snapshot import ListingSnapshot

NO_LISTING = "the target has no ended resource with more than six listed items"
NO_RESOURCE = "the target has no resource to ask for"

INPUT_JSON, GENERATE = "--cli-input-json", "--generate-cli-skeleton"

PAGE = 3
"""Items of a page that is asked for by hand."""
TOTAL = 3
SIZE = 2
"""Items altogether, and on a page, where the client goes over the pages."""
_LITERAL = "AAECAwQF"
"""A token that is base64, so that a client that took it for bytes would send another."""
_OTHER_LITERAL = "BgcICQoL"
_FILE = "input.json"

_PLAIN = re.compile(r"(?![A-Za-z]+://)[A-Za-z0-9+/=_.~][A-Za-z0-9+/=_.,:~@-]*")
"""A value that the AWS CLI takes as it is: no option, and no address of a file or a page that it would read."""
_INTERPRETED = "a name or a token of the target is not passed to the AWS CLI, which would interpret it"
_LONGEST = 65_536
"""Characters of one word of a command: operating systems take twice as many."""
_TOO_LONG = "a name or a token of the target is too long for a command line"


class Program(Protocol):
    """Runs commands of a command-line client against one target; nothing is raised for what they come to."""

    @property
    def wanted(self) -> Collection[str]:
        """Ids of the checks that this process is going to run, so that their commands may be started ahead."""

    def ahead(self, commands: Sequence[Command]) -> None:
        """Start commands that will be asked for soon."""

    def run(self, command: Command) -> CommandRun:
        """Return a command that has ended: run now, or begun ahead."""

    def close(self) -> None:
        """End what still runs."""


@dataclass(frozen=True)
class SharedCommands:
    """The commands of one operation at one target, each run once for all checks."""

    session: TargetSession
    operation: Operation
    uses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Id of a check to the steps that it looks at."""

    @property
    def program(self) -> Program:
        """What runs the commands."""
        program: Program = self.session.commands
        return program

    @property
    def pagination(self) -> Pagination:
        """The members that carry a listing over its pages. Raises ValueError for an operation that lists nothing."""
        return Reader.of(self.operation).pagination

    def ran(self, step: str) -> CommandRun:
        """Return the ended command of a step, run once. Raises Unfit where the target or the program broke."""
        self.session.cached(("commands ahead", self.operation.name), self._start_ahead)
        command = self.command(step)
        run = self.session.remembered(("command", command), lambda: self._run(command))
        if run.fault is not None:
            raise Unfit(broke(run.fault.kind, run.fault.detail, exchanges=run.exchanges[-1:]))
        return run

    def members(self, step: str) -> dict[str, Any]:
        """Return the members that a step has options for."""
        return STEPS[step].members(self)

    def command(self, step: str) -> Command:
        """Return the command of a step. Raises Unfit where the target lacks what it is made of."""
        return self.session.remembered(("step", self.operation.name, step), lambda: self._command(STEPS[step]))

    def listed(self) -> ListingSnapshot:
        """Return the listing that is cut into pages: two of them by hand, and one more by default.

        Of those with more than a default page it is the shortest. Raises Unfit where none has two pages by hand.
        """
        default = self.operation.input.members[self.pagination.limit].effective("default") or 0
        longer = [item for item in self.session.listed(self.operation) if len(item.items) > 2 * PAGE]
        if not longer:
            raise Unfit(skipped(NO_LISTING))
        return min(longer, key=lambda item: (len(item.items) <= default, len(item.items)))

    def _command(self, step: Step) -> Command:
        words = [*options(step.members(self)), *step.words]
        text = json.dumps(step.json(self)) if step.json else ""
        if text:
            words += [INPUT_JSON, f"file://{_FILE}" if step.in_file else text]
        files = {_FILE: text} if step.in_file else {}
        return command_of(self.session.contract, self.operation, *words, files=files)

    def _run(self, command: Command) -> CommandRun:
        run = self.program.run(command)
        self.session.saw(run.exchanges)
        for exchange in run.exchanges:
            self.session.count(exchange.fault)
        return run

    def _start_ahead(self) -> bool:
        """Start what the checks of this run will ask for and what waits for nothing; return that it was done."""
        soon = {step for check, steps in self.uses.items() if check in self.program.wanted for step in steps}
        commands = []
        for step in steps_of(self.operation):
            if step in soon and not STEPS[step].after:
                try:
                    commands.append(self.command(step))
                except Unfit:
                    continue
        self.program.ahead(tuple(dict.fromkeys(commands)))
        return True


def command_of(
    contract: Contract, operation: Operation, *words: str, files: Mapping[str, str] | None = None
) -> Command:
    """Return the command of an operation with these words behind it.

    Raises Unfit where a value of the target is too long for a command line.
    """
    if any(len(word) > _LONGEST for word in words):
        raise Unfit(skipped(_TOO_LONG))
    start = (contract.service.service, xform_name(operation.name, "-"))
    return Command((*start, *words), tuple((files or {}).items()))


def option(member: str) -> str:
    """Return the option of a member."""
    return f"--{xform_name(member, '-')}"


def options(members: Mapping[str, Any]) -> tuple[str, ...]:
    """Return members as options. Raises Unfit for a value that the program would interpret: many are the target's."""
    for value in members.values():
        if _PLAIN.fullmatch(str(value)) is None:
            raise Unfit(skipped(_INTERPRETED))
    return tuple(word for name, value in members.items() for word in (option(name), str(value)))


def has_options(operation: Operation) -> bool:
    """Return whether the options of the command are known, and it lists something."""
    return operation.client_options is not None and operation.listing is not None


def enum_words(operation: Operation, turn: int) -> dict[str, str]:
    """Return one documented word for each member that has a list of them; the turns go through all."""
    enums = {name: node.documented.get("enum") or () for name, node in operation.input.members.items()}
    return {name: words[turn % len(words)] for name, words in enums.items() if words}


# -- the members of each step

Members = Callable[[SharedCommands], dict[str, Any]]


def _nothing(_: SharedCommands) -> dict[str, Any]:
    return {}


def _named(at: SharedCommands, **members: Any) -> dict[str, Any]:
    """Return members with the name of a resource that exists before them, for an operation that names one."""
    if not at.session.exists(at.operation):
        raise Unfit(skipped(NO_RESOURCE))
    return {**plainest(at.operation, at.session.existing(at.operation) or ""), **members}


def _query(at: SharedCommands, token: str, size: int, turn: int) -> dict[str, Any]:
    """Return a value for each member of the input but the name."""
    return {at.pagination.input_token: token, at.pagination.limit: size, **enum_words(at.operation, turn)}


def _plain(at: SharedCommands) -> dict[str, Any]:
    """Return the members of a request for a listing as it comes, or for a resource."""
    return {at.operation.subject: at.listed().name} if has_options(at.operation) else _named(at)


def _unknown_name(at: SharedCommands) -> dict[str, Any]:
    more = {at.pagination.limit: PAGE, **enum_words(at.operation, 0)} if has_options(at.operation) else {}
    return {at.operation.subject: at.session.unknown_name(at.operation), **more}


def _without_ties(at: SharedCommands) -> dict[str, Any]:
    return {**_plain(at), **Reader.of(at.operation).order_without_ties()}


def _first_page(at: SharedCommands) -> dict[str, Any]:
    return {**_plain(at), at.pagination.limit: PAGE, **Reader.of(at.operation).order_without_ties()}


def _second_page(at: SharedCommands) -> dict[str, Any]:
    return {
        **_first_page(at),
        at.pagination.input_token: _printed_token(at, "first-page", "the first page was printed"),
    }


def _paged(at: SharedCommands) -> dict[str, Any]:
    """Return the options of a listing that the client goes over up to a total; they are named as members are."""
    return {**_without_ties(at), "MaxItems": TOTAL, "PageSize": SIZE}


def _resumed(at: SharedCommands) -> dict[str, Any]:
    return {**_paged(at), "StartingToken": _printed_token(at, "max-items", "--max-items was answered")}


def _printed_token(at: SharedCommands, step: str, what: str) -> str:
    token = (at.ran(step).printed or {}).get(at.pagination.output_token)
    if not isinstance(token, str) or not token:
        raise Unfit(skipped(f"{what} without a token to go on with"))
    return token


def _filled_in(at: SharedCommands) -> dict[str, Any]:
    """Return the skeleton that was printed, filled in: what it lacks, the input lacks."""
    printed = at.ran("skeleton").printed or {}
    values = filled(at)
    return {name: values[name] for name in printed if name in values}


def filled(at: SharedCommands) -> dict[str, Any]:
    """Return a value for each member of the input, as the JSON has it."""
    return _named(at, **_query(at, _LITERAL, PAGE, 4))


def in_a_file(at: SharedCommands) -> dict[str, Any]:
    """Return the members that come from a file of JSON."""
    return {at.operation.subject: at.session.unknown_name(at.operation), at.pagination.limit: PAGE}


def _without_filters(at: SharedCommands) -> dict[str, Any]:
    """Return the members of a request that is not to be gone on with: no filter, so that there is more to come."""
    filters = {top(path) for path in Reader.of(at.operation).spec.filters}
    words = {name: word for name, word in enum_words(at.operation, 2).items() if name not in filters}
    return {**_plain(at), **words}


def _unlisted_word(at: SharedCommands) -> dict[str, Any]:
    unlisted = asking(next(iter(Reader.of(at.operation).spec.filters)), "NoSuchWord")
    return _named(at, **{at.pagination.limit: PAGE, **enum_words(at.operation, 1), **unlisted})


def _too_long_a_name(at: SharedCommands) -> dict[str, Any]:
    longest = at.operation.input.members[at.operation.subject].effective("max_length") or 0
    return {at.operation.subject: "a" * (longest + 1), at.pagination.limit: PAGE, **enum_words(at.operation, 3)}


@dataclass(frozen=True)
class Step:
    """What a command is made of."""

    members: Members = _nothing
    """The members that it has options for."""
    words: tuple[str, ...] = ()
    """The words behind them."""
    json: Members | None = None
    """The members that come as JSON."""
    in_file: bool = False
    """Whether the JSON is in a file."""
    after: str = ""
    """The step whose output it needs."""


_ALWAYS: Mapping[str, Step] = {"plain": Step(_plain), "unknown-name": Step(_unknown_name)}

STEPS: Mapping[str, Step] = {
    **_ALWAYS,
    "skeleton": Step(words=(GENERATE,)),
    "first-page": Step(_first_page),
    "max-items": Step(_paged),
    "skeleton-input": Step(words=(GENERATE, "input")),
    "skeleton-output": Step(lambda at: {at.operation.subject: _LITERAL}, (GENERATE, "output")),
    "skeleton-output-nameless": Step(words=(GENERATE, "output")),
    "options-and-json": Step(
        lambda at: _named(at, **_query(at, _LITERAL, PAGE, 1)),
        json=lambda at: {at.operation.subject: "overruled", **_query(at, _OTHER_LITERAL, SIZE, 2)},
    ),
    "json": Step(json=_filled_in, after="skeleton"),
    "second-page": Step(_second_page, after="first-page"),
    "resumed": Step(_resumed, after="max-items"),
    "input-json-file": Step(lambda at: enum_words(at.operation, 4), json=in_a_file, in_file=True),
    "no-paginate": Step(_without_filters, ("--no-paginate",)),
    "name-left-out": Step(),
    "no-number": Step(lambda at: _named(at, **{at.pagination.limit: "ten"})),
    "unknown-option": Step(_named, ("--no-such-option", "1")),
    "refused-word": Step(_unlisted_word),
    "refused-name": Step(_too_long_a_name),
}
"""Every step by its name, in the order in which they are best begun."""


def steps_of(operation: Operation) -> Mapping[str, Step]:
    """Return the steps of an operation."""
    return STEPS if has_options(operation) else _ALWAYS
