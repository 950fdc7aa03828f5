"""What is known of a product, a source or a task, as plain values and as text for people."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcorpus import catalogue, products, registry, terms
from medcorpus.console import Output
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.home import home_folder

if TYPE_CHECKING:
    from medcorpus.product import Product
    from medcorpus.release import Release
    from medcorpus.source import Source, Task

ROWS = {"text": "texts", "choice": "multiple-choice questions", "instructions": "instructions"}
FACTS = (
    "homepage", "version", "license_evidence", "license_url", "how", "extras", "folder", "max_rejects",
)  # fmt: skip


def product_row(name: str) -> dict[str, Any]:
    """Give the line of a product in `medcorpus list`."""
    product = products.get(name)
    taken = [registry.get(n) for n in _sources_of(product)]
    return {
        "name": name,
        "title": product.title,
        "rows": ROWS[product.kind],
        "languages": sorted({code for source in taken for code in source.langs}),
        "sources": len(taken),
        "tasks": len(_tasks_of(product, taken)) or "",
        "about": product.about,
    }


def _sources_of(product: Product) -> list[str]:
    return [n for n in registry.names() if product.takes(n, registry.get(n))]


def _tasks_of(product: Product, taken: list[Source]) -> list[Task]:
    if product.kind != "instructions":
        return []
    return [t for source in taken for t in source.tasks if t.bench or product.name != "meds-bench"]


def source_row(name: str) -> dict[str, Any]:
    """Give the line of a source in `medcorpus list`."""
    source, real = registry.get(name), catalogue.built(name)
    return {
        "name": name,
        "title": source.title,
        "languages": list(source.langs),
        "shape": source.shape.__name__,
        "tasks": len(source.tasks),
        "rows": real.shown(real.records) if real else "",
        "sample": catalogue.sample_rows(name),
        "licence": source.license,
        "redistribute": source.redistribute,
        "access": source.access,
    }


def of(name: str) -> dict[str, Any]:
    """Give everything known of a product, a source, a task, or the tasks of a category.

    Raises:
        UnknownNameError: It is none of these; the nearest names are suggested.
    """
    if name in products.PRODUCTS:
        return _product(products.get(name))
    if name in registry.names():
        return _source(name)
    from medcorpus import selection

    known = registry.tasks()
    try:
        found = [i for i in known if i in selection.tasks_named(name)]
    except UnknownNameError:
        names = [*products.PRODUCTS, *registry.names(), *known, *(t.name for _, t in known.values())]
        raise UnknownNameError("product, source or task", name, names) from None
    return {"kind": "tasks", "name": name, "tasks": [_task(known[i][0], known[i][1]) for i in found]}


def _product(product: Product) -> dict[str, Any]:
    return {
        "kind": "product",
        **product_row(product.name),
        "sources": _sources_of(product),
        "stages": [stage.name for stage in product.stages],
        "leaves_out": list(product.rules()),
        "configurations": product.config,
        "release": _release_facts(product.name),
    }


def _release_facts(name: str) -> dict[str, Any] | None:
    try:
        found = release_of(name, home_folder())
    except MedcorpusError:
        return None
    rows = {f"{c}/{s}": v["rows"] for c, splits in found.manifest["configs"].items() for s, v in splits.items()}
    return {
        "version": found.version,
        "sample": found.is_sample,
        "root": found.manifest["root"],
        "path": str(found.path),
        "rows": rows,
        "terms": terms.together(terms.of_sources(found.manifest["sources"])),
    }


def release_of(product: str, place: Path) -> Release:
    """Find the release in a folder, or the newest one of a product under a home folder."""
    from medcorpus import loading

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return loading.find_release(product, path=place)


def _source(name: str) -> dict[str, Any]:
    source = registry.get(name)
    return {
        "kind": "source",
        **source_row(name),
        "about": source.about,
        **{fact: getattr(source, fact) for fact in FACTS},
        "terms": terms.together([terms.Terms(name, source.license, source.access, source.redistribute)]),
        "cite": registry.citation(name),
        "products": [p.name for p in products.PRODUCTS.values() if p.takes(name, source)],
        "files": list(_files(name, source)),
        "tasks": [_task(name, task) for task in source.tasks],
        "get": _how_to_get(name, source),
    }


def _files(name: str, source: Source) -> Iterator[dict[str, Any]]:
    from medcorpus.raw import patterns, pins

    pinned = pins.of(name, source)
    for file in source.files:
        hashes = [pin.sha256 for path, pin in pinned.items() if patterns.matches(file.path, path)]
        sha256 = hashes[0] if len(hashes) == 1 and not file.is_pattern else ""
        facts = {fact: getattr(file, fact) for fact in ("path", "member", "split", "lang", "companion", "url")}
        yield facts | {"pinned": len(hashes), "sha256": sha256}


def _how_to_get(name: str, source: Source) -> str:
    own = f"put your own copy at DIR/{source.folder or name}/<path> and pass --raw DIR"
    if source.access == "open" and any(f.url for f in source.files):
        return f"medcorpus fetch {name}; or {own}"
    return own


def _task(name: str, task: Task) -> dict[str, Any]:
    source = registry.get(name)
    wanted = ("id", "name", "category", "domain", "input", "output", "labels", "instruction_lang", "bench")
    langs = [task.lang] if task.lang else list(source.langs)
    answers = [task.output_lang] if task.output_lang else langs
    instruction, *others = registry.instructions(name, task)
    return {
        **{fact: getattr(task, fact) for fact in wanted},
        "instruction": instruction,
        "phrasings": others,
        "source": name,
        "langs": langs,
        "output_langs": answers,
    }


def show(value: Mapping[str, Any], out: Output) -> None:
    """Print what `of` gives."""
    printers: dict[str, Callable[[Mapping[str, Any], Output], None]] = {
        "product": _show_product,
        "source": _show_source,
        "tasks": _show_tasks,
    }
    printers[value["kind"]](value, out)


def _show_product(value: Mapping[str, Any], out: Output) -> None:
    listed = ("about", "rows", "languages", "stages", "leaves_out", "configurations", "sources")
    facts = {fact: _listed(value[fact]) for fact in listed}
    release = value["release"]
    if release is None:
        facts["release"] = f"none here; run: medcorpus build {value['name']}"
    else:
        kind = ", of made-up samples" if release["sample"] else ""
        facts |= {"release": f"{release['version']}{kind}", "path": release["path"], "root": release["root"]}
        facts["row count"] = f"{sum(release['rows'].values()):,}"
        facts["terms"] = release["terms"]
    out.facts(f"{value['title']}\n", _spelt(facts))


def _show_source(value: Mapping[str, Any], out: Output) -> None:
    listed = (
        "name",
        "about",
        "homepage",
        "languages",
        "shape",
        "products",
        "licence",
        "license_evidence",
        "license_url",
    )
    later = ("redistribute", "access", "terms", "how", "get", "version", "extras")
    out.facts(f"{value['title']}\n", _spelt({fact: _listed(value[fact]) for fact in (*listed, *later)}))
    out.line()
    rows = [
        (_path(file), file["split"], file["lang"], "beside" if file["companion"] else "", _pin(file), file["url"])
        for file in value["files"]
    ]
    out.table(("file", "split", "lang", "", "pin", "url"), rows)
    for task in value["tasks"]:
        _show_task(task, out)
    out.line(f"\n{value['cite'].strip()}")


def _path(file: Mapping[str, Any]) -> str:
    return f"{file['path']}!{file['member']}" if file["member"] else str(file["path"])


def _pin(file: Mapping[str, Any]) -> str:
    if file["sha256"]:
        return str(file["sha256"])[:16]
    return f"{file['pinned']:,} files" if file["pinned"] else "none"


def _show_tasks(value: Mapping[str, Any], out: Output) -> None:
    for task in value["tasks"]:
        _show_task(task, out)


def _show_task(task: Mapping[str, Any], out: Output) -> None:
    listed = ("category", "domain", "source", "langs", "output_langs", "instruction", "input", "output")
    facts = {fact: _listed(task[fact]) for fact in listed} | {"phrasings": f"{len(task['phrasings']) + 1:,}"}
    facts |= {"benchmark": "MedS-Bench" if task["bench"] else ""}
    out.facts(f"\n{task['id']} {task['name']}\n" if task["id"] != task["name"] else f"\n{task['id']}\n", _spelt(facts))


def _spelt(facts: Mapping[str, object]) -> dict[str, object]:
    return {name.replace("license", "licence").replace("_", " "): value for name, value in facts.items()}


def _listed(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
