"""No table is forgotten when a woman is erased."""

import importlib
import pkgutil

from app import store
from app.store.erasure_table import GONE, KEPT
from app.store.tables import metadata


def test_every_table_is_erased_or_kept_for_a_reason() -> None:
    for module in pkgutil.iter_modules(store.__path__):  # each makes its tables known
        importlib.import_module(f"{store.__name__}.{module.name}")
    gone = {table.name for table, _ in GONE}
    assert gone & set(KEPT) == set()
    assert gone | set(KEPT) == set(metadata.tables) | {"procrastinate_jobs"}
