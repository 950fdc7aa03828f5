"""Task files and workbooks for tests."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATION = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
FACTS = {
    "Contributors": "A. Nurse",
    "Source": "tinyward",
    "URL": "https://example.org/tinyward",
    "Categories": ["Question Answering"],
    "Definition": ["Answer the question about the ward in one word."],
    "Input_language": ["English"],
    "Output_language": ["English"],
    "Instruction_language": ["English"],
    "Domains": ["Clinical Text"],
}
INSTANCES = [
    {"id": f"task900-{n}", "input": f"How many beds stand in room {n}?", "output": [f"{n + 2}", f"{n + 2} beds"]}
    for n in range(1, 7)
]


def written(folder: Path, name: str = "task900_ward.json", **changes: Any) -> Path:
    """Write a task file; a change to None leaves the field out."""
    value = {**FACTS, "Positive Examples": [], "Negative Examples": [], "Instances": INSTANCES}
    value |= {key.replace("__", " "): change for key, change in changes.items()}
    path = folder / name
    kept = {key: field for key, field in value.items() if field is not None}
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def workbook(path: Path, facts: dict[str, str], rows: list[tuple[str, str]]) -> Path:
    """Write a workbook laid out as the contributor's guideline does."""
    first = [("Task Card", ""), *facts.items()]
    sheets = {"Basic Information": first, "Instances": [("Input", "Output"), *rows]}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        named = "".join(f'<sheet name="{name}" r:id="r{n}"/>' for n, name in enumerate(sheets))
        archive.writestr("xl/workbook.xml", f"<workbook {NS} {RELATION}><sheets>{named}</sheets></workbook>")
        related = "".join(f'<Relationship Id="r{n}" Target="worksheets/{n}.xml"/>' for n in range(len(sheets)))
        space = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships {space}>{related}</Relationships>")
        for n, cells in enumerate(sheets.values()):
            lines = "".join(_row(number, row) for number, row in enumerate(cells, 1))
            text = f"<worksheet {NS}><sheetData>{lines}</sheetData></worksheet>"
            archive.writestr(f"xl/worksheets/{n}.xml", text)
    return path


def _row(number: int, values: tuple[str, str]) -> str:
    cells = "".join(
        f'<c r="{column}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        for column, value in zip("AB", values)
        if value
    )
    return f'<row r="{number}">{cells}</row>'


SHEET_FACTS = {
    "Contributors": "A. Nurse",
    "URL": "https://example.org/tinyward",
    "Source": "tinyward",
    "Text Domains": "Clinical Text",
    "Categories": "Question Answering",
    "Input_language": "English",
    "Output_language": "English",
    "Instruction_language": "English",
    "Definition": "Answer the question about the ward in one word.",
    "Split Type": "Test",
}
SHEET_ROWS = [(f"How many beds stand in room {n}?", str(n + 2)) for n in range(1, 7)]
