"""Sources of files that people bring: what becomes of books that cannot be read, and of pages in unknown languages."""

from __future__ import annotations

import json
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import pytest

from medcorpus import fetch, ingest, registry
from medcorpus.errors import MissingExtraError
from medcorpus.formats.ocr import Line
from medcorpus.reading import Placed, Reject
from medcorpus.records import Text
from tests.commandline import run
from tests.pdfs import pdf

PROSE = ["The heart cannot pump enough blood for the needs of the body and the lungs."] * 6
RUSSIAN = "Кашель очищает дыхательные пути и обычно проходит сам за три недели."


def items(name: str, path: Path, content: bytes) -> list[Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return list(registry.get(name).read(path))


def texts(found: list[Any]) -> list[Text]:
    records = [item.record for item in found if isinstance(item, Placed)]
    assert all(isinstance(record, Text) for record in records)
    return [record for record in records if isinstance(record, Text)]


def test_front_matter_and_last_pages_are_withheld_one_by_one(tmp_path: Path) -> None:
    pages = [[f"Page about {'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}.", *PROSE] for n in range(120)]
    found = items("textbooks", tmp_path / "en/b.pdf", pdf(pages, [("Heart", 0), ("Lung", 60)]))
    left_out = [item.row for item in found if isinstance(item, Reject) and item.withheld]
    assert left_out == [1, 2, 3, 4, 5, 6, 116, 117, 118, 119, 120]
    assert [(t.key, t.title) for t in texts(found)] == [("en/b.pdf:7-60", "Heart"), ("en/b.pdf:61-115", "Lung")]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 hello", pdf([PROSE])[:-20]], ids=["empty", "no PDF", "cut"])
def test_a_broken_book_is_one_reject_that_says_what_to_do(content: bytes, tmp_path: Path) -> None:
    [found] = items("textbooks", tmp_path / "en/b.pdf", content)
    assert not found.withheld
    assert found.reason.endswith("get the file again")


def test_a_book_without_text_layer_is_withheld(tmp_path: Path) -> None:
    assert items("textbooks", tmp_path / "en/b.pdf", pdf([[], []])) == [Reject(1, "no text layer", withheld=True)]


def test_a_scanned_book_is_read_by_ocr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("medcorpus.corpora.textbooks.source")
    lines = [Line("心力衰竭是由于心脏结构", 0.9), Line("或功能异常导致的一组", 0.9), Line("||", 0.1)]
    monkeypatch.setattr(module, "_engine", lambda: lambda image: lines)
    [text] = texts(items("textbooks", tmp_path / "zh/scanned/b.pdf", pdf([[]])))
    assert (text.key, text.lang) == ("zh/scanned/b.pdf:1-1", "zh")
    assert text.text == "心力衰竭是由于心脏结构或功能异常导致的一组"
    assert text.extra == {"book": "b", "read_by": "ocr", "unsure_lines": "1"}


def test_scanned_russian_names_the_way_out(tmp_path: Path) -> None:
    [found] = items("textbooks", tmp_path / "ru/scanned/b.pdf", pdf([[]]))
    assert "ocrmypdf -l rus" in found.reason


PAGES = {
    "no lang": ("", "A cough clears the airways of mucus and dust.", "und"),
    "lang": (' lang="en-GB"', "A cough clears the airways of mucus and dust.", "en"),
    "another script": (' lang="en"', RUSSIAN, "und"),
    "Russian": (' lang="ru"', RUSSIAN, "ru"),
}


@pytest.mark.parametrize("case", PAGES)
def test_the_language_of_a_page(case: str, tmp_path: Path) -> None:
    root, sentence, lang = PAGES[case]
    page = f"<html{root}><body><article><p>{sentence}</p></article></body></html>"
    assert [t.lang for t in texts(items("web_pages", tmp_path / "a.html", page.encode()))] == [lang]
    assert [t.lang for t in texts(items("web_pages", tmp_path / "fr/a.html", page.encode()))] == ["fr"]


def test_a_page_in_a_seventh_language_is_withheld(tmp_path: Path) -> None:
    page = b'<html lang="de"><body><article><p>Husten reinigt die Atemwege.</p></article></body></html>'
    [found] = items("web_pages", tmp_path / "a.html", page)
    assert found == Reject(1, "a page in a language beyond the six", withheld=True)


def without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    """Let distributions look as if they were not installed."""
    version = metadata.version

    def known(name: str) -> str:
        if name in missing:
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", known)


@pytest.mark.parametrize(
    ("name", "package", "extra"), [("textbooks", "pypdfium2", "pdf"), ("web_pages", "resiliparse", "web")]
)
def test_what_is_not_installed_names_the_pip_line(
    name: str, package: str, extra: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = fetch.find(name, home=home, sample=True)
    without(monkeypatch, package)
    with pytest.raises(MissingExtraError, match=rf"medcorpus\[{extra}\]"):
        ingest.layer_of(name, found)


def test_another_version_of_what_reads_makes_another_layer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = fetch.find("textbooks", home=home, sample=True)
    before = ingest.layer_of("textbooks", found).recipe
    monkeypatch.setattr(metadata, "version", lambda name: "99")
    assert ingest.layer_of("textbooks", found).recipe != before


def test_a_build_goes_on_without_the_sources_that_need_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "pypdfium2", "resiliparse")
    done = run("build", "mmedc", "--sample", "--workers", "1", "--format", "json")
    told = json.loads(done.stdout)
    assert not {"textbooks", "web_pages"} & set(told["sources"])
    assert "pip install" in json.dumps(told) + done.stderr
