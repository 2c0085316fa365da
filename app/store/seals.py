"""Signed heads of the log's lanes: what had been written by then cannot be changed unseen.

Ed25519, https://www.rfc-editor.org/rfc/rfc8032. The key lies outside the database; a head says that a lane had this
hash at this place, and through the chain it vouches for every row before it.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from sqlalchemy import ARRAY, BigInteger, Integer, LargeBinary, Text, bindparam, column, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.store.database import Database
from app.store.statement import Statement, build
from app.store.tables import INSTANT, audit_head, audit_lane

_COLUMNS = (
    ("lane", Integer()),
    ("seq", BigInteger()),
    ("hash", LargeBinary()),
    ("at", INSTANT),
    ("key", Text()),
    ("signature", LargeBinary()),
)


_END = "-----END PUBLIC KEY-----"


class NoKey(Exception):
    """The file holds no Ed25519 private key."""


@dataclass(frozen=True, slots=True)
class Head:
    """One signed head; ``key`` names the key that signed it."""

    lane: int
    seq: int
    hash: bytes
    at: datetime
    key: str
    signature: bytes

    def message(self) -> bytes:
        """What is signed."""
        at = self.at.astimezone(UTC).isoformat()
        return f"helsekort audit head\n{self.lane}/{self.seq}\n{self.hash.hex()}\n{at}".encode()


class Signer:
    """Signs heads with one key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key()
        self.name = key_name(self.public)

    def signature(self, message: bytes) -> bytes:
        """The signature of ``message``."""
        return self._key.sign(message)

    def sign(self, lane: int, seq: int, digest: bytes, at: datetime) -> Head:
        """The head of ``lane`` at ``seq``."""
        bare = Head(lane, seq, digest, at, self.name, b"")
        return Head(lane, seq, digest, at, self.name, self._key.sign(bare.message()))


def key_name(public: Ed25519PublicKey) -> str:
    """The name of a key: the beginning of its digest."""
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def is_signed(head: Head, public: Ed25519PublicKey) -> bool:
    """Whether ``public`` holds for ``head``."""
    try:
        public.verify(head.signature, head.message())
    except InvalidSignature:
        return False
    return head.key == key_name(public)


def make_key(path: str) -> None:
    """Make the signing key in the file ``path`` unless it is there; only its owner can read it."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = Path(f"{path}.{os.getpid()}.new")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # of two that start at once, one makes the key
        Path(path).hardlink_to(draft)
    draft.unlink()


def read_signer(path: str) -> Signer:
    """The signer of the file ``path``. Raises NoKey, OSError."""
    try:
        key = load_pem_private_key(Path(path).read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise NoKey(f"{path} holds no private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"{path} holds a key that is not Ed25519")
    return Signer(key)


def read_former(path: str) -> dict[str, Ed25519PublicKey]:
    """The public keys that signed before, by their names; none where there is no file. Raises NoKey."""
    if not path or not Path(path).exists():
        return {}
    blocks = [f"{block}{_END}" for block in Path(path).read_text().split(_END)[:-1]]
    try:
        keys = [load_pem_public_key(block.strip().encode()) for block in blocks]
    except ValueError as error:
        raise NoKey(f"{path} holds what is no public key") from error
    if not all(isinstance(key, Ed25519PublicKey) for key in keys):
        raise NoKey(f"{path} holds a key that is not Ed25519")
    return {key_name(key): key for key in keys if isinstance(key, Ed25519PublicKey)}


def change_key(path: str, former: str) -> str:
    """Have a new key sign from now on; the public part of the old one goes to the file ``former``. Its new name.

    Raises NoKey, OSError. What is running signs with the old one until it starts again.
    """
    old = read_signer(path)
    pem = old.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if old.name not in read_former(former):
        with Path(former).open("ab") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
    draft = f"{path}.{os.getpid()}.next"
    make_key(draft)
    Path(draft).replace(path)
    return read_signer(path).name


@cache
def _unsealed() -> Statement:
    last = select(func.max(audit_head.c.seq)).where(audit_head.c.lane == audit_lane.c.lane).scalar_subquery()
    return build(
        select(audit_lane.c.lane, audit_lane.c.seq, audit_lane.c.hash)
        .where(audit_lane.c.seq > func.coalesce(last, 0))
        .order_by(audit_lane.c.lane)
    )


@cache
def _insert() -> Statement:
    binds = [bindparam(f"{name}s", type_=ARRAY(kind)) for name, kind in _COLUMNS]
    rows = func.unnest(*binds).table_valued(*(column(name, kind) for name, kind in _COLUMNS))
    heads = rows.render_derived(name="heads")
    names = [name for name, _ in _COLUMNS]
    source = select(*(heads.c[name] for name in names))
    return build(
        insert(audit_head).from_select(names, source).on_conflict_do_nothing().returning(audit_head.c.lane)
    )


async def seal(database: Database, signer: Signer, at: datetime) -> int:
    """Sign every lane that has grown since its last head; how many heads were made."""
    grown = await database.fetch(_unsealed(), {})
    heads = [signer.sign(row["lane"], row["seq"], row["hash"], at) for row in grown]
    if not heads:
        return 0
    values: dict[str, list[Any]] = {
        f"{name}s": [getattr(head, name) for head in heads] for name, _ in _COLUMNS
    }
    return len(await database.fetch(_insert(), values))


@cache
def _after() -> Statement:
    binds = [bindparam("lanes", type_=ARRAY(Integer)), bindparam("seqs", type_=ARRAY(BigInteger))]
    known = func.unnest(*binds).table_valued(column("lane", Integer), column("seq", BigInteger))
    rows = known.render_derived(name="known")
    return build(
        select(*(audit_head.c[name] for name, _ in _COLUMNS))
        .select_from(audit_head.outerjoin(rows, rows.c.lane == audit_head.c.lane))
        .where(or_(rows.c.seq.is_(None), audit_head.c.seq > rows.c.seq))
        .order_by(audit_head.c.at, audit_head.c.lane, audit_head.c.seq)
    )


async def heads_after(database: Database, known: Mapping[int, int]) -> Sequence[Head]:
    """The heads beyond the place that ``known`` gives for each lane, oldest first."""
    rows = await database.fetch(_after(), {"lanes": list(known), "seqs": list(known.values())})
    return [Head(**dict(row)) for row in rows]
