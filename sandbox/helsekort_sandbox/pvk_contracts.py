"""TABLE: what the mock of Helsenorge's privacy settings takes and answers, like ``contracts``."""

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
