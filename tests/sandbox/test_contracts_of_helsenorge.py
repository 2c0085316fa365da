"""The contracts of Helsenorge that adapters and mocks share, beside notices and privacy settings."""

from typing import Any

import httpx
import pytest

from app.clock import new_id
from app.gateways.access_log_feed import AccessLogFeed
from app.gateways.failures import Refused
from app.gateways.fullmakt import Forged, Fullmakt
from app.gateways.helsenorge_forms import TAKEN, Forms
from tests.fixtures.resources import new_number
from tests.fixtures.services import Services, services
from tests.gateways.line import Line, speak
from tests.sandbox.test_contracts import AUDIENCES, Contract

__all__ = ["services"]


def test_representation_keeps_its_contract_and_a_wrong_proof_is_refused(services: Services) -> None:
    contract, giver, holder = Contract(services), new_number(), new_number()
    base = services.running.helsenorge

    def choose(**said: Any) -> None:
        body = {"fullmaktsgiverFnr": giver, "fullmaktshaverFnr": holder, "aktiv": True, **said}
        httpx.post(f"{base}/_fullmakt", json=body).raise_for_status()

    async def story(line: Line) -> None:
        line.http.event_hooks["response"].append(contract.judge)
        service, token = (
            Fullmakt(base, line.http, base),
            await line.helseid.machine_token(AUDIENCES["helsenorge"]),
        )
        assert (await service.givers(token, holder), await service.proof(token, giver, holder)) == (
            set(),
            None,
        )
        choose()
        proof = await service.proof(token, giver, holder)
        assert proof is not None
        assert (proof.kind, await service.givers(token, holder)) == ("fullmakt", {giver})
        assert await service.proof(token, holder, giver) is None
        for broken in ("forged", "expired", "other-person", "other-sector", "unsigned"):
            choose(broken=broken)
            with pytest.raises(Forged):
                await service.proof(token, giver, holder)
        choose(aktiv=False)
        assert await service.proof(token, giver, holder) is None

    speak(services, story)
    assert contract.seen == {
        ("POST", "/personvern/Fullmaktsgivere/v1", 200), ("POST", "/personvern/FinnFullmaktToken/v1", 200),
    }  # fmt: skip


def test_forms_keep_their_contract_and_an_acknowledgement_counts_once(services: Services) -> None:
    contract, number = Contract(services), new_number()
    base = services.running.helsenorge
    sent = {"innbyggerFnr": number, "ressurs": {"resourceType": "Observation"}}
    id_ = httpx.post(f"{base}/_submit", json=sent).raise_for_status().json()["id"]

    async def story(line: Line) -> None:
        line.http.event_hooks["response"].append(contract.judge)
        forms = Forms(f"{base}/skjema/v1", line.http)
        token = await line.helseid.machine_token(AUDIENCES["helsenorge"])
        *_, last = await forms.submissions(token, 0)
        assert (last.id, last.number, last.resource) == (id_, number, sent["ressurs"])
        assert await forms.submissions(token, last.sequence) == []
        await forms.acknowledge(token, id_, TAKEN)
        await forms.acknowledge(token, id_, TAKEN)
        key = new_id()
        await forms.ask(token, number, key, "https://helsekort.example/fhir/Questionnaire/epds-nn", "nn")
        await forms.ask(token, number, key, "https://helsekort.example/fhir/Questionnaire/epds-nn", "nn")
        assert await forms.known(token, [key, "never"]) == {key}
        await forms.take_back(token, number, f"{key}.end")
        log = AccessLogFeed(f"{base}/innsynslogg/v1", line.http)
        for _ in range(2):
            await log.tell(token, number, [{"resourceType": "AuditEvent", "id": key}])

    async def wrong(line: Line) -> None:
        token = await line.helseid.machine_token(AUDIENCES["helsenorge"])
        with pytest.raises(Refused):
            await Forms(f"{base}/skjema/v1", line.http).acknowledge(token, id_, "kanskje")

    speak(services, story)
    speak(services, wrong)
    told = [row for row in services.effects("helsenorge") if row.get("key") == f"submission {id_}"]
    assert len(told) == 1
    path = "/skjema/v1/innsendinger"
    logged = [row for row in services.effects("helsenorge") if "events" in row and row["mottaker"] == number]
    assert len(logged) == 1
    asked = [
        row["task"] for row in services.effects("helsenorge") if row.get("task", {}).get("mottaker") == number
    ]
    assert len(asked) == 1
    assert contract.seen == {
        ("GET", path, 200), ("POST", f"{path}/kvittering", 204), ("POST", "/skjema/v1/oppgaver", 204),
        ("POST", "/skjema/v1/oppgaver/kjente", 200), ("POST", "/skjema/v1/oppgaver/tilbakekalling", 204),
        ("POST", "/innsynslogg/v1", 204),
    }  # fmt: skip
