"""Commands that examine: files against manifests, where a row comes from, what a machine has."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.errors import MedcorpusError, VerificationError
from medcorpus.home import home_folder

if TYPE_CHECKING:
    from medcorpus.commands.damage import Verdict
    from medcorpus.doctor import Finding
    from medcorpus.duplicates import Cluster
    from medcorpus.gate import Watch
    from medcorpus.why import Story

MANIFEST = "manifest.json"


@click.command()
@click.argument("product", required=False)
@options.release_path
@click.option("--layers", is_flag=True, help="Verify the layers the releases were made from as well.")
@click.option("--gate", is_flag=True, help="Run the checks that a release must pass before it is published, too.")
@options.common
def verify(product: str | None, path: Path | None, layers: bool, gate: bool, out: Output) -> None:
    """Compare the files of releases with their manifests.

    All releases under the home folder, or those of PRODUCT. Every damaged file is named; the exit code is 5 then. With
    --gate, those that would be published now are looked at beside the release before them, and the exit code is 1
    where a check finds a problem.
    """
    from medcorpus.commands import damage

    releases, layer_folders = _folders(product, path, layers)
    with out.progress() as watch:
        verdicts = [damage.of_release(folder, watch) for folder in releases]
        for number, folder in enumerate(layer_folders, 1):
            verdicts.append(damage.of_layer(folder))
            watch("verify layers", number, len(layer_folders))
        bad = [file for verdict in verdicts for file in verdict.damaged]
        problems = _problems(releases if path else _current(releases), watch) if gate and not bad else []
    value = {"verified": [asdict(verdict) for verdict in verdicts], "damaged": bad}
    value |= {"problems": problems} if gate else {}
    bare = [*bad, *(p["text"] for p in problems)]
    out.result(value, bare=bare, human=lambda: _show_verdicts(verdicts, problems, out))
    if bad:
        what = f"{len(bad)} file{'s' if len(bad) > 1 else ''} damaged: {bad[0]}{', ...' if len(bad) > 1 else ''}"
        raise VerificationError(what, fix="delete the folder, then build or download it again")
    if problems:
        told = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}, the first: {problems[0]['text']}"
        raise MedcorpusError(told, where=problems[0]["release"], fix="mend that, then build again")


def _current(folders: Sequence[Path]) -> list[Path]:
    """Keep the current release of each product: what is wrong with earlier ones cannot be mended, only replaced."""
    from medcorpus import release

    newest = set()
    for home, product in {(folder.parents[2], folder.parent.name) for folder in folders}:
        with suppress(MedcorpusError):  # every release of the product was yanked
            newest.add(release.find(home, product).path)
    return [folder for folder in folders if folder in newest]


def _problems(folders: Sequence[Path], watch: Watch) -> list[dict[str, str]]:
    """Run the checks before a tag on each release, beside the one before it."""
    from medcorpus import gate, release

    found: list[dict[str, str]] = []
    for folder in folders:
        opened = release.open_release(folder)
        name = f"{opened.product} {opened.version}"
        last = release.predecessor(opened)
        problems = gate.check(opened, last.manifest if last else None, watch=watch)
        found += [{"release": name, "check": p.check, "text": p.text} for p in problems]
    return found


def _folders(product: str | None, path: Path | None, layers: bool) -> tuple[list[Path], list[Path]]:
    from medcorpus import products
    from medcorpus.commands import damage

    if product and path:
        raise click.UsageError("PRODUCT and --path exclude each other")
    if product:
        products.get(product)
    home = path or home_folder()
    is_release = path is not None and not (path / "releases").is_dir()
    releases = [home] if is_release else damage.releases(home, product)
    if not releases and not layers:
        fix = f"run: medcorpus build {product or 'PRODUCT'}"
        raise MedcorpusError(f"no release{f' of {product}' if product else ''} here", where=str(home), fix=fix)
    return releases, damage.layers(home) if layers else []


def _show_verdicts(verdicts: Sequence[Verdict], problems: Sequence[dict[str, str]], out: Output) -> None:
    sound_layers = [v for v in verdicts if v.kind == "layer" and not v.damaged]
    shown = [v for v in verdicts if v not in sound_layers]
    rows: list[tuple[object, ...]] = [
        (v.kind, v.name, v.files, f"{len(v.damaged)} DAMAGED" if v.damaged else "ok") for v in shown
    ]
    if sound_layers:
        rows.append(("layers", f"{len(sound_layers):,} of them", sum(v.files for v in sound_layers), "ok"))
    out.table(("", "name", "files", "verdict"), rows, right=("files",))
    damaged = [row for v in verdicts for row in v.damaged.items()]
    if damaged:
        out.line()
        out.table(("damaged", "what is wrong"), damaged)
    if problems:
        out.line()
        out.table(("release", "check", "problem"), [tuple(p.values()) for p in problems])
    for verdict in verdicts:
        for file in verdict.unlisted:
            out.warn(f"{file} is not listed in the manifest and does not belong to the release")


@click.command()
@click.argument("row", metavar="ROW-ID")
@options.release_path
@options.common
def why(row: str, path: Path | None, out: Output) -> None:
    """Tell where a row comes from and what became of it.

    ROW-ID is a record's id (source/key) or an instruction's (task/source/key).
    """
    from medcorpus import why as reasons

    home = home_folder()
    if path is not None and not (path / MANIFEST).is_file():
        home, path = path, None
    elif path is not None and path.absolute().parents[1].name == "releases":
        home = path.absolute().parents[2]
    story = reasons.explain(row, home, path)
    out.result(asdict(story), bare=_fates(story), human=lambda: _show_story(story, out))


def _fates(story: Story) -> list[str]:
    """Give one line for each release and row: product, id, and where it is or why it is not."""
    lines = []
    for fate in story.fates:
        became = f"{fate.config}/{fate.split}" if fate.published else f"{fate.step}: {fate.reason}"
        lines.append(f"{fate.product} {fate.id} {became}")
    return lines


def _show_story(story: Story, out: Output) -> None:
    raw = f"{story.raw_file} row {story.raw_row}"
    out.facts(f"{story.id}\n", {"source": story.source, "record": story.record, "raw file": raw, "url": story.url})
    out.line()
    rows = []
    for fate in story.fates:
        became = "published" if fate.published else f"left out ({fate.step}): {fate.reason}"
        where = f"{fate.config}/{fate.split}" if fate.published else f"{fate.stayed} stayed" if fate.stayed else ""
        rows.append((fate.product, fate.version, fate.id, became, where))
    out.table(("product", "version", "row", "what became of it", "where"), rows)
    for fate in story.fates:
        if fate.cluster is not None:
            _show_cluster(fate.product, fate.cluster, out)


def _show_cluster(product: str, cluster: Cluster, out: Output) -> None:
    title = f"\n{cluster.size:,} rows of {product} say nearly the same; {cluster.id} stays"
    members = [(m.id, m.source, m.split, f"{m.jaccard:.2f}") for m in cluster.members]
    out.table(("row", "source", "split", "similarity"), members, title=title, right=("similarity",))
    changed = [(m.id, change.stays, change.own) for m in cluster.members for change in m.changes]
    if changed:
        out.line()
        out.table(("row", "the row that stays says", "this row says"), changed)


@click.command()
@options.raw
@options.common
def doctor(raw: Path | None, out: Output) -> None:
    """Look at this machine: packages, disk, home, sources.

    Raw files in the cache, and those under --raw, are checked against their publisher's SHA256SUMS.txt where one lies
    beside or above them. Of environment variables only the names are told, never a value.
    """
    from medcorpus import doctor as examination

    findings = examination.examine(home_folder(), raw)
    failed = [finding for finding in findings if finding.state == "fails"]
    value = {"findings": [asdict(finding) for finding in findings], "failed": [f.what for f in failed]}
    out.result(value, bare=[f.what for f in failed], human=lambda: _show_findings(findings, out))
    if failed:
        told = "; ".join(f"{f.what}: {f.told}" for f in failed)
        raise MedcorpusError(told, fix=failed[0].fix or "mend that, then run: medcorpus doctor")


def _show_findings(findings: Sequence[Finding], out: Output) -> None:
    states = {"ok": "ok", "note": "-", "fails": "FAILS"}
    rows = [(f.what, states[f.state], f.told, f.fix) for f in findings]
    out.table(("", "", "found", "what to do"), rows)


COMMANDS = (verify, why, doctor)
