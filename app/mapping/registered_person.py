"""What the national registers say of a woman, as facts that are kept, and the Patient and CareTeam that follow from them.

Person API: https://utviklerportal.nhn.no/informasjonstjenester/persontjenesten; elements: no-basis-Patient. The register is the
source of her official name, her home and her death; a confidential address it never gives to the card, only that it is one.
"""

from collections.abc import Iterator
from typing import Any

from app.access.labels import label_of
from app.access.standing import PROTECTED
from app.fhir import codes
from app.mapping.elements import children, text

Json = dict[str, Any]
CONFIDENTIAL = frozenset({"Confidential", "StrictlyConfidential"})
MIDDLE_NAME = "http://hl7.no/fhir/StructureDefinition/no-basis-middlename"
MUNICIPALITIES = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
_NOT_HOME = frozenset({"old", "temp", "billing", "work"})
_DATE = 10  # characters of an ISO date: "Time and time zone are unknown and must be ignored"


def facts_of(parts: Json) -> Json:
    """What is kept of a person: ``name``, ``born``, ``dead``, ``protected``, ``home``; what the register leaves out is None."""
    name, born = _valid(parts.get("name")), _valid(parts.get("birth"))
    death = parts.get("death") if isinstance(parts.get("death"), dict) else {}
    level = _valid(parts.get("addressProtection")).get("protectionLevel")
    residence = _valid(parts.get("residentialAddress"))
    protected = level in CONFIDENTIAL or residence.get("addressConfidentiality") in CONFIDENTIAL
    dead = death.get("deceasedDate") if death and death.get("isValid", True) else None
    return {
        "name": {key: _text(name.get(f"{key}Name")) for key in ("given", "middle", "family")}
        if name
        else None,
        "born": _date(born.get("birthDate")),
        "dead": _date(dead),
        "protected": protected,
        "home": None if protected else _home(residence),
    }


def identified(patient: Json) -> tuple[str, str] | None:
    """The identity number of a Patient, with its system."""
    for row in children(patient, "identifier"):
        if text(row, "system") in codes.PERSON_NUMBERS and text(row, "use") != "old" and text(row, "value"):
            return text(row, "system"), text(row, "value")
    return None


def _valid(rows: Any) -> Json:
    """The row that holds now."""
    found = (row for row in rows or () if isinstance(row, dict) and row.get("isValid", True))
    return next(found, {})


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _date(value: Any) -> str | None:
    return value[:_DATE] if isinstance(value, str) and len(value) >= _DATE else None


def _home(residence: Json) -> Json | None:
    kinds = ("streetAddress", "cadastralAddress", "unknownResidence")
    place = next((residence[kind] for kind in kinds if isinstance(residence.get(kind), dict)), None)
    if place is None:
        return None
    city, house = place.get("city") or {}, place.get("addressNumber") or {}
    number = f"{_text(house.get('houseNumber')) or ''}{_text(house.get('houseLetter')) or ''}"
    street = " ".join(filter(None, (_text(place.get("addressName")), number)))
    return {
        "line": street or None,
        "postalCode": _text(city.get("postalCode")),
        "city": _text(city.get("cityName")),
        "municipality": _text(place.get("municipalityNumber")),
        "municipalityName": _text(place.get("municipalityName")),
    }


def registered(patient: Json, facts: Json, before: Json) -> Json:
    """``patient`` with what the register says now; ``before`` is what it said last: only its own word is taken back."""
    whole = dict(patient)
    if facts["name"] and facts["name"]["family"]:
        whole["name"] = _names(patient.get("name", []), facts["name"])
    if facts["born"]:
        whole["birthDate"] = facts["born"]
    if facts["dead"]:
        whole.pop("deceasedBoolean", None)
        whole["deceasedDateTime"] = facts["dead"]
    elif before.get("dead"):
        whole.pop("deceasedDateTime", None)
    _shelter(whole, facts, before)
    if facts["home"]:
        whole["address"] = [_address(facts["home"]), *_others(patient)]
    return whole


def _shelter(whole: Json, facts: Json, before: Json) -> None:
    """The label of a confidential address, and with its coming the home that was written down."""
    meta = dict(whole.get("meta", {}))
    labels = list(meta.get("security", ()))
    is_labelled = any(label_of(label) == PROTECTED for label in labels)
    if facts["protected"] and not is_labelled:
        meta["security"] = [*labels, {"system": codes.ACT_CODE, "code": PROTECTED}]
    elif before.get("protected") and not facts["protected"] and is_labelled:
        meta["security"] = [label for label in labels if label_of(label) != PROTECTED]
        if not meta["security"]:
            del meta["security"]
    if facts["protected"] and not before.get("protected"):
        others = _others(whole)
        whole.pop("address", None)
        whole.update({"address": others} if others else {})
    if meta:
        whole["meta"] = meta
    else:
        whole.pop("meta", None)


def _others(patient: Json) -> list[Json]:
    return [row for row in patient.get("address", ()) if row.get("use") in _NOT_HOME]


def _names(rows: list[Json], name: Json) -> list[Json]:
    """The official name first; what is kept of others stays."""
    former = next((row for row in rows if row.get("use", "official") == "official"), {})
    kept = {
        key: value
        for key, value in former.items()
        if key not in {"use", "family", "given", "text", "extension"}
    }
    official: Json = {**kept, "use": "official", "family": name["family"]}
    official |= {"given": [name["given"]]} if name["given"] else {}
    official |= {"extension": [{"url": MIDDLE_NAME, "valueString": name["middle"]}]} if name["middle"] else {}
    return [official, *(row for row in rows if row is not former)]


def _address(home: Json) -> Json:
    found: Json = {"use": "home", "country": "NO"}
    found |= {"line": [home["line"]]} if home["line"] else {}
    found |= {key: home[key] for key in ("postalCode", "city") if home[key]}
    if home["municipalityName"]:
        found["district"] = home["municipalityName"]
    if home["municipality"]:
        coding = {"system": MUNICIPALITIES, "code": home["municipality"]}
        found["_district"] = {"extension": [{"url": codes.EXT_MUNICIPALITY, "valueCoding": coding}]}
    return found


def gp_team(patient: str, id_: str, contracts: list[Json]) -> Json | None:
    """The CareTeam of her GP of record, the present one first, each with its period; None where she has none."""
    rows = sorted(contracts, key=lambda row: str(row.get("from", "")), reverse=True)
    participants = [row for contract in rows for row in _participant(contract)]
    if not participants:
        return None
    return {
        "resourceType": "CareTeam",
        "id": id_,
        "status": "active",
        "name": "Fastlege",
        "subject": {"reference": f"Patient/{patient}"},
        "participant": participants,
    }


def _participant(contract: Json) -> Iterator[Json]:
    number, begins = contract.get("organizationNumber"), contract.get("from")
    if not isinstance(number, str) or not isinstance(begins, str):
        return
    place = {
        "type": "Organization",
        "identifier": {"system": codes.ORGNR, "value": number},
        **({"display": contract["organizationName"]} if _text(contract.get("organizationName")) else {}),
    }
    period = {"start": begins, **({"end": contract["to"]} if _text(contract.get("to")) else {})}
    hpr = _text(contract.get("hprNumber"))
    if hpr:
        doctor: Json = {"type": "Practitioner", "identifier": {"system": codes.HPR, "value": hpr}}
        doctor |= {"display": contract["name"]} if _text(contract.get("name")) else {}
        yield {"role": [{"text": "Fastlege"}], "member": doctor, "onBehalfOf": place, "period": period}
    else:
        yield {"role": [{"text": "Fastlege"}], "member": place, "period": period}
