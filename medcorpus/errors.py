"""Every error medcorpus raises on purpose: what happened, where, and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence


class MedcorpusError(Exception):
    """An error a user can act on, told in one line.

    Args:
        what: What happened, as a clause without a full stop.
        where: The source, file and row it happened at; empty when there is no such place.
        fix: What to do next, as an imperative clause.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        place = f"{where}: " if where else ""
        advice = f" - {fix}" if fix else ""
        super().__init__(f"{place}{what}{advice}")

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross a process boundary with its keyword arguments."""
        return _rebuild, (type(self), self.what, self.where, self.fix)


def _rebuild(kind: type[MedcorpusError], what: str, where: str, fix: str) -> MedcorpusError:
    error = kind.__new__(kind)
    MedcorpusError.__init__(error, what, where=where, fix=fix)
    return error


class UnknownNameError(MedcorpusError, LookupError):
    """A product, source, task, language or split that does not exist; the nearest names are suggested."""

    exit_code = 2

    def __init__(self, kind: str, name: str, known: Iterable[str], *, fix: str = "") -> None:
        super().__init__(f"there is no {kind} {name!r}", fix=fix or suggest(name, known))


class FormatError(MedcorpusError):
    """A raw file that cannot be read as what it should be."""

    exit_code = 3


class SourceError(MedcorpusError):
    """A source that cannot be ingested: broken facts, too many rejected rows, ids used twice."""

    exit_code = 3


class MissingFilesError(MedcorpusError):
    """Raw files that are not here; the message says what to sign or run to get them."""

    exit_code = 4


class FetchError(MedcorpusError):
    """A download that failed or whose bytes are not the pinned ones."""

    exit_code = 4


class ArchiveError(MedcorpusError):
    """An archive that is hostile, broken or larger than its budget."""

    exit_code = 4


class VerificationError(MedcorpusError):
    """Bytes on disk that differ from what their manifest lists."""

    exit_code = 5


class EngineError(MedcorpusError):
    """Processes or machines that did not do their work: killed, not reachable, or not set up like this one."""


class StorageError(MedcorpusError):
    """An object store that cannot be reached, or refuses."""


class HubError(MedcorpusError):
    """The Hub cannot be reached, refuses, or answers something else than it should; `status` is 0 without answer."""

    exit_code = 7
    status = 0


class MovedError(HubError):
    """What is published changed since the plan was made: somebody else published meanwhile."""

    exit_code = 75


class RefusedError(MedcorpusError):
    """A release that does not pass its checks, and so is not published."""

    def __init__(self, refusals: Mapping[str, Sequence[str]], where: str, kept: Iterable[str] = ()) -> None:
        told = "; ".join(f"{check}: {texts[0]}" for check, texts in refusals.items())
        more = sum(len(texts) - 1 for texts in refusals.values())
        what = f"not published: {told}{f'; and {more} more' if more else ''}"
        allow = " ".join(f"--allow {check}" for check in refusals)
        let_go = "" if set(kept) & refusals.keys() else f"; or, if that is how it is to be: {allow}"
        super().__init__(what, where=where, fix=f"mend it and build again{let_go}")


class LockedError(MedcorpusError):
    """Another process is building the same thing (exit code 75, EX_TEMPFAIL of sysexits.h)."""

    exit_code = 75


class MissingExtraError(MedcorpusError, ImportError):
    """An optional package that is not installed; the message names the pip line."""

    exit_code = 6

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed", fix=f"run: pip install 'medcorpus[{extra}]'")


def suggest(name: str, known: Iterable[str]) -> str:
    """Say which known names are nearest to a wrong one, or list them when none is near.

    >>> suggest("pubmed-qa", ["pubmedqa", "headqa"])
    "did you mean 'pubmedqa'?"
    """
    names = sorted(set(known))
    folded = {n.lower().replace("-", "_"): n for n in names}
    near = difflib.get_close_matches(name.lower().replace("-", "_"), folded, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(repr(folded[n]) for n in near)}?"
    return f"known: {', '.join(names[:20])}{' ...' if len(names) > 20 else ''}" if names else "none is known here"
