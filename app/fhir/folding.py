"""How texts and numbers are made comparable: the same for what is indexed and what is asked for.

https://hl7.org/fhir/R4/search.html#string and #number.
"""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Final

from app.fhir.json import Number

LIMIT: Final = 400  # characters kept of an indexed text: four bytes each still fit in a B-tree entry
_LETTERS: Final = str.maketrans(
    {"ø": "o", "æ": "ae", "đ": "d", "ð": "d", "ł": "l", "ŋ": "n", "ŧ": "t", "þ": "th"}
)
_SPACE: Final = re.compile(r"[\s\-.,;:\"()/_]+")  # R4: punctuation and runs of spaces do not count
_APOSTROPHES: Final = re.compile("['’`´]")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """``text`` as string search compares it: no case, accents, punctuation (``Ågot-Marie`` → ``agot marie``)."""
    lower = text[: LIMIT * 4].casefold()
    if not lower.isascii():
        plain = unicodedata.normalize("NFKD", lower).casefold().translate(_LETTERS)
        lower = "".join(
            letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter)
        )
    return _SPACE.sub(" ", _APOSTROPHES.sub("", lower)).strip()[:LIMIT]


_SOUNDS: Final = (
    (re.compile(r"[^a-z ]"), ""),
    (re.compile(r"schj|sch|skj|sj|kj|sh|tj"), "s"),
    (re.compile(r"ch|ck|c|q"), "k"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"th"), "t"),
    (re.compile(r"gj|hj|dj"), "j"),
    (re.compile(r"w|hv"), "v"),
    (re.compile(r"z"), "s"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"y"), "i"),
    (re.compile(r"aa|ae"), "a"),
    (re.compile(r"(?<=[a-z])[hd](?= |$)"), ""),
    (re.compile(r"([a-z])\1+"), r"\1"),
)


def sound(folded: str) -> str:
    """A folded name as it is pronounced in Norwegian, roughly (``Kristoffersen`` and ``Christophersen``)."""
    for pattern, letters in _SOUNDS:
        folded = pattern.sub(letters, folded)
    return folded


def cap(text: str) -> str:
    """As much of ``text`` as an index entry keeps."""
    return text[:LIMIT]


@lru_cache(maxsize=4096)
def bounds(lexeme: str) -> tuple[Decimal, Decimal]:
    """What a decimal may have been before it was rounded: ``100`` is 99.5 to 100.5, ``1.50`` is 1.495 to 1.505.

    R4 has ``1e2`` as 95 to 105.
    """
    value = Decimal(lexeme)
    exponent = int(value.as_tuple().exponent)
    if "." not in lexeme and "e" in lexeme.lower():
        exponent -= 1
    half = Decimal((0, (5,), exponent - 1))
    return value - half, value + half


def lexeme_of(number: float) -> str:
    """How a JSON number was written."""
    return number.lexeme if isinstance(number, Number) else str(number)
