"""Files that repeat what the code says, and must say the same. Needs no database: `make check` runs it."""

import ast
import json
import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

from schoolimprove.policy.keys import all_keys

ROOT = Path(__file__).resolve().parent.parent.parent


def names_told_of() -> list[str]:
    return re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def names_read_by_settings() -> set[str]:
    """The first argument of every `env.something("NAME", …)`."""
    calls = (node for node in ast.walk(ast.parse((ROOT / "schoolimprove" / "settings.py").read_text())))
    return {
        str(node.args[0].value)
        for node in calls
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
    }


def names_read_by_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))


def test_the_example_environment_tells_of_exactly_the_variables_that_are_read() -> None:
    assert set(names_told_of()) == names_read_by_settings() | names_read_by_compose()


def test_the_example_environment_tells_of_each_variable_once() -> None:
    assert len(names_told_of()) == len(set(names_told_of()))


def test_every_variable_of_the_example_environment_has_a_comment_above_it() -> None:
    blocks = (ROOT / ".env.example").read_text().split("\n\n")
    settings = [block.splitlines() for block in blocks if re.search(r"^(# )?[A-Z_]+=", block, re.MULTILINE)]
    assert [lines for lines in settings if len(lines) < 2 or not lines[0].startswith("# ")] == []


def test_settings_read_the_environment_through_the_typed_reader_alone() -> None:
    text = (ROOT / "schoolimprove" / "settings.py").read_text()
    assert "os.environ" not in text
    assert "getenv" not in text


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-production.lock", "requirements-node.lock", "requirements-scanner.lock"]
)
def test_python_locks_hold_no_registry_addresses(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text()


def test_the_node_lock_holds_hashes_and_no_registry_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = {path: package for path, package in packages.items() if path}
    assert [path for path, package in installed.items() if "resolved" in package] == []
    assert [path for path, package in installed.items() if not package.get("integrity")] == []


def test_the_production_lock_is_a_part_of_the_whole_lock() -> None:
    """The image runs the very versions that were tested."""
    pin = re.compile(r"^[a-z0-9_.\-]+==\S+", re.MULTILINE)
    production = set(pin.findall((ROOT / "requirements-production.lock").read_text()))
    assert production
    assert production <= set(pin.findall((ROOT / "requirements.lock").read_text()))


def named_modules(text: str) -> set[str]:
    """The dotted names of our code that a document puts between backticks."""
    return set(re.findall(r"`((?:schools|schoolimprove)(?:\.\w+)+)`", text))


def is_there(name: str) -> bool:
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_each_module_that_a_document_names_is_there() -> None:
    others = {key.name for key in all_keys()} | {"schoolimprove.security"}
    documents = [ROOT / "DEVELOPERS.md", *(ROOT / "docs").rglob("*.md")]
    named = {(each.name, name) for each in documents for name in named_modules(each.read_text())}
    assert ("domain.md", "schools.register.people.leaving") in named
    assert sorted((each, name) for each, name in named if name not in others and not is_there(name)) == []


def test_a_module_that_is_gone_would_be_found() -> None:
    assert [is_there(name) for name in ("schools.models.Visit", "schools.leavers")] == [True, False]
