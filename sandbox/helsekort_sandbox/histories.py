"""TABLE: what the pilot's women say at the first visit, of earlier pregnancies, illness, medicine, habits and work.

Items: docs/content.md. The answers are made up; none of them fires a rule that the women's stories do not promise.
"""

from app.fhir import codes as c
from helsekort_sandbox.records import Consultation, concept, quantity

YES, NO = "yes", "no"
USUAL: dict[str, str | int] = {
    "parity": 1,
    "previous-live-births": 1,
    "previous-caesareans": 0,
    "previous-haemorrhage": NO,
    "previous-preeclampsia": NO,
    "heart-disease": NO,
    "epilepsy": NO,
    "thrombosis": NO,
    "folate-before": YES,
    "folate-during": YES,
    "smoking": "none",
    "snus": "none",
    "alcohol-use": "none",
    "family-thrombosis": NO,
    "cohabiting-coparent": YES,
}
WORDS: dict[str, str] = {
    "occupation": "Lærer i grunnskolen",
    "physical-activity": "Går tur hver dag, svømmer én gang i uken",
    "diet": "Vanlig kost, D-vitamin",
}


def told(visit: Consultation) -> None:
    """Ask her, and write down what she says."""
    for item, answer in USUAL.items():
        code = concept(c.CS_CARD, item)
        if isinstance(answer, int):
            visit.observe("survey", code, valueQuantity=quantity(answer, "{#}"))
        else:
            visit.observe("survey", code, valueCodeableConcept=concept(c.CS_CARD, answer))
    for item, words in WORDS.items():
        visit.observe("social-history", concept(c.CS_CARD, item), valueString=words)
