"""Python literals, as programs print lists and dictionaries into tables and text files: read, never evaluated."""

from __future__ import annotations

import ast
import re
from typing import Any

MAX_DEPTH = 30
"""Most brackets that may be open at once; the parser's own stack ends at about 200."""
_BRACKETS = re.compile(r"[(\[{]|[)\]}]|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)


def value(text: str) -> Any:
    r"""Give the value of a literal: texts, numbers, truth values, None, and lists, tuples, sets, dictionaries of them.

    >>> value("['cough', \"Crohn's\", {'a': (1, None)}]")
    ['cough', "Crohn's", {'a': (1, None)}]

    Raises:
        ValueError: It is not a literal, or nested too deeply.
    """
    if _depth(text) > MAX_DEPTH:
        raise ValueError("a literal nested too deeply")
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        raise ValueError("not a Python literal") from None


def texts(text: str) -> tuple[str, ...]:
    """Give a literal that is a list of texts; blank ones and white space around them are left out.

    >>> texts("[' fever', '', 'cough']")
    ('fever', 'cough')

    Raises:
        ValueError: It is not such a list.
    """
    found = value(text)
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ValueError("not a list of texts")
    return tuple(stripped for item in found if (stripped := item.strip()))


def _depth(text: str) -> int:
    depth = deepest = 0
    for found in _BRACKETS.finditer(text):
        mark = found[0]
        depth += (mark in "([{") - (mark in ")]}") if len(mark) == 1 else 0
        deepest = max(deepest, depth)
    return deepest
