"""TABLE: what she registers herself, and the operations by which a clinician takes it into the card or declines it."""

from app.fhir.operation import INSTANCE, POST, TEXT, Operation, Parameter

HERS = ("CarePlan", "MedicationStatement", "Observation", "QuestionnaireResponse", "Task")
_REASON = Parameter("reason", TEXT, required=True)

HERS_OPERATIONS: tuple[Operation, ...] = (
    *(
        Operation(
            name, "confirm", INSTANCE, POST, name, "A clinician takes what she registered herself into the card", ours=True,
        )
        for name in HERS
    ),
    *(
        Operation(
            name, "decline", INSTANCE, POST, name, "A clinician does not take it into the card, and says why",
            (_REASON,), ours=True,
        )
        for name in HERS
    ),
)  # fmt: skip
