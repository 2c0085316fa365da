"""The outline of a card: what a worklist needs of it, each part with the records it rests on.

The worker keeps it as it folds the card. It holds findings and dates of all that is recorded, whoever may see it: what
of it a reader is told is decided when it is read, by its inputs (``worklist``).
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from app.fhir import codes
from app.fhir import json as fhir_json
from app.fhir.operations_on_hers import HERS
from app.mapping.elements import children, has_code, self_reported, text
from app.mapping.facts_from_fhir import NOT_DONE
from app.mapping.hers import title
from app.mapping.record_facts import FINDING_KEY
from app.pregnancy.card import Card
from app.pregnancy.programme import VisitState
from app.pregnancy.rules import Finding
from app.store.resources import Stored

MOST_RESULTS = 100  # the newest of a card
SETTLED = NOT_DONE | {
    "revoked",
    "rejected",
    "completed",
}  # of a CarePlan and a Task; answers that are completed wait
OPEN_VISITS = frozenset({"upcoming", "due", "overdue"})
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outline:
    """``term`` and ``course`` name what the dates of visits rest on; the rest are rows with their ``inputs``."""

    term: str
    course: list[str]
    alarms: list[Json]
    visits: list[Json]
    results: list[Json]
    waiting: list[Json]

    def references(self) -> Iterator[str]:
        """All that a decision must be asked for."""
        if self.visits:
            yield from filter(None, (self.term, *self.course))
        for row in self.alarms:
            yield from filter(None, (*row["inputs"], row["flag"]))
        for row in (*self.results, *self.waiting):
            yield row["source"]

    def as_json(self) -> Json:
        """As it is kept."""
        return asdict(self)


def flag_id(key: str, episode: str) -> str:
    """The same finding on the same card has one Flag, also where two workers meet it at once."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{FINDING_KEY}/{episode}/{key}"))


def outline(card: Card, found: Sequence[Stored], episode: str) -> Outline:
    """The outline of ``card``, which was folded from ``found``."""
    resources = [(row, fhir_json.read(row.body)) for row in found]
    flags = {key: f"Flag/{row.id}" for row, body in resources if (key := finding_key(body))}
    results = [(row, body) for row, body in resources if _is_result(body)]
    results.sort(key=lambda pair: pair[0].updated, reverse=True)
    return Outline(
        term=card.term.source if card.term else "",
        course=list(card.course.inputs),
        alarms=[_alarm(row, flags, episode) for row in card.findings if row.kind == "alarm"],
        visits=[_visit(row) for row in card.programme if row.state in OPEN_VISITS],
        results=[_row(row, body) for row, body in results[:MOST_RESULTS]],
        waiting=[_row(row, body) for row, body in resources if _waits(body)],
    )


def _alarm(row: Finding, flags: dict[str, str], episode: str) -> Json:
    return {
        "rule": row.rule,
        "title": row.title,
        "text": row.text,
        "deadline": row.deadline.isoformat(),
        "seen": row.first_seen.isoformat(),
        "inputs": list(row.inputs),
        "outranks": sorted(row.outranks),
        "flag": flags.get(row.key) or f"Flag/{flag_id(row.key, episode)}",
    }


def _visit(row: VisitState) -> Json:
    return {
        "id": row.visit.id,
        "title": row.visit.title,
        "opens": row.opens.isoformat(),
        "closes": row.closes.isoformat(),
        "kinds": sorted(row.visit.kinds),
    }


def finding_key(resource: Json) -> str:
    """The key of the finding that a Flag of ours stands for."""
    if resource.get("resourceType") != "Flag":
        return ""
    keys = (
        text(row, "value") for row in children(resource, "identifier") if text(row, "system") == FINDING_KEY
    )
    return next(keys, "")


def visit_state(row: Json, today: date) -> str:
    """``due``, ``overdue`` or ``upcoming`` on ``today``: that depends on the day alone."""
    if today < date.fromisoformat(row["opens"]):
        return "upcoming"
    return "due" if today <= date.fromisoformat(row["closes"]) else "overdue"


def moment(row: Json, name: str) -> datetime:
    """A time of a row, aware."""
    return datetime.fromisoformat(row[name])


def _row(stored: Stored, body: Json) -> Json:
    return {
        "source": f"{stored.type}/{stored.id}",
        "title": title(body),
        "updated": stored.updated.isoformat(),
    }


def _is_result(body: Json) -> bool:
    if text(body, "status") in NOT_DONE or self_reported(body):
        return False
    kind = body.get("resourceType")
    laboratory = has_code(children(body, "category"), codes.OBSERVATION_CATEGORY, "laboratory")
    return kind == "DiagnosticReport" or (kind == "Observation" and laboratory)


def _waits(body: Json) -> bool:
    """Her choices (CareTeam, Consent) are hers alone: nobody confirms them."""
    kind = text(body, "resourceType")
    over = SETTLED if kind in {"CarePlan", "Task"} else NOT_DONE
    return kind in HERS and self_reported(body) and text(body, "status") not in over
