"""``EpisodeOfCare/{id}/$import-card``: a card that arrives from another region as a FHIR document is taken into the open card here.

Nothing here is overwritten: what is the same stays, what is new is added, and where the two differ the other's statement stands
beside ours, and the card says so (``pregnancy/contradictions.py``). Each record keeps its address there as ``meta.source``; a
Provenance names the document. Ids are made of what arrives, so that the same document twice adds nothing.
https://hl7.org/fhir/R4/documents.html, https://hl7.org/fhir/R4/provenance.html
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from app import clock
from app.access.caller import CLINICIANS, Role
from app.fhir import codes
from app.fhir import json as fhir_json
from app.fhir.newborn import is_fetus
from app.fhir.outcome import Conflict, Forbidden, Unprocessable
from app.fhir.parameters import Given
from app.interactions.belonging import Draft
from app.interactions.card import read
from app.interactions.change import apply
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped, visible
from app.interactions.import_report import DIFFERS, NEW, SAME, Compared, report
from app.interactions.redaction import view
from app.mapping import contradictions as told
from app.mapping.arrivals import Arrival, Arrived, absolute, arrived, localized
from app.mapping.elements import child, children, literal, text
from app.mapping.facts_from_fhir import facts
from app.mapping.record_facts import official_name
from app.mapping.registered_person import identified
from app.mapping.statements import Fetus, Statement, statement
from app.pregnancy.contradictions import contradictions
from app.pregnancy.course import PREGNANT, course
from app.store.resources import Stored
from app.store.tables import OPEN_EPISODE
from app.store.targets import find

Json = dict[str, Any]
_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


async def import_card(context: Context, given: Given, id_: str | None) -> Answer:
    """Take the document into the card; with ``preview`` only compare. Raises FhirError."""
    if context.caller.role not in CLINICIANS | {Role.HARNESS}:
        raise Forbidden("A card is taken over by a clinician who cares for her")
    scoped(context.caller, "read")
    came = arrived(given.one("document"))
    for kind in {text(row.resource, "resourceType") for row in came.kept}:
        scoped(context.caller, "create", kind)
    found = await read(context, id_ or "")
    patient = _checked(found, id_ or "", came)
    here = {f"{row.type}/{row.id}": fhir_json.parse(view(row)[0]) for row in found if row.visible}
    document = came.id(patient)
    keys = [
        ("Provenance", document),
        *((kind, one) for row in came.kept for kind, one in (row.key(patient),)),
    ]
    before = (await find(context.session, keys)).found
    compared = [*_compared(came, here, patient, before)]
    added = [row for row in compared if row.outcome in {NEW, DIFFERS}]
    if added and ("Provenance", document) in before:
        raise Conflict(
            "This document came before with other content; a document that is changed has a new identifier",
            "Bundle.identifier",
        )
    drafts = _drafts(came, compared, patient, id_ or "")
    conflicts = _contradictions(here, drafts)
    if added and not given.flag("preview"):
        part = context.part(interaction="create", type="EpisodeOfCare", target=id_)
        await apply(part, [*drafts, _provenance(context, came, drafts, document)])
    return report(came, compared, conflicts, here.get(f"Patient/{patient}", {}))


def _checked(found: list[Stored], id_: str, came: Arrived) -> str:
    """The woman, who is the one that the document is about; the card is open on both sides. Raises FhirError."""
    card = visible(
        next((row for row in found if (row.type, row.id) == ("EpisodeOfCare", id_)), None),
        "EpisodeOfCare",
        id_,
    )
    woman = visible(
        next((row for row in found if row.type == "Patient" and row.id == card.patient), None),
        "Patient",
        card.patient or "",
    )
    if identified(fhir_json.read(woman.body)) != came.number:
        raise Unprocessable("The document is about another woman than the one of this card", came.woman.place)
    if text(fhir_json.read(card.body), "status") not in OPEN_EPISODE:
        raise Unprocessable(
            "The card here is closed; a document is taken into an open one", "EpisodeOfCare.status"
        )
    if len(came.cards) != 1 or text(came.cards[0].resource, "status") not in OPEN_EPISODE:
        text_ = "The document must hold one EpisodeOfCare that is open: a card that is closed is read, and goes on nowhere"
        raise Unprocessable(text_, came.cards[0].place if came.cards else "Bundle.entry")
    if (
        came.has_ended
        and course(facts(row.resource for row in (came.woman, *came.cards, *came.kept))).stage == PREGNANT
    ):
        raise Unprocessable(
            "The pregnancy is over, and the document does not say how: it is read, and goes on nowhere",
            "Bundle.entry[0].resource.event",
        )
    return woman.id


def _compared(
    came: Arrived, here: Mapping[str, Json], patient: str, before: Container[tuple[str, str]]
) -> Iterator[Compared]:
    """Each entry beside what the caller may read here; ``before`` came already, whoever may read it."""
    ours = _Ours(here)
    fetuses = {row.url: name for row in came.kept if (name := _fetus(row.resource))}
    for row in came.kept:
        said = statement(row.resource, _naming(fetuses, row.url))
        key = row.key(patient)
        yield _beside(row, said, ours, "/".join(key), came_before=key in before)


def _naming(fetuses: Mapping[str, str], url: str) -> Fetus:
    """Which fetus a reference in the entry at ``url`` leads to."""
    return lambda reference: fetuses.get(absolute(reference, url), "")


class _Ours:
    """What stands here, by what it says and by what it is about."""

    def __init__(self, here: Mapping[str, Json]) -> None:
        names = {name: fetus for name, row in here.items() if (fetus := _fetus(row))}
        said = {
            name: statement(row, lambda reference: names.get(literal(reference), ""))
            for name, row in here.items()
        }
        self.whole = {row.whole: name for name, row in said.items()}
        self.about: dict[Any, tuple[str, Statement]] = {}
        for name, row in said.items():
            if row.about is not None:
                self.about[row.about] = (name, row)


def _fetus(resource: Json) -> str:
    return official_name(resource) if is_fetus(resource) else ""


def _beside(row: Arrival, said: Statement, ours: _Ours, local: str, *, came_before: bool) -> Compared:
    if came_before:
        return Compared(row, SAME, local, local, said.says)
    if same := ours.whole.get(said.whole):
        return Compared(row, SAME, same, same, said.says)
    name, other = ours.about.get(said.about, ("", None)) if said.about is not None else ("", None)
    if other is None:
        return Compared(row, NEW, local, says=said.says)
    return Compared(row, DIFFERS, local, name, said.says, other.says)


def _drafts(came: Arrived, compared: Iterable[Compared], patient: str, episode: str) -> list[Draft]:
    """What is added, referring to what stands here already."""
    compared = list(compared)
    local = {row.row.url: row.local for row in compared}
    local |= {
        came.woman.url: f"Patient/{patient}",
        **{row.url: f"EpisodeOfCare/{episode}" for row in came.cards},
    }
    return [
        _draft(localized(one.row, one.local.partition("/")[2], local), one.row.place)
        for one in compared
        if one.outcome in {NEW, DIFFERS}
    ]


def _draft(resource: Json, place: str = "") -> Draft:
    where = f"{place}: " if place else ""
    return Draft(
        "create", resource["resourceType"], resource["id"], resource, fhir_json.dump(resource), place=where
    )


def _contradictions(here: Mapping[str, Json], drafts: list[Draft]) -> list[str]:
    """What the card will say of records that cannot both be right, where one of them arrives."""
    arriving = {f"{draft.type}/{draft.id}" for draft in drafts}
    found = contradictions(facts([*here.values(), *(draft.resource or {} for draft in drafts)]))
    return [told.line(row) for row in found if not arriving.isdisjoint(row.inputs)]


def _provenance(context: Context, came: Arrived, drafts: list[Draft], id_: str) -> Draft:
    """From which document, by whose hand, with which signature."""
    caller = context.caller
    who = {"identifier": {"system": codes.HPR, "value": caller.hpr}} if caller.hpr else {}
    agents = [_agent("enterer", {**who, "display": caller.name or caller.role.value})]
    agents += [_agent("author", {"display": name}) for name in _authors(came)]
    resource: Json = {
        "resourceType": "Provenance",
        "id": id_,
        "target": [{"reference": f"{draft.type}/{draft.id}"} for draft in drafts],
        "recorded": clock.instant(context.entry.at),
        "activity": {"coding": [{"system": _OPERATION, "code": "CREATE"}]},
        "agent": agents,
        "entity": [
            {
                "role": "source",
                "what": {"identifier": came.identifier, "display": text(came.composition, "title")},
            }
        ],
    }
    if came.signature:
        resource["signature"] = [
            came.signature | {"who": {"display": text(child(came.signature, "who"), "display") or "–"}}
        ]
    return _draft(resource)


def _agent(kind: str, who: Json) -> Json:
    return {"type": {"coding": [{"system": _AGENT, "code": kind}]}, "who": who}


def _authors(came: Arrived) -> Iterator[str]:
    """Where the document comes from, by name or address."""
    for row in (*children(came.composition, "author"), child(came.composition, "custodian")):
        if name := text(row, "display"):
            yield name
    yield came.woman.url.rpartition("/Patient/")[0] or came.woman.url
