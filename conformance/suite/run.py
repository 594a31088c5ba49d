"""One run: its target opened, checks evaluated one by one, the record kept, the reports written.

`run_here` is a plain loop over the checks of a plan. Under pytest, and where pytest-xdist spreads a run, pytest's items
take its place; what is done with each check is the same.
"""

from __future__ import annotations

import json
import platform
import re
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib import metadata
from pathlib import Path

import conformance
from conformance import forms, report
from conformance.checks.check import Check
from conformance.checks.response.checks import observed_values
from conformance.checks.runner import Runner
from conformance.contract.model import Operation
from conformance.errors import UserError
from conformance.output import alone_in
from conformance.session.session import TargetSession
from conformance.suite.plan import Plan, aws_cli_version
from conformance.suite.results import crashed, result_of
from conformance.suite.timings import CheckTimes, Timings
from conformance.targets.opening import OpenTarget, version_said
from conformance.targets.spec import Kind, UnreachableError
from conformance.visible import clip
from conformance.wire.exchange import Exchange, Fault
from conformance.wire.redaction import Redactor
from conformance.wire.request import UnansweredError

RECORD = "run.jsonl"
_USER_INFO = re.compile(r"//[^/@\s]+@")
_TRACEBACK = 500
"""Characters of a traceback that a result keeps, from its end."""
_MOST_KEPT = 24 * 1024 * 1024
"""Characters of text and exchanges that the results of a run keep together; the reports are a few times as large."""
_LITTLE = 300
_CUT = "cut short, with its exchanges left out: the record had become too large"
_JUDGED = frozenset({report.Outcome.PASSED, report.Outcome.FAILED})
_MOST_MEMBERS = 500
"""Unknown members that are listed; their names are the target's, and there may be any number of them."""


@dataclass(frozen=True)
class Seen:
    """What the answers of a run have shown, next to the results."""

    unknown_members: Sequence[str]
    """The members that answers carried and the contract does not know."""
    answered: tuple[str, ...]
    """The operations that were answered with content: a resource, or a listing that has an item."""
    why_gone: str
    """Why the target was given up; empty where it was not."""


class Evaluator:
    """Evaluates the checks of a plan at an open target, in one process."""

    def __init__(self, plan: Plan, target: OpenTarget, restore: Callable[[TargetSession], None] | None = None) -> None:
        """Ask nothing yet. `restore` brings in what workers saw, where they have run all other checks."""
        self.times = CheckTimes()
        self.session = plan.session(target, on_exchange=self.times.exchanges_s.append)
        if restore is not None:
            restore(self.session)
        self._newer = [check for check in plan.checks if check.newer]
        counted = [check for check in plan.checks if not check.newer]
        self._runner = Runner(self.session, counted, run_elsewhere=restore is not None)
        self._shell = plan.shell(target)
        self._known_failures = plan.known_failures
        self._target, self._is_live = target, plan.replayed is None
        self._seen: Seen | None = None

    def evaluate(self, check: Check) -> report.Result:
        """Run a check; return the result as the record has it."""
        if check.newer and self._seen is None:
            self._seen = self.seen
            self._runner.add(self._newer)
        started = time.perf_counter()
        verdict = self._runner.verdict(check)
        duration_s = time.perf_counter() - started
        self.times.checks_s += duration_s
        result = result_of(check, verdict, self._shell, duration_s)
        return result if self._known_failures is None or check.newer else self._known_failures.mark(result)

    @property
    def seen(self) -> Seen:
        """What has been seen until now, or until the first check that is newer than the release."""
        if self._seen is not None:
            return self._seen
        operations = self.session.contract.operations.values()
        unknown = (
            f"{operation.name}.{path}"
            for operation in operations
            for path in observed_values(self.session, operation).unknown
        )
        answered = (
            operation.name
            for operation in operations
            if any(_has_content(operation, exchange) for exchange in self.session.answers(operation.name))
        )
        return Seen(sorted(unknown), tuple(answered), self._why_gone())

    def _why_gone(self) -> str:
        """Say why the target was given up; a launched server that died, or one of TLS, explains it better."""
        detail = self.session.gone.detail if self.session.gone is not None else ""
        if self._is_live and (self.session.gone is not None or self.session.is_silent):
            try:
                self._target.check_alive()
            except UnreachableError as error:
                return f"{error.problem}: {error.hint}"
            except UserError as error:
                return f"{error.problem}: {detail or 'it has answered no request'}"
        return detail


def _has_content(operation: Operation, exchange: Exchange) -> bool:
    answer = exchange.answer or {}
    if operation.pagination:
        return bool(answer.get(operation.pagination.result))
    return bool(answer) or not operation.output.members


@dataclass
class RunObserver:
    """What the caller of a run is called with, and what it finds when the run has ended."""

    on_open: Callable[[OpenTarget], None] = lambda _: None
    """Called when the target is open."""
    on_result: Callable[[report.Result], None] = lambda _: None
    """Called with each result as it comes."""
    before_close: Callable[[str], None] | None = None
    """Called with the endpoint when all is recorded and the target still up with all that this run made in it."""
    timings: Timings = field(default_factory=Timings)
    record: report.Record | None = None
    """The whole record, once the run has come to its end."""
    reports: Mapping[str, Path] = field(default_factory=dict)
    """The reports written, by kind."""


class Run:
    """A run whose target is open: its checks are evaluated here, and recorded from the header to the footer."""

    def __init__(self, plan: Plan, target: OpenTarget, observer: RunObserver) -> None:
        """Write the header. Raises RecordError where the folder can't be written to."""
        self.plan = plan
        self.target = target
        self.observer = observer
        self.path = plan.directory / RECORD
        self.restore: Callable[[TargetSession], None] | None = None
        """Brings in what workers saw, where they run the other checks."""
        self.stopped = ""
        """Why the run ends early; empty where it does not."""
        # A recording is masked already, and a stand-in for a number must not get another one.
        self._mask = plan.mask if plan.spec.kind is Kind.AWS and plan.replayed is None else str
        self._checks = {check.id: check for check in plan.own}
        self._counted = {check.id for check in plan.own if not check.newer}
        all_of_them = sum(1 for check_id in plan.ids if plan.release is None or plan.release.counts(check_id))
        self._started = time.perf_counter()
        self._results: dict[str, report.Result] = {}
        self._kept = 0
        self._writer = report.RecordWriter(self.path)
        documents = [source.id for source in plan.contract.sources.values() if source.is_document]
        self._header = report.Header(
            tool=report.Tool(conformance.TOOL, conformance.__version__),
            contract=report.Contract(plan.contract.digest, tuple(documents), len(plan.facts), all_of_them),
            target=report.Target(
                plan.spec.name,
                str(plan.spec.kind),
                target.endpoint_url,
                str(target.state.origin) if plan.replayed is None else plan.replayed.state_text(target.state),
            ),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            planned=len(self._counted),
            shard=plan.part.shard([check.id for check in plan.checks if not check.newer]) if plan.part else None,
            thresholds=plan.settings.thresholds,
            versions=_versions(plan, target),
            release=_release(plan),
        )
        self._writer.header(self._header)

    @cached_property
    def evaluator(self) -> Evaluator:
        """Evaluates what is evaluated in this process: everything, or what is left when the workers are done."""
        return Evaluator(self.plan, self.target, self.restore)

    @property
    def is_empty(self) -> bool:
        """Whether no check has a result yet."""
        return not self._results

    def evaluate(self, check: Check) -> None:
        """Run a check and append its result; where the suite itself breaks, that is an error of the check."""
        try:
            self.take(self.evaluator.evaluate(check))
        except (Exception, UnansweredError):  # noqa: BLE001 - one broken check must not end the run
            self.take_crash(check.id, traceback.format_exc())

    def take(self, result: report.Result) -> None:
        """Append the result of one check, account ids masked where they are somebody's."""
        self._kept += _size(result)
        if self._kept > _MOST_KEPT:
            result = replace(
                result,
                exchanges=(),
                reason=clip(result.reason, _LITTLE),
                expected=clip(result.expected, _LITTLE),
                received=clip(result.received, _LITTLE),
                notes=(*(clip(note, _LITTLE) for note in result.notes[:1]), _CUT),
            )
        if self._mask is not str:
            result = forms.read(report.Result, json.loads(self._mask(json.dumps(forms.plain(result)))))
        self._results[result.id] = result
        self._writer.result(result)
        self.observer.on_result(result)

    def take_crash(self, check_id: str, trace: str) -> None:
        """Append a check that the suite could not carry out, unless it has a result already."""
        if check_id in self._checks and check_id not in self._results:
            check = self._checks[check_id]
            result = crashed(check_id, check.level, f"the suite itself broke: {trace[-_TRACEBACK:]}")
            self.take(replace(result, newer=check.newer))

    def finish(self, *, interrupted: bool = False) -> report.Record:
        """Put the target back as it was, end the record and write the reports."""
        plan, observer, notes = self.plan, self.observer, self.target.state.notes
        if self.evaluator.times.checks_s:
            observer.timings.processes.append(self.evaluator.times)
        if observer.before_close is None:
            with observer.timings.phase("closing the target"):
                plan.transport_options.traffic.began = None  # what is put back has the time of a run of its own
                notes += self.target.clean_up()
        with observer.timings.phase("reports"):
            from conformance.report.writing import write_reports  # noqa: PLC0415 - templates: no request waits for them

            footer = self._footer(notes, "interrupted" if interrupted else self.stopped or self.evaluator.seen.why_gone)
            self._writer.footer(footer)
            self._writer.close()
            record = report.Record.of(self._header, self._results.values(), footer)
            strict, contract = plan.settings.strict, plan.contract
            observer.reports = write_reports(record, self.path.parent, strict=strict, contract=contract)
            observer.record = record
        if observer.before_close is not None:
            observer.before_close(self.target.endpoint_url)
        return record

    def _footer(self, notes: Sequence[str], stopped: str) -> report.Footer:
        """Return the footer, and end the evidence where there is some. A run that was stopped is not complete."""
        plan, evaluator = self.plan, self.evaluator
        if plan.replayed is not None:
            stopped = stopped or plan.replayed.cut_short
        if plan.recorded is not None:
            plan.recorded.finish(stopped=stopped)
        results = {id_: result for id_, result in self._results.items() if not result.newer}
        judged = {id_ for id_, result in results.items() if result.outcome in _JUDGED}
        exercised = {fact for check in plan.checks if check.id in judged for fact in check.facts}
        missing = tuple(item for item in plan.facts if item not in exercised)
        traffic, matcher = plan.transport_options.traffic, plan.known_failures
        return report.Footer(
            duration_s=round(time.perf_counter() - self._started, 3),
            complete=not stopped and len(self._results) == len(plan.own),
            facts=report.Facts(len(plan.facts), len(plan.facts) - len(missing), missing),
            unknown_members=tuple(_few(evaluator.seen.unknown_members)),
            notes=tuple(map(self._mask, notes)),
            stopped=stopped,
            gate=matcher.evaluate(results, self._counted) if matcher else None,
            throttled=traffic.throttled,
            reconnected=traffic.reconnected,
            recovered=traffic.recovered,
            crashes=tuple(
                report.Crash(crash.request, crash.check, crash.restarted) for crash in evaluator.session.crashes
            ),
            answered=evaluator.seen.answered,
            state_problem=self._mask(self.target.state.problem),
        )

    def close(self) -> None:
        """Let go of the record, which without a footer counts as cut short; and of the AWS CLI where there is one."""
        self._writer.close()
        commands = self.evaluator.session.commands if "evaluator" in vars(self) else None
        if commands is not None:
            commands.close()


def _release(plan: Plan) -> report.Release | None:
    """Return what the record says of the release that counts."""
    if (release := plan.release) is None:
        return None
    return report.Release(release.date, release.digest, release.contract, len(release.levels), release.gone(plan.ids))


def _versions(plan: Plan, target: OpenTarget) -> report.Versions:
    """Return what a run depends on next to its contract."""
    settings, version = plan.settings, target.version
    said = version.version, version.source
    if settings.label:
        said = settings.label, "--label"
    elif not version.version and plan.spec.kind is not Kind.AWS:
        traffic = plan.transport_options.traffic
        said = version_said(target.endpoint_url, traffic.first_headers, plan.transport_options.ca_bundle)
    software = {
        **{name: metadata.version(name) for name in ("botocore", "boto3")},
        "Python": platform.python_version(),
    }
    if settings.aws_cli is not None:
        software |= {"AWS CLI": found} if (found := aws_cli_version(settings.aws_cli)) else {}
    return report.Versions(
        target=_without_secrets(said[0], plan, target),
        source=said[1],
        program=version.program,
        software=software,
        # platform.platform() starts a program, which a replay must not do.
        platform=f"{platform.system()}-{platform.release()}-{platform.machine()}",
        command=_without_secrets(settings.command, plan, target),
    )


def _without_secrets(text: str, plan: Plan, target: OpenTarget) -> str:
    """Return a text without the user names and passwords of URLs, keys of the target and account ids."""
    text = _USER_INFO.sub("//***@", text)
    redactor = Redactor.of(target.credentials)
    if redactor is not None:
        text = redactor.fault(Fault("", text), "").detail
    return plan.mask(text) if plan.spec.kind is Kind.AWS else text


def _size(result: report.Result) -> int:
    """Return how many characters of foreign text a result has."""
    texts = [result.reason, result.expected, result.received, result.reproduce, *result.notes]
    for exchange in result.exchanges:
        answer = exchange.response
        texts += [exchange.request.body, *exchange.request.headers.values()]
        texts += [answer.body, *answer.headers, *answer.headers.values()] if answer else []
    return sum(map(len, texts))


def _few(members: Sequence[str]) -> Iterator[str]:
    """Yield the first of the members, each of bounded length, and how many more there are."""
    yield from (clip(member, _LITTLE) for member in members[:_MOST_MEMBERS])
    if len(members) > _MOST_MEMBERS:
        yield f"… and {len(members) - _MOST_MEMBERS:,} more"


@contextmanager
def open_run(plan: Plan, observer: RunObserver) -> Iterator[Run]:
    """Open the target of a plan and begin the record, for as long as the context lasts. Raises UserError."""
    with ExitStack() as stack:
        stack.enter_context(alone_in(plan.directory))
        with observer.timings.phase("opening the target"):
            target = stack.enter_context(plan.opened())
        run = Run(plan, target, observer)
        stack.callback(run.close)
        observer.on_open(target)
        yield run


def run_here(plan: Plan, observer: RunObserver) -> None:
    """Evaluate the checks of a plan one after the other, in this process; an interruption ends the record early."""
    with open_run(plan, observer) as run:
        interrupted = False
        try:
            for check in plan.own:
                run.evaluate(check)
        except KeyboardInterrupt:
            interrupted = True
        run.finish(interrupted=interrupted)
