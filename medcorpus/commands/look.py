"""Commands to look around: what there is, what it says of itself, and where its card lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from medcorpus.commands import facts, options
from medcorpus.console import Output, width
from medcorpus.errors import UnknownNameError
from medcorpus.home import home_folder

PRODUCT_COLUMNS = ("name", "rows", "languages", "sources", "tasks", "about")
SOURCE_COLUMNS = ("name", "shape", "languages", "tasks", "rows", "sample", "licence", "redistribute", "access", "title")
HEADINGS = {"redistribute": "passing on"}
WIDE = 110
"""Columns a terminal must have for titles beside names."""
SHORT_LICENCE = 32
"""A publisher's own words are cut to this length in a list; `medcorpus show` gives them whole."""
TASK_COLUMNS = ("id", "name", "category", "source", "lang", "domain")


@click.command("list")
@options.common
def list_(out: Output) -> None:
    """List the products and the sources."""
    from medcorpus import products, registry

    made = [facts.product_row(name) for name in products.PRODUCTS]
    sources = [facts.source_row(name) for name in registry.names()]

    def human() -> None:
        _table(PRODUCT_COLUMNS, made, out, title="products\n")
        _table(SOURCE_COLUMNS, sources, out, title="\nsources\n")

    names = [row["name"] for row in (*made, *sources)]
    out.result({"products": made, "sources": sources}, bare=names, human=human)


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], out: Output, title: str = "") -> None:
    columns = [column for column in columns if column != "title" or width() >= WIDE]
    cells = [[_cell(column, row[column]) for column in columns] for row in rows]
    out.table(
        [HEADINGS.get(column, column) for column in columns],
        cells,
        title=title,
        right=[c for c in ("sources", "tasks", "sample", *(["rows"] if "shape" in columns else [])) if c in columns],
    )


def _cell(column: str, value: object) -> object:
    if column == "licence" and len(str(value)) > SHORT_LICENCE:
        return f"{str(value)[: SHORT_LICENCE - 1]}…"
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


@click.command()
@click.argument("text", nargs=-1)
@click.option("--lang", help="Only sources with rows of this language (ISO 639-1).")
@click.option("--task", help="Only sources with this task: a category, its alias (ner), a task's id or name.")
@options.common
def search(text: tuple[str, ...], lang: str | None, task: str | None, out: Output) -> None:
    """Find sources by words, language or task.

    Name, title, description and tasks together must hold every word of TEXT.
    """
    from medcorpus import loading

    _refuse_unknown(lang)
    found = [facts.source_row(name) for name in loading.search(" ".join(text), lang=lang, task=task)["name"]]

    def human() -> None:
        if found:
            _table(SOURCE_COLUMNS, found, out)
        else:
            out.line("no source answers to all of that; `medcorpus list` shows every one")

    out.result(found, bare=[row["name"] for row in found], human=human)


def _refuse_unknown(lang: str | None) -> None:
    from medcorpus import registry

    known = {code for name in registry.names() for code in registry.get(name).langs}
    if lang is not None and lang not in known:
        raise UnknownNameError("language", lang, known)


@click.command()
@click.option("--category", help="Only tasks of this category, by its name or alias (ner).")
@click.option("--lang", help="Only tasks over texts of this language (ISO 639-1).")
@options.common
def tasks(category: str | None, lang: str | None, out: Output) -> None:
    """List the instruction tasks."""
    from medcorpus import loading

    _refuse_unknown(lang)
    rows = list(loading.tasks(category=category, lang=lang))
    out.result(rows, bare=[row["id"] for row in rows], human=lambda: _table(TASK_COLUMNS, rows, out))


@click.command()
@click.argument("name")
@options.common
def show(name: str, out: Output) -> None:
    """Show what is known of a product, source or task.

    Facts and terms, files and their pins, the templates of tasks, and how to get the raw files.
    """
    value = facts.of(name)
    out.result(value, bare=[name], human=lambda: facts.show(value, out))


@click.command()
@click.argument("product")
@options.release_path
@options.common
def card(product: str, path: Path | None, out: Output) -> None:
    """Print the card of a release and where it lies."""
    found = facts.release_of(product, path or home_folder())
    markdown, page = found.path / "README.md", found.path / "card.html"
    text = markdown.read_text(encoding="utf-8")
    files = [file for file in (markdown, page) if file.is_file()]
    value = {"product": product, "version": found.version, "files": files, "text": text}

    def human() -> None:
        out.line(text)
        out.facts("", {"card": "\n".join(map(str, files))})

    out.result(value, bare=files, human=human)


COMMANDS = (list_, search, show, tasks, card)
