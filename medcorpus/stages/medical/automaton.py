"""Patterns as a double-array trie (Aoe 1989) over folded characters: the tables that the kernel walks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from medcorpus.stages.medical.folding import MARK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from medcorpus.stages.medical.folding import Characters

AT_BOUNDARY, WITHIN = 1, 2
"""The two roots: one for starts at a word's beginning, one for patterns that may begin within a word."""
SYMBOL, KIND, ALONE = 0xFFFF, 16, 19
"""Bits of a character's facts: its symbol, from bit 16 on its class, and whether a pattern may be it alone."""
TWO, THREE, MIXED = (599, 1), (4001, 61, 1), 0xFFFF
"""What the symbols that a pattern starts with are multiplied by; the sum, cut to 16 bits, is their place in the table
of starts. The kernel walks the trie only from what is marked there: in English at one character in twenty."""
LONGER = 2
"""Bits 1 and 2 of a start stand for patterns of two characters, by their root; these and two more for longer ones."""
SKIPPED = 0xFFFF
"""Symbol of a combining mark, which is passed over."""
BASE, CHECK, PATTERN, STEM = range(4)
FIELD, STRENGTH, COPIES = range(3)


class Automaton(NamedTuple):
    """Tables of the kernel. A state `s` goes to `t = states[s, BASE] + symbol` where `states[t, CHECK] == s`.

    Args:
        facts: uint32 by code point, the last for all beyond the plane: symbol (0: in no pattern), class, alone.
        starts: uint8 by two or three mixed symbols: which roots have patterns that start so.
        states: int32 by state: base, check, the number of the pattern that ends here or -1, whether it is a stem.
        patterns: uint32 by pattern: the bit of its field, its strength, how many times it counts.
    """

    facts: NDArray[np.uint32]
    starts: NDArray[np.uint8]
    states: NDArray[np.int32]
    patterns: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is looked for.

    Args:
        text: Folded characters.
        stem: Whether it may end within a word (`cardi*`).
        ending: Whether it may begin within a word (`*itis`).
        field: Number of its field, 0 to 31.
        strength: 0 weak, 1 plain, 2 strong.
        copies: How many times it counts.
    """

    text: str
    stem: bool = False
    ending: bool = False
    field: int = 0
    strength: int = 1
    copies: int = 1


def build(patterns: Sequence[Pattern], characters: Characters) -> Automaton:
    """Make the tables; of two patterns with one text the later counts."""
    import numpy as np

    alphabet = {c: i for i, c in enumerate(sorted({c for p in patterns for c in p.text}), start=1)}
    states = _double_array(_trie(patterns, alphabet), len(alphabet))
    stems = np.array([p.stem for p in patterns] + [False], dtype=np.int32)
    states[:, STEM] = stems[states[:, PATTERN]]
    facts = _facts(alphabet, characters, states)
    kept = [(1 << p.field, p.strength, p.copies) for p in patterns]
    return Automaton(facts, _starts(patterns, alphabet), states, np.array(kept, dtype=np.uint32).reshape(-1, 3))


def _facts(alphabet: dict[str, int], characters: Characters, states: NDArray[np.int32]) -> NDArray[np.uint32]:
    import numpy as np

    number = np.zeros(len(characters.folded), dtype=np.uint32)
    number[[ord(c) for c in alphabet]] = list(alphabet.values())
    symbol = number[characters.folded]
    first = states[states[AT_BOUNDARY, BASE] + symbol]
    alone = (first[:, CHECK] == AT_BOUNDARY) & (first[:, PATTERN] >= 0) & (symbol > 0)
    symbol[characters.kind == MARK] = SKIPPED
    facts: NDArray[np.uint32] = symbol | characters.kind.astype(np.uint32) << KIND | alone.astype(np.uint32) << ALONE
    return facts


def _starts(patterns: Sequence[Pattern], alphabet: dict[str, int]) -> NDArray[np.uint8]:
    import numpy as np

    starts = np.zeros(MIXED + 1, dtype=np.uint8)
    for pattern in patterns:
        first, *others = (alphabet[c] for c in pattern.text[:3])
        roots = 1 << AT_BOUNDARY | pattern.ending << WITHIN
        for second in (*others[:1], SKIPPED):
            starts[place(TWO, (first, second))] |= roots if len(others) < 2 or second == SKIPPED else 0
        for third in (*others[1:], SKIPPED) if others else ():
            starts[place(THREE, (first, others[0], third))] |= roots << LONGER
    return starts


def place(factors: Sequence[int], symbols: Sequence[int]) -> int:
    """Give the place of symbols in the table of starts."""
    return sum(f * s for f, s in zip(factors, symbols)) & MIXED


class _Node:
    __slots__ = ("children", "pattern")

    def __init__(self) -> None:
        self.children: dict[int, _Node] = {}
        self.pattern = -1


def _trie(patterns: Sequence[Pattern], alphabet: dict[str, int]) -> tuple[_Node, _Node]:
    roots = _Node(), _Node()
    for number, pattern in enumerate(patterns):
        for root in roots if pattern.ending else roots[:1]:
            node = root
            for char in pattern.text:
                node = node.children.setdefault(alphabet[char], _Node())
            node.pattern = number
    return roots


def _double_array(roots: tuple[_Node, _Node], symbols: int) -> NDArray[np.int32]:
    """Give the states, so many that `base + symbol` never leaves them."""
    import numpy as np

    slots = _Slots()
    todo = [(AT_BOUNDARY, roots[0]), (WITHIN, roots[1])]
    placed: dict[int, list[int]] = {AT_BOUNDARY: [0, 0, -1], WITHIN: [0, 0, -1]}
    while todo:
        state, node = todo.pop()
        base = placed[state][BASE] = slots.place(sorted(node.children))
        for symbol, child in node.children.items():
            placed[base + symbol] = [0, state, child.pattern]
            todo.append((base + symbol, child))
    states = np.zeros((max(placed) + symbols + 1, 4), dtype=np.int32)
    states[:, PATTERN] = -1
    states[list(placed), :STEM] = list(placed.values())
    return states


class _Slots:
    """Which states are taken; finds a base under which all of a node's symbols are free, first fit.

    A taken state points to the one behind it; pointers are shortened as they are followed, so that a long run of taken
    states is passed at once (Tarjan 1975).
    """

    def __init__(self) -> None:
        self.behind = {s: s + 1 for s in (0, AT_BOUNDARY, WITHIN)}

    def place(self, symbols: Sequence[int]) -> int:
        if not symbols:
            return 0
        slot = self._free(symbols[0])
        while any(slot - symbols[0] + s in self.behind for s in symbols):
            slot = self._free(slot + 1)
        self.behind.update((slot - symbols[0] + s, slot - symbols[0] + s + 1) for s in symbols)
        return slot - symbols[0]

    def _free(self, slot: int) -> int:
        """Give the first free state from here on."""
        passed = []
        while slot in self.behind:
            passed.append(slot)
            slot = self.behind[slot]
        self.behind.update(dict.fromkeys(passed, slot))
        return slot
