"""Code systems, value sets and maps, without any store: what is expanded, and what is refused rather than guessed."""

import pytest

from app.fhir import terminology_maps, terminology_words
from app.fhir.outcome import NotFound, Unprocessable
from app.fhir.terminology import Library, Wanted, code_system
from app.fhir.terminology_expansion import known, members
from app.fhir.terminology_shipped import shipped

CARE = "https://example.org/care"
CHECK = {
    "resourceType": "CodeSystem",
    "url": CARE,
    "version": "2",
    "status": "active",
    "content": "complete",
    "language": "nb",
    "property": [
        {"code": "weeks", "type": "integer"},
        {"code": "up", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"},
    ],
    "concept": [
        {
            "code": "visit",
            "display": "Besøk",
            "property": [{"code": "notSelectable", "valueBoolean": True}],
            "concept": [
                {
                    "code": "control",
                    "display": "Svangerskapskontroll",
                    "property": [{"code": "weeks", "valueInteger": 24}],
                    "designation": [
                        {"language": "en", "value": "Antenatal visit"},
                        {"language": "nn", "value": "Svangerskapskontroll hos jordmor"},
                    ],
                    "concept": [{"code": "first", "display": "Første kontroll"}],
                },
                {"code": "ultrasound", "display": "Ultralyd"},
            ],
        },
        {"code": "home", "display": "Hjemmebesøk", "property": [{"code": "up", "valueCode": "visit"}]},
        {"code": "old", "display": "Utgått", "property": [{"code": "inactive", "valueBoolean": True}]},
    ],
}
PART = {**CHECK, "url": "https://example.org/part", "content": "fragment"}


def value_set(*include, url="https://example.org/vs", **more):
    exclude = more.pop("exclude", [])
    compose = {"include": list(include), **({"exclude": exclude} if exclude else {}), **more}
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": compose}


def library(*resources):
    """A library in which all that is not one of ``resources`` or shipped is missing."""
    stored = {(row["resourceType"], row["url"]): row for row in resources}

    class Here(Library):
        def want(self, keys):
            for key in keys:
                row = stored.get(key)
                if row is not None and key[0] == "CodeSystem":
                    row = code_system(row)
                self.found.setdefault(key, row or shipped(key))

    return Here()


def codes(resource, *resources):
    return [term.code for term in members(resource, library(CHECK, PART, *resources)).values()]


def test_what_is_missing_is_named_at_once():
    asked = value_set({"system": CARE}, {"valueSet": ["https://example.org/other"]})
    with pytest.raises(Wanted) as raised:
        members(asked, Library())
    assert raised.value.keys == {("CodeSystem", CARE), ("ValueSet", "https://example.org/other")}


def test_a_whole_system_comes_in_its_order_and_with_its_version():
    found = members(value_set({"system": CARE}), library(CHECK))
    assert [code for _, code in found] == ["visit", "control", "first", "ultrasound", "home", "old"]
    assert {term.version for term in found.values()} == {"2"}
    assert found[CARE, "visit"].abstract
    assert found[CARE, "old"].inactive


FILTERS = [
    ("concept", "is-a", "control", ["control", "first"]),
    ("concept", "descendent-of", "visit", ["control", "first", "ultrasound", "home"]),
    ("concept", "is-not-a", "visit", ["old"]),
    ("concept", "generalizes", "first", ["visit", "control", "first"]),
    ("concept", "in", "home, old", ["home", "old"]),
    ("concept", "not-in", "visit,control,first,ultrasound", ["home", "old"]),
    ("code", "=", "home", ["home"]),
    ("parent", "=", "visit", ["control", "ultrasound", "home"]),
    ("child", "=", "first", ["control"]),
    ("weeks", "=", "24", ["control"]),
    ("weeks", "exists", "true", ["control"]),
    ("weeks", "exists", "false", ["visit", "first", "ultrasound", "home", "old"]),
    ("code", "regex", "h.*|u[a-z]+", ["ultrasound", "home"]),
    ("display", "regex", "Første kontroll", ["first"]),
    ("concept", "is-a", "nothing", []),
]


@pytest.mark.parametrize(("name", "op", "value", "expected"), FILTERS)
def test_filters(name, op, value, expected):
    row = {"property": name, "op": op, "value": value}
    assert codes(value_set({"system": CARE, "filter": [row]})) == expected


def test_several_filters_hold_together():
    rows = [
        {"property": "concept", "op": "is-a", "value": "visit"},
        {"property": "code", "op": "regex", "value": "[a-h].*"},
    ]
    assert codes(value_set({"system": CARE, "filter": rows})) == ["control", "first", "home"]


COSTLY = ["(a+)+", "(a|a)*", r"(\\*\\)*", r"(a)\1", "a*b*c*d*", "(?=a)", "a?b?c?d?", "a" * 201,
          "(a|b|c|d|e|f|g|h|i|j)"]  # fmt: skip


@pytest.mark.parametrize("pattern", COSTLY)
def test_a_pattern_that_could_take_for_ever_is_refused(pattern):
    row = {"property": "code", "op": "regex", "value": pattern}
    with pytest.raises(Unprocessable) as raised:
        codes(value_set({"system": CARE, "filter": [row]}))
    assert raised.value.issues[0].code == "too-costly"


@pytest.mark.parametrize("pattern", [r"O[0-9]{2}\.[0-9]+", r"[0-9]+(\.[0-9]+)?", "A|B|C|D|E|F|G|H|I|J|K"])
def test_a_pattern_as_value_sets_use_them_is_taken(pattern):
    row = {"property": "code", "op": "regex", "value": pattern}
    assert codes(value_set({"system": CARE, "filter": [row]})) == []


def test_a_broken_pattern_and_an_unknown_property_are_told():
    for name, value, part in (("code", "[", "regex is none"), ("colour", "red", "no property colour")):
        row = {"property": name, "op": "regex", "value": value}
        with pytest.raises(Unprocessable, match=part):
            codes(value_set({"system": CARE, "filter": [row]}))


def test_includes_are_joined_and_what_one_include_names_is_met():
    home = value_set({"system": CARE, "concept": [{"code": "home"}, {"code": "first"}]}, url="urn:home")
    first = value_set({"system": CARE, "concept": [{"code": "first"}]}, url="urn:first")
    both = value_set({"valueSet": ["urn:home", "urn:first"]}, {"system": CARE, "concept": [{"code": "old"}]})
    assert codes(both, home, first) == ["first", "old"]
    met = value_set({"system": CARE, "valueSet": ["urn:home"]})
    assert codes(met, home) == ["first", "home"]


def test_what_is_excluded_is_out():
    rows = [{"system": CARE, "filter": [{"property": "concept", "op": "is-a", "value": "visit"}]}]
    assert codes(value_set({"system": CARE}, exclude=rows)) == ["old"]
    assert codes(value_set({"system": CARE}, exclude=[{"system": CARE}])) == []


def test_inactive_codes_are_out_where_the_value_set_says_so():
    assert "old" not in codes(value_set({"system": CARE}, inactive=False))
    assert "old" in codes(value_set({"system": CARE}, inactive=True))


def test_a_circle_is_refused():
    one = value_set({"valueSet": ["urn:two"]}, url="urn:one")
    two = value_set({"valueSet": ["urn:one"]}, url="urn:two")
    with pytest.raises(Unprocessable, match="urn:one → urn:two → urn:one"):
        codes(one, one, two)


def test_a_system_that_is_not_here_is_listed_and_not_taken_whole():
    snomed = "http://snomed.info/sct"
    listed = {"system": snomed, "concept": [{"code": "72892002", "display": "Normal pregnancy"}]}
    found = members(value_set(listed), library())
    assert found[snomed, "72892002"].display == "Normal pregnancy"
    for part in (
        {"system": snomed},
        {"system": snomed, "filter": [{"property": "concept", "op": "is-a", "value": "1"}]},
    ):
        with pytest.raises(Unprocessable, match="not held here") as raised:
            members(value_set(listed, part), library())
        assert raised.value.issues[0].code == "not-supported"
        assert members(value_set(listed, part), library(), of=CARE) == {}


def test_a_system_that_is_here_in_part_is_not_taken_whole():
    with pytest.raises(Unprocessable, match="in part only"):
        codes(value_set({"system": PART["url"]}))
    listed = {"system": PART["url"], "concept": [{"code": "home"}, {"code": "elsewhere"}]}
    assert codes(value_set(listed)) == ["home", "elsewhere"]


def test_a_listed_code_that_its_complete_system_does_not_know_is_none():
    listed = {"system": CARE, "concept": [{"code": "home"}, {"code": "elsewhere"}]}
    assert codes(value_set(listed)) == ["home"]


def test_a_value_set_that_is_not_here_is_told():
    with pytest.raises(NotFound, match="urn:nowhere"):
        codes(value_set({"valueSet": ["urn:nowhere"]}))
    with pytest.raises(NotFound, match="urn:nowhere"):
        known(library().value_set("urn:nowhere"), "urn:nowhere")


def test_a_value_set_kept_as_its_expansion_alone():
    contains = [
        {"system": CARE, "code": "visit", "abstract": True, "contains": [{"system": CARE, "code": "home"}]}
    ]
    resource = {
        "resourceType": "ValueSet",
        "url": "urn:x",
        "status": "active",
        "expansion": {"contains": contains},
    }
    assert codes(resource) == ["visit", "home"]


def test_hierarchy_goes_by_nesting_and_by_property():
    system = code_system(CHECK)
    assert system.below("visit") == {"visit", "control", "first", "ultrasound", "home"}
    assert system.above("first") == {"first", "control", "visit"}
    assert system.below("nothing") == frozenset()
    assert system.children("visit") == ["control", "ultrasound", "home"]


def test_a_hierarchy_in_a_circle_ends():
    concepts = [
        {"code": "a", "property": [{"code": "parent", "valueCode": "b"}]},
        {"code": "b", "property": [{"code": "parent", "valueCode": "a"}]},
    ]
    system = code_system({"url": "urn:x", "content": "complete", "concept": concepts})
    assert system.below("a") == system.above("a") == {"a", "b"}


def test_case_counts_unless_the_system_says_otherwise():
    assert code_system(CHECK).find("HOME") is None
    loose = code_system({**CHECK, "caseSensitive": False})
    assert loose.find("HOME").code == "home"
    assert "home" in loose.below("VISIT")


def test_words_in_the_language_that_is_asked_for():
    concept = code_system(CHECK).find("control")
    words = {
        tag: terminology_words.word(
            concept.display, "nb", concept.node["designation"], terminology_words.languages(tag)
        )
        for tag in ("nb", "nn-NO", "no", "en-GB", "se", "", "se,en;q=0.8,nb;q=0.9", "*")
    }
    assert words == {
        "nb": "Svangerskapskontroll",
        "nn-NO": "Svangerskapskontroll hos jordmor",
        "no": "Svangerskapskontroll",
        "en-GB": "Antenatal visit",
        "se": "Svangerskapskontroll",
        "": "Svangerskapskontroll",
        "se,en;q=0.8,nb;q=0.9": "Svangerskapskontroll",
        "*": "Svangerskapskontroll",
    }


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("sv kont", "Kontroll i svangerskap", True),
        ("agot", "Ågot", True),
        ("roll", "Kontroll", False),
        ("", "x", True),
    ],
)
def test_a_filter_matches_beginnings_of_words(asked, text, expected):
    assert terminology_words.matches(asked, [text]) is expected


MAP = {
    "resourceType": "ConceptMap",
    "group": [
        {
            "source": "urn:nlk",
            "target": "http://loinc.org",
            "element": [
                {
                    "code": "NPU28172",
                    "display": "B-Hb",
                    "target": [
                        {"code": "718-7", "display": "Haemoglobin", "equivalence": "wider", "comment": "mass"},
                        {"code": "30313-1", "equivalence": "inexact"},
                    ],
                },
                {"code": "NPU1", "target": [{"equivalence": "unmatched"}]},
            ],
            "unmapped": {"mode": "fixed", "code": "0", "display": "unknown"},
        },
        {"source": "urn:nlk", "target": "urn:same", "element": [{"code": "-"}], "unmapped": {"mode": "provided"}},
        {"source": "urn:nlk", "target": "urn:on", "element": [{"code": "-"}], "unmapped": {"mode": "other-map", "url": "urn:map"}},
    ],
}  # fmt: skip


def test_translation():
    def told(code, **how):
        return [
            (m.equivalence, m.coding.get("code"), m.other_map)
            for m in terminology_maps.translate(MAP, "urn:nlk", code, **how)
        ]

    assert told("NPU28172", target="http://loinc.org") == [("wider", "718-7", ""), ("inexact", "30313-1", "")]
    assert told("NPU1", target="http://loinc.org") == [("unmatched", None, "")]
    assert told("NPU9", target="http://loinc.org") == [("inexact", "0", "")]
    assert told("NPU9", target="urn:same") == [("equal", "NPU9", "")]
    assert told("NPU9", target="urn:on") == [("", None, "urn:map")]
    back = list(terminology_maps.translate(MAP, "http://loinc.org", "718-7", reverse=True))
    assert [(m.equivalence, m.coding) for m in back] == [
        ("narrower", {"system": "urn:nlk", "code": "NPU28172", "display": "B-Hb"})
    ]
    assert terminology_maps.systems(MAP) == {"urn:nlk"}


def test_r4s_own_value_sets_are_shipped_with_words():
    gender = members(shipped(("ValueSet", "http://hl7.org/fhir/ValueSet/administrative-gender")), library())
    assert {term.code: term.display for term in gender.values()} == {
        "male": "Male", "female": "Female", "other": "Other", "unknown": "Unknown",
    }  # fmt: skip
    system = shipped(("CodeSystem", "http://hl7.org/fhir/issue-type|4.0.1"))
    assert system.below("security") == {"security", "login", "unknown", "expired", "forbidden", "suppressed"}
    assert shipped(("CodeSystem", "http://hl7.org/fhir/issue-type|3.0.0")) is None
    assert shipped(("ValueSet", "urn:nowhere")) is None
