"""Writes a release's files: judges every row, and counts what became of it."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import medcorpus
from medcorpus import atomic, cards, croissant, overlaps, registry, render, tombstones
from medcorpus.card import measured
from medcorpus.linter import SPAN, Linter
from medcorpus.parquet import SplitWriter, write_table
from medcorpus.phrasings import ALL, worded
from medcorpus.product import KEPT, judge
from medcorpus.release import FORMAT, MANIFEST, root_of
from medcorpus.stage import parameters
from medcorpus.stages.sizes import Sizes, vocabulary
from medcorpus.store import sha256_of

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from medcorpus.build import Inputs
    from medcorpus.fetch import Found
    from medcorpus.store import Shards

UNREADABLE = "read"
UNRENDERED = "render"


def write_release(
    folder: Path,
    inputs: Inputs,
    *,
    version: str,
    key: str,
    sample: bool,
    phrasings: str,
    step: Callable[[int, int], None],
) -> None:
    """Write data, ledger, manifest and card of a release into a folder.

    Args:
        folder: An empty folder.
        inputs: Shards, tallies and files of every source.
        version: Version of the release.
        key: Key of the recipe that made it.
        sample: Whether the rows are the sources' samples.
        phrasings: Which instructions rows carry, one of `phrasings.MODES`.
        step: Called with the number of sources written and of all.
    """
    writer = _Writer(folder, inputs, phrasings, sample=sample)
    for done, name in enumerate(inputs.shards, 1):
        writer.take(name, inputs.shards[name])
        step(done, len(inputs.shards))
    configs = writer.close()
    manifest = {
        "format": FORMAT,
        "product": inputs.product.name,
        "version": version,
        "sample": sample,
        "root": root_of({c: {s: split["hash"] for s, split in splits.items()} for c, splits in configs.items()}),
        "recipe": key,
        "tools": _tools(),
        "columns": writer.columns,
        "configs": configs,
        "sources": {n: _source_entry(n, inputs, writer) for n in inputs.shards},
        "skipped": inputs.skipped,
        "tasks": {t: writer.tasks[t] for t in registry.tasks() if writer.tasks[t]},
        "stages": [{"stage": s.name, "parameters": parameters(s)} for s in inputs.product.stages],
        "funnel": _funnel(inputs, writer),
        "phrasings": phrasings if inputs.instructions else "",
        "lint": writer.lint(inputs),
        "sizes": {c: dict(sizes) for c, sizes in sorted(writer.sizes.items())},
        "vocabulary": _vocabulary(inputs),
        "redacted": dict(writer.redacted),
        "protects": {n: {"benchmarks": list(b), "items": inputs.items[n].rows} for n, b in inputs.guarded.items()},
        "overlaps": [{k: v for k, v in cell.items() if k != "text"} for cell in writer.overlaps()],
        "withdrawn": _withdrawn(inputs, writer),
    }
    if inputs.tombstones:
        atomic.write_text(folder / tombstones.FILE, tombstones.as_text(inputs.tombstones))
    for name, text in cards.files_of(manifest).items():
        atomic.write_text(folder / name, text)
    atomic.write_json(folder / croissant.FILE, croissant.of(manifest))
    atomic.write_json(folder / MANIFEST, manifest | {"files": list(_listed(folder))})


class _Writer:
    """Sends kept rows to the file of their configuration and split, and the others to the ledger."""

    def __init__(self, folder: Path, inputs: Inputs, phrasings: str, *, sample: bool) -> None:
        self.folder, self.product, self.phrasings, self.sample = folder, inputs.product, phrasings, sample
        self.linter = _linter(inputs)
        self.withdrawn = tombstones.Withdrawn(inputs.tombstones)
        self.rules = inputs.product.rules()
        self.verdicts: dict[str, Counter[str]] = {}
        self.langs: dict[str, Counter[str]] = {}
        self.licenses: dict[str, Counter[str]] = {}
        self.tasks: Counter[str] = Counter()
        self.columns: list[dict[str, str]] = []
        self._writers: dict[tuple[str, str], SplitWriter] = {}
        self._ledger = [_unread(n, inputs) for n in inputs.shards]
        self.sizes: dict[str, Counter[str]] = {}
        self.sizes_by_source: dict[str, Counter[str]] = {}
        self.redacted: Counter[str] = Counter()
        self._repeats: list[pl.DataFrame] = []
        self.copies: list[str] = []

    def take(self, name: str, shards: Shards) -> None:
        """Judge and write all rows of one source."""
        import polars as pl

        self.verdicts[name], self.langs[name], self.licenses[name] = Counter(), Counter(), Counter()
        for table in shards.tables():
            frame = self._without_withdrawn(name, pl.DataFrame(table))
            if "task_id" in frame.columns:
                self.linter.add(frame)
            verdict = judge(frame, self.rules)
            self._ledger.append(_left_out(frame, verdict))
            if "repeats_item" in frame.columns:
                self._repeats.append(overlaps.rows_of(frame))
            kept = frame.filter(verdict == KEPT)
            rows = kept.select(**self.product.columns())
            self._count(name, rows, verdict)
            self._measure(name, kept, rows[self.product.config])
            self._send(worded(rows, self.phrasings))

    def _without_withdrawn(self, name: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Put withdrawn rows into the ledger before anything looks at what they say."""
        import polars as pl

        gone = self.withdrawn.mask(frame)
        buried = frame.filter(gone)
        if not buried.height:
            return frame
        self.verdicts[name][tombstones.RULE] += buried.height
        self._ledger.append(_left_out(buried, pl.Series([tombstones.RULE] * buried.height)))
        if "dup_of" in buried.columns:
            self.copies += buried.filter(pl.col("dup_of") != "")["dup_of"].to_list()
        return frame.filter(~gone)

    def _count(self, name: str, rows: pl.DataFrame, verdict: pl.Series) -> None:
        self.verdicts[name].update(verdict.to_list())
        self.langs[name].update(rows["lang"].to_list())
        self.licenses[name].update(rows["license"].to_list())

    def _measure(self, name: str, kept: pl.DataFrame, configs: pl.Series) -> None:
        """Add up sizes by configuration and source, and what was redacted by kind."""
        import polars as pl

        kinds = kept.select(pl.col("^pii_.*$").exclude("pii_text").cast(pl.Int64).sum())
        self.redacted.update(kinds.rename(lambda c: c.removeprefix("pii_")).to_dicts()[0] if kinds.width else {})
        units = [c for c in measured.UNITS if c in kept.columns]
        if units:
            sums = kept.group_by(configs.alias("config"), maintain_order=True).agg(pl.col(units).cast(pl.Int64).sum())
            for config, *amounts in sums.iter_rows():
                self.sizes.setdefault(config, Counter()).update(dict(zip(units, amounts)))
                self.sizes_by_source.setdefault(name, Counter()).update(dict(zip(units, amounts)))

    def _send(self, rows: pl.DataFrame) -> None:
        table = _portable(rows)
        if "task_id" in rows.columns:
            self.tasks.update(rows["task_id"].to_list())
        if not self.columns:
            self.columns = [{"name": f.name, "type": str(f.type)} for f in table.schema]
        for (config, split), index in _groups(rows.select(config=self.product.config, split="split")):
            self._writer(config, split, table.schema).write(table.take(index))

    def _writer(self, config: str, split: str, schema: pa.Schema) -> SplitWriter:
        if (config, split) not in self._writers:
            self._writers[config, split] = SplitWriter(self.folder / "data" / config, split, schema)
        return self._writers[config, split]

    def lint(self, inputs: Inputs) -> dict[str, Any]:
        """Give what the linter counted, and what must be mended."""
        for name, shards in inputs.instructions.items():
            for reason, row_id in render.unrendered(shards):
                if reason == render.BLANK:
                    self.linter.count(row_id.split("/")[0], "blank", 1)
            faulty = sum(n for why, n in inputs.tallies[name].rejected.items() if SPAN.search(why))
            for task in registry.get(name).tasks:
                self.linter.count(task.id, "span_mismatch", faulty)
        found = self.linter.findings()
        return {"findings": [asdict(f) for f in found], "problems": self.linter.problems(found)}

    def overlaps(self) -> list[dict[str, Any]]:
        """Give how many rows of each source repeat test items of each benchmark, and write which."""
        import polars as pl

        if not self._repeats:
            return []
        rows = pl.concat(self._repeats)
        named = self.withdrawn.hidden(rows["overlap_with"])
        quoted = pl.when(named == rows["overlap_with"]).then("overlap_text").otherwise(pl.lit(""))
        rows = rows.with_columns(named, overlap_text=quoted)
        write_table(self.folder / "overlaps.parquet", _portable(rows))
        return overlaps.matrix(rows)

    def close(self) -> dict[str, dict[str, Any]]:
        """Finish all files; give rows, hash and files of every configuration's splits."""
        import polars as pl

        ledger = self._hidden(pl.concat(self._ledger) if self._ledger else _ledger_frame([]))
        write_table(self.folder / "ledger.parquet", _portable(ledger))
        configs: dict[str, dict[str, Any]] = {}
        for (config, split), writer in sorted(self._writers.items()):
            files = [f | {"path": f"data/{config}/{f.pop('name')}"} for f in writer.close()]
            entry = {"rows": writer.rows, "hash": writer.hash.hexdigest(), "files": files}
            configs.setdefault(config, {})[split] = entry
        return configs

    def _hidden(self, ledger: pl.DataFrame) -> pl.DataFrame:
        """Name withdrawn rows by the hash of their id, wherever they stand in the ledger."""
        import polars as pl

        if not self.withdrawn.sources:
            return ledger
        gone = pl.col("reason") == tombstones.RULE
        return ledger.with_columns(
            self.withdrawn.hidden(ledger["id"]),
            self.withdrawn.hidden(ledger["copy_of"]),
            raw_file=pl.when(gone).then(pl.lit("")).otherwise("raw_file"),
            raw_row=pl.when(gone).then(pl.lit(0, pl.Int32)).otherwise("raw_row"),
        )


def _linter(inputs: Inputs) -> Linter:
    own = {i: (name, task) for i, (name, task) in registry.tasks().items() if name in inputs.instructions}
    partial = {i for i, (name, _) in own.items() if inputs.found[name].missing}
    return Linter({i: task for i, (_, task) in own.items()}, partial)


def _groups(place: pl.DataFrame) -> Iterator[tuple[tuple[str, str], Any]]:
    import polars as pl

    indexed = place.with_row_index()
    for key, rows in indexed.partition_by("config", "split", as_dict=True, maintain_order=True).items():
        yield (str(key[0]), str(key[1])), rows["index"].cast(pl.Int64).to_arrow()


def _portable(frame: pl.DataFrame) -> pa.Table:
    """Give an Arrow table with the plain types every reader knows."""
    import polars as pl
    import pyarrow as pa

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    return table.cast(pa.schema([pa.field(f.name, _plain_type(f.type)) for f in table.schema]))


def _plain_type(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        return pa.list_(_plain_type(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name, _plain_type(f.type)) for f in kind])
    return pa.string() if pa.types.is_large_string(kind) else kind


LEDGER = ("source", "id", "step", "reason", "raw_file", "raw_row", "copy_of")
"""Columns of the ledger; `copy_of` is the id of the row that stayed, or of the test item that the row repeats."""


def _ledger_frame(rows: list[tuple[str, str, str, str, str, int, str]]) -> pl.DataFrame:
    import polars as pl

    types = {n: pl.Int32 if n == "raw_row" else pl.String for n in LEDGER}
    return pl.DataFrame(rows, schema=types, orient="row")


def _vocabulary(inputs: Inputs) -> dict[str, Any]:
    """Describe what tokens were counted in; empty where none were."""
    named = [s.tokenizer for s in inputs.product.stages if isinstance(s, Sizes) and s.tokenizer]
    return asdict(vocabulary(named[0])) if named else {}


def _unread(name: str, inputs: Inputs) -> pl.DataFrame:
    rows = [(name, "", UNREADABLE, why, file, row, "") for file, row, why, _ in inputs.tallies[name].rejects]
    if name in inputs.instructions:
        rejects = [r for p in inputs.instructions[name].parts for r in p.notes["rejects"]]
        rows += [(name, i, UNRENDERED, why, file, row, "") for i, why, file, row in rejects]
    return _ledger_frame(rows)


def _left_out(frame: pl.DataFrame, verdict: pl.Series) -> pl.DataFrame:
    import polars as pl

    copy_of = pl.col("dup_of") if "dup_of" in frame.columns else pl.lit("")
    if "repeats_item" in frame.columns:
        copy_of = pl.when(copy_of == "").then("overlap_with").otherwise(copy_of)
    out = frame.with_columns(reason=verdict, step=pl.lit("keep"), copy_of=copy_of)
    return out.filter(verdict != KEPT).select(LEDGER)


def _source_entry(name: str, inputs: Inputs, writer: _Writer) -> dict[str, Any]:
    source, total, found = registry.get(name), inputs.tallies[name], inputs.found[name]
    verdicts = writer.verdicts[name]
    rejected: Counter[str] = Counter(total.rejected) + Counter(total.withheld) + Counter(total.screened)
    if name in inputs.instructions:
        rejected += render.rejects_of(inputs.instructions[name])
    rejected += Counter({v: n for v, n in verdicts.items() if v != KEPT})
    rendered = {"rendered": inputs.shards[name].rows} if name in inputs.instructions else {}
    return {
        "title": source.title,
        "version": source.version,
        "homepage": source.homepage,
        "license": source.license,
        "license_evidence": source.license_evidence,
        "license_url": source.license_url,
        "redistribute": source.redistribute,
        "access": source.access,
        "cite": registry.citation(name),
        "rows_in": total.read,
        **rendered,
        "rows_out": verdicts[KEPT],
        "rejected": dict(sorted(rejected.items())),
        **({"screened": dict(total.screened)} if total.screened else {}),
        "langs": dict(sorted(writer.langs[name].items())),
        "licenses": dict(sorted(writer.licenses[name].items())),
        "sizes": dict(writer.sizes_by_source.get(name, {})),
        "retrieved": "" if writer.sample else _retrieved(found),
        "layers": list(inputs.shards[name].lineage),
        "files": [{"path": f.path, "bytes": f.size, "sha256": f.sha256, "pin": f.pin} for f in found.files],
        "missing": list(found.missing),
    }


def _retrieved(found: Found) -> str:
    """Give the day on which the newest raw file was written here; of an archive's members, the archive."""
    paths = {found.root / f.path.split("!")[0]: f.local for f in found.files}
    newest = max(((p if p.is_file() else local).stat().st_mtime for p, local in paths.items()), default=0.0)
    return datetime.fromtimestamp(newest, UTC).date().isoformat() if newest else ""


def _funnel(inputs: Inputs, writer: _Writer) -> list[dict[str, Any]]:
    """Give the rows left after each step, all sources together."""
    read = sum(t.read for t in inputs.tallies.values())
    screened: Counter[str] = sum((Counter(t.screened) for t in inputs.tallies.values()), Counter())
    stored = sum(t.stored for t in inputs.tallies.values())
    steps = [("read from raw files", read), ("readable and sound", stored + screened.total())]
    steps += _screen_steps(screened, stored)
    left = sum(s.rows for s in inputs.shards.values())
    if inputs.instructions:
        steps.append(("rendered as instructions", left))
    verdicts: Counter[str] = sum(writer.verdicts.values(), Counter())
    for rule in (tombstones.RULE, *writer.rules):
        left -= verdicts[rule]
        steps.append((f"without: {rule}", left))
    if writer.phrasings == ALL and inputs.instructions:
        steps.append(("with every phrasing", writer.tasks.total()))
    return [{"step": step, "rows": rows} for step, rows in steps]


def _screen_steps(screened: Counter[str], stored: int) -> list[tuple[str, int]]:
    """Give the rows left after each rule that sources were screened by, the rule that dropped most first."""
    ranked = sorted(screened.items(), key=lambda item: (-item[1], item[0]))
    return [
        (f"screened out while reading: {rule}", stored + sum(n for _, n in ranked[done:]))
        for done, (rule, _) in enumerate(ranked, 1)
    ]


def _withdrawn(inputs: Inputs, writer: _Writer) -> dict[str, Any]:
    """Name the list of withdrawn rows, and count those that were left out; copies that stay are warned of."""
    copies = writer.withdrawn.hidden(_strings(writer.copies))
    stay = sorted(set(copies) & set(writer.copies))
    if stay:
        more = f" and {len(stay) - 1} more" if len(stay) > 1 else ""
        inputs.warnings.append(f"copies of withdrawn rows stay, withdraw them as well: {stay[0]}{more}")
    return {
        "list": tombstones.digest(inputs.tombstones),
        "entries": len(inputs.tombstones),
        "rows": {n: v[tombstones.RULE] for n, v in sorted(writer.verdicts.items()) if v[tombstones.RULE]},
    }


def _strings(values: list[str]) -> pl.Series:
    import polars as pl

    return pl.Series(values, dtype=pl.String)


def _tools() -> dict[str, str]:
    import polars
    import pyarrow

    return {
        "medcorpus": medcorpus.__version__,
        "polars": polars.__version__,
        "pyarrow": pyarrow.__version__,
        "python": platform.python_version(),
    }


def _listed(folder: Path) -> Iterator[Mapping[str, Any]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            yield {"path": name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}
