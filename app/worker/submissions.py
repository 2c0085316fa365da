"""Answers to forms and home measurements that she sends in on Helsenorge, taken in as hers: in order, once, or refused by name.

*Pasientens måledata*: blood pressure and glucose that she measured herself, as Observations whose performer she is. They take
the ordinary way of what she writes: validated, tagged as reported by her, before a clinician to confirm, under the rules' eyes.
"""

import logging
import uuid
from typing import Any

from app import clock
from app.fhir import codes
from app.fhir import json as fhir_json
from app.fhir.outcome import FhirError
from app.gateways.failures import Failure
from app.gateways.helseid import Token
from app.gateways.helsenorge_forms import REFUSED as SAID_REFUSED
from app.gateways.helsenorge_forms import TAKEN as SAID_TAKEN
from app.gateways.helsenorge_forms import Forms, Submission
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import House
from app.mapping.hers import FORMS
from app.store import breakers, registers, submissions
from app.store.deliveries import HELSENORGE
from app.store.submissions import REFUSED, TAKEN, Known
from app.store.targets import find
from app.worker.attempts import masked, note_attempt
from app.worker.channels import Channels
from app.worker.hers import as_her
from app.worker.system import context

CLIENT, NAME = "helsenorge-skjema", "Sendt inn på Helsenorge"
IDENTIFIER = "https://www.helsenorge.no/innsending"
OFFERED = ("intake", "birth-plan", "epds", "user-experience")
# What she measures at home; a tolerance test is none of it, and its two-hour value is judged by other limits
MEASURED = {
    (codes.LOINC, codes.BP_PANEL), (codes.LOINC, codes.GLUCOSE_FASTING), (codes.CS_CARD, "glucose-random"),
}  # fmt: skip
_FEED = "helsenorge-submissions"
_SPACE = uuid.UUID("7e0f1f5e-52a5-4f0c-9a0e-7f4d1a3b6c20")
_INTERNAL = 500
_log = logging.getLogger("helsekort.worker")
Json = dict[str, Any]


class Wrong(Exception):
    """It cannot be taken; the text names element and reason, and nobody."""


async def take_in(house: House, channels: Channels) -> None:
    """Read the feed on, write what came, and tell Helsenorge what became of it."""
    forms, helseid = channels.forms, channels.helseid
    if forms is None or helseid is None or not await breakers.admit(house.database, HELSENORGE, clock.now()):
        return
    audience = house.settings.helsenorge_audience
    try:
        token = await helseid.machine_token(audience)
        with helseid.tried(audience):
            await _read_on(house, forms, token)
            for row in await submissions.untold(house.database):
                status = SAID_TAKEN if row.state == TAKEN else SAID_REFUSED
                await forms.acknowledge(token, row.id, status, row.reason)
                await submissions.told(house.database, row.id, clock.now())
    except Failure as failure:
        await note_attempt(house, HELSENORGE, failure)
        return
    await note_attempt(house, HELSENORGE, None)


async def _read_on(house: House, forms: Forms, token: Token) -> None:
    known = await registers.position(house.database, _FEED) or 0
    while page := await forms.submissions(token, known):
        for row in page:
            await _one(house, row)
        known = max(known + 1, page[-1].sequence)
        await registers.heard(house.database, _FEED, [], known, clock.now())


async def _one(house: House, row: Submission) -> None:
    """Write it, unless it was written before, and keep what became of it. Raises FhirError where it may go well later."""
    if await submissions.known(house.database, row.id) is not None:
        return
    patient = await submissions.patient_of(house.database, row.number)
    kind, id_ = row.resource.get("resourceType"), str(uuid.uuid5(_SPACE, row.id))
    state, reason = TAKEN, None
    try:
        if patient is None:
            raise Wrong("She has no card here")  # noqa: TRY301 (told like all that cannot be taken)
        kind, id_ = await _write(house, row, patient, id_)
    except (Wrong, FhirError) as error:
        if isinstance(error, FhirError) and error.status >= _INTERNAL:
            raise
        state, reason = REFUSED, masked(_why(error))
        _log.warning("a submission of Helsenorge's was refused: %s", type(error).__name__)
    said = Known(row.id, state, row.sequence, str(kind)[:64], id_ if state == TAKEN else None)
    await submissions.keep(house.database, said, patient, reason, clock.now())


def _why(error: Exception) -> str:
    if not isinstance(error, FhirError):
        return str(error)
    return "; ".join(issue.diagnostics for issue in error.issues if issue.severity != "warning")


async def _write(house: House, row: Submission, patient: str, id_: str) -> tuple[str, str]:
    """Type and id of what was written. Raises Wrong, FhirError."""
    resource = _hers(row, patient)
    kind = str(resource["resourceType"])
    former = await submissions.known(house.database, row.replaces) if row.replaces else None
    if former is not None and former.state == TAKEN:
        if former.sequence > row.sequence or former.type != kind or former.resource is None:
            raise Wrong(f"{kind}.identifier: it replaces something later, or of another kind")
        id_ = former.resource
    looking = context(house, "read", type=kind, operation="$submission", name=NAME)
    there = (await find(looking.session, [(kind, id_)], bodies=[f"{kind}/{id_}"])).found.get((kind, id_))
    if there is not None and there.body is not None and _number(fhir_json.parse(there.body)) == row.id:
        return kind, id_  # written, and killed before it was noted
    method = "create" if there is None else "update"
    if there is not None and kind == "QuestionnaireResponse":
        resource["status"] = "amended"
    body = {**resource, "id": id_}
    draft = Draft(
        method, kind, id_, body, fhir_json.dump(body), if_match=None if there is None else there.version
    )
    writing = as_her(house, row.number, CLIENT, NAME, interaction=method, type=kind, target=id_)
    await apply(writing, [draft])
    return kind, id_


def _number(resource: Json) -> str | None:
    """By which submission a stored resource is as it is."""
    found = resource.get("identifier", [])
    rows = found if isinstance(found, list) else [found]
    return next((row.get("value") for row in rows if row.get("system") == IDENTIFIER), None)


def _hers(row: Submission, patient: str) -> Json:
    """What she sent in, about her and by her. Raises Wrong."""
    kind = row.resource.get("resourceType")
    named = {"system": IDENTIFIER, "value": row.id}
    her = {"reference": f"Patient/{patient}"}
    kept = {name: value for name, value in row.resource.items() if name not in {"id", "meta", "text"}}
    if kind == "QuestionnaireResponse":
        form = str(row.resource.get("questionnaire", "")).partition("|")[0].removeprefix(FORMS)
        if not form.startswith(OFFERED):
            raise Wrong("QuestionnaireResponse.questionnaire: no form that is offered on Helsenorge")
        if row.resource.get("status") not in {"completed", "amended"}:
            raise Wrong("QuestionnaireResponse.status: only what she has completed is taken in")
        return kept | {"identifier": named, "subject": her, "author": her, "source": her}
    if kind != "Observation":
        raise Wrong("resourceType: answers and measurements are taken in, nothing else")
    codings = row.resource.get("code", {}).get("coding", [])
    if MEASURED.isdisjoint((one.get("system"), one.get("code")) for one in codings):
        raise Wrong("Observation.code: blood pressure (85354-9), glucose fasting (14771-0) or at any time")
    if "effectiveDateTime" not in row.resource:
        raise Wrong("Observation.effectiveDateTime: when she measured must be said")
    return kept | {"identifier": [named], "status": "final", "subject": her, "performer": [her]}
