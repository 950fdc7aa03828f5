"""Human Disease Ontology: names, synonyms and definitions of diseases, and which is a kind of which.

Upstream format, checked on two subsets of the commit (`NCIthesaurus.obo`, 4,757 terms, and `DO_rare_slim.obo`, 3,460),
which are cut out of the one file that is read and was not at hand: `src/ontology/doid.obo`, OBO 1.2: `[Term]` stanzas
with `id: DOID:<n>`, `name`, `def: "<text>" [<where from>]`, `synonym: "<text>" <scope> [..]` (EXACT, RELATED, NARROW or
BROAD), `is_a: DOID:<n> ! <name>`, `is_obsolete: true`. Upstream counts 11,575 terms that are not obsolete in May 2024,
9,237 of them with a definition. Obsolete terms are withheld, and terms of other ontologies are not read.

One record per term: its name and another word with the relation of task47. A checksum of the id chooses the relation,
and the word: an exact synonym, a parent, or, for unrelated, a term that is neither above nor below it and has no parent
in common. Where a term has no synonym or no parent, the next relation is taken. Relations run from the first word to
the second: `parent` shows the parent first. task45 gives the name and the first half of the exact synonyms and wants
the others, one a line, since names hold commas; related, narrower and broader ones are not used. The paper's counts
(28,738) are nine tenths of the rows, for which it had about 11,450 terms; its serialisation is not published.
Definitions keep upstream's relation names (has_symptom). Upstream has no splits: a tenth of the terms is held out.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from medcorpus import File, Label, Source, Task, Withheld, each
from medcorpus.formats import obo
from medcorpus.reading import Item, Reject
from medcorpus.records import Fields

COMMIT = "9fbefd6651b79526165453395d06c8fd4bfe4247"
RELATIONS = ("synonym", "parent", "child", "unrelated")
PREFIX = "DOID:"
TRIES = 20
"""How many terms are looked at for one that is unrelated."""
MOST_ABOVE = 1000
"""How many terms above a term are looked at; there are far fewer."""


class Term(NamedTuple):
    """What the tasks need of a term."""

    name: str
    definition: str
    synonyms: tuple[str, ...]
    parents: tuple[str, ...]


def read(path: Path) -> Iterator[Item]:
    """Read the ontology."""
    rows = [row for row in obo.stanzas(path) if isinstance(row, Reject) or _is_of_it(row[1])]
    terms: dict[str, Term] = {}
    for row in rows:
        if not isinstance(row, Reject) and not _is_obsolete(row[1]):
            terms.setdefault(obo.identifier(row[1]["id"][0]), _linked(row[1]))
    yield from each(rows, partial(related, terms=terms, keys=list(terms)))


def _is_of_it(tags: obo.Tags) -> bool:
    return tags.get("id", [PREFIX])[0].startswith(PREFIX)


def _is_obsolete(tags: obo.Tags) -> bool:
    return "id" not in tags or tags.get("is_obsolete") == ["true"]


def _linked(tags: obo.Tags) -> Term:
    """Give a term with its name and its parents."""
    parents = tuple(obo.identifier(value) for value in tags.get("is_a", ()))
    return Term(" ".join(map(obo.text, tags.get("name", ()))), "", (), parents)


def whole(tags: obo.Tags) -> Term:
    """Give a term with its definition and exact synonyms, whatever their case each once and none that is the name."""
    term = _linked(tags)
    found = [obo.quoted(value) for value in tags.get("synonym", ())]
    exact = {text.casefold(): text for text, rest in reversed(found) if rest.split(None, 1)[0] == "EXACT"}
    exact.pop(term.name.casefold(), None)
    definition = obo.quoted(tags["def"][0])[0] if "def" in tags else ""
    return term._replace(definition=" ".join(definition.split()), synonyms=tuple(reversed(exact.values())))


def related(tags: obo.Tags, terms: Mapping[str, Term], keys: list[str]) -> Label | Withheld:
    """Turn a term into a record, with another word that is in a relation to it."""
    if tags.get("is_obsolete") == ["true"]:
        return Withheld("an obsolete term")
    key, term = obo.identifier(tags["id"][0]), whole(tags)
    choice = zlib.crc32(key.encode("utf-8", "replace"))
    for relation in (RELATIONS[choice % 4 :] + RELATIONS)[: len(RELATIONS)]:
        if words := _words(relation, key, term, terms, keys, choice // 4):
            extra = {"definition": term.definition, "synonyms": "\n".join(term.synonyms)}
            return Label(
                key=key,
                text=term.name,
                second=words[choice // 4 % len(words)],
                labels=(relation,),
                extra={name: value for name, value in extra.items() if value},
            )
    return Withheld("no other word to relate it to")


def _words(
    relation: str, key: str, term: Term, terms: Mapping[str, Term], keys: list[str], start: int
) -> tuple[str, ...]:
    """Give the words that are in a relation to a term."""
    if relation == "synonym":
        return term.synonyms
    if relation != "unrelated":
        return tuple(terms[parent].name for parent in term.parents if parent in terms and terms[parent].name)
    looked_at = (keys[(start + number) % len(keys)] for number in range(min(TRIES, len(keys))))
    return tuple(terms[other].name for other in looked_at if _is_apart(key, other, terms))[:1]


def _is_apart(key: str, other: str, terms: Mapping[str, Term]) -> bool:
    """Say whether neither of two terms is above the other and they have no parent in common; a root is above all."""
    if not (terms[key].parents and terms[other].parents and terms[other].name):
        return False
    above = _above(key, terms)
    return not above & {other, *terms[other].parents} and key not in _above(other, terms)


def _above(key: str, terms: Mapping[str, Term]) -> set[str]:
    """Give a term and all that it is a kind of, without the root, which is above everything."""
    found, waiting = {key}, [key]
    while waiting and len(found) < MOST_ABOVE:
        parents: Iterable[str] = terms[waiting.pop()].parents
        fresh = [p for p in parents if p in terms and p not in found and terms[p].parents]
        found.update(fresh)
        waiting += fresh
    return found


def further(record: Label) -> Fields | None:
    """Give the name with half of the synonyms, and the other half."""
    synonyms = record.extra.get("synonyms", "").split("\n")
    half = len(synonyms) // 2
    return (
        {"given": "\n".join([record.text, *synonyms[:half]]), "more": "\n".join(synonyms[half:])}
        if synonyms[0]
        else None
    )


def defined(record: Label) -> Fields | None:
    """Take the terms with a definition."""
    return {} if "definition" in record.extra else None


def directed(record: Label) -> Fields:
    """Give the two words in the direction of their relation."""
    first, second = (record.second, record.text) if record.labels == ("parent",) else (record.text, record.second)
    return {"first": first, "other": second}


source = Source(
    title="Human Disease Ontology",
    about="Diseases with their synonyms, definitions and classification, maintained at the University of Maryland.",
    homepage="https://disease-ontology.org",
    langs=("en",),
    shape=Label,
    license="CC0-1.0",
    license_evidence="LICENSE of the repository: CC0 1.0 Universal",
    license_url="https://github.com/DiseaseOntology/HumanDiseaseOntology/blob/main/LICENSE",
    redistribute="yes",
    access="open",
    files=(
        File(
            path="src/ontology/doid.obo",
            url=f"https://raw.githubusercontent.com/DiseaseOntology/HumanDiseaseOntology/{COMMIT}/{{path}}",
        ),
    ),
    read=read,
    tasks=(
        Task(
            id="task45",
            name="do_synonym_generation",
            category="Text Completion",
            domain="Medical Knowledge",
            input="{given}",
            output="{more}",
            adds=("given", "more"),
            fields=further,
        ),
        Task(
            id="task46",
            name="do_entity_explanation",
            category="Explanation",
            domain="Medical Knowledge",
            input="{text}",
            output="{definition}",
            fields=defined,
            bench=True,
        ),
        Task(
            id="task47",
            name="do_relation_classification",
            category="Word Relation Classification",
            domain="Medical Knowledge",
            input="Word1: {first}\nWord2: {other}",
            output="{labels}",
            labels=RELATIONS,
            adds=("first", "other"),
            fields=directed,
        ),
    ),
    extras=("definition", "synonyms"),
    held_out=0.1,
    version=COMMIT,
)
