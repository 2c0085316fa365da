"""The columns that a decision reads: of the row that is decided, and of what was looked up beside it."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement


class Standing(NamedTuple):
    """What a woman chose and who cares for her, as columns beside the row that is decided.

    Parts (types, labels, ``''`` for all), ``said`` (the kinds of choices that hold for all carers) and ``lives`` (her
    municipality) are arrays, NULL where there are none; the rest is never NULL.
    """

    blocks: ColumnElement[bool]
    restricts: ColumnElement[Any]
    opens: ColumnElement[Any]
    said: ColumnElement[Any]
    lives: ColumnElement[Any]
    related: ColumnElement[bool]
    urgent: ColumnElement[bool]


class FacetColumns(NamedTuple):
    """The columns that a decision reads; ``declared`` lists women whom this very request registers by attest.

    ``bodies``: what arguments of scopes are held against, each of them; without any no such scope covers the row.
    """

    type: ColumnElement[str]
    patient: ColumnElement[Any]
    labels: ColumnElement[Any]
    author: ColumnElement[str]
    declared: ColumnElement[Any] | None = None
    own: ColumnElement[Any] | None = None  # whom a citizen is, where it is not her Patient
    bodies: tuple[ColumnElement[Any], ...] = ()
    standing: Standing | None = None  # what was looked up beside the rows, if it was
