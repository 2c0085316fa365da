"""``python -m bench.replay``: how fast a recording of whole pregnancies is replayed, as a ratio to plain creates.

Each pair has a server of its own, empty but for the pilot: a round of creates over 16 connections, as ``bench.run`` sends
them, then the recording at full speed through the public API, with each actor's own bound token. An event is a
transaction or a read of a card; what it held is counted too, since an event of ten resources is not one create.
"""

import argparse
import json
from collections.abc import Iterator
from itertools import cycle, islice
from statistics import median
from typing import Any

from helsekort_sandbox import generate
from helsekort_sandbox.bearers import of_sandbox
from helsekort_sandbox.playing import Pace
from helsekort_sandbox.recording import Recording, read
from helsekort_sandbox.recording_lines import Event
from helsekort_sandbox.replay import play

from bench import load as plain
from bench.run import RESULTS, fill, surroundings
from bench.running import Running, running, tell
from bench.scenarios import create
from bench.signed import Client

CREATES, SEED = 1_000, 1


def recording(women: int) -> Recording:
    """Whole pregnancies, the same at every run."""
    lines = (line + b"\n" for line in generate.generate(women, SEED, generate.START))
    return read(lines)


def _entries(of: Recording) -> Iterator[int]:
    for item in of.items:
        if isinstance(item, Event) and item.national is None:
            yield len(json.loads(bytes(item.fhir))["entry"])


def creates(house: Running) -> float:
    """Creates a second."""
    women, client = fill(house, 1), Client(house.sandbox, bearer=False)
    ready = [client.ready(create(woman)) for woman in islice(cycle(women), CREATES)]
    return plain.replay(house.sandbox.port, ready, 201).rate


def pair(of: Recording, actors: int) -> dict[str, Any]:
    """One round of creates, and one replay beside it. Ends the run where the replay was not as awaited."""
    with running() as house:
        beside = creates(house)
        report = play(of, house.sandbox.base_url, of_sandbox(house.sandbox), Pace(actors=actors, stop=False))
        around = surroundings(house, 1)
    told = report.as_json()
    if report.surprises:
        raise SystemExit(
            f"{len(report.surprises)} surprises, so this is no measurement: {told['surprises'][:3]}"
        )
    return {
        "around": around,
        "events_per_s": told["rate"],
        "creates_per_s": round(beside, 1),
        "ratio": round(told["rate"] / beside, 4),
        "resources_ratio": round(sum(_entries(of)) / told["seconds"] / beside, 4),
        "latency_ms": told["latency_ms"],
        "events": told["events"] + told["cards"],
    }


def main() -> None:
    """Measure, print, write bench/results/."""
    parser = argparse.ArgumentParser(prog="bench.replay", description=__doc__)
    parser.add_argument("--women", type=int, default=100)
    parser.add_argument("--pairs", type=int, default=3, help="servers, each with its creates and its replay")
    parser.add_argument("--actors", type=int, default=8, help="how many act at a time")
    parser.add_argument("--dry", action="store_true", help="write no result")
    options = parser.parse_args()
    of, found = recording(options.women), []
    for n in range(options.pairs):
        tell(f"pair {n + 1} of {options.pairs}: {options.women} women, {len(of.items)} events and cards")
        found.append(pair(of, options.actors))
        tell(f"{found[-1]['events_per_s']} events/s beside {found[-1]['creates_per_s']} creates/s")
    around = found[-1]["around"]
    medians = {
        name: round(median(row[name] for row in found), 4)
        for name in ("events_per_s", "creates_per_s", "ratio", "resources_ratio")
    }
    print(
        f"replay: {medians['events_per_s']} events/s, {medians['ratio']:.3f} of plain creates ({medians['creates_per_s']}/s);"
    )
    print(f"        resources: {medians['resources_ratio']:.3f} of plain creates; median of {options.pairs}")
    if not options.dry:
        path = RESULTS / f"{around['at'][:10]}-{around['commit']}-replay.json"
        rows = [{name: value for name, value in row.items() if name != "around"} for row in found]
        path.write_text(
            json.dumps(
                {**around, "women": options.women, "actors": options.actors, **medians, "pairs": rows},
                indent=1,
            )
            + "\n"
        )
        print(f"written: bench/results/{path.name}")


if __name__ == "__main__":
    main()
