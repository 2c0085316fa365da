"""docs/search.md, printed from the tables that searching is made of: ``make docs``.

Tables: app/fhir/search_params.py, app/fhir/query_conditions.py, app/fhir/query_controls.py, app/settings.py.
"""

from collections.abc import Sequence

from app.fhir import query_conditions, query_controls
from app.fhir.query import MOST_CONDITIONS
from app.fhir.query_conditions import MODIFIERS
from app.fhir.query_values import PREFIXES
from app.fhir.search_params import EPISODE_OF_CARE, EXCLUDED, TABLE, UNIONS, Kind, of_type
from app.fhir.units import METRIC, PLAIN
from app.settings import Settings

HEAD = """# Searching

Printed from the tables in `app/fhir/` by `make docs`; do not edit. [R4's rules](https://hl7.org/fhir/R4/search.html) hold
where nothing else is said here. Which parameters a type has stands in `GET /fhir/metadata`: all that R4 defines for the
types that this server keeps, but for what is listed under *Left out*.

A search answers with what the caller may read and with nothing else: matches, totals, what is included, chains, `_has`
and lists go only through resources that the caller may see, by the [access rows](access.md). Elements that are hidden
from a role can be neither searched nor sorted nor included by (400).

Ways to ask: `GET Type?…`, `POST Type/_search`, `GET ?_type=A,B&…` (parameters that these types share), a compartment
(`GET Patient/id/Observation?…`, `GET Patient/id/*`), and `GET` entries of a batch or transaction.

## Person numbers
A national identity number, or the system of one, in a query, in a conditional URL or in the URL of an entry is refused
(400, `security`), for URLs end in logs and histories. Search by it with `POST Patient/_search` and create conditionally
with the header `If-None-Exist`. What was searched stands masked in the self link and in the log.

## Values
"""
EXAMPLES = {  # how a value is written
    Kind.TOKEN: "`code=s|c`, `code=c`, `code=|c`, `code=s|`",
    Kind.REFERENCE: "`subject=Patient/1`, `subject=1`, `subject:Patient=1`, an absolute URL",
    Kind.STRING: "`name=agot`",
    Kind.DATE: "`date=ge2026-03`",
    Kind.NUMBER: "`probability=0.5`",
    Kind.QUANTITY: "`value-quantity=gt70|http://unitsofmeasure.org|kg`, `…=70||kg`, `…=70`",
    Kind.URI: "`url=http://…`",
    Kind.COMPOSITE: "`code-value-quantity=s|c$gt70`",
}
COMPARED = """
- **token** by the letter; elements of type string without case. :in, :not-in, :above and :below know the value sets and
  code systems that this server holds.
- **reference** whatever version it names; a canonical is found with and without its version.
- **string** the beginning of the text, or of a later word of a name, without case, accents and punctuation (`Ågot` and
  `agot`, `Øyvind` and `oyvind`); :exact by the letter.
- **date** a partial date is the whole of its day, month or year; without a zone it is meant in Norway; a Period without an
  end goes on for ever; ap widens by the length of the value to both sides.
- **number** 0.5 is 0.45 up to, not including, 0.55; with gt, lt, ge, le, sa, eb the value itself counts; ap is ten per cent.
- **quantity** as number, in UCUM units converted; without a system the number is compared as it was written.
- **uri** by the letter; :below whatever begins so, :above whatever it lies below.
- **composite** parts that stand together in one element.
"""
UNITS = """
UCUM units that are converted, with the prefixes T to f where they are metric, powers, products and quotients
(`mmol/L`, `g/dL`, `mm[Hg]`): {metric}; and {plain}. A unit that holds anything else is compared as it is written. Mass
and amount of substance are not converted into each other, for that depends on the substance.

Chains (`patient.name=…`, `subject:Patient.birthdate=…`) and reversed chains (`_has:Observation:patient:code=…`) nest
to any depth below the limit. A comma is *or*, a repeated parameter *and*; `\\,`, `\\|`, `\\$` and `\\\\` are the letters
themselves.
"""
OWN = """Our own parameter `{own}` finds what belongs to a card, on every type that can belong to one.
{unions} of Observation look at the resource and its components.
"""
RESULT = """
## What comes back
"""
CONTROLS = {
    "_count": "matches on a page; 0 gives the total alone",
    "_sort": "several keys, `-` for downwards; what has no value comes last. Texts are ordered without case and accents",
    "_include": "with a target type, with `:iterate`, and `*`",
    "_revinclude": "with `:iterate`, and `*`",
    "_total": "`none` where nothing is said; `accurate` and `estimate` both count",
    "_summary": "true, text, data, count, false",
    "_elements": "besides what is mandatory, id and meta",
    "_contained": "`false` alone: what is contained is found with what contains it",
    "_cursor": "the place in a page link; nothing but `_count` can be asked beside it",
    "_format": "json",
    "_pretty": "true",
}
PAGING = """
**Pages** follow the `next` link. The link is sealed: it holds the whole search and the place of the last row, says nothing
to a reader and works for its caller and its path alone. Pages are keyset pages in a total order, so that what others
write in between neither hides nor repeats a row; a row whose own sort key changes moves with it. There is no snapshot:
what is written behind the place is found. A link does not expire, but what the caller may see is decided anew on each page.

**The self link** shows what was used, in the order in which it was asked, person numbers masked.

**What is not known** is refused with 400, which names the parameter and the reason and repeats no value. With
`Prefer: handling=lenient` it is ignored, left out of the self link and named in an OperationOutcome entry
(`search.mode` outcome). A modifier or value that is wrong is refused in either case, as R4 demands. A parameter without
a value is left out.

**Costly searches.** No search reads a large table from end to end, which a test proves by the plans of more than sixty
kinds of search on fifty thousand resources. Two kinds do, and are meant for small answers: `:contains`, for a part of a word is in no index,
and `_sort` by a parameter where a caller who may see all women asks for all of a type.

## Limits
Above them the answer is 400 with the reason; where the statement takes too long, 503.
"""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _kinds() -> str:
    every = [param for name in TABLE for param in of_type(name)]
    also = {
        Kind.TOKEN: ["of-type (identifiers)"],
        Kind.REFERENCE: ["the name of a type", "below (canonicals)"],
    }
    prefixed = {Kind.DATE, Kind.NUMBER, Kind.QUANTITY}
    rows = []
    for kind, example in EXAMPLES.items():
        modifiers = [f":{name}" for name in sorted(MODIFIERS[kind])] + also.get(kind, [])
        prefixes = ", ".join(PREFIXES) if kind in prefixed else ""
        count = sum(param.kind is kind for param in every)
        rows.append((kind.value, str(count), example, ", ".join(modifiers), prefixes))
    return table(("kind", "parameters", "written", "modifiers", "prefixes"), rows)


def _limits() -> str:
    own = Settings()
    rows = [
        ("matches on a page, where `_count` is not given", str(own.default_page), "`HELSEKORT_DEFAULT_PAGE`"),
        ("matches on a page", str(own.max_page), "`HELSEKORT_MAX_PAGE`; a larger `_count` gives this many"),
        (
            "resources included with a page",
            str(own.max_included),
            "`HELSEKORT_MAX_INCLUDED`; what is cut is told",
        ),
        ("references that one parameter goes through", str(own.max_chain), "`HELSEKORT_MAX_CHAIN`"),
        ("criteria of one search", str(MOST_CONDITIONS), ""),
        ("values of one parameter", str(query_conditions.MOST_VALUES), ""),
        (
            "types that one chain goes through",
            str(query_conditions.MOST_BRANCHES),
            "name one: `subject:Patient.name`",
        ),
        ("keys of `_sort`", str(query_controls.MOST_KEYS), ""),
    ]
    return table(("limit", "", "setting"), rows)


def search() -> str:
    """docs/search.md."""
    metric, plain = (", ".join(f"`{code}`" for code in units) for units in (METRIC, PLAIN))
    unions = ", ".join(f"`{code}`" for _, code in UNIONS)
    left_out = [(f"`{name}`", reason) for name, reason in EXCLUDED.items()]
    return "\n".join(
        (
            HEAD,
            _kinds(),
            COMPARED,
            UNITS.format(metric=metric, plain=plain),
            OWN.format(own=EPISODE_OF_CARE, unions=unions),
            RESULT,
            table(("parameter", "how"), [(f"`{name}`", CONTROLS[name]) for name in query_controls.TABLE]),
            PAGING,
            _limits(),
            "\n## Left out\n",
            table(("parameter", "why"), left_out),
            "",
        )
    )
