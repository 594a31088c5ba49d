"""Checks of how the AWS CLI goes over pages: by hand with a token, and by itself with totals, sizes and resuming."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from conformance.catalogue.cli_calls import Row, Scene
from conformance.catalogue.cli_steps import PAGE, SIZE, TOTAL, Steps
from conformance.laws import command_line as laws
from conformance.laws.commands import CommandRun
from conformance.laws.listing import Reader
from conformance.laws.verdict import Outcome, Verdict, skipped

_CONFIG = "paginator/PaginationConfig"


def paging_rows(steps: Steps) -> Iterator[Row]:
    """Give the checks of a listing operation."""
    limit, token = steps.pagination.limit, steps.pagination.input_token
    told = steps.pagination.output_token
    yield Row(
        "max-results-caps",
        f"with {steps.option(limit)} no more items are printed",
        ("first-page",),
        partial(_page, steps, "first-page", 0),
        (f"input/{limit}/present",),
    )
    yield Row(
        f"prints-{told}",
        f"{told} is printed where the list goes on",
        ("first-page",),
        partial(_token, steps),
        (f"output/{told}/present", f"output/{told}/type"),
    )
    yield Row(
        "next-token-goes-on",
        f"{steps.option(token)} with the printed {told} prints the next items",
        ("first-page", "second-page"),
        partial(_page, steps, "second-page", 1),
        (f"input/{token}/present",),
    )
    yield Row(
        "gathers-all-pages",
        "asked for nothing in particular, all pages are gone over and printed as one",
        ("plain",),
        partial(_all, steps),
        cites=(f"output/{steps.pagination.result}/present",),
        should=True,
    )
    yield Row(
        "max-items",
        f"--max-items is the total of items printed, with a {told} to go on where some are left",
        ("max-items",),
        partial(_total, steps),
        cites=(f"{_CONFIG}.MaxItems/present",),
        should=True,
    )
    yield Row(
        "page-size",
        f"--page-size is the {limit} of every request",
        ("max-items",),
        lambda scene: laws.page_sizes(scene.ran("max-items"), limit, SIZE),
        cites=(f"{_CONFIG}.PageSize/present",),
        should=True,
    )
    yield Row(
        "starting-token",
        "--starting-token goes on where --max-items left off, without gap or overlap",
        ("max-items", "resumed"),
        lambda scene: _printed(steps, scene, scene.ran("resumed"), TOTAL, 2 * TOTAL),
        cites=(f"{_CONFIG}.StartingToken/present",),
        should=True,
    )
    yield Row(
        "no-paginate",
        "--no-paginate sends one request, and prints what it brought",
        ("no-paginate",),
        partial(_one, steps),
        cites=(f"input/{limit}/default",),
        should=True,
    )


def _printed(steps: Steps, scene: Scene, run: CommandRun, start: int, end: int) -> Verdict:
    """Judge that a run printed these of the listing's items."""
    members: dict[str, Any] = steps.by_identity()
    walked = scene.lab.walk(steps.operation, {**steps.listed(scene).members, **members}).listing
    wanted = Reader.of(steps.operation).identities(walked.items)[start:end]
    return laws.prints_items(run, wanted, _identities(steps, run), "the printed items")


def _identities(steps: Steps, run: CommandRun) -> tuple[str, ...]:
    found = (run.printed or {}).get(steps.pagination.result)
    return Reader.of(steps.operation).identities(found if isinstance(found, list) else ())


def _page(steps: Steps, step: str, number: int, scene: Scene) -> Verdict:
    return _printed(steps, scene, scene.ran(step), number * PAGE, (number + 1) * PAGE)


def _token(steps: Steps, scene: Scene) -> Verdict:
    run = scene.ran("first-page")
    return _printed_whole(steps, run, laws.hands_out(run, steps.pagination.output_token))


def _printed_whole(steps: Steps, run: CommandRun, verdict: Verdict) -> Verdict:
    """Judge, where a verdict on a run is a pass, that it also printed the whole answer."""
    if verdict.outcome is not Outcome.PASSED:
        return verdict
    return laws.prints(run, steps.operation.output, steps.pagination.result)


def _all(steps: Steps, scene: Scene) -> Verdict:
    run = scene.ran("plain")
    if len(run.exchanges) == 1 and not Reader.of(steps.operation).token(run.exchanges[0]):
        return skipped("the whole list fits on one page")
    wanted = Reader.of(steps.operation).identities(steps.listed(scene).items)
    return laws.prints_items(run, sorted(wanted), sorted(_identities(steps, run)), "the printed items")


def _total(steps: Steps, scene: Scene) -> Verdict:
    run = scene.ran("max-items")
    verdict = laws.hands_out(run, steps.pagination.output_token)
    return _printed(steps, scene, run, 0, TOTAL) if verdict.outcome is Outcome.PASSED else verdict


def _one(steps: Steps, scene: Scene) -> Verdict:
    run = scene.ran("no-paginate")
    return _printed_whole(steps, run, laws.one_request(run, steps.pagination.output_token))
