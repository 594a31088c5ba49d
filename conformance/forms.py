"""JSON forms: what the program writes as JSON, reads back, and describes with a JSON Schema.

A form is a dataclass, or a `Struct` of msgspec where an unknown member is an error. Its annotations are the one
definition: `read`, `to_json` and `schema` follow from them, by msgspec; docstrings of classes and of their members are
the descriptions in the schema. A member with a default is one that older files may lack; every other is required. The
printed schema is closed. Readers of dataclasses ignore members that they do not know, so that a newer version may add
some.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from enum import Enum
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

Form = TypeVar("Form")

Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0, le=1e9)]
"""At most thirty years, which a float holds and JSON can write."""
Named = Annotated[str, Meta(min_length=1)]

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class SchemaVersion:
    """What every version of a form has."""

    schema: Count


class FormError(ValueError):
    """A member is missing or has the wrong type; the message names it by its path."""


def read(form: type[Form], value: object, where: str = "the line") -> Form:
    """Return JSON as a form; raise FormError where it is not one. `where` is what the message calls the whole value."""
    try:
        return msgspec.convert(value, form)
    except msgspec.ValidationError as error:
        raise FormError(_in_words(str(error), where, form)) from None


def plain(form: object) -> Any:
    """Return a form as dictionaries, tuples and strings, ready for `json.dumps`."""
    return msgspec.to_builtins(form)


def to_json(form: object) -> Any:
    """Return a form as JSON has it, with lists."""
    return json.loads(json.dumps(plain(form)))


def schema(title: str, *forms: Any, description: str = "") -> dict[str, Any]:
    """Return the JSON Schema of one of these forms; the forms in it are under `$defs`, by their names in snake case."""
    roots, components = msgspec.json.schema_components(forms, ref_template="#/$defs/{name}")
    for form in {found.__name__: found for root in forms for found in _forms_in(root)}.values():
        component = components[form.__name__]
        component["additionalProperties"] = False
        for name, text in _member_docs(form):
            component["properties"][name]["description"] = text
    top: dict[str, Any] = {"oneOf": list(roots)}
    if len(forms) == 1 and "$ref" in (top := dict(roots[0])):
        top = components.pop(forms[0].__name__)
    top |= {"$schema": DRAFT, "title": title, **({"description": description} if description else {})}
    names = {name: re.sub(r"(?<=.)(?=[A-Z])", "_", name).lower() for name in components}
    text = json.dumps(top | {"$defs": {names[name]: component for name, component in components.items()}})
    named: dict[str, Any] = json.loads(re.sub(r"(?<=#/\$defs/)\w+", lambda found: names[found[0]], text))
    return named


def _forms_in(annotation: Any) -> Iterator[type]:
    """Yield the forms that an annotation names, and those that their members name."""
    for form in filter(_is_form, _parts(annotation)):
        yield form
        for member in get_type_hints(form, include_extras=True).values():
            yield from _forms_in(member)


def _is_form(annotation: Any) -> bool:
    if not isinstance(annotation, type) or annotation is msgspec.Struct:
        return False
    return is_dataclass(annotation) or issubclass(annotation, msgspec.Struct)


def _member_docs(form: type) -> Iterator[tuple[str, str]]:
    """Yield the members of a form that have a docstring, with it."""
    for base in reversed([item for item in form.__mro__ if _is_form(item)]):
        [definition] = ast.parse(inspect.getsource(base)).body
        for member, text in pairwise(getattr(definition, "body", ())):
            match member, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                    yield name, " ".join(words.split())


_TYPES = {
    "object": "an object", "array": "a list", "str": "a string", "bool": "true or false", "int": "an integer",
    "float": "a number", "null": "null",
}  # fmt: skip
_MISSING = re.compile(r"Object missing required field `(.+)`")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`(?P<limit>[^,]*)(?:, got `(?P<received>.+)`)?")


def _in_words(message: str, where: str, form: Any) -> str:
    """Return a complaint of msgspec in the words of JSON, the path first, and the words that an enum has."""
    problem, _, place = message.partition(" - at `$")
    path = place.removesuffix("`").removeprefix(".")
    if found := _MISSING.fullmatch(problem):
        return f"{path}.{found[1]} is missing" if path else f"{found[1]} is missing"
    if found := _EXPECTED.fullmatch(problem):
        wanted = " or ".join(_TYPES.get(name, name) for name in found["wanted"].split(" | "))
        received = f", not {_TYPES.get(found['received'], found['received'])}" if found["received"] else ""
        return f"{path or where} must be {wanted}{found['limit']}{received}"
    words = ", ".join(_words_of(form, path)) if problem.startswith("Invalid enum") else ""
    return f"{path or where}: {problem[0].lower()}{problem[1:]}" + (f"; it is one of: {words}" if words else "")


def _words_of(form: Any, path: str) -> Iterator[str]:
    """Yield the values of the enum at a path of a form."""
    annotations = [form]
    for member in re.sub(r"\[[^]]*\]", "", path).split("."):
        forms = [part for item in annotations for part in _parts(item) if _is_form(part)]
        annotations = [hints[member] for hints in map(get_type_hints, forms) if member in hints]
    for part in (part for item in annotations for part in _parts(item)):
        if get_origin(part) is Literal:
            yield from map(str, get_args(part))
        elif isinstance(part, type) and issubclass(part, Enum):
            yield from (str(item.value) for item in part)


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield an annotation and those that it is made of."""
    yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def json_type(value: object) -> str:
    """Return the type of a JSON value, with its article."""
    names = {dict: "object", list: "array", str: "str", bool: "bool", int: "int", float: "float"}
    return _TYPES[next((name for kind, name in names.items() if isinstance(value, kind)), "null")]
