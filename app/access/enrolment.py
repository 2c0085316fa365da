"""Who takes part, from a file: organisations and municipalities as rows, checked line by line, compared with what is in force.

A CSV file with the columns ``kind``, ``number`` and ``name``, divided by semicolons or commas (docs/runbook.md). It says all
who take part: who does not stand in it leaves. Organisation numbers: Brønnøysundregistrene, nine digits, modulus 11;
municipalities: https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.fhir.codes import ORGNR
from app.fhir.identifiers import looks_like_person_number, problem
from app.registrations import Pilot, PilotOrganization

COLUMNS = ("kind", "number", "name")
KINDS = ("gp", "municipal", "hospital", "operator")
MUNICIPALITY = "municipality"
_CODE = re.compile(r"\d{4}")
_MOST_NAME = 200


class Malformed(Exception):
    """The file cannot be taken; ``problems`` are lines with reasons, nothing of it is in force."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Who takes part."""

    organizations: tuple[PilotOrganization, ...]
    municipalities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    kind: str
    number: str
    name: str


def read(data: bytes) -> Enrolment:
    """The enrolment of a file's bytes. Raises Malformed with every problem."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Malformed([f"line {line}: not UTF-8"]) from error
    problems: list[str] = []
    rows = list(_rows(text, problems))
    for row in rows:
        problems += [f"line {row.line}: {problem}" for problem in _problems(row)]
    problems += _twice(rows)
    if not rows and not problems:
        problems.append("line 1: nobody takes part")
    if problems:
        raise Malformed(problems)
    return Enrolment(
        tuple(PilotOrganization(row.number, row.name, row.kind) for row in rows if row.kind != MUNICIPALITY),
        tuple(row.number for row in rows if row.kind == MUNICIPALITY),
    )


def _rows(text: str, problems: list[str]) -> Iterator[_Row]:
    head = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=";" if ";" in head else ",", strict=True)
    try:
        names = tuple(name.strip().lower() for name in next(reader, ()))
        if names != COLUMNS:
            problems.append(f"line 1: the columns must be {', '.join(COLUMNS)}")
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(COLUMNS):
                problems.append(f"line {reader.line_num}: {len(cells)} columns, not {len(COLUMNS)}")
                continue
            kind, number, name = (cell.strip() for cell in cells)
            yield _Row(reader.line_num, kind, number.replace(" ", ""), name)
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: {error}")


def _problems(row: _Row) -> Iterator[str]:
    if row.kind == MUNICIPALITY:
        if not _CODE.fullmatch(row.number):
            yield "number: a municipality has four digits"
        return
    if row.kind not in KINDS:
        yield f"kind: it is one of {', '.join((*KINDS, MUNICIPALITY))}"
    wrong = problem(ORGNR, row.number, synthetic=True)
    if wrong:
        yield f"number: an organisation number {wrong}"
    if looks_like_person_number(row.name):
        yield "name: it holds what looks like a person's number"
    if not row.name:
        yield "name: an organisation has one"
    if len(row.name) > _MOST_NAME:
        yield f"name: more than {_MOST_NAME} characters"


def _twice(rows: Iterable[_Row]) -> Iterator[str]:
    first: dict[str, int] = {}
    for row in rows:
        if row.number in first:
            yield f"line {row.line}: the number stands on line {first[row.number]} too"
        first.setdefault(row.number, row.line)


def in_force(pilot: Pilot) -> list[str]:
    """Who takes part now, one a line, as the file would say it."""
    rows = [
        f"{row.kind};{row.orgnr};{row.name}" for row in sorted(pilot.organizations, key=lambda row: row.orgnr)
    ]
    return [";".join(COLUMNS), *rows, *(f"{MUNICIPALITY};{code};" for code in sorted(pilot.municipalities))]


def changes(pilot: Pilot, wanted: Enrolment) -> list[str]:
    """What would change, one a line: ``+`` comes, ``-`` leaves, ``~`` is called or counts otherwise."""
    now, then = ({row.orgnr: row for row in rows} for rows in (pilot.organizations, wanted.organizations))
    lines = [f"+ {row.kind} {key} {row.name}" for key, row in sorted(then.items()) if key not in now]
    lines += [f"- {row.kind} {key} {row.name}" for key, row in sorted(now.items()) if key not in then]
    lines += [
        f"~ {now[key].kind} {key} {now[key].name} → {row.kind} {row.name}"
        for key, row in sorted(then.items())
        if key in now and now[key] != row
    ]
    before, after = set(pilot.municipalities), set(wanted.municipalities)
    lines += [f"+ {MUNICIPALITY} {code}" for code in sorted(after - before)]
    lines += [f"- {MUNICIPALITY} {code}" for code in sorted(before - after)]
    return lines
