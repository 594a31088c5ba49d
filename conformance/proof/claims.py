"""What each check is about: its facts, its behaviours, and for a whole area's checks the behaviours that they share."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from conformance.catalogue.catalogue import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.catalogue.check import Check
    from conformance.contract import Contract

AREAS: dict[str, tuple[str, ...]] = {
    "parameters-in-a-json-body": ("protocol/body",),
    "answer-is-json": ("protocol/answer/json-object", "protocol/error-body/json-object"),
    "unknown-name-is-resource-not-found": ("error",),
    "one-error-of-its-own": ("error",),
}
"""Behaviours that a whole area of checks judges, and the checks among them, without the operation."""

_SHOWN: dict[str, tuple[str, ...]] = {
    "best-training-job-has-won": ("BestTrainingJob",),
    "overall-best-spans-the-parents": ("OverallBestTrainingJob",),
    "warm-start-comes-back": ("WarmStartConfig",),
    "definitions": ("TrainingJobDefinition", "TrainingJobDefinitions"),
    "no-warm-start": ("WarmStartConfig",),
    "compression-default": (
        "TrainingJobDefinition.InputDataConfig[].CompressionType",
        "TrainingJobDefinitions[].InputDataConfig[].CompressionType",
    ),
    "arn-of-the-tuning-job": ("HyperParameterTuningJobArn",),
    "tuning-job-arn-ends-with-its-name": ("HyperParameterTuningJobArn",),
    "consumed-runtime-within-the-limit": ("ConsumedResources.RuntimeInSeconds",),
    "counters": ("TrainingJobStatusCounters", "ObjectiveStatusCounters"),
    "status-counters-all-sent": ("TrainingJobStatusCounters",),
    "objective-counters-all-sent": ("ObjectiveStatusCounters",),
    "BestTrainingJob-members": ("BestTrainingJob", "OverallBestTrainingJob"),
    "training-jobs": ("TrainingJobSummaries", "TrainingJobSummaries[]", "TrainingJobSummaries[].TrainingJobName"),
}
"""Laws that are named after no path, and the paths that they are about."""

_WHOLE = frozenset({"training-jobs", "best-training-job-has-won", "overall-best-spans-the-parents"})
"""Those of them that are about these paths and nothing below."""


class Claims:
    """What the checks of a contract are about."""

    def __init__(self, contract: Contract) -> None:
        """Look up which behaviours each law judges."""
        self._contract = contract
        self.of = cache(self._of)

    def _of(self, check: Check) -> frozenset[str]:
        """Give the ids of facts and behaviours that a check is about; the protocol's as `protocol/<subject>`.

        What a client does is told as `client/<subject>/<case>` where it is no fact of the contract.
        """
        return frozenset(self.own(check)) | frozenset(self._wider(check))

    def own(self, check: Check) -> Iterator[str]:
        """Give what a check itself says that it is about: its facts and its behaviours."""
        yield from check.facts
        _, area, subject, case = check.id.split("/", 3)
        yield from check.behaviours
        for name, patterns in AREAS.items():
            if any(matches(f"{check.operation}/{pattern}", check.id) for pattern in patterns):
                yield name
        if area == "protocol":
            yield f"protocol/{subject}"
        if area == "client" and not check.facts and not check.behaviours:
            yield f"client/{subject}/{case}"

    def _wider(self, check: Check) -> Iterator[str]:
        """Give the behaviours that its facts stand for, and the facts of what an echo shows."""
        for behaviour in self._contract.behaviours:
            if any(fact.startswith(prefix) for fact in check.facts for prefix in behaviour.facts):
                yield behaviour.id
        _, area, subject, *rest = check.id.split("/", 3)
        if area != "consistency" or (subject != "echo" and rest[0] not in _SHOWN):
            return
        paths = _SHOWN.get(rest[0], (rest[0],))
        for fact in self._contract.facts_of(check.operation, "output"):
            # What shows a member shows what it stands in as well.
            around = fact.facet == "present" and any(_within(path, fact.path, whole=False) for path in paths)
            if around or any(_within(fact.path, path, whole=rest[0] in _WHOLE) for path in paths):
                yield fact.id


def _within(path: str, root: str, *, whole: bool) -> bool:
    return path == root or (not whole and path.startswith((f"{root}.", f"{root}[", f"{root}{{")))
