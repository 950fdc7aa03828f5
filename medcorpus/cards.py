"""The card of a release: prose from `cards/<product>.md`, every number from the manifest.

A line `<!-- table: sources -->` in the prose stands for the block of that name in `medcorpus.card.figures`. The same
prose gives `README.md`, with the front matter that the Hub and `datasets` read, and `card.html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from medcorpus import products
from medcorpus.card import figures, markdown, report
from medcorpus.card.blocks import Block
from medcorpus.errors import SourceError
from medcorpus.source import SPLITS

MARKER = re.compile(r"<!-- ([a-z]+: [a-z_]+) -->")
TASK_CATEGORIES: dict[str, tuple[str, ...]] = {
    "text": ("text-generation", "fill-mask"),
    "choice": ("multiple-choice", "question-answering"),
    "outcome": ("text-classification",),
    "diagnosis": ("text-classification",),
    "qa": ("question-answering",),
    "summarization": ("summarization",),
    "classification": ("text-classification",),
    "retrieval": ("text-retrieval",),
    "ie": ("token-classification",),
    "ner": ("token-classification",),
    "composition": ("text-classification",),
    "nli": ("text-classification",),
    "translation": ("translation",),
    "word_relation": ("text-classification",),
    "intent": ("text-classification",),
    "fact": ("text-classification",),
}
"""The Hub's task ids of a kind of product, or of a category of instructions; any other category generates text."""
TAGS = {"text": ("corpus", "pretraining"), "choice": ("benchmark", "exam"), "instructions": ("instruction-tuning",)}
_CC = ("by-2.0", "by-2.5", "by-3.0", "by-4.0", "by-sa-3.0", "by-sa-4.0", "by-nc-2.0", "by-nc-3.0", "by-nc-4.0",
       "by-nd-4.0", "by-nc-nd-3.0", "by-nc-nd-4.0", "by-nc-sa-2.0", "by-nc-sa-3.0", "by-nc-sa-4.0")  # fmt: skip
_OTHERS = ("agpl-3.0", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cdla-permissive-1.0",
           "cdla-permissive-2.0", "cdla-sharing-1.0", "etalab-2.0", "eupl-1.2", "gpl-2.0", "gpl-3.0", "lgpl-2.1",
           "lgpl-3.0", "mit", "mpl-2.0", "odbl", "odc-by", "pddl", "unlicense")  # fmt: skip
HUB_LICENSES = frozenset((*_OTHERS, *(f"cc-{name}" for name in _CC)))
"""The licence ids of the Hub that a source may come under."""
SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B", "1B<n<10B",
         "10B<n<100B", "100B<n<1T", "n>1T")  # fmt: skip
ALL = "all"
GATE_HEADING = "Terms of access"
GATE = (
    "The rows come under the licences of their sources, which the table of sources names. By asking for access you "
    "agree to keep to them, not to try to find out who any person in the texts is, not to link the rows with other "
    "data on persons, and to take nothing in them for medical advice."
)
"""What is agreed to where a repository is gated."""


def files_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give the card's files by name: `README.md` for the Hub, `card.html` for a browser.

    Args:
        manifest: The release's manifest; its list of files is not needed.
    """
    blocks = document(manifest)
    body = "\n\n".join(markdown.block(b) for b in blocks)
    title = f"{products.get(manifest['product']).title} {manifest['version']}"
    return {
        "README.md": f"---\n{_yaml(front_matter(manifest))}---\n\n{body}\n",
        "card.html": report.page(title, blocks),
    }


def prose_of(product: str) -> str:
    """Read the prose of a product: from inside the wheel, else from the checkout."""
    package = Path(__file__).resolve().parent
    folder = package / "cards" if (package / "cards").is_dir() else package.parent / "cards"
    return (folder / f"{products.get(product).name}.md").read_text(encoding="utf-8")


def document(manifest: Mapping[str, Any]) -> list[str | Block]:
    """Give a card as paragraphs of prose and blocks; what a block says is never looked at for markers.

    Raises:
        SourceError: The prose has a marker that stands for no block.
    """
    paragraphs = re.split(r"\n\s*\n", prose_of(manifest["product"]).strip())
    return [found for p in paragraphs if (found := _filled(p, manifest)) is not None]


def _filled(paragraph: str, manifest: Mapping[str, Any]) -> str | Block | None:
    marker = MARKER.fullmatch(paragraph)
    if marker is None:
        return paragraph
    if marker[1] not in figures.BLOCKS:
        known = ", ".join(figures.BLOCKS)
        raise SourceError(f"no block is called {marker[1]!r}", where=manifest["product"], fix=f"use one of: {known}")
    return figures.BLOCKS[marker[1]](manifest)


def front_matter(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give the metadata that the Hub and `datasets` read."""
    product = products.get(manifest["product"])
    made_up = " (sample: made-up rows)" if manifest["sample"] else ""
    codes = sorted(c for c in figures.languages(manifest) if figures.LANGUAGE_CODE.fullmatch(c))
    found = {
        "pretty_name": product.title + made_up,
        **_license(manifest),
        "language": codes,
        "task_categories": _task_categories(manifest),
        "size_categories": [_size_category(figures.rows_of(manifest))],
        "tags": ["medical", *TAGS[product.kind], *(["sample"] if manifest["sample"] else [])],
        "configs": list(_configs(manifest)),
        **(_for_the_hub(manifest) if "published" in manifest else {}),
    }
    return {name: value for name, value in found.items() if value}


def _for_the_hub(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give what only a published card needs: sizes of all configurations, and what to agree to where it is gated."""
    files = {f["path"]: f for c in manifest["configs"].values() for split in c.values() for f in split["files"]}
    infos = [_info(config, files) for config in _configs(manifest)]
    return {"dataset_info": infos, "extra_gated_heading": GATE_HEADING, "extra_gated_prompt": GATE}


def _info(config: Mapping[str, Any], files: Mapping[str, Any]) -> dict[str, Any]:
    splits = []
    for data in config["data_files"]:
        paths = [data["path"]] if isinstance(data["path"], str) else data["path"]
        sums = {k: sum(files[p].get(k, files[p]["bytes"]) for p in paths) for k in ("memory", "rows", "bytes")}
        splits.append({"name": data["split"], "num_bytes": sums["memory"], "num_examples": sums["rows"]} | sums)
    return {
        "config_name": config["config_name"],
        "splits": [{k: s[k] for k in ("name", "num_bytes", "num_examples")} for s in splits],
        "download_size": sum(s["bytes"] for s in splits),
        "dataset_size": sum(s["num_bytes"] for s in splits),
    }


def _license(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Name one licence only where every row comes under it and may be passed on."""
    kept = [s for s in manifest["sources"].values() if s["rows_out"]]
    ids = {hub_license(name) for s in kept if s["redistribute"] == "yes" for name in s["licenses"]}
    if len(ids) == 1 and "" not in ids and all(s["redistribute"] == "yes" for s in kept):
        return {"license": ids.pop()}
    return {"license": "other", "license_name": "per-source"}


def hub_license(license: str) -> str:
    """Give the Hub's id of an SPDX licence; empty when the Hub has none.

    >>> hub_license("CC-BY-4.0"), hub_license("GPL-3.0-only"), hub_license("research use only")
    ('cc-by-4.0', 'gpl-3.0', '')
    """
    name = re.sub(r"-(only|or-later)$", "", license.lower())
    name = re.sub(r"^(odc-by|odbl|pddl)-1\.0$", r"\1", name)
    return name if name in HUB_LICENSES else ""


def _task_categories(manifest: Mapping[str, Any]) -> list[str]:
    kind = products.get(manifest["product"]).kind
    if kind != "instructions":
        return list(TASK_CATEGORIES[kind])
    found = [i for alias in figures.categories(manifest) for i in TASK_CATEGORIES.get(alias, ())]
    return list(dict.fromkeys(["text-generation", *found]))


def _size_category(rows: int) -> str:
    return next((size for power, size in enumerate(SIZES) if rows < 1000 * 10**power), SIZES[-1])


def _configs(manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give one configuration with everything, one per category of tasks, and the release's own ones."""
    own = {c: [c] for c in sorted(manifest["configs"], key=figures.natural)}
    named = {ALL: list(own)}
    if products.get(manifest["product"]).kind == "instructions":
        named |= {a: [i for i in ids if i in own] for a, ids in figures.categories(manifest).items() if a}
    unions = {_free(name, own): members for name, members in named.items()}
    for name, members in (unions | own).items():
        if data_files := list(_data_files(manifest, members)):
            yield {
                "config_name": name,
                **({"default": True} if members is named[ALL] else {}),
                "data_files": data_files,
            }


def _free(name: str, taken: Mapping[str, Any]) -> str:
    return _free(f"{name}_all", taken) if name in taken else name


def _data_files(manifest: Mapping[str, Any], configs: Sequence[str]) -> Iterator[dict[str, Any]]:
    for split in SPLITS:
        found = [manifest["configs"][c][split]["files"] for c in configs if split in manifest["configs"][c]]
        paths = [file["path"] for files in found for file in files]
        if paths:
            yield {"split": split, "path": paths[0] if len(paths) == 1 else paths}


def _yaml(data: Mapping[str, Any]) -> str:
    """Write front matter: no value breaks the line, so that none can begin one with `---`."""
    import yaml

    return str(yaml.safe_dump(_one_line(data), sort_keys=False, allow_unicode=False, width=float("inf")))


def _one_line(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_one_line(k): _one_line(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_one_line(v) for v in value]
    return markdown.one_line(value) if isinstance(value, str) else value
