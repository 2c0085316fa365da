"""The card as a document to share: a Provide Document Bundle of IHE MHD, type Volven 9602 F04-2 (*Svangerskap og fødsel*).

https://profiles.ihe.net/ITI/MHD/ITI-65.html (minimal metadata) and no-basis-DocumentReference. The document itself is
the FHIR document of the card, unchanged, as Binary.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.clock import instant
from app.fhir import json as fhir_json

Json = dict[str, Any]
_PROFILE = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Minimal."
_URI = "urn:ietf:rfc:3986"
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_SOURCE_ID = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-sourceId"
_TYPES = "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes"
DOCUMENT_TYPE = {
    "system": "urn:oid:2.16.578.1.12.4.1.1.9602",
    "code": "F04-2",
    "display": "Svangerskap og fødsel",
}
_TITLE = "Helsekort for gravide"


def provided(
    document: bytes,
    *,
    id_: str,
    patient: tuple[str, str],
    replaces: Sequence[str],
    at: datetime,
    is_restricted: bool,
    source: str,
) -> bytes:
    """The Bundle. ``id_`` names the document, ``patient`` is her number with its system, ``replaces`` are documents that it
    takes the place of, ``source`` is this server's base."""
    subject = {"identifier": {"system": patient[0], "value": patient[1]}}
    binary = {
        "resourceType": "Binary",
        "contentType": "application/fhir+json",
        "data": base64.b64encode(document).decode(),
    }
    reference = _reference(document, id_, subject, replaces, at)
    reference["securityLabel"] = [
        {"coding": [{"system": _CONFIDENTIALITY, "code": "R" if is_restricted else "N"}]}
    ]
    entries = [
        (f"urn:uuid:{_part(id_, 'set')}", _submission(id_, subject, at, source)),
        (f"urn:uuid:{_part(id_, 'reference')}", reference),
        (f"urn:uuid:{_part(id_, 'binary')}", binary),
    ]
    whole = {
        "resourceType": "Bundle",
        "meta": {"profile": [f"{_PROFILE}ProvideBundle"]},
        "type": "transaction",
        "entry": [
            {
                "fullUrl": url,
                "resource": resource,
                "request": {"method": "POST", "url": resource["resourceType"]},
            }
            for url, resource in entries
        ],
    }
    return fhir_json.dump(whole)


def _part(id_: str, name: str) -> str:
    """A UUID of a part of the submission: the same whenever it is sent."""
    digest = hashlib.sha256(f"{id_} {name}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _reference(document: bytes, id_: str, subject: Json, replaces: Sequence[str], at: datetime) -> Json:
    attachment = {
        "contentType": "application/fhir+json",
        "language": "nb-NO",
        "url": f"urn:uuid:{_part(id_, 'binary')}",
        "size": len(document),
        "hash": base64.b64encode(hashlib.sha1(document).digest()).decode(),  # noqa: S324 (as FHIR's Attachment.hash asks)
        "title": _TITLE,
        "creation": instant(at),
    }
    found: Json = {
        "resourceType": "DocumentReference",
        "meta": {"profile": [f"{_PROFILE}DocumentReference"]},
        "masterIdentifier": {"system": _URI, "value": f"urn:uuid:{id_}"},
        "identifier": [{"system": _URI, "value": f"urn:uuid:{id_}"}],
        "status": "current",
        "type": {"coding": [DOCUMENT_TYPE]},
        "subject": subject,
        "date": instant(at),
        "author": [{"display": _TITLE}],
        "description": _TITLE,
        "content": [{"attachment": attachment}],
    }
    if replaces:
        found["relatesTo"] = [
            {"code": "replaces", "target": {"identifier": {"system": _URI, "value": f"urn:uuid:{other}"}}}
            for other in replaces
        ]
    return found


def _submission(id_: str, subject: Json, at: datetime, source: str) -> Json:
    return {
        "resourceType": "List",
        "meta": {"profile": [f"{_PROFILE}SubmissionSet"]},
        "extension": [{"url": _SOURCE_ID, "valueIdentifier": {"system": _URI, "value": source}}],
        "identifier": [{"system": _URI, "value": f"urn:uuid:{_part(id_, 'set')}"}],
        "status": "current",
        "mode": "working",
        "code": {"coding": [{"system": _TYPES, "code": "submissionset"}]},
        "subject": subject,
        "date": instant(at),
        "entry": [{"item": {"reference": f"urn:uuid:{_part(id_, 'reference')}"}}],
    }
