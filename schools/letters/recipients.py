"""Who a letter goes to: the headteacher and the chair of governors of the day, or the school's address."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from schoolimprove.accounts.roles import Role
from schools.letters.models import Letter, LetterDelivery, Method
from schools.register.models.appointment import Appointment
from schools.register.models.person import Person

ROLES = (Role.HEADTEACHER, Role.CHAIR)


def recipients_of(letters: Iterable[Letter], *, on: date) -> dict[int, list[LetterDelivery]]:
    """Return what would be sent on that day, by the key of the letter and not saved. One query.

    A person who can sign in gets an email. The others get the letter by post at the school's address, and so does a
    role in which no one is.
    """
    letters = list(letters)
    people: defaultdict[tuple[int, str], list[Person]] = defaultdict(list)
    held = Appointment.objects.current(on).filter(school__in={each.school_id for each in letters}, role__in=ROLES)
    for appointment in held.select_related("person__user").order_by("pk"):
        if appointment.school_id is not None:
            people[appointment.school_id, appointment.role].append(appointment.person)
    sent: dict[int, list[LetterDelivery]] = {}
    for letter in letters:
        to: list[tuple[Role, Person | None]] = []
        for role in ROLES:
            in_post = people[letter.school_id, role]
            to += [(role, person) for person in in_post] if in_post else [(role, None)]
        sent[letter.pk] = [_delivery(letter, role, person, on) for role, person in to]
    return sent


def _delivery(letter: Letter, role: Role, person: Person | None, on: date) -> LetterDelivery:
    name = person.name if person else ""
    if person and person.email and person.user and person.user.is_active:
        return LetterDelivery(
            letter=letter, role=role, name=name, method=Method.EMAIL, address=person.email, sent_on=on
        )
    address = ", ".join([letter.school.name, *letter.school.address_lines])
    return LetterDelivery(letter=letter, role=role, name=name, method=Method.POST, address=address)
