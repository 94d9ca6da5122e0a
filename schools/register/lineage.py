"""Which school came of which: what a page says of it, and whose past a school carries on.

A school carries on the past of the schools it followed, and of those that they followed, as far as each of them is
held, closed, and of one authority with its successor. A link to any other school is a sentence and no more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission
from schools.register.models.link import PREDECESSOR, SUCCESSOR, SchoolLink
from schools.register.models.school import Establishment, School

AMALGAMATION = "Amalgamation"
"""In `Result of Amalgamation`, which GIAS gives to both ends of a link: the school that closed first came before."""
FURTHEST = 8
"""Steps from a school to a predecessor. The longest line in GIAS has five; what is longer goes round in a circle."""


@dataclass(frozen=True)
class Kin:
    """Another school by its link: since when, as what (GIAS's word), and its address where the reader may open it."""

    name: str
    urn: int
    on: date | None = None
    kind: str = ""
    url: str = ""


@dataclass(frozen=True)
class Kinship:
    """The schools a school is linked with: what it became, what was before it, and others."""

    after: list[Kin] = field(default_factory=list)
    before: list[Kin] = field(default_factory=list)
    linked: list[Kin] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.after or self.before or self.linked)


def kinship(school: School, user: Any) -> Kinship:
    """One query, and a second where there are links."""
    links: dict[int, list[SchoolLink]] = {}
    for link in SchoolLink.objects.touching([school.urn]):
        links.setdefault(link.linked_urn if link.urn == school.urn else link.urn, []).append(link)
    held = _held(links)
    found = Kinship()
    for urn, between in sorted(links.items(), key=lambda each: (_since(each[1]) or date.max, each[0])):
        _place(found, school, held.get(urn), between).append(_kin(urn, between, school, held.get(urn), user))
    return found


def _held(urns: Iterable[int]) -> dict[int, School]:
    wanted = list(urns)
    schools = School.objects.filter(urn__in=wanted).select_related("authority", "district") if wanted else []
    return {school.urn: school for school in schools}


def _place(found: Kinship, school: School, other: School | None, between: list[SchoolLink]) -> list[Kin]:
    sides = {side for link in between for side in _sides(link, school.urn)}
    if sides == {"before", "after"}:
        sides = {_by_closing(school, other)}
    return found.after if sides == {"after"} else found.before if sides == {"before"} else found.linked


def _sides(link: SchoolLink, urn: int) -> set[str]:
    """Where the other school of a link stands from this one, as the link says it; both sides where it does not say."""
    if AMALGAMATION in link.kind:
        return {"before", "after"}
    own = link.urn == urn
    if PREDECESSOR in link.kind:
        return {"before" if own else "after"}
    return {"after" if own else "before"} if SUCCESSOR in link.kind else set()


def _by_closing(school: School, other: School | None) -> str:
    """The school that closed, or closed first, came before the other."""
    if other is None:
        return "before" if school.is_open else "after"
    if _outlived(other, school):
        return "after"
    return "before" if _outlived(school, other) else ""


def _outlived(later: School, earlier: School) -> bool:
    if earlier.establishment != Establishment.CLOSED:
        return False
    if later.establishment != Establishment.CLOSED:
        return True
    return bool(earlier.closed_on and later.closed_on and earlier.closed_on < later.closed_on)


def _since(between: list[SchoolLink]) -> date | None:
    return next((link.established_on for link in between if link.established_on), None)


def _kin(urn: int, between: list[SchoolLink], school: School, other: School | None, user: Any) -> Kin:
    named = next((link.linked_name for link in between if link.linked_urn == urn and link.linked_name), "")
    kind = between[0].kind
    if other is None:
        return Kin(named, urn, _since(between), kind)
    opens = _of_one_authority(school, other) and user_can(user, Permission.VIEW_SCHOOL, on=other)
    return Kin(other.name, urn, _since(between), kind, other.get_absolute_url() if opens else "")


def _of_one_authority(one: School, other: School) -> bool:
    return one.authority_id == other.authority_id or (one.authority.own and other.authority.own)


def predecessors(school: School) -> list[School]:
    """The schools whose past this one carries on, nearest first. One query where there are none, else two."""
    return _along(school.urn, _BACK)


def heirs(urn: int) -> list[School]:
    """The schools that carry on the past of this one, nearest first. One query where there are none, else two."""
    return _along(urn, _ON)


def successor_urns(schools: QuerySet[School]) -> dict[int, list[int]]:
    """URN → those of the schools it became, held here or not. One query."""
    urns, closed = (
        each.order_by().values("urn") for each in (schools, schools.filter(establishment=Establishment.CLOSED))
    )
    links = SchoolLink.objects.filter(
        Q(urn__in=urns, kind__contains=SUCCESSOR)
        | Q(linked_urn__in=urns, kind__contains=PREDECESSOR)
        | Q(urn__in=closed, kind__contains=AMALGAMATION)
    )
    found: dict[int, set[int]] = {}
    for link in links:
        old, new = (link.linked_urn, link.urn) if PREDECESSOR in link.kind else (link.urn, link.linked_urn)
        found.setdefault(old, set()).add(new)
    return {urn: sorted(after) for urn, after in found.items()}


_STEP = """
WITH RECURSIVE line(urn, steps) AS (
    SELECT urn, 0 FROM schools_school WHERE urn = %(urn)s
    UNION
    SELECT {found}.urn, line.steps + 1
    FROM line
    JOIN schools_schoollink link ON link.urn = line.urn OR link.linked_urn = line.urn
    JOIN schools_school before ON before.urn = {before}
    JOIN schools_school after ON after.urn = {after}
    JOIN schools_localauthority ours ON ours.id = before.authority_id
    JOIN schools_localauthority theirs ON theirs.id = after.authority_id
    WHERE line.steps < %(furthest)s
        AND before.establishment = %(closed)s
        AND (ours.id = theirs.id OR (ours.own AND theirs.own))
        AND (
            (link.urn = after.urn AND link.kind LIKE %(predecessor)s)
            OR (link.urn = before.urn AND link.kind LIKE %(successor)s)
            OR (
                link.kind LIKE %(amalgamation)s
                AND (after.establishment <> %(closed)s OR before.closed_on < after.closed_on)
            )
        )
)
SELECT urn, MIN(steps) FROM line WHERE urn <> %(urn)s GROUP BY urn
"""
_OTHER = "CASE WHEN link.urn = line.urn THEN link.linked_urn ELSE link.urn END"
_BACK = _STEP.format(found="before", before=_OTHER, after="line.urn")
_ON = _STEP.format(found="after", before="line.urn", after=_OTHER)


def _along(urn: int, sql: str) -> list[School]:
    parameters: dict[str, int | str] = {"urn": urn, "furthest": FURTHEST, "closed": Establishment.CLOSED.value}
    kinds = {"predecessor": PREDECESSOR, "successor": SUCCESSOR, "amalgamation": AMALGAMATION}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters | {name: f"%{word}%" for name, word in kinds.items()})
        steps = dict(cursor.fetchall())
    return sorted(_held(steps).values(), key=lambda school: (steps[school.urn], school.name, school.urn))
