"""Snapshots in a file of their own, as text."""

from __future__ import annotations

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class Text(SingleFileSnapshotExtension):
    """A snapshot that is a text file."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT


class Markdown(Text):
    """A snapshot that is a page of Markdown."""

    file_extension = "md"


class Xml(Text):
    """A snapshot that is an XML file."""

    file_extension = "xml"
