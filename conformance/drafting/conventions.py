"""What the names of a model are taken to mean: pages, order and filters of a listing, names of resources, errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from conformance.contract.names import noun_of, verb_of
from conformance.drafting.trees import Part

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")


@cache
def table() -> Mapping[str, Any]:
    """Return the table of conventions."""
    text = files("conformance.drafting").joinpath("conventions.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - a safe loader


def words_of(name: str) -> list[str]:
    """Split a name into its words, in lower case but for abbreviations: `ListSecrets` is list and secrets."""
    return [word if len(word) > 1 and word.isupper() else word.lower() for word in _WORD.findall(name)]


def summary_of(operation: str) -> str:
    """Return what an operation does, in a few words: `Describes a secret`."""
    verb, *rest = words_of(operation)
    manner = _MANNERS.get(verb, "") if rest else ""
    if manner:
        verb, *rest = rest
    phrases: list[list[str]] = [[]]
    for word in rest:
        if word in _PREPOSITIONS:
            phrases.append([word])
        else:
            phrases[-1].append(word)
    phrases = [_with_article(phrase) for phrase in phrases]
    words = (plural(verb).capitalize(), *(word for phrase in phrases for word in phrase), manner)
    return " ".join(filter(None, words))


_MANNERS = {"batch": "in a batch", "admin": "as an administrator"}
"""First words of names that are no verbs: `BatchGetImage` gets images."""
_PREPOSITIONS = frozenset({"for", "from", "of", "in", "to", "with", "by"})
_UNCOUNTED = frozenset({"data", "metadata", "information", "content", "history", "access", "usage", "text"})


def _with_article(phrase: list[str]) -> list[str]:
    """Return a phrase with `a` or `an` before what is one thing."""
    head = phrase[0] in _PREPOSITIONS if phrase else False
    named = phrase[1:] if head else phrase
    if not named or phrase[0] == "by" or named[-1] in _UNCOUNTED or not _is_singular(named[-1]):
        return phrase
    article = "an" if named[0][0].lower() in "aeio" else "a"
    return [*phrase[: len(phrase) - len(named)], article, *named]


def _is_singular(word: str) -> bool:
    return not word.endswith("s") or word.endswith(("ss", "us", "is"))


def plural(word: str) -> str:
    """Return a noun in the plural, or a verb in the third person: both end alike."""
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("ch", "sh", "s", "x")) else f"{word}s"


def items_of(operation: str) -> str:
    """Return what an operation lists, in words: `secrets` of ListSecrets; `items` where its name does not say it."""
    words = words_of(noun_of(operation)) if verb_of(operation) != operation else []
    return " ".join((*words[:-1], plural(words[-1]))) if words else "items"


@cache
def folded(name: str) -> str:
    """Return a name without case and punctuation, as conventions compare it."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@dataclass
class Conventions:
    """What is inferred of one operation; a comment says so next to it, and an open question is listed at the end."""

    operation: str
    request: Part
    answer: Part
    modelled_pages: Mapping[str, Any] | None
    """The model's paginator; None where it has none."""
    prose: Mapping[str, Sequence[tuple[int, str]]] = field(default_factory=dict)
    """The lines in which pages explain members of the input, by path."""
    comments: dict[str, Any] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)

    @property
    def noun(self) -> str:
        """What the operation is about, in the singular."""
        return noun_of(self.operation)

    def pagination(self) -> dict[str, Any] | None:
        """Return the members that carry a listing over its pages; None where it has no pages."""
        pages = self.modelled_pages
        if pages is not None:
            limit, more = pages.get("limit_key"), pages.get("more_results")
            found = {
                "input_token": pages["input_token"],
                "output_token": pages["output_token"],
                **({"limit": limit} if limit else {}),
                **({"more": more} if more else {}),
                "result": pages["result_key"],
            }
            results = found["result"] if isinstance(found["result"], list) else [found["result"]]
            lists = [name for name in results if (part := self.answer.parts.get(name)) and part.type == "list"]
            if isinstance(found["output_token"], str) and found["output_token"] in self.answer.parts and lists:
                return found | {"result": lists[0] if len(lists) == 1 else lists}
            self.questions.append(f"how does {self.operation} page? No list at the top of its answer is {results[0]}")
            return None
        token = next((name for name in table()["tokens"] if self._both(name)), None)
        lists = [part.name for part in self.answer.parts.values() if part.type == "list"]
        if token is None or len(lists) != 1:
            return None
        limit = next((name for name in table()["limits"] if name in self.request.parts), None)
        self.comments["pagination"] = "inferred: the model has no paginator"
        return {"input_token": token, "output_token": token, **({"limit": limit} if limit else {}), "result": lists[0]}

    def _both(self, name: str) -> bool:
        return name in self.request.parts and name in self.answer.parts

    def item(self, pagination: Mapping[str, Any]) -> Part | None:
        """Return what a page has a list of."""
        listed = self._listed(pagination)
        return listed.parts.get("[]") if listed else None

    def lists_urls(self, pagination: Mapping[str, Any]) -> bool:
        """Return whether the list of a page is called one of URLs."""
        listed = self._listed(pagination)
        return listed is not None and folded(listed.name).removesuffix("s").endswith(_URL)

    def _listed(self, pagination: Mapping[str, Any]) -> Part | None:
        result = pagination["result"]
        return self.answer.parts.get(result if isinstance(result, str) else result[0])

    def listing(self, item: Part) -> dict[str, Any] | None:
        """Return order and filters of a listing, and what identifies an item; None where nothing does."""
        identity = self.identity(item)
        if identity is None:
            self.questions.append(f"what identifies an item of {self.operation}?")
            return None
        comments = self.comments.setdefault("listing", {"": "inferred from the names of members"})
        found: dict[str, Any] = {"identity": identity} if identity else {}
        found |= self._order(item, comments)
        found |= self._narrowing(item)
        return found

    def identity(self, item: Part) -> str | None:
        """Return the member that identifies an item; empty for an item that is a text, None where there is none.

        What a request has to name is what all of its items have: the parameter of a history, and not what is in it.
        """
        if item.type == "string":
            return ""
        found = self._identity(item)
        part = self.request.parts.get(found or "")
        return None if part is not None and part.type == "string" and part.effective("required") else found

    def _identity(self, item: Part) -> str | None:
        names = {folded(name): name for name, part in item.parts.items() if part.type == "string"}
        wanted = (folded(pattern.format(noun=self.noun)) for pattern in table()["identity"])
        endings = [
            (key.removesuffix(end), name) for end in _IDENTIFIERS for key, name in names.items() if key.endswith(end)
        ]
        about = [name for stem, name in endings if stem and _same_ending(stem, folded(self.noun))]
        ids = [name for name in about if folded(name).endswith("id")]  # several items may have one name
        only = [name for _, name in endings] if len(endings) == 1 else []
        return next(iter((*ids, *(names[name] for name in wanted if name in names), *about, *only)), None)

    def _member(self, word: str, item: Part, fits: Callable[[Part], bool]) -> str | None:
        """Return the member of an item that a word names: in full, or without what is listed."""
        names = {folded(name): name for name, part in item.parts.items() if fits(part)}
        word = folded(word)
        for candidate in (word, folded(self.noun) + word, word.removeprefix(folded(self.noun))):
            if candidate and candidate in names:
                return names[candidate]
        ending = [name for key, name in names.items() if key.endswith(word)]
        return ending[0] if len(ending) == 1 else None

    def _order(self, item: Part, comments: dict[str, Any]) -> dict[str, Any]:
        by_name = {folded(name): part for name, part in self.request.parts.items()}
        sort_by, sort_order = by_name.get("sortby"), by_name.get("sortorder") or by_name.get("order")
        if sort_by is None or sort_order is None:
            return {}
        words, orders = sort_by.effective("enum") or (), sort_order.effective("enum") or ()
        ascending = next((word for word in orders if word.lower().startswith("asc")), None)
        descending = next((word for word in orders if word.lower().startswith("desc")), None)
        keys = {word: self._member(word, item, lambda part: part.type in _SORTED) for word in words}
        unknown = [word for word, member in keys.items() if member is None]
        if unknown:
            self.questions.append(f"by what does {self.operation} sort for {sort_by.name} {' and '.join(unknown)}?")
        known = {word: member for word, member in keys.items() if member is not None}
        if not ascending or not descending or not known:
            return {}
        grouped = [word for word, member in known.items() if item.parts[member].effective("enum")]
        found: dict[str, Any] = {
            "sort_by": sort_by.name,
            "sort_order": sort_order.name,
            "ascending": ascending,
            "descending": descending,
            "keys": known,
        }
        if grouped:
            found["grouped_only"] = grouped
            comments["grouped_only"] = "nothing says which word comes first"
        return found

    def _narrowing(self, item: Part) -> dict[str, Any]:
        found: dict[str, dict[str, str]] = {}
        keyed = self._keyed(item, found)
        for path, name, part in self._asked_for():
            if name in keyed:
                continue
            if (member := _of_the_same_words(part, item)) is not None:
                found.setdefault("filters", {})[path] = member
                continue
            row = next((row for row in table()["narrowing"] if folded(name).endswith(row["suffix"].lower())), None)
            if row is None or row["way"] is None or part.type != row["type"]:
                if folded(name).endswith(_OF_FILTERS) and not part.members:
                    self.questions.append(f"which items does {name} of {self.operation} keep?")
                continue
            word = name[: -len(row["suffix"])]
            kind = row["type"]
            member = self._member(word, item, _of_type(kind)) if word else None
            if member is None:
                self.questions.append(f"which items does {name} of {self.operation} keep?")
                continue
            found.setdefault(row["way"], {})[path] = member
        return found

    def _keyed(self, item: Part, found: dict[str, dict[str, str]]) -> set[str]:
        """Find how entries of lists of filters narrow a listing by their key; return the names of the lists."""
        lists = {}
        for name, part in self.request.parts.items():
            members = {folded(key): held for key, held in part.parts["[]"].parts.items()} if _is_filters(part) else {}
            key = next((members.pop(word) for word in table()["filter_keys"] if word in members), None)
            values = next((members.pop(word) for word in table()["filter_values"] if word in members), None)
            required = any(other.effective("required") for other in members.values())
            if key is None or values is None or not key.effective("enum") or required:
                continue
            end = f"{values.name}[]" if values.type == "list" else values.name
            lists[name] = list(key.effective("enum"))
            for word in key.effective("enum"):
                way, member = self._compared(word, self.prose.get(key.path, ()), item)
                if way and member:
                    found.setdefault(way, {})[f"{name}[{key.name}={word}].{end}"] = member
                    lists[name].remove(word)
        for name, words in lists.items():
            if words:
                self.questions.append(f"which items does {name} of {self.operation} keep for {', '.join(words)}?")
        return {*lists}

    def _compared(self, word: str, prose: Iterable[tuple[int, str]], item: Part) -> tuple[str | None, str | None]:
        """Return how a key of filters is compared with which member of an item; none where nothing is sure of it.

        A word or an id is the very one; what else may be compared in many ways, of which the page names one.
        """
        about = re.compile(rf"\W*{re.escape(word)}\W+(.+)")
        said = " ".join(match[1] for _, text in prose if (match := about.fullmatch(text)))
        stated = [way for way, words in table()["compared"].items() if re.search(words, said, re.IGNORECASE)]
        row = next((row for row in table()["narrowing"] if folded(word).endswith(row["suffix"].lower())), None)
        stem = word
        if row is not None and not stated:
            stem, stated = word[: -len(row["suffix"])], [row["way"] if row["type"] == "string" else None]
        member = self._member(stem, item, _of_type("string")) if folded(stem) else None
        plain = member and (item.parts[member].effective("enum") or folded(member).endswith(("id", "arn")))
        member = member or _in_a_list(stem, item)
        return (stated[0] if stated and None not in stated else "filters" if plain and not stated else None), member

    def _asked_for(self) -> Iterator[tuple[str, str, Part]]:
        """Yield what a request may ask for, with its path and name: a member, one in a structure of filters, a word."""
        for name, part in self.request.parts.items():
            inside = part.members if folded(name).endswith(_OF_FILTERS) else {}
            needs = {key for key, held in inside.items() if held.effective("required")}  # one can't be asked alone then
            for path, word, asked in (
                (name, name, part),
                *((f"{name}.{key}", key, held) for key, held in inside.items() if needs <= {key}),
            ):
                entry = asked.parts.get("[]") if asked.type == "list" else None
                yield (f"{path}[]", word, entry) if entry and entry.effective("enum") else (path, word, asked)


_OF_FILTERS = ("filter", "filters")


def _in_a_list(word: str, item: Part) -> str | None:
    """Return the path of the texts in a list of an item that a word names: `Tags[].Key` for `tag-key`."""
    lists = [part for part in item.parts.values() if part.type == "list" and part.parts["[]"].type == "structure"]
    texts = [(part, held) for part in lists for held in part.parts["[]"].members.values() if held.type == "string"]
    named = (f"{part.name}[].{it.name}" for part, it in texts if folded(part.name[:-1] + it.name) == folded(word))
    return next(named, None)


def _is_filters(part: Part) -> bool:
    return part.type == "list" and bool(part.parts["[]"].members) and "filter" in folded(part.name)


def _of_the_same_words(part: Part, item: Part) -> str | None:
    """Return the one member of an item that has just the words of what is asked for; None where there is none."""
    words = set(part.effective("enum") or ())
    same = [name for name, member in item.parts.items() if words and set(member.effective("enum") or ()) == words]
    return same[0] if len(same) == 1 else None


_IDENTIFIERS = ("name", "id", "arn")


def _same_ending(stem: str, noun: str) -> bool:
    return noun.endswith(stem) or stem.endswith(noun)


def _of_type(kind: str) -> Callable[[Part], bool]:
    return lambda part: part.type == kind


_SORTED = {"string", "timestamp", "integer", "long", "float", "double"}


def is_creating(operation: str) -> bool:
    """Return whether what an operation is named after is made by it."""
    return verb_of(operation) in table()["creating"]


def subjects(operation: str, request: Part, either: Iterable[Sequence[str]] = ()) -> list[str]:
    """Return the members that name what a request is about, what the operation is named after first.

    Names come before other texts, such as the policy that is put. They are required, or else the one of a group of
    alternatives that is a name, before ids and ARNs.
    """
    named = [part.name for part in request.parts.values() if part.type == "string" and _names_something(part)]
    noun = folded(noun_of(operation))
    if is_creating(operation):  # what it is named after is not there yet
        own = {folded(pattern.format(noun=noun)) for pattern in (*table()["identity"], "{noun}")}
        named = [name for name in named if folded(name) not in own]
    elif not named:
        texts = (name for group in either for name in group if request.parts[name].type == "string")
        ranked = ((_rank(name), name) for name in texts if not request.parts[name].effective("enum"))
        named = [name for rank, name in sorted(ranked) if rank < len(_IDENTIFIERS)][:1]
    return sorted(named, key=lambda name: (not folded(name).endswith(_NAMING), not folded(name).startswith(noun)))


def _rank(name: str) -> int:
    """Return how early an identifier is taken by its last word; beyond all of them for what is none."""
    ends = (number for number, end in enumerate(_IDENTIFIERS) if folded(name).endswith(end))
    return next(ends, len(_IDENTIFIERS))


def paths_of(path: str, kinds: Iterable[str], item: Part) -> dict[str, list[str]]:
    """Return the paths of the names of several kinds that an item has, that of one name first; none for one alone."""
    stem = re.sub(f"({'|'.join(_IDENTIFIERS)})$", "", folded(path))
    wanted = {end for kind in kinds for end in (kind, stem + kind)}
    others = [
        name for name, part in item.parts.items() if name != path and part.type == "string" and folded(name) in wanted
    ]
    return {"path": [path, *others]} if path and others else {}


def _names_something(part: Part) -> bool:
    return bool(part.effective("required")) and not part.effective("enum")


@dataclass(frozen=True)
class Lister:
    """A listing of the contract, in whose items a name is looked for."""

    operation: str
    noun: str
    identity: str
    item: Part
    asks: bool
    """Whether it needs a name itself."""
    lists_urls: bool
    """Whether items that are texts are URLs: these are no names."""

    def paths(self, member: str, shape: str, noun: str) -> Iterator[tuple[int, int, str]]:
        """Yield the paths at which an item may have what a member names: how far off in kind, in name, and the path."""
        name = folded(member)
        stem = next((name.removesuffix(end) for end in (*_NAMING, _URL) if name.endswith(end)), name)
        about = _about(stem, noun, folded(self.noun))
        if not self.item.parts and about == 0 and name.endswith(_URL) == self.lists_urls:
            yield about, 0, ""
        for part in self.item.parts.values():
            if part.type == "string" and not part.effective("enum"):
                same_shape = bool(shape) and part.shape == shape and shape not in _ANY
                if folded(part.name) == name and (about < _UNRELATED or stem not in _OF_ANYTHING):
                    yield about, 0 if same_shape else 1, part.name
                elif about == 0 and stem and folded(part.name) == name.removeprefix(stem):
                    yield about, 2, part.name
                elif same_shape and about < _UNRELATED:
                    yield about, 4, part.name
        if about == 0 and stem and self.identity and _is_arn(self.identity) is _is_arn(member):
            yield about, 3, self.identity


def origin(operation: str, member: str, shape: str, listings: Iterable[Lister]) -> dict[str, Any] | None:
    """Return the listing whose items have what a member of an operation names: one of what it is about, if there is.

    A `Name` or an `Id` is that of what the operation is about: alone, it may be of anything.
    """
    noun = folded(noun_of(operation))
    found = [
        (about, each.asks, how, each.operation, path)
        for each in listings
        for about, how, path in each.paths(member, shape, noun)
    ]
    if not found:
        return None
    *_, listing, path = min(found)
    return {"operation": listing, **({"path": path} if path else {})}


def _is_arn(member: str) -> bool:
    return folded(member).endswith("arn")


def _about(stem: str, noun: str, listed: str) -> int:
    """Return how far what a listing lists is from what a member names: 0 where it is the same, 2 where it is another.

    `stem` is what the name of the member says of it, `noun` what its operation is about.
    """
    if stem in _OF_ANYTHING:
        return 0 if listed == noun else 1 if noun.startswith(listed) else _UNRELATED
    if listed == stem or (listed == noun and listed.endswith(stem)):
        return 0
    return 1 if listed.endswith(stem) else _UNRELATED


_UNRELATED = 2
_NAMING = ("identifier", "name", "arn", "id")
"""How names of members that name something end."""
_URL = "url"
_OF_ANYTHING = ("", "resource")
_ANY = {"String", "NonEmptyString", "Name", "__string", "Arn", "ARN"}


def may_tell_absence(code: str, operation: str, subject: str, *, is_listed: bool) -> bool:
    """Return whether an error about what is not there may be about what a request is about: that, or any resource."""
    if subject and not is_listed and not folded(subject).endswith((*_NAMING, folded(noun_of(operation)))):
        return False  # a token or an iterator
    stem = re.sub(rf"exception|fault|error|{table()['not_found'].lower()}", "", code.lower())
    words = [*_words_for(operation, subject)]
    return stem in _OF_ANY_RESOURCE or "resource" in words or any(stem in word or word in stem for word in words)


def _words_for(operation: str, subject: str) -> Iterator[str]:
    """Yield what a request is about, by the name of its operation and of the member that names it."""
    name = folded(subject)
    yield folded(noun_of(operation))
    yield next((name.removesuffix(end) for end in _NAMING if name.endswith(end)), name) or name


_OF_ANY_RESOURCE = ("", "resource", "entity")


def codes(names: Iterable[str], pattern: str) -> Iterator[str]:
    """Yield the error codes whose names fit a convention."""
    found = re.compile(table()[pattern])
    yield from (name for name in names if found.search(name))
