"""What formats with annotations beside the text have in common: a mention must be the text it points at."""

from __future__ import annotations

from medcorpus.records import covered

Offsets = tuple[tuple[int, int], ...]
DIFFERS = "a mention differs from the text it points at"


def text_at(text: str, offsets: Offsets, written: str) -> str:
    """Give the text that a mention covers, which has to be what the annotation says but for white space.

    >>> text_at("left and right  lung", ((9, 20),), "right lung")
    'right  lung'

    Raises:
        ValueError: It is another text, or lies outside.
    """
    start, end = offsets[0] if len(offsets) == 1 else (0, 0)
    if 0 <= start < end <= len(text) and text[start:end] == written:
        return written
    if not all(0 <= start < end <= len(text) for start, end in offsets):
        raise ValueError(DIFFERS)
    # the bound keeps many wide mentions of a broken file from taking the square of its size
    if sum(end - start for start, end in offsets) > 4 * len(written) + 100:
        raise ValueError(DIFFERS)
    found = covered(text, offsets)
    if found != written and "".join(found.split()) != "".join(written.split()):
        raise ValueError(DIFFERS)
    return found
