"""``helsekort token`` and ``helsekort proof``: found by port, bound, quick, and one line on stdout."""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helsekort_sandbox import commands, keys, people, roles, state
from helsekort_sandbox.proofs import ProofChecker
from helsekort_sandbox.state import Sandbox

ATTEST = "nhn:tillitsrammeverk:parameters"
PID = "helseid://claims/identity/pid"
URL = "http://127.0.0.1:18999/fhir/Patient"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def announced(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    here = replace(sandbox, port=18999, pid=os.getpid())
    roster = {"patients": {"p1": {"gp": "gp-b", "midwife": "midwife-b", "citizen": "diabetes"}}}
    here.roster.write_text(json.dumps(roster))
    paths = state.announce(here)
    yield here
    for path in paths:
        path.unlink()
    here.roster.unlink()


@pytest.fixture
def run(announced: Sandbox, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        commands.register(parser.add_subparsers())
        arguments = parser.parse_args(words)
        status = arguments.run(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return call


def _token(run: Run, *words: str) -> dict[str, Any]:
    status, out, err = run("token", *words, "--port", "18999")
    assert (status, err, out.count("\n")) == (0, "", 1)
    return keys.claims_of(out.strip())


@pytest.mark.parametrize(
    ("role", "profession", "service", "kind"),
    [
        ("gp", "LE", "KA01", "gp"),
        ("midwife", "JO", "KF0104", "municipal"),
        ("nurse", "SP", "KF01", "municipal"),
        ("hospital", "LE", "S0403", "hospital"),
    ],
)
def test_clinicians_attest(run: Run, role: str, profession: str, service: str, kind: str) -> None:
    claims = _token(run, role)
    attest = claims[ATTEST]
    assert attest["practitioner"]["authorization"]["code"] == profession
    assert attest["care_relationship"]["healthcare_service"]["code"] == service
    assert attest["care_relationship"]["decision_ref"]["id"]
    place = attest["practitioner"]["point_of_care"]["id"]
    assert claims["helseid://claims/client/claims/orgnr_child"] == place
    assert {row.orgnr: row.kind for row in people.ORGANIZATIONS.values()}[place] == kind
    assert claims["helseid://claims/identity/security_level"] == "4"
    assert claims["aud"] == "nhn:helsekort"


@pytest.mark.parametrize("role", roles.ROLES)
def test_every_role_has_a_token(run: Run, announced: Sandbox, role: str) -> None:
    claims = _token(run, role)
    assert claims["iss"] == (announced.citizen_issuer if role in roles.CITIZENS else announced.helseid)
    assert claims["cnf"]["jkt"]
    assert (PID in claims) == (role not in roles.SYSTEMS)
    assert (ATTEST in claims) == (role in {*roles.CLINICAL, "secretary", "student"})


def test_students_have_no_authorisation(run: Run) -> None:
    claims = _token(run, "student")
    assert "authorization" not in claims[ATTEST]["practitioner"]
    assert "helseid://claims/hpr/hpr_number" not in claims


def test_patient_picks_whoever_cares_for_her(run: Run) -> None:
    assert _token(run, "gp", "--patient", "p1")["name"] == people.CLINICIANS["gp-b"].name
    assert _token(run, "gp", "--patient", "Patient/p1")["name"] == people.CLINICIANS["gp-b"].name
    assert _token(run, "citizen", "--patient", "p1")[PID] == people.WOMEN["diabetes"].number
    assert _token(run, "gp")["name"] == people.CLINICIANS["gp-a"].name
    status, out, err = run("token", "gp", "--patient", "nobody", "--port", "18999")
    assert (status, out) == (1, "")
    assert "nobody" in err


def test_person_organization_and_purpose(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = people.person_number(people.date(1990, 1, 1), 110)
    assert _token(run, "citizen", "--person", stranger)[PID] == stranger
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{stranger}\n"))
    claims = _token(run, "midwife", "--person", "-")
    assert claims[PID] == stranger
    assert claims["helseid://claims/hpr/hpr_number"] not in {row.hpr for row in people.CLINICIANS.values()}
    elsewhere = _token(run, "midwife", "--organization", "310990008", "--purpose", "BTG")
    assert elsewhere["helseid://claims/client/claims/orgnr_child"] == "310990008"
    assert elsewhere[ATTEST]["practitioner"]["point_of_care"]["id"] == "310990008"
    assert elsewhere[ATTEST]["care_relationship"]["purpose_of_use"]["code"] == "BTG"


def test_bearer_is_not_bound(run: Run) -> None:
    assert "cnf" not in _token(run, "harness", "--bearer")
    status, _, err = run(
        "proof", "GET", URL, "--token", run("token", "harness", "--bearer", "--port", "18999")[1]
    )
    assert status == 1
    assert "not bound" in err


@pytest.mark.parametrize("algorithm", keys.ALGORITHMS)
def test_proof_fits_its_token(run: Run, algorithm: str) -> None:
    token = run("token", "midwife", "--port", "18999", "--algorithm", algorithm)[1].strip()
    checker, seen = ProofChecker(), set()
    for _ in range(2):
        status, out, _ = run("proof", "get", f"{URL}?_count=1", "--token", token)
        assert status == 0
        bound = checker.check(out.strip(), "GET", URL, token)
        seen.add(keys.claims_of(out)["jti"])
        assert bound == keys.claims_of(token)["cnf"]["jkt"]
        assert json.loads(keys.decode(out.split(".")[0]))["alg"] == algorithm
    assert len(seen) == 2


def test_proof_of_a_foreign_token(run: Run) -> None:
    key = keys.generate()
    foreign = keys.sign(key, {}, {"cnf": {"jkt": key["kid"]}})
    assert run("proof", "GET", URL, "--token", foreign)[0] == 1
    assert run("proof", "GET", URL, "--token", "nonsense")[0] == 1


def test_unknown_port_names_the_known(run: Run) -> None:
    status, _, err = run("token", "gp", "--port", "1")
    assert status == 1
    assert "18999" in err


def test_dead_sandboxes_are_not_found(announced: Sandbox) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    paths = state.announce(replace(announced, port=18998, pid=child.pid))
    with pytest.raises(state.NotRunning):
        state.find(18998)
    for path in paths:
        path.unlink()


def test_folder_of_somebody_else_is_not_trusted(
    announced: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "open" / "helsekort").mkdir(parents=True)
    (tmp_path / "open" / "helsekort").chmod(0o777)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "open"))
    paths = state.announce(replace(announced, port=18997))
    assert paths
    for path in paths:
        assert not path.is_relative_to(tmp_path / "open")
        path.unlink()


def test_shell_without_the_variable_finds_it_too(announced: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert state.find(18999) == announced


def test_commands_start_quickly(announced: Sandbox) -> None:
    """They stand inside other command lines. What is counted is their CPU time: a busy machine must not fail it."""
    words = [sys.executable, "-m", "app.cli"]
    began = _children()
    token = subprocess.run(
        [*words, "token", "gp", "--port", "18999"], check=True, capture_output=True, text=True
    )
    proof = ["proof", "GET", URL, "--token", token.stdout.strip()]
    subprocess.run([*words, *proof], check=True, capture_output=True)
    assert _children() - began < 2 * 0.5


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
