"""TABLE: what she registers herself, and the operations by which a clinician takes it into the card or declines it; and
the results that may wait until they are discussed with her.
"""

from app.fhir.operation import INSTANCE, POST, TEXT, Operation, Parameter

HERS = ("CarePlan", "MedicationStatement", "Observation", "QuestionnaireResponse", "Task")
HELD = ("Bundle", "DiagnosticReport", "Observation", "QuestionnaireResponse", "RiskAssessment")
_REASON = Parameter("reason", TEXT, required=True)

CARD_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "EpisodeOfCare", "import-card", INSTANCE, POST, "Parameters",
        "A card that arrives from another region as a FHIR document is taken into the open card: nothing is overwritten, what differs is told",
        (Parameter("document", ("Bundle",), required=True), Parameter("preview", ("boolean",))), ours=True,
    ),
)  # fmt: skip
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
    *(
        Operation(
            name, "discussed", INSTANCE, POST, name,
            "A clinician has discussed with her a result that waited for it: from now on she sees it", ours=True,
        )
        for name in HELD
    ),
)  # fmt: skip
