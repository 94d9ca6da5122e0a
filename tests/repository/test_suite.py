"""What the suite promises of itself: nothing is left out in silence."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import PATIENCE, ROOT

RunSuite = Callable[..., subprocess.CompletedProcess[str]]
TESTS = """
import pytest

@pytest.mark.shared
def test_on_real_files(): ...

def test_on_nothing(): ...
"""
SKIPPING = """
import pytest

def test_not_today():
    pytest.skip("not today")
"""


@pytest.fixture
def suite(tmp_path: Path) -> RunSuite:
    """Runs some tests under our conftest in a process of their own."""

    def run(code: str, *options: str, shared: Path, ci: bool) -> subprocess.CompletedProcess[str]:
        (tmp_path / "test_some.py").write_text(code)
        environment = {
            "SHARED_DATA": str(shared),
            "CI": "true" if ci else "",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", "pyproject.toml", *options]
        return subprocess.run(
            [*command, str(tmp_path / "test_some.py")],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", **environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    return run


@pytest.mark.prove
def test_without_real_files_their_tests_are_left_out_and_one_line_says_so(suite: RunSuite, tmp_path: Path) -> None:
    done = suite(TESTS, "-q", "-n", "2", shared=tmp_path / "absent", ci=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert done.stdout.count("Tests marked shared were left out") == 1


@pytest.mark.prove
def test_with_real_files_their_tests_run(suite: RunSuite, tmp_path: Path) -> None:
    done = suite(TESTS, "-q", shared=tmp_path, ci=False)
    assert "2 passed" in done.stdout
    assert "left out" not in done.stdout


@pytest.mark.prove
def test_without_real_files_nothing_lands(suite: RunSuite, tmp_path: Path) -> None:
    done = suite(TESTS, shared=tmp_path / "absent", ci=True)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Tests on real files cannot run" in done.stderr


@pytest.mark.prove
@pytest.mark.parametrize(("ci", "status"), [(False, pytest.ExitCode.OK), (True, pytest.ExitCode.TESTS_FAILED)])
def test_a_skipped_test_keeps_a_change_from_landing(
    suite: RunSuite, tmp_path: Path, ci: bool, status: pytest.ExitCode
) -> None:
    done = suite(SKIPPING, "-q", shared=tmp_path, ci=ci)
    assert done.returncode == status, done.stdout + done.stderr
    assert ("Tests were skipped, which fails the run under CI." in done.stdout) is ci


def test_make_test_leaves_out_the_slow_proofs_alone_and_make_prove_runs_them() -> None:
    """Each test is in exactly one of the two: they differ in the marker and in nothing else."""
    makefile = (ROOT / "Makefile").read_text()
    assert re.findall(r"^(\w+):.*\n\t\$\(SUITE\)(.*)$", makefile, re.MULTILINE) == [
        ("test", ' -m "not prove"'),
        ("prove", " -m prove"),
    ]
    (suite,) = re.findall(r"^SUITE := (.*)$", makefile, re.MULTILINE)
    assert not re.search(r"tests| -[mk] |--ignore|--deselect", suite)


def test_a_demonstration_on_another_port_links_to_that_port() -> None:
    told = subprocess.run(
        ["make", "--dry-run", "demo", "PORT=8123"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "SITE_URL"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "SITE_URL=${SITE_URL:-http://127.0.0.1:8123}" in told


def test_a_change_lands_by_the_checks_the_suite_and_the_slow_proofs() -> None:
    run = (ROOT / ".ci" / "run").read_text()
    assert re.findall(r"^for target in (.*); do$", run, re.MULTILINE) == ["check test prove"]
    assert re.findall(r"^ +(make .*)$", run, re.MULTILINE) == ['make "$target"']


def test_every_folder_of_tests_is_a_package() -> None:
    """One that is not gives its inner packages their bare names, and `calendar` is one the standard library has."""
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert sorted(str(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


def test_the_real_files_that_tests_use_are_named_so_that_one_more_there_breaks_nothing() -> None:
    looking = re.compile(
        r"(shared_data|SHARED_DATA).*\.(glob|rglob|iterdir|walk)\(|listdir\(.*(shared_data|SHARED_DATA)"
    )
    sources = {path: path.read_text() for path in sorted((ROOT / "tests").rglob("*.py"))}
    assert [path.name for path, text in sources.items() if looking.search(text)] == []
