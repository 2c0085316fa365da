"""``helsekort tokens``: whom an operator shuts out is out at the next request, and the log says who did it and why."""

import json
import os
import pwd
from collections.abc import Callable
from typing import Any

import pytest
from helsekort_sandbox import keys, people
from helsekort_sandbox.tokens import Wish

from app import cli
from app.store import denying
from tests.fixtures.server import Server
from tests.identity.conftest import ask, why

WHO = f"sub:hpr:{people.CLINICIANS['midwife-a'].hpr}"
OPERATOR = pwd.getpwuid(os.getuid()).pw_name
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line, with the serving role's settings; its exit status, what it prints, what it complains of."""
    for name, value in {"MODE": "sandbox", "DATABASE_URL": server.settings.database_url}.items():
        monkeypatch.setenv(f"HELSEKORT_{name}", value)

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(["tokens", *words])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return command


def logged(server: Server) -> list[dict[str, Any]]:
    """What the log says of the deny-list, oldest first."""
    rows = server.database.rows(
        "SELECT json_build_object('id', id, 'request', request::json, 'result', result::json) FROM audit "
        "WHERE request LIKE '%-token\"%' ORDER BY id"
    )
    return [json.loads(row) for row in rows]


def test_who_is_denied_is_out_and_the_log_says_by_whom_and_why(server: Server, run: Run) -> None:
    token, other = (server.issuers.token(Wish("midwife", key=key)) for key in ("midwife-a", "midwife-b"))
    assert ask(server, token).status_code == 200
    assert run("list") == (0, "\n", "")
    code, told, _ = run("deny", WHO, "--reason", "Kortet er stjålet")
    assert (code, WHO in told, "Kortet er stjålet" in told) == (0, True, True)
    out = ask(server, token)
    assert (out.status_code, why(out)) == (401, "The token is no longer accepted")
    assert ask(server, other).status_code == 200
    assert WHO in run("list")[1]
    assert run("allow", WHO) == (0, f"{WHO} is allowed again\n", "")
    assert ask(server, token).status_code == 200
    assert run("allow", WHO) == (1, "\n", "")
    denied, allowed, missing = logged(server)[-3:]
    for row, operation in ((denied, "$deny-token"), (allowed, "$allow-token"), (missing, "$allow-token")):
        asked = row["request"]
        assert (asked["operation"], asked["role"]) == (operation, "operator")
        assert (asked["subject"], asked["client"]) == (f"operator:{OPERATOR}", "helsekort tokens")
        assert f"name={WHO}" in asked["query"]
    assert "Kortet+er+stj%C3%A5let" in denied["request"]["query"].replace(" ", "+")
    assert [row["result"]["verdict"] for row in (denied, allowed, missing)] == ["told", "told", "missing"]
    event = server.person("auditor").get(f"/AuditEvent/{denied['id']}")
    assert event.status_code == 200, event.text
    assert "stengte et token, en person eller et system ute" in event.json()["text"]["div"]
    assert event.json()["outcome"] == "0"


def test_each_kind_of_name_is_taken(server: Server, run: Run) -> None:
    claims = keys.claims_of(server.issuers.token(Wish("gp")))
    for name in (
        f"jti:{claims['iss']} {claims['jti']}",
        f"sid:{claims['iss']} a-session",
        f"client:{claims['client_id']}",
        "sub:citizen:0123456789abcdef",
    ):
        assert run("deny", name, "--reason", "prøve")[0] == 0
        assert run("allow", name)[0] == 0


WRONG = {
    "no kind": "222210004",
    "an unknown kind": "hpr:222210004",
    "a person without a kind": "sub:222210004",
    "a token without its issuer": "jti:abc",
    "nothing": "",
    "a person number": f"sub:citizen:{people.WOMEN['main'].number}",
}


def test_what_names_nobody_is_refused_in_words_and_leaves_nothing(server: Server, run: Run) -> None:
    before = logged(server)
    for case, name in WRONG.items():
        code, told, complaint = run("deny", name, "--reason", "x")
        assert (code, told) == (2, ""), case
        assert complaint.startswith("helsekort: "), case
        assert people.WOMEN["main"].number not in complaint
    assert run("deny", WHO, "--reason", f"pasient {people.WOMEN['main'].number}")[0] == 2
    assert run("list")[1] == "\n"
    assert logged(server) == before


def test_where_the_log_takes_nothing_nobody_is_denied(
    server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the other way round: what the list does not take does not stand in the log."""

    async def fails(*_: Any) -> bool:
        raise RuntimeError("no room")

    before = logged(server)
    for place, name in ((denying, "refuse"), (denying.denials, "deny")):
        with monkeypatch.context() as broken:
            broken.setattr(place, name, fails)
            with pytest.raises(RuntimeError):
                cli.main(["tokens", "deny", WHO, "--reason", "x"])
    assert run("list")[1] == "\n"
    assert logged(server) == before
