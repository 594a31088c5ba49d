"""What `conformance run` prints of its plan, its evidence and its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from conformance.errors import ExitCode
from conformance.report.layout import row
from conformance.report.summary import count
from conformance.visible import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from conformance.suite.dry_run import RequestEstimate
    from conformance.suite.evidence import Recorded
    from conformance.suite.plan import Plan
    from conformance.suite.timings import Timings


_Row = tuple[str, str]
"""A label, and the text next to it."""

_LABEL_WIDTH = 13
_MINUTE_S = 60
_HOUR_S = 3600
_NAMED = 6
"""Operations that a line of a run names one by one; at AWS it names all."""


def print_plan(console: Console, plan: Plan) -> ExitCode:
    """Print the whole plan of a run; nothing is sent."""
    from conformance.suite.dry_run import estimate  # noqa: PLC0415 - only `--plan` needs it
    from conformance.targets.credentials import credentials_source  # noqa: PLC0415 - as above

    # Looked up first: whoever has no region or no such profile need not wait for the rest.
    reach = (("endpoint", _endpoint(plan)), ("credentials", credentials_source(plan.spec)))
    for line in _plan_lines(plan, reach, estimate(plan)):
        parts: Iterable[str] = [line] if isinstance(line, str) else row(*line, console.width, column=_LABEL_WIDTH)
        for part in parts:
            console.print(one_line(part), soft_wrap=True)
    return ExitCode.CONFORMS


def print_before(console: Console, plan: Plan) -> None:
    """Print in short what a read-only run is about to send, or which evidence it evaluates."""
    for line in _replay_lines(plan) if plan.replayed else _short_lines(plan):
        console.print(one_line(line), soft_wrap=True)


def print_evidence(console: Console, recorded: Recorded) -> None:
    """Print where the evidence is, and its digest: whoever publishes that can show that it was not changed since.

    Raises the EvidenceError that ended the writing, if one did.
    """
    if recorded.error is not None:
        raise recorded.error
    console.print(
        f"evidence: {recorded.path}, {count(recorded.exchanges, 'exchange')}, sha256 {recorded.digest}", soft_wrap=True
    )


def duration(seconds: float) -> str:
    """Write a time span in the words of somebody who waits."""
    if round(seconds) < 1:
        return "less than 1 s"
    if round(seconds) < _MINUTE_S:
        return f"{seconds:.0f} s"
    if round(seconds / _MINUTE_S) < _HOUR_S / _MINUTE_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    return f"{seconds / _HOUR_S:.1f} h"


def _span(least: int, most: int | None, pace: float) -> str:
    """Write how long requests take at a pace: from `least` to `most` of them, which may be fewer, or unknown."""
    ends = (least,) if most is None else (min(least, most), most)
    return " to ".join(dict.fromkeys(duration(number / pace) for number in ends))


def _plan_lines(plan: Plan, reach: Iterable[_Row], estimate: RequestEstimate) -> Iterator[str | _Row]:
    spec = plan.spec
    yield f"plan for {spec.name}: nothing has been sent"
    yield ""
    yield from reach
    yield ("signs", f"{', '.join(_signed(plan)) or 'no operation'}; nothing else")
    if unsent := _unsent(plan):
        yield ("not sent", f"{unsent}: here only operations that read are sent")
    yield ("state", _state(plan, estimate))
    yield ("checks", f"{len(plan.own):,}")
    yield ""
    yield from _table(plan, estimate)
    yield ""
    yield from _bounds(plan, estimate)


def _endpoint(plan: Plan) -> str:
    from conformance.targets.credentials import aws_endpoint, region_of  # noqa: PLC0415 - as above
    from conformance.targets.spec import Kind  # noqa: PLC0415 - as above

    spec = plan.spec
    region = region_of(spec)
    if spec.kind is Kind.REFERENCE:
        return "the reference server, started in this process"
    url = spec.endpoint_url or (aws_endpoint(spec, region) if spec.kind is Kind.AWS else "")
    return f"{url}, region {region}" + (", launched by the run" if spec.launch else "")


def _signed(plan: Plan) -> list[str]:
    from conformance.targets.state import allowed_operations  # noqa: PLC0415 - as above

    return sorted(allowed_operations(plan.spec, tuple(plan.contract.operations)))


def _unsent(plan: Plan) -> str:
    """Return the operations under test that are not sent to this target, since they do not only read."""
    return ", ".join(sorted(set(plan.contract.operations) - set(_signed(plan))))


def _state(plan: Plan, estimate: RequestEstimate) -> str:
    from conformance.contract.names import CREATING, verb_of  # noqa: PLC0415 - as above
    from conformance.targets.state import about_tuning_jobs  # noqa: PLC0415 - as above

    source = plan.spec.state
    if not about_tuning_jobs(plan.contract.operations):
        made = [f"{number} by {name}" for name, number in estimate.opening.items() if verb_of(name) in CREATING]
        return f"made for this run: {', '.join(made)}" if made else "what is there is found by its listings"
    if estimate.size is None:
        return f"{source.origin}: {count(estimate.resources, 'tuning job')} of a known world"
    if source.names:
        return f"{source.origin}: {count(len(source.names), 'tuning job')}, by name"
    return f"{source.origin}: the first {count(source.bound, 'tuning job')} that a listing gives, at most"


def _table(plan: Plan, estimate: RequestEstimate) -> Iterator[str]:
    names = dict.fromkeys([*estimate.opening, *plan.contract.operations])
    width = max(len(name) for name in names) + 2
    if estimate.size is None:
        yield f"  {'requests':<{width}}{'exactly' if estimate.exact else 'about':>10}"
    else:
        yield f"  {'requests':<{width}}{'at least':>10}{'at most':>10}"
    for name in names:
        yield _counts(
            width,
            name,
            estimate,
            _of(estimate.opening, estimate.least, name),
            _of(estimate.opening, estimate.most, name),
        )
    yield _counts(width, "in all", estimate, estimate.at_least, estimate.at_most)


def _of(opening: Mapping[str, int], checks: Mapping[str, int], name: str) -> int:
    return opening.get(name, 0) + checks.get(name, 0)


def _counts(width: int, name: str, estimate: RequestEstimate, least: int, most: int) -> str:
    return f"  {name:<{width}}{least:>10,}" + ("" if estimate.size is None else f"{most:>10,}")


def _bounds(plan: Plan, estimate: RequestEstimate) -> Iterator[_Row]:
    spec = plan.spec
    if estimate.size is not None:
        yield ("at least", "what is sent whatever is there: exact for a target without any tuning job")
        jobs = f"{count(estimate.resources, 'tuning job')} of {estimate.size} training jobs each"
        more = "so do parents of warm starts beyond them, and requests that are throttled and sent again"
        yield ("at most", f"with {jobs}. Larger ones take more, and {more}")
    yield ("budget", "none: the run sends what it needs" if spec.budget is None else count(spec.budget, "request"))
    yield ("pace", "none: one request after the other" if spec.pace is None else f"{spec.pace:g} requests a second")
    if spec.pace is not None:
        most = min(estimate.at_most, spec.budget or estimate.at_most)
        took = _span(estimate.at_least, most, spec.pace)
        yield ("time", f"{took}, if the target answers within {1 / spec.pace:g} s")
    if estimate.cut:
        areas = ", ".join(f"{area} {number:,}" for area, number in estimate.cut.items())
        checks = count(sum(estimate.cut.values()), "check")
        hint = "Raise `budget`, lower `state: {existing: {bound: ...}}`, or choose checks by --select and --area"
        yield ("cut", f"the plan goes beyond the budget: {checks} would not be judged ({areas}). {hint}")


def _short_lines(plan: Plan) -> Iterator[str]:
    spec = plan.spec
    if not spec.read_only:
        return
    signed = _signed(plan)
    if len(signed) > _NAMED and not spec.is_aws:
        several = f"{len(signed)} operations that read, such as {', '.join(signed[:2])}"
        yield f"read-only: signs {several}; nothing else (--plan names them)"
    else:
        yield f"read-only: signs {', '.join(signed) or 'no operation'}, nothing else"
    if unsent := _unsent(plan):
        hint = "" if spec.is_aws else " (--may-write sends these, too)"
        yield f"not sent: {unsent}: here only operations that read are sent{hint}"
    if spec.budget is None and spec.pace is None:
        return
    from conformance.suite.dry_run import least_requests  # noqa: PLC0415 - half the runs do without it

    least = least_requests(plan)
    time = "" if spec.pace is None else f", {spec.pace:g} a second: {_span(least, spec.budget, spec.pace)}"
    if spec.budget is not None and least > spec.budget:
        most = count(spec.budget, "request")
        yield f"at most {most}{time}; the run needs at least {least:,}: --plan says what is cut"
        return
    most = "no budget" if spec.budget is None else f"at most {count(spec.budget, 'request')}"
    yield f"at least {least:,}, {most}{time} (--plan says more and sends nothing)"


def _replay_lines(plan: Plan) -> Iterator[str]:
    replayed = plan.replayed
    if replayed is None:
        return
    bundle, origin = replayed.bundle, replayed.bundle.origin
    recorded = origin.contract.digest
    same = (
        "the contract of then" if recorded == plan.contract.digest else f"another contract than then ({recorded[:12]})"
    )
    yield f"replaying {bundle.path}: {count(len(bundle.entries), 'exchange')}, sha256 {bundle.digest}"
    yield f"recorded {origin.started} by version {origin.tool.version}; judged by {same}; nothing is sent"
    if replayed.cut_short:
        yield replayed.cut_short


_WIDTH = 35


def stall_line(delay_s: float) -> str:
    """Say that every answer is late, in one line."""
    return f"slow target: each answer takes {delay_s * 1000:.0f} ms, whatever is asked (Nagle? a sleep?)"


def timings_table(timings: Timings, total_s: float) -> Iterator[str]:
    """Yield the lines of the table: phases in their order, what is left, and the whole."""
    workers = len(timings.processes) > 1
    yield "where the time went"
    for name, seconds in timings.phases.items():
        yield _timings_row(name, seconds, total_s)
        if name == "opening the target":
            yield from _checks(timings, None if workers else total_s)
    known = sum(timings.phases.values()) + (0 if workers else timings.exchanges_s + timings.evaluation_s)
    yield _timings_row("waiting for the processes" if workers else "all else", total_s - known, total_s)
    yield _timings_row("in all", total_s, total_s)


def _checks(timings: Timings, total_s: float | None) -> Iterator[str]:
    count = timings.exchanges
    each = f"{count:,}, {timings.exchanges_s / count * 1000:.2f} ms each" if count else "none"
    where = "" if total_s else f", {len(timings.processes)} processes together"
    yield _timings_row(f"exchanges{where}", timings.exchanges_s, total_s, each)
    yield _timings_row(f"judging{where}", timings.evaluation_s, total_s)


def _timings_row(name: str, seconds: float, total_s: float | None, note: str = "") -> str:
    share = f"{seconds / total_s:4.0%}" if total_s else "    "
    return f"  {name:<{_WIDTH}}{seconds:7.2f} s  {share}  {note}".rstrip()
