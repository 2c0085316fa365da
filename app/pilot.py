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
    row = does.add_parser(
        "enrol", help="who takes part: compare a CSV file with what is in force, and apply it"
    )
    row.add_argument("file", type=Path, nargs="?", metavar="FILE", help="without it: who takes part now")
    row.add_argument("--apply", action="store_true", help="put it into HELSEKORT_PILOT_FILE")
    row.set_defaults(run=partial(enrol, operator))
    _add_extracts(does, operator)


def _add_extracts(does: Any, operator: Callable[[], str]) -> None:
    row = does.add_parser("birth-notifications", help="an extract for the Medical Birth Registry, as a file")
    row.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DATE")
    row.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="DATE")
    row.add_argument("--out", type=Path, required=True, metavar="FILE", help="must not be there yet")
    row.set_defaults(run=partial(notify_births, operator))
    row = does.add_parser("research", help="pseudonymise the files of a bulk export for one project")
    row.add_argument("folder", type=Path, metavar="FOLDER", help="the *.ndjson of a bulk export")
    row.add_argument("--project", required=True, metavar="NAME")
    row.add_argument(
        "--key-file",
        type=Path,
        required=True,
        metavar="FILE",
        help="at least 32 random bytes, this project's only",
    )
    row.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="must not be there yet")
    row.set_defaults(run=partial(research, operator))


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


def enrol(operator: Callable[[], str], options: argparse.Namespace) -> int:
    """Show, compare or apply who takes part; exit 1 where what is in force is not what the file says."""
    from app import settings
    from app.access.enrolment import Malformed, read
    from app.worker import pilot_enrolment

    try:
        if options.file is None:
            print("\n".join(pilot_enrolment.shown(settings.read())))
            return 0
        wanted = read(options.file.read_bytes())
        told = pilot_enrolment.enrol(settings.read(), wanted, operator(), apply=options.apply)
    except Malformed as error:
        print("\n".join(f"{options.file}, {problem}" for problem in error.problems), file=sys.stderr)
        return 2
    except (pilot_enrolment.NoPilotFile, OSError) as error:
        print(f"helsekort: {error}", file=sys.stderr)
        return 2
    print("\n".join(told.lines))
    return 0 if told.is_in_force else 1


def notify_births(operator: Callable[[], str], options: argparse.Namespace) -> int:
    """Write the birth notification extract."""
    from app import settings
    from app.worker.birth_notifications import extract

    try:
        told = extract(settings.read(), (options.first, options.last), operator(), options.out)
    except (ValueError, OSError) as error:
        print(f"helsekort: {error}", file=sys.stderr)
        return 2
    print(f"{told.rows} children of {told.women} women; {told.withheld} cards of which nothing may be told")
    return 0


def research(operator: Callable[[], str], options: argparse.Namespace) -> int:
    """Write a pseudonymised copy of a bulk export."""
    from app import settings
    from app.mapping.deidentification import Project, WeakKey
    from app.worker.research_export import Malformed
    from app.worker.research_export import research as exported

    try:
        project = Project(options.project, options.key_file.read_bytes())
        made = exported(settings.read(), options.folder, project, options.out, operator())
    except (Malformed, WeakKey, OSError) as error:
        print(f"helsekort: {error}", file=sys.stderr)
        return 2
    for name, count in (*made.kept.items(), *((f"left out, {why}", n) for why, n in made.left_out.items())):
        print(f"{count:8} {name}")
    return 0
