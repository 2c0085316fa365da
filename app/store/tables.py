"""The tables. ``migrations/`` creates them; a test holds the two equal.

``resource`` is what is now, ``resource_version`` all that ever was, one narrow ``index_*`` table for each kind of
search parameter (https://hl7.org/fhir/R4/search.html), ``audit`` the log with its lanes, and ``relation``/``choice``
the projections that access decisions read.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

metadata = MetaData()
INSTANT = TIMESTAMP(timezone=True)
OPEN_EPISODE = ("planned", "waitlist", "active", "onhold")

resource = Table(
    "resource",
    metadata,
    Column("type", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("rid", BigInteger, Identity(always=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated", INSTANT, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("governed", Boolean, nullable=False),
    Column("patient", Text),
    Column("episode", Text),
    Column("status", Text),
    Column("labels", ARRAY(Text), nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("author", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("rid", name="resource_rid"),
)
Index("resource_card", resource.c.patient, resource.c.episode, resource.c.type, resource.c.id)
Index("resource_type_updated", resource.c.type, resource.c.updated, resource.c.rid)
Index(
    "one_open_episode",
    resource.c.patient,
    unique=True,
    postgresql_where=text(
        "type = 'EpisodeOfCare' AND governed AND NOT deleted"
        " AND status IN ('planned', 'waitlist', 'active', 'onhold')"
    ),
)

resource_version = Table(
    "resource_version",
    metadata,
    Column("rid", BigInteger, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("updated", INSTANT, nullable=False),
    Column("method", Text, nullable=False),
    Column("labels", ARRAY(Text), nullable=False),
    Column("author", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index(
    "resource_version_updated",
    resource_version.c.updated,
    resource_version.c.rid,
    resource_version.c.version,
)


def _owner() -> list[Column[int]]:
    """The first columns of every index table; no foreign key, its check would cost more than the row."""
    return [Column("rid", BigInteger, nullable=False), Column("param", Integer, nullable=False)]


def _in_base() -> list[Column[Any]]:
    """A quantity in base units, where its unit is known."""
    return [Column("base", Text), Column("least", Numeric), Column("most", Numeric)]


index_token = Table(
    "index_token",
    metadata,
    *_owner(),
    Column("system", Text),
    Column("code", Text),
    Column("text", Text),
)
Index("index_token_value", index_token.c.param, index_token.c.code, index_token.c.system, index_token.c.rid)
Index(
    "index_token_text",
    index_token.c.text,
    index_token.c.param,
    index_token.c.rid,
    postgresql_where=index_token.c.text.is_not(None),
    postgresql_ops={"text": "text_pattern_ops"},
)
Index("index_token_rid", index_token.c.rid, index_token.c.param)

index_reference = Table(
    "index_reference",
    metadata,
    *_owner(),
    Column("target_type", Text),
    Column("target_id", Text),
    Column("url", Text),
    Column("system", Text),
    Column("value", Text),
)
Index(
    "index_reference_value",
    index_reference.c.param,
    index_reference.c.target_id,
    index_reference.c.target_type,
    index_reference.c.rid,
)
Index("index_reference_target", index_reference.c.target_type, index_reference.c.target_id)
Index(
    "index_reference_url",
    index_reference.c.url,
    index_reference.c.param,
    index_reference.c.rid,
    postgresql_where=index_reference.c.url.is_not(None),
    postgresql_ops={"url": "text_pattern_ops"},
)
Index(
    "index_reference_identifier",
    index_reference.c.value,
    index_reference.c.system,
    index_reference.c.param,
    index_reference.c.rid,
    postgresql_where=index_reference.c.value.is_not(None),
)
Index("index_reference_rid", index_reference.c.rid, index_reference.c.param)

index_date = Table(
    "index_date",
    metadata,
    *_owner(),
    Column("low", INSTANT, nullable=False),
    Column("high", INSTANT, nullable=False),
)
Index("index_date_value", index_date.c.param, index_date.c.high, index_date.c.low, index_date.c.rid)
Index("index_date_rid", index_date.c.rid, index_date.c.param)

index_string = Table(
    "index_string",
    metadata,
    *_owner(),
    Column("folded", Text, nullable=False),
    Column("exact", Text, nullable=False),
)
Index(
    "index_string_value",
    index_string.c.param,
    index_string.c.folded,
    index_string.c.rid,
    postgresql_ops={"folded": "text_pattern_ops"},
)
Index("index_string_rid", index_string.c.rid, index_string.c.param)

index_number = Table(
    "index_number",
    metadata,
    *_owner(),
    Column("low", Numeric, nullable=False),
    Column("high", Numeric, nullable=False),
)
Index("index_number_value", index_number.c.param, index_number.c.high, index_number.c.low, index_number.c.rid)
Index("index_number_rid", index_number.c.rid, index_number.c.param)

index_quantity = Table(
    "index_quantity",
    metadata,
    *_owner(),
    Column("low", Numeric, nullable=False),
    Column("high", Numeric, nullable=False),
    Column("system", Text),
    Column("code", Text),
    Column("unit", Text),
    *_in_base(),
)
Index(
    "index_quantity_value",
    index_quantity.c.param,
    index_quantity.c.high,
    index_quantity.c.low,
    index_quantity.c.rid,
)
Index(
    "index_quantity_base",
    index_quantity.c.param,
    index_quantity.c.base,
    index_quantity.c.most,
    index_quantity.c.least,
    index_quantity.c.rid,
    postgresql_where=index_quantity.c.base.is_not(None),
)
Index("index_quantity_rid", index_quantity.c.rid, index_quantity.c.param)

index_uri = Table("index_uri", metadata, *_owner(), Column("uri", Text, nullable=False))
Index(
    "index_uri_value",
    index_uri.c.param,
    index_uri.c.uri,
    index_uri.c.rid,
    postgresql_ops={"uri": "text_pattern_ops"},
)
Index("index_uri_rid", index_uri.c.rid, index_uri.c.param)

index_composite = Table(
    "index_composite",
    metadata,
    *_owner(),
    Column("system", Text),
    Column("code", Text),
    Column("value_system", Text),
    Column("value_code", Text),
    Column("value_low", Numeric),
    Column("value_high", Numeric),
    Column("time_low", INSTANT),
    Column("time_high", INSTANT),
    Column("folded", Text),
    *_in_base(),
)
Index("index_composite_value", index_composite.c.param, index_composite.c.code, index_composite.c.rid)
Index("index_composite_rid", index_composite.c.rid, index_composite.c.param)

patient_link = Table(  # further women that a resource is about
    "patient_link",
    metadata,
    Column("rid", BigInteger, primary_key=True),
    Column("patient", Text, primary_key=True),
)
Index("patient_link_patient", patient_link.c.patient, patient_link.c.rid)

relation = Table(  # organisation × woman: design §4
    "relation",
    metadata,
    Column("rid", BigInteger, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("organization", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("begins", INSTANT, nullable=False),
    Column("ends", INSTANT),
    Column("decision", Text),
    Column("person", Text),
    Column("reviewed", INSTANT),  # of what was declared, and what the reviewer said
    Column("reviewer", Text),
    Column("outcome", Text),
    Column("comment", Text),
)
Index("relation_patient", relation.c.patient, relation.c.organization)
Index("relation_organization", relation.c.organization, relation.c.patient)
Index(
    "relation_unreviewed",
    relation.c.begins,
    postgresql_where=text("kind = 'declared' AND reviewed IS NULL"),
)

person = Table(  # whose number it is: one woman a number, among governed data
    "person",
    metadata,
    Column("system", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("rid", BigInteger, nullable=False),
    Column("patient", Text, nullable=False),
)
Index("person_rid", person.c.rid)

choice = Table(  # her blocks, restrictions, openings and taking part, from her Consents
    "choice",
    metadata,
    Column("rid", BigInteger, primary_key=True),
    Column("patient", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("begins", INSTANT, nullable=False),
    Column("ends", INSTANT),
)
Index(  # all that a decision asks: it reads no row of the table
    "choice_patient",
    choice.c.patient,
    choice.c.actor,
    choice.c.kind,
    postgresql_include=["part", "begins", "ends"],
)
Index(
    "choice_named", choice.c.actor, choice.c.patient, postgresql_where=text("kind IN ('doula', 'represent')")
)

emergency = Table(  # who was granted an emergency's access to whom, and what a reviewer says of it
    "emergency",
    metadata,
    Column("id", Text, primary_key=True),
    Column("patient", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("organization", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("begins", INSTANT, nullable=False),
    Column("ends", INSTANT, nullable=False),
    Column("reviewed", INSTANT),
    Column("reviewer", Text),
    Column("outcome", Text),
    Column("comment", Text),
)
Index("emergency_patient", emergency.c.patient, emergency.c.person)
Index("emergency_person", emergency.c.person, emergency.c.patient)
Index("emergency_unreviewed", emergency.c.begins, postgresql_where=emergency.c.reviewed.is_(None))

log_case = Table(  # her questions to the log, and what the control of it found
    "log_case",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("patient", Text),
    Column("person", Text, nullable=False),
    Column("organization", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("numbers", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("made", INSTANT, nullable=False),
    Column("reviewed", INSTANT),
    Column("reviewer", Text),
    Column("outcome", Text),
    Column("answer", Text),
)
Index("log_case_patient", log_case.c.patient, log_case.c.made)
Index("log_case_unreviewed", log_case.c.made, postgresql_where=log_case.c.reviewed.is_(None))

audit = Table(  # partitioned by month of `at`
    "audit",
    metadata,
    Column("at", INSTANT, primary_key=True),
    Column("lane", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("id", Text, nullable=False),
    Column("patients", ARRAY(Text), nullable=False),
    Column("request", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (at)",
)
Index("audit_id", audit.c.id)
# Almost every row is about one woman: a plain index on her is cheaper to write than an inverted one of all
ONE_WOMAN: ColumnElement[bool] = func.cardinality(audit.c.patients) == literal_column("1")
SEVERAL_WOMEN: ColumnElement[bool] = func.cardinality(audit.c.patients) > literal_column("1")
Index("audit_woman", audit.c.patients[literal_column("1")], postgresql_where=ONE_WOMAN)
Index("audit_women", audit.c.patients, postgresql_using="gin", postgresql_where=SEVERAL_WOMEN)

audit_lane = Table(
    "audit_lane",
    metadata,
    Column("lane", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("lane", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("key", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

idempotency = Table(  # what was done under a client's key: status, id and version of each change
    "idempotency",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("request", LargeBinary, nullable=False),
    Column("done", Text, nullable=False),
    Column("expires", INSTANT, nullable=False),
)
Index("idempotency_expires", idempotency.c.expires)

changed = Table(  # women whose card somebody changed; the worker makes jobs of them and removes the rows
    "changed",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("patient", Text, nullable=False),
    Column("episode", Text),
    Column("entry", Text, nullable=False),
    Column("notify", Boolean, nullable=False),
)

delivery = Table(  # what another system shall be told; the body is looked up when it is sent
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("type", Text),
    Column("resource", Text),
    Column("version", Integer),
    Column("state", Text, nullable=False),
    Column("token", LargeBinary),
    Column("token_expires", INSTANT),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("created", INSTANT, nullable=False),
    Column("updated", INSTANT, nullable=False),
    Column("held", INSTANT),  # since when it waits for a system that does not answer
)
Index("delivery_pending", delivery.c.patient, postgresql_where=text("state = 'pending'"))
Index("delivery_waiting", delivery.c.patient, postgresql_where=text("state = 'waiting'"))
Index(
    "delivery_documents",
    delivery.c.resource,
    delivery.c.created,
    postgresql_where=text("kind = 'card-document'"),
)
_UNSETTLED = text("state IN ('pending', 'waiting', 'dead')")
Index("delivery_unsettled", delivery.c.kind, delivery.c.state, postgresql_where=_UNSETTLED)
