"""TABLE: what the mocks of Helsenorge's privacy settings and representation take and answer, like ``contracts``."""

from helsekort_sandbox.contracts import FLAG, NUMBER, TEXT, Operation, an_object

_BASE = "/personvern/Personverninnstillinger"
_NAMED = {"definisjonGuid": TEXT, "partKode": TEXT}
PVK: tuple[Operation, ...] = (
    Operation(
        "POST", f"{_BASE}/SjekkInnbyggersPiStatus/v2", "Whether a citizen's setting is active",
        {200: an_object({"aktiv": FLAG})}, body=an_object({"innbyggerFnr": NUMBER, **_NAMED}),
    ),
    Operation(
        "POST", f"{_BASE}/HentInnbyggersPiForPart/v2", "A citizen's active settings of a part",
        {200: an_object({"personverninnstillinger": {"type": "array", "items": an_object({"definisjonGuid": TEXT}, closed=False)}})},
        body=an_object({"innbyggerFnr": NUMBER, "partKode": TEXT}),
    ),
    Operation(
        "GET", f"{_BASE}/HentInnbyggereAktivePiForDefinisjon/v2", "All for whom a setting is active",
        {200: an_object({"innbyggere": {"type": "array", "items": NUMBER}})},
    ),
    Operation(
        "GET", f"{_BASE}/HentEndringer/v1", "Of whom a setting was changed, from a place in the feed",
        {200: an_object({"endringer": {"type": "array", "items": an_object({"nummer": {"type": "integer"}, "innbyggerFnr": NUMBER})}})},
        is_ours=True,
    ),
    Operation(
        "POST", f"{_BASE}/SettInnbyggersPersonvernInnstilling/v2", "Register a citizen's decision", {200: None},
        body=an_object(
            {
                "innbyggerFnr": NUMBER, **_NAMED, "definisjonNavn": TEXT, "aktiv": FLAG, "tidspunkt": TEXT,
                "typePi": {"enum": ["samtykke", "reservasjon", "tilgangsbegrensning"]},
            }
        ),
    ),
)  # fmt: skip
FULLMAKT: tuple[Operation, ...] = (
    Operation(
        "POST", "/personvern/Fullmaktsgivere/v1", "For whom a citizen may act",
        {200: an_object({"fullmaktsgivere": {"type": "array", "items": an_object({"fnr": NUMBER, "fullmaktReferanseId": TEXT})}})},
        body=an_object({"fullmaktshaverFnr": NUMBER, "sektor": TEXT}),
    ),
    Operation(
        "POST", "/personvern/FinnFullmaktToken/v1", "The signed proof that one may act for another; null: there is none",
        {200: an_object({"fullmaktToken": {"type": ["string", "null"]}})},
        body=an_object({"fullmaktsgiverFnr": NUMBER, "fullmaktshaverFnr": NUMBER, "sektor": TEXT}),
    ),
)  # fmt: skip
