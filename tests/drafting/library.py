"""A small service of books, as botocore writes models: drafts of it are the same whatever botocore is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SERVICE = "library"


def _structure(required: tuple[str, ...] = (), **members: str) -> dict[str, Any]:
    return {
        "type": "structure",
        "required": list(required),
        "members": {name: {"shape": shape} for name, shape in members.items()},
    }


def _told(shape: dict[str, Any], **documentation: str) -> dict[str, Any]:
    for name, text in documentation.items():
        shape["members"][name]["documentation"] = f"<p>{text}</p>"
    return shape


def _operation(name: str, errors: tuple[str, ...] = (), **messages: str) -> dict[str, Any]:
    return {
        "name": name,
        "http": {"method": "POST", "requestUri": "/"},
        **{key: {"shape": shape} for key, shape in messages.items()},
        "errors": [{"shape": error} for error in errors],
    }


def model() -> dict[str, Any]:
    """Return the service model, new each time: a test may change its own."""
    return {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2020-02-02",
            "endpointPrefix": SERVICE,
            "jsonVersion": "1.1",
            "protocol": "json",
            "serviceFullName": "Library",
            "serviceId": "Library",
            "signatureVersion": "v4",
            "targetPrefix": "Library",
            "uid": "library-2020-02-02",
        },
        "operations": {
            "CreateBook": _operation("CreateBook", input="CreateBookRequest", output="Book"),
            "DescribeBook": _operation(
                "DescribeBook", ("BookNotFoundException",), input="DescribeBookRequest", output="Book"
            ),
            "GetNews": _operation("GetNews", input="DescribeBookRequest", output="News"),
            "ListBooks": _operation(
                "ListBooks", ("InvalidToken",), input="ListBooksRequest", output="ListBooksResponse"
            ),
        },
        "shapes": {
            "Book": _structure(("Name",), Name="Name", Genre="Genre", CreatedAt="Time", Sequels="BookList"),
            "BookList": {"type": "list", "member": {"shape": "Book"}},
            "BookNotFoundException": _structure() | {"exception": True},
            "CreateBookRequest": _structure(("Name",), Name="Name", Genre="Genre"),
            "DescribeBookRequest": _structure(("Name",), Name="Name"),
            "Genre": {"type": "string", "enum": ["NOVEL", "POETRY"]},
            "InvalidToken": _structure() | {"exception": True},
            "Limit": {"type": "integer", "min": 1, "max": 50},
            "ListBooksRequest": _told(
                _structure(
                    MaxResults="Limit",
                    NextToken="Text",
                    SortBy="SortBy",
                    SortOrder="SortOrder",
                    GenreEquals="Genre",
                    NameContains="Text",
                    ShelfFilter="Text",
                ),
                MaxResults="The maximum number of books to return. The default value is 20.",
                NextToken="If the previous response was truncated, its token, to get the next books.",
                SortBy="The field to sort by. The default is <code>Name</code>.",
                GenreEquals="A filter that returns only books of a genre.",
            ),
            "ListBooksResponse": _told(
                _structure(Books="BookList", NextToken="Text"),
                NextToken="If the response is truncated, the token of the next page.",
            ),
            "News": _structure(Events="NewsStream"),
            "NewsEvent": _structure(Name="Name") | {"event": True},
            "NewsStream": _structure(Event="NewsEvent") | {"eventstream": True},
            "SortBy": {"type": "string", "enum": ["Name", "CreatedAt", "Weight"]},
            "SortOrder": {"type": "string", "enum": ["Ascending", "Descending"]},
            "Text": {"type": "string"},
            "Time": {"type": "timestamp"},
            "Name": {"type": "string", "min": 1, "max": 80, "pattern": "[A-Za-z0-9 -]+"},
        },
    }


PAGINATORS = {
    "pagination": {
        "ListBooks": {
            "input_token": "NextToken",
            "output_token": "NextToken",
            "limit_key": "MaxResults",
            "result_key": "Books",
        }
    }
}


def write_model(folder: Path, changed: dict[str, Any] | None = None) -> Path:
    """Write the model and its paginators below a folder, as botocore lays them out; return the folder."""
    version = folder / SERVICE / "2020-02-02"
    version.mkdir(parents=True, exist_ok=True)
    (version / "service-2.json").write_text(json.dumps(changed or model()), encoding="utf-8")
    (version / "paginators-1.json").write_text(json.dumps(PAGINATORS), encoding="utf-8")
    return folder
