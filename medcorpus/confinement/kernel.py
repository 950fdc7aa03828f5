"""What the kernel holds a process to from now on: resource limits, and on Linux Landlock and seccomp.

Both stay with the thread that asks for them and with what it starts, so they come before the first library that
starts threads. The numbers are those of the kernel's headers: linux/landlock.h, linux/seccomp.h, asm/unistd.h.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from medcorpus.confinement.limits import Limits

RESTRICT_SELF, ADD_RULE, CREATE_RULESET = 446, 445, 444
READ = 1 << 2 | 1 << 3
FILES_ONLY = 1 << 1 | 1 << 2 | 1 << 14
"""Rights of a file that is no folder: write, read, truncate."""
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights over files each version of Landlock knows; they are numbered on."""
NO_NEW_PRIVILEGES, SECCOMP, PARENT_DEATH = 38, 22, 1
KILLED = 9
"""The signal that the process gets when its parent is gone."""
LOAD, JUMP_EQUAL, JUMP_ABOVE, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
ALLOW, KILL, REFUSE, UNKNOWN = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
"""What becomes of a call: done, the process ends, EPERM, ENOSYS."""
NUMBER, ARCHITECTURE, FIRST, THIRD = 0, 4, 16, 32
"""Where the filter finds the call's number, the architecture, and the first and third argument."""
THREAD = 0x10000
"""The flag of `clone` that makes a thread and not a process."""
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
CLONE, CLONE3, PRLIMIT = (56, 220), (435, 435), (302, 261)
REFUSED = {
    "sockets": ((41, 198), (53, 199), (425, 425), (426, 426), (427, 427)),
    "programs": ((57, -1), (58, -1), (59, 221), (322, 281)),
    "signals": ((62, 129), (200, 130), (234, 131), (129, 138), (297, 240), (424, 424)),
    "other processes": ((101, 117), (310, 270), (311, 271), (434, 434), (438, 438), (440, 440)),
    "modes and owners": ((90, -1), (91, 52), (268, 53), (452, 452), (92, -1), (93, 55), (94, -1), (260, 54)),
    "attributes": ((188, 5), (189, 6), (190, 7), (197, 14), (198, 15), (199, 16), (463, 463), (466, 466)),
    "times": ((132, -1), (235, -1), (261, -1), (280, 88), (164, 170), (227, 112), (159, 171), (305, 266)),
    "mounts": ((165, 40), (166, 39), (155, 41), (161, 51), (428, 428), (429, 429), (430, 430), (431, 431), (432, 432)),
    "namespaces": ((272, 97), (308, 268), (304, 265), (442, 442)),
    "limits": ((160, 164), (141, 140)),
    "kernel": ((321, 280), (298, 241), (175, 105), (313, 273), (176, 106), (246, 104), (320, 294), (323, 282)),
    "machine": (
        (169, 142),
        (167, 224),
        (168, 225),
        (170, 161),
        (171, 162),
        (163, 89),
        (250, 219),
        (248, 217),
        (249, 218),
    ),
}
"""Calls that are refused, as numbered on x86-64 and on ARM64 (-1: there is none)."""


def confine(temporary: Path, readable: Iterable[Path], limits: Limits, sources: int) -> list[str]:
    """Confine this process for good.

    Args:
        temporary: The folder that may be written to.
        readable: Folders and files that may be read.
        limits: What may be used up.
        sources: How many sources will be read, each within the limits.

    Returns:
        The walls that are in place: `limits`, `landlock`, `seccomp`.
    """
    walls = ["limits"] if _limit(limits, sources) else []
    if sys.platform != "linux":
        return walls
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(PARENT_DEATH, KILLED, 0, 0, 0)
    if library.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return walls
    walls += ["landlock"] if _landlock(library, temporary, readable) else []
    walls += ["seccomp"] if _seccomp(library) else []
    return walls


def _limit(limits: Limits, sources: int) -> bool:
    try:
        import resource
    except ImportError:
        return False
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: limits.memory,
        resource.RLIMIT_FSIZE: limits.file,
        resource.RLIMIT_CPU: int(limits.seconds * 2 * sources) + 60,
    }
    try:
        for kind, most in wanted.items():
            _, hard = resource.getrlimit(kind)
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (bound, bound))
    except (ValueError, OSError):  # macOS knows the limit on memory, and refuses to set it
        return False
    return True


def _landlock(library: ctypes.CDLL, temporary: Path, readable: Iterable[Path]) -> bool:
    """Let the thread read and write only where it may; False where the kernel cannot."""
    version = library.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    rights = (1 << RIGHTS.get(version, 16)) - 1
    wanted = struct.pack("=QQQ", rights, 3, 3)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = library.syscall(CREATE_RULESET, wanted, len(wanted), 0)
    if ruleset < 0:
        return False
    allowed = [(temporary, rights), (Path(os.devnull), 1 << 1 | READ), *((path, READ) for path in readable)]
    for path, allowing in allowed:
        _allow(library, ruleset, path, allowing & rights)
    confined = library.syscall(RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return bool(confined)


def _allow(library: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    if not path.exists():
        return
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        beneath = struct.pack("=Qi", rights if path.is_dir() else rights & FILES_ONLY, place)
        library.syscall(ADD_RULE, ruleset, 1, beneath, 0)
    finally:
        os.close(place)


def _seccomp(library: ctypes.CDLL) -> bool:
    """Let the kernel refuse the calls that a reader of files has no use for; False where it cannot."""
    if platform.machine() not in MACHINES or sys.maxsize < 2**32:
        return False
    code = b"".join(struct.pack("=HBBI", *step) for step in program(*MACHINES[platform.machine()]))
    steps = ctypes.create_string_buffer(code, len(code))
    held = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(steps)))
    return bool(library.prctl(SECCOMP, 2, held, 0, 0) == 0)


def program(architecture: int, column: int) -> Iterator[tuple[int, int, int, int]]:
    """Give the steps of the filter: operation, how far to jump when true and when false, value."""
    yield from ((LOAD, 0, 0, ARCHITECTURE), (JUMP_EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL))
    yield from ((LOAD, 0, 0, NUMBER), (JUMP_ABOVE, 0, 1, 0x40000000), (RETURN, 0, 0, REFUSE))
    for number in (call[column] for calls in REFUSED.values() for call in calls if call[column] >= 0):
        yield from ((JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE))
    # without clone3 the C library takes clone, whose flags a filter can see
    yield from ((JUMP_EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, UNKNOWN))
    yield from ((JUMP_EQUAL, 0, 5, CLONE[column]), (LOAD, 0, 0, FIRST), (AND, 0, 0, THREAD))
    yield from ((JUMP_EQUAL, 0, 1, 0), (RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW))
    # limits may be asked for, not set
    yield from ((JUMP_EQUAL, 0, 4, PRLIMIT[column]), (LOAD, 0, 0, THIRD), (JUMP_EQUAL, 0, 3, 0))
    yield from ((LOAD, 0, 0, THIRD + 4), (JUMP_EQUAL, 0, 1, 0))
    yield from ((RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE))
