"""What kind of file of GIAS a file is, by its columns."""

import pytest

from schools.imports.core.csv_files import Unusable
from schools.imports.gias.kinds import kind_of


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["URN", "LA (code)", "LA (name)", "EstablishmentName"], "establishments"),
        (["establishmentname"], "establishments"),
        (["LinkType", "linkurn", "URN"], "links"),
        (["URN", "LinkURN", "EstablishmentName"], "links"),
        (["TYPE-OF-ESTABLISHMENT-CODE ", "type-of-establishment-name"], "types"),
    ],
)
def test_a_file_is_known_by_its_columns(header: list[str], kind: str) -> None:
    assert kind_of(header) == kind


@pytest.mark.parametrize("header", [["URN", "School name", "Ofsted phase"], ["a"], []])
def test_a_file_of_something_else_is_refused_with_a_sentence(header: list[str]) -> None:
    with pytest.raises(Unusable) as refusal:
        kind_of(header, "file.csv")
    assert str(refusal.value) == (
        "file.csv is not a file of GIAS: it has none of the columns that tell establishments (LA (code),"
        " EstablishmentName), links (LinkURN) and types (type-of-establishment-code) apart."
    )
