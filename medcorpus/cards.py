"""The card of a release: prose from `cards/<product>.md`, every number from the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def files_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give the card's files by name."""
    return {"README.md": f"# {manifest['product']} {manifest['version']}\n"}
