from __future__ import annotations

from pathlib import Path

import pytest

from medcorpus.formats import pubmed
from medcorpus.reading import Reject

ABSTRACT = "<Abstract><AbstractText>Tea was drunk.</AbstractText></Abstract>"


def one(
    tmp_path: Path, article: str = ABSTRACT, beside: str = "", pmid: str = '<PMID Version="1">7</PMID>'
) -> pubmed.Article:
    path = tmp_path / "set.xml"
    path.write_text(
        f"<PubmedArticleSet><PubmedArticle><MedlineCitation>{pmid}<Article>{article}</Article>{beside}</MedlineCitation>"
        "</PubmedArticle></PubmedArticleSet>",
        encoding="utf-8",
    )
    (row,) = (pubmed.article(r[1]) for r in pubmed.rows(path) if not isinstance(r, Reject))
    return row


def test_an_abstract_is_a_line_for_each_part_with_its_label(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        '<Abstract><AbstractText Label="AIM" NlmCategory="OBJECTIVE">Count 10<sup>5</sup>\n cells.</AbstractText>'
        '<AbstractText Label="UNLABELLED">H<sub>2</sub>O <i>in vitro</i>.</AbstractText><AbstractText/>'
        "<CopyrightInformation>© Nobody.</CopyrightInformation></Abstract>",
    )
    assert found.abstracts == (
        pubmed.Abstract(lang="en", text="AIM: Count 10⁵ cells.\nH₂O in vitro.", copyright="© Nobody."),
    )


def test_other_abstracts_have_their_language(tmp_path: Path) -> None:
    beside = "".join(
        f'<OtherAbstract Type="Publisher" Language="{code}"><AbstractText>{text}</AbstractText></OtherAbstract>'
        for code, text in (("fre", "Du thé."), ("hun", "Tea."), ("ger", "Abstract available from the publisher."))
    )
    found = one(tmp_path, ABSTRACT + "<Language>fre</Language><VernacularTitle>Thé</VernacularTitle>", beside)
    assert [(a.lang, a.text) for a in found.abstracts] == [("en", "Tea was drunk."), ("fr", "Du thé."), ("hun", "Tea.")]
    assert found.at_publisher
    assert (found.langs, found.vernacular_title) == (("fr",), "Thé")


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("<Year>1998</Year>", "1998"),
        ("<Year>1998</Year><Month>Feb</Month>", "1998-02"),
        ("<Year>1998</Year><Month>2</Month><Day>3</Day>", "1998-02-03"),
        ("<Year>1998</Year><Month>February</Month><Day>99</Day>", "1998-02"),
        ("<Year>1998</Year><Month>13</Month><Day>3</Day>", "1998"),
        ("<Year>1998</Year><Season>Winter</Season>", "1998"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998"),
        ("<MedlineDate>Fall</MedlineDate>", ""),
    ],
)
def test_dates_say_what_is_known(tmp_path: Path, written: str, date: str) -> None:
    assert one(tmp_path, f"<Journal><JournalIssue><PubDate>{written}</PubDate></JournalIssue></Journal>").date == date


@pytest.mark.parametrize(
    ("article", "beside", "fate"),
    [
        ("<PublicationTypeList><PublicationType>Review</PublicationType></PublicationTypeList>", "", ""),
        (
            "<PublicationTypeList><PublicationType>Retracted Publication</PublicationType></PublicationTypeList>",
            "",
            "retracted",
        ),
        (
            "",
            '<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"/></CommentsCorrectionsList>',
            "retracted",
        ),
        ("", '<CommentsCorrectionsList><CommentsCorrections RefType="ErratumIn"/></CommentsCorrectionsList>', ""),
        (
            "<PublicationTypeList><PublicationType>Retraction of Publication</PublicationType></PublicationTypeList>",
            "",
            "retraction notice",
        ),
    ],
)
def test_retractions_are_told(tmp_path: Path, article: str, beside: str, fate: str) -> None:
    assert one(tmp_path, article, beside).fate == fate


def test_versions_and_headings(tmp_path: Path) -> None:
    mesh = (
        "<MeshHeadingList><MeshHeading><DescriptorName>Asthma</DescriptorName>"
        "<QualifierName>drug therapy</QualifierName><QualifierName>genetics</QualifierName>"
        "</MeshHeading></MeshHeadingList>"
    )
    found = one(tmp_path, beside=mesh, pmid='<PMID Version="3">7</PMID>')
    assert (found.pmid, found.version, found.mesh) == ("7", "3", ("Asthma/drug therapy/genetics",))


def test_an_article_without_id_is_an_error_of_its_row(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no PMID"):
        one(tmp_path, pmid="")


def test_deletions_and_books_are_rows_too(tmp_path: Path) -> None:
    path = tmp_path / "set.xml"
    path.write_text(
        "<PubmedArticleSet><PubmedBookArticle/><DeleteCitation><PMID>1</PMID><PMID>2</PMID></DeleteCitation>"
        "</PubmedArticleSet>",
        encoding="utf-8",
    )
    found = [(r[0], r[1].tag, pubmed.deleted(r[1])) for r in pubmed.rows(path) if not isinstance(r, Reject)]
    assert found == [(1, "PubmedBookArticle", ()), (2, "DeleteCitation", (("1", "1"), ("2", "1")))]
