"""Alembic migrations; they travel in the wheel and run by ``helsekort migrate``."""
