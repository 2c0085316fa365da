"""No table is forgotten when a woman is erased."""

from app.store.erasure_table import GONE, KEPT
from app.store.tables import metadata


def test_every_table_is_erased_or_kept_for_a_reason() -> None:
    gone = {table.name for table, _ in GONE}
    assert gone & set(KEPT) == set()
    assert gone | set(KEPT) == set(metadata.tables) | {"procrastinate_jobs"}
