"""What callers put into words: reasons, questions and answers, read by the woman and by reviewers."""

from app.fhir.identifiers import looks_like_person_number
from app.fhir.outcome import Unprocessable
from app.fhir.parameters import Given


def said(given: Given, name: str, bounds: tuple[int, int], has: str = "has") -> str:
    """The text of ``name``, of ``bounds`` characters. Raises Unprocessable, also where it names somebody by number."""
    text = given.text(name).strip()
    least, most = bounds
    if not least <= len(text) <= most:
        raise Unprocessable(f"{name} {has} {least} to {most} characters", f"Parameters.{name}")
    if looks_like_person_number(text):
        raise Unprocessable(f"No identity number stands in {name}", f"Parameters.{name}")
    return text
