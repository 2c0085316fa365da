"""Dating over HTTP: each new statement, which one counts and why, what it was changed from, and where the age ends.

Days by hand: 120 days from the last period is 17+1; term is day 283 (Helsedirektoratet); retrieval is day 14.
"""

from datetime import date, timedelta

import pytest

from app.fhir import codes
from tests.fixtures.resources import Json, Woman, an_observation, concept, quantity, register
from tests.fixtures.server import Person, Server
from tests.operations.test_course_checks import ago, day, period

TODAY = date.fromisoformat(day(0))


def said(person: Person, woman: Woman, on: date = TODAY) -> list[str]:
    """The lines of the section, and the due date and age that machines read beside them."""
    entries = person.get(f"/EpisodeOfCare/{woman.episode}/$card?asOf={on}").json()["entry"]
    parts = entries[0]["resource"]["section"]
    (div,) = (row["text"]["div"] for row in parts if row["code"]["coding"][0]["code"] == "term")
    return [line.partition("</li>")[0] for line in div.split("<li>")[1:]]


def ahead(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def shown(days: int) -> str:
    return f"{TODAY + timedelta(days=days):%d.%m.%Y}"


def stated(woman: Woman, code: str, due: int, **more: object) -> Json:
    return an_observation(woman.reference, code, valueDateTime=ahead(due), **more)


def test_no_change_of_term_is_silent(server: Server) -> None:
    midwife = server.person("midwife")
    woman = register(midwife)

    def keep(body: Json, *expected: str) -> None:
        answer = midwife.post("/Observation", body)
        assert answer.status_code == 201, answer.text
        lines = said(midwife, woman)
        for n, text in enumerate(expected):
            assert text in lines[n], lines

    keep(
        period(woman.reference, 120) | {"effectiveDateTime": ago(70)},
        "uke 17+1",
        f"Termin {shown(163)}. Siste menstruasjon",
    )
    scan = stated(woman, "11781-2", 158, effectiveDateTime=ago(40))
    keep(
        scan,
        "uke 17+6",
        f"Termin {shown(158)}. Første ultralyd",
        f"Endret fra {shown(163)}",
        f"Ikke brukt: {shown(163)}",
    )
    later = stated(woman, "11781-2", 165, effectiveDateTime=ago(1))
    keep(
        later,
        "uke 17+6",
        f"Termin {shown(158)}",
        "Endret fra",
        f"Ikke brukt: {shown(165)}. Ultralyd i uke 17–19",
    )
    eggs = an_observation(woman.reference, "x", valueDateTime=day(108), effectiveDateTime=ago(60))
    keep(
        eggs | {"code": concept(codes.CS_CARD, "oocyte-retrieval")},
        "uke 17+3",
        f"Termin {shown(161)}. Assistert befruktning",
    )
    decided = stated(woman, "11778-8", 160, method=concept(codes.CS_CARD, "decided"))
    assert midwife.post("/Observation", decided).status_code == 422, "a decision says why"
    keep(
        decided | {"note": [{"text": "Samlet vurdering"}]},
        "uke 17+4",
        f"Termin {shown(160)}. Fastsatt av behandler",
        f"Endret fra {shown(161)}",
    )
    page = midwife.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html").text
    assert "−2 dager fra gjeldende" in page
    assert "Samlet vurdering" in page


def test_the_age_is_told_to_43_6_and_the_alarm_stays(server: Server) -> None:
    midwife = server.person("midwife")
    woman = register(midwife)
    assert (
        midwife.post("/Observation", stated(woman, "11781-2", -24, effectiveDateTime=ago(190))).status_code
        == 201
    )
    assert said(midwife, woman)[0].startswith("uke 43+6 ")
    after = TODAY + timedelta(days=1)
    assert said(midwife, woman, after)[0].startswith("Termin ")
    assert "post-term" in midwife.get(f"/EpisodeOfCare/{woman.episode}/$card?asOf={after}").text


@pytest.mark.parametrize("first", [0, 1])
def test_twins_are_dated_by_the_larger_whoever_is_written_first(server: Server, first: int) -> None:
    """ISUOG 2016: one due date for both, by the larger; 154 days ahead is day 129, 18+3. Shared placenta: from 16+0."""
    midwife = server.person("midwife")
    woman = register(midwife)

    def keep(body: Json) -> str:
        answer = midwife.post(f"/{body['resourceType']}", body)
        assert answer.status_code == 201, answer.text
        return f"{body['resourceType']}/{answer.json()['id']}"

    def own(item: str, **value: object) -> Json:
        return an_observation(woman.reference, "x", **value) | {"code": concept(codes.CS_CARD, item)}

    keep(period(woman.reference, 130) | {"effectiveDateTime": ago(80)})
    keep(an_observation(woman.reference, "55281-0", valueInteger=2, effectiveDateTime=ago(46)))
    fetus = {"resourceType": "RelatedPerson", "active": True, "patient": {"reference": woman.reference}}
    fetus["relationship"] = [concept(codes.CS_CARD, "fetus")]
    named = [(keep(fetus | {"name": [{"text": name}]}), due) for name, due in (("A", 156), ("B", 154))]
    for of, due in (named[first], named[1 - first]):
        keep(stated(woman, "11781-2", due, effectiveDateTime=ago(46), focus=[{"reference": of}]))
    crl = own("crl", valueQuantity=quantity(60, "mm"), effectiveDateTime=ago(46))
    assert midwife.post("/Observation", crl).status_code == 422, "of which of the two"
    for of, _ in named:
        keep(crl | {"focus": [{"reference": of}]})
    keep(
        own(
            "chorionicity",
            valueCodeableConcept=concept(codes.CS_CARD, "monochorionic"),
            effectiveDateTime=ago(46),
        )
    )

    lines = said(midwife, woman)
    assert lines[0].startswith("uke 18+3")
    assert lines[1].startswith(f"Termin {shown(154)}. Første ultralyd")
    assert f"Endret fra {shown(153)}" in lines[2]
    assert any(f"Ikke brukt: {shown(156)}. Første ultralyd" in line for line in lines), lines
    page = midwife.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html").text
    assert "Monokoriale tvillinger: ultralyd hver 14. dag" in page
    assert page.count("CRL 60") == 2, "of each"
