"""Three made-up sources (open, non-commercial, under an agreement), and releases of meds-ins built from their rows."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

import medcorpus.corpora
from medcorpus import build as building
from medcorpus import contract, registry
from medcorpus.release import Release

OPEN, NON_COMMERCIAL, WARD = "open_notes", "nc_notes", "ward_notes"
TERMS = {
    OPEN: ("CC-BY-4.0", "open", "yes", ""),
    NON_COMMERCIAL: ("CC-BY-NC-4.0", "open", "yes", ""),
    WARD: ("Ward Data Use Agreement", "agreement", "no", "Sign the agreement of the ward."),
}
CANARIES = tuple(
    f"Zanthexil {word} was given to the canary patient in bay {number} before the lanternfish rounds began quietly"
    for number, word in enumerate(("alpha", "bravo", "delta", "gamma", "kappa"), 1)
)
"""Sentences of the source under an agreement; no word of them may leave."""
SOURCE = '''"""Made-up notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medcorpus import File, Pair, Source, Task, each
from medcorpus.formats import jsonl
from medcorpus.reading import Item


def read(path: Path) -> Iterator[Item]:
    """Read the one file."""
    return each(jsonl.rows(path), note)


def note(row: dict[str, Any]) -> Pair:
    """Turn one line into a pair."""
    return Pair(key=row["id"], text=row["q"], target=row["a"], split=row["split"])


source = Source(
    title="{name}",
    about="Notes written for a test.",
    homepage="https://example.org/{name}",
    langs=("en",),
    shape=Pair,
    license="{license}",
    license_evidence="written for this test",
    license_url="https://example.org/{name}/license",
    redistribute="{redistribute}",
    access="{access}",
    how="{how}",
    files=(File(path="rows.jsonl"),),
    read=read,
    tasks=(
        Task(
            id="{name}_answering",
            name="{name}_answering",
            category="Question Answering",
            domain="Exam",
            input="{{text}}",
            output="{{target}}",
        ),
    ),
    version="1",
)
'''
PHRASINGS = "".join(f"Answer the question, way {n}.\n" for n in ("one", "two", "three", "four", "five", "six"))


class Clinic:
    """A checkout with the three sources, and raw files for them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.raw, self.home = folder, folder / "raw", folder / "home"
        (folder / "pyproject.toml").touch()
        for name in TERMS:
            self.source(name)
            self.rows(name, range(4))

    def source(self, name: str, like: str = "") -> None:
        """Write a source; `like` names another whose terms it has."""
        license, access, redistribute, how = TERMS[like or name]
        text = SOURCE.format(name=name, license=license, access=access, redistribute=redistribute, how=how)
        place = self.folder / "sources" / name
        for path, content in {
            "__init__.py": "",
            "source.py": text,
            "cite.bib": f"@misc{{{name}, title = {{{name}}}}}\n",
            f"phrasings/{name}_answering.txt": PHRASINGS,
        }.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(content, encoding="utf-8")

    def rows(self, name: str, numbers: Sequence[int], texts: Sequence[str] = CANARIES) -> None:
        """Write the raw rows of a source; those of the ward are the canaries."""
        lines = [_row(name, n, texts[n % len(texts)] if name == WARD else "") for n in numbers]
        (self.raw / name).mkdir(parents=True, exist_ok=True)
        (self.raw / name / "rows.jsonl").write_text("".join(json.dumps(r) + "\n" for r in lines), encoding="utf-8")

    def build(self, product: str = "meds-ins") -> Release:
        """Build the product from what is written."""
        forget()
        options = building.Options(home=self.home, raw=self.raw, workers=1)
        return building.build(product, options).release

    def build_anyway(self) -> Release:
        """Build the product even if rows cannot be read."""
        forget()
        options = building.Options(home=self.home, raw=self.raw, workers=1, max_rejects=1.0)
        return building.build("meds-ins", options).release


def _row(name: str, number: int, text: str) -> dict[str, str]:
    asked = text or f"What does question {number} of {name} ask about the {number}th cranial nerve and its course?"
    answer = (
        f"{text} and then slept." if text else f"Answer {number} of {name}: the nerve leaves the skull by a foramen."
    )
    return {"id": f"n{number}", "q": asked, "a": answer, "split": "test" if number % 4 == 3 else "train"}


@contextmanager
def clinic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """Let the three sources be the only ones."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Clinic(folder)
    with monkeypatch.context() as patch:
        patch.setattr(medcorpus.corpora, "__path__", [str(folder / "sources")])
        forget()
        yield made
    forget()


def forget() -> None:
    """Forget which sources there are, so that the folder is looked at again."""
    names = ("names", "get", "tasks", "citation", "phrasings")
    for cached in [getattr(registry, n) for n in names] + [contract.sample]:
        cached.cache_clear()
    for name in [n for n in sys.modules if n.startswith("medcorpus.corpora.") and n.count(".") >= 2]:
        if any(n in name for n in ("_notes", "renamed")):
            del sys.modules[name]
    importlib.invalidate_caches()
