"""The quality signals said again in plain Python, for the kernel to be compared with."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from medcorpus.characters import CLASSES, classes
from medcorpus.stages.quality.signals import DUPLICATE, LONG_WORD, OPENING, SHORT_LINE, TOP


def kind_of(character: str) -> str:
    return CLASSES[classes()[ord(character)]]


def words_of(text: str) -> list[str]:
    """Give the letters and digits of each word."""
    cut = "".join({"glyph": f" {c} ", "space": " ", "break": " "}.get(kind_of(c), c) for c in text)
    runs = ("".join(c for c in run if kind_of(c) in ("letter", "digit", "glyph")) for run in cut.split(" "))
    return [run for run in runs if run]


def lines_of(text: str) -> list[str]:
    """Give the lines without their white space; blank ones are empty."""
    cut = "".join("\n" if kind_of(c) == "break" else "" if kind_of(c) == "space" else c for c in text)
    return cut.split("\n")


def paragraphs_of(lines: Sequence[str]) -> list[tuple[str, ...]]:
    found: list[list[str]] = [[]]
    for line in lines:
        found[-1].append(line) if line else found.append([])
    return [tuple(p) for p in found if p]


def copies(items: Sequence[object]) -> list[bool]:
    """Say of each item whether it came before."""
    return [item in items[:i] for i, item in enumerate(items)]


def share(part: float, whole: float) -> float:
    return part / max(whole, 1)


def ends_in_sentence(line: str) -> bool:
    kept = [c for c in line if kind_of(c) != "closer"]
    return bool(kept) and kind_of(kept[-1]) in ("terminal", "ellipsis")


def ends_in_ellipsis(line: str) -> bool:
    kept = "".join(c for c in line if kind_of(c) != "closer")
    return kept.endswith(("...", "…")) or bool(re.search(r"…\.+$", kept))


def ellipses(line: str) -> int:
    """Count ellipses and third full stops in a row, closing quotes between them aside."""
    kept = "".join(c for c in line if kind_of(c) != "closer")
    return kept.count("…") + sum(len(dots) >= 3 for dots in re.findall(r"(?<![.…])\.+", kept))


def top(words: Sequence[str], size: int) -> float:
    grams = Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))
    most = max(grams.values(), default=0)
    chars = max((n * len("".join(g)) for g, n in grams.items() if n == most), default=0) if most > 1 else 0
    return min(share(chars, len("".join(words))), 1.0)


def copied(words: Sequence[str], size: int) -> float:
    grams = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
    inside = {i + k for i, again in enumerate(copies(grams)) if again for k in range(size)}
    return share(sum(len(words[i]) for i in inside), len("".join(words)))


def measured(text: str, stop_words: set[str]) -> dict[str, float]:
    """Measure one text."""
    words, all_lines = words_of(text), lines_of(text)
    lines = [line for line in all_lines if line]
    visible = "".join(lines)
    paragraphs = paragraphs_of(all_lines)
    opening = words[:OPENING]
    glyphs = sum(kind_of(c) == "glyph" for c in visible)
    unit = 2 if 2 * glyphs > len(words) else 1
    width = [len(line) + sum(kind_of(c) == "glyph" for c in line) for line in lines]
    lines_again, paragraphs_again = copies(lines), copies(paragraphs)
    symbols = sum(kind_of(c) == "hash" for c in visible) + sum(map(ellipses, lines))
    return {
        "q_words": len(words),
        "q_lines": len(lines),
        "q_mean_word": share(len("".join(words)), len(words)),
        "q_long_words": share(sum(len(w) for w in words if len(w) > LONG_WORD), len("".join(words))),
        "q_alpha": share(sum(kind_of(c) in ("letter", "glyph") for c in visible), len(visible)),
        "q_symbols": share(symbols, len(words)),
        "q_stop": share(sum(w in stop_words for w in words), len(words)),
        "q_diversity": math.log(len(set(opening))) / math.log(len(opening)) if len(opening) > 1 else 1.0,
        "q_bullets": share(sum(kind_of(line[0]) == "bullet" for line in lines), len(lines)),
        "q_ellipses": share(sum(map(ends_in_ellipsis, lines)), len(lines)),
        "q_bars": share(sum(sum(kind_of(c) == "bar" for c in line) >= 2 for line in lines), len(lines)),
        "q_ends": share(sum(map(ends_in_sentence, lines)), len(lines)),
        "q_short": share(sum(w <= SHORT_LINE for w in width), len(lines)),
        "q_dup_lines": share(sum(lines_again), len(lines)),
        "q_dup_line_chars": share(sum(len(x) for x, again in zip(lines, lines_again) if again), len(visible)),
        "q_dup_paragraphs": share(sum(paragraphs_again), len(paragraphs)),
        "q_dup_paragraph_chars": share(
            sum(len("".join(p)) for p, again in zip(paragraphs, paragraphs_again) if again), len(visible)
        ),
        **{f"q_top_{n}": top(words, n * unit) for n in TOP},
        **{f"q_dup_{n}": copied(words, n * unit) for n in DUPLICATE},
    }
