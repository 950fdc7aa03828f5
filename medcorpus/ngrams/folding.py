"""How characters are folded before n-grams are cut, as a table over code points.

Every character is decomposed (NFKD) and case-folded, and each code point that comes of it has a kind: part of a word;
a token by itself (scripts written without spaces, and signs of comparison and change, which carry meaning in medical
text); a mark, which belongs to the token before it; ignored (invisible format characters); or a separator (white
space, punctuation, other symbols). Full-width and half-width forms, ligatures, case, and composed and decomposed
accents thus fold together, while accents and the voicing of kana still make a difference.

`python -m medcorpus.ngrams.folding` writes `folding.tsv` from Python's Unicode database. The file is kept, so that
every version of Python folds alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LIMIT = 0x30000
"""Code points from here on are not in the table: `kernel` takes ideographs of plane 3 as single, tags as ignored."""
SEPARATOR, IGNORED, MARK, WORD, SINGLE, EXPANDED = range(6)
KINDS = {"separator": SEPARATOR, "ignored": IGNORED, "mark": MARK, "word": WORD, "single": SINGLE}
KIND_SHIFT = 29
"""A table entry holds its kind above this bit; below it the folded code point, or where the expansion stands."""
LENGTH_BITS = 5
"""An expansion's entry holds its length in so many bits, and above them where it begins."""
SCRIPTS = ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "BOPOMOFO", "THAI",
           "LAO", "KHMER", "MYANMAR")  # fmt: skip
"""Names of letters in scripts written without spaces begin so; each such letter is a token."""
SIGNS = "+<=>±×÷≈≠≡≤≥←↑→↓↔⇒⇔−"
VARIATIONS = (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10))
HANGUL = range(0xAC00, 0xD7A4)
FILE = Path(__file__).with_name("folding.tsv")


def folded(code: int) -> tuple[int, ...]:
    """Give the code points a character folds to, by Python's Unicode database; Hangul syllables stay whole."""
    char = chr(code)
    if code in HANGUL or 0xD800 <= code < 0xE000:
        return (code,)
    once = unicodedata.normalize("NFKD", char).casefold()
    return tuple(map(ord, unicodedata.normalize("NFKD", once)))


def kind_of(code: int) -> str:
    """Give the kind of a code point that stands for itself."""
    char = chr(code)
    category = unicodedata.category(char)
    if category in ("Cf", "Cs") or code in VARIATIONS:
        return "ignored"
    if char in SIGNS or (unicodedata.name(char, "").startswith(SCRIPTS) and category[0] in "LN"):
        return "single"
    if category[0] == "M":
        return "mark"
    return "word" if category[0] in "LN" or category in ("Co", "Cn") else "separator"


def lines() -> Iterator[str]:
    """Give the lines of `folding.tsv`: ranges of code points with their kind, then what others fold to."""
    plain = {c: kind_of(c) for c in range(LIMIT) if folded(c) == (c,)}
    yield from _ranges(plain)
    for code in range(LIMIT):
        if code not in plain:
            yield f"{code:X}\t{' '.join(f'{c:X}' for c in folded(code))}"


def _ranges(kinds: Mapping[int, str]) -> Iterator[str]:
    first, last, kind = -1, -1, ""
    for code, own in [*kinds.items(), (LIMIT + 1, "")]:
        if own != kind or code != last + 1:
            if kind:
                yield f"{first:X}..{last:X}\t{kind}"
            first, kind = code, own
        last = code


@cache
def table() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Read the folding table.

    Returns:
        An entry for every code point below `LIMIT`, and the entries that expansions consist of.
    """
    import numpy as np

    rows = [line.split("\t") for line in FILE.read_text(encoding="ascii").splitlines()]
    entries = np.zeros(LIMIT, dtype=np.uint32)
    for span, kind in (r for r in rows if r[1] in KINDS):
        first, last = (int(h, 16) for h in span.split(".."))
        entries[first : last + 1] = np.arange(first, last + 1, dtype=np.uint32) | (KINDS[kind] << KIND_SHIFT)
    sequences: list[int] = []
    for code, targets in (r for r in rows if r[1] not in KINDS):
        entries[int(code, 16)] = _expansion(entries, [int(h, 16) for h in targets.split()], sequences)
    return entries, np.array(sequences, dtype=np.uint32)


def _expansion(entries: NDArray[np.uint32], targets: Iterable[int], sequences: list[int]) -> int:
    """Give the entry of a character that folds to others; several of them are appended to the sequences."""
    found = [int(entries[t]) for t in targets]
    if len(found) == 1:
        return found[0]
    sequences.extend(found)
    return EXPANDED << KIND_SHIFT | (len(sequences) - len(found)) << LENGTH_BITS | len(found)


if __name__ == "__main__":
    FILE.write_text("\n".join(lines()) + "\n", encoding="ascii")
