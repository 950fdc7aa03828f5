"""The command that publishes a release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from medcorpus.commands import options
from medcorpus.console import Output
from medcorpus.home import home_folder
from medcorpus.licenses import PURPOSES

if TYPE_CHECKING:
    from medcorpus.publishing.applying import Published
    from medcorpus.publishing.planning import Plan, Prepared
    from medcorpus.publishing.targets import Target
    from medcorpus.release import Release

ACTIONS = {"add": "added", "change": "changed", "delete": "deleted"}
SHOWN_FILES = 20


@click.command()
@click.argument("product")
@click.option("--to", help="hf://NAMESPACE/NAME, or a folder that is laid out like it.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--plan", "plan_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan to a file.")
@click.option(
    "--apply",
    "apply_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Carry out a plan that was written, if it still holds.",
)
@click.option("--version", default="", help="Version of the data; by default what the differences call for.")
@click.option(
    "--for",
    "purpose",
    type=click.Choice(list(PURPOSES)),
    default="any",
    show_default=True,
    help="Publish only rows whose licence asks for no more than this; any and open are all that may be published.",
)
@click.option("--private", is_flag=True, help="Create the repository as a private one, if it has to be created.")
@click.option("--sample", is_flag=True, help="Publish a release of made-up samples to the Hub all the same.")
@click.option("--allow", multiple=True, help="Let a check go by its name; may be given several times.")
@options.store
@options.release_path
@options.common
def publish(
    product: str,
    to: str | None,
    dry_run: bool,
    plan_file: Path | None,
    apply_file: Path | None,
    version: str,
    purpose: str,
    private: bool,
    sample: bool,
    allow: tuple[str, ...],
    store: str,
    path: Path | None,
    out: Output,
) -> None:
    """Publish a release: one commit, checked and tagged.

    Only rows leave whose source is open, may be passed on, and comes under a licence of the allow-list. What was
    published stays as it is until everything new has arrived; interrupted anywhere, run the same again. When there is
    nothing new, nothing is committed.
    """
    from medcorpus import publishing
    from medcorpus.publishing import applying, planning

    written = planning.Plan.read(apply_file) if apply_file else None
    if written is not None:
        to, version, purpose = to or written.to, written.version, written.purpose
    if to is None:
        raise click.UsageError("say where to publish: --to hf://NAMESPACE/NAME, or --to DIR")
    release = _release(product, path)
    publishing.refuse_samples(release, to, allowed=sample)
    target = publishing.target_at(to, private=private)
    with out.progress() as watch:
        date = written.date if written else ""
        prepared = planning.prepare(
            release,
            target,
            home_folder(),
            version=_free(version, written, target),
            purpose=purpose,
            date=date,
            store=store,
            allow=(*allow, *(written.allowed if written else ())),
            watch=watch,
        )
        if written is not None:
            applying.still_holds(written, prepared.plan)
    if plan_file is not None:
        prepared.plan.write(plan_file)
    published = None if dry_run or plan_file else _carry_out(prepared, target, out)
    _tell(prepared.plan, published, plan_file, out)


def _release(product: str, path: Path | None) -> Release:
    from medcorpus import products, release
    from medcorpus.errors import VerificationError

    name = products.get(product).name
    if path is None:
        return release.find(home_folder(), name)
    found = release.open_release(path)
    if found.product != name:
        raise VerificationError(f"holds {found.product}, not {name}", where=str(path), fix="name another path")
    return found


def _free(version: str, written: Plan | None, target: Target) -> str:
    """Leave out a written plan's version where the target holds it already: the plan may have been carried out."""
    return "" if written is not None and f"v{version}" in target.head().tags else version


def _carry_out(prepared: Prepared, target: Target, out: Output) -> Published:
    from medcorpus.publishing import applying

    with out.progress() as watch:
        return applying.carry_out(prepared, target, watch)


def _tell(plan: Plan, published: Published | None, plan_file: Path | None, out: Output) -> None:
    from medcorpus.publishing import applying

    value = applying.summary(plan, published)
    bare = [f"{c.action} {c.path}" for c in plan.changes]
    out.result(value, bare=bare, human=lambda: _show(plan, published, plan_file, out))


def _show(plan: Plan, published: Published | None, plan_file: Path | None, out: Output) -> None:
    from medcorpus.publishing import applying

    title = f"{plan.product} {plan.version} to {plan.to}"
    if plan.is_empty:
        out.line(f"{title}: nothing is new, nothing was done")
        return
    counts = applying.counts(plan.changes)
    facts = {ACTIONS[a]: f"{files:,} files, {size:,} bytes" for a, (files, size) in counts.items()}
    facts["unchanged"] = f"{plan.unchanged:,} files, {plan.unchanged_bytes:,} bytes"
    before = {"before": plan.previous or "nothing", "weight": plan.advice}
    out.facts(title, {**before, **facts, "tag": plan.tag, "let go": ", ".join(plan.allowed)})
    for line in plan.reasons:
        out.line(f"  {line}")
    _show_files(plan, out)
    refused = [(check, text) for check, texts in plan.refusals.items() for text in texts]
    if refused:
        out.table(("check", "what it has found"), refused, title="\nrefused")
    if plan.card:
        out.line("\ncard")
        for line in plan.card:
            out.line(f"  {line}")
    out.line(_outcome(published, plan_file))


def _show_files(plan: Plan, out: Output) -> None:
    rows = [(c.action, c.path, f"{c.bytes:,}") for c in plan.changes]
    more = [("", f"and {len(rows) - SHOWN_FILES:,} more", "")] if len(rows) > SHOWN_FILES else []
    if rows:
        out.table(("", "file", "bytes"), rows[:SHOWN_FILES] + more, title="", right=("bytes",))
    held = [(n, why, f"{rows:,}") for n, reasons in plan.withheld.items() for why, rows in reasons.items()]
    if held:
        out.table(("source", "stays here because", "rows"), held, title="\nnot published", right=("rows",))


def _outcome(published: Published | None, plan_file: Path | None) -> str:
    if published is not None:
        return f"\npublished as {published.version}, revision {published.revision[:12]}"
    if plan_file is not None:
        return f"\nplan written to {plan_file}; carry it out with --apply {plan_file}"
    return "\nnothing was done; leave out --dry-run to publish"


COMMANDS = (publish,)
