"""`croissant.json`: what a release holds in the Croissant vocabulary (1.1), with its terms for responsible AI (RAI).

Everything comes from the manifest and from the card's prose; see http://mlcommons.org/croissant/1.1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from medcorpus import cards, products
from medcorpus.card import figures

FILE = "croissant.json"
CONFORMS_TO = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")
PARQUET = "application/x-parquet"
CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
TYPES = (("bool", "sc:Boolean"), ("int", "sc:Integer"), ("uint", "sc:Integer"), ("float", "sc:Float"),
         ("double", "sc:Float"), ("string", "sc:Text"), ("date32", "sc:Date"))  # fmt: skip
"""Croissant's types by the beginning of Arrow's names."""
LIST = re.compile(r"(?:large_)?list<\w+: (.+)>")


def text_of(manifest: Mapping[str, Any]) -> str:
    """Give the file's content."""
    return json.dumps(described(manifest), indent=1, ensure_ascii=False) + "\n"


def described(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a published release.

    Args:
        manifest: Its manifest; the list of files is not needed.
    """
    product, published = products.get(manifest["product"]), manifest["published"]
    files = list(_files(manifest))
    found = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": product.name,
        "description": product.about,
        "conformsTo": list(CONFORMS_TO),
        "version": manifest["version"],
        "datePublished": published["date"],
        "url": f"https://huggingface.co/datasets/{published['repository']}" if published["repository"] else "",
        "license": sorted({lic for s in manifest["sources"].values() if s["rows_out"] for lic in s["licenses"]}),
        "citeAs": "\n\n".join(dict.fromkeys(s["cite"].strip() for s in manifest["sources"].values() if s["rows_out"])),
        "inLanguage": list(figures.languages(manifest)),
        "keywords": ["medical", *cards.TAGS[product.kind]],
        "isLiveDataset": False,
        "distribution": [_file_object(f) for _, f in files],
        "recordSet": [_record_set(name, f, manifest) for name, f in files],
        **_responsible(manifest),
    }
    return {name: value for name, value in found.items() if value not in ("", [])}


def _files(manifest: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give every file of rows with the name of its record set."""
    for config, splits in sorted(manifest["configs"].items(), key=lambda item: figures.natural(item[0])):
        for split, entry in splits.items():
            for number, file in enumerate(entry["files"]):
                yield f"{config}_{split}" + (f"_{number}" if len(entry["files"]) > 1 else ""), file


def _file_object(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": PARQUET,
        "sha256": file["sha256"],
    }


def _record_set(name: str, file: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    fields = [_field(name, c, file["path"]) for c in manifest["columns"] if _type(c["type"])]
    described = f"{file['rows']:,} rows of {file['path']}"
    return {"@type": "cr:RecordSet", "@id": name, "name": name, "description": described, "field": fields}


def _field(record_set: str, column: Mapping[str, str], path: str) -> dict[str, Any]:
    source = {"fileObject": {"@id": path}, "extract": {"column": column["name"]}}
    shape = {"isArray": True, "arrayShape": "-1"} if LIST.fullmatch(column["type"]) else {}
    return {
        "@type": "cr:Field",
        "@id": f"{record_set}/{column['name']}",
        "name": column["name"],
        "dataType": _type(column["type"]),
        "source": source,
        **shape,
    }


def _type(arrow: str) -> str:
    """Give Croissant's name of a type; empty for one that it has no name for."""
    match = LIST.fullmatch(arrow)
    inner = match[1] if match else arrow
    return next((name for start, name in TYPES if inner.startswith(start)), "")


def _responsible(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the vocabulary for responsible AI asks for, from the card's prose and the stages."""
    prose = cards.prose_of(manifest["product"])
    stages = [f"{s['stage']} {json.dumps(s['parameters'], sort_keys=True)}" for s in manifest["stages"]]
    kept = {n: s for n, s in manifest["sources"].items() if s["rows_out"]}
    found = {
        "dataCollection": "; ".join(f"{s['title']} ({s['homepage']})" for s in kept.values()),
        "dataCollectionType": ["Secondary Data Analysis"],
        "dataCollectionRawData": "; ".join(f"{n} {s['version']}".strip() for n, s in kept.items()),
        "dataPreprocessingProtocol": stages or ["none: the rows are as the sources give them"],
        "dataBiases": _bullets(prose, "Limits", "far from balanced|balanced|follow"),
        "dataLimitations": _bullets(prose, "Limits", ""),
        "dataUseCases": _bullets(prose, "Limits", "research"),
        "personalSensitiveInformation": _paragraphs(prose, "Privacy"),
        "dataReleaseMaintenancePlan": [
            "Every version has a tag and stays; versions that should not be used are listed in yanked.json, rows that "
            "were withdrawn in tombstones.tsv, and CHANGELOG.md says what changed."
        ],
    }
    return {f"rai:{name}": value for name, value in found.items() if value}


def _section(prose: str, heading: str) -> str:
    match = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", prose, re.MULTILINE | re.DOTALL)
    return re.sub(r"<!-- [^>]* -->", "", match[1]).strip() if match else ""


def _bullets(prose: str, heading: str, holding: str) -> list[str]:
    lines = [line.removeprefix("- ") for line in _section(prose, heading).splitlines() if line.startswith("- ")]
    return [line for line in lines if re.search(holding, line)]


def _paragraphs(prose: str, heading: str) -> list[str]:
    return [" ".join(p.split()) for p in re.split(r"\n\s*\n", _section(prose, heading)) if p.strip()]
