"""``make bench``: what a request costs, as a ratio to a Starlette hello in the same run (design §6).

Rounds of hello and of each scenario alternate over 16 connections. CPU is that of the server and of PostgreSQL; every
request must have its row in the log, or the run ends.
"""

import argparse
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from app import clock
from bench import processes as cpu
from bench.load import Round, replay
from bench.running import Running, running, tell
from bench.scenarios import SCENARIOS, Scenario, Woman, sample
from bench.signed import Client, hello
from bench.volume import RESOURCES, WOMEN, load

RESULTS = Path(__file__).resolve().parent / "results"
HELLOS = 6_000


@dataclass(slots=True)
class Measured:
    """The rounds of one scenario, each beside its round of hello; CPU in microseconds a request."""

    rounds: list[tuple[Round, Round]] = field(default_factory=list)
    cpu: list[tuple[float, float, float]] = field(default_factory=list)  # hello, server, database
    flushes: list[float] = field(default_factory=list)  # of the write-ahead log, a second

    def result(self) -> dict[str, Any]:
        """Medians over the pairs."""
        own, hellos = [own for own, _ in self.rounds], [beside for _, beside in self.rounds]
        return {
            "cpu_ratio": round(median(h / (s + d) for h, s, d in self.cpu), 4),
            "cpu_us": {
                "server": round(median(s for _, s, _ in self.cpu), 1),
                "database": round(median(d for _, _, d in self.cpu), 1),
                "hello": round(median(h for h, _, _ in self.cpu), 1),
            },
            "rate_ratio": round(median(a.rate / b.rate for a, b in self.rounds), 4),
            "rate": round(median(r.rate for r in own)),
            "rate_hello": round(median(r.rate for r in hellos)),
            "p50_ms": round(median(r.percentile(0.50) for r in own), 2),
            "p99_ms": round(median(r.percentile(0.99) for r in own), 2),
            "p99_hello_ms": round(median(r.percentile(0.99) for r in hellos), 2),
            "p99_times_hello": round(
                median(a.percentile(0.99) / b.percentile(0.99) for a, b in self.rounds), 1
            ),
            "fsync_per_s": round(median(self.flushes)),
            "pairs": len(self.rounds),
        }


def pair(house: Running, scenario: Scenario, women: Sequence[Woman], measured: Measured) -> None:
    """One round of hello and one of ``scenario``, put down in ``measured``."""
    before = cpu.seconds(house.hello_pid)
    beside = replay(house.hello_port, [hello(house.hello_port)] * HELLOS, 200)
    hello_cpu = cpu.seconds(house.hello_pid) - before
    client = Client(house.sandbox, bearer=scenario.bearer)
    ready = [client.ready(scenario.asked(woman)) for woman in islice(cycle(women), scenario.count)]
    logged, flushed = house.logged(), house.flushed()
    before_api, before_database = cpu.seconds(house.api_pid), cpu.seconds(house.database_pid)
    own = replay(house.sandbox.port, ready, scenario.status)
    api = cpu.seconds(house.api_pid) - before_api
    database = cpu.seconds(house.database_pid) - before_database
    if (rows := house.logged() - logged) != scenario.count:
        raise SystemExit(f"{scenario.name}: {rows} rows in the log for {scenario.count} requests")
    measured.rounds.append((own, beside))
    measured.flushes.append((house.flushed() - flushed) / own.seconds)
    each = scenario.count
    measured.cpu.append((hello_cpu / HELLOS * 1e6, api / each * 1e6, database / each * 1e6))


def fill(house: Running, scale: int) -> list[Woman]:
    """The women of ``scale``, registered; those who are asked about."""
    for count in load(Client(house.sandbox, bearer=True), house.sandbox.port, WOMEN * scale):
        if count % 400 == 0 or count == WOMEN * scale:
            tell(f"{count} women with {RESOURCES} resources each")
    house.started.cluster.execute("VACUUM ANALYZE")
    rows = house.started.cluster.execute(
        "SELECT patient || '|' || episode || '|' || min(id) FROM resource WHERE type = 'Observation' AND patient IN"
        " (SELECT id FROM resource WHERE type = 'Patient' AND convert_from(body, 'UTF8') LIKE '%Benk%')"
        " GROUP BY patient, episode ORDER BY patient"
    )
    return sample(rows.splitlines())


def surroundings(house: Running, scale: int) -> dict[str, Any]:
    """What the figures depend on."""
    cluster = house.started.cluster
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "at": clock.instant(clock.now()),
        "commit": told.stdout.strip() or "unknown",
        "scale": scale,
        "cores": os.cpu_count(),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "python": platform.python_version(),
        "postgresql": cluster.execute("SHOW server_version"),
        "resources_at_the_end": int(cluster.execute("SELECT count(*) FROM resource")),
        "server_megabytes": round(cpu.resident(house.api_pid)),
        "connections": 16,
    }


def table(results: dict[str, dict[str, Any]]) -> str:
    """The results for a reader: a ratio of 0.10 means a tenth of hello's requests for the same CPU."""
    columns = ("CPU ratio", "least", "CPU µs (db)", "rate", "rate ratio", "p50 ms", "p99 ms", "× hello")
    lines = [f"{'':<38}" + "".join(f"{name:>13}" for name in columns)]
    for name, row in results.items():
        used = f"{row['cpu_us']['server']:.0f} ({row['cpu_us']['database']:.0f})"
        least = "" if row["least"] is None else f"{row['least']:.2f}"
        cells = (f"{row['cpu_ratio']:.3f}", least, used, row["rate"], f"{row['rate_ratio']:.3f}")
        lines.append(
            f"{name:<38}"
            + "".join(f"{c:>13}" for c in (*cells, row["p50_ms"], row["p99_ms"], row["p99_times_hello"]))
        )
    for row in list(results.values())[:1]:
        used, p99 = row["cpu_us"]["hello"], row["p99_hello_ms"]
        lines.append(f"hello: {used:.0f} µs of CPU, {row['rate_hello']} a second, p99 {p99} ms")
    return "\n".join(lines)


def main() -> None:
    """Measure, print the table, write bench/results/."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="rounds of each scenario")
    parser.add_argument("--only", default="", metavar="WORD", help="scenarios whose name holds WORD")
    parser.add_argument("--scale", type=int, default=1, help=f"1: {WOMEN} women; 16: {16 * WOMEN}")
    parser.add_argument("--dry", action="store_true", help="write no result")
    options = parser.parse_args()
    chosen = [row for row in SCENARIOS if options.only in row.name]
    found = {row.name: Measured() for row in chosen}
    with running() as house:
        women = fill(house, options.scale)
        for row in chosen:
            tell(f"{row.name}: one pair of rounds to warm up, {options.pairs} that count")
            pair(house, row, women, Measured())
            for _ in range(options.pairs):
                pair(house, row, women, found[row.name])
        around = surroundings(house, options.scale)
    results = {row.name: {"least": row.least, **found[row.name].result()} for row in chosen}
    print(table(results))
    if not options.dry:
        path = RESULTS / f"{around['at'][:10]}-{around['commit']}-{options.scale}x.json"
        RESULTS.mkdir(exist_ok=True)
        path.write_text(json.dumps({**around, "results": results}, indent=1) + "\n")
        print(f"written: bench/results/{path.name}")


if __name__ == "__main__":
    main()
