"""What a release must pass before it gets a tag. Each check gives problems as text, and none where all is well.

Problems name files, sources, tasks and ids, never what a row says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import products, release, tombstones, verified
from medcorpus.card import complete
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.release import Release

if TYPE_CHECKING:
    import polars as pl

BATCH = 1 << 13
TEXTS = ("text", "title", "question", "context", "options", "rationale", "input", "output")
"""Columns that hold what sources say."""
SPLIT = re.compile(r"\w+(\.\w+)*")
UNSTATED = ("", "unknown", "none", "other")
"""What is no licence, whatever else is said."""


class GateError(MedcorpusError):
    """A release that does not pass the checks before a tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far a release may go.

    Args:
        shrink: Share of its rows that a source, language or task may lose against the release before.
        growth: How many times its rows before a source, language or task may have.
        few: Rows that may come or go whatever share they are.
        contamination: Share of the rows that may repeat a test item.
        personal: Share of the rows looked at in which one kind of personal data may be found.
        looked_at: Rows that are searched for personal data, spread over all.
        row_bytes: Most bytes of one row, beyond which the viewer shows none.
        group_bytes: Most bytes of a row group before compression.
        splits: Most splits of a configuration.
        files: Most files of a release, and of one folder in it.
    """

    shrink: float = 0.05
    growth: float = 3.0
    few: int = 20
    contamination: float = 0.0
    personal: float = 0.002
    looked_at: int = 500_000
    row_bytes: int = 2_000_000
    group_bytes: int = 300_000_000
    splits: int = 30
    files: tuple[int, int] = (100_000, 10_000)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and which check found it."""

    check: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check looks at: a release, the one before it if there is one, and the bounds."""

    release: Release
    last: Release | None
    bounds: Bounds

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The release's manifest."""
        return self.release.manifest

    def files(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Give configuration, split and facts of every file with rows."""
        for config, splits in self.manifest["configs"].items():
            for split, entry in splits.items():
                for file in entry["files"]:
                    yield config, split, file

    def rows(self) -> int:
        """Count the rows."""
        return sum(int(split["rows"]) for splits in self.manifest["configs"].values() for split in splits.values())

    def path(self, file: Mapping[str, Any]) -> Path:
        """Give where a file lies."""
        return self.release.path / str(file["path"])


def check(found: Release, last: Release | None = None, bounds: Bounds | None = None) -> list[Problem]:
    """Run all checks.

    Args:
        found: The release, all files of it.
        last: The release before it.
        bounds: How far it may go.

    Raises:
        VerificationError: A file differs from the manifest.
    """
    verified.ensure_verified(found, [path for path, _ in found.files()])
    asked = Asked(found, last, bounds or Bounds())
    return [Problem(name, text) for name, run in CHECKS.items() for text in run(asked)]


def refuse(problems: list[Problem], where: str) -> None:
    """Raise the problems there are as one error.

    Raises:
        GateError: There are any.
    """
    if problems:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        what = f"{problems[0].check}: {problems[0].text}{more}"
        raise GateError(what, where=where, fix="mend that and build again; medcorpus verify --gate shows all")


def schema(asked: Asked) -> Iterator[str]:
    """See that every file has the columns and types that the manifest states, and the manifest is valid."""
    import pyarrow.parquet as pq

    from medcorpus.difference.rows import types_of

    try:
        release.check_manifest(asked.manifest, str(asked.release.path))
    except VerificationError as error:
        yield f"the manifest is not valid: {error.what}"
    stated = types_of(asked.manifest)
    for _, _, file in asked.files():
        columns = [{"name": f.name, "type": str(f.type)} for f in pq.read_schema(asked.path(file))]
        if types_of({"columns": columns}) != stated:
            yield f"{file['path']} has other columns than the manifest states"


def counts(asked: Asked) -> Iterator[str]:
    """See that files, splits, sources, tasks, funnel and ledger count the same rows, and that the root is theirs."""
    import pyarrow.parquet as pq

    for _, _, file in asked.files():
        if (rows := pq.read_metadata(asked.path(file)).num_rows) != file["rows"]:
            yield f"{file['path']} has {rows:,} rows, the manifest says {file['rows']:,}"
    configs = asked.manifest["configs"]
    for config, splits in configs.items():
        for split, entry in splits.items():
            if (rows := sum(f["rows"] for f in entry["files"])) != entry["rows"]:
                yield f"{config}/{split} has {rows:,} rows in its files, the manifest says {entry['rows']:,}"
    if (
        release.root_of({c: {s: e["hash"] for s, e in splits.items()} for c, splits in configs.items()})
        != asked.manifest["root"]
    ):
        yield "the root is not that of the splits"
    yield from _sums(asked)
    yield from _ledger(asked)


def _sums(asked: Asked) -> Iterator[str]:
    sources = asked.manifest["sources"]
    found = {
        "the sources": sum(s["rows_out"] for s in sources.values()),
        "the languages": sum(sum(s["langs"].values()) for s in sources.values()),
        "the licences": sum(sum(s["licenses"].values()) for s in sources.values()),
    }
    if asked.manifest.get("phrasings") == "all":
        found = {}  # rows stand once for each phrasing, sources count them once
    if products.get(asked.release.product).kind == "instructions":
        found["the tasks"] = sum(asked.manifest["tasks"].values())
    if asked.manifest["funnel"]:
        found["the last step of the funnel"] = asked.manifest["funnel"][-1]["rows"]
    for name, rows in found.items():
        if rows != asked.rows():
            yield f"{name}: {rows:,} rows, the splits have {asked.rows():,}"


def _ledger(asked: Asked) -> Iterator[str]:
    import polars as pl

    path = asked.release.path / "ledger.parquet"
    if "published" in asked.manifest:  # a published ledger tells of some sources only
        return
    if not path.is_file():
        yield "there is no ledger"
        return
    own = Counter(
        dict(pl.scan_parquet(path, glob=False).group_by("source", maintain_order=True).len().collect().iter_rows())
    )
    for name, source in asked.manifest["sources"].items():
        stated = sum(source["rejected"].values()) - sum(source.get("screened", {}).values())
        if own[name] != stated:
            yield f"{name}: the ledger has {own[name]:,} rows, {stated:,} were left out"


def drift(asked: Asked) -> Iterator[str]:
    """See that no source, language or task shrank or grew beyond the bounds since the release before."""
    if asked.last is None:
        return
    before, after = (_by_name(m) for m in (asked.last.manifest, asked.manifest))
    for name in sorted(before.keys() | after.keys()):
        old, new = before[name], after[name]
        if abs(new - old) <= asked.bounds.few or not old:
            continue
        if new < old * (1 - asked.bounds.shrink):
            yield f"{name} has {new:,} rows, it had {old:,}: more than {asked.bounds.shrink:.0%} fewer"
        elif new > old * asked.bounds.growth:
            yield f"{name} has {new:,} rows, it had {old:,}: more than {asked.bounds.growth:g} times as many"


def _by_name(manifest: Mapping[str, Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, source in manifest["sources"].items():
        found[f"source {name}"] += source["rows_out"]
        found.update({f"language {code}": rows for code, rows in source["langs"].items()})
    found.update({f"task {name}": rows for name, rows in manifest["tasks"].items()})
    for config, splits in manifest["configs"].items():
        found.update({f"{config}/{split}": entry["rows"] for split, entry in splits.items()})
    return found


def lint(asked: Asked) -> Iterator[str]:
    """Give what the linter refused when the release was built."""
    yield from asked.manifest.get("lint", {}).get("problems", ())


def contamination(asked: Asked) -> Iterator[str]:
    """See that rows were compared with test items, and that what repeats one is not in the release."""
    import polars as pl

    product = products.get(asked.release.product)
    if not product.protects:
        return
    compared = {b for p in asked.manifest.get("protects", {}).values() if p["items"] for b in p["benchmarks"]}
    for missing in sorted(set(product.protects) - compared):
        yield f"the rows were compared with no test item of {missing}"
    path = asked.release.path / "overlaps.parquet"
    if not path.is_file():
        return
    repeat = pl.read_parquet(path, columns=["id"], glob=False)["id"].implode()
    kept = _ids(asked).filter(pl.col("id").is_in(repeat)).collect()["id"]
    if len(kept) > asked.bounds.contamination * asked.rows():
        yield f"{len(kept):,} rows repeat test items, such as {kept[0]}; the bound is {asked.bounds.contamination:.2%}"


def _ids(asked: Asked) -> pl.LazyFrame:
    import polars as pl

    paths = [asked.path(file) for _, _, file in asked.files()]
    return pl.scan_parquet(paths, glob=False).select("id") if paths else pl.LazyFrame(schema={"id": pl.String})


def licences(asked: Asked) -> Iterator[str]:
    """See that every source that gives rows states its licence, what that rests on, and one for each row."""
    for name, source in sorted(asked.manifest["sources"].items()):
        if not source["rows_out"]:
            continue
        unstated = sum(n for text, n in source["licenses"].items() if text.strip().lower() in UNSTATED)
        if unstated:
            yield f"{name}: {unstated:,} rows state no licence"
        for fact, told in (("license_evidence", "what its licence rests on"), ("license_url", "where that stands")):
            if not source[fact].strip():
                yield f"{name} does not say {told}"
        if not source["cite"].strip():
            yield f"{name} does not say how to cite it"


def personal_data(asked: Asked) -> Iterator[str]:
    """Search the published texts for personal data: a tripwire, no proof that there is none."""
    found, looked_at, example = _searched(asked)
    for kind, rows in sorted(found.items()):
        if rows > max(asked.bounds.personal * looked_at, 0):
            share = f"{rows / looked_at:.2%} of {looked_at:,} rows, the bound is {asked.bounds.personal:.2%}"
            yield f"{kind.replace('_', ' ')} in {rows:,} rows, such as {example[kind]}: {share}"


def _searched(asked: Asked) -> tuple[Counter[str], int, dict[str, str]]:
    """Give rows by kind of personal data found in them, how many were looked at, and a row of each kind."""
    found: Counter[str] = Counter()
    example: dict[str, str] = {}
    looked_at = 0
    every = 1 + asked.rows() // asked.bounds.looked_at
    for number, frame in enumerate(_texts(asked)):
        if number % every:
            continue
        looked_at += frame.height
        for kind, ids in _personal(frame).items():
            found[kind] += len(ids)
            if ids:
                example.setdefault(kind, ids[0])
    return found, looked_at, example


def _texts(asked: Asked) -> Iterator[pl.DataFrame]:
    """Give id, language and all texts of the rows in one column, some thousand rows at a time."""
    import polars as pl
    import pyarrow.parquet as pq

    for _, _, file in asked.files():
        read = pq.ParquetFile(asked.path(file), memory_map=True)
        columns = [c for c in (*TEXTS, "id", "lang") if c in read.schema_arrow.names]
        for batch in read.iter_batches(BATCH, columns=columns):
            frame = pl.DataFrame(batch)
            lists = {c: pl.col(c).list.join("\n") for c, t in frame.schema.items() if isinstance(t, pl.List)}
            texts = [lists.get(c, pl.col(c)).fill_null("") for c in columns if c in TEXTS]
            lang = pl.col("lang") if "lang" in columns else pl.lit("und")
            yield frame.select("id", lang=lang, text=pl.concat_str(texts, separator="\n"))


def _personal(frame: pl.DataFrame) -> dict[str, list[str]]:
    """Give the ids of the rows in which each kind of personal data is found."""
    import polars as pl

    from medcorpus.stages.pii import Pii
    from medcorpus.stages.pii.patterns import KINDS

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    made = pl.DataFrame(Pii(column="text", lang="lang").annotate(table, None)).with_columns(frame["id"])
    return {kind: made.filter(pl.col(f"pii_{kind}") > 0)["id"].to_list() for kind in KINDS}


def withdrawn(asked: Asked) -> Iterator[str]:
    """See that no row is in the release that was withdrawn, by the lists known here."""
    from medcorpus.home import home_folder
    from medcorpus.withdrawals import withdrawn_ids

    if ids := withdrawn_ids(asked.release, [asked.path(file) for _, _, file in asked.files()]):
        yield f"{len(ids):,} rows were withdrawn since it was built; build again"
    entries = tombstones.known(home_folder())
    stated = asked.manifest.get("withdrawn", {}).get("entries", 0)
    if stated > len(entries):
        yield f"it was built with {stated:,} tombstones, {len(entries):,} are known here"


def viewer(asked: Asked) -> Iterator[str]:
    """See that the Hub's viewer can show every configuration."""
    import pyarrow.parquet as pq

    bounds = asked.bounds
    for config, splits in asked.manifest["configs"].items():
        if len(splits) > bounds.splits:
            yield f"{config} has {len(splits)} splits, the viewer shows {bounds.splits}"
        yield from (f"{config}: {s!r} is no name of a split" for s in splits if not SPLIT.fullmatch(s))
    for _, _, file in asked.files():
        footer = pq.read_metadata(asked.path(file))
        groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
        if any(g.total_byte_size > bounds.group_bytes for g in groups):
            yield f"{file['path']} has a row group of more than {bounds.group_bytes:,} bytes"
        if any(not g.column(i).has_offset_index for g in groups for i in range(g.num_columns)):
            yield f"{file['path']} has no page index"
    yield from _long_rows(asked)
    folders = Counter(str(Path(f["path"]).parent) for f in asked.manifest["files"])
    if folders.total() > bounds.files[0] or max(folders.values(), default=0) > bounds.files[1]:
        yield f"{folders.total():,} files, {max(folders.values()):,} in one folder: more than a repository may have"


def _long_rows(asked: Asked) -> Iterator[str]:
    import polars as pl

    for frame in _texts(asked):
        long = frame.filter(pl.col("text").str.len_bytes() > asked.bounds.row_bytes)["id"]
        if len(long):
            yield f"{long[0]} has more than {asked.bounds.row_bytes:,} bytes, the viewer shows no such row"


def card(asked: Asked) -> Iterator[str]:
    """See that the documents beside the data say all they should, and what is so."""
    yield from complete.gaps(asked.release.path, list(asked.files()))


CHECKS: dict[str, Callable[[Asked], Iterator[str]]] = {
    "schema": schema,
    "counts": counts,
    "drift": drift,
    "linter": lint,
    "contamination": contamination,
    "licences": licences,
    "personal data": personal_data,
    "withdrawn rows": withdrawn,
    "viewer": viewer,
    "card": card,
}
"""Every check by its name, in the order in which problems are told."""
