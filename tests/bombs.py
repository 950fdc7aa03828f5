"""Small files that ask for much memory or for other files: python -m tests.bombs SOURCE FOLDER ADDRESS.

Ingests the sample of a source with each of its files made a bomb, under a limit on memory, and prints a line of JSON
for each: what is wrong with the outcome, and the seconds it took.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.hostile import ATTRIBUTE, CANARY, CONTENT, Raw, unzipped, zipped
from tests.spoiling import Copied, flaws

MEMORY = 1536 * 2**20


def with_doctype(text: bytes, inside: str) -> bytes:
    """Give an XML document a DOCTYPE, in place of the one it has."""
    text = re.sub(rb"<!DOCTYPE[^>]*>\s*", b"", text)
    root = re.search(rb"<([A-Za-z][\w:.-]*)", text)
    assert root is not None
    return text[: root.start()] + b"<!DOCTYPE %s %s>\n" % (root[1], inside.encode()) + text[root.start() :]


ENTITIES = {
    "laughs": ("".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + '<!ENTITY a0 "ha">', "&a11;"),
    "quadratic": (f'<!ENTITY a "{"x" * 50_000}">', "&a;" * 50_000),
    "recursive": ('<!ENTITY a "&b;"><!ENTITY b "&a;">', "&a;"),
    "not used": ('<!ENTITY a "b">', "c"),
    "external": ('<!ENTITY a SYSTEM "{address}">', "&a;"),
    "parameter": ('<!ENTITY % a SYSTEM "{address}"> %a;', "c"),
    "declaring": ("<!ENTITY % a \"<!ENTITY b 'c'>\"> %a;", "&b;"),
}
"""What is declared in the DTD, and what stands in the place of an element's content or of an attribute's value."""

LAST_TAG = rb"</[^<>]*>\s*\Z"
FILLINGS = {
    "too many tags": b"<b/>" * 2_500_000,
    "many tags": b"a<b/>" * 600_000,
    "many attributes": b"<b %s/>" % b" ".join(b"a%d=''" % number for number in range(1_000_000)),
    "references": b"&#65;" * 1_900_000,
}


def with_entities(raw: Raw, title: str, address: str) -> Iterator[bytes]:
    """Declare entities in an XML file and use them."""
    declared, used = ENTITIES[title]
    for pattern in (CONTENT, ATTRIBUTE):
        for place in raw.sample(pattern, 1):
            text = raw.replaced(place, used.encode())
            yield raw.holding(with_doctype(text, f"[{declared.replace('{address}', address)}]"))


def xml_bombs(raw: Raw, address: str) -> Iterator[tuple[str, bytes]]:
    """Yield what makes a parser take memory or time, named."""
    for title in ENTITIES:
        yield from ((title, data) for data in with_entities(raw, title, address))
    for place in raw.sample(CONTENT, 1) or raw.sample(LAST_TAG, 1):
        for title, content in FILLINGS.items():
            yield title, raw.holding(raw.replaced(place, content + place[0]))
        if raw.path.endswith(".gz"):
            yield "spaces", raw.holding(raw.replaced(place, b" " * 200_000_000 + place[0]))


def workbook_bombs(raw: Raw, address: str) -> Iterator[tuple[str, bytes]]:
    """Yield workbooks whose parts are bombs, named."""
    members = unzipped(raw.stored)
    for name, text in members.items():
        if name.startswith("xl/") and name.endswith(".xml"):
            yield "zeros", zipped(members | {name: bytes(100_000_000)})
            yield from ((title, zipped(members | {name: data})) for title, data in xml_bombs(Raw(name, text), address))


def bombs(raw: Raw, address: str) -> Iterator[tuple[str, bytes]]:
    """Yield the bombs that a file can be made, named."""
    if raw.kind == "xml":
        yield from xml_bombs(raw, address)
    elif raw.kind == "workbook":
        yield from workbook_bombs(raw, address)


def tried(copied: Copied, raw: Raw, data: bytes) -> dict[str, object]:
    """Ingest a bomb under the limit."""
    start = time.process_time()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    outcome = copied.spoilt({raw.path: data})
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    found = list(flaws(copied, outcome, raw))
    if CANARY in repr(outcome.rows):
        found.append("another file was read")
    return {"flaws": found, "complains": outcome.complains, "seconds": time.process_time() - start}


def main() -> None:
    """Try every bomb."""
    name, folder, address = sys.argv[1:]
    copied = Copied(name, Path(folder))
    for raw in copied.one_of_each_kind():
        for title, data in bombs(raw, address):
            print(json.dumps({"file": raw.path, "title": title, **tried(copied, raw, data)}), flush=True)


if __name__ == "__main__":
    main()
