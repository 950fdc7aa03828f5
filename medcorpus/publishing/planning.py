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

from medcorpus import atomic, gate
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.gate import Problem
from medcorpus.publishing import comparing, documents
from medcorpus.publishing.comparing import News
from medcorpus.publishing.documents import CARD, CHANGELOG, DOCUMENTS, Edition
from medcorpus.publishing.lookalikes import Lookalikes
from medcorpus.publishing.staging import Staged, Watch, stage
from medcorpus.publishing.targets import Change, Content, Head, Target
from medcorpus.release import MANIFEST, Release, check_manifest
from medcorpus.versions import FIRST, following, numbers, of_tag

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
        advice: Which part of the version number should go up: major, minor or patch; empty when there is no commit, or
            it is the first.
        reasons: What is new in words, as the changelog has it.
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
        UnknownNameError: There is no check of that name.
        MedcorpusError: The target holds something else, the version will not do, or a check is never let go.
    """
    gate.ensure_allowable(allow)
    staged = stage(release, home, purpose=purpose, store=store, watch=watch)
    head = target.head()
    before = _held(target, head, release)
    same = _again(release, staged, target, head, before) if before else None
    if same is not None:
        (edition, made), news = same, None
    else:
        news = _news(release, staged, target, head, before, home, watch)
        edition = _edition(target, head, before, news, version, date)
        made = documents.documents(release, staged, edition)
    listed = [(p, (staged.folder / p).read_text("utf-8")) for p in staged.files() if not p.endswith(".parquet")]
    others = Lookalikes(home, store)
    others.check([*listed, *((path, text.decode()) for path, text in made.items())])
    contents = _contents(staged, made)
    plan = _plan(release, target, head, before, edition, news, contents, staged, purpose)
    others.check([("message of the tag", "; ".join(plan.reasons))])
    if not plan.is_empty:
        last = before if plan.changes else None
        found = gate.check(_candidate(staged, made), last, built=release, watch=watch)
        plan = replace(plan, refusals=_refusals(found, allow), allowed=tuple(sorted(set(allow))))
    return Prepared(plan, contents, head, json.loads(made[MANIFEST]))


def _contents(staged: Staged, made: Mapping[str, bytes]) -> dict[str, Content]:
    found = {path: Content(staged.folder / path, f["bytes"], f["sha256"]) for path, f in staged.files().items()}
    return found | {path: Content.of(content) for path, content in made.items()}


def _candidate(staged: Staged, made: Mapping[str, bytes]) -> Release:
    """Put the documents beside the staged files, so that they are a release like any other, which can be checked."""
    for path, content in made.items():
        atomic.write_bytes(staged.folder / path, content)
    return Release(staged.folder, json.loads(made[MANIFEST]))


def _refusals(found: Sequence[Problem], allow: Sequence[str]) -> dict[str, tuple[str, ...]]:
    kept = [p for p in found if p.check not in allow]
    return {check: tuple(p.text for p in kept if p.check == check) for check in dict.fromkeys(p.check for p in kept)}


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
    edition = Edition(
        before["version"], told["date"], target.repository, told["previous"], changelog, before["sources"]
    )
    made = documents.documents(release, staged, edition)
    contents = _contents(staged, made)
    there = all(c.is_at(head.files.get(p)) for p, c in contents.items())
    return (edition, made) if there and not _stale(head, before, contents) else None


def _news(
    release: Release,
    staged: Staged,
    target: Target,
    head: Head,
    before: Mapping[str, Any] | None,
    home: Path,
    watch: Watch,
) -> News:
    draft = documents.manifest_of(release, staged, Edition("0.0.0", "", target.repository, None, ""))
    candidate = Release(staged.folder, draft | {"files": list(staged.files().values())})
    held = comparing.held_by(target, head, before, home, watch) if before else None
    return comparing.compare(candidate, held, watch)


def _edition(
    target: Target, head: Head, before: Mapping[str, Any] | None, news: News, version: str, date: str
) -> Edition:
    last = max(
        [*filter(None, map(of_tag, head.tags)), *([before["version"]] if before else [])], key=numbers, default=""
    )
    if not version:
        version = following(last, news.weight or "major") if last else FIRST
    elif last and numbers(version) <= numbers(last):
        told = f"version {version} is not above {last}"
        raise MedcorpusError(told, where=target.address, fix="leave --version out, or name a higher one")
    day = date or today()
    previous = {"version": before["version"], "root": before["root"]} if before else None
    sources = before["sources"] if before else {}
    so_far = target.read(CHANGELOG, head).decode("utf-8", "replace") if CHANGELOG in head.files else ""
    return Edition(version, day, target.repository, previous, news.changelog(version, day, so_far), sources)


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
    news: News | None,
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
        advice=(news.weight or "") if news else "",
        reasons=tuple(news.lines) if news else (),
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
