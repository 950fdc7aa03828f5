"""Hostile archives, made here: each is refused by an error that names the member, and nothing appears outside."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import stat
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcorpus.errors import ArchiveError
from medcorpus.raw.archives import Budget, unpack
from medcorpus.raw.safe_names import folded
from tests.packing import (
    NAME,
    PACKERS,
    Make,
    bytes_of,
    content_of,
    encrypted,
    long_header,
    lying_size,
    odd,
    overlapping,
    patched,
    tar_of,
    tree,
    zip_of,
    zstd,
)

FILES = {"a.txt": b"one\n", "data/b.txt": b"two\n", "data/deep/c.bin": bytes(range(256)) * 50, "Übung/é.txt": b""}


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".TAR.GZ"])
def test_honest_archives_unpack_to_their_files(tmp_path: Path, suffix: str) -> None:
    inside = tar_of(odd("data", tarfile.DIRTYPE), *FILES.items())
    if suffix == ".zip":
        archive = zip_of(("data/", b""), *FILES.items())(tmp_path)
    else:
        packer = PACKERS[suffix.lower().split(".")[-1]]
        archive = bytes_of(f"x{suffix}", packer(content_of(inside, tmp_path)))(tmp_path)
    written = unpack(archive, tmp_path / "out")
    assert tree(tmp_path / "out") == FILES
    assert {name: pin.bytes for name, pin in written.items()} == {n: len(c) for n, c in FILES.items()}


@pytest.mark.parametrize("suffix", ["gz", "zst", "bz2", "xz"])
def test_one_compressed_file_unpacks_under_its_own_name(tmp_path: Path, suffix: str) -> None:
    archive = bytes_of(f"codes.json.{suffix}", PACKERS[suffix](b"[1]"))(tmp_path)
    unpack(archive, tmp_path / "out")
    assert tree(tmp_path / "out") == {"codes.json": b"[1]"}


@pytest.mark.parametrize("suffix", ["gz", "zst", "bz2", "xz"])
def test_compressed_parts_one_after_the_other_are_joined(tmp_path: Path, suffix: str) -> None:
    archive = bytes_of(f"two.{suffix}", PACKERS[suffix](b"one") + PACKERS[suffix](b"two"))(tmp_path)
    unpack(archive, tmp_path / "out")
    assert tree(tmp_path / "out") == {"two": b"onetwo"}


def test_archives_inside_are_left_packed(tmp_path: Path) -> None:
    inner = content_of(zip_of(("../evil", b"x")), tmp_path)
    unpack(zip_of(("inner.zip", inner), name="outer.zip")(tmp_path), tmp_path / "out")
    assert tree(tmp_path / "out") == {"inner.zip": inner}


def test_modes_are_not_taken_from_the_archive(tmp_path: Path) -> None:
    header = tarfile.TarInfo("run")
    header.mode = 0o6777
    unpack(tar_of(header)(tmp_path), tmp_path / "out")
    assert not (tmp_path / "out/run").stat().st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IXUSR | stat.S_IWOTH)


def test_an_old_folder_is_replaced_and_a_dead_run_swept(tmp_path: Path) -> None:
    for leftover in ("out", ".out.tmp"):
        (tmp_path / leftover).mkdir()
        (tmp_path / leftover / "old").touch()
    unpack(zip_of(("new", b""))(tmp_path), tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "x.zip"]
    assert tree(tmp_path / "out") == {"new": b""}


NAMES = {
    "up": ("../evil", "leaves the folder"),
    "up, later": ("data/../../evil", "leaves the folder"),
    "up and back": ("data/../evil", "leaves the folder"),
    "up after dots": ("./../evil", "leaves the folder"),
    "up with doubled slashes": ("data//..//..//evil", "leaves the folder"),
    "up at the end": ("data/..", "leaves the folder"),
    "just up": ("..", "leaves the folder"),
    "up with backslashes": ("..\\evil", "holds a backslash"),
    "up with both": ("data/..\\..\\evil", "holds a backslash"),
    "up with a space": (".. /evil", "ends in a dot or space"),
    "three dots": (".../evil", "ends in a dot or space"),
    "absolute": ("/tmp/evil", "is an absolute path"),
    "absolute, doubled": ("//tmp/evil", "is an absolute path"),
    "a sibling that starts alike": ("../out-evil", "leaves the folder"),
    "drive": ("C:\\evil", "holds a backslash"),
    "drive, relative": ("C:evil", "holds a colon"),
    "drive with slashes": ("c:/evil", "holds a colon"),
    "UNC": ("\\\\server\\share\\evil", "holds a backslash"),
    "UNC with slashes": ("//server/share/evil", "is an absolute path"),
    "device path": ("\\\\?\\C:\\evil", "holds a backslash"),
    "stream": ("a.txt:hidden", "holds a colon"),
    "reserved": ("data/CON", "is a device on Windows"),
    "reserved with suffix": ("nul.txt", "is a device on Windows"),
    "reserved with a space": ("aux .txt", "is a device on Windows"),
    "reserved port": ("COM¹", "is a device on Windows"),
    "trailing dot": ("a.txt.", "ends in a dot or space"),
    "trailing space": ("data /a", "ends in a dot or space"),
    "line end": ("a\nb", "holds a control character"),
    "escape": ("a\x1b[31m", "holds a control character"),
    "delete": ("a\x7f", "holds a control character"),
    "too long": ("n" * 256, "is too long"),
    "too long altogether": ("/".join(["n" * 200] * 12), "is too long"),
    "too deep": ("/".join("d" * 70), "is too long"),
}
HOSTILE: dict[str, tuple[Make, str, str]] = {
    **{f"tar: {k}": (tar_of((n, b"x")), reason, n) for k, (n, reason) in NAMES.items()},
    **{f"zip: {k}": (zip_of((n, b"x")), reason, n) for k, (n, reason) in NAMES.items()},
    "zip: name cut at NUL": (zip_of(("a.txt\x00../evil", b"x")), "control character", "a.txt\x00../evil"),
    "zip: no name": (zip_of(("./.", b"x")), "has no name", "./."),
    "tar: no name": (tar_of((".", b"x")), "has no name", "."),
    "tar: not Unicode": (tar_of(("a\udcff", b"x")), "not valid Unicode", "a\udcff"),
    "tar: a folder outside": (tar_of(odd("../evil", tarfile.DIRTYPE)), "leaves the folder", "../evil"),
    "tar: symbolic link": (tar_of(odd("l", tarfile.SYMTYPE, "/etc/passwd")), "is a symbolic link", "l"),
    "tar: symbolic link to a folder, then through it": (
        tar_of(odd("l", tarfile.SYMTYPE, ".."), ("l/evil", b"x")),
        "is a symbolic link",
        "l",
    ),
    "tar: hard link": (tar_of(("a", b"x"), odd("l", tarfile.LNKTYPE, "a")), "is a hard link", "l"),
    "tar: hard link outside": (tar_of(odd("l", tarfile.LNKTYPE, "../x.tar")), "is a hard link", "l"),
    "tar: pipe": (tar_of(odd("p", tarfile.FIFOTYPE)), "is a pipe", "p"),
    "tar: character device": (tar_of(odd("d", tarfile.CHRTYPE)), "is a device", "d"),
    "tar: block device": (tar_of(odd("d", tarfile.BLKTYPE)), "is a device", "d"),
    "tar: unknown kind": (tar_of(odd("d", b"Z")), "is of an unknown kind", "d"),
    "zip: symbolic link": (zip_of(("l", b"/etc"), mode=stat.S_IFLNK | 0o777), "is a symbolic link", "l"),
    "zip: pipe": (zip_of(("p", b""), mode=stat.S_IFIFO), "is a pipe or device", "p"),
    "zip: folder with content": (zip_of(("d/", b"x")), "is a folder with content", "d/"),
    "tar: one name twice": (tar_of(("a", b"1"), ("a", b"2")), "stands in the archive twice", "a"),
    "zip: one name twice": (zip_of(("a", b"1"), ("a", b"2")), "stands in the archive twice", "a"),
    "tar: one name twice, spelt otherwise": (tar_of(("a", b"1"), ("./a", b"2")), "twice", "./a"),
    "tar: letter case": (tar_of(("a/B", b"1"), ("a/b", b"2")), "letter case or accents", "a/b"),
    "tar: letter case of a folder": (tar_of(("A/1", b""), ("a/2", b"")), "letter case or accents", "a/2"),
    "zip: sharp s": (zip_of(("straße", b"1"), ("STRASSE", b"2")), "letter case or accents", "STRASSE"),
    "tar: accents": (tar_of(("é", b"1"), ("e\u0301", b"2")), "letter case or accents", "e\u0301"),
    "tar: file, then folder": (tar_of(("a", b"1"), ("a/b", b"2")), "both a file and a folder", "a/b"),
    "tar: folder, then file": (tar_of(("a/b", b"1"), ("a", b"2")), "both a file and a folder", "a"),
    "zip: file, then folder": (zip_of(("a", b"1"), ("a/", b"")), "both a file and a folder", "a/"),
    "zip: bomb by ratio": (zip_of(("ok", b"x"), ("zeros", bytes(3 * 2**20))), "exceeds the 2097152 bytes", "zeros"),
    "tar.gz: bomb by ratio": (
        lambda f: bytes_of("x.tar.gz", gzip.compress(content_of(tar_of(("zeros", bytes(3 * 2**20))), f)))(f),
        "exceeds the 2097152 bytes",
        "zeros",
    ),
    "tar.gz: bomb after the end mark": (
        lambda f: bytes_of("x.tar.gz", gzip.compress(content_of(tar_of(("ok", b"x")), f) + bytes(3 * 2**20)))(f),
        "exceeds the 2097152 bytes",
        "ok",
    ),
    "gz: bomb": (bytes_of("x.gz", gzip.compress(bytes(2**20)) * 3), "exceeds the 2097152 bytes", "x"),
    "zst: bomb": (bytes_of("x.zst", zstd(bytes(3 * 2**20))), "exceeds the 2097152 bytes", "x"),
    "zip: many small ones": (
        zip_of(*((f"n{i}", bytes(2**18)) for i in range(9))),
        "exceeds the 2097152 bytes",
        "n8",
    ),
    "zip: more members than allowed": (zip_of(*((f"n{i}", b"") for i in range(51))), "more than the 50", "n50"),
}


@pytest.mark.parametrize(("make", "message", "member"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_archives_are_refused_by_the_member_and_leave_nothing(
    tmp_path: Path, make: Make, message: str, member: str
) -> None:
    safe = tmp_path / "safe"
    safe.mkdir()
    archive = make(safe)
    before = {p: p.lstat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(ArchiveError, match=message) as caught:
        unpack(archive, safe / "out", Budget(ratio=2, free=2**21, members=50))
    assert repr(member[:100]) in str(caught.value)
    assert caught.value.where == archive.name
    assert caught.value.fix
    assert {p: p.lstat().st_mtime_ns for p in tmp_path.rglob("*") if not p.is_dir() or p.is_symlink()} == before
    assert sorted(p.name for p in safe.iterdir()) == [archive.name]


ONE_ZIP = zip_of(("one", b"0123456789" * 100))
TAR = tar_of(("one", bytes(5000)), ("two", b"2"))
BROKEN: dict[str, tuple[Make, str]] = {
    "zip: states too little": (patched(ONE_ZIP, lying_size(10)), "'one'.*CRC"),
    "zip: states too much": (patched(ONE_ZIP, lying_size(2000)), "'one' holds 1000 bytes where its header says 2000"),
    "zip: encrypted": (patched(ONE_ZIP, encrypted), "'one' is encrypted"),
    "zip: overlapping": (patched(zip_of(("a", b"1"), ("b", b"2")), overlapping), "overlaps another one"),
    "zip: cut": (patched(ONE_ZIP, lambda c: c[:-30]), "not a zip"),
    "zip: a byte changed": (patched(ONE_ZIP, lambda c: c[:40] + bytes([c[40] ^ 1]) + c[41:]), "cannot be unpacked"),
    "zip: empty file": (bytes_of("x.zip", b""), "not a zip"),
    "zip: HTML": (bytes_of("x.zip", b"<!doctype html>"), "not a zip"),
    "tar: empty file": (bytes_of("x.tar", b""), "cut short"),
    "tar: HTML": (bytes_of("x.tar", b"<!doctype html>" * 99), "is damaged"),
    "tar: cut inside a member": (patched(TAR, lambda c: c[:3000]), "'one'.*unexpected end"),
    "tar: cut between members": (patched(TAR, lambda c: c[: 512 + 5120]), "cut short between two members"),
    "tar: no end mark": (patched(TAR, lambda c: c[: 512 + 5120 + 1024]), "cut short between two members"),
    "tar: damaged header": (patched(TAR, lambda c: c[:5632] + b"!" + c[5633:]), "is damaged"),
    "tar: header of 8 GB": (bytes_of("x.tar", long_header(8 * 2**30)), "'long' states a header of 8589934592 bytes"),
    "tar: long name of 8 GB": (bytes_of("x.tar", long_header(8 * 2**30, tarfile.GNUTYPE_LONGNAME)), "'long' states"),
    "tar: member of negative size": (
        bytes_of("x.tar", long_header(-512, tarfile.REGTYPE) + bytes(1024)),
        "'long' states a header of -512",
    ),
    "tar: endless long names": (
        bytes_of("x.tar", (long_header(512, tarfile.GNUTYPE_LONGNAME) + b"a" * 512) * 2000 + bytes(1024)),
        "recursion",
    ),
    "tar: sparse": (
        bytes_of("x.tar", long_header(0, tarfile.GNUTYPE_SPARSE) + bytes(1024)),
        "is a sparse file",
    ),
    "tar.gz: cut": (lambda f: bytes_of("x.tar.gz", gzip.compress(content_of(TAR, f))[:-9])(f), "cannot be unpacked"),
    "tar.gz: checksum changed": (
        lambda f: bytes_of("x.tar.gz", gzip.compress(content_of(TAR, f))[:-8] + bytes(8))(f),
        "CRC check failed",
    ),
    "tar.zst: cut": (lambda f: bytes_of("x.tar.zst", zstd(content_of(TAR, f))[:-9])(f), "cannot be unpacked"),
    "gz: cut": (bytes_of("x.gz", gzip.compress(b"x" * 999)[:-1]), "'x': Compressed file ended"),
    "gz: garbage after": (bytes_of("x.gz", gzip.compress(b"x") + b"garbage"), "'x': Not a gzipped file"),
    "gz: not gzip": (bytes_of("x.gz", b"plain"), "'x': Not a gzipped file"),
    "zst: cut": (bytes_of("x.zst", zstd(random.Random(1).randbytes(9999))[:-5]), "cannot be unpacked: at member 'x'"),
    "zst: not zstd": (bytes_of("x.zst", b"plain text, not zstd"), "cannot be unpacked: at member 'x'"),
    "bz2: cut": (bytes_of("x.bz2", bz2.compress(b"x" * 999)[:-4]), "'x': Compressed file ended"),
    "xz: cut": (bytes_of("x.xz", lzma.compress(b"x" * 999)[:-4]), "'x': Compressed file ended"),
    "another suffix": (bytes_of("x.rar", b"Rar!"), "not an archive by its name"),
}


@pytest.mark.parametrize(("make", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_and_lying_archives_are_refused_and_leave_nothing(tmp_path: Path, make: Make, message: str) -> None:
    archive = make(tmp_path)
    with pytest.raises(ArchiveError, match=message) as caught:
        unpack(archive, tmp_path / "out")
    assert caught.value.where == archive.name
    assert [p.name for p in tmp_path.iterdir()] == [archive.name]


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are set by the POSIX call")
def test_a_bomb_costs_neither_memory_nor_disk(tmp_path: Path) -> None:
    import resource

    with gzip.open(tmp_path / "x.tar.gz", "wb", compresslevel=1) as stream:
        stream.write(long_header(2**30, tarfile.REGTYPE))
        for _ in range(150):
            stream.write(bytes(2**20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ArchiveError, match="'long' it exceeds"):
        unpack(tmp_path / "x.tar.gz", tmp_path / "out", Budget(ratio=10))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30 * 1024
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_not_called_a_broken_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, mode: str = "r") -> None:
        raise OSError(28, "No space left on device")

    archive = ONE_ZIP(tmp_path)
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(ArchiveError, match="No space left on device - free some space"):
        unpack(archive, tmp_path / "out")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(NAME.filter(lambda n: n != ""), st.binary(max_size=5)), min_size=1, max_size=4), st.booleans()
)
def test_any_archive_lands_inside_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, members: list[tuple[str, bytes]], as_zip: bool
) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        archive = (zip_of if as_zip else tar_of)(*members)(folder)
    except (UnicodeError, ValueError):
        return
    try:
        written = unpack(archive, folder / "out")
    except ArchiveError:
        assert [p.name for p in folder.iterdir()] == [archive.name]
        return
    assert set(tree(folder / "out")) == set(written)
    assert len({folded(n) for n in written}) == len(written)
    assert sorted(p.name for p in folder.iterdir()) == sorted(["out", archive.name])


SHARE = st.floats(0, 0.999)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([".zip", ".tar", ".tar.gz"]), st.lists(st.tuples(SHARE, st.integers(0, 255)), max_size=6))
def test_any_damage_is_told_as_an_archive_error(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, changes: list[tuple[float, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    make = zip_of(*FILES.items()) if suffix == ".zip" else tar_of(*FILES.items())
    content = bytearray(content_of(make, folder))
    content = bytearray(gzip.compress(content, mtime=0)) if suffix == ".tar.gz" else content
    for position, value in changes:
        content[int(position * len(content))] = value
    try:
        unpack(bytes_of(f"y{suffix}", bytes(content))(folder), folder / "out")
    except ArchiveError as error:
        assert error.where == f"y{suffix}"
