"""What notebooks call: load a product, look around, cite.

Every release is verified against its manifest before a row of it is given out; see `medcorpus.verified`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from medcorpus import registry, release, remote, selection, terms, withdrawals, yanked
from medcorpus.errors import HubError, MedcorpusError, UnknownNameError, VerificationError
from medcorpus.home import home_folder
from medcorpus.licenses import Purpose
from medcorpus.product import CONFIGS, check_name
from medcorpus.release import Release
from medcorpus.tables import Facts, Rows
from medcorpus.verified import verifying

As = Literal["datasets", "polars", "lazy", "arrow", "iter"]
LIBRARIES: dict[As, str] = {
    "datasets": "datasets",
    "polars": "polars",
    "lazy": "polars",
    "arrow": "pyarrow.parquet",
    "iter": "pyarrow.parquet",
}
"""What each form is made with: imported while the Hub is waited for or the files are hashed."""


def load(
    name: str,
    *,
    task: str | None = None,
    lang: str | None = None,
    source: str | None = None,
    split: str | None = None,
    version: str = "latest",
    streaming: bool = False,
    as_: As = "datasets",
    license: Purpose = "any",
    columns: Sequence[str] | None = None,
    path: str | Path | None = None,
) -> Any:
    """Load rows of a product: from a release that was built on this machine, else from the Hub.

    Args:
        name: `mmedc`, `meds-ins`, `mmedbench` or `meds-bench`.
        task: A category's alias (`"ner"`) or name, a task's id (`"task126"`) or name; instruction products only.
        lang: ISO 639-1 code of the rows.
        source: Name of a source.
        split: `train`, `validation` or `test`; all of them when None.
        version: Exactly this version; `latest` is the newest build here that was not yanked, real data before samples,
            else the newest version on the Hub.
        streaming: Give an iterable data set that reads rows as they are asked for.
        as_: `datasets` (`Dataset` for one split, `DatasetDict` for all), `polars` (`DataFrame`), `lazy` (`LazyFrame`),
            `arrow` (`Table`) or `iter` (an iterator of dicts). All but the first hold every split asked for.
        license: `any` keeps every row. All others keep rows of open sources that may be passed on (`access`,
            `redistribute`) under a known licence with no other conditions than these: `attribution`; `share-alike`, the
            same as `commercial`, also sharing alike; `non-commercial`, the same as `open`, also no commercial use.
            Publishing with `--for` takes the same names and goes by the same rule.
        columns: Only these columns.
        path: A release's folder, the MEDCORPUS_HOME it was built in, or `hf://namespace/name` on the Hub; by default
            the MEDCORPUS_HOME in force, then `hf://` with the namespace that MEDCORPUS_NAMESPACE names.

    Returns:
        The rows, in the form asked for, without those that were withdrawn since. No second copy is written to disk.

    Raises:
        UnknownNameError: A name, task, language, source, split, version, column or choice of licences that is not
            there; the nearest ones are suggested.
        MedcorpusError: The choice of licences leaves no row, or names conditions under which none may be passed on.
        VerificationError: The files differ from the manifest.
        HubError: The Hub refuses, or cannot be reached and what was asked for is not in the cache.

    >>> import medcorpus
    >>> medcorpus.load("meds-inz")
    Traceback (most recent call last):
    medcorpus.errors.UnknownNameError: there is no product 'meds-inz' - did you mean 'meds-ins' or 'meds-bench'?
    """
    if as_ not in LIBRARIES:
        raise UnknownNameError("form", as_, LIBRARIES)
    library = "datasets" if streaming else LIBRARIES[as_]
    found = find_release(name, version=version, path=path, library=library)
    chosen = selection.choose(found, task=task, lang=lang, source=source, split=split, license=license, columns=columns)
    _verify(found, [f for files in chosen.files.values() for f in files], library)
    chosen = withdrawals.left_out(found, chosen, stacklevel=2)
    selection.see_rows(chosen, license)
    if streaming:
        return selection.as_streaming(chosen)
    if as_ == "lazy":
        return selection.as_lazy(chosen)
    if as_ == "polars":
        return selection.as_lazy(chosen).collect()
    if as_ == "arrow":
        return selection.as_arrow(chosen)
    if as_ == "iter":
        return selection.as_rows(chosen)
    return selection.as_datasets(chosen, one=split is not None)


def _verify(found: Release, files: Sequence[Path], library: str) -> None:
    """Bring the files here if they are on the Hub, and hash them while the library is imported."""
    try:
        with verifying(found, files):
            import_module(library)
    except VerificationError as error:
        from medcorpus.published import PublishedRelease

        if isinstance(found, PublishedRelease):
            found.discard(Path(error.where))
            error = VerificationError(error.what, where=error.where, fix="load it again: the damaged copy was removed")
        raise error from None


def find_release(name: str, *, version: str = "latest", path: str | Path | None = None, library: str = "") -> Release:
    """Find a release of a product: built here, else on the Hub.

    A release of samples is found when there is no other here, with a warning.

    Args:
        name: The product.
        version: Exactly this version, or `latest`.
        path: Where to look, as in `load`.
        library: Imported while the Hub is waited for.

    Raises:
        UnknownNameError: There is no such product or version.
        VerificationError: The folder holds no release, or one of another product.
        HubError: The Hub refuses, or cannot be reached and nothing is in the cache.
    """
    check_name(name)
    if isinstance(path, str) and remote.is_address(path):
        from medcorpus import published

        found: Release = published.find(remote.repository_of(path), name, version, library)
    elif path is not None:
        found = _in_folder(name, version, Path(path))
    else:
        found = _here_or_there(name, version, library)
    if found.is_sample:
        warnings.warn(f"{name} {found.version} holds the sources' made-up samples, not real data", stacklevel=3)
    yanked.warn(found.path.absolute().parent, name, found.version, stacklevel=3)
    return found


def _in_folder(name: str, version: str, place: Path) -> Release:
    if not (place / release.MANIFEST).is_file():
        return release.find(place, name, version)
    found = release.open_release(place)
    if found.product != name:
        raise VerificationError(f"holds {found.product}, not {name}", where=str(place), fix="name another path")
    return found


def _here_or_there(name: str, version: str, library: str) -> Release:
    """Take a release that was built here; when there is none, or not this version, ask the Hub."""
    built = release.versions(home_folder(), name)
    if version in built or (built and version == "latest"):
        return release.find(home_folder(), name, version)
    from medcorpus import published

    try:
        return published.find(published.default_repository(name), name, version, library)
    except HubError as error:
        if built:
            raise UnknownNameError("version", version, built) from None
        told = f"no release of {name} was built here, and {error.what}"
        fix = f"run: medcorpus build {name}; or {error.fix}"
        raise HubError(told, where=error.where or str(home_folder()), fix=fix) from None


def list() -> Rows:
    """Give the products and the sources: name, what it is, languages, licence.

    >>> import medcorpus
    >>> medcorpus.list()["name"][:4]
    ['mmedc', 'meds-ins', 'mmedbench', 'meds-bench']
    """
    return Rows([*map(_product_row, CONFIGS), *map(_source_row, registry.names())])


def sources(*, lang: str | None = None) -> Rows:
    """Give the sources, all or those of one language."""
    rows = [_source_row(n) for n in registry.names() if lang is None or lang in registry.get(n).langs]
    if not rows and lang is not None:
        raise UnknownNameError("language", lang, {c for n in registry.names() for c in registry.get(n).langs})
    return Rows(rows)


def tasks(*, category: str | None = None, lang: str | None = None) -> Rows:
    """Give the instruction tasks: id, name, category, source, language."""
    wanted = None if category is None else selection.tasks_named(category)
    rows = [_task_row(i) for i in registry.tasks() if wanted is None or i in wanted]
    return Rows([r for r in rows if lang is None or lang in r["lang"].split()])


def search(text: str = "", *, lang: str | None = None, task: str | None = None) -> Rows:
    """Find sources whose name, title, description or tasks hold every word of a text.

    >>> import medcorpus
    >>> "frenchmedmcqa" in medcorpus.search("pharmacy", lang="fr")["name"]
    True
    """
    wanted = None if task is None else {registry.tasks()[i][0] for i in selection.tasks_named(task)}
    words = text.lower().split()
    found = [n for n in registry.names() if all(w in _described(n) for w in words)]
    found = [n for n in found if lang is None or lang in registry.get(n).langs]
    return Rows([_source_row(n) for n in found if wanted is None or n in wanted])


def info(name: str, *, path: str | Path | None = None) -> Facts:
    """Give the facts of a product or a source, and what the release holds that is here, or at `path`, as in `load`."""
    if name in CONFIGS:
        return Facts(name, {**_product_row(name), **_release_facts(name, path)})
    if name in registry.names():
        return Facts(name, _source_facts(name))
    raise UnknownNameError("product or source", name, [*CONFIGS, *registry.names()])


def cite(name: str) -> str:
    """Give the BibTeX of a source, or of all sources of a product.

    >>> import medcorpus
    >>> medcorpus.cite("frenchmedmcqa").split("{")[0]
    '@inproceedings'
    """
    if name in CONFIGS:
        from medcorpus import products

        product = products.PRODUCTS[name]
        taken = [n for n in registry.names() if product.takes(n, registry.get(n))]
        return "\n\n".join(dict.fromkeys(registry.citation(n) for n in taken))
    return registry.citation(name)


def sample(name: str, n: int = 5, *, path: str | Path | None = None) -> Rows:
    """Give the first rows of a product, or of a source's own sample, to look at."""
    if name in CONFIGS:
        frame = load(name, as_="lazy", path=path).head(n).collect()
        return Rows(frame.to_dicts())
    from medcorpus import contract

    return Rows(contract.sample(registry.get(name) and name).rows[:n])


def _product_row(name: str) -> dict[str, Any]:
    from medcorpus import products

    product = products.PRODUCTS[name]
    taken = [n for n in registry.names() if product.takes(n, registry.get(n))]
    langs = sorted({c for n in taken for c in registry.get(n).langs})
    return _row(name, "product", product.title, langs, product.about, f"{len(taken)} sources", "")


def _source_row(name: str) -> dict[str, Any]:
    source = registry.get(name)
    return _row(name, source.shape.__name__, source.title, source.langs, source.about, source.license, source.access)


def _row(
    name: str, kind: str, title: str, langs: Iterable[str], about: str, license: str, access: str
) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "title": title,
        "lang": " ".join(langs),
        "license": license,
        "access": access,
        "about": about,
    }


def _task_row(task_id: str) -> dict[str, Any]:
    name, task = registry.tasks()[task_id]
    langs = task.lang or " ".join(registry.get(name).langs)
    return {
        "id": task.id,
        "name": task.name,
        "category": task.category,
        "source": name,
        "lang": langs,
        "domain": task.domain,
    }


def _described(name: str) -> str:
    source = registry.get(name)
    words = [name, source.title, source.about, *(f"{t.id} {t.name} {t.category}" for t in source.tasks)]
    return " ".join(words).lower()


def _source_facts(name: str) -> dict[str, Any]:
    source = registry.get(name)
    wanted = ("homepage", "version", "license_evidence", "license_url", "redistribute", "how")
    facts = {**_source_row(name), **{f: getattr(source, f) for f in wanted}}
    facts["terms"] = terms.together([terms.Terms(name, source.license, source.access, source.redistribute)])
    facts["splits"] = " ".join(dict.fromkeys(f.split for f in source.files if not f.companion))
    facts["tasks"] = " ".join(t.id for t in source.tasks)
    return {k: v for k, v in facts.items() if v}


def _release_facts(name: str, path: str | Path | None) -> dict[str, Any]:
    try:
        found = find_release(name, path=path if path is not None else home_folder())
    except HubError:
        raise
    except MedcorpusError:
        return {"release": f"none here; run: medcorpus build {name}"}
    rows = {f"{c}/{s}": v["rows"] for c, splits in found.manifest["configs"].items() for s, v in splits.items()}
    return {
        "version": found.version,
        "root": found.manifest["root"],
        "path": str(found.path),
        "rows": sum(rows.values()),
        "terms": terms.together(terms.of_sources(found.manifest["sources"])),
        "configurations": len(found.manifest["configs"]),
    }
