"""NUBes: sentences of Spanish health records with the markers of negation and uncertainty and what they apply to.

Upstream format, checked on two of the ten samples: `NUBes/SAMPLE-00n/<sample>.<speciality>.<section>.txt` and `.ann`
in brat, one sentence per line. 155 files with 5,956 sentences, 5,243 mentions, none of which crosses a line, and 2,053
relations; the annotations of 28 files are empty. Markers are NegSynMarker, NegLexMarker, NegMorMarker, UncertSynMarker
and UncertLexMarker (syntactic, lexical and morphological negation, syntactic and lexical uncertainty); what they apply
to is a Phrase or a concept (DISO, PROC, SUBS, BODY, OTHER), PolItem and CoordItem stand inside. Relations lead from a
marker to its scope (Scope, DiscScope) and between the parts of a marker (DiscMarker). Upstream has no split of these
files; all are for training.

One record per sentence: its key is the file's name and the number of the line; offsets count from its start.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, starmap
from pathlib import Path

from medcorpus import File, Source, Spans
from medcorpus.formats import brat, plain
from medcorpus.reading import Item, Placed, Reject
from medcorpus.records import Fields, Span

from .. import _tasks

COMMIT = "91c81c1f5eee2b5b9d377cc78c2442e8e8b198a1"
URL = f"https://raw.githubusercontent.com/Vicomtech/NUBes-negation-uncertainty-biomedical-corpus/{COMMIT}/{{path}}"
MARKERS = {"Neg": "negación", "Uncert": "incertidumbre"}
SCOPES = ("Scope", "DiscScope")
NOTHING = "No hay negación ni incertidumbre."


def read(path: Path) -> Iterator[Item]:
    """Read one file of sentences; where its annotations cannot be used, each of its lines is a reject."""
    for found in brat.documents(path):
        if isinstance(found, Reject):
            yield from (Reject(line[0], found.reason) for line in plain.lines(path))
        else:
            yield from starmap(Placed, sentences(found[1]))


def sentences(document: brat.Document) -> Iterator[tuple[int, Spans]]:
    """Turn a file into a record for each of its lines, with the line's number."""
    lines = document.text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    place = {s.key: bisect_right(starts, s.offsets[0][0]) for s in document.spans}
    spans, links = defaultdict(list), defaultdict(list)
    for span in document.spans:
        spans[place[span.key]].append(_shifted(span, starts[place[span.key] - 1]))
    for link in document.relations:
        if place[link.head] == place[link.tail]:
            links[place[link.head]].append(link)
    for number, line in enumerate(lines, 1):
        if line.strip():
            key = f"{document.name}-{number}"
            yield number, Spans(key=key, text=line, spans=tuple(spans[number]), relations=tuple(links[number]))


def _shifted(span: Span, start: int) -> Span:
    return replace(span, offsets=tuple((a - start, b - start) for a, b in span.offsets))


def _kind(span: Span) -> str:
    return next((kind for start, kind in MARKERS.items() if span.label.startswith(start)), "")


def markers(record: Spans) -> Fields:
    """Give the markers with what they mark, one a line."""
    lines = dict.fromkeys(f"{s.text} ({kind})" for s in record.spans if (kind := _kind(s)))
    return {"markers": "\n".join(lines) or NOTHING}


def scopes(record: Spans) -> Fields | None:
    """Give each marker with its scope, one pair a line; None for a sentence without any."""
    named = {s.key: s for s in record.spans}
    pairs = [(named[r.head], named[r.tail]) for r in record.relations if r.label in SCOPES]
    lines = dict.fromkeys(f"{marker.text} ({_kind(marker)}): {scope.text}" for marker, scope in pairs if _kind(marker))
    return {"scopes": "\n".join(lines)} if lines else None


source = Source(
    title="NUBes",
    about="Sentences of Spanish health records, with markers of negation and uncertainty and their scopes.",
    homepage="https://github.com/Vicomtech/NUBes-negation-uncertainty-biomedical-corpus",
    langs=("es",),
    shape=Spans,
    license="CC-BY-SA-3.0-ES",
    license_evidence="LICENSE: 'The resources NUBes, IULA++, ... are licensed under the Creative Commons "
    "Attribution-ShareAlike 3.0 Spain License'",
    license_url=f"https://github.com/Vicomtech/NUBes-negation-uncertainty-biomedical-corpus/blob/{COMMIT}/LICENSE",
    redistribute="yes",
    access="open",
    files=(
        File(path="NUBes/*/*.txt", url=URL),
        File(path="NUBes/*/*.ann", url=URL, companion=True),
    ),
    read=read,
    tasks=(
        _tasks.own(
            *("nubes_markers", "Named Entity Recognition", "Clinical Text", "es"),
            output="{markers}",
            adds=("markers",),
            fields=markers,
        ),
        _tasks.own(
            *("nubes_scopes", "Information Extraction", "Clinical Text", "es"),
            output="{scopes}",
            adds=("scopes",),
            fields=scopes,
        ),
    ),
    version=COMMIT,
)
