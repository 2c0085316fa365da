"""The card as a FHIR document, and its findings as Flags.

https://hl7.org/fhir/R4/documents.html; Composition type LOINC 57055-6 (IHE), SNOMED CT 736377005 (KBV,
CH EPREG) and Volven 9602 F04-2 (no-basis).
The bodies of stored resources are put in as they are; only what is computed is written here.
"""

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import msgspec

from app.clock import instant
from app.fhir import codes as c
from app.fhir.json import dump
from app.fhir.newborn import is_child
from app.mapping import contradictions, elsewhere_facts, joined_team
from app.mapping.document_parts import code, security, urn
from app.mapping.narrative import Section, clock, sections
from app.mapping.record_facts import FINDING_KEY
from app.pregnancy.card import View
from app.pregnancy.rules import Finding

REST = Section("other", "Andre opplysninger", ())
EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
FLAG_DETAIL = "http://hl7.org/fhir/StructureDefinition/flag-detail"
DOCUMENT_ID = f"{c.CANONICAL}/card-document"
Json = dict[str, Any]


class _Head(msgspec.Struct):
    type: str = msgspec.field(name="resourceType")
    id: str = ""


_head = msgspec.json.Decoder(_Head)


def document(
    view: View,
    *,
    episode_id: str,
    bundle_id: str,
    at: datetime,
    resources: Sequence[bytes],
    base: str = c.CANONICAL,
    since: datetime | None = None,
    changed: Container[str] = (),
    beside: Sequence[tuple[str, str, Json]] = (),
) -> bytes:
    """The card as one Bundle. ``resources`` are what the reader may see; ``base`` is the FHIR base of this server;
    with ``since`` its first section names the ``changed`` records; ``beside`` are those of another register, each with the code
    of its section and its address."""
    bodies = {f"{head.type}/{head.id}": body for body in resources for head in (_head.decode(body),)}
    urls = {source: f"{base}/{source}" for source in bodies}
    device = urn("device")
    subject = _subject(view, urls)
    computed = _computed(view, subject, device, urls, bundle_id)
    flags = {urn(f"finding/{row.key}"): _document_flag(row, subject, device) for row in view.findings}
    issues = contradictions.issues(view, subject, device, urls)
    joined = joined_team.teams(view, subject)
    extra = {
        "term": list(computed),
        "findings": list(flags),
        "contradictions": list(issues),
        "care-team": list(joined),
    }
    for section, url, _ in beside:
        extra.setdefault(section, []).append(url)
    told = [
        *_changed(urls, since, changed),
        *sections(view),
        *elsewhere_facts.sections(view.described.elsewhere),
    ]
    parts = [_section(row, urls, extra.get(row.code, [])) for row in told]
    parts += _remainder(urls, parts, subject)
    event = _event(urls.get(f"EpisodeOfCare/{episode_id}"), view.ended)
    composition = _composition(parts, subject, device, event, at)
    own: list[tuple[str, Json]] = [
        (urn(f"composition/{bundle_id}"), composition),
        (device, _device()),
        *(flags | issues | computed | joined).items(),
        *((url, body) for _, url, body in beside),
    ]
    entries = [_entry(url, dump(body)) for url, body in own[:1]]
    entries += [_entry(urls[source], body) for source, body in bodies.items()]
    entries += [_entry(url, dump(body)) for url, body in own[1:]]
    head = _bundle(bundle_id, at)
    return dump(head)[:-1] + b',"entry":[' + b",".join(entries) + b"]}"


def _bundle(bundle_id: str, at: datetime) -> Json:
    return {
        "resourceType": "Bundle",
        "id": bundle_id,
        "meta": {"lastUpdated": instant(at)},
        "identifier": {"system": DOCUMENT_ID, "value": bundle_id},
        "type": "document",
        "timestamp": instant(at),
    }


def _changed(urls: dict[str, str], since: datetime | None, changed: Container[str]) -> list[Section]:
    if since is None:
        return []
    sources = tuple(source for source in urls if source in changed)
    line = (
        f"{len(sources)} registreringer er nye eller endret."
        if sources
        else "Ingenting er nytt eller endret."
    )
    return [Section("changed", f"Endret siden {clock(since)}", (line,), sources)]


def _flag(finding: Finding, subject: Json) -> Json:
    line = f"{finding.named}. {finding.text} Frist {clock(finding.deadline)}."
    return {
        "identifier": [{"system": FINDING_KEY, "value": finding.key}],
        "status": "active",
        "category": [{"coding": [{"system": c.CS_CARD, "code": finding.kind}]}],
        "code": {
            "coding": [{"system": c.CS_CARD, "code": finding.rule, "display": finding.title}],
            "text": line,
        },
        "subject": subject,
        "period": {"start": finding.first_seen.isoformat(timespec="seconds")},
    }


def _document_flag(finding: Finding, subject: Json, device: str) -> Json:
    body = {"resourceType": "Flag", **security(finding.labels), **_flag(finding, subject)}
    return body | {"author": {"reference": device}}


def _computed(
    view: View, subject: Json, device: str, urls: dict[str, str], bundle_id: str
) -> dict[str, Json]:
    """The due date that counts and the age, as Observations of the day, so that no client has to compute them."""
    found: dict[str, Json] = {}
    shared: Json = {
        "status": "final",
        "subject": subject,
        "effectiveDateTime": view.today.isoformat(),
        "device": {"reference": device},
    }
    due = urn(f"due/{bundle_id}")
    if view.term:
        basis = urls.get(view.term.source)
        found[due] = {
            "resourceType": "Observation",
            "code": code(c.LOINC, c.EDD, "Termin"),
            **shared,
            "valueDateTime": view.term.due.isoformat(),
            "method": code(c.CS_CARD, view.term.method, view.term.why),
            **({"derivedFrom": [{"reference": basis}]} if basis else {}),
        }
    if view.age:
        found[urn(f"age/{bundle_id}")] = {
            "resourceType": "Observation",
            "code": {
                "coding": [{"system": c.LOINC, "code": "49052-4"}, {"system": c.LOINC, "code": "18185-9"}],
                "text": "Svangerskapslengde",
            },
            **shared,
            "valueQuantity": {"value": view.age.days, "unit": "d", "system": c.UCUM, "code": "d"},
            "note": [{"text": view.age.text}],
            "derivedFrom": [{"reference": due}],
        }
    return found


def _event(episode: str | None, ended: date | None) -> list[Json]:
    """Which card it is, and since when the pregnancy is over: no document of an ended one may read as of one that goes on."""
    period = {"period": {"end": ended.isoformat()}} if ended else {}
    detail = {"detail": [{"reference": episode}]} if episode else {}
    return [period | detail] if period or detail else []


def _composition(parts: list[Json], subject: Json, device: str, event: list[Json], at: datetime) -> Json:
    return {
        "resourceType": "Composition",
        "language": "nb",
        "status": "final",
        "type": {
            "coding": [
                {"system": c.LOINC, "code": "57055-6"},
                {"system": c.SNOMED, "code": "736377005"},
                {"system": c.VOLVEN_DOCUMENT_TYPE, "code": "F04-2", "display": "Svangerskap og fødsel"},
            ],
            "text": "Helsekort for gravide",
        },
        "subject": subject,
        "date": instant(at),
        "author": [{"reference": device}],
        "title": "Helsekort for gravide",
        "confidentiality": "R",
        **({"event": event} if event else {}),
        "section": parts,
    }


def _section(row: Section, urls: dict[str, str], computed: list[str]) -> Json:
    entries = computed + [urls[source] for source in row.sources if source in urls]
    section: Json = {
        "title": row.title,
        "code": code(c.CS_CARD, row.code),
        "text": {"status": "generated", "div": row.html()},
    }
    if entries:
        section["entry"] = [{"reference": url} for url in dict.fromkeys(entries)]
    else:
        reason = "withheld" if row.withheld else "unavailable"
        section["emptyReason"] = {"coding": [{"system": EMPTY, "code": reason}]}
    return section


def _remainder(urls: dict[str, str], parts: list[Json], subject: Json) -> list[Json]:
    """A document's resources must be reachable from its Composition: what no section rests on is listed last."""
    named = {entry["reference"] for part in parts for entry in part.get("entry", [])} | {
        subject.get("reference")
    }
    rest = tuple(source for source, url in urls.items() if url not in named)
    described = replace(REST, lines=(f"{len(rest)} andre registreringer på kortet.",), sources=rest)
    return [_section(described, urls, [])] if rest else []


def _subject(view: View, urls: dict[str, str]) -> Json:
    who = view.described.who
    patients = (
        url
        for source, url in urls.items()
        if source.startswith("Patient/") and not is_child(source.partition("/")[2])
    )
    url = urls.get(who.source) if who else None
    found = url or next(patients, None)
    return {"reference": found} if found else {"display": "Kvinnen som kortet gjelder"}


def _device() -> Json:
    return {
        "resourceType": "Device",
        "status": "active",
        "deviceName": [{"name": "Helsekort", "type": "manufacturer-name"}],
        "type": {"text": "Digitalt helsekort for gravide"},
    }


def _entry(url: str, body: bytes) -> bytes:
    return b'{"fullUrl":' + dump(url) + b',"resource":' + body + b"}"
