"""The published filter of MMedC: distinct keywords (MKC), their density (DENS), and a threshold of each per language.

The definition is that of `data_collection/filtering/filter.py` of github.com/MAGIC-AI4Med/MMedLM (Qiu et al. 2024,
Nature Communications 15:8384, arXiv:2402.13963): a keyword of more than 10 characters, or of more than 5 and two words,
counts wherever it occurs; a shorter one must equal a word. MKC is the number of keywords found, DENS the sum of hits
times keyword length over the text's length. The published code differs from this in ways that change its numbers; each
is a name of `FAULTS`, so that its numbers can be had with them and without.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from medcorpus.errors import FormatError
from medcorpus.stages.medical.automaton import Automaton, Pattern, build
from medcorpus.stages.medical.folding import LETTER, PLANE, SPACE, Characters, characters, tables

FAULTS = {
    "spaced": "Chinese and Japanese are matched as if words stood between spaces",
    "tokens": "a short keyword must equal what stands between white space, punctuation included",
    "nested": "a keyword within another counts besides it",
    "case": "keywords that differ in case count twice; Chinese and Japanese texts are not lower-cased",
}
Keywords = tuple[tuple[str, tuple[str, ...]], ...]
"""Languages with their keywords: part of a stage's parameters, so immutable."""
LISTS = re.compile(r"([a-z]{2})_medical(?:_biology)?_words")
CODES = {"jp": "ja"}
UNSPACED = ("zh", "ja")


class Thresholds(NamedTuple):
    """The least distinct keywords and the least density of a medical text."""

    distinct: int
    density: float


@cache
def thresholds() -> Mapping[str, Thresholds]:
    """Give the published thresholds by language.

    >>> thresholds()["ru"]
    Thresholds(distinct=4, density=0.02)
    """
    lines = files(__package__).joinpath("paper.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {lang: Thresholds(int(t1), float(t2)) for lang, t1, t2 in (line.split("\t") for line in lines)}


def published_keywords(path: Path) -> Keywords:
    """Read the keywords of one's own copy of the published `keywords.py`, or of a folder of `<lang>.txt` files.

    Nothing is run: the lists are read off the assignments. A text file has one keyword a line.

    Raises:
        FormatError: There is no list of keywords in it.
    """
    lists = _text_files(path) if path.is_dir() else _assigned_lists(path)
    if not lists:
        raise FormatError("no lists of keywords", where=str(path), fix="give keywords.py or a folder of <lang>.txt")
    return tuple((lang, tuple(sorted(words))) for lang, words in sorted(lists.items()))


def _text_files(folder: Path) -> dict[str, set[str]]:
    paths = sorted(folder.glob("??.txt"))
    return {p.stem: {w for line in p.read_text("utf-8").splitlines() if (w := line.strip())} for p in paths}


def _assigned_lists(path: Path) -> dict[str, set[str]]:
    lists: dict[str, set[str]] = {}
    try:
        for name, value in _assignments(ast.parse(path.read_text(encoding="utf-8"))):
            if named := LISTS.fullmatch(name):
                lists.setdefault(CODES.get(named[1], named[1]), set()).update(_words(value))
    except (SyntaxError, ValueError, TypeError) as error:
        fix = "give keywords.py as published"
        raise FormatError("not a file of keyword lists", where=str(path), fix=fix) from error
    return lists


def _words(value: ast.expr) -> list[str]:
    words = ast.literal_eval(value)
    if not isinstance(words, list) or not all(isinstance(w, str) and w.strip() for w in words):
        raise ValueError("not a list of words")
    return words


def _assignments(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


@cache
def paper_automaton(lang: str, keywords: tuple[str, ...], faults: frozenset[str]) -> Automaton:
    """Give the automaton of a language's keywords with these faults."""
    spaced = lang not in UNSPACED or "spaced" in faults
    tokens = spaced and "tokens" in faults
    found = Counter(k.lower() for k in keywords if max(map(ord, k)) < PLANE)
    patterns = [
        Pattern(k, stem=anywhere, ending=anywhere, copies=n if "case" in faults else 1)
        for k, n in sorted(found.items())
        if (anywhere := not spaced or is_long(k)) or not tokens or k.split() == [k]
    ]
    return build(patterns, _characters(spaced or "case" not in faults, tokens))


def is_long(keyword: str) -> bool:
    """Say whether a keyword counts wherever it occurs.

    >>> is_long("chemotherapy"), is_long("flu shot"), is_long("cancer")
    (True, True, False)
    """
    return len(keyword) > 10 or (len(keyword) > 5 and len(keyword.split()) > 1)


@cache
def _characters(lower: bool, tokens: bool) -> Characters:
    kind = characters("").kind
    return tables(
        lambda c: c.lower() if lower and len(c.lower()) == 1 else c,
        (lambda c: SPACE if c.isspace() else LETTER) if tokens else lambda c: int(kind[min(ord(c), len(kind) - 1)]),
    )
