"""``{code, display, codeSystem}`` of the national record ↔ FHIR Coding.

Volven's lists bear their number in both: ``VOLVEN_8534`` is ``urn:oid:2.16.578.1.12.4.1.1.8534`` (https://volven.no). A
system that this server does not know is kept under an address of its own and flagged; how it was spelled is kept where
its address would give another spelling. https://hl7.org/fhir/R4/datatypes.html#Coding
"""

import re
from typing import Any
from urllib.parse import quote, unquote

from app.fhir import codes as c

Json = dict[str, Any]
VOLVEN = "urn:oid:2.16.578.1.12.4.1.1."
FOREIGN = f"{c.CANONICAL}/national-record/code-system/"
EXT_SPELLED = f"{c.CANONICAL}/StructureDefinition/national-record-code-system"  # valueString, on a Coding
UNKNOWN_SYSTEM = {"system": c.CS_CARD, "code": "unknown-code-system"}  # meta.tag
_LISTS = ("3303", "8340", "8534", "8536", "8537", "9043", "9060")
KNOWN = frozenset({c.LOINC, c.SNOMED, c.NLK, c.CS_CARD, "urn:ietf:bcp:47", *(VOLVEN + n for n in _LISTS)})
_NAMED = re.compile(r"VOLVEN_(\d{4})")
_OID = re.compile(r"[0-2](\.\d+)+")
_URI = re.compile(r"[a-z][a-z0-9+.\-]*:\S+")


def system_of(name: str) -> str:
    """The FHIR system of a ``codeSystem``."""
    match = _NAMED.fullmatch(name)
    if match:
        return VOLVEN + match[1]
    if _OID.fullmatch(name):
        return f"urn:oid:{name}"
    return name if _URI.fullmatch(name) else FOREIGN + quote(name, safe="")


def name_of(system: str) -> str:
    """The ``codeSystem`` of a FHIR system."""
    number = system.removeprefix(VOLVEN)
    if number != system and _NAMED.fullmatch(f"VOLVEN_{number}"):
        return f"VOLVEN_{number}"
    return unquote(system.removeprefix(FOREIGN)) if system.startswith(FOREIGN) else system


def coding_of(value: Json, default: str = "") -> Json:
    """The Coding of a ``{code, display, codeSystem}``; ``default`` is the list that is meant where none is named."""
    spelled = value.get("codeSystem") or default
    coding: Json = {}
    if spelled:
        coding["system"] = system_of(spelled)
        if name_of(coding["system"]) != spelled:
            coding["extension"] = [{"url": EXT_SPELLED, "valueString": spelled}]
    coding["code"] = value["code"]
    if value.get("display"):
        coding["display"] = value["display"]
    return coding


def value_of(coding: Any) -> Json:
    """The ``{code, display, codeSystem}`` of a Coding."""
    value: Json = {"code": coding["code"]}
    if coding.get("display"):
        value["display"] = coding["display"]
    spelled = [one.get("valueString") for one in coding.get("extension", ()) if one.get("url") == EXT_SPELLED]
    if spelled or coding.get("system"):
        value["codeSystem"] = spelled[0] if spelled else name_of(coding["system"])
    return value


def is_known(coding: Any) -> bool:
    """Whether its system is one that this server knows."""
    return coding.get("system") in KNOWN
