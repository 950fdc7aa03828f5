"""Source, File and Task: the facts a source module states, checked when they are stated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any, Literal

from medcorpus.categories import CATEGORIES, DOMAINS
from medcorpus.errors import MissingExtraError, SourceError, UnknownNameError
from medcorpus.kinds import KINDS
from medcorpus.raw import patterns

if TYPE_CHECKING:
    from medcorpus.reading import Read
    from medcorpus.records import Fields, Record
    from medcorpus.screen import Screen

Access = Literal["open", "account", "agreement", "manual"]
Redistribute = Literal["yes", "no", "unknown"]
SPLITS = ("train", "validation", "test")
ACCESS: tuple[str, ...] = ("open", "account", "agreement", "manual")
REDISTRIBUTE: tuple[str, ...] = ("yes", "no", "unknown")
NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,63}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One raw file, or all files that match a pattern, as upstream lays them out.

    Args:
        path: Path inside the source's folder, with `*` for many files. Forward slashes, relative.
        url: Where to download it; `{path}` stands for the file's path. Empty: it cannot be downloaded.
        sha256: Pinned hash of the one file; patterns are pinned in `files.tsv` beside `source.py`.
        split: train, validation or test.
        lang: Language of its rows, where the source has several.
        member: Pattern of the members to read when the file is an archive.
        mirrors: Further addresses of the same bytes.
        companion: Read by `read` beside another file (labels, annotations), not on its own.
    """

    path: str
    url: str = ""
    sha256: str = ""
    split: str = "train"
    lang: str = ""
    member: str = ""
    mirrors: tuple[str, ...] = ()
    companion: bool = False

    def __post_init__(self) -> None:
        parts = self.path.split("/")
        if self.path.startswith("/") or ".." in parts or "\\" in self.path or ":" in parts[0]:
            raise SourceError(f"path {self.path!r} leaves the source's folder", fix="give a relative path without '..'")
        if self.split not in SPLITS:
            raise UnknownNameError("split", self.split, SPLITS)

    @property
    def is_pattern(self) -> bool:
        """Whether the path stands for many files."""
        return "*" in self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One instruction task: how records of a source become instruction, input and output.

    Templates are text with `{slot}` where a slot is a name the record's shape gives (`SLOTS`), an extra that
    the source declares, or a name that `fields` adds. Nothing else is evaluated. An output that is just one slot
    with several values gives as many acceptable outputs; anywhere else several values are joined by `joiner`.

    Args:
        id: The paper's task id (`task57`), or a name of the source's own for tasks beyond the paper.
        name: Snake-case name that says source and job.
        category: One of the 19 category names of MedS-Ins.
        domain: One of the five text domains.
        input: Template of the input.
        output: Template of the output.
        labels: Every output there may be, where they are a closed set; every phrasing names them all.
        lang: Only records of this language serve the task; empty: all.
        output_lang: Language of the output where it is not the input's.
        instruction_lang: Language of the instruction.
        phrasings: Name of the file with its instructions, where it is not the task's id; `registry.phrasings` reads it.
        adds: Names that `fields` adds.
        fields: Computes further named values from a record; None means that the record does not serve the task.
        joiner: Puts several values of a slot together.
        bench: Whether MedS-Bench tests it.
        exempt: Checks of the linter that this task may fail, each with the reason; one that is no longer needed is
            an error.
    """

    id: str
    name: str
    category: str
    domain: str
    input: str
    output: str
    labels: tuple[str, ...] = ()
    lang: str = ""
    output_lang: str = ""
    instruction_lang: str = "en"
    phrasings: str = ""
    adds: tuple[str, ...] = ()
    fields: Callable[[Any], Fields | None] | None = None
    joiner: str = ", "
    bench: bool = False
    exempt: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.category not in CATEGORIES.values():
            raise UnknownNameError("category", self.category, CATEGORIES.values())
        if self.domain not in DOMAINS:
            raise UnknownNameError("text domain", self.domain, DOMAINS)
        for name in (self.id, self.name):
            if not NAME.match(name):
                raise SourceError(f"task id or name {name!r} is not snake case", fix="use a-z, 0-9 and _")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A corpus: facts, and `read`, which turns one raw file into records.

    Beside the module lie `cite.bib`, how to cite it, and `phrasings/`, the instructions of its tasks.

    Args:
        title: Name as its authors write it.
        about: One or two sentences: what it holds, who made it.
        homepage: Where people read about it.
        langs: ISO 639-1 codes of its rows; `records.UNDETERMINED` among them where some do not say theirs.
        shape: Record shape of all its rows.
        license: SPDX id, or the publisher's own words.
        license_evidence: The sentence that grants or withholds, or what was looked at without finding one.
        license_url: Where that sentence stands.
        redistribute: Whether the rows may be passed on; unknown counts as no. Of rows with a licence of their own, yes
            holds for those whose licence is known (`licenses`).
        access: `open` (anyone can download), `account` (registration), `agreement` (signed), `manual` (books).
        how: What to sign, where, and where to put the files; needed where access is not open.
        files: The raw files.
        read: `read(path)`: yields records, or what `reading.each` yields, for one raw file.
        tasks: Instruction tasks.
        extras: Names that may stand in the `extra` of its records.
        folder: Folder under `--raw` when several sources share one download; empty: the source's name.
        version: Upstream version or commit.
        max_rejects: Share of rows that may be unreadable before the source fails.
        held_out: Share of the training rows that become the test split, chosen by a hash of what they say; for corpora
            that the benchmark tests with although upstream has no test split.
        kind: What kind of text its rows are (`medcorpus.kinds.KINDS`); empty where they are of several, or no text.
        screen: Gives the row-local stages and rules that a firehose is read through; `read` then yields `Columns`.
            What a rule drops is counted under its name and never stored.
        needs: Installed distributions, beyond the core's, that its reader needs; their versions decide its rows.
        may_need: Such that it needs for some files only.
        extra: The extra of medcorpus that installs what it needs.
    """

    title: str
    about: str
    homepage: str
    langs: tuple[str, ...]
    shape: type[Record]
    license: str
    license_evidence: str
    license_url: str
    redistribute: Redistribute
    access: Access
    files: tuple[File, ...]
    read: Read
    how: str = ""
    tasks: tuple[Task, ...] = ()
    extras: tuple[str, ...] = ()
    folder: str = ""
    version: str = ""
    max_rejects: float = 0.01
    held_out: float = 0.0
    kind: str = ""
    screen: Screen | None = None
    needs: tuple[str, ...] = ()
    may_need: tuple[str, ...] = ()
    extra: str = ""

    def __post_init__(self) -> None:
        if self.folder and not NAME.match(self.folder):
            raise SourceError(f"folder {self.folder!r} is not a plain name", fix="use a-z, 0-9 and _")
        if not 0 <= self.held_out < 1:
            raise SourceError(f"held_out is {self.held_out}, not a share from 0 to 1", fix="0.1 holds out a tenth")
        if self.kind and self.kind not in KINDS:
            raise UnknownNameError("kind of text", self.kind, KINDS)

    @property
    def only_lang(self) -> str:
        """The language of all rows; empty where there are several."""
        return self.langs[0] if len(self.langs) == 1 else ""

    def versions(self) -> dict[str, str]:
        """Give the installed versions of what its reader needs, empty for what is not installed and may be needed.

        Raises:
            MissingExtraError: What it needs is not installed.
        """
        found = {name: _version(name) for name in (*self.needs, *self.may_need)}
        for name in self.needs:
            if not found[name]:
                raise MissingExtraError(name, self.extra)
        return found

    def file_for(self, relative: str) -> File | None:
        """Find the file entry that a path inside the source's folder belongs to."""
        return next((f for f in self.files if patterns.matches(f.path, relative)), None)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
