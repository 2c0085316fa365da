"""TABLE: what the mock registers take and answer, like ``contracts``.

Persontjenesten: https://utviklerportal.nhn.no/informasjonstjenester/persontjenesten, and the client that Norsk Helsenett
publishes (NorskHelsenett/HelseID.Samples, Persontjenesten.Samples). Parts of a person that nobody here reads are left out.
"""

from helsekort_sandbox.contracts import FORM, JSON, NUMBER, TEXT, Json, Operation, an_object

_PERSONS = "/api/legal-basis/person"
_EVENTS = "/api/legal-basis/event"
_PARTS: Json = {
    name: {"type": "array"} for name in ("name", "birth", "addressProtection", "residentialAddress", "status")
}
_PERSON = an_object(
    {"id": TEXT, "sequenceNumber": {"type": "integer"}}, _PARTS | {"death": {"type": "object"}}
)
_EVENT = an_object({"sequenceNumber": TEXT, "personId": TEXT, "eventType": TEXT})
_CONTRACT = an_object(
    {
        "organizationNumber": {"type": "string", "pattern": "^[0-9]{9}$"},
        "organizationName": TEXT,
        "from": TEXT,
    },
    {"hprNumber": TEXT, "name": TEXT, "to": TEXT},
)
PERSONTJENESTEN: tuple[Operation, ...] = (
    Operation(
        "POST", f"{_PERSONS}/get-by-nin", "One person by a number in the body", {200: _PERSON},
        body=an_object({"nin": NUMBER, "informationParts": TEXT}), sends=FORM,
    ),
    Operation(
        "GET", _EVENTS, "At most 1000 events, from sequenceNumber on",
        {200: an_object({"results": {"type": "array", "items": _EVENT, "maxItems": 1000}}, closed=False)},
    ),
    Operation("GET", f"{_EVENTS}/latest", "The newest event", {200: _EVENT}),
    Operation(
        "POST", "/flr/v1/gp-of-record", "A woman's contracts with GPs",
        {200: an_object({"contracts": {"type": "array", "items": _CONTRACT}})},
        body=an_object({"nin": NUMBER}), media=JSON, is_ours=True,
    ),
)  # fmt: skip
_HPR = {"type": "string", "pattern": "^[0-9]{7,9}$"}
_ORGANIZATION = {"type": "string", "pattern": "^[0-9]{9}$"}
_AUTHORIZATION = an_object({"profession": TEXT, "from": TEXT}, {"to": TEXT})
_PARTY = an_object({"herId": {"type": "integer"}, "name": TEXT})
HPR: tuple[Operation, ...] = (
    Operation(
        "POST", "/hpr/v1/person", "Whoever has an HPR number, and the authorisations",
        {200: an_object({"hprNumber": _HPR, "name": TEXT, "authorizations": {"type": "array", "items": _AUTHORIZATION}})},
        body=an_object({"hprNumber": _HPR}), is_ours=True,
    ),
    Operation(
        "GET", "/hpr/v1/changes", "Of whom something changed after an event",
        {200: an_object({"results": {"type": "array", "items": an_object({"sequenceNumber": {"type": "integer"}, "hprNumber": _HPR})}})},
        is_ours=True,
    ),
    Operation(
        "POST", "/ar/v1/organization", "An organisation and its communication parties",
        {200: an_object({"organizationNumber": _ORGANIZATION, "name": TEXT, "communicationParties": {"type": "array", "items": _PARTY}})},
        body=an_object({"organizationNumber": _ORGANIZATION}), is_ours=True,
    ),
)  # fmt: skip
