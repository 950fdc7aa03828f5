from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus.errors import FormatError
from medcorpus.formats import jats

NAMESPACES = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def one(tmp_path: Path, body: str = "", meta: str = "", root: str = "", beside: str = "") -> jats.Article:
    path = tmp_path / "a.nxml"
    path.write_text(
        f"<article {NAMESPACES} {root}><front><article-meta>{meta}</article-meta></front><body>{body}</body>{beside}"
        "</article>",
        encoding="utf-8",
    )
    return jats.article(path)


def text(tmp_path: Path, body: str) -> str:
    return one(tmp_path, body).versions[0].text


def test_sections_and_paragraphs_are_lines(tmp_path: Path) -> None:
    body = (
        "<sec><label>1.</label><title>Aim</title><p>One\n  <italic>two</italic>.</p>"
        "<sec><title>Sub</title><p>Three.</p></sec></sec><p>Four<list><list-item><p>a</p></list-item><list-item><p>b</p></list-item></list>five.</p>"
    )
    assert text(tmp_path, body).split("\n") == ["Aim", "One two.", "Sub", "Three.", "Four", "a", "b", "five."]


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ('It is so [<xref ref-type="bibr">1</xref>].', "It is so."),
        (
            'It [<xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref>–<xref ref-type="bibr">4</xref>] is.',
            "It is.",
        ),
        ('so (<xref ref-type="bibr">7</xref>) and', "so and"),
        ('so<sup><xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref></sup>.', "so."),
        ('so<xref ref-type="bibr"><sup>3</sup></xref>.', "so."),
        ('by <xref ref-type="bibr">Poe (1849)</xref>', "by Poe (1849)"),
        ('see <xref ref-type="fig">Figure 2</xref>', "see Figure 2"),
        ('age<xref ref-type="table-fn">a</xref> (years)', "age (years)"),
        ("10<sup>5</sup> of CO<sub>2</sub>, the 4<sup>th</sup>", "10⁵ of CO₂, the 4th"),
        ("x<fn><p>note</p></fn>y", "xy"),
        ("rate <inline-formula><tex-math>$x^2$</tex-math></inline-formula>.", "rate $x^2$."),
        ("rate <inline-formula><mml:math><mml:mi>x</mml:mi></mml:math></inline-formula>.", "rate x."),
        ("is<disp-formula><label>(1)</label>E = mc<sup>2</sup></disp-formula>here", "is E = mc² here"),
        ('is<disp-formula><graphic xlink:href="e"/></disp-formula>here', "is [formula] here"),
    ],
)
def test_what_stands_inside_a_paragraph(tmp_path: Path, marked: str, plain: str) -> None:
    assert text(tmp_path, f"<p>{marked}</p>") == plain


def test_of_figures_and_tables_the_captions_stay(tmp_path: Path) -> None:
    cells = "<table><tr><td>9</td></tr></table>"
    table = f"<table-wrap><label>Table 1</label><caption><p>Cells.</p></caption>{cells}</table-wrap>"
    figure = '<fig><label>Figure 1</label><caption><title>A.</title><p>B.</p></caption><graphic xlink:href="f"/></fig>'
    assert text(tmp_path, f"<p>One {table} two.</p>{figure}").split("\n") == [
        "One",
        "Table 1 Cells.",
        "two.",
        "Figure 1 A. B.",
    ]
    floats = one(tmp_path, "<p>One.</p>", beside=f"<floats-group>{figure}</floats-group>")
    assert floats.versions[0].text == "One.\nFigure 1 A. B."


def test_facts_of_an_article(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        meta='<article-id pub-id-type="pmc">12</article-id><article-id pub-id-type="doi">10.5555/x</article-id>'
        "<title-group><article-title>A <italic>b</italic><xref ref-type='fn'>*</xref></article-title></title-group>"
        '<pub-date pub-type="ppub"><year>2031</year></pub-date><pub-date pub-type="epub"><day>4</day><month>3</month>'
        "<year>2030</year></pub-date><abstract><p>Short.</p></abstract>"
        "<abstract abstract-type='teaser'><p>Buy!</p></abstract>",
        root='article-type="case-report"',
    )
    assert (found.kind, found.ids, found.date) == ("case-report", {"pmc": "12", "doi": "10.5555/x"}, "2030-03-04")
    assert found.versions == (jats.Version(lang="en", title="A b", text="Short."),)


def test_abstracts_and_translations_are_texts_of_their_own(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        "<p>Uno.</p>",
        meta="<title-group><article-title>T</article-title>"
        "<trans-title-group xml:lang='en'><trans-title>E</trans-title></trans-title-group></title-group>"
        "<trans-abstract xml:lang='en'><p>One.</p></trans-abstract>"
        "<trans-abstract xml:lang='en'><p>Plainly one.</p></trans-abstract>",
        root="xml:lang='es-ES'",
        beside="<sub-article article-type='translation' xml:lang='fr'><front-stub><title-group><article-title>F"
        "</article-title></title-group></front-stub><body><p>Un.</p></body></sub-article>"
        "<sub-article article-type='reply'><body><p>No.</p></body></sub-article>",
    )
    assert [(v.lang, v.title, v.text, v.part) for v in found.versions] == [
        ("es", "T", "Uno.", ""),
        ("en", "E", "One.", "en-abstract"),
        ("en", "E", "Plainly one.", "en-abstract-2"),
        ("fr", "F", "Un.", "fr"),
    ]


@pytest.mark.parametrize(
    ("license_xml", "name"),
    [
        ('<license xlink:href="http://creativecommons.org/licenses/by/2.0"/>', "CC-BY-2.0"),
        ('<license xlink:href="https://creativecommons.org/licenses/by-nc-nd/4.0/"/>', "CC-BY-NC-ND-4.0"),
        ('<license xlink:href="https://creativecommons.org/licenses/by/3.0/igo/"/>', "CC-BY-3.0-IGO"),
        ('<license xlink:href="https://creativecommons.org/publicdomain/zero/1.0/"/>', "CC0-1.0"),
        ('<license xlink:href="https://creativecommons.org/publicdomain/mark/1.0/"/>', "CC-PDM-1.0"),
        (
            '<license><license-p>See <ext-link xlink:href="https://creativecommons.org/licenses/by/4.0/">x</ext-link></license-p></license>',
            "CC-BY-4.0",
        ),
        (
            '<license><ali:license_ref xmlns:ali="http://www.niso.org/schemas/ali/1.0/">https://creativecommons.org/'
            "licenses/by-sa/4.0/</ali:license_ref></license>",
            "CC-BY-SA-4.0",
        ),
        ("<license><license-p>the Creative Commons Attribution License, which</license-p></license>", "CC BY"),
        (
            "<license><license-p>Creative Commons Attribution Non-Commercial No Derivatives</license-p></license>",
            "CC BY-NC-ND",
        ),
        ("<license><license-p>All rights reserved.</license-p></license>", "unknown"),
        ("<copyright-statement>© Somebody</copyright-statement>", "unknown"),
        ("", "unknown"),
    ],
)
def test_licences(tmp_path: Path, license_xml: str, name: str) -> None:
    assert one(tmp_path, meta=f"<permissions>{license_xml}</permissions>").license == name


@pytest.mark.parametrize(
    ("root", "meta", "fate"),
    [
        ('article-type="research-article"', "", ""),
        ('article-type="retraction"', "", "retraction notice"),
        ("", '<related-article related-article-type="retraction-forward"/>', "retracted"),
        ("", '<related-article related-article-type="corrected-article"/>', ""),
        ("", "<title-group><article-title>RETRACTED: A cure</article-title></title-group>", "retracted"),
    ],
)
def test_retractions_are_told(tmp_path: Path, root: str, meta: str, fate: str) -> None:
    assert one(tmp_path, "<p>x</p>", meta=meta, root=root).fate == fate


def test_deep_nesting_within_what_xml_allows_is_read(tmp_path: Path) -> None:
    for tag in ("sec", "sup", "xref", "list", "fig", "caption", "inline-formula"):
        deep = f"<{tag}>" * 240 + "x" + f"</{tag}>" * 240
        assert text(tmp_path, f"<p>{deep}</p>").strip() in ("x", "")


def test_other_xml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.nxml"
    path.write_text("<html><body/></html>", encoding="utf-8")
    with pytest.raises(FormatError, match="no JATS article: the root is <html>"):
        jats.article(path)
