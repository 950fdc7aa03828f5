"""Releases that should not be used any more: marked, never removed.

    releases/<product>/yanked.json
      {"format": 1, "product": "meds-ins", "yanked": {"1.2.0": {"date": "2026-01-31", "reason": "answers shifted"}}}

`latest` never means a yanked version; who asks for exactly that version gets it, with a warning that gives the reason.
The file stands beside the releases and not in them, since a release is never written to again; on a Hub it stands on
the main branch, where it speaks of tags.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from medcorpus import atomic
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.schema import SCHEMAS

FILE = "yanked.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """When a version was yanked, and why."""

    date: str
    reason: str


def parse(text: str | bytes, where: str) -> dict[str, Mark]:
    """Give the yanked versions of a marker file.

    Raises:
        VerificationError: It is not what `schemas/yanked.schema.json` asks for.
    """
    fix = "write it anew with: medcorpus yank VERSION --reason TEXT"
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"not JSON: {error}", where=where, fix=fix) from error
    fault = next(iter(_validator().iter_errors(found)), None)
    if fault is not None:
        place = "/".join(map(str, fault.absolute_path)) or FILE
        raise VerificationError(f"{place}: {fault.message[:160]}", where=where, fix=fix)
    return {version: Mark(**mark) for version, mark in found["yanked"].items()}


@cache
def _validator() -> Any:
    import jsonschema

    schema = json.loads((SCHEMAS / "yanked.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def text_of(product: str, marks: Mapping[str, Mark]) -> bytes:
    """Give the content of a marker file."""
    told = {version: asdict(mark) for version, mark in marks.items()}
    return atomic.json_bytes({"format": FORMAT, "product": product, "yanked": told})


def read(folder: Path) -> dict[str, Mark]:
    """Give the yanked versions that the marker file in a folder names; none where there is no such file."""
    try:
        return parse((folder / FILE).read_bytes(), str(folder / FILE))
    except FileNotFoundError:
        return {}


def yank(folder: Path, product: str, version: str, mark: Mark | None) -> None:
    """Mark a version as yanked in the folder of a product's releases, or take the mark away.

    Raises:
        MedcorpusError: There is nothing to take away.
    """
    marks = read(folder)
    if mark is None and version not in marks:
        raise MedcorpusError("is not yanked", where=f"{product} {version}", fix="nothing is to be done")
    others = {v: m for v, m in marks.items() if v != version}
    with atomic.replacing(folder / FILE) as temporary:
        temporary.write_bytes(text_of(product, others if mark is None else {**others, version: mark}))


def warn(folder: Path, product: str, version: str, stacklevel: int = 2) -> None:
    """Warn where the marker file in a folder names a version."""
    mark = read(folder).get(version)
    if mark is not None:
        warnings.warn(f"{product} {version} was yanked on {mark.date}: {mark.reason}", stacklevel=stacklevel + 1)
