"""Prints docs/validation.md: how far the two validators agree, and every disagreement with who is right and why."""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from app.fhir.outcome import Issue
from tests.conformance.agreement import (
    AGREE,
    BESIDE,
    ELSEWHERE,
    LAXER,
    NO_VERDICT,
    NOWHERE,
    SAME,
    STRICTER,
    Judged,
)
from tests.conformance.cases import Case
from tests.conformance.verdicts import VERDICTS, Verdict, explained

WANTED: Final = 98.0  # per cent
EXAMPLE: Final = "example"
GROUPS: Final = (  # the beginning of a case's kind, what it is called
    ("sound", "generated from the element tables, no rule broken as far as this server knows"),
    ("generated", "generated from the element tables, rules left to chance"),
    ("rule kept", "a rule of R4 kept"),
    ("rule broken", "a rule of R4 broken"),
    ("element", "each element that is required, bound or has targets: there, not there, wrong"),
    ("json", "texts: duplicate keys, broken JSON, what is no resource"),
    ("contained", "contained resources"),
    ("", "valid resources, mutated in one place"),
)
HEAD: Final = f"""# Validation, judged by HL7

Printed by `make judge`, which needs Java 17 and Maven; do not edit. CI runs it (`.ci/judge`) and fails where this page
is not what it prints, where the two agree on less than {WANTED:g} %, or where a disagreement has no row below.

The same texts are judged by this server's validator (`app/fhir/validation.py`) and by the one that HL7 keeps
(`org.hl7.fhir.validation`, through HAPI FHIR {{version}}; every library is held against its SHA-256 in
`tests/conformance/judge/libraries.sha256`). It runs without a network and without a terminology server, against R4
(4.0.1). Unknown extensions and profiles are allowed, as in R4; of references it is told the type that their text names.
What it says about codes that no required binding names, and about snapshots that it cannot generate without packages,
is left out. The texts come from `tests/conformance/corpus.py` and are the same in every run. A test that needs no Java
holds this page to them and to what this server says of them, by this digest:

    {{digest}}
"""
OBJECTS: Final = """The HL7 validator often names the object where this server names its member, above all for members that R4
does not have and for what breaks a rule. Where they name other places:
"""

PROFILED = """## Profiles and their examples

CI has every definition in `fhir_profiles` judged too, each good example by its profile, which must have no error, and
each bad one, which must have some (`tests/conformance/judged_profiles.py`); it fails on any disagreement, so that
there is none to list. Blood pressure, weight, height, body mass index, temperature and pulse are judged by R4's vital
signs profiles as well. Where HL7 Norway's no-basis package lies at hand, `NO_BASIS` names it or `../shared/fhir` holds it,
profiles are judged on it and the examples by its own profiles; else stand-ins that say nothing beyond R4 take its place.
What of no-basis no resource of the card can meet, and who is right: `docs/adr/0009-on-no-basis.md`.
"""


def group_of(judged: Judged) -> str:
    """Which row of the first table a case belongs to."""
    return next(title for start, title in GROUPS if judged.case.kind.startswith(start))


def agreement(cases: Iterable[Judged]) -> float:
    """Per cent of the cases that both gave a verdict on."""
    outcomes = Counter(one.outcome for one in cases)
    decided = outcomes.total() - outcomes[NO_VERDICT]
    return 100 * outcomes[AGREE] / decided


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    return "".join(_row(row) for row in (head, ["---"] * len(head), *rows))


def _counts(title: str, cases: list[Judged]) -> tuple[object, ...]:
    outcomes = Counter(one.outcome for one in cases)
    refused = sum(one.both_refuse for one in cases)
    return (
        title, len(cases), outcomes[AGREE] - refused, refused, outcomes[STRICTER], outcomes[LAXER], outcomes[NO_VERDICT],
        f"{agreement(cases):.1f} %",
    )  # fmt: skip


def _agreement(cases: list[Judged]) -> str:
    head = ("texts", "judged", "both accept", "both refuse", STRICTER, LAXER, NO_VERDICT, "agreement")
    rows = [
        _counts(title, [one for one in cases if group_of(one) == title])
        for title in dict.fromkeys(title for _, title in GROUPS)
    ]
    return _table(head, [*rows, _counts("**all**", cases)])


def _places(cases: list[Judged]) -> str:
    found = Counter(one.place for one in cases if one.both_refuse)
    rows = [
        (name, found[name], f"{100 * found[name] / found.total():.1f} %")
        for name in (SAME, BESIDE, ELSEWHERE, NOWHERE)
    ]
    return _table(("where both refuse, they name", "texts", ""), rows)


def _elsewhere(cases: list[Judged]) -> str:
    rows = [
        (
            f"`{one.case.kind}`",
            f"`{one.ours[0].expression[0]}`",
            f"`{one.theirs[0].location or '(none)'}`",
        )
        for one in cases
        if one.both_refuse and one.place == ELSEWHERE
    ]
    return _table(("text", "Helsekort", "the HL7 validator"), rows)


def _said(judged: Judged) -> str:
    """The first reason of whoever refuses it, without what readers of JSON say in words of their own."""
    text = judged.ours[0].diagnostics if judged.ours else judged.theirs[0].text
    if judged.ours and not judged.ours[0].expression:
        text = text.partition(": ")[0]
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'")[:160]


def _disagreement(row: Verdict, cases: list[Judged]) -> str:
    said = [
        (
            f"`{one.case.kind}`",
            f"`{one.case.where}`",
            _said(one),
        )
        for one in cases
        if explained(one) is row
    ]
    listed = _table(("text", "of", "what is said by who refuses it"), said)
    return f"### {row.title}\n\n{row.outcome[0].upper()}{row.outcome[1:]}. **Right: {row.right}.** {row.why}\n\n{listed}"


def _right(cases: list[Judged]) -> str:
    found = Counter(row.right for one in cases if (row := explained(one)))
    return f"Right by R4: {', '.join(f'{name} {count} times' for name, count in found.most_common())}.\n"


def _fallen(cases: list[Judged]) -> str:
    rows = [
        (
            f"`{one.case.kind}`",
            f"`{one.case.where}`",
            "refuses" if one.ours else "accepts",
            f"`{one.theirs[0].text.partition(':')[0]}`",
        )
        for one in cases
        if one.outcome == NO_VERDICT
    ]
    return _table(("text", "of", "Helsekort", "the HL7 validator's exception"), rows)


def digest(verdicts: Iterable[tuple[Case, tuple[Issue, ...]]]) -> str:
    """Of the texts that the page counts and of what this server says of each."""
    found = sha256()
    for case, issues in verdicts:
        if case.kind != EXAMPLE:
            places = [place for issue in issues for place in issue.expression]
            found.update(f"{case.text}\n{len(issues)} {places}\n".encode())
    return found.hexdigest()


def page(cases: list[Judged], version: str) -> str:
    """docs/validation.md; examples are in it only where there is something to say, so that more of them change nothing."""
    counted = [one for one in cases if one.case.kind != EXAMPLE]
    return "\n".join(
        (
            HEAD.format(version=version, digest=digest((one.case, one.ours) for one in cases)),
            "## How far they agree\n",
            _agreement(counted),
            "The examples that this repository ships are judged too; both accept every one of them.\n",
            PROFILED,
            "## Where problems lie\n",
            _places(counted),
            OBJECTS,
            _elsewhere(counted),
            "## Every disagreement\n",
            _right(counted),
            *(_disagreement(row, cases) for row in VERDICTS),
            "## Where the HL7 validator fell over\n",
            "An exception of its own is no verdict; these texts are not counted above.\n",
            _fallen(counted),
        )
    )


def complaints(cases: list[Judged]) -> list[str]:
    """Why the run fails, if it does."""
    found = [
        f"no row of verdicts.py explains: {one.case.kind} of {one.case.where}: {one.outcome}"
        for one in cases
        if one.outcome in {STRICTER, LAXER} and explained(one) is None
    ]
    unused = {row.title for row in VERDICTS} - {row.title for one in cases if (row := explained(one))}
    found += [f"a row of verdicts.py that explains nothing: {title}" for title in sorted(unused)]
    found += [
        f"an example that is refused: {one.case.where}: {[*one.ours, *one.theirs]}"
        for one in cases
        if one.case.kind == EXAMPLE and (one.ours or one.theirs)
    ]
    if agreement(cases) < WANTED:
        found.append(f"they agree on {agreement(cases):.2f} %, less than {WANTED:g} %")
    return found
