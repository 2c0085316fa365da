"""``helsekort pilot``: what those who run the pilot do from the command line. The sandbox adds its own to it."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any


def register(commands: Any, operator: Callable[[], str]) -> None:
    """Add the command; each parser's ``run`` takes the arguments and returns the exit status. ``operator`` runs it."""
    does = commands.add_parser("pilot", help="run the pilot: its report, who takes part").add_subparsers(
        required=True, metavar="WHAT"
    )
    row = does.add_parser(
        "evaluate", help="uptake, timeliness, indicators, alarms, performance: HTML on stdout"
    )
    row.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DATE")
    row.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="DATE")
    row.add_argument("--replay", type=Path, metavar="FILE", help="what `helsekort replay --report` wrote")
    row.set_defaults(run=partial(evaluate, operator))


def evaluate(operator: Callable[[], str], options: argparse.Namespace) -> int:
    """Write the evaluation report."""
    from app import settings
    from app.worker.pilot_evaluation import evaluate as evaluated

    try:
        replay = json.loads(options.replay.read_text()) if options.replay else None
        page = evaluated(settings.read(), (options.first, options.last), operator(), replay)
    except (ValueError, OSError) as error:
        print(f"helsekort: {error}", file=sys.stderr)
        return 2
    print(page, end="")
    return 0
