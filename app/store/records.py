"""The cards of one woman by their ids, newest first, and how often each was changed: the national record's view.

https://hl7.org/fhir/R4/episodeofcare.html. Nothing here decides: what is told is read by statements that decide and log.
"""

from functools import cache

from sqlalchemy import ARRAY, Text, bindparam, func, literal_column, not_, select

from app.access.caller import LAY
from app.fhir.codes import KEPT_FROM_HER
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import OPEN_EPISODE, resource, resource_version


@cache
def _statement() -> Statement:
    of_card = resource.alias("of_card")
    changes = (
        select(func.count(resource_version.c.updated.distinct()))
        .select_from(of_card.join(resource_version, resource_version.c.rid == of_card.c.rid))
        .where(of_card.c.patient == resource.c.patient, of_card.c.episode == resource.c.id)
        .where(not_(of_card.c.labels.op("&&", is_comparison=True)(bindparam("hidden", type_=ARRAY(Text)))))
        .scalar_subquery()
    )
    is_open = resource.c.status.in_([literal_column(f"'{status}'") for status in OPEN_EPISODE])
    return build(
        select(resource.c.id, changes.label("changes"), is_open.label("open"))
        .where(
            resource.c.patient == bindparam("patient", type_=Text),
            resource.c.type == literal_column("'EpisodeOfCare'"),
            ~resource.c.deleted,
        )
        .order_by(resource.c.rid.desc())
    )


async def cards(session: Session, patient: str) -> list[tuple[str, int, bool]]:
    """Id, number of changes, and whether it is open. What is kept from her is not counted for her."""
    hidden = sorted(KEPT_FROM_HER) if session.caller.role in LAY else []
    rows = await session.fetch(_statement(), patient=patient, hidden=hidden)
    return [(row["id"], row["changes"], row["open"]) for row in rows]
