"""Source to shards: reads raw files in parallel, checks every record, and keeps what it had to reject.

A part holds the rows of a group of raw files in order; beside the rows its receipt keeps every reject with file, row
and reason. Rows read = rows stored + rejects + rows screened out, which are only counted: by raw file and rule.
"""

from __future__ import annotations

import gc
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import registry, screen
from medcorpus.columns import Sieve
from medcorpus.errors import FormatError, MedcorpusError, SourceError
from medcorpus.licenses import serving
from medcorpus.reading import Columns, Edition, Item, Placed, Reject, fault_of
from medcorpus.records import Origin, Record
from medcorpus.schema import row_schema, values_of
from medcorpus.source import SPLITS, Source
from medcorpus.store import BATCH_ROWS, Layer, Shards, writing_ipc

if TYPE_CHECKING:
    import pyarrow as pa

    from medcorpus.fetch import Found, RawFile

BATCH_CHARACTERS = 32 * 2**20
"""A batch is closed at about this many characters, however few its rows are."""
_UNSTORABLE_NAME = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
PART_BYTES = 16 * 2**20
"""Raw files are grouped into parts of about this size."""
COLLECTED_AFTER = 50_000
"""While rows are read, Python looks for cycles once in so many new objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPart:
    """The raw files of one part: what a worker needs to read them."""

    source: str
    files: tuple[tuple[str, str, str, str], ...]  # path, local path, split, language


def layer_of(name: str, found: Found, part_bytes: int = 0) -> Layer:
    """Describe the records layer of a source over the raw files that were found.

    Args:
        name: The source.
        found: Its raw files.
        part_bytes: About how many bytes of raw files make one part; 0 takes `PART_BYTES`.

    Raises:
        FormatError: The name of a file cannot be stored.
        MissingExtraError: What the source's reader needs is not installed.
    """
    for file in found.files:
        if _UNSTORABLE_NAME.search(file.path):
            what = "a file name that is not UTF-8 or has control characters"
            raise FormatError(what, where=f"{name}: {file.path!a}", fix="rename the file")
    recipe = {
        "kind": "records",
        "source": name,
        "code": code_hash(name),
        "needs": registry.get(name).versions(),
        "files": [[f.path, f.sha256, f.split, f.lang, f.companion] for f in found.files],
        "screen": screen.recipe_of(screen.steps_of(registry.get(name).screen)),
    }
    return Layer(recipe=recipe, jobs=tuple(_parts(name, found.files, part_bytes or PART_BYTES)), write=write_part)


def _parts(name: str, files: Sequence[RawFile], part_bytes: int) -> Iterator[RawPart]:
    group: list[tuple[str, str, str, str]] = []
    size = 0
    for file in files:
        if file.companion:
            continue
        if group and size + file.size > part_bytes:
            yield RawPart(source=name, files=tuple(group))
            group, size = [], 0
        group.append((file.path, str(file.local), file.split, file.lang))
        size += file.size
    if group:
        yield RawPart(source=name, files=tuple(group))


CORE = ("records", "reading", "ingest", "licenses", "schema", "columns", "screen", "screens")


def code_hash(name: str) -> str:
    """Hash the code that decides what the rows of a source are: its folder, the readers and the record shapes."""
    package = Path(__file__).parent
    own = sorted((registry.folder() / name).glob("*.py"))
    shared = sorted(registry.folder().glob("_*.py"))
    readers = sorted((package / "formats").glob("*.py"))
    core = [package / f"{n}.py" for n in CORE]
    digest = hashlib.sha256()
    for path in (*own, *shared, *readers, *core):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def write_part(part: RawPart, path: Path) -> Mapping[str, Any]:
    """Read the raw files of a part into one Arrow file.

    Returns:
        Notes for the receipt: how many rows were read from each raw file, every reject, how many rows of each file
        were screened out by each rule, and the editions withdrawn.
    """
    builder = _Rows(part.source, registry.get(part.source))
    with writing_ipc(path, builder.schema) as writer, _fewer_collections():
        for raw_file, local, split, lang in part.files:
            for _ in builder.take(raw_file, Path(local), split, lang):
                writer.write(builder.batch())
        writer.write(builder.batch())
    screened = [[raw_file, rule, n] for (raw_file, rule), n in sorted(builder.sieve.screened.items())]
    notes = {"rejects": builder.rejects, "screened": screened, "withdrawn": builder.withdrawn}
    return {"read": builder.read, **notes}


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Look for cycles less often: rows have none, and every look goes through all rows of the batch again."""
    thresholds = gc.get_threshold()
    gc.set_threshold(COLLECTED_AFTER, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


class _Rows:
    """Collects rows from what a source yields, and counts what it cannot use."""

    def __init__(self, name: str, source: Source) -> None:
        self.name, self.source = name, source
        self.sieve = Sieve(source, screen.steps_of(source.screen))
        self.schema = row_schema(source.shape)
        self.values = values_of(source.shape)
        self.own = [n for n in self.schema.names if n not in Origin.__dataclass_fields__]
        self.texts = [i for i, n in enumerate(self.own) if self.schema.field(n).type == "string"]
        self.extras = frozenset(source.extras)
        self.canonical = _canonical()
        self.passable = serving("open")
        self.read: dict[str, int] = {}
        self.rejects: list[tuple[str, int, str, bool]] = []
        self.withdrawn: list[Edition] = []
        self.seen: dict[str, int] = {}
        self.rows: list[tuple[Any, ...]] = []
        self.size = 0

    def take(self, raw_file: str, local: Path, split: str, lang: str) -> Iterator[None]:
        """Read a file, stopping whenever a batch is full."""
        self.read[raw_file] = 0
        self.seen.clear()
        items = _items(self.name, self.source, raw_file, local)
        for number, item in enumerate(self.sieve.items(items, raw_file, split, lang), 1):
            self.read[raw_file] = number
            if isinstance(item, Placed):
                self._add(raw_file, item.row, item.record, split, lang)
            elif isinstance(item, Reject):
                self._refuse(raw_file, item)
            else:
                self._add(raw_file, number, item, split, lang)
            if len(self.rows) >= BATCH_ROWS or self.size >= BATCH_CHARACTERS:
                yield
        self.read[raw_file] += self.sieve.dropped_from(raw_file)

    def _refuse(self, raw_file: str, item: Reject) -> None:
        self.rejects.append((raw_file, item.row, item.reason, item.withheld))
        if item.withdraws:
            self.withdrawn.append(item.withdraws)

    def _add(self, raw_file: str, place: int, record: Record, split: str, lang: str) -> None:
        lang, split = language_of(self.source, record, lang), record.split or split
        try:
            split = held_out(record, split, self.source.held_out)
            reason = self._fault(record, split, lang)
            own = () if reason else self.values(record)
            row_id = "" if reason else self._id(record, raw_file, own)
        except (TypeError, AttributeError, ValueError) as error:
            reason = fault_of(error)
        if reason:
            self.rejects.append((raw_file, place, reason, False))
            return
        self.rows.append((row_id, self.name, split, lang, *self._terms(record), raw_file, place, *own))
        for i in self.texts:
            self.size += len(own[i])

    def _terms(self, record: Record) -> tuple[str, str, str]:
        """Give licence, access and passing on; a licence that is not known is no leave, whatever the source says."""
        source, license = self.source, record.license or self.source.license
        unsaid = source.redistribute == "yes" and license not in self.passable
        return license, source.access, "unknown" if unsaid else source.redistribute

    def _fault(self, record: Record, split: str, lang: str) -> str | None:
        if type(record) is not self.source.shape:
            return f"a {type(record).__name__} where {self.source.shape.__name__} is declared"
        if split not in SPLITS:
            return "a split that is none of train, validation, test"
        if lang not in self.source.langs:
            return "a language the source does not declare" if lang else "no language"
        if not self.extras.issuperset(record.extra):
            return f"extra {min(set(record.extra) - self.extras)!r} is not declared"
        return next(iter(record.faults()), None)

    def _id(self, record: Record, raw_file: str, own: tuple[Any, ...]) -> str:
        """Give the row's id; a key that comes again in the same file gets `~2`, `~3` and so on."""
        key = record.key or self._content_hash(raw_file, own)
        count = self.seen[key] = self.seen.get(key, 0) + 1
        return f"{self.name}/{key}" if count == 1 else f"{self.name}/{key}~{count}"

    def _content_hash(self, raw_file: str, own: tuple[Any, ...]) -> str:
        """Hash what a row says; a field that is empty does not count, so a new optional field changes no id."""
        said = {name: value for name, value in zip(self.own, own) if value}
        return hashlib.sha256(self.canonical([raw_file, said])).hexdigest()[:20]

    def batch(self) -> pa.RecordBatch:
        """Give the rows collected so far; those that Arrow refuses become rejects."""
        import pyarrow as pa

        rows, self.rows, self.size = self.rows, [], 0
        try:
            return _record_batch(rows, self.schema)
        except (pa.ArrowException, UnicodeError, TypeError, ValueError, OverflowError):
            return _record_batch([row for row in rows if self._fits(row)], self.schema)

    def _fits(self, row: tuple[Any, ...]) -> bool:
        import pyarrow as pa

        try:
            _record_batch([row], self.schema)
        except (pa.ArrowException, UnicodeError, TypeError, ValueError, OverflowError) as error:
            place = dict(zip(self.schema.names, row))
            self.rejects.append((place["raw_file"], place["raw_row"], fault_of(_as_plain(error)), False))
            return False
        return True


def held_out(record: Record, split: str, share: float) -> str:
    """Give the split of a record of a source that holds out a share of its training rows, where upstream has no test.

    A hash of what the record says decides, so that records of the same text are in the same split on every machine.
    """
    if not share or split != "train":
        return split
    said = "\x1f".join(record.prose()).encode("utf-8", "surrogatepass")
    chosen = int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big")
    return "test" if chosen < share * 2**64 else split


def language_of(source: Source, record: Record, lang: str) -> str:
    """Give the language of a record: its own, else its file's, else the source's only one."""
    return record.lang or lang or source.only_lang


def _canonical() -> Callable[[Any], bytes]:
    """Give what writes values as compact JSON in UTF-8, the form that content hashes are taken of."""
    import msgspec

    return msgspec.json.Encoder().encode


def _as_plain(error: Exception) -> Exception:
    return error if isinstance(error, UnicodeError) else TypeError(str(error))


def _record_batch(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    columns = zip(*rows) if rows else [()] * len(schema)
    return pa.record_batch([pa.array(c, type=f.type) for c, f in zip(columns, schema)], schema=schema)


def _items(name: str, source: Source, raw_file: str, local: Path) -> Iterator[Item]:
    """Yield what the source reads from one file; an error that is not of one row names file and row."""
    row = 0
    try:
        for item in source.read(local):
            row = _last_row(item, row)
            yield item
    except FormatError as error:
        raise FormatError(error.what, where=f"{name}: {raw_file}{_beside(error, local)}", fix=error.fix) from error
    except MedcorpusError:
        raise
    except MemoryError as error:
        where = f"{name}: {raw_file} after row {row}"
        raise SourceError(
            "it takes more memory than there is", where=where, fix="free memory or split the file"
        ) from error
    except Exception as error:
        raise SourceError(
            f"{fault_of(error)} ({type(error).__name__})",
            where=f"{name}: {raw_file} after row {row}",
            fix="the file is not as the source's docstring describes it; fetch it again or mend read()",
        ) from error


def _last_row(item: Item, before: int) -> int:
    if isinstance(item, Columns):
        return item.row + int(item.batch.num_rows) - 1
    return item.row if isinstance(item, (Placed, Reject)) else before + 1


def _beside(error: FormatError, local: Path) -> str:
    """Name the place of an error that is in a file read beside the raw file, or in a part of it."""
    place = error.where.removeprefix(local.name).lstrip(": ")
    return f": {place}" if place else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of the raw rows of one source: read = stored + rejected + withheld + screened."""

    read: int
    stored: int
    rejected: Mapping[str, int]
    withheld: Mapping[str, int]
    screened: Mapping[str, int]
    rejects: tuple[tuple[str, int, str, bool], ...]


def tally(shards: Shards) -> Tally:
    """Add up the receipts of a records layer."""
    rejects = tuple((str(f), int(r), str(why), bool(w)) for p in shards.parts for f, r, why, w in p.notes["rejects"])
    screened: Counter[str] = Counter()
    for _, rule, n in (entry for part in shards.parts for entry in part.notes["screened"]):
        screened[rule] += n
    return Tally(
        read=sum(n for p in shards.parts for n in p.notes["read"].values()),
        stored=shards.rows,
        rejected=_counts(why for _, _, why, withheld in rejects if not withheld),
        withheld=_counts(why for _, _, why, withheld in rejects if withheld),
        screened=dict(sorted(screened.items())),
        rejects=rejects,
    )


def _counts(reasons: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(reasons).items()))


def check(name: str, shards: Shards, max_rejects: float | None = None) -> Tally:
    """Refuse a layer with too many rejects, or with ids that two files share.

    Raises:
        SourceError: It names the first reject, or both places of the id.
    """
    total = tally(shards)
    allowed = registry.get(name).max_rejects if max_rejects is None else max_rejects
    bad = sum(total.rejected.values())
    if bad > allowed * total.read:
        file, row, why, _ = next(r for r in total.rejects if not r[3])
        raise SourceError(
            f"{bad} of {total.read} rows rejected, over {allowed:.0%}; the first: row {row}: {why}",
            where=f"{name}: {file}",
            fix="mend the file or raise --max-rejects",
        )
    _refuse_shared_ids(name, shards)
    return total


def _refuse_shared_ids(name: str, shards: Shards) -> None:
    import polars as pl

    rows = shards.frame(["id", "raw_file", "raw_row"])
    twice = rows.filter(pl.col("id").is_duplicated()).head(2)
    if twice.height:
        places = " and ".join(f"{f} row {r}" for _, f, r in twice.iter_rows())
        raise SourceError(
            f"two rows share the id {twice['id'][0]}",
            where=f"{name}: {places}",
            fix="make read() give them different keys",
        )
