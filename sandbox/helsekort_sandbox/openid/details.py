"""For whom a client acts, and the attest: ``authorization_details`` and ``assertion_details`` as HelseID reads them.

https://utviklerportal.nhn.no/informasjonstjenester/helseid (organisation numbers; profile for *tillitsrammeverk*). The
attest's rules: https://github.com/NorskHelsenett/Tillitsrammeverk.
"""

import json
from dataclasses import dataclass
from typing import Any

from helsekort_sandbox import people
from helsekort_sandbox.clients import Client
from helsekort_sandbox.proofs import Refused

ORGANIZATION, ATTEST = "helseid_authorization", "nhn:tillitsrammeverk:parameters"
MULTI = "urn:oid:1.0.6523"
SINGLE = frozenset({"urn:oid:2.16.578.1.12.4.1.4.101", "urn:oid:2.16.578.1.12.4.1.2.101"})
PURPOSES = frozenset({"TREAT", "ETREAT", "COC", "BTG"})
ERROR = "invalid_authorization_details"


@dataclass(frozen=True, slots=True)
class Details:
    """``organization`` is parent and child."""

    organization: tuple[str, str] | None = None
    attest: dict[str, Any] | None = None

    def over(self, earlier: "Details") -> "Details":
        """These, and where they say nothing the ``earlier`` ones."""
        return Details(self.organization or earlier.organization, self.attest or earlier.attest)

    def as_json(self) -> dict[str, Any]:
        return {"organization": self.organization, "attest": self.attest}


def of_json(row: dict[str, Any]) -> Details:
    named = row.get("organization")
    return Details(tuple(named) if named else None, row.get("attest"))


def read(request: Any, assertion: Any, client: Client) -> Details:
    """The details of a request, or of the client assertion that came with it. Raises Refused."""
    if request and assertion:
        raise Refused("access_denied", "HID-DOUBLE-STRUCTURE: authorization_details and assertion_details")
    said = request or assertion
    try:
        said = json.loads(said) if isinstance(said, str) else said
        rows = said if isinstance(said, list) else [said] if said else []
        by_type = {row["type"]: row for row in rows}
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(ERROR, "Details are objects with a type") from error
    if len(by_type) < len(rows) or set(by_type) - {ORGANIZATION, ATTEST}:
        raise Refused(ERROR, f"The types are {ORGANIZATION} and {ATTEST}, each once")
    organization = by_type.get(ORGANIZATION)
    attest = by_type.get(ATTEST)
    return Details(
        None if organization is None else _organization(organization, client),
        None if attest is None else _attest(attest),
    )


def _at(value: Any, *path: str) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _is_orgnr(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 9 and value.isdigit()


def _organization(row: dict[str, Any], client: Client) -> tuple[str, str]:
    identifier = _at(row, "practitioner_role", "organization", "identifier") or {}
    if _at(identifier, "type") != "ENH":
        raise Refused(ERROR, "practitioner_role.organization.identifier of type ENH is required")
    system, value = _at(identifier, "system"), _at(identifier, "value")
    if client.tenancy == "multi":
        parts = value.split(":") if isinstance(value, str) else []
        if system != MULTI or parts[:2] != ["NO", "ORGNR"] or not all(map(_is_orgnr, parts[2:])):
            raise Refused(ERROR, f"A multi-tenant client names NO:ORGNR:<parent>:<child> in {MULTI}")
        if len(parts) not in {3, 4}:
            raise Refused(ERROR, "One parent, and at most one child")
        return parts[2], parts[-1] if len(parts) == 4 else ""
    if system not in SINGLE or not _is_orgnr(value):
        raise Refused(ERROR, "A single-tenant client names its child by organisation number")
    children = {row.orgnr for row in people.ORGANIZATIONS.values() if row.parent == client.orgnr_parent}
    if value not in children | {client.orgnr_child}:
        raise Refused(ERROR, "That is no part of the organisation that the client is registered with")
    return client.orgnr_parent, value


def _attest(row: dict[str, Any]) -> dict[str, Any]:
    practitioner, relation = row.get("practitioner"), row.get("care_relationship")
    for name in ("legal_entity", "point_of_care"):
        if not _is_orgnr(_at(practitioner, name, "id")):
            raise Refused(ERROR, f"practitioner.{name}.id is an organisation number")
    if not _at(practitioner, "authorization", "code"):
        raise Refused(ERROR, "practitioner.authorization.code is required")
    if _at(relation, "purpose_of_use", "code") not in PURPOSES:
        raise Refused(ERROR, f"care_relationship.purpose_of_use.code is one of {', '.join(sorted(PURPOSES))}")
    if not _at(relation, "healthcare_service", "code") and not _at(
        relation, "purpose_of_use_details", "code"
    ):
        raise Refused(ERROR, "care_relationship gives healthcare_service or purpose_of_use_details")
    if not _at(relation, "decision_ref", "id"):
        raise Refused(ERROR, "care_relationship.decision_ref.id is required")
    return row


def enriched(attest: dict[str, Any], claims: dict[str, Any], at: int) -> dict[str, Any]:
    """The attest with what HelseID adds: who, which HPR number, the organisations' names, and when."""
    names = {row.orgnr: row.name for row in people.ORGANIZATIONS.values()}
    names |= {row.parent: row.parent_name for row in people.ORGANIZATIONS.values()}
    practitioner = dict(attest["practitioner"])
    for place in ("legal_entity", "point_of_care"):
        known = names.get(practitioner[place]["id"])
        practitioner[place] = practitioner[place] | ({"name": known, "authority": "Brreg"} if known else {})
    practitioner["identifier"] = {
        "id": claims["helseid://claims/identity/pid"],
        "system": "urn:oid:2.16.578.1.12.4.1.4.1",
        "name": claims["name"],
    }
    if number := claims.get("helseid://claims/hpr/hpr_number"):
        practitioner["hpr_nr"] = {"id": number, "system": "urn:oid:2.16.578.1.12.4.1.4.4"}
    return attest | {"practitioner": practitioner, "toa": at}
