"""Version numbers of releases: read, compared and raised. The tag of a release is its version after a `v`."""

from __future__ import annotations

import re
from typing import Literal

Weight = Literal["patch", "minor", "major"]
WEIGHTS: tuple[Weight, ...] = ("patch", "minor", "major")
FIRST = "1.0.0"
NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def numbers(version: str) -> tuple[int, int, int]:
    """Give the three numbers of a version, for comparing; zeros where it has none.

    >>> numbers("1.10.0") > numbers("1.9.9+abc"), numbers("first")
    (True, (0, 0, 0))
    """
    match = NUMBERS.match(version)
    major, minor, patch = map(int, match.groups()) if match else (0, 0, 0)
    return major, minor, patch


def of_tag(tag: str) -> str:
    """Give the version that a tag names; empty when it names none.

    >>> of_tag("v1.2.3"), of_tag("v2-draft")
    ('1.2.3', '')
    """
    version = tag.removeprefix("v")
    return version if tag.startswith("v") and NUMBERS.fullmatch(version) else ""


def following(version: str, weight: Weight) -> str:
    """Give the version that follows.

    >>> following("1.2.3", "minor"), following("0.1.0+sample.0123456789ab", "major")
    ('1.3.0', '1.0.0')
    """
    major, minor, patch = numbers(version)
    found = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}
    return ".".join(map(str, found[weight]))
