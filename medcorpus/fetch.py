"""From the files a source names to verified local files: the user's own copy, the cache, or a download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medcorpus import registry
from medcorpus.errors import MissingFilesError
from medcorpus.raw import patterns, pins, published, unpacked
from medcorpus.raw.cache import Cache
from medcorpus.raw.pins import Pin
from medcorpus.raw.places import Place, locate

if TYPE_CHECKING:
    from medcorpus.raw.download import Progress
    from medcorpus.raw.network import Policy
    from medcorpus.source import File, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """One local raw file of a source.

    Args:
        path: Path inside the source's folder; of an archive's member `<archive path>!<member>`.
        local: Where its bytes are.
        sha256: Hash of its bytes; of a member, the member's.
        size: Its bytes.
        split: train, validation or test.
        lang: Language of its rows, where the source has several.
        companion: Read beside another file, not on its own.
        pin: Whether its hash (of a member, its archive's) is the pinned one: matches, differs, or none is known.
        listed: Whether the publisher's `SHA256SUMS.txt`, beside or above it, has it; its hash is the one stated there.
    """

    path: str
    local: Path
    sha256: str
    size: int
    split: str
    lang: str
    companion: bool
    pin: str
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What could be found of a source's files.

    Args:
        root: Folder they were found in; the one to put them into when there are none.
        files: The files, in the order of the source's entries, then by path; companions included.
        missing: Paths and patterns of the entries without any file.
    """

    root: Path
    files: tuple[RawFile, ...]
    missing: tuple[str, ...]


def fetch(
    name: str,
    *,
    home: Path,
    raw: Path | None = None,
    accept_new: bool = False,
    progress: Progress | None = None,
    policy: Policy | None = None,
) -> Found:
    """Get all files of a source, downloading those that are not here.

    Raises:
        MissingFilesError: Some cannot be downloaded; the message says how to get them.
        FetchError: A download failed, or its bytes are not the pinned ones.
    """
    found = find(name, home=home, raw=raw, download=True, accept_new=accept_new, progress=progress, policy=policy)
    if found.missing:
        raise _missing(name, found)
    return found


def find(
    name: str,
    *,
    home: Path,
    raw: Path | None = None,
    download: bool = False,
    accept_new: bool = False,
    sample: bool = False,
    progress: Progress | None = None,
    policy: Policy | None = None,
) -> Found:
    """Find the files of a source, hash them and compare them with their pins and the publisher's own list of hashes.

    Each file entry is looked up in the user's own copy, then in the cache, then downloaded into the cache. A source
    with companion files takes all of them from one folder, so that they stand beside each other.

    Args:
        name: Name of the source.
        home: The project's own folder: cache, unpacked archives, locks.
        raw: Folder of the user's own copies, one folder for each source.
        download: Download what is missing, and what in the cache is not the pinned file. Nothing is downloaded
            otherwise.
        accept_new: Download files without a project's pin again and take what upstream has now.
        sample: Look at the source's sample only, without pins.
        progress: Told about downloads, from their threads, one at a time.
        policy: Whom to ask, how often and how long.

    Raises:
        FetchError: A download failed, its bytes are not the pinned ones, or a file is not what the publisher's list of
            hashes says.
        ArchiveError: An archive is hostile or broken.
    """
    source = registry.get(name)
    if sample:
        return _found(name, home, [registry.home_of(name) / "sample"], {}, {})
    cache = Cache(name=name, source=source, home=home, accept_new=accept_new)
    own = _own_folders(name, raw)
    known: dict[Path, Pin] = {}
    if download:
        known = cache.complete(_left_to(cache, [*own, cache.folder]), progress=progress, policy=policy)
    expected = {**pins.locked(home, name), **pins.of(name, source)}
    return _found(name, home, [*own, cache.folder], expected, known)


def has_published_hashes(name: str, *, home: Path, raw: Path | None = None) -> bool:
    """Say whether a publisher's list of hashes lies beside or above files of a source, and has any of them.

    Raises:
        FetchError: The list is broken.
    """
    source = registry.get(name)
    roots = [*_own_folders(name, raw), Cache(name=name, source=source, home=home).folder]
    return bool(published.listed(name, locate(source, roots)))


def _own_folders(name: str, raw: Path | None) -> list[Path]:
    folders = dict.fromkeys((name, registry.get(name).folder or name))
    return [] if raw is None else [raw / folder for folder in folders]


def missing_message(name: str, found: Found) -> str:
    """Say in one line what is missing and how to get it; empty when nothing is."""
    return str(_missing(name, found)) if found.missing else ""


def _missing(name: str, found: Found) -> MissingFilesError:
    source = registry.get(name)
    count, shown = len(found.missing), ", ".join(found.missing[:3])
    what = f"{count} raw file{'s are' if count > 1 else ' is'} missing: {shown}{', ...' if count > 3 else ''}"
    put = f"the file{'s' if count > 1 else ''} at DIR/{source.folder or name}/<path> and pass --raw DIR"
    if source.access == "open" and all(_is_downloadable(name, source, path) for path in found.missing):
        return MissingFilesError(what, where=name, fix=f"run: medcorpus fetch {name}; or put {put}")
    how = " ".join(source.how.split()).rstrip(".") or f"get them from {source.homepage}"
    return MissingFilesError(what, where=name, fix=how if "--raw" in how else f"{how}; then put {put}")


def _is_downloadable(name: str, source: Source, path: str) -> bool:
    entry = next((e for e in source.files if _shown(e) == path), None)
    if entry is None or not entry.url:
        return False
    return not entry.is_pattern or any(patterns.matches(entry.path, p) for p in pins.read(name))


def _left_to(cache: Cache, roots: Sequence[Path]) -> list[File]:
    """Give the entries that the cache has to answer: those the user's own copy has nothing of."""
    places = locate(cache.source, roots)
    own = {p.entry for p in places if p.root != cache.folder}
    whole = bool(own) and any(e.companion for e in cache.source.files)
    return [] if whole else [e for e in cache.source.files if e not in own]


def _found(
    name: str, home: Path, roots: Sequence[Path], expected: Mapping[str, Pin], known: Mapping[Path, Pin]
) -> Found:
    source = registry.get(name)
    places = locate(source, roots)
    hashed = {**known, **pins.digests(p.local for p in places if p.local not in known)}
    listed = published.check(name, places, hashed)
    answered: set[File] = set()
    files: dict[str, RawFile] = {}
    for place in places:
        verdict = _verdict(hashed[place.local], expected.get(place.path))
        for path, local, pin in _contents(place, hashed[place.local], home):
            answered.add(place.entry)
            files.setdefault(path, _raw_file(place.entry, path, local, pin, verdict, place.local in listed))
    missing = dict.fromkeys(_shown(e) for e in source.files if e not in answered)
    root = places[0].root if places else roots[-1]
    return Found(root=root, files=tuple(files.values()), missing=tuple(missing))


def _contents(place: Place, pin: Pin, home: Path) -> Iterator[tuple[str, Path, Pin]]:
    if not place.entry.member:
        yield place.path, place.local, pin
        return
    for member in unpacked.members(place.local, pin.sha256, place.entry.member, home):
        yield f"{place.path}!{member.name}", member.local, member.pin


def _raw_file(entry: File, path: str, local: Path, pin: Pin, verdict: str, listed: bool) -> RawFile:
    return RawFile(
        path=path,
        local=local,
        sha256=pin.sha256,
        size=pin.bytes,
        split=entry.split,
        lang=entry.lang,
        companion=entry.companion,
        pin=verdict,
        listed=listed,
    )


def _verdict(here: Pin, expected: Pin | None) -> str:
    if expected is None:
        return "none"
    return "matches" if here.sha256 == expected.sha256 else "differs"


def _shown(entry: File) -> str:
    return f"{entry.path}!{entry.member}" if entry.member else entry.path
