"""The HTML page: what it shows, that it needs nothing else, and that text from data stays text."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import html

from medcorpus import cards, products
from medcorpus.card import report
from medcorpus.card.blocks import Bars, Table
from tests.manifests import PAYLOADS, hostile, manifest, source

PRODUCTS = list(products.PRODUCTS)
ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "a",
        "strong",
        "code",
        "pre",
    ),
    *("dl", "div", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "span", "i", "details", "summary"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "href", "rel", "class", "role", "tabindex", "scope"),
    *("aria-hidden", "style"),
}


def page(made: dict[str, Any]) -> html.HtmlElement:
    text = cards.files_of(made)["card.html"]
    assert text.startswith("<!doctype html>\n")
    return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_the_policy_lets_nothing_in() -> None:
    policy = page(manifest()).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert not re.search(r"url\(|@import|expression", report.STYLE)


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_page_follows_the_prose(product: str) -> None:
    found = page(manifest(product))
    headings = [line.lstrip("# ") for line in cards.prose_of(product).splitlines() if line.startswith("#")]
    assert [words(h) for h in found.xpath("//h1|//h2|//h3")] == headings
    assert words(found.find(".//title")) == f"{products.get(product).title} 0.1.0+abcdef123456"
    assert not re.search(r"\*\*|`|<!--|\]\(", words(found.find(".//main")).replace("```", ""))


def test_headline() -> None:
    found = page(manifest())
    figures = {words(d.find("dt")): words(d.find("dd")) for d in found.xpath("//dl[@class='headline']/div")}
    assert figures == {
        "Rows": "3,000",
        "Rows that may be passed on": "2,500",
        "Terms of all rows together": "unknown",
        "Sources": "2",
        "Languages": "2",
        "Tasks": "2",
        "Size of the data": "6.0 MB",
    }
    assert words(found.xpath("//p[@class='version']")[0]) == "Version 0.1.0+abcdef123456"


def test_bars_are_as_long_as_their_counts() -> None:
    funnel = page(manifest()).xpath("//h2[.='From raw files to rows']/following::table[1]//tbody/tr")
    assert [(words(r[0]), r.xpath(".//i/@style")[0], words(r[-1])) for r in funnel] == [
        ("read from raw files", "width:74.00%", "2,960"),
        ("rendered as instructions", "width:100.00%", "4,000"),
        ("without: exact duplicate", "width:75.00%", "3,000"),
    ]
    assert "width:0.00%" in report.block(Bars(("Step", "Rows"), (("nothing", 0),)))


def test_notices_stand_above_the_first_section() -> None:
    assert not page(manifest(sample=True, sources={})).xpath("//h2/following::p[@class='notice']")
    notices = page(manifest(sample=True)).xpath("//p[@class='notice']")
    assert [words(n)[:17] for n in notices] == ["This is a sample,"]
    assert [words(n)[:18] for n in page(manifest()).xpath("//p[@class='notice']")] == ["Not every row may "]


def test_long_tables_are_folded_and_wide_ones_scroll() -> None:
    found = page(manifest())
    assert all(t.getparent().get("class") == "scroll" for t in found.iter("table"))
    assert "All 2 tasks" in [words(s) for s in found.iter("summary")]


def test_what_is_empty_says_so() -> None:
    assert report.block(Table(("a",), (), empty="No <row>.")) == "<p>No &lt;row&gt;.</p>"


def test_prose_is_rendered_and_escaped() -> None:
    text = "A `code <b>` and **bold**, [a paper](https://example.org/?a=1&b=2), [no link](javascript:x)."
    assert report.block(text) == (
        "<p>A <code>code &lt;b&gt;</code> and <strong>bold</strong>, "
        '<a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">a paper</a>, [no link](javascript:x).</p>'
    )
    assert report.block("- one\n  more\n- two") == "<ul><li>one more</li><li>two</li></ul>"


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_text_stays_text(product: str, payload: str) -> None:
    found, calm = page(hostile(payload, product)), page(hostile("calm", product))
    assert {e.tag for e in found.iter()} <= ELEMENTS
    assert {name for e in found.iter() for name in e.attrib} <= ATTRIBUTES
    assert {a.get("href").split("/")[2] for a in found.iter("a")} <= {"example.org", "arxiv.org"}
    for tag in ELEMENTS - {"a", "code"}:
        assert len(found.findall(f".//{tag}")) == len(calm.findall(f".//{tag}")), tag
    assert all(re.fullmatch(r"width:\d+\.\d\d%", s) for s in found.xpath("//@style"))


def test_hostile_text_is_shown_whole() -> None:
    payload = PAYLOADS["element"]
    assert f"{payload} FrenchMedMCQA {payload}" in words(page(hostile(payload)))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a b", "file:///x", ""]
)
def test_addresses_that_are_none_are_not_linked(url: str) -> None:
    made = manifest(sources={"hoc": source("HoC", homepage=url, license_url=url)})
    assert {a.get("href").split("/")[2] for a in page(made).iter("a")} == {"arxiv.org"}
