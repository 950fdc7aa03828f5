"""WMT 2022 biomedical task, clinical cases: five case reports in English, translated into French and corrected.

Upstream format, checked on the archive: `ClinicalCasesWithEval.zip` holds for each of five PMIDs the abstract
(`AB/EN/{PMID}`) and the full text of the case (`FT/EN/{PMID}`), UTF-8, one sentence a line; in `AB/FR/DL` and
`FT/FR/DL` its machine translation, in `AB/FR/AN_CG` and `FT/FR/CG` the same after a translator and a clinician
corrected it, which upstream calls the gold standard. Lines match in three of the full texts only (the French abstracts
are one line each), so texts are aligned as wholes. Not read: the translator's version (`AN`), systems of the shared
task, the `.ospl` files, which join the others, and the `brat_evaluation` of the translations.

Each text is a record with its counterpart: English to French, French to English, and machine translation to correction.
All are test, as in the shared task. Lines lose the blanks around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import paired
from medcorpus.reading import Item
from medcorpus.records import Fields

COMMIT = "48b58aedb2f7d305387c8ba23f9d90a68cca1f4c"
REPOSITORY = "https://github.com/biomedical-translation-corpora/corpora"
URL = f"https://raw.githubusercontent.com/biomedical-translation-corpora/corpora/{COMMIT}/{{path}}"
ARCHIVE = "ClinicalCasesWithEval.zip"
CASES = ("19144122", "21838907", "35144678", "35303936", "35313981")
CORRECTED = {"AB": "AN_CG", "FT": "CG"}
MACHINE = "DL"
TRANSLATION, CORRECTION = "translation", "correction"


def read(path: Path) -> Iterator[Item]:
    """Read one text and the one that it is to become."""
    folder = path.parent.name
    part = path.parent.parent.name if folder == "EN" else path.parent.parent.parent.name
    corrected = CORRECTED.get(part, MACHINE)
    other = {"EN": f"FR/{corrected}", MACHINE: corrected}.get(folder, "../EN")
    job = {"EN": "en", MACHINE: "correction"}.get(folder, "fr")
    return each(paired.documents(path, other), partial(pair, part=part, job=job))


def pair(document: paired.Document, part: str, job: str) -> Pair:
    """Turn a text and its counterpart into a record."""
    return Pair(
        key=f"{part}-{document.name}-{job}",
        text=trimmed(document.text),
        target=trimmed(document.companion),
        extra={"kind": CORRECTION if job == CORRECTION else TRANSLATION},
    )


def trimmed(text: str) -> str:
    """Give a text without blanks round its lines."""
    return "\n".join(line.strip() for line in text.strip().split("\n"))


def of_kind(kind: str, record: Pair) -> Fields | None:
    """Take the records of one kind."""
    return {} if record.extra["kind"] == kind else None


def task(job: str, kind: str, source_lang: str, target_lang: str) -> Task:
    """Give a task between two languages, with the instruction in the first."""
    return Task(
        id=f"wmt_clinical_cases_{job}",
        name=f"wmt_clinical_cases_{job}",
        category="Translation",
        domain="Clinical Text",
        input="{text}",
        output="{target}",
        lang=source_lang,
        output_lang=target_lang,
        instruction_lang=source_lang,
        fields=partial(of_kind, kind),
    )


source = Source(
    title="WMT 2022 biomedical translation, clinical cases",
    about="Five clinical cases, abstract and full text, in English and in a French translation that a translator and a "
    "clinician corrected.",
    homepage=REPOSITORY,
    langs=("en", "fr"),
    shape=Pair,
    license="not stated",
    license_evidence="neither README.md nor the README in the archive has a licence line",
    license_url=f"{REPOSITORY}/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(
        *(
            File(path=ARCHIVE, url=URL, member=f"ClinicalCasesWithEval/{part}/EN/*", split="test", lang="en")
            for part in CORRECTED
        ),
        *(
            File(
                path=ARCHIVE,
                url=URL,
                member=f"ClinicalCasesWithEval/{part}/FR/{folder}/{case}",
                split="test",
                lang="fr",
            )
            for part, corrected in CORRECTED.items()
            for folder in (corrected, MACHINE)
            for case in CASES
        ),
    ),
    read=read,
    tasks=(
        task("en_fr", TRANSLATION, "en", "fr"),
        task("fr_en", TRANSLATION, "fr", "en"),
        task("post_editing", CORRECTION, "fr", "fr"),
    ),
    extras=("kind",),
    version=COMMIT,
)
