"""Undoing an import of several files that speak of the same school."""

from pathlib import Path

import pytest

from schools.imports.core.registry import Work
from schools.imports.gias.run import read
from schools.imports.gias.undoing import undo
from schools.models import School
from tests.factories.imports import ImportRunFactory
from tests.integration.schools.imports.importing import in_run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("urn", "came_of_it"), [(900101, (1, 0)), (900102, (0, 1))])
def test_what_a_second_file_of_the_same_import_changed_is_undone_with_it(
    tmp_path: Path, urn: int, came_of_it: tuple[int, int]
) -> None:
    def written(name: str, row: str) -> Path:
        path = tmp_path / name
        path.write_text(f"URN,LA (code),EstablishmentName,Town\n{row}\n")
        return path

    read([written("held.csv", "900101,999,Invented,A")], Work())
    run = ImportRunFactory()
    with in_run(run.pk):
        read([written("one.csv", f"{urn},999,Invented,B"), written("two.csv", f"{urn},999,Invented,C")], Work())
    undone = undo(run, Work())
    assert (undone.changed, undone.removed) == came_of_it
    assert list(School.objects.values_list("urn", "town")) == [(900101, "A")]
