"""A contract with nested inputs, alternatives, filters inside of others, and resources with two names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "sources.yaml": """\
documents: {}
others:
  botocore: {title: The model, kind: model, version: 1.0.0}
  protocol: {title: The protocol, kind: protocol}
""",
    "service.yaml": """\
service: library
protocol: json
json_version: "1.1"
target_prefix: Library
signing_name: library
api_version: "2020-01-01"
content_type: application/x-amz-json-1.1
""",
    "operations/ListBooks.yaml": """\
operation: ListBooks
summary: Lists books
input: ListBooksRequest
output: ListBooksResponse
http_status: 200
pagination: {input_token: NextToken, output_token: NextToken, limit: MaxResults, result: Books}
listing:
  identity: Name
  filters:
    States[]: State
    Filters[Key=author].Values[]: Author
  prefix: {"Filters[Key=name].Values[]": Name}
  after: {Written.After: WrittenAt}
  before: {Written.Before: WrittenAt}
""",
    "operations/DescribeBook.yaml": """\
operation: DescribeBook
summary: Describes a book
input: DescribeBookRequest
output: Book
http_status: 200
errors:
  BookNotFound: {basis: modelled, when: unknown-name}
subject: BookId
names: {BookId: {operation: ListBooks, path: [Name, Arn]}}
""",
    "operations/PutShelf.yaml": """\
operation: PutShelf
summary: Puts up a shelf
input: PutShelfRequest
output: PutShelfResponse
http_status: 200
either:
  - {members: [Room, Corridor], given: exactly one, basis: inferred}
""",
    "shapes/all.yaml": """\
ListBooksRequest:
  type: structure
  members:
    NextToken: {type: string, basis: modelled}
    MaxResults: {type: integer, basis: modelled, minimum: 1, maximum: 100}
    States: {type: list, basis: modelled, member: {shape: State}}
    Filters: {type: list, basis: modelled, max_length: 3, member: {shape: Filter}}
    Written: {shape: Span, basis: modelled}
Filter:
  type: structure
  members:
    Key: {type: string, enum: [name, author]}
    Values: {type: list, member: {type: string, min_length: 1, max_length: 20}}
Span:
  type: structure
  members:
    After: {type: timestamp}
    Before: {type: timestamp}
State: {type: string, enum: [Lent, Shelved]}
ListBooksResponse:
  type: structure
  members:
    Books: {type: list, basis: modelled, member: {shape: Book}}
    NextToken: {type: string, basis: modelled}
Book:
  type: structure
  members:
    Name: {type: string, basis: modelled, required: true, pattern: '[a-z]+-[a-z]+[0-9]*'}
    Arn: {type: string, basis: modelled, required: true, pattern: 'arn:library:[a-z]+[0-9]*', min_length: 14}
    Author: {type: string, basis: modelled}
    State: {shape: State, basis: modelled}
    WrittenAt: {type: timestamp, basis: modelled}
DescribeBookRequest:
  type: structure
  members:
    BookId: {type: string, basis: modelled, required: true, min_length: 1}
PutShelfRequest:
  type: structure
  members:
    Layout: {shape: Layout, basis: modelled, required: true}
    Tags:
      type: list
      basis: modelled
      min_length: 1
      max_length: 3
      member: {type: string, min_length: 2, max_length: 4, pattern: '[a-z]+'}
    Door: {shape: Lock, basis: modelled}
    Room: {type: string, basis: modelled}
    Corridor: {type: string, basis: modelled}
Layout:
  type: structure
  members:
    Rows: {type: integer, required: true, minimum: 1, maximum: 9}
    Colour: {type: string, enum: [Red, Blue]}
    Labels: {type: map, max_length: 2, key: {type: string, pattern: '[a-z]{1,3}'}, value: {type: string}}
    Lock: {shape: Lock}
    Gaps: {type: list, sparse: true, member: {type: integer}}
    Above: {shape: Layout}
Lock:
  type: structure
  union: true
  members:
    Code: {type: integer, minimum: 0}
    Key: {type: string, example: brass, pattern: '[a-z]{5}'}
PutShelfResponse:
  type: structure
  members:
    Shelf: {type: string, basis: modelled}
""",
}


class LibraryFolder:
    """The contract in a folder, with what a test bends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> LibraryFolder:
        """Change one text of a file, which must be there."""
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        (self.root / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return self

    def where(self, name: str, text: str) -> str:
        """Return `file:line` of the first line of a file that has the text."""
        lines = (self.root / name).read_text(encoding="utf-8").split("\n")
        number = next(number for number, line in enumerate(lines, 1) if text in line)
        return f"{self.root.resolve().as_posix()}/{name}:{number}"
