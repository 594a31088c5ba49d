"""Limits that are not enforced: what ought to be refused is made valid on its way, as a lax server would read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from faults.fault import DESCRIBE, EVERY, LIST, Faults, Forward, Members, asked_of, having, on_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.http import Answer, Call

NAME = "HyperParameterTuningJobName"
_LIST_INPUT = f"{LIST}/input"
_PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_STATUSES = ("InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting")
_KEYS = ("Name", "CreationTime", "Status", "FinalObjectiveMetricValue")
_DIRECTIONS = ("Ascending", "Descending")
_ENUMS = {"StatusEquals": _STATUSES, "SortBy": _KEYS, "SortOrder": _DIRECTIONS}
_STAND_IN = "nobody"
_JOBS = ("churn-57-in-all-statuses", "exactly-ten")

names = Faults("limits of names", EVERY, (f"request/{NAME}/length-*", f"request/{NAME}/pattern-trailing-*"), jobs=_JOBS)
sizes = Faults("limits of page sizes", LIST, ("request/MaxResults",), jobs=_JOBS)
tokens = Faults("limits of tokens", LIST, ("request/NextToken",), jobs=_JOBS)
words = Faults("limits of words", LIST, jobs=_JOBS)
types = Faults("JSON types", LIST, jobs=_JOBS)


def _name(asked: Members) -> str | None:
    found = asked.get(NAME)
    return found if isinstance(found, str) else None


@names.request(f"{DESCRIBE}/input/{NAME}/max_length", f"request/{NAME}/length-33", f"request/{NAME}/length-320")
def name_of_any_length(asked: Members) -> None:
    if name := _name(asked):
        asked[NAME] = name if len(name) <= 32 else name[:32].rstrip("-")


@names.request(f"{DESCRIBE}/input/{NAME}/max_length", f"request/{NAME}/length-33")
def name_one_too_long(asked: Members) -> None:
    name = _name(asked)
    if name and len(name) == 33:
        asked[NAME] = name[:32].rstrip("-")


@names.request(f"{DESCRIBE}/input/{NAME}/max_length", f"request/{NAME}/length-32")
def name_limit_one_too_low(asked: Members) -> None:
    name = _name(asked)
    if name and len(name) == 32:
        asked[NAME] = name + "a"


@names.request(f"{DESCRIBE}/input/{NAME}/min_length", f"request/{NAME}/length-0")
def empty_name_looked_up(asked: Members) -> None:
    if _name(asked) == "":
        asked[NAME] = _STAND_IN


@names.request(f"{DESCRIBE}/input/{NAME}/required", f"request/{NAME}/left-out")
def name_not_required(asked: Members) -> None:
    asked.setdefault(NAME, "exactly-ten")


@names.request(f"{DESCRIBE}/input/{NAME}/required", f"request/{NAME}/null")
def null_taken_for_a_name(asked: Members) -> None:
    if NAME in asked and asked[NAME] is None:
        asked[NAME] = _STAND_IN


@names.request(f"{DESCRIBE}/input/{NAME}/required", f"request/{NAME}/wrong-case")
def members_known_in_any_case(asked: Members) -> None:
    for name in [name for name in asked if name.lower() == NAME.lower()]:
        asked[NAME] = asked.pop(name)


@names.request(f"{DESCRIBE}/input/{NAME}/pattern", f"request/{NAME}/pattern-inner-underscore")
def pattern_not_looked_at(asked: Members) -> None:
    name = _name(asked)
    if name and not _PATTERN.fullmatch(name):
        asked[NAME] = _STAND_IN


@names.request(
    f"{DESCRIBE}/input/{NAME}/pattern", f"request/{NAME}/pattern-trailing-dot", f"request/{NAME}/pattern-inner-space"
)
def pattern_matched_as_a_prefix(asked: Members) -> None:
    found = _PATTERN.match(_name(asked) or "")
    if found:
        asked[NAME] = found.group()


@names.request(f"{DESCRIBE}/input/{NAME}/pattern", f"request/{NAME}/pattern-trailing-newline")
def trailing_newline_let_through(asked: Members) -> None:
    name = _name(asked)
    if name and name.endswith("\n"):
        asked[NAME] = name[:-1]


@names.request(f"{DESCRIBE}/input/{NAME}/pattern", f"request/{NAME}/pattern-trailing-hyphen")
def trailing_hyphen_let_through(asked: Members) -> None:
    if name := _name(asked):
        asked[NAME] = name.rstrip("-") or name


@names.request(f"{DESCRIBE}/input/{NAME}/pattern", f"request/{NAME}/pattern-leading-hyphen")
def leading_hyphen_let_through(asked: Members) -> None:
    if name := _name(asked):
        asked[NAME] = name.lstrip("-") or name


@names.request(f"{DESCRIBE}/input/{NAME}/pattern", f"request/{NAME}/pattern-inner-digit-beyond-ascii")
def digits_of_any_script_let_through(asked: Members) -> None:
    if name := _name(asked):
        asked[NAME] = re.sub(r"[^\x00-\x7f]", lambda item: "0" if item.group().isdigit() else item.group(), name)


@names.request(
    f"{DESCRIBE}/input/{NAME}/pattern",
    f"request/{NAME}/pattern-leading-space",
    f"request/{NAME}/pattern-trailing-space",
)
def names_stripped(asked: Members) -> None:
    if name := _name(asked):
        asked[NAME] = name.strip(" ")


@names.request(f"{DESCRIBE}/input/{NAME}/pattern", f"request/{NAME}/pattern-inner-hyphens")
def doubled_hyphens_refused(asked: Members) -> None:
    if "--" in (_name(asked) or ""):
        asked[NAME] = "_"


def _size(asked: Members) -> int | None:
    found = asked.get("MaxResults")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


@sizes.request(
    f"{_LIST_INPUT}/MaxResults/maximum", "request/MaxResults/range-101", "request/MaxResults/range-far-above"
)
def page_size_cut_to_the_largest(asked: Members) -> None:
    if size := _size(asked):
        asked["MaxResults"] = min(size, 100)


@sizes.request(f"{_LIST_INPUT}/MaxResults/maximum", "request/MaxResults/range-101")
def page_size_one_too_large(asked: Members) -> None:
    if _size(asked) == 101:
        asked["MaxResults"] = 100


@sizes.request(f"{_LIST_INPUT}/MaxResults/maximum", "request/MaxResults/range-100")
def largest_page_size_refused(asked: Members) -> None:
    if _size(asked) == 100:
        asked["MaxResults"] = 101


@sizes.request(f"{_LIST_INPUT}/MaxResults/maximum", "request/MaxResults/range-beyond-32-bits-above")
def page_size_wrapped_at_32_bits(asked: Members) -> None:
    size = _size(asked)
    if size is not None and size > 2**31:
        asked["MaxResults"] = 10


@sizes.request(f"{_LIST_INPUT}/MaxResults/minimum", "request/MaxResults/range-0")
def zero_taken_for_the_default_page_size(asked: Members) -> None:
    if _size(asked) == 0:
        del asked["MaxResults"]


@sizes.request(f"{_LIST_INPUT}/MaxResults/minimum", "request/MaxResults/range-far-below")
def negative_page_size_let_through(asked: Members) -> None:
    size = _size(asked)
    if size is not None and size < 0:
        del asked["MaxResults"]


@sizes.request(f"{_LIST_INPUT}/MaxResults/minimum", "request/MaxResults/range-1")
def smallest_page_size_refused(asked: Members) -> None:
    if _size(asked) == 1:
        asked["MaxResults"] = 0


@tokens.request(f"{_LIST_INPUT}/NextToken/max_length", "request/NextToken/length-8193")
def token_too_long_ignored(asked: Members) -> None:
    token = asked.get("NextToken")
    if isinstance(token, str) and len(token) > 8192:
        del asked["NextToken"]


@tokens.request(f"{_LIST_INPUT}/NextToken/max_length", "request/NextToken/length-8192")
def token_limit_one_too_low(asked: Members) -> None:
    token = asked.get("NextToken")
    if isinstance(token, str) and len(token) == 8192:
        asked["NextToken"] = 7


@tokens.request(f"{_LIST_INPUT}/NextToken/pattern", "request/NextToken/pattern-trailing-newline")
def token_stripped(asked: Members) -> None:
    token = asked.get("NextToken")
    if isinstance(token, str):
        asked["NextToken"] = token.strip()


@tokens.request(f"{_LIST_INPUT}/NextToken/pattern", "request/NextToken/pattern-inner-newline")
def token_of_several_lines_ignored(asked: Members) -> None:
    token = asked.get("NextToken")
    if isinstance(token, str) and "\n" in token:
        del asked["NextToken"]


def _reread(member: str, reading: Callable[[str], str | None]) -> Callable[[Members], None]:
    def edit(asked: Members) -> None:
        word = asked.get(member)
        if isinstance(word, str) and word not in _ENUMS[member]:
            asked[member] = reading(word) or word

    return edit


def _in_any_case(member: str) -> Callable[[str], str | None]:
    return lambda word: next((enum for enum in _ENUMS[member] if enum.lower() == word.lower()), None)


def _by_beginning(member: str) -> Callable[[str], str | None]:
    return lambda word: next((enum for enum in _ENUMS[member] if word and enum.startswith(word)), None)


for _member, _words in _ENUMS.items():
    _fact = f"{_LIST_INPUT}/{_member}/enum"
    _first = _words[0]
    for _fault, _reading, _case in (
        ("in-any-case", _in_any_case(_member), f"enum-not-lower-case-{_first}"),
        ("by-its-beginning", _by_beginning(_member), f"enum-not-cut-short-{_first}"),
        ("stripped", str.strip, "enum-not-trailing-newline"),
        ("of-any-kind", lambda _, first=_first: first, "enum-not-stranger"),
    ):
        words.add(
            f"{_member}-{_fault}", _fact, (f"request/{_member}/{_case}",), on_request(LIST, _reread(_member, _reading))
        )
    words.add(
        f"{_member}-empty-ignored",
        _fact,
        (f"request/{_member}/enum-not-empty",),
        on_request(LIST, lambda asked, member=_member: asked.pop(member) if asked.get(member) == "" else None),  # type: ignore[misc]
    )
    for _word in _words:
        words.add(
            f"{_member}-{_word}-refused",
            _fact,
            (f"request/{_member}/enum-{_word}",),
            on_request(
                LIST,
                lambda asked, member=_member, word=_word: asked.update(  # type: ignore[misc]
                    {member: "Nothing"} if asked.get(member) == word else {}
                ),
            ),
        )


def _coerced(call: Call, forward: Forward, member: str, read: Callable[[Any], Any]) -> Answer:
    asked = asked_of(call)
    if asked is None or asked.get(member) is None:
        return forward(call)
    return forward(having(call, asked | {member: read(asked[member])}))


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, bool) or (isinstance(value, str) and value.isdecimal()) else value


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else re.sub(r"[^a-zA-Z0-9]", "", str(value)) or _STAND_IN


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


types.add(
    "page-size-read-from-text",
    f"{_LIST_INPUT}/MaxResults/type",
    ("request/MaxResults/type-digits", "request/MaxResults/type-true"),
    lambda call, forward: _coerced(call, forward, "MaxResults", _number),
)
types.add(
    "page-size-of-a-wrong-type-ignored",
    f"{_LIST_INPUT}/MaxResults/type",
    ("request/MaxResults/type-text", "request/MaxResults/type-list"),
    lambda call, forward: _coerced(call, forward, "MaxResults", lambda it: it if type(it) in {int, float} else 10),
)
types.add(
    "name-written-out-of-anything",
    f"{_LIST_INPUT}/{NAME}/type",
    (f"request/{NAME}/type-number", f"request/{NAME}/type-true", f"request/{NAME}/type-object"),
    lambda call, forward: _coerced(call, forward, NAME, _text),
)
types.add(
    "name-taken-out-of-a-list",
    f"{_LIST_INPUT}/{NAME}/type",
    (f"request/{NAME}/type-list",),
    lambda call, forward: _coerced(call, forward, NAME, _single),
)
for _member in (*_ENUMS, "NextToken"):
    types.add(
        f"{_member}-of-a-wrong-type-ignored",
        f"{_LIST_INPUT}/{_member}/type",
        (f"request/{_member}/type-number", f"request/{_member}/type-empty-object"),
        on_request(
            LIST,
            lambda asked, member=_member: asked.pop(member) if not isinstance(asked.get(member, ""), str) else None,  # type: ignore[misc]
        ),
    )

GROUPS = (names, sizes, tokens, words, types)
