"""medcorpus curates medical text and publishes it as data sets.

>>> import medcorpus
>>> "pubmedqa" in medcorpus.sources()["name"]
True
"""

from __future__ import annotations

import importlib
from typing import Any

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


def __dir__() -> list[str]:
    return sorted(__all__)
