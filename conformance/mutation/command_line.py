"""Mutants of the AWS CLI: for each member of input and output what can be lost or changed, and the written ones."""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import LIST, Kind, Mutant, named, received
from conformance.mutation.played_cli import EndedError, Given, Members, PlayedCli
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from conformance.contract.model import Contract, Node, Operation


JSON, GENERATE = f"{LIST}/input/--cli-input-json", f"{LIST}/input/--generate-cli-skeleton"
NAME, TOKEN, SIZE = "HyperParameterTuningJobName", "NextToken", "MaxResults"
RESULT = "TrainingJobSummaries"


def case(name: str) -> str:
    """Return the claim that is a check itself, where it judges no fact and no behaviour."""
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
            self.add(named(body), received(body), stage, body, *breaks, sees=sees)
            return body

        return keep


def replacing(stage: str, body: Callable[..., Any]) -> Callable[[type[PlayedCli]], type[PlayedCli]]:
    """Make the program whose stage has another body; that is given the program and its faithful self."""

    def make(base: type[PlayedCli]) -> type[PlayedCli]:
        original = getattr(base, stage)

        def replaced(program: PlayedCli, *args: Any) -> Any:
            return body(program, partial(original, program), *args)

        return type("Variant", (base,), {stage: replaced})

    return make


commands = Commands()


# -- options


@commands.stage("unknown", case("unknown-option"))
def passes_over_unknown_options(_: PlayedCli, original: Any, word: str, left: list[str]) -> None:
    """An option that there is not is passed over with its value."""
    del original, word
    left[:1] = []


@commands.stage("require", f"{LIST}/input/{NAME}/required", "cli-output-skeleton", f"{GENERATE}/enum")
def asks_for_no_name(_: PlayedCli, original: Any, given: Given) -> None:
    """A command without the name is sent."""
    del original, given


@commands.stage("converted", f"{LIST}/input/{SIZE}/type")
def numbers_stay_text(_: PlayedCli, original: Any, node: Node, text: str) -> Any:
    """A number is sent as text."""
    del original, node
    return text


@commands.stage("converted", case("no-number"))
def reads_what_is_no_number_as_one(_: PlayedCli, original: Any, node: Node, text: str) -> Any:
    """A number that is none is taken for 1."""
    return 1 if node.type == "integer" and not text.isdigit() else original(node, text)


# -- JSON


@commands.stage("members", f"{JSON}/present", "cli-json-follows-the-skeleton")
def json_ignored(_: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> Members:
    """JSON input is passed over."""
    given.others.pop("--cli-input-json", None)
    members: Members = original(given, files)
    return members


@commands.stage("text", f"{JSON}/type", "cli-json-follows-the-skeleton")
def json_in_files_only(_: PlayedCli, original: Any, text: str, files: Mapping[str, str]) -> str:
    """JSON input is taken from files alone."""
    if not text.startswith("file://"):
        raise EndedError("Unable to load paramfile")
    found: str = original(text, files)
    return found


@commands.stage("text", case("input-json-file"))
def no_json_in_files(_: PlayedCli, original: Any, text: str, files: Mapping[str, str]) -> str:
    """A file that is named is not read."""
    del original, files
    return text


@commands.stage("members", f"{JSON}/required")
def asks_for_json(_: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> Members:
    """A command without JSON input is refused."""
    if "--cli-input-json" not in given.others:
        raise EndedError("the following arguments are required: --cli-input-json")
    members: Members = original(given, files)
    return members


@commands.stage("take", f"{GENERATE}/required")
def asks_for_a_skeleton(_: PlayedCli, original: Any, words: Sequence[str]) -> Given:
    """A command that does not say whether it wants a skeleton is refused."""
    given: Given = original(words)
    if not given.skeleton:
        raise EndedError("the following arguments are required: --generate-cli-skeleton")
    return given


@commands.stage("from_json", "cli-json-follows-the-skeleton")
def json_strings_are_bytes(_: PlayedCli, original: Any, text: str) -> Members:
    """A text in JSON that is base64 is decoded."""
    found: Members = original(text)
    if TOKEN in found:
        found[TOKEN] = base64.b64decode(found[TOKEN]).decode(errors="replace")
    return found


@commands.stage("merged", "cli-options-win")
def json_wins(_: PlayedCli, original: Any, from_json: Members, from_options: Members) -> Members:
    """JSON input wins over options."""
    del original
    return {**from_options, **from_json}


@commands.stage("merged", "cli-options-win")
def json_beside_options_is_all(_: PlayedCli, original: Any, from_json: Members, from_options: Members) -> Members:
    """Where there is JSON input, options are passed over."""
    del original
    return from_json or from_options


# -- skeletons


@commands.stage("perform", "cli-skeleton-sends-nothing")
def skeleton_sends(program: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> str:
    """A skeleton is printed, and a request is sent all the same."""
    if given.skeleton == "input":
        program.send(given.operation.name, b'{"HyperParameterTuningJobName": "skeleton"}')
    printed: str = original(given, files)
    return printed


@commands.stage("perform", "cli-output-skeleton", f"{GENERATE}/enum")
def sample_comes_from_the_service(program: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> str:
    """For a sample of the output the service is called."""
    if given.skeleton == "output":
        program.request(given.operation, program.members(given, files))
    printed: str = original(given, files)
    return printed


@commands.stage("perform", "cli-skeleton-sends-nothing", f"{GENERATE}/present")
def skeleton_needs_the_name(program: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> str:
    """A skeleton of the input is refused without the name."""
    program.require(given)
    printed: str = original(given, files)
    return printed


@commands.stage("skeleton_kind", f"{GENERATE}/present", f"{GENERATE}/type")
def no_bare_skeleton(_: PlayedCli, original: Any, left: list[str]) -> str:
    """A skeleton that is asked for without a value is refused."""
    if not left:
        raise EndedError("argument --generate-cli-skeleton: expected one argument")
    kind: str = original(left)
    return kind


@commands.stage("skeleton_kind", f"{GENERATE}/enum")
def no_word_for_the_input(_: PlayedCli, original: Any, left: list[str]) -> str:
    """The value input is refused."""
    if left and left[0] == "input":
        raise EndedError("argument --generate-cli-skeleton: Invalid choice")
    kind: str = original(left)
    return kind


@commands.stage("skeleton_kind", f"{GENERATE}/enum", "cli-output-skeleton")
def always_the_input(_: PlayedCli, original: Any, left: list[str]) -> str:
    """A sample of the output is one of the input."""
    original(left)
    return "input"


@commands.stage("perform", "cli-output-skeleton")
def output_unchecked(program: PlayedCli, original: Any, given: Given, files: Mapping[str, str]) -> str:
    """A sample of the output is printed for arguments that are not valid."""
    if given.skeleton == "output":
        return program.printed(program.sample(given.operation.output))
    printed: str = original(given, files)
    return printed


@commands.stage("sample", "cli-skeleton-sends-nothing")
def samples_are_text(_: PlayedCli, original: Any, node: Node) -> Any:
    """The samples of a skeleton are text, whatever the type."""
    return original(node) if node.type in {"structure", "list", "map"} else "sample"


@commands.stage("printed", "cli-skeleton-sends-nothing")
def skeleton_is_no_json(_: PlayedCli, original: Any, value: Any) -> str:
    """A skeleton of the input is printed as YAML."""
    if isinstance(value, dict) and NAME in value and SIZE in value:
        return "\n".join(f"{name}: {sample}" for name, sample in value.items())
    printed: str = original(value)
    return printed


# -- output


@commands.stage("printed", f"{LIST}/output/{RESULT}/type")
def prints_one_line_an_item(_: PlayedCli, original: Any, value: Any) -> str:
    """The items are printed as lines of JSON, one each."""
    if isinstance(value, dict) and RESULT in value:
        return "\n".join(json.dumps(item) for item in value[RESULT])
    printed: str = original(value)
    return printed


@commands.stage("answer", f"{LIST}/output/{TOKEN}/present", case("max-items"))
def token_not_printed(_: PlayedCli, original: Any, given: Given, members: Members) -> Members:
    """The token is not printed."""
    answer: Members = original(given, members)
    return {name: value for name, value in answer.items() if name != TOKEN}


@commands.stage("answer", f"{LIST}/output/{TOKEN}/type")
def token_in_a_list(_: PlayedCli, original: Any, given: Given, members: Members) -> Members:
    """The token is printed as a list."""
    answer: Members = original(given, members)
    return {name: [value] if name == TOKEN else value for name, value in answer.items()}


@commands.stage("call", case("tells-an-error"), case("refused-word"), case("refused-name"), sees=(DESCRIBE, LIST))
def errors_end_well(_: PlayedCli, original: Any, words: Sequence[str], files: Mapping[str, str]) -> Any:
    """A command that failed ends with exit status 0."""
    ended = original(words, files)
    return type(ended)(0, ended.out, ended.err)


@commands.stage("error", case("tells-an-error"), case("refused-word"), case("refused-name"), sees=(DESCRIBE, LIST))
def errors_without_a_code(_: PlayedCli, original: Any, operation: Operation, content: Members) -> EndedError:
    """An error of the service is told without its code."""
    del original, operation, content
    return EndedError("An error occurred", 254)


@commands.stage("error", case("tells-an-error"), sees=(DESCRIBE, LIST))
def errors_are_answers(_: PlayedCli, original: Any, operation: Operation, content: Members) -> EndedError:
    """An error of the service is told as success."""
    del original, operation, content
    return EndedError("{}", 0)


# -- pages


@commands.stage("answer", case("gathers-all-pages"), case("max-items"), case("page-size"), case("starting-token"))
def one_page_only(program: PlayedCli, original: Any, given: Given, members: Members) -> Members:
    """The first page is printed, and that is all."""
    del original
    return program.request(given.operation, members)


@commands.stage("answer", case("no-paginate"))
def always_all_pages(program: PlayedCli, original: Any, given: Given, members: Members) -> Members:
    """With --no-paginate the pages are gone over all the same."""
    return program.pages(given, members) if "--no-paginate" in given.others else original(given, members)


@commands.stage("answer", f"{LIST}/input/{SIZE}/present")
def all_pages_of_that_size(program: PlayedCli, original: Any, given: Given, members: Members) -> Members:
    """With --max-results the pages are gone over all the same."""
    return program.pages(given, members) if SIZE in given.members else original(given, members)


@commands.stage("total", case("max-items"))
def no_total(_: PlayedCli, original: Any, given: Given) -> int | None:
    """--max-items is passed over."""
    del original, given
    return None


@commands.stage("total", case("max-items"))
def one_too_many(_: PlayedCli, original: Any, given: Given) -> int | None:
    """--max-items lets one item more through."""
    total: int | None = original(given)
    return total if total is None else total + 1


def _without(option: str, words: Sequence[str]) -> list[str]:
    """Leave an option and its value out."""
    left = list(words)
    if option in left:
        at = left.index(option)
        del left[at : at + 2]
    return left


@commands.stage("take", case("page-size"))
def no_page_size(_: PlayedCli, original: Any, words: Sequence[str]) -> Given:
    """--page-size is passed over."""
    given: Given = original(_without("--page-size", words))
    return given


@commands.stage("take", case("starting-token"))
def no_starting_token(_: PlayedCli, original: Any, words: Sequence[str]) -> Given:
    """--starting-token is passed over."""
    given: Given = original(_without("--starting-token", words))
    return given


@commands.stage("resuming", case("starting-token"))
def resumes_at_the_page(_: PlayedCli, original: Any, token: str | None, skip: int) -> str:
    """The token to go on with forgets how much of a page was printed."""
    del skip
    made: str = original(token, 0)
    return made


def command_line_mutants(contract: Contract) -> Iterator[Mutant]:
    """Yield the mutants of the program: those for each member, and the written ones."""
    operation = contract.operations[LIST]
    derived = Commands(derived=True)
    for name, node in operation.input.members.items():
        _of_member(derived, name, node)
    for fact in contract.facts_of(LIST, "output"):
        if (
            fact.facet in {"present", "type"}
            and any(source.id == "cli" for source in fact.sources)
            and fact.path != TOKEN
        ):
            _of_output(derived, fact.id, fact.path, fact.facet)
    _of_output(derived, case("prints-members"), NAME, "present", DESCRIBE)
    yield from derived.mutants
    yield from commands.mutants


def _of_member(derived: Commands, name: str, node: Node) -> None:
    """Add what can go wrong with the option of one member."""
    base = f"{LIST}/input/{name}"
    other: Any = 7 if node.type == "integer" else "another"

    def lost(_: PlayedCli, original: Any, from_json: Members, from_options: Members) -> Members:
        members: Members = original(from_json, {each: value for each, value in from_options.items() if each != name})
        return members

    def changed(_: PlayedCli, original: Any, from_json: Members, from_options: Members) -> Members:
        members: Members = original(from_json, {each: other if each == name else v for each, v in from_options.items()})
        return members

    def beaten(_: PlayedCli, original: Any, from_json: Members, from_options: Members) -> Members:
        members: Members = original(from_json, from_options)
        return {**members, **{each: value for each, value in from_json.items() if each == name}}

    def dropped(_: PlayedCli, original: Any, text: str) -> Members:
        return {each: value for each, value in original(text).items() if each != name}

    def unasked(_: PlayedCli, original: Any, from_json: Members, from_options: Members) -> Members:
        value = node.effective("default") or other
        members: Members = original({name: value, **from_json}, from_options)
        return members

    def lacking(_: PlayedCli, original: Any, sampled: Node) -> Any:
        sample = original(sampled)
        return {each: value for each, value in sample.items() if each != name} if sampled.path == "" else sample

    present = (f"{base}/present", f"{base}/type")
    derived.add(f"{name}/lost", f"the option of {name} is passed over", "merged", lost, *present)
    derived.add(f"{name}/changed", f"the option of {name} is sent with another value", "merged", changed, *present)
    derived.add(f"{name}/json-wins", f"{name} in JSON wins over its option", "merged", beaten, "cli-options-win")
    derived.add(f"{name}/json-loses", f"{name} in JSON is passed over", "from_json", dropped,
                "cli-json-follows-the-skeleton", f"{JSON}/present")  # fmt: skip
    derived.add(f"{name}/skeleton-lacks", f"the skeletons lack {name}", "sample", lacking,
                "cli-skeleton-sends-nothing", "cli-output-skeleton")  # fmt: skip
    if not node.documented.get("required"):
        defaults = (f"{base}/default",) if "default" in node.documented else ()
        derived.add(f"{name}/unasked", f"{name} is sent where nobody asked for it", "merged", unasked,
                    f"{base}/required", *defaults)  # fmt: skip


def _of_output(derived: Commands, claim: str, path: str, facet: str, operation: str = LIST) -> None:
    """Add a program that does not print a member, or prints another type of value."""
    way = path.replace("[]", ".[]").replace("{key}", ".{key}").replace("{value}", ".{value}").split(".")

    def answer(_: PlayedCli, original: Any, given: Given, members: Members) -> Members:
        found: Members = original(given, members)
        return _bent(found, way, facet) if given.operation.name == operation else found

    words = "is not printed" if facet == "present" else "is printed as another type"
    name = f"{path}/{'not-printed' if facet == 'present' else 'another-type'}"
    derived.add(f"{operation}/{name}", f"{path} {words}", "answer", answer, claim, sees=(operation,))


def _bent(value: Any, way: Sequence[str], facet: str) -> Any:
    """Return a value with what stands at the end of the way left out, or in another type."""
    if not way:
        return [value] if isinstance(value, (dict, int, float)) else {"value": value}
    step, rest = way[0], way[1:]
    lost = not rest and facet == "present"
    if step == "[]" and isinstance(value, list):
        return value[1:] if lost else [_bent(each, rest, facet) for each in value]
    if not isinstance(value, dict):
        return value
    if step in {"{key}", "{value}"}:
        renamed = {f"{each} ": received for each, received in value.items()}
        return {} if lost else renamed if step == "{key}" else dict.fromkeys(value, 1)
    kept = {name: received for name, received in value.items() if not (lost and name == step)}
    return {name: _bent(received, rest, facet) if name == step else received for name, received in kept.items()}
