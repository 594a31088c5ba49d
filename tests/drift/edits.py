"""Edits of pages by hand, each with the one finding that it is."""

from __future__ import annotations

import re
from typing import NamedTuple


class Edit(NamedTuple):
    """An edit of a page by hand: pairs of a pattern and what takes its place, and the one finding that it is."""

    document: str
    name: str
    pairs: tuple[tuple[str, str], ...]
    expected: str

    def of(self, text: str) -> str:
        for pattern, replacement in self.pairs:
            assert re.search(pattern, text, re.MULTILINE), f"{self.name}: {pattern} is nowhere on the page"
            text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
        return text


NAME = "HyperParameterTuningJobName"
ITEM = "output/TrainingJobSummaries[]"

EDITS = (
    Edit("api-list", "limit", (("value of 100", "value of 250"),), "changed input/MaxResults/maximum 100 -> 250"),
    Edit("api-list", "length", (("length of 32", "length of 63"),), f"changed input/{NAME}/max_length 32 -> 63"),
    Edit("api-list", "value", ((r"\| Stopped$", "| Stopped | Archived"),), "changed input/StatusEquals/enum +Archived"),
    Edit(
        "api-list", "lost value", ((r"Name \| CreationTime \| ", "Name | "),), "changed input/SortBy/enum -CreationTime"
    ),
    Edit(
        "api-list",
        "required",
        ((r"(Ascending \| Descending\s+Required:) No", r"\1 Yes"),),
        "changed input/SortOrder/required False -> True",
    ),
    Edit(
        "api-list",
        "default",
        (("default value is 10", "default value is 25"),),
        "changed input/MaxResults/default 10 -> 25",
    ),
    Edit(
        "api-list",
        "new pattern",
        ((r"^Valid Values: Ascending", "Pattern: [A-Z].*\n\nValid Values: Ascending"),),
        "new input/SortOrder/pattern None -> [A-Z].*",
    ),
    Edit(
        "api-list",
        "lost member",
        ((r'"SortOrder": "string", ', ""), (r"^SortOrder\n(?:.*\n)*?(?=StatusEquals\n)", "")),
        "removed input/SortOrder/present",
    ),
    Edit(
        "api-list",
        "status",
        (("Status Code: 400", "Status Code: 404"),),
        "changed error/ResourceNotFound/http_status 400 -> 404",
    ),
    Edit(
        "api-describe",
        "new member",
        (
            (r'^"\[CreationTime\]\((?=#)', '"[Colour](#x)": "string",\n"[CreationTime]('),
            (
                r"^\*\* CreationTime",
                "** Colour ** Its colour.\nType: String\nValid Values: Red | Blue\n** CreationTime",
            ),
        ),
        "new output/Colour/present",
    ),
    Edit(
        "api-describe",
        "type",
        ((r"(^\*\* CreationTime \*\*(?:.*\n)+?Type: )Timestamp", r"\1String"),),
        "changed output/CreationTime/type timestamp -> string",
    ),
    Edit(
        "cli",
        "value",
        ((r"(\* +``)Stopped(``)", r"\1Stopped\2\n\n  \1Purged\2"),),
        "changed input/StatusEquals/enum +Purged",
    ),
    Edit(
        "cli",
        "required",
        ((r"\[--sort-by <value>\]", "--sort-by <value>"),),
        "changed input/SortBy/required False -> True",
    ),
    Edit(
        "cli",
        "type",
        ((r"FailureReason -> \(string\)", "FailureReason -> (list)"),),
        f"changed {ITEM}.FailureReason/type string -> list",
    ),
    Edit(
        "cli",
        "new member",
        ((r"^    ObjectiveStatus ->", "    Colour -> (string)\n\n      Its colour.\n\n    ObjectiveStatus ->"),),
        f"new {ITEM}.Colour/present",
    ),
    Edit(
        "cli",
        "new option",
        ((r"^( +)\[--sort-by <value>\]", r"\1[--colour <value>]\n\1[--sort-by <value>]"),),
        "new input/Colour/present",
    ),
    Edit(
        "boto3-paginator", "no mark", ((r"\*\*\[REQUIRED\]\*\* ?", ""),), f"changed input/{NAME}/required True -> False"
    ),
    Edit(
        "boto3-paginator",
        "value",
        ((r"^( +)StatusEquals=(.*),$", r"\1StatusEquals=\2|'Gone',"),),
        "changed input/StatusEquals/enum +Gone",
    ),
    Edit(
        "boto3-paginator",
        "lost member",
        ((r"\n +'TuningJobName': 'string',", ""), (r"^ +- \*\*TuningJobName\*\*.*\n\n.*\n", "")),
        f"removed {ITEM}.TuningJobName/present",
    ),
    Edit(
        "boto3-paginator",
        "default",
        ((r"(efault(?: value)? is `*)Name(?=[`.])", r"\1Status"),),
        "changed input/SortBy/default Name -> Status",
    ),
    Edit(
        "boto3-describe",
        "maximum",
        (("value is 20,000", "value is 30,000"),),
        "changed output/HyperParameterTuningJobConfig.StrategyConfig.HyperbandStrategyConfig.MaxResource/maximum"
        " 20000 -> 30000",
    ),
    Edit(
        "boto3-describe",
        "value",
        (("'Enabled'", "'Enabled'|'Disabled'"),),
        "changed output/Autotune.Mode/enum +Disabled",
    ),
    Edit(
        "boto3-describe",
        "lost structure",
        ((r"^    'Autotune': \{\n(?:.*\n)*?    \},?\n", ""), (r"^    \u2022 Autotune \((?:.*\n)*?(?=Exceptions)", "")),
        "removed output/Autotune/present",
    ),
    Edit(
        "boto3-describe",
        "new map",
        (
            (r"^    'Autotune': \{", "    'Tags': {\n 'string': 'string' },\n    'Autotune': {"),
            (
                r"^    \u2022 Autotune",
                (
                    "    \u2022 Tags (dict) \u2013\n\n      \u2022 (string) \u2013\n\n"
                    "        \u2022 (string) \u2013\n\n    \u2022 Autotune"
                ),
            ),
        ),
        "new output/Tags/present",
    ),
    Edit(
        "boto3-describe",
        "new error",
        ((r"(.*exceptions\.)ResourceNotFound", r"\1ResourceNotFound\n\n\1ResourceInUse"),),
        "new error/ResourceInUse/present",
    ),
)
