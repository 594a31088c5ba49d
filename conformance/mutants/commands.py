"""How mutants of the AWS CLI are written down: another body for a stage of the played program."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.mutants.mutant import LIST, Kind, Mutant, named, told
from conformance.mutants.played_cli import PlayedCli

if TYPE_CHECKING:
    from collections.abc import Callable

JSON, GENERATE = f"{LIST}/input/--cli-input-json", f"{LIST}/input/--generate-cli-skeleton"
NAME, TOKEN, SIZE = "HyperParameterTuningJobName", "NextToken", "MaxResults"
RESULT = "TrainingJobSummaries"


def case(name: str) -> str:
    """Give the claim that is a check itself, where it judges no fact and no behaviour."""
    return f"client/cli/{name}"


class Commands:
    """The mutants of the program, in the order in which they are written down, or derived from the contract."""

    def __init__(self, *, derived: bool = False) -> None:
        """Begin without any."""
        self.mutants: list[Mutant] = []
        self._derived = derived

    def add(
        self, name: str, words: str, stage: str, body: Callable[..., Any], *breaks: str, sees: tuple[str, ...] = (LIST,)
    ) -> None:
        """Take up another body for a stage: given the program and its faithful self before the arguments."""
        self.mutants.append(
            Mutant(
                f"command-line/{name}", words, breaks, sees, Kind.CLIENT, lambda base: base,
                derived=self._derived, program=replacing(stage, body),
            )
        )  # fmt: skip

    def stage(
        self, stage: str, *breaks: str, sees: tuple[str, ...] = (LIST,)
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Take up a function that stands for a stage."""

        def keep(body: Callable[..., Any]) -> Callable[..., Any]:
            self.add(named(body), told(body), stage, body, *breaks, sees=sees)
            return body

        return keep


def replacing(stage: str, body: Callable[..., Any]) -> Callable[[type[PlayedCli]], type[PlayedCli]]:
    """Make the program whose stage has another body; that is given the program and its faithful self."""

    def make(base: type[PlayedCli]) -> type[PlayedCli]:
        faithful = getattr(base, stage)

        def replaced(program: PlayedCli, *args: Any) -> Any:
            return body(program, partial(faithful, program), *args)

        return type("Variant", (base,), {stage: replaced})

    return make
