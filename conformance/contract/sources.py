"""Reading of `sources.yaml` and `observations.yaml`: what may be cited, and what was observed."""

from __future__ import annotations

import re

from conformance.contract import fields
from conformance.contract.citation import Source
from conformance.contract.errors import ContractError
from conformance.contract.model import Observation
from conformance.contract.yaml_source import Entries, Section, section

DOCUMENT_KINDS = ("cli-page", "api-reference-text", "api-reference-markdown", "boto3-page-text", "boto3-page-rst")
CERTAINTIES = ("high", "medium", "sample", "none")

_DOCUMENT_KEYS = ("title", "kind", "edition", "operation", "file", "sha256", "lines")
_DOCUMENT_OPTIONAL = ("dated", "url")
_URL = re.compile(r"https?://[^\s<>\"']+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def parse_sources(written: Section) -> dict[str, Source]:
    """Read the documents and the other sources, by id. Raises ContractError."""
    fields.closed(written, ("documents", "others"), ("documents",), what="the list of sources")
    found: dict[str, Source] = {}
    editions: dict[int, str] = {}
    for name, entry in fields.subs(fields.sub(written, "documents")):
        found[name] = source = _document(name, entry)
        if source.edition in editions:
            raise ContractError(
                f"the documents {editions[source.edition]!r} and {name!r} have the same edition",
                where=entry.at("edition"),
                remedy="number the documents by age, so that one of two is always the newer",
            )
        editions[source.edition] = name
    for name, entry in fields.subs(fields.sub(written, "others")):
        if name in found:
            raise ContractError(
                f"the source {name!r} is there twice", where=entry.at(), remedy="give each source its own id"
            )
        fields.closed(entry, ("title", "kind", "version", "api_version", "url"), ("title", "kind"), what="a source")
        found[name] = Source(
            name,
            fields.text(entry, "title"),
            fields.text(entry, "kind"),
            version=fields.text(entry, "version", ""),
            api_version=fields.text(entry, "api_version", ""),
            url=_url(entry),
            where=entry.at(),
        )
    return found


def _document(name: str, entry: Section) -> Source:
    fields.closed(entry, (*_DOCUMENT_KEYS, *_DOCUMENT_OPTIONAL), _DOCUMENT_KEYS, what="a document")
    fields.choice(entry, "kind", DOCUMENT_KINDS)
    edition = fields.whole(entry, "edition")
    if edition == 0:
        raise ContractError(
            "editions are counted from 1", where=entry.at("edition"), remedy="give the oldest document edition 1"
        )
    sha256 = fields.text(entry, "sha256")
    if not _SHA256.fullmatch(sha256):
        raise ContractError(
            "the sha256 is not 64 lower-case hexadecimal digits",
            where=entry.at("sha256"),
            remedy="write the output of `sha256sum` for the file",
        )
    return Source(
        name,
        fields.text(entry, "title"),
        fields.text(entry, "kind"),
        edition,
        str(entry.get("dated", "")),
        fields.text(entry, "operation"),
        fields.text(entry, "file"),
        sha256,
        fields.whole(entry, "lines"),
        url=_url(entry),
        where=entry.at(),
    )


def _url(entry: Section) -> str:
    """Return where a source is published; it becomes a link in reports, so that only http and https are taken."""
    url = fields.text(entry, "url", "")
    if url and not _URL.fullmatch(url):
        raise ContractError(
            f"{url!r} is no public address",
            where=entry.at("url"),
            remedy="write the whole URL of the page, beginning with https://",
        )
    return url


def parse_observations(written: Entries) -> dict[str, Observation]:
    """Read the observations, by id. Raises ContractError."""
    found: dict[str, Observation] = {}
    for index, entry in enumerate(written):
        fact = section(entry, written.at(index), "an observation")
        keys = ("id", "statement", "certainty")
        fields.closed(fact, keys, keys, what="an observation")
        name = fields.text(fact, "id")
        if name in found:
            raise ContractError(
                f"the observation {name!r} is there twice", where=fact.at("id"), remedy="give each its own id"
            )
        found[name] = Observation(name, fields.text(fact, "statement"), fields.choice(fact, "certainty", CERTAINTIES))
    return found
