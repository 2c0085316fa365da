"""What a reviewer is shown and decides: rows of a queue, logged with the women whom they are about."""

from typing import Any

from sqlalchemy import ARRAY, CTE, Text, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from app.store.log import beside, fresh_proof, logged


def reviewing(rows: CTE, rule: str, verdict: str, *extra: CTE, women: CTE | None = None) -> Any:
    """``rows`` of a queue, logged as shown by ``rule``; ``women``: where the women are not those of ``rows``."""
    consumed, fresh = fresh_proof()
    about = rows if women is None else women
    found = select(about.c.patient).where(about.c.patient.is_not(None)).distinct().subquery("women")
    shown = func.jsonb_build_array(
        literal_column("'Patient'"), found.c.patient, literal_column("0"), literal_column(f"'{rule}'"), found.c.patient,
        literal_column("false"),
    )  # fmt: skip
    log = logged(
        verdict=literal(verdict, Text),
        shown=select(func.jsonb_agg(shown, type_=JSONB)).scalar_subquery(),
        patients=select(func.array_agg(found.c.patient, type_=ARRAY(Text))).scalar_subquery(),
        fresh=fresh,
    )
    return beside(rows, rows.c, log, consumed, fresh).add_cte(*extra)
