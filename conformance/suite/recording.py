"""Keeps the record while pytest runs, and writes the reports when it ends."""

from __future__ import annotations

import json
import platform
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import pytest

import conformance
from conformance import report
from conformance.report.writing import write_reports
from conformance.session.exchanges import Crash
from conformance.suite.rows import crashed
from conformance.suite.stage import Plan
from conformance.targets.opening import OpenTarget
from conformance.targets.spec import Kind
from conformance.targets.versions import version_said
from conformance.visible import clip
from conformance.wire.exchange import Fault
from conformance.wire.redaction import Redactor

RECORD = "run.jsonl"
_USER_INFO = re.compile(r"//[^/@\s]+@")
TOOL = "sagemaker-tuning-conformance"


_MOST_KEPT = 24 * 1024 * 1024
"""Characters of text and exchanges that the rows of a run keep together; the reports are a few times as large."""
_LITTLE = 300
_CUT = "cut short, with its exchanges left out: the record had become too large"
_MOST_MEMBERS = 500
"""Unknown members that are listed; their names are the target's, and there may be any number of them."""


class Recording:
    """The record of one run, from its header to its footer, and the reports made from it."""

    def __init__(self, plan: Plan, target: OpenTarget) -> None:
        """Write the header. Raises RecordError where the folder can't be written to."""
        self.path = plan.directory / RECORD
        self._plan = plan
        # A recording is masked already, and a stand-in must not get another one.
        self._mask = plan.mask if plan.spec.kind is Kind.AWS and plan.replayed is None else None
        self._started = time.perf_counter()
        self._results: dict[str, report.Result] = {}
        self._state_problem = self._mask(target.state.problem) if self._mask else target.state.problem
        self.stopped = ""
        self._kept = 0
        self._writer = report.RecordWriter(self.path)
        documents = [source.id for source in plan.contract.sources.values() if source.is_document]
        self._header = report.Header(
            tool=report.Tool(TOOL, conformance.__version__),
            contract=report.Contract(plan.contract.digest, tuple(documents), len(plan.contract.facts), plan.catalogued),
            target=report.Target(
                plan.spec.name,
                str(plan.spec.kind),
                target.endpoint_url,
                str(target.state.origin) if plan.replayed is None else plan.replayed.told(target.state),
            ),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            planned=len(plan.own),
            shard=plan.part.shard([check.id for check in plan.checks]) if plan.part else None,
            thresholds=plan.settings.thresholds,
            versions=_versions(plan, target),
        )
        self._writer.header(self._header)

    def take(self, result: report.Result) -> report.Result:
        """Append the result of one check; give it as it was written, account ids masked where they are somebody's."""
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
        if self._mask is not None:
            result = report.Result.from_json(json.loads(self._mask(json.dumps(result.to_json()))))
        self._results[result.id] = result
        self._writer.result(result)
        return result

    def take_crash(self, check_id: str, reason: str) -> report.Result | None:
        """Append a check that the suite could not carry out; None where it has a result already."""
        levels = {check.id: check.level for check in self._plan.own}
        if check_id in self._results or check_id not in levels:
            return None
        return self.take(crashed(check_id, levels[check_id], reason))

    def finish(
        self,
        *,
        stopped: str = "",
        unknown_members: Iterable[str] = (),
        notes: Iterable[str] = (),
        crashes: Iterable[Crash] = (),
        answered: Iterable[str] = (),
    ) -> tuple[report.Record, Mapping[str, Path]]:
        """Write the footer and the reports; give both. A run that was stopped is not complete."""
        if self._plan.replayed is not None:
            stopped = stopped or self._plan.replayed.cut_short
        if self._plan.recorded is not None:
            self._plan.recorded.finish(stopped=stopped)
        judged = {report.Outcome.PASSED, report.Outcome.FAILED}
        exercised = {
            fact
            for check in self._plan.checks
            if (result := self._results.get(check.id)) is not None and result.outcome in judged
            for fact in check.facts
        }
        traffic = self._plan.transport_options.traffic
        facts = [fact.id for fact in self._plan.contract.facts]
        missing = tuple(item for item in facts if item not in exercised)
        footer = report.Footer(
            duration_s=round(time.perf_counter() - self._started, 3),
            complete=not stopped and len(self._results) == len(self._plan.own),
            facts=report.Facts(len(facts), len(facts) - len(missing), missing),
            unknown_members=tuple(_few(sorted(unknown_members))),
            notes=tuple(self._mask(note) if self._mask else note for note in notes),
            stopped=stopped,
            gate=self._gate(),
            throttled=traffic.throttled,
            reconnected=traffic.reconnected,
            recovered=traffic.recovered,
            crashes=tuple(report.Crash(crash.request, crash.check, crash.restarted) for crash in crashes),
            answered=tuple(answered),
            state_problem=self._state_problem,
        )
        self._writer.footer(footer)
        self._writer.close()
        record = report.Record(self._header, report.sort_results(self._results.values()), footer)
        strict, contract = self._plan.settings.strict, self._plan.contract
        return record, write_reports(record, self.path.parent, strict=strict, contract=contract)

    def _gate(self) -> report.Gate | None:
        keeper = self._plan.gatekeeper
        return keeper.ruling(self._results, {check.id for check in self._plan.own}) if keeper else None

    @property
    def is_empty(self) -> bool:
        """Whether no check has a result yet."""
        return not self._results

    def close(self) -> None:
        """Let go of the record without a footer: it then counts as cut short."""
        self._writer.close()


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
        from conformance.suite.stage import check as aws_cli_check  # noqa: PLC0415 - plain runs do without it

        software |= {"AWS CLI": found} if (found := aws_cli_check(settings.aws_cli)) else {}
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


RECORDING: pytest.StashKey[Recording] = pytest.StashKey()


def _size(result: report.Result) -> int:
    """Return how many characters of foreign text a row has."""
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
