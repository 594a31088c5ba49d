"""Where a service model comes from: the installed botocore, the data folder of another one, or a file."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.documents.claims import ModelError

_SERVICE = "service-2.json"
_PAGINATORS = "paginators-1.json"
_VERSION = re.compile(r"^__version__ = ['\"]([^'\"]+)['\"]", re.MULTILINE)
_MOST_BYTES = 128 * 1024 * 1024
"""Twenty times the largest service model that there is, uncompressed."""


@dataclass(frozen=True)
class ModelSource:
    """A service model as botocore writes it, and its paginators, None where none came with it.

    `version` is botocore's, empty where it is unknown; `where` is the folder or file, as people know it.
    """

    model: dict[str, Any]
    paginators: dict[str, Any] | None
    version: str
    where: str
    is_installed: bool = False

    @property
    def api_version(self) -> str:
        """The version of the API that the model gives."""
        return str(self.model["metadata"].get("apiVersion", ""))


def installed(service: str) -> ModelSource:
    """Return the model of the installed botocore. Raises ModelError where it has no such service."""
    import botocore  # noqa: PLC0415 - pages do without it

    return replace(in_folder(Path(botocore.__file__).parent / "data", service), is_installed=True)


def in_folder(folder: Path, service: str) -> ModelSource:
    """Return the model of a service below botocore's data folder, its package, a service's or a version's folder.

    Raises ModelError where there is none.
    """
    if not folder.is_dir():
        raise ModelError(
            "there is no such folder",
            where=str(folder),
            hint="name botocore's folder `data`, or that of its package",
        )
    for place in (folder, folder / service, folder / "data" / service, folder / "botocore" / "data" / service):
        file = _newest(place)
        if file is not None:
            return in_file(file, version=_version_above(file))
    raise ModelError(
        f"the folder has no model of {service}",
        where=str(folder),
        hint=f"name a folder that holds {service}/<api version>/{_SERVICE} or {_SERVICE}.gz",
    )


def in_file(file: Path, *, version: str = "") -> ModelSource:
    """Return the model in a file, and the paginators next to it. Raises ModelError."""
    model = _read(file)
    complete = isinstance(model.get("metadata"), dict) and all(
        isinstance(model.get(part), dict) for part in ("operations", "shapes")
    )
    if not complete:
        raise ModelError(
            "this is no service model",
            where=str(file),
            hint=f"name a {_SERVICE} of botocore: a JSON object with metadata, operations and shapes",
        )
    candidates = [file.parent / name for name in (_PAGINATORS, f"{_PAGINATORS}.gz")]
    paginators = next((_read(item) for item in candidates if item.is_file()), None)
    return ModelSource(model, paginators, version or _version_above(file), str(file))


def _newest(folder: Path) -> Path | None:
    """Return the service model in a folder or, the latest first, in its folders of versions."""
    versions = sorted((item for item in folder.glob("*/") if item.is_dir()), reverse=True) if folder.is_dir() else []
    for place in (folder, *versions):
        for name in (f"{_SERVICE}.gz", _SERVICE):
            # A folder of services has folders of its own, but no model at this depth.
            if (place / name).is_file():
                return place / name
    return None


def _version_above(file: Path) -> str:
    """Return the version of the botocore that a file belongs to, from the package around it; empty where none is."""
    for folder in file.resolve().parents[:5]:
        package = folder / "__init__.py"
        if package.is_file():
            found = _VERSION.search(package.read_text(encoding="utf-8", errors="replace"))
            return found[1] if found else ""
    return ""


def _read(file: Path) -> dict[str, Any]:
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rb") as opened:
            raw = opened.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise ModelError(f"the model is larger than {_MOST_BYTES:,} bytes", where=str(file))
        value = json.loads(raw)
    except (OSError, EOFError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise ModelError(f"the model can't be read: {reason}", where=str(file), hint="name a readable file") from error
    except RecursionError as error:
        raise ModelError("the model nests deeper than can be read", where=str(file)) from error
    except ValueError as error:
        place = f"{file}:{error.lineno}" if isinstance(error, json.JSONDecodeError) else str(file)
        raise ModelError(f"the model is not JSON: {error}", where=place, hint=f"name a {_SERVICE}") from error
    if not isinstance(value, dict):
        raise ModelError("this is no service model", where=str(file), hint=f"name a {_SERVICE} of botocore")
    return value
