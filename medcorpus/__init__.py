"""medcorpus curates medical text and publishes it as data sets.

>>> import medcorpus
>>> "pubmedqa" in medcorpus.sources()["name"]
True
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medcorpus.loading import cite as cite
    from medcorpus.loading import info as info
    from medcorpus.loading import list as list
    from medcorpus.loading import load as load
    from medcorpus.loading import sample as sample
    from medcorpus.loading import search as search
    from medcorpus.loading import sources as sources
    from medcorpus.loading import tasks as tasks
    from medcorpus.reading import Placed as Placed
    from medcorpus.reading import Reject as Reject
    from medcorpus.reading import Withheld as Withheld
    from medcorpus.reading import each as each
    from medcorpus.records import Choice as Choice
    from medcorpus.records import Instruction as Instruction
    from medcorpus.records import Label as Label
    from medcorpus.records import Pair as Pair
    from medcorpus.records import Record as Record
    from medcorpus.records import Relation as Relation
    from medcorpus.records import Span as Span
    from medcorpus.records import Spans as Spans
    from medcorpus.records import Text as Text
    from medcorpus.source import File as File
    from medcorpus.source import Source as Source
    from medcorpus.source import Task as Task

__version__ = "0.1.0"

_HOMES = {
    "records": ("Text", "Choice", "Spans", "Span", "Relation", "Label", "Pair", "Instruction", "Record"),
    "source": ("File", "Source", "Task"),
    "reading": ("Placed", "Reject", "Withheld", "each"),
    "loading": ("load", "list", "search", "info", "tasks", "sources", "cite", "sample"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
__all__ = ["__version__", *_HOME_OF]


def __getattr__(name: str) -> Any:
    """Import a public name from its module the first time it is used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'medcorpus' has no attribute {name!r}")
    return getattr(importlib.import_module(f"medcorpus.{_HOME_OF[name]}"), name)


def __dir__() -> Sequence[str]:
    return sorted(__all__)
