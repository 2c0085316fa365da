"""Norwegian identifiers: which numbers can exist, and which may be used where.

Person numbers: Skatteetaten, https://github.com/Skatteetaten/folkeregisteret-api-dokumentasjon, nyttfnr2032.md
(control digits before and from 2032, both accepted); organisation numbers: Brønnøysundregistrene, modulus 11.
Synthetic persons carry a month that no calendar has: +80 (Tenor, Skatteetaten) or +65 (Norsk Helsenett).
"""

import re
from collections.abc import Callable
from typing import Final

from app.fhir import codes

_WEIGHTS_1: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_WEIGHTS_2: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_WEIGHTS_ORGANISATION: Final = (3, 2, 7, 6, 5, 4, 3, 2)
_REMAINDERS_1: Final = 3  # the first control digit leaves 0, from 2032 also 1, 2 or 3
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY: Final = 2
_D_NUMBER_DAY: Final = 40
_SYNTHETIC_OFFSETS: Final = (80, 65)
_OFFSETS: Final = (0, 40, *_SYNTHETIC_OFFSETS)
_H_NUMBER: Final = 40
_PERSON_NUMBER_LENGTH: Final = 11
_ELEVEN_DIGITS = re.compile(r"[0-9]{11}")
_NINE_DIGITS = re.compile(r"[0-9]{9}")
_HPR = re.compile(r"[0-9]{7,9}")
_CANDIDATE = re.compile(r"(?<![0-9A-Fa-f])([0-9]{6})[ \-]?([0-9]{5})(?![0-9A-Fa-f])")  # not within a UUID
_NO_BIRTH_DATE: Final = "89"  # first digits of a felles hjelpenummer
_D_NUMBER: Final = "4567"


def _controls_hold(number: str) -> bool:
    digits = [int(digit) for digit in number]
    first = sum(weight * digit for weight, digit in zip(_WEIGHTS_1, digits, strict=False)) + digits[9]
    second = sum(weight * digit for weight, digit in zip(_WEIGHTS_2, digits, strict=False)) + digits[10]
    return first % 11 <= _REMAINDERS_1 and second % 11 == 0


def _offset(number: str) -> int | None:
    """What was added to the month of birth: 0, 40, 65 or 80; None if no offset gives a month."""
    month = int(number[2:4])
    return next((offset for offset in _OFFSETS if 1 <= month - offset <= len(_DAYS)), None)


def _born(number: str) -> bool:
    """Whether the day of birth exists; the century is not in the number (from 2032), so 29 February needs yy % 4."""
    offset = _offset(number)
    if offset is None:
        return False
    day, month, year = int(number[:2]), int(number[2:4]) - offset, int(number[4:6])
    if day > _D_NUMBER_DAY:
        day -= _D_NUMBER_DAY
    if month == _FEBRUARY and year % 4 and day == _DAYS[1]:
        return False
    return 1 <= day <= _DAYS[month - 1]


def _person(value: str, *, first_digits: str, synthetic: bool) -> str | None:
    if not _ELEVEN_DIGITS.fullmatch(value):
        return "must have 11 digits"
    if value[0] not in first_digits:
        return "has a first digit that belongs to another kind of number"
    if not _controls_hold(value):
        return "has wrong control digits"
    if value[0] not in _NO_BIRTH_DATE and not _born(value):
        return "holds a date of birth that does not exist"
    return _person_of_this_world(value, synthetic=synthetic)


def _person_of_this_world(value: str, *, synthetic: bool) -> str | None:
    offset = _offset(value)
    if synthetic:
        # A felles hjelpenummer is random digits: only one that happens to carry the mark is surely not a person's.
        return None if offset in _SYNTHETIC_OFFSETS else "is not marked as synthetic (month + 80 or + 65)"
    if value[0] in _NO_BIRTH_DATE:
        return None
    if offset == _H_NUMBER:
        return "is a help number (month + 40), which is not a person number"
    return "is synthetic" if offset else None


def _fnr(value: str, synthetic: bool) -> str | None:
    return _person(value, first_digits="0123", synthetic=synthetic)


def _dnr(value: str, synthetic: bool) -> str | None:
    return _person(value, first_digits=_D_NUMBER, synthetic=synthetic)


def _fhn(value: str, synthetic: bool) -> str | None:
    return _person(value, first_digits=_NO_BIRTH_DATE, synthetic=synthetic)


def _organisation(value: str, _synthetic: bool) -> str | None:
    if not _NINE_DIGITS.fullmatch(value):
        return "must have 9 digits"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS_ORGANISATION, value, strict=False))
    return None if (total + int(value[8])) % 11 == 0 else "has a wrong control digit"


def _health_personnel(value: str, _synthetic: bool) -> str | None:
    return None if _HPR.fullmatch(value) else "must have 7 to 9 digits"


_RULES: dict[str, tuple[str, Callable[[str, bool], str | None]]] = {
    codes.FNR: ("The national identity number", _fnr),
    codes.DNR: ("The D-number", _dnr),
    codes.FHN: ("The common help number", _fhn),
    codes.ORGNR: ("The organisation number", _organisation),
    codes.HPR: ("The health personnel number", _health_personnel),
}


def problem(system: str, value: str, *, synthetic: bool) -> str | None:
    """Why this value is not acceptable, never repeating it; None if it is fine or the system is unknown.

    ``synthetic``: only synthetic persons (sandbox); otherwise only real ones (production).
    """
    if system not in _RULES:
        return None
    name, rule = _RULES[system]
    reason = rule(value, synthetic)
    return None if reason is None else f"{name} {reason}"


def looks_like_person_number(text: str) -> bool:
    """Whether ``text`` holds eleven digits that could be anyone's person number, real or synthetic."""
    if len(text) < _PERSON_NUMBER_LENGTH:
        return False
    for match in _CANDIDATE.finditer(text):
        number = match[1] + match[2]
        if _controls_hold(number) and (number[0] in _NO_BIRTH_DATE or _born(number)):
            return True
    return False
