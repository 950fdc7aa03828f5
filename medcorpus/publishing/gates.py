"""What a release must pass before it gets a tag. Each check has a name, by which a maintainer can let it go once.

Licences, terms and text that stays here are not among them: no name lets those go (see `guard` and `lookalikes`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import cards, products
from medcorpus.card.figures import LANGUAGE_CODE
from medcorpus.publishing.staging import Staged
from medcorpus.release import Release

if TYPE_CHECKING:
    import polars as pl

MOST_LOST, MOST_GAINED = 0.2, 3.0
"""A source may lose this share of its rows, or have this many times as many, without a second look."""
PII_ROWS, PII_SHARE = 400, 0.02
"""Rows of a split that are searched, and the share of them that may hold personal data of one kind."""
TRIPWIRES = ("login", "email", "national_id", "card", "record")
"""Kinds of personal data that no row of a medical corpus should hold; telephone numbers of services do occur."""
GROUP_BYTES, ROW_BYTES = 300 * 10**6, 2 * 10**6
MOST_SPLITS, MOST_CONFIGS, MOST_COLUMNS = 30, 4000, 1000
SPLIT = re.compile(r"\w+(\.\w+)*")
UNFINISHED = re.compile(r"FILL IN|TODO|\[More Information Needed\]|<!-- ")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a check has found: the check's name, and what is wrong."""

    check: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is to be published: files, manifest, card, and the manifest of the release before, if there is one."""

    release: Release
    staged: Staged
    manifest: Mapping[str, Any]
    card: str
    before: Mapping[str, Any] | None


def refusals(candidate: Candidate) -> list[Refusal]:
    """Run every check."""
    return [Refusal(name, text) for name, check in CHECKS.items() for text in check(candidate)]


def _schema(candidate: Candidate) -> Iterator[str]:
    """Every file has the manifest's columns, and the rows that it lists."""
    import pyarrow.parquet as pq

    wanted = [c["name"] for c in candidate.manifest["columns"]]
    for listed in _files(candidate):
        footer = pq.ParquetFile(candidate.staged.folder / listed["path"])
        if footer.schema_arrow.names != wanted:
            yield f"{listed['path']} has other columns"
        if footer.metadata.num_rows != listed["rows"]:
            yield f"{listed['path']} has {footer.metadata.num_rows:,} rows, not {listed['rows']:,}"


def _files(candidate: Candidate) -> Iterator[Mapping[str, Any]]:
    for splits in candidate.manifest["configs"].values():
        for split in splits.values():
            yield from split["files"]


def _drift(candidate: Candidate) -> Iterator[str]:
    """No source changes its size beyond the bounds, and none goes."""
    if candidate.before is None:
        return
    for name, source in candidate.before["sources"].items():
        old, new = source["rows_out"], candidate.manifest["sources"].get(name, {"rows_out": 0})["rows_out"]
        if (old and new < old * (1 - MOST_LOST)) or (old and new > old * MOST_GAINED):
            yield f"{name} has {new:,} rows, it had {old:,}"


def _lint(candidate: Candidate) -> Iterator[str]:
    """The linter has found nothing in the tasks that are published."""
    found = candidate.release.manifest.get("lint", {}).get("problems", ())
    published = candidate.manifest["configs"]
    yield from (p for p in found if any(re.search(rf"\b{re.escape(task)}\b", p) for task in published))


def _contamination(candidate: Candidate) -> Iterator[str]:
    """The rows were compared with every benchmark that the product protects, and what repeats an item is out."""
    product = products.get(candidate.manifest["product"])
    found = {b for p in candidate.manifest.get("protects", {}).values() if p["items"] for b in p["benchmarks"]}
    for benchmark in product.protects:
        if benchmark not in found:
            yield f"the rows were compared with no test item of {benchmark}"
    if product.protects and products.TEST_ITEM not in product.rules():
        yield "rows that repeat test items are not left out"


def _pii(candidate: Candidate) -> Iterator[str]:
    """Few rows, of the first of every split, hold what looks like personal data."""
    for config, splits in candidate.manifest["configs"].items():
        for split, entry in splits.items():
            rows, hits = _searched(candidate.staged.folder / entry["files"][0]["path"])
            for kind in TRIPWIRES:
                if hits[kind] > max(1, PII_SHARE * rows):
                    yield f"{config}, {split}: {hits[kind]} of {rows} rows hold what looks like personal data ({kind})"


def _searched(path: Path) -> tuple[int, Counter[str]]:
    """Count, among the first rows of a file, those that hold personal data of each kind."""
    import polars as pl

    from medcorpus.stages.pii import Pii

    rows = pl.read_parquet(path, n_rows=PII_ROWS, glob=False)
    text = _text_of(rows)
    lang = rows["lang"].cast(pl.String) if "lang" in rows.columns else pl.Series([""] * rows.height)
    table = pl.DataFrame({"text": text, "lang": lang}).to_arrow(compat_level=pl.CompatLevel.oldest())
    found = pl.DataFrame(Pii(column="text", lang="lang").annotate(table, None))
    return rows.height, Counter({kind: int((found[f"pii_{kind}"] > 0).sum()) for kind in TRIPWIRES})


def _text_of(rows: pl.DataFrame) -> pl.Series:
    import polars as pl

    named = [c for c in ("text", "title", "question", "context", "rationale", "input") if c in rows.columns]
    lists = [c for c in ("options", "output") if c in rows.columns]
    parts = [pl.col(named).cast(pl.String).fill_null(""), pl.col(lists).list.join("\n").fill_null("")]
    return rows.select(text=pl.concat_str(parts, separator="\n"))["text"]


def _viewer(candidate: Candidate) -> Iterator[str]:
    """The Hub's viewer shows everything."""
    import pyarrow.parquet as pq

    configs = cards.front_matter(candidate.manifest)["configs"]
    if len(configs) > MOST_CONFIGS:
        yield f"{len(configs):,} configurations, at most {MOST_CONFIGS:,}"
    if len(candidate.manifest["columns"]) > MOST_COLUMNS:
        yield f"{len(candidate.manifest['columns']):,} columns, at most {MOST_COLUMNS:,}"
    for config in configs:
        splits = [d["split"] for d in config["data_files"]]
        if len(splits) > MOST_SPLITS or not all(map(SPLIT.fullmatch, splits)):
            yield f"{config['config_name']}: its splits are too many, or called in a way that is not understood"
    for listed in _files(candidate):
        footer = pq.read_metadata(candidate.staged.folder / listed["path"])
        groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
        if any(g.total_byte_size > GROUP_BYTES for g in groups):
            yield f"{listed['path']} has a row group of more than {GROUP_BYTES:,} bytes"
        if any(g.num_rows and g.total_byte_size / g.num_rows > ROW_BYTES for g in groups):
            yield f"{listed['path']} has rows of more than {ROW_BYTES:,} bytes"


def _card(candidate: Candidate) -> Iterator[str]:
    """The card is finished, its front matter is what the Hub takes, and every source is named, with how to cite it."""
    front = cards.front_matter(candidate.manifest)
    if unfinished := UNFINISHED.search(candidate.card):
        yield f"the card is not finished: {unfinished[0]}"
    license = front.get("license", "")
    if license not in cards.HUB_LICENSES | {"other"} or (license == "other" and not front.get("license_name")):
        yield f"licence {license!r} is none that the Hub knows"
    if not front.get("language") or not all(map(LANGUAGE_CODE.fullmatch, front["language"])):
        yield "the languages are not ISO 639-1 codes"
    if front.get("size_categories", [""])[0] not in cards.SIZES:
        yield "the size is none of the Hub's categories"
    for name, source in candidate.manifest["sources"].items():
        if source["rows_out"] and (name not in candidate.card or not source["cite"].strip().startswith("@")):
            yield f"source {name} is not in the card, or without BibTeX"


CHECKS: dict[str, Callable[[Candidate], Iterator[str]]] = {
    "schema": _schema,
    "drift": _drift,
    "lint": _lint,
    "contamination": _contamination,
    "pii": _pii,
    "viewer": _viewer,
    "card": _card,
}
"""Every check by its name."""


def told(found: list[Refusal]) -> str:
    """Tell refusals in one line."""
    return "; ".join(f"{r.check}: {r.text}" for r in found[:5]) + (f"; and {len(found) - 5} more" if found[5:] else "")
