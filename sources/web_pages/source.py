"""Web pages: the main text of pages that people have saved or crawled themselves, as HTML files or WARC archives.

Layout: `*.html`, `*.htm`, `*.warc` and `*.warc.gz` in the source's folder, in `<lang>/` or in `<lang>/<folder>/`.
Checked on 70 pages of a wiki (a user manual in English and Russian, all of which state lang="en_US" and iso-8859-1, 13
of them with bytes of windows-1252); no WARC file of others was at hand, the format is read from ISO 28500.

The language is that of the folder, else that of the page's `lang` attribute. A page that states none, or one in whose
letters the text is not written (as those in Russian above), has the language `und` until language identification
speaks. Withheld are pages that state another language than the six, answers with a status other than 200 or not in
HTML, and pages without main text. A page that is too large, too deep, or not text is a reject.

The address is the archive's, else the page's canonical one. `date` is when the page says that it was published, and
the extra `fetched` when it was archived. The key is the file's place (`en/cough.html`), in archives with the number of
the record (`crawl.warc.gz:12`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from medcorpus import File, Source, Text, Withheld, each
from medcorpus.formats import html, warc
from medcorpus.reading import Item
from medcorpus.records import UNDETERMINED

from .._own_files import LANGS, Place, place

SUFFIXES = (".html", ".htm", ".warc", ".warc.gz")
HTML_TYPES = ("text/html", "application/xhtml+xml")
FOLDERS = (("", ""), *((lang, below) for lang in LANGS for below in (f"{lang}/", f"{lang}/*/")))
SCRIPTS = {"ru": ("CYRILLIC",), "zh": ("CJK",), "ja": ("CJK", "HIRAGANA", "KATAKANA")}
"""How the names of a language's letters begin in Unicode; Latin where the language is not here."""
SEEN = 2_000
"""Characters by which the script of a text is judged."""


def read(path: Path) -> Iterator[Item]:
    """Read one saved page, or the pages of an archive."""
    where = place(path)
    if path.suffix in (".html", ".htm"):
        return each([(1, path)], partial(saved, where=where))
    return each(warc.responses(path), partial(archived, where=where))


def saved(path: Path, where: Place) -> Text | Withheld:
    """Turn a file into a record."""
    if path.stat().st_size > html.MAX_BYTES:
        raise ValueError(f"a page of over {html.MAX_BYTES // 2**20} MiB")
    return _record(html.page(path.read_bytes()), where, where.name, "", {})


def archived(response: warc.Response, where: Place) -> Text | Withheld:
    """Turn an answer of a server into a record."""
    if response.status != 200:
        return Withheld("an HTTP status other than 200")
    if response.media_type not in HTML_TYPES:
        return Withheld("not HTML")
    page = html.page(response.body, response.charset)
    extra = {"fetched": response.date} if response.date else {}
    return _record(page, where, f"{where.name}:{response.number}", response.url, extra)


def _record(page: html.Page, where: Place, key: str, url: str, extra: dict[str, str]) -> Text | Withheld:
    if not page.text:
        return Withheld("no main text")
    lang = where.lang or _stated(page)
    if lang not in (*LANGS, UNDETERMINED):
        return Withheld("a page in a language beyond the six")
    head, _, rest = page.text.partition("\n")
    text = rest if rest and head == page.title else page.text
    return Text(key=key, lang=lang, title=page.title, text=text, url=url or page.url, date=page.date, extra=extra)


def _stated(page: html.Page) -> str:
    if not page.lang:
        return UNDETERMINED
    return page.lang if page.lang not in LANGS or _is_written_in(page.text, page.lang) else UNDETERMINED


def _is_written_in(text: str, lang: str) -> bool:
    """Tell whether most letters of a text are of the language's script."""
    import unicodedata

    names = [unicodedata.name(c, "") for c in text[:SEEN] if c.isalpha()]
    fitting = sum(name.startswith(SCRIPTS.get(lang, ("LATIN",))) for name in names)
    return fitting * 2 > len(names)


source = Source(
    title="Web pages",
    about="Pages of the medical web that people have saved or crawled themselves: their main text, no boilerplate.",
    homepage="https://github.com/MAGIC-AI4Med/MMedLM",
    langs=(*LANGS, UNDETERMINED),
    shape=Text,
    license="unknown: as stated by each site",
    license_evidence=(
        "the pages are the user's own copies of sites with terms of their own; no sentence covers them all, and the "
        "pages themselves are not searched for one"
    ),
    license_url="https://github.com/MAGIC-AI4Med/MMedLM",
    redistribute="unknown",
    access="manual",
    how=(
        "Put pages (.html) or archives (.warc, .warc.gz) that you have the right to use into DIR/web_pages/, in a "
        "folder <lang>/ (en, zh, ja, fr, ru, es) where they are all in one language, and pass --raw DIR; needs: "
        "pip install 'medcorpus[web]'"
    ),
    files=tuple(File(path=f"{below}*{suffix}", lang=lang) for lang, below in FOLDERS for suffix in SUFFIXES),
    read=read,
    extras=("fetched",),
    needs=("resiliparse",),
    extra="web",
)
