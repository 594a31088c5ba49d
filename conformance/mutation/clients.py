"""Mutants of clients: boto3's client and paginator, and the AWS CLI, as `played_cli` emulates it.

Long, since it is a table with code between its rows.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from conformance.contract.model import Contract, Node, Operation
from conformance.mutation.mutant import (
    BOTH,
    DROP,
    LIST,
    NAME,
    SUMMARIES,
    Change,
    Group,
    Kind,
    Members,
    Mutant,
    after,
    changed,
    editing,
    instead_of,
    replacing,
    steps,
    without,
)
from conformance.mutation.played_cli import EndedError, Given, PlayedCli
from conformance.reference.inputs import DESCRIBE

TOKEN, SIZE = "NextToken", "MaxResults"


# -- boto3's client

boto3 = Group("boto3", (LIST,), Kind.CLIENT, changes="client")

_SOMEBODY = "churn-57-in-all-statuses"
_UNKNOWN = tuple(f"{operation}/error/ResourceNotFound/present" for operation in BOTH)
_CALL, _ERROR = "client/boto3/call", "client/boto3/client-error"
_BROKEN = 400


def _parsed(edit: Callable[[Any, Members], Any]) -> Change:
    """Edit what a call returns: given the HTTP response and the parsed answer."""
    return lambda client: client.meta.events.register(
        "after-call.sagemaker", lambda http_response, parsed, **_: edit(http_response, parsed)
    )


@boto3.of(_parsed, _CALL, sees=BOTH)
def times_are_text(_: Any, parsed: Members) -> None:
    """The first time of an answer is text."""
    for part in (parsed, *parsed.get(SUMMARIES, ())[:1]):
        if "CreationTime" in part:
            part["CreationTime"] = part["CreationTime"].isoformat()


@boto3.of(_parsed, _CALL, sees=BOTH)
def members_within_a_list_are_lost(_: Any, parsed: Members) -> None:
    """The entries of the lists in an answer lack a member."""
    for item in parsed.get(SUMMARIES, ()):
        item.pop("TrainingJobArn", None)
    for ranges in parsed.get("HyperParameterTuningJobConfig", {}).get("ParameterRanges", {}).values():
        for item in ranges:
            item.pop("Name", None)


@boto3.of(_parsed, _CALL, sees=BOTH)
def a_member_is_lost(_: Any, parsed: Members) -> None:
    """A member of an answer is lost."""
    parsed.pop("HyperParameterTuningJobArn", None)
    parsed.pop(SUMMARIES, None)


@boto3.of(_parsed, *_UNKNOWN, sees=BOTH)
def errors_are_general(response: Any, parsed: Members) -> None:
    """An error of the service is raised under another code."""
    if response.status_code >= _BROKEN:
        parsed["Error"]["Code"] = "ClientException"


@boto3.of(_parsed, *_UNKNOWN, _ERROR, sees=BOTH)
def errors_are_answers(response: Any, _: Members) -> None:
    """An error of the service is no exception."""
    response.status_code = 200


@boto3.of(_parsed, *_UNKNOWN, _ERROR, sees=BOTH)
def errors_are_lookups(response: Any, parsed: Members) -> None:
    """An error of the service is raised as one that Python knows."""
    if response.status_code >= _BROKEN:
        raise KeyError(parsed["Error"]["Message"])


@boto3.of(_parsed, _ERROR, sees=BOTH)
def errors_without_a_message(_: Any, parsed: Members) -> None:
    """An error of the service is raised without its message."""
    if "Error" in parsed:
        parsed["Error"]["Message"] = ""


@boto3.of(_parsed, _ERROR, sees=BOTH)
def errors_with_another_status(_: Any, parsed: Members) -> None:
    """An error of the service is raised with the status 404."""
    if "Error" in parsed:
        parsed["ResponseMetadata"]["HTTPStatusCode"] = 404


boto3.add(
    "fills-in-a-name",
    "a call without a name is made with some name",
    (*(f"{operation}/input/{NAME}/required" for operation in BOTH), f"{LIST}/paginator/{NAME}/required"),
    lambda client: client.meta.events.register(
        "provide-client-params.sagemaker", lambda params, **_: {NAME: _SOMEBODY, **params}
    ),
    sees=BOTH,
)


# -- boto3's paginator

_CONFIG = f"{LIST}/paginator/PaginationConfig"


class _Paginator:
    """Runs `run` in place of `paginate`: given the original and its arguments, it returns the pages."""

    def __init__(self, original: Any, run: Callable[[Callable[..., Any], Members], Any]) -> None:
        self._original, self._run = original, run

    def paginate(self, **arguments: Any) -> Any:
        return self._run(self._original.paginate, arguments)


def _paging(run: Callable[[Callable[..., Any], Members], Any]) -> Change:
    def alter(client: Any) -> None:
        original = client.get_paginator
        client.get_paginator = lambda method: _Paginator(original(method), run)

    return alter


def _no_paginator(client: Any) -> None:
    client.can_paginate = lambda _: False


boto3.add("no-paginator", "there is no paginator under the operation's name", ("paginator-exists",), _no_paginator)


def _arguments(edit: Callable[[Members], Members]) -> Change:
    """Edit the arguments of the paginator."""
    return _paging(lambda paginate, arguments: paginate(**edit(arguments)))


def _required(name: str) -> Callable[[Members], Members]:
    """Require an argument of the paginator, or a setting of its PaginationConfig."""
    place, _, setting = name.rpartition(".")

    def edit(arguments: Members) -> Members:
        if setting not in (arguments.get(place, {}) if place else arguments):
            raise TypeError(f"{setting} is required")
        return arguments

    return edit


@boto3.of(_arguments, f"{_CONFIG}/type")
def config_is_a_list(arguments: Members) -> Members:
    """PaginationConfig has to be a list of pairs."""
    if isinstance(arguments.get("PaginationConfig", []), dict):
        raise TypeError("PaginationConfig is no list")
    return arguments


boto3.rows(
    _arguments,
    (),
    ("config-is-required", "a paginator without PaginationConfig is rejected", _required("PaginationConfig"),
     "paginator-config-is-optional", f"{_CONFIG}/required"),
    ("asks-for-an-order", "an order is sent that was not asked for",
     lambda arguments: {"SortBy": "CreationTime", "SortOrder": "Descending"} | arguments,
     "paginator-arguments", f"{LIST}/paginator/SortBy/default", f"{LIST}/paginator/SortOrder/default"),
    ("another-name", "the name is sent as another one",
     lambda arguments: arguments | ({NAME: "somebody-else"} if NAME in arguments else {}),
     f"{LIST}/paginator/{NAME}/present", f"{LIST}/paginator/{NAME}/type"),
)  # fmt: skip
for _setting, _behaviour in (
    ("PageSize", "paginator-page-size"),
    ("MaxItems", "paginator-max-items"),
    ("StartingToken", "paginator-starting-token"),
):
    _base = f"{_CONFIG}.{_setting}"
    boto3.rows(
        _arguments,
        (),
        (f"without-{_setting}", f"{_setting} is ignored", lambda arguments, setting=_setting: arguments
         | {"PaginationConfig": without(arguments.get("PaginationConfig", {}), setting)},
         _behaviour, f"{_base}/present", f"{_base}/type"),
        (f"{_setting}-is-required", f"a paginator without {_setting} is rejected",
         _required(f"PaginationConfig.{_setting}"), f"{_base}/required"),
    )  # fmt: skip
for _argument in ("StatusEquals", "SortBy", "SortOrder"):
    _base = f"{LIST}/paginator/{_argument}"
    boto3.rows(
        _arguments,
        (),
        (f"without-{_argument}", f"{_argument} is ignored",
         lambda arguments, argument=_argument: without(arguments, argument),
         "paginator-arguments", f"{_base}/present", f"{_base}/type", f"{_base}/enum"),
        (f"{_argument}-is-required", f"a paginator without {_argument} is rejected", _required(_argument),
         f"{_base}/required"),
    )  # fmt: skip


class _Pages:
    """Pages with something changed: the pages themselves, the token to resume with, or the full result."""

    def __init__(
        self,
        original: Any,
        pages: Callable[[Iterable[Members]], Iterable[Members]] = lambda pages: pages,
        token: Callable[[Any], Any] = lambda token: token,
        full: Callable[[Members], Members] = lambda result: result,
    ) -> None:
        self._original, self._pages, self._token, self._full = original, pages, token, full

    @property
    def resume_token(self) -> Any:
        return self._token(self._original.resume_token)

    def __iter__(self) -> Iterator[Members]:
        return iter(self._pages(self._original))

    def build_full_result(self) -> Members:
        return self._full(self._original.build_full_result())


boto3.rows(
    lambda changes: _paging(lambda paginate, arguments: _Pages(paginate(**arguments), **changes)),
    (),
    ("first-page-alone", "the paginator stops behind the first page", {"pages": lambda pages: islice(pages, 1)},
     "paginator-exists", "paginator-config-is-optional", f"{_CONFIG}/present"),
    ("no-resume-token", "no token to resume with is returned",
     {"token": lambda _: None, "full": lambda result: without(result, TOKEN)}, "paginator-resume-token"),
    ("always-a-token", "a token to resume with is returned at the end, too",
     {"token": lambda token: token or "more", "full": lambda result: {TOKEN: "more", **result}},
     "paginator-resume-token"),
    ("full-result-is-the-last-page", "the full result has the last items alone",
     {"full": lambda result: {**result, SUMMARIES: result[SUMMARIES][-1:]}}, "paginator-resume-token"),
    ("pages-put-together", "all pages are returned as one",
     {"pages": lambda pages: [{SUMMARIES: [item for page in pages for item in page[SUMMARIES]]}]},
     "paginator-page-size", f"{_CONFIG}.PageSize/type"),
)  # fmt: skip


# -- the AWS CLI: options and JSON

commands = Group("command-line", (LIST,), Kind.CLIENT, changes="program")

_JSON_OPTION, _SKELETON = "--cli-input-json", "--generate-cli-skeleton"
_JSON, _GENERATE = f"{LIST}/input/{_JSON_OPTION}", f"{LIST}/input/{_SKELETON}"
_BY_SKELETON = "cli-json-follows-the-skeleton"


def _case(name: str) -> str:
    """Return the claim that is a check itself, where it judges no fact and no behaviour."""
    return f"client/cli/{name}"


def _stage(row: tuple[str, Callable[..., Any]]) -> Change:
    """Replace a stage: given the program and the original stage before its arguments."""
    stage, body = row
    return replacing(**{stage: body})


def _result(row: tuple[str, Callable[..., Any]]) -> Change:
    """Edit the result of a stage: given it and the arguments of the stage."""
    return editing(*row)


def _require(condition: object, words: str) -> None:
    if not condition:
        raise EndedError(words)


@commands.of(instead_of("unknown"), _case("unknown-option"))
def passes_over_unknown_options(_: PlayedCli, original: Any, word: str, left: list[str]) -> None:
    """An unknown option is ignored with its value."""
    del original, word
    left[:1] = []


@commands.of(instead_of("members"), f"{_JSON}/present", _BY_SKELETON)
def json_ignored(_: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> Any:
    """JSON input is ignored."""
    given.others.pop(_JSON_OPTION, None)
    return original(given, files)


@commands.of(instead_of("text"), f"{_JSON}/type", _BY_SKELETON)
def json_in_files_only(_: PlayedCli, original: Any, text: str, files: Mapping[str, str]) -> Any:
    """JSON input is taken from files alone."""
    _require(text.startswith("file://"), "Unable to load paramfile")
    return original(text, files)


@commands.of(instead_of("members"), f"{_JSON}/required")
def asks_for_json(_: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> Any:
    """A command without JSON input is rejected."""
    _require(_JSON_OPTION in given.others, f"the following arguments are required: {_JSON_OPTION}")
    return original(given, files)


@commands.of(after("take"), f"{_GENERATE}/required")
def asks_for_a_skeleton(given: Given, _: Sequence[str]) -> Given:
    """A command that does not say whether it wants a skeleton is rejected."""
    _require(given.skeleton, f"the following arguments are required: {_SKELETON}")
    return given


@commands.of(after("from_json"), _BY_SKELETON)
def json_strings_are_bytes(found: Members, _: str) -> Members:
    """A text in JSON that is base64 is decoded."""
    if TOKEN in found:
        found[TOKEN] = base64.b64decode(found[TOKEN]).decode(errors="replace")
    return found


commands.rows(
    _stage,
    (),
    ("asks-for-no-name", "a command without the name is sent", ("require", lambda *_: None),
     f"{LIST}/input/{NAME}/required", "cli-output-skeleton", f"{_GENERATE}/enum"),
    ("numbers-stay-text", "a number is sent as text", ("converted", lambda _, __, ___, text: text),
     f"{LIST}/input/{SIZE}/type"),
    ("reads-what-is-no-number-as-one", "a number that is none is taken for 1",
     ("converted", lambda _, original, node, text: 1 if node.type == "integer" and not text.isdigit()
      else original(node, text)), _case("no-number")),
    ("no-json-in-files", "a file that is named is not read", ("text", lambda _, __, text, ___: text),
     _case("input-json-file")),
    ("json-wins", "JSON input wins over options",
     ("merged", lambda _, __, from_json, from_options: {**from_options, **from_json}), "cli-options-win"),
    ("json-beside-options-is-all", "where there is JSON input, options are ignored",
     ("merged", lambda _, __, from_json, from_options: from_json or from_options), "cli-options-win"),
)  # fmt: skip


# -- the AWS CLI: skeletons


@commands.of(instead_of("perform"), "cli-skeleton-sends-nothing")
def skeleton_sends(program: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> Any:
    """A skeleton is printed, and a request is sent all the same."""
    if given.skeleton == "input":
        program.send(given.operation.name, b'{"HyperParameterTuningJobName": "skeleton"}')
    return original(given, files)


@commands.of(instead_of("perform"), "cli-output-skeleton", f"{_GENERATE}/enum")
def sample_comes_from_the_service(program: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> Any:
    """For a sample of the output the service is called."""
    if given.skeleton == "output":
        program.request(given.operation, program.members(given, files))
    return original(given, files)


@commands.of(instead_of("perform"), "cli-skeleton-sends-nothing", f"{_GENERATE}/present")
def skeleton_needs_the_name(program: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> Any:
    """A skeleton of the input is rejected without the name."""
    program.require(given)
    return original(given, files)


@commands.of(instead_of("perform"), "cli-output-skeleton")
def output_unchecked(program: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> Any:
    """A sample of the output is printed for arguments that are not valid."""
    output = given.skeleton == "output"
    return program.printed(program.sample(given.operation.output)) if output else original(given, files)


@commands.of(instead_of("skeleton_kind"), f"{_GENERATE}/present", f"{_GENERATE}/type")
def no_bare_skeleton(_: PlayedCli, original: Any, left: list[str]) -> Any:
    """A skeleton that is asked for without a value is rejected."""
    _require(left, f"argument {_SKELETON}: expected one argument")
    return original(left)


@commands.of(instead_of("skeleton_kind"), f"{_GENERATE}/enum")
def no_word_for_the_input(_: PlayedCli, original: Any, left: list[str]) -> Any:
    """The value input is rejected."""
    _require(left[:1] != ["input"], f"argument {_SKELETON}: Invalid choice")
    return original(left)


@commands.of(after("printed"), "cli-skeleton-sends-nothing")
def skeleton_is_no_json(printed: str, value: Any) -> str:
    """A skeleton of the input is printed as YAML."""
    if not (isinstance(value, dict) and NAME in value and SIZE in value):
        return printed
    return "\n".join(f"{name}: {sample}" for name, sample in value.items())


commands.rows(
    _result,
    (),
    ("always-the-input", "a sample of the output is one of the input", ("skeleton_kind", lambda *_: "input"),
     f"{_GENERATE}/enum", "cli-output-skeleton"),
    ("samples-are-text", "the samples of a skeleton are text, whatever the type",
     ("sample", lambda sample, node: sample if node.type in {"structure", "list", "map"} else "sample"),
     "cli-skeleton-sends-nothing"),
)  # fmt: skip


# -- the AWS CLI: output


@commands.of(after("printed"), f"{LIST}/output/{SUMMARIES}/type")
def prints_one_line_an_item(printed: str, value: Any) -> str:
    """The items are printed as lines of JSON, one each."""
    items = isinstance(value, dict) and SUMMARIES in value
    return "\n".join(json.dumps(item) for item in value[SUMMARIES]) if items else printed


_ERRORS = (_case("tells-an-error"), _case("refused-word"), _case("refused-name"))

commands.rows(
    _result,
    (),
    ("token-not-printed", "the token is not printed", ("answer", lambda answer, *_: without(answer, TOKEN)),
     f"{LIST}/output/{TOKEN}/present", _case("max-items")),
    ("token-in-a-list", "the token is printed as a list",
     ("answer", lambda answer, *_: answer | {name: [answer[name]] for name in (TOKEN,) if name in answer}),
     f"{LIST}/output/{TOKEN}/type"),
)  # fmt: skip
commands.rows(
    _result,
    (),
    ("errors-end-well", "a command that failed ends with exit status 0",
     ("call", lambda ended, *_: type(ended)(0, ended.out, ended.err)), *_ERRORS),
    ("errors-without-a-code", "an error of the service is reported without its code",
     ("error", lambda *_: EndedError("An error occurred", 254)), *_ERRORS),
    ("errors-are-answers", "an error of the service is reported as success",
     ("error", lambda *_: EndedError("{}", 0)), _ERRORS[0]),
    sees=BOTH,
)  # fmt: skip


# -- the AWS CLI: pages


def _without_option(option: str) -> Change:
    """Ignore an option and its value."""

    def take(_: PlayedCli, original: Any, words: Sequence[str]) -> Any:
        at = words.index(option) if option in words else len(words)
        return original([*words[:at], *words[at + 2 :]])

    return replacing(take=take)


commands.rows(
    _without_option,
    (),
    ("no-page-size", "--page-size is ignored", "--page-size", _case("page-size")),
    ("no-starting-token", "--starting-token is ignored", "--starting-token", _case("starting-token")),
)
commands.rows(
    _stage,
    (),
    ("one-page-only", "only the first page is printed",
     ("answer", lambda program, _, given, members: program.request(given.operation, members)),
     _case("gathers-all-pages"), _case("max-items"), _case("page-size"), _case("starting-token")),
    ("always-all-pages", "with --no-paginate all pages are read all the same",
     ("answer", lambda program, original, given, members: program.pages(given, members)
      if "--no-paginate" in given.others else original(given, members)), _case("no-paginate")),
    ("all-pages-of-that-size", "with --max-results all pages are read all the same",
     ("answer", lambda program, original, given, members: program.pages(given, members)
      if SIZE in given.members else original(given, members)), f"{LIST}/input/{SIZE}/present"),
    ("no-total", "--max-items is ignored", ("total", lambda *_: None), _case("max-items")),
    ("one-too-many", "--max-items prints one item more",
     ("total", lambda _, original, given: None if (total := original(given)) is None else total + 1),
     _case("max-items")),
    ("resumes-at-the-page", "the token to resume with forgets how much of a page was printed",
     ("resuming", lambda _, original, token, __: original(token, 0)), _case("starting-token")),
)  # fmt: skip


# -- the AWS CLI: each member of input and output


def option_mutants(contract: Contract) -> tuple[Mutant, ...]:
    """Return the mutants of the program for each member of the listing's input and output."""
    derived = Group("command-line", (LIST,), Kind.CLIENT, changes="program")
    for name, node in contract.operations[LIST].input.members.items():
        for way, words, stage, body, *breaks in _of_member(name, node):
            change = replacing(**{stage: body})
            derived.add(f"{name}/{way}", words, tuple(breaks), change, derived=True)
    facts = [(fact.id, fact.path, fact.facet, LIST) for fact in contract.facts_of(LIST, "output")
             if fact.facet in {"present", "type"} and fact.path != TOKEN
             and any(source.id == "cli" for source in fact.sources)]  # fmt: skip
    for claim, path, facet, operation in (*facts, (_case("prints-members"), NAME, "present", DESCRIBE)):
        way, words = (
            ("not-printed", "not printed") if facet == "present" else ("another-type", "printed as another type")
        )
        change = _printing(contract.operations[operation], path, facet)
        name = f"{operation}/{path}/{way}"
        derived.add(name, f"{path} is {words}", (claim,), change, sees=(operation,), derived=True)
    return tuple(derived.mutants)


def _of_member(name: str, node: Node) -> Iterator[tuple[Any, ...]]:
    """Yield what can go wrong with the option of one member: name, words, stage and its body, and what it breaks."""
    base = f"{LIST}/input/{name}"
    present = (f"{base}/present", f"{base}/type")
    other: Any = 7 if node.type == "integer" else "another"
    yield ("lost", f"the option of {name} is ignored", "merged",
           lambda _, original, from_json, options: original(from_json, without(options, name)), *present)  # fmt: skip
    yield ("changed", f"the option of {name} is sent with another value", "merged",
           lambda _, original, from_json, options: original(
               from_json, {each: other if each == name else given for each, given in options.items()}),
           *present)  # fmt: skip
    yield ("json-wins", f"{name} in JSON wins over its option", "merged",
           lambda _, original, from_json, options: original(from_json, options)
           | {each: value for each, value in from_json.items() if each == name}, "cli-options-win")  # fmt: skip
    yield ("json-loses", f"{name} in JSON is ignored", "from_json",
           lambda _, original, text: without(original(text), name), _BY_SKELETON, f"{_JSON}/present")  # fmt: skip
    yield ("skeleton-lacks", f"the skeletons lack {name}", "sample",
           lambda _, original, sampled: original(sampled) if sampled.path else without(original(sampled), name),
           "cli-skeleton-sends-nothing", "cli-output-skeleton")  # fmt: skip
    if not node.documented.get("required"):
        defaults = (f"{base}/default",) if "default" in node.documented else ()
        value = node.effective("default") or other
        yield ("unasked", f"{name} is sent where it was not asked for", "merged",
               lambda _, original, from_json, options: original({name: value, **from_json}, options),
               f"{base}/required", *defaults)  # fmt: skip


def _printing(operation: Operation, path: str, facet: str) -> Change:
    """Leave what is at a path out of what is printed, or print it as another type of value."""
    way = steps(path)
    if facet == "present":
        change: Callable[[Any], Any] = lambda _: DROP  # noqa: E731 - one of three
    elif path.endswith("{key}"):
        change = "{} ".format
    else:
        change = lambda value: [value] if isinstance(value, (dict, int, float)) else {"value": value}  # noqa: E731 - as above
    return editing(
        "answer",
        lambda answer, given, _: changed(answer, way, change) if given.operation.name == operation.name else answer,
    )
