"""A card as one HTML page that needs nothing else: no script, no image, no font, nothing from another place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import singledispatch
from html import escape

from medcorpus.card.blocks import Bars, Block, Cell, Code, Fence, Flag, Headline, Link, Notice, Table
from medcorpus.card.markdown import UNSEEN, address, one_line

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
WORD, LONG = 14, 40
"""Characters up to which a cell is never broken, and from which it gets a wide column."""
STYLE = """
:root {
  color-scheme: light dark;
  --ground: #f7f9fa; --card: #fff; --ink: #1a242d; --soft: #55636f; --line: #dbe2e8; --bar: #17788c; --track: #e6eef1;
  --link: #0b6375; --good: #1c6b3c; --bad: #8a4a06; --alarm: #fff4e0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12171c; --card: #1a2128; --ink: #e4eaef; --soft: #9fb0bf; --line: #303b45; --bar: #4bb3c8;
    --track: #26313a; --link: #6cc7da; --good: #7fd3a0; --bad: #efb568; --alarm: #33260f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 80rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: .5rem 0 0; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: 1.2rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p, ul { max-width: 48rem; }
a { color: var(--link); }
code { font: .86em ui-monospace, monospace; overflow-wrap: anywhere; }
pre { padding: .8rem 1rem; overflow-x: auto; }
pre code { overflow-wrap: normal; }
pre, .scroll, .headline div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
.notice { max-width: 48rem; background: var(--alarm); border-left: .3rem solid var(--bad); padding: .7rem 1rem; }
.version { color: var(--soft); }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; }
.headline div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: .7rem .9rem; }
.headline dt { color: var(--soft); font-size: .85rem; line-height: 1.3; }
.headline dd { margin: 0; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.headline dd.text { font-size: 1.1rem; line-height: 2.25rem; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { padding: .4rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody tr:last-child > * { border-bottom: 0; }
.long { min-width: 11rem; }
td.word, .short code { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.flag { font-weight: 600; color: var(--bad); }
.flag.good { color: var(--good); }
.bars td { border: 0; padding-block: .25rem; vertical-align: middle; }
.track { width: 45%; min-width: 5rem; }
.track span { display: block; height: .8rem; border-radius: .2rem; background: var(--track); }
.track i { display: block; height: 100%; min-width: 1px; border-radius: .2rem; background: var(--bar); }
details { margin: .8rem 0; }
summary { cursor: pointer; color: var(--link); }
@media (max-width: 40rem) {
  h1 { font-size: 1.6rem; }
  th, td { padding-inline: .45rem; }
  .bars .note { display: none; }
}
"""


def page(title: str, document: Sequence[str | Block]) -> str:
    """Give the whole page.

    Args:
        title: Title of the window.
        document: Paragraphs of prose and blocks, in order.
    """
    body = "\n".join(block(part) for part in document)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{text(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def text(value: str) -> str:
    """Escape text from data for the inside of an element or of a quoted attribute."""
    return escape(one_line(value))


@singledispatch
def block(found: str | Block) -> str:
    """Render a block, or a paragraph of the prose in `cards/`: a heading, a list or running text."""
    prose = str(found)
    if heading := re.match(r"(#{1,3}) ", prose):
        level = len(heading[1])
        return f"<h{level}>{_inline(prose[heading.end() :])}</h{level}>"
    if prose.startswith("- "):
        items = re.split(r"^- ", prose, flags=re.MULTILINE)[1:]
        return f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>"
    return f"<p>{_inline(prose)}</p>"


def _inline(prose: str) -> str:
    """Render code, bold text and links; anything else stays text."""
    line = re.sub(r"`([^`]+)`", r"<code>\1</code>", text(prose))
    line = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", line)
    return re.sub(r"\[([^\]]+)\]\((https://[^)\s]+)\)", r'<a href="\2" rel="noreferrer">\1</a>', line)


@block.register
def _(found: Table) -> str:
    if not found.rows:
        return f"<p>{text(found.empty)}</p>"
    kinds = [_kind([r[i] for r in found.rows]) for i in range(len(found.columns))]
    rows = [_row(zip(row, kinds)) for row in found.rows]
    return _folded(found.folded, _table(found.columns, kinds, rows))


@block.register
def _(found: Bars) -> str:
    *names, count = found.columns
    kinds = ["label", *["note"] * (len(names) - 1), "track", "number"]
    most = max((_count(row) for row in found.rows), default=0) or 1
    rows = [_bar(row, most) for row in found.rows]
    return _table([*names, "", count], kinds, rows, "bars")


@block.register
def _(found: Headline) -> str:
    figures = "".join(_figure(name, value) for name, value in found.figures.items())
    return f'<p class="version">Version {cell(Code(found.version))}</p>\n<dl class="headline">{figures}</dl>'


@block.register
def _(found: Fence) -> str:
    lines = "\n".join(escape(UNSEEN.sub(" ", line)) for line in found.text.splitlines())
    return _folded(found.folded, f'<pre tabindex="0"><code>{lines}</code></pre>')


@block.register
def _(found: Notice) -> str:
    return f'<p class="notice" role="note"><strong>{text(found.title)}</strong> {text(found.text)}</p>'


def cell(value: Cell) -> str:
    """Render what stands in one cell of a table."""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Code):
        return f"<code>{text(value.text)}</code>" if value.text else ""
    if isinstance(value, Flag):
        return f'<span class="flag{" good" if value.good else ""}">{text(value.text)}</span>'
    if isinstance(value, Link) and address(value.url):
        return f'<a href="{text(value.url)}" rel="noreferrer">{text(value.text)}</a>'
    return text(value.text if isinstance(value, Link) else value)


def _kind(cells: Sequence[Cell]) -> str:
    """Name the class of a column by what its cells hold."""
    if all(isinstance(c, int) for c in cells):
        return "number"
    longest = max(len(c) if isinstance(c, str) else len(c.text) for c in cells if not isinstance(c, int))
    return "long" if longest >= LONG else "short" if longest > WORD else "word"


def _table(columns: Sequence[str], kinds: Sequence[str], rows: Sequence[str], name: str = "plain") -> str:
    head = "".join(f'<th scope="col" class="{kind}">{text(c)}</th>' for c, kind in zip(columns, kinds))
    body = "\n".join(rows)
    table = f'<table class="{name}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'
    return f'<div class="scroll" tabindex="0">\n{table}\n</div>'


def _row(cells: Iterable[tuple[Cell, str]]) -> str:
    inside = "".join(f'<td class="{kind}">{cell(value)}</td>' for value, kind in cells)
    return f"<tr>{inside}</tr>"


def _bar(row: Sequence[Cell], most: int) -> str:
    label, *notes, _ = row
    share = f"{100 * _count(row) / most:.2f}%"
    middle = "".join(f'<td class="note">{cell(note)}</td>' for note in notes)
    track = f'<td class="track" aria-hidden="true"><span><i style="width:{share}"></i></span></td>'
    return f'<tr><td class="label">{cell(label)}</td>{middle}{track}<td class="number">{cell(_count(row))}</td></tr>'


def _count(row: Sequence[Cell]) -> int:
    return row[-1] if isinstance(row[-1], int) else 0


def _figure(name: str, value: int | str) -> str:
    kind = "" if isinstance(value, int) else ' class="text"'
    return f"<div><dt>{text(name)}</dt><dd{kind}>{cell(value)}</dd></div>"


def _folded(title: str, inside: str) -> str:
    return f"<details>\n<summary>{text(title)}</summary>\n{inside}\n</details>" if title else inside
