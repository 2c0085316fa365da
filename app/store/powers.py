"""Powers of attorney: the relation of a representative to a woman, and the archive of the proofs that it rests on.

The relation is a row of ``relation`` (kind ``fullmakt``, the person as the log names him); it begins and ends by a proof.
"""

from dataclasses import dataclass, field
from datetime import datetime

from app.store.database import Database
from app.store.statement import Statement

SEALED_FOR = "power of attorney"
_HER = "SELECT p.rid, p.patient FROM person p WHERE p.number = $1::text ORDER BY p.rid LIMIT 1"
_BEGIN = Statement(
    f"""
WITH woman AS ({_HER}), kept AS (
    INSERT INTO power_of_attorney AS k (patient, subject, reference, kind, begins, ends, proof, verified, checked)
    SELECT patient, $2::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz, $7::bytea, $8::timestamptz, $8::timestamptz FROM woman
    ON CONFLICT (patient, subject, reference) DO UPDATE SET begins = excluded.begins, ends = excluded.ends,
        proof = excluded.proof, checked = greatest(k.checked, excluded.checked)
    RETURNING 1
), related AS (
    INSERT INTO relation (rid, patient, organization, kind, begins, ends, decision)
    SELECT rid, patient, $2::text, 'fullmakt', $5::timestamptz, $6::timestamptz, $3::text FROM woman
    ON CONFLICT (rid, patient, organization, kind)
        DO UPDATE SET begins = excluded.begins, ends = excluded.ends, decision = excluded.decision
    RETURNING 1
)
SELECT patient, (SELECT count(*) FROM kept) + (SELECT count(*) FROM related) AS rows FROM woman
""",  # noqa: S608 (nothing of it comes from outside)
    ("number", "subject", "reference", "kind", "begins", "ends", "proof", "at"),
)
_END = Statement(
    f"""
WITH woman AS ({_HER}), ended AS (
    UPDATE relation r SET ends = $3::timestamptz FROM woman
    WHERE r.patient = woman.patient AND r.kind = 'fullmakt' AND r.organization = $2::text
        AND (r.ends IS NULL OR r.ends > $3::timestamptz) RETURNING 1
)
SELECT patient, (SELECT count(*) FROM ended) AS ended FROM woman
""",  # noqa: S608 (nothing of it comes from outside)
    ("number", "subject", "at"),
)
_IN_FORCE = Statement(
    """
SELECT k.patient, k.subject, k.proof FROM relation r JOIN power_of_attorney k
    ON k.patient = r.patient AND k.subject = r.organization AND k.reference = r.decision
WHERE r.kind = 'fullmakt' AND (r.ends IS NULL OR r.ends > $1::timestamptz) AND (k.patient, k.subject) > ($2::text, $3::text)
ORDER BY k.patient, k.subject LIMIT $4::int
""",
    ("at", "patient", "subject", "most"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A proof as it is archived: ``proof`` is sealed for ``SEALED_FOR``."""

    patient: str
    subject: str
    proof: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verified proof says, and the proof, sealed."""

    reference: str
    kind: str
    begins: datetime
    ends: datetime
    sealed: bytes = field(repr=False)


async def begin(database: Database, number: str, subject: str, proof: Verified, at: datetime) -> None:
    """``subject`` may represent the woman with ``number``, if she is here, as long as the proof says."""
    given = {"number": number, "subject": subject, "at": at, "proof": proof.sealed}
    said = {name: getattr(proof, name) for name in ("reference", "kind", "begins", "ends")}
    await database.fetch(_BEGIN, given | said)


async def end(database: Database, number: str, subject: str, at: datetime) -> str | None:
    """Nobody's proof of it holds any more; her Patient's id, where she is here."""
    rows = await database.fetch(_END, {"number": number, "subject": subject, "at": at})
    return rows[0]["patient"] if rows else None


async def in_force(database: Database, at: datetime, after: tuple[str, str], most: int) -> list[Kept]:
    """The proofs that relations rest on now, by woman and person."""
    given = {"at": at, "patient": after[0], "subject": after[1], "most": most}
    return [Kept(**dict(row)) for row in await database.fetch(_IN_FORCE, given)]
