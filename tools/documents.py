"""Prints docs/access.md, docs/settings.md, docs/search.md, docs/bad-input.md and the tables within other pages: ``make docs``.

``--check`` changes nothing and exits 1 where a page is out of date. Tables: app/access/rules.py, app/settings.py,
app/fhir/plausibility.py.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

from app.access import assisting, roles, rules
from app.access.caller import Role
from app.access.grounds import LAWS, version_of
from app.access.rules import ALLOW, ANY, BLOCK, Allow, Relation
from app.fhir.registry import RESOURCE_TYPES
from app.pregnancy.indicators import BY_ID
from app.settings import Settings
from tools import clinical, frame, item_profiles, limits, national, offers
from tools.searches import search

DOCS = Path(__file__).resolve().parent.parent / "docs"
SETS = {
    "ANY": rules.ANY,
    "CARD": rules.CARD,
    "CLINICAL_WRITES": rules.CLINICAL_WRITES,
    "SHARED": rules.SHARED,
    "NURSE_READS": rules.NURSE_READS,
    "NURSE_WRITES": rules.NURSE_WRITES,
    "HER_WRITES": rules.HER_WRITES,
    "CATALOGUE": rules.CATALOGUE,
    "CONTROL": rules.CONTROL,
    "OWN": rules.OWN,
    "CALENDAR": rules.CALENDAR,
    "OFFICE_READS": assisting.OFFICE_READS,
    "STUDENT_READS": assisting.STUDENT_READS,
    "REPRESENTATIVE_READS": assisting.REPRESENTATIVE_READS,
}
RELATIONS = {
    Relation.NONE: "the resource is about no woman",
    Relation.RELATED: "the caller's organisation has an active relation to the woman",
    Relation.AUTHOR: "related or self, and the caller's own organisation, or she herself, wrote the resource",
    Relation.WROTE: "the caller's own organisation wrote the resource, whomever it is about",
    Relation.ATTESTED: "the token attests a clinical purpose (TREAT, COC) and the decision behind it",
    Relation.EMERGENCY: "the caller was granted an emergency's access to her, and the token attests one (ETREAT, BTG)",
    Relation.SELF: "the caller is the woman",
    Relation.GUARDIAN: "she is under 16, the token speaks for her as guardian, and this guardian is registered, for this",
    Relation.INVITED: "she lets this person, by name, see this: a Consent of hers in force, as doula or representative",
    Relation.ANYONE: "whomever the resource is about",
}
MARKS = {
    Relation.NONE: "",
    Relation.RELATED: "ʳ",
    Relation.AUTHOR: "ᵃ",
    Relation.WROTE: "ᵂ",
    Relation.ATTESTED: "ᵈ",
    Relation.EMERGENCY: "ᵉ",
    Relation.SELF: "ˢ",
    Relation.INVITED: "ⁱ",
    Relation.GUARDIAN: "ᵍ",
    Relation.ANYONE: "",
}
LETTERS = {
    "read": "R", "create": "C", "update": "U", "delete": "D", "confirm": "B", "discuss": "T", "status": "S",
}  # fmt: skip
ACCESS_HEAD = """# Access rows

Printed from `app/access/rules.py` and `app/access/roles.py` by `make docs`; do not edit. Each ground carries the date of
the version of the law that was read ([below](#grounds)).

A request is allowed by the first right below that fits, unless a block fits: **a block wins, and no row means no**.
The same rows are compiled to SQL (`app/store/access_sql.py`); `app/access/decide.py` is their specification in
Python. Every answer and every refusal stands in the log with the id of the row that decided.
"""
WHO_HEAD = """## Who is who

A role is derived from the verified token; no claim carries it. Citizens come by Helsenorge's issuer at security level
4: the woman herself; a representative where the token names whom she represents and by which power of attorney; a
doula where the session was asked for with the scope `nhn:helsekort/doula`. Neither is let in by the token: she lets them
in by name, in a Consent of hers. Auditors, operators and the register's system come by clients that the pilot names. A
student is whose token names a supervisor.
"""
MATRIX_HEAD = """## On one page

R read, C create, U update, D delete, B confirm or decline what she registered herself, T say that a result was told her, S ask whether there is a card; the raised letter is the relation (below). † = some elements are hidden, or
some labels excluded.
"""
SETTINGS_HEAD = """# Settings

Printed from `app/settings.py` by `make docs`; do not edit. Each setting is an environment variable, read once at
start. A start that would be unsafe is refused in words: unbound tokens or the harness role in production, addresses
without https, a proof window over a minute. Keys stand in files that a setting names, never in a value.
"""
PILOT_FILE = """## The pilot file

```json
{"organizations": [{"orgnr": "…", "name": "…", "kind": "gp"}], "municipalities": ["3301"],
 "auditor_clients": [], "operator_clients": [], "harness_clients": [], "registry_clients": [], "systems": [{"client": "…", "orgnr": "…"}], "issuers": [{"url": "https://…", "gives": ["citizens"], "pid": "pid", "level": "acr", "levels": ["idporten-loa-high"]}],
 "apps": [{"client_id": "app", "name": "Svangerskapsappen", "gives": ["professionals"], "redirect_uris": ["https://…/callback"], "launch_url": "https://…/launch", "logout_uris": [], "keys": [{"kty": "EC", "crv": "P-256", "x": "…", "y": "…"}], "scopes": ["openid", "fhirUser", "launch", "launch/patient", "offline_access", "patient/*.rs"]}]}
```

`kind` is `gp`, `municipal`, `hospital` or `operator`; municipalities are the four-digit codes of Statistics Norway;
clients are HelseID client ids. A client of `systems` may ask in its own name (client credentials) for that organisation: the role *machine*. `issuers` are trusted beside HelseID's and Helsenorge's: `gives` is `professionals`, `systems` or `citizens`; the rest where it differs: audience (its scope is `…/api`), algorithms, claims of number and of level 4.

`apps` are the clients of this server's own authorization server, which stands where `app_key_file` is set: `gives` is who
logs in (`professionals` at HelseID, `citizens` at ID-porten) or `systems` for a system that logs in itself, with
`organization` (parent, child) and an entry in `registry_clients` or another list of clients; `scopes` are the most it may
ask for; addresses count to the letter; public `keys` (JWK) make it confidential (`private_key_jwt`); `bearer` lets a
public app without keys use tokens that are not bound.
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _types(types: frozenset[str]) -> str:
    return next((f"*{name}*" for name, known in SETS.items() if known == types), ", ".join(sorted(types)))


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _derivation() -> str:
    rows = [
        (role.value, ", ".join(sorted(one or "none" for one in who)), ", ".join(sorted(what)), kind)
        for who, what, kind, role in roles.ROLES
    ]
    return table(("role", "profession (Volven 9060)", "healthcare service", "kind of organisation"), rows)


def _blocks() -> str:
    rows = [
        (f"`{row.id}`", _names(row.roles), ", ".join(do for do in LETTERS if do in row.do), _types(row.types),
         _names(row.labels) or f"her {row.by}", row.ground, version_of(row.ground))
        for row in BLOCK
    ]  # fmt: skip
    return table(("row", "blocked roles", "from", "types", "by", "ground", "as of"), rows)


def _grounds() -> str:
    rows = [
        (
            row.short,
            row.title,
            f"[{row.number}](https://lovdata.no/{row.number})" if row.number else "not looked up",
            row.version,
        )
        for row in LAWS
    ]
    return table(("in the rows", "law", "in the register of law", "version read"), rows)


def _allows() -> str:
    head = ("row", "roles", "may", "types", "relation", "not with label", "hidden", "ground", "as of")
    rows = [
        (
            f"`{row.id}`",
            _names(row.roles),
            ", ".join(do for do in LETTERS if do in row.do),
            _types(row.types),
            row.relation.value,
            _names(row.without),
            _names(row.hidden),
            row.ground,
            version_of(row.ground),
        )
        for row in ALLOW
    ]
    return table(head, rows)


def _cell(role: Role, type_name: str) -> str:
    found: list[str] = []
    for do, letter in LETTERS.items():
        row = next((row for row in ALLOW if _fits(row, role, do, type_name)), None)
        if row is not None:
            found.append(f"{letter}{MARKS[row.relation]}{'†' if row.hidden or row.without else ''}")
    return " ".join(found)


def _fits(row: Allow, role: Role, do: str, type_name: str) -> bool:
    standing = row.relation is not Relation.EMERGENCY  # what a right is without one
    return standing and role in row.roles and do in row.do and type_name in row.types


def _matrix() -> str:
    shown = [role for role in Role if role is not Role.HARNESS]
    rows = [(row.name, *(_cell(role, row.name) for role in shown)) for row in RESOURCE_TYPES]
    return table(("", *(role.value for role in shown)), rows)


def access() -> str:
    """docs/access.md."""
    sets = [(f"*{name}*", _names(types)) for name, types in SETS.items() if types != ANY]
    relations = [(relation.value, MARKS[relation], text) for relation, text in RELATIONS.items()]
    return "\n".join(
        (
            ACCESS_HEAD,
            WHO_HEAD,
            _derivation(),
            MATRIX_HEAD,
            _matrix(),
            "## Relations\n",
            table(("relation", "mark", "holds where"), relations),
            "## Blocks\n",
            _blocks(),
            "## Rights\n",
            _allows(),
            "## Grounds\n",
            _grounds(),
            "## Sets of types\n\n*ANY* is every type that this server keeps.\n",
            table(("set", "types"), sets),
        )
    )


def settings() -> str:
    """docs/settings.md."""
    rows = []
    for row in fields(Settings):
        if row.name == "pilot":  # a value read from pilot_file, no variable
            continue
        text = str(row.default).lower() if isinstance(row.default, bool) else str(row.default)
        rows.append((f"`HELSEKORT_{row.name.upper()}`", text and f"`{text}`", row.metadata["doc"]))
    return "\n".join((SETTINGS_HEAD, table(("variable", "default", "what it does"), rows), PILOT_FILE))


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def printed(page: str, name: str, text: str) -> str:
    """``page`` with ``text`` between the marks of ``name``; what stands around them is written by hand."""
    before, found, rest = page.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not found or not end:
        raise ValueError(f"a page has no place for {name}")
    return f"{before}{found}{text}{end}{after}"


def content() -> str:
    """docs/content.md."""
    page = printed(_page("content.md"), "frame", table(frame.HEAD, frame.rows()))
    return printed(page, "items", table(clinical.HEAD, clinical.items()))


def indicators() -> str:
    """docs/indicators.md."""
    rows = table(clinical.INDICATOR_HEAD, clinical.indicators())
    return printed(_page("indicators.md"), "indicators", rows)


def deidentification() -> str:
    """docs/research-export.md."""
    rows = table(clinical.DEIDENTIFICATION_HEAD, clinical.deidentification())
    return printed(_page("research-export.md"), "rules", rows)


def safety() -> str:
    """docs/safety.md."""
    return printed(_page("safety.md"), "rules", table(clinical.RULE_HEAD, clinical.rules()))


PAGES: dict[str, Callable[[], str]] = {
    "access.md": access,
    "bad-input.md": lambda: limits.page(table),
    "settings.md": settings,
    "search.md": search,
    "content.md": content,
    "national-record.md": lambda: printed(_page("national-record.md"), "fields", national.page(table)),
    "safety.md": safety,
    "operations.md": lambda: offers.operations(table),
    "subscriptions.md": lambda: offers.topics(table),
    "../fhir_profiles/programme/PlanDefinition-basisprogram.json": clinical.programme,
    **{f"../fhir_profiles/measures/Measure-{id_}.json": partial(clinical.indicator, id_) for id_ in BY_ID},
    "indicators.md": indicators,
    "research-export.md": deidentification,
    "../fhir_profiles/input/fsh/items.fsh": item_profiles.page,
}


def main(arguments: Sequence[str]) -> int:
    """Print the pages, or with ``--check`` say which are out of date."""
    if "--check" in arguments:
        stale = [name for name, page in PAGES.items() if (DOCS / name).read_text(encoding="utf-8") != page()]
        for name in stale:
            print(f"docs/{name} is out of date: make docs", file=sys.stderr)  # noqa: T201
        return 1 if stale else 0
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
