"""Mutants of what the AWS CLI prints, and how it goes over pages: output lost, errors hidden, totals passed over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.mutants.commands import RESULT, SIZE, TOKEN, Commands, case
from conformance.mutants.mutant import LIST
from conformance.mutants.played_cli import EndedError, Given, Members, PlayedCli
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.contract import Operation

commands = Commands()


# -- output


@commands.stage("printed", f"{LIST}/output/{RESULT}/type")
def prints_one_line_an_item(_: PlayedCli, faithful: Any, value: Any) -> str:
    """The items are printed as lines of JSON, one each."""
    if isinstance(value, dict) and RESULT in value:
        return "\n".join(json.dumps(item) for item in value[RESULT])
    printed: str = faithful(value)
    return printed


@commands.stage("answer", f"{LIST}/output/{TOKEN}/present", case("max-items"))
def token_not_printed(_: PlayedCli, faithful: Any, given: Given, members: Members) -> Members:
    """The token is not printed."""
    answer: Members = faithful(given, members)
    return {name: value for name, value in answer.items() if name != TOKEN}


@commands.stage("answer", f"{LIST}/output/{TOKEN}/type")
def token_in_a_list(_: PlayedCli, faithful: Any, given: Given, members: Members) -> Members:
    """The token is printed as a list."""
    answer: Members = faithful(given, members)
    return {name: [value] if name == TOKEN else value for name, value in answer.items()}


@commands.stage("call", case("tells-an-error"), case("refused-word"), case("refused-name"), sees=(DESCRIBE, LIST))
def errors_end_well(_: PlayedCli, faithful: Any, words: Sequence[str], files: Mapping[str, str]) -> Any:
    """A command that failed ends with exit status 0."""
    ended = faithful(words, files)
    return type(ended)(0, ended.out, ended.err)


@commands.stage("error", case("tells-an-error"), case("refused-word"), case("refused-name"), sees=(DESCRIBE, LIST))
def errors_without_a_code(_: PlayedCli, faithful: Any, operation: Operation, content: Members) -> EndedError:
    """An error of the service is told without its code."""
    del faithful, operation, content
    return EndedError("An error occurred", 254)


@commands.stage("error", case("tells-an-error"), sees=(DESCRIBE, LIST))
def errors_are_answers(_: PlayedCli, faithful: Any, operation: Operation, content: Members) -> EndedError:
    """An error of the service is told as success."""
    del faithful, operation, content
    return EndedError("{}", 0)


# -- pages


@commands.stage("answer", case("gathers-all-pages"), case("max-items"), case("page-size"), case("starting-token"))
def one_page_only(program: PlayedCli, faithful: Any, given: Given, members: Members) -> Members:
    """The first page is printed, and that is all."""
    del faithful
    return program.request(given.operation, members)


@commands.stage("answer", case("no-paginate"))
def always_all_pages(program: PlayedCli, faithful: Any, given: Given, members: Members) -> Members:
    """With --no-paginate the pages are gone over all the same."""
    return program.pages(given, members) if "--no-paginate" in given.others else faithful(given, members)


@commands.stage("answer", f"{LIST}/input/{SIZE}/present")
def all_pages_of_that_size(program: PlayedCli, faithful: Any, given: Given, members: Members) -> Members:
    """With --max-results the pages are gone over all the same."""
    return program.pages(given, members) if SIZE in given.members else faithful(given, members)


@commands.stage("total", case("max-items"))
def no_total(_: PlayedCli, faithful: Any, given: Given) -> int | None:
    """--max-items is passed over."""
    del faithful, given
    return None


@commands.stage("total", case("max-items"))
def one_too_many(_: PlayedCli, faithful: Any, given: Given) -> int | None:
    """--max-items lets one item more through."""
    total: int | None = faithful(given)
    return total if total is None else total + 1


def _without(option: str, words: Sequence[str]) -> list[str]:
    """Leave an option and its value out."""
    left = list(words)
    if option in left:
        at = left.index(option)
        del left[at : at + 2]
    return left


@commands.stage("take", case("page-size"))
def no_page_size(_: PlayedCli, faithful: Any, words: Sequence[str]) -> Given:
    """--page-size is passed over."""
    given: Given = faithful(_without("--page-size", words))
    return given


@commands.stage("take", case("starting-token"))
def no_starting_token(_: PlayedCli, faithful: Any, words: Sequence[str]) -> Given:
    """--starting-token is passed over."""
    given: Given = faithful(_without("--starting-token", words))
    return given


@commands.stage("resuming", case("starting-token"))
def resumes_at_the_page(_: PlayedCli, faithful: Any, token: str | None, skip: int) -> str:
    """The token to go on with forgets how much of a page was printed."""
    del skip
    made: str = faithful(token, 0)
    return made
