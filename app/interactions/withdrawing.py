"""``Patient/$withdraw``, ``Patient/$erasure``, ``$retractions``: she takes no part any more; the receipt; who must know.

In the pilot regime (consent required) all that was stored of her is erased (design §3); where taking part needs no
consent, the same is a reservation: the card is closed and stays. GDPR articles 7 no. 3, 17, 19.
"""

from datetime import datetime
from typing import Any

from app import clock
from app.access.caller import CLINICIANS, Role
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.codes import ORGNR
from app.fhir.outcome import Forbidden, NotFound
from app.fhir.parameters import Given
from app.interactions import participation
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Answer, Context, in_parameters
from app.interactions.guard import scoped
from app.render.receipt_words import REMAINS, language_of
from app.store import shared_with, withdrawals
from app.store.erasure_table import KEPT

Json = dict[str, Any]


async def withdraw(context: Context, _given: Given, _id: str | None) -> Answer:
    """``Patient/$withdraw``: her Consent that she takes no part, in force on the next request. Raises FhirError."""
    scoped(context.caller, "create")
    if context.caller.role is not Role.CITIZEN:
        raise Forbidden("She herself withdraws; a choice that is recorded on her behalf is a Consent")
    patient = await withdrawals.own_id(context.session)
    if patient is None:
        raise NotFound("There is no card of yours here", "Patient")
    consent = participation.no_part(f"Patient/{patient}", clock.instant(context.entry.at))
    draft = Draft("create", "Consent", clock.new_id(), consent, fhir_json.dump(consent))
    write = (await apply(context, [draft]))[0].write
    rows: list[Json] = [
        {"name": "patient", "valueReference": {"reference": f"Patient/{patient}"}},
        {"name": "consent", "valueReference": {"reference": f"Consent/{draft.id}"}},
    ]
    rows += [
        {"name": "erased", "valueBoolean": bool(write and write.withdrawals)},
        *(
            {"name": "due", "valueInstant": clock.instant(due)}
            for *_, due in (write.withdrawals if write else ())
        ),
    ]
    return in_parameters(*rows)


async def receipts(context: Context, given: Given, _id: str | None) -> Answer:
    """``Patient/$erasure``: what was erased and when, who had been shown it, what remains and why. Raises FhirError."""
    scoped(context.caller, "read")
    role = context.caller.role
    if role not in {Role.CITIZEN, Role.AUDITOR}:
        raise Forbidden("The receipt of an erasure is read by her and by the auditor")
    found = await withdrawals.receipts(context.session, mine=role is Role.CITIZEN)
    language = language_of(given.text("_language"))
    return in_parameters(*(_receipt(row, language, whole=role is Role.AUDITOR) for row in found))


def _receipt(row: Json, language: str, *, whole: bool) -> Json:
    """``whole``: with what is kept from her, and the rows of each table, which would tell of it."""
    parts: list[Json] = [{"name": name, "valueString": row[name]} for name in ("id", "state")]
    parts.append({"name": "patient", "valueReference": {"reference": f"Patient/{row['patient']}"}})
    parts += [
        {"name": name, "valueInstant": clock.instant(row[name])}
        for name in ("asked", "due", "ended")
        if row[name]
    ]
    receipt = row["receipt"]
    if receipt is None:
        return {"name": "withdrawal", "part": parts}
    shown = [one for one in receipt["erased"] if whole or not one["kept"]]
    parts += [_erased(one) for one in shown]
    parts += [_recipient(one) for one in receipt["recipients"]]
    parts += [_retraction(one) for one in row["retractions"] or ()]
    parts += [_part("remains", code=code, text=text) for code, text in REMAINS[language].items()]
    if whole:
        parts += [_part("rows", table=name, count=count) for name, count in receipt["rows"].items()]
        parts += [_part("kept", table=name, text=why) for name, why in KEPT.items()]
        parts.append(_part("named", count=receipt["named"]))
    return {"name": "withdrawal", "part": parts}


def _part(name: str, /, **values: Any) -> Json:
    kinds = {str: "valueString", int: "valueInteger"}
    return {"name": name, "part": [{"name": key, kinds[type(one)]: one} for key, one in values.items()]}


def _erased(one: Json) -> Json:
    return _part("erased", type=one["type"], resources=one["resources"], versions=one["versions"])


def _recipient(one: Json) -> Json:
    row = _part("recipient", **{name: one[name] for name in ("name", "via", "times") if one[name]})
    last = clock.instant(datetime.fromisoformat(one["last"]))
    row["part"].append({"name": "last", "valueInstant": last})
    if one["organization"]:
        place = {"system": ORGNR, "value": one["organization"]}
        row["part"].insert(0, {"name": "organization", "valueIdentifier": place})
    return row


def _retraction(one: Json) -> Json:
    row = _part("retraction", kind=one["kind"], state=one["state"])
    at = clock.instant(datetime.fromisoformat(one["at"]))
    row["part"].append({"name": "at", "valueInstant": at})
    return row


async def retractions(context: Context, given: Given, _id: str | None) -> Answer:
    """``$retractions``: women who withdrew, with what of theirs the caller's organisation had been shown. Raises FhirError."""
    scoped(context.caller, "read")
    if context.caller.role not in CLINICIANS:
        raise Forbidden("Retractions are told to the organisations that had been shown something")
    text = given.text("since")
    since = datetime.fromisoformat(text) if text else None
    base, entries = context.house.fhir_base, []
    for row in await withdrawals.of_recipients(context.session, since):
        told = await shared_with.told(
            context.house.database, row["patient"], organizations=context.caller.organizations
        )
        at = clock.instant(row["ended"])
        for key in dict.fromkeys([("Patient", row["patient"]), *told]):
            url = "/".join(key)
            entries.append(
                Entry(
                    None,
                    f"{base}/{url}",
                    {
                        "request": {"method": "DELETE", "url": url},
                        "response": {"status": "204", "lastModified": at},
                    },
                )
            )
    at = clock.instant(context.entry.at)
    links = [("self", f"{base}/$retractions")]
    return Answer(200, bundle("history", entries, id_=context.entry.id, timestamp=at, links=links))
