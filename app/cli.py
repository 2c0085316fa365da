"""The command ``helsekort``: serve, worker, migrate, export-openapi, export-programme, reindex, audit verify, tokens, deliveries, pilot, and what a
distribution registers in the entry-point group ``helsekort.commands``.
"""

import argparse
import os
import sys
from importlib.metadata import entry_points
from tempfile import TemporaryDirectory
from typing import Any

from app import pilot


def serve(options: argparse.Namespace) -> int:
    """Serve the API; each worker holds its own connections and lanes."""
    import uvicorn

    from app import settings
    from app.api.shared_counters import FOLDER

    settings.read()  # refuse an unsafe start here, in words, not in each worker
    with TemporaryDirectory(prefix="helsekort-counters-") as folder:
        if options.workers > 1:
            os.environ[FOLDER] = folder
        given = {"host": options.host, "port": options.port, "workers": options.workers}
        uvicorn.run("app.main:create_app", **given, **serving())
    return 0


def serving() -> dict[str, Any]:
    """How uvicorn serves the application, wherever it listens."""
    from app.interactions.process_log import logging_of

    return {
        "factory": True,
        "log_config": logging_of("WARNING"),
        "access_log": False,  # paths hold ids; the log of who looked is the audit log
        "server_header": False,
        "proxy_headers": False,  # the public address is a setting; no header changes who asks from where
        "timeout_graceful_shutdown": 5,
    }


def worker(_options: argparse.Namespace) -> int:
    """Deliver to other systems, raise flags, seal the log."""
    from app import settings
    from app.worker.process import run

    run(settings.read())
    return 0


def migrate(_options: argparse.Namespace) -> int:
    """Bring the database's schema to the newest version, as the owner."""
    from app import settings
    from app.store.migrate import migrate as upgrade

    upgrade(settings.read().owner_database_url)
    return 0


def export_openapi(options: argparse.Namespace) -> int:
    """Write the OpenAPI document that the tables give."""
    from pathlib import Path

    from app.api.openapi import document

    text = document()
    if options.check:
        same = Path(options.path).read_text() == text
        print("openapi: as exported" if same else f"openapi: {options.path} is out of date", file=sys.stderr)
        return 0 if same else 1
    Path(options.path).write_text(text)
    return 0


def export_programme(_options: argparse.Namespace) -> int:
    """Write the programme as a PlanDefinition to standard output, for an operator to publish by POST."""
    from app.fhir import json as fhir_json
    from app.mapping.programme_to_fhir import plan_definition

    print(fhir_json.indented(fhir_json.dump(plan_definition())).decode())
    return 0


def reindex(options: argparse.Namespace) -> int:
    """Rebuild the index rows from the bodies and prove them; exit 1 where rows had differed and ``--check`` is given."""
    from app import settings
    from app.store.reindex import reindex as rebuild

    read = settings.read()
    report = rebuild(read.owner_database_url, f"{read.base_url}/fhir", repair=not options.check)
    print(report.text())
    return 1 if options.check and report.differing else 0


def audit_verify(_options: argparse.Namespace) -> int:
    """Verify the log: chains, signed heads, anchors; exit 1 where something was changed."""
    from app import settings
    from app.store.verify import verify

    report = verify(settings.read())
    print(report.text())
    return 0 if report.holds else 1


def audit_drop(_options: argparse.Namespace) -> int:
    """Drop the months of the log whose time is over, as the owner; exit 1 where the log does not hold."""
    from app import clock, settings
    from app.store.retention import NotDropped, drop

    read = settings.read()
    try:
        months = drop(read, clock.now())
    except NotDropped as error:
        print(f"helsekort: {error}", file=sys.stderr)
        return 1
    print(f"dropped: {', '.join(months)}" if months else "no month is due")
    return 0


def audit_change_key(_options: argparse.Namespace) -> int:
    """Change the key that signs the log's heads; the old one is kept for what it has signed."""
    from app import settings
    from app.store.seals import change_key

    read = settings.read()
    print(
        f"the key {change_key(read.audit_key_file, read.audit_former_keys_file)} signs when the worker starts again"
    )
    return 0


def tokens(options: argparse.Namespace) -> int:
    """Deny or allow tokens, sessions, persons and clients; exit 1 where a name to allow was not denied."""
    from app import settings
    from app.store.denying import NoName, change

    said = (getattr(options, "name", ""), getattr(options, "reason", ""))
    try:
        lines = change(settings.read(), options.do, *said, by=_operator())
    except NoName as error:
        print(f"helsekort: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0 if lines or options.do == "list" else 1


def deliveries(options: argparse.Namespace) -> int:
    """List messages to other systems, have them tried again or give them up; exit 1 where one could not be."""
    from app import settings
    from app.worker.dead_letters import Wish, operate

    given = {name: value for name, value in vars(options).items() if name in Wish.__slots__}
    told = operate(settings.read(), Wish(**given | {"ids": tuple(given.get("ids", ()))}))
    print("\n".join(told.lines))
    return 0 if told.is_done else 1


def _operator() -> str:
    """Whose account runs this command."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # in a container an account may have no name
        return f"uid {os.getuid()}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="helsekort", description="The digital pregnancy health card.")
    commands: Any = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    row = commands.add_parser("serve", help="serve the API")
    row.add_argument("--host", default="127.0.0.1")
    row.add_argument("--port", type=int, default=8080)
    row.add_argument("--workers", type=int, default=1)
    row.set_defaults(run=serve)
    commands.add_parser("worker", help="run the jobs").set_defaults(run=worker)
    commands.add_parser("migrate", help="migrate the database, as the owner").set_defaults(run=migrate)
    row = commands.add_parser("export-openapi", help="write openapi/openapi.json")
    row.add_argument("path", nargs="?", default="openapi/openapi.json")
    row.add_argument("--check", action="store_true", help="only say whether the file is up to date")
    row.set_defaults(run=export_openapi)
    commands.add_parser("export-programme", help="as PlanDefinition").set_defaults(run=export_programme)
    row = commands.add_parser("reindex", help="rebuild and prove the search index")
    row.add_argument("--check", action="store_true", help="change nothing, exit 1 where rows differ")
    row.set_defaults(run=reindex)
    audits: Any = commands.add_parser("audit", help="the log").add_subparsers(
        required=True, metavar="COMMAND"
    )
    audits.add_parser("verify", help="verify the log").set_defaults(run=audit_verify)
    audits.add_parser("drop", help="drop the months whose time is over").set_defaults(run=audit_drop)
    audits.add_parser("change-key", help="have a new key sign").set_defaults(run=audit_change_key)
    _add_tokens(commands)
    _add_deliveries(commands)
    pilot.register(commands, _operator)
    for entry in entry_points(group="helsekort.commands"):
        entry.load()(commands)
    return parser


def _add_tokens(commands: Any) -> None:
    lists: Any = commands.add_parser("tokens", help="the deny-list").add_subparsers(
        required=True, dest="do", metavar="COMMAND"
    )
    row = lists.add_parser("deny", help="jti:ISSUER JTI, sid:ISSUER SESSION, sub:hpr:NUMBER, client:ID")
    row.add_argument("name")
    row.add_argument("--reason", required=True)
    lists.add_parser("allow", help="take a name off the list").add_argument("name")
    lists.add_parser("list", help="who is denied, and why")
    for row in lists.choices.values():
        row.set_defaults(run=tokens)


def _add_deliveries(commands: Any) -> None:
    lists: Any = commands.add_parser("deliveries", help="messages to other systems").add_subparsers(
        required=True, dest="do", metavar="COMMAND"
    )
    row = lists.add_parser("list", help="what waits or was refused, and which system does not answer")
    row.add_argument("--state", default="", help="pending, waiting, dead, sent, withdrawn, discarded")
    row.add_argument("--kind", default="", help="critical-information, notice, …")
    for do, text in (("retry", "try messages again"), ("discard", "give messages up for good")):
        row = lists.add_parser(do, help=text)
        row.add_argument("ids", nargs="*", metavar="ID")
        row.add_argument("--dead", action="store_true", help="all that were refused")
        row.add_argument("--reason", required=True, help="stands in the log")
    lists.add_parser("reconcile", help="compare what other systems have with what they should have")
    row = lists.add_parser("master", help="who is master of the national record of a woman from now on")
    row.add_argument("master", choices=("here", "national"))
    row.add_argument("patient", help="the id of her Patient")
    row.add_argument("--reason", required=True)
    for row in lists.choices.values():
        row.set_defaults(run=deliveries)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    from app.settings import UnsafeSettings

    options, code = _parser().parse_args(arguments), 2
    try:
        code = options.run(options)
    except UnsafeSettings as error:
        print(f"helsekort: {error}", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


if __name__ == "__main__":
    main()
