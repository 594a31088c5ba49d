"""What a user means by the one word after `run`: the name of a target, or the URL of one that stands in no file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from conformance.targets.endpoint import address, as_url, checked
from conformance.targets.entry import AWS_BUDGET, AWS_PACE
from conformance.targets.errors import TargetError
from conformance.targets.spec import Capabilities, Kind, Origin, StateSource, TargetSpec
from conformance.wire.read_only import aws_region, is_aws

_REGION = "us-east-1"


def resolve(name_or_url: str, targets: Mapping[str, TargetSpec]) -> TargetSpec:
    """Give the target that is meant. Raises TargetError for a name that nobody has, and for a URL that is none."""
    if url := as_url(name_or_url):
        return _at(checked(url, "the target named on the command line"))
    if name_or_url in targets:
        return targets[name_or_url]
    close = get_close_matches(name_or_url, list(targets), n=1, cutoff=0.5)
    nearest = f"did you mean {close[0]!r}? " if close else ""
    raise TargetError(
        f"there is no target {name_or_url!r}",
        where=_origin_of(targets),
        remedy=f"{nearest}there are: {', '.join(targets)}; or give a URL such as http://127.0.0.1:4566",
    )


def _at(url: str) -> TargetSpec:
    """Give the target of a bare URL, which is only read; AWS is known by its host, and needs real credentials."""
    existing = StateSource(Origin.EXISTING)
    if is_aws(url):
        return TargetSpec(
            "aws",
            Kind.AWS,
            existing,
            url,
            region=aws_region(url),
            credentials=None,
            capabilities=Capabilities(auth=True),
            budget=AWS_BUDGET,
            pace=AWS_PACE,
        )
    host, port = address(url)
    name = re.sub(r"[^A-Za-z0-9.]+", "-", f"{host}-{port}").strip("-.")  # it becomes the name of a folder
    return TargetSpec(name, Kind.ENDPOINT, existing, url, region=_REGION)


def _origin_of(targets: Mapping[str, TargetSpec]) -> str:
    files = {spec.where.rpartition(":")[0] for spec in targets.values() if spec.where}
    return min(files, default="")
