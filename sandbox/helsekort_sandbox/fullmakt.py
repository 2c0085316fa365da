"""Mock of Helsenorge's representation (*fullmakt*): who may act for whom, with a signed proof of it.

https://helsenorge.atlassian.net/wiki/spaces/HELSENORGE (page 2332622849); names in bodies, answers and claims are ours. It
answers in the process of Helsenorge. What citizens decide there is told at ``/_fullmakt``, as is how a proof is to be wrong.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox import keys
from helsekort_sandbox.answering import Service, content
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.openid.keyring import KeyRing
from helsekort_sandbox.resource_server import PID

SECTOR = "HO-DIT"
KINDS = {"fullmakt", "foreldreansvar", "vergemaal"}
BROKEN = {"", "forged", "expired", "other-person", "other-sector", "unsigned"}
_PROOF_SECONDS = 300
Json = dict[str, Any]
Key = tuple[str, str]  # giver, holder


class Fullmakt:
    """The powers: a fold of the log of ``service``."""

    def __init__(self, service: Service, state: Path) -> None:
        self.service = service
        self.ring = KeyRing(state / "fullmakt-key.json", "ES256")
        self.powers: dict[Key, Json] = {}
        for entry in service.log.entries:
            if "power" in entry:
                self._know(entry["power"])

    def _know(self, said: Json) -> None:
        self.powers[said["fullmaktsgiverFnr"], said["fullmaktshaverFnr"]] = said

    async def choose(self, request: Request) -> Response:
        """A citizen gives or ends a power: ``{"fullmaktsgiverFnr", "fullmaktshaverFnr", "aktiv"}``, and ``type``,
        ``gyldigTil`` (seconds since the epoch), ``broken`` (how its proofs are to be wrong)."""
        try:
            wanted = await request.json()
            said = {
                **{name: str(wanted[name]) for name in ("fullmaktsgiverFnr", "fullmaktshaverFnr")},
                "aktiv": bool(wanted["aktiv"]),
                "type": wanted.get("type", "fullmakt"),
                "gyldigTil": float(wanted.get("gyldigTil", time.time() + 365 * 24 * 3600)),
                "broken": wanted.get("broken", ""),
                "reference": str(uuid.uuid4()),
            }
        except (ValueError, KeyError, TypeError):
            said = {}
        if not said or said["type"] not in KINDS or said["broken"] not in BROKEN:
            return JSONResponse(
                {
                    "error": "The body is {fullmaktsgiverFnr, fullmaktshaverFnr, aktiv, type, gyldigTil, broken}"
                },
                400,
            )
        self.service.log.append(request, 200, {"power": said}, effect=False)
        self._know(said)
        return JSONResponse(said)

    def _stands(self, said: Json | None) -> bool:
        return (
            said is not None and said["aktiv"] and (bool(said["broken"]) or said["gyldigTil"] > time.time())
        )

    async def givers(self, request: Request) -> Response:
        """For whom a citizen may act."""
        return await self.service.shown(request, self._givers)

    def _givers(self, _: Request, claims: Json, raw: bytes) -> Response:
        said = _body(claims, raw, {"fullmaktshaverFnr", "sektor"})
        rows = [
            {"fnr": giver, "fullmaktReferanseId": row["reference"]}
            for (giver, holder), row in self.powers.items()
            if holder == said["fullmaktshaverFnr"] and self._stands(row)
        ]
        return JSONResponse({"fullmaktsgivere": rows})

    async def proof(self, request: Request) -> Response:
        """The signed proof that one may act for another; null where there is none."""
        return await self.service.shown(request, self._proof)

    def _proof(self, request: Request, claims: Json, raw: bytes) -> Response:
        said = _body(claims, raw, {"fullmaktsgiverFnr", "fullmaktshaverFnr", "sektor"})
        row = self.powers.get((said["fullmaktsgiverFnr"], said["fullmaktshaverFnr"]))
        signed = self._signed(str(request.base_url).rstrip("/"), row) if row and self._stands(row) else None
        return JSONResponse({"fullmaktToken": signed})

    def _signed(self, issuer: str, row: Json) -> str:
        now, broken = int(time.time()), row["broken"]
        past = now - 2 * 24 * 3600
        proof = {
            "iss": issuer,
            "iat": past if broken == "expired" else now,
            "exp": past + _PROOF_SECONDS if broken == "expired" else now + _PROOF_SECONDS,
            "jti": str(uuid.uuid4()),
            "sektor": "annet" if broken == "other-sector" else SECTOR,
            "type": row["type"],
            "fullmaktReferanseId": row["reference"],
            "fullmaktsgiverFnr": row["fullmaktsgiverFnr"],
            "fullmaktshaverFnr": row[
                "fullmaktsgiverFnr" if broken == "other-person" else "fullmaktshaverFnr"
            ],
            "gyldigFra": min(past, row["gyldigTil"] - 1),
            "gyldigTil": row["gyldigTil"],
        }
        key = self.ring.signing
        signing = keys.generate("ES256") | {"kid": key["kid"]} if broken == "forged" else key
        signed = keys.sign(signing, {"typ": "JWT", "kid": key["kid"]}, proof)
        return signed.rpartition(".")[0] + "." if broken == "unsigned" else signed

    async def discovery(self, request: Request) -> Response:
        """Where the keys are: https://openid.net/specs/openid-connect-discovery-1_0.html"""
        base = str(request.base_url).rstrip("/")
        return JSONResponse({"issuer": base, "jwks_uri": f"{base}/personvern/fullmakt/jwks"})

    async def jwks(self, _: Request) -> Response:
        """The public keys."""
        return JSONResponse({"keys": self.ring.published()})


def _body(claims: Json, raw: bytes, names: set[str]) -> Json:
    if claims.get(PID):
        raise Wrong(403, "forbidden", "Systems ask, not persons")
    said = content(raw, names)
    if not all(isinstance(value, str) for value in said.values()):
        raise Wrong(400, "structure", f"The body is {', '.join(sorted(names))}")
    return said


def routes(service: Service, state: Path) -> list[Route]:
    """The routes of representation."""
    fullmakt = Fullmakt(service, state)
    return [
        Route("/_fullmakt", fullmakt.choose, methods=["POST"]),
        Route("/personvern/Fullmaktsgivere/v1", fullmakt.givers, methods=["POST"]),
        Route("/personvern/FinnFullmaktToken/v1", fullmakt.proof, methods=["POST"]),
        Route("/.well-known/openid-configuration", fullmakt.discovery),
        Route("/personvern/fullmakt/jwks", fullmakt.jwks),
    ]
