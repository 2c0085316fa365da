"""TABLE: what the mock of Helsenorge's forms, measurements and access log takes and answers, like ``contracts``."""

from helsekort_sandbox.contracts import NUMBER, TEXT, Operation, an_object

_BASE = "/skjema/v1"
_KEYS = {"type": "array", "items": TEXT, "maxItems": 1000}
FORMS: tuple[Operation, ...] = (
    Operation(
        "POST", f"{_BASE}/oppgaver", "Ask a citizen to answer a form, once for each key", {204: None},
        body=an_object(
            {"mottaker": NUMBER, "idempotencyKey": TEXT, "skjema": TEXT, "sprak": {"enum": ["nb", "nn", "en"]}}
        ),
        is_ours=True,
    ),
    Operation(
        "POST", f"{_BASE}/oppgaver/kjente", "Under which of the keys a task was taken",
        {200: an_object({"idempotencyKeys": {"type": "array", "items": TEXT}})},
        body=an_object({"idempotencyKeys": _KEYS}), is_ours=True,
    ),
    Operation(
        "POST", f"{_BASE}/oppgaver/tilbakekalling", "Take away all tasks of this system to a citizen", {204: None},
        body=an_object({"mottaker": NUMBER, "idempotencyKey": TEXT}), is_ours=True,
    ),
    Operation(
        "GET", f"{_BASE}/innsendinger", "What citizens sent in, from a place in the feed",
        {
            200: an_object(
                {
                    "innsendinger": {
                        "type": "array",
                        "items": an_object(
                            {"nummer": {"type": "integer"}, "id": TEXT, "innbyggerFnr": NUMBER, "ressurs": {"type": "object"}},
                            {"erstatter": {"type": ["string", "null"]}},
                        ),
                    }
                }
            )
        },
        is_ours=True,
    ),
    Operation(
        "POST", f"{_BASE}/innsendinger/kvittering", "Whether what was sent in was taken, and why not",
        {204: None},
        body=an_object({"id": TEXT, "status": {"enum": ["mottatt", "avvist"]}, "grunn": {"type": "string"}}), is_ours=True,
    ),
    Operation(
        "POST", "/innsynslogg/v1", "More of a citizen's access log: AuditEvents, each once by its id", {204: None},
        body=an_object(
            {
                "mottaker": NUMBER,
                "hendelser": {"type": "array", "items": an_object({"resourceType": {"const": "AuditEvent"}, "id": TEXT}, closed=False)},
            }
        ),
        is_ours=True,
    ),
)  # fmt: skip
