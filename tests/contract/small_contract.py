"""A contract of one operation and two pages, small enough to be read, that tests bend into broken ones."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OLD_PAGE = """\
--shelf-name (string)
  The default is 10. Minimum value of 1. Maximum value of 100.
--max-results (integer)
  [--max-results <value>]
Books -> (list)
  (structure)
    Title -> (string)
    Genre -> (string)  One of Novel or Poem.
    Tags -> (map)
      key -> (string)
      value -> (string)
ShelfNotFound, HTTP status 400. A success is 200.
"""

NEW_PAGE = """\
shelves.list_books(ShelfName='string', MaxResults=123)
**ShelfName** (string) [REQUIRED]
Length: 1 to 8. Pattern: [a-z]+

**MaxResults** (integer)
**Books** (list)
- (dict)
**Title** (string)
'Genre': 'Novel'|'Poem'|'Essay'
**Tags** (dict)
- (string)
Never OFF by default.
"""

FILES = {
    "sources.yaml": """\
documents:
  old:
    title: The old page
    kind: cli-page
    edition: 1
    operation: ListBooks
    file: old.txt
    sha256: OLD_SHA
    lines: 12
  new:
    title: The new page
    kind: boto3-page-text
    edition: 2
    dated: later
    operation: ListBooks
    file: new.txt
    sha256: NEW_SHA
    lines: 12
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
common_errors:
  ValidationException: {http_status: [400], meaning: A constraint is broken}
behaviours: 2
""",
    "observations.yaml": """\
- id: O1
  statement: Books come without a title.
  certainty: high
""",
    "operations/ListBooks.yaml": """\
operation: ListBooks
summary: Lists the books of a shelf
input: ListBooksRequest
output: ListBooksResponse
http_status: 200
errors:
  ShelfNotFound: {http_status: 400}
subject: ShelfName
pagination: {input_token: ShelfName, output_token: Books, limit: MaxResults, result: Books}
client_options: CliOptions
""",
    "shapes/requests.yaml": """\
ListBooksRequest:
  type: structure
  members:
    ShelfName: {shape: Name, required: true}
    MaxResults: {type: integer, default: 10, minimum: 1, maximum: 100}
Name: {type: string, min_length: 1, max_length: 8, pattern: '[a-z]+'}
CliOptions:
  type: structure
  members:
    --max-results: {type: integer, required: false}
""",
    "shapes/answers.yaml": """\
ListBooksResponse:
  type: structure
  members:
    Books: {type: list, member: {shape: Book}, modelled: {max_length: 100}}
Book:
  type: structure
  members:
    Title: {type: string, observed: {present: [O1]}}
    Genre: {shape: Genre}
    Tags: {type: map, key: {type: string}, value: {type: string}}
    Author: {shape: Author, basis: modelled}
Genre: {type: string, enum: [Novel, Poem, Essay], modelled: {enum: [Novel, Poem, Essay, Off]}}
Author:
  type: structure
  members:
    Name: {shape: Name, required: true}
""",
    "citations/old.yaml": """\
ListBooks:
  input:
    ShelfName: {present: 1, type: 1}
    MaxResults: {present: 3, type: 3, default: 2, minimum: 2, maximum: 2}
    --max-results: {present: 4, type: 3, required: 4}
  output:
    '': {http_status: 12}
    Books: {present: 5, type: 5}
    Books[]: {present: 6, type: 6}
    Books[].Title: {present: 7, type: 7}
    Books[].Genre: {present: 8, type: 8, enum: {line: 8, value: [Novel, Poem]}}
    Books[].Tags: {present: 9, type: 9}
    Books[].Tags{key}: {present: 10, type: 10}
    Books[].Tags{value}: {present: 11, type: 11}
  error:
    ShelfNotFound: {present: 12, http_status: 12}
""",
    "citations/new.yaml": """\
ListBooks:
  input:
    ShelfName: {present: 2, type: [1, 2], required: 2, min_length: 3, max_length: 3, pattern: 3}
    MaxResults: {present: 5, type: 5}
  output:
    Books[].Genre: {enum: 9}
""",
    "behaviours/all.yaml": """\
- id: novels-have-titles
  number: 1
  operations: [ListBooks]
  statement: A novel has a title.
  sources: [{document: old, line: 8}, {document: protocol}]
  basis: inferred
  observed: [O1]
  judged_by:
    rule:
      operation: ListBooks
      subject: books
      for: {book: "answer.Books[]"}
      when: "book.Genre == 'Novel'"
      require: "book.Title"
      expected: a title on every novel
- id: genres-are-listed
  number: 2
  operations: [ListBooks]
  statement: A genre is one of the listed ones.
  sources: [{document: old, line: 8}]
  basis: documented
  judged_by: {facts: ["ListBooks/output/Books[].Genre/enum"]}
""",
}


class ContractFolder:
    """The small contract in a folder, with its two pages in a folder next to it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "contract"
        self.documents = folder / "documents"
        self.documents.mkdir()
        for name, page in (("old", OLD_PAGE), ("new", NEW_PAGE)):
            (self.documents / f"{name}.txt").write_text(page, encoding="utf-8")
        for name, text in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                text.replace("OLD_SHA", _sha256(OLD_PAGE)).replace("NEW_SHA", _sha256(NEW_PAGE)), encoding="utf-8"
            )

    def replace(self, name: str, old: str, new: str) -> ContractFolder:
        """Change one text of a file; the text must be there, so that no test breaks nothing."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return self

    def where(self, name: str, text: str) -> str:
        """Return `file:line` of the first line of a file that has the text."""
        lines = (self.root / name).read_text(encoding="utf-8").split("\n")
        number = next(number for number, line in enumerate(lines, 1) if text in line)
        return f"{self.root.resolve().as_posix()}/{name}:{number}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
