"""The signals: their names in the order of their columns, and the lengths that they speak of."""

TOP = (2, 3, 4)
"""Lengths, in words, of the n-grams whose most frequent one is looked at."""
DUPLICATE = (5, 7, 10)
"""Lengths, in words, of the n-grams that are looked at where they come again."""
GRAMS = TOP + DUPLICATE
LONG_WORD = 40
"""Letters and digits that a word may have before it counts as long."""
OPENING = 400
"""Most words, from the beginning of a text, whose diversity is measured, so that it says the same of long texts."""
SHORT_LINE = 30
"""Most columns of a short line; Han and kana are two columns wide (FineWeb: 30 characters)."""
SIGNALS = (
    "q_words",
    "q_lines",
    "q_mean_word",
    "q_long_words",
    "q_alpha",
    "q_symbols",
    "q_stop",
    "q_diversity",
    "q_bullets",
    "q_ellipses",
    "q_bars",
    "q_ends",
    "q_short",
    "q_dup_lines",
    "q_dup_line_chars",
    "q_dup_paragraphs",
    "q_dup_paragraph_chars",
    *(f"q_top_{n}" for n in TOP),
    *(f"q_dup_{n}" for n in DUPLICATE),
)
"""Also the order in which they are judged: the first that fails is the reason."""
