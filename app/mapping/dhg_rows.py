"""Fields of the national record that are no single Observation: she herself, her carers, habits, and what becomes of her children.

https://hl7.org/fhir/R4/patient.html, https://hl7.org/fhir/R4/careteam.html; kinds stand in ``dhg_fields``.
"""

from collections.abc import Iterator
from typing import Any

from app.access.standing import PROTECTED
from app.fhir import codes as c
from app.mapping.dhg_chart import Cell, Chart, Json, Scope
from app.mapping.dhg_checks import Wrong, coded_of, concept, content, whole_of, words_of
from app.mapping.dhg_codes import coding_of, is_known, value_of
from app.mapping.dhg_fields import Field
from app.mapping.dhg_values import item_code
from app.mapping.elements import Element, child, children, text
from app.mapping.record_facts import INTERPRETER, official_name
from app.pregnancy import facts as f
from app.pregnancy.answers import OUTCOMES
from app.pregnancy.items import ITEMS

Key = tuple[str, ...]
FIRST, WEEK_36 = "stimulus-at-first-consultation", "stimulus-at-week-36"
_LATE = 34 * 7  # days: a habit told from here on is that of week 36
HABITS = {
    "smoking": ("røyk", "tobakk"),
    "snus": ("snus",),
    "alcohol-use": ("alkohol",),
    "substances": ("rusmidler",),
}
_USE = {
    "daglig": "daily",
    "av og til": "occasional",
    "sluttet": "stopped",
    "aldri": "none",
    "nei": "no",
    "ja": "yes",
}
AS_STATED = "birth-status-as-stated"
_OUTCOMES = {
    "live": "live-birth", "levende": "live-birth", "levendefødt": "live-birth", "live-birth": "live-birth",
    "dødfødt": "stillbirth", "stillbirth": "stillbirth", "spontanabort": "miscarriage", "miscarriage": "miscarriage",
}  # fmt: skip


def of_patient(chart: Chart, field: Field) -> Cell | None:
    """A field of her Patient."""
    source, her = next(((n, row) for n, row in chart.resources.items() if n.startswith("Patient/")), ("", {}))
    labels = [text(row, "code") for row in children(child(her, "meta"), "security")]
    home = {} if PROTECTED in labels else (children(her, "address") or [{}])[0]
    lines = home.get("line")
    spoken = children(her, "communication")
    chosen = next((row for row in spoken if row.get("preferred") is True), spoken[0] if spoken else {})
    coding = next((one for one in children(child(chosen, "language"), "coding") if one.get("code")), None)
    asked = [row.get("valueBoolean") for row in children(her, "extension") if text(row, "url") == INTERPRETER]
    found: Any = {
        "name": official_name(her),
        "line": ", ".join(lines) if isinstance(lines, list) else "",
        "postal-code": text(home, "postalCode"),
        "city": text(home, "city"),
        "language": value_of(coding) if coding else None,
        "interpreter": next((one for one in asked if isinstance(one, bool)), None),
    }[field.kind]
    return Cell(found, (source,)) if found not in ("", None) else None


def changed_patient(patient: Json, field: Field, value: Any) -> None:
    """Set a field of her Patient; None takes it away. What the national record does not have stays."""
    if field.kind == "interpreter":
        rest = [row for row in patient.get("extension", []) if row.get("url") != INTERPRETER]
        _put(
            patient,
            "extension",
            rest + ([] if value is None else [{"url": INTERPRETER, "valueBoolean": value}]),
        )
    elif field.kind == "language":
        rest = [row for row in patient.get("communication", []) if row.get("preferred") is not True]
        spoken = (
            []
            if value is None
            else [{"language": {"coding": [coding_of(value, field.of)]}, "preferred": True}]
        )
        _put(patient, "communication", spoken + rest)
    elif field.kind == "name":
        rest = [row for row in patient.get("name", []) if row.get("use") != "official"]
        rest = rest if any(row.get("use") == "official" for row in patient.get("name", [])) else rest[1:]
        _put(patient, "name", ([] if value is None else [{"use": "official", "text": value}]) + rest)
    else:
        first = dict((patient.get("address") or [{}])[0])
        name = {"line": "line", "postal-code": "postalCode", "city": "city"}[field.kind]
        first.pop(name, None)
        if value is not None:
            first[name] = [value] if name == "line" else value
        _put(patient, "address", ([first] if first else []) + patient.get("address", [])[1:])


def _put(patient: Json, name: str, rows: list[Json]) -> None:
    if rows:
        patient[name] = rows
    else:
        patient.pop(name, None)


def of_team(chart: Chart, field: Field) -> Cell | None:
    """Who cares for her in a role, from the CareTeams of the card."""
    found: Cell | None = None
    for source, team in sorted(chart.resources.items(), key=_changed):
        if not source.startswith("CareTeam/") or text(team, "status") in {
            "entered-in-error",
            "inactive",
            "suspended",
        }:
            continue
        for row in children(team, "participant"):
            if field.of in {text(role, "text") for role in children(row, "role")}:
                found = Cell(_carer(chart, field, row), (source,))
    return found


def _changed(row: tuple[str, Element]) -> str:
    return text(child(row[1], "meta"), "lastUpdated")


def _carer(chart: Chart, field: Field, row: Element) -> Any:
    name, number = _named(chart, child(row, "member"), c.HPR)
    place, orgnr = _named(chart, child(row, "onBehalfOf"), c.ORGNR)
    if field.kind == "centre":
        return name
    known = {"name": name, "organizationName": place, "organizationId": orgnr, "hprNr": number}
    return {key: value for key, value in known.items() if value}


def _named(chart: Chart, reference: Element, system: str) -> tuple[str, str]:
    """How a reference is called, and its number."""
    target = chart.resources.get(text(reference, "reference"), {})
    numbers = [text(row, "value") for row in children(target, "identifier") if text(row, "system") == system]
    own = child(reference, "identifier")
    number = text(own, "value") if text(own, "system") == system else next(iter(numbers), "")
    return official_name(target) or text(target, "name") or text(reference, "display"), number


def participant(field: Field, value: Any) -> Json:
    """The participant of a CareTeam that says who has this role. Raises Wrong."""
    role = {"role": [{"text": field.of}]}
    if field.kind == "centre":
        return role | {"member": {"display": words_of(value)}}
    if not isinstance(value, dict) or any(not isinstance(one, str | None) for one in value.values()):
        raise Wrong("must be an object of texts: name, organizationName, organizationId, hprNr")
    member = _reference(value, "name", "hprNr", c.HPR)
    place = _reference(value, "organizationName", "organizationId", c.ORGNR)
    return role | ({"member": member} if member else {}) | ({"onBehalfOf": place} if place else {})


def _reference(value: Json, name: str, number: str, system: str) -> Json:
    identifier = {"identifier": {"system": system, "value": value[number]}} if value.get(number) else {}
    return identifier | ({"display": value[name]} if value.get(name) else {})


def stimuli(chart: Chart, fields: tuple[Field, ...]) -> Iterator[tuple[Key, Cell]]:
    """Her habits, a cell for each and each moment: as the national record stated them, else as the card has them."""
    for field in fields:
        member = field.path.rpartition(".")[2]
        for source, row in chart.observations(field.of, Scope()):
            kinds = children(child(row, "code"), "coding")[-1:]  # the one that was stated stands last
            kind = value_of(kinds[0]) if kinds else {"code": text(child(row, "code"), "text")}
            used = [*kinds, *children(child(row, "valueCodeableConcept"), "coding")]
            flag = "" if all(map(is_known, used)) else "The code system is not known here"
            yield ("stimuli", kind["code"], member), Cell({"stimuliType": kind} | _use(row), (source,), flag)
        yield from _habits(chart, field, member)


def _use(row: Element) -> Json:
    given = [one for one in children(child(row, "valueCodeableConcept"), "coding") if one.get("code")]
    foreign = next((one for one in given if one.get("system") != c.CS_CARD), given[0] if given else None)
    counts = [one.get("valueInteger") for one in children(row, "component")]
    how = {"stimuliFrequency": value_of(foreign)} if foreign else {}
    count = next((one for one in counts if isinstance(one, int)), None)
    return how | ({} if count is None else {"dailyCount": count})


def _habits(chart: Chart, field: Field, member: str) -> Iterator[tuple[Key, Cell]]:
    for item in HABITS:
        for said in chart.of(item, Scope()):
            codings = children(child(chart.resources.get(said.source, {}), "code"), "coding")
            if {one.get("code") for one in codings} & {FIRST, WEEK_36}:
                continue
            age = chart.age_on(said.day)
            if (age is not None and age.days >= _LATE) is (field.of == WEEK_36):
                kind = {"code": item, "display": ITEMS[item].name, "codeSystem": c.CS_CARD}
                how = {"code": said.value, "codeSystem": c.CS_CARD}
                yield (
                    ("stimuli", item, member),
                    Cell({"stimuliType": kind, "stimuliFrequency": how}, (said.source,)),
                )


def make_stimulus(field: Field, value: Json) -> Json:
    """The Observation of a habit at one moment. Raises Wrong."""
    kind = coding_of(coded_of(value.get("stimuliType")), "VOLVEN_8536")
    words = str(kind.get("display", kind["code"])).strip().lower()
    item = next((name for name, known in HABITS.items() if words == name or words in known), None)
    code = item_code(ITEMS[item]) if item else {"coding": []}
    code["coding"] = [*code["coding"], {"system": c.CS_CARD, "code": field.of}, kind]
    made = content("survey", code | {"text": str(kind.get("display", kind["code"]))})
    if value.get("stimuliFrequency") is not None:
        how = coding_of(coded_of(value["stimuliFrequency"]), "VOLVEN_8537")
        use = _USE.get(str(how.get("display", "")).strip().lower())
        known = [{"system": c.CS_CARD, "code": use}] if use and item else []
        made["valueCodeableConcept"] = {"coding": [*known, how]}
    if value.get("dailyCount") is not None:
        count = concept((c.CS_CARD, "daily-count"))
        made["component"] = [{"code": count, "valueInteger": whole_of(value["dailyCount"])}]
    if "valueCodeableConcept" not in made and "component" not in made:
        raise Wrong("needs stimuliFrequency or dailyCount")
    return made


def outcomes(chart: Chart) -> Iterator[tuple[Key, Cell]]:
    """What became of each fetus; an induced abortion stands nowhere."""
    for said in chart.of(f.BirthOutcome, Scope()):
        if said.outcome != "termination":
            yield ("birthStatus", str(chart.number(said.fetus))), _outcome(chart, said.source, said.outcome)
    for source, row in chart.observations(AS_STATED, Scope()):
        named = next((text(one, "reference") for one in children(row, "focus")), None)
        yield ("birthStatus", str(chart.number(named))), _outcome(chart, source, "")


def _outcome(chart: Chart, source: str, outcome: str) -> Cell:
    row = chart.resources[source]
    given = children(child(row, "valueCodeableConcept"), "coding")
    foreign = next((one for one in given if one.get("code") and one.get("system") != c.CS_CARD), None)
    own = {"code": outcome, "display": OUTCOMES.get(outcome, ""), "codeSystem": c.CS_CARD}
    flag = "The code system is not known here" if foreign and not is_known(foreign) else ""
    status = value_of(foreign) if foreign else own
    when = text(row, "effectiveDateTime")
    return Cell({"status": status} | ({"datetime": when} if when else {}), (source,), flag)


def make_outcome(value: Json) -> Json:
    """The Observation of a birth or loss. Raises Wrong."""
    coding = coding_of(coded_of(value.get("status")))
    words = (str(coding.get("display", "")).lower(), str(coding["code"]).lower())
    outcome = next((_OUTCOMES[word] for word in words if word in _OUTCOMES), None)
    same = [coding] if coding.get("system") != c.CS_CARD else []
    known = [{"system": c.CS_CARD, "code": outcome}] if outcome else []
    code = concept((c.CS_CARD, "birth-outcome" if outcome else AS_STATED))
    made = content("exam", code, valueCodeableConcept={"coding": known + same})
    if value.get("datetime") is not None:
        made["effectiveDateTime"] = words_of(value["datetime"])
    return made
