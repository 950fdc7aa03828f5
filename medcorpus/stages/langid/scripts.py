"""Which script a character belongs to, and what its Han characters say about Chinese and Japanese.

Three national character sets tell the variants of Han characters apart: a character of JIS X 0208 that neither GB 2312
nor Big5 has is a Japanese form (検, 薬), one of GB 2312 that JIS X 0208 lacks is a simplified Chinese one (们, 药), and
of those that JIS and Big5 share but GB 2312 lacks, JIS level 1 is in use in Japan (個, 術) and level 2 holds the old
forms that only traditional Chinese still writes (對, 學).
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

OTHER, LATIN, CYRILLIC, GREEK, ARABIC, HEBREW, INDIC, HANGUL, KANA = range(1, 10)
HAN, HAN_JAPANESE, HAN_SIMPLIFIED, HAN_TRADITIONAL, HAN_UNSIMPLIFIED, HAN_PARTICLE = range(10, 16)
CLASSES = 16
"""Class 0 is what is no letter; where letters are counted by class its place holds the capitals among them."""
RANGES = {
    LATIN: ((0x41, 0x24F), (0x250, 0x2AF), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF), (0xFF21, 0xFF5A)),
    CYRILLIC: ((0x400, 0x52F), (0x1C80, 0x1C8F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F)),
    GREEK: ((0x370, 0x3FF), (0x1F00, 0x1FFF)),
    ARABIC: ((0x600, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE)),
    HEBREW: ((0x590, 0x5FF), (0xFB1D, 0xFB4F)),
    INDIC: ((0x900, 0x97F), (0xA8E0, 0xA8FF)),
    HANGUL: ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xFFA0, 0xFFDC)),
    KANA: ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D)),
    HAN: ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF)),
}
LETTER_WEIGHT, SYLLABLE_WEIGHT = 2, 6
WEIGHTS = (0, 1, 1, *[LETTER_WEIGHT] * (INDIC - LATIN), *[SYLLABLE_WEIGHT] * (CLASSES - HANGUL))
"""What a letter of each class counts for when the script of a text is chosen: names, units and drugs stand in Latin
letters in texts of every script, and a syllable or a Han character says as much as several letters."""
ITERATION_MARK = "々"
CHINESE_PARTICLES = "是了我他她你那就也很没呢吧怎什您咱啥之其而于"
"""Grammar words of Chinese whose characters Japanese knows but hardly writes in words of kanji alone."""
KEPT_MARKS = "'’,.?!¿¡-"
JIS_LEVEL_2 = 0x989F
"""The first Shift JIS code of level 2, the rarer half of JIS X 0208."""


class Letters(NamedTuple):
    """Tables over the code points below 65,536.

    Args:
        folded: uint16, the lower-case letter, the mark itself where it is kept, 32 for everything else.
        script: uint8, the class of a letter, 0 for what is none.
        balance: int64 [CLASSES], positive for syllables and Han characters, negative for other letters: texts for
            whose letters it adds up to more than 0 are not put to the model.
    """

    folded: npt.NDArray[np.uint16]
    script: npt.NDArray[np.uint8]
    balance: npt.NDArray[np.int64]


@cache
def tables() -> Letters:
    """Build the tables: from Unicode's categories, and from Python's codecs for the Han characters."""
    folded = np.full(0x10000, 32, dtype=np.uint16)
    script = np.zeros(0x10000, dtype=np.uint8)
    for code in range(0x10000):
        character = chr(code)
        if unicodedata.category(character)[0] in "LM":
            folded[code] = _lower(character)
            script[code] = OTHER
    letter = script > 0
    for kind, ranges in RANGES.items():
        for first, last in ranges:
            script[first : last + 1][letter[first : last + 1]] = kind
    for code in np.flatnonzero(script == HAN).tolist():
        script[code] = han_class(chr(code))
    script[ord(ITERATION_MARK)] = HAN_JAPANESE
    for mark in KEPT_MARKS:
        folded[ord(mark)] = ord(mark)
    balance = np.array([0, *[-LETTER_WEIGHT] * (HANGUL - 1), *[SYLLABLE_WEIGHT] * (CLASSES - HANGUL)])
    return Letters(folded, script, balance)


def han_class(character: str) -> int:
    """Say what a Han character tells about the language.

    >>> [han_class(c) == HAN_JAPANESE for c in "検薬病"], han_class("药") == HAN_SIMPLIFIED
    ([True, True, False], True)
    """
    if character in CHINESE_PARTICLES:
        return HAN_PARTICLE
    japanese, simplified = _code(character, "shift_jis"), _code(character, "gb2312")
    if not japanese:
        return HAN_SIMPLIFIED if simplified else HAN_TRADITIONAL if _code(character, "big5") else HAN
    if simplified:
        return HAN
    if not _code(character, "big5"):
        return HAN_JAPANESE
    return HAN_TRADITIONAL if japanese >= JIS_LEVEL_2 else HAN_UNSIMPLIFIED


def _code(character: str, charset: str) -> int:
    """Give the code of a character in a character set, 0 where it has none."""
    return int.from_bytes(character.encode(charset, errors="ignore"))


def _lower(character: str) -> int:
    """Give the small letter; letters of full width become ordinary ones."""
    lower = unicodedata.normalize("NFKC", character).lower() if "\uff21" <= character <= "\uff5a" else character.lower()
    return ord(lower) if len(lower) == 1 and ord(lower) < 0x10000 else ord(character)
