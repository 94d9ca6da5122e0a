"""What an appointment is over, as a file names it: a school by number, a district by name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from schoolimprove.accounts.roles import Role
from schoolimprove.lib.clock import uk_date
from schools.imports.core.cells import Unreadable, shown
from schools.register.models.places import Diocese, District, DoubleDistrict, Partnership
from schools.register.models.school import Establishment, Phase, School

NAMED: dict[str, tuple[str, Any]] = {
    "District": ("district", District),
    "Double district": ("double_district", DoubleDistrict),
    "Partnership": ("partnership", Partnership),
    "Diocese": ("diocese", Diocese),
}
LARGEST_URN = 9_999_999


@dataclass(frozen=True)
class Scope:
    """`kind` as a field of Appointment, `value` what it holds, `key` that value as text."""

    kind: str
    value: Any

    @property
    def key(self) -> str:
        return str(getattr(self.value, "pk", self.value))


class Scopes:
    """The schools and districts that some rows name, read at once. A row is its filled cells by column."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        listed = list(rows)
        urns = {int(row["URN"]) for row in listed if _is_urn(row.get("URN", ""))}
        numbers = {number for row in listed if (number := _establishment(row.get("LAESTAB", "")))}
        meant = Q(urn__in=urns) | Q(establishment_number__in={number for _code, number in numbers})
        self._by_urn: dict[int, School] = {}
        self._by_laestab: dict[tuple[str, int | None], list[School]] = defaultdict(list)
        for school in School.objects.filter(meant).select_related("authority", "district").order_by("urn"):
            self._by_urn[school.urn] = school
            self._by_laestab[school.authority.code, school.establishment_number].append(school)
        self._named = {column: _by_name(model) for column, (_kind, model) in NAMED.items()}

    @property
    def schools(self) -> Iterable[School]:
        return self._by_urn.values()

    def find(self, cells: Mapping[str, str], *, role: Role, on: date, until: date | None = None) -> Scope:
        """`Unreadable` when the cells name nothing, something unknown, more than one thing, or a school that nobody
        can hold this role over from the one day to the other.
        """
        if not cells:
            raise Unreadable("The row has no school or area. Enter a URN, a LAESTAB or the name of a district.")
        others = cells.keys() - {"URN", "LAESTAB"}
        if len(others) > 1 or (others and len(cells) > 1):
            raise Unreadable(f"Fill in only one of {', '.join(cells)}.")
        if others:
            [(column, name)] = cells.items()
            return self._over(column, name)
        school = self._school(cells, on)
        if reason := _wrong_with_school(school, role, on, until):
            raise Unreadable(reason)
        return Scope("school", school)

    def _over(self, column: str, name: str) -> Scope:
        if column == "Phase":
            return Scope("phase", _phase(name))
        if column == "Authority":
            raise Unreadable(
                "You cannot give appointments over the whole authority by file. Give each one on the person’s page, "
                "under Administration, People."
            )
        found = self._named[column].get(name.casefold(), [])
        if len(found) != 1:
            many = f"{len(found)} have this name" if found else "none has this name"
            raise Unreadable(f"We cannot find the {column.lower()} {shown(name)}: {many}.")
        return Scope(NAMED[column][0], found[0])

    def _school(self, cells: Mapping[str, str], on: date) -> School:
        by_urn = self._of_urn(cells["URN"]) if "URN" in cells else None
        school = by_urn or self._of_laestab(cells["LAESTAB"], on)
        if by_urn and "LAESTAB" in cells and _establishment(cells["LAESTAB"]) != _numbers(by_urn):
            raise Unreadable(f"URN {by_urn.urn} is {by_urn.name}, whose LAESTAB is {by_urn.laestab or 'not known'}.")
        return school

    def _of_urn(self, cell: str) -> School:
        found = self._by_urn.get(int(cell)) if _is_urn(cell) else None
        if found is None:
            raise Unreadable(f"We have no school with the URN {shown(cell)}.")
        return found

    def _of_laestab(self, cell: str, on: date) -> School:
        """A closed school and its successor share the number: the one that is open on the first day is meant."""
        number = _establishment(cell)
        held = self._by_laestab.get(number, []) if number else []
        found = [school for school in held if _was_open(school, on)] if len(held) > 1 else held
        if len(found) == 1:
            return found[0]
        if not held:
            raise Unreadable(f"We have no school with the LAESTAB {shown(cell)}.")
        many = "several were" if found else "none was"
        raise Unreadable(
            f"{len(held)} schools have the LAESTAB {shown(cell)}, and {many} open on the first day. Enter the URN."
        )


def _wrong_with_school(school: School, role: Role, on: date, until: date | None) -> str:
    """As the board of partners has it; but who held what in a school that has closed since can be entered."""
    closed_on, closed = school.closed_on, school.establishment == Establishment.CLOSED
    if role == Role.SIP and school.establishment == Establishment.PROPOSED:
        return f"{school.name} has not opened yet."
    if role == Role.SIP and school.establishment == Establishment.UNKNOWN:
        return f"We do not know whether {school.name} is open."
    if closed_on and closed_on < on:
        return f"{school.name} closed on {uk_date(closed_on)}, before the first day."
    if closed and closed_on and (until is None or until > closed_on):
        return f"{school.name} closed on {uk_date(closed_on)}. Enter that day or an earlier one as the last day."
    return f"{school.name} is closed." if closed and not closed_on else ""


def _is_urn(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) < 10 and int(cell) <= LARGEST_URN


def _establishment(cell: str) -> tuple[str, int] | None:
    """(code of the authority, number) of 999/2001, 999 2001 or 9992001."""
    plain = cell.replace("/", "").replace(" ", "").replace("-", "")
    return (plain[:3], int(plain[3:])) if len(plain) == 7 and plain.isascii() and plain.isdigit() else None


def _numbers(school: School) -> tuple[str, int | None]:
    return school.authority.code, school.establishment_number


def _was_open(school: School, on: date) -> bool:
    if school.establishment == Establishment.CLOSED and school.closed_on is None:
        return False
    return (school.opened_on is None or school.opened_on <= on) and (school.closed_on is None or school.closed_on >= on)


def _phase(name: str) -> str:
    known = {value: value for value in Phase.values} | {label.casefold(): value for value, label in Phase.choices}
    if name.casefold() not in known:
        raise Unreadable(f"{shown(name)} is not a phase.")
    return known[name.casefold()]


def _by_name(model: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for each in model.objects.all():
        found[each.name.casefold()].append(each)
    return found
