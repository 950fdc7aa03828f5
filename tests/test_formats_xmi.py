from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import xmi

HEAD = (
    '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:c="http:///custom.ecore">'
    '<cas:NULL xmi:id="0"/>'
)
SOFA = '<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="{}"/>'


def written(path: Path, text: str, annotations: str, sofas: int = 1) -> Path:
    file = path / "doc.xmi"
    file.write_text(HEAD + annotations + SOFA.format(text) * sofas + "</xmi:XMI>", encoding="utf-8")
    return file


def mentions(document: xmi.Document) -> list[str]:
    return [document.text[a.start : a.end] for a in document.annotations if a.has_span]


def test_annotations_have_type_span_and_values(tmp_path: Path) -> None:
    file = written(tmp_path, "dry cough", '<c:SIGN xmi:id="7" sofa="1" begin="4" end="9" cui="C0010200" link="8"/>')
    document = xmi.document(file)
    (sign,) = document.of_type("SIGN")
    assert (sign.key, sign.type, sign.start, sign.end, sign.has_span) == ("7", "SIGN", 4, 9, True)
    assert sign.values == {"sofa": "1", "cui": "C0010200", "link": "8"}
    assert document.by_key() == {"7": sign}


def test_what_has_no_span_is_kept_for_reference(tmp_path: Path) -> None:
    file = written(tmp_path, "dry cough", '<c:LINK xmi:id="8" role="OF" target="7"/>')
    (link,) = xmi.document(file).annotations
    assert not link.has_span
    assert link.values == {"role": "OF", "target": "7"}


def test_offsets_count_carriage_returns_that_the_text_no_longer_has(tmp_path: Path) -> None:
    file = written(
        tmp_path, "a&#13;&#10;fever&#13;b", '<c:S xmi:id="7" begin="3" end="8"/><c:S xmi:id="8" begin="9" end="10"/>'
    )
    document = xmi.document(file)
    assert document.text == "a\nfever\nb"
    assert mentions(document) == ["fever", "b"]


def test_offsets_count_utf_16_units(tmp_path: Path) -> None:
    file = written(tmp_path, "💉 and 𝛽 block", '<c:S xmi:id="7" begin="7" end="15"/>')
    assert mentions(xmi.document(file)) == ["𝛽 block"]


@pytest.mark.parametrize("stored", ["", "plain", "naïve", "a\r\nb", "a\rb\n", "💉\r\n\r\n💉", "\r\r\n"])
def test_every_character_keeps_its_place(stored: str) -> None:
    text, places = xmi.unfolded(stored)
    units = len(stored.encode("utf-16-le")) // 2
    assert len(places) == units + 1
    assert places[units] == len(text)
    for n, character in enumerate(stored):
        place = places[len(stored[:n].encode("utf-16-le")) // 2]
        assert text[place] == character.replace("\r", "\n")


@pytest.mark.parametrize(
    ("text", "annotations", "sofas", "told"),
    [
        ("x", "", 0, "0 texts"),
        ("x", "", 2, "2 texts"),
        ("x", '<c:S begin="0" end="2"/>', 1, "an offset"),
        ("x", '<c:S begin="1" end="0"/>', 1, "an offset"),
        ("x", '<c:S begin="-1" end="0"/>', 1, "an offset"),
        ("x", '<c:S begin="one" end="1"/>', 1, "an offset"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, text: str, annotations: str, sofas: int, told: str) -> None:
    with pytest.raises(FormatError, match=rf"^doc\.xmi: {told}"):
        xmi.document(written(tmp_path, text, annotations, sofas))
