"""Judges the corpus and prints docs/validation.md: ``make judge``; with ``--check`` nothing is written.

Exits 1 where the two validators agree too seldom, a disagreement has no reason, or the page is out of date.
"""

import sys
from pathlib import Path

from tests.conformance import judge
from tests.conformance.agreement import AGREE, LAXER, NO_VERDICT, STRICTER, compare
from tests.conformance.corpus import corpus
from tests.conformance.report import EXAMPLE, agreement, complaints, page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation.md"


def main(arguments: list[str]) -> int:
    """Judge, then write or compare the page; the numbers go to standard output."""
    cases = compare(corpus())
    failed = complaints(cases)
    text = page(cases, judge.version())
    if "--check" in arguments:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            failed.append("docs/validation.md is out of date: make judge")
    else:
        PAGE.write_text(text, encoding="utf-8")
    for outcome in (AGREE, STRICTER, LAXER, NO_VERDICT):
        print(f"{sum(one.outcome == outcome for one in cases):5} {outcome}")
    examples = sum(one.case.kind == EXAMPLE for one in cases)
    print(f"{len(cases):5} texts judged, {examples} of them examples: {agreement(cases):.2f} % agreement")
    for reason in failed:
        print(f"judge: {reason}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
