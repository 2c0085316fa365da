"""Months of the log: each is a partition of its own, so that retention can drop a whole month."""

from datetime import UTC, datetime


def months_from(moment: datetime, count: int) -> list[datetime]:
    """The first instants of ``count`` months, beginning with that of ``moment``."""
    first = moment.year * 12 + moment.month - 1
    return [datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC) for index in range(first, first + count)]


def create_month(month: datetime) -> str:
    """The statement that makes the partition of ``month``, if it is not there."""
    after = months_from(month, 2)[1]
    return (
        f"CREATE TABLE IF NOT EXISTS audit_{month:%Y_%m} PARTITION OF audit"
        f" FOR VALUES FROM ('{month:%Y-%m-%d}T00:00:00Z') TO ('{after:%Y-%m-%d}T00:00:00Z')"
    )
