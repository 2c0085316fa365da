"""TABLE: each rule of planning, collections, definitions and terminology, both ways."""

from tests.fhir.invariant_cases import PATIENT

TEXT = {"text": "x"}
SYSTEM = "http://x.example/codes"
NARRATIVE = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}
WHEN = {"start": "2026-01-01T09:00:00Z", "end": "2026-01-01T09:30:00Z"}
REASON = {"cancelationReason": TEXT}
UCUM = "http://unitsofmeasure.org"


def appointment(status: str = "booked", **elements) -> dict:
    participant = elements.pop("participant", [{"actor": PATIENT, "status": "accepted"}])
    return {"resourceType": "Appointment", "status": status, "participant": participant, **elements}


def response(**elements) -> dict:
    return {
        "resourceType": "AppointmentResponse", "appointment": {"reference": "Appointment/1"}, "participantStatus": "accepted",
        **elements,
    }  # fmt: skip


def capability(kind: str = "requirements", **elements) -> dict:
    basis = {"description": "x", "rest": [{"mode": "server"}]} if not elements.pop("bare", False) else {}
    return {
        "resourceType": "CapabilityStatement", "status": "draft", "date": "2026", "kind": kind, "fhirVersion": "4.0.1",
        "format": ["json"], **basis, **elements,
    }  # fmt: skip


def code_system(*concepts: dict) -> dict:
    return {
        "resourceType": "CodeSystem", "url": SYSTEM, "status": "draft", "content": "complete",
        **({"concept": list(concepts)} if concepts else {}),
    }  # fmt: skip


def composition(**section) -> dict:
    return {
        "resourceType": "Composition", "status": "final", "type": TEXT, "date": "2026", "author": [PATIENT], "title": "x",
        "section": [{"title": "x", **section}],
    }  # fmt: skip


def concept_map(target: dict | None = None, unmapped: dict | None = None) -> dict:
    element = [{"code": "a", "target": [{"code": "b", "equivalence": "equal", **(target or {})}]}]
    group = {"source": SYSTEM, "target": "http://x.example/others", "element": element}
    return {
        "resourceType": "ConceptMap",
        "status": "draft",
        "group": [{**group, **({"unmapped": unmapped} if unmapped else {})}],
    }


def family(**elements) -> dict:
    return {
        "resourceType": "FamilyMemberHistory", "status": "completed", "patient": PATIENT, "relationship": TEXT, **elements,
    }  # fmt: skip


def goal(**target) -> dict:
    return {
        "resourceType": "Goal", "lifecycleStatus": "active", "description": TEXT, "subject": PATIENT, "target": [target],
    }  # fmt: skip


def group(actual: bool) -> dict:
    return {"resourceType": "Group", "type": "person", "actual": actual, "member": [{"entity": PATIENT}]}


def immunization(**education) -> dict:
    return {
        "resourceType": "Immunization", "status": "completed", "vaccineCode": TEXT, "patient": PATIENT,
        "occurrenceDateTime": "2026", "education": [education],
    }  # fmt: skip


def listed(mode: str = "working", **elements) -> dict:
    return {"resourceType": "List", "status": "current", "mode": mode, **elements}


def measure(**stratifier) -> dict:
    return {"resourceType": "Measure", "status": "draft", "group": [{"stratifier": [stratifier]}]}


def report(kind: str = "summary", **elements) -> dict:
    return {
        "resourceType": "MeasureReport", "status": "complete", "type": kind, "measure": "http://x.example/m",
        "period": {"start": "2026"}, **elements,
    }  # fmt: skip


def strata(**stratum) -> list[dict]:
    return [{"stratifier": [{"stratum": [stratum]}]}]


def given(**dosage) -> dict:
    return {
        "resourceType": "MedicationAdministration", "status": "completed", "medicationCodeableConcept": TEXT,
        "subject": PATIENT, "effectiveDateTime": "2026", "dosage": {"text": "x", **dosage},
    }  # fmt: skip


def naming(kind: str, *ids: dict) -> dict:
    return {
        "resourceType": "NamingSystem", "name": "X", "status": "draft", "kind": kind, "date": "2026", "uniqueId": list(ids),
    }  # fmt: skip


def unique(kind: str, value: str, preferred: bool = False) -> dict:
    return {"type": kind, "value": value, "preferred": preferred}


def operation(**parameter) -> dict:
    base = {"name": "p", "use": "in", "min": 0, "max": "1"}
    return {
        "resourceType": "OperationDefinition", "name": "X", "status": "draft", "kind": "operation", "code": "x",
        "system": False, "type": False, "instance": True, "parameter": [{**base, **parameter}],
    }  # fmt: skip


def questionnaire(*items: dict) -> dict:
    listed_items = [{"linkId": f"{n}", "text": "x", **one} for n, one in enumerate(items)]
    return {"resourceType": "Questionnaire", "status": "draft", "item": listed_items}


def question(kind: str, **elements) -> dict:
    return questionnaire({"type": kind, **elements})


def prediction(**elements) -> dict:
    return {
        "resourceType": "RiskAssessment", "status": "final", "subject": PATIENT, "prediction": [{"outcome": TEXT, **elements}],
    }  # fmt: skip


def percent(value: int, code: str = "%") -> dict:
    return {"value": value, "system": UCUM, "code": code, "unit": code}


def search_parameter(kind: str = "reference", **elements) -> dict:
    return {
        "resourceType": "SearchParameter", "url": "http://x.example/p", "name": "X", "status": "draft", "description": "x",
        "code": "x", "base": ["Patient"], "type": kind, **elements,
    }  # fmt: skip


def service(**elements) -> dict:
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "subject": PATIENT,
        **elements,
    }


def task(**elements) -> dict:
    return {"resourceType": "Task", "status": "draft", "intent": "order", **elements}


def value_set(include: dict | None = None, contains: dict | None = None) -> dict:
    found: dict = {"resourceType": "ValueSet", "url": "http://x.example/v", "status": "draft"}
    if include:
        found["compose"] = {"include": [include]}
    if contains:
        found["expansion"] = {"timestamp": "2026-01-01T00:00:00Z", "contains": [contains]}
    return found


def conditions(count: int) -> dict:
    when = [{"question": "0", "operator": "=", "answerBoolean": True}] * count
    return questionnaire({"type": "boolean"}, {"type": "string", "enableWhen": when})


DOC = {"mode": "producer", "profile": "http://x.example/p"}
UUIDS = (unique("uuid", "187e0c12-8dd2-67e2-99b2-bf273c878281"), unique("uri", "http://x.example/n"))
OPTION = {"answerOption": [{"valueString": "a"}]}
TWO = [{"valueString": "a"}, {"valueString": "b"}]
OPEN = {"url": "http://x.example/s"}

CASES: list[tuple[str, dict, dict]] = [
    ("app-1", appointment("proposed"), appointment("proposed", participant=[{"status": "accepted"}])),
    ("app-2", appointment("proposed"), appointment("proposed", start=WHEN["start"])),
    ("app-3", appointment(**WHEN), appointment()),
    ("app-4", appointment("cancelled", **REASON), appointment(**WHEN, **REASON)),
    ("apr-1", response(actor=PATIENT), response()),
    ("cmd-1", concept_map({"equivalence": "narrower", "comment": "x"}), concept_map({"equivalence": "narrower"})),
    ("cmd-2", concept_map(unmapped={"mode": "fixed", "code": "x"}), concept_map(unmapped={"mode": "fixed"})),
    ("cmd-3", concept_map(unmapped={"mode": "other-map", "url": "http://x.example/m"}), concept_map(unmapped={"mode": "other-map"})),
    ("cmp-1", composition(text=NARRATIVE), composition()),
    ("cmp-2", composition(text=NARRATIVE, emptyReason=TEXT), composition(entry=[PATIENT], emptyReason=TEXT)),
    ("cpb-1", capability(document=[DOC]), capability(bare=True, description="x")),
    ("cpb-2", capability(), capability(bare=True, rest=[{"mode": "server"}])),
    (
        "cpb-3",
        capability("instance", implementation={"description": "x"}, messaging=[{"endpoint": [{"protocol": {"code": "http"}, "address": "http://x.example"}]}]),
        capability(messaging=[{"endpoint": [{"protocol": {"code": "http"}, "address": "http://x.example"}]}]),
    ),
    ("cpb-7", capability(document=[DOC, {**DOC, "mode": "consumer"}]), capability(document=[DOC, DOC])),
    ("cpb-9", capability(rest=[{"mode": "server", "resource": [{"type": "Patient"}, {"type": "Flag"}]}]), capability(rest=[{"mode": "server", "resource": [{"type": "Flag"}, {"type": "Flag"}]}])),
    (
        "cpb-12",
        capability(rest=[{"mode": "server", "resource": [{"type": "Flag", "searchParam": [{"name": "a", "type": "token"}]}]}]),
        capability(rest=[{"mode": "server", "resource": [{"type": "Flag", "searchParam": [{"name": "a", "type": "token"}] * 2}]}]),
    ),
    ("cpb-14", capability("instance", implementation={"description": "x"}), capability("instance")),
    ("cpb-15", capability("capability", software={"name": "x"}), capability("capability")),
    ("cpb-16", capability(), capability(software={"name": "x"})),
    ("code-system-content", code_system() | {"content": "not-present"}, code_system({"code": "a"}) | {"content": "not-present"}),
    ("code-system-count", code_system({"code": "a", "concept": [{"code": "b"}]}) | {"count": 2}, code_system({"code": "a"}) | {"count": 2}),
    ("code-system-supplement", code_system() | {"content": "supplement", "supplements": SYSTEM}, code_system() | {"content": "supplement"}),
    ("csd-1", code_system({"code": "a", "concept": [{"code": "b"}]}), code_system({"code": "a", "concept": [{"code": "a"}]})),
    ("fhs-1", family(ageString="3"), family(ageString="3", bornDate="2020")),
    ("fhs-2", family(ageString="3", estimatedAge=True), family(estimatedAge=True)),
    ("gol-1", goal(measure=TEXT, detailString="x"), goal(detailString="x")),
    ("grp-1", group(True), group(False)),
    ("imm-1", immunization(documentType="x"), immunization(publicationDate="2026")),
    ("inv-1", task(authoredOn="2026", lastModified="2026-03"), task(authoredOn="2026", lastModified="2025-03")),
    ("lst-1", listed(emptyReason=TEXT), listed(emptyReason=TEXT, entry=[{"item": PATIENT}])),
    ("lst-2", listed("changes", entry=[{"item": PATIENT, "deleted": True}]), listed(entry=[{"item": PATIENT, "deleted": True}])),
    ("lst-3", listed(entry=[{"item": PATIENT, "date": "2026"}]), listed("snapshot", entry=[{"item": PATIENT, "date": "2026"}])),
    ("mad-1", given(dose={"value": 1}), given()),
    ("mea-1", measure(code=TEXT), measure(code=TEXT, component=[{"criteria": {"language": "text/cql", "expression": "x"}}])),
    ("mrp-1", report(group=[{"code": TEXT}]), report("data-collection", group=[{"code": TEXT}])),
    ("mrp-2", report(group=strata(value=TEXT)), report(group=strata(measureScore={"value": 1}))),
    ("nsd-1", naming("identifier", *UUIDS), naming("root", *UUIDS)),
    ("nsd-2", naming("identifier", unique("uri", "http://a", True), unique("uri", "http://b")), naming("identifier", unique("uri", "http://a", True), unique("uri", "http://b", True))),
    ("opd-1", operation(type="string"), operation()),
    ("opd-2", operation(type="string", searchType="token"), operation(type="code", searchType="token")),
    ("opd-3", operation(type="Reference", targetProfile=["http://x.example/p"]), operation(type="code", targetProfile=["http://x.example/p"])),
    ("prr-1", service(code=TEXT, orderDetail=[TEXT]), service(orderDetail=[TEXT])),
    ("que-1", question("group", item=[{"linkId": "a", "type": "string"}]), question("group")),
    ("que-1", question("display"), question("display", item=[{"linkId": "a", "type": "string"}])),
    ("que-2", questionnaire({"type": "string"}, {"type": "string"}), questionnaire({"type": "string", "linkId": "a"}, {"type": "string", "linkId": "a"})),
    ("que-3", question("string", code=[{"code": "a"}]), question("display", code=[{"code": "a"}])),
    ("que-4", question("choice", **OPTION), question("choice", **OPTION, answerValueSet="http://x.example/v")),
    ("que-5", question("open-choice", **OPTION), question("boolean", **OPTION)),
    ("que-6", question("string", required=True), question("display", required=True)),
    ("que-7", questionnaire({"type": "string"}, {"type": "string", "enableWhen": [{"question": "0", "operator": "exists", "answerBoolean": True}]}), questionnaire({"type": "string"}, {"type": "string", "enableWhen": [{"question": "0", "operator": "exists", "answerString": "x"}]})),
    ("que-8", question("string", initial=TWO[:1]), question("group", initial=TWO[:1], item=[{"linkId": "a", "type": "string"}])),
    ("que-9", question("string", readOnly=True), question("display", readOnly=True)),
    ("que-10", question("string", maxLength=3), question("date", maxLength=3)),
    ("que-11", question("choice", **OPTION), question("choice", **OPTION, initial=TWO[:1])),
    ("que-12", conditions(1), conditions(2)),
    ("que-13", question("string", repeats=True, initial=TWO), question("string", initial=TWO)),
    ("ras-1", prediction(probabilityRange={"low": percent(1), "high": percent(2)}), prediction(probabilityRange={"low": percent(1, "1"), "high": percent(2, "1")})),
    ("ras-2", prediction(probabilityDecimal=100), prediction(probabilityDecimal=101)),
    ("spd-1", search_parameter(xpath="f:x", xpathUsage="normal"), search_parameter(xpath="f:x")),
    ("spd-2", search_parameter(chain=["name"]), search_parameter("token", chain=["name"])),
    ("vsd-1", value_set({"system": SYSTEM}), value_set({"version": "1"})),
    ("vsd-2", value_set({"system": SYSTEM, "concept": [{"code": "a"}]}), value_set({"valueSet": ["http://x.example/v"], "concept": [{"code": "a"}]})),
    ("vsd-3", value_set({"system": SYSTEM}), value_set({"system": SYSTEM, "concept": [{"code": "a"}], "filter": [{"property": "x", "op": "=", "value": "y"}]})),
    ("vsd-6", value_set(contains={"abstract": True, "display": "x"}), value_set(contains={"abstract": True, "version": "1"})),
    ("vsd-9", value_set(contains={"abstract": True, "display": "x"}), value_set(contains={"display": "x"})),
    ("vsd-10", value_set(contains={"system": SYSTEM, "code": "a"}), value_set(contains={"code": "a"})),
]  # fmt: skip
