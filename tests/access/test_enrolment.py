"""Who takes part, by file: every problem with its line, nothing half taken, the same file twice changes nothing."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.access.enrolment import Malformed, changes, in_force, read
from app.cli import main
from app.registrations import Pilot, PilotOrganization, read_pilot
from app.worker.pilot_enrolment import NOTHING, NoPilotFile, enrol
from tests.fixtures.resources import new_number
from tests.fixtures.server import Server


def number(stem: str) -> str:
    """Nine digits with their control digit (modulus 11)."""
    control = (
        -sum(int(digit) * weight for digit, weight in zip(stem, (3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    )
    return f"{stem}{control}"


GP, STATION, ONE = (number(stem) for stem in ("31000010", "31000020", "31000030"))
SOMEBODY = new_number()
PILOT = Pilot(
    (PilotOrganization(ONE, "Elveos legekontor", "gp"),), ("3301", "3303"), operator_clients=("drift",)
)
FILE = f"kind;number;name\ngp;{GP};Elveos legekontor\nmunicipal;{STATION};Elveos helsestasjon\nmunicipality;3301;\n"


def test_rows_are_read_with_semicolons_or_commas_and_a_mark_of_excel() -> None:
    found = read(FILE.encode("utf-8-sig"))
    assert [(row.kind, row.name) for row in found.organizations] == [
        ("gp", "Elveos legekontor"), ("municipal", "Elveos helsestasjon")
    ]  # fmt: skip
    assert found.municipalities == ("3301",)
    assert read(FILE.replace(";", ",").encode()) == found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: the columns must be kind, number, name"),
        ("kind;number;name\n", "line 1: nobody takes part"),
        ("art;nummer;navn\n", "line 1: the columns must be"),
        (f"kind;number;name\ngp;{GP}\n", "line 2: 2 columns, not 3"),
        (f"kind;number;name\nclinic;{GP};A\n", "line 2: kind: it is one of gp"),
        ("kind;number;name\ngp;123456789;A\n", "line 2: number: an organisation number"),
        (f"kind;number;name\ngp;{GP};\n", "line 2: name: an organisation has one"),
        ("kind;number;name\nmunicipality;33011;\n", "line 2: number: a municipality has four digits"),
        (f"kind;number;name\ngp;{GP};A\n\ngp;{GP};B\n", "line 4: the number stands on line 2 too"),
        (
            f"kind;number;name\ngp;{GP};Kari {SOMEBODY}\n",
            "line 2: name: it holds what looks like a person's number",
        ),
        ('kind;number;name\ngp;1;"A\n', "line 2: "),
    ],
)
def test_each_problem_names_its_line_and_why(text: str, problem: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(text.encode())
    assert any(row.startswith(problem) for row in refused.value.problems), refused.value.problems
    assert SOMEBODY not in str(refused.value)


def test_all_problems_are_told_at_once_and_other_encodings_by_their_line() -> None:
    with pytest.raises(Malformed) as refused:
        read(b"kind;number;name\nclinic;1;\nmunicipality;x;\n")
    assert len(refused.value.problems) == 4
    with pytest.raises(Malformed, match="line 2: not UTF-8"):
        read("kind;number;name\ngp;1;Fødested\n".encode("latin-1"))


def test_what_changes_is_told_row_by_row() -> None:
    pilot = replace(
        PILOT, organizations=(PilotOrganization(GP, "Gamle navn", "gp"), PilotOrganization(ONE, "Ut", "gp"))
    )
    assert changes(pilot, read(FILE.encode())) == [
        f"+ municipal {STATION} Elveos helsestasjon",
        f"- gp {ONE} Ut",
        f"~ gp {GP} Gamle navn → gp Elveos legekontor",
        "- municipality 3303",
    ]
    assert in_force(PILOT)[0] == "kind;number;name"


def test_it_is_applied_when_wished_once_and_with_a_row_in_the_log(server: Server, tmp_path: Path) -> None:
    place = tmp_path / "pilot.json"
    kept = {"organizations": [], "municipalities": ["3303"], "operator_clients": ["drift"]}
    place.write_text(json.dumps(kept))
    place.chmod(0o640)
    settings, wanted = replace(server.settings, pilot_file=str(place)), read(FILE.encode())
    looked = enrol(settings, wanted, "kari", apply=False)
    assert not looked.is_in_force
    assert json.loads(place.read_text()) == kept
    assert enrol(settings, wanted, "kari", apply=True).is_in_force
    pilot = read_pilot(str(place))
    assert (pilot.kind(STATION), pilot.municipalities, pilot.operator_clients) == (
        "municipal",
        ("3301",),
        ("drift",),
    )
    assert place.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["pilot.json"]
    assert read("\n".join(in_force(pilot)).encode()) == wanted, "what is shown can be given back"
    (row,) = server.database.rows("SELECT request FROM audit WHERE request LIKE '%$enrol%'")
    assert '"subject":"operator:kari"' in row
    assert STATION in row
    assert enrol(settings, wanted, "kari", apply=True).lines == [NOTHING]
    assert len(server.database.rows("SELECT 1 FROM audit WHERE request LIKE '%$enrol%'")) == 1
    with pytest.raises(NoPilotFile):
        enrol(replace(settings, pilot_file=""), wanted, "kari", apply=True)


def test_the_command_line_has_what_the_runbook_names(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as shown:
        main(["pilot", "-h"])
    assert shown.value.code == 0
    told = capsys.readouterr().out
    for name in ("evaluate", "enrol", "birth-notifications", "research", "generate", "report"):
        assert name in told
    bad = tmp_path / "bad.csv"
    bad.write_text("kind;number;name\nclinic;1;\n")
    with pytest.raises(SystemExit) as refused:
        main(["pilot", "enrol", str(bad)])
    assert refused.value.code == 2
    assert "bad.csv, line 2: kind" in capsys.readouterr().err
