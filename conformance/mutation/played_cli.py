"""The AWS CLI, emulated in process: commands of the contract's operations, read, sent and printed as its page says.

The proof runs the checks of the program on it: each stage is a method, so that a variant
replaces just one.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.contract.model import Contract, Node, Operation

Members = dict[str, Any]
Send = Callable[[str, bytes], tuple[int, bytes]]
"""Sends the body of a request of an operation; gives the status and the body of its answer."""

_OK = 200
_REFUSED, _FAILED = 252, 254
_FLAGS = ("--no-paginate",)
_VALUES = ("--max-items", "--page-size", "--starting-token", "--endpoint-url", "--region", "--cli-input-json")
_SKELETON = "--generate-cli-skeleton"
_FILE = "file://"


@dataclass(frozen=True)
class Ended:
    """A command that has ended: exit status, output and errors."""

    status: int
    out: str
    err: str


class EndedError(Exception):
    """A command that ends with an error, in words."""

    def __init__(self, words: str, status: int = _REFUSED) -> None:
        super().__init__(words)
        self.status = status


@dataclass
class Given:
    """The words of a command, taken apart."""

    operation: Operation
    members: dict[str, str] = field(default_factory=dict)
    """Options of members, as text."""
    others: dict[str, str] = field(default_factory=dict)
    skeleton: str = ""
    """The kind of skeleton that is wanted; empty for none."""


class PlayedCli:
    """Runs commands. `send` carries the requests."""

    def __init__(self, contract: Contract, send: Send) -> None:
        self.send = send
        self._operations = {dashed(name): operation for name, operation in contract.operations.items()}

    def call(self, words: Sequence[str], files: Mapping[str, str]) -> Ended:
        """Run one command; `files` are those of its folder."""
        try:
            return Ended(0, self.perform(self.take(words), files), "")
        except EndedError as error:
            return Ended(error.status, "", f"\n{error}\n")

    def take(self, words: Sequence[str]) -> Given:
        """Take the words apart."""
        given = Given(self._operations[words[1]])
        members = {option(name): name for name in given.operation.input.members}
        left = list(words[2:])
        while left:
            word = left.pop(0)
            if word == _SKELETON:
                given.skeleton = self.skeleton_kind(left)
            elif word in _FLAGS:
                given.others[word] = ""
            elif word in members or word in _VALUES:
                if not left:
                    raise EndedError(f"argument {word}: expected one argument")
                (given.members if word in members else given.others)[members.get(word, word)] = left.pop(0)
            else:
                self.unknown(word, left)
        return given

    def skeleton_kind(self, left: list[str]) -> str:
        """Take the kind of a skeleton from the words that are left."""
        return left.pop(0) if left and left[0] in {"input", "output"} else "input"

    def unknown(self, word: str, left: list[str]) -> None:
        """Reject an unknown option."""
        raise EndedError(f"Unknown options: {', '.join((word, *left))}")

    def perform(self, given: Given, files: Mapping[str, str]) -> str:
        """Do what the words say; give what is printed."""
        if given.skeleton == "input":
            return self.printed(self.sample(given.operation.input))
        self.require(given)
        members = self.members(given, files)
        if given.skeleton:
            return self.printed(self.sample(given.operation.output))
        return self.printed(self.answer(given, members))

    def require(self, given: Given) -> None:
        """Insist on the name, unless JSON may bring it."""
        subject = given.operation.subject
        if subject not in given.members and "--cli-input-json" not in given.others:
            raise EndedError(f"the following arguments are required: {option(subject)}")

    def members(self, given: Given, files: Mapping[str, str]) -> Members:
        """Return the members of the request: those of the JSON, and over them those of the options."""
        nodes = given.operation.input.members
        text = given.others.get("--cli-input-json")
        found = {} if text is None else self.from_json(self.text(text, files))
        own = {name: self.converted(nodes[name], value) for name, value in given.members.items()}
        return self.merged(found, own)

    def text(self, text: str, files: Mapping[str, str]) -> str:
        """Return the text of a value, from a file where it names one."""
        if not text.startswith(_FILE):
            return text
        try:
            return files[text.removeprefix(_FILE)]
        except KeyError:
            raise EndedError(f"Unable to load paramfile {text}") from None

    def from_json(self, text: str) -> Members:
        """Read members from JSON."""
        try:
            found = json.loads(text)
        except ValueError as error:
            raise EndedError(f"Invalid JSON: {error}") from error
        return dict(found)

    def converted(self, node: Node, text: str) -> Any:
        """Return the value of an option."""
        if node.type != "integer":
            return text
        try:
            return int(text)
        except ValueError as error:
            raise EndedError(str(error)) from error

    def merged(self, from_json: Members, from_options: Members) -> Members:
        """Lay options over JSON."""
        return {**from_json, **from_options}

    def sample(self, node: Node) -> Any:
        """Return a sample of a value."""
        if node.type == "structure":
            return {name: self.sample(member) for name, member in node.members.items()}
        if node.type == "list":
            return [self.sample(node.element)] if node.element else []
        if node.type == "map":
            return {"KeyName": self.sample(node.value)} if node.value else {}
        samples = {"integer": 0, "float": 0.0, "boolean": True, "timestamp": "1970-01-01T00:00:00"}
        return samples.get(node.type, node.name)

    # -- requests and pages

    def answer(self, given: Given, members: Members) -> Members:
        """Get the answer: of all pages, unless one was asked for by hand."""
        pagination = given.operation.pagination
        by_hand = pagination and {pagination.limit, pagination.input_token} & set(given.members)
        if pagination is None or by_hand or "--no-paginate" in given.others:
            return self.request(given.operation, members)
        return self.pages(given, members)

    def pages(self, given: Given, members: Members) -> Members:
        """Go over the pages, up to the total that is wanted, and put the items together."""
        pagination = given.operation.pagination
        if pagination is None:
            raise EndedError("there are no pages")
        result = pagination.result
        asked = dict(members)
        if "--page-size" in given.others:
            asked[pagination.limit] = int(given.others["--page-size"])
        total, skip = self.total(given), 0
        if "--starting-token" in given.others:
            token, skip = self.resumed(given.others["--starting-token"])
            asked |= {pagination.input_token: token} if token else {}
        items: list[Any] = []
        while True:
            answer = self.request(given.operation, asked)
            page = answer[result][skip:]
            room = len(page) if total is None else total - len(items)
            items += page[:room]
            token = answer.get(pagination.output_token)
            if room < len(page):
                handed = self.resuming(asked.get(pagination.input_token), skip + room)
                return {result: items, pagination.output_token: handed}
            if not token:
                return {result: items}
            if total is not None and len(items) >= total:
                return {result: items, pagination.output_token: self.resuming(token, 0)}
            asked, skip = {**asked, pagination.input_token: token}, 0

    def total(self, given: Given) -> int | None:
        """Return how many items are wanted altogether; None for all."""
        return int(given.others["--max-items"]) if "--max-items" in given.others else None

    def resuming(self, token: str | None, skip: int) -> str:
        """Make a token to go on with: the page, and the items of it that were printed."""
        return base64.b64encode(json.dumps([token, skip]).encode()).decode()

    def resumed(self, token: str) -> tuple[str | None, int]:
        """Read a token that was printed."""
        page, skip = json.loads(base64.b64decode(token))
        return page, skip

    def request(self, operation: Operation, members: Members) -> Members:
        """Send one request, and read its answer."""
        status, body = self.send(operation.name, json.dumps(members).encode())
        content = json.loads(body)
        if status == _OK:
            return dict(content)
        raise self.error(operation, content)

    def error(self, operation: Operation, content: Members) -> EndedError:
        """Return the message of an error of the service."""
        code, message = content.get("__type", "Unknown"), content.get("message", content.get("Message", ""))
        received = f"An error occurred ({code}) when calling the {operation.name} operation: {message}"
        return EndedError(received, _FAILED)

    def printed(self, value: Any) -> str:
        """Return a value as it is printed."""
        return json.dumps(value, indent=4)


def dashed(name: str) -> str:
    """Return a name as the command line writes it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def option(member: str) -> str:
    """Return the option of a member."""
    return f"--{dashed(member)}"
