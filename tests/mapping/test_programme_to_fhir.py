"""The published programme is the programme of the card: every visit, window, line and source, and it is valid FHIR."""

import json

import pytest

from app.cli import main
from app.fhir import profiles
from app.fhir.validation import validate
from app.mapping.programme_to_fhir import plan_definition
from app.pregnancy.programme import PROGRAMME
from app.pregnancy.variants import VARIANTS
from tests.fixtures.resources import register
from tests.fixtures.server import Server


def test_every_visit_is_published_as_the_card_is_folded_by() -> None:
    plan = plan_definition()
    assert [*validate(plan), *profiles.problems(plan)] == []
    visits = {row["id"]: row for group in plan["action"] for row in group["action"]}
    assert list(visits) == [row.id for row in PROGRAMME]
    for row in PROGRAMME:
        told = visits[row.id]
        assert (told["timingRange"]["low"]["value"], told["timingRange"]["high"]["value"]) == (
            row.opens,
            row.closes,
        )
        more = [(one.title, line, one.source) for one in VARIANTS for line in one.of(row.id)]
        assert [line["title"] for line in told["action"]] == [*row.content, *(line for _, line, _ in more)]
        assert [
            (line["reason"][0]["text"], line["title"], line["documentation"][0]["citation"])
            for line in told["action"]
            if "reason" in line
        ] == more
        assert told["documentation"][0]["citation"] == row.source
        assert {coding["code"] for coding in told["code"][0]["coding"]} == row.kinds
    assert [row["description"] for row in visits.values() if "description" in row] == [
        "Der hjemreisen er notert, regnes det fra den: dag 0 til 3."
    ]
    week_24 = visits["week-24"]["timingRange"]
    assert (week_24["low"]["value"], week_24["high"]["value"]) == (161, 181)  # 23+0 to 25+6


def test_the_command_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export-programme"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out) == plan_definition()


def test_everybody_reads_what_is_shipped(server: Server) -> None:
    plan = plan_definition()
    midwife = server.person("midwife")
    [row] = midwife.get(f"/PlanDefinition?url={plan['url']}").json()["entry"]
    assert row["resource"]["id"] == plan["id"]
    her = server.person("citizen", person=register(midwife).number)
    assert her.get(f"/PlanDefinition/{plan['id']}").json() == plan
    assert server.person("operator").put(f"/PlanDefinition/{plan['id']}", plan).status_code in {404, 409, 422}
