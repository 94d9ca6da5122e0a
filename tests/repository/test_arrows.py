"""The import contracts of contracts.toml name everything there is; `make check` holds the code to them."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.processes import ROOT

LINTER: dict[str, Any] = tomllib.loads((ROOT / "contracts.toml").read_text())["tool"]["importlinter"]
CONTRACTS: list[dict[str, Any]] = LINTER["contracts"]
FLOORS = ["reminders", "documents", "pages", "accounts", "calendar", "policy", "records", "ui", "lib"]
DOMAIN = ["finance", "interventions", "categorisation", "behaviour", "schools"]


def layers() -> list[str]:
    """The layers of the first contract, from the top; modules that share a layer stand between colons."""
    found: list[str] = CONTRACTS[0]["layers"]
    return found


def names_in(row: str) -> set[str]:
    return {name.strip(" ()") for name in re.split("[:|]", row)}


def packages(top: str) -> Iterator[str]:
    """The packages of an app or floor, given by its folder, that hold anything."""
    for init in sorted((ROOT / top).rglob("__init__.py")):
        if children(init.parent) and "migrations" not in init.parent.parts:
            yield ".".join(init.parent.relative_to(ROOT).parts)


def children(folder: Path) -> set[str]:
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    return modules | {path.parent.name for path in folder.glob("*/__init__.py")}


def outside(contracts: list[dict[str, Any]], held: Mapping[str, set[str]]) -> list[str]:
    """Modules of these packages that no contract gives a place among their siblings."""
    placed = set()
    for contract in contracts:
        rows = [names_in(row) for row in contract.get("layers", ())]
        for container in contract.get("containers", ()):
            placed |= {f"{container}.{name}" for name in set().union(*rows)}
    alone = [
        re.compile(re.escape(pattern).replace(r"\*", "[^.]+"))
        for contract in contracts
        if contract["type"] == "independence"
        for pattern in contract["modules"]
    ]
    modules = [f"{package}.{name}" for package, names in held.items() for name in sorted(names)]
    return [each for each in modules if each not in placed and not any(one.fullmatch(each) for one in alone)]


def test_the_floors_stand_in_the_order_of_the_house() -> None:
    assert layers()[1:] == [*DOMAIN, *(f"schoolimprove.{floor}" for floor in FLOORS)]


def test_every_module_of_the_project_package_is_a_floor_or_in_the_composition_root() -> None:
    root = {name.removeprefix("schoolimprove.") for name in names_in(layers()[0])}
    assert children(ROOT / "schoolimprove") == root | set(FLOORS)


def test_no_contract_makes_exceptions() -> None:
    allowing = ("ignore_imports", "exhaustive_ignores", "skip_descendants", "depth")
    assert [contract["name"] for contract in CONTRACTS if set(allowing) & contract.keys()] == []
    assert "exclude_type_checking_imports" not in LINTER


def test_no_module_of_an_app_or_a_floor_stands_outside_the_contracts() -> None:
    apps = [path.parent.name for path in ROOT.glob("*/apps.py") if path.parent.name not in ("schoolimprove", "tests")]
    tops = [*(app for app in apps if children(ROOT / app) - {"apps"}), *(f"schoolimprove/{floor}" for floor in FLOORS)]
    held = {package: children(ROOT / package.replace(".", "/")) for top in tops for package in packages(top)}
    assert {"schools", "schools.records.corrections", "schoolimprove.lib.clock"} <= held.keys()
    assert outside(CONTRACTS, held) == []


def test_a_module_without_a_place_would_be_found() -> None:
    assert outside(CONTRACTS, {"schools.records": {"actions", "helpers"}}) == ["schools.records.helpers"]


def test_every_contract_of_a_container_names_all_there_is_in_it() -> None:
    """So that `make check` too refuses a module without a place."""
    assert [each["name"] for each in CONTRACTS if "containers" in each and not each.get("exhaustive")] == []


def test_modules_that_import_each_other_in_a_circle_are_refused_everywhere() -> None:
    acyclic = [set(each["ancestors"]) for each in CONTRACTS if each["type"] == "acyclic_siblings"]
    assert acyclic == [set(LINTER["root_packages"])]
