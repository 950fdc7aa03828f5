"""TCM ancient books: Chinese medical classics as plain text, one file a book.

Upstream layout: `{number}-{title}.txt` in GB18030, some 700 files. Checked on 14 of them at commit db0155d: all 14
decode as GB18030 without a fault, two have CRLF line ends. Twelve are marked up: `<目录>` names the volume, and after
a backslash a part of it (often it is empty), `<篇名>` the chapter; a chapter begins with `内容：` (four books) or
`属性：` (eight). Before the first `<目录>` stand 书名, 作者, 朝代 and 年份, the last three empty in two books. Two
books (303, 321) have no marks at all. A backslash and x enclose headings and quotations and are taken off.

A record is a run of chapters of the same volume: a chapter alone is often one line. The key is the file's number and
the ordinal of the run (`301.2`). Lines are wrapped at about 40 characters, with a blank before the line break; a
wrapped line that is long and does not end in punctuation is joined with the next, without a blank.

What stands in the texts and is left as it is: a blank where a rare character was lost (`六气斯 ，`), `∶` for a colon,
and what somebody's conversion of scripts and words did to them, which reaches into the medicine: `脚气` (beriberi) has
become `香港脚` (athlete's foot), `伊尹` the name `伊芳尹`.

The books are called ancient, and not all are: 李翰卿 (303) tells of a physician of the twentieth century, and the
list has others (思考中医, 中医之钥). No file states a licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from medcorpus import File, Source, Text, each
from medcorpus.formats import plain
from medcorpus.reading import Item, Reject

COMMIT = "db0155dc7c42b9c6b3736896661f317c7110038f"
URL = f"https://raw.githubusercontent.com/xiaopangxia/TCM-Ancient-Books/{COMMIT}/{{path}}"
ENCODING = "gb18030"
WRAPPED = 30
"""Characters from which a line without final punctuation was wrapped; shorter ones are headings, verses and lists."""
FACTS = {"作者": "author", "朝代": "dynasty", "年份": "year"}

VOLUME = "<目录>"

_MARKS = re.compile(r"\\x|<篇名>|^(?:内容|属性)：|^-{20,}$")
_UNWRAPPED = re.compile(r"[。！？；：∶…」』”’）)〕】》.!?;:]$")


class Piece(NamedTuple):
    """The lines of one chapter, the volume it is in, and the line where it begins."""

    row: int
    volume: str
    lines: list[str]


class Run(NamedTuple):
    """Chapters of one volume that follow each other, and what the head of the book says of it."""

    key: str
    volume: str
    chapters: list[Piece]
    head: dict[str, str]


def read(path: Path) -> Iterator[Item]:
    """Read one book."""
    return each(_runs(path), text)


def text(run: Run) -> Text:
    """Turn a run of chapters into a text."""
    return Text(
        key=run.key,
        title=" ".join(filter(None, (run.head["书名"], run.volume.replace("\\", " ")))),
        text="\n\n".join(filter(None, (_chapter(piece.lines) for piece in run.chapters))),
        extra={FACTS[name]: run.head[name] for name in FACTS if name in run.head},
    )


def _runs(path: Path) -> Iterator[tuple[int, Run] | Reject]:
    pieces = [Piece(1, "", [])]
    for item in plain.lines(path, ENCODING):
        if isinstance(item, Reject):
            yield item
        elif item[1].startswith(VOLUME):
            pieces.append(Piece(item[0], item[1].removeprefix(VOLUME).strip(), []))
        else:
            pieces[-1].lines.append(item[1])
    number, _, name = path.stem.partition("-")
    head = {"书名": name}
    if len(pieces) > 1:
        head |= _head(pieces.pop(0).lines)
    for ordinal, (volume, group) in enumerate(groupby(pieces, attrgetter("volume")), 1):
        chapters = list(group)
        yield chapters[0].row, Run(f"{number}.{ordinal}", volume, chapters, head)


def _head(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition("：") for line in lines)
    return {name: value.strip() for name, _, value in pairs if value.strip()}


def _chapter(lines: list[str]) -> str:
    """Take off the marks and put wrapped lines together again."""
    joined = ""
    for line in lines:
        bare = _MARKS.sub("", line).rstrip()
        joined += bare if not bare or _is_wrapped(joined.rpartition("\n")[2]) else f"\n{bare}"
    return joined.strip()


def _is_wrapped(line: str) -> bool:
    """Tell whether a line goes on in the next one.

    >>> _is_wrapped("问" * 40), _is_wrapped("问" * 39 + "。"), _is_wrapped("序例")
    (True, False, False)
    """
    return len(line) >= WRAPPED and not _UNWRAPPED.search(line)


source = Source(
    title="TCM-Ancient-Books",
    about="Some 700 books of Chinese medicine, most of them pre-modern, typed by volunteers.",
    homepage="https://github.com/xiaopangxia/TCM-Ancient-Books",
    langs=("zh",),
    shape=Text,
    license="unknown",
    license_evidence="README.md is one line and names no licence; there is no licence file; some books are modern",
    license_url=f"https://github.com/xiaopangxia/TCM-Ancient-Books/blob/{COMMIT}/README.md",
    redistribute="unknown",
    access="open",
    files=(File(path="*.txt", url=URL),),
    read=read,
    kind="book",
    extras=tuple(FACTS.values()),
    version=COMMIT,
)
