"""What a manifest says, counted and put in order as the blocks of a card, before they are Markdown or HTML."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from medcorpus import products, registry
from medcorpus.card import conditions, measured
from medcorpus.card.blocks import Bars, Block, Cell, Code, Fence, Flag, Headline, Link, Notice, Table
from medcorpus.categories import CATEGORIES
from medcorpus.licenses import serving
from medcorpus.source import SPLITS

Manifest = Mapping[str, Any]
LANGUAGES = {
    "ar": "Arabic", "ca": "Catalan", "cs": "Czech", "de": "German", "en": "English", "es": "Spanish", "eu": "Basque",
    "fr": "French", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "zh": "Chinese",
}  # fmt: skip
"""English names of languages; any other is shown by its code."""
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
MOST_REASONS = 12
"""Reasons listed per source; the rest is one line, and the ledger has every row."""
MOST_FILES = 5


def rows_of(manifest: Manifest) -> int:
    """Count the rows of a release."""
    return sum(split["rows"] for splits in manifest["configs"].values() for split in splits.values())


def languages(manifest: Manifest) -> dict[str, int]:
    """Count the rows of every language, the most frequent first."""
    counts: Counter[str] = Counter()
    for _, source in _sources(manifest):
        counts.update(source["langs"])
    return _ranked(+counts)


def categories(manifest: Manifest) -> dict[str, list[str]]:
    """Give the tasks of every category by its alias, in the catalogue's order; unknown tasks come last under ''."""
    known = {i: task.category for i, (_, task) in registry.tasks().items()}
    aliases = {title: alias for alias, title in CATEGORIES.items()}
    found: dict[str, list[str]] = {alias: [] for alias in [*CATEGORIES, ""]}
    for task_id in sorted(manifest["tasks"], key=natural):
        found[aliases.get(known.get(task_id, ""), "")].append(task_id)
    return {alias: ids for alias, ids in found.items() if ids}


def natural(text: str) -> list[tuple[int, str]]:
    """Give a sort key under which task2 comes before task10.

    >>> sorted(["task10", "task2"], key=natural)
    ['task2', 'task10']
    """
    return [(int(p) if p.isdecimal() else -1, p) for p in re.split(r"([0-9]+)", text)]


def _ranked(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _sources(manifest: Manifest) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(manifest["sources"].items())


def _is_instructions(manifest: Manifest) -> bool:
    return products.get(manifest["product"]).kind == "instructions"


def _sample(manifest: Manifest) -> Notice | None:
    if not manifest["sample"]:
        return None
    text = (
        "It was built from the few rows that ship with each source to show its layout. They were made up for that "
        "purpose: train nothing on them, measure nothing with them, cite no figure of this page."
    )
    return Notice("This is a sample, not data.", text)


def _headline(manifest: Manifest) -> Headline:
    sources = [s for _, s in _sources(manifest) if s["rows_out"]]
    free = conditions.free_rows(manifest)
    figures: dict[str, int | str] = {"Rows": rows_of(manifest), "Rows that may be passed on": free}
    figures |= {"Terms of all rows together": conditions.together(manifest)}
    figures |= {"Sources": len(sources), "Languages": len(languages(manifest))}
    if _is_instructions(manifest):
        figures["Tasks"] = len(manifest["tasks"])
    if sources and all("n_tokens" in s.get("sizes", {}) for s in sources):
        figures["Tokens"] = sum(s["sizes"]["n_tokens"] for s in sources)
    return Headline(manifest["version"], figures | {"Size of the data": _size(_bytes(manifest))})


def _bytes(manifest: Manifest) -> int:
    splits = [split for splits in manifest["configs"].values() for split in splits.values()]
    return sum(file["bytes"] for split in splits for file in split["files"])


def _size(count: int) -> str:
    """Say a number of bytes in a unit that suits it."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.1f} {unit}"
    return f"{count} bytes"


def _start(manifest: Manifest) -> Fence:
    name, some = json.dumps(manifest["product"]), _selection(manifest)
    place, remark = 'path="."', "  # path: the folder of this release"
    if repository := _repository(manifest):
        place, remark = f'version="{manifest["version"]}", path="hf://{repository}"', ""
    lines = [
        "import medcorpus",
        "",
        f'rows = medcorpus.load({name}, {place}, as_="polars"){remark}',
        *([f"some = medcorpus.load({name}, {some}, {place})  # a datasets.DatasetDict"] if some else []),
    ]
    return Fence("python", "\n".join(lines))


def _repository(manifest: Manifest) -> str:
    return str(manifest.get("published", {}).get("repository", ""))


def _selection(manifest: Manifest) -> str:
    """Choose an argument of `load` that selects part of the rows."""
    if _is_instructions(manifest):
        found = {a: sum(manifest["tasks"][i] for i in ids) for a, ids in categories(manifest).items() if a}
        return next((f'task="{alias}"' for alias in _ranked(found)), "")
    return next((f'lang="{code}"' for code in languages(manifest) if LANGUAGE_CODE.fullmatch(code)), "")


def _start_datasets(manifest: Manifest) -> Fence:
    if repository := _repository(manifest):
        call = f'every = load_dataset("{repository}", "all", revision="v{manifest["version"]}")'
        return Fence("python", "\n".join(["from datasets import load_dataset", "", call]))
    lines = [
        "from pathlib import Path",
        "",
        "from datasets import load_dataset",
        "",
        'every = load_dataset(str(Path.cwd()), "all")  # the folder of this release; load_dataset(".") does not work',
    ]
    return Fence("python", "\n".join(lines))


def _languages(manifest: Manifest) -> Bars:
    served = Counter(code for _, s in _sources(manifest) for code, rows in s["langs"].items() if rows)
    found = languages(manifest).items()
    return Bars(
        ("Language", "Code", "Sources", "Rows"),
        tuple((LANGUAGES.get(code, code), Code(code), served[code], rows) for code, rows in found),
    )


def _categories(manifest: Manifest) -> Bars:
    lines = [
        (CATEGORIES.get(alias, "Other"), Code(alias), len(ids), sum(manifest["tasks"][i] for i in ids))
        for alias, ids in categories(manifest).items()
    ]
    ranked = sorted(lines, key=lambda line: (-line[3], line[0]))
    return Bars(("Category", "Configuration", "Tasks", "Rows"), tuple(ranked))


def _tasks(manifest: Manifest) -> Table:
    known = registry.tasks()
    rows: list[tuple[Cell, ...]] = []
    for alias, ids in categories(manifest).items():
        for i in ids:
            source, name = (known[i][0], known[i][1].name) if i in known else ("", "")
            splits = _split_rows(manifest["configs"].get(i, {}))
            rows.append((Code(i), Code(name), CATEGORIES.get(alias, "Other"), Code(source), *splits))
    columns = ("Task", "Name", "Category", "Source", *map(str.capitalize, SPLITS))
    return Table(columns, tuple(rows), folded=f"All {len(rows)} tasks")


def _split_rows(splits: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(splits[s]["rows"] if s in splits else 0 for s in SPLITS)


def _splits(manifest: Manifest) -> Table:
    configs = sorted(manifest["configs"].items(), key=lambda item: natural(item[0]))
    rows: list[tuple[Cell, ...]] = [(Code(config), *_split_rows(splits)) for config, splits in configs]
    return Table(("Configuration", *map(str.capitalize, SPLITS)), tuple(rows))


def _columns(manifest: Manifest) -> Table:
    rows = tuple((Code(c["name"]), Code(c["type"])) for c in manifest["columns"])
    return Table(("Column", "Arrow type"), rows, folded=f"All {len(rows)} columns")


def _funnel(manifest: Manifest) -> Bars:
    steps = manifest["funnel"]
    before = [None, *(s["rows"] for s in steps[:-1])]
    changes = ["" if b is None else f"{s['rows'] - b:+,}" for s, b in zip(steps, before)]
    return Bars(("Step", "Change", "Rows"), tuple((s["step"], c, s["rows"]) for s, c in zip(steps, changes)))


SOURCE_COLUMNS = (
    "Source",
    "Title",
    "Licence",
    "Commercial use",
    "Passing on",
    "Access",
    "Records in",
    "Rows out",
    "Tokens",
    "Retrieved",
    "Languages",
)


def _source_table(manifest: Manifest) -> Table:
    return Table(SOURCE_COLUMNS, tuple(_source_row(name, source) for name, source in _sources(manifest)))


def _source_row(name: str, source: Mapping[str, Any]) -> tuple[Cell, ...]:
    allowed = [license in serving("commercial") for license in source["licenses"] or (source["license"],)]
    return (
        Code(name),
        Link(source["title"], source["homepage"]),
        Link(_license_of_rows(source), source["license_url"]),
        Flag("yes" if all(allowed) else "in part" if any(allowed) else "no", all(allowed)),
        Flag(source["redistribute"], source["redistribute"] == "yes"),
        Flag(source["access"], source["access"] == "open"),
        source["rows_in"],
        source["rows_out"],
        source.get("sizes", {}).get("n_tokens", ""),
        source.get("retrieved", ""),
        " ".join(_ranked(source["langs"])),
    )


def _license_of_rows(source: Mapping[str, Any], most: int = 4) -> str:
    """Name the source's licence, and those that rows state for themselves."""
    if set(source["licenses"]) <= {source["license"]}:
        return str(source["license"])
    ranked = _ranked(source["licenses"])
    more = f" and {len(ranked) - most} more" if len(ranked) > most else ""
    return "by row: " + ", ".join(f"{license} ({rows:,})" for license, rows in list(ranked.items())[:most]) + more


def _evidence(manifest: Manifest) -> Table:
    rows = tuple((Code(n), s["license_evidence"], Link("where", s["license_url"])) for n, s in _sources(manifest))
    return Table(("Source", "What its terms rest on", "Link"), rows, folded="What the licences rest on")


def _rejected(manifest: Manifest) -> Table:
    rows = [(Code(n), why, rows) for n, s in _sources(manifest) for why, rows in _reasons(s["rejected"])]
    return Table(("Source", "Reason", "Rows"), tuple(rows), empty="No row was left out.")


def _reasons(rejected: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    ranked = list(_ranked(rejected).items())
    yield from ranked[:MOST_REASONS]
    if rest := ranked[MOST_REASONS:]:
        yield f"{len(rest)} further reasons, see ledger.parquet", sum(n for _, n in rest)


def _missing(manifest: Manifest) -> Table:
    found = {name: ("all of it", message) for name, message in manifest["skipped"].items()}
    found |= {
        n: ("a part of it", f"no raw files at {_some(s['missing'])}") for n, s in _sources(manifest) if s["missing"]
    }
    rows = tuple((Code(name), *found[name]) for name in sorted(found))
    return Table(("Source", "Not here", "Because"), rows, empty="Every source is here, whole.")


def _withheld(manifest: Manifest) -> Table | None:
    """Give the sources whose rows, all or some, may not be passed on, and how to have them all the same."""
    if "published" not in manifest:
        return None
    found = manifest["published"]["withheld"]
    rows = tuple(
        (Code(n), why, count, manifest["sources"][n]["access"], Code(f"medcorpus fetch {n}"))
        for n, reasons in sorted(found.items())
        for why, count in _ranked(reasons).items()
    )
    columns = ("Source", "Not published because", "Rows", "Access", "How to get it")
    return Table(columns, rows, empty="Every row that was built is published.")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_FILES} more" if len(names) > MOST_FILES else ""
    return ", ".join(names[:MOST_FILES]) + more


def _citations(manifest: Manifest) -> Fence:
    entries = dict.fromkeys(s["cite"].strip() for _, s in _sources(manifest))
    return Fence("bibtex", "\n\n".join(entries), folded=f"BibTeX of {len(entries)} sources")


def _provenance(manifest: Manifest) -> Table:
    rows: list[tuple[Cell, ...]] = [
        ("Product", Code(manifest["product"])),
        ("Version", Code(manifest["version"])),
        ("Root hash over all rows", Code(manifest["root"])),
        ("Recipe: hash over inputs, code and parameters", Code(manifest["recipe"])),
    ]
    rows += [(f"Made with {tool}", Code(version)) for tool, version in sorted(manifest["tools"].items())]
    return Table(("What", "Value"), tuple(rows))


def _stages(manifest: Manifest) -> Table:
    rows = tuple((Code(s["stage"]), Code(_as_json(s["parameters"]))) for s in manifest["stages"])
    return Table(("Stage", "Parameters"), rows, empty="No stage ran: the rows are as the sources give them.")


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _raw(manifest: Manifest) -> Table:
    columns = ("Source", "Upstream version", "Raw files", "Bytes", "As pinned", "Other than pinned", "Not pinned")
    rows = tuple(_raw_row(name, source) for name, source in _sources(manifest))
    return Table(columns, rows, folded="Raw files, source by source")


def _raw_row(name: str, source: Mapping[str, Any]) -> tuple[Cell, ...]:
    pins = Counter(f["pin"] for f in source["files"])
    size = sum(f["bytes"] for f in source["files"])
    seen = (pins["matches"], pins["differs"], pins["none"])
    return (Code(name), Code(source["version"]), len(source["files"]), size, *seen)


BLOCKS: dict[str, Callable[[Manifest], Block | None]] = {
    "notice: sample": _sample,
    "table: headline": _headline,
    "code: start": _start,
    "code: start_datasets": _start_datasets,
    "bars: languages": _languages,
    "bars: categories": _categories,
    "table: tasks": _tasks,
    "table: splits": _splits,
    "table: columns": _columns,
    "bars: funnel": _funnel,
    "table: sources": _source_table,
    "table: evidence": _evidence,
    "table: rejected": _rejected,
    "table: missing": _missing,
    "table: withheld": _withheld,
    "code: citations": _citations,
    "table: provenance": _provenance,
    "table: stages": _stages,
    "table: raw": _raw,
    **conditions.BLOCKS,
    **measured.BLOCKS,
}
"""Every block by its marker."""
