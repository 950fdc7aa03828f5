"""Why a row came or went, as the manifests and the ledgers tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from medcorpus.tombstones import RULE

if TYPE_CHECKING:
    from medcorpus.difference.rows import Group

GONE, OTHER, SAME, UNKNOWN = "gone", "other", "same", ""
"""What the other release says of a row's raw file: not there, other bytes, the same bytes, nothing."""


def of_removed(new: Mapping[str, Any]) -> Callable[[Group], str]:
    """Give the function that says why a row is not in the other release.

    Args:
        new: Manifest of the other release.
    """
    withheld = new.get("published", {}).get("withheld", {})
    by_file = {
        GONE: "not in the raw files: the file is gone",
        OTHER: "not in the raw files: the file changed",
        SAME: "read or rendered in another way",
    }

    def why(group: Group) -> str:
        source, task = group.old.get("source", ""), group.old.get("task_id", "")
        if group.ledger:
            return group.ledger if group.ledger == RULE else f"left out: {group.ledger}"
        if source in withheld:
            return "may not be passed on"
        if not new["sources"].get(source, {}).get("rows_out"):
            return "source dropped: its raw files are not here" if source in new["skipped"] else "source dropped"
        if task and not new["tasks"].get(task):
            return "task dropped"
        return by_file.get(group.raw, "not in the raw files")

    return why


def of_added(old: Mapping[str, Any], new: Mapping[str, Any]) -> Callable[[Group], str]:
    """Give the function that says why a row was not in the one release.

    Args:
        old: Manifest of the one release.
        new: Manifest of the other.
    """
    by_file = {GONE: "new raw file", OTHER: "new in a raw file that changed", SAME: "read or rendered in another way"}

    def why(group: Group) -> str:
        source, task = group.new.get("source", ""), group.new.get("task_id", "")
        if group.ledger:
            return f"no longer left out: {group.ledger}"
        if not old["sources"].get(source, {}).get("rows_out"):
            return "new source"
        if task and not old["tasks"].get(task):
            return "new task"
        if group.new.get("lang") not in old["sources"][source]["langs"]:
            return "new language of its source"
        return by_file.get(group.raw, "new in the raw files")

    return why
