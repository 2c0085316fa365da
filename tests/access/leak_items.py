"""What may leak: one resource of every type about each woman, each with a mark of its own, and who stands where."""

import base64
import itertools
import json
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helsekort_sandbox.people import DOULA, REPRESENTATIVE, organization_number

import fhir_profiles
from app import clock
from app.access.assisting import INVITED_READS, OFFICE_READS, STUDENT_READS
from app.access.rules import CATALOGUE, CONTROL, NURSE_READS, OWN
from app.fhir import codes
from app.fhir.registry import RESOURCE_TYPES
from tests.access.leak_feeds import NARROW_SCOPE, Feeds, feeds
from tests.access.world import (
    Json,
    a_block,
    a_choice,
    a_restriction,
    a_team,
    hpr,
    organization,
    orgnr,
    practitioner,
    stored,
)
from tests.fixtures.resources import Woman, a_transaction, entry, labelled, register
from tests.fixtures.server import Person, Server

EXAMPLES = Path(fhir_profiles.__file__).parent / "examples"
TYPES = tuple(row.name for row in RESOURCE_TYPES if row.name != "AuditEvent")  # the log: test_attacks.py
MARK = "urn:leak"
OUTSIDE = organization_number(31009910)  # takes no part in the pilot
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
# Read by those who wrote it, so written by whoever is entitled
WRITERS = {"Group": "operator", "MessageHeader": "operator", "Subscription": "midwife"}
# Of what is about no woman, or closed to her: no copy of it is open to this attacker
CLOSED = {
    "midwife": {"Group", "MessageHeader"},
    "gp": {"Group", "MessageHeader"},
    "hospital": {"Group", "MessageHeader"},
    "nurse": frozenset({row.name for row in RESOURCE_TYPES}) - NURSE_READS,
    "citizen": {"Flag", *OWN},
    "representative": {"Flag", *CONTROL, *OWN},
}
# What those who assist may read of a woman who has let them in, or whom their organisation cares for
OPEN_TO = {"secretary": OFFICE_READS, "student": STUDENT_READS, "doula": INVITED_READS}
_marks = itertools.count(1)


@dataclass(frozen=True)
class Item:
    """One resource that some must not see; ``mark`` stands in its body and nowhere else."""

    type: str
    id: str
    mark: str
    woman: Woman | None
    body: Json = field(compare=False, hash=False)

    @property
    def card(self) -> str:
        """The card on which it stands: its own, if it is one."""
        if self.type == "EpisodeOfCare":
            return self.id
        return self.woman.episode if self.woman else ""


@dataclass(frozen=True)
class Reason:
    """Why ``attacker`` must not see, and who may: the same request by ``entitled`` returns the item."""

    name: str
    attacker: Person
    entitled: Person
    hidden: dict[str, Item]
    visible: dict[str, Item]  # of the same type, and open to the attacker
    blocked: bool = False  # told that she has chosen so
    along: bool = False  # what refers to it is closed with it

    def may_see(self, type_name: str) -> Person:
        """Who is entitled to this type: Flags are for those who care for her, never for herself."""
        if type_name in WRITERS:
            return self.entitled.server.person(WRITERS[type_name], bearer=True)
        if type_name == "Flag" and self.entitled.wish.role == "citizen":
            return self.entitled.server.person("midwife", bearer=True)
        return self.entitled


def example(type_name: str) -> Json:
    """A valid resource of this type, without id and labels."""
    path = min(EXAMPLES.glob(f"{type_name}-*.json"))
    body: Json = json.loads(path.read_text())
    for name in ("id", "meta", *(("end",) if type_name == "Subscription" else ())):
        body.pop(name, None)
    return body


def _about(node: Any, patient: str) -> Any:
    """``node`` with the example's woman replaced by ``patient`` and every other reference made a mere name."""
    if isinstance(node, list):
        return [_about(item, patient) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("reference")
    if isinstance(reference, str) and not reference.startswith("#"):
        return {"reference": patient} if reference.startswith("Patient/") else {"display": "noen"}
    return {name: _about(value, patient) for name, value in node.items()}


def _document(body: Json, woman: Woman) -> Json:
    """The example's document about ``woman``, who is named in it by her number."""
    within = "urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d009"
    for part in body["entry"]:
        if part["resource"]["resourceType"] == "Patient":
            part["fullUrl"] = within
            part["resource"]["identifier"] = [{"system": codes.FNR, "value": woman.number}]
        elif "subject" in part["resource"]:
            part["resource"]["subject"] = {"reference": within}
    return body


def marked(type_name: str, woman: Woman | None, *labels: str) -> tuple[Json, str]:
    """A resource of this type about ``woman``, with a mark and ``labels``."""
    mark = f"mark-{next(_marks)}-{type_name.lower()}"
    body = _about(example(type_name), woman.reference if woman else "Patient/none")
    if type_name == "Provenance" and woman:
        body["target"] = [{"reference": woman.reference}]
    if type_name == "EpisodeOfCare":
        body["status"] = "finished"  # her open card is another: to that belongs what is recorded about her
    if type_name in {"AllergyIntolerance", "Condition"}:
        body["code"] = {"text": mark}
    if type_name == "Bundle" and woman:
        body = _document(body, woman)
    if type_name == "Binary":  # read as the file that it holds
        body |= {"contentType": "text/plain", "data": base64.b64encode(mark.encode()).decode()}
    if type_name == "CarePlan":
        body |= {"title": mark, "author": {"type": "Practitioner", "display": "noen"}}
    return labelled(body, *labels) | {"meta": _meta(mark, labels)}, mark


def _meta(mark: str, labels: tuple[str, ...]) -> Json:
    meta: Json = {"tag": [{"system": MARK, "code": mark}]}
    if labels:
        meta["security"] = [{"system": codes.ACT_CODE, "code": label} for label in labels]
    return meta


def keep(writer: Person, type_name: str, woman: Woman | None, *labels: str) -> Item:
    """Store a marked resource of this type."""
    body, mark = marked(type_name, woman, *labels)
    return Item(type_name, stored(writer, body), mark, woman, body)


def keep_all(writer: Person, types: Iterable[str], woman: Woman | None, *labels: str) -> dict[str, Item]:
    """Store a marked resource of each of ``types``, in one transaction."""
    made = {name: marked(name, woman, *labels) for name in types}
    answer = writer.post("", a_transaction(*(entry(body) for body, _ in made.values())))
    assert answer.status_code == 200, answer.text
    ids = [row["response"]["location"].split("/")[-3] for row in answer.json()["entry"]]
    return {
        name: Item(name, id_, mark, woman, body)
        for id_, (name, (body, mark)) in zip(ids, made.items(), strict=True)
    }


def the_woman(midwife: Person, woman: Woman, *labels: str) -> Item:
    """The Patient herself as an item."""
    mark = f"mark-{next(_marks)}-patient"
    body = midwife.get(f"/{woman.reference}").json()
    body["meta"] = _meta(mark, labels)
    answer = midwife.put(f"/{woman.reference}", body)
    assert answer.status_code == 200, answer.text
    return Item("Patient", woman.id, mark, woman, deepcopy(body))


def all_items(harness: Person, carer: Person, woman: Woman, *labels: str) -> dict[str, Item]:
    """One item of every type about ``woman``; what is about nobody only where labels hide it."""
    items = {"Patient": the_woman(carer, woman, *labels)}
    items |= keep_all(harness, [n for n in TYPES if n not in CATALOGUE | OWN | {"Patient"}], woman, *labels)
    if labels == (codes.NOPAT,):
        items |= keep_all(harness, [name for name in TYPES if name in CATALOGUE], None, *labels)
    for type_name, role in WRITERS.items() if not labels else ():
        writer = carer if role == "midwife" else harness.server.person(role, bearer=True)
        items[type_name] = keep(writer, type_name, woman)
    return items


@dataclass(frozen=True)
class Leaks:
    """The matrix's world: the reasons by name, and the harness, which sees all."""

    server: Server
    harness: Person
    reasons: dict[str, Reason]
    feeds: Feeds


def granted(clinician: Person, woman: Woman) -> None:
    """A few hours of reading about ``woman`` in an emergency, for this person's tokens that attest one."""
    number = {"name": "identifier", "valueIdentifier": {"system": codes.FNR, "value": woman.number}}
    said = {"name": "reason", "valueString": "Innlagt med kramper, ukjent for oss"}
    body = {"resourceType": "Parameters", "parameter": [number, said]}
    assert clinician.post("/Patient/$break-glass", body).status_code == 200
    assert clinician.get(f"/{woman.reference}").status_code == 200


def waiting_items(harness: Person, items: dict[str, Item]) -> dict[str, Item]:
    """``items`` as results that she is not told yet, whatever their type; which really wait: test_release.py."""
    items = {name: item for name, item in items.items() if name not in OWN}
    keys = ", ".join(f"('{name}', '{item.id}')" for name, item in items.items())
    harness.server.database.rows(
        f"UPDATE resource SET labels = array_append(labels, 'UNTOLD') WHERE (type, id) IN ({keys}) RETURNING id"
    )
    return items


def _chosen(her: Person, operator: Person, woman: Woman) -> None:
    """She chooses two GP offices, two hospitals and a place outside the pilot, and one choice has ended; then she blocks
    a person and a place."""
    places = {key: organization(operator, orgnr(key)) for key in ("gp-a", "gp-b", "hospital-a", "hospital-b")}
    team = a_team(woman.reference, *places.values(), organization(operator, OUTSIDE))
    team["participant"][0]["period"] = {"start": "2026-01-01", "end": "2026-06-30"}
    stored(her, team)
    doctor = practitioner(operator, hpr("gp-b"))
    for actor in (f"Practitioner/{doctor}", f"Organization/{places['hospital-b']}"):
        stored(her, a_block(woman.reference, {"reference": actor}))


def let_in(her: Person, woman: Woman, system: str, code: str, number: str) -> None:
    """She lets the person with this number in, as what the code says."""
    role = {"coding": [{"system": system, "code": code}]}
    actor = {"role": role, "reference": {"identifier": {"system": codes.FNR, "value": number}}}
    stored(her, a_choice(woman.reference, "permit", actor=[actor]))


def _closing(midwife: Person, citizen: Callable[[Woman], Person], operator: Person) -> Woman:
    """A woman who restricts all from her carers, a GP office of her choice among them, but for her midwife's place."""
    woman = register(midwife)
    her = citizen(woman)
    stored(her, a_team(woman.reference, organization(operator, orgnr("gp-b"))))
    stored(her, a_restriction(woman.reference, opened_for=orgnr("midwives-a")))
    return woman


def _open(attacker: Person, items: dict[str, Item]) -> dict[str, Item]:
    """Those of ``items`` that ``attacker`` may read."""
    return {name: item for name, item in items.items() if name not in CLOSED[attacker.wish.role]}


def _unregistered(midwife: Person, person: Callable[..., Person]) -> tuple[Woman, Person]:
    """One under 16, and whoever the token calls her guardian, whom nobody has registered."""
    young = register(midwife, birthDate=f"{clock.now().year - 14}-01-01")
    return young, person("representative", represented=young.number, guardian=True)


def leaks(server: Server) -> Leaks:
    """The world of the matrix on ``server``."""

    def person(role: str, key: str = "", **wish: Any) -> Person:
        return server.person(role, key=key, bearer=True, **wish)

    elsewhere = organization_number(31009900)  # what it writes must be no other caller's own
    harness = person("harness", organization=elsewhere)
    operator, midwife = person("operator"), person("midwife")

    def items(carer: Person, woman: Woman, *labels: str) -> dict[str, Item]:
        return all_items(harness, carer, woman, *labels)

    woman, other, kept, sensitive, shown, waiting = (register(midwife) for _ in range(6))
    citizen: Callable[[Woman], Person] = lambda who: person("citizen", person=who.number)  # noqa: E731
    _chosen(citizen(woman), operator, woman)
    attackers = {
        "no relation": (person("midwife", "midwife-b"), midwife),
        "blocked person": (person("gp", "gp-b"), person("gp", "gp-c")),
        "blocked organization": (person("hospital", "hospital-b"), person("hospital", "hospital-a")),
        "ended relation": (person("gp", "gp-a"), person("gp", "gp-c")),
    }
    acting = [
        midwife,
        person("nurse"),
        operator,
        person("auditor"),
        *(who for pair in attackers.values() for who in pair),
    ]
    acting += [citizen(who) for who in (woman, other, kept, waiting)]
    assisting = {name: person(name) for name in OPEN_TO}
    represents = {who: person("representative", represented=who.number) for who in (woman, shown)}
    young, guardian = _unregistered(midwife, person)
    acting += [*assisting.values(), *represents.values(), guardian]
    let_in(citizen(woman), woman, codes.CS_CARD, "doula", DOULA[1])
    let_in(citizen(shown), shown, ROLE_CODE, "HPOWATT", REPRESENTATIVE[1])
    closing = _closing(midwife, citizen, operator)
    narrowed = person("midwife", scope=NARROW_SCOPE)
    happening = feeds([*acting, narrowed], (woman, young, kept, sensitive, closing, shown, waiting))
    hers, others = items(midwife, woman), items(midwife, other)
    open_to_her = items(midwife, kept)
    open_to_nurse = items(midwife, sensitive)
    open_to_him = items(
        midwife, shown
    )  # a woman of his own: what controls leave behind is seen by who is let in
    from_him = items(midwife, shown, codes.NOPAT)
    withheld, guarded = items(midwife, kept, codes.NOPAT), items(midwife, sensitive, "SDV")
    told_later, waits = items(midwife, waiting), waiting_items(harness, items(midwife, waiting))
    for opened in (open_to_her, open_to_nurse, open_to_him, told_later):
        del opened["Patient"]  # the same Patient carries the label now
    reasons = {
        name: Reason(
            name,
            who,
            entitled,
            hers,
            _open(who, items(who, register(who))),
            blocked=name.startswith("blocked"),
        )
        for name, (who, entitled) in attackers.items()
    }
    closed_out = person("gp", "gp-c")
    for_treatment = attackers["blocked organization"][0]
    granted(person("hospital", "hospital-b", purpose="BTG"), sensitive)
    more = (
        Reason("another woman", citizen(other), citizen(woman), hers, _open(citizen(other), others)),
        Reason("kept from her", citizen(kept), midwife, withheld, _open(citizen(kept), open_to_her)),
        Reason(
            "kept from her until told",
            citizen(waiting),
            midwife,
            waits,
            _open(citizen(waiting), told_later),
            along=True,
        ),
        Reason("sensitive", person("nurse"), midwife, guarded, _open(person("nurse"), open_to_nurse)),
        Reason(
            "restricted",
            closed_out,
            midwife,
            items(midwife, closing),
            _open(closed_out, items(closed_out, register(closed_out))),
            blocked=True,
        ),
        Reason("operator", operator, midwife, hers, {}),
        Reason(
            "wrong purpose",  # a grant for an emergency, and a token that attests none
            for_treatment,
            midwife,
            open_to_nurse | {"Patient": guarded["Patient"]},
            reasons["blocked organization"].visible,
        ),
        Reason("narrow scope", narrowed, midwife, hers, {}),
        *(Reason(name, who, midwife, hers, {}) for name, who in assisting.items()),
        Reason("represented unasked", represents[woman], midwife, hers, {}),
        Reason(
            "kept from representative",
            represents[shown],
            midwife,
            from_him,
            _open(represents[shown], open_to_him),
        ),
        Reason("guardian unregistered", guardian, midwife, items(midwife, young), {}),
        Reason("auditor", person("auditor"), midwife, hers, {}),
        Reason("outside pilot", person("midwife", organization=OUTSIDE), midwife, hers, {}),
    )
    return Leaks(server, harness, reasons | {reason.name: reason for reason in more}, happening)
