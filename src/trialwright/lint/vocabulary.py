"""Which gated patterns the words of a text let through, asked of one text for all patterns at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from trialwright.core.gates import Gated

MOST = 50_000
"""Distinct words whose bits are kept; then the memory begins anew."""
STEM = 3
"""Letters by which the pieces that a word can hold are looked up."""


@dataclass(slots=True)
class Vocabulary:
    """The gates of many patterns, each with a bit; the bits of a text are those of the gates that its words open.

    What a gate asks for is here cut to its longest stretch without a blank, which some word of the text must hold.
    A pattern that is asked for the first time takes part from the next text on; until then it is let through.

    >>> from trialwright.core.gates import gated
    >>> known, dlt = Vocabulary(), gated(r"dose[- ]limiting|DLT")
    >>> known.lets(dlt, known.bits_of("given once")), known.lets(dlt, known.bits_of("given once"))
    (True, False)
    """

    _bit: dict[Gated, int] = field(default_factory=dict)
    _new: list[Gated] = field(default_factory=list)
    _pieces: dict[str, dict[str, int]] = field(default_factory=dict)
    _short: dict[str, int] = field(default_factory=dict)
    _words: dict[str, int] = field(default_factory=dict)
    _always: int = 0

    def lets(self, gate: Gated, bits: int) -> bool:
        """Whether a text with these bits can match; False is certain."""
        bit = self._bit.get(gate)
        if bit is None:
            if gate not in self._new:
                self._new.append(gate)
            return True
        return bits & bit != 0

    def bits_of(self, text: str) -> int:
        """The bits of a folded text."""
        if self._new:
            self._learn()
        bits, known = self._always, self._words
        for word in set(text.split()):
            found = known.get(word)
            bits |= self._read(word) if found is None else found
        return bits

    def _learn(self) -> None:
        for gate in self._new:
            bit = 1 << len(self._bit)
            self._bit[gate] = bit
            if not gate.words:
                self._always |= bit
            for words in gate.words:
                piece = max(words.split(), key=len)
                held = self._pieces.setdefault(piece[:STEM], {}) if len(piece) >= STEM else self._short
                held[piece] = held.get(piece, 0) | bit
        self._new.clear()
        self._words.clear()

    def _read(self, word: str) -> int:
        """The bits of a word that is met for the first time."""
        bits = 0
        for start in range(len(word) - STEM + 1):
            held = self._pieces.get(word[start : start + STEM])
            if held is not None:
                for piece, bit in held.items():
                    if word.startswith(piece, start):
                        bits |= bit
        for piece, bit in self._short.items():
            if piece in word:
                bits |= bit
        if len(self._words) >= MOST:
            self._words.clear()
        self._words[word] = bits
        return bits
