"""What is printed from tables is as printed: settings, access rows, OpenAPI."""

import json
import re
from dataclasses import fields

import pytest

from app.api.openapi import document
from app.api.routes import GUARDED, OPEN
from app.fhir.compartments import TABLE as COMPARTMENTS
from app.fhir.registry import RESOURCE_TYPES
from app.settings import Settings
from tests.architecture import tree
from tools import documents

DOCS = tree.ROOT / "docs"


@pytest.mark.parametrize("name", documents.PAGES)
def test_printed_pages_are_up_to_date(name):
    assert (DOCS / name).read_text(encoding="utf-8") == documents.PAGES[name](), "make docs"


@pytest.mark.parametrize("row", fields(Settings), ids=lambda row: row.name)
def test_every_setting_is_documented(row):
    sentence = row.metadata["doc"]
    assert sentence.endswith(".")
    if row.name != "pilot":
        assert f"`HELSEKORT_{row.name.upper()}`" in (DOCS / "settings.md").read_text(encoding="utf-8")


def test_no_other_variable_of_ours_is_read():
    known = {f"HELSEKORT_{row.name.upper()}" for row in fields(Settings)}
    found = {
        variable
        for path in tree.modules("app", "migrations")
        for variable in re.findall(r"HELSEKORT_[A-Z_]+[A-Z]", path.read_text(encoding="utf-8"))
    }
    assert found <= known


def test_the_exported_openapi_is_what_the_tables_give():
    assert (tree.ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8") == document(), "make openapi"


def test_the_openapi_document_names_every_url():
    paths = json.loads(document())["paths"]
    expected = {path for path, _ in OPEN}
    for row in GUARDED:
        if "{type}" not in row.path:
            expected.add(row.path.rstrip("/"))
        else:
            kept = [
                kind.name for kind in RESOURCE_TYPES if row.interaction in {*kind.interactions, "operation"}
            ]
            kept += COMPARTMENTS if "{member}" in row.path else []
            expected |= {row.path.replace("{type}", name) for name in kept}
    assert set(paths) == expected
    does = [found for path in paths.values() for method, found in path.items() if method != "parameters"]
    names = [found["operationId"] for found in does]
    assert len(names) == len(set(names))


def test_references_inside_the_openapi_document_lead_somewhere():
    text = document()
    components = json.loads(text)["components"]
    for kind, name in set(re.findall(r'"#/components/(\w+)/([^"]+)"', text)):
        assert name in components[kind]


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=tree.name)
def test_links_and_code_paths_in_the_docs_exist(page):
    text = page.read_text(encoding="utf-8")
    links = {
        target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target
    }
    assert {link for link in links if link and not (page.parent / link).exists()} == set()
    paths = set(
        re.findall(r"`((?:app|sandbox|tests|tools|bench|migrations|fhir_profiles|docs)/[\w/.-]+)`", text)
    )
    assert {path for path in paths if not (tree.ROOT / path).exists()} == set()
    named = set(re.findall(r"`(test_\w+)`", text))
    if named:
        tests = "".join(path.read_text(encoding="utf-8") for path in (tree.ROOT / "tests").rglob("test_*.py"))
        assert {name for name in named if f"def {name}(" not in tests} == set()
