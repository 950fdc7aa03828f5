"""From raw files to a release: ingest, render, annotate, judge, write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import medcorpus
from medcorpus import (
    cards,
    engine,
    fetch,
    ingest,
    items,
    linter,
    phrasings,
    products,
    registry,
    release,
    render,
    stage,
    tombstones,
    yanked,
)
from medcorpus.errors import FetchError, MissingExtraError, MissingFilesError
from medcorpus.product import Product
from medcorpus.raw import pins
from medcorpus.release import Release
from medcorpus.store import Shards, Store, key_of, make
from medcorpus.writing import write_release

if TYPE_CHECKING:
    from medcorpus.engine import Engine
    from medcorpus.fetch import Found

Watch = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""
CODE = (
    "build",
    "card/blocks",
    "card/conditions",
    "card/figures",
    "card/markdown",
    "card/measured",
    "card/report",
    "cards",
    "categories",
    "croissant",
    "licenses",
    "linter",
    "items",
    "logical",
    "overlaps",
    "parquet",
    "phrasings",
    "product",
    "products",
    "release",
    "terms",
    "tombstones",
    "writing",
)
"""Modules that decide what a release's files are; beside them the sources, the stages and the card's prose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a build runs.

    Args:
        home: Folder of the cache, the layers and the releases.
        raw: Folder with raw files: `raw/<source>/<path as upstream lays it out>`.
        sample: Use the samples that ship with the sources instead of raw files.
        strict: Refuse to build when a raw file is missing or differs from its pin.
        download: Download what is neither in `raw` nor in the cache.
        accept_new: Accept bytes that differ from those recorded at the first download.
        engine: What runs the jobs: `local` or `ray`.
        address: Ray cluster to join; empty starts one on this machine.
        store: Folder of the layers, or an address in an object store; empty takes `home`.
        part_bytes: Bytes of raw files that one job reads; 0 takes the default.
        workers: Processes; 0 takes one per processor.
        max_rejects: Share of unreadable rows a source may have; None takes the source's own.
        phrasings: Which instructions rows carry: one each, the task's own, or all (`phrasings.MODES`).
        lint: What becomes of tasks that the linter refuses: `fail` or `warn`.
        tombstones: A list of withdrawn rows, to be added to those that are known under `home`.
    """

    home: Path
    raw: Path | None = None
    sample: bool = False
    strict: bool = False
    download: bool = False
    accept_new: bool = False
    engine: str = "local"
    address: str = ""
    store: str = ""
    part_bytes: int = 0
    workers: int = 0
    max_rejects: float | None = None
    phrasings: str = phrasings.ONE
    lint: str = linter.FAIL
    tombstones: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A finished build: the release, what was skipped and why, and what should be looked at."""

    release: Release
    seconds: float
    new: bool
    skipped: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """Give what `medcorpus build --format json` prints."""
        manifest = self.release.manifest
        wanted = ("rows_in", "rendered", "rows_out", "rejected", "langs")
        return {
            "product": self.release.product,
            "version": self.release.version,
            "root": manifest["root"],
            "path": str(self.release.path),
            "seconds": round(self.seconds, 3),
            "new": self.new,
            "sources": {n: {k: s[k] for k in wanted if k in s} for n, s in manifest["sources"].items()},
            "tasks": manifest["tasks"],
            "funnel": manifest["funnel"],
            "lint": manifest.get("lint", {}).get("findings", []),
            "skipped": dict(self.skipped),
            "warnings": list(self.warnings),
        }


@dataclass(slots=True)
class Inputs:
    """What a release is written from, source by source."""

    product: Product
    found: dict[str, Found] = field(default_factory=dict)
    tallies: dict[str, ingest.Tally] = field(default_factory=dict)
    instructions: dict[str, Shards] = field(default_factory=dict)
    shards: dict[str, Shards] = field(default_factory=dict)
    guarded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    items: dict[str, Shards] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    tombstones: tuple[tombstones.Tombstone, ...] = ()


def build(name: str, options: Options, watch: Watch | None = None) -> Built:
    """Build a product; what was built before from the same inputs, code and parameters is looked up.

    Raises:
        UnknownNameError: There is no such product.
        MissingFilesError: No source has its raw files, or one lacks some and the build is strict.
        SourceError: A source cannot be read, or too many of its rows are rejected.
        LockedError: Another process is building the same.
    """
    return build_product(products.get(name), options, watch)


def build_product(
    product: Product, options: Options, watch: Watch | None = None, workers: Engine | None = None
) -> Built:
    """Build a product that need not be one of the four; `workers` runs the jobs in place of what the options name."""
    start = perf_counter()
    watch = watch or (lambda what, done, total: None)
    if options.tombstones is not None:
        tombstones.remember(options.home, tombstones.read(options.tombstones))
    inputs = Inputs(product=product, tombstones=tombstones.known(options.home))
    _find_files(inputs, options, watch)
    with _opened(inputs, options) if workers is None else nullcontext(workers) as running:
        _make_shards(inputs, Store(options.store or options.home), running, options, watch)
    made, new = _write(inputs, options, watch)
    _judge_lint(made, inputs, options)
    if mark := yanked.read(made.path.parent).get(made.version):
        inputs.warnings.append(f"this version was yanked: {mark.reason}")
    release.point_to(options.home, made)
    return Built(
        release=made,
        seconds=perf_counter() - start,
        new=new,
        skipped=inputs.skipped,
        warnings=tuple(inputs.warnings),
    )


def _opened(inputs: Inputs, options: Options) -> AbstractContextManager[Engine]:
    return engine.opened(options.engine, options.workers or _workers(inputs, options), options.address)


SMALL = 4 * 2**20
"""Below this many raw bytes the start of worker processes costs more than it saves."""


def _workers(inputs: Inputs, options: Options) -> int:
    if options.address:
        return 0
    size = sum(f.size for found in inputs.found.values() for f in found.files)
    return 1 if size < SMALL else engine.default_workers()


def _find_files(inputs: Inputs, options: Options, watch: Watch) -> None:
    names = [n for n in registry.names() if inputs.product.takes(n, registry.get(n))]
    for done, name in enumerate(names, 1):
        _find_source(name, inputs, options, watch)
        watch("find raw files", done, len(names))
    if options.strict and (inputs.skipped or inputs.warnings):
        raise MissingFilesError(next(iter([*inputs.skipped.values(), *inputs.warnings])), fix="or leave out --strict")
    if not inputs.found:
        first = next(iter(inputs.skipped.values()), "")
        raise MissingFilesError(f"no source of {inputs.product.name} has raw files", fix=f"the first: {first}")


def _find_source(name: str, inputs: Inputs, options: Options, watch: Watch) -> None:
    try:
        registry.get(name).versions()
        found = fetch.find(
            name,
            home=options.home,
            raw=options.raw,
            download=options.download,
            accept_new=options.accept_new,
            sample=options.sample,
            progress=lambda path, done, total: watch(f"download {name}/{path}", done, total),
        )
    except (FetchError, MissingExtraError) as error:
        if options.strict:
            raise
        inputs.skipped[name] = str(error) if name in str(error) else f"{name}: {error}"
        return
    if any(not f.companion for f in found.files):
        inputs.found[name] = found
    else:
        inputs.skipped[name] = fetch.missing_message(name, found)
    if not options.sample:
        inputs.warnings += _file_warnings(name, found)


def _file_warnings(name: str, found: Found) -> list[str]:
    differing = [f.path for f in found.files if f.pin == "differs"]
    out = []
    if differing:
        out.append(f"{name}: not the pinned bytes, used as they are: {_first(differing)}")
    if found.missing and found.files:
        out.append(f"{name}: not here: {_first(found.missing)}")
    known, here = pins.read(name).keys(), {f.path for f in found.files}
    if found.files and known - here:
        out.append(f"{name}: {len(known & here):,} of {len(known):,} known raw files are here")
    return out


def _first(names: Sequence[str], count: int = 3) -> str:
    more = f" and {len(names) - count} more" if len(names) > count else ""
    return ", ".join(names[:count]) + more


def _make_shards(inputs: Inputs, store: Store, workers: Engine, options: Options, watch: Watch) -> None:
    names = list(inputs.found)
    layers = [ingest.layer_of(n, inputs.found[n], options.part_bytes) for n in names]
    records = dict(zip(names, make(store, layers, workers, _step(watch, "read"))))
    for name in names:
        inputs.tallies[name] = ingest.check(name, records[name], options.max_rejects)
    rows = records
    if inputs.product.kind == "instructions":
        layers = [render.layer_of(n, records[n]) for n in names]
        rows = dict(zip(names, make(store, layers, workers, _step(watch, "render"))))
        inputs.instructions = rows
    _make_items(inputs, store, workers, options, watch)
    shards = list(rows.values())
    for each in inputs.product.stages:
        shards = stage.run(each, shards, store, workers, _step(watch, each.name), tuple(inputs.items.values()))
    inputs.shards = dict(zip(names, shards))


def _make_items(inputs: Inputs, store: Store, workers: Engine, options: Options, watch: Watch) -> None:
    """Read the test items of the benchmarks that the product protects, from the sources whose raw files are here."""
    here = {n: found for n in benchmarks(inputs.product) if (found := _at_hand(n, options)) is not None}
    records = make(store, [ingest.layer_of(n, f) for n, f in here.items()], workers, _step(watch, "read benchmarks"))
    layers = [items.layer_of(n, benchmarks(inputs.product)[n], r) for n, r in zip(here, records)]
    inputs.items = dict(zip(here, make(store, layers, workers, _step(watch, "test items"))))
    inputs.guarded = {n: b for n, b in benchmarks(inputs.product).items() if n in inputs.items}
    unknown = [n for n in benchmarks(inputs.product) if n not in inputs.items]
    if unknown:
        inputs.warnings.append(f"test items of {_first(unknown)} are not here: rows that repeat them are not found")


def benchmarks(product: Product) -> dict[str, tuple[str, ...]]:
    """Give the sources of the benchmarks that a product protects, with the benchmarks each belongs to."""
    guards = [products.get(n) for n in product.protects]
    sources = {n: tuple(p.name for p in guards if p.takes(n, registry.get(n))) for n in registry.names()}
    return {n: benchmarks for n, benchmarks in sources.items() if benchmarks}


def _at_hand(name: str, options: Options) -> Found | None:
    """Find the raw files of a benchmark's source where nothing has to be downloaded for it."""
    try:
        found = fetch.find(name, home=options.home, raw=options.raw, sample=options.sample)
    except FetchError:
        return None
    return found if any(not f.companion for f in found.files) else None


def _step(watch: Watch, what: str) -> Callable[[int, int], None]:
    return lambda done, total: watch(what, done, total)


def _write(inputs: Inputs, options: Options, watch: Watch) -> tuple[Release, bool]:
    key = key_of(_recipe(inputs, options))
    version = f"{medcorpus.__version__}+{'sample.' if options.sample else ''}{key[:12]}"
    with Store(options.home).lock(f"release-{inputs.product.name}"):
        if version in release.versions(options.home, inputs.product.name):
            return release.find(options.home, inputs.product.name, version), False
        with release.staging(options.home, inputs.product.name, version) as folder:
            write_release(
                folder,
                inputs,
                version=version,
                key=key,
                sample=options.sample,
                phrasings=options.phrasings,
                step=_step(watch, "write"),
            )
    return release.find(options.home, inputs.product.name, version), True


def _judge_lint(made: Release, inputs: Inputs, options: Options) -> None:
    """Refuse a release whose tasks the linter refuses; it stays where it is, to be looked at, but is not the newest."""
    problems = made.manifest.get("lint", {}).get("problems", [])
    if options.lint == linter.FAIL:
        linter.refuse(problems, str(made.path))
    inputs.warnings += problems


def _recipe(inputs: Inputs, options: Options) -> dict[str, Any]:
    package = Path(__file__).parent
    code = hashlib.sha256(b"".join((package / f"{n}.py").read_bytes() for n in CODE))
    code.update(cards.prose_of(inputs.product.name).encode())
    return {
        "kind": "release",
        "product": inputs.product.name,
        "sample": options.sample,
        "code": code.hexdigest(),
        "version": medcorpus.__version__,
        "rows": {n: s.lineage for n, s in inputs.shards.items()},
        "phrasings": options.phrasings,
        "facts": {n: ingest.code_hash(n) for n in inputs.found},
        "cited": {n: registry.citation(n) for n in inputs.found},
        "missing": {n: f.missing for n, f in inputs.found.items()},
        "skipped": inputs.skipped,
        "guarded": inputs.guarded,
        "withdrawn": tombstones.digest(inputs.tombstones),
    }
