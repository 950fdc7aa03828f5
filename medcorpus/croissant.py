"""`croissant.json` of a release: the Croissant 1.1 description with the vocabulary of responsible AI (RAI 1.0).

Files, columns, counts and licences come from the manifest; collection, biases, limits, uses and personal data are told
in the words of the card. Paths are relative to the release's folder. Each file stands by itself with its
sha256, each configuration is a file set; record sets are `all` and each language or category.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from medcorpus import cards, products
from medcorpus.card import figures
from medcorpus.card.markdown import one_line

Manifest = Mapping[str, Any]
FILE = "croissant.json"
CONFORMS_TO = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
HUB = "https://huggingface.co/datasets"
REPOSITORY = "repository"
PARQUET = "application/x-parquet"
_OWN = (
    "annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "excludes", "extract", "field",
    "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "readLines", "recordSet", "references", "regex", "repeated", "replace", "samplingRate",
    "sdVersion", "separator", "source", "subField", "transform", "unArchive", "value",
)  # fmt: skip
CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _OWN},
}
TYPES = {
    "string": "sc:Text", "large_string": "sc:Text", "bool": "sc:Boolean",
    "int8": "cr:Int8", "int16": "cr:Int16", "int32": "cr:Int32", "int64": "cr:Int64",
    "uint8": "cr:UInt8", "uint16": "cr:UInt16", "uint32": "cr:UInt32", "uint64": "cr:UInt64",
    "float": "cr:Float32", "double": "cr:Float64", "date32[day]": "sc:Date",
}  # fmt: skip
"""Types of Croissant by those of Arrow; any other is text."""
LIST = re.compile(r"(?:large_)?list<(?:\w+: )?(.*?)(?: not null)?>")
SECTIONS = {
    "rai:dataCollection": ("", "From raw files to rows"),
    "rai:dataUseCases": ("Uses",),
    "rai:dataBiases": ("Biases",),
    "rai:dataLimitations": ("Limits",),
    "rai:personalSensitiveInformation": ("Privacy",),
    "rai:dataReleaseMaintenancePlan": ("Versions and withdrawals",),
}
"""Properties of RAI by the sections of the card that say it; the first, without a name, is what stands at its top."""
_SINGLE = ("rai:dataCollection", "rai:dataReleaseMaintenancePlan")
"""Properties that are one text and no list."""


def of(manifest: Manifest) -> dict[str, Any]:
    """Describe a release; the list of files of its manifest is not needed."""
    product = products.get(manifest["product"])
    note = "Made-up sample rows, not data. " if manifest["sample"] else ""
    groups = _groups(manifest)
    return {
        "@context": dict(CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": list(CONFORMS_TO),
        "name": product.name,
        "description": note + product.about,
        "url": _url(manifest),
        "version": manifest["version"],
        "license": list(_licenses(manifest)),
        "citeAs": "\n\n".join(dict.fromkeys(s["cite"].strip() for s in _kept(manifest).values())),
        "creator": {"@type": "sc:Organization", "name": "medcorpus"},
        **_published(manifest),
        "inLanguage": sorted(figures.languages(manifest)),
        "keywords": ["medical", *cards.TAGS[product.kind]],
        "isLiveDataset": False,
        **responsible(manifest),
        "distribution": [
            *_repository(manifest),
            *_files(manifest),
            *_file_sets(manifest, groups),
        ],
        "recordSet": [_record_set(name, manifest) for name in groups],
    }


def _kept(manifest: Manifest) -> dict[str, Mapping[str, Any]]:
    return {name: s for name, s in sorted(manifest["sources"].items()) if s["rows_out"]}


def _url(manifest: Manifest) -> str:
    """Give the address of the repository; of a release that was never published its paper's."""
    repository = manifest.get("published", {}).get("repository", "")
    paper = re.search(r"https://arxiv\.org/abs/[0-9.]+", cards.prose_of(manifest["product"]))
    return f"{HUB}/{repository}" if repository else paper[0] if paper else HUB


def _published(manifest: Manifest) -> dict[str, str]:
    date = manifest.get("published", {}).get("date", "")
    return {"datePublished": date} if date else {}


def _licenses(manifest: Manifest) -> Iterator[dict[str, str]]:
    """Give the licences of the rows, each with a link to what one of its sources rests on."""
    links: dict[str, str] = {}
    for source in _kept(manifest).values():
        for name in source["licenses"]:
            links.setdefault(name, source["license_url"])
    for name, url in sorted(links.items()):
        yield {"@type": "sc:CreativeWork", "name": one_line(name), "url": url}


def _groups(manifest: Manifest) -> dict[str, list[str]]:
    """Give the configurations that each record set is made of: all, and each category, or each configuration.

    Tasks are many and have the same columns: a record set for each would make the description hard to read.
    """
    own = sorted(manifest["configs"], key=figures.natural)
    if not own:
        return {}
    named = {name: [name] for name in own}
    if products.get(manifest["product"]).kind == "instructions":
        found = {alias or "other": [i for i in ids if i in own] for alias, ids in figures.categories(manifest).items()}
        named = {_free(alias, own): ids for alias, ids in found.items() if ids}
    return {_free(cards.ALL, named): own, **named}


def _free(name: str, taken: Container[str]) -> str:
    return _free(f"{name}_{cards.ALL}", taken) if name in taken else name


def _repository(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Give the repository that file sets are in; those of a folder stand for themselves."""
    if manifest.get("published", {}).get("repository"):
        yield {
            "@type": "cr:FileObject",
            "@id": REPOSITORY,
            "name": REPOSITORY,
            "contentUrl": f"{_url(manifest)}/tree/v{manifest['version']}",
            "encodingFormat": "git+https",
            "sha256": "https://github.com/mlcommons/croissant/issues/80",  # what is stated for repositories
        }


def _files(manifest: Manifest) -> Iterator[dict[str, Any]]:
    for splits in manifest["configs"].values():
        for split in splits.values():
            for file in split["files"]:
                yield {
                    "@type": "cr:FileObject",
                    "@id": file["path"],
                    "name": file["path"],
                    "contentUrl": file["path"],
                    "contentSize": f"{file['bytes']} B",
                    "encodingFormat": PARQUET,
                    "sha256": file["sha256"],
                }


def _file_sets(manifest: Manifest, groups: Mapping[str, list[str]]) -> Iterator[dict[str, Any]]:
    """Give the files of every record set, and of every configuration that is none by itself."""
    inside = {"containedIn": {"@id": REPOSITORY}} if list(_repository(manifest)) else {}
    alone = {name: [name] for name in manifest["configs"] if name not in groups}
    for name, configs in {**groups, **alone}.items():
        yield {
            "@type": "cr:FileSet",
            "@id": f"files/{name}",
            "name": f"files/{name}",
            **inside,
            "encodingFormat": PARQUET,
            "includes": [f"data/{config}/*.parquet" for config in configs],
        }


def _record_set(name: str, manifest: Manifest) -> dict[str, Any]:
    columns = manifest["columns"]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        **({"key": {"@id": f"{name}/id"}} if any(c["name"] == "id" for c in columns) else {}),
        "field": [_field(name, c) for c in columns],
    }


def _field(config: str, column: Mapping[str, str]) -> dict[str, Any]:
    name, kind = column["name"], column["type"]
    items = LIST.fullmatch(kind)
    repeated = {"isArray": True, "arrayShape": "-1"} if items else {}
    return {
        "@type": "cr:Field",
        "@id": f"{config}/{name}",
        "name": name,
        "dataType": TYPES.get(items[1] if items else kind, "sc:Text"),
        **repeated,
        "source": {"fileSet": {"@id": f"files/{config}"}, "extract": {"column": name}},
    }


def responsible(manifest: Manifest) -> dict[str, Any]:
    """Give the properties of RAI: from the card's prose, and from what the manifest says of stages and raw files."""
    prose = sections(cards.prose_of(manifest["product"]))
    found: dict[str, Any] = {}
    for name, titles in SECTIONS.items():
        told = [line for title in titles for line in prose.get(title, ())]
        found[name] = " ".join(told) if name in _SINGLE else told
    kept = _kept(manifest)
    found["rai:dataCollectionType"] = ["Secondary data analysis"]
    found["rai:dataCollectionRawData"] = "; ".join(f"{one_line(s['title'])} ({s['homepage']})" for s in kept.values())
    found["rai:dataPreprocessingProtocol"] = [f"{s['step']}: {s['rows']} rows" for s in manifest["funnel"]]
    found["rai:machineAnnotationTools"] = [s["stage"] for s in manifest["stages"]]
    if missing := sorted(manifest["skipped"]):
        found["rai:dataCollectionMissingData"] = f"Sources that are not in it: {', '.join(missing)}"
    return {name: value for name, value in found.items() if value}


def sections(prose: str) -> dict[str, list[str]]:
    r"""Give the paragraphs and list items of a card by section, as plain text; '' holds what stands before the first.

    >>> sections("# T\n\nOne [page](https://e.org).\n\n## A\n\n<!-- table: x -->\n\n- **b** `c`\n- d\n")
    {'': ['One page (https://e.org).'], 'A': ['b c', 'd']}
    """
    found: dict[str, list[str]] = {"": []}
    title = ""
    for line in prose.splitlines():
        if line.startswith("## "):
            title = line[3:].strip()
            found[title] = []
        elif line.strip() and not line.startswith(("#", "<!--")):
            found[title].append(_plain(line))
    return found


def _plain(line: str) -> str:
    linked = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1 (\2)", line.removeprefix("- "))
    return re.sub(r"`|\*\*", "", linked).strip()
