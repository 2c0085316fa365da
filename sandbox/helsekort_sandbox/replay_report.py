"""What a replay came to: events, refusals awaited and not, latencies, cards compared, for a reader and as JSON."""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Any

from helsekort_sandbox.playing import Played
from helsekort_sandbox.recording import Recording
from helsekort_sandbox.recording_lines import CardRead
from helsekort_sandbox.sending import Outcome

SHOWN = 20  # surprises that are printed; all stand in the JSON


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one replay."""

    recording: Recording
    played: Played

    @property
    def surprises(self) -> dict[str, Outcome]:
        """The outcome of each item that was not as awaited, by its id."""
        return {item: row for item, row in self.played.outcomes.items() if row.surprise}

    @property
    def as_awaited(self) -> bool:
        """Whether everything was as it should be, and everything was played."""
        return not self.surprises and self.played.ended in {"done", "until"}

    def as_json(self) -> dict[str, Any]:
        """All of it, for machines."""
        cards, events = self._split()
        refused = [row for row in events if row.refused]
        compared = [item for item in self.recording.items if isinstance(item, CardRead) and item.expect]
        seen = [self.played.outcomes[item.id] for item in compared if item.id in self.played.outcomes]
        return {
            "recording": self.recording.header.name,
            "ended": self.played.ended,
            "events": len(events),
            "cards": len(cards),
            "before": self.played.before,
            "left": len(self.recording.items) - self.played.before - len(self.played.outcomes),
            "replayed": sum(row.replayed for row in events),
            "refusals": {
                "awaited": sum(not row.surprise for row in refused),
                "not": sum(bool(row.surprise) for row in refused),
            },
            "statuses": dict(sorted(Counter(row.status for row in events).items())),
            "cards_compared": {
                "equal": sum(row.seen is not None and not row.difference for row in seen),
                "different": sum(bool(row.difference) for row in seen),
            },
            "seconds": round(self.played.seconds, 2),
            "rate": round(len(self.played.outcomes) / self.played.seconds, 1) if self.played.seconds else 0.0,
            "latency_ms": {"event": _latency(events), "card": _latency(cards)},
            "surprises": [{"id": key, "what": row.surprise} for key, row in self.surprises.items()],
        }

    def _split(self) -> tuple[list[Outcome], list[Outcome]]:
        kinds = {item.id: isinstance(item, CardRead) for item in self.recording.items}
        cards = [row for key, row in self.played.outcomes.items() if kinds[key]]
        return cards, [row for key, row in self.played.outcomes.items() if not kinds[key]]

    def text(self) -> str:
        """The same for a reader."""
        told = self.as_json()
        compared = told["cards_compared"]
        lines = [
            f"{told['recording']}: {_ENDED[told['ended']]}",
            f"  events       {told['events']} ({told['before']} before, {told['left']} left, {told['replayed']} again)",
            f"  refusals     {told['refusals']['awaited']} awaited, {told['refusals']['not']} not",
            f"  cards        {told['cards']} read; {compared['equal']} equal, {compared['different']} different",
            f"  rate         {told['rate']}/s in {told['seconds']} s",
        ]
        for kind, row in told["latency_ms"].items():
            if row:
                numbers = ", ".join(f"{name} {value} ms" for name, value in row.items())
                lines.append(f"  {kind:<12} {numbers}")
        lines.append(f"  surprises    {len(self.surprises)}")
        for key, row in list(self.surprises.items())[:SHOWN]:
            lines += [f"    {key}", *(f"      {part}" for part in row.difference or (row.surprise,))]
        return "\n".join(lines)


_ENDED = {
    "done": "played to its end",
    "until": "played until the day that was asked for",
    "stopped": "stopped at a surprise",
    "interrupted": "interrupted; --resume goes on",
}


def _latency(rows: Sequence[Outcome]) -> dict[str, float]:
    """Percentiles in milliseconds."""
    times = sorted(row.seconds * 1000 for row in rows if row.status)
    if not times:
        return {}
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1)}


class Progress:
    """A line that says how far it is, how fast and how long yet; on no terminal, a line each tenth."""

    def __init__(self, width: int = 24) -> None:
        self.width, self.began, self.first, self.tenth = width, time.monotonic(), -1, -1

    def __call__(self, done: int, total: int, at: datetime) -> None:
        if self.first < 0:
            self.first, self.began = done - 1, time.monotonic()
        passed = max(time.monotonic() - self.began, 0.001)
        rate = (done - self.first) / passed
        left = (total - done) / rate if rate else 0
        bar = "█" * (done * self.width // total)
        line = f"{bar:·<{self.width}} {done}/{total}  {rate:.0f}/s  {_duration(left)} left  {at:%d.%m.%Y}"
        if sys.stderr.isatty():
            print(f"\r{line:<90}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif done * 10 // total > self.tenth:
            self.tenth = done * 10 // total
            print(line, file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return (
        f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
        if whole >= 3600
        else f"{whole // 60}:{whole % 60:02d}"
    )
