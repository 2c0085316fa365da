"""TABLE: the operations of this server, each with its levels, methods and parameters.

https://hl7.org/fhir/R4/operations.html. Routes, CapabilityStatement and OpenAPI are made from these rows, and what a
request gives is checked against them (``parameters.py``).
"""

from app.fhir.operation import (
    BACKPORT,
    BOTH,
    CODE,
    EITHER,
    EVERY_TYPE,
    FLAG,
    GET,
    INSTANCE,
    POST,
    SYSTEM,
    TEXT,
    TYPE,
    URI,
    WHOLE,
    Operation,
    Parameter,
)
from app.fhir.operations_on_hers import CARD_OPERATIONS, HERS_OPERATIONS
from app.fhir.operations_on_relations import RELATION_OPERATIONS

LANGUAGE = Parameter("displayLanguage", CODE)
_EVERYTHING = (
    Parameter("start", ("date",)),
    Parameter("end", ("date",)),
    Parameter("_since", ("dateTime",)),
    Parameter("_type", CODE, many=True),
    Parameter("_count", WHOLE),
    Parameter("_cursor", TEXT),
)
_ASKED = (  # a code, in one of three ways
    Parameter("code", CODE),
    Parameter("display", TEXT),
    Parameter("coding", ("Coding",)),
    Parameter("codeableConcept", ("CodeableConcept",)),
)

_BULK = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"
_EXPORT = (
    Parameter("_outputFormat", TEXT),
    Parameter("_since", ("instant",)),
    Parameter("_type", TEXT, many=True),
    Parameter("_typeFilter", TEXT, many=True),
    Parameter("_elements", TEXT, many=True),
)
_META = Parameter("meta", ("Meta",), required=True)
_WOMEN = Parameter("patient", ("Reference",), many=True)

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "EpisodeOfCare", "card", INSTANCE, GET, "Bundle",
        "The card (helsekort) as document Bundle, as page or as PDF",
        (
            Parameter("asOf", ("date",)), Parameter("_language", CODE), Parameter("changedSince", ("dateTime",)),
            Parameter("view", CODE),
        ),
        ours=True,
    ),
    Operation(
        "EpisodeOfCare", "worklist", TYPE, BOTH, "Bundle",
        "What waits for the caller's organisation with the women whom it cares for, the most urgent first",
        (
            Parameter("since", ("dateTime",)), Parameter("kind", CODE, many=True), Parameter("_count", WHOLE),
            Parameter("_cursor", TEXT),
        ),
        ours=True,
    ),
    Operation(
        "EpisodeOfCare", "clinic-day", TYPE, BOTH, "Binary",
        "The cards of the women with an appointment at the caller's organisation that day, or of those named, as one PDF",
        (Parameter("date", ("date",)), Parameter("episode", TEXT, many=True), Parameter("_language", CODE)),
        ours=True,
    ),
    Operation(
        "Encounter", "move", INSTANCE, POST, "Parameters",
        "Move a consultation that was registered on the wrong woman, whole, to the card of the right one",
        (Parameter("episode", ("Reference",), required=True), Parameter("reason", TEXT, required=True)),
        ours=True,
    ),
    *HERS_OPERATIONS,
    *CARD_OPERATIONS,
    Operation(
        "Patient", "access-log", INSTANCE, GET, "Bundle",
        "Who looked at her card (innsynslogg), by occasion: as Bundle, as page or as CSV",
        (
            Parameter("start", ("date",)), Parameter("end", ("date",)), Parameter("_count", WHOLE),
            Parameter("_cursor", TEXT), Parameter("_language", CODE),
        ),
        ours=True,
    ),
    *RELATION_OPERATIONS,
    Operation(
        "Patient", "break-glass", TYPE, POST, "Parameters",
        "A few hours of reading about one woman in an emergency: she is told, and it is reviewed",
        (Parameter("identifier", ("Identifier",), required=True), Parameter("reason", TEXT, required=True)),
        ours=True,
    ),
    Operation(
        "", "emergencies", SYSTEM, GET, "Parameters", "For the auditor: emergency access that waits for review, or all",
        (Parameter("status", CODE),), ours=True,
    ),
    Operation(
        "", "emergency-review", SYSTEM, POST, "Parameters", "The auditor's decision on an emergency access",
        (
            Parameter("id", TEXT, required=True), Parameter("outcome", CODE, required=True),
            Parameter("comment", TEXT, required=True),
        ),
        ours=True,
    ),
    Operation(
        "", "emergency-statistics", SYSTEM, GET, "Parameters",
        "For the auditor: how often each organisation used emergency access, and what became of it", ours=True,
    ),
    Operation(
        "Patient", "withdraw", TYPE, POST, "Parameters",
        "She takes no part any more: the card is closed at once, and in the pilot regime all that was stored is erased",
        ours=True,
    ),
    Operation(
        "Patient", "erasure", TYPE, GET, "Parameters",
        "The receipt of an erasure: what went, who had been shown it and was told, what remains and why",
        (Parameter("_language", CODE),), ours=True,
    ),
    Operation(
        "", "retractions", SYSTEM, GET, "Bundle",
        "The women who withdrew, with what of theirs the caller's organisation had been shown, each as a deletion",
        (Parameter("since", ("instant",)),), ours=True,
    ),
    Operation(
        "Patient", "ask-about-access", TYPE, POST, "Parameters",
        "Her question to an event of her access log; a reviewer answers it, and she reads the answer there",
        (Parameter("event", TEXT, required=True), Parameter("question", TEXT, required=True)), ours=True,
    ),
    Operation(
        "", "access-cases", SYSTEM, GET, "Parameters",
        "For the auditor: questions and findings about the log that wait for review, or all",
        (Parameter("status", CODE),), ours=True,
    ),
    Operation(
        "", "access-case-review", SYSTEM, POST, "Parameters",
        "The auditor's decision on a question or finding about the log",
        (
            Parameter("id", TEXT, required=True), Parameter("outcome", CODE, required=True),
            Parameter("answer", TEXT, required=True),
        ),
        ours=True,
    ),
    Operation(
        "Patient", "explain-access", INSTANCE, BOTH, "Parameters",
        "For her and the auditor: who can see this, by which row and ground, and why one was refused",
        (
            Parameter("resource", ("Reference",)), Parameter("entry", TEXT), Parameter("role", CODE),
            Parameter("organization", TEXT), Parameter("hpr", TEXT), Parameter("purpose", CODE),
        ),
        ours=True,
    ),
    Operation(
        "Patient", "everything", INSTANCE, BOTH, "Bundle",
        "All that is about her, as far as the caller may see it, and what that refers to", _EVERYTHING,
    ),
    Operation(
        "EpisodeOfCare", "everything", INSTANCE, BOTH, "Bundle",
        "All that belongs to the card, as far as the caller may see it, and what that refers to", _EVERYTHING,
        ours=True,
    ),
    Operation(
        "Observation", "lastn", TYPE, BOTH, "Bundle", "Her last observations, for each code",
        (
            Parameter("max", ("positiveInt",)), Parameter("patient", ("string", "Reference")),
            Parameter("subject", ("string", "Reference")), Parameter("category", TEXT, many=True),
            Parameter("code", TEXT, many=True),
        ),
    ),
    Operation(
        "Composition", "document", INSTANCE, BOTH, "Bundle",
        "The composition and what it refers to, as a document; with persist also kept as a Bundle",
        (Parameter("persist", FLAG),),
    ),
    Operation(
        EVERY_TYPE, "validate", EITHER, BOTH, "OperationOutcome",
        "Whether a resource is valid and would be taken; nothing is stored",
        (Parameter("resource", (EVERY_TYPE,)), Parameter("mode", CODE), Parameter("profile", URI)),
        posted=TYPE,
    ),
    Operation("", "meta", SYSTEM, BOTH, "Parameters", "Profiles, tags and labels of all that the caller sees"),
    Operation(EVERY_TYPE, "meta", EITHER, BOTH, "Parameters", "Those of a resource, or of all of its type"),
    Operation(EVERY_TYPE, "meta-add", INSTANCE, POST, "Parameters", "Add some", (_META,), needs="update"),
    Operation(EVERY_TYPE, "meta-delete", INSTANCE, POST, "Parameters", "Take some away", (_META,), needs="update"),
    Operation(
        "ValueSet", "expand", EITHER, BOTH, "ValueSet", "The codes of a value set",
        (
            Parameter("url", URI), Parameter("valueSet", ("ValueSet",)), Parameter("valueSetVersion", TEXT),
            Parameter("filter", TEXT), Parameter("offset", WHOLE), Parameter("count", WHOLE),
            Parameter("includeDesignations", FLAG), Parameter("includeDefinition", FLAG),
            Parameter("activeOnly", FLAG), Parameter("excludeNested", FLAG), Parameter("excludeNotForUI", FLAG),
            LANGUAGE,
        ),
    ),
    Operation(
        "ValueSet", "validate-code", EITHER, BOTH, "Parameters", "Whether a code is in a value set",
        (
            Parameter("url", URI), Parameter("valueSet", ("ValueSet",)), Parameter("valueSetVersion", TEXT),
            *_ASKED, Parameter("system", URI), Parameter("systemVersion", TEXT), Parameter("abstract", FLAG),
            LANGUAGE,
        ),
    ),
    Operation(
        "CodeSystem", "validate-code", EITHER, BOTH, "Parameters", "Whether a code is in a code system",
        (
            Parameter("url", URI), Parameter("codeSystem", ("CodeSystem",)), Parameter("version", TEXT),
            *_ASKED, Parameter("abstract", FLAG), LANGUAGE,
        ),
    ),
    Operation(
        "CodeSystem", "lookup", TYPE, BOTH, "Parameters", "What is known of a code",
        (
            Parameter("code", CODE), Parameter("system", URI), Parameter("version", TEXT),
            Parameter("coding", ("Coding",)), LANGUAGE, Parameter("property", CODE, many=True),
        ),
    ),
    Operation(
        "CodeSystem", "subsumes", EITHER, BOTH, "Parameters", "Which of two codes subsumes the other",
        (
            Parameter("codeA", CODE), Parameter("codeB", CODE), Parameter("system", URI),
            Parameter("version", TEXT), Parameter("codingA", ("Coding",)), Parameter("codingB", ("Coding",)),
        ),
    ),
    Operation(
        "ConceptMap", "translate", EITHER, BOTH, "Parameters", "What a code is in another system",
        (
            Parameter("url", URI), Parameter("conceptMap", ("ConceptMap",)),
            Parameter("conceptMapVersion", TEXT), Parameter("code", CODE), Parameter("system", URI),
            Parameter("version", TEXT), Parameter("source", URI), Parameter("coding", ("Coding",)),
            Parameter("codeableConcept", ("CodeableConcept",)), Parameter("target", URI),
            Parameter("targetsystem", URI), Parameter("reverse", FLAG),
        ),
    ),
    Operation(
        "", "export", ("system",), BOTH, "OperationOutcome",
        "Bulk export of all that the caller may see; Content-Location tells how far it is", _EXPORT,
        defined=f"{_BULK}/export", begins=True,
    ),
    Operation(
        "Patient", "export", TYPE, BOTH, "OperationOutcome", "Bulk export of the women whom the caller may see",
        (*_EXPORT, _WOMEN), defined=f"{_BULK}/patient-export", begins=True,
    ),
    Operation(
        "Group", "export", INSTANCE, BOTH, "OperationOutcome", "Bulk export of the women of a Group",
        (*_EXPORT, _WOMEN), defined=f"{_BULK}/group-export", begins=True,
    ),
    Operation(
        "Measure", "evaluate-measure", INSTANCE, BOTH, "MeasureReport",
        "For registers and operators: a quality indicator over a period, of all and by organisation; small numbers withheld",
        (
            Parameter("periodStart", ("date",), required=True), Parameter("periodEnd", ("date",), required=True),
            Parameter("reportType", CODE),
        ),
    ),
    Operation(
        "Subscription", "status", EITHER, BOTH, "Bundle", "What subscriptions have come to",
        (Parameter("id", ("id",), many=True), Parameter("status", CODE, many=True)), defined=f"{BACKPORT}-status",
    ),
    Operation(
        "Subscription", "events", INSTANCE, BOTH, "Bundle",
        "The events between two numbers, those that wait to be told included",
        (
            Parameter("eventsSinceNumber", TEXT), Parameter("eventsUntilNumber", TEXT), Parameter("content", CODE),
        ),
        defined=f"{BACKPORT}-events",
    ),
    Operation(
        "Subscription", "failures", TYPE, GET, "Parameters",
        "For the operator: the subscriptions whose notifications do not arrive", ours=True,
    ),
    Operation(
        "", "changes", SYSTEM, GET, "Bundle", "What is new to the caller since she last asked, without content",
        (
            Parameter("since", TEXT), Parameter("topic", ("canonical",), many=True),
            Parameter("patient", TEXT, many=True), Parameter("episode", TEXT, many=True),
            Parameter("_count", WHOLE),
        ),
        ours=True,
    ),
)  # fmt: skip
BY_NAME: dict[tuple[str, str], Operation] = {(row.type, row.name): row for row in OPERATIONS}
BY_PATH: dict[str, Operation] = {path: row for row in OPERATIONS for _, path, _ in row.ways()}
