"""Which release a text means: a folder, a product, a version, a product and a version, or one on the Hub."""

from __future__ import annotations

from pathlib import Path

from medcorpus import products, release, remote
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.release import Release

AT = "@"


def resolve(text: str, home: Path, product: str | None = None) -> Release:
    """Open the release that a text means.

    Args:
        text: A release's folder, a product (its newest release), `product@version`, a version, or an address on the
            Hub, `hf://namespace/name` (its newest release) or `hf://namespace/name@version`.
        home: Folder of the releases.
        product: Product of a version that several products have.

    Raises:
        UnknownNameError: There is no such release here; the nearest versions are suggested.
        VerificationError: The folder holds none.
    """
    if remote.is_address(text):
        return _on_hub(text)
    if (Path(text) / release.MANIFEST).is_file():
        return release.open_release(Path(text))
    if text in products.PRODUCTS:
        return release.find(home, text)
    named, _, version = text.rpartition(AT)
    if named:
        return release.find(home, products.get(named).name, version)
    if Path(text).is_dir():
        return release.open_release(Path(text))
    return _by_version(text, home, [products.get(product).name] if product else list(products.PRODUCTS))


def _on_hub(text: str) -> Release:
    from medcorpus import published

    address, _, version = text.rpartition(AT) if AT in text else (text, "", published.LATEST)
    return published.any_product(remote.repository_of(address), version)


def _by_version(version: str, home: Path, names: list[str]) -> Release:
    here = {name: release.versions(home, name) for name in names}
    owners = [name for name, versions in here.items() if version in versions]
    if len(owners) > 1:
        fix = f"say which: {' or '.join(f'{name}{AT}{version}' for name in owners)}"
        raise MedcorpusError(f"several products have a version {version}", where=str(home), fix=fix)
    if not owners:
        raise UnknownNameError("release", version, [v for versions in here.values() for v in versions])
    return release.find(home, owners[0], version)
