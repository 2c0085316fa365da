"""Whole pregnancies are generated, played through the public API, played on after a crash, recorded and compared."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from helsekort_sandbox import generate, recording
from helsekort_sandbox.bearers import CITIZENS, Bearers, request_body
from helsekort_sandbox.journal import CannotResume, begin
from helsekort_sandbox.lives import draw
from helsekort_sandbox.rate_report import count, rows
from helsekort_sandbox.rates import RATES
from helsekort_sandbox.recording import Malformed, Recording, read
from helsekort_sandbox.recording_lines import Actor, CardRead, Event
from helsekort_sandbox.replay import Pace, load, play, write_golden
from helsekort_sandbox.sending import Sender
from helsekort_sandbox.ttt import answer

from tests.fixtures.server import Server


def of(server: Server) -> Bearers:
    """Each actor's own token."""

    def issue(actor: Actor, thumbprint: str) -> str:
        issuers = server.issuers
        citizen = actor.role in CITIZENS
        issuer, key = (issuers.citizens, issuers.citizen_key) if citizen else (issuers.helseid, issuers.key)
        made: str = answer(request_body(actor, thumbprint), issuer, key)["successResponse"]["accessTokenJwt"]
        return made

    return Bearers(issue)


def pregnancies(women: int, seed: int) -> list[bytes]:
    return list(generate.generate(women, seed))


def changed(line: bytes, **more: Any) -> bytes:
    return json.dumps(json.loads(line) | more).encode()


class _Crash(Exception):
    """The process dies after the server has answered and before that was written."""


@contextmanager
def crash_after(count: int) -> Iterator[None]:
    """The ``count``-th answer is the last that anybody hears of."""
    sent, heard = Sender.send, iter(range(count))

    def send(self: Sender, item: Any, actor: Actor) -> Any:
        outcome = sent(self, item, actor)
        if next(heard, None) is None:
            raise _Crash
        return outcome

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sender, "send", send)
        yield


def test_pregnancies_are_played_to_their_end_and_a_crash_doubles_nothing(
    server: Server, tmp_path: Path
) -> None:
    file, state = tmp_path / "pilot.ndjson", tmp_path / "state"
    file.write_bytes(b"\n".join(pregnancies(2, 11)))
    played: Recording = load(file)
    half = played.items[len(played.items) // 2].time.date()
    bearers = of(server)

    first = play(played, server.base, bearers, Pace(until=half), state_file=state)
    assert (first.surprises, first.played.ended) == ({}, "until")
    with pytest.raises(CannotResume, match="did not end"):
        play(played, server.base, bearers, state_file=state)
    with crash_after(5), pytest.raises(_Crash):
        play(played, server.base, bearers, state_file=state, resume=True)
    last = play(played, server.base, bearers, state_file=state, resume=True)
    told = last.as_json()
    assert (told["surprises"], told["ended"], told["left"]) == ([], "done", 0)
    assert told["replayed"] + told["cards"] >= 1  # what was answered before the crash was asked again

    women = [actor.number for actor in played.actors.values() if actor.role == "citizen"]
    listed = ", ".join(f"'{number}'" for number in women)
    theirs = f"patient IN (SELECT patient FROM person WHERE number IN ({listed}))"
    count = "SELECT count(*) FROM resource WHERE type = '{}' AND " + theirs
    assert server.database.rows(count.format("EpisodeOfCare")) == [str(len(women))]
    visits = [item for item in played.items if isinstance(item, Event) and b'"Encounter"' in bytes(item.fhir)]
    made = [item for item in visits if not item.expect.status and not item.does.startswith("corrects")]
    assert server.database.rows(count.format("Encounter")) == [str(len(made))]

    golden = tmp_path / "golden.ndjson"
    assert write_golden(last, golden) >= 1
    again = load(golden)
    seen = [item for item in again.items if isinstance(item, CardRead)]
    assert any(item.expect and item.expect.findings is not None for item in seen)


def test_a_surprise_stops_or_is_collected_and_a_changed_card_shows_as_a_difference(server: Server) -> None:
    lines = pregnancies(1, 21)
    place = next(n for n, line in enumerate(lines) if b'"line":"card"' in line)
    lines[place] = changed(lines[place], expect={"due": "2020-01-01", "findings": {"post-term": "alarm"}})
    stopped = play(read(lines), server.base, of(server))
    assert stopped.played.ended == "stopped"
    assert not stopped.as_awaited
    (outcome,) = stopped.surprises.values()
    assert any(line.startswith("due: awaited 2020-01-01, is 20") for line in outcome.difference)
    assert "findings: - post-term (alarm)" in outcome.difference
    assert "post-term" in stopped.text()

    lines = pregnancies(1, 22)
    refused = next(n for n, line in enumerate(lines) if b"opens the card" in line)
    lines[refused] = changed(lines[refused], actor="operator")
    collected = play(read(lines), server.base, of(server), Pace(stop=False))
    told = collected.as_json()
    assert (told["ended"], told["left"], told["refusals"]["not"]) == ("done", 0, 1)
    assert all("not sent" in row.surprise or "not read" in row.surprise or row.status == 403
               for row in collected.surprises.values())  # fmt: skip


def test_the_same_seed_gives_the_same_bytes_and_events_stand_in_order() -> None:
    lines = pregnancies(40, 5)
    assert lines == pregnancies(40, 5)
    assert lines != pregnancies(40, 6)
    found = read(lines)
    assert all(before.time <= after.time for before, after in pairwise(found.items))
    numbers = [actor.number for actor in found.actors.values() if actor.role == "citizen"]
    assert len(set(numbers)) == 40
    assert all(number[2] in "89" for number in numbers)
    assert max(item.time for item in found.items) < datetime.fromisoformat("2026-06-01T00:00:00+00:00")


@pytest.mark.slow
def test_the_rates_of_many_women_are_near_their_targets() -> None:
    found = rows(count(read(generate.generate(600, 1))))
    assert not [(row.rate.id, row.rate.value, row.reached) for row in found if row.apart]
    assert len(found) >= 15


def test_no_rate_of_two_thousand_lives_is_off_its_target() -> None:
    """Lives alone, without their events: what is drawn, as the report would count it; 1.96 errors would miss one in twenty."""
    lives = [draw(1, number, generate.START) for number in range(1, 2001)]
    born, negative = [life for life in lives if life.born], [life for life in lives if life.rhd_negative]
    shares = {
        "preterm": [(life.born or 0) < 37 * 7 for life in born],
        "rhd-negative": [life.rhd_negative for life in lives],
        "fetus-rhd-positive": [life.fetus_positive for life in negative],
        "gdm": [life.gdm for life in born],
        "preeclampsia": [life.preeclampsia for life in born],
        "twins": [life.twins for life in lives],
        "caesarean": [life.caesarean for life in born],
    }
    for name, found in shares.items():
        target, reached = RATES[name], sum(found) / len(found)
        errors = abs(reached - target) / (target * (1 - target) / len(found)) ** 0.5
        assert errors < 2.7, (name, target, reached)


@pytest.mark.slow
def test_a_hundred_women_are_played_at_full_speed_without_a_surprise(server: Server) -> None:
    report = play(read(generate.generate(100, 2026)), server.base, of(server), Pace(stop=False))
    assert report.text().endswith("surprises    0"), report.text()
    assert report.as_json()["cards_compared"]["equal"] > 300


def test_a_midwife_of_the_national_json_plays_her_calls_beside_fhir(server: Server) -> None:
    """With versions, what the vendor's own field says, and those that must be refused: an old version, a second card."""
    lines = pregnancies(60, 4)
    nationals = [json.loads(line) for line in lines if b'"national"' in line]
    woman = next(row["woman"] for row in nationals if row["national"]["method"] == "DELETE")
    heads = [line for line in lines if b'"line":"recording"' in line or b'"line":"actor"' in line]
    hers = [line for line in lines if f'"woman":"{woman}"'.encode() in line or b'"id":"enrolment"' in line]
    report = play(read([*heads, *hers]), server.base, of(server), Pace(stop=False))
    told = report.as_json()
    assert told["surprises"] == []
    assert (told["statuses"][409], told["statuses"][204]) == (2, 1)
    methods = [row["national"]["method"] for row in nationals if row["woman"] == woman]
    assert sorted(methods) == ["DELETE", "GET", "POST", "POST", "POST", "POST", "PUT", "PUT", "PUT"]


def test_the_format_is_published_as_it_is_read() -> None:
    page = Path(__file__).parents[2] / "docs" / "recording.schema.json"
    assert json.loads(page.read_text()) == recording.schema()


@pytest.mark.parametrize(
    ("number", "line", "reason"),
    [
        (1, b'{"line":"recording","version":7,"name":"x"}', "version 7 of the format is not known"),
        (2, b'{"line":"actor","id":"a","role":"midwife"}', "lacks organization, hpr, profession"),
        (2, b'{"line":"event","id":"e","time":"2024-01-01T10:00:00Z","actor":"nobody","fhir":{}}', "no line names the actor 'nobody'"),
        (2, b'{"line":"event"', "truncated"),
        (2, b'{"line":"even"}', "Invalid value 'even'"),
        (3, b'{"line":"event","id":"e","time":"2024-01-01T10:00:00","actor":"o","fhir":{}}', "has no offset"),
        (3, b'{"line":"event","id":"e","time":"2024-01-01T10:00:00Z","actor":"o"}', "either `fhir` or `national`"),
        (3, b'{"line":"event","id":"e","time":"2024-01-01T10:00:00Z","actor":"o","fhir":{}}', "Bundle of type transaction"),
        (3, b'{"line":"event","id":"e","time":"2024-01-01T10:00:00Z","actor":"o","fhirr":{}}', "unknown field `fhirr`"),
    ],
)  # fmt: skip
def test_a_malformed_recording_says_line_and_reason(number: int, line: bytes, reason: str) -> None:
    before = [b'{"line":"recording","version":1,"name":"x"}', b'{"line":"actor","id":"o","role":"operator"}']
    with pytest.raises(Malformed) as found:
        read([*before[: number - 1], line])
    assert found.value.line == number
    assert reason in found.value.reason


def test_events_out_of_order_and_references_to_nothing_are_told() -> None:
    lines = pregnancies(1, 3)
    late = next(n for n, line in enumerate(lines) if b"registers" in line)
    with pytest.raises(Malformed, match="out of order"):
        read([*lines, changed(lines[late], id="again")])
    opened = next(n for n, line in enumerate(lines) if b"opens the card" in line)
    with pytest.raises(Malformed, match="which no earlier line creates"):
        read([*lines[:opened], *lines[opened + 1 :]])


def test_a_call_of_the_national_api_is_sent_as_its_contract_says() -> None:
    urn = "urn:uuid:11111111-2222-3333-4444-555555555555"
    call = {
        "method": "PUT",
        "path": f"/record/{urn}/mother",
        "nin": "x",
        "body": {"metadata": {"version": 1}, "bMI": 23.10},
    }
    body = json.dumps(call["body"]).replace("23.1", "23.10")
    line = json.dumps(
        {
            "line": "event",
            "id": "e",
            "time": "2024-01-01T10:00:00Z",
            "actor": "m",
            "national": {**call, "body": 0},
        }
    )
    event = recording._decoder.decode(line.replace('"body": 0', f'"body": {body}'))
    midwife = Actor("m", "midwife", profession="JO")
    journal = begin(None, "", "", resume=False)
    journal.made[urn] = "d835038a"
    request = Sender("http://127.0.0.1:1", Bearers(lambda _a, _t: ""), journal).request(event, midwife)
    assert (request.method, request.path) == ("PUT", "/api/maternity-record/v1/record/d835038a/mother")
    assert request.headers["nhn-user-role"].startswith("%7B")
    assert request.headers["nhn-patient-nin"] == "x"
    assert b"23.10" in (request.body or b"")


PLAYED = """
def test_our_pilot(helsekort_replay):
    report = helsekort_replay("pilot.ndjson")
    assert not report.surprises, report.text()
    assert report.as_json()["events"] > 10

def test_broken(helsekort_replay):
    helsekort_replay("broken.ndjson")
"""


@pytest.mark.slow
def test_a_harness_plays_a_recording_with_the_plugin_and_supplied_tokens(
    server: Server, tmp_path: Path
) -> None:
    lines = pregnancies(1, 31)
    (tmp_path / "pilot.ndjson").write_bytes(b"\n".join(lines))
    (tmp_path / "broken.ndjson").write_bytes(lines[0] + b"\n{}\n")
    (tmp_path / "test_pilot.py").write_text(PLAYED)
    issue = of(server).issue
    tokens = {name: issue(actor, "") for name, actor in read(lines).actors.items()}
    (tmp_path / "tokens.json").write_text(json.dumps(tokens))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "helsekort_sandbox.pytest_plugin"]
    command += ["--helsekort-base", server.base, "--helsekort-tokens", "tokens.json"]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **os.environ}
    ended = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in ended.stdout, ended.stdout
    assert "broken.ndjson, line 2: Object missing required field `line`" in ended.stdout
    declared = tomllib.loads((Path(__file__).parents[2] / "sandbox" / "pyproject.toml").read_text())
    assert declared["project"]["entry-points"]["pytest11"] == {"helsekort": "helsekort_sandbox.pytest_plugin"}


def test_the_command_says_what_is_wrong_and_ends_with_its_status(tmp_path: Path) -> None:
    file = tmp_path / "broken.ndjson"
    file.write_bytes(b'{"line":"recording","version":1,"name":"x"}\n{"line":"card"}\n')
    command = [sys.executable, "-m", "app.cli", "replay", str(file), "--base", "http://127.0.0.1:1"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "line 2: Object missing required field" in ended.stderr
