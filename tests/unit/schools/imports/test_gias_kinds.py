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
        (["URN", "Name"], "establishments"),
        (["Phase", "School name", "urn", "Our own notes"], "establishments"),
    ],
)
def test_a_file_is_known_by_its_columns(header: list[str], kind: str) -> None:
    assert kind_of(header) == kind


@pytest.mark.parametrize(
    ("header", "begins"),
    [
        (["URN", "School name", "Ofsted phase"], " Its columns begin “URN”, “School name”, “Ofsted phase”."),
        (["URN", "Name", "Phase", "a", "b", "c", "d"], " Its columns begin “URN”, “Name”, “Phase”, “a”, “b”."),
        (["Name", "Phase", "Town"], " Its columns begin “Name”, “Phase”, “Town”."),
        (["a"], " Its columns begin “a”."),
        ([], ""),
    ],
)
def test_a_file_of_something_else_is_refused_with_a_sentence(header: list[str], begins: str) -> None:
    with pytest.raises(Unusable) as refusal:
        kind_of(header, "file.csv")
    assert str(refusal.value) == (
        "file.csv is not a list of schools. A file from GIAS has columns such as LA (code), EstablishmentName or "
        "LinkURN. Your own list of schools needs the columns URN and Name, and most of its other columns must be in "
        "our template."
        f"{begins} Download the template to see the columns we read."
    )


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (["Role", "Name", "URN", "Phase", "From"], "It is a list of appointments: import it as Appointments."),
        (["Academic year", "Term", "First day"], "It is a list of term dates: import it as Term dates and closures."),
        (["Closure day", "Reason"], "It is a list of closures: import it as Term dates and closures."),
    ],
)
def test_a_file_of_another_import_is_sent_there(header: list[str], sentence: str) -> None:
    """A list of appointments has URN and Name too, and its names are people's."""
    with pytest.raises(Unusable) as refusal:
        kind_of(header, "file.csv")
    assert str(refusal.value) == f"file.csv is not a list of schools. {sentence}"
