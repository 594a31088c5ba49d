"""What checks need of a command-line client: a program that runs commands, and what is learnt of one target by it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from conformance.catalogue.lab import Lab
from conformance.catalogue.unfit import Unfit
from conformance.laws.commands import Command, CommandRun
from conformance.laws.survey import Inventory
from conformance.laws.verdict import Verdict, broke, skipped

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
        """Give a command that has ended: run now, or begun ahead."""

    def close(self) -> None:
        """End what still runs."""


Step = Callable[["Scene"], Command]
"""Makes one command at a target; it may look at what another step has printed."""


@dataclass(frozen=True)
class Scene:
    """One target and one program, and the commands that the checks of an operation share."""

    lab: Lab
    program: Program
    operation: str
    steps: Mapping[str, Step]
    after: Mapping[str, str]
    """Steps that need another one to have ended, and which."""
    uses: Mapping[str, Sequence[str]]
    """Id of a check to the steps that it looks at."""

    def ran(self, step: str) -> CommandRun:
        """Give the ended command of a step, run once. Raises Unfit where the target or the program broke."""
        self.lab.cached(("commands ahead", self.operation), self._start_ahead)
        command = self._command(step)
        run = self.lab.remembered(("command", command), lambda: self._run(command))
        if run.fault is not None:
            raise Unfit(broke(run.fault.kind, run.fault.detail, exchanges=run.exchanges[-1:]))
        return run

    def listed(self, least: int, better: int) -> Inventory:
        """Give the ended resource with the fewest items of those with more than so many, best with more than `better`.

        Raises Unfit where none has more than the least.
        """
        operation = self.lab.contract.operations[self.operation]
        longer = [one for one in self.lab.listed(operation) if len(one.items) > least]
        if not longer:
            raise Unfit(skipped(NO_LISTING))
        return min(longer, key=lambda one: (len(one.items) <= better, len(one.items)))

    def _command(self, step: str) -> Command:
        return self.lab.remembered(("step", self.operation, step), lambda: self.steps[step](self))

    def _run(self, command: Command) -> CommandRun:
        run = self.program.run(command)
        self.lab.saw(run.exchanges)
        for exchange in run.exchanges:
            self.lab.count(exchange.fault)
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
    judge: Callable[[Scene], Verdict]
    facts: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    should: bool = False
