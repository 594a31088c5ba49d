"""Servers that keep the documents in ways of their own, as the real service does or may: no fault at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from faults import different_answers as of_answers
from faults import different_listings as of_listings
from faults.fault import DESCRIBE, EVERY, LIST, Apply, Forward, on_answer, on_error, on_request
from faults.listings import relisted

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call


@dataclass(frozen=True)
class Different:
    """A correct server that differs. `known`: it may be checked against the world as well."""

    name: str
    apply: Apply
    known: bool = True
    runs: tuple[str, ...] = ()
    """The checks that could take it for a fault."""

    def __str__(self) -> str:
        return self.name


def _then(*steps: Apply) -> Apply:
    """Lead a call through several changes, the first of them on the outside."""

    def apply(call: Call, forward: Forward) -> Answer:
        for step in reversed(steps):
            forward = _led(step, forward)
        return forward(call)

    return apply


def _led(step: Apply, forward: Forward) -> Forward:
    return lambda call: step(call, forward)


_LISTINGS = (
    *(f"{LIST}/{item}" for item in ("order", "filter", "client", "consistency")),
    *(f"{LIST}/pagination/{item}" for item in ("default", "token", "page-size", "Completed", "Name-Descending")),
    f"{DESCRIBE}/consistency",
)
ANSWERS = ("*/response", "*/consistency", "*/client/boto3", "*/protocol/answer")
_REFUSALS = ("*/request", "*/error", "*/protocol", "*/client/boto3")

DIFFERENT: tuple[Different, ...] = (
    Different("newest-first-by-default", on_request(LIST, of_listings.newest_first), runs=_LISTINGS),
    Different("ties-shuffled", relisted(of_listings.ties_shuffled), runs=_LISTINGS),
    Different(
        "newest-first-ties-shuffled",
        _then(on_request(LIST, of_listings.newest_first), relisted(of_listings.ties_shuffled)),
        runs=_LISTINGS,
    ),
    Different("names-in-any-case", relisted(of_listings.by_name_in_any_case), runs=_LISTINGS),
    Different("status-in-order-of-life", relisted(of_listings.status_in_order_of_life), runs=_LISTINGS),
    Different("short-pages", relisted(of_listings.same, of_listings.half), runs=_LISTINGS),
    Different("empty-pages-with-token", relisted(of_listings.same, of_listings.none_at_first), runs=_LISTINGS),
    Different("filter-after-paging", of_listings.filter_after_paging, runs=_LISTINGS),
    Different("one-more-page-when-just-full", of_listings.one_more_page_when_just_full, runs=_LISTINGS),
    Different("tokens-good-for-any-query", relisted(of_listings.same), runs=_LISTINGS),
    Different(
        "long-listing",
        _then(on_answer(DESCRIBE, of_listings.counted_at_length), relisted(of_listings.listed_at_length)),
        known=False,
        runs=_LISTINGS,
    ),
    Different("newer-members", on_answer(EVERY, of_answers.newer_members), runs=ANSWERS),
    Different("whole-seconds", on_answer(EVERY, of_answers.whole_seconds), runs=ANSWERS),
    Different(
        "best-as-observed",
        _then(on_answer(DESCRIBE, of_answers.as_the_service_shows_best), on_answer(LIST, of_answers.bare_items)),
        runs=ANSWERS,
    ),
    Different("small-arns", on_answer(EVERY, of_answers.small_arns), runs=ANSWERS),
    Different("defaults-filled-in", on_answer(DESCRIBE, of_answers.filled_in), runs=ANSWERS),
    Different("java-doubles", of_answers.java_doubles, runs=ANSWERS),
    Different("charset-in-the-content-type", of_answers.charset, runs=ANSWERS),
    Different("json-spelled-out", of_answers.spelled_out, runs=ANSWERS),
    Different("terse-errors", on_error(EVERY, of_answers.terse), runs=_REFUSALS),
    Different("namespaced-errors", on_error(EVERY, of_answers.namespaced), runs=_REFUSALS),
    Different("one-code-for-all-that-is-invalid", on_error(EVERY, of_answers.one_code_for_all), runs=_REFUSALS),
    Different("strict-http", of_answers.strict_http, runs=_REFUSALS),
    Different("fractions-cut", on_request(LIST, of_answers.fractions_cut), runs=_LISTINGS),
    Different("unknown-members-refused", of_answers.unknown_members_refused, runs=_REFUSALS),
    Different("some-training-jobs-deleted", relisted(of_listings.some_deleted), known=False, runs=_LISTINGS),
    Different("jobs-in-progress-move", of_listings.Lively(), known=False, runs=_LISTINGS),
)
