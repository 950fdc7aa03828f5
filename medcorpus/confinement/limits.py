"""What the code of a source may use up."""

from __future__ import annotations

from dataclasses import dataclass

GIGABYTE = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one source may use up while it is checked.

    Args:
        seconds: Time on the clock, for each source.
        memory: Bytes of address space.
        file: Bytes of one file.
        folder: Bytes of all files in its temporary folder.
    """

    seconds: float = 60.0
    memory: int = 4 * GIGABYTE
    file: int = GIGABYTE // 4
    folder: int = GIGABYTE
