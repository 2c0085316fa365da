"""TABLE: each rule of R4's data types and of the types for care, both ways: a resource that keeps it, one that breaks it."""

from app.fhir.json import Number

T = "http://terminology.hl7.org/CodeSystem/"
UCUM = "http://unitsofmeasure.org"
PATIENT = {"reference": "Patient/1"}
EXTENSION = [{"url": "http://x", "valueCode": "y"}]


def concept(system: str, code: str) -> dict:
    return {"coding": [{"system": T + system, "code": code}]}


def holding(type_name: str, value: dict) -> dict:
    """Any resource with an extension whose value is of a data type."""
    return {"resourceType": "Patient", "extension": [{"url": "http://x", f"value{type_name}": value}]}


def condition(**elements) -> dict:
    return {"resourceType": "Condition", "subject": PATIENT, **elements}


def allergy(**elements) -> dict:
    return {"resourceType": "AllergyIntolerance", "patient": PATIENT, **elements}


def observation(**elements) -> dict:
    return {"resourceType": "Observation", "status": "final", "code": concept("x", "whole"), **elements}


def patient(**elements) -> dict:
    return {"resourceType": "Patient", **elements}


def plan(**activity) -> dict:
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "subject": PATIENT,
        "activity": [activity],
    }


def team(**participant) -> dict:
    return {"resourceType": "CareTeam", "participant": [participant]}


def consent(**elements) -> dict:
    scope, category = concept("consentscope", "patient-privacy"), [concept("x", "y")]
    return {"resourceType": "Consent", "status": "active", "scope": scope, "category": category, **elements}


def audit(**entity) -> dict:
    return {
        "resourceType": "AuditEvent", "type": {"code": "rest"}, "recorded": "2026-01-01T00:00:00Z",
        "agent": [{"requestor": True}], "source": {"observer": PATIENT}, "entity": [entity],
    }  # fmt: skip


def answers(**item) -> dict:
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [{"linkId": "1", **item}]}


def organization(**elements) -> dict:
    return {"resourceType": "Organization", **elements}


def parameters(**parameter) -> dict:
    return {"resourceType": "Parameters", "parameter": [{"name": "p", **parameter}]}


def bundle(bundle_type: str, *entries: dict, **elements) -> dict:
    return {
        "resourceType": "Bundle",
        "type": bundle_type,
        **(
            {"entry": [URL | entry if "resource" in entry else entry for entry in entries]} if entries else {}
        ),
        **elements,
    }


def timing(**repeat) -> dict:
    return holding("Timing", {"repeat": repeat})


def trigger(**elements) -> dict:
    return holding("TriggerDefinition", elements)


def requirement(**elements) -> dict:
    return holding("DataRequirement", {"type": "Observation", **elements})


def quantity(name: str, **elements) -> dict:
    return holding(name, {"system": UCUM, "code": "a", **elements})


def contained(*resources: dict, subject: str = "#c") -> dict:
    return observation(subject={"reference": subject}, contained=list(resources))


URL = {"fullUrl": "urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281"}
GET = {"method": "GET", "url": "Patient/1"}
DONE = {"status": "200"}
BODY = {"resource": {"resourceType": "Patient", "id": "1", "active": True}}
COMPOSITION = {
    "resourceType": "Composition", "status": "final", "type": {"text": "x"}, "date": "2026", "author": [{"display": "x"}], "title": "x",
}  # fmt: skip
MESSAGE = {"resourceType": "MessageHeader", "eventUri": "http://x", "source": {"endpoint": "http://y"}}
IDENTIFIED = {"identifier": {"system": "urn:x", "value": "1"}, "timestamp": "2026-01-01T00:00:00Z"}
DATA = [{"type": "Observation"}]
DEVICE = {"resourceType": "Device", "id": "c"}
ENDED = {"clinicalStatus": concept("condition-clinical", "resolved"), "abatementDateTime": "2026"}

CASES: list[tuple[str, dict, dict]] = [
    ("age-1", quantity("Age", value=3), quantity("Age", value=-3)),
    ("age-1", quantity("Age", value=3), holding("Age", {"system": "urn:x", "code": "a", "value": 3})),
    ("ait-1", allergy(clinicalStatus=concept("allergyintolerance-clinical", "active")), allergy()),
    (
        "ait-2",
        allergy(verificationStatus=concept("allergyintolerance-verification", "entered-in-error")),
        allergy(
            verificationStatus=concept("allergyintolerance-verification", "entered-in-error"),
            clinicalStatus=concept("allergyintolerance-clinical", "active"),
        ),
    ),
    ("att-1", holding("Attachment", {"data": "YQ==", "contentType": "text/plain"}), holding("Attachment", {"data": "YQ=="})),
    ("bdl-1", bundle("searchset", total=0), bundle("collection", total=0)),
    ("bdl-2", bundle("searchset", {**BODY, "search": {"mode": "match"}}), bundle("collection", {**BODY, "search": {"mode": "match"}})),
    ("bdl-3", bundle("batch", {"request": GET}), bundle("batch", BODY)),
    ("bdl-3", bundle("collection", BODY), bundle("collection", {**BODY, "request": GET})),
    ("bdl-4", bundle("batch-response", {"response": DONE}), bundle("batch-response", BODY)),
    ("bdl-5", bundle("collection", BODY), bundle("collection", {"fullUrl": "urn:x"})),
    (
        "bdl-7",
        bundle("collection", {**BODY, "fullUrl": "urn:a"}, {**BODY, "fullUrl": "urn:b"}),
        bundle("collection", {**BODY, "fullUrl": "urn:a"}, {**BODY, "fullUrl": "urn:a"}),
    ),
    ("bdl-8", bundle("collection", {**BODY, "fullUrl": "http://x/Patient/1"}), bundle("collection", {**BODY, "fullUrl": "http://x/Patient/1/_history/2"})),
    (
        "bundle-full-url",
        bundle("collection", BODY),
        {"resourceType": "Bundle", "type": "collection", "entry": [BODY]},
    ),
    (
        "bundle-identity",
        bundle("collection", {"resource": {"resourceType": "Patient", "id": "1"}, "fullUrl": "http://x/fhir/Patient/1"}),
        bundle("collection", {"resource": {"resourceType": "Patient", "id": "1"}, "fullUrl": "http://x/fhir/Patient/2"}),
    ),
    (
        "document-complete",
        bundle("document", {"resource": {**COMPOSITION, "subject": {"reference": "http://x/fhir/Patient/1"}}}, {**BODY, "fullUrl": "http://x/fhir/Patient/1"}, **IDENTIFIED),
        bundle("document", {"resource": {**COMPOSITION, "subject": {"reference": "http://x/fhir/Patient/2"}}}, {**BODY, "fullUrl": "http://x/fhir/Patient/1"}, **IDENTIFIED),
    ),
    ("bdl-9", bundle("document", {"resource": COMPOSITION}, **IDENTIFIED), bundle("document", {"resource": COMPOSITION}, timestamp=IDENTIFIED["timestamp"])),
    ("bdl-10", bundle("document", {"resource": COMPOSITION}, **IDENTIFIED), bundle("document", {"resource": COMPOSITION}, identifier=IDENTIFIED["identifier"])),
    ("bdl-11", bundle("document", {"resource": COMPOSITION}, **IDENTIFIED), bundle("document", BODY, **IDENTIFIED)),
    ("bdl-12", bundle("message", {"resource": MESSAGE}), bundle("message", BODY)),
    ("cnt-3", quantity("Count", code="1", value=3), quantity("Count", code="1", value=Number("3.5"))),
    ("con-1", condition(stage=[{"summary": {"text": "x"}}]), condition(stage=[{"type": {"text": "x"}}])),
    ("con-2", condition(evidence=[{"code": [{"text": "x"}]}]), condition(evidence=[{"extension": EXTENSION}])),
    ("con-4", condition(**ENDED), condition(**(ENDED | {"clinicalStatus": concept("condition-clinical", "active")}))),
    (
        "con-5",
        condition(verificationStatus=concept("condition-ver-status", "entered-in-error")),
        condition(
            verificationStatus=concept("condition-ver-status", "entered-in-error"),
            clinicalStatus=concept("condition-clinical", "active"),
        ),
    ),
    ("contained-id", contained(DEVICE), contained(DEVICE, DEVICE)),
    ("cpl-3", plan(reference={"reference": "Task/1"}), plan(reference={"reference": "Task/1"}, detail={"status": "completed"})),
    ("identifier-uri", patient(identifier=[{"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"}]), patient(identifier=[{"system": "urn:ietf:rfc:3986", "value": "1.2.3"}])),
    ("cpt-2", holding("ContactPoint", {"system": "phone", "value": "1"}), holding("ContactPoint", {"value": "1"})),
    ("ctm-1", team(member={"reference": "Practitioner/1"}, onBehalfOf={"reference": "Organization/1"}), team(member=PATIENT, onBehalfOf={"reference": "Organization/1"})),
    ("dis-1", quantity("Distance", code="m", value=3), quantity("Distance", system="urn:x", value=3)),
    ("dom-2", contained(DEVICE), contained({**DEVICE, "contained": [{"resourceType": "Device", "id": "d"}]})),
    ("dom-3", contained(DEVICE), contained(DEVICE, {"resourceType": "Device", "id": "d"})),
    ("dom-4", contained(DEVICE), contained({**DEVICE, "meta": {"versionId": "1"}})),
    ("dom-5", contained(DEVICE), contained({**DEVICE, "meta": {"security": [{"code": "R"}]}})),
    ("drq-1", requirement(codeFilter=[{"path": "code"}]), requirement(codeFilter=[{"path": "code", "searchParam": "code"}])),
    ("drq-2", requirement(dateFilter=[{"path": "date"}]), requirement(dateFilter=[{"valueDateTime": "2026"}])),
    ("drt-1", quantity("Duration", value=3), quantity("Duration")),
    ("ele-1", observation(method={"id": "a", "text": "x"}), observation(method={"id": "a"})),
    ("exp-1", holding("Expression", {"language": "text/cql", "expression": "1"}), holding("Expression", {"language": "text/cql"})),
    ("ext-1", patient(extension=EXTENSION), patient(extension=[{"url": "http://x"}])),
    ("ext-1", patient(extension=EXTENSION), patient(extension=[{"url": "http://x", "valueCode": "y", "extension": EXTENSION}])),
    ("inv-1", parameters(valueCode="x"), parameters()),
    ("inv-1", parameters(part=[{"name": "q", "valueCode": "x"}]), parameters(valueCode="x", resource={"resourceType": "Patient", "active": True})),
    ("obs-3", observation(referenceRange=[{"text": "x"}]), observation(referenceRange=[{"type": {"text": "x"}}])),
    ("obs-6", observation(dataAbsentReason={"text": "x"}), observation(dataAbsentReason={"text": "x"}, valueInteger=1)),
    ("obs-7", observation(valueInteger=1, component=[{"code": concept("x", "part")}]), observation(valueInteger=1, component=[{"code": concept("x", "whole")}])),
    ("org-1", organization(name="x"), organization(active=True)),
    ("org-2", organization(name="x", address=[{"use": "work"}]), organization(name="x", address=[{"use": "home"}])),
    ("org-3", organization(name="x", telecom=[{"use": "work"}]), organization(name="x", telecom=[{"use": "home"}])),
    ("pat-1", patient(contact=[{"name": {"text": "x"}}]), patient(contact=[{"gender": "male"}])),
    ("per-1", holding("Period", {"start": "2026-02", "end": "2026"}), holding("Period", {"start": "2027", "end": "2026"})),
    ("ppc-1", consent(policyRule={"text": "x"}), consent()),
    ("qrs-1", answers(answer=[{"valueBoolean": True}]), answers(answer=[{"valueBoolean": True}], item=[{"linkId": "2"}])),
    ("qty-3", holding("Quantity", {"value": 1, "unit": "x"}), holding("Quantity", {"value": 1, "code": "x"})),
    ("rat-1", holding("Ratio", {"numerator": {"value": 1}, "denominator": {"value": 2}}), holding("Ratio", {"numerator": {"value": 1}})),
    ("ref-1", contained(DEVICE), observation(subject={"reference": "#c"})),
    ("rng-2", holding("Range", {"low": {"value": 1}, "high": {"value": 2}}), holding("Range", {"low": {"value": 2}, "high": {"value": 1}})),
    ("sev-1", audit(name="x"), audit(name="x", query="YQ==")),
    (
        "sqty-1",
        observation(referenceRange=[{"low": {"value": 1}}]),
        observation(referenceRange=[{"low": {"value": 1, "comparator": "<"}}]),
    ),
    ("tim-1", timing(duration=1, durationUnit="h"), timing(duration=1)),
    ("tim-2", timing(period=1, periodUnit="h"), timing(period=1)),
    ("tim-4", timing(duration=0, durationUnit="h"), timing(duration=-1, durationUnit="h")),
    ("tim-5", timing(period=0, periodUnit="h"), timing(period=-1, periodUnit="h")),
    ("tim-6", timing(period=1, periodMax=2, periodUnit="h"), timing(periodMax=2)),
    ("tim-7", timing(duration=1, durationMax=2, durationUnit="h"), timing(durationMax=2)),
    ("tim-8", timing(count=1, countMax=2), timing(countMax=2)),
    ("tim-9", timing(offset=5, when=["MORN"]), timing(offset=5, when=["CM"])),
    ("tim-10", timing(timeOfDay=["08:00:00"]), timing(timeOfDay=["08:00:00"], when=["MORN"])),
    ("trd-1", trigger(type="data-added", data=DATA), trigger(type="data-added", data=DATA, timingDate="2026")),
    (
        "trd-2",
        trigger(type="data-added", data=DATA, condition={"language": "text/cql", "expression": "1"}),
        trigger(type="named-event", name="x", condition={"language": "text/cql", "expression": "1"}),
    ),
    ("trd-3", trigger(type="periodic", timingDate="2026"), trigger(type="periodic", name="x")),
]  # fmt: skip
for _text in ("txt-1", "txt-2"):
    _inside = {"txt-1": "<script>x</script>", "txt-2": " "}[_text]
    CASES.append(
        (
            _text,
            patient(text={"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}),
            patient(
                text={
                    "status": "generated",
                    "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{_inside}</div>',
                }
            ),
        )
    )
