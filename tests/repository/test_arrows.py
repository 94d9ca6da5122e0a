"""The import contracts of pyproject.toml name everything there is; `make check` holds the code to them."""

import tomllib
from typing import Any

from tests.processes import ROOT

LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
FLOORS = ["reminders", "documents", "accounts", "calendar", "policy", "records", "ui", "lib"]
DOMAIN = ["finance", "interventions", "categorisation", "behaviour", "schools"]


def layers() -> list[str]:
    """The layers of the first contract, from the top; modules that share a layer stand between colons."""
    found: list[str] = LINTER["contracts"][0]["layers"]
    return found


def test_the_floors_stand_in_the_order_of_the_house() -> None:
    assert layers()[1:] == [*DOMAIN, *(f"schoolimprove.{floor}" for floor in FLOORS)]


def test_every_module_of_the_project_package_is_a_floor_or_in_the_composition_root() -> None:
    root = {name.strip().removeprefix("schoolimprove.") for name in layers()[0].split(":")}
    package = ROOT / "schoolimprove"
    modules = {path.stem for path in package.glob("*.py")} | {
        path.parent.name for path in package.glob("*/__init__.py")
    }
    assert modules - {"__init__"} == root | set(FLOORS)


def test_no_contract_makes_exceptions() -> None:
    assert [contract["name"] for contract in LINTER["contracts"] if "ignore_imports" in contract] == []
    assert "exclude_type_checking_imports" not in LINTER


def test_every_app_is_held_to_its_inner_layers() -> None:
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")} - {"schoolimprove"}
    floors = {f"schoolimprove.{path.parent.name}" for path in (ROOT / "schoolimprove").glob("*/apps.py")}
    assert set(LINTER["contracts"][1]["containers"]) == (apps | floors) - {"schoolimprove.ui"}
