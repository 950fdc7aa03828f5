"""Member names: any name lands inside the target, under POSIX and Windows rules alike, or is refused."""

from __future__ import annotations

import ntpath
import posixpath

import pytest
from hypothesis import example, given

from medcorpus.raw.safe_names import Claims, parts_of
from tests.packing import NAME


@given(NAME)
@example("")
@example("a/./b//c")
def test_any_name_lands_inside_or_is_refused(name: str) -> None:
    try:
        parts = parts_of(name)
    except ValueError as error:
        assert str(error)
        return
    assert posixpath.normpath(posixpath.join("/srv/target", *parts)) == "/".join(["/srv/target", *parts])
    windows = ntpath.normpath(ntpath.join("D:\\target", *parts))
    assert windows == "\\".join(["D:\\target", *parts])
    assert not any(ntpath.splitdrive(p)[0] or ntpath.isabs(p) for p in parts)


def test_claims_see_the_folders_above() -> None:
    claims = Claims()
    claims.claim(("a", "b"), folder=False)
    claims.claim(("a",), folder=True)
    claims.claim(("a", "c"), folder=True)
    claims.claim(("a", "c"), folder=True)
    with pytest.raises(ValueError, match="both a file and a folder"):
        claims.claim(("a",), folder=False)
