"""Odd bodies and odd queries of every type: each gets an answer of the server's own, never a failure."""

import copy
import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import strategies as st

from app.fhir.query_conditions import MODIFIERS
from app.fhir.query_controls import TABLE as CONTROLS
from app.fhir.registry import BY_NAME, RESOURCE_TYPES
from app.fhir.search_params import of_type
from tests.contract.examples import Json
from tests.contract.fuzzing import refuse_failures, varied
from tests.fixtures.server import Person

TYPES = [row.name for row in RESOURCE_TYPES]
WRITABLE = [name for name in TYPES if "create" in BY_NAME[name].interactions]
SOUND = {"op": "add", "path": "/language", "value": "nb"}
PATCHED = [name for name in TYPES if "patch" in BY_NAME[name].interactions]
ODD: list[Any] = [
    None, True, False, 0, -1, 0.5, 10**400, "", " ", "a", "\x00", "\ud800", "\u202e", "å" * 5000, [], {}, [[]], [None],
    [{}], {"": ""}, {"reference": "#"}, {"reference": "Patient/"}, {"reference": "//Patient/1/_history/0"},
    {"reference": "urn:uuid:0"}, {"resourceType": "Nothing"}, {"resourceType": "Patient", "id": "../a"}, "2026-02-30",
    "0000-00-00", "9999-12-31T23:59:60+14:00", "-1", "1e400", "http://", "<div>", "<a xmlns='http://www.w3.org/1999/xhtml'/>",
    {"extension": [{"url": "a"}]}, {"id": None}, {"value": 10**30, "unit": "\x00"},
]  # fmt: skip
TEXTS = [
    "", "a", "|", "||", "a|", "|a", "\\", "\\,", ",", "$", "a$b$c", "%", "_", "\x00", "\ud7ff", "'", '"', "ge", "ap", "gt2026-13",
    "0001", "9999-12-31", "2026-02-30", "1e400", "1e-400", "-0.0", "9" * 400, "NaN", "5.4||mg", "5|http://unitsofmeasure.org|",
    "http://a|b|c", "Patient/", "/1", "Patient/1/_history/2", "urn:oid:", "true", "null", "(" * 200, "a" * 3000, "\u0130\u1e9e", "*",
    "eqne2026", "2026-01-01T00:00:00+99:99", "-5", "0", "99999999999",
]  # fmt: skip


def places(node: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in ``node``."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, value in inside for found in ((*way, key), *places(value, (*way, key)))]


@st.composite
def odd_bodies(draw: st.DrawFn, body: Json) -> str:
    """``body``, changed in a place or several, or torn as text."""
    found: Any = copy.deepcopy(body)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        way = draw(st.sampled_from(places(found) or [("resourceType",)]))
        parent = found
        for step in way[:-1]:
            parent = parent[step]
        change = draw(st.sampled_from(["put", "drop", "rename", "repeat"]))
        if change == "put" or isinstance(parent, list):
            parent[way[-1]] = copy.deepcopy(draw(st.sampled_from(ODD)))
        elif change == "repeat":
            parent[way[-1]] = [
                copy.deepcopy(parent[way[-1]]) for _ in range(draw(st.sampled_from([1, 2, 30])))
            ]
        else:
            value = parent.pop(way[-1])
            if change == "rename":
                parent[draw(st.sampled_from(["", "_" + str(way[-1]), "valueString", "x\x00"]))] = value
    text = json.dumps(found)
    start = draw(st.integers(0, len(text)))
    torn = draw(st.sampled_from([*[""] * 15, '"', "{", "\\u0000", "\\ud800", "1e999", ",", '"id":1,']))
    return text[:start] + torn + text[start:] if torn else text


@st.composite
def odd_patches(draw: st.DrawFn, body: Json) -> tuple[str, str]:
    """A patch of ``body`` as JSON Patch or FHIRPath Patch, and its content type."""
    name = body["resourceType"]
    ways = [way for way in places(body) if way[0] not in {"id", "resourceType"}]
    if draw(st.booleans()):
        pointers = st.sampled_from(
            ["/".join(["", *map(str, way)]) for way in ways] + ["", "/", "a", "/-", "/~2", "/0/0/0"]
        )
        ops = st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x", None])
        one = st.fixed_dictionaries(
            {"op": ops, "path": pointers}, optional={"value": st.sampled_from(ODD), "from": pointers}
        )
        return json.dumps(
            draw(st.lists(st.one_of(st.just(SOUND), st.just(SOUND), one), max_size=2))
        ), "application/json-patch+json"
    paths = st.sampled_from(
        [".".join([name, *(str(step) for step in way if isinstance(step, str))]) for way in ways]
    )
    kinds = st.sampled_from(["add", "insert", "delete", "replace", "move", "x"])
    parts = [
        {"name": "type", "valueCode": draw(kinds)},
        {"name": "path", "valueString": draw(st.one_of(paths, st.sampled_from(TEXTS)))},
        {"name": "name", "valueString": draw(st.sampled_from(["", "status", "x", "extension"]))},
        {
            "name": "value",
            draw(st.sampled_from(["valueString", "valueCode", "part", "resource"])): draw(
                st.sampled_from(ODD)
            ),
        },
        {"name": "index", "valueInteger": draw(st.sampled_from([-1, 0, 1, 2**31, "a"]))},
    ]
    if draw(st.booleans()):
        sound = {
            "type": ("valueCode", "add"),
            "path": ("valueString", name),
            "name": ("valueString", "language"),
        }
        parts = [{"name": key, kind: value} for key, (kind, value) in sound.items()]
        parts.append({"name": "value", "valueCode": draw(st.sampled_from(["nb", "nb", *TEXTS]))})
    operation = {"name": "operation", "part": parts[: draw(st.sampled_from([0, 2, 4, 5, 5]))]}
    return json.dumps({"resourceType": "Parameters", "parameter": [operation]}), "application/fhir+json"


@st.composite
def odd_queries(draw: st.DrawFn, name: str) -> str:
    """Parameters of the type, with odd modifiers and odd values."""
    params = [param.code for param in of_type(name)]
    names = st.sampled_from([*params, *CONTROLS, "_has", "nothing", ""])
    modifiers = sorted({one for kind in MODIFIERS.values() for one in kind})
    pairs = []
    for _ in range(draw(st.integers(1, 3))):
        parts = [draw(names), *draw(st.lists(st.sampled_from([*modifiers, "Patient", "x", ""]), max_size=1))]
        if parts[0] == "_has":
            parts[1:] = [draw(st.sampled_from(TYPES)), draw(names), draw(names)]
        link = draw(st.sampled_from(["", "", f".{draw(names)}", f":Patient.{draw(names)}"]))
        values = draw(
            st.lists(st.sampled_from([*TEXTS, *params, f"{name}:{draw(names)}"]), min_size=1, max_size=3)
        )
        pairs.append((":".join(parts) + link, ",".join(values)))
    return urlencode(pairs)


def looked_at(answer: httpx.Response) -> None:
    refuse_failures(answer.status_code, answer.headers, answer.content)


def ways(harness: Person, body: Json, text: str) -> list[httpx.Response]:
    """The text by every door that takes a body."""
    name = body["resourceType"]
    entry = {"request": {"method": "POST", "url": name}, "resource": 0}
    batch = json.dumps({"resourceType": "Bundle", "type": "batch", "entry": [entry]})
    return [
        harness.post(f"/{name}", text),
        harness.put(f"/{name}/{body['id']}", text),
        harness.post(f"/{name}/$validate", text),
        harness.post("", batch.replace('"resource": 0', f'"resource": {text}')),
    ]


def bodies(harness: Person, body: Json, examples: int) -> None:
    def send(text: str) -> None:
        for answer in ways(harness, body, text):
            looked_at(answer)
            assert answer.status_code != 200 or not _failed(answer), answer.text

    varied(body["resourceType"], examples, odd_bodies(body), send)


def _failed(answer: httpx.Response) -> bool:
    """Whether an entry of the Bundle failed in the server."""
    entries = answer.json().get("entry", ()) if answer.content else ()
    return any(entry.get("response", {}).get("status", "").startswith("5") for entry in entries)


def queries(harness: Person, name: str, examples: int) -> None:
    def send(query: str) -> None:
        looked_at(harness.get(f"/{name}?{query}"))
        form = "application/x-www-form-urlencoded"
        looked_at(harness.request("POST", f"/{name}/_search", query, Content_Type=form))

    varied(name, examples, odd_queries(name), send)


def patches(harness: Person, body: Json, examples: int) -> None:
    def send(patch: tuple[str, str]) -> None:
        looked_at(
            harness.request("PATCH", f"/{body['resourceType']}/{body['id']}", patch[0], Content_Type=patch[1])
        )

    varied(body["resourceType"], examples, odd_patches(body), send)


@pytest.mark.parametrize("name", PATCHED)
def test_odd_patches(name: str, harness: Person, kept: dict[str, Json]) -> None:
    patches(harness, kept[name], 4)


@pytest.mark.slow
@pytest.mark.parametrize("name", PATCHED)
def test_many_odd_patches(name: str, harness: Person, kept: dict[str, Json]) -> None:
    patches(harness, kept[name], 100)


@pytest.mark.parametrize("name", WRITABLE)
def test_odd_bodies(name: str, harness: Person, kept: dict[str, Json]) -> None:
    bodies(harness, kept[name], 3)


@pytest.mark.parametrize("name", TYPES)
def test_odd_queries(name: str, harness: Person) -> None:
    queries(harness, name, 10)


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITABLE)
def test_many_odd_bodies(name: str, harness: Person, kept: dict[str, Json]) -> None:
    bodies(harness, kept[name], 100)


@pytest.mark.slow
@pytest.mark.parametrize("name", TYPES)
def test_many_odd_queries(name: str, harness: Person) -> None:
    queries(harness, name, 200)


@pytest.mark.parametrize("text", TEXTS)
def test_odd_paths(text: str, harness: Person) -> None:
    odd = quote(text, safe="")
    for path in (
        f"/Patient/{odd}",
        f"/Patient/a/_history/{odd}",
        f"/Patient/a/{odd}",
        f"/{odd}",
        f"/Patient/${odd}",
    ):
        looked_at(harness.get(path))
