"""TABLE: why this server and the official validator disagree, and who is right by R4; each disagreement has a row."""

from dataclasses import dataclass
from typing import Final

from tests.conformance.agreement import LAXER, STRICTER, Judged

HELSEKORT: Final = "Helsekort"
HL7: Final = "the HL7 validator"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One reason: whose verdict R4 bears out, and which disagreements it explains."""

    title: str
    right: str
    why: str
    outcome: str
    kinds: tuple[str, ...] = ()  # of cases; all if none are named
    keys: tuple[str, ...] = ()  # of rules that the HL7 validator finds broken, and no others

    def explains(self, judged: Judged) -> bool:
        if judged.outcome != self.outcome or (self.kinds and judged.case.kind not in self.kinds):
            return False
        return not self.keys or all(one.key.rpartition("/")[2] in self.keys for one in judged.theirs)


VERDICTS: Final = (
    Verdict(
        "An id alone is no content", HELSEKORT,
        "ele-1 asks of every element for a value or for more children than its id; the HL7 validator does not evaluate "
        "it for objects that hold an id and nothing else.",
        STRICTER, ("object: only an id", "rule broken: ele-1"),
    ),
    Verdict(
        "On behalf of an organization", HELSEKORT,
        "ctm-1 wants a Practitioner who acts for an organization, and the reference says that it is a Patient. Its "
        "published expression resolves the reference and lets pass what cannot be resolved.",
        STRICTER, ("rule broken: ctm-1",),
    ),
    Verdict(
        "Texts that are no JSON or no Unicode", HELSEKORT,
        "RFC 8259 allows no unescaped control characters, and half a surrogate pair is no character; R4 allows no "
        "characters below U+0020 but tab, line feed and carriage return. PostgreSQL can keep neither NUL nor half a pair.",
        STRICTER, ("json: NUL", "json: half a surrogate pair", "json: raw control character", "text: control"),
    ),
    Verdict(
        "Numbers without bounds", HL7,
        "R4 sets decimals no bounds, so 1e400 is valid. This server refuses, in words, what it could not index and find "
        "again: more than 64 characters, or 10⁶⁰ and above.",
        STRICTER, ("json: huge number",),
    ),
    Verdict(
        "Types that are no resources", HELSEKORT,
        "Only concrete resource types stand by themselves: DomainResource is abstract, Period is a data type.",
        STRICTER, ("json: resource type abstract", "json: resource type a data type"),
    ),
    Verdict(
        "A document type before the narrative", HELSEKORT,
        "A div is one element of XHTML (txt-1). A document type can define entities, which is how parsers are attacked.",
        STRICTER, ("narrative: document type",),
    ),
    Verdict(
        "Two divs", HELSEKORT,
        "The narrative is one div; the HL7 validator reads the first and passes over the rest, which another reader shows.",
        STRICTER, ("narrative: two",),
    ),
    Verdict(
        "Images from elsewhere", HL7,
        "R4 allows images, and does not say from where. This server refuses those that a browser would fetch: whoever "
        "keeps the image would learn who reads the card, and when.",
        STRICTER, ("narrative: external image",),
    ),
    Verdict(
        "Systems that are relative, of codings without a code", HELSEKORT,
        "The system of a coding identifies a code system, so it is absolute. The HL7 validator says so too, but only "
        "where there is a code.",
        STRICTER, ("uri: relative", "uri: word", "uri: fragment"),
    ),
    Verdict(
        "A MIME type with a space", HELSEKORT,
        "The binding to MIME types is required (BCP 13), and none has a space in its name. The HL7 validator has no list "
        "to look into and says nothing.",
        STRICTER, ("code: one space",),
    ),
    Verdict(
        "A reference with a space that does not break", HELSEKORT,
        "A reference is a URI reference (RFC 3986), which has no space of any kind.",
        STRICTER, ("text: space that does not break",),
    ),
    Verdict(
        "Base64 with a space within a group of four", HELSEKORT,
        "R4's pattern for base64Binary, `(\\s*([0-9a-zA-Z\\+\\/=]){4}\\s*)+`, allows spaces only between groups. The HL7 "
        "validator holds only attachments to it.",
        STRICTER, ("base64: spaces",),
    ),
    Verdict(
        "Dates that are not known to the day", HELSEKORT,
        "A period may end in the year in which it starts: R4 says that its end includes every time that matches it. The "
        "published expressions compare dates of different precision, which gives nothing, and the HL7 validator takes "
        "nothing for a broken rule.",
        LAXER, keys=("Period#per-1", "Task#inv-1"),
    ),
    Verdict(
        "An OID of three numbers", HELSEKORT,
        "R4's pattern for oid asks for `urn:oid:`, a number from 0 to 2 and one more number; there is no least length beyond that.",
        LAXER, keys=("Type_Specific_Checks_DT_OID_Valid",),
    ),
    Verdict(
        "Base64 with spaces between groups of four", HELSEKORT,
        "R4's pattern for base64Binary, `(\\s*([0-9a-zA-Z\\+\\/=]){4}\\s*)+`, allows them. The HL7 validator refuses them in "
        "attachments and allows them elsewhere.",
        LAXER, ("base64: spaces between fours",),
    ),
    Verdict(
        "Schemes in capitals", HELSEKORT,
        "The scheme of a URI is the same in capitals (RFC 3986, section 3.1), so that `HTTP://x.example/a` is absolute.",
        LAXER, ("uri: capitals",),
    ),
    Verdict(
        "A period of time that only an extension describes", HELSEKORT,
        "tim-5 forbids negative values, and there is none. The HL7 validator's own evaluation fails on the missing number "
        "and reports that as a broken rule.",
        LAXER, keys=("Timing#tim-5",),
    ),
)  # fmt: skip


def explained(judged: Judged) -> Verdict | None:
    """The first row that explains a disagreement."""
    return next((row for row in VERDICTS if row.explains(judged)), None)
