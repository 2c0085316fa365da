"""The control of the log: each rule of ``app/access/control.py`` as one statement over the log's rows.

Each finds (patient, person, organization, events, numbers); a finding is made once a day for the same persons.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Integer, bindparam, text

from app.access.control import RULES, Rule
from app.store.database import Database
from app.store.statement import Statement, build
from app.store.tables import INSTANT

_LOOKS = """WITH looks AS MATERIALIZED (
  SELECT a.id, a.at, a.patients, q ->> 'subject' AS subject, q ->> 'hpr' AS hpr, q ->> 'interaction' AS interaction,
    q ->> 'operation' AS operation, lower(q ->> 'name') AS name, coalesce(q -> 'organizations' ->> 0, '') AS place, q -> 'organizations' AS places,
    CAST(a.result AS jsonb) ->> 'verdict' AS verdict
  FROM audit a CROSS JOIN LATERAL (SELECT CAST(a.request AS jsonb) AS q) asked
  WHERE a.at >= :since AND a.at <= :at AND q ->> 'hpr' IS NOT NULL
), idle AS (
  SELECT l.*, woman FROM looks l CROSS JOIN unnest(l.patients) AS woman
  WHERE (l.verdict LIKE 'allow.%' OR l.verdict IN ('searched', 'stored')) AND NOT EXISTS (
    SELECT 1 FROM looks w WHERE w.subject = l.subject AND woman = ANY (w.patients)
      AND w.interaction IN ('create', 'update', 'patch', 'transaction')
      AND (w.verdict = 'stored' OR w.verdict LIKE 'allow.%'))
), staff AS (
  SELECT r.id, CAST(convert_from(r.body, 'UTF8') AS jsonb) AS told FROM resource r
  WHERE r.type = 'Practitioner' AND NOT r.deleted
)
"""
_EVENTS = "(array_agg(l.id ORDER BY l.at DESC))[1:50]"
_LOOKED = f"""SELECT l.woman AS patient, l.subject AS person, l.place AS organization, {_EVENTS} AS events,
  jsonb_build_object('looks', count(*))::text AS numbers FROM idle l
"""
_GROUPED = " GROUP BY l.woman, l.subject, l.place HAVING count(*) >= :least"
_STREET = "lower(trim(regexp_replace({}, '[0-9].*$', '')))"
_SQL = {
    "refused": f"""{_LOOKS} SELECT NULL AS patient, l.subject AS person, l.place AS organization, {_EVENTS} AS events,
      jsonb_build_object('refused', count(*))::text AS numbers FROM looks l
      WHERE l.verdict !~ '^(allow\\.|stored|searched|batch|told|replay|error:(400|401|405|406|409|41|42|5))' GROUP BY l.subject, l.place HAVING count(*) >= :least""",
    "unrelated": f"""{_LOOKS} SELECT NULL AS patient, l.subject AS person, l.place AS organization, {_EVENTS} AS events,
      jsonb_build_object('women', count(DISTINCT woman))::text AS numbers
      FROM looks l CROSS JOIN unnest(l.patients) AS woman
      WHERE l.operation = '$declare-relation' AND l.verdict IN ('stored', 'allow.carer.register')
      GROUP BY l.subject, l.place HAVING count(DISTINCT woman) >= :least""",
    "famous": f"""{_LOOKS} SELECT woman AS patient, '' AS person, '' AS organization, {_EVENTS} AS events,
      jsonb_build_object('people', count(DISTINCT l.subject), 'organizations', count(DISTINCT l.place))::text AS numbers
      FROM looks l CROSS JOIN unnest(l.patients) AS woman
      WHERE l.verdict LIKE 'allow.%' OR l.verdict IN ('searched', 'stored')
      GROUP BY woman HAVING count(DISTINCT l.subject) >= :least""",
    "colleague": f"""{_LOOKS} {_LOOKED} WHERE EXISTS (
      SELECT 1 FROM looks c JOIN resource w ON w.type = 'Patient' AND w.id = l.woman
        CROSS JOIN jsonb_array_elements(CAST(convert_from(w.body, 'UTF8') AS jsonb) -> 'name') n
      WHERE c.place = l.place AND c.hpr <> l.hpr
        AND c.name = lower(concat_ws(' ', n -> 'given' ->> 0, n ->> 'family'))) {_GROUPED}""",
    "neighbour": f"""{_LOOKS} {_LOOKED} WHERE EXISTS (
      SELECT 1 FROM staff s JOIN resource w ON w.type = 'Patient' AND w.id = l.woman
        CROSS JOIN jsonb_array_elements(s.told -> 'address') his
        CROSS JOIN jsonb_array_elements(CAST(convert_from(w.body, 'UTF8') AS jsonb) -> 'address') hers
      WHERE s.told -> 'identifier' @> jsonb_build_array(jsonb_build_object('value', l.hpr))
        AND his ->> 'postalCode' = hers ->> 'postalCode'
        AND {_STREET.format("his -> 'line' ->> 0")} = {_STREET.format("hers -> 'line' ->> 0")}) {_GROUPED}""",
    "emergency": """SELECT e.patient, e.person, e.organization, ARRAY[e.id] AS events,
      jsonb_build_object('days', CAST(extract(day FROM :at - e.begins) AS integer))::text AS numbers FROM emergency e
      WHERE e.begins < :since AND e.ends < :at AND e.reviewed IS NULL AND :least > 0 AND NOT EXISTS (
        SELECT 1 FROM resource r WHERE r.patient = e.patient AND r.author = e.organization AND r.updated >= e.begins)""",
}


@cache
def _found(code: str) -> Statement:
    found = text(_SQL[code].replace("::text", "\\:\\:text"))
    since, at = bindparam("since", type_=INSTANT), bindparam("at", type_=INSTANT)
    return build(found.bindparams(since, at, bindparam("least", type_=Integer)))


@cache
def _keep() -> Statement:
    return build(
        text(
            "INSERT INTO log_case (id, kind, patient, person, organization, said, numbers, events, made)"
            " VALUES (:id, :kind, :patient, :person, :organization, :said, :numbers, CAST(:events AS text[]), :made)"
            " ON CONFLICT DO NOTHING RETURNING id"
        ).bindparams(bindparam("made", type_=INSTANT))
    )


async def find(database: Database, at: datetime, rules: Iterable[Rule] = RULES) -> int:
    """Keep what the rules find in the time before ``at``, as cases; how many were new."""
    made = 0
    for rule in rules:
        asked = {"since": at - timedelta(days=rule.days), "at": at, "least": rule.limit}
        for row in await database.fetch(_found(rule.code), asked):
            same = f"{rule.code} {row['patient']} {row['person']} {row['organization']} "
            day = "" if rule.code == "emergency" else f"{at:%Y-%m-%d}"  # an unreviewed one is told once
            kept = {
                "id": hashlib.sha256(f"{same}{day}".encode()).hexdigest()[:40], "kind": rule.code,
                **dict(row), "said": rule.text, "made": at,
            }  # fmt: skip
            made += len(await database.fetch(_keep(), kept))
    return made
