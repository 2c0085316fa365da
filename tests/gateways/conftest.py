"""The mock services, as processes."""

from tests.fixtures.services import services

__all__ = ["services"]
