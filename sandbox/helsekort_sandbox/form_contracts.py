"""TABLE: what the mock of Helsenorge's forms and measurements takes and answers, like ``contracts``."""

from helsekort_sandbox.contracts import NUMBER, TEXT, Operation, an_object

_BASE = "/skjema/v1"
FORMS: tuple[Operation, ...] = (
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
)  # fmt: skip
