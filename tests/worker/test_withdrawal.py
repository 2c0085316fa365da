"""She withdraws in the pilot regime: closed at once, erased by the erase role, taken back, and her log stays hers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.fhir import codes
from app.store.erasure_table import GONE, KEPT
from app.store.tables import metadata
from app.worker import schedule
from tests.access.world import a_choice, resources, stored
from tests.fixtures.identity import Issuers, Serving
from tests.fixtures.resources import Woman, a_weight, an_allergy, concept, labelled, register
from tests.fixtures.server import Person
from tests.worker.crew import Crew

TAKING_PART = concept(codes.CS_CARD, "taking-part")


def test_every_table_is_erased_or_kept_for_a_reason() -> None:
    gone = {table.name for table, _ in GONE}
    assert gone & set(KEPT) == set()
    assert gone | set(KEPT) == set(metadata.tables) | {"procrastinate_jobs"}
