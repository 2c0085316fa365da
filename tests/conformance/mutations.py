"""TABLE: the ways in which a resource is broken, one by one. Some breakings are none: both judges decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.fhir import definitions
from app.fhir.json import Number
from app.fhir.primitives import PRIMITIVES
from tests.conformance.places import Json, Place

EXTENSION: Final = {"url": "http://x.example/e", "valueString": "a"}
NUMBERS: Final = {"decimal", "integer", "positiveInt", "unsignedInt"}
TEXTS: Final = set(PRIMITIVES) - NUMBERS - {"boolean"}
DATES: Final = {"date", "dateTime", "instant"}
DIV: Final = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to break an element: where it applies, and what it does there."""

    name: str
    applies: Callable[[Place], bool]
    change: Callable[[Place], None]
    places: int = 12  # in how many resources


def is_of(*types: str) -> Callable[[Place], bool]:
    return lambda place: place.type_name in types and not place.element.many


def is_first_of(*types: str) -> Callable[[Place], bool]:
    """Also the first of several."""
    return lambda place: place.type_name in types


def is_object(place: Place) -> bool:
    return isinstance(place.items[0], dict) and place.type_name != "Resource"


def is_single_object(place: Place) -> bool:
    return is_object(place) and not place.element.many


def is_primitive(place: Place) -> bool:
    return place.type_name in PRIMITIVES and not place.element.many


def _put(value: Any) -> Callable[[Place], None]:
    """The value, or the first of several, becomes something else."""

    def change(place: Place) -> None:
        if isinstance(place.value, list):
            place.value[0] = value
        else:
            place.holder[place.key] = value

    return change


def _whole(value: Any) -> Callable[[Place], None]:
    """All of the element becomes something else, lists too."""

    def change(place: Place) -> None:
        place.holder[place.key] = value

    return change


def _drop(place: Place) -> None:
    del place.holder[place.key]


def _rename(place: Place) -> None:
    place.holder[place.key.upper()] = place.holder.pop(place.key)


def _wrap(place: Place) -> None:
    place.holder[place.key] = [place.value]


def _unwrap(place: Place) -> None:
    place.holder[place.key] = place.value[0]


def _beside(value: Any) -> Callable[[Place], None]:
    """Something strange beside a primitive, where its id and extensions stand."""

    def change(place: Place) -> None:
        place.holder[f"_{place.key}"] = value

    return change


def _instead(value: Any) -> Callable[[Place], None]:
    def change(place: Place) -> None:
        del place.holder[place.key]
        place.holder[f"_{place.key}"] = value

    return change


def _inside(**members: Any) -> Callable[[Place], None]:
    """Members in the (first) object."""

    def change(place: Place) -> None:
        place.items[0].update(members)

    return change


def _second(place: Place) -> None:
    """Another alternative of the same choice."""
    other = next(
        key
        for key, name in place.element.names()
        if key != place.key and name in {"string", "boolean", "dateTime", "Period"}
    )
    samples = {"string": "a", "boolean": True, "dateTime": "2026", "Period": {"start": "2026"}}
    place.holder[other] = samples[dict(place.element.names())[other]]


def _has_second(place: Place) -> bool:
    return place.element.choice and any(
        key != place.key and name in {"string", "boolean", "dateTime", "Period"}
        for key, name in place.element.names()
    )


def _text(place: Place) -> None:
    place.holder[place.key] = str(place.value).lower()


def _target(place: Place) -> None:
    wrong = min({"Patient", "Organization", "Basic", "Slot"} - place.element.targets)
    _put({"reference": f"{wrong}/1"})(place)


def _versioned(place: Place) -> None:
    right = min(place.element.targets)
    _put({"reference": f"{right}/1/_history/2"})(place)


def _listed(binding: str) -> bool:
    return binding in definitions.value_sets()


def _is_code(place: Place) -> bool:
    return place.type_name == "code" and _listed(place.element.binding)


def _is_concept(place: Place) -> bool:
    return place.type_name in {"CodeableConcept", "Coding"} and _listed(place.element.binding)


def _coded(code: str, **more: str) -> Callable[[Place], None]:
    """A code, in the right system unless ``more`` says another."""

    def change(place: Place) -> None:
        system = min(definitions.value_sets()[place.element.binding])
        coding: Json = {"system": system, "code": code, **more}
        _put(coding if place.type_name == "Coding" else {"coding": [coding]})(place)

    return change


def _is_required(place: Place) -> bool:
    return bool(place.element.minimum) and place.key != "resourceType"


def _is_narrative(place: Place) -> bool:
    return place.type_name == "xhtml"


def _is_many(place: Place) -> bool:
    return place.element.many and place.type_name != "Resource"


def _is_many_primitive(place: Place) -> bool:
    return place.element.many and place.type_name in PRIMITIVES


def _is_inline(place: Place) -> bool:
    return bool(place.element.content)


def _has_targets(place: Place) -> bool:
    return place.type_name == "Reference" and bool(place.element.targets)


def _append(value: Any) -> Callable[[Place], None]:
    return lambda place: place.value.append(value)


def _each(name: str, applies: Callable[[Place], bool], **values: Any) -> list[Mutation]:
    """One mutation for each value that is put; one function checks a value, so few places are enough."""
    return [
        Mutation(f"{name}: {key.replace('_', ' ')}", applies, _put(value), places=4)
        for key, value in values.items()
    ]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    Mutation("drop: required", _is_required, _drop),
    Mutation("drop: required, an extension instead", lambda place: _is_required(place) and is_primitive(place), _instead({"extension": [EXTENSION]})),
    Mutation("name: in capitals", lambda place: place.key != "resourceType", _rename),
    Mutation("name: unknown in an object", is_object, _inside(colour="red")),
    Mutation("name: of another type", is_object, _inside(resourceType="Patient")),
    Mutation("name: unknown with underscore", is_object, _inside(_colour={"extension": [EXTENSION]})),
    Mutation("name: underscore of an object", is_single_object, _beside({"extension": [EXTENSION]})),
    Mutation("list: instead of one", lambda place: not place.element.many and place.key != "resourceType", _wrap),
    Mutation("list: one instead of several", _is_many, _unwrap),
    Mutation("list: empty", _is_many, _whole([])),
    Mutation("list: with null", _is_many, _append(None)),
    Mutation("list: with an empty object", _is_many, _append({})),
    Mutation("list: with a list", _is_many, _append([])),
    Mutation("list: is null", _is_many, _whole(None)),
    Mutation("object: empty", is_object, _put({})),
    Mutation("object: null", is_object, _put(None)),
    Mutation("object: text", is_object, _put("a")),
    Mutation("object: number", is_object, _put(1)),
    Mutation("object: boolean", is_object, _put(False)),
    Mutation("object: list", is_single_object, _put([])),
    Mutation("object: only an id", is_object, _put({"id": "a"})),
    Mutation("object: only an extension", is_object, _put({"extension": [EXTENSION]})),
    Mutation("object: with an id of spaces", is_object, _inside(id=" ")),
    Mutation("object: with a long id", is_object, _inside(id="a" * 70)),
    Mutation("object: modifier extension", _is_inline, _inside(modifierExtension=[EXTENSION])),
    Mutation("object: modifier extension in a data type", is_first_of("HumanName", "Period", "Quantity", "CodeableConcept", "Identifier"), _inside(modifierExtension=[EXTENSION])),
    Mutation("primitive: null", is_primitive, _put(None)),
    Mutation("primitive: object", is_primitive, _put({"value": 1})),
    Mutation("primitive: list", is_primitive, _put([])),
    *_each("number", is_first_of(*NUMBERS), as_text="1", boolean=True, empty="", beyond_32_bits=2**31, negative=-1, zero=0),
    *_each("whole number", is_first_of(*NUMBERS - {"decimal"}), with_fraction=Number("1.5"), as_decimal=Number("1.0"), with_exponent=Number("1e1")),
    *_each("decimal", is_of("decimal"), many_digits=Number("1." + "1" * 30), exponent=Number("1.5E2"), comma="1,5"),
    *_each("boolean", is_of("boolean"), text="true", number=1, zero=0),
    *_each("text", is_first_of("string", "markdown"), number=1, boolean=True, empty="", spaces="  ", spaces_around=" a ", control="a\u0007b", line="a\nb", tab="a\tb", emoji="🤰", space_that_does_not_break="a\u00a0b"),
    *_each("code", lambda place: place.type_name == "code" and not _is_code(place), spaces_around=" a ", two_spaces="a  b", one_space="a b", number=1, empty="", tab="a\tb"),
    *_each("listed code", _is_code, unknown="finished-or-so", capitals="FINAL", empty="", spaces_around=" final ", number=1, null=None),
    Mutation("concept: unknown code of the system", _is_concept, _coded("finished-or-so")),
    Mutation("concept: another system", _is_concept, _coded("a", system="http://x.example/codes")),
    Mutation("concept: text only", lambda place: _is_concept(place) and place.type_name == "CodeableConcept", _put({"text": "a"})),
    Mutation("concept: code without system", lambda place: _is_concept(place) and place.type_name == "CodeableConcept", _put({"coding": [{"code": "active"}]})),
    *_each("date", is_first_of(*DATES), thirtieth_of_February="2026-02-30", thirteenth_month="2026-13-01", day_zero="2026-01-00", one_digit="2026-1-1", Norwegian="30.01.2026", number=2026, empty="", year_zero="0000-01-01", words="i dag", slashes="2026/01/30", with_time="2026-01-30T10:00:00+01:00", without_seconds="2026-01-30T10:00+01:00", without_zone="2026-01-30T10:00:00", hour_24="2026-01-30T24:00:00Z", minute_60="2026-01-30T10:60:00Z", leap_second="2026-06-30T23:59:60Z", zone_15="2026-01-30T10:00:00+15:00", spaces_around=" 2026-01-30 ", year_only="2026", leap_day="2024-02-29", no_leap_day="2026-02-29", fraction_of_a_second="2026-01-30T10:00:00.123456Z", space_for_T="2026-01-30 10:00:00Z", small_letters="2026-01-30t10:00:00z"),
    *_each("time", is_first_of("time"), hour_24="24:00:00", without_seconds="10:00", zone="10:00:00Z", number=10),
    *_each("id", lambda place: place.type_name == "id", underscore="a_b", long="a" * 65, space="a b", empty="", letter="ærlig", number=1),
    *_each("uri", is_first_of("uri", "url", "canonical"), space="http://x.example/a b", spaces_around=" http://x.example ", empty="", oid="urn:oid:1.2.x", oid_leading_zero="urn:oid:1.02.3", uuid="urn:uuid:1", uuid_in_capitals="urn:uuid:187E0C12-8DD2-67E2-99B2-BF273C878281", number=1, relative="a/b", word="a", fragment="#a", capitals="HTTP://x.example/a"),
    *_each("base64", is_first_of("base64Binary"), letters="Ågot!", padding="YWJ", spaces="YW Jj", spaces_between_fours="YWJj YWJj", empty="", number=1),
    *_each("oid", is_first_of("oid"), bare="1.2.3", letters="urn:oid:a"),
    *_each("uuid", is_first_of("uuid"), bare="187e0c12-8dd2-67e2-99b2-bf273c878281", short="urn:uuid:1"),
    Mutation("choice: two values", _has_second, _second),
    Mutation("choice: without its type", lambda place: place.element.choice, lambda place: place.holder.update({place.element.name: place.holder.pop(place.key)})),
    Mutation("reference: wrong type of target", _has_targets, _target),
    Mutation("reference: a version", _has_targets, _versioned),
    Mutation("reference: contained, not there", is_first_of("Reference"), _put({"reference": "#nowhere"})),
    Mutation("reference: absolute", is_first_of("Reference"), _put({"reference": "https://x.example/fhir/Basic/1"})),
    Mutation("reference: a text", is_first_of("Reference"), _put("Patient/1")),
    Mutation("reference: unknown type", is_first_of("Reference"), _put({"reference": "Pasient/1"})),
    Mutation("reference: type only", is_first_of("Reference"), _put({"type": "Patient"})),
    Mutation("reference: no id", is_first_of("Reference"), _put({"reference": "Patient/"})),
    Mutation("reference: bare id", is_first_of("Reference"), _put({"reference": "1"})),
    Mutation("extension: without url", is_object, _inside(extension=[{"valueString": "a"}])),
    Mutation("extension: without value", is_object, _inside(extension=[{"url": "http://x.example/e"}])),
    Mutation("extension: value and extension", is_object, _inside(extension=[{**EXTENSION, "extension": [EXTENSION]}])),
    Mutation("extension: two values", is_object, _inside(extension=[{**EXTENSION, "valueBoolean": True}])),
    Mutation("extension: value of no type", is_object, _inside(extension=[{"url": "http://x.example/e", "value": "a"}])),
    Mutation("extension: relative url", is_object, _inside(extension=[{"url": "e", "valueString": "a"}])),
    Mutation("extension: nested", is_object, _inside(extension=[{"url": "http://x.example/e", "extension": [{"url": "a", "valueString": "b"}]}])),
    Mutation("extension: an object, no list", is_object, _inside(extension=EXTENSION)),
    Mutation("extension: a type that R4 does not have", is_object, _inside(extension=[{"url": "http://x.example/e", "valueColour": "red"}])),
    Mutation("beside a primitive: extension", is_primitive, _beside({"extension": [EXTENSION]})),
    Mutation("beside a primitive: id", is_primitive, _beside({"id": "a"})),
    Mutation("beside a primitive: empty", is_primitive, _beside({})),
    Mutation("beside a primitive: null", is_primitive, _beside(None)),
    Mutation("beside a primitive: text", is_primitive, _beside("a")),
    Mutation("beside a primitive: list", is_primitive, _beside([{"id": "a"}])),
    Mutation("beside a primitive: unknown element", is_primitive, _beside({"colour": "red"})),
    Mutation("instead of a primitive: extension", is_primitive, _instead({"extension": [EXTENSION]})),
    Mutation("instead of a primitive: id", is_primitive, _instead({"id": "a"})),
    Mutation("beside a list: aligned", _is_many_primitive, _beside([{"id": "a"}])),
    Mutation("beside a list: longer", _is_many_primitive, _beside([None, None, None, None, {"id": "a"}]), places=4),
    Mutation("beside a list: null", _is_many_primitive, _beside([None])),
    Mutation("beside a list: an object", _is_many_primitive, _beside({"id": "a"})),
    *_each(
        "narrative", _is_narrative, script=DIV.format("<script>x</script>"), on_click=DIV.format('<p onclick="x()">a</p>'),
        link_that_runs=DIV.format('<a href="javascript:x()">a</a>'), frame=DIV.format('<iframe src="http://x.example"/>'),
        form=DIV.format("<form><input/></form>"), object=DIV.format('<object data="x"/>'), empty=DIV.format(" "),
        not_well_formed=DIV.format("<p>a"), no_namespace="<div>a</div>", no_div='<p xmlns="http://www.w3.org/1999/xhtml">a</p>',
        text="a", document_type=f"<!DOCTYPE html>{DIV.format('a')}", entity=DIV.format("a&nbsp;b"), unknown_entity=DIV.format("a&nothing;b"),
        external_image=DIV.format('<img src="http://x.example/a.png" alt="a"/>'), local_image=DIV.format('<img src="#a" alt="a"/>'),
        style=DIV.format('<p style="color: red">a</p>'), style_element=DIV.format("<style>p {}</style>"), head=DIV.format("<head><title>a</title></head>"),
        table=DIV.format("<table><tbody><tr><td>a</td></tr></tbody></table>"), unknown_element=DIV.format("<colour>a</colour>"), two=DIV.format("a") * 2,
        base=DIV.format('<base href="http://x.example"/>'), meta=DIV.format('<meta http-equiv="refresh"/>'), vector=DIV.format('<svg onload="x()"/>'), number=1,
    ),
)  # fmt: skip
