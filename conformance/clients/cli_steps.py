"""The commands that checks of the AWS CLI share: few, since each is a process that takes most of a second."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from botocore import xform_name

from conformance.checks.check import Unfit
from conformance.checks.verdict import Verdict, broke, skipped
from conformance.clients.laws import Command, CommandRun
from conformance.contract.model import Contract, Operation, Pagination
from conformance.session.listing import Reader
from conformance.session.session import TargetSession, plainest
from conformance.session.snapshot import ListingSnapshot

NOT_ASKED = "this run was not asked to call the AWS CLI: conformance run --aws-cli auto, or --aws-cli PATH"
NO_LISTING = "the target has no ended resource with more than six listed items"
NO_RESOURCE = "the target has no resource to ask for"


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


Step = Callable[["Scene"], Command]
"""Makes one command at a target; it may look at what another step has printed."""


@dataclass(frozen=True)
class Scene:
    """One target and one program, and the commands that the checks of an operation share."""

    session: TargetSession
    program: Program
    operation: str
    steps: Mapping[str, Step]
    after: Mapping[str, str]
    """Steps that need another one to have ended, and which."""
    uses: Mapping[str, Sequence[str]]
    """Id of a check to the steps that it looks at."""

    def ran(self, step: str) -> CommandRun:
        """Return the ended command of a step, run once. Raises Unfit where the target or the program broke."""
        self.session.cached(("commands ahead", self.operation), self._start_ahead)
        command = self._command(step)
        run = self.session.remembered(("command", command), lambda: self._run(command))
        if run.fault is not None:
            raise Unfit(broke(run.fault.kind, run.fault.detail, exchanges=run.exchanges[-1:]))
        return run

    def listed(self, least: int, better: int) -> ListingSnapshot:
        """Return the ended resource with the fewest items above a number, best with more than `better`.

        Raises Unfit where none has more than the least.
        """
        operation = self.session.contract.operations[self.operation]
        longer = [item for item in self.session.listed(operation) if len(item.items) > least]
        if not longer:
            raise Unfit(skipped(NO_LISTING))
        return min(longer, key=lambda item: (len(item.items) <= better, len(item.items)))

    def _command(self, step: str) -> Command:
        return self.session.remembered(("step", self.operation, step), lambda: self.steps[step](self))

    def _run(self, command: Command) -> CommandRun:
        run = self.program.run(command)
        self.session.saw(run.exchanges)
        for exchange in run.exchanges:
            self.session.count(exchange.fault)
        return run

    def _start_ahead(self) -> bool:
        """Start what the checks of this run will ask for and what waits for nothing; give that it was done."""
        soon = {step for check, steps in self.uses.items() if check in self.program.wanted for step in steps}
        commands = []
        for step in self.steps:
            if step in soon and step not in self.after:
                try:
                    commands.append(self._command(step))
                except Unfit:
                    continue
        self.program.ahead(tuple(dict.fromkeys(commands)))
        return True


@dataclass(frozen=True)
class Row:
    """One check to be: `steps` are the commands that it looks at, `facts` ids without the operation.

    `cites` are facts that it leans on without judging them.
    """

    case: str
    statement: str
    steps: tuple[str, ...]
    evaluate: Callable[[Scene], Verdict]
    facts: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    should: bool = False


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

AFTER: Mapping[str, str] = {"json": "skeleton", "second-page": "first-page", "resumed": "max-items"}
"""Steps that need what another one has printed."""


@dataclass(frozen=True)
class Steps:
    """The commands of one operation."""

    contract: Contract
    operation: Operation

    @property
    def _has_options(self) -> bool:
        """Whether the options of the command are known, and it lists something."""
        return self.operation.client_options is not None and self.operation.listing is not None

    @cached_property
    def members(self) -> Mapping[str, Callable[[Scene], dict[str, Any]]]:
        """The members that a step has options for, by its name."""
        return {
            "plain": self._plain,
            "unknown-name": self._unknown,
            "first-page": self._first_page,
            "second-page": self._second_page,
            "json-file": self._options_and_a_file,
            "no-paginate": self._not_paginated,
            "refused-word": self._refused_word,
            "refused-name": self._refused_name,
        }

    def _with_options(self, step: str, *more: str) -> Step:
        return lambda scene: self.command(*self.options(self.members[step](scene)), *more)

    @cached_property
    def table(self) -> Mapping[str, Step]:
        """Every step by its name, in the order in which they are best begun."""
        always = {step: self._with_options(step) for step in ("plain", "unknown-name")}
        if not self._has_options:
            return always
        literal = {self.operation.subject: _LITERAL}
        return always | {
            "skeleton": lambda _: self.command(GENERATE),
            "first-page": self._with_options("first-page"),
            "max-items": self._paged,
            "skeleton-input": lambda _: self.command(GENERATE, "input"),
            "skeleton-output": lambda _: self.command(*self.options(literal), GENERATE, "output"),
            "skeleton-output-nameless": lambda _: self.command(GENERATE, "output"),
            "options-and-json": self._options_and_json,
            "json": self._json,
            "second-page": self._with_options("second-page"),
            "resumed": self._resumed,
            "json-file": self._json_file,
            "no-paginate": self._with_options("no-paginate", "--no-paginate"),
            "nameless": lambda _: self.command(),
            "no-number": lambda scene: self.command(*self.options(self._named(scene, {self.limit: "ten"}))),
            "unknown-option": lambda scene: self.command(*self.options(self._named(scene)), "--no-such-option", "1"),
            "refused-word": self._with_options("refused-word"),
            "refused-name": self._with_options("refused-name"),
        }

    # -- what commands are made of

    @property
    def pagination(self) -> Pagination:
        """The members that carry a listing over its pages. Raises ValueError for an operation that lists nothing."""
        return Reader.of(self.operation).pagination

    @property
    def limit(self) -> str:
        """The member that sizes a page."""
        return self.pagination.limit

    def command(self, *words: str, files: Mapping[str, str] | None = None) -> Command:
        """Return the command of the operation with these words behind it.

        Raises Unfit where a value of the target is too long for a command line.
        """
        if any(len(word) > _LONGEST for word in words):
            raise Unfit(skipped(_TOO_LONG))
        start = (self.contract.service.signing_name, xform_name(self.operation.name, "-"))
        return Command((*start, *words), tuple((files or {}).items()))

    def options(self, members: Mapping[str, Any]) -> tuple[str, ...]:
        """Write members as options. Raises Unfit for a value that the program would interpret."""
        return tuple(word for name, value in members.items() for word in (self.option(name), _plain_word(str(value))))

    def option(self, member: str) -> str:
        """Return the option of a member."""
        return f"--{xform_name(member, '-')}"

    def words(self, turn: int) -> dict[str, str]:
        """Return one documented word for each member that has a list of them; the turns go through all."""
        found = {}
        for name, node in self.operation.input.members.items():
            listed: Sequence[str] = node.documented.get("enum") or ()
            if listed:
                found[name] = listed[turn % len(listed)]
        return found

    def listed(self, scene: Scene) -> ListingSnapshot:
        """Return the resource whose listing is cut into pages: two of them by hand, and one more by default."""
        default = self.operation.input.members[self.limit].effective("default") or 0
        return scene.listed(2 * PAGE, default)

    def _named(self, scene: Scene, members: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return members with the name of a resource that exists before them, for an operation that names one."""
        if not scene.session.exists(self.operation):
            raise Unfit(skipped(NO_RESOURCE))
        return {**plainest(self.operation, scene.session.existing(self.operation) or ""), **(members or {})}

    # -- the steps, and what some of them must put on the wire

    def _plain(self, scene: Scene) -> dict[str, Any]:
        """Return the members of a request for a listing as it comes, or for a resource."""
        return {self.operation.subject: self.listed(scene).name} if self._has_options else self._named(scene)

    def _unknown(self, scene: Scene) -> dict[str, Any]:
        """Return the members of a request for a name that nothing has."""
        more = {self.limit: PAGE, **self.words(0)} if self._has_options else {}
        return {self.operation.subject: scene.session.unknown_name, **more}

    def _first_page(self, scene: Scene) -> dict[str, Any]:
        """Return the members of a first page."""
        return {**self._plain(scene), self.limit: PAGE, **Reader.of(self.operation).order_without_ties()}

    def _second_page(self, scene: Scene) -> dict[str, Any]:
        """Return the members of the page after it."""
        token = (scene.ran("first-page").printed or {}).get(self.pagination.output_token)
        if not isinstance(token, str) or not token:
            raise Unfit(skipped("the first page was printed without a token to go on with"))
        return {**self._first_page(scene), self.pagination.input_token: token}

    def overruling(self, scene: Scene) -> dict[str, Any]:
        """Return the members that options set otherwise than the JSON next to them."""
        return self._named(scene, {self.pagination.input_token: _LITERAL, self.limit: PAGE, **self.words(1)})

    def overruled(self) -> dict[str, Any]:
        """Return what the JSON says of the same members."""
        name = {self.operation.subject: "overruled"}
        return {**name, self.pagination.input_token: _OTHER_LITERAL, self.limit: SIZE, **self.words(2)}

    def _options_and_json(self, scene: Scene) -> Command:
        return self.command(*self.options(self.overruling(scene)), INPUT_JSON, json.dumps(self.overruled()))

    def filled(self, scene: Scene) -> dict[str, Any]:
        """Return a value for each member of the input, as the JSON has it."""
        return self._named(scene, {self.pagination.input_token: _LITERAL, self.limit: PAGE, **self.words(4)})

    def _json(self, scene: Scene) -> Command:
        """Fill in the skeleton that was printed: what it lacks, the input lacks."""
        filled = self.filled(scene)
        printed = scene.ran("skeleton").printed or {}
        return self.command(INPUT_JSON, json.dumps({name: filled[name] for name in printed if name in filled}))

    def in_a_file(self, scene: Scene) -> dict[str, Any]:
        """Return the members that come from a file."""
        return {self.operation.subject: scene.session.unknown_name, self.limit: PAGE}

    def _options_and_a_file(self, _: Scene) -> dict[str, Any]:
        """Return the members that are options next to it."""
        return self.words(4)

    def _json_file(self, scene: Scene) -> Command:
        text = json.dumps(self.in_a_file(scene))
        options = self.options(self._options_and_a_file(scene))
        return self.command(INPUT_JSON, f"file://{_FILE}", *options, files={_FILE: text})

    def _not_paginated(self, scene: Scene) -> dict[str, Any]:
        """Return the members of a request that is not to be gone on with: no filter, so that there is more to come."""
        filters = Reader.of(self.operation).spec.filters
        words = {name: word for name, word in self.words(2).items() if name not in filters}
        return {**self._plain(scene), **words}

    def _paged(self, scene: Scene, *more: str) -> Command:
        members = {**self._plain(scene), **Reader.of(self.operation).order_without_ties()}
        return self.command(*self.options(members), "--max-items", str(TOTAL), "--page-size", str(SIZE), *more)

    def _resumed(self, scene: Scene) -> Command:
        token = (scene.ran("max-items").printed or {}).get(self.pagination.output_token)
        if not isinstance(token, str) or not token:
            raise Unfit(skipped("--max-items was answered without a token to go on with"))
        return self._paged(scene, "--starting-token", _plain_word(token))

    def _refused_word(self, scene: Scene) -> dict[str, Any]:
        """Return members of which one is a word that no list has."""
        name = next(iter(Reader.of(self.operation).spec.filters))
        return self._named(scene, {self.limit: PAGE, **self.words(1), name: "NoSuchWord"})

    def _refused_name(self, _: Scene) -> dict[str, Any]:
        """Return members with a name that is too long by one."""
        longest = self.operation.input.members[self.operation.subject].effective("max_length") or 0
        return {self.operation.subject: "a" * (longest + 1), self.limit: PAGE, **self.words(3)}


def _plain_word(value: str) -> str:
    """Return a value that the program takes as it is. Raises Unfit for any other: names and tokens are the target's."""
    if _PLAIN.fullmatch(value) is None:
        raise Unfit(skipped(_INTERPRETED))
    return value
