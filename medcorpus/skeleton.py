"""What `medcorpus new` writes: a source that can be imported, and whose checks say what is still to be filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from medcorpus import products, registry
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.records import SHAPES
from medcorpus.source import NAME

SHAPE_NAMES = tuple(shape.__name__ for shape in SHAPES)
TODO = "FILL IN"
WIDTH = 120
"""Longest line of what is written."""
_RECORDS = {
    "Text": ('text=row["text"]', 'title=row["title"]'),
    "Choice": ('question=row["question"]', 'options=tuple(row["options"])', 'answers=(row["answer"],)'),
    "Spans": ('text=row["text"]', 'spans=tuple(Span(**span) for span in row["spans"])'),
    "Label": ('text=row["text"]', 'labels=(row["label"],)'),
    "Pair": ('text=row["text"]', 'target=row["target"]'),
}
_TASKS = {
    "Choice": ("Question Answering", "{question}\n{options}", "{answer}"),
    "Spans": ("Named Entity Recognition", "{text}", "{mentions}"),
    "Label": ("Text Classification", "{text}", "{labels}"),
    "Pair": ("Text Summarization", "{text}", "{target}"),
}
_ABOUT = (
    "FILL IN: what the corpus is, its upstream format as checked on the files, counts found, and quirks.",
    "FILL IN: how each quirk is handled, and what is assumed rather than checked.",
)
_FACTS = {
    "title": "FILL IN: name as its authors write it",
    "about": "FILL IN: what it holds and who made it, in one or two sentences",
    "homepage": "FILL IN: where people read about it",
    "license": "FILL IN: SPDX id, or the publisher's own words",
    "license_evidence": "FILL IN: the sentence that grants or withholds, or what was looked at without finding one",
    "license_url": "FILL IN: where that sentence stands",
}
_CITE = "FILL IN: BibTeX\n"
_PHRASINGS = ("FILL IN: what to do, and every label there is; then, a line each, five other ways to say it",)
_SOURCE = '''"""{about}
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import {imports}
from medcorpus.formats import {format}
from medcorpus.reading import Item

{constants}

def read(path: Path) -> Iterator[Item]:
    """Read one raw file.{reader_note}"""
    return each({reader}, record)


def record(row: dict[str, Any]) -> {shape}:
    """Turn one upstream row into a record.{record_note}"""
    return {record}


source = Source(
{facts})
'''


@dataclass(frozen=True, kw_only=True)
class DraftFile:
    """A raw file of a source that is being drafted."""

    path: str
    split: str = "train"
    sha256: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is known of a source that is to be written; what is not known is left to be filled in.

    Args:
        name: Name of its folder.
        shape: Shape of its records.
        about: Paragraphs of its module's docstring, the first one a line.
        facts: Facts of the source as Python values of text, by name.
        langs: Codes of its languages.
        redistribute: Whether its rows may be passed on, as far as is known.
        access: How its files are got.
        url: Address of its files, with `{path}`.
        files: Its raw files.
        format: Module of `medcorpus.formats` that reads them.
        reader: The call that reads a file.
        columns: Names that the reader asks for; they become the constant COLUMNS.
        key: Expression of a record's key.
        record: Arguments of the record beside its key.
        notes: What is to be filled in in `read` and in `record`.
        job: What stands behind the name in the id of the task.
        category: Category of the task; empty where it has none.
        domain: Text domain of the task.
        templates: Input and output of the task.
        labels: Every output there may be.
        task_langs: Language of the output and of the instruction, where they are known and not usual.
        unsure: What about the task is to be filled in.
        phrasings: Its instructions.
        sample: Content of the files of the sample by their path.
        cite: Content of cite.bib.
        version: Version or commit of the corpus.
    """

    name: str
    shape: str
    about: Sequence[str] = _ABOUT
    facts: Mapping[str, str] = field(default_factory=dict)
    langs: Sequence[str] = ()
    redistribute: str = "unknown"
    access: str = "open"
    url: str = "https://FILL IN/{path}"
    files: Sequence[DraftFile] = (DraftFile(path="FILL IN.jsonl"),)
    format: str = "jsonl"
    reader: str = "jsonl.rows(path)"
    columns: Sequence[str] = ()
    key: str = 'row["id"]'
    record: Sequence[str] = ()
    notes: tuple[str, str] = (
        " FILL IN: the reader of medcorpus.formats that fits.",
        " FILL IN: the upstream's own field names.",
    )
    job: str = ""
    category: str = ""
    domain: str = "Medical Knowledge"
    templates: tuple[str, str] = ("", "")
    labels: Sequence[str] = ()
    task_langs: tuple[str, str] = ("", "")
    unsure: str = ""
    phrasings: Sequence[str] = _PHRASINGS
    sample: Mapping[str, bytes] = field(default_factory=dict)
    cite: str = _CITE
    version: str = ""

    @property
    def task(self) -> str:
        """Id of its task."""
        return f"{self.name}_{self.job}" if self.job else self.name


class RefusedNameError(MedcorpusError):
    """A name that a new source cannot have: taken, or not spelt as names are."""

    exit_code = 2


def empty(name: str, *, shape: str = "Text", title: str = "") -> Draft:
    """Draft a source of which nothing is known.

    Raises:
        UnknownNameError: There is no such shape.
    """
    if shape not in SHAPE_NAMES:
        raise UnknownNameError("shape", shape, SHAPE_NAMES)
    category, given, wanted = _TASKS.get(shape, ("", "", ""))
    return Draft(
        name=name,
        shape=shape,
        facts={"title": title} if title else {},
        record=_RECORDS[shape],
        category=category,
        templates=(given, wanted),
    )


def write(draft: Draft) -> list[Path]:
    """Write a draft into the checkout as a new source.

    Returns:
        The files written.

    Raises:
        RefusedNameError: The name is taken or cannot be one.
        MedcorpusError: This is no checkout of the project.
    """
    check_name(draft.name)
    folder = registry.folder() / draft.name
    files = {"__init__.py": b"", "cite.bib": draft.cite.encode()}
    files |= {f"sample/{path}": content for path, content in draft.sample.items()}
    if draft.category:
        files[f"phrasings/{draft.task}.txt"] = "".join(f"{line}\n" for line in draft.phrasings).encode()
    files["source.py"] = source_text(draft).encode()
    folder.mkdir()
    for file, content in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(content)
    registry.names.cache_clear()
    registry.tasks.cache_clear()
    return [folder / file for file in files]


def source_text(draft: Draft) -> str:
    """Give the text of a draft's `source.py`."""
    return _SOURCE.format(
        about=_wrapped(draft.about),
        imports=", ".join(_imports(draft)),
        format=draft.format,
        constants="".join(f"{line}\n" for line in _constants(draft)),
        shape=draft.shape,
        reader=draft.reader,
        reader_note=draft.notes[0],
        record_note=draft.notes[1],
        record=_call(draft.shape, [f"key={draft.key}", *draft.record], "    return "),
        facts="".join(f"    {line}\n" for line in _fact_lines(draft)),
    )


def quoted(text: str) -> str:
    r"""Write a text as a Python string on one line; what cannot be seen is escaped.

    >>> quoted('a "b"\n' + "c" + chr(0x202E)), quoted("it's")
    ('\'a "b" c\\u202e\'', '"it\'s"')
    """
    return _literal(" ".join(text.split()))


def _literal(text: str) -> str:
    """Write a text as a Python string, line breaks and all, in the quotes that a formatter would choose."""
    shown = json.dumps(text, ensure_ascii=False)[1:-1]
    shown = "".join(c if c.isprintable() else _escaped(c) for c in shown)
    if text.count('"') <= text.count("'"):
        return f'"{shown}"'
    plain = re.sub(r"\\(.)|'", lambda m: '"' if m[1] == '"' else m[0] if m[1] else "\\'", shown)
    return f"'{plain}'"


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"


def _wrapped(paragraphs: Sequence[str]) -> str:
    """Break paragraphs into lines, without what would end a docstring."""
    import textwrap

    plain = [" ".join(p.replace("\\", "/").replace('"', "'").split()) for p in paragraphs]
    shown = ["".join(c for c in p if c.isprintable()) for p in plain]
    first, *others = [textwrap.fill(p, WIDTH - 3, break_on_hyphens=False) for p in shown]
    return "\n\n".join([first, *others])


def _imports(draft: Draft) -> list[str]:
    parts = {"File", "Source", draft.shape, "each"}
    parts |= {"Span"} if draft.shape == "Spans" else set()
    return sorted(parts | ({"Task"} if draft.category else set()))


def _constants(draft: Draft) -> list[str]:
    lines = [f"URL = {quoted(draft.url)}"]
    if draft.columns:
        lines += _tuple("COLUMNS = ", draft.columns, "", 0)
    if draft.labels:
        lines += _tuple("LABELS = ", draft.labels, "", 0)
    return lines


def _tuple(before: str, values: Sequence[str], after: str, indent: int) -> list[str]:
    """Write a tuple of texts, on one line where it fits."""
    items = [quoted(value) for value in values]
    whole = f"{before}({', '.join(items)}{',' if len(items) == 1 else ''}){after}"
    if len(whole) + indent <= WIDTH:
        return [whole]
    return [f"{before}(", *(f"    {item}," for item in items), f"){after}"]


def _call(name: str, arguments: Sequence[str], before: str) -> str:
    """Write a call, on one line where it fits."""
    whole = f"{name}({', '.join(arguments)})"
    if len(before) + len(whole) <= WIDTH:
        return whole
    indent = " " * (len(before) - len(before.lstrip()))
    return f"{name}(\n" + "".join(f"{indent}    {argument},\n" for argument in arguments) + f"{indent})"


def _fact_lines(draft: Draft) -> list[str]:
    """Give the arguments of `Source`, a line each."""
    facts = {**_FACTS, **{name: text for name, text in draft.facts.items() if text}}
    told = {name: _fact(name, text) for name, text in facts.items()}
    lines = [told["title"], told["about"], told["homepage"]]
    lines += _tuple("langs=", draft.langs, ",", 4) if draft.langs else ["langs=(),  # FILL IN: ISO 639-1 codes"]
    lines += [f"shape={draft.shape},", told["license"], told["license_evidence"], told["license_url"]]
    lines += [f'redistribute="{draft.redistribute}",  # FILL IN: yes needs a sentence that allows it']
    unsure = "  # FILL IN: open, account, agreement or manual" if draft.access == "open" else ""
    lines += [f'access="{draft.access}",{unsure}'] + ([told["how"]] if "how" in told else [])
    lines += [*_file_lines(draft.files), "read=read,", *_task_lines(draft)]
    return [
        *lines,
        f"version={quoted(draft.version)}," + ("" if draft.version else "  # FILL IN: upstream's, or commit"),
    ]


def _fact(name: str, text: str) -> str:
    """Write an argument on one line; a text that is too long for it is cut."""
    while len(line := f"{name}={quoted(text)},") > WIDTH - 4:
        text = text[: len(text) - max(1, (len(line) - WIDTH + 4) // 6)]
    return line


def _file_lines(files: Sequence[DraftFile]) -> list[str]:
    entries = []
    for file in files:
        own = [f"path={quoted(file.path)}", "url=URL"]
        own += [f'sha256="{file.sha256}"'] if file.sha256 else []
        entries.append(_entry([*own, f'split="{file.split}"']))
    if len(entries) == 1 and len(entries[0]) == 1 and len(entries[0][0]) < WIDTH - 14:
        return [f"files=({entries[0][0]}),"]
    return ["files=(", *(f"    {line}" for entry in entries for line in entry), "),"]


def _entry(arguments: Sequence[str]) -> list[str]:
    whole = f"File({', '.join(arguments)}),"
    return [whole] if len(whole) + 8 <= WIDTH else ["File(", *(f"    {a}," for a in arguments), "),"]


def _task_lines(draft: Draft) -> list[str]:
    if not draft.category:
        return []
    name, (given, wanted), (output_lang, instruction_lang) = draft.task, draft.templates, draft.task_langs
    arguments = [f'id="{name}",', f'name="{name}",', f'category="{draft.category}",', f'domain="{draft.domain}",']
    arguments += [f"input={_literal(given)},", f"output={_literal(wanted)},"]
    arguments += ["labels=LABELS,"] if draft.labels else []
    arguments += [f'output_lang="{output_lang}",'] if output_lang else []
    arguments += [f'instruction_lang="{instruction_lang}",'] if instruction_lang else []
    unsure = [f"    # {draft.unsure}"[: WIDTH - 4]] if draft.unsure else []
    return ["tasks=(", *unsure, "    Task(", *(f"        {argument}" for argument in arguments), "    ),", "),"]


def check_name(name: str) -> None:
    """Refuse a name that a new source cannot have, and a place that is no checkout.

    Raises:
        RefusedNameError: The name is taken or cannot be one.
        MedcorpusError: This is no checkout of the project.
    """
    if not NAME.match(name):
        near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:64]
        fix = f"call it {near!r}" if NAME.match(near) else "take the name its authors gave it"
        raise RefusedNameError(f"{name!r} cannot be a name: only a-z, 0-9 and _, at most 64", fix=fix)
    if name in products.PRODUCTS:
        raise RefusedNameError(f"{name!r} is a product", fix="take another name")
    if (registry.folder() / name).exists():
        raise RefusedNameError(f"there is a source {name!r} already", fix=f"see: medcorpus show {name}")
    if not (registry.folder().parent / "pyproject.toml").is_file():
        raise MedcorpusError(
            "sources are added to a checkout of the project, and this is an installed package",
            where=str(registry.folder()),
            fix="clone the repository and run `pip install -e .` in it",
        )
