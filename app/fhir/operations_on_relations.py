"""TABLE: the operations by which an organisation comes to stand to a woman, and by which that is controlled."""

from app.fhir.operation import CODE, GET, INSTANCE, POST, SYSTEM, TEXT, TYPE, Operation, Parameter

_IDENTIFIER = Parameter("identifier", ("Identifier",), required=True)

RELATION_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "Patient", "status", TYPE, POST, "Parameters",
        "Whether a woman has a card here, for an attested clinician, and nothing of it; who tries numbers waits (429)",
        (_IDENTIFIER,), ours=True,
    ),
    Operation(
        "Patient", "launch", INSTANCE, POST, "Parameters",
        "A record system opens an app about her, for the clinician who works in it (SMART, EHR launch)",
        (Parameter("app", TEXT, required=True),), ours=True,
    ),
    Operation(
        "Patient", "open-kjernejournal", INSTANCE, POST, "Parameters",
        "Opens kjernejournal's portal about her in the clinician's own session; with session and act: goes on with it, or ends it",
        (Parameter("basis", CODE), Parameter("session", TEXT), Parameter("act", CODE)), ours=True,
    ),
    Operation(
        "Patient", "critical-information", INSTANCE, GET, "Bundle",
        "What others registered of her in kjernejournal, read in the clinician's own session and kept nowhere", ours=True,
    ),
    Operation(
        "Patient", "declare-relation", TYPE, POST, "Parameters",
        "An attested clinician declares the organisation's care relation", (_IDENTIFIER,), ours=True,
    ),
    Operation(
        "", "declarations", SYSTEM, GET, "Parameters",
        "For the auditor: declared care relations that wait for review, or all", (Parameter("status", CODE),), ours=True,
    ),
    Operation(
        "", "declaration-review", SYSTEM, POST, "Parameters",
        "The auditor's decision on a declared care relation: one that is rejected ends at once",
        (
            Parameter("id", TEXT, required=True), Parameter("outcome", CODE, required=True),
            Parameter("comment", TEXT, required=True),
        ),
        ours=True,
    ),
    Operation(
        "", "access-statistics", SYSTEM, GET, "Parameters",
        "For the auditor: how often each organisation looked, by role and purpose, how many women and people, how often refused",
        (Parameter("start", ("date",)), Parameter("end", ("date",))), ours=True,
    ),
)  # fmt: skip
