"""What a build costs before it is run: processor time, disk and memory, extrapolated from a measured sample.

A sample of each source's raw files is built in a folder that is thrown away, once small and once large. Between the
two every step's processor time and bytes are taken for straight lines over the raw rows: what a step costs however
few its rows are (imports, an index of test items) is not multiplied.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING, Any

from medcorpus import excerpt
from medcorpus.build import Options, build_product
from medcorpus.engine import Inline, Job, Result, Step
from medcorpus.store import MANIFEST

if TYPE_CHECKING:
    from medcorpus.fetch import Found
    from medcorpus.product import Product

WARM_ROWS, SMALL_SHARE = 64, 4
"""Rows of a first run that is not measured, and what part of the large sample the small one is."""
FEW_ROWS = 1000
"""A sample of fewer rows is told as tiny."""
READING, RENDERING, WRITING = "read", "render", "write"
ONCE = ("read benchmarks", "test items")
"""Steps over the benchmarks, which do not grow with the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one step costs.

    Args:
        parallel: Processor seconds that any number of processes can share.
        serial: Processor seconds of one process while the others wait.
        bytes: Bytes written.
    """

    parallel: float = 0
    serial: float = 0
    bytes: float = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            parallel=self.parallel + other.parallel,
            serial=self.serial + other.serial,
            bytes=self.bytes + other.bytes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one sample of a source cost: raw rows read and their bytes, rows stored and published, cost by step."""

    rows: int
    raw_bytes: float
    stored: int
    kept: int
    costs: Mapping[str, Cost]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a source is taken to be: bytes of its raw files, and raw rows; 0 follows from the other."""

    bytes: float = 0
    rows: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One source in a plan: its two samples, and the whole it is extrapolated to."""

    source: str
    small: Measured
    large: Measured
    size: Size

    @property
    def factor(self) -> float:
        """How many times the large sample the whole is."""
        return self.size.rows / max(1, self.large.rows)

    @property
    def stored(self) -> float:
        """Rows that become records."""
        return self.large.stored * self.factor

    def cost(self, step: str) -> Cost:
        """Extrapolate what a step costs for all rows."""
        return Cost(**{kind: self._whole(step, kind) for kind in ("parallel", "serial", "bytes")})

    def _whole(self, step: str, kind: str) -> float:
        small, large = (getattr(m.costs.get(step, Cost()), kind) for m in (self.small, self.large))
        if step in ONCE:
            return float(large)
        more = self.large.rows - self.small.rows
        per_row = max(0.0, large - small) / more if more > 0 else large / max(1, self.large.rows)
        return float(large + per_row * max(0.0, self.size.rows - self.large.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a build is expected to cost.

    Args:
        product: Name of the product.
        workers: Processes that work at the same time.
        shares: The sources.
        worker_bytes: Most memory that measuring took: what every process takes.
        row_bytes: By stage that looks at all rows: memory of one process for each row; None: the stage does not say.
        warnings: What makes the figures doubtful.
    """

    product: str
    workers: int
    shares: tuple[Share, ...]
    worker_bytes: int
    row_bytes: Mapping[str, int | None]
    warnings: tuple[str, ...] = ()

    @property
    def costs(self) -> dict[str, Cost]:
        """Costs by step, all sources together."""
        total: dict[str, Cost] = {}
        for share in self.shares:
            for step in share.large.costs:
                total[step] = total.get(step, Cost()) + share.cost(step)
        return total

    @property
    def rows(self) -> float:
        """Rows that become records."""
        return sum(s.stored for s in self.shares)

    @property
    def total(self) -> Cost:
        """Costs of all steps."""
        return sum(self.costs.values(), Cost())

    @property
    def wall_seconds(self) -> float:
        """Time from start to end, as long as disks and network keep up."""
        return self.total.parallel / self.workers + self.total.serial

    def memory(self, step: str) -> float | None:
        """Give the memory that a step's rows take in one process; None where the stage does not say."""
        row_bytes = self.row_bytes.get(step, 0)
        return None if row_bytes is None else row_bytes * self.rows

    def summary(self) -> dict[str, Any]:
        """Give what `medcorpus plan --format json` prints: bytes, rows, and seconds of one processor."""
        return {
            "product": self.product,
            "workers": self.workers,
            "sources": {s.source: _source_facts(s) for s in self.shares},
            "steps": {step: _step_facts(self, step, cost) for step, cost in self.costs.items()},
            "raw_bytes": round(sum(s.size.bytes for s in self.shares)),
            "processor_seconds": round(self.total.parallel + self.total.serial, 1),
            "wall_seconds": round(self.wall_seconds, 1),
            "disk_bytes": round(self.total.bytes),
            "worker_memory_bytes": self.worker_bytes,
            "warnings": list(self.warnings),
        }


def _source_facts(share: Share) -> dict[str, int]:
    return {
        "sample_rows": share.large.rows,
        "sample_bytes": round(share.large.raw_bytes),
        "raw_bytes": round(share.size.bytes),
        "rows": round(share.size.rows),
        "stored": round(share.stored),
        "kept": round(share.large.kept * share.factor),
    }


def _step_facts(made: Plan, step: str, cost: Cost) -> dict[str, Any]:
    memory = made.memory(step)
    return {
        "parallel_seconds": round(cost.parallel, 1),
        "serial_seconds": round(cost.serial, 1),
        "bytes": round(cost.bytes),
        "memory_bytes": None if memory is None else round(memory),
    }


def plan(
    product: Product,
    found: Mapping[str, Found],
    *,
    rows: int,
    workers: int,
    sizes: Mapping[str, Size] | None = None,
    raw: Path | None = None,
    watch: Step | None = None,
) -> Plan:
    """Measure samples of every source, and extrapolate to what is there or to the sizes stated.

    Args:
        product: What would be built.
        found: Raw files of its sources.
        rows: About how many raw rows of each source to measure.
        workers: Processes that will work at the same time.
        sizes: Sources that will be larger than what is here.
        raw: Folder of all raw files, where the benchmarks are found that a product protects.
        watch: Called with the number of sources measured and of all.

    Raises:
        MissingFilesError: A source has no raw file.
    """
    shares: list[Share] = []
    for name, files in found.items():
        shares.append(_share(product, name, files, rows, (sizes or {}).get(name, Size()), raw))
        if watch:
            watch(len(shares), len(found))
    return Plan(
        product=product.name,
        workers=workers,
        shares=tuple(shares),
        worker_bytes=_peak_bytes(),
        row_bytes={s.name: getattr(s, "bytes_per_row", None) for s in product.stages if not s.row_local},
        warnings=tuple(w for share in shares for w in _doubts(share)),
    )


def _share(product: Product, name: str, found: Found, rows: int, size: Size, raw: Path | None) -> Share:
    _, small, large = [measure(product, name, found, n, raw) for n in (WARM_ROWS, rows // SMALL_SHARE, rows)]
    row_bytes = large.raw_bytes / max(1, large.rows)
    whole = size.bytes or size.rows * row_bytes or excerpt.bytes_of(found)
    return Share(
        source=name,
        small=small,
        large=large,
        size=Size(bytes=whole, rows=size.rows or whole / max(1.0, row_bytes)),
    )


def _doubts(share: Share) -> Iterable[str]:
    rows = share.large.rows
    if rows < FEW_ROWS and share.factor > 1:
        yield (
            f"{share.source}: measured on {rows:,} rows; figures from so few are no more than a hint, and too high: "
            "name real raw files with --raw"
        )
    if not share.large.stored:
        yield f"{share.source}: no row of the sample became a record, so later steps are not in the plan"


def measure(product: Product, name: str, found: Found, rows: int, raw: Path | None = None) -> Measured:
    """Build a product from a sample of one source, in a folder that is thrown away.

    Args:
        product: The product.
        name: The source.
        found: Its raw files.
        rows: About how many rows to take.
        raw: Folder of all raw files, for the benchmarks that the product protects.
    """
    alone = replace(product, takes=lambda other, source: other == name)
    with TemporaryDirectory(prefix="medcorpus-plan-") as folder:
        home, sample = Path(folder, "home"), Path(folder, "raw")
        raw_bytes = excerpt.take(name, found, rows, sample, raw)
        meter = _Meter({s.name for s in product.stages if s.row_local} | {READING, RENDERING})
        built = build_product(
            alone, Options(home=home, raw=sample, part_bytes=1, max_rejects=1), meter.watch, workers=meter
        )
        meter.weigh(name, home, built.release.path)
    facts = built.release.manifest["sources"][name]
    return Measured(
        rows=facts["rows_in"], raw_bytes=raw_bytes, stored=meter.stored, kept=facts["rows_out"], costs=meter.costs
    )


class _Meter(Inline):
    """Runs jobs here, and keeps apart what processes could share and what one has to do alone.

    Args:
        shared: Steps that are done part by part. Of others, jobs are shared where there is more than one.
    """

    def __init__(self, shared: set[str]) -> None:
        self._shared = shared
        self._last, self._in_jobs = process_time(), 0.0
        self.costs: dict[str, Cost] = {}
        self.stored = 0

    def map(self, function: Callable[[Job], Result], jobs: Sequence[Job], step: Step | None = None) -> list[Result]:
        """Run every job, and keep what it takes until the step is told."""

        def timed(job: Job) -> Result:
            start = process_time()
            result = function(job)
            self._in_jobs += process_time() - start
            return result

        return super().map(timed, jobs, step)

    def watch(self, what: str, done: int, total: int) -> None:
        """Put down what was spent since the last time to the step that has gone on."""
        now = process_time()
        spent, jobs = now - self._last, self._in_jobs
        self._last, self._in_jobs = now, 0.0
        shared = jobs if what in self._shared or total > 1 else 0.0
        self._add(what, Cost(parallel=shared, serial=spent - shared))

    def _add(self, step: str, cost: Cost) -> None:
        self.costs[step] = self.costs.get(step, Cost()) + cost

    def weigh(self, name: str, home: Path, release: Path) -> None:
        """Put down what every step has written: layers by their recipe, and the release."""
        for manifest in sorted(home.glob(f"layers/*/{MANIFEST}")):
            layer = json.loads(manifest.read_bytes())
            step = _step_of(layer["recipe"], name)
            self._add(step, Cost(bytes=sum(p["bytes"] for p in layer["parts"])))
            self.stored += sum(p["rows"] for p in layer["parts"] if step == READING)
        self._add(WRITING, Cost(bytes=sum(p.stat().st_size for p in release.rglob("*") if p.is_file())))


def _step_of(recipe: Mapping[str, Any], name: str) -> str:
    """Give the step that made a layer."""
    if recipe["kind"] == "records":
        return READING if recipe["source"] == name else ONCE[0]
    return {"instructions": RENDERING, "items": ONCE[1]}.get(recipe["kind"]) or str(recipe["stage"])


def _peak_bytes() -> int:
    """Give the most memory this process has taken; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
