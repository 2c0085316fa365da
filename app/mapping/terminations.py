"""TABLE: what tells of an induced abortion, or lets one be counted from beside the other numbers.

Induced abortions stand on no card and must not be derivable (the national record has no field for them). Codes: LOINC
and SNOMED CT as in the value sets of HL7's IPS (pregnancy outcome), eHDSI (outcome of pregnancy) and nictiz' zib Pregnancy
(gravidity); ICD-10 O04 (WHO). ICPC and others are known by their words.
"""

import re

CODES = (
    "termination",  # our own outcome
    "11996-6", "11612-9", "11613-7", "69043-8",  # LOINC: how many pregnancies, abortions, induced ones, other outcomes
    "LA14273-9", "LA14668-0",  # LOINC answers: induced abortion, abortion
    "161732006", "102876002",  # SNOMED CT: gravida, multigravida
    "57797005", "386639001", "18302006", "274973002", "288045002",  # SNOMED CT: termination, and how it was done
)  # fmt: skip
WORDS = (
    r"abort,? (?:provosert|indusert|framkalla|fremkalt)", r"(?:provosert|indusert|framkalla|fremkalt)e? abort",
    r"abortus provocatus", r"induced abortion", r"termination of pregnancy", r"svangerskapsavbr[uo]", r"medisinsk abort",
    r"kirurgisk abort", r"\b(?:multi)?gravida\b", r"antall (?:tidligere )?svangerskap\b", r"number of (?:previous )?pregnancies",
)  # fmt: skip
STEMS = (
    b"abort",
    b"svangerskap",
    b"gravida",
    b"pregnanc",
)  # what each of ``WORDS`` holds: most texts hold none
_CODED = re.compile(rf'"code"\s*:\s*"(?:{"|".join(map(re.escape, CODES))}|O04(?:\.\d)?)"'.encode())
_WORDED = re.compile("|".join(WORDS).encode(), re.IGNORECASE)


def tells(body: bytes) -> bool:
    """Whether a resource's ``body`` tells of an induced abortion, or how many pregnancies there were."""
    if _CODED.search(body):
        return True
    folded = body.lower()
    return any(stem in folded for stem in STEMS) and _WORDED.search(body) is not None
