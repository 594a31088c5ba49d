"""Laws of the client libraries: what boto3 and the AWS CLI send, what they make of an answer, and how they page."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from conformance.checks.response.shapes import is_number
from conformance.checks.verdict import Tally, Verdict, failed, passed, skipped
from conformance.contract.model import NUMBERS, SPECIAL_FLOATS, WHOLE, Node
from conformance.session.listing import Difference
from conformance.wire.exchange import Exchange, Fault

_LINES = 3


@dataclass(frozen=True)
class Command:
    """One call: the words behind the program's name, and the files that they speak of by a relative name."""

    words: tuple[str, ...]
    files: tuple[tuple[str, str], ...] = ()
    """Name and text of each."""


@dataclass(frozen=True)
class CommandRun:
    """A call that has ended: exit status, output, and the exchanges that it caused."""

    command: Command
    status: int
    out: str
    err: str
    exchanges: tuple[Exchange, ...] = ()
    fault: Fault | None = None
    """Why it came to no end of its own: the target gave no answer, or the program did not end in time."""
    line: str = ""
    """The line that does the same as pasted into a shell."""

    @cached_property
    def printed(self) -> dict[str, Any] | None:
        """The object that was printed; None where the output is none."""
        try:
            value = json.loads(self.out)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    @property
    def ended(self) -> str:
        """How it ended, in a line: the exit status, and the end of what it said."""
        said = " ".join(line.strip() for line in (self.err or self.out).strip().splitlines()[-_LINES:])
        return f"exit status {self.status}" + (f": {said}" if said else ", without a word")

    @property
    def sent(self) -> str:
        """What it sent, in words."""
        operations = [exchange.operation for exchange in self.exchanges]
        return f"{len(operations)} requests ({', '.join(dict.fromkeys(operations))})" if operations else "nothing sent"


_SHOWN = 300


# -- what is sent


def _unlike(exchange: Exchange, wanted: Mapping[str, Any], lacking: Collection[str] = ()) -> list[str]:
    """Return in words which members of a request are not as wanted, value and JSON type, and which should lack."""
    members = exchange.input or {}
    wrong = [
        f"{name} is {members[name]!r}, not {value!r}" if name in members else f"{name} is not sent"
        for name, value in wanted.items()
        if type(members.get(name)) is not type(value) or members[name] != value
    ]
    return wrong + [f"{name} is sent: {members[name]!r}" for name in lacking if name in members]


def carries(runs: Iterable[tuple[CommandRun, Mapping[str, Any]]]) -> Verdict:
    """Check that the first request of each run carries these members with just these values."""
    tally, line = Tally("requests"), ""
    for run, wanted in runs:
        wrong = _unlike(run.exchanges[0], wanted) if run.exchanges else [f"nothing sent, {run.ended}"]
        tally.hold(not wrong, "; ".join(wrong), *run.exchanges[:1])
        line = line or (run.line if wrong else "")
    verdict = tally.verdict("option-lost", "the request as it was asked for", lacking="nothing was run")
    return replace(verdict, reproduce=line)


def leaves_out(run: CommandRun, names: Collection[str]) -> Verdict:
    """Check that the first request of a run carries none of these members; a later page comes with its token."""
    expected = f"a request without {', '.join(names)}"
    if not run.exchanges:
        return _failed(run, "nothing-sent", "the command sent nothing", expected)
    return requests_carry(run.exchanges[:1], {}, names, kind="sent-unasked")


def page_sizes(run: CommandRun, limit: str, size: int) -> Verdict:
    """Check that every request of a run asks for pages of this size."""
    return no_answer(run) or requests_carry(run.exchanges, {limit: size}, kind="other-page-size")


def requests_carry(
    exchanges: Sequence[Exchange],
    wanted: Mapping[str, Any],
    lacking: Collection[str] = (),
    *,
    kind: str = "other-request",
) -> Verdict:
    """Check that every request of a client carries these members, and none of those."""
    tally = Tally("requests")
    for exchange in exchanges:
        wrong = _unlike(exchange, wanted, lacking)
        tally.hold(not wrong, "; ".join(wrong), exchange)
    words = [f"{name} {value!r}" for name, value in wanted.items()] + [f"no {name}" for name in lacking]
    return tally.verdict(kind, f"every request with {', '.join(words)}", lacking="the client sent nothing")


def refuses_unsent(run: CommandRun) -> Verdict:
    """Check that a command ends with an error of its own, and sends nothing."""
    if run.status != 0 and not run.exchanges:
        return passed({"commands": 1})
    return _failed(
        run, "not-refused", "the command was not refused by the client", "an error and an exit status other than 0",
        received=f"{run.sent}, exit status {run.status}",
    )  # fmt: skip


def skeleton(run: CommandRun, node: Node, due: Collection[str]) -> Verdict:
    """Check that a command prints a skeleton of a structure, each member with a sample of its type; nothing is sent.

    `due` are the paths of the members that must be there: a client may know others, or be older than others.
    """
    if run.exchanges:
        return _failed(run, "skeleton-sends", "a skeleton was asked for, and a request went out", "nothing sent")
    if run.status != 0 or run.printed is None:
        return _failed(run, "no-skeleton", "no skeleton was printed", "a JSON object, and exit status 0")
    tally = Tally("members")
    _sampled(node, run.printed, tally, due)
    return tally.verdict("skeleton-differs", "every member, with a value of its type", lacking="no members")


def _sampled(node: Node, sample: Any, tally: Tally, due: Collection[str]) -> None:
    """Check a sample against a node: each member of a structure, the first entry of a list or map."""
    stated = f"{node.path or 'the skeleton'} is {str(sample)[:_SHOWN]!r}"
    if node.type == "structure":
        tally.hold(isinstance(sample, dict), f"{stated}, no structure")
        for name, member in node.members.items() if isinstance(sample, dict) else ():
            if name in sample:
                _sampled(member, sample[name], tally, due)
            else:
                tally.hold(member.path not in due, f"{member.path} is not there")
    elif node.type == "list" and node.element is not None:
        tally.hold(isinstance(sample, list) and bool(sample), f"{stated}, no list with an entry")
        for entry in sample[:1] if isinstance(sample, list) else ():
            _sampled(node.element, entry, tally, due)
    elif node.type == "map" and node.value is not None:
        tally.hold(isinstance(sample, dict) and bool(sample), f"{stated}, no map with an entry")
        for entry in list(sample.values())[:1] if isinstance(sample, dict) else ():
            _sampled(node.value, entry, tally, due)
    else:
        tally.hold(_of_type(node.type, sample), f"{stated}, no {node.type}")


def _of_type(kind: str, value: Any) -> bool:
    if kind == "timestamp":
        return is_number(value) or _moment(value) is not None
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in WHOLE:
        return is_number(value) and not isinstance(value, float)
    return is_number(value) if kind in NUMBERS else isinstance(value, str) or kind == "document"


def prints(run: CommandRun, node: Node, listed: str = "", due: Collection[str] | None = None) -> Verdict:
    """Check that a command prints the answer: every member of the wire that the contract knows, with its value.

    `due` are the paths of the members that any client has to know; None for all that are documented. Of several pages,
    the items under `listed` are in one list, and all else is what the last page says.
    """
    if problem := no_answer(run):
        return problem
    answers = [exchange.answer or {} for exchange in run.exchanges]
    whole = dict(answers[-1])
    if listed:
        whole[listed] = [item for answer in answers for item in _entries(answer, listed)]
    tally = Tally("members")
    Comparison(tally, run.exchanges[:1], as_printed, due).members(node, whole, run.printed or {})
    words = "every member of the wire answer, as JSON of the same type"
    return tally.verdict("output-differs", words, lacking="the answer has no members")


def as_printed(kind: str, wire: Any, value: Any) -> bool:
    """Return whether a printed value is the wire's: a time as the same number or in ISO 8601, all else as it is."""
    if kind == "iso8601":
        kind, wire = "timestamp", _moment(wire) if isinstance(wire, str) else wire
    if kind == "timestamp" and isinstance(value, str):
        moment = _moment(value)
        return moment is not None and is_number(wire) and abs(moment - wire) < 1
    if kind == "timestamp":
        return is_number(value) and is_number(wire) and abs(value - wire) < CLOSE_S
    return as_python(kind, wire, value)


def _moment(text: Any) -> float | None:
    """Return the seconds since the epoch of a time in ISO 8601; one without a zone is taken for UTC."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def one_request(run: CommandRun, token: str) -> Verdict:
    """Check that a command asks for one page and leaves it at that, though the page has a token."""
    if problem := no_answer(run):
        return problem
    if not (run.exchanges[0].answer or {}).get(token):
        return skipped("the whole list fits on one page")
    if len(run.exchanges) == 1:
        return passed({"requests": 1})
    return _failed(run, "pages-gone-over", "the command went on to further pages", "one request", received=run.sent)


def prints_items(run: CommandRun, wanted: Sequence[str], got: Sequence[str], what: str) -> Verdict:
    """Check that a command prints just these items, by their identities, in this order."""
    return no_answer(run) or same_items(wanted, got, what, run.exchanges[:1])


def hands_out(run: CommandRun, name: str) -> Verdict:
    """Check that a token to go on with is printed."""
    if problem := no_answer(run):
        return problem
    if (run.printed or {}).get(name):
        return passed({"commands": 1})
    return _failed(run, "no-token", "items are left, and no token is printed", f"{name}", received="none")


def reports_error(run: CommandRun) -> Verdict:
    """Check that a command ends as its last answer did: with 0 and output, or with another status and the error's code.

    An answer that names no code is only held against the exit status.
    """
    last = run.exchanges[-1] if run.exchanges else None
    if last is not None and last.ok:
        return no_answer(run) or passed({"commands": 1})
    code = last.error_code if last is not None else ""
    if run.status != 0 and code in run.err + run.out:
        return passed({"commands": 1})
    words = f"an exit status other than 0{f', and {code} in what is said' if code else ''}"
    return _failed(run, "error-not-told", "the command does not report the error", words)


def no_answer(run: CommandRun) -> Verdict | None:
    """Evaluate a command that should have printed an answer and did not; None where it did."""
    if run.status == 0 and run.printed is not None and run.exchanges:
        return None
    reason = "the command printed no answer" if run.exchanges else "the command sent nothing"
    return _failed(run, "no-output", reason, "the answer as a JSON object, and exit status 0")


def _entries(answer: Mapping[str, Any], name: str) -> list[Any]:
    found = answer.get(name)
    return found if isinstance(found, list) else []


def _failed(run: CommandRun, kind: str, reason: str, expected: str, *, received: str = "") -> Verdict:
    return failed(kind, reason, expected=expected, received=received or run.ended, exchanges=run.exchanges[:1])


CLOSE_S = 0.001
"""Seconds by which a time may differ for being written in another way."""


def parses(node: Node, raw: Mapping[str, Any], result: Mapping[str, Any], exchanges: tuple[Exchange, ...]) -> Verdict:
    """Check that the client gives every member of the wire answer that the contract knows, with its value."""
    tally = Tally("members")
    Comparison(tally, exchanges, as_python).members(node, raw, result)
    return tally.verdict(
        "client-differs",
        "every member of the wire answer, as the client's own type",
        lacking="the answer has no members",
    )


_INNER = frozenset({"structure", "list", "map", "timestamp"})
"""The types of values of a map that a client may have as types of its own."""


@dataclass(frozen=True)
class Comparison:
    """What a client gives, held against the wire; `same` is how values are compared, and `exchanges` show them.

    `due` are the paths of the members that any client has to know; None for all that are documented.
    """

    tally: Tally
    exchanges: tuple[Exchange, ...]
    same: Same
    due: Collection[str] | None = None

    def members(self, node: Node, raw: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Compare the members of a structure, all the way down."""
        for name, member in node.members.items():
            if raw.get(name) is None:
                continue
            if name not in result and not self._is_due(member):
                continue  # the installed client may be older than the model, or than the newest document
            self._value(member, raw[name], result.get(name))

    def _is_due(self, member: Node) -> bool:
        return member.basis != "modelled" and (self.due is None or member.path in self.due)

    def _value(self, node: Node, raw: Any, value: Any) -> None:
        if node.type == "structure" and isinstance(value, Mapping) and isinstance(raw, Mapping):
            self.members(node, raw, value)
        elif node.type == "list" and isinstance(value, list) and isinstance(raw, list):
            received = f"{node.path}: {len(value)} of {len(raw)} entries"
            self.tally.hold(len(value) == len(raw), received, *self.exchanges)
            if node.element is not None:
                for entry, given in zip(raw, value, strict=False):
                    self._value(node.element, entry, given)
        elif node.value is not None and node.value.type in _INNER and isinstance(value, Mapping):
            received = f"{node.path}: {len(value)} of {len(raw)} entries"
            self.tally.hold(raw.keys() == value.keys(), received, *self.exchanges)
            for name in raw.keys() & value.keys():
                self._value(node.value, raw[name], value[name])
        else:
            received = f"{node.path}: {value!r} for {raw!r} on the wire"
            self.tally.hold(self.same(node.wire_type, raw, value), received, *self.exchanges)


def as_python(kind: str, wire: Any, value: Any) -> bool:
    """Return whether a value is the wire's as Python has it: a time as a datetime, everything else as it is."""
    if kind == "iso8601":
        kind, wire = "timestamp", _moment(wire) if isinstance(wire, str) else wire
    if kind == "timestamp":
        return isinstance(value, dt.datetime) and is_number(wire) and abs(value.timestamp() - wire) < CLOSE_S
    if kind == "blob" and isinstance(wire, str):
        return isinstance(value, bytes) and base64.b64encode(value).decode() == wire
    if kind in {"float", "double"} and isinstance(wire, str):
        return isinstance(value, float) and wire in SPECIAL_FLOATS and str(value) == SPECIAL_FLOATS[wire]
    return bool(value == wire) and isinstance(value, bool) == isinstance(wire, bool)


def tells_error(exception: str, error_response: Mapping[str, Any] | None, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Check that an exception is an error of the service, with the code, the message and the status of the answer."""
    if error_response is None or not exchanges:
        return failed(
            "no-client-error",
            "the exception is no ClientError",
            expected="a ClientError",
            received=exception or "no exception",
            exchanges=exchanges[-1:],
        )
    exchange = exchanges[-1]
    # A service that once spoke another protocol names its errors of then in x-amzn-query-error: boto3 gives both.
    code = "QueryErrorCode" if "QueryErrorCode" in (error_response.get("Error") or {}) else "Code"
    wanted = {
        f"Error.{code}": exchange.error_code,
        "Error.Message": exchange.error_message,
        "ResponseMetadata.HTTPStatusCode": exchange.status,
    }
    tally = Tally("members")
    for path, value in wanted.items():
        outer, _, name = path.partition(".")
        given = (error_response.get(outer) or {}).get(name)
        tally.hold(given == value, f"{path} is {given!r}, and {value!r} on the wire", exchange)
    return tally.verdict("error-differs", "the error as the service sent it", lacking="nothing was sent")


def same_items(wanted: Sequence[str], got: Sequence[str], what: str, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Check that a client hands out just these items in this order."""
    rests_on = {"items": len(wanted)}
    if tuple(wanted) == tuple(got):
        return passed(rests_on)
    difference = Difference.between(wanted, got)
    return failed(
        "other-items",
        f"{what} are not the items of the listing",
        expected=f"{len(wanted)} items in the listing's order",
        received=str(difference) or "the same items in another order",
        rests_on=rests_on,
        exchanges=exchanges[:2],
    )


Same = Callable[[str, Any, Any], bool]
"""Whether a client's value of a type is the value on the wire: type, wire, client."""
