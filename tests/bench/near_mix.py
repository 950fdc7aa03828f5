"""A mix of made-up documents in several languages with planted near-copies of known similarity.

Documents are sentences of real running text, drawn anew. Among them are planted copies, whose similarity is computed
here by sets of plain Python strings, and near misses that are too different to be removed.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

LANGS = ("en", "zh", "ja", "ru", "fr", "es")
SPACELESS = ("zh", "ja")
LEVELS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.6, 0.4)
"""Similarities that planted copies aim at; those under `UNIQUE` are near misses, which must stay."""
UNIQUE = 0.65
PLANTED = 0.18
"""Share of rows that are planted copies of another row."""
SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]?")
WORD = re.compile(r"\w+")
CHARACTER = re.compile(r"\w")
POOL_BYTES = 12_000_000
BYTES = (700, 1300, 2000, 2800, 3900)
"""Sizes that documents grow to; 2.1 kB on average."""
GROUP_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Planted:
    """A row that is a changed copy of another, and the true similarity of the two."""

    id: str
    of: str
    lang: str
    jaccard: float


def tokens(text: str, lang: str) -> list[str]:
    """Cut a text as documented: words, or characters for Chinese and Japanese."""
    return (CHARACTER if lang in SPACELESS else WORD).findall(text.casefold())


def jaccard(one: str, two: str, lang: str, n: int = 5) -> float:
    """Give the similarity of the sets of n-grams of two texts."""
    a, b = ({tuple(t[i : i + n]) for i in range(len(t) - n + 1)} for t in (tokens(one, lang), tokens(two, lang)))
    return len(a & b) / len(a | b) if a | b else 1.0


def sentences(folder: Path, lang: str) -> list[str]:
    """Read sentences of a language, the same ones in the same order every time."""
    import pyarrow.parquet as pq

    found: list[str] = []
    size = 0
    for path in sorted(folder.glob(f"{lang}.*.parquet")):
        for text in pq.read_table(path, columns=["text"]).column("text").to_pylist()[::2]:
            own = [s.strip() for s in SENTENCE.findall(text) if 20 <= len(s.strip().encode()) <= 600]
            found += own
            size += sum(len(s.encode()) for s in own)
            if size > POOL_BYTES:
                break
    return list(dict.fromkeys(found))


def document(pool: Sequence[str], lang: str, draw: random.Random) -> str:
    """Put sentences together until they have the size that was drawn."""
    parts, size, target = [], 0, draw.choice(BYTES)
    while size < target:
        parts.append(pool[int(draw.random() * len(pool))])
        size += len(parts[-1].encode()) + 1
    return ("" if lang in SPACELESS else " ").join(parts)


def changed(text: str, level: float, lang: str, draw: random.Random) -> str:
    """Give a copy of about this similarity: other line breaks, case and punctuation, or replaced tokens too."""
    if level == 1.0:
        return draw.choice((_reflowed, str.upper, _respaced))(text)
    pattern = CHARACTER if lang in SPACELESS else WORD
    places = [m.span() for m in pattern.finditer(text)]
    count = max(1, round(len(places) * (1 - level) / (5 * (1 + level))))
    step = len(places) / count
    pieces, at = [], 0
    for i in range(count):
        begin, end = places[min(len(places) - 1, int((i + draw.random() * 0.5) * step))]
        if begin >= at:
            pieces += [text[at:begin], "".join(chr(ord(c) ^ 1) if c.isalpha() else c for c in text[begin:end]) + "x"]
            at = end
    return "".join([*pieces, text[at:]])


def _reflowed(text: str) -> str:
    return "\n".join(text[i : i + 60].strip() if " " not in text else text[i : i + 60] for i in range(0, len(text), 60))


def _respaced(text: str) -> str:
    return re.sub(r"[,;:，；：]", "", text).replace("。", "．").replace(". ", " - ")


def rows(folder: Path, count: int, seed: int = 7) -> Iterator[tuple[str, str, str, Planted | None]]:
    """Make rows: id, text, language, and what is planted; a copy comes up to thousands of rows after its original."""
    draw = random.Random(seed)
    pools = {lang: sentences(folder, lang) for lang in LANGS}
    earlier: list[tuple[str, str, str]] = []
    for number in range(count):
        name = f"{draw.getrandbits(64):016x}-{number}"
        if len(earlier) > 2000 and draw.random() < PLANTED:
            of, text, lang = earlier.pop(draw.randrange(len(earlier)))
            copy = changed(text, draw.choice(LEVELS), lang, draw)
            yield name, copy, lang, Planted(name, of, lang, jaccard(text, copy, lang))
        else:
            lang = LANGS[number % len(LANGS)]
            text = document(pools[lang], lang, draw)
            earlier.append((name, text, lang))
            if len(earlier) > 4000:
                earlier.pop(draw.randrange(len(earlier)))
            yield name, text, lang, None


def write(folder: Path, target: Path, count: int) -> None:
    """Write the mix and, beside it, what is planted in it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    planted: list[Planted] = []
    writer = None
    waiting: list[tuple[str, str, str]] = []
    for number, (name, text, lang, plant) in enumerate(rows(folder, count), 1):
        waiting.append((name, text, lang))
        planted += [plant] if plant else []
        if len(waiting) == GROUP_ROWS or number == count:
            table = _table(waiting)
            writer = writer or pq.ParquetWriter(target, table.schema, compression="zstd")
            writer.write_table(table)
            waiting = []
    if writer:
        writer.close()
    facts = {n: [getattr(p, n) for p in planted] for n in ("id", "of", "lang", "jaccard")}
    pq.write_table(pa.table(facts), target.with_suffix(".planted"))


def _table(rows: Sequence[tuple[str, str, str]]) -> pa.Table:
    import pyarrow as pa

    return pa.table(dict(zip(("id", "text", "lang"), map(list, zip(*rows)))))


def made(count: int) -> Path:
    """Give the file of a mix of so many rows, made before or now.

    Raises:
        RuntimeError: There is no real text to make it of.
    """
    home = os.environ.get("MEDCORPUS_REAL_DATA")
    if not home:
        raise RuntimeError("MEDCORPUS_REAL_DATA does not say where running text is")
    target = (
        Path(os.environ.get("MEDCORPUS_BENCH") or Path(tempfile.gettempdir(), "medcorpus-bench"))
        / f"near-{count}.parquet"
    )
    if not target.with_suffix(".planted").exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        write(Path(home) / "text", target, count)
    return target


if __name__ == "__main__":
    print(made(int(sys.argv[1])))
