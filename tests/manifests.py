"""A small manifest made by hand, and the same one with hostile text wherever a manifest holds text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HASH = "0123456789abcdef" * 4
CITE = "@article{key,\n  title = {A {Title} with ``` in it},\n  year = {2020}\n}"


def manifest(product: str = "meds-ins", **changes: Any) -> dict[str, Any]:
    """Give a manifest with three sources, of which one gives no row, and one that was skipped."""
    instructions = product.startswith("meds")
    configs = ("task60", "task106") if instructions else ("fr", "en")
    return {
        "format": 1,
        "product": product,
        "version": "0.1.0+abcdef123456",
        "sample": False,
        "root": HASH,
        "recipe": HASH[::-1],
        "tools": {"medcorpus": "0.1.0", "polars": "1.30.0", "pyarrow": "21.0.0", "python": "3.11.7"},
        "columns": [{"name": "input", "type": "string"}, {"name": "output", "type": "list<item: string>"}],
        "configs": {
            configs[0]: {"train": split(configs[0], "train", 2000, parts=2), "test": split(configs[0], "test", 500)},
            configs[1]: {"train": split(configs[1], "train", 500)},
        },
        "sources": {
            "frenchmedmcqa": source("FrenchMedMCQA", rows_in=2510, rows_out=2500, langs={"fr": 2500}),
            "hoc": source(
                "HoC",
                license="GPL-3.0-only",
                redistribute="unknown",
                rows_in=450,
                rows_out=500,
                langs={"en": 500},
                sizes={"n_tokens": 90_000},
                retrieved="2026-11-02",
            ),
            "unused": source("Unused", license="words of its own", redistribute="no", access="manual"),
        },
        "skipped": {"igakuqa": "igakuqa: 3 raw files are missing - run: medcorpus fetch igakuqa"},
        "tasks": {"task60": 2500, "task106": 500} if instructions else {},
        "stages": [{"stage": "exact", "parameters": {"columns": ["task_id", "input"]}}],
        "funnel": [
            {"step": "read from raw files", "rows": 2960},
            {"step": "rendered as instructions", "rows": 4000},
            {"step": "without: exact duplicate", "rows": 3000},
        ],
    } | changes


def split(config: str, name: str, rows: int, parts: int = 1) -> dict[str, Any]:
    """Give one split of a configuration, in some files."""
    paths = [f"data/{config}/{name}-{i:05d}-of-{parts:05d}.parquet" for i in range(parts)]
    files = [{"path": p, "rows": rows // parts, "bytes": 1_500_000, "sha256": HASH} for p in paths]
    return {"rows": rows, "hash": HASH, "files": files}


def source(title: str, **changes: Any) -> dict[str, Any]:
    """Give the facts of one source and what became of its rows."""
    return {
        "title": title,
        "version": "v1",
        "homepage": "https://example.org/home",
        "license": "Apache-2.0",
        "license_evidence": "README.md, section Licence",
        "license_url": "https://example.org/licence",
        "redistribute": "yes",
        "access": "open",
        "cite": CITE.replace("key", title.lower()),
        "rows_in": 0,
        "rows_out": 0,
        "rejected": {"exact duplicate": 10} if changes.get("rows_in") else {},
        "langs": {},
        "layers": [HASH],
        "licenses": {changes.get("license", "Apache-2.0"): changes["rows_out"]} if changes.get("rows_out") else {},
        "files": [{"path": "train.json", "bytes": 1000, "sha256": HASH, "pin": "matches"}],
        "missing": ["dev.json"] if title == "HoC" else [],
    } | changes


PAYLOADS = {
    "element": '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "attribute": "' onmouseover='alert(1)' x='\" onfocus=\"alert(1)",
    "address": "javascript:alert(1)",
    "link": "x](javascript:alert(1)) [y](https://evil.example) ![z](https://evil.example/z.png) <https://evil.example>",
    "front matter": "x\n---\nlicense: mit\n---\n# owned\n\u2028---\u2028\x85---\x0b---\x1c---",
    "yaml": "!!python/object/apply:os.system ['true'] # : - {a: b} & * ? | > %",
    "fence": "x\n```\n````\n~~~\n# owned\n`````````````\n<b>owned</b>",
    "table": "a | b \\| c \\\\| d || `e | f` `` | $x$ \\",
    "block": "\n\n# owned\n\n> owned\n\n- owned\n\n<div>\nowned\n",
    "marker": "<!-- table: sources --> --> <!--",
    "closing": "</code></pre></style></title></main></body>]]>",
    "unseen": "a\x00b\x07c\u202ed\u2066e\ufeff\ud800f",
    "entities": "&lt;script&gt; &#60;script&#62; &amp;lt;",
}


def hostile(payload: str, product: str = "meds-ins") -> dict[str, Any]:
    """Give the manifest with a payload in every text from data and in every name."""

    def change(text: str) -> str:
        if text in ("train", "test", "yes"):
            return text
        return text + payload if text.startswith("https://") else f"{payload} {text} {payload}"

    made = manifest(product)
    return {
        name: v if name in ("format", "product", "sample") else _mapped(v, change, name not in FREE)
        for name, v in made.items()
    }


def _mapped(value: Any, change: Callable[[str], str], fixed: bool = True) -> Any:
    """Change every text; names of fields stay, names that come from data are changed too."""
    if isinstance(value, dict):
        return {_key(k, change, fixed): _mapped(v, change, k not in FREE) for k, v in value.items()}
    if isinstance(value, list):
        return [_mapped(v, change, fixed) for v in value]
    return change(value) if isinstance(value, str) else value


FREE = ("tools", "configs", "sources", "skipped", "tasks", "parameters", "rejected", "langs", "licenses")
"""Fields whose own names come from data."""


def _key(name: str, change: Callable[[str], str], fixed: bool) -> str:
    return name if fixed else change(name)
