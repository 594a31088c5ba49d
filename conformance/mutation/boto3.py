"""Mutants of boto3's paginator: settings and arguments passed over or asked for, pages and tokens given otherwise."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import BOTH, LIST, Kind, Mutant, named, received
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


Settings = dict[str, Any]

NAME, RESULT = "HyperParameterTuningJobName", "TrainingJobSummaries"
_SOMEBODY = "churn-57-in-all-statuses"
_UNKNOWN = tuple(f"{operation}/error/ResourceNotFound/present" for operation in BOTH)
_CALL, _ERROR = "client/boto3/call", "client/boto3/client-error"
_BROKEN = 400

MUTANTS: list[Mutant] = []
"""In the order in which they are written down."""


def altered(name: str, words: str, alter: Callable[[Any], None], *breaks: str, sees: tuple[str, ...] = BOTH) -> Mutant:
    """Make a mutant of a change to the client, which is applied when the client is made."""
    return Mutant(f"boto3/{name}", words, breaks, sees, Kind.CLIENT, lambda base: base, client=alter)


def _answer(*breaks: str) -> Callable[[Callable[[Any, Settings], None]], Callable[[Any, Settings], None]]:
    """Take up a function that edits what is handed out: given the HTTP response and the parsed answer."""

    def keep(edit: Callable[[Any, Settings], None]) -> Callable[[Any, Settings], None]:
        def alter(client: Any) -> None:
            client.meta.events.register(
                "after-call.sagemaker", lambda http_response, parsed, **_: edit(http_response, parsed)
            )

        MUTANTS.append(altered(named(edit), received(edit), alter, *breaks))
        return edit

    return keep


# -- calls


@_answer(_CALL)
def times_are_text(_: Any, parsed: Settings) -> None:
    """The first time of an answer is text."""
    for part in (parsed, *parsed.get(RESULT, ())[:1]):
        if "CreationTime" in part:
            part["CreationTime"] = part["CreationTime"].isoformat()


@_answer(_CALL)
def members_within_a_list_are_lost(_: Any, parsed: Settings) -> None:
    """The entries of the lists in an answer lack a member."""
    for item in parsed.get(RESULT, ()):
        item.pop("TrainingJobArn", None)
    ranges = parsed.get("HyperParameterTuningJobConfig", {}).get("ParameterRanges", {})
    for found in ranges.values():
        for each in found:
            each.pop("Name", None)


@_answer(_CALL)
def a_member_is_lost(_: Any, parsed: Settings) -> None:
    """A member of an answer is lost."""
    parsed.pop("HyperParameterTuningJobArn", None)
    parsed.pop(RESULT, None)


@_answer(*_UNKNOWN)
def errors_are_general(response: Any, parsed: Settings) -> None:
    """An error of the service is raised under another code."""
    if response.status_code >= _BROKEN:
        parsed["Error"]["Code"] = "ClientException"


@_answer(*_UNKNOWN, _ERROR)
def errors_are_answers(response: Any, parsed: Settings) -> None:
    """An error of the service is no exception."""
    del parsed
    response.status_code = 200


@_answer(*_UNKNOWN, _ERROR)
def errors_are_lookups(response: Any, parsed: Settings) -> None:
    """An error of the service is raised as one that Python knows."""
    if response.status_code >= _BROKEN:
        raise KeyError(parsed["Error"]["Message"])


@_answer(_ERROR)
def errors_without_a_message(_: Any, parsed: Settings) -> None:
    """An error of the service is raised without its message."""
    if "Error" in parsed:
        parsed["Error"]["Message"] = ""


@_answer(_ERROR)
def errors_with_another_status(_: Any, parsed: Settings) -> None:
    """An error of the service is raised with the status 404."""
    if "Error" in parsed:
        parsed["ResponseMetadata"]["HTTPStatusCode"] = 404


def _fills_in_a_name(client: Any) -> None:
    client.meta.events.register("provide-client-params.sagemaker", lambda params, **_: {NAME: _SOMEBODY, **params})


MUTANTS.append(
    altered(
        "fills-in-a-name",
        "a call without a name is made with some name",
        _fills_in_a_name,
        *(f"{operation}/input/{NAME}/required" for operation in (DESCRIBE, LIST)),
        f"{LIST}/paginator/{NAME}/required",
    )
)


_CONFIG = f"{LIST}/paginator/PaginationConfig"


def _paginator(*breaks: str) -> Callable[[Callable[[Settings], Any]], Callable[[Settings], Any]]:
    """Take up a function that edits the arguments of the paginator in place."""

    def keep(edit: Callable[[Settings], Any]) -> Callable[[Settings], Any]:
        _pages(
            named(edit),
            received(edit),
            lambda paginate, arguments: (edit(arguments), paginate(**arguments))[1],
            *breaks,
        )
        return edit

    return keep


def _pages(name: str, words: str, run: Callable[[Callable[..., Any], Settings], Any], *breaks: str) -> None:
    """Take up a way to run the paginator: given the faithful `paginate` and its arguments, it gives the pages."""

    def alter(client: Any) -> None:
        original = client.get_paginator
        client.get_paginator = lambda method: _Paginator(original(method), run)

    MUTANTS.append(altered(name, words, alter, *breaks, sees=(LIST,)))


class _Paginator:
    def __init__(self, original: Any, run: Callable[[Callable[..., Any], Settings], Any]) -> None:
        self._faithful, self._run = original, run

    def paginate(self, **arguments: Any) -> Any:
        return self._run(self._faithful.paginate, arguments)


class _Pages:
    """Pages that are handed out otherwise: edited one by one, or with another token at the end."""

    def __init__(self, original: Any) -> None:
        self.original = original

    @property
    def resume_token(self) -> Any:
        return self.original.resume_token

    def __iter__(self) -> Iterator[Settings]:
        return iter(self.original)

    def build_full_result(self) -> Settings:
        result: Settings = self.original.build_full_result()
        return result


def _has_none(client: Any) -> None:
    client.can_paginate = lambda _: False


MUTANTS.append(
    altered(
        "no-paginator", "there is no paginator under the operation's name", _has_none, "paginator-exists", sees=(LIST,)
    )
)


@_paginator("paginator-config-is-optional", f"{_CONFIG}/required")
def config_is_required(arguments: Settings) -> None:
    """A paginator without PaginationConfig is refused."""
    if "PaginationConfig" not in arguments:
        raise TypeError("paginate() needs PaginationConfig")


@_paginator(f"{_CONFIG}/type")
def config_is_a_list(arguments: Settings) -> None:
    """PaginationConfig has to be a list of pairs."""
    if isinstance(arguments.get("PaginationConfig", []), dict):
        raise TypeError("PaginationConfig is no list")


@_paginator("paginator-arguments", f"{LIST}/paginator/SortBy/default", f"{LIST}/paginator/SortOrder/default")
def asks_for_an_order(arguments: Settings) -> None:
    """An order that nobody asked for is sent."""
    arguments.setdefault("SortBy", "CreationTime")
    arguments.setdefault("SortOrder", "Descending")


def _without(setting: str) -> Callable[[Callable[..., Any], Settings], Any]:
    def run(paginate: Callable[..., Any], arguments: Settings) -> Any:
        config = {name: value for name, value in arguments.get("PaginationConfig", {}).items() if name != setting}
        return paginate(**arguments | {"PaginationConfig": config})

    return run


for _setting, _behaviour in (
    ("PageSize", "paginator-page-size"),
    ("MaxItems", "paginator-max-items"),
    ("StartingToken", "paginator-starting-token"),
):
    _facts = (f"{_CONFIG}.{_setting}/{_facet}" for _facet in ("present", "type"))
    _pages(f"without-{_setting}", f"{_setting} is passed over", _without(_setting), _behaviour, *_facts)
    _needs = f"{_CONFIG}.{_setting}/required"

    def _required(paginate: Callable[..., Any], arguments: Settings, setting: str = _setting) -> Any:
        if setting not in arguments.get("PaginationConfig", {}):
            raise TypeError(f"{setting} is required")
        return paginate(**arguments)

    _pages(f"{_setting}-is-required", f"a paginator without {_setting} is refused", _required, _needs)


def _dropping(name: str) -> Callable[[Callable[..., Any], Settings], Any]:
    return lambda paginate, arguments: paginate(**{each: value for each, value in arguments.items() if each != name})


for _argument in ("StatusEquals", "SortBy", "SortOrder"):
    _base = f"{LIST}/paginator/{_argument}"
    _facts = (f"{_base}/{_facet}" for _facet in ("present", "type", "enum"))
    _pages(f"without-{_argument}", f"{_argument} is passed over", _dropping(_argument), "paginator-arguments", *_facts)

    def _asks_for(paginate: Callable[..., Any], arguments: Settings, argument: str = _argument) -> Any:
        if argument not in arguments:
            raise TypeError(f"{argument} is required")
        return paginate(**arguments)

    _pages(f"{_argument}-is-required", f"a paginator without {_argument} is refused", _asks_for, f"{_base}/required")


def _another_name(paginate: Callable[..., Any], arguments: Settings) -> Any:
    return paginate(**arguments | {NAME: "somebody-else"} if NAME in arguments else arguments)


_pages("another-name", "the name is sent as another one", _another_name,
       f"{LIST}/paginator/{NAME}/present", f"{LIST}/paginator/{NAME}/type")  # fmt: skip


def _edited(name: str, words: str, kind: type[_Pages], *breaks: str) -> None:
    _pages(name, words, lambda paginate, arguments: kind(paginate(**arguments)), *breaks)


class _FirstPage(_Pages):
    def __iter__(self) -> Iterator[Settings]:
        return islice(iter(self.original), 1)


class _NoToken(_Pages):
    resume_token = None

    def build_full_result(self) -> Settings:
        return {name: value for name, value in super().build_full_result().items() if name != "NextToken"}


class _AlwaysAToken(_Pages):
    @property
    def resume_token(self) -> Any:
        return self.original.resume_token or "more"

    def build_full_result(self) -> Settings:
        return {"NextToken": "more", **super().build_full_result()}


class _LastPageAlone(_Pages):
    def build_full_result(self) -> Settings:
        whole = super().build_full_result()
        return {**whole, RESULT: whole[RESULT][-1:]}


class _PagesPutTogether(_Pages):
    def __iter__(self) -> Iterator[Settings]:
        pages = list(self.original)
        yield {RESULT: [item for page in pages for item in page[RESULT]]}


_edited("first-page-alone", "the paginator stops behind the first page", _FirstPage, "paginator-exists",
        "paginator-config-is-optional", f"{_CONFIG}/present")  # fmt: skip
_edited("no-resume-token", "no token to go on with is handed out", _NoToken, "paginator-resume-token")
_edited(
    "always-a-token", "a token to go on with is handed out at the end, too", _AlwaysAToken, "paginator-resume-token"
)
_edited("full-result-is-the-last-page", "the full result has the last items alone", _LastPageAlone,
        "paginator-resume-token")  # fmt: skip
_edited("pages-put-together", "all pages are handed out as one", _PagesPutTogether, "paginator-page-size",
        f"{_CONFIG}.PageSize/type")  # fmt: skip
