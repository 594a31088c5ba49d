"""Kinds of resources that a contract can make: what creates, describes, lists and deletes them, and by which names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from conformance.contract.examples import example, keeps, required_values
from conformance.contract.model import Contract, Node, Operation, has_type
from conformance.contract.names import CREATING, DELETING, noun_of, verb_of

MARK: Final = "conformance"
"""What the names of resources begin with that the suite makes."""
_STEMS = (
    "{mark}-{tag}-{number}", "{mark}_{tag}_{number}", "{mark}{tag}{number}", "/{mark}/{tag}/{number}", "c{tag}{number}",
)  # fmt: skip
_NAMING = ("{noun}name", "{noun}id", "{noun}identifier", "{noun}arn", "{noun}", "{noun}url", "identifier", "id", "arn")
"""Members that name a resource, by what it is, the likeliest first."""
_OWN_NAMES = 5
"""How many of them have the name of the kind in them."""
_FORCE = re.compile(r"[Ff]orce[A-Z]?|[Ee]nforce[A-Z]")
"""Switches of a Delete without which some resources stay, or stay for a while."""
FORESEEN = ("Create", "Register", "Import")
"""Verbs after which something is there that was not; after others there may be, or something has changed."""
_COMPOSED = frozenset({"structure", "list", "map"})
_TELLING = 4
"""Letters of a member's name that is recognised in a message."""


def folded(name: str) -> str:
    """Return a name without case and punctuation, as names are compared."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@dataclass(frozen=True)
class ResourceKind:
    """One kind of resource, such as the secrets of a service."""

    noun: str
    create: Operation
    own: str = ""
    """The member of Create's input that names it; empty where the service names it."""
    describe: Operation | None = None
    listing: Operation | None = None
    delete: Operation | None = None
    stop: Operation | None = None
    """What ends it first where it can't be deleted as long as it is under way."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """Required members of Create that name other resources, and the listings that show these."""

    @property
    def is_final(self) -> bool:
        """Whether what is deleted is gone, not only planned to go."""
        return self.delete is not None and verb_of(self.delete.name) in DELETING

    @property
    def is_new(self) -> bool:
        """Whether what Create was accepted for was not there before; what puts something may have changed it."""
        return verb_of(self.create.name) in FORESEEN

    def name(self, tag: str, number: int) -> Any:
        """Return a name that marks a resource as the suite's, where the constraints have room for that."""
        node = self.create.input.members[self.own]
        stems = (f"{node.example}-{{tag}}-{{number}}",) if isinstance(node.example, str) else ()
        made = (stem.format(mark=MARK, tag=tag, number=number) for stem in (*stems, *_STEMS))
        made = (text.replace("--", "-").replace("//", "/") for text in made) if not tag else made
        return next((text for text in made if keeps(node, text)), None) or example(node, number)

    def input(
        self, tag: str, number: int, parents: Mapping[str, Any], *more: str, alike: bool = False
    ) -> dict[str, Any]:
        """Return the input that makes a resource: what is required, and `more` members.

        Its values differ from number to number, unless they are `alike`: but for the name, then.
        """
        nodes = self.create.input.members
        found = {name: _value_of(nodes[name], 1) for name in more}
        found |= {
            name: _value_of(nodes[name], 1 if alike else number)
            for name in (*self.create.needed, *required_values(self.create))
        }
        found |= parents
        if self.own:
            found = {self.own: self.name(tag, number), **found, self.own: self.name(tag, number)}
        return {name: value for name, value in found.items() if value is not None}

    def needed_too(self, message: str, given: Iterable[str]) -> tuple[str, ...]:
        """Return the optional members that a rejected Create may lack: those that the message names.

        No constraint says that one of several members must be there; the words of the rejection often do.
        """
        said, nodes, known = folded(message), self.create.input.members, {*given}
        instead = (group.members for group in self.create.either if group.exactly and known & {*group.members})
        known |= {name for members in instead for name in members}
        return tuple(
            name
            for name, node in nodes.items()
            if name not in known and len(name) >= _TELLING and folded(name) in said and example(node) is not None
        )

    @staticmethod
    def known(members: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
        """Return what names a resource: the texts of its input, and those of the answer, also one structure further in.

        What the answer says goes first: a service may spell a name in its own way. Of a structure in the input counts
        what names just that, such as the BudgetName of a Budget.
        """
        inner = (part for part in answer.values() if isinstance(part, dict))
        texts = [{name: value for name, value in part.items() if isinstance(value, str)} for part in (*inner, answer)]
        given = ((outer, part.items()) for outer, part in members.items() if isinstance(part, dict))
        within = (
            (name, value) for outer, part in given for name, value in part if folded(name) == f"{folded(outer)}name"
        )
        found = {name: value for name, value in (*within, *members.items()) if isinstance(value, str)}
        for part in texts:
            found |= part
        return found

    def about(self, operation: Operation | None, known: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the members of a request about a resource; None where nothing that is known names it there."""
        named = {} if operation is None else self.naming(operation, known)
        if operation is None or not named:
            return None
        nodes = operation.input.members
        for name in operation.needed:
            if name not in named and self._is_name(operation, name):
                return None
            value = self.same_named(known, name)
            asked = self.create.input.members.get(name)
            # A target that has taken what breaks a constraint knows the resource by just that.
            taken = asked is not None and has_type(nodes[name].type, value) and not keeps(asked, value)
            named.setdefault(name, value if taken or _fits(nodes[name], value) else example(nodes[name]))
        if verb_of(operation.name) in DELETING:
            forced = (name for name, node in nodes.items() if node.type == "boolean" and _FORCE.match(name))
            named |= dict.fromkeys(forced, True)
        return None if None in named.values() else named

    def naming(self, operation: Operation, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return the members that name a resource in requests of an operation: those that must, else the likeliest."""
        own = (folded(self.own), *_naming(self.noun))
        others = sorted(
            (name for name in operation.input.members if folded(name) in own), key=lambda it: own.index(folded(it))
        )
        values = {name: self.value(operation, name, known) for name in dict.fromkeys((*operation.needed, *others))}
        named = [name for name, value in values.items() if value is not None]
        needed = [name for name in named if name in operation.needed]
        return {name: values[name] for name in needed or named[:1]}

    def value(self, operation: Operation, member: str, known: Mapping[str, Any]) -> Any:
        """Return the value by which a member names a resource; None for a member that does not."""
        if not self._is_name(operation, member):
            return None
        node, own = operation.input.members[member], (folded(self.own), *_naming(self.noun))
        linked = operation.names[member] if self._is_linked(operation, member) else None
        paths = [folded(path.rpartition(".")[2]) for path in linked.paths] if linked is not None else []
        if self._is_answered(member) and member not in self.create.input.members:
            own = tuple(
                key for key in own if key.endswith(("id", "arn", "url"))
            )  # a name is no id that the service gives
        keys = [
            key for key in (folded(member), *paths, *own) if not folded(member).endswith("arn") or key.endswith("arn")
        ]
        by_name = {folded(name): value for name, value in known.items()}
        if node.type in _COMPOSED:
            inner = {name: by_name.get(folded(name)) for name in node.members if folded(name) in own}
            return next(({name: value} for name, value in inner.items() if _fits(node.members[name], value)), None)
        # What breaks a constraint is a name nonetheless, or is of another type, where a target has taken or given it.
        is_alike = bool(self.own) and folded(self.own) in keys and node.type == self.create.input.members[self.own].type
        taken, exact = by_name.get(folded(self.own)) if is_alike else None, by_name.get(folded(member))
        if exact is not None and (has_type(node.type, exact) or folded(member) == folded(self.own)):
            return exact
        values = [by_name[key] for key in keys if has_type(node.type, by_name.get(key))]
        return next((value for value in values if keeps(node, value)), next(iter(values), taken))

    def _is_answered(self, member: str) -> bool:
        """Whether the answer of Create has what identifies the resource under the name of a member."""
        inner = (node for node in self.create.output.members.values() if node.type == "structure")
        names = {folded(name) for part in (self.create.output, *inner) for name in part.members}
        return folded(member).endswith(("id", "arn", "url")) and folded(member) in names

    def _is_linked(self, operation: Operation, member: str) -> bool:
        source = operation.names.get(member)
        return self.listing is not None and source is not None and source.operation == self.listing.name

    def _is_name(self, operation: Operation, member: str) -> bool:
        """Whether a member of a request names the resource."""
        own = {folded(self.own), *_naming(self.noun)}
        return folded(member) in own or self._is_linked(operation, member) or self._is_answered(member)

    def can_be_named(self, operation: Operation) -> bool:
        """Whether a request of an operation may name the resource, whatever its values are."""
        return any(self._is_name(operation, name) for name in operation.input.members)

    @staticmethod
    def same_named(known: Mapping[str, Any], member: str) -> Any:
        """Return what is known under the name of a member, in any case; None where nothing is."""
        return next((value for name, value in known.items() if folded(name) == folded(member)), None)

    def item_named(self, items: Iterable[Any], known: Mapping[str, Any]) -> Any:
        """Return the item of the kind's listing that is the resource; None where it is not among them."""
        spec = self.listing.listing if self.listing is not None else None
        identity = spec.identity if spec is not None else ""
        names = {folded(identity.rpartition(".")[2]), folded(self.own)}
        wanted = [value for name, value in known.items() if folded(name) in names] if identity else []
        wanted = wanted or [*(names_among(known, self.own) if not identity else known).values()]
        # Several may have the name that was asked for: an identifier that is known decides alone.
        by_own = self.own if self.same_named(known, identity.rpartition(".")[2]) is None else ""
        # Names are unique below what they belong to, or are not: an identifier that both have decides.
        sure = {*map(folded, self.parents), *_naming(self.noun)[1:_OWN_NAMES]}
        fixed = {name: value for name, value in known.items() if folded(name) in sure and value is not None}
        for item in items:
            at = {name: self.same_named(item, name) for name in fixed} if isinstance(item, dict) else {}
            if any(value not in (None, fixed[name]) for name, value in at.items()):
                continue
            value, own = self.identity_of(item), self._own_of(item) if by_own and isinstance(item, dict) else None
            if (value is not None and value in wanted) or (own is not None and own == known.get(self.own)):
                return item
        return None

    def _own_of(self, item: Mapping[str, Any]) -> Any:
        """Return by which name an item was asked for: BaselineName where Create has a Name."""
        found = self.same_named(item, self.own)
        ends = (value for name, value in item.items() if folded(name).endswith(folded(self.own)))
        return found if found is not None else next(ends, None)

    def lacks_identity(self, known: Mapping[str, Any]) -> bool:
        """Whether a listing shows by what the resource is identified, and neither its input nor its answer has."""
        spec = self.listing.listing if self.listing is not None else None
        identity = spec.identity.rpartition(".")[2] if spec is not None else ""
        return bool(identity) and self.same_named(known, identity) is None

    def identity_of(self, item: Any) -> Any:
        """Return what identifies an item of the kind's listing; None where it lacks that."""
        spec = self.listing.listing if self.listing is not None else None
        for step in spec.identity.split(".") if spec is not None and spec.identity else ():
            item = item.get(step) if isinstance(item, dict) else None
        return item


def names_among(known: Mapping[str, Any], own: str = "") -> dict[str, Any]:
    """Return what is known of a resource without what names nothing, which may be anything: a secret, say."""
    ends = ("name", "id", "arn", "identifier", "url")
    return {name: value for name, value in known.items() if name == own or folded(name).endswith(ends)}


def _fits(node: Node, value: Any) -> bool:
    return has_type(node.type, value) and keeps(node, value)


def _value_of(node: Node, number: int) -> Any:
    """Return a valid value of a member that is given: its example, or one that is not empty where it may be."""
    value = example(node, number) if node.example is None else node.example
    return value or example(node, number, optional=True) if value in ([], {}) else value


def kinds(contract: Contract) -> tuple[tuple[ResourceKind, ...], tuple[str, ...]]:
    """Return the kinds of resources that a contract can make, parents first; and which need each other, in words."""
    found: dict[str, ResourceKind] = {}
    for operation in sorted(contract.operations.values(), key=lambda item: verb_of(item.name) not in FORESEEN):
        kind = kind_of(contract, operation)
        if kind is not None:
            found.setdefault(kind.noun, kind)
    circles: list[str] = []
    while True:
        shown = {kind.listing.name: kind.noun for kind in found.values() if kind.listing is not None}
        above = {noun: {shown[item] for item in kind.parents.values() if item in shown} for noun, kind in found.items()}
        try:
            return tuple(found[noun] for noun in TopologicalSorter(above).static_order()), tuple(circles)
        except CycleError as error:
            circles += [
                f"{found[noun].create.name} needs what {found[other].create.name} makes"
                for noun, other in _pairs(error)
            ]
            found = {noun: kind for noun, kind in found.items() if noun not in error.args[1]}


def _pairs(error: CycleError) -> Iterator[tuple[str, str]]:
    circle = error.args[1]
    return zip(circle[1:], circle, strict=False)


def _naming(noun: str) -> tuple[str, ...]:
    return tuple(pattern.format(noun=folded(noun)) for pattern in _NAMING)


def kind_of(contract: Contract, create: Operation) -> ResourceKind | None:
    """Return the kind that an operation makes; None where it makes none, or none that is shown or can be deleted.

    Where there is a Create, what imports or registers the same makes none.
    """
    if verb_of(create.name) not in CREATING:
        return None
    noun = noun_of(create.name)
    if verb_of(create.name) != FORESEEN[0] and f"{FORESEEN[0]}{noun}" in contract.operations:
        return None
    about = [item for item in contract.operations.values() if noun_of(item.name) == noun]
    listing = next((item for item in about if item.listing is not None and item.pagination is not None), None)
    describing = (item for verb in ("Describe", "Get") for item in about if verb_of(item.name) == verb)
    planned = contract.operations.get(f"Schedule{noun}Deletion")
    delete = next((item for item in about if verb_of(item.name) in DELETING), planned)
    own = _own(create, noun, listing)
    describe = next((item for item in describing if item.listing is None and _is_named(item, noun, own)), None)
    if listing is not None and not _can_be_found(create, own, listing):
        listing = None
    parents = {
        name: source.operation
        for name, source in create.names.items()
        if name != own
        and name in create.needed
        and (listing is None or source.operation != listing.name)
        and folded(name).endswith(_naming(noun_of(source.operation))[:_OWN_NAMES])
    }
    kind = ResourceKind(noun, create, own, describe, listing, delete, contract.operations.get(f"Stop{noun}"), parents)
    if delete is not None and not kind.can_be_named(delete):
        kind = replace(kind, delete=None)
    is_shown = listing is not None or describe is not None
    return kind if kind.delete is not None or (is_shown and kind.is_new) else None


def makes_anew(contract: Contract, operation: Operation) -> bool:
    """Whether an operation makes something, and no listing shows what its subject names: then no name is unknown."""
    kind = kind_of(contract, operation)
    return kind is not None and operation.subject not in kind.parents


def kind_ended_by(contract: Contract, operation: Operation) -> ResourceKind | None:
    """Return the kind that an operation deletes or stops; None where the contract does not make it."""
    noun = noun_of(operation.name)
    creators = (contract.operations.get(f"{verb}{noun}") for verb in (*FORESEEN, *sorted(CREATING)))
    made = (kind_of(contract, create) for create in creators if create is not None)
    return next((kind for kind in made if kind is not None and operation in (kind.delete, kind.stop)), None)


def _own(create: Operation, noun: str, listing: Operation | None) -> str:
    """Return the member of a Create's input that names what it makes; empty where there is none."""
    nodes = create.input.members
    texts = [name for name, node in nodes.items() if node.type == "string" and not node.accepted_values()]
    by_name = {folded(name): name for name in texts if name in create.needed or folded(name).endswith("name")}
    identity = listing.listing.identity if listing is not None and listing.listing is not None else ""
    wanted = (f"{folded(noun)}name", "name", folded(identity), *_naming(noun)[1:5])
    only = [name for name in texts if name in create.needed] if listing is not None and not identity else []
    found = [by_name[key] for key in wanted if key in by_name] or (only if len(only) == 1 else [])
    # JobDefinitionName is the name of a DataQualityJobDefinition.
    parts = (name for key, name in by_name.items() if key != "name" and f"{folded(noun)}name".endswith(key))
    return next(iter(found), "") or next(parts, "")


def _can_be_found(create: Operation, own: str, listing: Operation) -> bool:
    """Whether a listing shows what is made: its items have names, and it is about what Create names."""
    identity = listing.listing.identity if listing.listing is not None else ""
    given = {folded(name) for name in create.needed}
    return bool(identity or own) and all(folded(name) in given for name in needed_to_list(listing))


def needed_to_list(listing: Operation) -> tuple[str, ...]:
    """Return the members that say what a listing is about: those that it needs, but for the size of a page."""
    limit = listing.pagination.limit if listing.pagination is not None else ""
    return tuple(name for name in listing.needed if name != limit)


def _is_named(operation: Operation, noun: str, own: str) -> bool:
    """Whether a request of an operation names a resource of a kind, also by the member that names it for its Create."""
    names = (*_naming(noun), folded(own))
    named = operation.subject and (
        folded(operation.subject) in names or folded(operation.subject).startswith(folded(noun))
    )
    return bool(named) or any(folded(name) in names for name in operation.input.members)
