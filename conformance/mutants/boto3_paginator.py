"""Mutants of boto3's paginator: settings and arguments passed over or asked for, pages and tokens given otherwise."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from conformance.mutants.boto3_client import NAME, RESULT, Settings, altered
from conformance.mutants.mutant import LIST, Mutant, named, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CONFIG = f"{LIST}/paginator/PaginationConfig"

MUTANTS: list[Mutant] = []
"""In the order in which they are written down."""


def _paginator(*breaks: str) -> Callable[[Callable[[Settings], Any]], Callable[[Settings], Any]]:
    """Take up a function that edits the arguments of the paginator in place."""

    def keep(edit: Callable[[Settings], Any]) -> Callable[[Settings], Any]:
        _pages(
            named(edit), told(edit), lambda paginate, arguments: (edit(arguments), paginate(**arguments))[1], *breaks
        )
        return edit

    return keep


def _pages(name: str, words: str, run: Callable[[Callable[..., Any], Settings], Any], *breaks: str) -> None:
    """Take up a way to run the paginator: given the faithful `paginate` and its arguments, it gives the pages."""

    def alter(client: Any) -> None:
        faithful = client.get_paginator
        client.get_paginator = lambda method: _Paginator(faithful(method), run)

    MUTANTS.append(altered(name, words, alter, *breaks, sees=(LIST,)))


class _Paginator:
    def __init__(self, faithful: Any, run: Callable[[Callable[..., Any], Settings], Any]) -> None:
        self._faithful, self._run = faithful, run

    def paginate(self, **arguments: Any) -> Any:
        return self._run(self._faithful.paginate, arguments)


class _Pages:
    """Pages that are handed out otherwise: edited one by one, or with another token at the end."""

    def __init__(self, faithful: Any) -> None:
        self.faithful = faithful

    @property
    def resume_token(self) -> Any:
        return self.faithful.resume_token

    def __iter__(self) -> Iterator[Settings]:
        return iter(self.faithful)

    def build_full_result(self) -> Settings:
        result: Settings = self.faithful.build_full_result()
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
    return lambda paginate, arguments: paginate(**{one: value for one, value in arguments.items() if one != name})


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
        return islice(iter(self.faithful), 1)


class _NoToken(_Pages):
    resume_token = None

    def build_full_result(self) -> Settings:
        return {name: value for name, value in super().build_full_result().items() if name != "NextToken"}


class _AlwaysAToken(_Pages):
    @property
    def resume_token(self) -> Any:
        return self.faithful.resume_token or "more"

    def build_full_result(self) -> Settings:
        return {"NextToken": "more", **super().build_full_result()}


class _LastPageAlone(_Pages):
    def build_full_result(self) -> Settings:
        whole = super().build_full_result()
        return {**whole, RESULT: whole[RESULT][-1:]}


class _PagesPutTogether(_Pages):
    def __iter__(self) -> Iterator[Settings]:
        pages = list(self.faithful)
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
