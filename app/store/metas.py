"""The profiles, tags and security labels in use, as far as one caller may see what bears them.

https://hl7.org/fhir/R4/resource-operation-meta.html. Each is looked for once: the first resource that bears it and may be
seen is enough. No resource is named, so the log shows none.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.fhir.query_conditions import ALL_KEPT
from app.fhir.search_params import number
from app.store.access_sql import allowed, rule
from app.store.log import beside, fresh_proof, logged
from app.store.resources import facets
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import index_token, index_uri, resource

_PARAMS = {"profile": "_profile", "security": "_security", "tag": "_tag"}
_NUMBERS: Any = bindparam("numbers", type_=ARRAY(Integer))


def _used(role: Role, table: Any, *names: str) -> Any:
    """Each value once that is given somewhere, where the caller may see one resource that bears it."""
    value = table.c[names[-1]]
    given = (
        select(table.c.param, *(table.c[name] for name in names))
        .where(table.c.param == any_(_NUMBERS), value.is_not(None))
        .distinct()
        .subquery(f"{table.name}_given")
    )
    bears = table.alias(f"{table.name}_borne")
    same = (bears.c[name].is_not_distinct_from(given.c[name]) for name in names)
    seen: Select[Any] = (
        select(literal_column("1"))
        .select_from(bears.join(resource, resource.c.rid == bears.c.rid))
        .where(
            bears.c.param == given.c.param,
            *same,
            ~resource.c.deleted,
            allowed(rule(role, "read", facets())),
        )
    )
    system = given.c.system if "system" in names else null().cast(Text)
    return select(given.c.param, system.label("system"), given.c[names[-1]].label("value")).where(
        seen.exists()
    )


@cache
def _statement(role: Role) -> Statement:
    found = union_all(_used(role, index_token, "system", "code"), _used(role, index_uri, "uri")).cte("in_use")
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=literal_column("'searched'", Text),
        shown=null().cast(JSONB),
        patients=null().cast(ARRAY(Text)),
        fresh=fresh,
    )
    return build(beside(found, found.c, log, consumed, fresh))


async def in_use(session: Session, type_name: str | None) -> list[tuple[str, str | None, str]]:
    """List, system and value of each, sorted; logged. Raises Replayed."""
    types = [type_name] if type_name else ALL_KEPT
    names = {number(kind, code): name for kind in types for name, code in _PARAMS.items()}
    rows = await session.fetch_logged(_statement(session.caller.role), numbers=list(names))
    found = {(names[row["param"]], row["system"], row["value"]) for row in rows if row["param"] is not None}
    return sorted(found, key=lambda row: (row[0], row[1] or "", row[2]))
