"""The term lists, written for this project: `terms/<lang>.tsv` with the columns term, field, strength.

A term is written folded only by NFC, in lower case. `cardi*` is a stem: it begins a word and covers the rest of it;
`*itis` is an ending: it may begin within a word; `*cardi*` is both. Anything else is a whole word or phrase. Chinese
and Japanese terms need no word around them; only letters, digits and katakana form words there.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from medcorpus.stages.medical.automaton import Automaton, Pattern, build
from medcorpus.stages.medical.folding import characters

LANGUAGES = ("en", "es", "fr", "ja", "ru", "zh")
FIELDS = (
    "anatomy",
    "disease",
    "drug",
    "procedure",
    "symptom",
    "laboratory",
    "public health",
    "clinical prose",
    "biology",
    "organism",
    "traditional",
)
"""What a term is about. `traditional` is Chinese medicine in Chinese, Kampo in Japanese."""
STRENGTHS = ("weak", "plain", "strong")
"""Weak terms are common outside medicine as well; strong ones hardly occur there."""
EXCEPTION = "none"
"""Strength of words that only look like terms, of the field `exception`: being longer they win, and count nothing."""


class Term(NamedTuple):
    """One line of a list."""

    term: str
    field: str
    strength: str

    def pattern(self, lang: str) -> Pattern:
        """Give what the automaton looks for."""
        return Pattern(
            text=characters(lang).fold(self.term.strip("*")),
            stem=self.term.endswith("*"),
            ending=self.term.startswith("*"),
            field=0 if self.strength == EXCEPTION else FIELDS.index(self.field),
            strength=0 if self.strength == EXCEPTION else STRENGTHS.index(self.strength),
            copies=0 if self.strength == EXCEPTION else 1,
        )


@cache
def terms(lang: str) -> tuple[Term, ...]:
    """Give the terms of a language.

    >>> [t.field for t in terms("en") if t.term == "*cillin"]
    ['drug']
    """
    text = files(__package__).joinpath(f"terms/{lang}.tsv").read_text(encoding="utf-8")
    return tuple(Term(*line.split("\t")) for line in text.splitlines()[1:])


@cache
def automaton(lang: str) -> Automaton:
    """Give the automaton of a language's terms."""
    return build([t.pattern(lang) for t in terms(lang)], characters(lang))


@cache
def plain_terms(lang: str) -> tuple[str, ...]:
    """Give the terms of a language without their stars, as plain keywords."""
    return tuple(sorted({t.term.strip("*") for t in terms(lang) if t.strength != EXCEPTION}))
