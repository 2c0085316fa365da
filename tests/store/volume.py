"""A large database made by SQL: women with cards, visits and observations, and the index rows that they would have.

The bodies are stand-ins of a usual size; what plans depend on (how many rows, how they hang together) is as in life.
"""

from dataclasses import dataclass

from app.fhir import codes
from app.fhir.search_params import lookup
from tests.fixtures.database import TestDatabase

VISITS, EACH = 10, 12  # visits a woman, observations a visit
CODES = (
    codes.BP_PANEL, codes.WEIGHT, codes.FUNDAL_HEIGHT, codes.FETAL_HEART_RATE, codes.URINE_PROTEIN, codes.PRESENTATION,
)  # fmt: skip
RELATIONS = 10  # organisations that a woman has a relation to
PLACES = 400  # organisations, each with a share of the women
FIRST = "timestamptz '2026-01-05 08:00+01'"


@dataclass(frozen=True)
class Volume:
    """How many women; ids are p1…, e1…, v1…, o1…, q1… (Provenance), k1… (RiskAssessment)."""

    women: int

    @property
    def resources(self) -> int:
        return PLACES + self.women * (2 + VISITS * (3 + EACH))


def _number(type_name: str, code: str) -> int:
    param = lookup(type_name, code)
    assert param is not None
    return param.number


def _resources(type_name: str, id_: str, patient: str, episode: str, rows: str, size: int) -> str:
    return (
        "INSERT INTO resource (type, id, version, updated, deleted, governed, patient, episode, status, labels,"
        " categories, author, body)"
        f" SELECT '{type_name}', {id_}, 1, {FIRST} + n * interval '1 second', false, true, {patient}, {episode},"
        f" 'final', '{{}}', '{{}}', 'place' || (n % {PLACES}), convert_to('{{\"resourceType\":\"{type_name}\",\"id\":\"'"
        f" || {id_} || '\",\"note\":\"' || repeat('x', {size}) || '\"}}', 'UTF8') FROM {rows}"
    )


def _references(type_name: str, id_prefix: str, rows: str, **targets: str) -> list[str]:
    """``targets``: search code (dashes as underscores) → SQL of ``Type/id``."""
    return [
        "INSERT INTO index_reference (rid, param, target_type, target_id)"
        f" SELECT rid, {_number(type_name, code.replace('_', '-'))}, split_part({sql}, '/', 1), split_part({sql}, '/', 2)"
        f" FROM {rows} JOIN resource ON type = '{type_name}' AND id = '{id_prefix}' || n"
        for code, sql in targets.items()
    ]


def _tokens(type_name: str, id_prefix: str, rows: str, words: str = "NULL", **values: str) -> list[str]:
    return [
        "INSERT INTO index_token (rid, param, system, code, text)"
        f" SELECT rid, {_number(type_name, code.replace('_', '-'))}, {sql}, {words}"
        f" FROM {rows} JOIN resource ON type = '{type_name}' AND id = '{id_prefix}' || n"
        for code, sql in values.items()
    ]


def _dates(type_name: str, id_prefix: str, rows: str, at: str) -> str:
    return (
        f"INSERT INTO index_date (rid, param, low, high) SELECT rid, {_number(type_name, 'date')}, {at},"
        f" {at} + interval '1 second' FROM {rows} JOIN resource ON type = '{type_name}' AND id = '{id_prefix}' || n"
    )


def _women(count: int) -> list[str]:
    rows = f"generate_series(1, {count}) n"
    names = [
        "INSERT INTO index_string (rid, param, folded, exact)"
        f" SELECT rid, {_number('Patient', code)}, '{code}' || n, '{code}' || n FROM {rows}"
        " JOIN resource ON type = 'Patient' AND id = 'p' || n"
        for code in ("family", "given", "name")
    ]
    born = f"INSERT INTO index_date (rid, param, low, high) SELECT rid, {_number('Patient', 'birthdate')},"
    born += " d, d + interval '1 day' FROM (SELECT rid, timestamptz '1985-01-01+01' + n % 5000 * interval '1 day' AS d"
    born += f" FROM {rows} JOIN resource ON type = 'Patient' AND id = 'p' || n) x"
    relation = "INSERT INTO relation (rid, patient, organization, kind, begins)"
    relation += f" SELECT rid, id, 'place' || ((n + 7 * m) % {PLACES}), 'declared', {FIRST}"
    relation += f" FROM generate_series(0, {RELATIONS - 1}) m, {rows}"
    relation += " JOIN resource ON type = 'Patient' AND id = 'p' || n"
    person = "INSERT INTO person (system, number, rid, patient)"
    person += f" SELECT '{codes.FNR}', 'number' || n, rid, id FROM {rows}"
    person += " JOIN resource ON type = 'Patient' AND id = 'p' || n"
    return [
        _resources("Organization", "'place' || n", "NULL", "NULL", f"generate_series(0, {PLACES - 1}) n", 200),
        _resources("Patient", "'p' || n", "'p' || n", "NULL", rows, 400),
        *_tokens("Patient", "p", rows, identifier=f"'{codes.FNR}', 'number' || n", gender="'http://hl7.org/fhir/administrative-gender', 'female'"),
        *_references("Patient", "p", rows, general_practitioner=f"'Organization/place' || (n % {PLACES})"),
        *names, born, relation, person,
        _resources("EpisodeOfCare", "'e' || n", "'p' || n", "'e' || n", rows, 300),
        *_references("EpisodeOfCare", "e", rows, patient="'Patient/p' || n"),
        *_tokens("EpisodeOfCare", "e", rows, status="'http://hl7.org/fhir/episode-of-care-status', 'active'"),
    ]  # fmt: skip


def _visits(count: int) -> list[str]:
    rows = f"generate_series(1, {count * VISITS}) n"
    woman = f"((n - 1) / {VISITS} + 1)"
    at = f"{FIRST} + ((n - 1) % {VISITS} * 28 + n % 7) * interval '1 day'"
    refs = {
        "subject": f"'Patient/p' || {woman}",
        "patient": f"'Patient/p' || {woman}",
        "episode_of_care": f"'EpisodeOfCare/e' || {woman}",
    }
    target = "'Encounter/v' || n"
    risk = f"INSERT INTO index_number (rid, param, low, high) SELECT rid, {_number('RiskAssessment', 'probability')},"
    risk += f" n % 100 / 100.0, n % 100 / 100.0 FROM {rows} JOIN resource ON type = 'RiskAssessment' AND id = 'k' || n"
    return [
        _resources("Encounter", "'v' || n", f"'p' || {woman}", f"'e' || {woman}", rows, 500),
        *_references("Encounter", "v", rows, **refs),
        *_tokens("Encounter", "v", rows, status="'http://hl7.org/fhir/encounter-status', 'finished'"),
        _dates("Encounter", "v", rows, at),
        _resources("Provenance", "'q' || n", f"'p' || {woman}", "NULL", rows, 300),
        *_references("Provenance", "q", rows, target=target, patient=f"'Patient/p' || {woman}"),
        _resources("RiskAssessment", "'k' || n", f"'p' || {woman}", f"'e' || {woman}", rows, 300),
        *_references("RiskAssessment", "k", rows, subject=f"'Patient/p' || {woman}", patient=f"'Patient/p' || {woman}"),
        risk,
    ]  # fmt: skip


def _observations(count: int) -> list[str]:
    rows = f"generate_series(1, {count * VISITS * EACH}) n"
    woman, visit = f"((n - 1) / {VISITS * EACH} + 1)", f"((n - 1) / {EACH} + 1)"
    listed = ",".join(f"'{code}'" for code in CODES)
    code = f"'{codes.LOINC}', (ARRAY[{listed}])[n % {len(CODES)} + 1]"
    refs = {
        "subject": f"'Patient/p' || {woman}", "patient": f"'Patient/p' || {woman}",
        "encounter": f"'Encounter/v' || {visit}", "episode_of_care": f"'EpisodeOfCare/e' || {woman}",
    }  # fmt: skip
    status = "'http://hl7.org/fhir/observation-status', 'final'"
    at = f"{FIRST} + (({visit} - 1) % {VISITS} * 28 + n % 7) * interval '1 day'"
    value, grams = "60 + n % 80", "(60 + n % 80) * 1000"
    measured = (
        f"SELECT rid, {{number}}, {{code}} {value}, {value}, '{codes.UCUM}', 'kg', 'g', {grams}, {grams} FROM {rows}"
        " JOIN resource ON type = 'Observation' AND id = 'o' || n"
    )
    quantity = "INSERT INTO index_quantity (rid, param, low, high, system, code, base, least, most) "
    composite = "INSERT INTO index_composite (rid, param, system, code, value_low, value_high, value_system, value_code,"
    composite += " base, least, most) "
    written = f"FROM {rows} JOIN resource ON type = 'Observation' AND id = 'o' || n"
    uri = f"INSERT INTO index_uri (rid, param, uri) SELECT rid, {_number('Observation', '_profile')},"
    uri += f" 'http://profile.example/' || n % 9 {written}"
    string = f"INSERT INTO index_string (rid, param, folded, exact) SELECT rid, {_number('Observation', 'value-string')},"
    string += f" 'note ' || n, 'Note ' || n {written} AND n % 6 = 0"
    return [
        _resources("Observation", "'o' || n", f"'p' || {woman}", f"'e' || {woman}", rows, 700),
        *_references("Observation", "o", rows, **refs),
        *_tokens("Observation", "o", rows, f"'measure ' || n % {len(CODES)}", code=code),
        *_tokens("Observation", "o", rows, status=status, category=f"'{codes.OBSERVATION_CATEGORY}', 'vital-signs'"),
        _dates("Observation", "o", rows, at),
        quantity + measured.format(number=_number("Observation", "value-quantity"), code=""),
        composite + measured.format(number=_number("Observation", "code-value-quantity"), code=f"{code},"),
        uri, string,
    ]  # fmt: skip


def fill(database: TestDatabase, women: int) -> Volume:
    """Fill ``database`` and let PostgreSQL learn what is in it, as its own vacuum would."""
    versions = (
        "INSERT INTO resource_version (rid, version, updated, method, labels, author, body)"
        " SELECT rid, 1, updated, 'create', labels, author, body FROM resource"
    )
    for sql in (*_women(women), *_visits(women), *_observations(women), versions, "VACUUM ANALYZE"):
        database.rows(sql)
    return Volume(women)
