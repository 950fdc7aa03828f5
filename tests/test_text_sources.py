"""What the sources of running text do where their samples do not reach."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medcorpus import ingest, registry
from medcorpus.columns import Sieve
from medcorpus.engine import Inline
from medcorpus.errors import FormatError
from medcorpus.fetch import find
from medcorpus.reading import Placed, Reject
from medcorpus.records import Text
from medcorpus.store import Store, make


def texts(source: str, path: Path) -> list[Text]:
    """Give the records of a file; rejects are left out."""
    placed = [item for item in registry.get(source).read(path) if isinstance(item, Placed)]
    return [item.record for item in placed if isinstance(item.record, Text)]


# --- wikipedia


def wikipedia(folder: Path, pages: str | None = None) -> Path:
    path = folder / "20231101.fr" / "train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    titles = ["Asthme", "Épilepsie myoclonique", "Paris"]
    columns = {"id": ["1", "2", "3"], "url": ["u"] * 3, "title": titles, "text": ["a", "b", "c"]}
    pq.write_table(pa.table(columns), path)
    if pages is not None:
        (folder / "medical_pages").mkdir()
        (folder / "medical_pages" / "fr.tsv").write_text(pages, encoding="utf-8")
    return path


LISTS = {
    "numbers": ("1\n2\n", ["fr-1", "fr-2"]),
    "addresses of Wikidata": (
        "?article\n<https://fr.wikipedia.org/wiki/%C3%89pilepsie_myoclonique>\n",
        ["fr-2"],
    ),
    "further columns and comments": ('# made up\n"3"\tParis\t12\n', ["fr-3"]),
}


@pytest.mark.parametrize("kind", LISTS)
def test_wikipedia_takes_the_pages_of_the_list(kind: str, tmp_path: Path) -> None:
    text, expected = LISTS[kind]
    path = wikipedia(tmp_path, text)
    sieve = Sieve(registry.get("wikipedia"))
    found = list(sieve.items(registry.get("wikipedia").read(path), "a", "train", "fr"))
    assert [item.record.key for item in found if isinstance(item, Placed)] == expected
    assert dict(sieve.screened) == {("a", "not in the list of medical pages"): 3 - len(expected)}


def test_wikipedia_without_a_list_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"no list of medical pages, medical_pages/fr\.tsv, .* - make it as"):
        list(registry.get("wikipedia").read(wikipedia(tmp_path)))


def test_wikipedia_list_that_names_no_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"fr\.tsv: it names no page"):
        list(registry.get("wikipedia").read(wikipedia(tmp_path, "Asthme\n")))


# --- emea


def emea(folder: Path, english: str, ids: str | None) -> Path:
    path = folder / "EMEA.en-es.en"
    path.write_text(english, encoding="utf-8")
    if ids is not None:
        (folder / "EMEA.en-es.ids").write_text(ids, encoding="utf-8")
    return path


ID = "en/x/{0}.xml.gz\tes/x/{0}.xml.gz\t1\t1\n"


def test_emea_puts_the_lines_of_a_document_together_and_repeats_none(tmp_path: Path) -> None:
    path = emea(tmp_path, "One.\nTwo.\nOne.\nOne.\n", ID.format("a") * 3 + ID.format("b"))
    assert [(t.key, t.text) for t in texts("emea", path)] == [("en/x/a", "One.\nTwo."), ("en/x/b", "One.")]


def test_emea_rejects_a_line_and_keeps_its_document(tmp_path: Path) -> None:
    path = emea(tmp_path, "", ID.format("a") * 3)
    path.write_bytes(b"One.\n\xff\nThree.\n")
    rejects = [item for item in registry.get("emea").read(path) if isinstance(item, Reject)]
    assert [r.row for r in rejects] == [2]
    assert [t.text for t in texts("emea", path)] == ["One.\nThree."]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (None, r"EMEA\.en-es\.en: no EMEA\.en-es\.ids beside it"),
        (ID.format("a"), r"EMEA\.en-es\.en: 2 lines, but 1 in EMEA\.en-es\.ids"),
        ("nothing\n", r"EMEA\.en-es\.ids: line 1 does not name two documents"),
    ],
)
def test_emea_without_a_document_for_every_line_is_refused(ids: str | None, message: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=message):
        list(registry.get("emea").read(emea(tmp_path, "One.\nTwo.\n", ids)))


# --- medlineplus


def medlineplus(folder: Path, attributes: str, summary: str) -> Path:
    path = folder / "mplus_topics_2026-01-01.xml"
    topic = f"<health-topic {attributes}><full-summary>{summary}</full-summary></health-topic>"
    path.write_text(f"<health-topics>{topic}</health-topics>", encoding="utf-8")
    return path


ENGLISH = 'title="T" url="u" id="1" language="English"'


def test_medlineplus_summary_comes_as_lines_without_markup(tmp_path: Path) -> None:
    html = "&lt;p&gt;A &lt;b&gt;bold&lt;/b&gt; &amp;lt; word.&lt;br&gt;Next&lt;ul&gt;&lt;li&gt;item"
    [found] = texts("medlineplus", medlineplus(tmp_path, ENGLISH, html))
    assert found.text == "A bold < word.\nNext\nitem"


def test_medlineplus_topic_in_another_language_is_rejected(tmp_path: Path) -> None:
    path = medlineplus(tmp_path, ENGLISH.replace("English", "French"), "&lt;p&gt;x&lt;/p&gt;")
    assert [item for item in registry.get("medlineplus").read(path) if isinstance(item, Reject)] == [
        Reject(1, "no field 'French'")
    ]


# --- tcm_ancient_books


def test_line_of_an_ancient_book_that_is_not_gb18030_is_rejected_alone(tmp_path: Path) -> None:
    path = tmp_path / "900-x.txt"
    path.write_bytes("甘草\n".encode("gb18030") + b"\xff\xff\n" + "味甘\n".encode("gb18030"))
    rejects = [item for item in registry.get("tcm_ancient_books").read(path) if isinstance(item, Reject)]
    assert (rejects, [t.text for t in texts("tcm_ancient_books", path)]) == (
        [Reject(2, "not valid gb18030")],
        ["甘草\n味甘"],
    )


def test_lines_of_an_ancient_book_are_unwrapped_where_they_were_wrapped(tmp_path: Path) -> None:
    path = tmp_path / "900-x.txt"
    head = "<篇名>x\n\n<目录>卷一\n\n<篇名>甘草\n\n内容："
    path.write_text(f"{head}{'味' * 40} \n甘。 \n{'性' * 40}。 \n平 \n", encoding="gb18030")
    assert [t.text for t in texts("tcm_ancient_books", path)] == [f"甘草\n{'味' * 40}甘。\n{'性' * 40}。\n平"]


# --- firehoses


@pytest.mark.parametrize(("name", "dropped", "kept"), [("culturax", 7, 6), ("fineweb2", 5, 5)])
def test_web_rows_that_are_not_medical_are_counted_and_not_stored(
    name: str, dropped: int, kept: int, home: Path
) -> None:
    [shards] = make(Store(home), [ingest.layer_of(name, find(name, home=home, sample=True))], Inline())
    total = ingest.tally(shards)
    assert (dict(total.screened), total.stored, dict(total.rejected)) == ({"not medical": dropped}, kept, {})
