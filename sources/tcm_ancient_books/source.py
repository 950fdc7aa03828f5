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
from pathlib import Path
from typing import NamedTuple

from medcorpus import File, Source, Text, each
from medcorpus.errors import FormatError
from medcorpus.formats import plain
from medcorpus.reading import Item, Reject

COMMIT = "db0155dc7c42b9c6b3736896661f317c7110038f"
URL = f"https://raw.githubusercontent.com/xiaopangxia/TCM-Ancient-Books/{COMMIT}/{{path}}"
ENCODING = "gb18030"
WRAPPED = 30
"""Characters from which a line without final punctuation was wrapped; shorter ones are headings, verses and lists."""
FACTS = {"作者": "author", "朝代": "dynasty", "年份": "year"}

_VOLUME = re.compile(r"^<目录>", re.MULTILINE)
_RULE = re.compile(r"-{20,}")
_UNWRAPPED = re.compile(r"[。！？；：∶…」』”’）)〕】》.!?;:]$")


class Run(NamedTuple):
    """Chapters of one volume that follow each other, and the book they are from."""

    key: str
    book: str
    volume: str
    chapters: tuple[str, ...]
    facts: dict[str, str]


def read(path: Path) -> Iterator[Item]:
    """Read one book."""
    return each(_runs(path), text)


def text(run: Run) -> Text:
    """Turn a run of chapters into a text."""
    return Text(
        key=run.key,
        title=" ".join(filter(None, (run.book, run.volume.replace("\\", " ")))),
        text="\n\n".join(filter(None, map(_chapter, run.chapters))),
        extra=run.facts,
    )


def _runs(path: Path) -> Iterator[tuple[int, Run] | Reject]:
    try:
        whole = plain.text_of(path, ENCODING)
    except FormatError:
        yield Reject(1, f"not valid {ENCODING}")
        return
    number, _, name = path.stem.partition("-")
    head, *pieces = _VOLUME.split(whole)
    book, facts = (_head(head) if pieces else {}).get("书名") or name, _facts(head) if pieces else {}
    line = head.count("\n") + 1 if pieces else 1
    for ordinal, (volume, group) in enumerate(groupby(pieces or [f"\n{head}"], _volume), 1):
        run = list(group)
        yield line, Run(f"{number}.{ordinal}", book, volume, tuple(p.partition("\n")[2] for p in run), facts)
        line += sum(p.count("\n") for p in run)


def _volume(piece: str) -> str:
    return piece.partition("\n")[0].strip()


def _head(head: str) -> dict[str, str]:
    pairs = (line.partition("：") for line in head.splitlines())
    return {name: value.strip() for name, _, value in pairs if value.strip()}


def _facts(head: str) -> dict[str, str]:
    said = _head(head)
    return {FACTS[name]: said[name] for name in FACTS if name in said}


def _chapter(piece: str) -> str:
    """Take off the marks and put wrapped lines together again."""
    plain_text = re.sub(r"\\x|<篇名>|^(?:内容|属性)：", "", piece, flags=re.MULTILINE)
    lines = (line.rstrip() for line in plain_text.split("\n"))
    joined = ""
    for line in filter(None, (line for line in lines if not _RULE.fullmatch(line))):
        joined += line if _is_wrapped(joined.rpartition("\n")[2]) else f"\n{line}"
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
    cite="""@misc{tcm-ancient-books,
  title = {{TCM-Ancient-Books}: texts of ancient books of Chinese medicine},
  author = {{xiaopangxia}},
  url = {https://github.com/xiaopangxia/TCM-Ancient-Books}
}""",
    files=(File(path="*-*.txt", url=URL),),
    read=read,
    kind="book",
    extras=tuple(FACTS.values()),
    version=COMMIT,
)
