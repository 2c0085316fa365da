"""``Patient/{id}/$explain-access``: who can see this, by which row and on what ground, and why one was refused.

For the woman and the auditor (pasientjournalloven §§ 18, 22; pasient- og brukerrettighetsloven § 5-1). Each answer is the
decision of the access rows themselves, made for another caller; none of it is a rule of its own.
"""

from typing import Any

from app import clock
from app.access.caller import PERSONNEL, Caller, Role
from app.access.grounds import version_of
from app.access.roles import ROLES
from app.access.rows import CARERS
from app.access.rules import BY_ID, hidden_elements, told
from app.fhir.codes import ORGNR
from app.fhir.outcome import BadRequest, Forbidden, NotFound
from app.fhir.parameters import Given
from app.interactions.audit_reading import FIRST, LAST
from app.interactions.belonging import literal_key
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.guard import scoped
from app.store import audit_events, explaining
from app.store.explaining import Answered

Json = dict[str, Any]
Key = tuple[str, str]


async def explain(context: Context, given: Given, id_: str | None) -> Answer:
    """Who can see a resource of hers (or herself), and how a caller, or an entry of the log, was decided. Raises FhirError."""
    scoped(context.caller, "read")
    if context.caller.role not in {Role.CITIZEN, Role.AUDITOR}:
        raise Forbidden("Who can see what is explained to her and to the auditor")
    patient = id_ or ""
    key = _key(context, given, patient)
    described = _described(given)
    if not await explaining.target(context.session, patient, key):
        raise NotFound(f"There is no {key[0]}/{key[1]} of this woman", "Parameters.parameter")
    rows: list[Json] = [{"name": "about", "valueReference": {"reference": "/".join(key)}}]
    rows += await _everyone(context, patient, key)
    if described is not None:
        rows.append(
            _row("caller", described, await explaining.decided(context.session, described, patient, key))
        )
    if given.text("entry"):
        rows += await _entry(context, given.text("entry"), patient, key)
    return in_parameters(*rows)


def _key(context: Context, given: Given, patient: str) -> Key:
    reference = given.one("resource", {}).get("reference", f"Patient/{patient}")
    key = literal_key(reference, context.house.fhir_base)
    if key is None:
        raise BadRequest("resource is a reference to a resource of this server", "resource")
    return key


def _described(given: Given) -> Caller | None:
    """The caller that is asked about. Raises BadRequest."""
    names = ("role", "organization", "hpr", "purpose")
    role, organization, hpr, purpose = (given.text(name) for name in names)
    if not (role or organization or hpr or purpose):
        return None
    if role not in {one.value for one in PERSONNEL}:
        raise BadRequest(f"role is one of {', '.join(sorted(PERSONNEL))}", "role")
    places = (organization,) if organization else ()
    return _caller(Role(role), places, hpr=hpr or None, purpose=purpose or None, decision="asked")


def _caller(role: Role, organizations: tuple[str, ...], **more: Any) -> Caller:
    subject = f"hpr:{more['hpr']}" if more.get("hpr") else "asked"
    return Caller(role, subject=subject, client="asked", organizations=organizations, **more)


async def _everyone(context: Context, patient: str, key: Key) -> list[Json]:
    """Each organisation that is related to her, in each role that its people may have; who was let in by name."""
    rows: list[Json] = []
    for relation in await explaining.relations(context.session, patient):
        place = relation["organization"]
        kind = context.house.settings.pilot.kind(place)
        for role in sorted({row for *_, of, row in ROLES if of == kind}):
            caller = _caller(role, (place,))
            answered = await explaining.decided(context.session, caller, patient, key)
            rows.append(_row("access", caller, answered, relation))
    rows += await _in_emergency(context, patient, key)
    return rows + await _let_in(context, patient, key)


async def _in_emergency(context: Context, patient: str, key: Key) -> list[Json]:
    """Each person with a grant that is not over, in the roles that people of her or his organisation may have then."""
    rows: list[Json] = []
    for grant in await explaining.granted(context.session, patient):
        place, kind = grant["organization"], context.house.settings.pilot.kind(grant["organization"])
        urgent = (role for role in ROLES if role[2] == kind and role[3] in CARERS)
        for role in sorted({row for *_, row in urgent}):
            hpr = grant["person"].removeprefix("hpr:")
            caller = _caller(role, (place,), hpr=hpr, purpose=grant["purpose"], decision=grant["decision"])
            answered = await explaining.decided(context.session, caller, patient, key)
            rows.append(_row("access", caller, answered, {**grant, "kind": "emergency"}))
    return rows


async def _let_in(context: Context, patient: str, key: Key) -> list[Json]:
    """Each person who is let in by name and can see it; by the Consent that says so, without the person's number."""
    rows: list[Json] = []
    for row in await explaining.let_in(context.session, patient):
        kind, number = row["kind"], row["actor"].removeprefix("nin:")
        caller = Caller(
            Role.DOULA if kind == "doula" else Role.REPRESENTATIVE, subject="asked", client="asked",
            number=row["hers"], own_number=number, guardian=kind == "guardian",
        )  # fmt: skip
        answered = await explaining.decided(context.session, caller, patient, key)
        if answered.rule and answered.rule.startswith("allow."):
            made = _row("access", caller, answered, row)
            consent = {"reference": f"Consent/{row['consent']}"}
            made["part"].append({"name": "consent", "valueReference": consent})
            rows.append(made)
    return rows


def _row(name: str, caller: Caller, answered: Answered, relation: Any = None) -> Json:
    parts: list[Json] = [{"name": "role", "valueCode": caller.role.value}]
    if caller.organizations:
        place = {"system": ORGNR, "value": caller.organizations[0]}
        parts.append({"name": "organization", "valueIdentifier": place})
    if relation is not None:
        parts.append({"name": "relation", "valueCode": relation["kind"]})
        parts += [
            {"name": at, "valueInstant": clock.instant(relation[at])}
            for at in ("begins", "ends")
            if relation[at]
        ]
    return {"name": name, "part": [*parts, *_decision(answered.rule, related=answered.related)]}


def _decision(rule: str | None, *, related: bool | None) -> list[Json]:
    """Whether it is allowed, by which row, its ground and the date of the law, what is hidden, and what is told."""
    parts: list[Json] = [{"name": "allowed", "valueBoolean": bool(rule and rule.startswith("allow."))}]
    row = BY_ID.get(rule or "")
    if row is None:
        text = "No row gives a right, and without one the answer is no"
        if related is False:
            text = f"{text}: the organisation has no relation to her that is in force"
        return [*parts, {"name": "why", "valueString": text}]
    parts += [
        {"name": "rule", "valueString": row.id},
        {"name": "ground", "valueString": row.ground},
    ]
    if version_of(row.ground):
        parts.append({"name": "groundDate", "valueDate": version_of(row.ground)})
    parts += [{"name": "hidden", "valueString": element} for element in hidden_elements(row.id)]
    return parts + ([{"name": "why", "valueString": told(row.id)}] if told(row.id) else [])


async def _entry(context: Context, entry: str, patient: str, key: Key) -> list[Json]:
    """How a request of the log was decided then, and how the same caller would be now. Raises NotFound."""
    part = context.part(interaction="read", type="AuditEvent", target=entry[:64])
    found = await audit_events.rows(part.session, id_=entry, patient=patient, span=(FIRST, LAST), count=1)
    if not found:
        raise NotFound(f"There is no AuditEvent/{entry[:64]} about her", "entry")
    request, result = found[0].request, found[0].result
    rules = sorted({row[3] for row in result["shown"] if row[3] and row[4] == patient and not row[5]})
    rule = result["verdict"].rpartition(":")[2] if not rules else rules[0]
    then: list[Json] = [
        {"name": "entry", "valueString": entry},
        {"name": "verdict", "valueString": result["verdict"]},
    ]
    rows: list[Json] = [{"name": "then", "part": [*then, *_decision(rule, related=None)]}]
    if request.get("role") in {one.value for one in PERSONNEL}:
        who = _caller(
            Role(request["role"]), tuple(request.get("organizations", ())), hpr=request.get("hpr"),
            purpose=request.get("purpose"), decision=request.get("decision"),
        )  # fmt: skip
        rows.append(_row("now", who, await explaining.decided(context.session, who, patient, key)))
    return rows
