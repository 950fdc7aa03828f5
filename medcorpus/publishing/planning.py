"""What publishing a release would do: files added, changed and deleted, the version, and the rows that stay here."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from medcorpus import atomic
from medcorpus.errors import MedcorpusError, UnknownNameError, VerificationError
from medcorpus.publishing import changes, documents, gates
from medcorpus.publishing.documents import CARD, CHANGELOG, DOCUMENTS, Edition
from medcorpus.publishing.gates import Candidate, Refusal
from medcorpus.publishing.lookalikes import Lookalikes
from medcorpus.publishing.staging import Staged, Watch, stage
from medcorpus.publishing.targets import Change, Content, Head, Target
from medcorpus.release import MANIFEST, Release, check_manifest

EMPTY_REPOSITORY = frozenset((".gitattributes", ".gitignore", "LICENSE", CARD))
"""What a repository may hold that has no release yet."""
MOST_CARD_LINES = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done.

    Args:
        product: The product.
        to: Address of the target.
        release: Version of the release here.
        purpose: Purpose that all licences serve.
        head: Revision that the target holds; empty when it holds nothing.
        version: Version that it will have.
        date: Day of publication.
        previous: Version that it holds; empty when it holds none.
        advice: How heavy the differences are: major, minor or patch; empty when there is none.
        reasons: The differences in words.
        changes: Files added, changed and deleted.
        unchanged: Number of files that stay as they are.
        unchanged_bytes: Their bytes.
        card: Differences of the card, line by line.
        withheld: Rows that stay here, by source and reason.
        tag: The tag that is missing; empty when there is no commit and the tag is there.
        refusals: What checks have found, by their names; nothing is published while there are any.
        allowed: Names of checks that were let go.
    """

    product: str
    to: str
    release: str
    purpose: str
    head: str
    version: str
    date: str
    previous: str
    advice: str
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]
    unchanged: int
    unchanged_bytes: int
    card: tuple[str, ...]
    withheld: Mapping[str, Mapping[str, int]]
    tag: str
    refusals: Mapping[str, tuple[str, ...]]
    allowed: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.changes and not self.tag

    def bytes(self, action: str) -> int:
        """Add up the bytes of the files that are added, changed or deleted."""
        return sum(c.bytes for c in self.changes if c.action == action)

    def write(self, path: Path) -> None:
        """Write the plan to a file, for `--apply`."""
        atomic.write_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read a plan.

        Raises:
            MedcorpusError: The file holds none.
        """
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            values = {f.name: found.pop(f.name) for f in fields(cls)} | ({"": None} if found else {})
            listed = tuple(Change(**c) for c in values["changes"])
            lines: dict[str, Any] = {name: tuple(values[name]) for name in ("reasons", "card", "allowed")}
            lines["refusals"] = {check: tuple(texts) for check, texts in values["refusals"].items()}
            return cls(**values | lines | {"changes": listed})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            told = "this is no plan"
            raise MedcorpusError(told, where=str(path), fix="make one with: medcorpus publish --plan FILE") from error


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and the files that it speaks of."""

    plan: Plan
    contents: Mapping[str, Content]
    head: Head
    manifest: Mapping[str, Any]


def prepare(
    release: Release,
    target: Target,
    home: Path,
    *,
    version: str = "",
    purpose: str = "any",
    date: str = "",
    store: str = "",
    allow: Sequence[str] = (),
    watch: Watch = lambda what, done, total: None,
) -> Prepared:
    """Find out what publishing would do, without doing it.

    Args:
        release: The release to publish.
        target: Where to publish it.
        home: Folder for the files that are put together.
        version: Version it is to have; by default what the differences call for.
        purpose: Purpose that the licences of all rows must serve, one of `licenses.PURPOSES`.
        date: Day of publication; today by default.
        store: Where layers lie, if not in the home folder.
        allow: Names of checks whose findings are let go.
        watch: Called with what is being done, how much of it, and how much there is.

    Raises:
        VerificationError: Rows, manifest and registry do not fit together, here or there.
        MedcorpusError: The target holds something else, or the version will not do.
    """
    staged = stage(release, home, purpose=purpose, store=store, watch=watch)
    head = target.head()
    before = _held(target, head, release)
    same = _again(release, staged, target, head, before) if before else None
    if same is not None and before is not None:
        edition, made, found = same[0], same[1], []
    else:
        found = _differences(release, staged, target, before)
        edition = _edition(target, head, before, found, version, date)
        made = documents.documents(release, staged, edition)
    listed = [(p, (staged.folder / p).read_text("utf-8")) for p in staged.files() if not p.endswith(".parquet")]
    others = Lookalikes(home, store)
    others.check([*listed, *((path, text.decode()) for path, text in made.items())])
    contents = {path: Content(staged.folder / path, f["bytes"], f["sha256"]) for path, f in staged.files().items()}
    contents |= {path: Content.of(content) for path, content in made.items()}
    manifest = json.loads(made[MANIFEST])
    plan = _plan(release, target, head, before, edition, found, contents, staged, purpose)
    others.check([("message of the tag", "; ".join(plan.reasons))])
    if not plan.is_empty:
        card = made[CARD].decode()
        checked = gates.refusals(Candidate(release, staged, manifest, card, before if plan.changes else None))
        plan = replace(plan, refusals=_refusals(checked, allow), allowed=tuple(sorted(set(allow))))
    return Prepared(plan, contents, head, manifest)


def _refusals(found: Sequence[Refusal], allow: Sequence[str]) -> dict[str, tuple[str, ...]]:
    for name in allow:
        if name not in gates.CHECKS:
            raise UnknownNameError("check", name, gates.CHECKS)
    kept = [r for r in found if r.check not in allow]
    return {check: tuple(r.text for r in kept if r.check == check) for check in dict.fromkeys(r.check for r in kept)}


def _held(target: Target, head: Head, release: Release) -> Mapping[str, Any] | None:
    """Read the manifest that the target holds; None when it holds no release.

    Raises:
        MedcorpusError: It holds something else.
    """
    if MANIFEST not in head.files:
        if other := sorted(head.files.keys() - EMPTY_REPOSITORY):
            told = f"holds files and no manifest: {', '.join(other[:3])}"
            raise MedcorpusError(told, where=target.address, fix="name a repository of its own for the product")
        return None
    manifest: dict[str, Any] = json.loads(target.read(MANIFEST, head))
    check_manifest(manifest, f"{target.address}/{MANIFEST}")
    if manifest["product"] != release.product or "published" not in manifest:
        raise VerificationError(f"holds {manifest['product']}, not {release.product}", where=target.address)
    if manifest["sample"] != release.is_sample:
        told = "one of the two releases, here and there, is made of samples"
        raise VerificationError(told, where=target.address, fix="publish samples to a place of their own")
    return manifest


def _again(
    release: Release, staged: Staged, target: Target, head: Head, before: Mapping[str, Any]
) -> tuple[Edition, dict[str, bytes]] | None:
    """Make what the target holds once more; None unless it comes out the same, file by file."""
    told = before["published"]
    if CHANGELOG not in head.files:
        return None
    changelog = target.read(CHANGELOG, head).decode("utf-8", "replace")
    edition = Edition(before["version"], told["date"], target.repository, told["previous"], changelog)
    made = documents.documents(release, staged, edition)
    all_files = {**{p: Content(b"", f["bytes"], f["sha256"]) for p, f in staged.files().items()}}
    all_files |= {p: Content.of(c) for p, c in made.items()}
    stale = _stale(head, before, all_files)
    there = all(c.is_at(head.files.get(p)) for p, c in all_files.items())
    return (edition, made) if there and not stale else None


def _differences(
    release: Release, staged: Staged, target: Target, before: Mapping[str, Any] | None
) -> list[changes.Difference]:
    draft = documents.manifest_of(release, staged, Edition("0.0.0", "", target.repository, None, ""))
    return changes.between(before, draft)


def _edition(
    target: Target,
    head: Head,
    before: Mapping[str, Any] | None,
    found: Sequence[changes.Difference],
    version: str,
    date: str,
) -> Edition:
    taken = [changes.parsed(t[1:]) for t in head.tags if t.startswith("v") and t[1:].replace(".", "").isdecimal()]
    last = max([*taken, *([changes.parsed(before["version"])] if before else [])], default=None)
    if not version:
        weight = changes.advice(list(found))
        version = changes.bumped(".".join(map(str, last)), weight) if last else changes.FIRST
    elif last and changes.parsed(version) <= last:
        told = f"version {version} is not above {'.'.join(map(str, last))}"
        raise MedcorpusError(told, where=target.address, fix="leave --version out, or name a higher one")
    day = date or today()
    previous = {"version": before["version"], "root": before["root"]} if before else None
    so_far = target.read(CHANGELOG, head).decode("utf-8", "replace") if CHANGELOG in head.files else ""
    changelog = documents.with_entry(so_far, version, day, changes.told(list(found)))
    return Edition(version, day, target.repository, previous, changelog)


def today() -> str:
    """Give the day; SOURCE_DATE_EPOCH sets it."""
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(stated), UTC) if stated.isdecimal() else datetime.now(UTC)
    return moment.date().isoformat()


def _plan(
    release: Release,
    target: Target,
    head: Head,
    before: Mapping[str, Any] | None,
    edition: Edition,
    found: Sequence[changes.Difference],
    contents: Mapping[str, Content],
    staged: Staged,
    purpose: str,
) -> Plan:
    listed = tuple(_changes(head, before, contents))
    stay = [c for p, c in contents.items() if c.is_at(head.files.get(p))]
    name = f"v{edition.version}"
    needs_tag = bool(target.repository) and (bool(listed) or head.tags.get(name) != head.revision)
    return Plan(
        product=release.product,
        to=target.address,
        release=release.version,
        purpose=purpose,
        head=head.revision,
        version=edition.version,
        date=edition.date,
        previous=before["version"] if before else "",
        advice=changes.advice(list(found)) if listed else "",
        reasons=tuple(changes.told(list(found))) if listed else (),
        changes=listed,
        unchanged=len(stay),
        unchanged_bytes=sum(c.size for c in stay),
        card=tuple(_card_changes(target, head, contents)) if listed else (),
        withheld=staged.facts["withheld"],
        tag=name if needs_tag else "",
        refusals={},
        allowed=(),
    )


def _changes(head: Head, before: Mapping[str, Any] | None, contents: Mapping[str, Content]) -> list[Change]:
    found = []
    for path, content in sorted(contents.items()):
        there = head.files.get(path)
        if not content.is_at(there):
            found.append(Change("change" if there else "add", path, content.size, content.sha256))
    gone = _stale(head, before, contents)
    return found + [Change("delete", p, head.files[p].size, head.files[p].sha256) for p in gone]


def _stale(head: Head, before: Mapping[str, Any] | None, contents: Mapping[str, Content]) -> list[str]:
    """Give the files of the release before that are no longer in it; files of anybody else stay."""
    own = {f["path"] for f in before["files"]} | set(DOCUMENTS) if before else set()
    return sorted(p for p in head.files if p not in contents and (p in own or p.startswith("data/")))


def _card_changes(target: Target, head: Head, contents: Mapping[str, Content]) -> list[str]:
    before = target.read(CARD, head).decode("utf-8", "replace").splitlines() if CARD in head.files else []
    data = contents[CARD].data
    after = data.decode().splitlines() if isinstance(data, bytes) else []
    lines = list(difflib.unified_diff(before, after, "published", "new", lineterm="", n=1)) if before else []
    more = [f"... and {len(lines) - MOST_CARD_LINES} more lines"] if len(lines) > MOST_CARD_LINES else []
    return lines[:MOST_CARD_LINES] + more
