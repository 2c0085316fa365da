"""The synthetic resources of fhir_profiles/examples, parsed."""

from importlib import resources
from typing import Any

from app.fhir import json


def read_all() -> dict[str, dict[str, Any]]:
    """File name → resource."""
    folder = resources.files("fhir_profiles").joinpath("examples")
    found = sorted((file.name, file.read_bytes()) for file in folder.iterdir() if file.name.endswith(".json"))
    return {name.removesuffix(".json"): json.parse(body) for name, body in found}


def example(name: str) -> dict[str, Any]:
    """A fresh copy of one example."""
    return read_all()[name]
