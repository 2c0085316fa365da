"""Her choices: what a Consent means for access, and what is wrong with one that could not be kept.

IHE Privacy Consent on FHIR, https://profiles.ihe.net/ITI/PCF: a root provision and exceptions to it. To deny named
actors blocks them; to deny without actors restricts all, or the types (``class``) and labels (``securityLabel``) that
are named; to permit actors opens for them what is restricted. A person who is no health personnel is named by
identity number: she lets her in as a doula, or as whom she gave a power of attorney, until she ends it; of one under 16 a
carer registers a guardian so (``guardianship.py``). With the
category ``taking-part`` it is about taking part at all, with ``notices`` about being told. Pasientjournalloven § 17;
pasient- og brukerrettighetsloven §§ 4-1, 5-3.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.access.caller import CLINICIANS, EVERYONE, Caller, Role
from app.access.labels import label_of
from app.access.rules import ANY
from app.fhir.codes import CS_CARD, DNR, FNR, HPR, ORGNR
from app.fhir.dates import interval
from app.fhir.outcome import Issue
from app.interactions import guardianship
from app.store.targets import Targets

Json = dict[str, Any]
Row = tuple[Any, ...]
DECIDING = CLINICIANS | {Role.CITIZEN, Role.REPRESENTATIVE}
TAKING_PART, NOTICES = f"{CS_CARD}|taking-part", f"{CS_CARD}|notices"
WHOLE = ""
_ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
GUARDIAN = "guardian"
LETS_IN = {  # as what, by the actor's role
    f"{CS_CARD}|doula": "doula",
    f"{_ROLE_CODE}|HPOWATT": "represent",
    f"{_ROLE_CODE}|GUARD": GUARDIAN,
}
_TYPES = "http://hl7.org/fhir/resource-types"
_NARROWS = (
    "code",
    "data",
    "dataPeriod",
    "purpose",
    "action",
)  # would narrow a choice in ways that are not kept


_PREFIXES = {HPR: "hpr:", ORGNR: "org:", FNR: "nin:", DNR: "nin:"}


def period_of(value: Any, default: datetime) -> tuple[datetime, datetime | None]:
    """When a period begins, ``default`` where it does not say so, and ends, if it does."""
    period = value if isinstance(value, dict) else {}
    begins = interval(period["start"])[0] if "start" in period else default
    return begins, interval(period["end"])[1] if "end" in period else None


def actor_of(reference: Any, targets: Targets) -> str | None:
    """``org:<number>``, ``hpr:<number>`` or ``nin:<number>``: of a literal reference that was looked up, or of a logical one."""
    identifier = reference.get("identifier") if isinstance(reference, dict) else None
    if isinstance(identifier, dict) and "reference" not in reference:
        prefix = _PREFIXES.get(identifier.get("system", ""))
        return f"{prefix}{identifier.get('value')}" if prefix else None
    parts = reference.get("reference", "").split("/") if isinstance(reference, dict) else []
    target = targets.found.get((parts[-2], parts[-1])) if len(parts) >= 2 else None  # noqa: PLR2004 (Type/id)
    return target.actor if target else None


def _provisions(consent: Json) -> Iterator[tuple[str, Json]]:
    """The root provision and its exceptions, each with its place; an exception lasts as long as its root at most."""
    root = consent.get("provision") or {}
    yield "Consent.provision", root
    for n, exception in enumerate(root.get("provision", ())):
        period = {**root.get("period", {}), **exception.get("period", {})}
        yield f"Consent.provision.provision[{n}]", {**exception, **({"period": period} if period else {})}


def _is_about(subject: str, consent: Json) -> bool:
    return any(
        f"{coding.get('system')}|{coding.get('code')}" == subject
        for category in consent.get("category", ())
        for coding in category.get("coding", ())
    )


def _about_privacy(consent: Json) -> bool:
    """Not of treatment or research, to which a refusal restricts nothing here."""
    return any(coding.get("code") == "patient-privacy" for coding in consent["scope"].get("coding", ()))


def project(consent: Json, patient: str, at: datetime, targets: Targets) -> Iterator[Row]:
    """The rows of ``choice``: woman, kind, actor, part, begin and end. What is denied is denied from now at the latest."""
    if consent.get("status") != "active":
        return
    seen: set[Row] = set()
    for _, provision in _provisions(consent):
        denied = provision.get("type") == "deny"
        begins, ends = period_of(provision.get("period"), at)
        for kind, actor, part in _kinds(consent, provision, targets):
            if (kind, actor, part) not in seen:
                seen.add((kind, actor, part))
                yield (patient, kind, actor, part, min(begins, at) if denied else begins, ends)


def _kinds(consent: Json, provision: Json, targets: Targets) -> Iterator[tuple[str, str, str]]:
    kind, named = provision.get("type"), provision.get("actor", ())
    if kind not in {"deny", "permit"}:
        return
    if named:
        if kind == "permit" and not _about_privacy(consent):
            return
        actors = ((actor_of(row.get("reference"), targets), row) for row in named)
        parts = (WHOLE,) if kind == "deny" else _parts(provision)
        for actor, row in actors:
            means = "block" if kind == "deny" else _opens(actor or "", row)
            if actor and means:
                yield from ((means, actor, part) for part in parts)
    elif _is_about(TAKING_PART, consent):
        yield ("block" if kind == "deny" else "part", EVERYONE, WHOLE)
    elif _is_about(NOTICES, consent):
        if kind == "deny":
            yield ("mute", EVERYONE, WHOLE)
    elif kind == "deny" and _about_privacy(consent):
        yield from (("restrict", EVERYONE, part) for part in _parts(provision))


def _opens(actor: str, row: Json) -> str | None:
    """What a permit means for its actor: personnel are opened for, other people let in as what the role says."""
    if not actor.startswith("nin:"):
        return "open"
    codings = row.get("role", {}).get("coding", ())
    found = (LETS_IN.get(f"{coding.get('system')}|{coding.get('code')}") for coding in codings)
    return next(filter(None, found), None)


def withdraws(consent: Json | None, before: Json | None) -> bool:
    """Whether she may take no part any more by this, where consent is required: she denies it, or ends what permitted."""
    if consent and consent.get("status") == "active" and _is_about(TAKING_PART, consent):
        return any(row.get("type") == "deny" and not row.get("actor") for _, row in _provisions(consent))
    permitted = before is not None and before.get("status") == "active" and _is_about(TAKING_PART, before)
    return permitted and any(row.get("type") == "permit" for _, row in _provisions(before or {}))


def agrees(consent: Json) -> bool:
    """Whether it says that she takes part."""
    permits = (row.get("type") == "permit" and not row.get("actor") for _, row in _provisions(consent))
    return consent.get("status") == "active" and _is_about(TAKING_PART, consent) and any(permits)


def _parts(provision: Json) -> tuple[str, ...]:
    """The types and labels that a provision names; all where it names none."""
    types = (coding.get("code", "") for coding in provision.get("class", ()))
    labels = (label_of(coding) for coding in provision.get("securityLabel", ()))
    return tuple(sorted({*types, *labels})) or (WHOLE,)


def problems(consent: Json, caller: Caller, targets: Targets, place: str) -> Iterator[Issue]:
    """What could not be kept as it is meant: she must not believe that it is."""
    for where, provision in _provisions(consent):
        kind, privacy = provision.get("type"), _about_privacy(consent)
        if kind == "deny" or (kind == "permit" and privacy):
            yield from _unknown_actors(provision, targets, place, where)
            yield from _unsaid(provision, targets, place, where)
        if privacy and (kind == "permit" or (kind == "deny" and not provision.get("actor"))):
            yield from _not_kept(provision, place, where)
        if where != "Consent.provision" and "provision" in provision:
            text = f"{place}An exception has no exceptions of its own here"
            yield Issue("not-supported", text, (f"{where}.provision",))
    if caller.role is Role.REPRESENTATIVE:
        yield from guardianship.agreed(consent, place, is_part=agrees(consent) and _is_plain(consent))
    elif caller.role is not Role.CITIZEN:
        yield from _on_her_behalf(consent, place)


def _unknown_actors(provision: Json, targets: Targets, place: str, where: str) -> Iterator[Issue]:
    for n, actor in enumerate(provision.get("actor", ())):
        if actor_of(actor.get("reference"), targets) is None:
            text = f"{place}Name a Practitioner with HPR number or an Organization with organisation number"
            yield Issue("business-rule", text, (f"{where}.actor[{n}].reference",))


def _unsaid(provision: Json, targets: Targets, place: str, where: str) -> Iterator[Issue]:
    """A person who is let in without a word as what."""
    for n, row in enumerate(provision.get("actor", ()) if provision.get("type") == "permit" else ()):
        actor = actor_of(row.get("reference"), targets)
        if actor and _opens(actor, row) is None:
            text = f"{place}The role says as what she lets a person in: {' or '.join(sorted(LETS_IN))}"
            yield Issue("business-rule", text, (f"{where}.actor[{n}].role",))


def _not_kept(provision: Json, place: str, where: str) -> Iterator[Issue]:
    for name in _NARROWS:
        if name in provision:
            text = f"{place}What is restricted or opened is named by class (types) and securityLabel, not by {name}"
            yield Issue("not-supported", text, (f"{where}.{name}",))
    for n, coding in enumerate(provision.get("class", ())):
        if coding.get("system", _TYPES) != _TYPES or coding.get("code") not in ANY:
            text = f"{place}A class is a resource type that this server keeps ({_TYPES})"
            yield Issue("code-invalid", text, (f"{where}.class[{n}]",))


def _on_her_behalf(consent: Json, place: str) -> Iterator[Issue]:
    """A carer records what she has chosen, with its source; nobody opens for himself what she closed."""
    if not any(name in consent for name in ("sourceAttachment", "sourceReference")):
        text = f"{place}A choice that is recorded on her behalf names its source"
        yield Issue("business-rule", text, ("Consent.source[x]",))
    patient = consent.get("patient", {}).get("reference")
    if patient not in {performer.get("reference") for performer in consent.get("performer", ())}:
        yield Issue(
            "business-rule", f"{place}The choice is hers: she is its performer", ("Consent.performer",)
        )
    for where, provision in _provisions(consent):
        if provision.get("type") == "permit" and provision.get("actor"):
            if _means(provision) == {GUARDIAN}:
                yield from guardianship.registered(consent, place)
                continue
            text = f"{place}Only she herself opens what she has restricted"
            yield Issue("business-rule", text, (f"{where}.type",))


def _means(provision: Json) -> set[str | None]:
    """As what a permit lets its actors in; None for what is said of none."""
    return {_opens("nin:", row) for row in provision.get("actor", ())}


def names_guardian(consent: Json) -> bool:
    """Whether it registers a guardian."""
    permits = (row for _, row in _provisions(consent) if row.get("type") == "permit")
    return any(GUARDIAN in _means(row) for row in permits)


def _is_plain(consent: Json) -> bool:
    """Whether it says one thing, of all."""
    return set(consent.get("provision", {})) <= {"type", "period"}
