"""Web pages give their main text in any encoding; hostile ones are refused quickly."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcorpus.errors import MissingExtraError
from medcorpus.formats import html

SENTENCES = {
    "en": "A cough clears the airways of mucus, and most coughs go away within three weeks.",
    "fr": "La toux dégage les voies respiratoires et disparaît le plus souvent en trois semaines.",
    "ru": "Кашель очищает дыхательные пути от слизи и обычно проходит сам за три недели.",
    "zh": "咳嗽能够清除呼吸道内的黏液，大多数咳嗽在三周内自行消失，不需要任何治疗。",
    "ja": "せきは気道から痰を取り除く働きがあり、多くは三週間ほどで自然に治ります。",
}


def document(text: str, head: str = "", root: str = "") -> str:
    menu = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/a'>A to Z</a></li></ul></nav>"
    body = f"{menu}<main><article><h1>On coughs</h1><p>{text}</p></article></main><footer><p>Privacy</p></footer>"
    return f"<!DOCTYPE html><html{root}><head>{head}<title>On  coughs</title></head><body>{body}</body></html>"


def test_main_text_without_boilerplate() -> None:
    page = html.page(document(SENTENCES["en"] + "<script>alert(1)</script><br>See a doctor.").encode())
    assert page.title == "On coughs"
    assert page.text == f"On coughs\n{SENTENCES['en']}\nSee a doctor."


def test_blocks_stand_on_lines_of_their_own() -> None:
    page = html.page(document("Signs are:<ul><li>fever</li><li>pain</li></ul><h2>Care</h2>Rest  and\n tea.").encode())
    assert [line.lstrip("•* ") for line in page.text.split("\n")][1:] == [
        "Signs are:",
        "fever",
        "pain",
        "Care",
        "Rest and tea.",
    ]


ENCODINGS = {
    "meta charset": ("ru", "cp1251", '<meta charset="windows-1251">', ""),
    "meta http-equiv": ("ja", "cp932", "<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'>", ""),
    "gb2312 is GB18030": ("zh", "gb18030", '<META CHARSET="gb2312">', ""),
    "latin-1 is windows-1252": ("fr", "cp1252", '<meta charset="iso-8859-1">', ""),
    "euc-jp": ("ja", "euc-jp", '<meta charset="euc-jp">', ""),
    "koi8-r in the HTTP header": ("ru", "koi8-r", "", "koi8-r"),
    "the header comes before the page": ("ru", "cp1251", '<meta charset="utf-8">', "windows-1251"),
    "utf-8 without a word": ("zh", "utf-8", "", ""),
    "utf-8 that says latin-1 in the header": ("ru", "utf-8", "", "no-such-encoding"),
    "utf-8 with BOM": ("ja", "utf-8-sig", '<meta charset="shift_jis">', ""),
    "utf-16 with BOM": ("ru", "utf-16", "", ""),
    "wrong statement": ("ja", "utf-8", '<meta charset="euc-jp">', ""),
    "Shift_JIS without a word": ("ja", "cp932", "", ""),
}


@pytest.mark.parametrize("case", ENCODINGS)
def test_encodings(case: str) -> None:
    lang, encoding, head, charset = ENCODINGS[case]
    text = SENTENCES[lang] * 3
    assert text in html.page(document(text, head).encode(encoding), charset).text


STATED = {
    "lang": (document("x", root=' lang="zh-Hans"'), "lang", "zh"),
    "xml:lang": (document("x", root=' xml:lang="FR_ca"'), "lang", "fr"),
    "no lang": (document("x"), "lang", ""),
    "canonical": (document("x", '<link rel="canonical" href="https://a.example/b">'), "url", "https://a.example/b"),
    "og:url": (document("x", '<meta property="og:url" content="http://a.example">'), "url", "http://a.example"),
    "no address": (document("x", '<link rel="canonical" href="javascript:alert(1)">'), "url", ""),
    "date": (document("x", '<meta property="article:published_time" content="2031-03-07T1:0">'), "date", "2031-03-07"),
    "month": (document("x", '<meta name="citation_publication_date" content="2031/3">'), "date", "2031-03"),
    "no date": (document("x", '<meta name="date" content="yesterday">'), "date", ""),
    "no such month": (document("x", '<meta name="date" content="2031-13-01">'), "date", "2031"),
}


@pytest.mark.parametrize("case", STATED)
def test_what_a_page_states(case: str) -> None:
    text, name, value = STATED[case]
    assert getattr(html.page(text.encode()), name) == value


HOSTILE = {
    "empty": (" \n", "empty"),
    "deep": ("<div>" * 100_000, "nested"),
    "deep under a comment that ends": ("<!-- --><div>" * 100_000, "nested"),
    "deep behind false ends in comments": ("<div><!-- </div> -->" * 100_000, "nested"),
    "deep formatting": ("<p>" + "<b><i>" * 50_000, "nested"),
    "many attributes": (f"<p {' '.join(f'a{n}=1' for n in range(200_000))}>x", "a tag"),
    "attributes without end": ("<p " * 300_000, "a tag"),
    "options": ("<select>" + "<option>x" * 100_000, "options"),
    "large": ("<p>" + "fever " * (html.MAX_BYTES // 6), "over 8 MiB"),
    "binary": ("\x00\x01\x02" * 1_000, "NUL"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_pages_are_refused_quickly(case: str) -> None:
    text, words = HOSTILE[case]
    start = time.process_time()
    with pytest.raises(ValueError, match=words):
        html.page(text.encode())
    assert time.process_time() - start < 2


BEARABLE = {
    "a long attribute": f"<p title='{'x' * 5_000_000}'>fever</p>",
    "paragraphs": "<p>fever" * 200_000,
    "list items": "<ul>" + "<li>fever" * 200_000,
    "cells": "<table>" + "<tr><td>fever" * 100_000,
    "open comments": "fever" + "<!--" * 200_000,
    "ends": "fever" + "</div>" * 200_000,
    "signs": "fever" + "<" * 1_000_000,
}


@pytest.mark.parametrize("case", BEARABLE)
def test_odd_pages_are_read_quickly(case: str) -> None:
    start = time.process_time()
    assert "fever" in html.page(BEARABLE[case].encode()).text
    assert time.process_time() - start < 4


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ValueError, match="not text"):
        html.decoded(b'<meta charset="utf-8">' + b"\x81\xff\x8d\xfe" * 500)


def test_single_bad_bytes_are_replaced() -> None:
    assert html.decoded(SENTENCES["zh"].encode() * 20 + b"\xff") == SENTENCES["zh"] * 20 + "\ufffd"


def test_menus_are_left_out_wherever_they_stand() -> None:
    menu = "<ul><li><a href='/a'>Asthma</a></li><li><a href='/b'>Bronchitis</a></li></ul>"
    text = html.page(f"<body><p>{SENTENCES['en']}</p>{menu}<div><ul><li>fever</li></ul></div>".encode()).text
    assert "fever" in text
    assert "Asthma" not in text


@given(st.binary(max_size=300))
def test_any_bytes_give_a_page_or_a_reason(data: bytes) -> None:
    try:
        page = html.page(data)
    except ValueError as error:
        assert str(error)
    else:
        (page.title + page.text + page.url).encode()
        assert "\x00" not in page.text


def test_a_missing_package_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resiliparse.parse.encoding", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'medcorpus\[web\]'"):
        html.page(b"<p>x")
