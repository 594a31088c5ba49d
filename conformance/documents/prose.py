"""Sentences and lists below a member: `The default value is 10.`, `Possible values:`, `must be between 1 and 100`.

A sentence is read only where its meaning is plain from its words: the recurring forms of AWS's pages, each a pattern
here. What holds only under a condition is not read as if it always held. What stays unread is argued in the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from conformance.documents.claims import Statement, Value

Prose = tuple[tuple[int, str], ...]

ONE_OR_MORE: Final = ("one or more",)
"""The words of a page that give a list a least length."""

_SCALARS = {"string", "integer", "float", "boolean", "timestamp"}
_LENGTHS = ("min_length", "max_length")
_VALUE = ("minimum", "maximum")
_BOUNDS = {"string": _LENGTHS, "list": _LENGTHS, "map": _LENGTHS, "integer": _VALUE, "float": _VALUE}
"""The facets that are the least and the most of a type."""
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}

_NUMBER = r"-?\d(?:[\d,]*\d)?(?:\.\d+)?"
_PLACEHOLDERS = {
    "LOW": rf"(?P<low>{_NUMBER})(?: \([^)]*\))?",
    "HIGH": rf"(?P<high>{_NUMBER})(?: (?P<unit>[A-Za-z]+))?",
    " TO ": r"(?: to | through | and | ?[-\u2013] ?)",
}


def _form(kinds: str, pattern: str) -> tuple[set[str], re.Pattern[str]]:
    """Return a form of a sentence about members of some types, with the least and the most in place of LOW and HIGH."""
    for word, meant in _PLACEHOLDERS.items():
        pattern = pattern.replace(word, meant)
    return set(kinds.split()), re.compile(pattern)


_LIMITS = (
    _form(
        "integer float",
        r"(?:must|can) be (?:a (?:value|number) |an integer |set to a value |any value )?(?:between|from) LOW TO HIGH",
    ),
    _form(
        "integer float",
        r"(?:[Vv]alid|[Pp]ossible) (?:[Rr]ange|[Vv]alues?)(?: is| are)?:? (?:from |between )?LOW TO HIGH",
    ),
    _form("integer float", r"\brange(?: is)?(?: of)?(?: from)? LOW TO HIGH"),
    _form("integer float", r"\b[Mm]aximum(?: allowed)?(?: value| page size)?(?: allowed)? is HIGH"),
    _form("integer float", r"\b[Mm]inimum(?: of)? LOW, (?:and )?maximum(?: of)? HIGH"),
    _form("integer float", r"largest value(?: that)? you can specify is HIGH"),
    _form("integer float", r"\b[Mm]inimum(?: allowed)? value is LOW"),
    _form(
        "string",
        r"(?:must (?:be|have|contain)(?: a string of| between)?|string of|[Ll]ength must be between) LOW TO HIGH"
        r"(?<= characters)",
    ),
    _form("string", r"\b[Mm]aximum length(?::| is| of) HIGH"),
    _form("string", r"(?:can (?:be|have|contain) (?:a maximum of|up to)|no longer than) HIGH(?<= characters)"),
    _form("list map", r"^You can (?:specify|include|provide) (?:up to|a maximum of|as many as) HIGH(?: \w+){0,3}\.$"),
)
"""The forms in which pages state limits, and the types that they are limits of."""

_ANOTHER_RANGE = re.compile(rf",? (?:or|and) (?:from |between )?{_NUMBER}")
"""What follows a range that is only one of several."""
_CAPPED = re.compile(
    r"\b(?:greater|larger|higher|more) than\b.{0,80}\b(?:maximum of|at most|no more than|only|up to) \d.{0,80}"
    r"\b(?:returned|used|set|applied)\b"
)
"""What is said of a larger value that is taken all the same: the most is one of what comes back."""
_SIZE = re.compile(r" ?[KMGT]i?B\b")
_EACH = re.compile(r"\b[Ee]ach\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z(`])")
_CONDITIONAL = re.compile(
    r"(?:If|For|When|On|In) "
    r"(?!you (?:don't|don\u2019t|do not|omit|include a value|specify a value)\b|(?:not|no|un\w+)\b)"
)
_DEFAULT = re.compile(
    r"\b[Dd]efault(?:(?: value| directory| setting)? is|s to|(?: [Vv]alue)?:) (?:set to )?\*?"
    rf"(?:(?P<number>{_NUMBER})(?: (?P<unit>[A-Za-z]+))?|``(?P<quoted>[^`]+)``|(?P<word>[\w./-]*[\w/]))"
    r"\*?(?= ?[.,;:)]|\s*$| \(| and | if you )"
)
_OPTIONAL = re.compile(r"\(optional\)", re.IGNORECASE)
_ONE_OR_MORE = re.compile(r"A list of one or more ")
_CONDITION = re.compile(
    r"\(?(?:Required (?:if|when|for|only)\b"
    r"|This \w+ is (?:only )?(?:required|optional|valid|supported)(?: only)? (?:if|when|for)\b"
    r"|(?:Specify|Use) this \w+ only (?:if|when|for)\b"
    r"|You (?:must|can't|can\u2019t|cannot) (?:also )?(?:specify|set|include)\b)"
)

_VALUES = "Possible values:"
_BLOCKS = (_VALUES, "Constraints:")
_BULLET = re.compile(r"(?:[*\u2022-]|o)\s+(.+)")
_BLOCK_VALUE = re.compile(r"``([^`]+)``.*|(\S+)\s*(?::.*)?")
_TERM = r"(?:``[^`]+``|\"[^\"]+\"|[\w.-]*\w)"
_BETWEEN = r"(?:, (?:and |or )?| and | or | ?\| ?)"
_LISTED = re.compile(
    rf"(?:[Vv]alid|[Pp]ossible|[Aa]llowed) values(?: are|:| are:) ({_TERM}(?:{_BETWEEN}{_TERM})+)(?=\s?\.|$|\s\()"
)
_SERIES = re.compile(r": ((?:\w+, ){2,}or \w+)\.")
_EITHER = re.compile(r"\beither in (\w+) \([^)]*\) or (\w+) \([^)]*\)")
_ONLY = re.compile(r"Set \w+ to (\w+) if ")
_QUOTED_VALUE = re.compile(r"\bthe value ``(\w+)``")
_NARROWED = re.compile(r"Choose from ")
_INSTANCE = re.compile(r"\bml\.\w+\.\w+")
_HEADING = re.compile(r"(?:following(?: values)?(?: \([^)]*\))?|for the training job):$|^The training input mode ")
_CHOSEN = re.compile(r"(?:If you choose|\bspecify) (\w+)[,.]")
_ITEM = re.compile(r"`*([\w.-]*\w)`*\s*(?:| mode|: .*| - .*)")

_ALTERNATIVE = r"(?:(?:an?|the) )?(?!both\b|not\b|but\b)\w+(?: (?:parameter|field|array|object|filter|setting)s?)?"
_ALTERNATIVES = rf"{_ALTERNATIVE}(?:(?:, or |, and | or | and |, ){_ALTERNATIVE})+"
_ONE_OF_SEVERAL = re.compile(
    r"(?:Note that |(?:When|For) (?:calling|invoking|using|you call|you use|each) (?:this )?(?P<about>\w+)"
    r"(?: operation| request)?, )?"
    r"(?:(?:[Yy]ou|A request|The request) must (?:specify|provide|include|use|supply|contain|be provided with) "
    r"(?:a value for )?"
    rf"(?:(?P<how>either|exactly one(?: of)?|at least one(?: of)?|one of) )?(?P<given>{_ALTERNATIVES})"
    rf"|Either (?P<either>{_ALTERNATIVES}) must be (?:specified|provided))"
    r"(?P<both>,? \(?(?:but )?not both\)?|, but you can.t specify both[\w ]*|,? \(?or both\)?)?"
    r"(?:,? but at least one is required)?"
    r"(?: in (?:every|your|the|an?|each)(?: \w+)? request| to (?:create|update) an? [\w ]+"
    r"| or you (?:will )?(?:receive|get) an? \w+ error)?\.?"
)
"""The forms in which pages state that one of several members must be given, always."""
_MARKUP = re.compile(r"[`*]| ?<https?:[^>]*>_*")
_ARTICLE = re.compile(r"(?:(?:an?|the) )?(\w+)")


def alternatives(text: str, operation: str, member: str = "") -> tuple[tuple[str, ...], bool]:
    """Return the members of which one must be given by a sentence, and whether no more than one may be; none else.

    The sentence is about an operation, and explains a `member` if there is one.
    """
    if " must " not in text:
        return (), False
    plain = _MARKUP.sub("", text).strip()
    plain = re.sub(r"\bthis (?:parameter|field)\b", member, plain) if member else plain
    match = _ONE_OF_SEVERAL.fullmatch(plain)
    if match is None or match["about"] not in {None, "API", "operation", operation}:
        return (), False
    listed, how = match["given"] or match["either"], match["how"] or ""
    if " and " in listed and not how.endswith(" of"):
        return (), False
    names = tuple(name[1] for item in re.split(r", or |, and | or | and |, ", listed) if (name := _ARTICLE.match(item)))
    return names, how.startswith("exactly") or re.search("not both|specify both", match["both"] or "") is not None


def sentences(text: str) -> list[str]:
    """Split a text into its sentences."""
    return _SENTENCE.split(text)


def statements(prose: Prose, name: str, kind: str, listed: tuple[str, ...]) -> Iterator[Statement | int]:
    """Read what the prose below a member says; `kind` is its type, `listed` the values that the syntax draws for it.

    A statement with the facet `condition` is a sentence that says under which condition something holds. Yields the
    number of a line that looks like a constraint and can't be read.
    """
    rest: list[tuple[int, str]] = []
    block: list[tuple[int, str]] = []
    for line, text in (*prose, (0, "")):
        if block and _BULLET.fullmatch(text):
            block.append((line, text))
            continue
        if block:
            yield from _block(block, kind)
            block = []
        (block if text in _BLOCKS else rest).append((line, text))
    found: list[Statement] = []
    for line, text in rest:
        # What a bullet of a list or a map says of sizes is about the entry that the bullet explains.
        sized = kind in _SCALARS or _BULLET.fullmatch(text) is None
        for sentence in _SENTENCE.split(text):
            said = _sentence(line, sentence, name, kind, listed)
            found += said if sized else (item for item in said if item.facet not in _LENGTHS)
    if any(_CAPPED.search(sentence) for _, text in rest for sentence in _SENTENCE.split(text)):
        found = [item for item in found if item.facet != "maximum"]
    values: dict[str, set[Value]] = {}
    for statement in found:
        values.setdefault(statement.facet, set()).add(statement.value)
    # Where there are several, each holds under a condition.
    yield from (item for item in dict.fromkeys(found) if len(values[item.facet]) == 1 or item.facet == "condition")
    if kind == "string":
        yield from _enumerations(rest, listed)


def _block(lines: Sequence[tuple[int, str]], kind: str) -> Iterator[Statement | int]:
    """Read a list that the AWS CLI makes of the model's constraints or values."""
    (head, title), *items = lines
    words = [(line, _without_bullet(text)) for line, text in items]
    if title == _VALUES:
        values = [match[1] or match[2] for _, text in words if (match := _BLOCK_VALUE.fullmatch(text))]
        yield Statement("enum", tuple(values), head, (), tuple(line for line, _ in words))
        return
    for line, text in words:
        facet, _, value = text.partition(": ")
        value = value.removeprefix("``").removesuffix("``")
        if facet == "pattern":
            yield Statement("pattern", value, line)
        elif facet in {"min", "max"} and kind in _BOUNDS and re.fullmatch(_NUMBER, value):
            yield Statement(_BOUNDS[kind][facet == "max"], numeric(value), line)
        else:
            yield line


def _sentence(line: int, text: str, name: str, kind: str, listed: tuple[str, ...]) -> Iterator[Statement]:
    if _CONDITION.match(text):
        yield Statement("condition", text, line)
    if kind in _SCALARS and _OPTIONAL.search(text):  # on a structure the note is about something inside it
        yield Statement("required", value=False, line=line)
    if kind == "list" and _ONE_OR_MORE.match(text):
        yield Statement("min_length", 1, line, ONE_OR_MORE)
    if not _CONDITIONAL.match(_without_bullet(text)):
        yield from _defaults(line, text, name, kind, listed)
        yield from _limits(line, text, name, kind)


def _without_bullet(text: str) -> str:
    match = _BULLET.fullmatch(text)
    return match[1] if match else text


def _defaults(line: int, text: str, name: str, kind: str, listed: tuple[str, ...]) -> Iterator[Statement]:
    for match in _DEFAULT.finditer(text):
        value = _default(match, name, kind, listed)
        if value is not None:
            words = match["quoted"] or match["word"] or _words(match, "number")
            yield Statement("default", value, line, () if str(value) == words else (words,))


def _limits(line: int, text: str, name: str, kind: str) -> Iterator[Statement]:
    for kinds, form in _LIMITS:
        match = form.search(text) if kind in kinds else None
        if match and _EACH.search(text, 0, match.start()):  # a limit of a part of the value
            continue
        if (
            match
            and match.groupdict().get("low")
            and _ANOTHER_RANGE.match(text, match.end("high" if "high" in form.groupindex else "low"))
        ):
            continue
        for facet, group in zip(_BOUNDS[kind], ("low", "high"), strict=True) if match else ():
            amount = _amount(match, group, name) if match and match.groupdict().get(group) else None
            if match and amount is not None:
                words = _words(match, group)
                yield Statement(facet, amount, line, () if str(amount) == words else (words,))


def _words(match: re.Match[str], group: str) -> str:
    unit = match.groupdict().get("unit") or ""
    return f"{match[group]} {unit}" if unit.lower().removesuffix("s") in _SECONDS else match[group]


def _default(match: re.Match[str], name: str, kind: str, listed: tuple[str, ...]) -> Value | None:
    """Return the value that a member of a type has by default; None where the words are no such value."""
    if match["number"]:
        return _amount(match, "number", name) if kind in {"integer", "float"} else None
    word = match["quoted"] or match["word"]
    if kind == "boolean":
        return {"true": True, "false": False}.get(word.lower())
    if kind in {"integer", "float"}:
        return numeric(word) if re.fullmatch(_NUMBER, word) else None
    plain = wire_word(word, listed)
    # A word that is no value of the list, no name and no path is a word of the sentence.
    is_value = match["quoted"] or plain in listed or word[0].isupper() or "/" in word
    return plain if kind in {"string", ""} and is_value else None


def _amount(match: re.Match[str], group: str, name: str) -> int | float | None:
    """Return a number in the unit that the name of its member says; None where that is another kind of unit."""
    amount = numeric(match[group])
    unit = _SECONDS.get((match.groupdict().get("unit") or "").lower().removesuffix("s"))
    if unit is None:
        is_of_bytes = "bytes" in name.lower() and _SIZE.match(match.string, match.end(group))
        return None if is_of_bytes else amount
    named = [seconds for word, seconds in _SECONDS.items() if word in name.lower()]
    if len(named) != 1 or amount * unit % named[0]:
        return None
    return amount * unit // named[0]


def numeric(text: str) -> int | float:
    """Return the number that a text is, with or without commas."""
    value = float(text.replace(",", ""))
    return int(value) if value.is_integer() else value


def _enumerations(prose: Sequence[tuple[int, str]], listed: tuple[str, ...]) -> Iterator[Statement]:
    """Read the values that the prose lists: in a sentence, or in lines below a heading.

    What the syntax draws is complete: words beyond it are something else, but for those of a choice from it.
    """
    for line, text in prose:
        words = _enumerated(text)
        wire = tuple(wire_word(word, listed) for word in words)
        if words and (not listed or set(wire) <= set(listed) or _NARROWED.search(text)):
            yield Statement("enum", wire, line, () if wire == words else words)
    heads = [at for at, (_, text) in enumerate(prose) if _HEADING.search(text)]
    lists = [
        (prose[at][0], list(_items(prose[at + 1 : end]))) for at, end in zip(heads, [*heads[1:], None], strict=False)
    ]
    if not heads:
        chosen = [(line, match[1]) for line, text in prose if (match := _CHOSEN.search(text)) and match[1] in listed]
        lists = [(chosen[0][0], chosen)] if chosen else []
    for head, items in lists:
        words = tuple(word for _, word in items)
        wire = tuple(wire_word(word, listed) for word in words)
        more = tuple(line for line, _ in items if line != head)
        # One word is an example, not a list; a word that comes twice is no value.
        if 1 < len(words) == len(set(words)) and (not listed or set(wire) <= set(listed)):
            yield Statement("enum", wire, head, () if wire == words else words, more)


def _items(prose: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the values below a heading; none where a bullet holds something else."""
    found = []
    for line, text in prose:
        match = _ITEM.fullmatch(_without_bullet(text))
        if match:
            found.append((line, match[1]))
        elif _BULLET.fullmatch(text):
            return
    yield from found


def _enumerated(text: str) -> tuple[str, ...]:
    """Return the values that one sentence lists in full, none if it lists none."""
    if match := _LISTED.search(text):
        words = re.split(r", (?:and |or )?| and | or | ?\| ?", match[1])
        plain = tuple(word.strip('`"') for word in words)
        return (
            plain if all(word != word.lower() or word != bare for word, bare in zip(words, plain, strict=True)) else ()
        )
    if match := _EITHER.search(text) or _ONLY.match(text):
        return match.groups()
    if match := _SERIES.search(text):
        return tuple(match[1].replace("or ", "").split(", "))
    if _NARROWED.search(text):
        return tuple(_INSTANCE.findall(text))
    quoted = tuple(_QUOTED_VALUE.findall(text))
    return quoted if len(quoted) > 1 else ()


def wire_word(word: str, listed: tuple[str, ...]) -> str:
    """Return the value that the syntax draws for a word that the prose may shout: OFF is Off."""
    return next((value for value in listed if folded(value) == folded(word)), word)


def folded(word: str) -> str:
    """Return a word as it is compared where only its case may differ."""
    return word.replace("_", "").lower()
