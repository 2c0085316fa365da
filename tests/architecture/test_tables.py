"""Every row of the tables has what belongs to it: example, rights, index, words."""

import json
import re

import pytest

from app.access.caller import Role
from app.access.grounds import AGREED, version_of
from app.access.rules import ALLOW, ANY, BLOCK, BY_ID
from app.fhir import definitions
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.search_params import of_type
from tests.architecture import tree

EXAMPLES = tree.ROOT / "fhir_profiles" / "examples"
TYPES = [row.name for row in RESOURCE_TYPES]
DOES = {"read", "create", "update", "delete", "confirm", "discuss", "mirror", "status"}


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_an_example(name):
    found = [json.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES.glob(f"{name}-*.json")]
    assert found
    assert {resource["resourceType"] for resource in found} == {name}


def test_every_example_is_of_a_kept_type():
    assert {path.name.partition("-")[0] for path in EXAMPLES.glob("*.json")} == set(TYPES)


@pytest.mark.parametrize("row", RESOURCE_TYPES, ids=TYPES)
def test_every_type_has_a_right_of_somebody_beside_the_sandbox(row):
    roles = {
        role for right in ALLOW if row.name in right.types and "read" in right.do for role in right.roles
    }
    assert roles - {Role.HARNESS, Role.SYSTEM}


@pytest.mark.parametrize("row", RESOURCE_TYPES, ids=TYPES)
def test_every_type_names_elements_that_r4_has(row):
    assert {
        name for name in (row.status, row.category) if name and not definitions.element(row.name, name)
    } == set()
    assert {path for path in (*row.patient, *row.episode) if not is_path(row.name, path)} == set()


def is_path(parent, path):
    """Whether R4 has each step of ``path``; what stands in an entry of a Bundle may be any resource."""
    step, _, rest = path.replace("[0]", "").partition(".")
    element = definitions.element(parent, step)
    if element is None:
        return False
    return not rest or "Resource" in element.types or is_path(f"{parent}.{step}", rest)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_its_place_on_the_content_page(name):
    page = (tree.ROOT / "docs" / "content.md").read_text(encoding="utf-8")
    assert re.search(rf"^\|.*\b{name}\b", page, re.MULTILINE)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_can_be_searched(name):
    assert {"_id", "_lastUpdated"} <= {param.code for param in of_type(name)}


def test_rules_have_one_id_each_a_ground_and_known_names():
    assert len(BY_ID) == len(ALLOW) + len(BLOCK)
    for row in (*ALLOW, *BLOCK):
        assert bool(version_of(row.ground)) != row.ground.startswith(AGREED), (
            "a law with its date, or an agreement"
        )
        assert row.id.startswith("allow." if row in ALLOW else "block.")
    for right in ALLOW:
        assert right.types <= ANY
        assert right.do <= DOES


def test_hidden_elements_exist():
    for right in ALLOW:
        for name in right.hidden:
            type_name, _, element = name.partition(".")
            assert type_name in right.types
            assert definitions.element(type_name, element) is not None


def test_every_role_has_a_right():
    assert {role for row in ALLOW for role in row.roles} == set(Role)
