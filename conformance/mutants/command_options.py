"""Mutants of what the AWS CLI takes: options and JSON lost or taken otherwise, skeletons that are none."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from conformance.mutants.commands import GENERATE, JSON, NAME, SIZE, TOKEN, Commands, case
from conformance.mutants.mutant import LIST
from conformance.mutants.played_cli import EndedError, Given, Members, PlayedCli

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.contract import Node

commands = Commands()


# -- options


@commands.stage("unknown", case("unknown-option"))
def passes_over_unknown_options(_: PlayedCli, faithful: Any, word: str, left: list[str]) -> None:
    """An option that there is not is passed over with its value."""
    del faithful, word
    left[:1] = []


@commands.stage("require", f"{LIST}/input/{NAME}/required", "cli-output-skeleton", f"{GENERATE}/enum")
def asks_for_no_name(_: PlayedCli, faithful: Any, given: Given) -> None:
    """A command without the name is sent."""
    del faithful, given


@commands.stage("converted", f"{LIST}/input/{SIZE}/type")
def numbers_stay_text(_: PlayedCli, faithful: Any, node: Node, text: str) -> Any:
    """A number is sent as text."""
    del faithful, node
    return text


@commands.stage("converted", case("no-number"))
def reads_what_is_no_number_as_one(_: PlayedCli, faithful: Any, node: Node, text: str) -> Any:
    """A number that is none is taken for 1."""
    return 1 if node.type == "integer" and not text.isdigit() else faithful(node, text)


# -- JSON


@commands.stage("members", f"{JSON}/present", "cli-json-follows-the-skeleton")
def json_ignored(_: PlayedCli, faithful: Any, given: Given, files: Mapping[str, str]) -> Members:
    """JSON input is passed over."""
    given.others.pop("--cli-input-json", None)
    members: Members = faithful(given, files)
    return members


@commands.stage("text", f"{JSON}/type", "cli-json-follows-the-skeleton")
def json_in_files_only(_: PlayedCli, faithful: Any, text: str, files: Mapping[str, str]) -> str:
    """JSON input is taken from files alone."""
    if not text.startswith("file://"):
        raise EndedError("Unable to load paramfile")
    found: str = faithful(text, files)
    return found


@commands.stage("text", case("input-json-file"))
def no_json_in_files(_: PlayedCli, faithful: Any, text: str, files: Mapping[str, str]) -> str:
    """A file that is named is not read."""
    del faithful, files
    return text


@commands.stage("members", f"{JSON}/required")
def asks_for_json(_: PlayedCli, faithful: Any, given: Given, files: Mapping[str, str]) -> Members:
    """A command without JSON input is refused."""
    if "--cli-input-json" not in given.others:
        raise EndedError("the following arguments are required: --cli-input-json")
    members: Members = faithful(given, files)
    return members


@commands.stage("take", f"{GENERATE}/required")
def asks_for_a_skeleton(_: PlayedCli, faithful: Any, words: Sequence[str]) -> Given:
    """A command that does not say whether it wants a skeleton is refused."""
    given: Given = faithful(words)
    if not given.skeleton:
        raise EndedError("the following arguments are required: --generate-cli-skeleton")
    return given


@commands.stage("from_json", "cli-json-follows-the-skeleton")
def json_strings_are_bytes(_: PlayedCli, faithful: Any, text: str) -> Members:
    """A text in JSON that is base64 is decoded."""
    found: Members = faithful(text)
    if TOKEN in found:
        found[TOKEN] = base64.b64decode(found[TOKEN]).decode(errors="replace")
    return found


@commands.stage("merged", "cli-options-win")
def json_wins(_: PlayedCli, faithful: Any, from_json: Members, from_options: Members) -> Members:
    """JSON input wins over options."""
    del faithful
    return {**from_options, **from_json}


@commands.stage("merged", "cli-options-win")
def json_beside_options_is_all(_: PlayedCli, faithful: Any, from_json: Members, from_options: Members) -> Members:
    """Where there is JSON input, options are passed over."""
    del faithful
    return from_json or from_options


# -- skeletons


@commands.stage("perform", "cli-skeleton-sends-nothing")
def skeleton_sends(program: PlayedCli, faithful: Any, given: Given, files: Mapping[str, str]) -> str:
    """A skeleton is printed, and a request is sent all the same."""
    if given.skeleton == "input":
        program.send(given.operation.name, b'{"HyperParameterTuningJobName": "skeleton"}')
    printed: str = faithful(given, files)
    return printed


@commands.stage("perform", "cli-output-skeleton", f"{GENERATE}/enum")
def sample_comes_from_the_service(program: PlayedCli, faithful: Any, given: Given, files: Mapping[str, str]) -> str:
    """For a sample of the output the service is called."""
    if given.skeleton == "output":
        program.request(given.operation, program.members(given, files))
    printed: str = faithful(given, files)
    return printed


@commands.stage("perform", "cli-skeleton-sends-nothing", f"{GENERATE}/present")
def skeleton_needs_the_name(program: PlayedCli, faithful: Any, given: Given, files: Mapping[str, str]) -> str:
    """A skeleton of the input is refused without the name."""
    program.require(given)
    printed: str = faithful(given, files)
    return printed


@commands.stage("skeleton_kind", f"{GENERATE}/present", f"{GENERATE}/type")
def no_bare_skeleton(_: PlayedCli, faithful: Any, left: list[str]) -> str:
    """A skeleton that is asked for without a value is refused."""
    if not left:
        raise EndedError("argument --generate-cli-skeleton: expected one argument")
    kind: str = faithful(left)
    return kind


@commands.stage("skeleton_kind", f"{GENERATE}/enum")
def no_word_for_the_input(_: PlayedCli, faithful: Any, left: list[str]) -> str:
    """The value input is refused."""
    if left and left[0] == "input":
        raise EndedError("argument --generate-cli-skeleton: Invalid choice")
    kind: str = faithful(left)
    return kind


@commands.stage("skeleton_kind", f"{GENERATE}/enum", "cli-output-skeleton")
def always_the_input(_: PlayedCli, faithful: Any, left: list[str]) -> str:
    """A sample of the output is one of the input."""
    faithful(left)
    return "input"


@commands.stage("perform", "cli-output-skeleton")
def output_unchecked(program: PlayedCli, faithful: Any, given: Given, files: Mapping[str, str]) -> str:
    """A sample of the output is printed for arguments that are not valid."""
    if given.skeleton == "output":
        return program.printed(program.sample(given.operation.output))
    printed: str = faithful(given, files)
    return printed


@commands.stage("sample", "cli-skeleton-sends-nothing")
def samples_are_text(_: PlayedCli, faithful: Any, node: Node) -> Any:
    """The samples of a skeleton are text, whatever the type."""
    return faithful(node) if node.type in {"structure", "list", "map"} else "sample"


@commands.stage("printed", "cli-skeleton-sends-nothing")
def skeleton_is_no_json(_: PlayedCli, faithful: Any, value: Any) -> str:
    """A skeleton of the input is printed as YAML."""
    if isinstance(value, dict) and NAME in value and SIZE in value:
        return "\n".join(f"{name}: {sample}" for name, sample in value.items())
    printed: str = faithful(value)
    return printed
