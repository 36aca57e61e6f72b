"""The letters of codes that people read and type: of one width, the zero with a stroke through it and the O without.

Font 0 is proportional and hardly tells the two apart. The fonts B and D are in every printer as matrices of dots, the
same at every resolution and in whole multiples alone, so that the width of a code is exact.
"""

import re
from dataclasses import dataclass
from math import log

# A capital of font 0, in parts of the height that the font is asked for.
CAPITAL = 0.75
# Smaller than this part of what was wanted is worse than two letters that look alike.
_LEAST = 0.7
_MULTIPLES = range(1, 13)

# Font B has no small letters.
_WRITTEN = re.compile(r"[ -_]+", re.ASCII)


@dataclass(frozen=True)
class Letters:
    """A matrix of dots so many times, from one letter to the next by `step`; a capital is so high from the top."""

    font: str
    high: int
    wide: int
    step: int
    capital: int

    @property
    def gap(self) -> int:
        """What is white between two letters, in dots."""
        return self.step - self.wide

    @property
    def command(self) -> str:
        """How ZPL asks for it."""
        return f"^A{self.font}N,{self.high},{self.wide}"

    def times(self, factor: int) -> "Letters":
        """The same, greater."""
        return Letters(
            self.font, self.high * factor, self.wide * factor, self.step * factor, self.capital * factor
        )

    def width(self, text: str) -> int:
        """What a text takes, in dots."""
        return len(text) * self.step - self.gap


_ALL = tuple(
    matrix.times(factor)
    for matrix in (Letters("B", 11, 7, 9, 11), Letters("D", 18, 10, 12, 14))
    for factor in _MULTIPLES
)


def letters_for(text: str, height: int, room: int) -> Letters | None:
    """The nearest to font 0 of this height that fit in the room, all in dots; None where those are too small."""
    if not _WRITTEN.fullmatch(text):
        return None
    wanted = height * CAPITAL
    fitting = (
        letters
        for letters in _ALL
        if letters.width(text) <= room and _LEAST * wanted <= letters.capital <= height
    )
    return min(fitting, key=lambda letters: abs(log(letters.capital / wanted)), default=None)
