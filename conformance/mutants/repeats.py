"""Mutants of what is told twice: otherwise when the same is asked again, or in a listing that is sorted or filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.answering import BEST, METRIC, SUMMARIES
from conformance.mutants.mutant import LIST, Group, Kind, Members, copied, named, on_output, replacing, told
from conformance.reference.inputs import DESCRIBE
from conformance.reference.listing import TRAINING_JOB_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference import Service

repeats = Group("repeats", DESCRIBE, Kind.WIRE)

_ANSWER = "protocol/answer"


def _again(operation: str) -> Callable[[Callable[[Members, int], Any]], Callable[[Members, int], Any]]:
    """Take up an edit of each answer but the first to a request; it is given how many came before."""

    def keep(edit: Callable[[Members, int], Any]) -> Callable[[Members, int], Any]:
        def perform(service: Service, faithful: Any, name: str, members: Members) -> Members:
            output: Members = faithful(name, members)
            asked: dict[str, int] = service.__dict__.setdefault("asked", {})
            key = repr((name, sorted(members.items())))
            before = asked.get(key, 0)
            asked[key] = before + 1
            if name != operation or not before:
                return output
            own: Members = copied(output)
            edit(own, before)
            return own

        repeats.add(named(edit), told(edit), (_ANSWER,), replacing(perform=perform), sees=(operation,))
        return edit

    return keep


@_again(DESCRIBE)
def best_forgotten(answer: Members, _: int) -> None:
    """Described a second time, a tuning job has no best training job."""
    answer.pop(BEST, None)


@_again(DESCRIBE)
def modified_by_asking(answer: Members, before: int) -> None:
    """A tuning job was last modified a second later each time that it is described."""
    answer["LastModifiedTime"] += before


@_again(DESCRIBE)
def every_second_without_counters(answer: Members, before: int) -> None:
    """Every second description lacks a counter."""
    if before % 2:
        answer["TrainingJobStatusCounters"].popitem()


@_again(LIST)
def last_item_forgotten(answer: Members, _: int) -> None:
    """Asked for a second time, a page lacks its last item."""
    answer[SUMMARIES] = answer[SUMMARIES][:-1]


@_again(LIST)
def page_backwards(answer: Members, _: int) -> None:
    """Asked for a second time, a page runs backwards."""
    answer[SUMMARIES].reverse()


@_again(LIST)
def metric_drifts(answer: Members, before: int) -> None:
    """Asked for a second time, a page has other metrics."""
    for item in answer[SUMMARIES]:
        if METRIC in item:
            item[METRIC]["Value"] += before / 1024


@_again(LIST)
def token_forgotten(answer: Members, _: int) -> None:
    """Asked for a second time, a page is the last one."""
    answer.pop("NextToken", None)


# -- the same training job in another listing

retold = Group("retold", LIST, Kind.LISTING)


def _under(member: str, word: str, name: str, words: str, edit: Callable[[Members], Any]) -> None:
    """Take up an edit of the items of listings that are asked for with this word."""

    def bend(asked: Members, answer: Members) -> None:
        for item in answer[SUMMARIES] if asked.get(member) == word else ():
            edit(item)

    retold.add(
        f"{word}-{name}", f"with {member} {word} {words}", (f"{LIST}/input/{member}/enum",), on_output(LIST, bend)
    )


for _key in TRAINING_JOB_KEYS:
    _under("SortBy", _key, "without-end", "items have no end", lambda item: item.pop("TrainingEndTime", None))
_under("SortBy", "FinalObjectiveMetricValue", "name-alone", "items lack the values that were tuned",
       lambda item: item["TunedHyperParameters"].clear())  # fmt: skip
_under("SortBy", "CreationTime", "whole-hours", "times are told in whole hours",
       lambda item: item.update(CreationTime=item["CreationTime"] // 3600 * 3600))  # fmt: skip
for _status in ("Completed", "Stopped"):
    _under("StatusEquals", _status, "without-metric", "items have no metric", lambda item: item.pop(METRIC, None))
    _under("StatusEquals", _status, "without-start", "items have no start",
           lambda item: item.pop("TrainingStartTime", None))  # fmt: skip


GROUPS = (repeats, retold)
