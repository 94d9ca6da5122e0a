"""Who is told of a deadline, as SQL over many of them at once (domain 3.4, 9.1, 10).

Each audience selects from `due` (`schoolimprove.reminders.registry.Audience`). People come from the appointments of the
day that cover the deadline's school, as `schools.register.scope.covering` has it of one school; recorded cover is an
appointment like any other, and whoever is covered is told without email.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any

from django.db import connection

from schoolimprove.accounts.roles import ROLE_SCOPES, SCHOOL_ROLES, Permission, Role, roles_with
from schoolimprove.reminders.registry import Audience, Sql, account_in
from schools.register.scope import COLUMNS
from schools.visits.models.visit import WITHOUT_RECORD

_COLUMNS = "due.id AS deadline_id, person.user_id AS user_id, person.email AS address, person.name AS name"
_CURRENT = "{0}.withdrawn_because = '' AND {0}.starts_on <= %s AND ({0}.ends_on IS NULL OR {0}.ends_on >= %s)"
_OWN_POSTS = ", ".join(f"'{role.value}'" for role in sorted(SCHOOL_ROLES))
_NOT_BARRED = (
    f"({{0}}.role IN ({_OWN_POSTS}) OR NOT (EXISTS (SELECT 1 FROM schools_appointment own"  # noqa: S608 (our own words)
    f" WHERE own.person_id = {{0}}.person_id AND own.school_id = school.id AND own.role IN ({_OWN_POSTS})"
    f" AND {_CURRENT.format('own')})"
    " OR EXISTS (SELECT 1 FROM schools_interest tie WHERE tie.person_id = {0}.person_id"
    " AND tie.school_id = school.id AND tie.starts_on <= %s AND (tie.ends_on IS NULL OR tie.ends_on >= %s))))"
)
"""An appointment that gives a right at the school: it is not its holder's own (`schools.register.scope.barred_at`)."""
_CHAIN = ((Role.SIP, Role.EIP), (Role.DSIM,), (Role.HEAD_OF_SERVICE,), (Role.CORPORATE_DIRECTOR,))
"""SIP → DSIM → Head → Director (domain 9.1)."""
_APPROVERS = {Role.HEAD_OF_SERVICE: (Role.HEAD_OF_SERVICE, Role.DEPUTY_HEAD)}
"""Who stands beside a link of the chain where a DSIM's record is approved: the Deputy of the phase."""


def people_in(
    roles: Collection[Role], on: date, *, joins: str = "", where: str = "", values: Sequence[Any] = ()
) -> Sql:
    """Whoever holds one of the roles over the school; a SELECT for each kind of scope, which the database can hash."""
    kinds = sorted({kind for role in roles for kind in ROLE_SCOPES[role]})
    named = sorted(role.value for role in roles)
    day = connection.ops.adapt_datefield_value(on)
    parts, taken = [], list[Any]()
    for kind in kinds:
        parts.append(
            f"SELECT {_COLUMNS}, {_covered(kind)} AS covered FROM due {joins}"  # noqa: S608 (our own words)
            f" JOIN schools_school school ON school.id = due.school_id {_to_scope(kind)}"
            " JOIN schools_person person ON person.id = held.person_id"
            " LEFT JOIN accounts_user account ON account.id = person.user_id"
            f" WHERE held.role IN ({', '.join(['%s'] * len(named))}) AND {_CURRENT.format('held')}"
            f" AND (account.id IS NULL OR account.is_active) AND {_NOT_BARRED.format('held')}"
            f"{f' AND {where}' if where else ''}"
        )
        taken += [*[day] * 6, *named, *[day] * 6, *values]
    return " UNION ALL ".join(parts), taken


def _covered(kind: str) -> str:
    """Whether somebody who can be reached holds the same post over the same scope in the holder's place."""
    column = kind if kind == "phase" else f"{kind}_id"
    return (
        "CASE WHEN EXISTS (SELECT 1 FROM schools_appointment cover"  # noqa: S608 (our own words)
        " JOIN schools_person stand_in ON stand_in.id = cover.person_id"
        " LEFT JOIN accounts_user their_account ON their_account.id = stand_in.user_id"
        f" WHERE cover.cover_for_id = held.id AND cover.role = held.role AND cover.{column} = held.{column}"
        " AND (their_account.is_active OR (their_account.id IS NULL AND stand_in.email <> ''))"
        f" AND {_CURRENT.format('cover')} AND {_NOT_BARRED.format('cover')}) THEN 1 ELSE 0 END"
    )


def _to_scope(kind: str) -> str:
    if kind == "school":
        return "JOIN schools_appointment held ON held.school_id = school.id"
    if kind == "double_district":
        return (
            "JOIN schools_district district ON district.id = school.district_id"
            " JOIN schools_appointment held ON held.double_district_id = district.double_district_id"
        )
    column = COLUMNS[kind] if kind == "phase" else f"{COLUMNS[kind]}_id"
    own = " AND held.phase <> ''" if kind == "phase" else ""
    return f"JOIN schools_appointment held ON held.{column} = school.{column}{own}"


def holders(label: str, *roles: Role) -> Audience:
    """Whoever holds one of these roles at the school."""
    return Audience(label, lambda on: people_in(roles, on))


def holders_anywhere(permission: str, on: date) -> Sql:
    """Return the users who hold a permission over anything, for deadlines of no school."""
    named = sorted(role.value for role in roles_with(Permission(permission)))
    day = connection.ops.adapt_datefield_value(on)
    return (
        "SELECT DISTINCT due.id AS deadline_id, due.subject_id AS subject_id, account.id AS user_id, '' AS address,"  # noqa: S608 (our own words)
        " account.name AS name, 0 AS covered FROM due CROSS JOIN schools_appointment held"
        " JOIN schools_person person ON person.id = held.person_id"
        " JOIN accounts_user account ON account.id = person.user_id AND account.is_active"
        f" WHERE held.role IN ({', '.join(['%s'] * len(named))}) AND {_CURRENT.format('held')}",
        [*named, day, day],
    )


_RECORD = "JOIN schools_recordofvisit record ON record.id = due.subject_id"
_NOT_THEIR_OWN = ("author_id", "submitted_by_id")


def above_author(table: str, levels: int, *, own: Sequence[str] = ("author_id",)) -> Callable[[date], Sql]:
    """Return the holders of the link of the chain so many levels above the author of a row of `table`.

    The row has `author_role`, the role it was written under. The accounts in its columns `own` are left out: no one
    approves their own work.
    """
    joins = f"JOIN {table} record ON record.id = due.subject_id"
    others = " AND ".join(f"(record.{column} IS NULL OR account.id <> record.{column})" for column in own)

    def told(on: date) -> Sql:
        parts, values = [], list[Any]()
        for place in range(len(_CHAIN) - levels):
            above = _CHAIN[place + levels][0]
            roles = _APPROVERS.get(above, (above,)) if levels == 1 else (above,)
            written = [role.value for role in _CHAIN[place]]
            named = ", ".join(["%s"] * len(written))
            where = f"record.author_role IN ({named}) AND (account.id IS NULL OR ({others}))"
            sql, theirs = people_in(roles, on, joins=joins, where=where, values=written)
            parts.append(sql)
            values += theirs
        return " UNION ALL ".join(parts), values

    return told


def _has_not_answered(on: date) -> Sql:
    """Head and chair, each as long as they themselves have not answered the newest version."""
    answered = (
        "NOT EXISTS (SELECT 1 FROM schools_response answer JOIN schools_recordversion version"
        " ON version.id = answer.version_id WHERE version.record_id = record.id"
        " AND version.number = record.shared_version AND answer.role = held.role)"
    )
    return people_in((Role.HEADTEACHER, Role.CHAIR), on, joins=_RECORD, where=answered)


AUTHOR = Audience("the author", lambda _on: account_in("schools_recordofvisit", "author_id"))
MANAGERS = Audience("the author’s line manager", above_author("schools_recordofvisit", 1, own=_NOT_THEIR_OWN))
ABOVE_MANAGERS = Audience("the line manager’s manager", above_author("schools_recordofvisit", 2, own=_NOT_THEIR_OWN))
TOP = Audience("the Corporate Director", above_author("schools_recordofvisit", 3, own=_NOT_THEIR_OWN))
ASKED_TO_ANSWER = Audience("the headteacher and the chair, if they have not responded", _has_not_answered)
PRESENTERS = holders("the clerk, the chair and the headteacher", Role.CLERK, Role.CHAIR, Role.HEADTEACHER)

_VISIT = "JOIN schools_visit visit ON visit.id = due.subject_id"
_WRITES = sorted(role.value for role in roles_with(Permission.WRITE_RECORD))
_GOES_THERE = (
    "EXISTS (SELECT 1 FROM schools_appointment writes"  # noqa: S608 (our own words)
    " JOIN schools_person writer ON writer.id = writes.person_id"
    " JOIN accounts_user way_in ON way_in.id = writer.user_id AND way_in.is_active"
    " LEFT JOIN schools_district lies ON lies.id = school.district_id"
    f" WHERE writer.user_id = visit.author_id AND writes.role IN ({', '.join(['%s'] * len(_WRITES))})"
    f" AND {_CURRENT.format('writes')} AND {_NOT_BARRED.format('writes')}"
    " AND (writes.school_id = school.id OR writes.district_id = school.district_id"
    " OR writes.double_district_id = lies.double_district_id OR writes.partnership_id = school.partnership_id"
    " OR (writes.phase <> '' AND writes.phase = school.phase) OR writes.authority_id = school.authority_id)"
    " AND NOT EXISTS (SELECT 1 FROM schools_appointment stands_in WHERE stands_in.cover_for_id = writes.id"
    f" AND {_CURRENT.format('stands_in')}))"
)
"""Whether whoever the visit is given to visits the school today, and nobody covers (`schools.visits.models.visit`)."""


def _visitor(on: date) -> Sql:
    """Whoever the visit is given to, as long as they visit there; else, or while they are covered, the partners."""
    day = connection.ops.adapt_datefield_value(on)
    writers = [Role(role) for role in _WRITES]
    named, whose = people_in(writers, on, joins=_VISIT, where="account.id = visit.author_id")
    gone = [*_WRITES, *[day] * 8]
    partners, theirs = people_in((Role.SIP,), on, joins=_VISIT, where=f"NOT {_GOES_THERE}", values=gone)
    return f"{named} UNION ALL {partners}", [*whose, *theirs]


def _above_visitor(*roles: Role) -> Callable[[date], Sql]:
    """Whoever holds one of these over the school, and is not the visitor themselves."""
    others = "(account.id IS NULL OR visit.author_id IS NULL OR account.id <> visit.author_id)"
    return lambda on: people_in(roles, on, joins=_VISIT, where=others)


def with_record(audience: Audience) -> Audience:
    """Return those of an audience whose visit has a record: performance management is known to few."""
    kinds = sorted(kind.value for kind in WITHOUT_RECORD)

    def told(on: date) -> Sql:
        people, values = audience.told(on)
        sql = (
            f"SELECT * FROM ({people}) AS told WHERE deadline_id NOT IN (SELECT due.id FROM due {_VISIT}"  # noqa: S608 (our own words)
            f" WHERE visit.kind IN ({', '.join(['%s'] * len(kinds))}))"
        )
        return sql, [*values, *kinds]

    return Audience(audience.label, told)


VISITOR = Audience("the visitor, or the School Improvement Partner if there is no visitor yet", _visitor)
PARTNER = holders("the School Improvement Partner", Role.SIP)
DSIM_OF_VISIT = Audience("the DSIM of the district", _above_visitor(Role.DSIM))
HEAD_OF_VISIT = Audience("the Head of School Improvement", _above_visitor(Role.HEAD_OF_SERVICE))
DIRECTOR_OF_VISIT = Audience("the Corporate Director", _above_visitor(Role.CORPORATE_DIRECTOR))
HEADTEACHER = holders("the headteacher", Role.HEADTEACHER)
SCHOOL = holders("the headteacher and the chair", Role.HEADTEACHER, Role.CHAIR)
DSIM = holders("the DSIM of the district", Role.DSIM)
HEAD = holders("the Head of School Improvement", Role.HEAD_OF_SERVICE)
