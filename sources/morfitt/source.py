"""MORFITT: abstracts of biomedical articles in French, labelled with one or several of twelve specialties.

Upstream format, checked on all three files: `{train,dev,test}.tsv`, columns identifier, abstract and specialities
(joined by `|`), tab-separated without quoting; 1,514 / 1,022 / 1,088 abstracts, no identifier and no abstract twice in
a file, one abstract in two of them. Labels are English words in lower case, as upstream writes them; up to five an
abstract, one for seven in ten. Abstracts lose the blanks around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medcorpus import File, Label, Source, Task, each
from medcorpus.formats import delimited
from medcorpus.reading import Item

COMMIT = "049ee5d430db06a2e0edbcde2d6beac38e817f0f"
REPOSITORY = "https://github.com/qanastek/MORFITT"
URL = f"https://raw.githubusercontent.com/qanastek/MORFITT/{COMMIT}/{{path}}"
SPECIALTIES = (
    *("chemistry", "etiology", "genetics", "immunology", "microbiology", "parasitology"),
    *("pharmacology", "physiology", "psychology", "surgery", "veterinary", "virology"),
)
SPLITS = {"train": "train", "dev": "validation", "test": "test"}


def read(path: Path) -> Iterator[Item]:
    """Read one split."""
    columns = ("identifier", "abstract", "specialities")
    return each(delimited.rows(path, delimiter="\t", quoted=False, columns=columns), abstract)


def abstract(row: dict[str, str]) -> Label:
    """Turn one row into an abstract with its specialties, in alphabetical order."""
    given = set(row["specialities"].split("|"))
    if not given.issubset(SPECIALTIES):
        raise ValueError("a specialty that is none of the twelve")
    return Label(key=row["identifier"], text=row["abstract"].strip(), labels=tuple(sorted(given)))


source = Source(
    title="MORFITT",
    about="3,624 abstracts of biomedical articles in French, each with one or several of twelve specialties.",
    homepage=REPOSITORY,
    langs=("fr",),
    shape=Label,
    license="CC-BY-SA-4.0",
    license_evidence="README.md: 'The MORFITT dataset is licensed under Attribution-ShareAlike 4.0 International "
    "(CC BY-SA 4.0)'",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/README.md",
    redistribute="yes",
    access="open",
    files=tuple(File(path=f"{name}.tsv", url=URL, split=split) for name, split in SPLITS.items()),
    read=read,
    tasks=(
        Task(
            id="morfitt_specialties",
            name="morfitt_specialties",
            category="Text Classification",
            domain="Academical Papers",
            input="{text}",
            output="{specialties}",
            instruction_lang="fr",
            output_lang="en",
            adds=("specialties",),
            fields=lambda record: {"specialties": ", ".join(record.labels)},
        ),
        Task(
            id="morfitt_veterinary",
            name="morfitt_veterinary",
            category="Text Classification",
            domain="Academical Papers",
            input="{text}",
            output="{verdict}",
            labels=("oui", "non"),
            instruction_lang="fr",
            adds=("verdict",),
            fields=lambda record: {"verdict": "oui" if "veterinary" in record.labels else "non"},
        ),
    ),
    version=COMMIT,
)
