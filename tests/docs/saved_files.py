"""The files that docs/api-reviewers.md uses: an answer, requests, a page of a document."""

from __future__ import annotations

import json
from pathlib import Path

from drift.writing import written
from validate.saving import DESCRIBE, SORTED, SUBJECT, answers


def save(folder: Path) -> None:
    """Write them into a folder."""
    answer = json.loads(answers().of(DESCRIBE).cli)
    answer["HyperParameterTuningJobStatus"] = "Done"
    files = {
        "answer.json": json.dumps(answer),
        "page.json": answers().page,
        "asked.json": json.dumps(SORTED),
        "asked-wrongly.json": json.dumps({SUBJECT: "a", "MaxResults": 101}),
        "page.txt": written("api-list").replace("value of 100", "value of 250"),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
