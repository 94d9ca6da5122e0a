"""What a home page says of appointments, of which some people hold many."""

from schoolimprove.accounts.rights import Held, in_words
from schoolimprove.accounts.roles import Role


def held(number: int, role: Role = Role.SIP, kind: str = "school") -> Held:
    return Held(appointment_id=number, role=role, scope_kind=kind, scope_key=str(number), scope_name=f"Place {number}")


def test_few_appointments_are_named_on_one_line_for_each_role() -> None:
    said = in_words([held(1), held(2), held(3, Role.CLERK)])
    assert said == ["School Improvement Partner, Place 1; Place 2", "Clerk to the governors, Place 3"]


def test_many_schools_are_counted() -> None:
    assert in_words([held(number) for number in range(8)]) == ["School Improvement Partner, 8 schools"]


def test_many_appointments_of_different_kinds_are_counted_as_appointments() -> None:
    mixed = [*(held(number) for number in range(3)), held(4, kind="district")]
    assert in_words(mixed) == ["School Improvement Partner, 4 appointments"]
