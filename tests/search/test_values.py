"""Dates, strings, numbers, quantities, uris and composites: https://hl7.org/fhir/R4/search.html#date and after"""

import pytest

from app.fhir import codes
from tests.search.asking import Asker, text

UCUM = codes.UCUM


@pytest.fixture(scope="module", autouse=True)
def kept(asker: Asker) -> None:
    observation = {"status": "final", "code": text("x")}
    for id_, when in {
        "year": {"effectiveDateTime": "2025"},
        "month": {"effectiveDateTime": "2026-03"},
        "day": {"effectiveDateTime": "2026-03-14"},
        "time": {"effectiveDateTime": "2026-03-14T10:30:00+01:00"},
        "utc": {"effectiveDateTime": "2026-03-14T23:30:00Z"},
        "period": {"effectivePeriod": {"start": "2026-03-10", "end": "2026-03-20"}},
        "from": {"effectivePeriod": {"start": "2026-05-01"}},
        "until": {"effectivePeriod": {"end": "2024-01-31"}},
        "timing": {"effectiveTiming": {"event": ["2027-01-01", "2027-03-01"]}},
    }.items():
        asker.keep("Observation", id_, **observation, **when)
    for id_, value, more in [
        ("kg", 70.5, {"code": "kg"}), ("g", 70500, {"code": "g"}), ("heavy", 90, {"code": "kg"}),
        ("below", 5, {"code": "kg", "comparator": "<"}), ("named", 70.5, {"system": None, "code": None, "unit": "stein"}),
        ("pressure", 140, {"code": "mm[Hg]"}), ("hb", 12.1, {"code": "g/dL"}), ("hb-si", 121, {"code": "g/L"}),
        ("glucose", 5.1, {"code": "mmol/L"}), ("glucose-mg", 92, {"code": "mg/dL"}),
    ]:  # fmt: skip
        quantity = {"value": value, "system": UCUM, **more}
        quantity = {name: part for name, part in quantity.items() if part is not None}
        asker.keep(
            "Observation",
            id_,
            status="final",
            code=text(id_, system="http://c.example"),
            valueQuantity=quantity,
        )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("2026-03-14", ["day", "time"]),
        ("2026-03", ["day", "month", "period", "time", "utc"]),
        ("2026-03-14T10:30:00+01:00", ["time"]),
        ("2026-03-14T09:30:00Z", ["time"]),
        ("2026-03-14T10:30", ["time"]),
        ("2026-03-14T10:31", []),
        ("ne2026-03", ["from", "timing", "until", "year"]),
        ("gt2026-03-14", ["from", "month", "period", "timing", "utc"]),
        ("ge2026-03-14", ["day", "from", "month", "period", "time", "timing", "utc"]),
        ("lt2026-03-14", ["month", "period", "until", "year"]),
        ("le2026-03-14", ["day", "month", "period", "time", "until", "year"]),
        ("sa2026-03-14", ["from", "timing", "utc"]),
        ("eb2026-03-14", ["until", "year"]),
        ("ge2027", ["from", "timing"]),
        ("ap2026-03-14", ["day", "month", "period", "time", "utc"]),
        ("lt2024", ["until"]),
        ("2025", ["year"]),
        ("2025-06", []),
        ("2025,2027", ["timing", "year"]),
        ("2026-03-14,2025,sa2027", ["day", "time", "year"]),
        ("ge2026-03-14&date=le2026-03-14", ["day", "month", "period", "time"]),
    ],
)
def test_dates(asker: Asker, query: str, found: list[str]) -> None:
    assert asker.ids(f"Observation?code=x&date={query}") == found


def test_a_timing_covers_all_between_its_ends(asker: Asker) -> None:
    assert "timing" in asker.ids("Observation?date=gt2027-02-01")
    assert asker.ids("Observation?code=x&date:missing=true") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"70.5|{UCUM}|kg", ["g", "kg"]),
        (f"70500|{UCUM}|g", ["g", "kg"]),
        (f"71|{UCUM}|kg", ["g", "kg"]),
        (f"70|{UCUM}|kg", []),
        (f"70.50|{UCUM}|kg", ["g", "kg"]),
        (f"ap75|{UCUM}|kg", ["g", "kg"]),
        (f"gt70.5|{UCUM}|kg", ["heavy"]),
        (f"ge70500|{UCUM}|g", ["g", "heavy", "kg"]),
        (f"lt80|{UCUM}|kg", ["below", "g", "kg"]),
        (f"lt5|{UCUM}|kg", ["below"]),
        (f"ge5|{UCUM}|kg", ["g", "heavy", "kg"]),
        (f"sa70.5|{UCUM}|kg", ["heavy"]),
        (f"eb70.5|{UCUM}|kg", ["below"]),
        (f"ne70.5|{UCUM}|kg", ["below", "heavy"]),
        ("70.5", ["kg", "named"]),
        ("70.5||stein", ["named"]),
        ("70.5||kg", ["kg"]),
        (f"70.5|{UCUM}|", ["kg"]),
        (f"gt18|{UCUM}|kPa", ["pressure"]),
        (f"gt19|{UCUM}|kPa", []),
        (f"121|{UCUM}|g/L", ["hb", "hb-si"]),
        (f"gt5|{UCUM}|mmol/L", ["glucose"]),
        (f"0.92|{UCUM}|g/L", ["glucose-mg"]),
        (f"70.5|{UCUM}|kg,121|{UCUM}|g/L,5.1||mmol/L", ["g", "glucose", "hb", "hb-si", "kg"]),
        (f"70.5|{UCUM}|kg,90|{UCUM}|kg,gt100|{UCUM}|kg", ["g", "heavy", "kg"]),
    ],
)
def test_quantities(asker: Asker, query: str, found: list[str]) -> None:
    assert asker.ids(f"Observation?code=http://c.example|&value-quantity={query}") == found


def percent(value: float) -> dict[str, object]:
    return {"value": value, "unit": "%", "system": UCUM, "code": "%"}


def test_numbers(asker: Asker) -> None:
    for id_, prediction in {
        "low": {"probabilityDecimal": 0.10}, "high": {"probabilityDecimal": 0.9},
        "range": {"probabilityRange": {"low": percent(20), "high": percent(40)}},
    }.items():  # fmt: skip
        asker.keep("Patient", "risky")
        asker.keep(
            "RiskAssessment",
            id_,
            status="final",
            subject={"reference": "Patient/risky"},
            prediction=[prediction],
        )
    for query, found in {
        "0.1": ["low"], "0.10": ["low"], "0.100": ["low"], "0.3": [], "3e-1": [], "gt0.3": ["high", "range"],
        "lt0.3": ["low", "range"], "ge0.9": ["high"], "le0.1": ["low"], "sa0.1": ["high", "range"], "eb0.4": ["low"],
        "ap0.11": ["low"], "gt8e-1": ["high"], "ne0.9": ["low", "range"], "0.1,0.9": ["high", "low"], "ap0.3": ["range"],
    }.items():  # fmt: skip
        assert asker.ids(f"RiskAssessment?probability={query}") == found, query


@pytest.fixture(scope="module")
def people(asker: Asker) -> None:
    asker.keep(
        "Patient", "agot", name=[{"family": "Carreño Quinones", "given": ["Ågot", "Anne-Marie"]}],
        address=[{"city": "Tromsø", "postalCode": "9008", "line": ["Storgata 5"]}],
    )  # fmt: skip
    asker.keep("Patient", "agata", name=[{"family": "O'Brien", "given": ["Agata"]}])
    asker.keep("Patient", "text", name=[{"text": "Kristoffersen, Ellen Bjørk"}])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("given=Ågot", ["agot"]),
        ("given=agot", ["agot"]),
        ("given=ag", ["agata", "agot"]),
        ("given=AGOT", ["agot"]),
        ("given:exact=Ågot", ["agot"]),
        ("given:exact=agot", []),
        ("given:exact=Ågo", []),
        ("given:contains=gat", ["agata"]),
        ("given:contains=MARIE", ["agot"]),
        ("family=quinones", ["agot"]),
        ("family=carreno quin", ["agot"]),
        ("family=obrien", ["agata"]),
        ("family=O'Brien", ["agata"]),
        ("given=anne marie", ["agot"]),
        ("given=marie", ["agot"]),
        ("name=ellen", ["text"]),
        ("name=ellen bjork", ["text"]),
        ("name=bjørk", ["text"]),
        ("name=not", []),
        ("name=ellen,agata", ["agata", "text"]),
        ("name:missing=false", ["agata", "agot", "text"]),
        ("phonetic=christophersen ellen", ["text"]),
        ("address=tromso", ["agot"]),
        ("address-city=TROMS", ["agot"]),
        ("address=storg", ["agot"]),
        ("address-postalcode=9008", ["agot"]),
        ("family:contains=%25", []),
    ],
)
def test_strings(asker: Asker, people: None, query: str, found: list[str]) -> None:
    assert asker.ids(f"Patient?{query}") == found


def test_uris(asker: Asker) -> None:
    for id_, url in {
        "one": "http://a.example/fhir/ValueSet/1", "two": "http://a.example/fhir/ValueSet/1/2", "oid": "urn:oid:1.2.3",
        "root": "http://a.example/fhir",
    }.items():  # fmt: skip
        asker.keep("ValueSet", id_, url=url, status="active")
    for query, found in {
        "url=http://a.example/fhir/ValueSet/1": ["one"],
        "url:below=http://a.example/fhir/": ["one", "two"],
        "url:below=http://a.example/fhir": ["one", "root", "two"],
        "url:above=http://a.example/fhir/ValueSet/1/_history/5": ["one", "root"],
        "url=urn:oid:1.2.3": ["oid"],
        "url=urn:oid:1.2.3,http://a.example/fhir": ["oid", "root"],
        "url=HTTP://a.example/fhir": [],
        "url:missing=true": [],
    }.items():
        assert asker.ids(f"ValueSet?{query}") == found, query


def test_composites(asker: Asker) -> None:
    system = "http://pairs.example"

    def measured(code: str, value: float, unit: str = "mm[Hg]") -> dict[str, object]:
        return {
            "code": text(code, system=system),
            "valueQuantity": {"value": value, "system": UCUM, "code": unit},
        }

    asker.keep(
        "Observation",
        "bp1",
        status="final",
        code=text("bp", system=system),
        component=[measured("sys", 150), measured("dia", 80)],
    )
    asker.keep(
        "Observation",
        "bp2",
        status="final",
        code=text("bp", system=system),
        component=[measured("sys", 120), measured("dia", 95)],
    )
    asker.keep("Observation", "single", status="final", **measured("sys", 160))
    asker.keep(
        "Observation",
        "concept",
        status="final",
        code=text("k", system=system),
        valueCodeableConcept=text("v", system=system),
    )
    asker.keep(
        "Observation", "date", status="final", code=text("edd", system=system), valueDateTime="2026-09-22"
    )
    asker.keep(
        "Observation", "string", status="final", code=text("note", system=system), valueString="Ågot sov"
    )
    for query, found in {
        f"component-code-value-quantity={system}|sys$ge140": ["bp1"],
        f"component-code-value-quantity={system}|sys$ge140|{UCUM}|mm[Hg]": ["bp1"],
        f"component-code-value-quantity={system}|sys$gt18|{UCUM}|kPa": ["bp1"],
        f"component-code-value-quantity={system}|dia$ge90": ["bp2"],
        f"component-code-value-quantity={system}|sys$ge140,{system}|dia$ge90": ["bp1", "bp2"],
        "component-code-value-quantity=sys$lt140||mm[Hg]": ["bp2"],
        f"combo-code-value-quantity={system}|sys$ge140": ["bp1", "single"],
        f"code-value-quantity={system}|sys$ge140": ["single"],
        f"code-value-concept={system}|k${system}|v": ["concept"],
        f"code-value-concept=k$v,{system}|k$w": ["concept"],
        f"code-value-concept={system}|k$other": [],
        f"code-value-date={system}|edd$ge2026-09-01": ["date"],
        f"code-value-date={system}|edd$2026-09": ["date"],
        f"code-value-string={system}|note$agot": ["string"],
        f"code-value-quantity={system}|sys$ge140&status=final": ["single"],
    }.items():
        assert asker.ids(f"Observation?{query}") == found, query
    content = [{"attachment": {"url": "http://x.example"}}]
    asker.keep("DocumentReference", "old", status="superseded", content=content)
    related = [{"code": "replaces", "target": {"reference": "DocumentReference/old"}}]
    asker.keep("DocumentReference", "new", status="current", content=content, relatesTo=related)
    assert asker.ids("DocumentReference?relationship=DocumentReference/old$replaces") == ["new"]
    assert asker.ids("DocumentReference?relationship=old$appends,DocumentReference/old$replaces") == ["new"]
    assert asker.ids("DocumentReference?relationship=DocumentReference/old$appends") == []
    trait = [{"code": text("gender"), "valueCodeableConcept": text("mixed"), "exclude": False}]
    asker.keep("Group", "mixed", type="person", actual=False, characteristic=trait)
    assert asker.ids("Group?characteristic-value=gender$mixed") == ["mixed"]


def test_ids_and_times_of_change(asker: Asker) -> None:
    asker.keep("Basic", "first", code=text("b"))
    asker.keep("Basic", "second", code=text("b"))
    changed = asker.ask("Basic/second").json()["meta"]["lastUpdated"]
    first = asker.ask("Basic/first").json()["meta"]["lastUpdated"]
    for query, found in {
        "_id=first": ["first"], "_id=first,second": ["first", "second"], "_id:not=first": ["second"], "_id=FIRST": [],
        "_id:missing=true": [], "_id:missing=false": ["first", "second"], "_lastUpdated:missing=true": [],
        f"_lastUpdated=gt{first}": ["second"], f"_lastUpdated=ge{changed}": ["second"], f"_lastUpdated={changed}": ["second"],
        f"_lastUpdated=lt{changed}": ["first"], f"_lastUpdated=le{changed}": ["first", "second"], "_lastUpdated=gt2020": ["first", "second"],
        f"_lastUpdated=ne{first}": ["second"], f"_lastUpdated=sa{first}": ["second"], f"_lastUpdated=eb{changed}": ["first"],
        f"_lastUpdated={first},{changed}": ["first", "second"], "_lastUpdated=ap2020": [],
    }.items():  # fmt: skip
        assert asker.ids(f"Basic?{query.replace('+', '%2B')}") == found, query


def test_escapes(asker: Asker) -> None:
    for id_, code in {"comma": "a,b", "dollar": "a$b", "bar": "a|b", "slash": r"a\b"}.items():
        asker.keep("Organization", id_, name="x", identifier=[{"value": code}])
    for query, found in {
        r"a\,b": ["comma"],
        r"a\$b": ["dollar"],
        r"a\|b": ["bar"],
        r"a\\b": ["slash"],
        r"a\,b,a\|b": ["bar", "comma"],
    }.items():
        assert asker.ids(f"Organization?identifier={query}") == found, query
