"""Pages that lose, repeat or mix up items, and tokens that do not lead where they should."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from faults.fault import LIST, Faults, Forward, Members, aims_at, answered, asked_of, having
from faults.listings import JOBS, RESULT, empty_page_at_the_end, every, relisted

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

_TOKEN = f"{LIST}/output/NextToken/present"
_WALKS = ("pagination/default/page-size-3", "pagination/token", "pagination/page-size")
_CUT = tuple(f"pagination/default/page-size-{size}" for size in (1, 2, 3, 7))

pages = Faults("pages", LIST, _WALKS, within=LIST, jobs=JOBS)
tokens = Faults("tokens", LIST, _WALKS, within=LIST, jobs=JOBS)
kept = Faults("queries across pages", LIST, ("filter/Completed", "order"), within=LIST, jobs=JOBS)


def _later(asked: Members) -> bool:
    return asked.get("NextToken") is not None


@pages.answer("token-leads-to-the-next-page", *_CUT)
def last_item_of_each_page_lost(_: Members, answer: Members) -> None:
    if "NextToken" in answer:
        answer[RESULT] = answer[RESULT][:-1]


@pages.answer("token-leads-to-the-next-page", "pagination/default/page-size-3")
def first_item_of_later_pages_lost(asked: Members, answer: Members) -> None:
    if _later(asked):
        answer[RESULT] = answer[RESULT][1:]


@pages.answer("token-leads-to-the-next-page", "pagination/default/page-size-7")
def last_item_of_the_last_page_lost(asked: Members, answer: Members) -> None:
    if _later(asked) and "NextToken" not in answer:
        answer[RESULT] = answer[RESULT][:-1]


@pages.answer("token-leads-to-the-next-page", "pagination/default/page-size-3")
def item_repeated_within_a_page(_: Members, answer: Members) -> None:
    answer[RESULT] += answer[RESULT][-1:] if "NextToken" in answer else []


@pages.exchange("token-leads-to-the-next-page", "pagination/default/page-size-1", "pagination/token/never-back")
def last_item_of_a_page_comes_again(call: Call, forward: Forward) -> Answer:
    return _shifted(call, forward, -1)


@pages.exchange("token-leads-to-the-next-page", "pagination/default/page-size-2", "pagination/default/page-size-7")
def one_item_skipped_between_pages(call: Call, forward: Forward) -> Answer:
    return _shifted(call, forward, 1)


def _shifted(call: Call, forward: Forward, by: int) -> Answer:
    """Return later pages as many items off as `by`, out of the whole list."""
    answer, asked = forward(call), asked_of(call)
    if asked is None or answer.status != 200 or not _later(asked):
        return answer
    content = json.loads(answer.body)
    items = every(call, forward, asked)
    place = [item["TrainingJobName"] for item in items].index(content[RESULT][0]["TrainingJobName"])
    start = place + by
    return answered(answer, content | {RESULT: items[start : start + len(content[RESULT])]})


@pages.exchange("token-leads-to-the-next-page", "pagination/default/page-size-10", "pagination/token/never-back")
def token_ignored(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call) if aims_at(call, LIST) else None
    known = forward(call)
    if asked is None or known.status != 200:
        return known
    return forward(having(call, {name: value for name, value in asked.items() if name != "NextToken"}))


@pages.answer("page-size-caps-a-page", "pagination/default/page-size-3", "request/MaxResults/range-1")
def page_one_item_too_long(asked: Members, answer: Members) -> None:
    answer[RESULT] += [dict(answer[RESULT][0])] if answer[RESULT] and "NextToken" in answer else []
    del asked


@pages.exchange(f"{LIST}/input/MaxResults/present", "pagination/default/page-size-*", "request/MaxResults/range-1")
def page_size_ignored(call: Call, forward: Forward) -> Answer:
    return relisted(lambda items, _: items, lambda _asked, _size: 100)(call, forward)


@pages.exchange(f"{LIST}/input/MaxResults/present", "pagination/default/page-size-1", "pagination/page-size/full-pages")
def page_holds_one_too_many(call: Call, forward: Forward) -> Answer:
    return relisted(lambda items, _: items, lambda _, size: size + 1)(call, forward)


@pages.exchange(f"{LIST}/input/MaxResults/present", "pagination/page-size/full-pages")
def page_holds_one_too_few(call: Call, forward: Forward) -> Answer:
    return relisted(lambda items, _: items, lambda _, size: max(1, size - 1))(call, forward)


@pages.exchange(f"{LIST}/input/MaxResults/present", "pagination/default/page-size-*")
def page_size_taken_for_the_total(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call)
    total = (asked or {}).get("MaxResults")
    return relisted(lambda items, _: items[:total] if isinstance(total, int) else items)(call, forward)


@pages.exchange(
    f"{LIST}/input/MaxResults/default",
    "pagination/page-size/default-at-most",
    "pagination/page-size/default-written-out",
)
def default_page_of_twenty(call: Call, forward: Forward) -> Answer:
    return _by_default(call, forward, 20)


@pages.exchange(
    f"{LIST}/input/MaxResults/default", "pagination/page-size/default-full", "pagination/page-size/default-written-out"
)
def default_page_of_five(call: Call, forward: Forward) -> Answer:
    return _by_default(call, forward, 5)


@pages.exchange(f"{LIST}/input/MaxResults/default", "pagination/page-size/default-at-most")
def default_page_of_eleven(call: Call, forward: Forward) -> Answer:
    return _by_default(call, forward, 11)


@pages.exchange(f"{LIST}/input/MaxResults/default", "pagination/page-size/default-at-most")
def everything_on_one_page_by_default(call: Call, forward: Forward) -> Answer:
    return _by_default(call, forward, 100)


@pages.exchange(f"{LIST}/input/MaxResults/default", "pagination/page-size/default-at-most")
def everything_on_one_page_in_a_direction_without_a_key(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call) or {}
    return _by_default(call, forward, 100) if "SortOrder" in asked and "SortBy" not in asked else forward(call)


def _by_default(call: Call, forward: Forward, size: int) -> Answer:
    asked = asked_of(call) if aims_at(call, LIST) else None
    if asked is None or asked.get("MaxResults") is not None:
        return forward(call)
    return forward(having(call, asked | {"MaxResults": size}))


@tokens.answer(_TOKEN, "pagination/token/while-truncated", "client/paginator/without-config")
def token_never_given(_: Members, answer: Members) -> None:
    answer.pop("NextToken", None)


@tokens.answer(_TOKEN, "pagination/default/page-size-2")
def token_given_once(asked: Members, answer: Members) -> None:
    if _later(asked):
        answer.pop("NextToken", None)


@tokens.answer(_TOKEN, "pagination/default/page-size-2")
def token_null(_: Members, answer: Members) -> None:
    if "NextToken" in answer:
        answer["NextToken"] = None


@tokens.answer(_TOKEN, "pagination/token/string")
def token_empty(_: Members, answer: Members) -> None:
    if "NextToken" in answer:
        answer["NextToken"] = ""


@tokens.exchange("last-page-has-no-token", "pagination/token/none-when-all-fit")
def token_on_the_last_page(call: Call, forward: Forward) -> Answer:
    return empty_page_at_the_end(call, forward, lambda content, size: len(content[RESULT]) <= size)


@tokens.exchange("last-page-has-no-token", "pagination/token/none-when-just-full")
def one_page_too_many_when_just_full(call: Call, forward: Forward) -> Answer:
    return empty_page_at_the_end(call, forward, lambda content, size: len(content[RESULT]) == size)


_AGAIN = "YWdhaW4="


@tokens.exchange("last-page-has-no-token", "pagination/token/leads-to-the-end")
def last_token_leads_back_to_the_first_page(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call) if aims_at(call, LIST) else None
    if asked and asked.get("NextToken") == _AGAIN:
        call = having(call, {name: value for name, value in asked.items() if name != "NextToken"})
    answer = forward(call)
    if asked is None or answer.status != 200:
        return answer
    content = json.loads(answer.body)
    return answered(answer, {"NextToken": _AGAIN} | content)


@tokens.exchange("token-leads-to-the-next-page", "pagination/token/made-up-word", "pagination/token/made-up-base64")
def made_up_tokens_give_the_first_page(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call) if aims_at(call, LIST) else None
    answer = forward(call)
    if asked is None or answer.status == 200 or not isinstance(asked.get("NextToken"), str):
        return answer
    return forward(having(call, {name: value for name, value in asked.items() if name != "NextToken"}))


class _OnlyOnce:
    """Refuses a token that comes a second time in the same request."""

    def __init__(self) -> None:
        self._spent: set[tuple[bytes, str]] = set()

    def __call__(self, call: Call, forward: Forward) -> Answer:
        asked = asked_of(call) if aims_at(call, LIST) else None
        token = asked.get("NextToken") if asked else None
        if isinstance(token, str):
            if (call.body, token) in self._spent:
                return forward(having(call, (asked or {}) | {"NextToken": "spent"}))
            self._spent.add((call.body, token))
        return forward(call)


class _Foreign:
    """Takes a token as the place of a page in the whole list of whatever query first gave it."""

    def __init__(self) -> None:
        self._issued: dict[str, Members] = {}

    def __call__(self, call: Call, forward: Forward) -> Answer:
        asked = asked_of(call) if aims_at(call, LIST) else None
        if asked is None:
            return forward(call)
        token = asked.get("NextToken")
        query = {name: value for name, value in asked.items() if name not in {"NextToken", "MaxResults"}}
        if isinstance(token, str) and token in self._issued:
            call = having(call, self._issued[token] | {"NextToken": token} | _sized(asked))
        answer = forward(call)
        if answer.status == 200 and "NextToken" in (content := json.loads(answer.body)):
            self._issued.setdefault(content["NextToken"], self._issued.get(token or "", query))
        return answer


def _sized(asked: Members) -> Members:
    return {name: value for name, value in asked.items() if name == "MaxResults"}


tokens.add(
    "token-carries-its-own-query",
    "token-leads-to-the-next-page",
    ("pagination/token/offered-to-another-resource", "pagination/token/offered-to-a-filter-InProgress"),
    _Foreign(),
)
tokens.add("token-of-use-only-once", "token-leads-to-the-next-page", ("pagination/token/repeatable",), _OnlyOnce())


@tokens.exchange("token-leads-to-the-next-page", "pagination/token/offered-to-another-page-size")
def token_counts_in_pages_of_the_size_it_comes_with(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call) if aims_at(call, LIST) else None
    known = forward(call)
    if asked is None or known.status != 200 or not _later(asked) or not (page := json.loads(known.body)[RESULT]):
        return known
    items = every(call, forward, asked)
    place = [item["TrainingJobName"] for item in items].index(page[0]["TrainingJobName"])
    # The pages were of ten items, unless this one is asked for with the very size of the first.
    size = asked.get("MaxResults", 10)
    start = place if place % 10 else place // 10 * size
    return answered(known, json.loads(known.body) | {RESULT: items[start : start + size]})


@tokens.exchange("answer-is-json", "protocol/answer/content-type")
def later_pages_name_another_content_type(call: Call, forward: Forward) -> Answer:
    answer, asked = forward(call), asked_of(call)
    return replace(answer, content_type="text/plain") if answer.status == 200 and asked and _later(asked) else answer


def _lost_on_later_pages(*members: str) -> Callable[[Call, Forward], Answer]:
    """Forget members of the query from the second page on."""

    def apply(call: Call, forward: Forward) -> Answer:
        asked = asked_of(call) if aims_at(call, LIST) else None
        known = forward(call)
        if asked is None or known.status != 200 or not _later(asked):
            return known
        content = json.loads(known.body)
        if not content[RESULT] or not any(name in asked for name in members):
            return known
        wanted = every(call, forward, asked)
        place = [item["TrainingJobName"] for item in wanted].index(content[RESULT][0]["TrainingJobName"])
        others = every(call, forward, {name: value for name, value in asked.items() if name not in members})
        return answered(known, content | {RESULT: others[place : place + len(content[RESULT])]})

    return apply


for _member, _fact, _shows in (
    (
        "StatusEquals",
        "filter-by-status",
        ("filter/Completed/sorted-Name-Ascending", "pagination/Completed/page-size-3"),
    ),
    (
        "SortBy",
        "sort-key-decides-the-order",
        (
            "pagination/CreationTime-Descending/page-size-3",
            "pagination/FinalObjectiveMetricValue-Ascending/page-size-10",
        ),
    ),
    (
        "SortOrder",
        "descending-is-the-reverse",
        ("pagination/Name-Descending/page-size-3", "pagination/CreationTime-Descending/page-size-7"),
    ),
):
    kept.add(f"{_member}-lost-on-later-pages", _fact, _shows, _lost_on_later_pages(_member))


@kept.answer(
    "descending-is-the-reverse",
    "pagination/Name-Ascending/page-size-7",
    "pagination/CreationTime-Descending/page-size-3",
)
def later_pages_turned_around(asked: Members, answer: Members) -> None:
    if _later(asked):
        answer[RESULT].reverse()


GROUPS = (pages, tokens, kept)
