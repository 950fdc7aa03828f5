"""Drafts a source from a task file: what the file states is taken over, the rest is left to be filled in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from medcorpus.categories import CATEGORIES
from medcorpus.contributions import validation, vocabulary
from medcorpus.contributions.workbook import workbook
from medcorpus.errors import MedcorpusError
from medcorpus.formats import task_file
from medcorpus.records import UNDETERMINED
from medcorpus.skeleton import TODO, Draft, DraftFile

MOST_LABELS = 20
"""Different outputs up to which they may be a closed set."""
LONGEST_LABEL = 40
ROWS_PER_LABEL = 4
"""Instances that a closed set has at least for each of its labels."""
SAMPLED = 4
_OWN = f"{TODO}: write your own in place of: "
_SHORT = 400
"""Characters of an instance that the sample shows."""


class UnsoundFileError(MedcorpusError):
    """A task file with faults, of which no source is made."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What all instances of a file show together."""

    several: bool
    labels: tuple[str, ...]


def draft(name: str, path: Path) -> Draft:
    """Draft a source from a task file, a contribution or a workbook.

    Args:
        name: Name of the source.
        path: The file.

    Raises:
        FormatError: It cannot be read as one.
        UnsoundFileError: It has faults.
    """
    found = validation.validate(path)
    if found.fault_count:
        fix = f"mend them first: medcorpus validate {path}"
        raise UnsoundFileError(f"{found.fault_count:,} faults", where=str(path), fix=fix)
    facts, seen = found.facts, _looked_at(path)
    shape = "Label" if seen.several or seen.labels else "Pair"
    category = vocabulary.category_of(facts.get("Categories"))
    return Draft(
        name=name,
        shape=shape,
        about=_about(path, found),
        facts=_facts(facts),
        langs=_known(facts, "Input_language"),
        files=(DraftFile(path=_file_name(path), split=validation.split_of(facts), sha256=_sha256(path)),),
        url=f"{TODO}: https address of the file, with {{path}} for its name, or nothing",
        format="task_file",
        reader="task_file.instances(path)",
        key='str(row.get("id", ""))',
        record=_record(shape),
        notes=("", ""),
        job=_job(category),
        category=category or vocabulary.ANY_CATEGORY,
        domain=vocabulary.domain_of(facts.get("Domains")) or vocabulary.ANY_DOMAIN,
        templates=("{text}", "{labels}" if shape == "Label" else "{target}"),
        labels=seen.labels,
        task_langs=_task_langs(facts),
        unsure=_unsure(facts),
        phrasings=_phrasings(facts),
        sample={_file_name(path): _sample(path, facts)},
        cite=_cite(facts),
    )


def _looked_at(path: Path) -> _Seen:
    several, instances, outputs = False, 0, dict[str, None]()
    for _, instance in task_file.instances(path):
        own = task_file.outputs_of(instance)
        several, instances = several or len(own) > 1, instances + 1
        if len(outputs) <= MOST_LABELS:
            outputs.update(dict.fromkeys(own))
    closed = 1 < len(outputs) <= MOST_LABELS and instances >= ROWS_PER_LABEL * len(outputs)
    short = all(len(output) <= LONGEST_LABEL and "\n" not in output for output in outputs)
    return _Seen(several, tuple(sorted(outputs)) if closed and short else ())


def _about(path: Path, found: validation.Validated) -> Sequence[str]:
    return (
        f"{TODO}: what the corpus is, in one line.",
        f"Read from the {found.kind} {_file_name(path)}: {found.instances:,} instances, each an input with its outputs."
        f" {TODO}: how the instances were made, what was checked and what is assumed.",
        f"{TODO}: the sample quotes instances of the file and says so in each; write your own in their place.",
    )


def _facts(facts: Mapping[str, Any]) -> dict[str, str]:
    title = ", ".join(vocabulary.texts_of(facts.get("Source")))
    license_named = ", ".join(vocabulary.texts_of(facts.get("License")))
    homepage = next((t for t in vocabulary.texts_of(facts.get("URL")) if re.match("https?://", t)), "")
    return {"title": title[:100], "homepage": homepage[:100], "license": license_named[:100]}


def _known(facts: Mapping[str, Any], name: str) -> tuple[str, ...]:
    lang = vocabulary.language_of(facts.get(name))
    return () if lang == UNDETERMINED else (lang,)


def _task_langs(facts: Mapping[str, Any]) -> tuple[str, str]:
    given, wanted, told = (
        next(iter(_known(facts, f"{part}_language")), "") for part in ("Input", "Output", "Instruction")
    )
    return ("" if wanted == given else wanted, "" if told == "en" else told)


def _record(shape: str) -> Sequence[str]:
    if shape == "Label":
        return ('text=row["input"]', "labels=task_file.outputs_of(row)")
    return ('text=row["input"]', "target=task_file.outputs_of(row)[0]")


def _job(category: str) -> str:
    return next((alias for alias, name in CATEGORIES.items() if name == category), "task")


def _unsure(facts: Mapping[str, Any]) -> str:
    missing = [
        f"{field} {', '.join(vocabulary.texts_of(facts.get(field)))[:20]!a}"
        for field, known in (("Categories", vocabulary.category_of), ("Domains", vocabulary.domain_of))
        if not known(facts.get(field))
    ]
    return f"{TODO}: what fits; the file says {' and '.join(missing)}" if missing else ""


def _phrasings(facts: Mapping[str, Any]) -> Sequence[str]:
    """Give the definitions, each on a line; braces would be slots."""
    lines = [" ".join(t.split()).replace("{", "(").replace("}", ")") for t in vocabulary.texts_of(facts["Definition"])]
    return list(dict.fromkeys(lines))


def _cite(facts: Mapping[str, Any]) -> str:
    who = "; ".join(vocabulary.texts_of(facts.get("Contributors")))
    told = "".join(c for c in who if c.isprintable())[:200]
    return f"{TODO}: BibTeX of the corpus{f'; the file names {told}' if told else ''}\n"


def _file_name(path: Path) -> str:
    stem = re.sub(r"[^A-Za-z0-9.-]+", "_", path.stem).strip("._") or "task"
    with path.open("rb") as stream:
        return f"{stem}.{'xlsx' if stream.read(2) == b'PK' else 'json'}"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sample(path: Path, facts: Mapping[str, Any]) -> bytes:
    """Give a file laid out as the original, with a few of its instances, each marked to be replaced."""
    instances = list(_marked(path))
    if _file_name(path).endswith(".xlsx"):
        named = {name: ", ".join(vocabulary.texts_of(value)) for name, value in facts.items()}
        return workbook(named, [(i["input"], task_file.outputs_of(i)[0]) for i in instances])
    whole = {**facts, task_file.INSTANCES: instances}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _marked(path: Path) -> Iterator[dict[str, Any]]:
    """Give a few instances whose outputs differ as far as they can."""
    found: dict[tuple[str, ...], Any] = {}
    for _, instance in islice(task_file.instances(path), 1000):
        found.setdefault(task_file.outputs_of(instance), instance)
    for instance in islice(found.values(), SAMPLED):
        yield {**instance, "input": _OWN + instance["input"][:_SHORT]}
