"""Writes small PDF files with a text layer: the same bytes for the same text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SIZE, LEADING, TOP = 11, 14, 780


def pdf(pages: Sequence[Sequence[str]], chapters: Sequence[tuple[str, int]] = (), *, encrypt: bytes = b"") -> bytes:
    """Give the bytes of a PDF file.

    Args:
        pages: The lines of each page.
        chapters: Titles of the outline with their 0-based pages.
        encrypt: The content of an encryption dictionary.
    """
    letters = sorted({c for lines in pages for line in lines for c in line})
    objects = [b""] * 5
    kids = [_page(objects, lines, letters) for lines in pages]
    first = len(objects) + 1
    objects += [_entry(title, kids[page], n, first, len(chapters)) for n, (title, page) in enumerate(chapters)]
    outlines = f" /Outlines {_written(objects, _outline(first, len(chapters)))} 0 R" if chapters else ""
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R{outlines} >>".encode()
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>".encode()
    objects[2] = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>"
    )
    objects[3] = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 500 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        b"/FontDescriptor << /Type /FontDescriptor /FontName /A /Flags 4 /Ascent 800 /Descent -200 >> >>"
    )
    objects[4] = _stream(_to_unicode(letters))
    return _file(objects, encrypt)


def _written(objects: list[bytes], content: bytes) -> int:
    objects.append(content)
    return len(objects)


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _page(objects: list[bytes], lines: Iterable[str], letters: Sequence[str]) -> int:
    code = {letter: f"{number:04x}" for number, letter in enumerate(letters, 1)}
    shown = "\n".join(f"<{''.join(code[c] for c in line)}> Tj T*" for line in lines)
    content = f"BT /F1 {SIZE} Tf 60 {TOP} Td {LEADING} TL\n{shown}\nET".encode()
    at = _written(objects, _stream(content))
    resources = "/Resources << /Font << /F1 3 0 R >> >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {resources} /Contents {at} 0 R >>"
    return _written(objects, page.encode())


def _entry(title: str, page: int, number: int, first: int, count: int) -> bytes:
    hexed = ("\ufeff" + title).encode("utf-16-be").hex()
    after = f" /Next {first + number + 1} 0 R" if number + 1 < count else ""
    return f"<< /Title <{hexed}> /Parent {first + count} 0 R /Dest [{page} 0 R /Fit]{after} >>".encode()


def _outline(first: int, count: int) -> bytes:
    return f"<< /Type /Outlines /Count {count} /First {first} 0 R /Last {first + count - 1} 0 R >>".encode()


def _to_unicode(letters: Sequence[str]) -> bytes:
    rows = "\n".join(f"<{n:04x}> <{c.encode('utf-16-be').hex()}>" for n, c in enumerate(letters, 1))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(letters)} beginbfchar\n{rows}\nendbfchar endcmap end end"
    ).encode()


def _file(objects: Sequence[bytes], encrypt: bytes) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    more = b" /Encrypt << %s >> /ID [<00> <00>]" % encrypt if encrypt else b""
    trailer = b"trailer\n<< /Size %d /Root 1 0 R%s >>\n" % (len(objects) + 1, more)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    return out + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(out)
