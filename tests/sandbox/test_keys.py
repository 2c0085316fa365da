"""Signatures and proofs hold for an independent library."""

import stat
from pathlib import Path

import pytest
from helsekort_sandbox import keys, proofs
from joserfc import jwk, jwt
from joserfc.jws import JWSRegistry

URL = "http://127.0.0.1:8080/fhir/Patient"


class _LongHeaders(JWSRegistry):
    max_header_length = 4096


@pytest.mark.parametrize("algorithm", keys.ALGORITHMS)
def test_proof_is_verified_by_joserfc(algorithm: str) -> None:
    key = keys.generate(algorithm)
    proof = keys.proof(key, "post", f"{URL}?x=1#y", "token", "nonce")
    imported = jwk.import_key(keys.public(key))
    found = jwt.decode(proof, imported, [algorithm], registry=_LongHeaders(algorithms=[algorithm]))
    assert found.header["typ"] == "dpop+jwt"
    assert "d" not in found.header["jwk"]
    assert found.claims["htm"] == "POST"
    assert found.claims["htu"] == URL
    assert found.claims["nonce"] == "nonce"
    assert (
        found.claims["ath"] == "PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A"
    )  # RFC 9449 §4.2: SHA-256("token")
    assert keys.thumbprint(key) == imported.thumbprint() == key["kid"]


def test_thumbprint_of_rfc_7638() -> None:
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3ok"
        "njhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu"
        "6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8a"
        "wapJzKnqDKgw"
    )
    assert (
        keys.thumbprint({"kty": "RSA", "e": "AQAB", "n": modulus})
        == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    )


def test_key_file_is_private_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key.json"
    key = keys.keep(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.keep(path) == key
    assert [entry.name for entry in path.parent.iterdir()] == ["key.json"]


class TestProofChecker:
    """The mocks' check of a proof, each refusal beside an accepted twin."""

    key = keys.generate()

    def _refused(self, proof: str, token: str | None = None) -> str:
        with pytest.raises(proofs.Refused) as refusal:
            proofs.ProofChecker().check(proof, "GET", URL, token)
        return refusal.value.why

    def test_accepts(self) -> None:
        assert (
            proofs.ProofChecker().check(keys.proof(self.key, "GET", URL, "t"), "GET", URL, "t")
            == self.key["kid"]
        )

    def test_other_request(self) -> None:
        assert "htm or htu" in self._refused(keys.proof(self.key, "POST", URL))
        assert "htm or htu" in self._refused(keys.proof(self.key, "GET", f"{URL}/1"))

    def test_other_token(self) -> None:
        assert "ath" in self._refused(keys.proof(self.key, "GET", URL, "other"), "t")
        assert "ath" in self._refused(keys.proof(self.key, "GET", URL), "t")

    def test_old_and_future(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = keys.time.time()
        for shift in (-60, 60):
            monkeypatch.setattr(keys.time, "time", lambda shift=shift: now + shift)
            proof = keys.proof(self.key, "GET", URL)
            monkeypatch.undo()
            assert "iat" in self._refused(proof)

    def test_private_key_in_header(self) -> None:
        claims = {"jti": "x", "htm": "GET", "htu": URL, "iat": int(keys.time.time())}
        assert self._refused(keys.sign(self.key, {"typ": "dpop+jwt", "jwk": self.key}, claims))

    def test_other_signature(self) -> None:
        bare = {name: self.key[name] for name in ("kty", "crv", "x", "y")}
        claims = {"jti": "x", "htm": "GET", "htu": URL, "iat": int(keys.time.time())}
        assert self._refused(keys.sign(keys.generate(), {"typ": "dpop+jwt", "jwk": bare}, claims))

    def test_garbage(self) -> None:
        for text in ("", "x", "a.b.c", "e30.e30.e30"):
            assert self._refused(text)
