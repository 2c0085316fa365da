"""TABLE: tokens that are broken in one way each, made by the test-token service, and how a server must refuse each.

``GET /v2/broken-test-tokens`` is the index. What is broken follows https://www.rfc-editor.org/rfc/rfc8725 (JWT best
practice), https://www.rfc-editor.org/rfc/rfc9068#section-4, https://www.rfc-editor.org/rfc/rfc9449#section-7.1, HelseID's
profile and *tillitsrammeverk*. Everything else about the token holds, so that nothing but the fault refuses it.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from helsekort_sandbox import forgeries, keys
from helsekort_sandbox.forgeries import ATTEST, HPR, Claims, Making
from helsekort_sandbox.keys import Jwk
from helsekort_sandbox.people import organization_number

INVALID, ROLELESS = "invalid_token", "no role"  # 401 with that error, 403
PID, LEVEL = "helseid://claims/identity/pid", "helseid://claims/identity/security_level"
DETAILS = "helseid://claims/hpr/hpr_details"
PARENT = "helseid://claims/client/claims/orgnr_parent"
CHILD = "helseid://claims/client/claims/orgnr_child"
STRANGER = organization_number(39990000)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to be broken. ``answer`` is how it must be refused, ``what`` stands in the index."""

    name: str
    what: str
    make: Callable[[Making], str]
    answer: str = INVALID


def _claims(name: str, what: str, changed: Claims, answer: str = INVALID) -> Variant:
    return Variant(name, what, lambda making: making.signed(changed), answer)


def _header(name: str, what: str, **header: Any) -> Variant:
    return Variant(name, what, lambda making: making.signed(**header))


def _in(seconds: float) -> int:
    return int(time.time() + seconds)


_NOBODY = {"approvals": [], "hpr_number": 1}
VARIANTS: tuple[Variant, ...] = (
    # whom the token is for, and from
    _claims("wrong-audience", "aud names another API", {"aud": "nhn:other"}),
    _claims("audience-with-a-tail", "aud only begins like ours", {"aud": "nhn:helsekort:other"}),
    _claims("no-audience", "aud is missing", {"aud": None}),
    _claims("empty-audience", "aud is an empty list", {"aud": []}),
    _claims("two-audiences", "aud names us and another API", {"aud": ["nhn:helsekort", "nhn:other"]}),
    _claims("audience-twice", "aud names us twice", {"aud": ["nhn:helsekort", "nhn:helsekort"]}),
    _claims("foreign-issuer", "iss is not trusted", {"iss": "https://invalid-issuer.example"}),
    _claims("no-issuer", "iss is missing", {"iss": None}),
    _claims("issuer-list", "iss is a list", {"iss": ["https://invalid-issuer.example"]}),
    Variant("issuer-with-a-slash", "iss has a slash more", lambda m: m.signed({"iss": m.claims["iss"] + "/"})),
    Variant("id-token", "an ID token in the access token's place", forgeries.identity),
    # when it holds
    Variant("expired", "exp is past", lambda m: m.signed({"exp": _in(-60)})),
    Variant("expired-long-ago", "exp is a year past", lambda m: m.signed({"exp": _in(-365 * 86400)})),
    Variant("not-yet", "nbf lies in the future", lambda m: m.signed({"nbf": _in(3600)})),
    Variant("issued-tomorrow", "iat lies in the future", lambda m: m.signed({"iat": _in(86400)})),
    _claims("endless", "exp is missing", {"exp": None}),
    _claims("end-as-text", "exp is a text", {"exp": "4000000000"}),
    _claims("end-true", "exp is true", {"exp": True}),
    _claims("end-beyond-time", "exp is a number that no calendar has", {"exp": 1e300}),
    _claims("end-not-a-number", "exp is NaN", {"exp": float("nan")}),
    _claims("end-infinite", "exp is Infinity", {"exp": float("inf")}),
    _claims("begin-as-text", "nbf is a text", {"nbf": "tomorrow"}),
    # what kind of token it is
    _header("wrong-type", "typ is JWT", typ="JWT"),
    _header("no-type", "typ is missing", typ=None),
    _header("proof-type", "typ is that of a DPoP proof", typ="dpop+jwt"),
    _header("type-a-number", "typ is a number", typ=7),
    _header("critical-extension", "crit names what nobody knows", crit=["exp"], exp=1),
    _header("unencoded-payload", "b64 is false (RFC 7797)", crit=["b64"], b64=False),
    # who signed it
    Variant("algorithm-none", "alg is none, without a signature", lambda m: m.by_hand("none", None)),
    Variant("algorithm-None", "alg is None: case differs", lambda m: m.by_hand("None", None)),
    Variant("algorithm-empty", "alg is empty", lambda m: m.by_hand("", None)),
    Variant("algorithm-none-signed", "alg is none over a true signature", lambda m: m.signed(alg="none")),
    Variant(
        "hmac-with-public-pem", "HS256, the secret is our public key (PEM)",
        lambda m: m.by_hand("HS256", m.public(Encoding.PEM)),
    ),
    Variant(
        "hmac-with-public-der", "HS256, the secret is our public key (DER)",
        lambda m: m.by_hand("HS256", m.public(Encoding.DER)),
    ),
    Variant(
        "hmac-with-public-jwk", "HS256, the secret is our public key (JWK)",
        lambda m: m.by_hand("HS256", json.dumps(keys.public(m.key)).encode()),
    ),
    Variant("hmac-without-secret", "HS256 with an empty secret", lambda m: m.by_hand("HS256", b"")),
    Variant("another-algorithm", "an algorithm that the key's own alg does not name", forgeries.another_algorithm),
    Variant("another-family", "the other family of keys under the same kid", forgeries.family),
    Variant("foreign-signature", "another key under the same kid", lambda m: m.signed(key=m.forger())),
    Variant("tampered", "the signature belongs to other claims", forgeries.tampered),
    Variant("no-signature", "the signature is empty", lambda m: m.signed().rpartition(".")[0] + "."),
    Variant("two-parts", "the signature is missing", lambda m: m.signed().rpartition(".")[0]),
    Variant("five-parts", "as many parts as an encrypted token", lambda m: m.signed() + ".x.y"),
    Variant("not-a-token", "no JWT at all", lambda _: "not-a-token"),
    Variant("unknown-key", "kid is unknown", lambda m: m.signed(kid="unknown")),
    _header("no-key-name", "kid is missing", kid=None),
    _header("key-name-list", "kid is a list", kid=["x"]),
    _header("key-name-path", "kid is a path", kid="../../../../dev/null"),
    _header("key-name-query", "kid is SQL", kid="' UNION SELECT 'x"),
    _header("key-name-long", "kid is 3000 characters long", kid="k" * 3_000),
    Variant("brings-key", "the header brings the key (jwk)", forgeries.brings(jwk=True)),
    Variant("brings-address", "the header says where the key is (jku)", forgeries.brings(jku="https://elsewhere.example/jwks")),
    Variant("brings-certificate", "the header says where the certificate is (x5u)", forgeries.brings(x5u="https://elsewhere.example")),
    # how large and how deep
    _claims("oversized", "20 kB of padding", {"padding": "x" * 20_000}),
    Variant(
        "deep", "claims nested 9000 deep",
        lambda m: ".".join([m.signed().split(".")[0], keys.encode(b"[" * 9_000), "x"]),
    ),
    Variant(
        "claims-are-a-list", "the payload is a list",
        lambda m: ".".join([m.signed().split(".")[0], keys.encode(b"[1]"), m.signed().split(".")[2]]),
    ),
    # to which key it is bound
    _claims("no-confirmation", "cnf is missing: the token is bound to nothing", {"cnf": None}),
    Variant("wrong-confirmation", "cnf.jkt is another key's", forgeries.rebound),
    _claims("empty-confirmation", "cnf is empty", {"cnf": {}}),
    _claims("confirmation-a-number", "cnf.jkt is a number", {"cnf": {"jkt": 1}}),
    _claims("confirmation-a-text", "cnf is a text", {"cnf": "jkt"}),
    _claims("no-identifier", "jti is missing: it could not be denied", {"jti": None}),
    # what it lets its holder be
    _claims("no-scope", "scope is missing", {"scope": None}, ROLELESS),
    _claims("other-scope", "scope is another API's", {"scope": "nhn:other/api openid"}, ROLELESS),
    _claims("level-3", "login at security level 3", {LEVEL: "3"}, ROLELESS),
    _claims("level-number", "security level is a number", {LEVEL: 4}, ROLELESS),
    _claims("no-level", "security level is missing", {LEVEL: None}, ROLELESS),
    _claims("no-hpr", "no HPR number", {HPR: None}, ROLELESS),
    _claims("hpr-number", "the HPR number is a number", {HPR: 222210004}, ROLELESS),
    _claims("hpr-withdrawn", "the register knows no approval of hers", {DETAILS: _NOBODY}, ROLELESS),
    _claims("hpr-other-profession", "her approval is a dentist's",
            {DETAILS: {"approvals": [{"profession": "TL", "authorization": {"value": "1"}}]}}, ROLELESS),
    _claims("hpr-student-licence", "a student's licence, and no supervisor",
            {DETAILS: {"approvals": [{"profession": "JO", "authorization": {"value": "3"}}]}}, ROLELESS),
    _claims("hpr-details-a-text", "hpr_details is a text", {DETAILS: "JO"}, ROLELESS),
    _claims("no-parent", "orgnr_parent is missing", {PARENT: None}, ROLELESS),
    _claims("no-child", "orgnr_child is missing", {CHILD: None}, ROLELESS),
    _claims("other-child", "orgnr_child is not the attest's point of care", {CHILD: STRANGER}, ROLELESS),
    _claims("no-attest", "the attest is missing", {ATTEST: None}, ROLELESS),
    _claims("attest-a-list", "the attest is a list", {ATTEST: [{}]}, ROLELESS),
    Variant(
        "foreign-attest", "the attest is of another legal entity",
        forgeries.attest(lambda a: a["practitioner"]["legal_entity"].update(id=STRANGER)), ROLELESS,
    ),
    Variant(
        "attest-elsewhere", "the attest is of another point of care",
        forgeries.attest(lambda a: a["practitioner"]["point_of_care"].update(id=STRANGER)), ROLELESS,
    ),
    Variant(
        "attest-without-place", "the attest names no point of care",
        forgeries.attest(lambda a: a["practitioner"].pop("point_of_care")), ROLELESS,
    ),
    Variant(
        "attest-other-profession", "the attest names an authorisation that has no role here",
        forgeries.attest(lambda a: a["practitioner"]["authorization"].update(code="TL")), ROLELESS,
    ),
    Variant(
        "attest-without-service", "the attest names no healthcare service",
        forgeries.attest(lambda a: a["care_relationship"].pop("healthcare_service")), ROLELESS,
    ),
    _claims("outside-the-pilot", "an organisation that takes no part", {PARENT: STRANGER, CHILD: STRANGER}, ROLELESS),
)  # fmt: skip
BY_NAME = {row.name: row for row in VARIANTS}


def index() -> list[dict[str, str]]:
    """The table, as the service shows it."""
    return [{"variant": row.name, "description": row.what, "refusedAs": row.answer} for row in VARIANTS]


def make(name: str, claims: Claims, key: Jwk) -> str:
    """The token ``name``, otherwise made of ``claims``. Raises ValueError for a name that is none."""
    if name not in BY_NAME:
        raise ValueError("variant is none of /v2/broken-test-tokens")
    return BY_NAME[name].make(Making(claims, {"typ": "at+jwt", "kid": key["kid"]}, key))
