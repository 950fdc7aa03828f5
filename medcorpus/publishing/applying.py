"""Carries a plan out: uploads, one commit, a look at what arrived, a tag. Interrupted anywhere, it can be run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from medcorpus import cards, gate
from medcorpus.errors import MovedError, RefusedError, VerificationError
from medcorpus.publishing.planning import Plan, Prepared
from medcorpus.publishing.staging import Watch
from medcorpus.publishing.targets import Content, Head, Target


@dataclass(frozen=True, slots=True)
class Published:
    """What was done: the revision and version that the target holds now, and whether that is new."""

    revision: str
    version: str
    new: bool
    files: int
    bytes: int


def carry_out(prepared: Prepared, target: Target, watch: Watch = lambda what, done, total: None) -> Published:
    """Publish what was prepared; when there is nothing new, see only that what is there is whole.

    Raises:
        RefusedError: A check has found something; nothing was changed.
        MovedError: Somebody else published meanwhile; nothing was changed.
        VerificationError: What arrived is not what was sent, or cannot be loaded; it got no tag.
        HubError: The Hub cannot be reached, or refuses; run it again, and what was sent is kept.
    """
    plan, revision = prepared.plan, prepared.head.revision
    if plan.refusals:
        raise RefusedError(plan.refusals, plan.to, gate.KEPT)
    if plan.changes:
        watch("upload", 0, 1)
        revision = target.put(plan.changes, prepared.contents, prepared.head, message_of(plan), plan.version)
        watch("upload", 1, 1)
    if plan.changes or plan.tag:
        check(target.head(revision), prepared.contents, target.address)
        watch("load a row of every configuration", 0, 1)
        target.try_out(revision, _first_files(prepared.manifest))
        watch("load a row of every configuration", 1, 1)
    if plan.tag:
        target.tag(plan.tag, revision, "; ".join(plan.reasons)[:500] or f"version {plan.version}")
    sent = [c for c in plan.changes if c.action != "delete"]
    return Published(revision, plan.version, bool(plan.changes), len(sent), sum(c.bytes for c in sent))


def _first_files(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give the first file of every configuration, the default one first, as the card lists them."""
    listed = {c["config_name"]: c["data_files"][0]["path"] for c in cards.front_matter(manifest)["configs"]}
    return {config: path if isinstance(path, str) else path[0] for config, path in listed.items()}


def message_of(plan: Plan) -> str:
    """Give the title of the commit."""
    return f"{plan.product} {plan.version}"


def check(head: Head, contents: Mapping[str, Content], where: str) -> None:
    """See that every file arrived with its size and sha256, and that no other file of rows is beside them.

    Raises:
        VerificationError: A file is missing or differs.
    """
    fix = "run the same again; no tag was set, so that nobody loads it"
    for path, content in contents.items():
        if not content.is_at(head.files.get(path)):
            raise VerificationError(f"{path} did not arrive as it was sent", where=where, fix=fix)
    if other := sorted(p for p in head.files if p.startswith("data/") and p not in contents):
        raise VerificationError(f"files that do not belong to the release: {other[0]}", where=where, fix=fix)


def still_holds(plan: Plan, now: Plan) -> None:
    """See that a plan which was written down is what would be done now, or that it has been done.

    Raises:
        MovedError: The release here or the target changed since.
    """
    if not now.changes and now.version == plan.version:
        return
    differing = [what for what, name in NAMES.items() if getattr(plan, name) != getattr(now, name)]
    if differing:
        told = f"the plan no longer holds, another is due: {', '.join(differing)}"
        raise MovedError(told, where=plan.to, fix="make a new plan and look at it")


NAMES = {
    "the product": "product",
    "the target": "to",
    "the release here": "release",
    "the purpose": "purpose",
    "the target's revision": "head",
    "the version": "version",
    "the files": "changes",
    "what stays here": "withheld",
    "what checks found": "refusals",
}


def summary(plan: Plan, published: Published | None) -> dict[str, Any]:
    """Give what `medcorpus publish --format json` prints."""
    from dataclasses import asdict

    done = asdict(published) if published else {"revision": plan.head, "new": False}
    return {**asdict(replace(plan, card=())), "card": list(plan.card), "done": done if published else None}


def counts(changes: Sequence[Any]) -> dict[str, tuple[int, int]]:
    """Count files and bytes by what becomes of them."""
    found: dict[str, tuple[int, int]] = {}
    for change in changes:
        files, size = found.get(change.action, (0, 0))
        found[change.action] = files + 1, size + change.bytes
    return found
